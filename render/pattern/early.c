/* early, and its opposite late: time shifted. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int shift_query(const struct param_node *n, struct rational by, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	return query_mapped(param_content(n, 0), span, RATIONAL_ONE, by, e, out);
}

static int early_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	return shift_query(n, v[0].exact, span, e, out);
}

static int late_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	return shift_query(n, rational_neg(v[0].exact), span, e, out);
}

static const struct param_ops early_ops = { .query = early_query, .period = PERIOD_COMMON };
static const struct param_ops late_ops = { .query = late_query, .period = PERIOD_COMMON };

const struct pattern *pattern_early(struct arena *a, const struct pattern *cycles, const struct pattern *p)
{
	const struct pattern *children[] = { cycles, p };
	return (const struct pattern *)param_node_new(a, &early_ops, children, 1, 1);
}

const struct pattern *pattern_late(struct arena *a, const struct pattern *cycles, const struct pattern *p)
{
	const struct pattern *children[] = { cycles, p };
	return (const struct pattern *)param_node_new(a, &late_ops, children, 1, 1);
}

static const struct pattern *early_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)site;
	return pattern_early(a, args[0].pattern, p);
}

const struct transform_def transform_early = {
	.name = "early",
	.aliases = { "rotL" },
	.doc = "Shifts a pattern back in time: early 0.25 plays it a quarter of a cycle sooner.",
	.example = "out $ s \"bd sn\" $ early 0.25",
	.params = { { .name = "time", .unit = "cycles", .min = -100000, .max = 100000, .doc = "how much sooner" } },
	.n_params = 1,
	.apply = early_apply,
};
