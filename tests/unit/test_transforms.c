/* Transforms: what the language's own mean, in tables, and what all of them promise. That the others mean what
 * Tidal's and Strudel's do is tested against tests/vectors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "render/pattern/transform.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 256 * 1024 * 1024, FAR = 10000000, SITE = 7 };

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

/* --- Building --------------------------------------------------------------------------------------------- */

static const struct pattern *mini(const char *text)
{
	const struct pattern *p = pattern_from_mini(&arena, text, strlen(text), 0, &diags);

	ck_assert_msg(p != NULL, "'%s': %s", text, diags.n ? diags.items[0].message : "no memory");
	return p;
}

static const struct pattern *apply_rev(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	return pattern_rev(a, p);
}

static const struct pattern *apply_fast(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	return pattern_fast(a, mini("2"), p);
}

/* What stands for a function in the tables: "rev", "fast 2". */
static struct pattern_fn function(const char *text)
{
	return (struct pattern_fn){ strcmp(text, "rev") == 0 ? apply_rev : apply_fast, NULL };
}

static const struct pattern_fn both_functions[] = { { apply_rev, NULL }, { apply_fast, NULL } };

static struct transform_arg argument(const struct transform_param *param, const char *text)
{
	struct transform_arg arg = { .pattern = NULL };

	if (param->kind == TRANSFORM_FUNCTION)
		arg.fn = function(text);
	else if (param->kind == TRANSFORM_FUNCTIONS)
		arg.fns = both_functions, arg.n_fns = 2;
	else
		arg.pattern = transform_parse_names(&arena, param, text, strlen(text), 0, &diags);
	return arg;
}

static const struct pattern *apply(const struct transform_def *def, const char *const *texts, const struct pattern *p)
{
	struct transform_arg args[TRANSFORM_PARAMS_MAX] = { 0 };

	for (unsigned i = 0; i < def->n_params; i++) {
		char fallback[32];
		snprintf(fallback, sizeof fallback, "%g", def->params[i].def);
		args[i] = argument(&def->params[i], texts[i] ? texts[i] : fallback);
	}
	p = def->apply(&arena, args, SITE, p);
	ck_assert_msg(p != NULL, "%s", def->name);
	return p;
}

static const struct pattern *control(enum control_key key, const char *text)
{
	return pattern_control(&arena, key, mini(text));
}

static struct hap_list ask(const struct pattern *p, struct timespan span)
{
	struct query q = { .arena = &arena, .max_haps = 20000 };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_msg(pattern_query(p, span, &q, &l, &err) == 0, "%s", err.message);
	hap_list_sort(&l);
	return l;
}

/* --- Tables ----------------------------------------------------------------------------------------------- */

static void print_time(struct buf *out, struct rational t)
{
	ck_assert_int_eq(t.den == 1 ? buf_printf(out, "%lld", (long long)t.num)
				    : buf_printf(out, "%lld/%lld", (long long)t.num, (long long)t.den),
			 0);
}

static void print_value(struct buf *out, const struct value *v)
{
	if (v->kind == VALUE_WORD)
		ck_assert_int_eq(buf_printf(out, "%s", v->word.text), 0);
	else if (v->kind == VALUE_NUMBER)
		ck_assert_int_eq(buf_printf(out, "%g", v->number), 0);
	for (uint32_t i = 0; v->kind == VALUE_MAP && i < v->map.n; i++) {
		if (i)
			ck_assert_int_eq(buf_printf(out, ",%s=", control_name(v->map.controls[i].key)), 0);
		print_value(out, &v->map.controls[i].value);
	}
}

/* "bd@0 sn@1/2": what begins in the cycle, at times counted from it. */
static const char *onsets(const struct hap_list *l, int64_t cycle)
{
	struct buf out = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < l->n; i++) {
		if (!hap_has_onset(&l->haps[i]))
			continue;
		if (out.len)
			ck_assert_int_eq(buf_printf(&out, " "), 0);
		print_value(&out, &l->haps[i].value);
		ck_assert_int_eq(buf_printf(&out, "@"), 0);
		print_time(&out, rational_sub(l->haps[i].whole.begin, rational_int(cycle)));
	}
	text = arena_strndup(&arena, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return text;
}

