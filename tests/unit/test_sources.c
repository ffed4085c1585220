/* The composite sources against their formulas: sidebands, harmonics, detuning, clocks, struck drums. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

#define RATE_HZ 44100.0

enum { FRAMES = 1 << 16 };

/* A frequency on the middle of a bin, so that lines are orthogonal and windows cost no level. */
static double on_bin(double hz)
{
	return round(hz * FRAMES / RATE_HZ) * RATE_HZ / FRAMES;
}

struct setting {
	const char *param;
	double value;
};

/* FRAMES of a node; free() them. */
static sample *source_of(const char *name, const struct setting *settings, unsigned n)
{
	struct kernel_fixture k;
	sample *x = signal_new(FRAMES);

	kernel_init(&k, name, RATE_HZ);
	for (unsigned i = 0; i < n; i++)
		kernel_set(&k, settings[i].param, settings[i].value);
	kernel_run(&k, x, NULL, FRAMES);
	kernel_fini(&k);
	return x;
}

static double level(const sample *x, double hz)
{
	return pow(10, sine_level_db(x, FRAMES, RATE_HZ, hz) / 20);
}

/* --- Frequency modulation ----------------------------------------------------------------------------------------- */

/* sin(C + I sin M) has a line of size |J_n(I)| at C + n M; M is high enough that none folds onto another. */
START_TEST(fm_sidebands_are_bessel_functions)
{
	static const double indices[] = { 0, 0.5, 1, 2.4048, 5 };
	double carrier_hz = on_bin(9000), mod_hz = on_bin(1000), worst = 0;
	struct setting s[] = { { "carrier", carrier_hz }, { "mod", mod_hz }, { "index", indices[_i] } };
	sample *x = source_of("fm", s, 3);
	char what[160];

	for (int n = -8; n <= 8; n++)
		worst = fmax(worst, fabs(level(x, carrier_hz + n * mod_hz) - fabs(jn(n, indices[_i]))));
	snprintf(what, sizeof(what), "error of sidebands at index %g against Bessel functions", indices[_i]);
	figure_at_most("fm", what, "", 1e-4, worst);
	free(x);
}
END_TEST

START_TEST(pm_by_a_sine_is_fm)
{
	double carrier_hz = on_bin(9000), mod_hz = on_bin(1000), worst = 0;
	sample *mod = signal_new(FRAMES), *x = signal_new(FRAMES);
	struct kernel_fixture k;

	signal_sine(mod, FRAMES, mod_hz, RATE_HZ, 1);
	kernel_init(&k, "pm", RATE_HZ);
	kernel_set(&k, "carrier", carrier_hz);
	kernel_set(&k, "index", 2);
	kernel_connect(&k, "mod", mod, NULL);
	kernel_run(&k, x, NULL, FRAMES);
	for (int n = -8; n <= 8; n++)
		worst = fmax(worst, fabs(level(x, carrier_hz + n * mod_hz) - fabs(jn(n, 2))));
	figure_at_most("pm", "error of sidebands at index 2 against Bessel functions", "", 1e-4, worst);
	kernel_fini(&k);
	free(mod);
	free(x);
}
END_TEST

/* f (1 + index sin(ratio phase)) is phase modulation by index / ratio. */
START_TEST(superfm_sidebands_are_bessel_functions)
{
	double hz = on_bin(3000), worst = 0;
	struct setting s[] = { { "freq", hz }, { "ratio", 2 }, { "index", 1 } };
	sample *x = source_of("superfm", s, 3);

	/* lines at (2 n + 1) f for n >= 0; those of n < 0 fold at 0 Hz onto the same odd harmonics */
	for (int n = 0; n <= 2; n++) {
		int folded = -n - 1;
		double sum_re = 0, sum_im = 0;

		for (int i = 0; i < 2; i++) {
			int order = i == 0 ? n : folded;
			/* of sin(P + B - B cos(2 P)): the order-n term turns by -n quarter cycles */
			double angle = 0.5 - M_PI / 2 * order;
			double size = jn(order, 0.5) * (i == 0 ? 1 : -1);

			sum_re += size * cos(i == 0 ? angle : -angle);
			sum_im += size * sin(i == 0 ? angle : -angle);
		}
		worst = fmax(worst, fabs(level(x, (2 * n + 1) * hz) - hypot(sum_re, sum_im)));
	}
	figure_at_most("superfm", "error of harmonics at ratio 2, index 1 against Bessel functions", "", 1e-3, worst);
	free(x);
}
END_TEST

