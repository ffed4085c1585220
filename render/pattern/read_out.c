/* Values without events made events: what a source of events plays, and a signal holds. */
#include "render/pattern/node.h"

struct read_out {
	struct pattern base; /* child: what is read */
	int64_t n;           /* readings per cycle */
};

/* Makes events of the haps from `from` on that have no whole, and drops the others. */
static void keep_readings(struct hap_list *l, size_t from, struct timespan span)
{
	size_t kept = from;

	for (size_t i = from; i < l->n; i++) {
		struct hap h = l->haps[i];
		if (h.has_whole)
			continue;
		h.has_whole = true;
		h.whole = h.part;
		if (timespan_intersect(h.part, span, &h.part))
			l->haps[kept++] = h;
	}
	l->n = kept;
}

/* Reads the n-ths of cycles that meet span. */
static int read_cells(const struct read_out *n, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct rational per_cycle = rational_int(n->n), first = rational_mul(span.begin, per_cycle);

	if (!rational_is_valid(first))
		return eval_fail_time(e);
	for (int64_t i = rational_floor(first);; i++) {
		struct timespan cell = { rational_make(i, n->n), rational_make(i + 1, n->n) };
		size_t from = out->n;
		if (node_query(n->base.children[0], cell, e, out) < 0)
			return -1;
		keep_readings(out, from, span);
		if (rational_cmp(cell.end, span.end) >= 0 || rational_cmp(span.begin, span.end) == 0)
			return 0;
	}
}

/* Drops the haps from `from` on without a whole; false when there are none. */
static bool drop_continuous(struct hap_list *l, size_t from)
{
	size_t kept = from, n = l->n;

	for (size_t i = from; i < n; i++)
		if (l->haps[i].has_whole)
			l->haps[kept++] = l->haps[i];
	l->n = kept;
	return kept < n;
}

static int read_out_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	size_t from = out->n;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	return drop_continuous(out, from) ? read_cells((const struct read_out *)p, span, e, out) : 0;
}

static const struct pattern_ops read_out_ops = { .query = read_out_query };

const struct pattern *pattern_read_out(struct arena *a, int64_t n, const struct pattern *p)
{
	struct read_out *node = node_new(a, sizeof *node, &read_out_ops, &p, 1);

	if (!node)
		return NULL;
	node->n = n;
	node->base.flow = FLOW_STEPS;
	return &node->base;
}

/* --- Once a cycle ----------------------------------------------------------------------------------------------- */

/* Makes the event of a cycle out of what p has at its begin. */
static int read_cycle(const struct pattern *p, int64_t cycle, struct timespan piece, struct eval *e,
		      struct hap_list *out)
{
	struct rational begin = rational_int(cycle);
	size_t from = out->n;

	if (node_query(p, (struct timespan){ begin, begin }, e, out) < 0)
		return -1;
	if (out->n == from)
		return 0;
	out->n = from + 1;
	out->haps[from].has_whole = true;
	out->haps[from].whole = (struct timespan){ begin, rational_int(cycle + 1) };
	out->haps[from].part = piece;
	return 0;
}

static int per_cycle_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0)
		if (read_cycle(p->children[0], it.cycle, it.piece, e, out) < 0)
			return -1;
	return more;
}

static const struct pattern_ops per_cycle_ops = { .query = per_cycle_query };

const struct pattern *pattern_per_cycle(struct arena *a, const struct pattern *p)
{
	struct pattern *n = node_new(a, sizeof *n, &per_cycle_ops, &p, 1);

	if (!n)
		return NULL;
	n->flow = FLOW_STEPS;
	return n;
}
