/* Promise 4: memory does not grow with length. The command renders one of the examples for a short and for a long time
 * into nothing, as a process of its own, and the most memory that each had at a time is compared. `make bench-memory` does
 * the same for a minute and ten hours. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

/* Of what the short render has: the promise. */
#define GROWTH_MAX 1.1

static void exec_render(const char *program, const char *duration)
{
	const char *path = getenv("PHONOND") ? getenv("PHONOND") : "./phonond";
	const char *argv[] = { path,   "render",  program,     "-", "--duration", duration, "--sample-rate",
			       "8000", "--quiet", "--threads", "2", "--format",   "wav",    NULL };
	int null = open("/dev/null", O_RDWR);

	dup2(null, STDOUT_FILENO);
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* The largest resident set, in KiB. */
static long peak_of(const char *program, const char *duration)
{
	struct rusage usage;
	int status;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0)
		exec_render(program, duration);
	ck_assert_int_eq(wait4(pid, &status, 0, &usage), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the render of %s s failed", duration);
	return usage.ru_maxrss;
}

/* A sanitizer keeps freed memory, so there only the renders themselves count. */
START_TEST(test_a_long_render_needs_the_memory_of_a_short_one)
{
	const char *program = test_source_path("examples/m.ph");
	long of_short = peak_of(program, "60"), of_long = peak_of(program, test_is_sanitized() ? "60" : "1200");

	ck_assert_msg(test_is_sanitized() || (double)of_long <= GROWTH_MAX * (double)of_short,
		      "60 s: %ld KiB, 1200 s: %ld KiB", of_short, of_long);
}
END_TEST

static Suite *memory_suite(void)
{
	Suite *s = suite_create("memory");
	TCase *t = tcase_create("length");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, test_a_long_render_needs_the_memory_of_a_short_one);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(memory_suite());
}
