/* striate: samples cut into pieces that are dealt out over the cycle. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Gives the haps from `from` on, whose values are maps, a part of the sample. */
static int set_part(struct hap_list *l, size_t from, double begin, double end, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct value *v = &l->haps[i].value;
		if (v->kind == VALUE_MAP && (!value_map_own(e->arena, v, CONTROL_BEGIN, value_number(begin), v) ||
					     !value_map_own(e->arena, v, CONTROL_END, value_number(end), v)))
			return eval_fail_memory(e);
	}
	return 0;
}

/* n times faster; the pattern's own cycle k plays piece k mod n. */
static int striate_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			 struct hap_list *out)
{
	struct cycle_iter it;
	struct rational speed;
	int64_t pieces;
	int more = count_of(v[0].number, NODE_COPIES_MAX, &pieces, e);

	if (more <= 0)
		return more;
	speed = rational_int(pieces);
	span = timespan_scale(span, speed);
	if (!timespan_is_valid(span))
		return eval_fail_time(e);
	it = cycles_begin(span);
	while ((more = cycles_next(&it, e)) > 0) {
		int64_t k = (it.cycle % pieces + pieces) % pieces;
		size_t from = out->n;
		if (query_mapped(param_content(n, 0), timespan_scale(it.piece, rational_make(1, pieces)), speed,
				 RATIONAL_ZERO, e, out) < 0 ||
		    set_part(out, from, (double)k / (double)pieces, (double)(k + 1) / (double)pieces, e) < 0)
			return -1;
	}
	return more;
}

/* Slot i of n in a cycle plays the whole cycle with the piece of length v[1] that begins at i (1 - v[1]) / n. */
static int striate_by_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			    struct hap_list *out)
{
	struct cycle_iter it;
	int64_t pieces;
	int more = count_of(v[0].number, NODE_COPIES_MAX, &pieces, e);
	double gap;

	if (more <= 0)
		return more;
	gap = (1 - v[1].number) / (double)pieces;
	span = timespan_scale(span, rational_int(pieces));
	if (!timespan_is_valid(span))
		return eval_fail_time(e);
	it = cycles_begin(span);
	while ((more = cycles_next(&it, e)) > 0) {
		int64_t cycle = rational_floor((struct rational){ it.cycle, pieces });
		double begin = gap * (double)(it.cycle - cycle * pieces);
		size_t from = out->n;
		if (query_mapped(param_content(n, 0), timespan_scale(it.piece, rational_make(1, pieces)),
				 rational_int(pieces), rational_int(cycle - it.cycle), e, out) < 0 ||
		    set_part(out, from, begin, begin + v[1].number, e) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops striate_ops = { .query = striate_query, .certain = CERTAIN_TIMES };
static const struct param_ops striate_by_ops = { .query = striate_by_query };

static const struct pattern *striate_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					   const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &striate_ops, children, 1, 1);
}

const struct transform_def transform_striate = {
	.name = "striate",
	.doc = "Cuts the samples into n pieces and plays the first pieces of all events, then the second ones, and so "
	       "on.",
	.example = "out $ s \"bd sn\" $ striate 4",
	.params = { { .name = "n", .unit = "pieces", .min = 1, .max = 1024, .doc = "pieces of a sample" } },
	.n_params = 1,
	.needs_events = true,
	.apply = striate_apply,
};

static const struct pattern *striate_by_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					      const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, args[1].pattern, p };

	(void)site;
	return param_pattern(a, &striate_by_ops, children, 2, 1);
}

const struct transform_def transform_striateBy = {
	.name = "striateBy",
	.aliases = { "striate'" },
	.doc = "As striate, with pieces of a given length, which may overlap.",
	.example = "out $ s \"bd sn\" $ striateBy 4 0.5",
	.params = { { .name = "n", .unit = "pieces", .min = 1, .max = 1024, .doc = "pieces of a sample" },
		    { .name = "length", .min = 0, .max = 1, .doc = "length of a piece, as part of the sample" } },
	.n_params = 2,
	.needs_events = true,
	.apply = striate_by_apply,
};