START_TEST(fmcrossmod_is_the_formula)
{
	struct kernel_fixture k;
	sample *a = signal_new(FRAMES), *b = signal_new(FRAMES), *x = signal_new(FRAMES);
	double worst = 0;

	signal_noise(a, FRAMES, 1, 1);
	signal_noise(b, FRAMES, 2, 1);
	kernel_init(&k, "fm_crossmod", RATE_HZ);
	kernel_connect(&k, "carrier", a, NULL);
	kernel_connect(&k, "mod", b, NULL);
	kernel_set(&k, "depth", 3);
	kernel_run(&k, x, NULL, FRAMES);
	for (unsigned i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)x[i] - (double)a[i] * cos(2 * M_PI * 3 * (double)b[i])));
	figure_at_most("fmcrossmod", "error against carrier * cos(2 pi depth mod)", "", 2e-6, worst);
	kernel_fini(&k);
	free(a);
	free(b);
	free(x);
}
END_TEST

/* --- Sums of harmonics -------------------------------------------------------------------------------------------- */

START_TEST(additive_levels_are_the_list_over_its_sum)
{
	static const sample list[] = { 1, 0.5f, 0, 0.25f };
	double hz = on_bin(1000), worst = 0;
	struct kernel_fixture k;
	sample *x = signal_new(FRAMES);

	kernel_init(&k, "additive", RATE_HZ);
	kernel_set(&k, "freq", hz);
	kernel_set_list(&k, "levels", list, 4);
	kernel_run(&k, x, NULL, FRAMES);
	for (unsigned i = 0; i < 6; i++)
		worst = fmax(worst, fabs(level(x, (i + 1) * hz) - (i < 4 ? (double)list[i] / 1.75 : 0)));
	figure_at_most("additive", "error of harmonics against the list", "", 1e-5, worst);
	kernel_fini(&k);
	free(x);
}
END_TEST

/* Above 0.45 of the sample rate partials fade; nothing folds. */
START_TEST(sums_of_harmonics_do_not_alias)
{
	static const char *const names[] = { "additive", "organ", "blip" };
	static const double freqs_hz[] = { 441.7, 1709, 4999, 9001 };
	static const sample list[] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

	for (unsigned i = 0; i < sizeof(freqs_hz) / sizeof(freqs_hz[0]); i++) {
		struct kernel_fixture k;
		struct spectrum s;
		sample *x = signal_new(FRAMES);
		char what[160];

		kernel_init(&k, names[_i], RATE_HZ);
		kernel_set(&k, "freq", freqs_hz[i]);
		if (_i == 0)
			kernel_set_list(&k, "levels", list, 16);
		kernel_run(&k, x, NULL, FRAMES);
		spectrum_init(&s, x, FRAMES, RATE_HZ);
		snprintf(what, sizeof(what), "loudest line that is no harmonic, at %g Hz", freqs_hz[i]);
		figure_at_most(names[_i], what, "dBFS", -90, spectrum_worst_alias_db(&s, freqs_hz[i], 22050));
		spectrum_fini(&s);
		kernel_fini(&k);
		free(x);
	}
}
END_TEST

