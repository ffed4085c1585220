#include "render/lang/types.h"

#include <string.h>

#include "render/lang/types_impl.h"

/* Slots of struct ast, types. */
enum { SLOT_ALONE, SLOT_WANTED, SLOT_BEHIND_SIGNAL, SLOT_BEHIND_EVENTS, SLOT_BEHIND_PATTERN };

const char *lang_type_name(enum lang_type t)
{
	static const char *const names[] = {
		[TYPE_UNKNOWN] = "nothing",
		[TYPE_BROKEN] = "nothing",
		[TYPE_NUMBER] = "a number",
		[TYPE_PATTERN] = "a pattern",
		[TYPE_SIGNAL] = "a signal",
		[TYPE_EVENTS] = "a source of events",
		[TYPE_EFFECT] = "an effect without input",
		[TYPE_TRANSFORM] = "a transform",
		[TYPE_LIST] = "a list",
	};
	return names[t];
}

/* --- Functions -------------------------------------------------------------------------------------------------- */

unsigned node_def_input(const struct node_def *def)
{
	unsigned p = 0;
	while (p < def->n_params && !(def->params[p].flags & PARAM_INPUT))
		p++;
	return p;
}

bool node_def_is_pitch(const struct node_def *def)
{
	return node_def_is_pure_modifier(def) && (def->controls[0] == CONTROL_NOTE || def->controls[0] == CONTROL_N);
}

bool node_def_is_sequence(const struct node_def *def)
{
	return def->is_variadic && strcmp(def->name, "stack") != 0;
}

uint32_t ast_positional_count(const struct ast *call)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < call->n_items; i++)
		n += call->items[i]->kind != AST_KEYWORD;
	return n;
}

static bool has_keyword(const struct ast *call, const char *name)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD && text_is(call->items[i]->text, name, strlen(name)))
			return true;
	return false;
}

/* Parameters, other than the input, that positional arguments must fill. */
static unsigned required_count(const struct ast *call)
{
	unsigned n = 0;
	for (unsigned p = 0; p < call->def->n_params; p++) {
		const struct param_def *param = &call->def->params[p];
		if (!(param->flags & (PARAM_INPUT | PARAM_OPTIONAL | PARAM_PITCH)) && !has_keyword(call, param->name))
			n++;
	}
	return n;
}

static struct ast *first_positional(const struct ast *call)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind != AST_KEYWORD)
			return call->items[i];
	return NULL;
}

static bool has_input(const struct ast *call, unsigned depth)
{
	const struct node_def *def = call->def;
	unsigned input = node_def_input(def), n = ast_positional_count(call);
	struct ast *first = first_positional(call);

	if (input == def->n_params)
		return false;
	if (has_keyword(call, def->params[input].name))
		return true;
	if (n >= def->n_params)
		return true;
	if (def->params[input].flags & PARAM_OPTIONAL)
		return call->n_items >= def->n_params;
	if (!first || n < 1 + required_count(call))
		return false;
	if (def->params[input].flags & PARAM_LEADS)
		return true;
	enum lang_type t = types_alone(first, depth + 1);
	return t == TYPE_SIGNAL || t == TYPE_EVENTS;
}

bool call_has_input(const struct ast *call)
{
	return has_input(call, 0);
}

/* is_wanted: the place asks for a pattern. */
static enum lang_type stack_type(const struct ast *call, bool is_wanted, unsigned depth)
{
	struct ast *list = first_positional(call);

	bool is_pattern_place = is_wanted || node_def_is_sequence(call->def);
	bool are_events = true, are_patterns = is_pattern_place;

	if (!list || list->kind != AST_LIST || list->n_items == 0)
		return TYPE_BROKEN;
	for (uint32_t i = 0; i < list->n_items; i++) {
		enum lang_type t = is_pattern_place ? types_wanted(list->items[i], depth + 1)
						    : types_alone(list->items[i], depth + 1);
		are_events &= t == TYPE_EVENTS;
		are_patterns &= types_is_value(t);
	}
	if (are_events)
		return TYPE_EVENTS;
	if (are_patterns)
		return TYPE_PATTERN;
	return node_def_is_sequence(call->def) ? TYPE_BROKEN : TYPE_SIGNAL;
}

/* --- Transforms ------------------------------------------------------------------------------------------------- */

