/* Queries: what every pattern promises (purity, limits, cost), Phonon's own event semantics, the transforms'
 * registry. That transforms mean what Tidal's mean is tested against tests/vectors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/pattern/transform.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

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

static const struct pattern *mini(const char *text)
{
	const struct pattern *p = pattern_from_mini(&arena, text, strlen(text), 0, &diags);

	ck_assert_msg(p != NULL, "'%s': %s", text, diags.items[0].message);
	return p;
}

static const struct pattern *number(double x)
{
	return pattern_pure(&arena, (struct value){ .kind = VALUE_NUMBER, .number = x }, (struct span){ 0, 0 });
}

static const struct pattern *control(enum control_key key, const char *text)
{
	return pattern_control(&arena, key, mini(text));
}

static struct timespan span(int64_t from_num, int64_t from_den, int64_t to_num, int64_t to_den)
{
	return (struct timespan){ rational_make(from_num, from_den), rational_make(to_num, to_den) };
}

static struct hap_list ask_seeded(const struct pattern *p, struct timespan s, uint64_t seed)
{
	struct query q = { .arena = &arena, .seed = seed };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_ptr_nonnull(p);
	ck_assert_msg(pattern_query(p, s, &q, &l, &err) == 0, "%s", err.message);
	hap_list_sort(&l);
	return l;
}

static struct hap_list ask(const struct pattern *p, struct timespan s)
{
	return ask_seeded(p, s, 0);
}

static struct hap_list ask_cycles(const struct pattern *p, int64_t from, int64_t to)
{
	return ask(p, span(from, 1, to, 1));
}

/* The haps as JSON lines, in the arena. */
static const char *printed(const struct hap_list *l)
{
	struct buf out = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < l->n; i++)
		ck_assert(hap_print_json(&l->haps[i], &out) == 0 && buf_append(&out, "\n", 1) == 0);
	text = arena_strndup(&arena, out.data ? out.data : "", out.len);
	buf_fini(&out);
	return text;
}

/* --- Promises of every query ------------------------------------------------------------------------------ */

static const struct pattern *apply_rev(const void *ctx, struct arena *a, const struct pattern *p)
{
	(void)ctx;
	return pattern_rev(a, p);
}

static const struct pattern_fn rev_fn = { apply_rev, NULL };

static const char *const texts[] = {
	"bd sd",
	"bd*3 [sd hh]/2 <a b c>",
	"bd(3,8,<0 2>) sd(<3 5>,8)",
	"{a b c}%4 , {d e , f g h}",
	"a? b?0.3 c*8?",
	"a | b c | [d e f]*2",
	"0 .. 3 <4 5> .. 7",
	"a@1.5 b!2.5 _ c",
	"a . b c . d*3",
	"[a b]*1.5 <c d>/1.3",
	"a:<1 2 3>*3 b",
	"[[a b]*<2 3>]*[1.5 2]",
};
static const size_t n_texts = sizeof texts / sizeof *texts;

/* Several trees over each text. */
static const struct pattern *variant(const char *text, int which)
{
	const struct pattern *p = mini(text);

	switch (which) {
	case 1:
		return pattern_rev(&arena, p);
	case 2:
		return pattern_every(&arena, mini("<2 3>"), rev_fn, p);
	case 3:
		return pattern_off(&arena, mini("<0.25 0.1>"), rev_fn, p);
	case 4:
		return pattern_chop(&arena, mini("<2 3>"), pattern_control(&arena, CONTROL_S, p));
	case 5:
		return pattern_jux_by(&arena, 1, rev_fn,
				      pattern_stut(&arena, mini("3"), mini("0.3"), mini("0.5"),
						   pattern_control(&arena, CONTROL_S, p)));
	case 6:
		return pattern_degrade_by(&arena, mini("0.3 0.6"), 9, pattern_late(&arena, mini("0.1 0.2"), p));
	default:
		return p;
	}
}