START_TEST(blip_harmonics_are_equal)
{
	double hz = on_bin(1000), worst = 0;
	struct setting s[] = { { "freq", hz } };
	sample *x = source_of("blip", s, 1);

	ck_assert_double_eq_tol((double)x[0], 1, 1e-6);
	for (unsigned k = 1; k <= 22; k++)
		worst = fmax(worst, fabs(sine_level_db(x, FRAMES, RATE_HZ, k * hz) - 20 * log10(1 / 22.0)));
	figure_at_most("blip", "error of the 22 harmonics of 1 kHz", "dB", 0.01, worst);
	free(x);
}
END_TEST

START_TEST(organ_has_octaves)
{
	static const double levels[][2] = { { 1, 1 / 2.0 },  { 2, 1 / 3.0 }, { 3, 1 / 30.0 },  { 4, 1 / 5.0 },
					    { 6, 1 / 33.0 }, { 8, 1 / 9.0 }, { 12, 1 / 39.0 }, { 16, 1 / 17.0 },
					    { 5, 0 },        { 7, 0 } };
	double hz = on_bin(500), worst = 0, sum = 0;
	struct setting s[] = { { "freq", hz } };
	sample *x = source_of("organ", s, 1);

	for (unsigned i = 0; i < 10; i++)
		sum += levels[i][1];
	for (unsigned i = 0; i < 10; i++)
		worst = fmax(worst, fabs(level(x, levels[i][0] * hz) - levels[i][1] / sum));
	figure_at_most("organ", "error of harmonics against 1 / (k + j^3)", "", 1e-4, worst);
	free(x);
}
END_TEST

/* A pulse's k-th harmonic is 4 / (pi k) |sin(pi k w)|, its mean 2 w - 1. */
START_TEST(a_pulse_has_its_width)
{
	static const double widths[] = { 0.5, 0.25, 0.1, 0.9 };
	double hz = on_bin(500), worst = 0, mean = 0, width = widths[_i];
	struct setting s[] = { { "freq", hz }, { "width", width } };
	sample *x = source_of("pulse", s, 2);
	char what[160];

	for (unsigned k = 1; k <= 12; k++)
		worst = fmax(worst, fabs(level(x, k * hz) - 4 / (M_PI * k) * fabs(sin(M_PI * k * width))));
	for (unsigned i = 0; i < FRAMES; i++)
		mean += (double)x[i] / FRAMES;
	ck_assert_double_eq_tol(mean, 2 * width - 1, 1e-3);
	snprintf(what, sizeof(what), "error of harmonics at width %g", width);
	figure_at_most("pulse", what, "", 0.02, worst);
	free(x);
}
END_TEST

START_TEST(vco_is_the_wave_that_is_asked_for)
{
	static const char *const waves[] = { "saw", "square", "tri", "sine" };
	struct setting s[] = { { "freq", 777 }, { "wave", _i } };
	sample *x = source_of("vco", s, 2), *y = source_of(waves[_i], s, 1);
	double worst = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)x[i] - (double)y[i]));
	ck_assert_double_lt(worst, 2e-5);
	free(x);
	free(y);
}
END_TEST

/* Seven saws from 0.97 to 1.03 of the frequency, each 0.1 of a saw. */
START_TEST(supersaw_voices_are_where_they_should_be)
{
	double hz = on_bin(2000), worst = 0;
	struct setting s[] = { { "freq", hz } };
	sample *x = source_of("supersaw", s, 1);

	for (unsigned v = 0; v < 7; v++)
		worst = fmax(worst, fabs(20 * log10(level(x, hz * (1 + (v / 3.0 - 1) * 0.03)) / (0.1 * 2 / M_PI))));
	figure_at_most("supersaw", "error of the voices' fundamentals", "dB", 0.3, worst);
	free(x);
}
END_TEST

