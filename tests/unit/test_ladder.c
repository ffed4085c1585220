/* The ladder low-passes: tuning and level of their song, saturation, bounds. What they do to each frequency
 * is in test_response.c. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { RATE_HZ = 44100, ONE_SECOND = 44032 };

static sample *through(const char *name, const sample *x, double cutoff_hz, double res, size_t n)
{
	sample *y = signal_new(n);
	struct kernel_fixture k;

	kernel_init(&k, name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "cutoff", cutoff_hz);
	kernel_set(&k, "res", res);
	kernel_run(&k, y, NULL, n);
	kernel_fini(&k);
	return y;
}

/* Frequency from the first to the last upward crossing of zero, each placed by a straight line. */
static double crossing_hz(const sample *x, size_t n)
{
	double first = -1, last = -1;
	int periods = -1;

	for (size_t i = 1; i < n; i++)
		if (x[i - 1] < 0 && x[i] >= 0) {
			last = (double)i - (double)x[i] / (double)(x[i] - x[i - 1]);
			first = periods < 0 ? last : first;
			periods++;
		}
	return periods * RATE_HZ / (last - first);
}

static const struct {
	const char *name;
	double cutoff_hz, res;
} songs[] = {
	{ "moog_ladder", 55, 1 }, { "moog_ladder", 440, 1 }, { "moog_ladder", 3000, 1 }, { "moog_ladder", 10000, 1 },
	{ "moog_hz", 55, 1 },     { "moog_hz", 440, 0.95 },  { "moog_hz", 3000, 1 },     { "moog_hz", 10000, 1 },
};

START_TEST(a_ladder_sings_at_its_cutoff)
{
	double hz = songs[_i].cutoff_hz;
	size_t n = 3 * ONE_SECOND;
	sample *x = signal_new(n), *y;
	char what[128];

	x[0] = 1;
	y = through(songs[_i].name, x, hz, songs[_i].res, n);
	snprintf(what, sizeof(what), "detuning of the self-oscillation at %g Hz, res %g", hz, songs[_i].res);
	figure_at_most(songs[_i].name, what, "cent", 3,
		       fabs(1200 * log2(crossing_hz(y + ONE_SECOND, n - ONE_SECOND) / hz)));
	free(x);
	free(y);
}
END_TEST

/* Once it sings it neither grows nor dies. */
START_TEST(the_song_of_moog_hz_has_a_steady_level)
{
	size_t n = 10 * ONE_SECOND;
	sample *x = signal_new(n), *y;

	x[0] = 0.001f;
	y = through("moog_hz", x, 500, 1, n);
	double before = signal_rms(y + 7 * ONE_SECOND, ONE_SECOND), after = signal_rms(y + 9 * ONE_SECOND, ONE_SECOND);
	figure_within("moog_hz", "level of the self-oscillation after 9 s over that after 7 s", "dB", 0, 0.01,
		      20 * log10(after / before));
	ck_assert_double_gt(after, 0.02);
	ck_assert_double_lt(after, 1);
	free(x);
	free(y);
}
END_TEST

/* Third harmonic of a sine well below the cutoff: the driven one saturates, the clean one does not. */
START_TEST(only_the_driven_ladder_saturates)
{
	static const struct {
		const char *name;
		double least_db, most_db;
	} cases[] = { { "moog_hz", -40, 0 }, { "moog_ladder", -200, -80 } };
	sample *x = signal_new(2 * ONE_SECOND);

	signal_sine(x, 2 * ONE_SECOND, 200, RATE_HZ, 1);
	for (int i = 0; i < LEN(cases); i++) {
		sample *y = through(cases[i].name, x, 8000, 0, 2 * ONE_SECOND);
		double third = sine_level_db(y + ONE_SECOND, ONE_SECOND, RATE_HZ, 600) -
			       sine_level_db(y + ONE_SECOND, ONE_SECOND, RATE_HZ, 200);

		ck_assert_msg(third >= cases[i].least_db && third <= cases[i].most_db, "%s: third harmonic at %g dB",
			      cases[i].name, third);
		free(y);
	}
	free(x);
}
END_TEST

/* As loud and as modulated as it gets. */
START_TEST(a_ladder_stays_bounded_when_it_is_driven_hard)
{
	static const char *const names[] = { "moog_ladder", "moog_hz" };
	size_t n = 2 * ONE_SECOND;
	sample *x = signal_new(n), *hz = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	signal_noise(x, n, 1, 100);
	signal_noise(hz, n, 2, 1);
	for (size_t i = 0; i < n; i++)
		hz[i] = 20 * powf(1000, 0.5f * hz[i] + 0.5f);
	kernel_init(&k, names[_i], RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_connect(&k, "cutoff", hz, NULL);
	kernel_set(&k, "res", 1);
	kernel_run(&k, y, NULL, n);
	figure_at_most(names[_i], "peak over the input's, noise of peak 100, random cutoffs, res 1", "", 2,
		       signal_peak(y, n) / 100);
	kernel_fini(&k);
	free(x);
	free(hz);
	free(y);
}
END_TEST

static Suite *ladder_suite(void)
{
	Suite *s = suite_create("ladder");
	TCase *t = tcase_create("ladder");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_ladder_sings_at_its_cutoff, 0, LEN(songs));
	tcase_add_test(t, the_song_of_moog_hz_has_a_steady_level);
	tcase_add_test(t, only_the_driven_ladder_saturates);
	tcase_add_loop_test(t, a_ladder_stays_bounded_when_it_is_driven_hard, 0, 2);
	return s;
}

int main(void)
{
	return test_run(ladder_suite());
}
