/* within, and inside and outside with a part of the cycle: a transform of the events that begin there, or elsewhere. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Which events a node keeps. */
struct part {
	bool is_inside;   /* those that begin in the part, or the others */
	bool has_its_end; /* the end belongs to the part */
};

static int part_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	const struct part *part = n->ctx;
	size_t from = out->n, kept = from;

	if (!rational_is_valid(v[0].exact) || !rational_is_valid(v[1].exact))
		return eval_fail_time(e);
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct rational t = hap_whole_or_part(&out->haps[i]).begin;
		struct rational at = rational_sub(t, rational_int(rational_floor(t)));
		int past_end = rational_cmp(at, v[1].exact);
		bool is_in =
			rational_cmp(at, v[0].exact) >= 0 && (past_end < 0 || (past_end == 0 && part->has_its_end));
		if (is_in == part->is_inside)
			out->haps[kept++] = out->haps[i];
	}
	out->n = kept;
	return 0;
}

static const struct param_ops part_ops = { .query = part_query };

static const struct pattern *events_of(struct arena *a, const struct part *part, const struct pattern *begin,
				       const struct pattern *end, const struct pattern *p)
{
	const struct pattern *children[] = { begin, end, p };
	struct param_node *n = param_node_new(a, &part_ops, children, 2, 1);

	if (!n)
		return NULL;
	n->ctx = part;
	return &n->base;
}

/* args: begin, end, transform. The chosen events transformed, and the others as they are. */
static const struct pattern *apply_to_part(struct arena *a, const struct transform_arg *args, const struct part *chosen,
					   const struct part *others, const struct pattern *p)
{
	const struct pattern *begin = pattern_hold(a, args[0].pattern), *end = pattern_hold(a, args[1].pattern);
	const struct pattern *base = events_of(a, chosen, begin, end, p);
	const struct pattern *both[] = { base ? args[2].fn.apply(args[2].fn.ctx, a, base) : NULL,
					 events_of(a, others, begin, end, p) };

	if (!both[0] || !both[1])
		return NULL;
	return pattern_release(a, begin, args[0].pattern,
			       pattern_release(a, end, args[1].pattern, pattern_stack(a, both, 2)));
}

/* As Strudel's within, which counts the end to the part. */
static const struct pattern *within_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	static const struct part in = { true, true }, out = { false, true };

	(void)site;
	return apply_to_part(a, args, &in, &out, p);
}

static const struct part in_part = { true, false }, out_of_part = { false, false };

static const struct pattern *inside_part_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					       const struct pattern *p)
{
	(void)site;
	return apply_to_part(a, args, &in_part, &out_of_part, p);
}

static const struct pattern *outside_part_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
						const struct pattern *p)
{
	(void)site;
	return apply_to_part(a, args, &out_of_part, &in_part, p);
}

#define PART_PARAMS                                                                                                    \
	{ .name = "begin", .unit = "cycles", .min = 0, .max = 1, .doc = "where the part begins" },                     \
		{ .name = "end", .unit = "cycles", .min = 0, .max = 1, .doc = "where it ends" },                       \
	{                                                                                                              \
		.name = "transform", .kind = TRANSFORM_FUNCTION, .doc = "what is done there"                           \
	}

const struct transform_def transform_within = {
	.name = "within",
	.doc = "Transforms the events that begin in a part of the cycle.",
	.example = "out $ s \"bd sn hh cp\" $ within 0 0.5 (fast 2)",
	.params = { PART_PARAMS },
	.n_params = 3,
	.apply = within_apply,
};

const struct transform_def transform_inside_part = {
	.name = "inside",
	.doc = "With a part of the cycle: transforms the events that begin in it, but not at its end.",
	.example = "out $ s \"bd sn hh cp\" $ inside 0 0.5 (fast 2) # gain 0.8",
	.params = { PART_PARAMS },
	.n_params = 3,
	.apply = inside_part_apply,
};

const struct transform_def transform_outside_part = {
	.name = "outside",
	.doc = "With a part of the cycle: transforms the events that begin elsewhere.",
	.example = "out $ s \"bd sn hh cp\" $ outside 0 0.5 (fast 2) # gain 0.8",
	.params = { PART_PARAMS },
	.n_params = 3,
	.apply = outside_part_apply,
};