/* Of what transforms are applied to: they ask for a pattern, and only sections, which are effects, for a signal. */
static enum lang_type base_type(struct ast *base, enum section_kind sections, unsigned depth)
{
	enum lang_type t = types_alone(base, depth + 1);
	bool may_be_pattern = (t == TYPE_SIGNAL && sections == SECTION_NONE) || t == TYPE_TRANSFORM;

	return may_be_pattern && types_wanted(base, depth + 1) == TYPE_PATTERN ? TYPE_PATTERN : t;
}

/* A transform with its pattern as last argument. */
static enum lang_type applied_type(const struct ast *call, unsigned depth)
{
	uint32_t n = call->n_items - 1;

	if (ast_positional_count(call) != call->transform->n_params + 1)
		return TYPE_TRANSFORM;
	enum section_kind sections = types_section_within(call->items, n, depth);
	enum lang_type t = base_type(call->items[n], sections, depth);
	return t == TYPE_EVENTS && sections == SECTION_EFFECT ? TYPE_SIGNAL : t;
}

/* `range 200 800 (sine 4)`: where a name is a function as well, a signal as its last argument asks for that. */
static bool is_function_use(const struct ast *call, unsigned depth)
{
	unsigned n = call->transform->n_params;

	return call->def && ast_positional_count(call) == n + 1 && call->n_items == n + 1 &&
	       types_alone(call->items[n], depth + 1) == TYPE_SIGNAL;
}

bool call_is_function(const struct ast *call)
{
	return call->def && (!call->transform || is_function_use(call, 0));
}

static enum lang_type call_type(const struct ast *call, unsigned depth)
{
	const struct node_def *def = call->def;

	if (call->transform && !is_function_use(call, depth))
		return applied_type(call, depth);
	if (!def)
		return call->source ? types_source(call, depth) : TYPE_BROKEN;
	if (node_def_is_events(def) || node_def_is_synth(def))
		return TYPE_EVENTS;
	if (node_def_is_stack(def))
		return stack_type(call, false, depth);
	if (node_def_is_pitch(def) && call->n_items)
		return TYPE_PATTERN;
	if (node_def_is_pure_modifier(def))
		return TYPE_EFFECT;
	unsigned input = node_def_input(def);
	if (input < def->n_params && !(def->params[input].flags & PARAM_OPTIONAL) && !has_input(call, depth))
		return TYPE_EFFECT;
	return TYPE_SIGNAL;
}

/* --- Operators -------------------------------------------------------------------------------------------------- */

static enum lang_type combine(enum lang_type a, enum lang_type b, struct arith op)
{
	if (a == TYPE_BROKEN || b == TYPE_BROKEN)
		return TYPE_BROKEN;
	if (a == TYPE_EFFECT)
		return TYPE_EFFECT;
	if (a > TYPE_EVENTS || b > TYPE_EVENTS)
		return TYPE_BROKEN;
	if (a > TYPE_PATTERN || b > TYPE_PATTERN || op.form == ARITH_SIGNAL)
		return TYPE_SIGNAL;
	return a == TYPE_NUMBER && b == TYPE_NUMBER ? TYPE_NUMBER : TYPE_PATTERN;
}

enum control_key ast_modifier_key(const struct ast *node)
{
	const struct node_def *def = node->kind == AST_CALL ? node->def : NULL;

	if (!def || !def->is_modifier || node->n_items != 1 || node->items[0]->kind == AST_KEYWORD)
		return CONTROL_NONE;
	return (enum control_key)def->controls[node_def_input(def) == 0 ? 1 : 0];
}

static enum lang_type value_type(const struct ast *node, unsigned depth)
{
	return ast_modifier_key(node) != CONTROL_NONE ? types_wanted(node->items[0], depth + 1)
						      : types_wanted((struct ast *)node, depth);
}

static bool sets_values(const struct ast *node, bool is_behind, unsigned depth)
{
	bool is_value = !is_behind;

	for (uint32_t i = 0; i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		bool is_modifier = ast_modifier_key(item) != CONTROL_NONE;
		if (i == 0 && !is_behind)
			continue;
		if (i == 0 && item->kind == AST_ARITH && sets_values(item, true, depth + 1)) {
			is_value = true; /* a product before a sum */
			continue;
		}
		enum lang_type t = value_type(item, depth);
		if ((t != TYPE_NUMBER && t != TYPE_PATTERN) || (!is_modifier && (i == 0 || !is_behind)))
			return false;
		if (i > 0 && node->ops[i - 1].form == ARITH_SIGNAL)
			return false;
		bool is_sum = i > 0 && (node->ops[i - 1].op == ARITH_ADD || node->ops[i - 1].op == ARITH_SUB);
		bool is_plain = i == 0 || node->ops[i - 1].form == ARITH_PLAIN;
		is_value |= t == TYPE_PATTERN || is_sum || !is_plain || (i > 0 && is_modifier);
	}
	return is_value;
}

