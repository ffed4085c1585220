/* The catalogue against the tables of the language: every name and alias that programs may use, the order of its
 * parameters, and what the tables say about defaults, ranges and units.
 *
 * A parameter is written "name=default low..high unit", each part but the name only where the table has it. One without
 * a default must be given, unless LAX says that this program is kinder. Further parameters must be optional. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/dsp/node.h"
#include "render/pattern/source.h"
#include "render/render.h"
#include "tests/lib/test.h"

/* Required by the table, optional here: a program of the reference means the same. */
#define LAX "?"

struct promise {
	const char *names; /* the first is the registry's own, all find the same function */
	const char *params[NODE_PARAMS_MAX];
};

static const struct promise functions[] = {
	/* Oscillators and sources */
	{ "sine wavetable", { "freq Hz", "offset=0 semitones" } },
	{ "saw saw_hz", { "freq Hz", "offset=0 semitones" } },
	{ "square square_hz", { "freq Hz", "offset=0 semitones" } },
	{ "tri triangle triangle_hz", { "freq Hz", "offset=0 semitones" } },
	{ "soft_saw soft_saw_hz", { "freq Hz" } },
	{ "organ organ_hz", { "freq Hz" } },
	{ "pulse", { "freq Hz", LAX "width 0..1" } },              /* a square without */
	{ "vco", { "freq Hz", LAX "wave", "pw=0.5 0.01..0.99" } }, /* a saw without */
	{ "blip", { "freq 0.1..96000 Hz" } },
	{ "fm", { "carrier 0..96000 Hz", "mod 0..96000 Hz", "index 0..1000" } },
	{ "pm", { "carrier 0..96000 Hz", "mod", "index" } },
	{ "fmcrossmod fm_crossmod", { "carrier", "mod", "depth" } },
	{ "additive", { "freq 20..10000 Hz", "levels" } },
	{ "pluck", { "freq 20..10000 Hz", "damping=0.5 0..1" } },
	{ "waveguide", { "freq 20..10000 Hz", "damping 0..1", "pickup 0..1" } },
	{ "noise white_noise", { NULL } },
	{ "pink pink_noise", { NULL } },
	{ "brown_noise", { NULL } },
	{ "impulse", { "freq Hz" } },
	{ "phasor", { "speed=1" } },
	{ "cosine", { NULL } },
	{ "superkick", { "freq Hz", "penv=0.5", "sustain=0.3", "noise=0.1" } },
	{ "supersaw", { "freq Hz", "detune=0.3", "voices=7 2..7" } },
	{ "superpwm", { "freq Hz", "rate=0.5", "depth=0.8" } },
	{ "superchip", { "freq Hz", "vrate=5", "vdepth=0.05" } },
	{ "superfm", { "freq Hz", "ratio=2", "index=1" } },
	{ "supersnare", { "freq Hz", "snappy=0.8", "sustain=0.08" } },
	{ "superhat", { "bright=0.7", "sustain=0.05" } },
	/* Triggered synths */
	{ "sine_trig", { "notes", "attack=0.001", "decay=0.1", "sustain=0", "release=0.1" } },
	{ "saw_trig", { "notes", "attack=0.001", "decay=0.1", "sustain=0", "release=0.1" } },
	{ "square_trig", { "notes", "attack=0.001", "decay=0.1", "sustain=0", "release=0.1" } },
	{ "tri_trig", { "notes", "attack=0.001", "decay=0.1", "sustain=0", "release=0.1" } },
	{ "synth", { "notes", LAX "wave", "attack=0.001", "decay=0.1", "sustain=0", "release=0.1" } },
	/* Filters */
	{ "lpf", { "in", "cutoff 20..20000 Hz", "q=1 0.5..20" } },
	{ "hpf", { "in", "cutoff 20..20000 Hz", "q=1 0.5..20" } },
	{ "bpf", { "in", "center 20..20000 Hz", "q=1 0.5..20" } },
	{ "notch", { "in", "center 20..20000 Hz", "q=1 0.5..20" } },
	{ "djf", { "in", "value 0..1" } },
	{ "moog_ladder moog", { "in", "cutoff 20..20000 Hz", "res 0..1" } },
	{ "moog_hz", { "in", "cutoff 20..20000 Hz", "res 0..1" } },
	{ "rlpf", { "in", "cutoff 20..20000 Hz", "q 0.1..20" } },
	{ "rhpf", { "in", "cutoff 20..20000 Hz", "q 0.1..20" } },
	{ "bq_lp", { "in", "freq 20..20000 Hz", "q 0.1..20" } },
	{ "bq_hp", { "in", "freq 20..20000 Hz", "q 0.1..20" } },
	{ "bq_bp", { "in", "freq 20..20000 Hz", "q 0.1..20" } },
	{ "bq_notch", { "in", "freq 20..20000 Hz", "q 0.1..20" } },
	{ "resonz", { "in", "freq 20..20000 Hz", "q 0.5..100" } },
	{ "svf_lp", { "in", "freq 20..20000 Hz", "res 0.1..20" } },
	{ "svf_hp", { "in", "freq 20..20000 Hz", "res 0.1..20" } },
	{ "svf_bp", { "in", "freq 20..20000 Hz", "res 0.1..20" } },
	{ "svf_notch", { "in", "freq 20..20000 Hz", "res 0.1..20" } },
	{ "comb", { "in", "freq 20..20000 Hz", "feedback 0..0.99" } },
	{ "allpass", { "in", "g -1..1" } },
	{ "parametric_eq eq",
	  { "in", "freq1 Hz", "gain1 -20..20 dB", "q1 0.1..10", "freq2 Hz", "gain2 -20..20 dB", "q2 0.1..10",
	    "freq3 Hz", "gain3 -20..20 dB", "q3 0.1..10" } },
	{ "formant", { "in", "f1 Hz", "f2 Hz", "f3 Hz", "bw1 Hz", "bw2 Hz", "bw3 Hz" } },
	{ "vowel", { "in", "vowel 0..4" } },
	{ "lag", { "in", "time s" } },
	{ "vocoder", { "modulator", "carrier", "bands 2..32" } },
	/* Effects */
	{ "reverb", { "in", "room_size 0..1", "damping 0..1", "mix=0.3 0..1" } },
	{ "plate",
	  { "in", "predelay 0..500 ms", "decay 0.1..10", "diffusion=0.7", "damping=0.3", "mod_depth=0.3", "mix=0.5" } },
	{ "lush",
	  { "in", "decay 0..0.9999", "diffusion=0.7", "damping=0.3", "spin=0.3", "wander=0.2", "freeze=0", "mix=0.5",
	    "predelay=0.02 s" } },
	{ "reverb_stereo", { "in", "wet 0..1", "time s" } },
	{ "convolve convolution", { "in" } },
	{ "freeze", { "in", "trigger" } },
	{ "delay", { "in", "time 0..2 s", "feedback=0.5 0..0.99", "mix=0.5 0..1" } },
	{ "tapedelay tape",
	  { "in", "time 0.001..1 s", "feedback 0..0.95", "wow_rate=0.5 Hz", "wow=0.02", "flutter_rate=6 Hz",
	    "flutter=0.05", "saturation=0.3", "mix=0.5 0..1" } },
	{ "multitap", { "in", "time s", "taps 2..8", "feedback=0.5", "mix=0.6 0..1" } },
	{ "pingpong", { "in", "time s", "feedback", "width=0.8 0..1", "channel=0 0..1", "mix=0.7 0..1" } },
	{ "chorus", { "in", "rate 0.1..10 Hz", "depth 0..1", "mix=0.3 0..1" } },
	{ "flanger", { "in", "depth 0..1", "rate 0.1..10 Hz", "feedback 0..0.95" } },
	{ "phaser ph", { "in", "rate 0.05..5 Hz", "depth 0..1", "feedback 0..0.95", "stages 2..12" } },
	{ "fchorus", { "in", "separation s", "variation s", "rate Hz" } },
	{ "vibrato vib", { "in", "rate 0.1..20 Hz", "depth 0..2" } },
	{ "tremolo trem", { "in", "rate 0.1..20 Hz", "depth 0..1" } },
	{ "ring", { "in", "freq 20..5000 Hz" } },
	{ "ring_mod", { "in", "by" } },
	{ "distort distortion dist", { "in", "drive 1..100", "mix=0.5 0..1" } },
	{ "bitcrush", { "in", "bits 1..16", "rate 1..64" } },
	{ "coarse", { "in", "n" } },
	{ "decimator", { "in", "factor 1..4096", "smooth 0..0.99" } },
	{ "compressor comp",
	  { "in", "threshold -60..0 dB", "ratio 1..20", "attack 0.001..1 s", "release 0.01..3 s",
	    LAX "makeup 0..30 dB" } },
	{ "sidechain_compressor sidechain_comp sc_comp",
	  { "in", "side", "threshold -60..0 dB", "ratio 1..20", "attack 0.001..1 s", "release 0.01..3 s" } },
	{ "expander expand", { "in", "threshold -60..0 dB", "ratio 1..10", "attack 0.001..1 s", "release 0.01..3 s" } },
	{ "limiter", { "in", "threshold 0.001..2", "attack=0.005 s", "release=0.05 s" } },
	{ "transient_shaper tshaper", { "in", "attack -40..40 dB", "sustain -40..40 dB" } },
	{ "widener width", { "in", "width=1 0..2" } },
	{ "pitch_shift", { "in", "semitones semitones" } },
	{ "granular", { "in", "grain 5..500 ms", "density 0..1", "pitch 0.1..4" } },
	{ "pan pan2", { "in", "pos -1..1" } },
	{ "pan2_l", { "in", "pos -1..1" } },
	{ "pan2_r", { "in", "pos -1..1" } },
	{ "xfade", { "in", "b", "pos 0..1" } },
	{ "mix", { "a", "b" } },
	{ "stack", { "parts" } },
	/* Utilities, analysis, logic */
	{ "gain amp", { "in", "gain" } },
	{ "range", { "from", "to", "in" } },
	{ "min", { "in", "by" } },
	{ "wrap", { "in", "lo", "hi" } },
	{ "if", { "condition", "a", "b" } },
	{ "select", { "index", "a" } },
	{ "sample_hold", { "in", "trig" } },
	{ "latch", { "in", "gate" } },
	{ "timer", { LAX "trig" } },
	{ "schmidt", { "in", "hi", "lo" } },
	{ "rms", { "in", "window 0.001..1 s" } },
	{ "peak_follower", { "in", "attack s", "release s" } },
	{ "amp_follower", { "in", "attack s", "release s", "window s" } },
	{ "mtof", { LAX "note" } },
	/* Envelopes; without a signal they are the envelope itself, a signal of 1 */
	{ "adsr", { "in=1", "attack s", "decay s", "sustain=0.7", "release=0.2 s" } },
	{ "ad", { "in=1", "attack s", "decay s" } },
	{ "attack", { "in", "attack 0..10 s" } },
	{ "release", { "in", "release 0..10 s" } },
	{ "ar", { "in", "attack 0..10 s", "release 0..10 s" } },
	{ "line", { "start", "end" } },
	{ "xline", { "start", "end", "dur s" } },
	{ "curve", { "start", "end", "dur s", "curve" } },
	{ "segments", { "levels", "times s" } },
	{ "asr", { "gate", "attack s", "release s" } },
	{ "env envelope", { "in", "attack s", "decay s", "sustain", "release s" } },
	{ "env_trig", { "in", "gate", "attack=0.001 s", "decay=0.1 s", "sustain=0", "release=0.1 s" } },
	{ "tar", { "gate", "attack s", "release s" } },
	{ "tadsr", { "gate", "attack s", "decay s", "sustain", "release s" } },
	{ "gate", { "gate" } },
	{ "trig", { "gate" } },
	/* Sources of events and their modifiers */
	{ "s", { "sound" } },
	{ "cat", { "parts" } },
	{ "slowcat", { "parts" } },
	{ "speed", { "speed -10..10" } },
	{ "n", { "n" } },
	{ "note", { "note semitones" } },
	{ "begin", { "begin 0..1" } },
	{ "end", { "end 0..1" } },
	{ "cut cut_group", { "cut" } },
	{ "unit", { "unit 0..1" } },
	{ "loop", { "loop 0..1" } },
};

