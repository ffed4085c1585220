#include <limits.h>
#include <string.h>

#include "render/pattern/rational.h"
#include "tests/lib/test.h"

static void assert_is(struct rational a, int64_t num, int64_t den, const char *what)
{
	ck_assert_msg(a.num == num && a.den == den, "%s: %lld/%lld, not %lld/%lld", what, (long long)a.num,
		      (long long)a.den, (long long)num, (long long)den);
}

START_TEST(fractions_are_reduced_with_positive_denominator)
{
	assert_is(rational_make(6, 8), 3, 4, "6/8");
	assert_is(rational_make(6, -8), -3, 4, "6/-8");
	assert_is(rational_make(0, -5), 0, 1, "0/-5");
	assert_is(rational_make(-INT64_MAX, INT64_MAX), -1, 1, "-max/max");
	ck_assert(!rational_is_valid(rational_make(1, 0)));
}
END_TEST

START_TEST(arithmetic_is_exact)
{
	struct rational third = rational_make(1, 3), half = rational_make(1, 2);

	assert_is(rational_add(third, half), 5, 6, "1/3 + 1/2");
	assert_is(rational_sub(third, half), -1, 6, "1/3 - 1/2");
	assert_is(rational_mul(third, half), 1, 6, "1/3 * 1/2");
	assert_is(rational_div(third, half), 2, 3, "1/3 / 1/2");
	assert_is(rational_neg(third), -1, 3, "-1/3");
}
END_TEST

START_TEST(what_does_not_fit_is_overflow_and_stays_overflow)
{
	struct rational big = rational_int(INT64_MAX), small = rational_make(1, INT64_MAX);
	struct rational over = rational_add(big, RATIONAL_ONE);

	ck_assert(!rational_is_valid(over));
	ck_assert(!rational_is_valid(rational_mul(big, big)));
	ck_assert(!rational_is_valid(rational_mul(small, small)));
	ck_assert(!rational_is_valid(rational_div(RATIONAL_ONE, RATIONAL_ZERO)));
	ck_assert(!rational_is_valid(rational_sub(over, over)));
	ck_assert(!rational_is_valid(rational_mul(over, RATIONAL_ZERO)));
	ck_assert(!rational_is_valid(rational_neg(over)));
	assert_is(rational_mul(big, small), 1, 1, "max * 1/max");
}
END_TEST

START_TEST(intermediate_results_may_exceed_64_bits)
{
	struct rational a = rational_make(INT64_MAX, 3), b = rational_make(INT64_MAX, 2);
	struct rational c = rational_make(INT64_MAX - 4, 3);

	ck_assert_int_lt(rational_cmp(a, b), 0);
	assert_is(rational_div(a, b), 2, 3, "(max/3) / (max/2)");
	assert_is(rational_sub(rational_add(c, rational_make(1, 3)), c), 1, 3, "c + 1/3 - c");
}
END_TEST

static const struct {
	int64_t num, den, floor, ceil, round;
} rounded[] = {
	{ 7, 2, 3, 4, 4 },     { -7, 2, -4, -3, -3 }, { 4, 2, 2, 2, 2 },
	{ -4, 2, -2, -2, -2 }, { 1, 3, 0, 1, 0 },     { -1, 3, -1, 0, 0 },
	{ 2, 3, 0, 1, 1 },     { -2, 3, -1, 0, -1 },  { INT64_MAX, 1, INT64_MAX, INT64_MAX, INT64_MAX },
};

START_TEST(rounding_goes_towards_minus_infinity_and_half_goes_up)
{
	struct rational a = rational_make(rounded[_i].num, rounded[_i].den);

	ck_assert_int_eq(rational_floor(a), rounded[_i].floor);
	ck_assert_int_eq(rational_ceil(a), rounded[_i].ceil);
	ck_assert_int_eq(rational_round(a), rounded[_i].round);
}
END_TEST

