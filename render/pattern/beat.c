/* beat: the pattern's values on one step of the cycle. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int beat_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct rational steps = v[1].exact, step = rational_div(v[0].exact, steps);
	struct cycle_iter it = cycles_begin(span);
	int more;

	if (steps.den && steps.num <= 0)
		return 0;
	if (!rational_is_valid(step))
		return eval_fail_time(e);
	step = rational_sub(step, rational_int(rational_floor(step)));
	while ((more = cycles_next(&it, e)) > 0) {
		struct rational begin = rational_add(rational_int(it.cycle), step);
		struct timespan whole = { begin, rational_add(begin, rational_div(RATIONAL_ONE, steps)) };
		size_t from = out->n;
		if (query_window(param_content(n, 0), whole, it.piece, RATIONAL_ONE, RATIONAL_ZERO, e, out) < 0)
			return -1;
		for (size_t i = from; i < out->n; i++) {
			out->haps[i].has_whole = true;
			out->haps[i].whole = whole;
		}
	}
	return more;
}

static const struct param_ops beat_ops = { .query = beat_query };

static const struct pattern *beat_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, p };

	(void)site;
	return param_pattern(a, &beat_ops, children, 2, 1);
}

const struct transform_def transform_beat = {
	.name = "beat",
	.doc = "Divides the cycle into n steps and plays the pattern on those of them that are named.",
	.example = "out $ s \"bd\" $ beat \"0,7,10\" 16",
	.params = { { .name = "step", .unit = "steps", .min = 0, .max = 100000, .doc = "which steps, from 0" },
		    { .name = "n", .unit = "steps", .min = 0.001, .max = 100000, .doc = "steps in a cycle" } },
	.n_params = 2,
	.apply = beat_apply,
};
