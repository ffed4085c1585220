/* Expressions to operands: literals, buses, arithmetic, chains. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/graph/build_impl.h"

struct operand operand_broken(void)
{
	return (struct operand){ .type = TYPE_BROKEN, .node = NODE_NONE };
}

struct operand operand_signal(uint32_t node, struct span span)
{
	if (node == NODE_NONE)
		return operand_broken();
	return (struct operand){ .type = TYPE_SIGNAL, .span = span, .node = node };
}

struct operand operand_pattern(const struct pattern *p, struct span span)
{
	if (!p)
		return operand_broken();
	return (struct operand){ .type = TYPE_PATTERN, .span = span, .pattern = p, .node = NODE_NONE };
}

static struct operand operand_number(double x, struct span span)
{
	return (struct operand){ .type = TYPE_NUMBER, .span = span, .number = x, .node = NODE_NONE };
}

/* --- Operands as nodes ------------------------------------------------------------------------------------------ */

uint32_t build_const(struct builder *b, double x, struct span span)
{
	uint32_t node = build_node(b, GRAPH_CONST, span);

	if (node != NODE_NONE)
		b->graph->nodes[node].value = x;
	return node;
}

/* A pattern without steps as a signal: 256 readings a second at the default tempo, each of at most 1.3 % of a sine's
 * range. What chance gives, `rand`, holds for a cycle. */
enum { READINGS_PER_CYCLE = 512 };

static bool midi_to_hz(const void *ctx, struct arena *a, const struct value *in, struct value_list *out)
{
	struct value *v = ARENA_NEW(a, struct value);

	(void)ctx;
	if (!v)
		return false;
	*v = *in;
	if (in->kind == VALUE_NUMBER)
		v->number = note_to_hz(in->number - MIDI_C4);
	*out = (struct value_list){ 1, v };
	return true;
}

static uint32_t control_node(struct builder *b, const struct operand *v, const struct scope *scope)
{
	const struct pattern *p = tower_apply(b, scope->tower, v->pattern, false);
	struct value constant;

	p = p ? pattern_to_numbers(b, p, true) : NULL;
	if (p && v->is_midi)
		p = pattern_map(build_arena(b), p, (struct value_fn){ midi_to_hz, NULL });
	if (p && pattern_flow(p) == FLOW_SMOOTH)
		p = pattern_read_out(build_arena(b), READINGS_PER_CYCLE, p);
	if (!p)
		return NODE_NONE;
	if (pattern_is_pure(p, &constant) && constant.kind == VALUE_NUMBER)
		return build_const(b, constant.number, v->span);
	uint32_t node = build_node(b, GRAPH_CONTROL, v->span);
	if (node != NODE_NONE)
		b->graph->nodes[node].pattern = p;
	return node;
}

uint32_t build_signal(struct builder *b, const struct operand *v, const struct scope *scope)
{
	switch (v->type) {
	case TYPE_NUMBER:
		return build_const(b, v->number, v->span);
	case TYPE_PATTERN:
		return control_node(b, v, scope);
	case TYPE_SIGNAL:
		return v->node;
	case TYPE_EVENTS:
		return events_node(b, &v->events, v->span, scope);
	default:
		return NODE_NONE;
	}
}

/* --- Buses ------------------------------------------------------------------------------------------------------ */

static struct instance *find_instance(struct builder *b, const struct bus *bus, const struct tower *tower)
{
	struct instance *i = b->instances[bus->idx];
	while (i && i->tower != tower)
		i = i->next;
	return i;
}

/* A transform around a use of the bus within its own definition would ask for ever deeper copies. */
static bool is_open_elsewhere(const struct builder *b, const struct bus *bus, const struct tower *tower)
{
	for (const struct instance *i = b->instances[bus->idx]; i; i = i->next)
		if (i->is_open && i->tower != tower)
			return true;
	return false;
}

static struct instance *instance_new(struct builder *b, const struct bus *bus, const struct tower *tower)
{
	struct instance *i = build_alloc(b, 1, sizeof(*i));

	if (!i)
		return NULL;
	*i = (struct instance){
		.next = b->instances[bus->idx], .bus = bus, .tower = tower, .placeholder = NODE_NONE, .node = NODE_NONE
	};
	b->instances[bus->idx] = i;
	return i;
}

static struct operand feedback(struct builder *b, struct instance *i, struct span span)
{
	if (i->placeholder == NODE_NONE)
		i->placeholder = build_node(b, GRAPH_CONST, span);
	return operand_signal(i->placeholder, span);
}

static void name_node(struct builder *b, uint32_t node, const struct bus *bus)
{
	if (node != NODE_NONE && !b->graph->nodes[node].bus)
		b->graph->nodes[node].bus = bus->name;
}

