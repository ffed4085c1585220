/* Compressor, expander, limiter and transient shaper against their formulas. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, FRAMES = 1 << 16 };

static double db(double amplitude)
{
	return 20 * log10(fmax(amplitude, 1e-30));
}

static double amplitude(double level_db)
{
	return pow(10, level_db / 20);
}

static double random_01(uint64_t seed, uint64_t i)
{
	return (double)(hash64_pair(seed, i) >> 11) * 0x1p-53;
}

/* Level in dB of a steady tone behind a node, once it has settled. */
static double settled_db(struct kernel_fixture *k, const sample *in)
{
	sample *left = signal_new(FRAMES), *right = signal_new(FRAMES);

	kernel_connect(k, "in", in, NULL);
	kernel_run(k, left, right, FRAMES);
	double level = sine_level_db(left + FRAMES / 2, FRAMES / 2, RATE_HZ, 1000);
	ck_assert_int_eq(memcmp(left, right, FRAMES * sizeof(sample)), 0);
	free(left);
	free(right);
	kernel_fini(k);
	return level;
}

/* --- Static curves ---------------------------------------------------------------------------------------------- */

struct curve {
	const char *node;
	double threshold, ratio, makeup;
	double slope; /* dB of gain per dB over the threshold */
};

static const struct curve curves[] = {
	{ "compressor", -20, 4, 0, 0.25 - 1 },
	{ "compressor", -30, 2, 6, 0.5 - 1 },
	{ "compressor", -50, 20, 0, 1 / 20.0 - 1 },
	{ "compressor", -6, 1, 0, 0 },
	{ "expander", -30, 2, 0, 1 },
	{ "expander", -12, 1.5, 0, 0.5 },
	{ "sidechain_compressor", -40, 8, 0, 1 / 8.0 - 1 },
};

static double curve_error(const struct curve *c, double level_db)
{
	struct kernel_fixture k;
	sample *in = signal_new(FRAMES);
	double over = fmax(level_db - c->threshold, 0);

	signal_sine(in, FRAMES, 1000, RATE_HZ, amplitude(level_db));
	kernel_init(&k, c->node, RATE_HZ);
	kernel_set(&k, "threshold", c->threshold);
	kernel_set(&k, "ratio", c->ratio);
	kernel_set(&k, "attack", 0.005);
	kernel_set(&k, "release", 0.1);
	if (c->makeup > 0)
		kernel_set(&k, "makeup", c->makeup);
	if (strcmp(c->node, "sidechain_compressor") == 0)
		kernel_connect(&k, "side", in, NULL);
	double error = fabs(settled_db(&k, in) - (level_db + c->slope * over + c->makeup));
	free(in);
	return error;
}

START_TEST(test_static_curves_are_those_of_the_formula)
{
	const struct curve *c = &curves[_i];
	double worst = 0;
	char what[96];

	for (double level = -60; level <= 0; level += 5)
		worst = fmax(worst, curve_error(c, level));
	snprintf(what, sizeof what, "error of the static curve, %g:1 above %g dB, sines of -60 to 0 dB at 1 kHz",
		 c->ratio, c->threshold);
	figure_at_most(c->node, what, "dB", 0.2, worst);
}
END_TEST

/* --- Times ------------------------------------------------------------------------------------------------------ */

/* The detector's level while a side signal steps: recovered from the gain of a constant under the steepest curve. */
static void detector_levels(double attack_s, double release_s, const sample *side, sample *levels)
{
	struct kernel_fixture k;
	sample *right = signal_new(FRAMES);

	kernel_init(&k, "sidechain_compressor", RATE_HZ);
	kernel_set(&k, "in", 1);
	kernel_connect(&k, "side", side, NULL);
	kernel_set(&k, "threshold", -60);
	kernel_set(&k, "ratio", 20);
	kernel_set(&k, "attack", attack_s);
	kernel_set(&k, "release", release_s);
	kernel_run(&k, levels, right, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		levels[i] = (sample)amplitude(-60 - db((double)levels[i]) / (1 - 1 / 20.0));
	kernel_fini(&k);
	free(right);
}

static const struct {
	double attack_s, release_s;
} times[] = { { 0.001, 0.01 }, { 0.01, 0.1 }, { 0.1, 0.02 }, { 0.3, 0.3 }, { 0.2, 0.5 } };

START_TEST(test_attack_and_release_take_their_time)
{
	enum { STEP = FRAMES / 2 };
	double attack_s = times[_i].attack_s, release_s = times[_i].release_s;
	sample *side = signal_new(FRAMES), *levels = signal_new(FRAMES);
	size_t up = 0, down = STEP;
	char what[96];

	for (size_t i = 0; i < STEP; i++)
		side[i] = 1;
	detector_levels(attack_s, release_s, side, levels);
	while (up < STEP && (double)levels[up] < 1 - exp(-1))
		up++;
	double top = (double)levels[STEP - 1];
	while (down < FRAMES && (double)levels[down] > top * exp(-1))
		down++;
	snprintf(what, sizeof what, "time to 63 %% of a step up, attack %g s", attack_s);
	figure_within("compressor", what, "s", attack_s, 0.005 * attack_s + 1.5 / RATE_HZ, (double)up / RATE_HZ);
	/* The level falls only once the held peak is below it. */
	double late = -log(top) * release_s * RATE_HZ;
	snprintf(what, sizeof what, "time to 37 %% after a step down, release %g s", release_s);
	figure_within("compressor", what, "s", release_s, 0.005 * release_s + 1.5 / RATE_HZ,
		      ((double)(down - STEP) - late) / RATE_HZ);
	free(side);
	free(levels);
}
END_TEST

START_TEST(test_both_channels_share_the_gain)
{
	struct kernel_fixture k;
	sample *in[2] = { signal_new(FRAMES), signal_new(FRAMES) },
	       *out[2] = { signal_new(FRAMES), signal_new(FRAMES) };
	double worst = 0;

	signal_sine(in[0], FRAMES, 300, RATE_HZ, 0.9);
	signal_sine(in[1], FRAMES, 300, RATE_HZ, 0.09);
	kernel_init(&k, "compressor", RATE_HZ);
	kernel_connect(&k, "in", in[0], in[1]);
	kernel_set(&k, "threshold", -30);
	kernel_set(&k, "ratio", 10);
	kernel_set(&k, "attack", 0.002);
	kernel_set(&k, "release", 0.05);
	kernel_run(&k, out[0], out[1], FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)out[0][i] - 10 * (double)out[1][i]));
	figure_at_most("compressor", "change of the balance of two channels 20 dB apart", "", 1e-6, worst);
	kernel_fini(&k);
	for (int ch = 0; ch < 2; ch++) {
		free(in[ch]);
		free(out[ch]);
	}
}
END_TEST

