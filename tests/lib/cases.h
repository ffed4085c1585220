/* Language cases as records of tests/cases; the format is in tests/cases/README.md. */
#ifndef TESTS_LIB_CASES_H
#define TESTS_LIB_CASES_H

#include <stdbool.h>
#include <stddef.h>

struct record {
	char *title;
	char *program, *diags; /* NULL when there is none */
	char *below; /* what stands below "---": the graph, or the canonical layout; NULL when there is none */
	bool is_valid;
};

enum { CASES_MAX = 500 };

extern struct record cases[CASES_MAX];
extern size_t n_cases;

/* Fixtures: all of valid/ and invalid/, or all of format/; and what frees them. */
void cases_setup(void);
void cases_setup_format(void);
void cases_teardown(void);

/* malloc'd and NUL-terminated. */
char *text_copy(const char *text, size_t len);

static inline const char *or_empty(const char *s)
{
	return s ? s : "";
}

#endif
