/* The parser of the mini-notation: what it accepts, and where it points when it does not. What accepted text
 * means is tested against tests/vectors. */
#include <stdio.h>
#include <string.h>

#include "render/pattern/pattern.h"
#include "tests/lib/test.h"

enum { OFFSET = 100, ARENA_BYTES = 64 * 1024 * 1024 };

static struct arena arena;
static struct diag_list diags;

static void setup(void)
{
	arena_init(&arena, ARENA_BYTES);
	diags = (struct diag_list){ .n = 0 };
}

static void teardown(void)
{
	arena_fini(&arena);
}

static const struct pattern *parse(const char *text)
{
	return pattern_from_mini(&arena, text, strlen(text), OFFSET, &diags);
}

static const char *const accepted[] = {
	"",
	"  ",
	"bd",
	"~",
	"-",
	"bd sd*2 [hh cp]/2",
	"<a b , c d e>!2",
	"bd(3,8)",
	"bd(<3 5>,8,)",
	"bd(3,8,-2)",
	"{a b c}%4",
	"{a . b c , d e}",
	"0 .. 3",
	"a . b c",
	"a | b | c",
	"bd? sd?0.3",
	"bd:3 bd:<1 2>",
	"c'min7 e'maj'5",
	"~x ~drums*2",
	"808bd",
	"é ñ ö",
	"bd _ @3 !2",
	"^a b , c",
	"0x10 .5 1. 2E3",
	"a\tb\nc",
	"a\xc2\xa0z",
	"[[[[a]]]]",
};

START_TEST(valid_text_is_accepted_without_a_word)
{
	ck_assert_msg(parse(accepted[_i]) != NULL, "'%s': %s", accepted[_i], diags.items[0].message);
	ck_assert_uint_eq(diags.n, 0);
}
END_TEST

static const struct {
	const char *text;
	unsigned start, end; /* of the span, from the beginning of text */
	const char *message; /* a part of it */
} rejected[] = {
	{ "[bd sd", 0, 1, "'[' is never closed" },
	{ "bd <a b", 3, 4, "'<' is never closed" },
	{ "{a b", 0, 1, "'{' is never closed" },
	{ "bd(3,8", 2, 3, "'(' is never closed" },
	{ "[bd sd>", 6, 7, "expected ']', found '>'" },
	{ "bd]", 2, 3, "closes no bracket" },
	{ "bd sd [hh cp", 6, 7, "never closed" },
	{ "[]", 1, 2, "expected a step, found ']'" },
	{ "a ,, b", 3, 4, "expected a step, found ','" },
	{ "a |", 3, 3, "expected a step, found the end" },
	{ "a b .", 5, 5, "expected a step, found the end" },
	{ "bd*", 3, 3, "expected the factor after '*'" },
	{ "bd//2", 3, 4, "expected the factor after '/', found '/'" },
	{ "bd*sd", 3, 5, "the factor after '*' must be a number, not 'sd'" },
	{ "bd*<2 x>", 6, 7, "must be a number, not 'x'" },
	{ "bd(a,8)", 3, 4, "the number of pulses must be a number" },
	{ "bd(3,b)", 5, 6, "the number of steps must be a number" },
	{ "bd(3,8.5)", 5, 8, "the number of steps must be a whole number" },
	{ "bd(3 8)", 5, 6, "expected ',' and the number of steps, found '8'" },
	{ "bd(3,8,2,1)", 8, 9, "expected ')', found ','" },
	{ "bd(1000000000,8)", 3, 13, "at most 4096" },
	{ "bd(3,1e9)", 5, 8, "at most 4096" },
	{ "bd:", 3, 3, "expected a number or name after ':'" },
	{ "a , b | c", 6, 7, "found '|'" },
	{ "<a . b , c>", 7, 8, "expected '>', found ','" },
	{ "_ a", 0, 1, "expected a step, found '_'" },
	{ "bd & sd", 3, 4, "found '&'" },
	{ "bd \xe2\x82\xac sd", 3, 6, "found '\xe2\x82\xac'" },
	{ "bd \xff sd", 3, 4, "found" },
	{ "bd%2", 2, 3, "found '%'" },
	{ "bd@-1 sd", 0, 5, "negative weight" },
	{ "bd@1e30", 3, 7, "does not fit" },
	{ "bd@9e18@9e18 sd", 0, 12, "does not fit" },
	{ "bd*1000000000", 0, 13, "at most 100000 events are allowed in a cycle, found 1000000000" },
	{ "sn bd!1000000000", 3, 16, "at most 100000 events" },
	{ "{a b}%1e9", 0, 9, "at most 100000 events" },
	{ "hh [[a]*1e6]*1e6", 4, 11, "found 1000000" },
	{ "bd(4096,4096)*1000", 0, 18, "found 4096000" },
	{ "bd*60000, sn*60000", 0, 18, "found 120000" },
	{ "bd*1e300", 3, 8, "does not fit a fraction" },
};

START_TEST(an_error_points_at_its_bytes)
{
	const struct diag *d = &diags.items[0];

	ck_assert_msg(parse(rejected[_i].text) == NULL, "'%s' was accepted", rejected[_i].text);
	ck_assert_uint_eq(diags.n_errors, 1);
	ck_assert_msg(strstr(d->message, rejected[_i].message) != NULL, "'%s': %s", rejected[_i].text, d->message);
	ck_assert_msg(d->span.start == OFFSET + rejected[_i].start && d->span.end == OFFSET + rejected[_i].end,
		      "'%s': bytes %u to %u", rejected[_i].text, d->span.start - OFFSET, d->span.end - OFFSET);
}
END_TEST

