/* press and pressBy: events that begin late. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int press_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	size_t from = out->n, kept = from;

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	if (v[0].exact.num < 0 || rational_cmp(v[0].exact, RATIONAL_ONE) >= 0)
		return 0;
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct hap h = out->haps[i];
		struct rational length = rational_sub(h.whole.end, h.whole.begin);
		if (!h.has_whole)
			continue;
		h.whole.begin = rational_add(h.whole.begin, rational_mul(length, v[0].exact));
		if (!timespan_is_valid(h.whole))
			return eval_fail_time(e);
		if (timespan_intersect(h.whole, h.part, &h.part))
			out->haps[kept++] = h;
	}
	out->n = kept;
	return 0;
}

static const struct param_ops press_ops = { .query = press_query, .period = PERIOD_COMMON };

static const struct pattern *pressed(struct arena *a, const struct pattern *by, const struct pattern *p)
{
	const struct pattern *children[] = { by, p };
	return param_pattern(a, &press_ops, children, 1, 1);
}

static const struct pattern *press_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					    const struct pattern *p)
{
	(void)site;
	return pressed(a, args[0].pattern, p);
}

const struct transform_def transform_pressBy = {
	.name = "pressBy",
	.doc = "Lets every event begin later in its own time.",
	.example = "out $ s \"bd sn hh cp\" $ pressBy 0.25",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "how much later, in event lengths" } },
	.n_params = 1,
	.apply = press_by_apply,
};

static const struct pattern *press_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	(void)args, (void)site;
	return pressed(a, pattern_number(a, 0.5), p);
}

const struct transform_def transform_press = {
	.name = "press",
	.doc = "Lets every event begin in the middle of its time.",
	.example = "out $ s \"bd sn hh cp\" $ press",
	.apply = press_apply,
};
