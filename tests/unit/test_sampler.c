/* Modifiers of events, heard: programs over samples whose frames say what they are, looked at frame by frame.
 *
 * "dc" is 1 for a second, "ramp" rises from 0 to 1 in a second, so that its value is the place that is heard; "three" has
 * three variations of 0.1, 0.2 and 0.3; "wide" is 1 on the left and 0.5 on the right; "sine" is 100 Hz for a second and
 * stops at its top. Panned to the left a mono sample comes out at its own level. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/figure.h"
#include "tests/lib/listen.h"
#include "tests/lib/test.h"

enum { RATE = 44100, POINTS_MAX = 5 };

static struct render_engine *engine;
static const char *dir;

static void write_constant(const char *name, const char *file, double value)
{
	static sample x[RATE];
	for (int i = 0; i < RATE; i++)
		x[i] = (sample)value;
	write_sample(dir, name, file, x, RATE, 1);
}

static void write_samples(void)
{
	static sample x[RATE], wide[RATE][2];
	write_constant("dc", "0.wav", 1);
	write_constant("three", "a.wav", 0.1);
	write_constant("three", "b.wav", 0.2);
	write_constant("three", "c.wav", 0.3);
	for (int i = 0; i < RATE; i++) {
		x[i] = (sample)i / RATE;
		wide[i][0] = 1;
		wide[i][1] = 0.5f;
	}
	write_sample(dir, "ramp", "0.wav", x, RATE, 1);
	write_sample(dir, "wide", "0.wav", wide[0], RATE, 2);
	for (int i = 0; i < RATE; i++)
		x[i] = (sample)cos(2 * M_PI * 100 * (RATE - 1 - i) / RATE);
	write_sample(dir, "sine", "0.wav", x, RATE, 1);
}

static void engine_start(void)
{
	struct render_config config = { .n_threads = 2, .samples_dir = dir };
	struct error err = ERROR_INIT;
	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void set_up(void)
{
	dir = test_temp_dir();
	write_samples();
	engine_start();
}

static void tear_down(void)
{
	render_engine_free(engine);
}

/* --- Frames ------------------------------------------------------------------------------------------------ */

struct point {
	double s; /* from the start, rounded to a frame */
	double left, tolerance;
};