/* unit repeated n times, in the arena. */
static const char *repeated(const char *unit, size_t n)
{
	size_t len = strlen(unit);
	char *text = arena_alloc(&arena, len * n + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, unit, len);
	return text;
}

START_TEST(brackets_are_nested_up_to_a_limit)
{
	const char *open = repeated("[", 128), *close = repeated("]", 128);

	ck_assert_ptr_nonnull(parse(arena_printf(&arena, "%sa%s", open, close)));
	ck_assert_ptr_null(parse(arena_printf(&arena, "[%sa%s]", open, close)));
	ck_assert_str_eq(diags.items[0].code, "mini-too-large");
}
END_TEST

START_TEST(endless_brackets_do_not_exhaust_the_stack)
{
	ck_assert_ptr_null(parse(repeated("<[{", 50000)));
	ck_assert_ptr_null(parse(repeated("a(", 50000)));
	ck_assert_ptr_null(parse(repeated("a*", 50000)));
	ck_assert_ptr_null(parse(repeated("a*[", 50000)));
}
END_TEST

START_TEST(modifiers_of_a_step_are_limited)
{
	ck_assert_ptr_nonnull(parse(arena_printf(&arena, "bd%s", repeated("*1", 64))));
	ck_assert_ptr_null(parse(arena_printf(&arena, "bd%s", repeated("*1", 65))));
}
END_TEST

START_TEST(a_long_sequence_is_fine)
{
	ck_assert_ptr_nonnull(parse(repeated("bd ", 80000)));
}
END_TEST

START_TEST(a_large_count_takes_no_memory)
{
	ck_assert_ptr_nonnull(parse("bd!1000 <a b>@1000000000 {a b}%10000 c*10000 d/1000000000"));
	ck_assert_uint_lt(arena.used_bytes, 65536);
}
END_TEST

START_TEST(exhaustion_is_an_error_and_not_a_crash)
{
	const char *text = repeated("[bd(3,8)? <a b>!2] ", 200);
	bool was_parsed = false;

	for (size_t cap = 0; !was_parsed; cap += 4096) {
		struct arena small;
		struct diag_list list = { .n = 0 };
		arena_init(&small, cap);
		was_parsed = pattern_from_mini(&small, text, strlen(text), 0, &list) != NULL;
		if (!was_parsed)
			ck_assert_str_eq(list.items[0].code, "out-of-memory");
		arena_fini(&small);
		ck_assert_uint_lt(cap, ARENA_BYTES);
	}
}
END_TEST

struct seen {
	char text[256];
	struct span spans[16];
	size_t n;
};

static void see_atom(void *ctx, const struct value *v, struct span source)
{
	struct seen *seen = ctx;
	char item[64];

	if (v->kind == VALUE_WORD)
		snprintf(item, sizeof item, "%s ", v->word.text);
	else
		snprintf(item, sizeof item, "%g ", v->number);
	strcat(seen->text, item);
	seen->spans[seen->n++] = source;
}

START_TEST(atoms_are_reported_in_order_with_their_bytes)
{
	struct seen seen = { .n = 0 };
	const struct pattern *p = parse("bd*2 <sn:3 ~x>(3,8) [hh? , cp|oh] 5!3");

	ck_assert_ptr_null(p);
	diags = (struct diag_list){ .n = 0 };
	p = parse("bd*2 <sn:3 ~x>(3,8) [hh? , cp] 5!3");
	ck_assert_ptr_nonnull(p);
	pattern_each_atom(p, see_atom, &seen);
	ck_assert_str_eq(seen.text, "bd sn 3 ~x hh cp 5 ");
	ck_assert_uint_eq(seen.spans[0].start, OFFSET);
	ck_assert_uint_eq(seen.spans[0].end, OFFSET + 2);
	ck_assert_uint_eq(seen.spans[3].start, OFFSET + 11);
	ck_assert_uint_eq(seen.spans[3].end, OFFSET + 13);
}
END_TEST

START_TEST(only_a_constant_is_pure)
{
	struct value v;

	ck_assert(pattern_is_pure(parse("0.25"), &v));
	ck_assert(v.kind == VALUE_NUMBER && v.number == 0.25);
	ck_assert(pattern_is_pure(parse("[[bd]]"), &v));
	ck_assert(v.kind == VALUE_WORD && strcmp(v.word.text, "bd") == 0);
	ck_assert(!pattern_is_pure(parse("bd*2"), &v));
	ck_assert(!pattern_is_pure(parse("<0 1>"), &v));
	ck_assert(!pattern_is_pure(parse("~"), &v));
}
END_TEST

static Suite *mini_suite(void)
{
	Suite *s = suite_create("mini");
	TCase *t = tcase_create("parser");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, valid_text_is_accepted_without_a_word, 0, sizeof accepted / sizeof *accepted);
	tcase_add_loop_test(t, an_error_points_at_its_bytes, 0, sizeof rejected / sizeof *rejected);
	tcase_add_test(t, brackets_are_nested_up_to_a_limit);
	tcase_add_test(t, endless_brackets_do_not_exhaust_the_stack);
	tcase_add_test(t, modifiers_of_a_step_are_limited);
	tcase_add_test(t, a_long_sequence_is_fine);
	tcase_add_test(t, a_large_count_takes_no_memory);
	tcase_add_test(t, exhaustion_is_an_error_and_not_a_crash);
	tcase_add_test(t, atoms_are_reported_in_order_with_their_bytes);
	tcase_add_test(t, only_a_constant_is_pure);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(mini_suite());
}