enum { N_VARIANTS = 7 };

/* Total time of all parts, and the number of onsets: equal however a span is cut. */
static void measure(const struct hap_list *l, struct rational *parts, size_t *n_onsets)
{
	for (size_t i = 0; i < l->n; i++) {
		*parts = rational_add(*parts, rational_sub(l->haps[i].part.end, l->haps[i].part.begin));
		*n_onsets += hap_has_onset(&l->haps[i]);
	}
}

START_TEST(a_query_does_not_depend_on_how_its_span_is_cut)
{
	static const struct rational cuts[] = { { -2, 3 }, { 0, 1 }, { 1, 7 }, { 1, 2 }, { 5, 3 }, { 3, 1 } };
	enum { N_CUTS = sizeof cuts / sizeof *cuts };

	for (int which = 0; which < N_VARIANTS; which++) {
		const struct pattern *p = variant(texts[_i], which);
		struct hap_list all = ask(p, (struct timespan){ cuts[0], cuts[N_CUTS - 1] });
		struct rational whole_parts = RATIONAL_ZERO, cut_parts = RATIONAL_ZERO;
		size_t whole_onsets = 0, cut_onsets = 0;
		measure(&all, &whole_parts, &whole_onsets);
		for (int i = 0; i + 1 < N_CUTS; i++) {
			struct hap_list piece = ask(p, (struct timespan){ cuts[i], cuts[i + 1] });
			measure(&piece, &cut_parts, &cut_onsets);
		}
		ck_assert_msg(rational_cmp(whole_parts, cut_parts) == 0 && whole_onsets == cut_onsets,
			      "'%s' variant %d: %zu onsets, cut %zu", texts[_i], which, whole_onsets, cut_onsets);
	}
}
END_TEST

START_TEST(parts_lie_in_the_span_and_in_their_wholes)
{
	struct timespan s = span(-1, 3, 8, 3);

	for (int which = 0; which < N_VARIANTS; which++) {
		struct hap_list l = ask(variant(texts[_i], which), s);
		ck_assert_uint_gt(l.n, 0);
		for (size_t i = 0; i < l.n; i++) {
			const struct hap *h = &l.haps[i];
			ck_assert(rational_cmp(h->part.begin, s.begin) >= 0 && rational_cmp(h->part.end, s.end) <= 0);
			ck_assert(rational_cmp(h->part.begin, h->part.end) < 0);
			ck_assert(rational_cmp(h->whole.begin, h->part.begin) <= 0);
			ck_assert(rational_cmp(h->whole.end, h->part.end) >= 0);
		}
	}
}
END_TEST

START_TEST(an_instant_is_answered_by_what_is_active_there)
{
	static const struct rational at[] = { { 0, 1 }, { 1, 3 }, { 1, 2 }, { 17, 16 }, { -5, 4 }, { 2, 1 } };

	for (int which = 0; which < N_VARIANTS; which++) {
		const struct pattern *p = variant(texts[_i], which);
		for (size_t k = 0; k < sizeof at / sizeof *at; k++) {
			struct hap_list instant = ask(p, (struct timespan){ at[k], at[k] });
			struct hap_list around =
				ask(p, (struct timespan){ at[k], rational_add(at[k], rational_make(1, 1 << 20)) });
			size_t n = 0;
			for (size_t i = 0; i < around.n; i++)
				n += rational_cmp(around.haps[i].part.begin, at[k]) == 0;
			ck_assert_msg(n == instant.n, "'%s' variant %d at %g: %zu, not %zu", texts[_i], which,
				      rational_to_double(at[k]), instant.n, n);
		}
	}
}
END_TEST

START_TEST(a_far_cycle_costs_what_a_near_one_costs)
{
	const struct pattern *p = mini("<a b c>(3,8) {d e f}%5 <0 1>*2");
	struct hap_list near = ask_cycles(p, 0, 1), far = ask_cycles(p, 6000000000, 6000000001);

	ck_assert_uint_eq(near.n, far.n);
	ck_assert_str_eq(near.haps[0].value.word.text, far.haps[0].value.word.text);
}
END_TEST

