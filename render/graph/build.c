/* The builder: statements, buses, outputs; the graph while it grows and when it is done.
 *
 * Every expression is evaluated to an operand (build_expr.c): a number, a pattern, a signal (a node of the graph), or
 * events, a pattern of controls that has not become a node yet, because modifiers and transforms may still follow. The
 * last consumer (an effect, arithmetic, an output) makes the node.
 *
 * A bus is evaluated when it is first used, once per tower of transforms around its uses, so the order of definitions
 * does not matter. A use within its own definition gets a placeholder node; when the definition is complete the
 * placeholder becomes an alias of its node, which makes a cycle in the graph (plan.c puts the one-sample delay into
 * it). At the end aliases are replaced and nodes that no output needs dropped.
 *
 * `x $ t` on events or a pattern applies t there and then. On a signal there is no pattern left to transform, so x is
 * built with t in its scope: every pattern that becomes a node inside is transformed first. Transforms in front, `t $ s
 * "x" # note "c"`, stay pending on the events until their node is made: the copies that `stut` or `jux` make carry what
 * the modifiers behind them have set.
 *
 * An instrument is a graph of its own, built by a builder of its own. */
#include "render/graph/build_impl.h"
#include "render/graph/gather.h"

#include <string.h>
#include <strings.h>

/* --- A graph under construction --------------------------------------------------------------------------------- */

void *build_alloc(struct builder *b, size_t n, size_t size)
{
	void *p = arena_alloc_array(build_arena(b), n ? n : 1, size);

	if (!p)
		b->shared->is_exhausted = true;
	return p;
}

bool build_enter(struct builder *b, struct span span)
{
	struct build_shared *s = b->shared;

	if (s->is_exhausted)
		return false;
	if (++s->n_steps > BUILD_STEPS_MAX) {
		diag_add(s->diags, DIAG_ERROR, "program-too-large", span,
			 "buses within buses make this program too large");
		s->is_exhausted = true;
		return false;
	}
	if (s->depth >= BUILD_DEPTH_MAX) {
		diag_add(s->diags, DIAG_ERROR, "nested-too-deep", span, "buses lead to buses more than %d levels deep",
			 BUILD_DEPTH_MAX);
		s->is_exhausted = true;
		return false;
	}
	s->depth++;
	return true;
}

void build_leave(struct builder *b)
{
	b->shared->depth--;
}

static bool grow_aliases(struct builder *b)
{
	if (b->graph->n_nodes <= b->cap_aliases)
		return true;
	uint32_t cap = b->graph->cap_nodes;
	uint32_t *grown = arena_grow_array(build_arena(b), b->aliases, b->cap_aliases, cap, sizeof(*grown));
	if (!grown)
		return false;
	b->aliases = grown;
	b->cap_aliases = cap;
	return true;
}

uint32_t build_node(struct builder *b, enum graph_kind kind, struct span span)
{
	struct build_shared *s = b->shared;

	if (++s->n_nodes > BUILD_NODES_MAX) {
		diag_add(s->diags, DIAG_ERROR, "program-too-large", span, "the program has more than %d signals",
			 BUILD_NODES_MAX);
		s->is_exhausted = true;
		return NODE_NONE;
	}
	uint32_t node = graph_add(b->graph, s->arena, kind, span);
	if (node == UINT32_MAX || !grow_aliases(b)) {
		s->is_exhausted = true;
		return NODE_NONE;
	}
	b->aliases[node] = NODE_NONE;
	return node;
}

void build_alias(struct builder *b, uint32_t placeholder, uint32_t node)
{
	b->aliases[placeholder] = node;
}

bool builder_init(struct builder *b, struct build_shared *shared, const struct builder *outer)
{
	*b = (struct builder){ .shared = shared, .outer = outer };
	b->graph = build_alloc(b, 1, sizeof(*b->graph));
	b->instances = build_alloc(b, shared->program->n_buses, sizeof(struct instance *));
	if (b->graph)
		b->graph->cps = shared->cps;
	return b->graph && b->instances;
}

/* --- Completion
 * -------------------------------------------------------------------------------------------------------- */

/* Follows aliases; NODE_NONE when they go round in a circle: `~a $ ~b`, `~b $ ~a`. */
static uint32_t real_node(const struct builder *b, uint32_t node)
{
	for (uint32_t n = 0; n <= b->graph->n_nodes; n++) {
		if (b->aliases[node] == NODE_NONE)
			return node;
		node = b->aliases[node];
	}
	return NODE_NONE;
}

