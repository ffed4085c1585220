#include "render/graph/plan.h"

#include "render/graph/merge.h"
#include "render/graph/plan_line.h"
#include "render/graph/plan_order.h"
#include "render/graph/plan_stage.h"

struct builder {
	struct arena *arena;
	const struct graph *graph;
	const struct node_env *env;
	struct diag_list *diags;
	struct error *err;
	struct plan_order order;
	uint32_t *plan_idx; /* [graph n_nodes]; PLAN_NONE: constant or unreachable */
	struct plan *plan;
	unsigned depth;
};

static int exhausted(struct builder *b)
{
	return error_set(b->err, ERR_TOO_LARGE, "the program is too large: no memory left for its plan");
}

static int complain(struct builder *b, const char *code, struct span where, const char *message)
{
	diag_add(b->diags, DIAG_ERROR, code, where, "%s", message);
	return error_set_at(b->err, ERR_SOURCE, where, "%s", message);
}

/* --- Nodes ------------------------------------------------------------------------------------------------ */

/* A number, or a pattern that has the same number in every cycle. */
static bool graph_constant(const struct graph_node *n, sample *value)
{
	struct value v;
	if (n->kind == GRAPH_CONST) {
		*value = (sample)n->value;
		return true;
	}
	if (n->kind != GRAPH_CONTROL || n->is_gate || !pattern_is_pure(n->pattern, &v) || v.kind != VALUE_NUMBER)
		return false;
	*value = (sample)v.number;
	return true;
}

static void nodes_number(struct builder *b)
{
	sample ignored;
	for (uint32_t i = 0; i < b->graph->n_nodes; i++)
		b->plan_idx[i] = PLAN_NONE;
	for (uint32_t i = 0; i < b->order.n_nodes; i++) {
		uint32_t g = b->order.nodes[i];
		if (!graph_constant(&b->graph->nodes[g], &ignored))
			b->plan_idx[g] = b->plan->n_nodes++;
	}
}

static struct plan_input input_of(const struct builder *b, uint32_t graph_idx)
{
	const struct graph_node *n = &b->graph->nodes[graph_idx];
	struct plan_input in = { .node = b->plan_idx[graph_idx] };
	if (in.node == PLAN_NONE) {
		graph_constant(n, &in.value);
		in.list = n->list;
		in.n_list = n->n_list;
		in.is_free_pitch = n->is_free_pitch;
	}
	return in;
}

static int node_inputs(struct builder *b, uint32_t graph_idx, struct plan_node *n)
{
	const struct graph_node *g = &b->graph->nodes[graph_idx];
	n->n_inputs = g->n_inputs;
	n->inputs = ARENA_ARRAY(b->arena, g->n_inputs, struct plan_input);
	if (!n->inputs)
		return exhausted(b);
	for (uint32_t i = 0; i < g->n_inputs; i++) {
		struct plan_input *in = &n->inputs[i];
		*in = input_of(b, g->inputs[i]);
		in->is_delayed = in->node != PLAN_NONE && plan_order_is_back_edge(&b->order, graph_idx, g->inputs[i]);
		if (n->def)
			in->is_pitch = (n->def->params[i % n->def->n_params].flags & PARAM_PITCH) != 0;
	}
	return 0;
}

static bool node_is_constant_fed(const struct plan_node *n)
{
	for (uint32_t i = 0; i < n->n_inputs; i++)
		if (n->inputs[i].node != PLAN_NONE)
			return false;
	return true;
}

/* The phase of an oscillator at a fixed frequency is frame * increment: no state, so any frame can come first. */
static void node_classify(const struct builder *b, struct plan_node *n)
{
	bool is_in_loop = b->order.loop[n->graph_idx] != UINT32_MAX;
	if (n->kind == GRAPH_CONTROL || is_in_loop)
		n->time_class = TIME_CARRY;
	else if (n->kind == GRAPH_EVENTS)
		n->time_class = TIME_PURE;
	else if (n->def->time_class == TIME_SCAN && node_is_constant_fed(n)) {
		n->time_class = TIME_PURE;
		if (n->def->steady)
			n->def = n->def->steady;
		else
			n->is_phase_closed = true;
	} else
		n->time_class = n->def->time_class;
}

/* Whether the engine can call the kernel as node.h says; anything else is a mistake of the builder. */
static bool kernel_is_callable(const struct graph_node *g)
{
	const struct node_def *d = g->def;
	return d && d->process && g->n_inputs == node_def_inputs(d) && d->n_acc <= NODE_PARAMS_MAX &&
	       (d->time_class != TIME_SCAN || d->advance);
}

static int node_build(struct builder *b, uint32_t graph_idx)
{
	const struct graph_node *g = &b->graph->nodes[graph_idx];
	struct plan_node *n = &b->plan->nodes[b->plan_idx[graph_idx]];
	*n = (struct plan_node){
		.graph_idx = graph_idx,
		.kind = g->kind,
		.def = g->kind == GRAPH_NODE ? g->def : NULL,
		.pattern = g->pattern,
		.is_gate = g->is_gate,
		.span = g->span,
		.n_ch = g->kind == GRAPH_EVENTS || (g->def && g->def->is_stereo) ? 2 : 1,
		.stage = PLAN_NONE,
		.advance_stage = PLAN_NONE,
	};
	if (n->kind == GRAPH_NODE && !kernel_is_callable(g))
		return error_set_at(b->err, ERR_INTERNAL, g->span, "node %u of the graph is no signal function",
				    graph_idx);
	if (n->kind == GRAPH_EVENTS && b->order.loop[graph_idx] != UINT32_MAX)
		return complain(b, "event-feedback", g->span, "these events would be controlled by their own sound");
	if (node_inputs(b, graph_idx, n))
		return -1;
	if (n->kind == GRAPH_EVENTS)
		n->events_idx = b->plan->n_events++;
	else if (n->kind == GRAPH_CONTROL)
		n->events_idx = b->plan->n_controls++;
	node_classify(b, n);
	return 0;
}

