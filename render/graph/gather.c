#include "render/graph/gather.h"

#include <stdbool.h>
#include <string.h>

#include "render/graph/plan_order.h"

extern const struct node_def node_add, node_mix;

enum {
	BANK_MIN = 4, /* terms: below, a bank with empty lanes costs as much */
	MIX_TERMS = 16,
	SUM_MIN = 3, /* terms: two are an addition */
};

struct gather {
	struct arena *arena;
	struct graph *g;
	struct plan_order order;
	uint32_t n_nodes;    /* of the graph as it was */
	uint32_t *n_readers; /* [n_nodes]: places that read a node */
	bool *is_absorbed;   /* [n_nodes]: part of a sum that has been rewritten */
	uint32_t *stack;     /* [2 * n_nodes]: of a sum, not looked at yet */
	uint32_t *terms;     /* [2 * n_nodes]: of one sum; UINT32_MAX: has gone into a bank */
	uint32_t n_terms;
	uint32_t zero; /* a constant; UINT32_MAX: none yet */
};

static bool gather_init(struct gather *s, struct arena *a, struct graph *g)
{
	*s = (struct gather){ .arena = a, .g = g, .n_nodes = g->n_nodes, .zero = UINT32_MAX };
	if (plan_order_build(a, g, &s->order))
		return false;
	s->n_readers = ARENA_ARRAY(a, g->n_nodes, uint32_t);
	s->is_absorbed = ARENA_ARRAY(a, g->n_nodes, bool);
	s->stack = ARENA_ARRAY(a, 2 * (size_t)g->n_nodes, uint32_t);
	s->terms = ARENA_ARRAY(a, 2 * (size_t)g->n_nodes, uint32_t);
	return s->n_readers && s->is_absorbed && s->stack && s->terms;
}

static void readers_count(struct gather *s)
{
	for (uint32_t i = 0; i < s->order.n_nodes; i++) {
		const struct graph_node *n = &s->g->nodes[s->order.nodes[i]];
		for (uint32_t k = 0; k < n->n_inputs; k++)
			s->n_readers[n->inputs[k]]++;
	}
	for (uint32_t i = 0; i < s->g->n_outputs; i++)
		s->n_readers[s->g->outputs[i].node]++;
}

static bool is_free_node(const struct gather *s, uint32_t node)
{
	return node < s->n_nodes && s->g->nodes[node].kind == GRAPH_NODE && s->order.loop[node] == UINT32_MAX;
}

static bool is_sum(const struct gather *s, uint32_t node)
{
	return is_free_node(s, node) && s->g->nodes[node].def == &node_add;
}

/* The leaves of a tree of additions, from left to right. */
static void terms_find(struct gather *s, uint32_t root)
{
	uint32_t n_stack = 0;

	s->n_terms = 0;
	s->stack[n_stack++] = s->g->nodes[root].inputs[1];
	s->stack[n_stack++] = s->g->nodes[root].inputs[0];
	while (n_stack > 0) {
		uint32_t node = s->stack[--n_stack];
		if (!is_sum(s, node) || s->n_readers[node] > 1) {
			s->terms[s->n_terms++] = node;
			continue;
		}
		s->is_absorbed[node] = true;
		s->stack[n_stack++] = s->g->nodes[node].inputs[1];
		s->stack[n_stack++] = s->g->nodes[node].inputs[0];
	}
}

/* A constant that nothing else about the program can change: no list, no pitch that a note gives. */
static bool is_plain_number(const struct graph_node *n)
{
	return n->kind == GRAPH_CONST && !n->list && !n->is_free_pitch;
}

static bool are_plain_numbers(const struct gather *s, const struct graph_node *n)
{
	for (uint32_t k = 0; k < n->n_inputs; k++)
		if (!is_plain_number(&s->g->nodes[n->inputs[k]]))
			return false;
	return true;
}

/* Is the input of a call what its fed bank has inside? */
static bool is_fed(const struct gather *s, const struct graph_node *n)
{
	uint32_t input = n->inputs[0];
	const struct graph_node *source = &s->g->nodes[input];

	if (!n->def->fed_bank || !is_free_node(s, input) || s->n_readers[input] > 1 || source->def != n->def->fed_by ||
	    !are_plain_numbers(s, source))
		return false;
	for (uint32_t k = 1; k < source->n_inputs; k++)
		if (s->g->nodes[source->inputs[k]].value != 0)
			return false;
	return true;
}

/* Of a call that may become a lane. Sources are banked at fixed parameters only, where they have no state. */
static const struct node_def *bank_of(const struct gather *s, uint32_t term)
{
	const struct graph_node *n = &s->g->nodes[term];

	if (!is_free_node(s, term) || s->n_readers[term] > 1 || !n->def->bank)
		return NULL;
	if (n->def->time_class == TIME_SCAN && !are_plain_numbers(s, n))
		return NULL;
	return is_fed(s, n) ? n->def->fed_bank : n->def->bank;
}

static uint32_t zero_of(struct gather *s, struct span span)
{
	if (s->zero == UINT32_MAX)
		s->zero = graph_add(s->g, s->arena, GRAPH_CONST, span);
	return s->zero;
}

