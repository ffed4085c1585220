/* An effect's answer to a signal: parameters by name, both channels, and what tests of effects measure in it. */
#ifndef TESTS_LIB_EFFECT_H
#define TESTS_LIB_EFFECT_H

#include "tests/lib/kernel.h"

enum { SETTINGS_MAX = 8 };

/* Parameters by name, ended by NULL; the rest keep their defaults. */
struct setting {
	const char *param;
	double value;
};

struct answer {
	sample *in[2];  /* to be filled; the right one counts for effects that take both */
	sample *out[2]; /* the right one stays silent for effects that take one channel at a time */
	size_t n;       /* a multiple of QUANTUM_FRAMES */
	double rate_hz;
};

struct answer answer_new(double seconds, double rate_hz);
void answer_free(struct answer *a);
/* Runs the effect over all of a->in from its frame 0. */
void answer_run(struct answer *a, const char *name, const struct setting *settings);
/* The same with one parameter given frame by frame. */
void answer_run_moving(struct answer *a, const char *name, const struct setting *settings, const char *param,
		       const sample *values);

double signal_energy(const sample *x, size_t from, size_t to);
/* Normalised, of frames from..to - 1: 1 for equal signals, 0 for unrelated ones. */
double signal_correlation(const sample *x, const sample *y, size_t from, size_t to);

/* How much a signal of low frequencies clicks: the highest fourth difference of frames from..to - 1, in dB of what
 * a step of full scale has there. */
double signal_click_db(const sample *x, size_t from, size_t to);

/* A parameter that jumps from one value to another, a little after a second. */
struct step {
	const char *name, *param;
	double from, to;
	struct setting settings[SETTINGS_MAX];
};

/* Figure: how much a sine of 100 Hz, which itself is 150 dB down by signal_click_db(), clicks at the step. At 44.1 kHz. */
void step_check(const struct step *step);

#endif
