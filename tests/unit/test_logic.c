/* Utilities, logic and analysis: truth tables, exact times, levels against their definitions. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { RATE_HZ = 44100, ONE_SECOND = 44032 };

/* --- One value in, one value out -------------------------------------------------------------------------------- */

enum { ARGS_MAX = 4 };

/* Arguments in the order of the parameters; NAN: left at its default. */
static const struct {
	const char *name;
	double args[ARGS_MAX], wanted;
} values[] = {
	{ "min", { 0.3, -0.2 }, -0.2 },
	{ "min", { -5, 7 }, -5 },
	{ "max", { 0.3, -0.2 }, 0.3 },
	{ "max", { -5, 7 }, 7 },
	{ "if", { 1, 10, 20 }, 10 },
	{ "if", { 0, 10, 20 }, 20 },
	{ "if", { 0.5, 10, 20 }, 20 },
	{ "if", { 0.50001, 10, 20 }, 10 },
	{ "if", { -3, 10, 20 }, 20 },
	{ "if", { NAN, 10, 20 }, 20 },
	{ "range", { 200, 2000, -1 }, 200 },
	{ "range", { 200, 2000, 1 }, 2000 },
	{ "range", { 200, 2000, 0 }, 1100 },
	{ "range", { 2000, 200, 0.5 }, 650 },
	{ "range", { 0, 1, 2 }, 1.5 },
	{ "wrap", { 5.25, 0, 1 }, 0.25 },
	{ "wrap", { -0.25, 0, 1 }, 0.75 },
	{ "wrap", { 1, 0, 1 }, 0 },
	{ "wrap", { 0, 0, 1 }, 0 },
	{ "wrap", { 1.5, -1, 1 }, -0.5 },
	{ "wrap", { -1e6, 3, 10 }, 6 },
	{ "wrap", { 3, 2, 2 }, 2 },
	{ "wrap", { 3, 5, 2 }, 5 },
	{ "wrap", { NAN, 0, 1 }, 0 },
	{ "select", { 0, 10, 20, 30 }, 10 },
	{ "select", { 1.4, 10, 20, 30 }, 20 },
	{ "select", { 1.6, 10, 20, 30 }, 30 },
	{ "select", { 3, 10, 20, 30 }, 10 },
	{ "select", { 7, 10, 20, 30 }, 20 },
	{ "select", { -1, 10, 20, 30 }, 30 },
	{ "select", { 5, 10, NAN, NAN }, 10 },
	{ "mix", { 1, 2, NAN, NAN }, 3 },
	{ "mix", { 1, 2, 3, 4 }, 10 },
	{ "xfade", { 1, 3, 0 }, 1 },
	{ "xfade", { 1, 3, 1 }, 3 },
	{ "xfade", { 1, 3, 0.25 }, 1.5 },
	{ "xfade", { 1, 3, -2 }, 1 },
	{ "xfade", { 1, 3, 9 }, 3 },
	{ "gain", { 0.5, 3 }, 1.5 },
	{ "mtof", { 69 }, 440 },
	{ "mtof", { 57 }, 220 },
	{ "mtof", { 60 }, 261.625565 },
	{ "mtof", { 69.5 }, 452.892984 },
	{ "mtof", { 0 }, 8.17579892 },
};

START_TEST(a_function_of_values_gives_its_value)
{
	sample y[QUANTUM_FRAMES] __attribute__((aligned(64)));
	struct kernel_fixture k;
	double wanted = values[_i].wanted;

	kernel_init(&k, values[_i].name, RATE_HZ);
	for (unsigned p = 0; p < k.def->n_params && p < ARGS_MAX; p++)
		if (!isnan(values[_i].args[p]) || !(k.def->params[p].flags & PARAM_OPTIONAL))
			kernel_set(&k, k.def->params[p].name, values[_i].args[p]);
	kernel_run(&k, y, NULL, QUANTUM_FRAMES);
	for (unsigned i = 0; i < QUANTUM_FRAMES; i++)
		if (!(fabs((double)y[i] - wanted) <= 1e-6 * fmax(1, fabs(wanted))))
			ck_abort_msg("%s (row %d): frame %u is %.9g instead of %.9g", values[_i].name, _i, i,
				     (double)y[i], wanted);
	kernel_fini(&k);
}
END_TEST

START_TEST(mtof_is_in_tune)
{
	double worst = 0;

	for (double note = 0; note <= 135; note += 0.37) {
		sample y[QUANTUM_FRAMES] __attribute__((aligned(64)));
		struct kernel_fixture k;

		kernel_init(&k, "mtof", RATE_HZ);
		kernel_set(&k, "note", note);
		kernel_run(&k, y, NULL, QUANTUM_FRAMES);
		worst = fmax(worst, fabs(1200 * log2((double)y[0] / 440) - 100 * ((double)(sample)note - 69)));
		kernel_fini(&k);
	}
	figure_at_most("mtof", "detuning, notes 0 to 135", "cent", 0.01, worst);
}
END_TEST

/* --- Triggers --------------------------------------------------------------------------------------------------- */

