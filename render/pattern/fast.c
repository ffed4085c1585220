/* fast, and its inverse slow: time scaled. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int fast_by(const struct pattern *p, struct rational factor, struct timespan span, struct eval *e,
		   struct hap_list *out)
{
	if (!rational_is_valid(factor))
		return eval_fail_time(e);
	/* As in Tidal's descendants: a pattern does not run backwards, and a stopped one is silent. */
	if (factor.num <= 0)
		return 0;
	return query_mapped(p, span, factor, RATIONAL_ZERO, e, out);
}

static int fast_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	return fast_by(param_content(n, 0), v[0].exact, span, e, out);
}

static int slow_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct rational factor = v[0].exact;
	return fast_by(param_content(n, 0), factor.num ? rational_div(RATIONAL_ONE, factor) : factor, span, e, out);
}

static const struct param_ops fast_ops = { .query = fast_query, .period = PERIOD_FAST, .certain = CERTAIN_TIMES };
static const struct param_ops slow_ops = { .query = slow_query, .period = PERIOD_SLOW };

const struct pattern *pattern_fast(struct arena *a, const struct pattern *factor, const struct pattern *p)
{
	const struct pattern *children[] = { factor, p };
	return (const struct pattern *)param_node_new(a, &fast_ops, children, 1, 1);
}

const struct pattern *pattern_slow(struct arena *a, const struct pattern *factor, const struct pattern *p)
{
	const struct pattern *children[] = { factor, p };
	return (const struct pattern *)param_node_new(a, &slow_ops, children, 1, 1);
}

const struct pattern *pattern_fast_by(struct arena *a, struct rational factor, const struct pattern *p)
{
	struct param_node *n;

	if (factor.num == 1 && factor.den == 1)
		return p;
	n = param_node_new(a, &fast_ops, &p, 0, 1);
	if (!n)
		return NULL;
	n->constant[0] = (struct param){ .exact = factor };
	n->base.events_min = certain_events_times(p->events_min, rational_to_double(factor));
	n->base.period = param_period(n);
	return &n->base;
}

static const struct pattern *fast_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_fast(a, args[0].pattern, p);
}

const struct transform_def transform_fast = {
	.name = "fast",
	.aliases = { "dup", "density" },
	.doc = "Speeds a pattern up: fast 2 plays two cycles in the time of one.",
	.example = "out $ s \"bd sn\" $ fast 2",
	.params = { { .name = "factor", .unit = "times", .min = 0, .max = 1024, .doc = "how many times faster" } },
	.n_params = 1,
	.apply = fast_apply,
};