/* --- Limiter ---------------------------------------------------------------------------------------------------- */

/* Bursts of noise, tones and single spikes up to 40 dB over full scale. */
static void fill_wild(sample *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		double burst = i / 3000 % 2 ? 100 * random_01(3, i / 3000) : 0.2;
		x[i] = (sample)(burst * (2 * random_01(1, i) - 1));
		if (random_01(2, i) < 0.001)
			x[i] = random_01(4, i) < 0.5 ? 100 : -100;
	}
}

static const double lookaheads[] = { 0, 0.0001, 0.001, 0.005, 0.05 };

START_TEST(test_limiter_never_exceeds_its_threshold)
{
	static const double thresholds[] = { 0.001, 0.25, 0.5, 1, 2 };
	sample *in[2] = { signal_new(FRAMES), signal_new(FRAMES) },
	       *out[2] = { signal_new(FRAMES), signal_new(FRAMES) };
	double worst = -INFINITY;
	char what[96];

	fill_wild(in[0], FRAMES);
	signal_noise(in[1], FRAMES, 9, 3);
	for (size_t t = 0; t < 5; t++) {
		struct kernel_fixture k;
		kernel_init(&k, "limiter", RATE_HZ);
		kernel_connect(&k, "in", in[0], in[1]);
		kernel_set(&k, "threshold", thresholds[t]);
		kernel_set(&k, "attack", lookaheads[_i]);
		kernel_run(&k, out[0], out[1], FRAMES);
		double peak = fmax(signal_peak(out[0], FRAMES), signal_peak(out[1], FRAMES));
		worst = fmax(worst, db(peak / (double)(float)thresholds[t]));
		kernel_fini(&k);
	}
	snprintf(what, sizeof what, "peak over the threshold, look-ahead %g s, bursts and spikes up to 40 dB over",
		 lookaheads[_i]);
	figure_at_most("limiter", what, "dB", 0, worst);
	ck_assert_double_ge(worst, -0.1); /* it is reached */
	for (int ch = 0; ch < 2; ch++) {
		free(in[ch]);
		free(out[ch]);
	}
}
END_TEST