enum { STEP_FRAMES = 8, STEPS = QUANTUM_FRAMES / STEP_FRAMES };

/* What is held while the input counts 1, 2, 3 … per step and the trigger goes through these values. */
static const struct {
	const char *name, *trigger;
	double values[STEPS], held[STEPS];
} holds[] = {
	{ "sample_hold", "trig", { 0, 1, 1, 0, 0.1, -1, 0, 0.3 }, { 0, 2, 2, 2, 5, 5, 5, 8 } },
	{ "sample_hold", "trig", { 1, 1, 0, 1, 1, 2, 1, 2 }, { 1, 1, 1, 4, 4, 6, 6, 8 } },
	{ "latch", "gate", { 0, 1, 1, 0, 0.4, 0.6, 0.4, 0.5 }, { 0, 2, 2, 2, 2, 6, 6, 6 } },
	{ "latch", "gate", { 2, 1, 1, 2, 1, 0, 2, 1 }, { 1, 1, 1, 4, 4, 4, 7, 7 } },
};

static void fill_steps(sample *x, const double steps[STEPS])
{
	for (int i = 0; i < QUANTUM_FRAMES; i++)
		x[i] = (sample)steps[i / STEP_FRAMES];
}

START_TEST(a_hold_keeps_what_it_heard_at_the_trigger)
{
	static const double counting[STEPS] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	sample *x = signal_new(QUANTUM_FRAMES), *t = signal_new(QUANTUM_FRAMES), *y = signal_new(QUANTUM_FRAMES);
	struct kernel_fixture k;

	fill_steps(x, counting);
	fill_steps(t, holds[_i].values);
	kernel_init(&k, holds[_i].name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_connect(&k, holds[_i].trigger, t, NULL);
	kernel_run(&k, y, NULL, QUANTUM_FRAMES);
	for (int i = 0; i < QUANTUM_FRAMES; i++)
		if ((double)y[i] != holds[_i].held[i / STEP_FRAMES])
			ck_abort_msg("%s (row %d): frame %d is %g", holds[_i].name, _i, i, (double)y[i]);
	kernel_fini(&k);
	free(x);
	free(t);
	free(y);
}
END_TEST

START_TEST(a_timer_counts_seconds_from_each_rise)
{
	size_t n = 2 * ONE_SECOND;
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	for (size_t i = 0; i < n; i++)
		x[i] = i % 10000 < 3000 && i >= 10000;
	kernel_init(&k, "timer", RATE_HZ);
	kernel_connect(&k, "trig", x, NULL);
	kernel_run(&k, y, NULL, n);
	for (size_t i = 0; i < n; i++)
		if (fabs((double)y[i] - (double)(i % 10000) / RATE_HZ) > 1e-7)
			ck_abort_msg("frame %zu is %.9g", i, (double)y[i]);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

START_TEST(a_schmidt_trigger_has_hysteresis)
{
	static const double in[STEPS] = { 0, 0.5, 0.8, 0.5, 0.2, 0.1, 0.5, 0.71 },
			    out[STEPS] = { 0, 0, 1, 1, 1, 0, 0, 1 };
	sample *x = signal_new(QUANTUM_FRAMES), *y = signal_new(QUANTUM_FRAMES);
	struct kernel_fixture k;

	fill_steps(x, in);
	kernel_init(&k, "schmidt", RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "hi", 0.7);
	kernel_set(&k, "lo", 0.2);
	kernel_run(&k, y, NULL, QUANTUM_FRAMES);
	for (int i = 0; i < QUANTUM_FRAMES; i++)
		if ((double)y[i] != out[i / STEP_FRAMES])
			ck_abort_msg("frame %d is %g", i, (double)y[i]);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

/* --- Times ------------------------------------------------------------------------------------------------------ */

/* Frames from `from` on until y has gone the share 1 - 1/e of the way from a to b, with a straight line between frames. */
static double frames_to_e(const sample *y, size_t from, size_t n, double a, double b)
{
	double level = b + (a - b) * exp(-1), side = b > a ? 1 : -1;

	for (size_t i = from; i < n; i++)
		if (side * ((double)y[i] - level) >= 0) {
			double before = i > from ? (double)y[i - 1] : a;

			return (double)(i - from) + (level - before) / ((double)y[i] - before);
		}
	return INFINITY;
}

static const double times_s[] = { 0.0005, 0.003, 0.05, 0.4 };

START_TEST(a_lag_takes_its_time_constant)
{
	size_t n = 2 * ONE_SECOND;
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	char what[64];

	for (size_t i = 0; i < n; i++)
		x[i] = 1;
	kernel_init(&k, "lag", RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "time", times_s[_i]);
	kernel_run(&k, y, NULL, n);
	snprintf(what, sizeof(what), "time to 63 %% of a step, time %g s", times_s[_i]);
	/* The first frame of the step goes a frame's worth already. */
	double measured_s = (frames_to_e(y, 0, n, 0, 1)) / RATE_HZ;
	figure_within("lag", what, "s", times_s[_i], 1.0 / RATE_HZ + 0.001 * times_s[_i], measured_s);
	double worst = 0;
	for (size_t i = 0; i < n; i++)
		worst = fmax(worst, fabs((double)y[i] - (1 - exp(-(double)(i + 1) / (times_s[_i] * RATE_HZ)))));
	figure_at_most("lag", "deviation from 1 - exp(-t / time)", "", 2e-6, worst);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

START_TEST(without_time_a_lag_is_the_signal)
{
	sample *x = signal_new(ONE_SECOND), *y = signal_new(ONE_SECOND);
	struct kernel_fixture k;

	signal_noise(x, ONE_SECOND, 1, 1);
	kernel_init(&k, "lag", RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "time", 0);
	kernel_run(&k, y, NULL, ONE_SECOND);
	ck_assert_mem_eq(x, y, ONE_SECOND * sizeof(sample));
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

static const struct {
	const char *name;
	double attack_s, release_s, window_s;
} followers[] = {
	{ "peak_follower", 0.002, 0.1, 0 },
	{ "peak_follower", 0.02, 0.3, 0 },
	{ "amp_follower", 0.01, 0.1, 0.001 },
	{ "amp_follower", 0.05, 0.4, 0.001 },
};

/* A level of 0.8 that starts and ends; a constant, so that the level is known in every frame. */
START_TEST(a_follower_rises_and_falls_with_its_time_constants)
{
	size_t n = 4 * ONE_SECOND, end = 2 * ONE_SECOND;
	double window_frames = followers[_i].window_s * RATE_HZ;
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	char what[64];

	for (size_t i = 0; i < end; i++)
		x[i] = -0.8f;
	kernel_init(&k, followers[_i].name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "attack", followers[_i].attack_s);
	kernel_set(&k, "release", followers[_i].release_s);
	if (followers[_i].window_s > 0)
		kernel_set(&k, "window", followers[_i].window_s);
	kernel_run(&k, y, NULL, n);
	snprintf(what, sizeof(what), "attack of %g s", followers[_i].attack_s);
	figure_within(followers[_i].name, what, "s", followers[_i].attack_s,
		      0.01 * followers[_i].attack_s + (1 + window_frames) / RATE_HZ,
		      frames_to_e(y, 0, n, 0, 0.8) / RATE_HZ);
	snprintf(what, sizeof(what), "release of %g s", followers[_i].release_s);
	figure_within(followers[_i].name, what, "s", followers[_i].release_s,
		      0.01 * followers[_i].release_s + (1 + window_frames) / RATE_HZ,
		      frames_to_e(y, end, n, 0.8, 0) / RATE_HZ);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

/* --- Levels ----------------------------------------------------------------------------------------------------- */

static const double windows_s[] = { 0.001, 0.01, 0.1, 1 };

START_TEST(rms_is_the_root_of_the_mean_square_of_its_window)
{
	size_t n = 2 * ONE_SECOND, window = (size_t)lrint(windows_s[_i] * RATE_HZ);
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	double worst = 0;

	signal_noise(x, n, 1, 1);
	kernel_init(&k, "rms", RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "window", windows_s[_i]);
	kernel_run(&k, y, NULL, n);
	for (size_t i = 0; i < n; i += 997) {
		double sum = 0;

		for (size_t j = i + 1 > window ? i + 1 - window : 0; j <= i; j++)
			sum += (double)x[j] * (double)x[j];
		worst = fmax(worst, fabs((double)y[i] - sqrt(sum / (double)window)));
	}
	figure_at_most("rms", "deviation from the definition, noise of peak 1", "", 1e-6, worst);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

/* What was loud before the window leaves nothing behind. */
START_TEST(rms_forgets_what_its_window_has_left)
{
	size_t n = 4 * ONE_SECOND;
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	signal_noise(x, 3 * ONE_SECOND, 1, 20);
	kernel_init(&k, "rms", RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, "window", 0.05);
	kernel_run(&k, y, NULL, n);
	ck_assert_double_gt((double)y[3 * ONE_SECOND - 1], 10);
	ck_assert_double_eq(signal_peak(y + n - ONE_SECOND / 2, ONE_SECOND / 2), 0);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

static Suite *logic_suite(void)
{
	Suite *s = suite_create("logic");
	TCase *t = tcase_create("logic");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_function_of_values_gives_its_value, 0, LEN(values));
	tcase_add_test(t, mtof_is_in_tune);
	tcase_add_loop_test(t, a_hold_keeps_what_it_heard_at_the_trigger, 0, LEN(holds));
	tcase_add_test(t, a_timer_counts_seconds_from_each_rise);
	tcase_add_test(t, a_schmidt_trigger_has_hysteresis);
	tcase_add_loop_test(t, a_lag_takes_its_time_constant, 0, LEN(times_s));
	tcase_add_test(t, without_time_a_lag_is_the_signal);
	tcase_add_loop_test(t, a_follower_rises_and_falls_with_its_time_constants, 0, LEN(followers));
	tcase_add_loop_test(t, rms_is_the_root_of_the_mean_square_of_its_window, 0, LEN(windows_s));
	tcase_add_test(t, rms_forgets_what_its_window_has_left);
	return s;
}

int main(void)
{
	return test_run(logic_suite());
}