static const struct {
	const char *what, *source; /* at one cycle a second, hard left unless the source pans */
	struct point points[POINTS_MAX];
} cases[] = {
	{ "gain is a factor", "s \"dc\" # gain 0.5", { { 0.5, 0.5, 1e-6 } } },
	{ "gain ends at 10", "s \"dc\" # gain 2000", { { 0.5, 10, 1e-4 } } },
	{ "gain from a signal at the onset", "s \"dc\" # gain (sine 1 # gain 0.2 + 0.5)", { { 0.25, 0.5, 1e-4 } } },
	{ "speed 2 is twice as fast", "s \"ramp\" # speed 2", { { 0.2, 0.4, 1e-4 }, { 0.6, 0, 0 } } },
	{ "speed ends at 10", "s \"ramp\" # speed 80", { { 0.05, 0.5, 1e-3 } } },
	{ "speed 0 is silent", "s \"ramp\" # speed 0", { { 0.5, 0, 0 } } },
	{ "speed -1 begins at the end", "s \"ramp\" # speed -1", { { 0.25, 0.75, 1e-4 }, { 0.9, 0.1, 1e-4 } } },
	{ "speed -0.5 begins at the end", "s \"ramp\" # speed -0.5", { { 0.5, 0.75, 1e-4 }, { 0.9, 0.55, 1e-4 } } },
	{ "note 12 is twice as fast", "s \"ramp\" # note 12", { { 0.2, 0.4, 1e-4 }, { 0.6, 0, 0 } } },
	{ "c5 is an octave above the sample", "s \"ramp\" # note \"c5\"", { { 0.2, 0.4, 1e-4 } } },
	{ "e flat has two names", "s \"ramp\" # note \"eb5\" # n 0", { { 0.2, 0.2 * 2.37841423, 1e-4 } } },
	{ "begin", "s \"ramp\" # begin 0.5", { { 0.25, 0.75, 1e-4 }, { 0.51, 0, 0 } } },
	{ "end", "s \"ramp\" # end 0.5", { { 0.25, 0.25, 1e-4 }, { 0.51, 0, 0 } } },
	{ "begin and end beyond 1", "s \"ramp\" # begin 7 # end 9", { { 0.25, 0, 0 } } },
	{ "a slice backwards", "s \"ramp\" # begin 0.25 # end 0.5 # speed -1", { { 0.1, 0.4, 1e-4 }, { 0.26, 0, 0 } } },
	{ "unit c", "s \"ramp*4\" # unit \"c\" # speed 2", { { 0.2, 0.4, 1e-4 } } },
	{ "squeeze fits the event", "s \"ramp ~\" # squeeze 1", { { 0.2, 0.4, 1e-4 }, { 0.51, 0, 0 } } },
	{ "squeeze fits the slice", "s \"ramp ~\" # squeeze 1 # end 0.25", { { 0.2, 0.1, 1e-4 }, { 0.51, 0, 0 } } },
	{ "squeeze 2 fits two events", "s \"ramp ~\" # squeeze 2", { { 0.2, 0.2, 1e-4 }, { 0.7, 0.7, 1e-4 } } },
	{ "accelerate reaches speed + 1 at the end of the event",
	  "s \"<ramp ~>\" # accelerate 1",
	  { { 0.5, 0.625, 1e-4 }, { 0.7, 0.945, 1e-4 }, { 0.74, 0, 0 } } },
	{ "accelerate as a transform", "s \"<ramp ~>\" $ accelerate 1", { { 0.5, 0.625, 1e-4 }, { 0.74, 0, 0 } } },
	{ "accelerate turns a sample back",
	  "s \"<ramp ~>\" # accelerate -2",
	  { { 0.5, 0.25, 1e-4 }, { 0.75, 0.1875, 1e-4 }, { 0.9, 0.09, 1e-4 } } },
	{ "a tape that stops is over",
	  "s \"<ramp ~>\" # accelerate -1",
	  { { 0.5, 0.375, 1e-4 }, { 0.99, 0.49995, 1e-4 }, { 1.01, 0, 0 } } },
	{ "the rate stays after the event",
	  "s \"<[ramp ~ ~ ~] ~>\" # speed 0.5 # accelerate -0.25",
	  { { 0.125, 0.0546875, 1e-4 }, { 0.25, 0.09375, 1e-4 }, { 1.25, 0.34375, 1e-4 } } },
	{ "loop lasts as long as the event",
	  "s \"<[dc ~] ~>\" # begin 0.25 # end 0.3 # loop 1",
	  { { 0.25, 1, 1e-4 }, { 0.499, 1, 1e-4 }, { 0.504, 0, 0 } } },
	{ "loop goes round its slice",
	  "s \"<[ramp ~] ~>\" # begin 0.25 # end 0.35 # loop 1",
	  { { 0.05, 0.3, 1e-4 }, { 0.25, 0.3, 1e-4 }, { 0.45, 0.3, 1e-4 } } },
	{ "loop backwards",
	  "s \"<[ramp ~] ~>\" # begin 0.25 # end 0.35 # loop 1 # speed -1",
	  { { 0.05, 0.3, 1e-4 }, { 0.25, 0.3, 1e-4 } } },
	{ "legato is the gate in event lengths",
	  "s \"<[dc ~] ~>\" # legato 0.5",
	  { { 0.2499, 1, 1e-6 }, { 0.25 + 66.0 / RATE, 0.5, 1e-2 }, { 0.2531, 0, 0 } } },
	{ "clip is legato", "s \"<[dc ~] ~>\" # clip 0.5", { { 0.2499, 1, 1e-6 }, { 0.2531, 0, 0 } } },
	{ "legato as a transform", "s \"<[dc ~] ~>\" $ legato 0.5", { { 0.2499, 1, 1e-6 }, { 0.2531, 0, 0 } } },
	{ "dur is the gate in seconds", "s \"<dc ~>\" # dur 0.1", { { 0.0999, 1, 1e-6 }, { 0.1031, 0, 0 } } },
	{ "edges rise in a millisecond", "s \"<dc ~>\"", { { 0, 0, 0 }, { 22.0 / RATE, 0.5, 1e-6 }, { 0.001, 1, 0 } } },
	{ "attack alone", "s \"<dc ~>\" # attack 0.1", { { 0.05, 0.5, 1e-6 }, { 0.5, 1, 1e-6 } } },
	{ "ar rises and falls",
	  "s \"<dc ~>\" # ar 0.01 0.1",
	  { { 0.005, 0.5, 2e-3 },
	    { 0.01, 1, 1e-6 },
	    { 0.06, 0.0820850, 1e-5 },
	    { 0.11 - 32.0 / RATE, 0.0035, 2e-4 } } },
	{ "adsr has its levels at its times",
	  "s \"<[dc ~] ~>\" # adsr 0.01 0.02 0.5 0.1",
	  { { 0.01, 1, 1e-6 }, { 0.02, 0.75, 1e-4 }, { 0.03, 0.5, 1e-6 }, { 0.99, 0.5, 1e-6 } } },
	{ "adsr is released by the gate",
	  "s \"<[dc ~] ~>\" # adsr 0.01 0.02 0.5 0.1 # legato 1",
	  { { 0.4999, 0.5, 1e-6 }, { 0.55, 0.25, 1e-4 }, { 0.6, 0, 0 } } },
	{ "decay and sustain alone",
	  "s \"<dc ~>\" # decay 0.1 # sustain 0.2",
	  { { 0.05, 0.6, 0.02 }, { 0.5, 0.2, 1e-6 } } },
	{ "a chord is as loud as a note",
	  "s \"<dc ~>\" # note \"c4'maj\"",
	  { { 0.3, 1.7320508, 1e-3 } } }, /* three equal voices, each at 1 / sqrt 3 */
	{ "a stack of notes is a chord", "s \"<dc ~>\" # note \"[0,12]\"", { { 0.3, 1.4142136, 1e-3 } } },
	{ "what jux has panned stays there", "s \"dc\" $ jux (fast 1) # pan 0.3", { { 0.5, 1, 1e-6 } } },
	{ "an echo is a part of its gain",
	  "s \"<dc ~>\" $ stut 2 1.5 0.5 # gain 0.4",
	  { { 0.5, 0.4, 1e-6 }, { 1.7, 0.2, 1e-6 } } },
	{ "a slice of chop stays", "s \"<ramp ~>\" $ chop 2 # begin 0.9", { { 0.6, 0.6, 1e-4 } } },
	{ "what hurry has sped up stays so", "s \"<ramp ~>\" $ hurry 2 # speed 7", { { 0.2, 0.4, 1e-4 } } },
	{ "n is the variation", "s \"three\" # n \"1\"", { { 0.5, 0.2, 1e-6 } } },
	{ "n rounds", "s \"three\" # n \"1.6\"", { { 0.5, 0.3, 1e-6 } } },
	{ "an index in the name", "s \"three:2\"", { { 0.5, 0.3, 1e-6 } } },
	{ "n takes the place of the index in a name", "s \"three:2\" # n 1", { { 0.5, 0.2, 1e-6 } } },
	{ "indices wrap around", "s \"three:1\" # n -2", { { 0.5, 0.2, 1e-6 } } },
	{ "cut ends the voice before in 10 ms",
	  "s \"<[dc ~ ~ ramp] ~>\" # cut 1 # gain \"1 1 1 0\"",
	  { { 0.7499, 1, 1e-6 }, { 0.755, 0.5, 1e-2 }, { 0.7601, 0, 0 } } },
	{ "another cut group does not",
	  "s \"<[dc ~ ~ ramp] ~>\" # cut \"1 1 1 2\" # gain \"1 1 1 0\"",
	  { { 0.8, 1, 1e-6 } } },
	{ "a chord does not cut itself", "s \"<dc ~>\" # note \"[0,0]\" # cut 1", { { 0.5, 1.4142136, 1e-3 } } },
	{ "a stereo file keeps its sides", "s \"wide\" # pan 0", { { 0.5, 0.7071068, 1e-5 } } },
	{ "a stereo file becomes mono at a side", "s \"wide\" # pan -1", { { 0.5, 0.75, 1e-5 } } },
};

