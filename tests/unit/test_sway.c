/* Effects that sway: how far and how fast, where their notches lie, and how wide they are. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/effect.h"
#include "tests/lib/figure.h"
#include "tests/lib/test.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { RATE_HZ = 44100 };

/* --- Sway ----------------------------------------------------------------------------------------------------- */

/* Reads the delay off an effect: of a ramp, whose value tells its frame, an interpolated read gives exactly the
 * time it was taken from. */
static void delays_read(sample *delay, unsigned ch, struct answer *a, const char *name, const struct setting *settings,
			double level)
{
	double middle = (double)a->n / 2;

	for (size_t i = 0; i < a->n; i++)
		a->in[0][i] = a->in[1][i] = (sample)(level * ((double)i - middle) / middle);
	answer_run(a, name, settings);
	for (size_t i = 0; i < a->n; i++)
		delay[i] = (sample)((double)i - middle - (double)a->out[ch][i] * middle / level);
}

static const struct {
	const char *name;
	unsigned ch;
	double level, rate_hz, lowest_s, highest_s, lag_frames;
	double start; /* phase of the sine at frame 0, in cycles */
	struct setting settings[SETTINGS_MAX];
} sways[] = {
	{ "chorus", 0, 1, 2, 0.005, 0.025, 0, 0, { { "rate", 2 }, { "depth", 1 }, { "mix", 1 } } },
	{ "chorus", 1, 1, 2, 0.005, 0.025, 0, 0.25, { { "rate", 2 }, { "depth", 1 }, { "mix", 1 } } },
	{ "chorus", 0, 1, 0.7, 0.0125, 0.0175, 0, 0, { { "rate", 0.7 }, { "depth", 0.25 }, { "mix", 1 } } },
	{ "vibrato", 0, 1, 5, 0, 0.01, 1, 0, { { "rate", 5 }, { "depth", 1 } } },
	{ "vibrato", 0, 1, 0.9, 0, 0.02, 1, 0, { { "rate", 0.9 }, { "depth", 2 } } },
	{ "tapedelay",
	  0,
	  1e-3,
	  3,
	  0.099,
	  0.101,
	  7.0 / 3,
	  0,
	  { { "time", 0.1 }, { "wow_rate", 3 }, { "wow", 1 }, { "flutter", 0 }, { "saturation", 0 }, { "mix", 1 } } },
	{ "tapedelay",
	  0,
	  1e-3,
	  7,
	  0.0999,
	  0.1001,
	  7.0 / 3,
	  0,
	  { { "time", 0.1 },
	    { "flutter_rate", 7 },
	    { "flutter", 1 },
	    { "wow", 0 },
	    { "saturation", 0 },
	    { "mix", 1 } } },
};

/* Amplitude and phase at a rate, by projection on whole cycles. */
static void sway_measure(const sample *delay, size_t from, size_t n, double rate_hz, double *amplitude, double *phase)
{
	double re = 0, im = 0;

	for (size_t i = from; i < from + n; i++) {
		double angle = 2 * M_PI * rate_hz * (double)i / RATE_HZ;

		re += (double)delay[i] * sin(angle);
		im += (double)delay[i] * cos(angle);
	}
	*amplitude = 2 * hypot(re, im) / (double)n;
	*phase = atan2(im, re) / (2 * M_PI);
}