bool arith_sets_values(const struct ast *node, bool is_behind)
{
	return sets_values(node, is_behind, 0);
}

/* `chord "maj"` is a value where it is calculated with. */
static enum lang_type operand_type(struct ast *node, unsigned depth)
{
	return node->transform && node->source ? types_wanted(node, depth) : types_alone(node, depth);
}

static enum lang_type arith_rest(enum lang_type t, const struct ast *node, unsigned depth)
{
	for (uint32_t i = 1; i < node->n_items; i++)
		t = combine(t, operand_type(node->items[i], depth), node->ops[i - 1]);
	return t;
}

static enum lang_type chain_rest(enum lang_type t, const struct ast *node, unsigned depth)
{
	for (uint32_t i = 1; i < node->n_items; i++)
		if (t != TYPE_BROKEN && t != TYPE_EFFECT)
			t = types_behind(node->items[i], t, depth);
	return t;
}

static enum lang_type apply_type(const struct ast *node, unsigned depth)
{
	for (uint32_t i = 0; i < node->n_items; i++) {
		const struct ast *item = node->items[i];
		if (item->kind == AST_BROKEN || ((item->kind == AST_NAME || item->kind == AST_CALL) && !item->def &&
						 !item->transform && !item->source))
			return TYPE_BROKEN;
	}
	if (node->base == node->n_items)
		return TYPE_TRANSFORM;
	enum section_kind before = types_section_within(node->items, node->base, depth),
			  after = types_section_within(node->items + node->base + 1, node->n_items - node->base - 1,
						       depth),
			  sections = before > after ? before : after;
	enum lang_type base = base_type(node->items[node->base], sections, depth);
	if (base == TYPE_EVENTS && sections == SECTION_EFFECT)
		return TYPE_SIGNAL;
	return base == TYPE_NUMBER || base == TYPE_LIST || base == TYPE_TRANSFORM ? TYPE_BROKEN : base;
}

static enum lang_type alone_new(struct ast *node, unsigned depth)
{
	switch (node->kind) {
	case AST_NUMBER:
		return TYPE_NUMBER;
	case AST_STRING:
		return node->pattern ? TYPE_PATTERN : TYPE_BROKEN;
	case AST_LIST:
		return TYPE_LIST;
	case AST_BUS:
		if (!node->bus || !node->bus->expr)
			return TYPE_BROKEN;
		return node->bus->stmt->kind == STMT_MODIFIER ? TYPE_EFFECT : types_alone(node->bus->expr, depth);
	case AST_NAME:
	case AST_CALL:
		return call_type(node, depth);
	case AST_NEGATE: {
		enum lang_type t = types_alone(node->items[0], depth);
		return t == TYPE_EVENTS ? TYPE_SIGNAL : t;
	}
	case AST_ARITH:
		if (types_alone(node->items[0], depth) == TYPE_EVENTS && sets_values(node, false, depth))
			return TYPE_EVENTS;
		return arith_rest(operand_type(node->items[0], depth), node, depth);
	case AST_CHAIN:
		return chain_rest(types_alone(node->items[0], depth), node, depth);
	case AST_APPLY:
		return apply_type(node, depth);
	case AST_SECTION:
	case AST_OPERATE:
		return TYPE_TRANSFORM;
	default:
		break;
	}
	return TYPE_BROKEN;
}

enum lang_type types_alone(struct ast *node, unsigned depth)
{
	if (node->types[SLOT_ALONE] != TYPE_UNKNOWN)
		return node->types[SLOT_ALONE];
	if (depth > TYPE_DEPTH_MAX)
		return TYPE_SIGNAL;
	node->types[SLOT_ALONE] = TYPE_SIGNAL; /* what a bus is within its own definition */
	enum lang_type t = alone_new(node, depth + 1);
	node->types[SLOT_ALONE] = (unsigned char)t;
	return t;
}

