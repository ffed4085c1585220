#include "render/graph/merge.h"

#include <string.h>

#include "base/hash.h"
#include "render/graph/plan_order.h"

extern const struct node_def node_add, node_mul, node_muladd, node_addmul;

struct merge {
	struct arena *arena;
	struct graph *g;
	struct plan_order order;
	bool is_instrument;
	bool *is_pitch;  /* [n_nodes]: read by a parameter that is a pitch */
	uint32_t *real;  /* [n_nodes]: the node that stands for it */
	uint32_t *table; /* [table_mask + 1]: open addressing over nodes that stand for themselves; UINT32_MAX: free */
	uint32_t table_mask;
};

/* With inputs of its own. */
static struct graph *copy(struct arena *a, const struct graph *g)
{
	struct graph *c = ARENA_NEW(a, struct graph);

	if (!c)
		return NULL;
	*c = *g;
	c->nodes = ARENA_ARRAY(a, g->n_nodes, struct graph_node);
	c->cap_nodes = g->n_nodes;
	for (uint32_t i = 0; c->nodes && i < g->n_nodes; i++) {
		const struct graph_node *from = &g->nodes[i];
		uint32_t *inputs = ARENA_ARRAY(a, from->n_inputs, uint32_t);
		if (!inputs)
			return NULL;
		if (from->n_inputs > 0)
			memcpy(inputs, from->inputs, from->n_inputs * sizeof *inputs);
		c->nodes[i] = *from;
		c->nodes[i].inputs = inputs;
	}
	return c->nodes ? c : NULL;
}

static int merge_init(struct merge *m, struct arena *a, struct graph *g, bool is_instrument)
{
	uint32_t n_slots = 64;

	*m = (struct merge){ .arena = a, .g = g, .is_instrument = is_instrument };
	while (n_slots / 2 < g->n_nodes)
		n_slots *= 2;
	m->table_mask = n_slots - 1;
	m->is_pitch = ARENA_ARRAY(a, g->n_nodes, bool);
	m->real = ARENA_ARRAY(a, g->n_nodes, uint32_t);
	m->table = ARENA_ARRAY(a, n_slots, uint32_t);
	if (!m->is_pitch || !m->real || !m->table || plan_order_build(a, g, &m->order))
		return -1;
	for (uint32_t i = 0; i < g->n_nodes; i++)
		m->real[i] = i;
	for (uint32_t i = 0; i < n_slots; i++)
		m->table[i] = UINT32_MAX;
	return 0;
}

/* --- Folding ---------------------------------------------------------------------------------------------------- */

static void pitches_find(struct merge *m)
{
	for (uint32_t i = 0; i < m->g->n_nodes; i++) {
		const struct graph_node *n = &m->g->nodes[i];
		for (uint32_t k = 0; n->kind == GRAPH_NODE && k < n->n_inputs; k++)
			if (n->def->params[k % n->def->n_params].flags & PARAM_PITCH)
				m->is_pitch[n->inputs[k]] = true;
	}
}

/* A number, whoever plays it. */
static bool plain_number(const struct graph_node *n, sample *value)
{
	struct value v;

	if (n->kind == GRAPH_CONST && !n->list && !n->is_free_pitch) {
		*value = (sample)n->value;
		return true;
	}
	if (n->kind != GRAPH_CONTROL || n->is_gate || !pattern_is_pure(n->pattern, &v) || v.kind != VALUE_NUMBER)
		return false;
	*value = (sample)v.number;
	return true;
}

/* What the kernel gives for these inputs at any frame. */
static double constant_of(const struct node_def *def, const struct node_input *in)
{
	static const struct node_env env = { .sample_rate_hz = 44100, .cps = 1, .cycles_per_frame = 1.0 / 44100 };
	sample out = 0;
	struct node_io io = { .in = in, .out = { &out }, .env = &env };

	def->process(NULL, &io, 1);
	return (double)out;
}

static void fold(struct merge *m, uint32_t node)
{
	struct graph_node *n = &m->g->nodes[node];
	struct node_input in[NODE_PARAMS_MAX] = { { .data = NULL } };
	double value;

	if (n->kind != GRAPH_NODE || !n->def->is_pointwise || n->n_inputs > NODE_PARAMS_MAX ||
	    (m->is_instrument && m->is_pitch[node]))
		return;
	for (uint32_t k = 0; k < n->n_inputs; k++)
		if (!plain_number(&m->g->nodes[n->inputs[k]], &in[k].value))
			return;
	value = constant_of(n->def, in);
	if (!__builtin_isfinite(value))
		return; /* the engine silences that, with a warning */
	*n = (struct graph_node){ .kind = GRAPH_CONST, .span = n->span, .bus = n->bus, .value = value };
}

/* --- Fusing ----------------------------------------------------------------------------------------------------- */

static bool is_call(const struct merge *m, uint32_t node, const struct node_def *def)
{
	const struct graph_node *n = &m->g->nodes[node];

	return n->kind == GRAPH_NODE && n->def == def && m->order.loop[node] == UINT32_MAX;
}