enum { N_CASES = sizeof cases / sizeof *cases };

START_TEST(test_a_modifier_is_heard)
{
	char source[512];
	struct recording r;
	bool pans = strstr(cases[_i].source, "pan") != NULL;
	snprintf(source, sizeof source, "cps: 1\nout $ %s%s", cases[_i].source, pans ? "" : " # pan -1");
	listen(&r, engine, source, 2, 1, 0);
	for (int k = 0; k < POINTS_MAX && (k == 0 || cases[_i].points[k].s > 0); k++) {
		const struct point *p = &cases[_i].points[k];
		double left = (double)r.ch[0][(size_t)(p->s * RATE + 0.5)];
		ck_assert_msg(fabs(left - p->left) <= p->tolerance, "%s: at %g s expected %g, found %.9g",
			      cases[_i].what, p->s, p->left, left);
	}
	ck_assert_msg(r.diags.n == 0, "%s: %s", cases[_i].what, r.diags.items[0].message);
	recording_fini(&r);
}
END_TEST

START_TEST(test_onsets_are_on_their_frame)
{
	static const unsigned blocks[] = { 64, 1024 };
	for (unsigned b = 0; b < 2; b++) {
		struct recording r;
		/* 3 onsets of 7 steps at 1.3 cycles a second: frames 0, 4846.15 and 19384.6. */
		listen(&r, engine, "cps: 1.3\nout $ s \"dc dc ~ ~ dc ~ ~\" # dur 0.01 # pan -1", 1, 1, blocks[b]);
		static const size_t onsets[] = { 0, 4846, 19385 };
		for (unsigned k = 0; k < 3; k++) {
			size_t at = onsets[k];
			ck_assert_msg((k == 0 || r.ch[0][at - 1] == 0) && r.ch[0][at] == 0, "before onset %u", k);
			ck_assert_msg(fabsf(r.ch[0][at + 1] - 1 / 44.0f) < 1e-6f, "frame after onset %u: %g", k,
				      (double)r.ch[0][at + 1]);
		}
		recording_fini(&r);
	}
}
END_TEST