static void evaluate_instance(struct builder *b, struct bus *bus, struct instance *i, const struct scope *scope)
{
	struct scope inner = { .tower = scope->tower };

	i->is_open = true;
	i->value = build_expr(b, bus->expr, &inner);
	i->is_open = false;
	if (i->value.type == TYPE_EVENTS)
		i->value.events.instance = i;
	if (i->value.type == TYPE_SIGNAL)
		name_node(b, i->value.node, bus);
	if (i->placeholder == NODE_NONE)
		return;
	uint32_t node = build_signal(b, &i->value, &inner);
	if (node != NODE_NONE)
		build_alias(b, i->placeholder, node);
}

struct operand build_bus(struct builder *b, struct bus *bus, struct span span, const struct scope *scope)
{
	struct instance *i = find_instance(b, bus, scope->tower);

	if (!bus->expr)
		return operand_broken();
	if (i && i->is_open)
		return feedback(b, i, span);
	if (!i && is_open_elsewhere(b, bus, scope->tower)) {
		diag_add(b->shared->diags, DIAG_ERROR, "recursive-transform", span,
			 "'%.60s' is transformed within its own definition", bus->name);
		return operand_broken();
	}
	if (!i) {
		i = instance_new(b, bus, scope->tower);
		if (!i)
			return operand_broken();
		evaluate_instance(b, bus, i, scope);
	}
	struct operand v = i->value;
	v.span = span;
	return v;
}

static struct operand splice_bus(struct builder *b, struct ast *node, const struct operand *input,
				 const struct scope *scope)
{
	struct splice splice = { node->bus, scope->splices };
	struct scope inner = *scope;

	if (!node->bus || !node->bus->expr)
		return operand_broken();
	for (const struct splice *s = scope->splices; s; s = s->outer)
		if (s->bus == node->bus) {
			diag_add(b->shared->diags, DIAG_ERROR, "recursive-bus", node->span,
				 "'%.60s' is part of the effect that it defines", node->bus->name);
			return operand_broken();
		}
	inner.splices = &splice;
	return build_behind(b, node->bus->expr, input, &inner);
}

/* --- Arithmetic ------------------------------------------------------------------------------------------------- */

static double fold(enum arith_op op, double x, double y)
{
	switch (op) {
	case ARITH_ADD:
		return x + y;
	case ARITH_SUB:
		return x - y;
	case ARITH_MUL:
		return x * y;
	case ARITH_DIV:
		return y == 0 ? 0 : x / y;
	case ARITH_KEEP_LEFT:
		return x;
	case ARITH_KEEP_RIGHT:
		return y;
	}
	return 0;
}

static const struct pattern *as_numbers(struct builder *b, const struct operand *v)
{
	return v->type == TYPE_NUMBER ? pattern_of_number(b, v->number) : pattern_to_numbers(b, v->pattern, false);
}

enum pattern_op build_op(struct arith op)
{
	static const enum pattern_op ops[] = {
		[ARITH_ADD] = PATTERN_ADD,
		[ARITH_SUB] = PATTERN_SUB,
		[ARITH_MUL] = PATTERN_MUL,
		[ARITH_DIV] = PATTERN_DIV,
		[ARITH_KEEP_LEFT] = PATTERN_KEEP_LEFT,
		[ARITH_KEEP_RIGHT] = PATTERN_KEEP_RIGHT,
	};
	return ops[op.op];
}

enum pattern_structure build_structure(struct arith op, const struct operand *x, const struct operand *y)
{
	if (op.form == ARITH_LEFT)
		return STRUCTURE_LEFT;
	if (op.form == ARITH_RIGHT)
		return STRUCTURE_RIGHT;
	if (y->type == TYPE_NUMBER)
		return STRUCTURE_LEFT;
	return x->type == TYPE_NUMBER ? STRUCTURE_RIGHT : STRUCTURE_BOTH;
}

/* Whether the numbers of a `note` come from names; those of one with numbers alone are its own. */
static bool is_named_pitch(const struct operand *v, const struct pattern *numbers)
{
	return v->is_midi || (v->is_pitch && v->pattern != numbers);
}

static struct operand combine_patterns(struct builder *b, struct arith op, const struct operand *x,
				       const struct operand *y)
{
	const struct pattern *left = as_numbers(b, x), *right = as_numbers(b, y);
	struct span span = span_join(x->span, y->span);

	if (!left || !right)
		return operand_broken();
	const struct pattern *p = pattern_combine(build_arena(b), build_op(op), build_structure(op, x, y), left, right);
	b->shared->is_exhausted |= !p;
	struct operand v = operand_pattern(p, span);
	v.is_pitch = x->is_pitch || y->is_pitch;
	v.is_midi = is_named_pitch(x, left) || is_named_pitch(y, right);
	return v;
}

