/* Patterned parameters, and numbers that are bound to one while a query runs. */
#include "render/pattern/node.h"

/* Walks the parameters from the i-th on: each is queried where all before it hold, and cuts that span further
 * (Tidal's appLeft, then its inner join). */
struct join {
	const struct param_node *node;
	struct eval *e;
	struct hap_list *out;
	struct param values[NODE_PARAMS_MAX];
};

static int join_from(struct join *j, unsigned i, struct timespan part)
{
	const struct param_node *n = j->node;
	size_t from = j->out->n, to;

	if (i == n->base.n_params)
		return n->ops->query(n, j->values, part, j->e, j->out);
	if (node_query(n->base.children[i], part, j->e, j->out) < 0)
		return -1;
	to = j->out->n;
	for (size_t k = from; k < to; k++) {
		struct hap h = j->out->haps[k]; /* a copy: the list may move */
		double number;
		if (!value_to_number(&h.value, &number))
			continue;
		j->values[i] = (struct param){ number, rational_from_double(number) };
		if (join_from(j, i + 1, h.part) < 0)
			return -1;
	}
	haps_drop(j->out, from, to);
	return 0;
}

static int param_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct param_node *n = (const struct param_node *)p;
	struct join j = { .node = n, .e = e, .out = out };

	if (n->is_constant)
		return n->ops->query(n, n->constant, span, e, out);
	return join_from(&j, 0, span);
}

static const struct pattern_ops param_node_ops = { .query = param_query };

static double param_certain_events(const struct param_node *n)
{
	const struct pattern *const *contents = n->base.children + n->base.n_params;
	unsigned n_contents = n->base.n_children - n->base.n_params;

	if (n->ops->certain != CERTAIN_TIMES)
		return certain_events(n->ops->certain, contents, n_contents);
	return n->is_constant ? certain_events_times(contents[0]->events_min, n->constant[0].number) : 0;
}

struct param_node *param_node_new(struct arena *a, const struct param_ops *ops, const struct pattern *const *children,
				  unsigned n_params, unsigned n_content)
{
	struct param_node *n = node_new(a, sizeof *n, &param_node_ops, children, n_params + n_content);

	if (!n)
		return NULL;
	n->base.n_params = n_params;
	n->ops = ops;
	n->is_constant = true;
	for (unsigned i = 0; i < n_params; i++) {
		struct value v;
		double number;
		if (pattern_is_pure(children[i], &v) && value_to_number(&v, &number))
			n->constant[i] = (struct param){ number, rational_from_double(number) };
		else
			n->is_constant = false;
	}
	n->base.events_min = param_certain_events(n);
	n->base.period = param_period(n);
	return n;
}

/* --- Variables -------------------------------------------------------------------------------------------- */

struct binding *binding_find(const struct eval *e, const struct pattern *variable)
{
	struct binding *b = e->bindings;

	while (b && b->variable != variable)
		b = b->outer;
	return b;
}

static int variable_query(const struct pattern *p, struct timespan span, struct eval *e, struct hap_list *out)
{
	const struct binding *b = binding_find(e, p);
	struct hap *h;

	if (!b)
		return 0;
	h = haps_push(out, e);
	if (!h)
		return -1;
	h->part = span; /* continuous: the same at all times */
	h->value = value_number(b->number);
	return 0;
}

static const struct pattern_ops variable_ops = { .query = variable_query, .equal = node_is_itself };

const struct pattern *pattern_variable(struct arena *a)
{
	return node_new(a, sizeof(struct pattern), &variable_ops, NULL, 0);
}

/* Contents: the body, the variable. */
static int bind_query(const struct param_node *n, const struct param *v, struct timespan span, struct eval *e,
		      struct hap_list *out)
{
	struct binding b = { .variable = param_content(n, 1), .number = v[0].number, .outer = e->bindings };
	int rc;

	e->bindings = &b;
	rc = node_query(param_content(n, 0), span, e, out);
	e->bindings = b.outer;
	return rc;
}

static const struct param_ops bind_ops = { .query = bind_query };

const struct pattern *pattern_bind(struct arena *a, const struct pattern *variable, const struct pattern *number,
				   const struct pattern *body)
{
	const struct pattern *children[] = { number, body, variable };
	return (const struct pattern *)param_node_new(a, &bind_ops, children, 1, 2);
}

const struct pattern *pattern_hold(struct arena *a, const struct pattern *number)
{
	struct value v;
	return number && pattern_is_pure(number, &v) ? number : pattern_variable(a);
}

const struct pattern *pattern_release(struct arena *a, const struct pattern *held, const struct pattern *number,
				      const struct pattern *body)
{
	return held == number ? body : pattern_bind(a, held, number, body);
}
