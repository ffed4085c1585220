#include "server/progress.h"

#include "tests/lib/test.h"

static struct job_control controls[4];

static const struct job_control *control_of(const void *ctx, size_t i)
{
	(void)ctx;
	return &controls[i];
}

static struct progress_figures measure(double elapsed_s)
{
	const struct progress_files files = { 4, control_of, NULL, 1000 };

	return progress_measure(&files, elapsed_s);
}

static void set(size_t i, uint64_t done, uint64_t total)
{
	atomic_store(&controls[i].frames_done, done);
	atomic_store(&controls[i].frames_total, total);
}

START_TEST(test_what_has_not_begun_is_nothing)
{
	struct progress_figures f = measure(1);

	ck_assert(f.share == 0 && f.pace == 0 && f.eta_s == 0);
}
END_TEST

START_TEST(test_files_to_come_count_as_long_as_the_mean_of_those_that_began)
{
	struct progress_figures f;

	set(0, 3000, 3000);
	set(1, 1000, 5000);
	f = measure(2);
	ck_assert_double_eq(f.share, 0.25); /* 4000 of 2 * 8000 */
	ck_assert_double_eq(f.pace, 2);     /* 4 s of sound in 2 s */
	ck_assert_double_eq(f.eta_s, 6);
}
END_TEST

START_TEST(test_more_than_was_foreseen_is_all_of_it)
{
	struct progress_figures f;

	for (size_t i = 0; i < 4; i++)
		set(i, 1200, 1000);
	f = measure(1);
	ck_assert_double_eq(f.share, 1);
	ck_assert_double_eq(f.eta_s, 0);
}
END_TEST

static Suite *progress_suite(void)
{
	Suite *s = suite_create("progress");
	TCase *c = tcase_create("figures");

	tcase_add_test(c, test_what_has_not_begun_is_nothing);
	tcase_add_test(c, test_files_to_come_count_as_long_as_the_mean_of_those_that_began);
	tcase_add_test(c, test_more_than_was_foreseen_is_all_of_it);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return test_run(progress_suite());
}
