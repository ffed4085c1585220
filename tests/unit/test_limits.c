/* Short programs that ask for enormous work are refused when they are compiled, with the place, or are cheap. Work is
 * counted, not timed: steps of queries, bytes of the compiler's arena. bench/bench_limits prints the times. */
#include <stdlib.h>
#include <string.h>

#include "render/compile.h"
#include "tests/lib/blowup.h"
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
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(limits_suite());
}