START_TEST(test_limiter_keeps_to_a_threshold_that_moves)
{
	struct kernel_fixture k;
	enum { DELAY = 220 }; /* 5 ms are 220.5 frames, as a float a little less */
	sample *in = signal_new(FRAMES), *threshold = signal_new(FRAMES);
	sample *left = signal_new(FRAMES), *right = signal_new(FRAMES);

	fill_wild(in, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		threshold[i] = (sample)(0.1 + 0.9 * random_01(7, i / 500));
	kernel_init(&k, "limiter", RATE_HZ);
	kernel_connect(&k, "in", in, NULL);
	kernel_connect(&k, "threshold", threshold, NULL);
	kernel_run(&k, left, right, FRAMES);
	for (size_t i = DELAY; i < FRAMES; i++)
		if (fabsf(left[i]) > threshold[i - DELAY])
			ck_abort_msg("frame %zu: %g above %g", i, (double)left[i], (double)threshold[i - DELAY]);
	kernel_fini(&k);
	free(in);
	free(threshold);
	free(left);
	free(right);
}
END_TEST

START_TEST(test_limiter_passes_what_is_below_the_threshold_late_and_unchanged)
{
	size_t delay = (size_t)floor((double)(sample)lookaheads[_i] * RATE_HZ + 0.5);
	sample *in = signal_new(FRAMES), *left = signal_new(FRAMES), *right = signal_new(FRAMES);
	struct kernel_fixture k;

	signal_noise(in, FRAMES, 5, 0.7);
	kernel_init(&k, "limiter", RATE_HZ);
	kernel_connect(&k, "in", in, NULL);
	kernel_set(&k, "threshold", 0.7001);
	kernel_set(&k, "attack", lookaheads[_i]);
	kernel_run(&k, left, right, FRAMES);
	ck_assert_int_eq(memcmp(left + delay, in, (FRAMES - delay) * sizeof(sample)), 0);
	for (size_t i = 0; i < delay; i++)
		if (left[i] != 0)
			ck_abort_msg("frame %zu is %g before anything came in", i, (double)left[i]);
	kernel_fini(&k);
	free(in);
	free(left);
	free(right);
}
END_TEST

START_TEST(test_limiter_curve_and_release)
{
	struct kernel_fixture k;
	sample *in = signal_new(FRAMES), *left = signal_new(FRAMES), *right = signal_new(FRAMES);
	size_t quiet = FRAMES / 2 + 44, back = quiet; /* 1 ms late */

	for (size_t i = 0; i < FRAMES; i++)
		in[i] = i < FRAMES / 2 ? 2 : 0.1f;
	kernel_init(&k, "limiter", RATE_HZ);
	kernel_connect(&k, "in", in, NULL);
	kernel_set(&k, "threshold", 0.2);
	kernel_set(&k, "attack", 0.001);
	kernel_set(&k, "release", 0.1);
	kernel_run(&k, left, right, FRAMES);
	figure_within("limiter", "level of a steady signal 20 dB over the threshold", "dB", db(0.2), 0.2,
		      db((double)left[FRAMES / 2 - 1]));
	/* Gain rises from 0.1 towards 1. */
	while (back < FRAMES && (double)left[back] < 0.1 * (1 - 0.9 * exp(-1)))
		back++;
	figure_within("limiter", "time to 63 % of the way back, release 0.1 s", "s", 0.1, 0.003,
		      (double)(back - quiet) / RATE_HZ);
	kernel_fini(&k);
	free(in);
	free(left);
	free(right);
}
END_TEST

/* --- Transient shaper ------------------------------------------------------------------------------------------- */

static double follow(double level, double x, double up_s, double down_s)
{
	return level + (x - level) * (1 - exp(-1 / ((x > level ? up_s : down_s) * RATE_HZ)));
}

START_TEST(test_transient_shaper_follows_its_formula)
{
	struct kernel_fixture k;
	sample *in = signal_new(FRAMES), *left = signal_new(FRAMES), *right = signal_new(FRAMES);
	double fast = 0, slow = 0, worst = 0;

	for (size_t i = 0; i < FRAMES; i++) /* hits that die away */
		in[i] = (sample)(exp(-(double)(i % 8192) / 1500) * (i % 2 ? 1 : -1));
	kernel_init(&k, "transient_shaper", RATE_HZ);
	kernel_connect(&k, "in", in, NULL);
	kernel_set(&k, "attack", 9);
	kernel_set(&k, "sustain", -18);
	kernel_run(&k, left, right, FRAMES);
	for (size_t i = 0; i < FRAMES; i++) {
		double x = fabs((double)in[i]);
		fast = follow(fast, x, 0.0005, 0.02);
		slow = follow(slow, x, 0.015, 0.08);
		double t = fmax(0, fast - slow) / fast;
		double gain = amplitude(-18) * (1 - t) + amplitude(9) * t;
		worst = fmax(worst, fabs(db((double)left[i] / (double)in[i]) - db(gain)));
	}
	figure_at_most("transient_shaper", "error of the gain over hits", "dB", 0.2, worst);
	kernel_fini(&k);
	free(in);
	free(left);
	free(right);
}
END_TEST

static Suite *dynamics_suite(void)
{
	Suite *s = suite_create("dynamics");
	TCase *t = tcase_create("compressor and expander"), *l = tcase_create("limiter"), *h = tcase_create("shaper");

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, test_static_curves_are_those_of_the_formula, 0, sizeof curves / sizeof curves[0]);
	tcase_add_loop_test(t, test_attack_and_release_take_their_time, 0, sizeof times / sizeof times[0]);
	tcase_add_test(t, test_both_channels_share_the_gain);
	suite_add_tcase(s, l);
	tcase_add_loop_test(l, test_limiter_never_exceeds_its_threshold, 0, sizeof lookaheads / sizeof lookaheads[0]);
	tcase_add_test(l, test_limiter_keeps_to_a_threshold_that_moves);
	tcase_add_loop_test(l, test_limiter_passes_what_is_below_the_threshold_late_and_unchanged, 0,
			    sizeof lookaheads / sizeof lookaheads[0]);
	tcase_add_test(l, test_limiter_curve_and_release);
	suite_add_tcase(s, h);
	tcase_add_test(h, test_transient_shaper_follows_its_formula);
	return s;
}

int main(void)
{
	return test_run(dynamics_suite());
}