START_TEST(a_short_span_of_a_dense_pattern_is_cheap)
{
	struct query q = { .arena = &arena, .max_haps = 10 };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_int_eq(
		pattern_query(mini("[a b]*20000 , {c d}%20000 , <e f>*20000"), span(1, 2, 10001, 20000), &q, &l, &err),
		0);
	ck_assert_uint_eq(l.n, 4);
}
END_TEST

/* --- Limits ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	enum error_code code;
} excessive[] = {
	{ "bd*<1e9 1e8>", ERR_TOO_LARGE },
	{ "<a b>*1e9", ERR_TOO_LARGE },
	{ "<a b>!1e9", ERR_TOO_LARGE },
	{ "{a b}%<1e9 1>", ERR_TOO_LARGE },
	{ "0 .. 1e9", ERR_TOO_LARGE },
	{ "[[a]*<1e6 1e7>]*<1e6 1e7>", ERR_TOO_LARGE },
	{ "bd*<1e9 2>", ERR_TOO_LARGE },
	{ "<~ ~>*1e9", ERR_TOO_LARGE },
	{ "bd(4096,4096)*<1000 999>", ERR_TOO_LARGE },
	{ "bd?1*1e9", ERR_TOO_LARGE },
	{ "bd*<1e15 1e14>*<1e15 1e14>", ERR_TOO_LARGE },
	{ "bd*1.00000000001*1.00000000003*1.0000000007", ERR_INVALID },
};

START_TEST(too_much_is_an_error_in_bounded_time_and_memory)
{
	struct query q = { .arena = &arena, .max_haps = 1000 };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_int_eq(pattern_query(mini(excessive[_i].text), span(0, 1, 1, 1), &q, &l, &err), -1);
	ck_assert_int_eq(err.code, excessive[_i].code);
	ck_assert_uint_eq(l.n, 0);
	ck_assert_uint_lt(arena.used_bytes, 4 * 1024 * 1024);
}
END_TEST

START_TEST(a_list_keeps_what_it_had_when_a_query_fails)
{
	struct query q = { .arena = &arena, .max_haps = 4 };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_int_eq(pattern_query(mini("a b"), span(0, 1, 1, 1), &q, &l, &err), 0);
	ck_assert_int_eq(pattern_query(mini("a*5"), span(0, 1, 1, 1), &q, &l, &err), -1);
	ck_assert_uint_eq(l.n, 2);
}
END_TEST

START_TEST(a_span_that_ends_before_it_begins_is_refused)
{
	struct query q = { .arena = &arena };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;

	ck_assert_int_eq(pattern_query(mini("a"), span(1, 1, 0, 1), &q, &l, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(a_tree_too_deep_to_query_is_not_built)
{
	const struct pattern *p = mini("a b");
	int n = 0;

	while (p && n < 100000) {
		p = pattern_rev(&arena, p);
		n++;
	}
	ck_assert_ptr_null(p);
	ck_assert_int_lt(n, 10000);
}
END_TEST

START_TEST(an_exhausted_arena_is_an_error)
{
	struct arena small;
	struct query q = { .arena = &small };
	struct hap_list l = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct pattern *p = control(CONTROL_NOTE, "c'maj*100");

	arena_init(&small, 20000);
	ck_assert_int_eq(pattern_query(p, span(0, 1, 1, 1), &q, &l, &err), -1);
	ck_assert_int_eq(err.code, ERR_NO_MEMORY);
	arena_fini(&small);
}
END_TEST

START_TEST(constructors_pass_null_on)
{
	ck_assert_ptr_null(pattern_rev(&arena, NULL));
	ck_assert_ptr_null(pattern_fast(&arena, NULL, mini("a")));
	ck_assert_ptr_null(pattern_fast(&arena, mini("2"), NULL));
	ck_assert_ptr_null(pattern_every(&arena, mini("2"), rev_fn, NULL));
	ck_assert_ptr_null(pattern_off(&arena, NULL, rev_fn, mini("a")));
	ck_assert_ptr_null(pattern_jux_by(&arena, 1, rev_fn, NULL));
	ck_assert_ptr_null(pattern_modify(&arena, NULL, mini("a")));
	ck_assert_ptr_null(pattern_euclid(&arena, mini("3"), mini("8"), NULL, mini("a")));
}
END_TEST

/* --- Chance ----------------------------------------------------------------------------------------------- */