static const struct {
	const char *name, *args[3], *text;
	int64_t cycle;
	const char *expected;
} rows[] = {
	{ "fast", { "2" }, "a b", 0, "a@0 b@1/4 a@1/2 b@3/4" },
	{ "dup", { "2" }, "a b", 0, "a@0 b@1/4 a@1/2 b@3/4" },
	{ "fit", { "2" }, "a b", 1, "b@0" },
	{ "rotL", { "0.25" }, "a b c d", 0, "b@0 c@1/4 d@1/2 a@3/4" },
	{ "rotR", { "0.25" }, "a b c d", 0, "d@0 a@1/4 b@1/2 c@3/4" },
	{ "wait", { "0.25" }, "a b c d", 0, "d@0 a@1/4 b@1/2 c@3/4" },
	{ "stutter", { "2" }, "a b", 0, "a@0 a@1/4 b@1/2 b@3/4" },
	{ "squeeze", { "2" }, "a b", 3, "a@0 b@1/4" },
	{ "mirror", { NULL }, "a b c", 1, "c@0 b@1/3 a@2/3" },
	{ "loopback", { NULL }, "a b", 5, "a@0 b@1/4 b@1/2 a@3/4" },
	{ "chew", { "4" }, "a b c d", 0, "a@0 b@1/4 c@1/2 d@3/4" },
	{ "chew", { "4" }, "a b c d", 5, "d@0 a@1/4 b@1/2 c@3/4" },
	{ "every'", { "3", "1", "rev" }, "a b", 0, "a@0 b@1/2" },
	{ "every'", { "3", "1", "rev" }, "a b", 1, "b@0 a@1/2" },
	{ "every'", { "3", "1", "rev" }, "a b", 4, "b@0 a@1/2" },
	{ "lastOf", { "3", "rev" }, "a b", 2, "b@0 a@1/2" },
	{ "whenmod", { "4", "2", "rev" }, "a b", 1, "a@0 b@1/2" },
	{ "whenmod", { "4", "2", "rev" }, "a b", 2, "b@0 a@1/2" },
	{ "whenmod", { "4", "2", "rev" }, "a b", 7, "b@0 a@1/2" },
	{ "foldEvery", { "", "2" }, "a b", 0, "b@0 a@1/2" },
	{ "foldEvery", { "", "2" }, "a b", 1, "a@0 b@1/2" },
	{ "foldEvery", { "", "2" }, "a b", 2, "a@0 b@1/4 a@1/2 b@3/4" },
	{ "foldEvery", { "", "2" }, "a b", 4, "b@0 a@1/2" },
	{ "layer", { "" }, "a b", 0, "a@0 b@0 b@1/4 a@1/2 a@1/2 b@3/4" },
	{ "within", { "0", "0.25", "rev" }, "a b c d", 0, "b@1/2 c@1/2 a@3/4 d@3/4" },
	{ "loop", { "2" }, "<a b>", 0, "a@0 b@0 b@1/2 a@1/2" },
	{ "gap", { "2" }, "a", 0, "a@0" },
	{ "gap", { "2" }, "a", 1, "" },
	{ "binary", { "1" }, "a", 1, "" },
	{ "binary", { "1" }, "a", 6, "a@0" },
	{ "reset", { "3" }, "<a b c d>", 3, "a@0" },
	{ "restart", { "3" }, "<a b c d>", 5, "c@0" },
	{ "swing", { "0.125" }, "a b c d", 0, "a@0 b@3/8 c@1/2 d@7/8" },
	{ "swing", { "0.25" }, "a b c d", 0, "d@0 a@0 b@1/2 c@1/2" },
	{ "swing", { "0.25" }, "a b c d", 1, "d@0 a@0 b@1/2 c@1/2" },
	{ "swing", { "0.125" }, "[a,x] b", 0, "a@0 x@0 b@5/8" },
	{ "groove",
	  { "mpc" },
	  "a*16",
	  0,
	  "a@0 a@3/32 a@1/8 a@7/32 a@1/4 a@11/32 a@3/8 a@15/32 a@1/2 a@19/32 a@5/8 a@23/32 a@3/4 a@27/32 a@7/8 "
	  "a@31/32" },
	{ "groove", { "jazz", "0.5" }, "a*8", 0, "a@0 a@5/32 a@1/4 a@13/32 a@1/2 a@21/32 a@3/4 a@29/32" },
	{ "groove", { "reggae" }, "a*2", 0, "a@0 a@21/40" },
	{ "trunc", { "0.5" }, "a b c", 0, "a@0 b@1/3" },
	{ "quantize", { "0.5" }, "0.3 1.1", 0, "0.5@0 1@1/2" },
	{ "range", { "10", "20" }, "0 0.5", 0, "10@0 15@1/2" },
	{ "scale", { "minor" }, "0 2 -1", 0, "0@0 3@1/3 -2@2/3" },
	{ "scale", { "<major d:minor>" }, "2", 1, "5@0" },
	{ "scaleNames", { "e3:minor" }, "0 1", 0, "E3@0 F#3@1/2" },
	{ "arp", { "<up down>" }, "[a,b]", 1, "b@0 a@1/2" },
	{ "arp", { "pinkyup" }, "[a,b,c]", 0, "a@0 c@1/4 b@1/2 c@3/4" },
	{ "rolledBy", { "0.5" }, "[a,b]", 0, "a@0 b@1/4" },
	{ "rolledBy", { "-0.5" }, "[a,b]", 0, "b@0 a@1/4" },
	{ "rolled", { NULL }, "[a,b] c", 0, "a@0 b@1/16 c@1/2" },
	{ "undegrade", { NULL }, "a b", 0, "a@0 b@1/2" },
	{ "euclidLegato", { "3", "8" }, "a", 0, "a@0 a@3/8 a@3/4" },
	{ "euclidLegato", { "3", "8", "1" }, "a", 0, "a@1/4 a@5/8 a@7/8" },
	{ "when", { "t f", "rev" }, "a b c d", 0, "d@0 c@1/4 c@1/2 d@3/4" },
	{ "struct", { "x ~ t 0" }, "a", 0, "a@0 a@1/2" },
};

