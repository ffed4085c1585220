/* smooth: from one number to the next without a step. */
#include "render/pattern/node.h"
#include "render/pattern/transform.h"

/* 1 and the hap with the number that is active at t, the first of several; 0 when there is none. */
static int number_at(const struct pattern *p, struct rational t, struct hap *found, struct eval *e,
		     struct hap_list *out)
{
	size_t from = out->n;
	int is_found = 0;

	if (node_query(p, (struct timespan){ t, t }, e, out) < 0)
		return -1;
	for (size_t i = from; i < out->n && !is_found; i++) {
		double x;
		is_found = out->haps[i].has_whole && value_to_number(&out->haps[i].value, &x);
		*found = out->haps[i];
	}
	out->n = from;
	return is_found;
}

/* How far t is between the ends of whole. */
static double progress(struct timespan whole, struct rational t)
{
	return rational_to_double(rational_div(rational_sub(t, whole.begin), rational_sub(whole.end, whole.begin)));
}

/* A signal, as its models make of it: the value belongs to the begin of the span. */
static int smooth_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	struct hap now, next, *h;
	double from = 0, to = 0;
	int is_found = number_at(p->children[0], span.begin, &now, e, out);

	if (is_found <= 0)
		return is_found;
	(void)value_to_number(&now.value, &from);
	is_found = number_at(p->children[0], now.whole.end, &next, e, out);
	if (is_found < 0)
		return -1;
	if (!is_found || !value_to_number(&next.value, &to))
		to = from;
	h = haps_push(out, e);
	if (!h)
		return -1;
	h->part = span;
	h->value = value_number(from + (to - from) * progress(now.whole, span.begin));
	h->source = now.source;
	return 0;
}

static const struct pattern_ops smooth_ops = { .query = smooth_query };

static const struct pattern *smooth_apply(struct arena *a, const struct transform_arg *args, uint64_t site,
					  const struct pattern *p)
{
	struct pattern *n = node_new(a, sizeof *n, &smooth_ops, &p, 1);

	(void)args, (void)site;
	if (!n)
		return NULL;
	n->flow = FLOW_SMOOTH;
	return n;
}

const struct transform_def transform_smooth = {
	.name = "smooth",
	.doc = "Goes from one number to the next in a straight line; segment makes events of it.",
	.example = "out $ s \"bd*4\" # gain (\"0.2 1\" $ segment 4 $ smooth)",
	.apply = smooth_apply,
};
