/* Distortion and the crushers: curves, harmonics, aliases, levels and holds. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, FRAMES = 1 << 16, DISTORT_DELAY = 16 };

static void run_on(const char *node, const sample *in, const char *p1, double v1, const char *p2, double v2,
		   sample *out)
{
	struct kernel_fixture k;

	kernel_init(&k, node, RATE_HZ);
	kernel_connect(&k, "in", in, NULL);
	kernel_set(&k, p1, v1);
	if (p2)
		kernel_set(&k, p2, v2);
	kernel_run(&k, out, NULL, FRAMES);
	kernel_fini(&k);
}

/* --- distort ---------------------------------------------------------------------------------------------------- */

START_TEST(test_the_static_curve_is_tanh)
{
	static const double drives[] = { 1, 3, 10, 100 };
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t i = 0; i < FRAMES; i++) /* steps of 256 frames, long enough to settle */
		in[i] = (sample)((double)(i / 256) / 64 - 2);
	for (size_t d = 0; d < 4; d++) {
		run_on("distort", in, "drive", drives[d], "mix", 0.75, out);
		for (size_t i = 255; i < FRAMES; i += 256) {
			double x = (double)in[i], wanted = 0.25 * x + 0.75 * tanh(drives[d] * x);
			worst = fmax(worst, fabs((double)out[i] - wanted));
		}
	}
	figure_at_most("distort", "error of the static curve, drives 1 to 100", "", 1e-4, worst);
	free(in);
	free(out);
}
END_TEST

/* Amplitude of harmonic n of tanh(drive * sin). */
static double harmonic_db(double drive, unsigned n)
{
	enum { STEPS = 1 << 16 };
	double sum = 0;

	for (size_t i = 0; i < STEPS; i++) {
		double phase = 2 * M_PI * ((double)i + 0.5) / STEPS;
		sum += tanh(drive * sin(phase)) * sin(n * phase);
	}
	return 20 * log10(2 * fabs(sum) / STEPS);
}

START_TEST(test_harmonics_are_those_of_tanh)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	signal_sine(in, FRAMES, 310, RATE_HZ, 1);
	run_on("distort", in, "drive", 8, "mix", 1, out);
	for (unsigned n = 1; n <= 31; n += 2) {
		double level = sine_level_db(out + FRAMES / 2, FRAMES / 2, RATE_HZ, 310.0 * n);
		worst = fmax(worst, fabs(level - harmonic_db(8, n)));
	}
	figure_at_most("distort", "error of harmonics up to 10 kHz, drive 8 at 310 Hz", "dB", 0.2, worst);
	free(in);
	free(out);
}
END_TEST

static const struct {
	double drive, freq_hz, promised_db;
} aliases[] = {
	{ 3, 1245.3, -100 }, { 3, 4978.7, -80 },   { 10, 1245.3, -80 },
	{ 10, 4978.7, -60 }, { 100, 1245.3, -60 }, { 100, 4978.7, -50 },
};

START_TEST(test_aliases_stay_low)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double f = aliases[_i].freq_hz;
	struct spectrum s;
	char what[96];

	signal_sine(in, FRAMES, f, RATE_HZ, 1);
	run_on("distort", in, "drive", aliases[_i].drive, "mix", 1, out);
	spectrum_init(&s, out + FRAMES / 2, FRAMES / 2, RATE_HZ);
	snprintf(what, sizeof what, "worst alias below 15 kHz under the fundamental, drive %g at %.0f Hz",
		 aliases[_i].drive, f);
	figure_at_most("distort", what, "dB", aliases[_i].promised_db,
		       spectrum_worst_alias_db(&s, f, 15000) - spectrum_level_db(&s, f));
	spectrum_fini(&s);
	free(in);
	free(out);
}
END_TEST

/* Small signals pass tanh as they are: wet and dry must be in phase, or mixing them would filter. */
START_TEST(test_wet_and_dry_are_in_phase)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	in[0] = 1e-3f;
	run_on("distort", in, "drive", 1, "mix", 0.5, out);
	for (double f = 20; f <= 15000; f *= 1.1)
		worst = fmax(worst, fabs(response_db(out, FRAMES, RATE_HZ, f) + 60));
	figure_at_most("distort", "response of a small signal through half wet, half dry, 20 Hz to 15 kHz", "dB", 0.2,
		       worst);
	run_on("distort", in, "drive", 1, "mix", 0, out);
	ck_assert_float_eq(out[DISTORT_DELAY], 1e-3f);
	free(in);
	free(out);
}
END_TEST

/* --- Crushers --------------------------------------------------------------------------------------------------- */

static int sample_cmp(const void *va, const void *vb)
{
	const sample *a = va, *b = vb;
	return (*a > *b) - (*a < *b);
}