/* The first step is none of the rhythm's, so the last pulse of the cycle before still sounds. */
START_TEST(a_legato_pulse_lasts_into_the_next_cycle)
{
	static const char *const args[TRANSFORM_PARAMS_MAX] = { "3", "8", "1" };
	const struct transform_def *def = transform_find("euclidLegato", strlen("euclidLegato"));
	struct hap_list l = ask(apply(def, args, mini("a")), (struct timespan){ rational_int(0), rational_make(1, 8) });

	ck_assert_uint_eq(l.n, 1);
	ck_assert(rational_cmp(l.haps[0].whole.begin, rational_make(-1, 8)) == 0);
	ck_assert(rational_cmp(l.haps[0].whole.end, rational_make(1, 4)) == 0);
}
END_TEST

START_TEST(transforms_mean_what_the_language_says)
{
	const struct transform_def *def = transform_find(rows[_i].name, strlen(rows[_i].name));
	int64_t cycle = rows[_i].cycle;
	struct hap_list l;

	ck_assert_msg(def != NULL, "%s", rows[_i].name);
	l = ask(apply(def, rows[_i].args, mini(rows[_i].text)),
		(struct timespan){ rational_int(cycle), rational_int(cycle + 1) });
	ck_assert_msg(strcmp(onsets(&l, cycle), rows[_i].expected) == 0, "%s: %s, expected %s", rows[_i].name,
		      onsets(&l, cycle), rows[_i].expected);
}
END_TEST

static const struct {
	const char *name, *args[3], *text, *expected;
} event_rows[] = {
	{ "hurry", { "2" }, "bd", "bd,speed=2@0 bd,speed=2@1/2" },
	{ "legato", { "0.5 2" }, "a b", "a,legato=0.5@0 b,legato=2@1/2" },
	{ "staccato", { "0.5" }, "a", "a,legato=0.5@0" },
	{ "stretch", { NULL }, "a", "a,legato=1@0" },
	{ "dur", { "<0.2 1>" }, "a b", "a,dur=0.2@0 b,dur=0.2@1/2" },
	{ "spin", { "2" }, "a b", "a,pan=-1@0 b,pan=0@0 b,pan=-1@1/2 a,pan=0@1/2" },
	{ "loopAt", { "2" }, "bd", "bd,speed=0.5,unit=1@0" },
	{ "slice", { "4", "0 2" }, "bd", "bd,begin=0,end=0.25@0 bd,begin=0.5,end=0.75@1/2" },
	{ "splice",
	  { "4", "0 2" },
	  "bd",
	  "bd,speed=0.5,begin=0,end=0.25,unit=1@0 bd,speed=0.5,begin=0.5,end=0.75,unit=1@1/2" },
	{ "striate", { "2" }, "a", "a,begin=0,end=0.5@0 a,begin=0.5,end=1@1/2" },
	{ "stut", { "2", "0.5", "0.5" }, "a*2", "a,gain=1@0 a,gain=0.5@0 a,gain=1@1/2 a,gain=0.5@1/2" },
};

