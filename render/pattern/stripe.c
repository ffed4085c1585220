/* stripe: repetitions of random length. */
#include <math.h>

#include "base/hash.h"
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Lengths are drawn in these units, at least a quarter of them all, so that no repetition is too short to hear. */
enum { STRIPE_UNITS = 64, STRIPES_MAX = 1024 };

static int64_t stripe_length(const struct param_node *n, int64_t cycle, int64_t i, const struct eval *e)
{
	double r = eval_random(e, hash64_pair(n->site, (uint64_t)i), rational_int(cycle));
	return STRIPE_UNITS / 4 + (int64_t)(r * STRIPE_UNITS);
}

/* Repetition i of the n in a cycle plays cycle n * cycle + i, as if n times as fast. */
static int stripe_cycle(const struct param_node *n, int64_t stripes, const struct cycle_iter *it, struct eval *e,
			struct hap_list *out)
{
	struct rational cycle = rational_int(it->cycle), inner = rational_mul(cycle, rational_int(stripes));
	int64_t total = 0, at = 0;

	for (int64_t i = 0; i < stripes; i++)
		total += stripe_length(n, it->cycle, i, e);
	for (int64_t i = 0; i < stripes; i++) {
		int64_t length = stripe_length(n, it->cycle, i, e);
		struct timespan place = { rational_add(cycle, rational_make(at, total)),
					  rational_add(cycle, rational_make(at + length, total)) };
		struct rational first = rational_add(inner, rational_int(i));
		struct timespan window = { first, rational_add(first, RATIONAL_ONE) }, part;
		if (!timespan_is_valid(place) || !timespan_is_valid(window))
			return eval_fail_time(e);
		if (timespan_intersect(place, it->piece, &part) &&
		    query_focused(param_content(n, 0), window, place, part, e, out) < 0)
			return -1;
		at += length;
	}
	return eval_charge(e, (size_t)stripes / 16);
}

static int stripe_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t stripes;
	int more = count_of(v[0].number, STRIPES_MAX, &stripes, e);

	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0)
		if (stripe_cycle(n, stripes, &it, e, out) < 0)
			return -1;
	return more;
}

static const struct param_ops stripe_ops = { .query = stripe_query };

static const struct pattern *stripe_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };
	struct param_node *n = param_node_new(a, &stripe_ops, children, 1, 1);

	if (!n)
		return NULL;
	n->site = site;
	return &n->base;
}

const struct transform_def transform_stripe = {
	.name = "stripe",
	.doc = "Repeats the pattern n times per cycle, in random lengths that fill the cycle.",
	.example = "out $ s \"bd sn hh cp\" $ stripe 3",
	.params = { { .name = "n", .unit = "times", .min = 1, .max = 256, .doc = "repetitions in a cycle" } },
	.n_params = 1,
	.apply = stripe_apply,
};