/* The product may have other readers: reading its factors costs no more than reading it. -1: no memory. */
static int fuse(struct merge *m, uint32_t node)
{
	struct graph_node *n = &m->g->nodes[node];
	uint32_t product, *inputs;

	if (!is_call(m, node, &node_add))
		return 0;
	product = is_call(m, n->inputs[0], &node_mul) ? 0 : 1;
	if (!is_call(m, n->inputs[product], &node_mul))
		return 0;
	inputs = ARENA_ARRAY(m->arena, 3, uint32_t);
	if (!inputs)
		return -1;
	memcpy(inputs + product, m->g->nodes[n->inputs[product]].inputs, 2 * sizeof *inputs);
	inputs[product == 0 ? 2 : 0] = n->inputs[1 - product];
	n->def = product == 0 ? &node_muladd : &node_addmul;
	n->inputs = inputs;
	n->n_inputs = 3;
	return 0;
}

/* --- Merging ---------------------------------------------------------------------------------------------------- */

static uint64_t number_bits(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof bits);
	return bits;
}

static uint64_t address(const void *p)
{
	return (uint64_t)(uintptr_t)p;
}

static uint64_t node_hash(const struct graph_node *n)
{
	uint64_t h = hash64_pair((uint64_t)n->kind << 2 | (uint64_t)n->is_free_pitch << 1 | n->is_gate, n->n_inputs);

	h = hash64_pair(h, n->kind == GRAPH_CONST ? number_bits(n->value) : address(n->def));
	h = hash64_pair(h, address(n->list));
	if (n->pattern)
		h = hash64_pair(h, pattern_fingerprint(n->pattern));
	for (uint32_t k = 0; k < n->n_inputs; k++)
		h = hash64_pair(h, n->inputs[k]);
	return h;
}

static bool patterns_equal(const struct pattern *a, const struct pattern *b)
{
	return a == b || (a && b && pattern_equal(a, b));
}

static bool instruments_equal(const struct graph_node *a, const struct graph_node *b)
{
	if (a->n_instruments != b->n_instruments)
		return false;
	for (uint32_t i = 0; i < a->n_instruments; i++)
		if (a->instruments[i].graph != b->instruments[i].graph ||
		    strcmp(a->instruments[i].name, b->instruments[i].name) != 0)
			return false;
	return true;
}

static bool nodes_equal(const struct graph_node *a, const struct graph_node *b)
{
	return a->kind == b->kind && a->def == b->def && number_bits(a->value) == number_bits(b->value) &&
	       a->list == b->list && a->n_list == b->n_list && a->is_free_pitch == b->is_free_pitch &&
	       a->is_gate == b->is_gate && a->n_inputs == b->n_inputs &&
	       (a->n_inputs == 0 || memcmp(a->inputs, b->inputs, a->n_inputs * sizeof *a->inputs) == 0) &&
	       instruments_equal(a, b) && patterns_equal(a->pattern, b->pattern);
}

/* The first node that is equal to this one; the node itself when it is the first. */
static uint32_t look_up(struct merge *m, uint32_t node)
{
	uint32_t slot = (uint32_t)node_hash(&m->g->nodes[node]) & m->table_mask;

	while (m->table[slot] != UINT32_MAX && !nodes_equal(&m->g->nodes[m->table[slot]], &m->g->nodes[node]))
		slot = (slot + 1) & m->table_mask;
	if (m->table[slot] == UINT32_MAX)
		m->table[slot] = node;
	return m->table[slot];
}

static bool is_mergeable(const struct merge *m, uint32_t node)
{
	const struct graph_node *n = &m->g->nodes[node];

	return m->order.loop[node] == UINT32_MAX && !(n->kind == GRAPH_NODE && n->def->is_individual);
}

static void inputs_redirect(struct merge *m, uint32_t node)
{
	struct graph_node *n = &m->g->nodes[node];

	for (uint32_t k = 0; k < n->n_inputs; k++)
		n->inputs[k] = m->real[n->inputs[k]];
}

const struct graph *graph_merge(struct arena *a, const struct graph *original, bool is_instrument)
{
	struct graph *g = copy(a, original);
	struct merge m;

	if (!g || merge_init(&m, a, g, is_instrument))
		return NULL;
	pitches_find(&m);
	for (uint32_t i = 0; i < m.order.n_nodes; i++) {
		uint32_t node = m.order.nodes[i];
		inputs_redirect(&m, node);
		if (!is_mergeable(&m, node))
			continue;
		fold(&m, node);
		if (fuse(&m, node))
			return NULL;
		m.real[node] = look_up(&m, node);
	}
	/* Those of loops, which read what comes behind them. */
	for (uint32_t i = 0; i < m.order.n_nodes; i++)
		inputs_redirect(&m, m.order.nodes[i]);
	for (uint32_t i = 0; i < g->n_outputs; i++)
		g->outputs[i].node = m.real[g->outputs[i].node];
	return g;
}
