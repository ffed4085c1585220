/* Calls of the registry's functions: which argument fills which parameter. */
#include <string.h>

#include "render/graph/build_impl.h"

static struct ast *keyword_value(const struct ast *call, const char *name)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD && text_is(call->items[i]->text, name, strlen(name)))
			return call->items[i]->items[0];
	return NULL;
}

/* The next positional argument at or after *at; NULL when there is none left. */
static struct ast *next_positional(const struct ast *call, uint32_t *at)
{
	while (*at < call->n_items && call->items[*at]->kind == AST_KEYWORD)
		++*at;
	return *at < call->n_items ? call->items[(*at)++] : NULL;
}

/* Which parameter the k-th position is for, the input's included: PARAM_FRONT moves the last one up. */
static unsigned param_at(const struct node_def *def, unsigned k, bool is_full)
{
	unsigned last = def->n_params - 1;

	if (!is_full || !(def->params[last].flags & PARAM_FRONT) || k == 0)
		return k;
	return k == 1 ? last : k - 1;
}

/* args[p] for every parameter; NULL where nothing is given. is_behind: the input comes from before `#`. Positions win
 * over keywords. */
static void bind_args(const struct ast *call, bool is_behind, struct ast *args[NODE_PARAMS_MAX])
{
	const struct node_def *def = call->def;
	unsigned input = node_def_input(def);
	bool takes_position = !is_behind && input < def->n_params && call_has_input(call) &&
			      !keyword_value(call, def->params[input].name);
	bool is_full = ast_positional_count(call) + !takes_position == def->n_params;
	uint32_t at = 0;

	for (unsigned k = 0; k < def->n_params; k++) {
		unsigned p = param_at(def, k, is_full);

		args[p] = p == input && !takes_position ? NULL : next_positional(call, &at);
		if (!args[p] && !(p == input && is_behind))
			args[p] = keyword_value(call, def->params[p].name);
	}
}

static uint32_t default_node(struct builder *b, const struct param_def *param, struct span span)
{
	uint32_t node = build_node(b, GRAPH_CONST, span);

	if (node == NODE_NONE)
		return node;
	struct graph_node *n = &b->graph->nodes[node];
	n->is_free_pitch = (param->flags & PARAM_PITCH) != 0;
	/* An oscillator without a frequency runs at 1 Hz. */
	n->value = n->is_free_pitch && !(param->flags & PARAM_OPTIONAL) ? 1 : param->def;
	return node;
}

static uint32_t node_with_inputs(struct builder *b, const struct node_def *def, const uint32_t *inputs, uint32_t n,
				 struct span span)
{
	uint32_t *copy = build_alloc(b, n, sizeof(*copy));
	uint32_t node = build_node(b, GRAPH_NODE, span);

	if (!copy || node == NODE_NONE)
		return NODE_NONE;
	for (uint32_t i = 0; i < n; i++) {
		if (inputs[i] == NODE_NONE)
			return NODE_NONE;
		copy[i] = inputs[i];
	}
	b->graph->nodes[node].def = def;
	b->graph->nodes[node].inputs = copy;
	b->graph->nodes[node].n_inputs = n;
	return node;
}

struct operand build_named(struct builder *b, const char *name, const uint32_t *inputs, uint32_t n, struct span span)
{
	const struct node_def *def = node_find(name, strlen(name));

	if (!def || def->n_params != n) {
		diag_add(b->shared->diags, DIAG_ERROR, "unsupported", span, "this build has no '%s'", name);
		return operand_broken();
	}
	return operand_signal(node_with_inputs(b, def, inputs, n, span), span);
}

static struct operand build_function(struct builder *b, struct ast *call, const struct operand *input,
				     const struct scope *scope)
{
	const struct node_def *def = call->def;
	struct ast *args[NODE_PARAMS_MAX] = { NULL };
	uint32_t inputs[NODE_PARAMS_MAX];
	unsigned behind = input ? node_def_input(def) : def->n_params;
	struct span span = span_join(input ? input->span : call->span, call->span);

	bind_args(call, input != NULL, args);
	for (unsigned p = 0; p < def->n_params; p++) {
		if (p == behind) {
			inputs[p] = build_signal(b, input, scope);
		} else if (args[p]) {
			inputs[p] = build_argument(b, def, &def->params[p], args[p], scope);
		} else {
			inputs[p] = default_node(b, &def->params[p], call->span);
		}
	}
	return operand_signal(node_with_inputs(b, def, inputs, def->n_params, span), span);
}

