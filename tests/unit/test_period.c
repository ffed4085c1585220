/* That patterns repeat when they say so, and that what is kept of them is what a query would give. */
#include <stdio.h>
#include <string.h>

#include "render/compile.h"
#include "render/engine/cycle_cache.h"
#include "render/pattern/transform.h"
#include "tests/lib/graph.h"
#include "tests/lib/test.h"

static struct graph_fixture f;

static void setup(void)
{
	graph_fixture_init(&f);
}

static void teardown(void)
{
	graph_fixture_fini(&f);
}

/* --- Comparing --- */

static bool value_same(const struct value *a, const struct value *b);

static bool map_same(const struct value *a, const struct value *b)
{
	if (a->map.n != b->map.n || a->map.owned != b->map.owned)
		return false;
	for (uint32_t i = 0; i < a->map.n; i++)
		if (a->map.controls[i].key != b->map.controls[i].key ||
		    !value_same(&a->map.controls[i].value, &b->map.controls[i].value))
			return false;
	return true;
}

static bool list_same(const struct value *a, const struct value *b)
{
	if (a->list.n != b->list.n)
		return false;
	for (uint32_t i = 0; i < a->list.n; i++)
		if (!value_same(&a->list.items[i], &b->list.items[i]))
			return false;
	return true;
}

/* Down to the last bit of every number. */
static bool value_same(const struct value *a, const struct value *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case VALUE_NUMBER:
		return memcmp(&a->number, &b->number, sizeof a->number) == 0;
	case VALUE_WORD:
		return a->word.len == b->word.len && memcmp(a->word.text, b->word.text, a->word.len) == 0;
	case VALUE_BOOL:
		return a->truth == b->truth;
	case VALUE_SIGNAL:
		return a->signal == b->signal;
	case VALUE_LIST:
		return list_same(a, b);
	case VALUE_MAP:
		return map_same(a, b);
	}
	return false;
}

static bool span_same(struct timespan a, struct timespan b, int64_t later)
{
	struct rational by = rational_int(later);
	return rational_cmp(rational_add(a.begin, by), b.begin) == 0 &&
	       rational_cmp(rational_add(a.end, by), b.end) == 0;
}

static bool hap_same(const struct hap *a, const struct hap *b, int64_t later)
{
	return a->has_whole == b->has_whole && span_same(a->part, b->part, later) &&
	       (!a->has_whole || span_same(a->whole, b->whole, later)) && value_same(&a->value, &b->value) &&
	       a->source.start == b->source.start;
}

static bool haps_same(const struct hap_list *a, const struct hap_list *b, int64_t later)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!hap_same(&a->haps[i], &b->haps[i], later))
			return false;
	return true;
}

static bool query_cycle(const struct pattern *p, int64_t cycle, struct hap_list *haps)
{
	struct timespan span = { rational_int(cycle), rational_int(cycle + 1) };
	struct query q = { .arena = &f.arena, .seed = 7 };
	struct error err = ERROR_INIT;
	*haps = (struct hap_list){ .n = 0 };
	return pattern_query(p, span, &q, haps, &err) == 0;
}

/* Three cycles, one of them before 0, and those a period and five of them later. */
static void check_period(const struct pattern *p, const char *what)
{
	int64_t period = (int64_t)pattern_period(p);
	for (int64_t cycle = -1; period > 0 && cycle < 2; cycle++)
		for (int64_t times = 1; times <= 5; times += 4) {
			struct hap_list a, b;
			if (!query_cycle(p, cycle, &a) || !query_cycle(p, cycle + times * period, &b))
				continue;
			ck_assert_msg(haps_same(&a, &b, times * period), "%s: cycle %d, period %d", what, (int)cycle,
				      (int)period);
		}
}

/* --- Periods --- */

static const struct {
	const char *text;
	unsigned period;
} notations[] = {
	{ "a", 1 },       { "a b c", 1 },        { "<a b c>", 3 },    { "a <b c>", 2 },  { "<a b> <c d e>", 6 },
	{ "a*2 b", 1 },   { "<a b>*3 c", 2 },    { "a/3", 3 },        { "<a b>/3", 6 },  { "a*1.5", 2 },
	{ "a(3,8)", 1 },  { "a(<3 5>,8,2)", 2 }, { "[a b, c*3]", 1 }, { "a b?", 0 },     { "a | b", 0 },
	{ "a!3 b@2", 3 }, { "{a b c}%4", 3 },    { "~ a", 1 },        { "<a b>/40", 0 }, { "a . b c", 1 },
};