/* Patterns of the same tables, and how many arguments they take. */
static const struct {
	const char *name;
	unsigned n_params;
} sources[] = {
	{ "wedge", 0 },       { "wedge", 3 },     { "rand", 0 },          { "irand", 1 },
	{ "irand", 2 },       { "run", 1 },       { "scan", 1 },          { "cosine", 0 },
	{ "phasor", 1 },      { "every_val", 3 }, { "sometimes_val", 2 }, { "sometimes_by_val", 3 },
	{ "sew", 3 },         { "stitch", 3 },    { "choose", 1 },        { "wchoose", 1 },
	{ "whenmod_val", 4 },
};

static bool is_required(const struct param_def *p)
{
	return !(p->flags & (PARAM_OPTIONAL | PARAM_PITCH));
}

/* `part` of a promise against a parameter: "low..high" or a unit. */
static bool holds_part(const struct param_def *p, const char *part)
{
	const char *dots = strstr(part, "..");

	if (dots)
		return p->min == strtod(part, NULL) && p->max == strtod(dots + 2, NULL);
	return strcmp(p->unit, part) == 0;
}

static void check_param(const char *function, const struct param_def *p, const char *promise)
{
	char text[64], *rest = text, *name, *part;
	bool is_lax = strncmp(promise, LAX, strlen(LAX)) == 0;

	snprintf(text, sizeof text, "%s", promise + (is_lax ? strlen(LAX) : 0));
	name = strsep(&rest, " ");
	char *value = strchr(name, '=');
	if (value) {
		*value++ = '\0';
		ck_assert_msg(p->flags & PARAM_OPTIONAL && p->def == strtod(value, NULL), "%s: default of %s is %g",
			      function, name, p->def);
	} else {
		bool may_lack = is_lax || p->flags & PARAM_PITCH;
		ck_assert_msg(may_lack || is_required(p), "%s: %s is optional", function, name);
	}
	ck_assert_msg(strcmp(p->name, name) == 0, "%s: %s is called %s", function, name, p->name);
	while ((part = strsep(&rest, " ")))
		ck_assert_msg(holds_part(p, part), "%s: %s is not %s but %g..%g %s", function, name, part, p->min,
			      p->max, p->unit);
}