static struct operand combine_signals(struct builder *b, struct arith op, const struct operand *x,
				      const struct operand *y, const struct scope *scope)
{
	static const char *const names[] = {
		[ARITH_ADD] = "add", [ARITH_SUB] = "sub", [ARITH_MUL] = "mul", [ARITH_DIV] = "div"
	};
	struct span span = span_join(x->span, y->span);
	uint32_t inputs[2] = { build_signal(b, x, scope), build_signal(b, y, scope) };

	if (op.op == ARITH_KEEP_LEFT || op.op == ARITH_KEEP_RIGHT)
		return operand_signal(inputs[op.op == ARITH_KEEP_RIGHT], span);
	return build_named(b, names[op.op], inputs, 2, span);
}

static struct operand combine(struct builder *b, struct arith op, const struct operand *x, const struct operand *y,
			      const struct scope *scope)
{
	if (x->type == TYPE_BROKEN || y->type == TYPE_BROKEN)
		return operand_broken();
	if (x->type == TYPE_NUMBER && y->type == TYPE_NUMBER)
		return operand_number(fold(op.op, x->number, y->number), span_join(x->span, y->span));
	if (x->type <= TYPE_PATTERN && y->type <= TYPE_PATTERN && op.form != ARITH_SIGNAL)
		return combine_patterns(b, op, x, y);
	return combine_signals(b, op, x, y, scope);
}

static struct operand arith_rest(struct builder *b, struct operand v, struct ast *node, const struct scope *scope)
{
	for (uint32_t i = 1; i < node->n_items && v.type != TYPE_BROKEN; i++) {
		struct operand y = build_expr(b, node->items[i], scope);
		v = combine(b, node->ops[i - 1], &v, &y, scope);
	}
	return v;
}

static struct operand negate(struct builder *b, const struct operand *x, const struct scope *scope)
{
	struct operand zero = operand_number(0, x->span);

	if (x->type == TYPE_NUMBER)
		return operand_number(-x->number, x->span);
	if (x->type == TYPE_PATTERN)
		return combine_patterns(b, (struct arith){ ARITH_SUB, ARITH_RIGHT }, &zero, x);
	uint32_t input = build_signal(b, x, scope);
	return build_named(b, "neg", &input, 1, x->span);
}

/* --- Chains
 * ------------------------------------------------------------------------------------------------------------ */

/* The first n links as an expression of its own: what `osc # note` makes an instrument from. */
static struct ast *chain_prefix(struct builder *b, struct ast *node, uint32_t n)
{
	if (n == 1)
		return node->items[0];
	struct ast *prefix = build_alloc(b, 1, sizeof(*prefix));
	if (!prefix)
		return NULL;
	*prefix = *node;
	prefix->n_items = n;
	prefix->types[0] = prefix->types[1] = prefix->types[2] = TYPE_UNKNOWN;
	return prefix;
}

/* Passes v through the links from the given one on. */
static struct operand chain_rest(struct builder *b, struct operand v, struct ast *node, uint32_t from,
				 const struct scope *scope, bool is_alone)
{
	for (uint32_t i = from; i < node->n_items && v.type != TYPE_BROKEN; i++) {
		v.ast = is_alone ? chain_prefix(b, node, i) : NULL;
		v = build_behind(b, node->items[i], &v, scope);
	}
	v.span.end = node->span.end;
	return v;
}

/* The first link that plays what is before it; 0: none. */
static uint32_t pitch_link(const struct ast *node)
{
	for (uint32_t i = 1; i < node->n_items; i++)
		if (node->items[i]->kind == AST_CALL && node->items[i]->def && node_def_is_pitch(node->items[i]->def))
			return i;
	return 0;
}

/* `fast 2 $ saw # note "c e"`: the oscillator is played, and the transforms in front are for the notes. */
static struct operand build_played_chain(struct builder *b, struct ast *node, uint32_t link, const struct scope *scope)
{
	struct ast *head = node->items[0], *played = build_alloc(b, 1, sizeof(*played));
	struct ast **items = build_alloc(b, link + 1, sizeof(struct ast *));

	if (!played || !items)
		return operand_broken();
	memcpy(items, node->items, (link + 1) * sizeof(struct ast *));
	items[0] = head->items[head->base];
	*played = (struct ast){
		.kind = AST_CHAIN, .span = node->span, .id = node->id, .items = items, .n_items = link + 1
	};
	struct operand v = build_expr(b, played, scope);
	if (v.type == TYPE_EVENTS)
		v.events.pending = tower_concat(b, v.events.pending, build_prefix_tower(b, head, NULL, scope));
	return chain_rest(b, v, node, link + 1, scope, true);
}