START_TEST(seed_0_keeps_strudels_choices)
{
	/* random at i/8 is > 0.5, from the formula of tests/vectors */
	struct hap_list l = ask_cycles(mini("bd*8?"), 0, 1);
	struct hap_list by = ask_cycles(pattern_degrade_by(&arena, number(0.5), 0, mini("bd*8")), 0, 1);

	ck_assert_str_eq(printed(&l), printed(&by));
}
END_TEST

START_TEST(another_seed_or_site_chooses_otherwise_and_always_the_same)
{
	const struct pattern *p = pattern_degrade_by(&arena, number(0.5), 0, mini("bd*64"));
	const struct pattern *elsewhere = pattern_degrade_by(&arena, number(0.5), 7, mini("bd*64"));
	struct timespan s = span(0, 1, 1, 1);
	struct hap_list base = ask(p, s), seeded = ask_seeded(p, s, 5), again = ask_seeded(p, s, 5),
			site = ask(elsewhere, s);

	ck_assert_str_eq(printed(&seeded), printed(&again));
	ck_assert_str_ne(printed(&seeded), printed(&base));
	ck_assert_str_ne(printed(&site), printed(&base));
	ck_assert(seeded.n > 16 && seeded.n < 48);
}
END_TEST

START_TEST(a_seed_also_moves_what_the_mini_notation_draws)
{
	const struct pattern *drop = mini("bd*64?"), *choice = mini("[a|b|c|d]*64");
	struct timespan s = span(0, 1, 1, 1);
	struct hap_list a = ask(drop, s), b = ask_seeded(drop, s, 3), c = ask(choice, s), d = ask_seeded(choice, s, 3);

	ck_assert_str_ne(printed(&a), printed(&b));
	ck_assert_str_ne(printed(&c), printed(&d));
	ck_assert_uint_eq(d.n, 64);
}
END_TEST

/* --- Events ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *what, *events, *modifier;
	enum control_key key;
	const char *expected; /* values of cycle 0, one a line */
} modified[] = {
	{ "structure comes from the left", "bd sd", "1 2 3", CONTROL_N,
	  "{\"s\":\"bd\",\"n\":1}\n{\"s\":\"sd\",\"n\":2}\n" },
	{ "n takes the place of the index in a name", "bd:5 sd", "<7>", CONTROL_N,
	  "{\"s\":\"bd\",\"n\":7}\n{\"s\":\"sd\",\"n\":7}\n" },
	{ "a rest leaves the event as it is", "bd sd", "2 ~", CONTROL_GAIN,
	  "{\"s\":\"bd\",\"gain\":2}\n{\"s\":\"sd\"}\n" },
	{ "a chord gives a copy per note", "~x", "c'maj", CONTROL_NOTE,
	  "{\"s\":\"~x\",\"note\":0,\"note_named\":1,\"chord_size\":3}\n"
	  "{\"s\":\"~x\",\"note\":4,\"note_named\":1,\"chord_size\":3}\n"
	  "{\"s\":\"~x\",\"note\":7,\"note_named\":1,\"chord_size\":3}\n" },
	{ "so does a stack", "~x", "[0,7]", CONTROL_NOTE,
	  "{\"s\":\"~x\",\"note\":0,\"chord_size\":2}\n{\"s\":\"~x\",\"note\":7,\"chord_size\":2}\n" },
	{ "a number is no name", "~x", "3", CONTROL_NOTE, "{\"s\":\"~x\",\"note\":3}\n" },
	{ "a sample may be called by a number", "808 808bd:2", "~", CONTROL_GAIN,
	  "{\"s\":\"808\"}\n{\"s\":\"808bd\",\"n\":2}\n" },
	{ "unit takes letters", "bd", "c", CONTROL_UNIT, "{\"s\":\"bd\",\"unit\":1}\n" },
	{ "what no number is drops out", "bd", "loud", CONTROL_GAIN, "{\"s\":\"bd\"}\n" },
};

