#include "render/lang/elsewhere.h"

#include <string.h>

struct pair {
	const char *theirs, *ours;
};

/* In the order of their names. What the registries know is never asked for here. */
static const struct pair functions[] = {
	{ "amp", "gain" },
	{ "bandf", "bpf" },
	{ "brown", "brown_noise" },
	{ "crush", "bitcrush" },
	{ "cutoff", "lpf" },
	{ "dist", "distort" },
	{ "distortion", "distort" },
	{ "duck", "sidechain_compressor" },
	{ "fastcat", "cat" },
	{ "firstof", "firstOf" },
	{ "hcutoff", "hpf" },
	{ "highpass", "hpf" },
	{ "lastof", "lastOf" },
	{ "lowpass", "lpf" },
	{ "midinote", "note" },
	{ "orbit", "cut" },
	{ "palindromic", "palindrome" },
	{ "phasr", "phaser" },
	{ "ramp", "saw" },
	{ "repeat", "ply" },
	{ "reverse", "rev" },
	{ "ringf", "ring_mod" },
	{ "roll", "ply" },
	{ "sawtooth", "saw" },
	{ "shape", "distort" },
	{ "sin", "sine" },
	{ "sound", "s" },
	{ "sqr", "square" },
	{ "superpose", "superimpose" },
	{ "triangle", "tri" },
	{ "velocity", "gain" },
	{ "white", "noise" },
};

/* What has no counterpart of one name. */
static const struct pair absent[] = {
	{ "channel", "write the output: o1 $ …, o2 $ … are the stems" },
	{ "delayfeedback", "the effect takes all of it: delay 0.25 0.5 0.3 (time, feedback, mix)" },
	{ "delayt", "the effect takes all of it: delay 0.25 0.5 0.3 (time, feedback, mix)" },
	{ "delaytime", "the effect takes all of it: delay 0.25 0.5 0.3 (time, feedback, mix)" },
	{ "detune", "write the semitones: note \"0.1\"" },
	{ "dry", "the effect takes its mix: reverb 0.6 0.4 0.3 (room size, damping, mix)" },
	{ "fastspread", "alternate the arguments in one: 'fast \"1 2\"'" },
	{ "nudge", "move the pattern: s \"bd\" $ late 0.01" },
	{ "octave", "write the semitones: note \"12\"" },
	{ "room", "the effect takes all of it: reverb 0.6 0.4 0.3 (room size, damping, mix)" },
	{ "size", "the effect takes all of it: reverb 0.6 0.4 0.3 (room size, damping, mix)" },
	{ "spread", "alternate the arguments in one: 'fast \"<1 2>\"'" },
	{ "tremolorate", "the effect takes all of it: tremolo 4 0.5 (rate, depth)" },
	{ "unDegradeBy", "write 'undegradeBy x', where a greater x keeps less" },
	{ "walk", "write 'range 0 7 $ perlin' to wander, 'irand 8 $ segment 4' for random steps" },
	{ "weave", "stack the parts: stack [s \"bd\" # pan (slow 8 $ saw), s \"hh\" # pan (slow 8 $ isaw)]" },
};

static const struct pair statements[] = {
	{ "do", "statements need no 'do': each begins at the margin" },
	{ "let", "write '~name $ …' for a sound, or 'fn name a = …' for a function" },
	{ "once", "write 'out $ …': a render plays from cycle 0 to its end" },
	{ "setbpm", "write 'bpm: 120'" },
	{ "setcpm", "write 'cps: x', where x is the cycles per minute divided by 60" },
	{ "setcps", "write 'cps: 0.5'" },
	{ "setTempo", "write 'tempo: 0.5'" },
};

static const char *find(const struct pair *pairs, size_t n, struct text name)
{
	for (size_t i = 0; i < n; i++)
		if (text_is(name, pairs[i].theirs, strlen(pairs[i].theirs)))
			return pairs[i].ours;
	return NULL;
}

const char *elsewhere_function(struct text name)
{
	return find(functions, sizeof(functions) / sizeof(functions[0]), name);
}

const char *elsewhere_absent(struct text name)
{
	return find(absent, sizeof(absent) / sizeof(absent[0]), name);
}

const char *elsewhere_statement(struct text word)
{
	return find(statements, sizeof(statements) / sizeof(statements[0]), word);
}