/* The rate from the turn of the phase over twenty seconds. */
START_TEST(the_sway_has_its_rate_depth_and_phase)
{
	enum { SECONDS = 40, PART = 10 * RATE_HZ };
	struct answer a = answer_new(SECONDS, RATE_HZ);
	sample *delay = signal_new(a.n);
	double amplitude, phase, later, centre = 0, sway = (sways[_i].highest_s - sways[_i].lowest_s) / 2 * RATE_HZ;
	size_t from = RATE_HZ, to = from + 20 * RATE_HZ;
	char what[120];

	delays_read(delay, sways[_i].ch, &a, sways[_i].name, sways[_i].settings, sways[_i].level);
	for (size_t i = from; i < from + PART; i++)
		centre += (double)delay[i] / PART;
	sway_measure(delay, from, PART, sways[_i].rate_hz, &amplitude, &phase);
	sway_measure(delay, to, PART, sways[_i].rate_hz, &amplitude, &later);
	snprintf(what, sizeof what, "sway at %g Hz, %s: ", sways[_i].rate_hz, sways[_i].ch ? "right" : "left");
#define FIGURE(measure, unit, promised, tolerance, measured)                                                           \
	do {                                                                                                           \
		char line[160];                                                                                        \
		snprintf(line, sizeof line, "%s%s", what, measure);                                                    \
		figure_within(sways[_i].name, line, unit, promised, tolerance, measured);                              \
	} while (0)
	FIGURE("centre", "frames", (sways[_i].highest_s + sways[_i].lowest_s) / 2 * RATE_HZ + sways[_i].lag_frames, 1,
	       centre);
	FIGURE("depth either way", "frames", sway, 0.01 * sway, amplitude);
	FIGURE("phase at the start", "cycles", sways[_i].start, 0.01, phase);
	FIGURE("rate", "Hz", sways[_i].rate_hz, 1e-4 * sways[_i].rate_hz, sways[_i].rate_hz + (later - phase) / 20);
#undef FIGURE
	free(delay);
	answer_free(&a);
}
END_TEST

START_TEST(tremolo_sways_between_its_levels_at_its_rate)
{
	struct answer a = answer_new(10, RATE_HZ);
	double lowest = 1, highest = 0, worst = 0;

	for (size_t i = 0; i < a.n; i++)
		a.in[0][i] = 1;
	answer_run(&a, "tremolo", (const struct setting[]){ { "rate", 6 }, { "depth", 0.8 }, { NULL, 0 } });
	for (size_t i = 0; i < a.n; i++) {
		double level = (double)a.out[0][i];

		lowest = fmin(lowest, level);
		highest = fmax(highest, level);
		worst = fmax(worst, fabs(level - (0.6 + 0.4 * sin(2 * M_PI * 6 * (double)i / RATE_HZ))));
	}
	figure_within("tremolo", "lowest level at depth 0.8", "", 0.2, 1e-4, lowest);
	figure_within("tremolo", "highest level", "", 1, 1e-4, highest);
	figure_at_most("tremolo", "worst difference from its formula over 10 s at 6 Hz", "", 1e-5, worst);
	answer_free(&a);
}
END_TEST

START_TEST(ring_makes_sum_and_difference)
{
	struct answer a = answer_new(2, RATE_HZ);

	signal_sine(a.in[0], a.n, 1000, RATE_HZ, 1);
	answer_run(&a, "ring", (const struct setting[]){ { "freq", 137 }, { NULL, 0 } });
	figure_within("ring", "level at 1137 Hz of 1000 Hz times 137 Hz", "dB", -6.02, 0.01,
		      sine_level_db(a.out[0], RATE_HZ, RATE_HZ, 1137));
	figure_within("ring", "level at 863 Hz", "dB", -6.02, 0.01, sine_level_db(a.out[0], RATE_HZ, RATE_HZ, 863));
	figure_at_most("ring", "level left at 1000 Hz", "dB", -100, sine_level_db(a.out[0], RATE_HZ, RATE_HZ, 1000));
	answer_free(&a);
}
END_TEST

START_TEST(ring_mod_multiplies)
{
	struct answer a = answer_new(0.1, RATE_HZ);
	sample *by = signal_new(a.n);

	signal_noise(a.in[0], a.n, 1, 1);
	signal_noise(by, a.n, 2, 1);
	answer_run_moving(&a, "ring_mod", (const struct setting[]){ { NULL, 0 } }, "by", by);
	for (size_t i = 0; i < a.n; i++)
		if (a.out[0][i] != a.in[0][i] * by[i])
			ck_abort_msg("frame %zu", i);
	free(by);
	answer_free(&a);
}
END_TEST