static const char *printed_values(const struct hap_list *l)
{
	char *all = arena_strndup(&arena, "", 0);

	for (size_t i = 0; i < l->n; i++) {
		struct hap_list one = { .haps = &l->haps[i], .n = 1 };
		char *line = arena_strndup(&arena, printed(&one), strlen(printed(&one)));
		char *value = strstr(line, "\"value\":") + strlen("\"value\":");
		strcpy(value + strlen(value) - 2, "\n"); /* without the hap's own brace */
		all = arena_printf(&arena, "%s%s", all, value);
	}
	return all;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines in order: haps of one time have none of their own. */
static const char *sorted_lines(const char *text)
{
	char *copy = arena_strndup(&arena, text, strlen(text)), *lines[64], *all = arena_strndup(&arena, "", 0);
	size_t n = 0;

	for (char *line = strtok(copy, "\n"); line && n < 64; line = strtok(NULL, "\n"))
		lines[n++] = line;
	qsort(lines, n, sizeof *lines, compare_lines);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(&arena, "%s%s\n", all, lines[i]);
	return all;
}

START_TEST(a_modifier_sets_a_control_of_every_event)
{
	const struct pattern *p = pattern_modify(&arena, control(CONTROL_S, modified[_i].events),
						 control(modified[_i].key, modified[_i].modifier));
	struct hap_list l = ask_cycles(p, 0, 1);

	ck_assert_msg(strcmp(sorted_lines(printed_values(&l)), sorted_lines(modified[_i].expected)) == 0, "%s: %s",
		      modified[_i].what, printed_values(&l));
}
END_TEST

START_TEST(chords_of_chords_count_all_their_voices)
{
	const struct pattern *p = pattern_modify(&arena, control(CONTROL_S, "~x"), control(CONTROL_NOTE, "c'maj"));
	struct hap_list l = ask_cycles(pattern_modify(&arena, p, control(CONTROL_PAN, "-1,1")), 0, 1);

	ck_assert_uint_eq(l.n, 6);
	ck_assert_ptr_nonnull(strstr(printed(&l), "\"chord_size\":6"));
	l = ask_cycles(pattern_modify(&arena, p, control(CONTROL_GAIN, "0.5")), 0, 1);
	ck_assert_uint_eq(l.n, 3);
	ck_assert_ptr_nonnull(strstr(printed(&l), "\"chord_size\":3"));
}
END_TEST

START_TEST(the_modifier_is_sampled_at_the_onset_also_from_within_the_event)
{
	const struct pattern *p = pattern_modify(&arena, control(CONTROL_S, "bd"), control(CONTROL_N, "1 2"));
	struct hap_list l = ask(p, span(3, 4, 1, 1));

	ck_assert_uint_eq(l.n, 1);
	ck_assert_ptr_nonnull(strstr(printed(&l), "\"n\":1"));
}
END_TEST

START_TEST(stut_multiplies_the_gain_there_is)
{
	const struct pattern *p = pattern_modify(&arena, control(CONTROL_S, "bd"), control(CONTROL_GAIN, "0.8"));
	struct hap_list l = ask(pattern_stut(&arena, number(3), number(0.25), number(0.5), p), span(1, 2, 3, 4));

	ck_assert_uint_eq(l.n, 3);
	ck_assert_str_eq(sorted_lines(printed_values(&l)), "{\"s\":\"bd\",\"gain\":0.2}\n{\"s\":\"bd\",\"gain\":0.4}\n"
							   "{\"s\":\"bd\",\"gain\":0.8}\n");
}
END_TEST

START_TEST(jux_pans_the_copies_apart)
{
	struct hap_list l = ask_cycles(pattern_jux_by(&arena, 1, rev_fn, control(CONTROL_S, "bd sd")), 0, 1);

	ck_assert_str_eq(sorted_lines(printed_values(&l)),
			 "{\"s\":\"bd\",\"pan\":-1}\n{\"s\":\"bd\",\"pan\":1}\n{\"s\":\"sd\",\"pan\":-1}\n"
			 "{\"s\":\"sd\",\"pan\":1}\n");
	ck_assert_ptr_nonnull(strstr(printed(&l), "\"part\":[\"0/1\",\"1/2\"],\"value\":{\"s\":\"sd\",\"pan\":1}"));
}
END_TEST

START_TEST(haps_know_the_bytes_they_come_from)
{
	struct hap_list l = ask_cycles(pattern_chop(&arena, number(2), control(CONTROL_S, "bd [~ sn:3]*2")), 0, 1);

	ck_assert_uint_eq(l.n, 6);
	ck_assert_uint_eq(l.haps[0].source.start, 0);
	ck_assert_uint_eq(l.haps[0].source.end, 2);
	ck_assert_uint_eq(l.haps[5].source.start, 6);
	ck_assert_uint_eq(l.haps[5].source.end, 8);
}
END_TEST

START_TEST(text_in_haps_is_escaped_as_json)
{
	struct value v = { .kind = VALUE_WORD,
			   .word = { "a\"\\\n\x01"
				     "\xc3\xa9",
				     7 } };
	struct hap_list l = ask_cycles(pattern_pure(&arena, v, (struct span){ 0, 0 }), 0, 1);

	ck_assert_str_eq(printed(&l), "{\"whole\":[\"0/1\",\"1/1\"],\"part\":[\"0/1\",\"1/1\"],"
				      "\"value\":\"a\\\"\\\\\\u000a\\u0001\xc3\xa9\"}\n");
}
END_TEST

/* --- Registry --------------------------------------------------------------------------------------------- */

/* Whether def is among the forms of a name. */
static bool is_form_of(const struct transform_def *def, const char *name)
{
	const struct transform_def *t = transform_find(name, strlen(name));

	while (t && t != def)
		t = transform_next_form(t, name, strlen(name));
	return t != NULL;
}

START_TEST(the_registry_is_sorted_and_complete)
{
	for (size_t i = 0; i < transform_registry_len; i++) {
		const struct transform_def *def = transform_registry[i];
		ck_assert(i == 0 || strcmp(transform_registry[i - 1]->name, def->name) <= 0);
		ck_assert_msg(is_form_of(def, def->name), "%s", def->name);
		for (const char *const *alias = def->aliases; *alias; alias++)
			ck_assert_msg(is_form_of(def, *alias), "%s", *alias);
		ck_assert(def->doc && def->example && def->apply && def->n_params <= TRANSFORM_PARAMS_MAX);
		ck_assert_ptr_nonnull(strstr(def->example, def->name));
		for (unsigned k = 0; k < def->n_params; k++) {
			const struct transform_param *param = &def->params[k];
			ck_assert(param->name && param->doc);
			ck_assert(param->kind != TRANSFORM_PATTERN || param->min < param->max);
			ck_assert((param->kind == TRANSFORM_NAME) == (param->is_name != NULL));
			for (const char *const *n = param->names; n && *n; n++)
				ck_assert_msg(param->is_name(*n, strlen(*n)), "%s", *n);
		}
	}
	ck_assert_ptr_null(transform_find("nonsense", 8));
}
END_TEST

START_TEST(every_transform_takes_parameters_of_any_size)
{
	static const double extremes[] = { 0, 1, -1, 0.5, -3, 1e9, -1e9, 1e-9, 1e18, 4097 };
	const struct transform_def *def = transform_registry[_i];

	for (size_t k = 0; k < sizeof extremes / sizeof *extremes; k++) {
		struct transform_arg args[TRANSFORM_PARAMS_MAX] = { 0 };
		struct query q = { .arena = &arena, .max_haps = 1000 };
		struct hap_list l = { .n = 0 };
		struct error err = ERROR_INIT;
		const struct pattern *p;
		for (unsigned i = 0; i < def->n_params; i++)
			args[i] = (struct transform_arg){
				.pattern = number(extremes[k]), .fn = rev_fn, .fns = &rev_fn, .n_fns = 1
			};
		p = def->apply(&arena, args, 1, control(CONTROL_S, "bd sd"));
		ck_assert_ptr_nonnull(p);
		if (pattern_query(p, span(-1, 2, 2, 1), &q, &l, &err) < 0)
			ck_assert(err.code == ERR_TOO_LARGE || err.code == ERR_INVALID);
	}
}
END_TEST

static void add_query_tests(Suite *s)
{
	TCase *t = tcase_create("queries");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, a_query_does_not_depend_on_how_its_span_is_cut, 0, (int)n_texts);
	tcase_add_loop_test(t, parts_lie_in_the_span_and_in_their_wholes, 0, (int)n_texts);
	tcase_add_loop_test(t, an_instant_is_answered_by_what_is_active_there, 0, (int)n_texts);
	tcase_add_test(t, a_far_cycle_costs_what_a_near_one_costs);
	tcase_add_test(t, a_short_span_of_a_dense_pattern_is_cheap);
	suite_add_tcase(s, t);
}

