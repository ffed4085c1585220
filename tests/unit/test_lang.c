/* The front end, fact by fact: fixes, exhaustion, expressions alone. The cases of tests/cases are tests/unit/test_cases.c. */
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "render/lang/lang.h"
#include "tests/lib/cases.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

START_TEST(test_a_misspelt_function_names_the_nearest_one_with_a_fix)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const char *source = "out $ sinne 440";

	arena_init(&a, ARENA_BYTES);
	ck_assert_ptr_null(compile(&a, source, strlen(source), NULL, &diags, &err));
	ck_assert_int_eq(err.code, ERR_SOURCE);
	ck_assert_uint_eq(diags.n, 1);
	ck_assert_str_eq(diags.items[0].code, "unknown-function");
	ck_assert_str_eq(diags.items[0].suggestion, "did you mean 'sine'?");
	ck_assert(diags.items[0].has_fix);
	ck_assert_str_eq(diags.items[0].fix_text, "sine");
	ck_assert_uint_eq(diags.items[0].fix_span.start, 6);
	ck_assert_uint_eq(diags.items[0].fix_span.end, 11);
	arena_fini(&a);
}
END_TEST

/* source with the first fix of an old form made; NULL when there is none. */
static char *fix_one(const char *source)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	arena_init(&a, ARENA_BYTES);
	ck_assert_msg(compile(&a, source, strlen(source), NULL, &diags, &err) != NULL, "%s: %s", source, err.message);
	arena_fini(&a);
	for (size_t i = 0; i < diags.n && !out.data; i++) {
		const struct diag *d = &diags.items[i];
		if (strncmp(d->code, "old-", 4) != 0)
			continue;
		ck_assert_msg(d->has_fix, "%s has no fix in: %s", d->code, source);
		ck_assert_int_eq(buf_append(&out, source, d->fix_span.start), 0);
		ck_assert_int_eq(buf_printf(&out, "%s%s", d->fix_text, source + d->fix_span.end), 0);
	}
	return buf_take(&out);
}

START_TEST(test_the_fixes_of_old_forms_lead_to_current_ones)
{
	static const struct {
		const char *old, *now;
	} rows[] = {
		{ "tempo 2.0\nout $ saw 55", "tempo: 2.0\nout $ saw 55" },
		{ "cps = 2\nout $ saw 55", "cps: 2\nout $ saw 55" },
		{ "bpm 120\nout $ saw 55", "bpm: 120\nout $ saw 55" },
		{ "out = saw 55", "out $ saw 55" },
		{ "out saw 55", "out $ saw 55" },
		{ "o2 # saw 55", "o2 $ saw 55" },
		{ "bass = saw 55\nout $ ~bass", "~bass $ saw 55\nout $ ~bass" },
		{ "~bass = saw 55\nout $ ~bass", "~bass $ saw 55\nout $ ~bass" },
		{ "out $ lpf(saw 55,300, 2)", "out $ lpf (saw 55) 300 2" },
		{ "out $ lpf(saw(55, 0), 300)", "out $ lpf (saw 55 0) 300" },
		{ "out $ noise() # gain sine(2)", "out $ noise # gain (sine 2)" },
		{ "out = add((saw 55), -saw 56)", "out $ add (saw 55) (-saw 56)" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = text_copy(rows[i].old, strlen(rows[i].old)), *next;
		while ((next = fix_one(text))) {
			free(text);
			text = next;
		}
		ck_assert_str_eq(text, rows[i].now);
		free(text);
	}
}
END_TEST

START_TEST(test_an_exhausted_arena_is_an_error_at_any_size)
{
	const char *source = "~x $ saw # gain 0.3\no1 $ s \"bd(3,8)\"\no2 $ jux rev $ s \"~x(3,8)\" # note "
			     "\"<c3'min7>\" # lpf 200\n";

	for (size_t cap = 0; cap < 120000; cap += 997) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		arena_init(&a, cap);
		const struct program *p = compile(&a, source, strlen(source), NULL, &diags, &err);
		ck_assert(p || err.code == ERR_TOO_LARGE || (err.code == ERR_SOURCE && diags.n_errors > 0));
		arena_fini(&a);
	}
}
END_TEST

