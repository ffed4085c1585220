/* The programs of tests/cases: what is valid gives its graph, what is not its complaints, and every fix that a complaint
 * carries mends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "tests/lib/cases.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

static char *describe_diags(const char *source, struct diag_list *diags)
{
	struct buf out = BUF_INIT;

	diag_sort(diags);
	for (size_t i = 0; i < diags->n; i++) {
		struct diag_position at = diag_locate(source, strlen(source), diags->items[i].span.start);
		ck_assert_int_eq(buf_printf(&out, "%u:%u %s%s%s\n", at.line, at.column, diags->items[i].code,
					    diags->items[i].suggestion[0] ? " " : "", diags->items[i].suggestion),
				 0);
	}
	return buf_take(&out);
}

/* Expected lines may leave out the suggestion. */
static bool diags_match(const char *expected, const char *actual)
{
	while (*expected && *actual) {
		size_t n = strcspn(expected, "\n"), m = strcspn(actual, "\n");
		if (n > m || memcmp(expected, actual, n) != 0 || (n < m && actual[n] != ' '))
			return false;
		expected += n + (expected[n] == '\n');
		actual += m + (actual[m] == '\n');
	}
	return *expected == '\0' && *actual == '\0';
}

static bool graph_matches(const struct record *r, const struct program *p)
{
	struct buf graph = BUF_INIT;
	bool ok = graph_print(p->graph, &graph) == 0 && (!r->below || strcmp(r->below, or_empty(graph.data)) == 0);

	if (!ok)
		fprintf(stderr, "%s: expected\n%sfound\n%s", r->title, or_empty(r->below), or_empty(graph.data));
	buf_fini(&graph);
	return ok;
}

/* False, with the difference on standard output, when the compiler says something else than the record. */
static bool record_holds(const struct record *r)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const char *source = or_empty(r->program);
	bool ok;

	arena_init(&a, ARENA_BYTES);
	const struct program *p = compile(&a, source, strlen(source), NULL, &diags, &err);
	char *said = describe_diags(source, &diags);
	ok = !p == !r->is_valid && diags_match(or_empty(r->diags), or_empty(said));
	if (!ok)
		fprintf(stderr, "%s: expected\n%ssaid\n%s", r->title, or_empty(r->diags), or_empty(said));
	if (ok && p)
		ok = graph_matches(r, p);
	free(said);
	arena_fini(&a);
	return ok;
}

/* All records of one kind are tried, so that one run shows every difference. */
static void check_records(bool are_valid, size_t least)
{
	size_t n = 0, n_failed = 0;

	for (size_t i = 0; i < n_cases; i++)
		if (cases[i].is_valid == are_valid && ++n)
			n_failed += !record_holds(&cases[i]);
	ck_assert_uint_eq(n_failed, 0);
	ck_assert_uint_ge(n, least);
}

START_TEST(test_valid_programs_give_their_graph)
{
	check_records(true, 80);
}
END_TEST

START_TEST(test_invalid_programs_are_complained_about_at_the_right_place)
{
	check_records(false, 150);
}
END_TEST

/* --- Fixes ------------------------------------------------------------------------------------------------------ */

static char *fixed_text(const char *source, const struct diag *d)
{
	struct buf out = BUF_INIT;

	ck_assert_uint_le(d->fix_span.start, d->fix_span.end);
	ck_assert_uint_le(d->fix_span.end, strlen(source));
	ck_assert_int_eq(buf_append(&out, source, d->fix_span.start), 0);
	ck_assert_int_eq(buf_printf(&out, "%s%s", d->fix_text, source + d->fix_span.end), 0);
	return buf_take(&out);
}

static struct diag_list complaints_of(const char *source)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	const struct program *p = compile(&a, source, strlen(source), NULL, &diags, &err);
	ck_assert(p || diags.n_errors > 0);
	arena_fini(&a);
	return diags;
}

static bool has_complaint(const struct diag_list *diags, const struct diag *d)
{
	for (size_t i = 0; i < diags->n; i++)
		if (strcmp(diags->items[i].code, d->code) == 0 && diags->items[i].span.start == d->span.start)
			return true;
	return false;
}

/* How many fixes the complaints about a program carry. */
static size_t check_fixes(const struct record *r)
{
	struct diag_list diags = complaints_of(or_empty(r->program));
	size_t n = 0;

	for (size_t i = 0; i < diags.n; i++) {
		if (!diags.items[i].has_fix)
			continue;
		char *text = fixed_text(or_empty(r->program), &diags.items[i]);
		struct diag_list left = complaints_of(text);
		ck_assert_msg(!has_complaint(&left, &diags.items[i]), "%s: '%s' is still complained about in\n%s",
			      r->title, diags.items[i].code, text);
		free(text);
		n++;
	}
	return n;
}

START_TEST(test_a_fix_mends_its_complaint)
{
	size_t n = 0;

	for (size_t i = 0; i < n_cases; i++)
		n += check_fixes(&cases[i]);
	ck_assert_uint_ge(n, 40);
}
END_TEST

static Suite *cases_suite(void)
{
	Suite *s = suite_create("cases");
	TCase *programs = tcase_create("programs");

	tcase_add_checked_fixture(programs, cases_setup, cases_teardown);
	tcase_set_timeout(programs, 60);
	tcase_add_test(programs, test_valid_programs_give_their_graph);
	tcase_add_test(programs, test_invalid_programs_are_complained_about_at_the_right_place);
	tcase_add_test(programs, test_a_fix_mends_its_complaint);
	suite_add_tcase(s, programs);
	return s;
}

int main(void)
{
	return test_run(cases_suite());
}