START_TEST(test_periods_of_notations)
{
	const struct pattern *p = graph_fixture_mini(&f, notations[_i].text);
	ck_assert_msg(pattern_period(p) == notations[_i].period, "\"%s\": %u instead of %u", notations[_i].text,
		      pattern_period(p), notations[_i].period);
	check_period(p, notations[_i].text);
}
END_TEST

/* Every pattern of a program. */
static unsigned check_program(const char *source)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	unsigned n_known = 0;
	const struct program *program = compile(&f.arena, source, strlen(source), NULL, &diags, &err);
	if (!program)
		return 0;
	for (uint32_t i = 0; i < program->graph->n_nodes; i++) {
		const struct pattern *p = program->graph->nodes[i].pattern;
		if (!p)
			continue;
		check_period(p, source);
		n_known += pattern_period(p) > 0;
	}
	return n_known;
}

/* The examples of all transforms and of all functions. */
START_TEST(test_patterns_repeat_after_their_period)
{
	unsigned n_known = 0;
	for (size_t i = 0; i < transform_registry_len; i++) {
		n_known += check_program(transform_registry[i]->example);
		arena_reset(&f.arena);
	}
	for (size_t i = 0; i < node_registry_len; i++) {
		n_known += check_program(node_registry[i]->example);
		arena_reset(&f.arena);
	}
	ck_assert_uint_ge(n_known, 50);
}
END_TEST

/* Transforms over patterns of several cycles, which the examples have few of. */
START_TEST(test_transforms_of_long_patterns_repeat)
{
	static const char *const behind[] = {
		"rev",
		"fast 3",
		"slow 1.5",
		"late 0.3",
		"early 0.25",
		"jux rev",
		"stut 3 0.125 0.5",
		"chop 3",
		"press",
		"every 3 rev",
		"iter 4",
		"ply 2",
		"off 0.125 (fast 2)",
		"superimpose (late 0.1)",
		"palindrome",
		"swingBy 0.3 4",
		"euclid 3 8",
		"chunk 4 rev",
		"degrade",
		"striate 2",
		"inside 2 rev",
		"euclid \"<3 5>\" 8",
		"late \"<0.25 0.5>\"",
		"repeatCycles 3",
		"repeatCycles 1.5",
		"fast \"<1 1.5>\"",
		"stut \"<2 3>\" 0.25 0.5",
	};
	for (unsigned i = 0; i < sizeof behind / sizeof *behind; i++) {
		char source[256];
		snprintf(source, sizeof source,
			 "out $ %s $ s \"bd <sn cp hh>(3,8)\" # note \"<c3'min7 e4>\" # gain \"1 0.5\"", behind[i]);
		check_program(source);
		arena_reset(&f.arena);
	}
}
END_TEST

/* --- The cache --- */

START_TEST(test_a_cycle_that_repeats_is_queried_once)
{
	const struct pattern *p = graph_fixture_mini(&f, "a <b c d>(3,8) e*2 <f g>");
	struct cycle_cache *c = cycle_cache_new(p, 7);
	struct error err = ERROR_INIT;
	ck_assert_ptr_nonnull(c);
	for (int64_t cycle = -2; cycle < 100; cycle++) {
		struct hap_list kept, fresh;
		ck_assert_int_eq(cycle_cache_query(c, cycle, &kept, &err), 0);
		ck_assert(query_cycle(p, cycle, &fresh));
		ck_assert_msg(haps_same(&fresh, &kept, 0), "cycle %d", (int)cycle);
	}
	ck_assert_uint_eq(cycle_cache_queries(c), 6);
	cycle_cache_free(c);
}
END_TEST

START_TEST(test_a_cycle_that_need_not_repeat_is_queried_again)
{
	static const char *const texts[] = { "a? b c", "<a b>/10", "a*900 <b c>" };
	struct cycle_cache *c = cycle_cache_new(graph_fixture_mini(&f, texts[_i]), 7);
	struct error err = ERROR_INIT;
	struct hap_list haps;
	ck_assert_ptr_nonnull(c);
	for (int64_t cycle = 0; cycle < 50; cycle++)
		ck_assert_int_eq(cycle_cache_query(c, cycle, &haps, &err), 0);
	ck_assert_uint_eq(cycle_cache_queries(c), 50);
	cycle_cache_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("period");
	TCase *t = tcase_create("period");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, test_periods_of_notations, 0, sizeof notations / sizeof *notations);
	tcase_add_test(t, test_patterns_repeat_after_their_period);
	tcase_add_test(t, test_transforms_of_long_patterns_repeat);
	tcase_add_test(t, test_a_cycle_that_repeats_is_queried_once);
	tcase_add_loop_test(t, test_a_cycle_that_need_not_repeat_is_queried_again, 0, 3);
	suite_add_tcase(s, t);
	return test_run(s);
}
