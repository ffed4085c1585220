/* Modifiers of events: what `# gain 0.5` sets, and arithmetic on it. */
#include <string.h>

#include "render/graph/build_impl.h"

static void modify(struct builder *b, struct events *e, const struct pattern *modifier, struct span span)
{
	if (e->section)
		section_add(b, e->section, modifier);
	else
		e->pattern = pattern_check_size(b, pattern_modify(build_arena(b), e->pattern, modifier), span);
	e->instance = NULL;
	b->shared->is_exhausted |= !e->pattern;
}

/* A signal is read at each event's onset, by the engine: the map holds its place among the modulators. */
static bool modulate(struct builder *b, struct events *e, enum control_key key, uint32_t node, struct span span)
{
	uint32_t *modulators = build_alloc(b, e->n_modulators + 1, sizeof(*modulators));
	struct control *control = build_alloc(b, 1, sizeof(*control));

	if (!modulators || !control || node == NODE_NONE)
		return false;
	if (e->n_modulators)
		memcpy(modulators, e->modulators, e->n_modulators * sizeof(*modulators));
	modulators[e->n_modulators] = node;
	control->key = key;
	control->value = (struct value){ .kind = VALUE_SIGNAL, .signal = e->n_modulators };
	struct value map = { .kind = VALUE_MAP, .map = { 1, control } };
	e->modulators = modulators;
	e->n_modulators++;
	modify(b, e, pattern_pure(build_arena(b), map, (struct span){ 0, 0 }), span);
	return e->pattern != NULL;
}

static bool set_control(struct builder *b, struct events *e, enum control_key key, const struct operand *v,
			const struct scope *scope)
{
	const struct pattern *p = v->pattern;

	bool is_signal = v->type == TYPE_SIGNAL || v->type == TYPE_EVENTS;
	if (is_signal && e->section) {
		diag_add(b->shared->diags, DIAG_ERROR, "wrong-type", v->span,
			 "in a section, the value of '%s' must be a number or a pattern, found %s", control_name(key),
			 lang_type_name(v->type));
		return false;
	}
	if (is_signal)
		return modulate(b, e, key, build_signal(b, v, scope), v->span);
	if (v->type == TYPE_NUMBER)
		p = pattern_of_number(b, v->number);
	else if (v->type != TYPE_PATTERN || !pattern_check_values(b, p, key))
		return false;
	p = p ? tower_apply(b, scope->modifier, p, false) : NULL;
	modify(b, e, p ? pattern_control(build_arena(b), key, p) : NULL, v->span);
	return e->pattern != NULL;
}

struct ast *build_modifier_arg(const struct ast *call, unsigned p)
{
	const struct node_def *def = call->def;
	unsigned position = p - (node_def_input(def) < p), seen = 0;

	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind != AST_KEYWORD && seen++ == position)
			return call->items[i];
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD &&
		    text_is(call->items[i]->text, def->params[p].name, strlen(def->params[p].name)))
			return call->items[i]->items[0];
	return NULL;
}

static struct operand map_values(struct builder *b, struct ast *node, enum control_key *key, const struct scope *scope);

/* `note ("c4 e4" + "0 12")`: calculated as notes, where "c4" is a pitch and not a number. */
static bool is_pitch_sum(struct ast *arg, enum control_key key)
{
	if (arg->kind != AST_ARITH || (key != CONTROL_NOTE && key != CONTROL_N) || type_wanted(arg) != TYPE_PATTERN)
		return false;
	for (uint32_t i = 0; i + 1 < arg->n_items; i++)
		if (arg->ops[i].form == ARITH_SIGNAL)
			return false;
	return true;
}