START_TEST(superchip_swings_by_its_depth)
{
	struct setting s[] = { { "freq", 500 }, { "vrate", 5 }, { "vdepth", 0.1 } };
	sample *x = source_of("superchip", s, 3);
	double longest = 0, shortest = 1e9, last = 0;

	for (unsigned i = 1; i < FRAMES; i++)
		if (x[i - 1] < 0 && x[i] >= 0) {
			double at = i - (double)x[i] / ((double)x[i] - (double)x[i - 1]);

			if (last > 0) {
				longest = fmax(longest, at - last);
				shortest = fmin(shortest, at - last);
			}
			last = at;
		}
	figure_within("superchip", "highest frequency at 500 Hz, depth 0.1", "Hz", 550, 2, RATE_HZ / shortest);
	figure_within("superchip", "lowest frequency at 500 Hz, depth 0.1", "Hz", 450, 2, RATE_HZ / longest);
	free(x);
}
END_TEST

/* Where the triangle is 0 the square is alone, where it is -1 it swells to 1 + depth, where it is 1 to 1 - depth. */
START_TEST(superpwm_swells_as_its_formula_says)
{
	struct setting s[] = { { "freq", 100 }, { "rate", 1 }, { "depth", 0.8 } };
	sample *x = source_of("superpwm", s, 3);

	ck_assert_double_eq_tol(signal_rms(x + 11025 - 220, 441), 1, 0.03);
	ck_assert_double_eq_tol(signal_rms(x + 22050 - 220, 441), 0.2, 0.03);
	ck_assert_double_eq_tol(signal_rms(x + 44100 - 220, 441), 1.8, 0.05);
	free(x);
}
END_TEST

/* --- Clocks ------------------------------------------------------------------------------------------------------- */

START_TEST(an_impulse_ends_each_cycle)
{
	struct setting s[] = { { "freq", 689.0625 } }; /* 64 frames */
	sample *x = source_of("impulse", s, 1);

	for (unsigned i = 0; i < FRAMES; i++)
		if ((double)x[i] != (i % 64 == 63 ? 1.0 : 0.0))
			ck_abort_msg("frame %u is %g", i, (double)x[i]);
	free(x);
}
END_TEST

START_TEST(a_phasor_is_the_fraction_of_the_cycles)
{
	static const double speeds[] = { 1, 3, 0.25, -2 };
	struct setting s[] = { { "speed", speeds[_i] } };
	sample *x = source_of("phasor", s, 1);

	for (unsigned i = 0; i < FRAMES; i++) {
		double at = i * 0.5 / RATE_HZ * speeds[_i], off = fabs((double)x[i] - (at - floor(at)));

		if (fmin(off, 1 - off) > 1e-6 || !(x[i] >= 0 && x[i] < 1))
			ck_abort_msg("frame %u is %g", i, (double)x[i]);
	}
	free(x);
}
END_TEST

START_TEST(a_cosine_keeps_the_tempo)
{
	sample *x = source_of("cosine", NULL, 0);
	double worst = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)x[i] - cos(2 * M_PI * i * 0.5 / RATE_HZ)));
	figure_at_most("cosine", "error against cos(2 pi cycles)", "", 1e-6, worst);
	free(x);
}
END_TEST

/* --- Struck ------------------------------------------------------------------------------------------------------- */

/* Frames to a rising zero crossing at or after `from`, interpolated. */
static double crossing(const sample *x, unsigned from)
{
	for (unsigned i = from + 1; i < FRAMES; i++)
		if (x[i - 1] < 0 && x[i] >= 0)
			return i - (double)x[i] / ((double)x[i] - (double)x[i - 1]);
	return -1;
}

