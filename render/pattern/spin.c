/* spin and loop: copies shifted against one another. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

static int set_pan(struct hap_list *l, size_t from, double pan, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct value *v = &l->haps[i].value;
		if (v->kind == VALUE_MAP && !value_map_own(e->arena, v, CONTROL_PAN, value_number(pan), v))
			return eval_fail_memory(e);
	}
	return 0;
}

static int spin_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	int64_t copies;
	int is_some = count_of(v[0].number, NODE_COPIES_MAX, &copies, e);

	for (int64_t i = 0; is_some > 0 && i < copies; i++) {
		size_t from = out->n;
		if (query_mapped(param_content(n, 0), span, RATIONAL_ONE, rational_make(i, copies), e, out) < 0 ||
		    set_pan(out, from, 2 * (double)i / (double)copies - 1, e) < 0)
			return -1;
	}
	return is_some < 0 ? -1 : 0;
}

static int loop_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	int64_t copies;
	int is_some = count_of(v[0].number, NODE_COPIES_MAX, &copies, e);

	for (int64_t i = 0; is_some > 0 && i < copies; i++)
		if (query_mapped(param_content(n, 0), span, rational_int(copies), rational_int(-i), e, out) < 0)
			return -1;
	return is_some < 0 ? -1 : 0;
}

static const struct param_ops spin_ops = { .query = spin_query };
static const struct param_ops loop_ops = { .query = loop_query };

static const struct pattern *spin_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &spin_ops, children, 1, 1);
}

const struct transform_def transform_spin = {
	.name = "spin",
	.doc = "Plays n copies, each a part of the cycle sooner and farther to the right.",
	.example = "out $ s \"bd sn hh cp\" $ spin 2 # gain 0.7",
	.params = { { .name = "n", .unit = "copies", .min = 1, .max = 256, .doc = "copies" } },
	.n_params = 1,
	.needs_events = true,
	.apply = spin_apply,
};

static const struct pattern *loop_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &loop_ops, children, 1, 1);
}

const struct transform_def transform_loop = {
	.name = "loop",
	.doc = "Plays n copies, n times as fast, each a part of the cycle later.",
	.example = "out $ s \"<bd sn> hh\" $ loop 2 # gain 0.8",
	.params = { { .name = "n", .unit = "copies", .min = 1, .max = 256, .doc = "copies" } },
	.n_params = 1,
	.apply = loop_apply,
};