bool build_modify_param(struct builder *b, struct events *e, struct ast *call, unsigned p, const struct scope *scope)
{
	const struct param_def *param = &call->def->params[p];
	struct ast *arg = build_modifier_arg(call, p);
	struct operand v = { .type = TYPE_NUMBER, .number = param->def };

	if (call->def->controls[p] == CONTROL_NONE || (!arg && !(param->flags & PARAM_OPTIONAL)))
		return true;
	enum control_key key = (enum control_key)call->def->controls[p];
	if (arg && is_pitch_sum(arg, key)) {
		v = map_values(b, arg, &key, scope);
		if (v.type == TYPE_BROKEN)
			return false;
		modify(b, e, v.pattern, v.span);
		return e->pattern != NULL;
	}
	if (arg)
		v = build_wanted(b, arg, scope);
	return set_control(b, e, key, &v, scope);
}

struct operand build_modifier(struct builder *b, struct ast *call, const struct operand *input,
			      const struct scope *scope)
{
	struct operand v = *input;

	for (unsigned p = 0; p < call->def->n_params; p++)
		if (!build_modify_param(b, &v.events, call, p, scope))
			return operand_broken();
	v.span.end = call->span.end;
	return v;
}

struct operand build_value_map(struct builder *b, struct ast *item, enum control_key *key, const struct scope *scope)
{
	bool is_modifier = ast_modifier_key(item) != CONTROL_NONE;

	if (item->kind == AST_ARITH)
		return map_values(b, item, key, scope);
	if (is_modifier)
		*key = ast_modifier_key(item);
	struct operand v = build_wanted(b, is_modifier ? item->items[0] : item, scope);
	if (v.type == TYPE_NUMBER)
		v.pattern = pattern_of_number(b, v.number);
	else if (v.type != TYPE_PATTERN || !pattern_check_values(b, v.pattern, *key))
		return operand_broken();
	v.pattern = v.pattern ? tower_apply(b, scope->modifier, v.pattern, false) : NULL;
	v.pattern = v.pattern ? pattern_control(build_arena(b), *key, v.pattern) : NULL;
	b->shared->is_exhausted |= !v.pattern;
	return v.pattern ? v : operand_broken();
}

/* Combines the maps of values with those of all operands but the first. */
static struct operand combine_values(struct builder *b, const struct ast *node, struct operand values,
				     enum control_key *key, const struct scope *scope)
{
	for (uint32_t i = 1; i < node->n_items && values.type != TYPE_BROKEN; i++) {
		struct operand right = build_value_map(b, node->items[i], key, scope);
		struct arith op = node->ops[i - 1];
		if (right.type == TYPE_BROKEN)
			return right;
		values.pattern = pattern_combine(build_arena(b), build_op(op), build_structure(op, &values, &right),
						 values.pattern, right.pattern);
		if (values.type == TYPE_NUMBER)
			values.type = right.type;
		b->shared->is_exhausted |= !values.pattern;
	}
	return values.pattern ? values : operand_broken();
}

/* Arithmetic on maps; operands may be sums and products of their own. */
static struct operand map_values(struct builder *b, struct ast *node, enum control_key *key, const struct scope *scope)
{
	if (!build_enter(b, node->span))
		return operand_broken();
	struct operand first = build_value_map(b, node->items[0], key, scope);
	struct operand values = combine_values(b, node, first, key, scope);
	build_leave(b);
	return values;
}

struct operand build_values(struct builder *b, struct ast *node, const struct operand *input, const struct scope *scope,
			    bool is_behind)
{
	enum control_key key = CONTROL_NONE;
	struct operand v = *input, values = v;

	if (!is_behind)
		events_seal(b, &v.events);
	values.pattern = v.events.pattern;
	values = is_behind ? build_value_map(b, node, &key, scope) : combine_values(b, node, values, &key, scope);
	if (values.type == TYPE_BROKEN)
		return values;
	if (is_behind)
		modify(b, &v.events, values.pattern, values.span);
	else
		v.events.pattern = values.pattern;
	v.events.instance = NULL;
	v.span.end = node->span.end;
	return v.events.pattern ? v : operand_broken();
}