/* A mono kernel follows its widest input. Repeated until nothing changes, because loops point forward. */
static void nodes_widen(struct plan *p)
{
	bool changed = true;
	while (changed) {
		changed = false;
		for (uint32_t i = 0; i < p->n_nodes; i++) {
			struct plan_node *n = &p->nodes[i];
			if (n->kind != GRAPH_NODE || n->n_ch == 2)
				continue;
			for (uint32_t k = 0; k < n->n_inputs; k++)
				if (n->inputs[k].node != PLAN_NONE && p->nodes[n->inputs[k].node].n_ch == 2)
					n->n_ch = 2;
			changed = changed || n->n_ch == 2;
		}
	}
	for (uint32_t i = 0; i < p->n_nodes; i++)
		p->nodes[i].n_kernels = p->nodes[i].def && !p->nodes[i].def->is_stereo ? p->nodes[i].n_ch : 1;
}

static int nodes_build(struct builder *b)
{
	b->plan_idx = ARENA_ARRAY(b->arena, b->graph->n_nodes, uint32_t);
	if (!b->plan_idx)
		return exhausted(b);
	nodes_number(b);
	b->plan->nodes = ARENA_ARRAY(b->arena, b->plan->n_nodes, struct plan_node);
	if (!b->plan->nodes)
		return exhausted(b);
	for (uint32_t i = 0; i < b->order.n_nodes; i++)
		if (b->plan_idx[b->order.nodes[i]] != PLAN_NONE && node_build(b, b->order.nodes[i]))
			return -1;
	nodes_widen(b->plan);
	return 0;
}

void plan_node_constants(const struct plan_node *n, struct node_input *in)
{
	static const _Alignas(64) sample silence[BLOCK_FRAMES_MAX];
	unsigned per_param = n->def->is_stereo ? 2 : 1;
	for (uint32_t i = 0; i < n->n_inputs; i++)
		for (unsigned ch = 0; ch < per_param; ch++)
			in[i * per_param + ch] = (struct node_input){
				.data = n->inputs[i].node == PLAN_NONE ? NULL : silence,
				.value = n->inputs[i].value,
				.list = n->inputs[i].list,
				.n_list = n->inputs[i].n_list,
			};
}

/* --- Instruments and outputs ------------------------------------------------------------------------------ */

static const struct plan *plan_build_at(struct arena *a, const struct graph *g, const struct node_env *env,
					struct diag_list *diags, unsigned depth, struct error *err);

static int events_build(struct builder *b, uint32_t node)
{
	const struct plan_node *n = &b->plan->nodes[node];
	const struct graph_node *g = &b->graph->nodes[n->graph_idx];
	struct plan_events *e = &b->plan->events[n->events_idx];
	*e = (struct plan_events){
		.node = node,
		.instruments = g->instruments,
		.n_instruments = g->n_instruments,
		.plans = ARENA_ARRAY(b->arena, g->n_instruments, const struct plan *),
		.follows_song = ARENA_ARRAY(b->arena, g->n_instruments, bool),
	};
	if (!e->plans || !e->follows_song)
		return exhausted(b);
	for (uint32_t i = 0; i < g->n_instruments; i++) {
		if (b->depth + 1 == PLAN_DEPTH_MAX)
			return complain(b, "instrument-depth", g->instruments[i].span,
					"instruments play instruments more than 8 levels deep");
		e->plans[i] = plan_build_at(b->arena, g->instruments[i].graph, b->env, b->diags, b->depth + 1, b->err);
		if (!e->plans[i])
			return -1;
		e->follows_song[i] = e->plans[i]->follows_song;
	}
	return 0;
}

static int all_events_build(struct builder *b)
{
	struct plan *p = b->plan;
	p->events = ARENA_ARRAY(b->arena, p->n_events, struct plan_events);
	if (!p->events)
		return exhausted(b);
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (p->nodes[i].kind == GRAPH_EVENTS && events_build(b, i))
			return -1;
	p->follows_song = p->n_events > 0 || p->n_controls > 0;
	return 0;
}

static void outputs_build(struct builder *b)
{
	const struct graph *g = b->graph;
	b->plan->n_outputs = g->n_outputs;
	for (uint32_t i = 0; i < g->n_outputs; i++)
		b->plan->outputs[i] = (struct plan_output){
			.id = g->outputs[i].id,
			.source = input_of(b, g->outputs[i].node),
			.gain = (sample)g->outputs[i].gain,
		};
}

static const struct plan *plan_build_at(struct arena *a, const struct graph *g, const struct node_env *env,
					struct diag_list *diags, unsigned depth, struct error *err)
{
	struct builder b = { .arena = a, .env = env, .diags = diags, .err = err, .depth = depth };
	b.plan = ARENA_NEW(a, struct plan);
	b.graph = graph_merge(a, g, depth > 0);
	if (!b.plan || !b.graph || plan_order_build(a, b.graph, &b.order)) {
		exhausted(&b);
		return NULL;
	}
	b.plan->graph = b.graph;
	if (nodes_build(&b) || all_events_build(&b))
		return NULL;
	outputs_build(&b);
	if ((depth == 0 && plan_line_mark(a, b.plan, env)) || plan_stages_build(a, b.plan, &b.order, env)) {
		exhausted(&b);
		return NULL;
	}
	return b.plan;
}

const struct plan *plan_build(struct arena *a, const struct graph *g, const struct node_env *env,
			      struct diag_list *diags, struct error *err)
{
	return plan_build_at(a, g, env, diags, 0, err);
}