static bool replace_aliases(struct builder *b)
{
	struct graph *g = b->graph;
	uint32_t *real = build_alloc(b, g->n_nodes, sizeof(*real));

	if (!real)
		return false;
	for (uint32_t i = 0; i < g->n_nodes; i++) {
		real[i] = b->aliases[i] == NODE_NONE ? i : real_node(b, i);
		if (real[i] == NODE_NONE) {
			diag_add(b->shared->diags, DIAG_ERROR, "empty-cycle", g->nodes[i].span,
				 "this bus is defined by itself alone and has no value");
			return false;
		}
	}
	for (uint32_t i = 0; i < g->n_nodes; i++)
		for (uint32_t k = 0; k < g->nodes[i].n_inputs; k++)
			g->nodes[i].inputs[k] = real[g->nodes[i].inputs[k]];
	for (uint32_t i = 0; i < g->n_outputs; i++)
		g->outputs[i].node = real[g->outputs[i].node];
	return true;
}

/* Marks what the outputs need: a stack of nodes to visit, as the graph may be deep. */
static bool mark_needed(struct builder *b, bool *is_needed)
{
	const struct graph *g = b->graph;
	uint32_t *todo = build_alloc(b, g->n_nodes + g->n_outputs, sizeof(*todo)), n = 0;

	if (!todo)
		return false;
	for (uint32_t i = 0; i < g->n_outputs; i++) {
		if (!is_needed[g->outputs[i].node])
			todo[n++] = g->outputs[i].node;
		is_needed[g->outputs[i].node] = true;
	}
	while (n > 0) {
		const struct graph_node *node = &g->nodes[todo[--n]];
		for (uint32_t k = 0; k < node->n_inputs; k++) {
			if (!is_needed[node->inputs[k]])
				todo[n++] = node->inputs[k];
			is_needed[node->inputs[k]] = true;
		}
	}
	return true;
}

static bool drop_unneeded(struct builder *b)
{
	struct graph *g = b->graph;
	bool *is_needed = build_alloc(b, g->n_nodes, sizeof(*is_needed));
	uint32_t *place = build_alloc(b, g->n_nodes, sizeof(*place)), n = 0;

	if (!is_needed || !place || !mark_needed(b, is_needed))
		return false;
	for (uint32_t i = 0; i < g->n_nodes; i++)
		if (is_needed[i]) {
			place[i] = n;
			g->nodes[n++] = g->nodes[i];
		}
	g->n_nodes = n;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < g->nodes[i].n_inputs; k++)
			g->nodes[i].inputs[k] = place[g->nodes[i].inputs[k]];
	for (uint32_t i = 0; i < g->n_outputs; i++)
		g->outputs[i].node = place[g->outputs[i].node];
	return true;
}

static bool gather_sums(struct builder *b)
{
	if (graph_gather(b->shared->arena, b->graph) == 0)
		return true;
	b->shared->is_exhausted = true;
	return false;
}

bool builder_finish(struct builder *b)
{
	return !b->shared->is_exhausted && replace_aliases(b) && gather_sums(b) && drop_unneeded(b);
}

/* --- Settings
 * ------------------------------------------------------------------------------------------------------------ */

static enum graph_mix mix_of(struct text t)
{
	static const char *const names[] = { [GRAPH_MIX_NONE] = "none",
					     [GRAPH_MIX_GAIN] = "gain",
					     [GRAPH_MIX_SQRT] = "sqrt",
					     [GRAPH_MIX_TANH] = "tanh",
					     [GRAPH_MIX_HARD] = "hard" };
	unsigned m = GRAPH_MIX_NONE;

	while (m < GRAPH_MIX_HARD && !(strlen(names[m]) == t.len && strncasecmp(names[m], t.at, t.len) == 0))
		m++;
	return (enum graph_mix)m;
}

static enum graph_mix read_settings(struct build_shared *s)
{
	enum graph_mix mix = GRAPH_MIX_NONE;

	s->cps = rational_make(1, 2);
	for (uint32_t i = 0; i < s->program->n_stmts; i++) {
		const struct stmt *stmt = &s->program->stmts[i];
		if (stmt->kind == STMT_OUTMIX)
			mix = mix_of(stmt->value);
		else if (stmt->kind == STMT_CPS)
			s->cps = rational_parse(stmt->value.at, stmt->value.len);
		else if (stmt->kind == STMT_BPM)
			s->cps = rational_div(rational_parse(stmt->value.at, stmt->value.len), rational_int(60));
	}
	return mix;
}

/* --- Outputs
 * --------------------------------------------------------------------------------------------------------------- */

static void complain_broken(struct builder *b, struct span span)
{
	/* A value without meaning has been complained about where it arose; this is for what no rule foresaw. */
	if (b->shared->diags->n_errors == 0 && !b->shared->is_exhausted)
		diag_add(b->shared->diags, DIAG_ERROR, "no-value", span,
			 "this expression has no value that could sound");
}