static struct operand build_chain(struct builder *b, struct ast *node, const struct scope *scope)
{
	struct ast *head = node->items[0];
	bool has_transforms = head->kind == AST_APPLY && head->base + 1 == head->n_items &&
			      type_of(head->items[head->base]) == TYPE_SIGNAL;
	uint32_t link = has_transforms ? pitch_link(node) : 0;

	if (link)
		return build_played_chain(b, node, link, scope);
	return chain_rest(b, build_expr(b, head, scope), node, 1, scope, true);
}

/* Longer literals say nothing that a double could hold. */
enum { NUMBER_BYTES_MAX = 64 };

static struct operand number_literal(struct builder *b, const struct ast *node)
{
	char text[NUMBER_BYTES_MAX];
	size_t len = node->text.len < sizeof(text) ? node->text.len : sizeof(text) - 1;
	struct rational r = rational_parse(node->text.at, node->text.len);

	if (rational_is_valid(r))
		return operand_number(rational_to_double(r), node->span);
	memcpy(text, node->text.at, len);
	text[len] = '\0';
	double x = strtod(text, NULL);
	if (isfinite(x) && len == node->text.len)
		return operand_number(x, node->span);
	diag_add(b->shared->diags, DIAG_ERROR, "malformed-number", node->span, "this number is too large or too long");
	return operand_broken();
}

/* A name or call: of a transform with its pattern, of a source, or of a function. */
static struct operand build_named_value(struct builder *b, struct ast *node, const struct scope *scope)
{
	enum lang_type t = scope->wants_pattern ? type_wanted(node) : type_of(node);

	if (node->transform && t != TYPE_TRANSFORM && (t == TYPE_PATTERN || !call_is_function(node)) &&
	    ast_positional_count(node) == node->transform->n_params + 1)
		return build_applied(b, node, scope);
	if (node->source && (scope->wants_pattern || !node->def))
		return build_source(b, node, scope);
	return build_call(b, node, NULL, scope);
}

static struct operand expr_new(struct builder *b, struct ast *node, const struct scope *scope)
{
	struct operand v;

	switch (node->kind) {
	case AST_NUMBER:
		return number_literal(b, node);
	case AST_STRING:
		return operand_pattern(node->pattern, node->span);
	case AST_BUS:
		return node->bus ? build_bus(b, node->bus, node->span, scope) : operand_broken();
	case AST_NAME:
	case AST_CALL:
		return build_named_value(b, node, scope);
	case AST_NEGATE:
		v = build_expr(b, node->items[0], scope);
		return v.type == TYPE_BROKEN ? v : negate(b, &v, scope);
	case AST_ARITH:
		v = build_expr(b, node->items[0], scope);
		if (v.type == TYPE_EVENTS && arith_sets_values(node, false))
			return build_values(b, node, &v, scope, false);
		return arith_rest(b, v, node, scope);
	case AST_CHAIN:
		return build_chain(b, node, scope);
	case AST_APPLY:
		return build_apply(b, node, scope);
	default:
		return operand_broken();
	}
}

struct operand build_expr(struct builder *b, struct ast *node, const struct scope *scope)
{
	/* The modifiers' transforms reach the values of modifiers only. */
	struct scope plain = { .tower = scope->tower,
			       .splices = scope->splices,
			       .wants_pattern = scope->wants_pattern };

	if (!build_enter(b, node->span))
		return operand_broken();
	struct operand v = expr_new(b, node, &plain);
	build_leave(b);
	return v;
}

static struct operand behind_new(struct builder *b, struct ast *node, const struct operand *input,
				 const struct scope *scope)
{
	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		return !node->def && node->transform ? build_transform_behind(b, node, input, scope)
						     : build_call(b, node, input, scope);
	case AST_BUS:
		return splice_bus(b, node, input, scope);
	case AST_ARITH:
		if (input->type == TYPE_EVENTS && arith_sets_values(node, true))
			return build_values(b, node, input, scope, true);
		return arith_rest(b, build_behind(b, node->items[0], input, scope), node, scope);
	case AST_CHAIN:
		return chain_rest(b, build_behind(b, node->items[0], input, scope), node, 1, scope, false);
	case AST_APPLY:
		return build_apply_behind(b, node, input, scope);
	default:
		return operand_broken();
	}
}

struct operand build_behind(struct builder *b, struct ast *node, const struct operand *input, const struct scope *scope)
{
	if (input->type == TYPE_BROKEN || !build_enter(b, node->span))
		return operand_broken();
	struct operand v = behind_new(b, node, input, scope);
	build_leave(b);
	return v;
}