/* The nodes, at least one, summed in their order. */
static struct operand sum_nodes(struct builder *b, const uint32_t *nodes, uint32_t n, struct span span)
{
	struct operand sum = operand_signal(nodes[0], span);

	for (uint32_t i = 1; i < n && sum.type != TYPE_BROKEN; i++) {
		uint32_t pair[2] = { sum.node, nodes[i] };

		sum = build_named(b, "add", pair, 2, span);
	}
	return sum;
}

static pattern_join *join_of(const struct node_def *def)
{
	if (!node_def_is_sequence(def))
		return pattern_stack;
	return strcmp(def->name, "cat") == 0 ? pattern_fastcat : pattern_slowcat;
}

/* A sequence or stack of patterns of values. */
static struct operand join_patterns(struct builder *b, const struct ast *call, const struct operand *parts, uint32_t n)
{
	const struct pattern **patterns = build_alloc(b, n, sizeof(*patterns));

	for (uint32_t i = 0; patterns && i < n; i++) {
		patterns[i] = parts[i].type == TYPE_NUMBER ? pattern_of_number(b, parts[i].number) : parts[i].pattern;
		if (!patterns[i] || parts[i].type > TYPE_PATTERN)
			return operand_broken();
	}
	const struct pattern *p = patterns ? join_of(call->def)(build_arena(b), patterns, n) : NULL;
	b->shared->is_exhausted |= !p;
	return operand_pattern(p, call->span);
}

static struct operand build_stack(struct builder *b, struct ast *call, const struct scope *scope)
{
	struct ast *list = call->items[0];
	struct operand *parts = build_alloc(b, list->n_items, sizeof(*parts));
	uint32_t *inputs = build_alloc(b, list->n_items, sizeof(*inputs));
	bool is_pattern = scope->wants_pattern || node_def_is_sequence(call->def), are_events = true;

	if (!parts || !inputs || list->n_items == 0)
		return operand_broken();
	for (uint32_t i = 0; i < list->n_items; i++) {
		parts[i] = is_pattern ? build_wanted(b, list->items[i], scope) : build_expr(b, list->items[i], scope);
		are_events &= parts[i].type == TYPE_EVENTS;
	}
	if (are_events)
		return build_event_stack(b, join_of(call->def), parts, list->n_items, call->span);
	if (is_pattern)
		return join_patterns(b, call, parts, list->n_items);
	for (uint32_t i = 0; i < list->n_items; i++)
		inputs[i] = build_signal(b, &parts[i], scope);
	return sum_nodes(b, inputs, list->n_items, call->span);
}

/* `note "c4 e4"` alone is its pattern. */
static struct operand build_pitch(struct builder *b, struct ast *call, const struct scope *scope)
{
	uint32_t at = 0;
	struct ast *arg = next_positional(call, &at);
	struct operand v = arg ? build_wanted(b, arg, scope) : operand_broken();

	if (v.type == TYPE_NUMBER)
		return operand_pattern(pattern_of_number(b, v.number), call->span);
	v.span = call->span;
	v.is_pitch = true;
	return v;
}

struct operand build_call(struct builder *b, struct ast *call, const struct operand *input, const struct scope *scope)
{
	const struct node_def *def = call->def;

	if (!def)
		return operand_broken();
	if (input && input->type == TYPE_EVENTS && def->is_modifier)
		return build_modifier(b, call, input, scope);
	if (input && node_def_is_pitch(def))
		return build_played(b, call, input, scope);
	if (node_def_is_events(def))
		return input ? operand_broken() : build_events(b, call, scope);
	if (node_def_is_synth(def))
		return input ? operand_broken() : build_synth(b, call, scope);
	if (node_def_is_stack(def))
		return input ? operand_broken() : build_stack(b, call, scope);
	if (!input && node_def_is_pitch(def))
		return build_pitch(b, call, scope);
	return def->process ? build_function(b, call, input, scope) : operand_broken();
}
