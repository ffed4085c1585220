/* hurry, loopAt and fit: samples whose speed follows the pattern's. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Sets key of the maps from `from` on; values that are no maps stay. */
static int set_control(struct hap_list *l, size_t from, enum control_key key, double x, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct value *v = &l->haps[i].value;
		if (v->kind == VALUE_MAP && !value_map_own(e->arena, v, key, value_number(x), v))
			return eval_fail_memory(e);
	}
	return 0;
}

static const struct pattern *hurry_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	const struct pattern *factor = args[0].pattern, *held = pattern_hold(a, factor);
	const struct pattern *fast = pattern_fast(a, held, p), *speed = pattern_own_control(a, CONTROL_SPEED, held);

	(void)site;
	if (!fast || !speed)
		return NULL;
	return pattern_release(a, held, factor, pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, fast, speed));
}

const struct transform_def transform_hurry = {
	.name = "hurry",
	.doc = "Speeds up the pattern and the samples in it.",
	.example = "out $ s \"bd sn\" $ hurry 2",
	.params = { { .name = "factor", .unit = "times", .min = 0, .max = 1024, .doc = "how many times faster" } },
	.n_params = 1,
	.needs_events = true,
	.apply = hurry_apply,
};

/* --- loopAt ----------------------------------------------------------------------------------------------- */

/* Parameters: cycles that the sample is to last, the speed that plays it in one. */
static int loop_at_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	size_t from = out->n;

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	if (v[0].exact.num <= 0)
		return 0;
	if (query_mapped(param_content(n, 0), span, rational_div(RATIONAL_ONE, v[0].exact), RATIONAL_ZERO, e, out) <
		    0 ||
	    set_control(out, from, CONTROL_SPEED, v[1].number / v[0].number, e) < 0)
		return -1;
	return set_control(out, from, CONTROL_UNIT, 1, e);
}

static const struct param_ops loop_at_ops = { .query = loop_at_query };

const struct pattern *pattern_loop_at(struct arena *a, const struct pattern *n, double speed, const struct pattern *p)
{
	const struct pattern *children[] = { n, pattern_number(a, speed), p };
	return param_pattern(a, &loop_at_ops, children, 2, 1);
}

static const struct pattern *loop_at_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	(void)site;
	return pattern_loop_at(a, args[0].pattern, 1, p);
}

const struct transform_def transform_loopAt = {
	.name = "loopAt",
	.doc = "Makes samples last n cycles: slows the pattern down by n, and plays at speed 1/n in unit \"c\".",
	.example = "out $ s \"bd\" $ loopAt 2",
	.params = { { .name = "n", .unit = "cycles", .min = 0.001, .max = 1024, .doc = "length of a sample" } },
	.n_params = 1,
	.needs_events = true,
	.apply = loop_at_apply,
};

/* --- fit -------------------------------------------------------------------------------------------------- */

static double sample_share(const struct value *v)
{
	const struct value *begin = value_map_get(v, CONTROL_BEGIN), *end = value_map_get(v, CONTROL_END);
	double from = 0, to = 1;

	if (begin)
		(void)value_to_number(begin, &from);
	if (end)
		(void)value_to_number(end, &to);
	return to - from;
}

static int fit_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	size_t from = out->n;

	(void)v;
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct hap *h = &out->haps[i];
		double length = rational_to_double(rational_sub(h->whole.end, h->whole.begin));
		struct hap_list one = { h, 1, 1 };
		if (!h->has_whole || h->value.kind != VALUE_MAP || !(length > 0))
			continue;
		if (set_control(&one, 0, CONTROL_SPEED, sample_share(&h->value) / length, e) < 0 ||
		    set_control(&one, 0, CONTROL_UNIT, 1, e) < 0)
			return -1;
	}
	return 0;
}

static const struct param_ops fit_ops = { .query = fit_query };

const struct pattern *pattern_fit(struct arena *a, const struct pattern *p)
{
	return param_pattern(a, &fit_ops, &p, 0, 1);
}

static const struct pattern *fit_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)args, (void)site;
	return pattern_fit(a, p);
}

const struct transform_def transform_fit = {
	.name = "fit",
	.doc = "Without a number: plays every sample so fast that it lasts as long as its event.",
	.example = "out $ s \"bd sn\" $ fit",
	.needs_events = true,
	.apply = fit_apply,
};
