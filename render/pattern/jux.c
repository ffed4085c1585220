/* jux and juxBy: the pattern on one side, a transformed copy on the other. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Adds the parameter to the pan of every hap. */
static int pan_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct value *map = &out->haps[i].value;
		const struct value *old = value_map_get(map, CONTROL_PAN);
		double before = 0;
		if (map->kind != VALUE_MAP || (old && !value_to_number(old, &before)))
			continue;
		if (!value_map_own(e->arena, map, CONTROL_PAN, value_number(before + v[0].number), map))
			return eval_fail_memory(e);
	}
	return 0;
}

static const struct param_ops pan_ops = { .query = pan_query, .period = PERIOD_COMMON, .certain = CERTAIN_FIRST };

static const struct pattern *panned(struct arena *a, const struct pattern *by, const struct pattern *p)
{
	const struct pattern *children[] = { by, p };
	return (const struct pattern *)param_node_new(a, &pan_ops, children, 1, 1);
}

/* Stacks p panned by left and fn(p panned by right). */
static const struct pattern *juxtapose(struct arena *a, const struct pattern *left, const struct pattern *right,
				       struct pattern_fn fn, const struct pattern *p)
{
	const struct pattern *moved = panned(a, right, p);
	const struct pattern *both[] = { panned(a, left, p), moved ? fn.apply(fn.ctx, a, moved) : NULL };
	return both[0] && both[1] ? pattern_stack(a, both, 2) : NULL;
}

static const struct pattern *constant(struct arena *a, double x)
{
	return pattern_pure(a, value_number(x), (struct span){ 0, 0 });
}

const struct pattern *pattern_jux_by(struct arena *a, double amount, struct pattern_fn fn, const struct pattern *p)
{
	return juxtapose(a, constant(a, -amount), constant(a, amount), fn, p);
}

static const struct pattern *jux_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)site;
	return pattern_jux_by(a, 1, args[0].fn, p);
}

const struct transform_def transform_jux = {
	.name = "jux",
	.doc = "Plays the pattern on the left and a transformed copy on the right.",
	.example = "out $ s \"bd sn hh cp\" $ jux rev",
	.params = { { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done on the right" } },
	.n_params = 1,
	.needs_events = true,
	.apply = jux_apply,
};

static const struct pattern *jux_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *right = pattern_variable(a);
	const struct pattern *left = pattern_combine(a, PATTERN_MUL, STRUCTURE_LEFT, right, constant(a, -1));

	(void)site;
	return pattern_bind(a, right, args[0].pattern, juxtapose(a, left, right, args[1].fn, p));
}

const struct transform_def transform_juxBy = {
	.name = "juxBy",
	.aliases = { "juxby" },
	.doc = "As jux, with the two copies less far apart.",
	.example = "out $ s \"bd sn hh cp\" $ juxBy 0.5 rev # gain 0.8",
	.params = { { .name = "amount", .min = 0, .max = 1, .doc = "0: both in the middle, 1: as jux" },
		    { .name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done on the right" } },
	.n_params = 2,
	.needs_events = true,
	.apply = jux_by_apply,
};
