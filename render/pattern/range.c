/* "0 .. 3": the numbers from one to another, as a sequence in every event of the first. */
#include <math.h>

#include "render/pattern/node.h"

int query_counting(double from, double step, int64_t n, int64_t cycle, struct timespan piece, struct eval *e,
		   struct hap_list *out)
{
	struct rational c = rational_int(cycle);
	struct rational first = rational_mul(rational_sub(piece.begin, c), rational_int(n));
	struct rational length = rational_sub(piece.end, piece.begin);
	struct timespan shared;

	if (!rational_is_valid(first) || !rational_is_valid(length))
		return eval_fail_time(e);
	if (haps_expect(out, rational_to_double(length) * (double)n, e) < 0)
		return -1;
	for (int64_t i = rational_floor(first); i < n; i++) {
		struct timespan whole = { rational_add(c, rational_make(i, n)),
					  rational_add(c, rational_make(i + 1, n)) };
		struct hap *h;
		if (!timespan_is_valid(whole))
			return eval_fail_time(e);
		if (!timespan_intersect(whole, piece, &shared))
			break;
		h = haps_push(out, e);
		if (!h)
			return -1;
		*h = (struct hap){ .has_whole = true, .whole = whole, .part = shared };
		h->value = value_number(from + step * (double)i);
	}
	return 0;
}

/* From `from` to `to`, or as near to it as whole steps lead. */
static int query_between(double from, double to, const struct cycle_iter *it, struct eval *e, struct hap_list *out)
{
	double n = fabs(to - from) + 1;
	int64_t steps = n < 1e15 ? (int64_t)n : (int64_t)1e15;
	return query_counting(from, from < to ? 1 : -1, steps, it->cycle, it->piece, e, out);
}

/* The sequence from `from` to where `to` points, in the time of one cycle per event of `from`. */
static int range_query_inner(const struct pattern *to, double from, struct timespan span, struct eval *e,
			     struct hap_list *out)
{
	size_t first = out->n, last;
	struct cycle_iter it;
	double number;
	int more = 0;

	if (node_query(to, span, e, out) < 0)
		return -1;
	last = out->n;
	for (size_t i = first; i < last; i++) {
		struct hap b = out->haps[i];
		if (!value_to_number(&b.value, &number))
			continue;
		it = cycles_begin(b.part);
		while ((more = cycles_next(&it, e)) > 0) {
			size_t mark = out->n;
			if (query_between(from, number, &it, e, out) < 0)
				return -1;
			/* Events of the sequence reach no further than the event of `to` they come from. */
			for (size_t k = mark; b.has_whole && k < out->n; k++)
				(void)timespan_intersect(out->haps[k].whole, b.whole, &out->haps[k].whole);
		}
		if (more < 0)
			return -1;
	}
	haps_drop(out, first, last);
	return 0;
}

/* Squeezes the inner sequence into the event a: inner time = cycle of a + (t - a.begin) / length of a. */
static int range_query_event(const struct pattern *to, const struct hap *a, struct eval *e, struct hap_list *out)
{
	size_t from = out->n;
	struct rational length = rational_sub(a->whole.end, a->whole.begin);
	struct rational speed = rational_div(RATIONAL_ONE, length);
	struct rational offset =
		rational_sub(rational_int(rational_floor(a->whole.begin)), rational_mul(a->whole.begin, speed));
	struct timespan inner = timespan_map(a->part, speed, offset);
	double number;

	if (!a->has_whole || !value_to_number(&a->value, &number))
		return 0;
	if (!timespan_is_valid(inner))
		return eval_fail_time(e);
	if (range_query_inner(to, number, inner, e, out) < 0 ||
	    haps_map_time(out, from, length, rational_neg(rational_mul(offset, length)), e) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		(void)timespan_intersect(out->haps[i].whole, a->whole, &out->haps[i].whole);
		out->haps[i].source = a->source;
	}
	return 0;
}

static int range_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n, to;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++) {
		struct hap a = out->haps[i];
		if (range_query_event(p->children[1], &a, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

static const struct pattern_ops range_ops = { .query = range_query };

const struct pattern *pattern_range(struct arena *a, const struct pattern *from, const struct pattern *to)
{
	const struct pattern *children[] = { from, to };
	return node_new(a, sizeof(struct pattern), &range_ops, children, 2);
}
