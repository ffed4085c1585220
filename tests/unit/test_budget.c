/* What ends a render before its end: a cancel, which is seen within a block of whatever a plan is made of, and the budgets
 * of CPU time and events, whose errors say what was used up and where.
 *
 * The bound on a cancel is in seconds, because the machine may be busy; what it is there to find are tiles that would
 * go on for minutes. A cancel usually takes a few milliseconds (PHONOND_TEST_VERBOSE prints them). */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

enum { CANCEL_MS_MAX = 5000, SOURCE_BYTES = 200000 };

static char source[SOURCE_BYTES];

/* --- Programs that take long -------------------------------------------------------------------------------- */

/* Thousands of nodes. */
static void make_wide(void)
{
	size_t n = 0;

	for (int i = 0; i < 800; i++)
		n += (size_t)snprintf(source + n, sizeof source - n,
				      "~v%d $ saw %d # lpf %d # delay 0.3 0.5 # reverb 0.5 0.5 0.5\n", i, 40 + i,
				      200 + i);
	n += (size_t)snprintf(source + n, sizeof source - n, "out $ ~v0");
	for (int i = 1; i < 800; i++)
		n += (size_t)snprintf(source + n, sizeof source - n, " + ~v%d", i);
	snprintf(source + n, sizeof source - n, "\n");
}

/* One loop of all nodes, evaluated sample by sample: a single tile. */
static void make_loop(void)
{
	size_t n = (size_t)snprintf(source, sizeof source, "~v0 $ sine 220 + ~v300 * 0.1\n");

	for (int i = 1; i <= 300; i++)
		n += (size_t)snprintf(source + n, sizeof source - n, "~v%d $ ~v%d # reverb 0.5 0.5 0.5 # lpf %d\n", i,
				      i - 1, 500 + i);
	snprintf(source + n, sizeof source - n, "out $ ~v300\n");
}

/* Tens of thousands of events in each cycle. */
static void make_dense(void)
{
	snprintf(source, sizeof source, "out $ s \"hh*20000\" # speed \"1 1.1 1.2\"\n");
}

/* Notes that take longer to render than the song. */
static void make_notes(void)
{
	snprintf(source, sizeof source,
		 "~i $ saw 55 # reverb 0.8 0.5 0.5 # reverb 0.8 0.5 0.5 # reverb 0.8 0.5 0.5 # reverb 0.8 0.5 0.5 # "
		 "lpf 800 # delay 0.3 0.5\n"
		 "out $ s \"~i*4\" # note (irand 1000) # dur 60\n");
}

static const struct {
	const char *name;
	void (*make)(void);
} programs[] = { { "wide", make_wide }, { "loop", make_loop }, { "dense", make_dense }, { "notes", make_notes } };
enum { N_PROGRAMS = sizeof programs / sizeof programs[0] };

/* --- Cancel ------------------------------------------------------------------------------------------------- */

struct canceler {
	struct job_control *control;
	uint64_t at_ns;
};

static void *cancel_soon(void *ctx)
{
	struct canceler *c = ctx;

	usleep(150000);
	c->at_ns = clock_monotonic_ns();
	atomic_store(&c->control->cancel, true);
	return NULL;
}

START_TEST(test_a_cancel_is_seen_in_the_middle_of_any_plan)
{
	struct rendering *f = calloc(1, sizeof *f);
	struct job_control control = { .cancel = false };
	struct canceler canceler = { .control = &control };
	struct render_spec spec;
	pthread_t thread;
	double ms;

	ck_assert_ptr_nonnull(f);
	programs[_i].make();
	spec = rendering_spec(source, 3000);
	spec.block_frames = 4096;
	ck_assert_int_eq(pthread_create(&thread, NULL, cancel_soon, &canceler), 0);
	rendering_run(f, &spec, &control);
	ms = (double)clock_monotonic_ns() * 1e-6;
	pthread_join(thread, NULL);
	ms -= (double)canceler.at_ns * 1e-6;
	ck_assert_msg(f->rc == -1 && f->err.code == ERR_CANCELED, "%s: %s", programs[_i].name, f->err.message);
	ck_assert_msg(ms < CANCEL_MS_MAX, "%s: %.0f ms", programs[_i].name, ms);
	if (getenv("PHONOND_TEST_VERBOSE"))
		printf("%s: %.1f ms\n", programs[_i].name, ms);
	rendering_free(f);
}
END_TEST

/* --- Budgets ------------------------------------------------------------------------------------------------ */

static struct rendering *render_with_little_time(const char *program)
{
	struct render_config config = { .n_threads = 2 };
	struct rendering *f = calloc(1, sizeof *f);
	struct render_spec spec = rendering_spec(program, 3000);

	ck_assert_ptr_nonnull(f);
	spec.cpu_s_max = 0.2;
	rendering_engine = render_engine_new(&config, NULL);
	ck_assert_ptr_nonnull(rendering_engine);
	rendering_run(f, &spec, NULL);
	render_engine_free(rendering_engine);
	return f;
}

START_TEST(test_cpu_time_is_limited_and_the_error_says_how_far_it_came)
{
	struct rendering *f = render_with_little_time("out $ saw 55 # lpf 800 # delay 0.3 0.5 # reverb 0.8 0.5 0.5\n");

	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_BUDGET);
	ck_assert_msg(strncmp(f->err.message, "the render used up its 0.2 s of CPU time at ", 44) == 0, "%s",
		      f->err.message);
	ck_assert_ptr_nonnull(strstr(f->err.message, " s of the sound, cycle "));
	rendering_free(f);
}
END_TEST

START_TEST(test_cpu_time_is_limited_within_a_note_too)
{
	struct rendering *f;

	make_notes();
	f = render_with_little_time(source);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_BUDGET);
	ck_assert_msg(strstr(f->err.message, "of CPU time at ") != NULL, "%s", f->err.message);
	rendering_free(f);
}
END_TEST

static Suite *budget_suite(void)
{
	Suite *s = suite_create("budget");
	TCase *cancel = tcase_create("cancel"), *budgets = tcase_create("budgets");

	tcase_set_timeout(cancel, 120);
	tcase_add_checked_fixture(cancel, rendering_start, rendering_stop);
	tcase_add_loop_test(cancel, test_a_cancel_is_seen_in_the_middle_of_any_plan, 0, N_PROGRAMS);
	suite_add_tcase(s, cancel);
	tcase_set_timeout(budgets, 120);
	tcase_add_test(budgets, test_cpu_time_is_limited_and_the_error_says_how_far_it_came);
	tcase_add_test(budgets, test_cpu_time_is_limited_within_a_note_too);
	suite_add_tcase(s, budgets);
	return s;
}

int main(void)
{
	return test_run(budget_suite());
}
