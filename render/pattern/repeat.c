/* "a!3" and repeatCycles: every cycle of a pattern several times over. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int repeat_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	if (v[0].exact.den && v[0].exact.num <= 0)
		return 0;
	while ((more = cycles_next(&it, e)) > 0) {
		struct rational source = rational_div(rational_int(it.cycle), v[0].exact);
		if (!rational_is_valid(source))
			return eval_fail_time(e);
		source = rational_int(rational_floor(source) - it.cycle);
		if (query_mapped(param_content(n, 0), it.piece, RATIONAL_ONE, source, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops repeat_ops = { .query = repeat_query, .certain = CERTAIN_FIRST, .period = PERIOD_SLOW };

const struct pattern *pattern_repeat(struct arena *a, const struct pattern *n, const struct pattern *p)
{
	const struct pattern *children[] = { n, p };
	return param_pattern(a, &repeat_ops, children, 1, 1);
}

const struct pattern *pattern_repeat_cycles(struct arena *a, struct rational n, const struct pattern *p)
{
	struct param_node *r = n.num > 0 ? param_node_new(a, &repeat_ops, &p, 0, 1) : NULL;

	if (!r)
		return n.num > 0 ? NULL : pattern_silence(a);
	r->constant[0] = (struct param){ .exact = n };
	r->base.period = param_period(r);
	return &r->base;
}

static const struct pattern *repeat_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	(void)site;
	return pattern_repeat(a, args[0].pattern, p);
}

const struct transform_def transform_repeatCycles = {
	.name = "repeatCycles",
	.doc = "Plays every cycle n times before the next.",
	.example = "out $ s \"<bd sn> hh\" $ repeatCycles 2",
	.params = { { .name = "n", .unit = "times", .min = 1, .max = 100000, .doc = "times that a cycle is played" } },
	.n_params = 1,
	.apply = repeat_apply,
};