static const struct {
	const char *text;
	int64_t num, den; /* den 0: not a number, or too large */
} texts[] = {
	{ "0", 0, 1 },
	{ "-3", -3, 1 },
	{ "0.125", 1, 8 },
	{ "1.1", 11, 10 },
	{ "-0.5", -1, 2 },
	{ ".5", 1, 2 },
	{ "1.", 1, 1 },
	{ "1e-3", 1, 1000 },
	{ "1.5e2", 150, 1 },
	{ "3/8", 3, 8 },
	{ "-6/8", -3, 4 },
	{ "1.5/2.5", 3, 5 },
	{ "007", 7, 1 },
	{ "0.10000000000000000000000000000000000000000000", 1, 10 },
	{ "9223372036854775807", INT64_MAX, 1 },
	{ "9223372036854775808", 0, 0 },
	{ "1e99999999999", 0, 0 },
	{ "1e-99999999999", 0, 0 },
	{ "0e99999999999", 0, 1 },
	{ "", 0, 0 },
	{ "-", 0, 0 },
	{ ".", 0, 0 },
	{ "1e", 0, 0 },
	{ "1x", 0, 0 },
	{ "1/0", 0, 0 },
	{ "1/", 0, 0 },
	{ "1/2/3", 0, 0 },
	{ "--1", 0, 0 },
	{ " 1", 0, 0 },
};

START_TEST(decimal_text_is_read_exactly)
{
	struct rational a = rational_parse(texts[_i].text, strlen(texts[_i].text));

	if (texts[_i].den)
		assert_is(a, texts[_i].num, texts[_i].den, texts[_i].text);
	else
		ck_assert_msg(!rational_is_valid(a), "'%s' was read", texts[_i].text);
}
END_TEST

static const struct {
	double x;
	int64_t num, den; /* den 0: overflow */
} doubles[] = {
	{ 0, 0, 1 },
	{ 3, 3, 1 },
	{ -2.5, -5, 2 },
	{ 0.1, 1, 10 },
	{ 1.1, 11, 10 },
	{ 1.0 / 3, 1, 3 },
	{ 16.0 / 21, 16, 21 },
	{ 0.0003, 3, 10000 },
	{ 0.123456789, 123456789, 1000000000 },
	{ 3.14159, 314159, 100000 },
	{ 1e-9, 1, 1000000000 },
	{ 1e300, 0, 0 },
	{ 1e-300, 0, 0 },
	{ 1.0 / 0.0, 0, 0 },
	{ 0.0 / 0.0, 0, 0 },
};

START_TEST(doubles_are_read_as_what_was_meant)
{
	struct rational a = rational_from_double(doubles[_i].x);

	if (doubles[_i].den)
		assert_is(a, doubles[_i].num, doubles[_i].den, "from double");
	else
		ck_assert_msg(!rational_is_valid(a), "%g was read", doubles[_i].x);
}
END_TEST

START_TEST(every_short_fraction_survives_the_way_through_a_double)
{
	for (int64_t den = 1; den <= 200; den++)
		for (int64_t num = -3 * den; num <= 3 * den; num++) {
			struct rational a = rational_make(num, den);
			struct rational b = rational_from_double(rational_to_double(a));
			assert_is(b, a.num, a.den, "round trip");
		}
}
END_TEST

static Suite *rational_suite(void)
{
	Suite *s = suite_create("rational");
	TCase *t = tcase_create("exact time");

	tcase_add_test(t, fractions_are_reduced_with_positive_denominator);
	tcase_add_test(t, arithmetic_is_exact);
	tcase_add_test(t, what_does_not_fit_is_overflow_and_stays_overflow);
	tcase_add_test(t, intermediate_results_may_exceed_64_bits);
	tcase_add_loop_test(t, rounding_goes_towards_minus_infinity_and_half_goes_up, 0,
			    sizeof rounded / sizeof *rounded);
	tcase_add_loop_test(t, decimal_text_is_read_exactly, 0, sizeof texts / sizeof *texts);
	tcase_add_loop_test(t, doubles_are_read_as_what_was_meant, 0, sizeof doubles / sizeof *doubles);
	tcase_add_test(t, every_short_fraction_survives_the_way_through_a_double);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(rational_suite());
}