START_TEST(superkick_falls_to_its_frequency_and_level)
{
	struct setting s[] = { { "freq", 50 }, { "penv", 0.5 }, { "sustain", 0.3 }, { "noise", 0 } };
	sample *x = source_of("superkick", s, 4);
	double first = crossing(x, 0), a = crossing(x, 22050), b = crossing(x, (unsigned)a + 2);

	/* raised by 2 penv at first: 100 Hz falling to 50 in 50 ms; the phase is the integral of that */
	double t = (-100 + sqrt(100.0 * 100 - 4 * -500 * -1)) / (2 * -500);
	figure_within("superkick", "first period of a kick of 50 Hz", "ms", 1000 * t, 0.3, 1000 * first / RATE_HZ);
	figure_within("superkick", "frequency after the fall", "Hz", 50, 0.05, RATE_HZ / (b - a));
	figure_within("superkick", "level after the fall", "", 0.3, 0.003, signal_peak(x + 22050, 2000));
	ck_assert_double_lt(fabs((double)x[0]), 1e-6);
	free(x);
}
END_TEST

START_TEST(supersnare_and_superhat_end)
{
	struct setting snare[] = { { "freq", 200 }, { "snappy", 0.8 }, { "sustain", 0.1 } };
	struct setting hat[] = { { "bright", 0.7 }, { "sustain", 0.05 } };
	sample *x = source_of("supersnare", snare, 3), *y = source_of("superhat", hat, 2);

	ck_assert_double_gt(signal_rms(x, 441), 0.2);
	ck_assert_double_gt(signal_rms(y, 441), 0.2);
	ck_assert_double_le(signal_peak(x + 4460, FRAMES - 4460), 0);
	ck_assert_double_le(signal_peak(y + 2255, FRAMES - 2255), 0);
	free(x);
	free(y);
}
END_TEST

/* Half of the noise lies below the cutoff at least 12 dB per octave down. */
START_TEST(superhat_is_high_passed)
{
	struct setting s[] = { { "bright", 1 }, { "sustain", 10 } };
	sample *x = source_of("superhat", s, 2);
	struct spectrum sp;
	double low = 0, high = 0;

	spectrum_init(&sp, x, FRAMES, RATE_HZ);
	for (size_t i = 0; i < sp.n_bins; i++) {
		double hz = (double)i * sp.bin_hz, power = pow(10, (double)sp.db[i] / 10);

		if (hz > 1000 && hz < 2000)
			low += power / 1000;
		if (hz > 12000 && hz < 16000)
			high += power / 4000;
	}
	figure_at_least("superhat", "12-16 kHz over 1-2 kHz at bright 1", "dB", 30, 10 * log10(high / low));
	spectrum_fini(&sp);
	free(x);
}
END_TEST

static Suite *sources_suite(void)
{
	Suite *s = suite_create("sources");
	TCase *t = tcase_create("sources");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, fm_sidebands_are_bessel_functions, 0, 5);
	tcase_add_test(t, pm_by_a_sine_is_fm);
	tcase_add_test(t, superfm_sidebands_are_bessel_functions);
	tcase_add_test(t, fmcrossmod_is_the_formula);
	tcase_add_test(t, additive_levels_are_the_list_over_its_sum);
	tcase_add_loop_test(t, sums_of_harmonics_do_not_alias, 0, 3);
	tcase_add_test(t, blip_harmonics_are_equal);
	tcase_add_test(t, organ_has_octaves);
	tcase_add_loop_test(t, a_pulse_has_its_width, 0, 4);
	tcase_add_loop_test(t, vco_is_the_wave_that_is_asked_for, 0, 4);
	tcase_add_test(t, supersaw_voices_are_where_they_should_be);
	tcase_add_test(t, superchip_swings_by_its_depth);
	tcase_add_test(t, superpwm_swells_as_its_formula_says);
	tcase_add_test(t, an_impulse_ends_each_cycle);
	tcase_add_loop_test(t, a_phasor_is_the_fraction_of_the_cycles, 0, 4);
	tcase_add_test(t, a_cosine_keeps_the_tempo);
	tcase_add_test(t, superkick_falls_to_its_frequency_and_level);
	tcase_add_test(t, supersnare_and_superhat_end);
	tcase_add_test(t, superhat_is_high_passed);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(sources_suite());
}