START_TEST(transforms_of_events_set_their_controls)
{
	const struct transform_def *def = transform_find(event_rows[_i].name, strlen(event_rows[_i].name));
	struct hap_list l;

	ck_assert_msg(def != NULL && (def->needs_events || !def->n_params), "%s", event_rows[_i].name);
	l = ask(apply(def, event_rows[_i].args, control(CONTROL_S, event_rows[_i].text)),
		(struct timespan){ RATIONAL_ZERO, RATIONAL_ONE });
	ck_assert_msg(strcmp(onsets(&l, 0), event_rows[_i].expected) == 0, "%s: %s, expected %s", event_rows[_i].name,
		      onsets(&l, 0), event_rows[_i].expected);
}
END_TEST

/* --- Promises of all -------------------------------------------------------------------------------------- */

/* An argument that the parameter takes: a constant, or a pattern of them. */
static const char *typical(const struct transform_param *param, unsigned i, bool is_patterned)
{
	double low = param->max <= 1 ? 0.25 + 0.4 * i : 2, high = param->max <= 1 ? low + 0.05 : 3;

	switch (param->kind) {
	case TRANSFORM_TRUTH:
		return is_patterned ? "<t f> t*2 f" : "t f t t";
	case TRANSFORM_NAME:
		return is_patterned ? arena_printf(&arena, "<%s %s>", param->names[0], param->names[1])
				    : param->names[0];
	case TRANSFORM_FUNCTION:
		return is_patterned ? "fast 2" : "rev";
	case TRANSFORM_FUNCTIONS:
	case TRANSFORM_PATTERN:
		break;
	}
	return is_patterned ? arena_printf(&arena, "<%g %g>", low, high) : arena_printf(&arena, "%g", low);
}

static const struct pattern *typical_use(const struct transform_def *def, bool is_patterned, const struct pattern *p)
{
	const char *args[TRANSFORM_PARAMS_MAX];

	for (unsigned i = 0; i < def->n_params; i++)
		args[i] = typical(&def->params[i], i, is_patterned);
	return apply(def, args, p);
}

/* Whole and value. */
static const char *identity(const struct hap *h)
{
	struct hap bare = *h;
	struct buf out = BUF_INIT;
	const char *text;

	bare.part = bare.whole;
	ck_assert_int_eq(hap_print_json(&bare, &out), 0);
	text = arena_strndup(&arena, out.data, out.len);
	buf_fini(&out);
	return text;
}

struct chain {
	const char *identity;
	struct timespan part;
};

/* Adds haps in order of time, joining what touches. */
static size_t join(struct chain *chains, size_t n, const struct hap_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		struct chain c = { identity(&l->haps[i]), l->haps[i].part };
		size_t k = 0;
		while (k < n && (rational_cmp(chains[k].part.end, c.part.begin) != 0 ||
				 strcmp(chains[k].identity, c.identity) != 0))
			k++;
		if (k < n)
			chains[k].part.end = c.part.end;
		else
			chains[n++] = c;
	}
	return n;
}

static int chain_cmp(const void *a, const void *b)
{
	const struct chain *x = a, *y = b;
	int c = rational_cmp(x->part.begin, y->part.begin);

	if (!c)
		c = rational_cmp(x->part.end, y->part.end);
	return c ? c : strcmp(x->identity, y->identity);
}

enum { CHAINS_MAX = 4096 };

/* The haps of [cycle, cycle + 3), asked for in n pieces that end at the given thirtieths. */
static size_t ask_pieces(const struct pattern *p, int64_t cycle, const int *ends, size_t n, struct chain *chains)
{
	struct rational from = rational_int(cycle);
	size_t n_chains = 0;

	for (size_t i = 0; i < n; i++) {
		struct rational to = rational_add(rational_int(cycle), rational_make(ends[i], 30));
		struct hap_list l = ask(p, (struct timespan){ from, to });
		for (size_t k = 0; k < l.n; k++)
			ck_assert(rational_cmp(l.haps[k].part.begin, from) >= 0 &&
				  rational_cmp(l.haps[k].part.end, to) <= 0);
		ck_assert_uint_lt(n_chains + l.n, CHAINS_MAX);
		n_chains = join(chains, n_chains, &l);
		from = to;
	}
	qsort(chains, n_chains, sizeof *chains, chain_cmp);
	return n_chains;
}