/* A node over the n given inputs and zeroes. UINT32_MAX when the arena is exhausted. */
static uint32_t node_make(struct gather *s, const struct node_def *def, const uint32_t *inputs, uint32_t n,
			  uint32_t n_inputs, struct span span)
{
	uint32_t zero = zero_of(s, span), *all = ARENA_ARRAY(s->arena, n_inputs, uint32_t);
	uint32_t node = all && zero != UINT32_MAX ? graph_add(s->g, s->arena, GRAPH_NODE, span) : UINT32_MAX;

	if (node == UINT32_MAX)
		return UINT32_MAX;
	for (uint32_t i = 0; i < n_inputs; i++)
		all[i] = i < n ? inputs[i] : zero;
	s->g->nodes[node].def = def;
	s->g->nodes[node].inputs = all;
	s->g->nodes[node].n_inputs = n_inputs;
	return node;
}

static uint32_t bank_make(struct gather *s, const struct node_def *bank, const uint32_t *lanes, uint32_t n_lanes)
{
	uint32_t inputs[NODE_BANK_LANES * NODE_BANK_PARAMS_MAX], n = 0;

	for (uint32_t i = 0; i < n_lanes; i++) {
		const struct graph_node *lane = &s->g->nodes[lanes[i]];
		memcpy(inputs + n, lane->inputs, lane->n_inputs * sizeof *inputs);
		if (bank == lane->def->fed_bank)
			inputs[n] = s->g->nodes[lane->inputs[0]].inputs[0];
		n += lane->n_inputs;
	}
	return node_make(s, bank, inputs, n, node_def_inputs(bank), s->g->nodes[lanes[0]].span);
}

/* Makes banks of all terms that have this one, the first of them standing at `from`. -1: no memory. */
static int bank_gather(struct gather *s, const struct node_def *bank, uint32_t from)
{
	uint32_t lanes[NODE_BANK_LANES], at[NODE_BANK_LANES], n = 0, n_left = 0;

	for (uint32_t i = from; i < s->n_terms; i++)
		n_left += bank_of(s, s->terms[i]) == bank;
	for (uint32_t i = from; i < s->n_terms && n + n_left >= BANK_MIN; i++) {
		if (bank_of(s, s->terms[i]) != bank)
			continue;
		lanes[n] = s->terms[i];
		at[n++] = i;
		n_left--;
		if (n < bank->n_lanes && n_left > 0)
			continue;
		uint32_t made = bank_make(s, bank, lanes, n);
		if (made == UINT32_MAX)
			return -1;
		for (uint32_t k = 0; k < n; k++)
			s->terms[at[k]] = k == 0 ? made : UINT32_MAX;
		n = 0;
	}
	return 0;
}

static int terms_bank(struct gather *s)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_terms; i++) {
		const struct node_def *bank = s->terms[i] == UINT32_MAX ? NULL : bank_of(s, s->terms[i]);
		if (bank && bank_gather(s, bank, i))
			return -1;
	}
	for (uint32_t i = 0; i < s->n_terms; i++)
		if (s->terms[i] != UINT32_MAX)
			s->terms[n++] = s->terms[i];
	s->n_terms = n;
	return 0;
}

/* Puts mixes in front until the rest of the terms fits into one. -1: no memory. */
static int terms_mix(struct gather *s, struct span span)
{
	uint32_t first = 0;

	while (s->n_terms - first > MIX_TERMS) {
		uint32_t made = node_make(s, &node_mix, s->terms + first, MIX_TERMS, MIX_TERMS, span);
		if (made == UINT32_MAX)
			return -1;
		first += MIX_TERMS - 1;
		s->terms[first] = made;
	}
	s->n_terms -= first;
	memmove(s->terms, s->terms + first, s->n_terms * sizeof *s->terms);
	return 0;
}

/* What is left of the terms becomes the sum itself, which keeps its number, its name and its place. */
static int root_become(struct gather *s, uint32_t root)
{
	struct span span = s->g->nodes[root].span;
	uint32_t made = s->terms[0];

	if (s->n_terms == 2)
		made = node_make(s, &node_add, s->terms, 2, 2, span);
	else if (s->n_terms > 2)
		made = node_make(s, &node_mix, s->terms, s->n_terms, MIX_TERMS, span);
	if (made == UINT32_MAX)
		return -1;
	s->g->nodes[root].def = s->g->nodes[made].def;
	s->g->nodes[root].inputs = s->g->nodes[made].inputs;
	s->g->nodes[root].n_inputs = s->g->nodes[made].n_inputs;
	return 0;
}

static int sum_rewrite(struct gather *s, uint32_t root)
{
	terms_find(s, root);
	if (s->n_terms < SUM_MIN)
		return 0;
	if (terms_bank(s) || terms_mix(s, s->g->nodes[root].span))
		return -1;
	return root_become(s, root);
}

int graph_gather(struct arena *a, struct graph *g)
{
	struct gather s;

	if (g->n_nodes == 0)
		return 0;
	if (!gather_init(&s, a, g))
		return -1;
	readers_count(&s);
	/* From the readers to what they read: a sum comes before the sums inside it. */
	for (uint32_t i = s.order.n_nodes; i-- > 0;) {
		uint32_t node = s.order.nodes[i];
		if (is_sum(&s, node) && !s.is_absorbed[node] && sum_rewrite(&s, node))
			return -1;
	}
	return 0;
}