START_TEST(test_pan_has_equal_power)
{
	static const double pans[] = { -1, -0.5, 0, 0.3, 1, 5 };
	for (unsigned i = 0; i < 6; i++) {
		char source[128];
		struct recording r;
		double p = pans[i] > 1 ? 1 : pans[i];
		snprintf(source, sizeof source, "cps: 1\nout $ s \"dc\" # pan %g", pans[i]);
		listen(&r, engine, source, 0.5, 1, 0);
		ck_assert_float_eq_tol(r.ch[0][10000], (sample)cos((p + 1) * M_PI / 4), 1e-5f);
		ck_assert_float_eq_tol(r.ch[1][10000], (sample)sin((p + 1) * M_PI / 4), 1e-5f);
		recording_fini(&r);
	}
}
END_TEST

/* jux adds to the pan; where that is beyond a side, it is the side. */
START_TEST(test_jux_keeps_to_the_sides)
{
	struct recording r;
	listen(&r, engine, "cps: 1\nout $ (s \"dc\" # pan 0.5) $ jux (fast 1)", 0.5, 1, 0);
	ck_assert_float_eq_tol(r.ch[1][10000], (sample)(1 + sin(M_PI / 8)), 1e-4f);
	ck_assert_float_eq_tol(r.ch[0][10000], (sample)cos(M_PI / 8), 1e-4f);
	recording_fini(&r);
}
END_TEST

