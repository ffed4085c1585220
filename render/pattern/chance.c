/* Chance in the mini-notation: "bd?" and "a | b". */
#include "render/pattern/node.h"

/* --- bd? -------------------------------------------------------------------------------------------------- */

struct drop {
	struct pattern base;
	double amount;
	struct rational shift;
};

static int drop_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct drop *n = (const struct drop *)p;
	size_t from = out->n;

	if (node_query(p->children[0], span, e, out) < 0)
		return -1;
	return haps_degrade(out, from, n->amount, 0, n->shift, e);
}

static const struct pattern_ops drop_ops = { .query = drop_query };

const struct pattern *pattern_drop(struct arena *a, double amount, struct rational shift, const struct pattern *p)
{
	struct drop *n = node_new(a, sizeof *n, &drop_ops, &p, 1);

	if (!n)
		return NULL;
	n->amount = amount;
	n->shift = shift;
	return &n->base;
}

/* --- a | b ------------------------------------------------------------------------------------------------ */

struct choose {
	struct pattern base;
	struct rational shift;
};

static int choose_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct choose *n = (const struct choose *)p;
	struct cycle_iter it = cycles_begin(span);
	int more;

	while ((more = cycles_next(&it, e)) > 0) {
		double r = eval_random(e, 0, rational_add(rational_int(it.cycle), n->shift));
		unsigned i = (unsigned)(r * p->n_children);
		if (node_query(p->children[i < p->n_children ? i : p->n_children - 1], it.piece, e, out) < 0)
			return -1;
	}
	return more;
}

static const struct pattern_ops choose_ops = { .query = choose_query, .certain = CERTAIN_LEAST };

const struct pattern *pattern_choose(struct arena *a, const struct pattern *const *ps, size_t n, struct rational shift)
{
	struct choose *c = n ? node_new(a, sizeof *c, &choose_ops, ps, n) : NULL;

	if (!c)
		return NULL;
	c->shift = shift;
	return &c->base;
}
