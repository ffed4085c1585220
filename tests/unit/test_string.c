/* Plucked and struck strings: pitch, decay, and where a string is heard. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { SECOND = 1 << 16 }; /* frames, nearly 1.5 s at 44.1 kHz */

static sample *string_of(const char *name, double freq_hz, double damping, double sample_rate_hz, size_t n)
{
	struct kernel_fixture k;
	sample *x = signal_new(n);

	kernel_init(&k, name, sample_rate_hz);
	kernel_set(&k, "freq", freq_hz);
	kernel_set(&k, "damping", damping);
	if (k.def->n_params == 3)
		kernel_set(&k, "pickup", 0.3);
	kernel_run(&k, x, NULL, n);
	kernel_fini(&k);
	return x;
}

/* The frequency near hz at which x is loudest, by bisection of the slope. */
static double peak_hz(const sample *x, size_t n, double sample_rate_hz, double hz)
{
	double width = sample_rate_hz / (double)n;

	for (unsigned i = 0; i < 24; i++, width *= 0.6) {
		double low = sine_level_db(x, n, sample_rate_hz, hz - width);
		double high = sine_level_db(x, n, sample_rate_hz, hz + width);
		double here = sine_level_db(x, n, sample_rate_hz, hz);

		if (low > here && low > high)
			hz -= width * 0.5;
		else if (high > here)
			hz += width * 0.5;
	}
	return hz;
}

static const struct {
	const char *name;
	double freq_hz, sample_rate_hz;
} pitches[] = {
	{ "pluck", 55, 44100 },      { "pluck", 220, 44100 },     { "pluck", 440, 48000 },
	{ "pluck", 1234.5, 44100 },  { "pluck", 3000, 96000 },    { "waveguide", 55, 44100 },
	{ "waveguide", 220, 44100 }, { "waveguide", 440, 48000 }, { "waveguide", 1234.5, 44100 },
};

START_TEST(the_pitch_is_the_frequency)
{
	double hz = pitches[_i].freq_hz, rate_hz = pitches[_i].sample_rate_hz;
	sample *x = string_of(pitches[_i].name, hz, 0.5, rate_hz, 2 * SECOND);
	double cents = 1200 * log2(peak_hz(x + SECOND / 4, SECOND, rate_hz, hz) / hz);
	char what[160];

	snprintf(what, sizeof(what), "pitch error at %g Hz (%g Hz)", hz, rate_hz);
	figure_within(pitches[_i].name, what, "cent", 0, 1, cents);
	free(x);
}
END_TEST

/* Loss per period of the k-th partial: the mean of two frames at 44.1 kHz, and the loop's gain. */
static double partial_loss_db(const char *name, double hz, double partial, double damping)
{
	double mean = cos(M_PI * partial * hz / 44100);

	if (name[0] == 'p')
		return -20 * log10((0.9995 - 0.001 * damping) * mean);
	return -40 * log10((1 - 0.001 * damping * damping - 1e-5) * mean);
}

static const struct {
	const char *name;
	double freq_hz, partial, damping, sample_rate_hz;
} decays[] = {
	{ "pluck", 220, 1, 0.5, 44100 },   { "pluck", 220, 1, 0, 44100 },     { "pluck", 220, 10, 1, 44100 },
	{ "pluck", 220, 10, 1, 96000 },    { "pluck", 880, 2, 0.5, 48000 },   { "waveguide", 220, 1, 0.5, 44100 },
	{ "waveguide", 220, 9, 1, 44100 }, { "waveguide", 220, 9, 1, 96000 },
};

/* Levels of a partial in two windows half a second apart. */
START_TEST(partials_decay_as_the_loop_says)
{
	double hz = decays[_i].freq_hz, rate_hz = decays[_i].sample_rate_hz, line_hz = hz * decays[_i].partial;
	size_t apart = (size_t)(0.5 * rate_hz), window = 1 << 14;
	sample *x = string_of(decays[_i].name, hz, decays[_i].damping, rate_hz, 2 * SECOND);
	double near_hz = peak_hz(x + 4096, window, rate_hz, line_hz);
	double fall_db = sine_level_db(x + 4096, window, rate_hz, near_hz) -
			 sine_level_db(x + 4096 + apart, window, rate_hz, near_hz);
	double due_db = partial_loss_db(decays[_i].name, hz, decays[_i].partial, decays[_i].damping) * hz * 0.5;
	char what[160];

	snprintf(what, sizeof(what), "fall of partial %g in half a second at %g Hz, damping %g (%g Hz)",
		 decays[_i].partial, hz, decays[_i].damping, rate_hz);
	figure_within(decays[_i].name, what, "dB", due_db, fmax(0.1 * due_db, 0.3), fall_db);
	free(x);
}
END_TEST

/* Two frequencies a fifth apart, then less than 1 Hz apart. */
START_TEST(a_pluck_answers_a_new_frequency)
{
	enum { N = 1 << 15 };
	sample *freq = signal_new(2 * N), *x = signal_new(2 * N);
	struct kernel_fixture k;

	for (unsigned i = 0; i < 2 * N; i++)
		freq[i] = i < N ? 220 : 330;
	kernel_init(&k, "pluck", 44100);
	kernel_connect(&k, "freq", freq, NULL);
	kernel_run(&k, x, NULL, 2 * N);
	ck_assert_double_gt(signal_rms(x + N, 100), 2 * signal_rms(x + N - 1000, 1000));
	ck_assert_double_lt(fabs(1200 * log2(peak_hz(x + N + 2000, N / 2, 44100, 330) / 330)), 1);
	kernel_fini(&k);
	free(freq);
	free(x);
}
END_TEST

/* The second partial has a node in the middle of the string. */
START_TEST(a_pickup_in_the_middle_hears_no_even_partials)
{
	static const double places[] = { 0.5, 0.25 };
	double second_db[2];

	for (unsigned i = 0; i < 2; i++) {
		struct kernel_fixture k;
		sample *x = signal_new(SECOND);

		kernel_init(&k, "waveguide", 44100);
		kernel_set(&k, "freq", 220);
		kernel_set(&k, "pickup", places[i]);
		kernel_run(&k, x, NULL, SECOND);
		second_db[i] = sine_level_db(x, SECOND, 44100, 440) - sine_level_db(x, SECOND, 44100, 220);
		kernel_fini(&k);
		free(x);
	}
	figure_at_least("waveguide", "second partial at a quarter of the string over that in its middle", "dB", 20,
			second_db[1] - second_db[0]);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *string_suite(void)
{
	Suite *s = suite_create("string");
	TCase *t = tcase_create("string");

	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, the_pitch_is_the_frequency, 0, LEN(pitches));
	tcase_add_loop_test(t, partials_decay_as_the_loop_says, 0, LEN(decays));
	tcase_add_test(t, a_pluck_answers_a_new_frequency);
	tcase_add_test(t, a_pickup_in_the_middle_hears_no_even_partials);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(string_suite());
}