/* Five impulses: one at once, and one in each tap's range. */
START_TEST(fchorus_has_five_voices_in_their_ranges)
{
	struct answer a = answer_new(1, RATE_HZ);

	a.in[0][0] = 1;
	answer_run(&a, "fchorus",
		   (const struct setting[]){
			   { "separation", 0.015 }, { "variation", 0.005 }, { "rate", 0.5 }, { NULL, 0 } });
	ck_assert_float_eq(a.out[0][0], 0.2f);
	for (unsigned k = 1; k <= 4; k++) {
		size_t from = (size_t)(0.015 * k * RATE_HZ) - 1, to = (size_t)((0.015 * k + 0.005) * RATE_HZ) + 4;
		double area = 0;
		char what[80];

		for (size_t i = from; i < to; i++) {
			area += (double)a.out[0][i];
			a.out[0][i] = 0;
		}
		snprintf(what, sizeof what, "area of voice %u between %g and %g ms", k + 1, 15.0 * k, 15.0 * k + 5);
		figure_within("fchorus", what, "", 0.2, 0.002, area);
	}
	a.out[0][0] = 0;
	ck_assert_double_lt(signal_peak(a.out[0], a.n), 1e-6);
	answer_free(&a);
}
END_TEST

/* --- Notches -------------------------------------------------------------------------------------------------- */

/* The response to an impulse at frame `at`, from there on. */
static struct answer response_of(const char *name, const struct setting *settings, size_t at, double rate_hz)
{
	struct answer a = answer_new((double)at / rate_hz + 0.5, rate_hz);

	a.in[0][at] = a.in[1][at] = 1;
	answer_run(&a, name, settings);
	for (unsigned ch = 0; ch < 2; ch++)
		memmove(a.out[ch], a.out[ch] + at, (a.n - at) * sizeof(sample));
	a.n -= at;
	return a;
}

/* Frequency of the lowest response within 10 % of a guess. */
static double notch_near(const struct answer *a, unsigned ch, double rate_hz, double guess_hz, double *level_db)
{
	double lowest_hz = 0;

	*level_db = 1e9;
	for (double hz = 0.9 * guess_hz; hz <= 1.1 * guess_hz; hz += guess_hz / 2000) {
		double db = response_db(a->out[ch], a->n, rate_hz, hz);

		if (db < *level_db) {
			*level_db = db;
			lowest_hz = hz;
		}
	}
	return lowest_hz;
}

static double phaser_notch_hz(unsigned n_stages, unsigned k, double corner_hz, double rate_hz)
{
	double warped = tan(M_PI * corner_hz / rate_hz) * tan((2 * k + 1) * M_PI / (2 * n_stages));

	return atan(warped) * rate_hz / M_PI;
}

/* Without depth the corner stays at 200 Hz. */
START_TEST(a_phaser_at_rest_has_its_notches)
{
	static const unsigned stages[] = { 2, 4, 6, 12 };
	unsigned n = stages[_i];
	struct setting settings[SETTINGS_MAX] = {
		{ "rate", 0.05 }, { "depth", 0 }, { "feedback", 0 }, { "stages", n }
	};
	struct answer a = response_of("phaser", settings, 0, RATE_HZ);

	for (unsigned k = 0; k < n / 2; k++) {
		double level_db, hz = phaser_notch_hz(n, k, 200, RATE_HZ);
		double found_hz = notch_near(&a, 0, RATE_HZ, hz, &level_db);
		char what[80];

		snprintf(what, sizeof what, "notch %u of %u stages at 200 Hz", k + 1, n);
		figure_within("phaser", what, "Hz", hz, 0.002 * hz, found_hz);
		figure_at_most("phaser", what, "dB", -40, level_db);
	}
	figure_within("phaser", "level at 20 kHz between notches", "dB", 0, 0.5,
		      response_db(a.out[0], a.n, RATE_HZ, 20000));
	answer_free(&a);
}
END_TEST

/* At the sine's top after a quarter of a cycle, at its middle at the start; the right channel a quarter ahead. */
START_TEST(a_phaser_sweeps_between_its_corners)
{
	static const struct {
		double at_s;
		unsigned ch;
		double corner_hz;
	} corners[] = {
		{ 0, 0, 1100 }, { 0, 1, 2000 }, { 0.5, 0, 2000 }, { 1, 0, 1100 }, { 1, 1, 200 }, { 1.5, 0, 200 }
	};
	struct setting settings[SETTINGS_MAX] = { { "rate", 0.5 }, { "depth", 1 }, { "feedback", 0 }, { "stages", 4 } };
	struct answer a = response_of("phaser", settings, (size_t)(corners[_i].at_s * RATE_HZ), RATE_HZ);
	double level_db, hz = phaser_notch_hz(4, 1, corners[_i].corner_hz, RATE_HZ);
	char what[80];

	snprintf(what, sizeof what, "upper notch of 4 stages, %s, %g s into a sweep of 2 s",
		 corners[_i].ch ? "right" : "left", corners[_i].at_s);
	figure_within("phaser", what, "Hz", hz, 0.02 * hz, notch_near(&a, corners[_i].ch, RATE_HZ, hz, &level_db));
	answer_free(&a);
}
END_TEST

