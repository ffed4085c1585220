/* Short programs that ask for enormous work are refused when they are compiled, with the place, or are cheap. Work is
 * counted, not timed: steps of queries, bytes of the compiler's arena. bench/bench_limits prints the times. */
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "render/render.h"
#include "tests/lib/blowup.h"
#include "tests/lib/null_sink.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 128 << 20 };

struct outcome {
	bool is_accepted;
	struct diag_list diags;
	struct error err;
	size_t n_steps; /* of the most expensive query of cycle 0 */
};

static size_t steps_of(const struct graph *g)
{
	size_t most = 0;

	for (uint32_t i = 0; i < g->n_nodes; i++) {
		struct arena a;
		struct query q = { .arena = &a };
		struct hap_list haps = { .n = 0 };
		struct error err = ERROR_INIT;

		if (!g->nodes[i].pattern)
			continue;
		arena_init(&a, ARENA_BYTES);
		ck_assert_int_eq(pattern_query(g->nodes[i].pattern, (struct timespan){ RATIONAL_ZERO, RATIONAL_ONE },
					       &q, &haps, &err),
				 0);
		most = q.n_steps > most ? q.n_steps : most;
		arena_fini(&a);
	}
	return most;
}

static struct outcome try_program(const char *text, size_t len)
{
	struct outcome o = { .diags = { .n = 0 }, .err = ERROR_INIT };
	const struct program *p;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	p = compile(&a, text, len, NULL, &o.diags, &o.err);
	o.is_accepted = p != NULL;
	if (p)
		o.n_steps = steps_of(p->graph);
	arena_fini(&a);
	return o;
}

static const struct diag *first_error(const struct diag_list *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		if (diags->items[i].severity == DIAG_ERROR)
			return &diags->items[i];
	return NULL;
}

static void assert_refused(const struct blowup *b, const char *text, const struct outcome *o)
{
	const struct diag *d = first_error(&o->diags);

	ck_assert_msg(!o->is_accepted && d, "'%s' is accepted, or refused without a word: %s", b->name, o->err.message);
	ck_assert_msg(strcmp(d->code, b->code) == 0, "'%s': %s instead of %s: %s", b->name, d->code, b->code,
		      d->message);
	ck_assert_msg(d->span.end > d->span.start, "'%s' has no place: %s", b->name, d->message);
	if (b->where)
		ck_assert_msg(strncmp(text + d->span.start, b->where, strlen(b->where)) == 0, "'%s' points at '%.20s'",
			      b->name, text + d->span.start);
	ck_assert_msg(strpbrk(d->message, "0123456789"), "'%s' names no limit: %s", b->name, d->message);
}

START_TEST(a_program_that_asks_for_too_much_is_refused_with_its_place_or_is_cheap)
{
	const struct blowup *b = &blowups[_i];
	size_t len;
	char *text = blowup_text(b, &len);
	struct outcome o = try_program(text, len);

	if (b->code) {
		assert_refused(b, text, &o);
	} else {
		ck_assert_msg(o.is_accepted, "'%s': %s", b->name, o.diags.n ? o.diags.items[0].message : o.err.message);
		ck_assert_uint_le(o.n_steps, PATTERN_STEPS_PER_CYCLE_MAX / 4);
	}
	free(text);
}
END_TEST

/* --- While rendering -------------------------------------------------------------------------------------- */

static int render_cycles(const char *source, double cycles, struct diag_list *diags, struct render_result *result,
			 struct error *err)
{
	struct render_config config = { .n_threads = 1 };
	struct sink sink = { &null_sink_ops };
	struct render_engine *engine = render_engine_new(&config, err);
	struct render_spec spec;
	int rc;

	ck_assert_ptr_nonnull(engine);
	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.cycles = cycles;
	rc = render_run(engine, &spec, NULL, &sink, diags, result, err);
	render_engine_free(engine);
	return rc;
}

/* Cycle 0 is harmless, so that only rendering finds out. where: what the error points at begins so. */
static const struct {
	const char *source, *where;
} later[] = {
	{ "cps: 4\nout $ s \"sn bd*<2 400000>\"", "400000" },
	{ "cps: 4\nout $ sine \"440*<2 400000>\"", "400000" },
	{ "cps: 4\nout $ sine (\"330 440\" $ fast \"<2 400000>\")", "400000" },
	{ "cps: 4\nout $ s \"bd\" $ every' 2 1 (ply \"<1000 999>\" $ ply \"<1000 999>\")", "bd" },
};

START_TEST(a_pattern_that_is_too_dense_in_a_later_cycle_ends_the_render_with_its_place)
{
	const char *source = later[_i].source;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_result result;

	ck_assert_msg(render_cycles(source, 2, &diags, &result, &err) != 0, "%s is rendered", source);
	ck_assert_int_eq(err.code, ERR_TOO_LARGE);
	ck_assert_msg(strncmp(source + err.where.start, later[_i].where, strlen(later[_i].where)) == 0,
		      "'%s' points at '%.20s'", err.message, source + err.where.start);
	ck_assert_ptr_nonnull(strstr(err.message, "cycle 1"));
}
END_TEST

START_TEST(what_a_transform_puts_outside_of_its_cycle_is_not_played_there)
{
	static const char source[] = "cps: 4\nout $ s \"bd sn hh cp\" $ zoom \"0.25\" \"2.25\"";
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_result result;
	struct buf lines = BUF_INIT;
	size_t n = 0;

	ck_assert_int_eq(render_cycles(source, 4, &diags, &result, &err), 0);
	ck_assert_int_eq(render_events(NULL, source, strlen(source), "0", "1", &lines, &diags, &err), 0);
	for (const char *at = lines.data; at && (at = strstr(at, "\"time_s\":")); n++) {
		double time_s = strtod(at += strlen("\"time_s\":"), NULL);
		ck_assert_msg(time_s >= 0 && time_s < 0.25, "an event at %g s", time_s);
	}
	ck_assert_uint_gt(n, 0);
	buf_fini(&lines);
}
END_TEST

START_TEST(the_table_has_forty_programs_or_more)
{
	ck_assert_uint_ge(n_blowups, 40);
}
END_TEST

static Suite *limits_suite(void)
{
	Suite *s = suite_create("limits");
	TCase *t = tcase_create("programs");

	tcase_add_loop_test(t, a_program_that_asks_for_too_much_is_refused_with_its_place_or_is_cheap, 0,
			    (int)n_blowups);
	tcase_add_test(t, the_table_has_forty_programs_or_more);
	tcase_add_loop_test(t, a_pattern_that_is_too_dense_in_a_later_cycle_ends_the_render_with_its_place, 0,
			    (int)(sizeof later / sizeof *later));
	tcase_add_test(t, what_a_transform_puts_outside_of_its_cycle_is_not_played_there);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(limits_suite());
}
