/* Queries of a part of time: as if more had been asked for, squeezed into an event, or hap by hap. */
#include <math.h>

#include "render/pattern/node.h"

void haps_cut(struct hap_list *l, size_t from, struct timespan span)
{
	size_t kept = from;

	for (size_t i = from; i < l->n; i++)
		if (timespan_intersect(l->haps[i].part, span, &l->haps[i].part))
			l->haps[kept++] = l->haps[i];
	l->n = kept;
}

static bool any_continuous(const struct hap_list *l, size_t from)
{
	for (size_t i = from; i < l->n; i++)
		if (!l->haps[i].has_whole)
			return true;
	return false;
}

int query_held(const struct pattern *child, struct timespan held, struct timespan part, struct eval *e,
	       struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(child, part, e, out) < 0)
		return -1;
	/* Events are the same however they are asked for, and the held span may be much longer than the part. */
	if (timespan_equal(held, part) || !any_continuous(out, from))
		return 0;
	out->n = from;
	if (node_query(child, held, e, out) < 0)
		return -1;
	haps_cut(out, from, part);
	return 0;
}

struct timespan cycle_of(struct rational t)
{
	int64_t cycle = rational_floor(t);
	return (struct timespan){ rational_int(cycle), rational_int(cycle + 1) };
}

int query_focused(const struct pattern *child, struct timespan window, struct timespan place, struct timespan part,
		  struct eval *e, struct hap_list *out)
{
	struct rational scale =
		rational_div(rational_sub(window.end, window.begin), rational_sub(place.end, place.begin));
	struct rational offset = rational_sub(window.begin, rational_mul(place.begin, scale));
	size_t from = out->n, kept = from;

	if (query_mapped(child, part, scale, offset, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++) {
		struct hap *h = &out->haps[i];
		if (!h->has_whole || timespan_intersect(h->whole, place, &h->whole))
			out->haps[kept++] = *h;
	}
	out->n = kept;
	return 0;
}

int query_window(const struct pattern *child, struct timespan window, struct timespan piece, struct rational scale,
		 struct rational offset, struct eval *e, struct hap_list *out)
{
	if (!timespan_is_valid(window))
		return eval_fail_time(e);
	if (!timespan_intersect(window, piece, &piece))
		return 0;
	return query_mapped(child, piece, scale, offset, e, out);
}

int query_rewritten(const struct pattern *child, struct timespan span, struct hap_rewrite rewrite, struct eval *e,
		    struct hap_list *out)
{
	size_t from = out->n, to;

	if (node_query(child, span, e, out) < 0)
		return -1;
	to = out->n;
	for (size_t i = from; i < to; i++) {
		struct hap h = out->haps[i];
		if (rewrite.fn(rewrite.ctx, &h, e, out) < 0)
			return -1;
	}
	haps_drop(out, from, to);
	return 0;
}

int count_of(double x, int64_t max, int64_t *out, struct eval *e)
{
	double n = floor(x);

	if (!(n >= 1))
		return 0;
	if (n > (double)max)
		return eval_fail_large(e, "parts or copies", n, (double)max);
	*out = (int64_t)n;
	return 1;
}
