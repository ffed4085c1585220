/* run and scan: counting. */
#include <math.h>

#include "render/pattern/node.h"
#include "render/pattern/signal.h"

enum { RUN_MAX = 1000000 };

static int run_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		     struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(span);
	int64_t count;
	int more = count_of(v[0].number, RUN_MAX, &count, e);

	(void)n;
	if (more <= 0)
		return more;
	while ((more = cycles_next(&it, e)) > 0)
		if (query_counting(0, 1, count, it.cycle, it.piece, e, out) < 0)
			return -1;
	return more;
}

/* Cycle c counts to c mod n. A change of n cuts the events short. */
static int scan_event(const void *ctx, const struct hap *n, struct eval *e, struct hap_list *out)
{
	struct cycle_iter it = cycles_begin(n->part);
	double number;
	int64_t count;
	int more;

	(void)ctx;
	if (!n->has_whole || !value_to_number(&n->value, &number))
		return 0;
	more = count_of(number, RUN_MAX, &count, e);
	while (more > 0 && (more = cycles_next(&it, e)) > 0) {
		int64_t turn = it.cycle % count;
		size_t from = out->n;
		if (query_counting(0, 1, 1 + (turn < 0 ? turn + count : turn), it.cycle, it.piece, e, out) < 0)
			return -1;
		for (size_t i = from; i < out->n; i++)
			(void)timespan_intersect(out->haps[i].whole, n->whole, &out->haps[i].whole);
	}
	return more;
}

static int scan_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	/* A constant has an event in every cycle, so that its counts are whole. */
	return query_rewritten(p->children[0], span, (struct hap_rewrite){ scan_event, NULL }, e, out);
}

static const struct param_ops run_ops = { .query = run_query };
static const struct pattern_ops scan_ops = { .query = scan_query };

const struct pattern *pattern_run(struct arena *a, const struct pattern *n)
{
	return param_pattern(a, &run_ops, &n, 1, 0);
}

const struct pattern *pattern_scan(struct arena *a, const struct pattern *n)
{
	struct pattern *p = node_new(a, sizeof *p, &scan_ops, &n, 1);

	if (!p)
		return NULL;
	p->n_params = 1;
	return p;
}
