/* within: a transform of the events in a part of the cycle. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Keeps the events that begin between two places in their cycle, both included, or the others. */
static int keep(const struct param_node *n, const struct param *v, bool inside, struct timespan span, struct eval *e,
		struct hap_list *out)
{
	size_t from = out->n, kept = from;

	if (!rational_is_valid(v[0].exact) || !rational_is_valid(v[1].exact))
		return eval_fail_time(e);
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct rational t = hap_whole_or_part(&out->haps[i]).begin;
		struct rational at = rational_sub(t, rational_int(rational_floor(t)));
		if ((rational_cmp(at, v[0].exact) >= 0 && rational_cmp(at, v[1].exact) <= 0) == inside)
			out->haps[kept++] = out->haps[i];
	}
	out->n = kept;
	return 0;
}

static int inside_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	return keep(n, v, true, span, e, out);
}

static int outside_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	return keep(n, v, false, span, e, out);
}

static const struct param_ops inside_ops = { .query = inside_query };
static const struct param_ops outside_ops = { .query = outside_query };

static const struct pattern *within_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *begin = pattern_hold(a, args[0].pattern), *end = pattern_hold(a, args[1].pattern);
	const struct pattern *children[] = { begin, end, p };
	const struct pattern *in = param_pattern(a, &inside_ops, children, 2, 1);
	const struct pattern *both[] = { in ? args[2].fn.apply(args[2].fn.ctx, a, in) : NULL,
					 param_pattern(a, &outside_ops, children, 2, 1) };

	(void)site;
	if (!both[0] || !both[1])
		return NULL;
	return pattern_release(a, begin, args[0].pattern,
			       pattern_release(a, end, args[1].pattern, pattern_stack(a, both, 2)));
}

const struct transform_def transform_within = {
	.name = "within",
	.doc = "Transforms the events that begin in a part of the cycle.",
	.example = "out $ s \"bd sn hh cp\" $ within 0 0.5 (fast 2)",
	.params = { { .name = "begin", .unit = "cycles", .min = 0, .max = 1, .doc = "where the part begins" },
		    { .name = "end", .unit = "cycles", .min = 0, .max = 1, .doc = "where it ends" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done there" } },
	.n_params = 3,
	.apply = within_apply,
};