static void check_cuts(const char *name, const char *text, const struct pattern *p, int64_t cycle)
{
	static const int whole[] = { 90 }, cut[] = { 4, 15, 16, 37, 40, 71, 90 };
	struct chain *a = ARENA_ARRAY(&arena, CHAINS_MAX, struct chain);
	struct chain *b = ARENA_ARRAY(&arena, CHAINS_MAX, struct chain);
	size_t n_a = ask_pieces(p, cycle, whole, 1, a);
	size_t n_b = ask_pieces(p, cycle, cut, sizeof cut / sizeof *cut, b);

	ck_assert_msg(n_a == n_b, "%s of '%s' at %lld: %zu, cut %zu", name, text, (long long)cycle, n_a, n_b);
	for (size_t i = 0; i < n_a; i++)
		ck_assert_msg(chain_cmp(&a[i], &b[i]) == 0, "%s of '%s' at %lld: %s, cut %s", name, text,
			      (long long)cycle, a[i].identity, b[i].identity);
}

START_TEST(a_transform_answers_the_same_however_the_span_is_cut)
{
	static const char *const texts[] = { "1 2 [3 4] 5", "[0,4,7] <2 3>/1.5 5*3?", "{1 2 3}%4 , 0(3,8)" };
	const struct transform_def *def = transform_registry[_i];

	for (size_t i = 0; i < 4 * sizeof texts / sizeof *texts; i++) {
		const struct pattern *p = typical_use(def, i % 2, control(CONTROL_N, texts[i / 4]));
		check_cuts(def->name, texts[i / 4], p, i % 4 / 2 * FAR);
	}
}
END_TEST

/* What a query takes of an arena of its own. */
static size_t bytes_of_query(const struct pattern *p, int64_t cycle)
{
	struct arena own;
	struct query q = { .arena = &own, .max_haps = 20000 };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;
	size_t bytes;

	arena_init(&own, ARENA_BYTES);
	ck_assert_int_eq(
		pattern_query(p, (struct timespan){ rational_int(cycle), rational_int(cycle + 4) }, &q, &l, &err), 0);
	bytes = own.used_bytes;
	arena_fini(&own);
	return bytes;
}

START_TEST(a_transform_costs_no_more_far_from_the_beginning)
{
	const struct transform_def *def = transform_registry[_i];
	const struct pattern *p = typical_use(def, true, control(CONTROL_N, "0 <1 2> 3*2"));
	size_t near = bytes_of_query(p, 0), far = bytes_of_query(p, FAR);

	/* Chance gives other events there, for which a chunk more may be taken. */
	ck_assert_msg(far <= 4 * near, "%s: %zu bytes, far %zu", def->name, near, far);
}
END_TEST

START_TEST(smooth_goes_from_number_to_number)
{
	static const char *const none[1] = { NULL };
	const char *const four[] = { "4" };
	const struct pattern *p = apply(transform_find("smooth", 6), none, mini("0 8"));
	struct hap_list l =
		ask(apply(transform_find("segment", 7), four, p), (struct timespan){ RATIONAL_ZERO, RATIONAL_ONE });

	ck_assert_str_eq(onsets(&l, 0), "0@0 4@1/4 8@1/2 4@3/4");
}
END_TEST

static Suite *transforms_suite(void)
{
	Suite *s = suite_create("transforms");
	TCase *tables = tcase_create("tables"), *promises = tcase_create("promises");

	tcase_add_checked_fixture(tables, setup, teardown);
	tcase_add_test(tables, a_legato_pulse_lasts_into_the_next_cycle);
	tcase_add_loop_test(tables, transforms_mean_what_the_language_says, 0, (int)(sizeof rows / sizeof *rows));
	tcase_add_loop_test(tables, transforms_of_events_set_their_controls, 0,
			    (int)(sizeof event_rows / sizeof *event_rows));
	tcase_add_test(tables, smooth_goes_from_number_to_number);
	suite_add_tcase(s, tables);
	tcase_add_checked_fixture(promises, setup, teardown);
	tcase_add_loop_test(promises, a_transform_answers_the_same_however_the_span_is_cut, 0,
			    (int)transform_registry_len);
	tcase_add_loop_test(promises, a_transform_costs_no_more_far_from_the_beginning, 0, (int)transform_registry_len);
	tcase_set_timeout(promises, 60);
	suite_add_tcase(s, promises);
	return s;
}

int main(void)
{
	return test_run(transforms_suite());
}
