/* bite, squeeze and pick: patterns played in the events of a pattern of numbers. */
#include <math.h>
#include <string.h>

#include "render/pattern/node.h"
#include "render/pattern/signal.h"
#include "render/pattern/transform.h"

/* --- bite ------------------------------------------------------------------------------------------------- */

struct bites {
	const struct param_node *node;
	struct rational parts;
};

/* The fraction of index / parts is where in its cycle the event's bite begins. As in Strudel, nothing is before
 * part 0. */
static int bite_event(const void *ctx, const struct hap *index, struct eval *e, struct hap_list *out)
{
	const struct bites *b = ctx;
	struct rational width = rational_div(RATIONAL_ONE, b->parts), at;
	struct timespan window;
	double i;

	if (!index->has_whole || !value_to_number(&index->value, &i))
		return 0;
	at = rational_div(rational_from_double(i), b->parts);
	if (!rational_is_valid(at))
		return eval_fail_time(e);
	at = rational_sub(at, rational_int(at.num / at.den));
	if (at.num < 0)
		return 0;
	window.begin = rational_add(rational_int(rational_floor(index->whole.begin)), at);
	window.end = rational_add(window.begin, width);
	if (!timespan_is_valid(window))
		return eval_fail_time(e);
	return query_focused(param_content(b->node, 1), window, index->whole, index->part, e, out);
}

/* Contents: the index, the pattern. */
static int bite_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct bites b = { n, v[0].exact };

	if (!rational_is_valid(b.parts))
		return eval_fail_time(e);
	return b.parts.num > 0
		       ? query_rewritten(param_content(n, 0), span, (struct hap_rewrite){ bite_event, &b }, e, out)
		       : 0;
}

static const struct param_ops bite_ops = { .query = bite_query };

static const struct pattern *bite_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, p };
	struct param_node *n = param_node_new(a, &bite_ops, children, 1, 2);

	(void)site;
	if (!n)
		return NULL;
	n->base.n_selectors = 1;
	return &n->base;
}

const struct transform_def transform_bite = {
	.name = "bite",
	.doc = "Divides the cycle into n parts and plays those that a pattern of numbers names, in its rhythm.",
	.example = "out $ s \"bd sn hh cp\" $ bite 4 \"0 2 1 3\"",
	.params = { { .name = "n", .unit = "parts", .min = 0.001, .max = 100000, .doc = "parts of the cycle" },
		    { .name = "index", .min = -100000, .max = 100000, .doc = "which parts are played" } },
	.n_params = 2,
	.apply = bite_apply,
};

/* --- squeeze and pick ------------------------------------------------------------------------------------- */

static int squeeze_event(const void *ctx, const struct hap *index, struct eval *e, struct hap_list *out)
{
	const struct pattern *p = ctx;
	int64_t n = p->n_children - 1, i;
	double x;

	if (!index->has_whole || !value_to_number(&index->value, &x) || !(fabs(x) < 1e15))
		return 0;
	i = (int64_t)floor(x + 0.5) % n;
	return query_focused(p->children[1 + (i < 0 ? i + n : i)], cycle_of(index->whole.begin), index->whole,
			     index->part, e, out);
}

static int squeeze_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ squeeze_event, p }, e, out);
}

static int pick_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	double last = n->base.n_children - n->base.n_params - 1, i = floor(v[0].number + 0.5);
	return node_query(param_content(n, (unsigned)fmin(fmax(i, 0), last)), span, e, out);
}

static const struct pattern_ops squeeze_ops = { .query = squeeze_query };
static const struct param_ops pick_ops = { .query = pick_query };

/* The index and after it the patterns it chooses from. */
static const struct pattern **with_index(struct arena *a, const struct pattern *index, const struct pattern *const *ps,
					 size_t n)
{
	const struct pattern **children = ARENA_ARRAY(a, n + 1, const struct pattern *);

	if (!children || n == 0 || n > INT32_MAX)
		return NULL;
	children[0] = index;
	memcpy(children + 1, ps, n * sizeof *ps);
	return children;
}

const struct pattern *pattern_squeeze(struct arena *a, const struct pattern *index, const struct pattern *const *ps,
				      size_t n)
{
	const struct pattern **children = with_index(a, index, ps, n);
	struct pattern *p = children ? node_new(a, sizeof *p, &squeeze_ops, children, n + 1) : NULL;

	if (!p)
		return NULL;
	p->n_params = 1;
	return p;
}

const struct pattern *pattern_pick(struct arena *a, const struct pattern *index, const struct pattern *const *ps,
				   size_t n)
{
	const struct pattern **children = with_index(a, index, ps, n);
	return children ? param_pattern(a, &pick_ops, children, 1, (unsigned)n) : NULL;
}