enum lang_type type_of(struct ast *node)
{
	return types_alone(node, 0);
}

/* --- Where a pattern is asked for ------------------------------------------------------------------------------- */

static enum lang_type wanted_arith(struct ast *node, unsigned depth)
{
	enum lang_type t = types_wanted(node->items[0], depth);

	for (uint32_t i = 1; i < node->n_items; i++)
		t = combine(t, types_wanted(node->items[i], depth), node->ops[i - 1]);
	return t;
}

static enum lang_type wanted_new(struct ast *node, unsigned depth)
{
	enum lang_type t = TYPE_UNKNOWN;

	if ((node->kind == AST_NAME || node->kind == AST_CALL) && node->source)
		return types_source(node, depth);
	if (node->kind == AST_CALL && node->def && node->transform)
		t = applied_type(node, depth);
	else if (node->kind == AST_CALL && node->def && node_def_is_stack(node->def))
		t = stack_type(node, true, depth);
	else if (node->kind == AST_NEGATE)
		t = types_wanted(node->items[0], depth);
	else if (node->kind == AST_ARITH)
		t = wanted_arith(node, depth);
	return types_is_value(t) ? t : types_alone(node, depth);
}

enum lang_type types_wanted(struct ast *node, unsigned depth)
{
	if (node->types[SLOT_WANTED] != TYPE_UNKNOWN)
		return node->types[SLOT_WANTED];
	if (depth > TYPE_DEPTH_MAX)
		return TYPE_SIGNAL;
	node->types[SLOT_WANTED] = TYPE_SIGNAL;
	enum lang_type t = wanted_new(node, depth + 1);
	node->types[SLOT_WANTED] = (unsigned char)t;
	return t;
}

enum lang_type type_wanted(struct ast *node)
{
	return types_wanted(node, 0);
}

/* --- Behind `#` ------------------------------------------------------------------------------------------------- */

/* `# scale "minor"`. */
static enum lang_type transform_behind(const struct transform_def *def, enum lang_type input)
{
	bool takes = input == TYPE_EVENTS || (input == TYPE_PATTERN && def && !def->needs_events);
	return def && def->is_modifier && takes ? input : TYPE_BROKEN;
}

static enum lang_type call_behind(const struct ast *call, enum lang_type input)
{
	const struct node_def *def = call->def;

	if (!def)
		return transform_behind(call->transform, input);
	if (input == TYPE_EVENTS && def->is_modifier)
		return TYPE_EVENTS;
	if (node_def_is_pitch(def))
		return TYPE_EVENTS;
	return def->process && node_def_input(def) < def->n_params ? TYPE_SIGNAL : TYPE_BROKEN;
}

static enum lang_type behind_new(struct ast *node, enum lang_type input, unsigned depth)
{
	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		return call_behind(node, input);
	case AST_BUS:
		return node->bus && node->bus->expr ? types_behind(node->bus->expr, input, depth) : TYPE_BROKEN;
	case AST_ARITH:
		if (input == TYPE_EVENTS && sets_values(node, true, depth))
			return TYPE_EVENTS;
		return arith_rest(types_behind(node->items[0], input, depth), node, depth);
	case AST_CHAIN:
		return chain_rest(types_behind(node->items[0], input, depth), node, depth);
	case AST_APPLY:
		return node->base < node->n_items ? types_behind(node->items[node->base], input, depth) : TYPE_BROKEN;
	default:
		return TYPE_BROKEN;
	}
}

enum lang_type types_behind(struct ast *node, enum lang_type input, unsigned depth)
{
	unsigned slot = SLOT_BEHIND_SIGNAL;

	if (input == TYPE_EVENTS)
		slot = SLOT_BEHIND_EVENTS;
	else if (input == TYPE_PATTERN)
		slot = SLOT_BEHIND_PATTERN;
	else
		input = TYPE_SIGNAL;
	if (node->types[slot] != TYPE_UNKNOWN)
		return node->types[slot];
	if (depth > TYPE_DEPTH_MAX)
		return TYPE_SIGNAL;
	node->types[slot] = TYPE_SIGNAL;
	enum lang_type t = behind_new(node, input, depth + 1);
	node->types[slot] = (unsigned char)t;
	return t;
}

enum lang_type type_behind(struct ast *node, enum lang_type input)
{
	return types_behind(node, input, 0);
}
