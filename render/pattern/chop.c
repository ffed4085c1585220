/* chop: every event cut into pieces that play consecutive parts of the sample. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* The part of the sample that event v plays already; all of it unless both ends are given. */
static void slice_of(const struct value *v, double *begin, double *length)
{
	const struct value *b = value_map_get(v, CONTROL_BEGIN), *e = value_map_get(v, CONTROL_END);
	double from, to;

	*begin = 0, *length = 1;
	if (b && e && value_to_number(b, &from) && value_to_number(e, &to))
		*begin = from, *length = to - from;
}

static bool piece_value(struct arena *a, const struct value *in, int64_t i, int64_t n, struct value *out)
{
	double begin, length;

	slice_of(in, &begin, &length);
	return value_map_own(a, in, CONTROL_BEGIN, value_number(begin + length * ((double)i / (double)n)), out) &&
	       value_map_own(a, out, CONTROL_END, value_number(begin + length * ((double)(i + 1) / (double)n)), out);
}

/* Replaces h by those of its n pieces that meet its part. */
static int chop_hap(const struct hap *h, int64_t n, struct eval *e, struct hap_list *out)
{
	struct rational width = rational_div(rational_sub(h->whole.end, h->whole.begin), rational_int(n));
	struct rational first = rational_div(rational_sub(h->part.begin, h->whole.begin), width);

	if (!rational_is_valid(first))
		return eval_fail_time(e);
	for (int64_t i = rational_floor(first); i < n; i++) {
		struct rational begin = rational_add(h->whole.begin, rational_mul(rational_int(i), width));
		struct timespan whole = { begin, rational_add(begin, width) }, part;
		struct hap *piece;
		if (!timespan_is_valid(whole))
			return eval_fail_time(e);
		if (!timespan_intersect(whole, h->part, &part))
			break;
		piece = haps_push(out, e);
		if (!piece)
			return -1;
		*piece = (struct hap){ .has_whole = true, .whole = whole, .part = part, .source = h->source };
		if (!piece_value(e->arena, &h->value, i, n, &piece->value))
			return eval_fail_memory(e);
	}
	return 0;
}

static int chop_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	size_t from = out->n, to;
	double pieces = floor(v[0].number);

	if (pieces < 1)
		return 0;
	if (pieces > NODE_COPIES_MAX)
		return eval_fail_large(e, "pieces of an event", pieces, NODE_COPIES_MAX);
	if (node_query(param_content(n, 0), span, e, out) < 0)
		return -1;
	to = out->n;
	if (haps_expect(out, (double)haps_count_complete(out, from) * pieces, e) < 0)
		return -1;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (h.has_whole && h.value.kind == VALUE_MAP && chop_hap(&h, (int64_t)pieces, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

static const struct param_ops chop_ops = { .query = chop_query, .period = PERIOD_COMMON, .certain = CERTAIN_TIMES };

const struct pattern *pattern_chop(struct arena *a, const struct pattern *n, const struct pattern *p)
{
	const struct pattern *children[] = { n, p };
	return (const struct pattern *)param_node_new(a, &chop_ops, children, 1, 1);
}

static const struct pattern *chop_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_chop(a, args[0].pattern, p);
}

const struct transform_def transform_chop = {
	.name = "chop",
	.doc = "Cuts every event into n pieces that play consecutive parts of its sample.",
	.example = "out $ s \"bd sn\" $ chop 4",
	.params = { { .name = "n", .unit = "pieces", .min = 1, .max = 1024, .doc = "pieces per event" } },
	.n_params = 1,
	.needs_events = true,
	.apply = chop_apply,
};