static void add_output(struct builder *b, unsigned id, const struct operand *v, double gain, struct span span)
{
	struct graph *g = b->graph;
	uint32_t node = build_signal(b, v, &(struct scope){ 0 }), at = g->n_outputs;

	if (node == NODE_NONE) {
		complain_broken(b, span);
		return;
	}
	if (g->n_outputs == GRAPH_OUTPUTS_MAX) {
		diag_add(b->shared->diags, DIAG_ERROR, "too-many-outputs", span, "a program has at most %d outputs",
			 GRAPH_OUTPUTS_MAX);
		return;
	}
	for (; at > 0 && g->outputs[at - 1].id > id; at--)
		g->outputs[at] = g->outputs[at - 1];
	g->outputs[at] = (struct graph_output){ .id = id, .node = node, .gain = gain, .span = span };
	g->n_outputs++;
}

static bool is_redefined(const struct ast_program *program, uint32_t i)
{
	for (uint32_t k = i + 1; k < program->n_stmts; k++)
		if (program->stmts[k].kind == STMT_OUTPUT && program->stmts[k].output == program->stmts[i].output)
			return true;
	return false;
}

/* False when the program names no output. */
static bool explicit_outputs(struct builder *b)
{
	const struct ast_program *program = b->shared->program;
	bool has_any = false;

	for (uint32_t i = 0; i < program->n_stmts; i++) {
		const struct stmt *s = &program->stmts[i];
		if (s->kind != STMT_OUTPUT)
			continue;
		has_any = true;
		struct operand v = build_expr(b, s->expr, &(struct scope){ 0 });
		if (is_redefined(program, i))
			diag_add(b->shared->diags, DIAG_WARNING, "duplicate-output", s->head,
				 "this output is defined again further down; the last definition counts");
		else
			add_output(b, s->output, &v, 1, s->span);
	}
	return has_any;
}

static bool makes_sound(const struct bus *bus)
{
	enum lang_type t = bus->expr && bus->stmt->kind == STMT_BUS ? type_of(bus->expr) : TYPE_BROKEN;
	return t == TYPE_SIGNAL || t == TYPE_EVENTS;
}

static bool route_bus(struct builder *b, struct bus *bus, unsigned id)
{
	if (!bus || !makes_sound(bus))
		return false;
	struct operand v = build_bus(b, bus, bus->stmt->head, &(struct scope){ 0 });
	add_output(b, id, &v, 1, bus->stmt->span);
	return true;
}

/* "d3", "out3": 3. -1: another name. */
static int numbered_bus(struct text name)
{
	uint32_t i = name.len > 3 && memcmp(name.at, "out", 3) == 0 ? 3
		     : name.len > 1 && name.at[0] == 'd'            ? 1
								    : name.len;
	int number = 0;

	if (i >= name.len || name.len - i > 4)
		return -1;
	for (; i < name.len; i++) {
		if (name.at[i] < '0' || name.at[i] > '9')
			return -1;
		number = 10 * number + (name.at[i] - '0');
	}
	return number;
}

static bool route_numbered(struct builder *b)
{
	struct ast_program *program = b->shared->program;
	bool has_any = false;

	for (uint32_t i = 0; i < program->n_buses; i++) {
		int number = numbered_bus(program->buses[i].key);
		if (number >= 0)
			has_any |= route_bus(b, &program->buses[i], (unsigned)number);
	}
	return has_any;
}

/* A quarter of the sum of all buses that make sound. */
static bool route_all(struct builder *b)
{
	struct ast_program *program = b->shared->program;
	struct operand sum = { .type = TYPE_BROKEN };

	for (uint32_t i = 0; i < program->n_buses; i++) {
		struct bus *bus = &program->buses[i];
		if (!makes_sound(bus))
			continue;
		struct operand v = build_bus(b, bus, bus->stmt->head, &(struct scope){ 0 });
		uint32_t node = build_signal(b, &v, &(struct scope){ 0 });
		uint32_t inputs[2] = { sum.node, node };
		sum = sum.type == TYPE_BROKEN ? operand_signal(node, bus->stmt->span)
					      : build_named(b, "add", inputs, 2, bus->stmt->span);
		if (sum.type == TYPE_BROKEN)
			return true;
	}
	if (sum.type != TYPE_BROKEN)
		add_output(b, 0, &sum, 0.25, sum.span);
	return sum.type != TYPE_BROKEN;
}