/* The largest step from one frame to the next. */
static double largest_step(const sample *x, size_t from, size_t to)
{
	double most = 0;
	for (size_t i = from + 1; i < to; i++)
		most = fmax(most, fabs((double)x[i] - (double)x[i - 1]));
	return most;
}

static const struct {
	const char *what, *source;
	double at_most; /* a 100 Hz sine of level 1 steps by 0.0142 */
} clicks[] = {
	{ "the end of a file that stops at its top", "s \"<sine ~>\"", 0.035 },
	{ "its end at a higher pitch", "s \"<sine ~>\" # note 7", 0.045 },
	{ "its begin, backwards", "s \"<sine ~>\" # speed -1", 0.04 },
	{ "a gate", "s \"<sine ~>\" # dur 0.1", 0.025 },
	{ "a cut", "s \"<[sine ~ sine ~] ~>\" # cut 1", 0.045 },
	{ "a slice", "s \"<sine ~>\" # begin 0.1 # end 0.4325", 0.04 },
};

START_TEST(test_voices_end_without_clicks)
{
	char source[256];
	struct recording r;
	snprintf(source, sizeof source, "cps: 1\nout $ %s # pan -1", clicks[_i].source);
	listen(&r, engine, source, 2, 1, 0);
	figure_at_most("voices", clicks[_i].what, "step of full scale", clicks[_i].at_most,
		       largest_step(r.ch[0], 0, r.n_frames));
	recording_fini(&r);
}
END_TEST

/* --- Many voices ------------------------------------------------------------------------------------------- */

enum { CEILING = 512 };

/* 600 voices of level 0.01 begin in half a second and last on: at the ceiling each new one ends the oldest. */
START_TEST(test_the_oldest_voice_is_stolen_at_the_ceiling)
{
	struct recording r;
	listen(&r, engine, "cps: 1\nout $ s \"<[dc*1200 ~] ~>\" # gain 0.01 # pan -1 # begin 0.01", 0.6, 1, 0);
	double loudest = 0;
	for (size_t i = 0; i < r.n_frames; i++)
		loudest = fmax(loudest, (double)r.ch[0][i]);
	/* 64 frames of fade are less than two onsets apart. */
	ck_assert_msg(loudest > 0.01 * (CEILING - 2) && loudest < 0.01 * (CEILING + 3), "loudest %g", loudest);
	recording_fini(&r);
}
END_TEST

static const char *const dense[] = {
	"cps: 1\nout $ s \"[ramp*600, sine*40]\" # note \"<0 7>*16\" # pan \"-1 1 0\" # cut \"0 1 0 2\"",
	"cps: 1\nout $ s \"sine*30\" # accelerate \"-2 1 0.5\" # speed \"1 -2 3\" # loop \"0 1\"",
	"cps: 1\nout $ s \"wide*60\" # note \"0 1 2 3 4 5 6 7 [0,4,7]\" # adsr 0.01 0.1 0.5 0.2 # squeeze \"0 1\"",
	"cps: 1\nout $ stack [saw \"c3'min7 e3\" 0.01 0.1 0.5 0.3, s \"bd:3*8\" # n \"0 1\" # speed \"1 1.5\"]",
};

START_TEST(test_voices_are_the_same_for_any_threads_and_blocks)
{
	static const unsigned blocks[] = { 64, 1024, 4096 };
	uint8_t first[SHA256_BYTES];
	for (unsigned k = 0; k < 6; k++) {
		struct recording r;
		listen(&r, engine, dense[_i], 2.5, 1 + k / 3, blocks[k % 3]);
		if (k == 0)
			memcpy(first, r.result.sha256, sizeof first);
		ck_assert_msg(memcmp(first, r.result.sha256, sizeof first) == 0, "%s: %u threads, block %u", dense[_i],
			      1 + k / 3, blocks[k % 3]);
		recording_fini(&r);
	}
}
END_TEST

