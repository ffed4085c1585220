/* rev: every cycle backwards. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* t -> 2c + 1 - t swaps the ends of a span and keeps it in cycle c. */
static struct timespan reflect(struct timespan s, int64_t cycle)
{
	struct rational sum = rational_int(2 * cycle + 1);
	return (struct timespan){ rational_sub(sum, s.end), rational_sub(sum, s.begin) };
}

static int reflect_haps(struct hap_list *l, size_t from, int64_t cycle, struct eval *e)
{
	for (size_t i = from; i < l->n; i++) {
		struct hap *h = &l->haps[i];
		h->part = reflect(h->part, cycle);
		if (h->has_whole)
			h->whole = reflect(h->whole, cycle);
		if (!timespan_is_valid(h->part) || (h->has_whole && !timespan_is_valid(h->whole)))
			return eval_fail_time(e);
	}
	return 0;
}

/* What is active at an instant: a span is closed at its begin and open at its end, and reflection turns that
 * round, so the whole cycle is reflected before the instant is looked up. */
static int rev_query_instant(const struct pattern *child, int64_t cycle, struct timespan at, struct eval *e,
			     struct hap_list *out)
{
	size_t from = out->n, kept = from;
	struct timespan all = { rational_int(cycle), rational_int(cycle + 1) };

	if (node_query(child, all, e, out) < 0 || reflect_haps(out, from, cycle, e) < 0)
		return -1;
	for (size_t i = from; i < out->n; i++)
		if (timespan_intersect(out->haps[i].part, at, &out->haps[i].part))
			out->haps[kept++] = out->haps[i];
	out->n = kept;
	return 0;
}

static int rev_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct pattern *child = p->children[0];
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		size_t from = out->n;
		if (rational_cmp(it.piece.begin, it.piece.end) == 0) {
			if (rev_query_instant(child, it.cycle, it.piece, e, out) < 0)
				return -1;
		} else if (node_query(child, reflect(it.piece, it.cycle), e, out) < 0 ||
			   reflect_haps(out, from, it.cycle, e) < 0) {
			return -1;
		}
	}
	return more;
}

static const struct pattern_ops rev_ops = { .query = rev_query, .certain = CERTAIN_FIRST, .period = PERIOD_COMMON };

const struct pattern *pattern_rev(struct arena *a, const struct pattern *p)
{
	return node_new(a, sizeof(struct pattern), &rev_ops, &p, 1);
}

static const struct pattern *rev_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
				       const struct pattern *p)
{
	(void)args, (void)site;
	return pattern_rev(a, p);
}

const struct transform_def transform_rev = {
	.name = "rev",
	.doc = "Plays every cycle backwards.",
	.example = "out $ s \"bd sn hh cp\" $ rev",
	.apply = rev_apply,
};
