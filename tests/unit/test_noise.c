/* Spectra, levels and independence of the noises. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { FRAMES = 1 << 18, SLICE = 1 << 14, BANDS_MAX = 64 };

static sample *noise_of(const char *name, uint64_t id, double sample_rate_hz)
{
	struct kernel_fixture k;
	sample *x = signal_new(FRAMES);

	kernel_init(&k, name, sample_rate_hz);
	k.id = id;
	kernel_run(&k, x, NULL, FRAMES);
	kernel_fini(&k);
	return x;
}

/* Mean power of all slices in bins, a Welch periodogram. */
static void mean_power(const sample *x, double sample_rate_hz, double *power)
{
	memset(power, 0, (SLICE / 2 + 1) * sizeof(*power));
	for (size_t at = 0; at + SLICE <= FRAMES; at += SLICE / 2) {
		struct spectrum s;

		spectrum_init(&s, x + at, SLICE, sample_rate_hz);
		for (size_t i = 0; i < s.n_bins; i++)
			power[i] += pow(10, (double)s.db[i] / 10);
		spectrum_fini(&s);
	}
}

/* Density in third-octave bands from from_hz to to_hz, dB; returns their number. */
static unsigned band_levels(const sample *x, double rate_hz, double from_hz, double to_hz, double *octave, double *db)
{
	static double power[SLICE / 2 + 1];
	unsigned n = 0;

	mean_power(x, rate_hz, power);
	for (double hz = from_hz; hz < to_hz && n < BANDS_MAX; hz *= pow(2, 1 / 3.0), n++) {
		size_t low = (size_t)(hz * pow(2, -1 / 6.0) / rate_hz * SLICE);
		size_t high = (size_t)(hz * pow(2, 1 / 6.0) / rate_hz * SLICE) + 1;
		double sum = 0;

		for (size_t i = low; i < high; i++)
			sum += power[i];
		octave[n] = log2(hz);
		db[n] = 10 * log10(sum / (double)(high - low));
	}
	return n;
}

struct fit {
	double slope, worst; /* dB per octave; largest distance from the line, dB */
};

static struct fit fit_line(const double *x, const double *y, unsigned n)
{
	double mx = 0, my = 0, xy = 0, xx = 0;
	struct fit f = { 0, 0 };

	for (unsigned i = 0; i < n; i++) {
		mx += x[i] / n;
		my += y[i] / n;
	}
	for (unsigned i = 0; i < n; i++) {
		xy += (x[i] - mx) * (y[i] - my);
		xx += (x[i] - mx) * (x[i] - mx);
	}
	f.slope = xy / xx;
	for (unsigned i = 0; i < n; i++)
		f.worst = fmax(f.worst, fabs(y[i] - my - f.slope * (x[i] - mx)));
	return f;
}

/* Brown noise leaks below 14 Hz and flattens near half the sample rate. */
static const struct {
	const char *name;
	double sample_rate_hz, from_hz, to_hz, slope_db, ripple_db;
} spectra[] = {
	{ "noise", 44100, 60, 20000, 0, 1 },
	{ "pink", 44100, 60, 18000, -3.0103, 1.5 },
	{ "pink", 96000, 120, 18000, -3.0103, 1.5 },
	{ "brown_noise", 44100, 60, 6000, -6.0206, 1.5 },
	{ "brown_noise", 96000, 120, 12000, -6.0206, 1.5 },
};

START_TEST(the_spectrum_falls_as_the_colour_says)
{
	sample *x = noise_of(spectra[_i].name, 3, spectra[_i].sample_rate_hz);
	double octave[BANDS_MAX], db[BANDS_MAX];
	unsigned n = band_levels(x, spectra[_i].sample_rate_hz, spectra[_i].from_hz, spectra[_i].to_hz, octave, db);
	struct fit f = fit_line(octave, db, n);
	char what[160];

	snprintf(what, sizeof(what), "slope from %g to %g Hz at %g Hz", spectra[_i].from_hz, spectra[_i].to_hz,
		 spectra[_i].sample_rate_hz);
	figure_within(spectra[_i].name, what, "dB/octave", spectra[_i].slope_db, 0.5, f.slope);
	snprintf(what, sizeof(what), "third-octave bands off that line at %g Hz", spectra[_i].sample_rate_hz);
	figure_at_most(spectra[_i].name, what, "dB", spectra[_i].ripple_db, f.worst);
	free(x);
}
END_TEST

static const struct {
	const char *name;
	double rms, peak; /* of the formula */
} levels[] = {
	{ "noise", 0.57735, 1.0 },  /* uniform: 1 / sqrt 3 */
	{ "pink", 0.1463, 1.0 },    /* sqrt(sum of squared row levels / 3) / 16 */
	{ "brown_noise", 0, 1.05 }, /* brown_rms() */
};

/* The formula on other random numbers. */
static double brown_rms(void)
{
	sample *white = signal_new(FRAMES);
	double sum = 0, power = 0;

	signal_noise(white, FRAMES, 77, 1);
	for (unsigned i = 0; i < FRAMES; i++) {
		sum = fmax(fmin((sum + 0.1 * (double)white[i]) * 0.998, 1.5), -1.5);
		power += 0.49 * sum * sum / FRAMES;
	}
	free(white);
	return sqrt(power);
}

START_TEST(levels_are_those_of_the_formula)
{
	double rms = levels[_i].rms > 0 ? levels[_i].rms : brown_rms();
	sample *x = noise_of(levels[_i].name, 5, 44100);

	figure_within(levels[_i].name, "effective level", "", rms, rms * 0.1, signal_rms(x, FRAMES));
	ck_assert_double_le(signal_peak(x, FRAMES), levels[_i].peak);
	free(x);
}
END_TEST

START_TEST(two_call_sites_have_nothing_in_common)
{
	const char *name = levels[_i].name;
	sample *a = noise_of(name, 1, 44100), *b = noise_of(name, 2, 44100), *again = noise_of(name, 1, 44100);
	double product = 0;

	for (unsigned i = 0; i < FRAMES; i++)
		product += (double)a[i] * (double)b[i];
	product /= FRAMES * signal_rms(a, FRAMES) * signal_rms(b, FRAMES);
	ck_assert_double_lt(fabs(product), strcmp(name, "noise") == 0 ? 0.01 : 0.2);
	ck_assert_mem_eq(a, again, FRAMES * sizeof(sample));
	free(a);
	free(b);
	free(again);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *noise_suite(void)
{
	Suite *s = suite_create("noise");
	TCase *t = tcase_create("noise");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, the_spectrum_falls_as_the_colour_says, 0, LEN(spectra));
	tcase_add_loop_test(t, levels_are_those_of_the_formula, 0, LEN(levels));
	tcase_add_loop_test(t, two_call_sites_have_nothing_in_common, 0, LEN(levels));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(noise_suite());
}