static const char alloc_source[] =
	"fn wob f = saw 110 # lpf (sine f * 400 + 600)\n~x $ saw # gain 0.3\n"
	"@deep: lpf 300 # gain 0.5\nfor i in 1..2:\n  ~v[i] $ sine (110 * i)\n"
	"o1 $ every 2 (fast \"<2 3>\") $ s \"bd(3,8)? [sn | cp]*2 {a b}%4\" # n \"0 .. 2\"\n"
	"o2 $ jux rev $ s \"~x(3,8)\" # note \"<c3'min7>\" + \"0 3\" # lpf 200 # @deep\n"
	"o3 $ wob 2 + sum(~v[1..2]) $ every 4 (# lpf 300)\n"
	"~lfo $ sine 0.25 + 2\n"
	"o4 $ sew \"t f\" (s \"~x\" # gain rand) (s (choose [\"bd\", \"sn\"]) # pan ~lfo) $ fast ~lfo\n"
	"o5 $ saw (range 1 9 $ perlin) # lpf (timeCat [[1, run 3], [2, wedge 0.5 \"1\" \"2\"]])\n"
	"o6 $ (s \"bd\" # n (scan 3) # scale \"minor\" # chord \"maj\") $ ghost $ inside 0 1 (stutter 2 0.1)\n";

/* Queries one cycle of every pattern of the graph with the n-th allocation failing; true when none was left to fail. */
static bool query_failing_at(const struct graph *g, size_t n)
{
	bool is_done = true;

	for (uint32_t i = 0; i < g->n_nodes; i++) {
		struct arena a;
		struct query q = { .arena = &a };
		struct hap_list haps = { .n = 0 };
		struct error err = ERROR_INIT;

		if (!g->nodes[i].pattern)
			continue;
		arena_init(&a, ARENA_BYTES);
		a.fail_at = n;
		if (pattern_query(g->nodes[i].pattern, (struct timespan){ RATIONAL_ZERO, RATIONAL_ONE }, &q, &haps,
				  &err)) {
			ck_assert_int_eq(err.code, ERR_NO_MEMORY);
			is_done = false;
		}
		is_done &= a.n_allocs < n;
		arena_fini(&a);
	}
	return is_done;
}

START_TEST(test_every_allocation_that_fails_is_an_error)
{
	bool is_compiled = false, is_queried = false;

	for (size_t n = 1; !is_compiled; n++) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		const struct program *p;

		ck_assert_uint_lt(n, 100000);
		arena_init(&a, ARENA_BYTES);
		a.fail_at = n;
		p = compile(&a, alloc_source, strlen(alloc_source), NULL, &diags, &err);
		is_compiled = a.n_allocs < n;
		ck_assert_msg(is_compiled ? p != NULL : p || err.code != ERR_NONE, "allocation %zu", n);
		for (size_t k = 1; is_compiled && !is_queried; k++)
			is_queried = query_failing_at(p->graph, k);
		arena_fini(&a);
	}
}
END_TEST

START_TEST(test_an_expression_alone_compiles_to_its_pattern)
{
	static const struct {
		const char *expr;
		bool is_pattern;
	} rows[] = {
		{ "\"bd(3,8)\" $ fast 2", true },
		{ "s \"bd sn\" # gain 0.5", true },
		{ "fast 2 $ rev $ \"a b\"", true },
		{ "\"1 2\" + \"10 20\"", true },
		{ "saw 110", false },
		{ "\"bd\" $", false },
		{ "\"a b\" $ fasst 2", false },
		{ "~x", false },
		{ "", false },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		arena_init(&a, ARENA_BYTES);
		const struct pattern *p = lang_compile_pattern(&a, rows[i].expr, strlen(rows[i].expr), &diags, &err);
		ck_assert_msg(!p == !rows[i].is_pattern, "%s", rows[i].expr);
		ck_assert_msg(p || diags.n_errors > 0, "%s", rows[i].expr);
		arena_fini(&a);
	}
}
END_TEST

static Suite *lang_suite(void)
{
	Suite *s = suite_create("lang");
	TCase *facts = tcase_create("facts");

	tcase_add_test(facts, test_a_misspelt_function_names_the_nearest_one_with_a_fix);
	tcase_add_test(facts, test_the_fixes_of_old_forms_lead_to_current_ones);
	tcase_add_test(facts, test_an_exhausted_arena_is_an_error_at_any_size);
	tcase_add_test(facts, test_every_allocation_that_fails_is_an_error);
	tcase_add_test(facts, test_an_expression_alone_compiles_to_its_pattern);
	suite_add_tcase(s, facts);
	return s;
}

int main(void)
{
	return test_run(lang_suite());
}