static void add_limit_tests(Suite *s)
{
	TCase *t = tcase_create("limits");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, too_much_is_an_error_in_bounded_time_and_memory, 0,
			    sizeof excessive / sizeof *excessive);
	tcase_add_test(t, a_list_keeps_what_it_had_when_a_query_fails);
	tcase_add_test(t, a_span_that_ends_before_it_begins_is_refused);
	tcase_add_test(t, a_tree_too_deep_to_query_is_not_built);
	tcase_add_test(t, an_exhausted_arena_is_an_error);
	tcase_add_test(t, constructors_pass_null_on);
	suite_add_tcase(s, t);
}

static void add_event_tests(Suite *s)
{
	TCase *t = tcase_create("chance, events, transforms");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, seed_0_keeps_strudels_choices);
	tcase_add_test(t, another_seed_or_site_chooses_otherwise_and_always_the_same);
	tcase_add_test(t, a_seed_also_moves_what_the_mini_notation_draws);
	tcase_add_loop_test(t, a_modifier_sets_a_control_of_every_event, 0, sizeof modified / sizeof *modified);
	tcase_add_test(t, chords_of_chords_count_all_their_voices);
	tcase_add_test(t, the_modifier_is_sampled_at_the_onset_also_from_within_the_event);
	tcase_add_test(t, stut_multiplies_the_gain_there_is);
	tcase_add_test(t, jux_pans_the_copies_apart);
	tcase_add_test(t, haps_know_the_bytes_they_come_from);
	tcase_add_test(t, text_in_haps_is_escaped_as_json);
	tcase_add_test(t, the_registry_is_sorted_and_complete);
	tcase_add_loop_test(t, every_transform_takes_parameters_of_any_size, 0, (int)transform_registry_len);
	suite_add_tcase(s, t);
}

static Suite *pattern_suite(void)
{
	Suite *s = suite_create("pattern");

	add_query_tests(s);
	add_limit_tests(s);
	add_event_tests(s);
	return s;
}

int main(void)
{
	return test_run(pattern_suite());
}