static size_t count_levels(const sample *x, size_t n)
{
	sample *sorted = signal_new(n);
	size_t levels = 1;

	memcpy(sorted, x, n * sizeof(sample));
	qsort(sorted, n, sizeof(sample), sample_cmp);
	for (size_t i = 1; i < n; i++)
		levels += sorted[i] != sorted[i - 1];
	free(sorted);
	return levels;
}

START_TEST(test_bits_make_so_many_levels)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0, levels = 0;

	for (int bits = 1; bits < 15; bits++) {
		double step = ldexp(2, -bits);
		/* From half a step below -1 on, so that each level has its whole step. */
		for (size_t i = 0; i < FRAMES; i++)
			in[i] = (sample)(-1 - step / 2 + 2 * ((double)i + 0.5) / FRAMES);
		run_on("bitcrush", in, "bits", bits, "rate", 1, out);
		for (size_t i = 0; i < FRAMES; i++)
			worst = fmax(worst, fabs((double)out[i] - (double)in[i]) / (step / 2));
		levels = fmax(levels, fabs((double)count_levels(out, FRAMES) / ldexp(1, bits) - 1));
	}
	figure_at_most("bitcrush", "change of the number of levels from 2^bits, 1 to 14 bits", "", 0, levels);
	figure_at_most("bitcrush", "error over half a step, 1 to 14 bits", "", 1.0001, worst);
	free(in);
	free(out);
}
END_TEST

/* Longest and shortest run of equal samples, the last one left out. */
static void hold_lengths(const sample *x, size_t n, size_t *least, size_t *most)
{
	*least = SIZE_MAX;
	*most = 0;
	for (size_t begin = 0, i = 1; i < n; i++) {
		if (x[i] == x[begin])
			continue;
		*least = i - begin < *least ? i - begin : *least;
		*most = i - begin > *most ? i - begin : *most;
		begin = i;
	}
}

static const struct {
	const char *node, *param;
	double frames;
} holds[] = {
	{ "coarse", "n", 1 },    { "coarse", "n", 3 },         { "coarse", "n", 49 },
	{ "coarse", "n", 1000 }, { "bitcrush", "rate", 7 },    { "bitcrush", "rate", 64 },
	{ "coarse", "n", 2.5 },  { "decimator", "factor", 1 }, { "decimator", "factor", 11 },
};

START_TEST(test_holds_last_so_many_frames)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double frames = holds[_i].frames;
	size_t least, most;
	char what[64];

	for (size_t i = 0; i < FRAMES; i++) /* exact in 16 bits, no two neighbours alike */
		in[i] = (sample)(i % 8192) / 8192;
	run_on(holds[_i].node, in, holds[_i].param, frames, strcmp(holds[_i].node, "bitcrush") == 0 ? "bits" : NULL, 16,
	       out);
	hold_lengths(out, FRAMES, &least, &most);
	snprintf(what, sizeof what, "shortest hold, %g frames", frames);
	figure_within(holds[_i].node, what, "frames", floor(frames), 0, (double)least);
	snprintf(what, sizeof what, "longest hold, %g frames", frames);
	figure_within(holds[_i].node, what, "frames", ceil(frames), 0, (double)most);
	ck_assert_float_eq(out[0], in[0]);
	ck_assert_float_eq(out[(size_t)(ceil(frames) * 4)], in[(size_t)(frames * (size_t)(ceil(frames) * 4 / frames))]);
	free(in);
	free(out);
}
END_TEST

START_TEST(test_the_decimator_smooths_with_a_one_pole)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t i = 0; i < FRAMES; i++)
		in[i] = 1;
	run_on("decimator", in, "factor", 4, "smooth", 0.9, out);
	for (size_t i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)out[i] - (1 - pow(0.9, (double)i + 1))));
	figure_at_most("decimator", "error of the step response, smooth 0.9", "", 1e-5, worst);
	free(in);
	free(out);
}
END_TEST

static Suite *distortion_suite(void)
{
	Suite *s = suite_create("distortion");
	TCase *d = tcase_create("distort"), *c = tcase_create("crushers");

	suite_add_tcase(s, d);
	tcase_add_test(d, test_the_static_curve_is_tanh);
	tcase_add_test(d, test_harmonics_are_those_of_tanh);
	tcase_add_loop_test(d, test_aliases_stay_low, 0, sizeof aliases / sizeof aliases[0]);
	tcase_add_test(d, test_wet_and_dry_are_in_phase);
	suite_add_tcase(s, c);
	tcase_add_test(c, test_bits_make_so_many_levels);
	tcase_add_loop_test(c, test_holds_last_so_many_frames, 0, sizeof holds / sizeof holds[0]);
	tcase_add_test(c, test_the_decimator_smooths_with_a_one_pole);
	return s;
}

int main(void)
{
	return test_run(distortion_suite());
}
