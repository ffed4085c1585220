/* Order of evaluation and feedback loops.
 *
 * Tarjan's algorithm (R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1(2), 1972)
 * over the edges node -> input gives the strongly connected components with inputs first. A component of more
 * than one node, or of one that reads itself, is a loop. Inside a loop the order is that of a second
 * depth-first search, which starts at the node that is the value of a bus: a program closes a loop by naming a
 * bus, so the reference to that bus is the edge that has to wait for a sample. Every edge of the loop that does
 * not point backwards in this order is a back edge.
 *
 * Graphs come from strangers, so depth is kept on an explicit stack. */
#include "render/graph/plan_order.h"

enum { UNSEEN = 0 };

struct frame {
	uint32_t node, next_input;
};

struct search {
	const struct graph *g;
	struct plan_order *order;
	struct frame *frames; /* the path of the search */
	uint32_t n_frames;
	uint32_t *stack; /* Tarjan's: nodes whose component is not complete */
	uint32_t n_stack;
	uint32_t *number, *low; /* [n_nodes]: order of discovery from 1, and Tarjan's low link */
	bool *is_on_stack;
	bool *is_placed; /* of the second search: visited within its loop */
	uint32_t n_seen, n_loops;
};

static void search_push(struct search *s, uint32_t node)
{
	s->number[node] = s->low[node] = ++s->n_seen;
	s->stack[s->n_stack++] = node;
	s->is_on_stack[node] = true;
	s->frames[s->n_frames++] = (struct frame){ .node = node };
}

static void order_append(struct plan_order *o, uint32_t node)
{
	o->position[node] = o->n_nodes;
	o->nodes[o->n_nodes++] = node;
}

static bool reads_itself(const struct graph_node *n, uint32_t idx)
{
	for (uint32_t i = 0; i < n->n_inputs; i++)
		if (n->inputs[i] == idx)
			return true;
	return false;
}

/* The value of the bus that was defined first, or the first node. */
static uint32_t loop_entry(const struct graph *g, const uint32_t *members, uint32_t n)
{
	uint32_t first = members[0], first_bus = UINT32_MAX;
	for (uint32_t i = 0; i < n; i++) {
		if (members[i] < first)
			first = members[i];
		if (g->nodes[members[i]].bus && members[i] < first_bus)
			first_bus = members[i];
	}
	return first_bus != UINT32_MAX ? first_bus : first;
}

/* Appends the loop's nodes in post-order from entry; frames above base are free for its path. */
static void loop_append(struct search *s, uint32_t entry, uint32_t loop)
{
	uint32_t base = s->n_frames;
	s->frames[s->n_frames++] = (struct frame){ .node = entry };
	s->is_placed[entry] = true;
	while (s->n_frames > base) {
		struct frame *f = &s->frames[s->n_frames - 1];
		const struct graph_node *n = &s->g->nodes[f->node];
		if (f->next_input == n->n_inputs) {
			order_append(s->order, f->node);
			s->n_frames--;
			continue;
		}
		uint32_t in = n->inputs[f->next_input++];
		if (s->order->loop[in] != loop || s->is_placed[in])
			continue;
		s->is_placed[in] = true;
		s->frames[s->n_frames++] = (struct frame){ .node = in };
	}
}

/* members[n] is a whole component, inputs of all of it are placed. */
static void component_append(struct search *s, const uint32_t *members, uint32_t n)
{
	if (n == 1 && !reads_itself(&s->g->nodes[members[0]], members[0])) {
		order_append(s->order, members[0]);
		return;
	}
	uint32_t loop = s->n_loops++;
	for (uint32_t i = 0; i < n; i++)
		s->order->loop[members[i]] = loop;
	loop_append(s, loop_entry(s->g, members, n), loop);
}

/* The node on top of the path has seen all its inputs. */
static void search_leave(struct search *s)
{
	uint32_t node = s->frames[--s->n_frames].node;
	if (s->n_frames > 0) {
		uint32_t parent = s->frames[s->n_frames - 1].node;
		if (s->low[node] < s->low[parent])
			s->low[parent] = s->low[node];
	}
	if (s->low[node] != s->number[node])
		return;
	uint32_t first = s->n_stack;
	do {
		first--;
		s->is_on_stack[s->stack[first]] = false;
	} while (s->stack[first] != node);
	component_append(s, s->stack + first, s->n_stack - first);
	s->n_stack = first;
}

static void search_from(struct search *s, uint32_t root)
{
	if (s->number[root] != UNSEEN)
		return;
	search_push(s, root);
	while (s->n_frames > 0) {
		struct frame *f = &s->frames[s->n_frames - 1];
		const struct graph_node *n = &s->g->nodes[f->node];
		if (f->next_input == n->n_inputs) {
			search_leave(s);
			continue;
		}
		uint32_t in = n->inputs[f->next_input++];
		if (s->number[in] == UNSEEN)
			search_push(s, in);
		else if (s->is_on_stack[in] && s->number[in] < s->low[f->node])
			s->low[f->node] = s->number[in];
	}
}

static int search_init(struct search *s, struct arena *a, const struct graph *g, struct plan_order *order)
{
	uint32_t n = g->n_nodes;
	*order = (struct plan_order){
		.nodes = ARENA_ARRAY(a, n, uint32_t),
		.position = ARENA_ARRAY(a, n, uint32_t),
		.loop = ARENA_ARRAY(a, n, uint32_t),
	};
	/* The path holds each node at most once in each of the two searches. */
	*s = (struct search){
		.g = g,
		.order = order,
		.frames = ARENA_ARRAY(a, 2 * (size_t)n + 1, struct frame),
		.stack = ARENA_ARRAY(a, n, uint32_t),
		.number = ARENA_ARRAY(a, n, uint32_t),
		.low = ARENA_ARRAY(a, n, uint32_t),
		.is_on_stack = ARENA_ARRAY(a, n, bool),
		.is_placed = ARENA_ARRAY(a, n, bool),
	};
	if (!order->nodes || !order->position || !order->loop || !s->frames || !s->stack || !s->number || !s->low ||
	    !s->is_on_stack || !s->is_placed)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		order->position[i] = order->loop[i] = UINT32_MAX;
	return 0;
}

int plan_order_build(struct arena *a, const struct graph *g, struct plan_order *order)
{
	struct search s;
	if (search_init(&s, a, g, order))
		return -1;
	for (uint32_t i = 0; i < g->n_outputs; i++)
		search_from(&s, g->outputs[i].node);
	return 0;
}

bool plan_order_is_back_edge(const struct plan_order *order, uint32_t consumer, uint32_t input)
{
	return order->loop[consumer] != UINT32_MAX && order->loop[consumer] == order->loop[input] &&
	       order->position[input] >= order->position[consumer];
}