static struct bus *find_bus(struct builder *b, const char *name)
{
	const struct bus *bus = ast_find_bus(b->shared->program, name, strlen(name));
	return bus ? &b->shared->program->buses[bus->idx] : NULL;
}

/* Without an output statement: ~master, else ~out, else numbered buses, else all of them. */
static void route_buses(struct builder *b)
{
	bool has_any = route_bus(b, find_bus(b, "master"), 0) || route_bus(b, find_bus(b, "out"), 0) ||
		       route_numbered(b) || route_all(b);

	if (!has_any && b->shared->diags->n_errors == 0)
		diag_hint(diag_add(b->shared->diags, DIAG_ERROR, "no-output", (struct span){ 0, 0 },
				   "the program makes no sound: it has neither an output nor a bus with a signal"),
			  "write 'out $ …'");
}

/* Buses that nothing uses are built as well, and dropped: their mistakes are mistakes. */
static void build_unused(struct builder *b)
{
	struct ast_program *program = b->shared->program;
	struct scope scope = { 0 };

	for (uint32_t i = 0; i < program->n_buses; i++) {
		struct bus *bus = &program->buses[i];
		struct operand silence = { .type = TYPE_NUMBER, .span = bus->stmt->head };
		enum lang_type t = bus->expr ? type_of(bus->expr) : TYPE_BROKEN;
		struct operand v = { .type = TYPE_BROKEN };
		if (!bus->expr || t == TYPE_TRANSFORM)
			continue;
		if ((bus->stmt->kind == STMT_MODIFIER || t == TYPE_EFFECT) &&
		    type_behind(bus->expr, TYPE_SIGNAL) == TYPE_SIGNAL)
			build_behind(b, bus->expr, &silence, &scope);
		else if (bus->stmt->kind == STMT_BUS && t != TYPE_EFFECT)
			v = build_bus(b, bus, bus->stmt->head, &scope);
		if (v.type == TYPE_PATTERN)
			continue; /* of words, perhaps: it is for its users to say */
		if (v.type != TYPE_BROKEN)
			build_signal(b, &v, &scope);
	}
}

/* --- The door
 * ------------------------------------------------------------------------------------------------------------------ */

static bool shared_init(struct build_shared *s, struct arena *a, struct ast_program *program,
			const struct sample_bank *bank, struct diag_list *diags)
{
	*s = (struct build_shared){ .arena = a, .program = program, .bank = bank, .diags = diags };
	s->instruments = ARENA_ARRAY(a, program->n_buses + 1, struct instrument *);
	return s->instruments != NULL;
}

static void complain_exhausted(struct build_shared *s)
{
	if (s->diags->n_errors == 0)
		diag_add(s->diags, DIAG_ERROR, "out-of-memory", (struct span){ 0, 0 },
			 "the program needs more memory to compile than is allowed");
}

const struct graph *graph_build(struct arena *a, struct ast_program *program, const struct sample_bank *bank,
				struct diag_list *diags)
{
	struct build_shared shared;
	struct builder b;

	if (!shared_init(&shared, a, program, bank, diags)) {
		complain_exhausted(&shared);
		return NULL;
	}
	enum graph_mix mix = read_settings(&shared);
	if (builder_init(&b, &shared, NULL)) {
		b.graph->mix = mix;
		if (!explicit_outputs(&b))
			route_buses(&b);
		build_unused(&b);
	}
	bool is_whole = b.graph && diags->n_errors == 0 && builder_finish(&b);
	if (!is_whole || diags->n_errors > 0) {
		complain_exhausted(&shared);
		return NULL;
	}
	return b.graph;
}

const struct pattern *graph_build_pattern(struct arena *a, struct ast_program *program, struct ast *expr,
					  struct diag_list *diags)
{
	struct build_shared shared;
	struct builder b;
	struct operand v = operand_broken();

	if (shared_init(&shared, a, program, NULL, diags) && builder_init(&b, &shared, NULL)) {
		shared.cps = rational_make(1, 2);
		v = build_wanted(&b, expr, &(struct scope){ 0 });
		if (v.type == TYPE_NUMBER)
			v = operand_pattern(pattern_of_number(&b, v.number), v.span);
		if (v.type == TYPE_EVENTS)
			events_seal(&b, &v.events);
	}
	if (v.type == TYPE_SIGNAL)
		diag_add(diags, DIAG_ERROR, "wrong-type", expr->span,
			 "expected a pattern or a source of events, found a signal");
	if (shared.is_exhausted || (v.type == TYPE_BROKEN && diags->n_errors == 0))
		complain_exhausted(&shared);
	if (diags->n_errors > 0)
		return NULL;
	return v.type == TYPE_EVENTS ? v.events.pattern : v.pattern;
}