/* The first second reads the path of each event, later ones play the note that was made of it. */
START_TEST(test_a_repeated_event_sounds_the_same)
{
	struct recording r;
	listen(&r, engine, "cps: 1\nout $ s \"sine\" # note 7 # adsr 0.01 0.1 0.5 0.1 # dur 0.7", 4, 1, 0);
	for (size_t i = RATE; i < r.n_frames; i++)
		ck_assert_msg(r.ch[0][i] == r.ch[0][i % RATE], "frame %zu", i);
	recording_fini(&r);
}
END_TEST

/* With little memory notes are evicted, made again and read directly; none of that is heard. */
START_TEST(test_evicted_notes_sound_the_same)
{
	static const char source[] = "cps: 1\nout $ s \"[sine*4, wide*6, ~x*5]\" # note \"0 1 2 3 4 5 6 7 8 9 10 11\"\n"
				     "~x $ saw 110 # lpf 900";
	struct render_config config = { .n_threads = 2, .samples_dir = dir, .job_memory_bytes = (size_t)9 << 20 };
	struct error err = ERROR_INIT;
	struct render_engine *small = render_engine_new(&config, &err);
	struct recording roomy, tight;
	ck_assert_msg(small != NULL, "%s", err.message);
	listen(&roomy, engine, source, 6, 1, 0);
	listen(&tight, small, source, 6, 2, 256);
	ck_assert_mem_eq(roomy.result.sha256, tight.result.sha256, SHA256_BYTES);
	recording_fini(&roomy);
	recording_fini(&tight);
	render_engine_free(small);
}
END_TEST

static const struct {
	const char *what, *source, *code;
} complaints[] = {
	{ "a file that ends early", "s \"short\"", "truncated-sample" },
	{ "a file that is no audio", "s \"text\"", "unreadable-sample" },
	{ "a sample that is not there", "s \"nothing\"", "unknown-sample" },
};

/* Once, however often the sample is played. */
START_TEST(test_bad_samples_are_warned_of)
{
	char source[128], path[512];
	sample x[1000] = { 1 };
	struct recording r;
	write_sample(dir, "short", "0.wav", x, 1000, 1);
	snprintf(path, sizeof path, "%s/short/0.wav", dir);
	ck_assert_int_eq(truncate(path, 2000), 0);
	write_sample(dir, "text", "0.wav", x, 1000, 1);
	snprintf(path, sizeof path, "%s/text/0.wav", dir);
	ck_assert_int_eq(truncate(path, 5), 0);
	tear_down();
	engine_start();
	snprintf(source, sizeof source, "out $ %s", complaints[_i].source);
	listen(&r, engine, source, 5, 1, 0);
	ck_assert_msg(r.diags.n == 1 || (r.diags.n == 2 && _i == 2), "%s: %zu complaints", complaints[_i].what,
		      (size_t)r.diags.n);
	ck_assert_str_eq(r.diags.items[0].code, complaints[_i].code);
	recording_fini(&r);
}
END_TEST

Suite *sampler_suite(void);

Suite *sampler_suite(void)
{
	Suite *s = suite_create("sampler");
	TCase *t = tcase_create("sampler");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_a_modifier_is_heard, 0, N_CASES);
	tcase_add_test(t, test_onsets_are_on_their_frame);
	tcase_add_test(t, test_pan_has_equal_power);
	tcase_add_test(t, test_jux_keeps_to_the_sides);
	tcase_add_loop_test(t, test_voices_end_without_clicks, 0, sizeof clicks / sizeof *clicks);
	tcase_add_test(t, test_the_oldest_voice_is_stolen_at_the_ceiling);
	tcase_add_loop_test(t, test_voices_are_the_same_for_any_threads_and_blocks, 0, sizeof dense / sizeof *dense);
	tcase_add_test(t, test_a_repeated_event_sounds_the_same);
	tcase_add_test(t, test_evicted_notes_sound_the_same);
	tcase_add_loop_test(t, test_bad_samples_are_warned_of, 0, sizeof complaints / sizeof *complaints);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(sampler_suite());
}