START_TEST(a_flanger_has_notches_at_odd_multiples_of_half_its_delays_inverse)
{
	static const struct {
		double at_s;
		unsigned ch;
		double delay_s;
	} places[] = { { 0, 0, 0.003 }, { 0, 1, 0.005 }, { 2.5, 0, 0.005 }, { 7.5, 0, 0.001 } };
	struct setting settings[SETTINGS_MAX] = { { "depth", 1 }, { "rate", 0.1 }, { "feedback", 0 } };

	for (unsigned p = 0; p < LEN(places); p++) {
		struct answer a = response_of("flanger", settings, (size_t)(places[p].at_s * RATE_HZ), RATE_HZ);

		for (unsigned k = 0; k < 3; k++) {
			double level_db, hz = (2 * k + 1) / (2 * places[p].delay_s);
			double found_hz = notch_near(&a, places[p].ch, RATE_HZ, hz, &level_db);
			char what[80];

			snprintf(what, sizeof what, "notch %u at a delay of %g ms, %s", k + 1, places[p].delay_s * 1e3,
				 places[p].ch ? "right" : "left");
			figure_within("flanger", what, "Hz", hz, 0.01 * hz, found_hz);
			figure_at_most("flanger", what, "dB", -25, level_db);
		}
		answer_free(&a);
	}
}
END_TEST

/* --- Width ---------------------------------------------------------------------------------------------------- */

START_TEST(swaying_effects_are_wide)
{
	static const struct {
		const char *name;
		struct setting settings[SETTINGS_MAX];
	} wide[] = { { "chorus", { { "rate", 1 }, { "depth", 1 }, { "mix", 0.5 } } },
		     { "flanger", { { "rate", 1 }, { "depth", 1 }, { "feedback", 0.5 } } },
		     { "phaser", { { "rate", 1 }, { "depth", 1 }, { "feedback", 0.5 }, { "stages", 6 } } } };
	struct answer a = answer_new(5, RATE_HZ);

	for (unsigned i = 0; i < LEN(wide); i++) {
		signal_noise(a.in[0], a.n, 3, 0.5);
		memcpy(a.in[1], a.in[0], a.n * sizeof(sample));
		answer_run(&a, wide[i].name, wide[i].settings);
		figure_at_most(wide[i].name, "correlation of left and right, both hearing one noise", "", 0.9,
			       signal_correlation(a.out[0], a.out[1], RATE_HZ, a.n));
	}
	answer_free(&a);
}
END_TEST

static Suite *sway_suite(void)
{
	Suite *s = suite_create("sway");
	TCase *sway = tcase_create("sway"), *notch = tcase_create("notches and width");

	suite_add_tcase(s, sway);
	suite_add_tcase(s, notch);
	tcase_set_timeout(sway, 60);
	tcase_set_timeout(notch, 60);
	tcase_add_loop_test(sway, the_sway_has_its_rate_depth_and_phase, 0, LEN(sways));
	tcase_add_test(sway, tremolo_sways_between_its_levels_at_its_rate);
	tcase_add_test(sway, ring_makes_sum_and_difference);
	tcase_add_test(sway, ring_mod_multiplies);
	tcase_add_test(sway, fchorus_has_five_voices_in_their_ranges);
	tcase_add_loop_test(notch, a_phaser_at_rest_has_its_notches, 0, 4);
	tcase_add_loop_test(notch, a_phaser_sweeps_between_its_corners, 0, 6);
	tcase_add_test(notch, a_flanger_has_notches_at_odd_multiples_of_half_its_delays_inverse);
	tcase_add_test(notch, swaying_effects_are_wide);
	return s;
}

int main(void)
{
	return test_run(sway_suite());
}
