/* zoom, linger and trunc: a part of every cycle, stretched, repeated or alone. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* --- zoom ------------------------------------------------------------------------------------------------- */

/* Time is counted from the cycle in which the span begins: c + x -> c + (x - begin) / length. */
static struct timespan unzoom(struct timespan s, struct rational begin, struct rational length)
{
	struct rational cycle = rational_int(rational_floor(s.begin));
	struct rational offset = rational_sub(cycle, rational_div(rational_add(cycle, begin), length));
	return timespan_map(s, rational_div(RATIONAL_ONE, length), offset);
}

static int unzoom_haps(struct hap_list *l, size_t from, struct rational begin, struct rational length, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct hap *h = &l->haps[i];
		h->part = unzoom(h->part, begin, length);
		if (h->has_whole)
			h->whole = unzoom(h->whole, begin, length);
		if (!timespan_is_valid(h->part) || (h->has_whole && !timespan_is_valid(h->whole)))
			return eval_fail_time(e);
	}
	return 0;
}

static int zoom_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct rational length = rational_sub(v[1].exact, v[0].exact);
	struct cycle_iter it = cycles_begin(span);
	int more;

	if (!rational_is_valid(length))
		return eval_fail_time(e);
	if (length.num <= 0)
		return 0;
	while ((more = cycles_next(&it, e)) > 0) {
		size_t from = out->n;
		struct rational cycle = rational_int(it.cycle);
		struct rational offset = rational_add(rational_sub(cycle, rational_mul(cycle, length)), v[0].exact);
		if (node_query(param_content(n, 0), timespan_map(it.piece, length, offset), e, out) < 0 ||
		    unzoom_haps(out, from, v[0].exact, length, e) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops zoom_ops = { .query = zoom_query };

const struct pattern *pattern_zoom(struct arena *a, const struct pattern *begin, const struct pattern *end,
				   const struct pattern *p)
{
	const struct pattern *children[] = { begin, end, p };
	return param_pattern(a, &zoom_ops, children, 2, 1);
}

static const struct pattern *zoom_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					const struct pattern *p)
{
	(void)site;
	return pattern_zoom(a, args[0].pattern, args[1].pattern, p);
}

const struct transform_def transform_zoom = {
	.name = "zoom",
	.aliases = { "focus", "trim" },
	.doc = "Plays a part of every cycle, stretched to the whole cycle.",
	.example = "out $ s \"bd sn hh cp\" $ zoom 0.25 0.75",
	.params = { { .name = "begin", .unit = "cycles", .min = -1000, .max = 1000, .doc = "where the part begins" },
		    { .name = "end", .unit = "cycles", .min = -1000, .max = 1000, .doc = "where it ends" } },
	.n_params = 2,
	.apply = zoom_apply,
};

/* --- linger ----------------------------------------------------------------------------------------------- */

/* Slot k, [k * length, (k + 1) * length), plays the part of cycle k that begins at v[0], or at 1 + v[0] below 0. */
static int linger_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
			struct hap_list *out)
{
	struct rational begin = v[0].exact.num < 0 ? rational_add(RATIONAL_ONE, v[0].exact) : RATIONAL_ZERO;
	struct rational length = v[0].exact.num < 0 ? rational_neg(v[0].exact) : v[0].exact;
	struct cycle_iter it = cycles_begin(timespan_scale(span, rational_div(RATIONAL_ONE, length)));
	int more;

	if (v[0].exact.den && length.num == 0)
		return 0;
	if (!timespan_is_valid(it.piece) || !rational_is_valid(it.end))
		return eval_fail_time(e);
	while ((more = cycles_next(&it, e)) > 0) {
		struct rational slot = rational_int(it.cycle);
		struct rational offset = rational_sub(rational_add(slot, begin), rational_mul(slot, length));
		if (query_mapped(param_content(n, 0), timespan_scale(it.piece, length), RATIONAL_ONE, offset, e, out) <
		    0)
			return -1;
	}
	return more;
}

static const struct param_ops linger_ops = { .query = linger_query };

static const struct pattern *linger_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &linger_ops, children, 1, 1);
}

const struct transform_def transform_linger = {
	.name = "linger",
	.doc = "Repeats the first part of a cycle to fill it; a negative length repeats the last part.",
	.example = "out $ s \"bd sn hh cp\" $ linger 0.25",
	.params = { { .name = "length", .unit = "cycles", .min = -1, .max = 1, .doc = "length of the part" } },
	.n_params = 1,
	.apply = linger_apply,
};

/* --- trunc ------------------------------------------------------------------------------------------------ */

static int trunc_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		       struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	if (!rational_is_valid(v[0].exact))
		return eval_fail_time(e);
	while ((more = cycles_next(&it, e)) > 0) {
		struct rational cycle = rational_int(it.cycle);
		struct timespan kept = { cycle, rational_add(cycle, v[0].exact) };
		if (v[0].exact.num > 0 &&
		    query_window(param_content(n, 0), kept, it.piece, RATIONAL_ONE, RATIONAL_ZERO, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct param_ops trunc_ops = { .query = trunc_query };

static const struct pattern *trunc_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					 const struct pattern *p)
{
	const struct pattern *children[] = { args[0].pattern, p };

	(void)site;
	return param_pattern(a, &trunc_ops, children, 1, 1);
}

const struct transform_def transform_trunc = {
	.name = "trunc",
	.doc = "Cuts every cycle off at a point; the rest is silent.",
	.example = "out $ s \"bd sn hh cp\" $ trunc 0.75",
	.params = { { .name = "end", .unit = "cycles", .min = 0, .max = 1, .doc = "where the cycle is cut" } },
	.n_params = 1,
	.apply = trunc_apply,
};