START_TEST(test_a_function_is_as_its_row_says)
{
	const struct promise *row = &functions[_i];
	const struct node_def *def = NULL;
	char names[64], *rest = names, *name;
	unsigned n = 0;

	snprintf(names, sizeof names, "%s", row->names);
	while ((name = strsep(&rest, " "))) {
		const struct node_def *found = node_find(name, strlen(name));
		ck_assert_msg(found && (!def || found == def), "%s is missing", name);
		def = found;
	}
	for (; n < NODE_PARAMS_MAX && row->params[n]; n++) {
		ck_assert_msg(n < def->n_params, "%s has no %s", def->name, row->params[n]);
		check_param(def->name, &def->params[n], row->params[n]);
	}
	for (; n < def->n_params; n++)
		ck_assert_msg(!is_required(&def->params[n]), "%s needs %s", def->name, def->params[n].name);
}
END_TEST

START_TEST(test_a_pattern_takes_as_many_arguments_as_its_row_says)
{
	bool is_there = false;

	for (size_t i = 0; i < source_registry_len; i++)
		is_there |= strcmp(source_registry[i]->name, sources[_i].name) == 0 &&
			    source_registry[i]->n_params == sources[_i].n_params;
	ck_assert_msg(is_there, "%s of %u", sources[_i].name, sources[_i].n_params);
}
END_TEST

