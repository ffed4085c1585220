/* plyWith and stutWith: copies of events or patterns, transformed more and more.
 *
 * A given function is applied once, to a hole, when the pattern is built. While it is played, the hole stands for an
 * event's value, or for what the function made of the hole, as many times as the copy has been transformed. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

struct hole {
	struct pattern base;
	const struct pattern *body; /* what the function made of the hole */
};

static int hole_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct binding *b = binding_find(e, p);
	double left;
	int rc;

	if (!b)
		return 0;
	left = b->number;
	if (left < 1)
		return node_query(b->value, span, e, out);
	b->number = left - 1;
	rc = node_query(((const struct hole *)p)->body, span, e, out);
	b->number = left;
	return rc;
}

static const struct pattern_ops hole_ops = { .query = hole_query, .equal = node_is_itself };

/* --- plyWith ---------------------------------------------------------------------------------------------- */

struct copies {
	const struct pattern *hole;
	int64_t n;
};

/* Plays copy i of h, a cycle of the hole, in its n-th part of h. */
static int play_copy(const struct copies *c, const struct hap *h, int64_t i, struct eval *e, struct hap_list *out)
{
	struct rational width = rational_div(rational_sub(h->whole.end, h->whole.begin), rational_int(c->n));
	struct rational begin = rational_add(h->whole.begin, rational_mul(width, rational_int(i)));
	struct timespan place = { begin, rational_add(begin, width) }, part;
	const struct pattern *value = pattern_pure(e->arena, h->value, h->source);
	struct binding b = { .variable = c->hole, .number = (double)i, .value = value, .outer = e->bindings };
	int rc;

	if (!value)
		return eval_fail_memory(e);
	if (!timespan_is_valid(place))
		return eval_fail_time(e);
	if (!timespan_intersect(place, h->part, &part))
		return 0;
	e->bindings = &b;
	rc = query_focused(c->hole, cycle_of(h->whole.begin), place, part, e, out);
	e->bindings = b.outer;
	return rc;
}

static int play_copies(const void *ctx, const struct hap *h, struct eval *e, struct hap_list *out)
{
	const struct copies *c = ctx;

	if (!h->has_whole || rational_cmp(h->whole.begin, h->whole.end) >= 0)
		return 0;
	for (int64_t i = 0; i < c->n; i++)
		if (play_copy(c, h, i, e, out) < 0)
			return -1;
	return 0;
}

/* Contents: the hole, the pattern, what the function makes of the hole (for its depth). */
static int ply_with_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			  struct hap_list *out)
{
	struct copies c = { .hole = param_content(n, 0) };
	int is_some = count_of(v[0].number, NODE_COPIES_MAX, &c.n, e);

	if (is_some <= 0)
		return is_some;
	/* Every application is as deep again. */
	if (c.n * param_content(n, 2)->depth > PATTERN_DEPTH_MAX)
		return eval_fail_large(e, "patterns within patterns", (double)c.n * param_content(n, 2)->depth,
				       PATTERN_DEPTH_MAX);
	return query_rewritten(param_content(n, 1), span, (struct hap_rewrite){ play_copies, &c }, e, out);
}

static const struct param_ops ply_with_ops = { .query = ply_with_query };

static const struct pattern *ply_with_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	struct hole *hole = node_new(a, sizeof *hole, &hole_ops, NULL, 0);
	const struct pattern *children[4] = { args[0].pattern };

	(void)site;
	if (!hole)
		return NULL;
	hole->body = args[1].fn.apply(args[1].fn.ctx, a, &hole->base);
	children[1] = &hole->base;
	children[2] = p;
	children[3] = hole->body;
	return param_pattern(a, &ply_with_ops, children, 1, 3);
}

const struct transform_def transform_plyWith = {
	.name = "plyWith",
	.doc = "Repeats every event n times in its own time, transformed once more every time.",
	.example = "out $ s \"bd sn hh\" $ plyWith 3 (# gain 0.7)",
	.params = { { .name = "n", .unit = "times", .min = 0, .max = 64, .doc = "repetitions" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done at each repetition" } },
	.n_params = 2,
	.apply = ply_with_apply,
};

/* --- stutWith --------------------------------------------------------------------------------------------- */

/* Contents: the transformed pattern, which is late by the variable; the variable. */
static int stut_with_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			   struct hap_list *out)
{
	struct binding b = { .variable = param_content(n, 1), .outer = e->bindings };
	int64_t copies;
	int rc = count_of(v[0].number, NODE_COPIES_MAX, &copies, e);

	if (rc <= 0)
		return rc;
	e->bindings = &b;
	rc = 0;
	for (int64_t i = 0; i < copies && rc == 0; i++) {
		b.number = rational_to_double(rational_mul(v[1].exact, rational_int(i)));
		rc = node_query(param_content(n, 0), span, e, out);
	}
	e->bindings = b.outer;
	return rc;
}

static const struct param_ops stut_with_ops = { .query = stut_with_query };

static const struct pattern *stut_with_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					     const struct pattern *p)
{
	const struct pattern *shift = pattern_variable(a), *late = pattern_late(a, shift, p);
	const struct pattern *children[] = { args[0].pattern, args[1].pattern,
					     late ? args[2].fn.apply(args[2].fn.ctx, a, late) : NULL, shift };

	(void)site;
	return param_pattern(a, &stut_with_ops, children, 2, 2);
}

const struct transform_def transform_stutWith = {
	.name = "stutWith",
	.aliases = { "echoWith", "stut'" },
	.doc = "Plays n copies, each later than the one before, all of them transformed.",
	.example = "out $ s \"bd sn\" $ stutWith 3 0.125 (# speed 2)",
	.params = { { .name = "n", .unit = "copies", .min = 0, .max = 256, .doc = "copies" },
		    { .name = "time", .unit = "cycles", .min = -1000, .max = 1000, .doc = "distance of the copies" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done to every copy" } },
	.n_params = 3,
	.apply = stut_with_apply,
};
