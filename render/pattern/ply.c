/* ply: every event repeated in its own time. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* Replaces h by its repetitions that meet its part: a cycle of copies squeezed into the event, whose phase is
 * that of the cycle the event begins in (it shows only when the factor is no whole number). */
static int ply_hap(const struct hap *h, struct rational factor, struct eval *e, struct hap_list *out)
{
	struct rational length = rational_sub(h->whole.end, h->whole.begin);
	struct rational width = rational_div(length, factor);
	struct rational phase = rational_mul(rational_int(rational_floor(h->whole.begin)), factor);
	struct rational origin = rational_sub(h->whole.begin, rational_mul(phase, width));
	struct rational first = rational_div(rational_sub(h->part.begin, origin), width);

	if (!rational_is_valid(first))
		return eval_fail_time(e);
	for (int64_t i = rational_floor(first);; i++) {
		struct rational begin = rational_add(origin, rational_mul(rational_int(i), width));
		struct timespan whole = { begin, rational_add(begin, width) }, part;
		struct hap *copy;
		if (!timespan_is_valid(whole))
			return eval_fail_time(e);
		if (!timespan_intersect(whole, h->part, &part) || !timespan_intersect(whole, h->whole, &whole))
			return 0;
		copy = haps_push(out, e);
		if (!copy)
			return -1;
		*copy = *h;
		copy->whole = whole;
		copy->part = part;
	}
}

static int ply_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	size_t from = out->n, to;

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	if (v[0].exact.num <= 0)
		return 0;
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	to = out->n;
	if (haps_expect(out, (double)haps_count_complete(out, from) * v[0].number, e) < 0)
		return -1;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (h.has_whole && ply_hap(&h, v[0].exact, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

static const struct param_ops ply_ops = { .query = ply_query, .certain = CERTAIN_TIMES };

static const struct pattern *ply_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return (const struct pattern *)param_node_new(a, &ply_ops, children, 1, 1);
}

const struct transform_def transform_ply = {
	.name = "ply",
	.aliases = { "stutter" },
	.doc = "Repeats every event n times in its own time.",
	.example = "out $ s \"bd sn hh\" $ ply 2",
	.params = { { .name = "n", .unit = "times", .min = 0, .max = 1024, .doc = "repetitions" } },
	.n_params = 1,
	.apply = ply_apply,
};
