#include "server/conditional.h"

#include <string.h>

#include "tests/lib/test.h"

enum { SIZE = 1000 };

static const struct {
	const char *value;
	enum range_result result;
	size_t n;
	struct byte_range ranges[3];
} cases[] = {
	{ "bytes=0-0", RANGE_FOLLOW, 1, { { 0, 0 } } },
	{ "BYTES=0-0", RANGE_FOLLOW, 1, { { 0, 0 } } },
	{ "bytes=0-999", RANGE_FOLLOW, 1, { { 0, 999 } } },
	{ "bytes=0-1000", RANGE_FOLLOW, 1, { { 0, 999 } } },
	{ "bytes=999-", RANGE_FOLLOW, 1, { { 999, 999 } } },
	{ "bytes=-1", RANGE_FOLLOW, 1, { { 999, 999 } } },
	{ "bytes=-1000", RANGE_FOLLOW, 1, { { 0, 999 } } },
	{ "bytes=-18446744073709551615", RANGE_FOLLOW, 1, { { 0, 999 } } },
	{ "bytes=1-18446744073709551616", RANGE_FOLLOW, 1, { { 1, 999 } } },
	{ "bytes= 1-2 , 5-6,", RANGE_FOLLOW, 2, { { 1, 2 }, { 5, 6 } } },
	{ "bytes=5-6,1-2,-1", RANGE_FOLLOW, 3, { { 5, 6 }, { 1, 2 }, { 999, 999 } } },
	{ "bytes=0-1,2000-3000", RANGE_FOLLOW, 1, { { 0, 1 } } },
	{ "bytes=1000-", RANGE_UNSATISFIABLE, 0, { { 0 } } },
	{ "bytes=-0", RANGE_UNSATISFIABLE, 0, { { 0 } } },
	{ "bytes=18446744073709551615-", RANGE_UNSATISFIABLE, 0, { { 0 } } },
	{ "bytes=2-1", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=-", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=,", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=1", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=1-2-3", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=1 -2", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=0x1-2", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes 0-1", RANGE_IGNORE, 0, { { 0 } } },
	{ "lines=0-1", RANGE_IGNORE, 0, { { 0 } } },
	{ "", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=0-,0-", RANGE_IGNORE, 0, { { 0 } } },
	{ "bytes=0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0,0-0", RANGE_IGNORE, 0, { { 0 } } },
};

START_TEST(test_a_range_header_is_read_as_rfc_9110_says)
{
	struct byte_range ranges[RANGES_MAX];
	size_t n;
	enum range_result result = range_parse(cases[_i].value, SIZE, ranges, &n);

	ck_assert_msg(result == cases[_i].result, "%s: %d", cases[_i].value, (int)result);
	if (result != RANGE_FOLLOW)
		return;
	ck_assert_msg(n == cases[_i].n, "%s: %zu ranges", cases[_i].value, n);
	for (size_t i = 0; i < n; i++)
		ck_assert_msg(ranges[i].first == cases[_i].ranges[i].first &&
				      ranges[i].last == cases[_i].ranges[i].last,
			      "%s: range %zu", cases[_i].value, i);
}
END_TEST

START_TEST(test_no_range_of_an_empty_file_can_be_satisfied)
{
	struct byte_range ranges[RANGES_MAX];
	size_t n;

	ck_assert_int_eq(range_parse("bytes=0-0", 0, ranges, &n), RANGE_UNSATISFIABLE);
	ck_assert_int_eq(range_parse("bytes=-5", 0, ranges, &n), RANGE_UNSATISFIABLE);
}
END_TEST

/* The file has the tag "a" and is from 2026-01-31T12:34:56.789Z. */
#define THEN "Sat, 31 Jan 2026 12:34:56 GMT"
#define BEFORE "Sat, 31 Jan 2026 12:34:55 GMT"
static const struct validators file = { "\"a\"", 1769862896789 };

static const struct {
	struct conditions c;
	enum condition_result result;
} conditions[] = {
	{ { .if_match = NULL }, CONDITION_GO_ON },
	{ { .if_match = "\"a\"" }, CONDITION_GO_ON },
	{ { .if_match = "\"b\"" }, CONDITION_FAILED },
	{ { .if_match = "\"b\" , \"a\"" }, CONDITION_GO_ON },
	{ { .if_match = "W/\"a\"" }, CONDITION_FAILED },
	{ { .if_match = "*" }, CONDITION_GO_ON },
	{ { .if_match = "a" }, CONDITION_FAILED },
	{ { .if_match = "\"a" }, CONDITION_FAILED },
	{ { .if_match = "\"a\"", .if_unmodified_since = BEFORE }, CONDITION_GO_ON },
	{ { .if_unmodified_since = THEN }, CONDITION_GO_ON },
	{ { .if_unmodified_since = BEFORE }, CONDITION_FAILED },
	{ { .if_unmodified_since = "soon" }, CONDITION_GO_ON },
	{ { .if_none_match = "\"a\"" }, CONDITION_NOT_MODIFIED },
	{ { .if_none_match = "W/\"a\"" }, CONDITION_NOT_MODIFIED },
	{ { .if_none_match = "\"b\",W/\"c\"" }, CONDITION_GO_ON },
	{ { .if_none_match = "\"b\"", .if_modified_since = THEN }, CONDITION_GO_ON },
	{ { .if_modified_since = THEN }, CONDITION_NOT_MODIFIED },
	{ { .if_modified_since = BEFORE }, CONDITION_GO_ON },
	{ { .if_match = "\"b\"", .if_none_match = "\"a\"" }, CONDITION_FAILED },
};

START_TEST(test_conditions_are_evaluated_in_order)
{
	ck_assert_msg(conditional_check(&conditions[_i].c, &file) == conditions[_i].result, "case %d", _i);
}
END_TEST

static const struct {
	const char *if_range;
	bool applies;
} if_ranges[] = {
	{ NULL, true }, { "\"a\"", true }, { "\"b\"", false },    { "W/\"a\"", false },
	{ THEN, true }, { BEFORE, false }, { "nonsense", false },
};

START_TEST(test_if_range_needs_a_strong_match)
{
	struct conditions c = { .if_range = if_ranges[_i].if_range };

	ck_assert_msg(conditional_range_applies(&c, &file) == if_ranges[_i].applies, "%s",
		      c.if_range ? c.if_range : "none");
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *conditional_suite(void)
{
	Suite *s = suite_create("conditional");
	TCase *t = tcase_create("ranges");

	tcase_add_loop_test(t, test_a_range_header_is_read_as_rfc_9110_says, 0, COUNT(cases));
	tcase_add_test(t, test_no_range_of_an_empty_file_can_be_satisfied);
	suite_add_tcase(s, t);
	t = tcase_create("conditions");
	tcase_add_loop_test(t, test_conditions_are_evaluated_in_order, 0, COUNT(conditions));
	tcase_add_loop_test(t, test_if_range_needs_a_strong_match, 0, COUNT(if_ranges));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(conditional_suite());
}
