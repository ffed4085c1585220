/* What every suite's main() needs. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>

/* Runs the suite and returns main()'s exit status. Forks per test, except under sanitizers and when CK_FORK=no is
 * set: leaks are reported at the exit of the process that made them. */
int test_run(Suite *s);

/* True in a build with AddressSanitizer or ThreadSanitizer: for tests whose subject is the address space itself
 * (resource limits, seccomp) and for scaling counts, never for skipping a result. */
bool test_is_sanitized(void);

/* A new empty folder under $TMPDIR or /tmp, removed with all it holds when the process that made it exits. Static storage of the
 * last eight calls. Aborts on failure. */
const char *test_temp_dir(void);

/* Path of a file in the source tree. Static storage of the last eight calls. */
const char *test_source_path(const char *relative);

/* Whole file, malloc'd and NUL-terminated; aborts when it cannot be read. */
char *test_read_file(const char *path, size_t *len);

#endif