/* --- What is not there ------------------------------------------------------------------------------------------ */

/* Programs that need a machine which a render has not, or forms that have gone: an error that says so. */
static const struct {
	const char *program, *code;
} absent[] = {
	{ "out $ vst \"Synth\" 1", "live-only" },
	{ "out $ vst2 \"Synth\" 1", "live-only" },
	{ "out $ vst3 \"Synth\" 1", "live-only" },
	{ "out $ au \"Synth\" 1", "live-only" },
	{ "out $ clap \"Synth\" 1", "live-only" },
	{ "out $ lv2 \"Synth\" 1", "live-only" },
	{ "out $ saw 55 # plugin \"Verb\"", "live-only" },
	{ "out $ saw 55 # param \"cutoff\" 0.5", "live-only" },
	{ "out $ midi_synth 1", "live-only" },
	{ "out $ saw ~midi", "live-only" },
	{ "out $ saw ~midi:lead", "live-only" },
	{ "out $ saw 55 # every_effect 2 (# lpf 300)", "old-form" },
	{ "out $ saw 55 # sometimes_effect (# lpf 300)", "old-form" },
	{ "out $ saw 55 # whenmod_effect 4 2 (# lpf 300)", "old-form" },
};

START_TEST(test_what_is_left_out_says_why)
{
	const char *program = absent[_i].program;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_int_ne(render_check(NULL, NULL, program, strlen(program), &diags, &err), 0);
	ck_assert_int_gt(diags.n, 0);
	ck_assert_msg(strcmp(diags.items[0].code, absent[_i].code) == 0, "%s: %s", program, diags.items[0].code);
}
END_TEST

static Suite *promised_suite(void)
{
	Suite *s = suite_create("promised");
	TCase *t = tcase_create("tables");

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, test_a_function_is_as_its_row_says, 0, (int)(sizeof functions / sizeof functions[0]));
	tcase_add_loop_test(t, test_a_pattern_takes_as_many_arguments_as_its_row_says, 0,
			    (int)(sizeof sources / sizeof sources[0]));
	tcase_add_loop_test(t, test_what_is_left_out_says_why, 0, (int)(sizeof absent / sizeof absent[0]));
	return s;
}

int main(void)
{
	return test_run(promised_suite());
}
