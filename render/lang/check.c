#include "render/lang/check.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "render/lang/check_impl.h"
#include "render/lang/resolve.h"
#include "render/pattern/rational.h"

/* --- Arguments -------------------------------------------------------------------------------------------------- */

/* A value that a signal's parameter can have. */
static void check_value(struct ast *arg, struct diag_list *diags)
{
	enum lang_type t = arg->transform && arg->source ? type_wanted(arg) : type_of(arg);

	if (t == TYPE_EFFECT)
		diag_hint(diag_add(diags, DIAG_ERROR, "missing-input", arg->span,
				   "expected a value, found an effect that lacks its input"),
			  "put its input before it: 'x # …'");
	else if (t == TYPE_TRANSFORM || t == TYPE_LIST)
		diag_add(diags, DIAG_ERROR, "wrong-type", arg->span,
			 "expected a number, a pattern or a signal, found %s", lang_type_name(t));
}

static const struct param_def *find_param(const struct node_def *def, struct text name)
{
	for (unsigned p = 0; p < def->n_params; p++)
		if (text_is(name, def->params[p].name, strlen(def->params[p].name)))
			return &def->params[p];
	return NULL;
}

/* `s "bd" :gain 0.5`: every modifier with one value is a keyword of an event source. */
static bool is_events_keyword(const struct node_def *def, struct text name)
{
	const struct node_def *modifier = node_def_is_events(def) ? node_find(name.at, name.len) : NULL;
	return modifier && modifier->is_modifier;
}

static void complain_keyword(const struct ast *call, const struct ast *keyword, struct diag_list *diags)
{
	const char *names[NODE_PARAMS_MAX];
	const struct node_def *def = call->def;

	for (unsigned p = 0; p < def->n_params; p++)
		names[p] = def->params[p].name;
	struct diag *d =
		diag_add(diags, DIAG_ERROR, "unknown-keyword", keyword->name_span, "'%.*s' has no parameter '%.*s'",
			 text_shown(call->text), call->text.at, text_shown(keyword->text), keyword->text.at);
	const char *near = diag_nearest(keyword->text.at, keyword->text.len, names, def->n_params);
	if (near)
		diag_suggest(d, keyword->name_span, near);
}

static bool is_repeated(const struct ast *call, uint32_t i)
{
	struct text name = call->items[i]->text;
	for (uint32_t k = 0; k < i; k++)
		if (call->items[k]->kind == AST_KEYWORD && text_is(call->items[k]->text, name.at, name.len))
			return true;
	return false;
}

static void check_keyword(const struct ast *call, uint32_t i, struct diag_list *diags)
{
	const struct ast *keyword = call->items[i];
	bool is_param = find_param(call->def, keyword->text) != NULL;

	if (is_repeated(call, i))
		diag_add(diags, DIAG_ERROR, "duplicate-argument", keyword->span, "'%.*s' is given twice",
			 text_shown(keyword->text), keyword->text.at);
	if (!is_param && !is_events_keyword(call->def, keyword->text))
		complain_keyword(call, keyword, diags);
	check_value(keyword->items[0], diags);
}

static bool has_keyword(const struct ast *call, const char *name)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD && text_is(call->items[i]->text, name, strlen(name)))
			return true;
	return false;
}

/* Positional arguments fill the parameters in order; when all that are not the input can be filled from positions and
 * keywords, nothing is missing. */
static void check_missing(const struct ast *call, bool is_behind, struct diag_list *diags)
{
	const struct node_def *def = call->def;
	unsigned left = ast_positional_count(call);
	unsigned input = node_def_input(def);

	if (input < def->n_params && !is_behind && left && call_has_input(call) &&
	    !has_keyword(call, def->params[input].name))
		left--;
	for (unsigned p = 0; p < def->n_params; p++) {
		const struct param_def *param = &def->params[p];
		if (param->flags & PARAM_INPUT)
			continue;
		if (left) {
			if (has_keyword(call, param->name))
				diag_add(diags, DIAG_ERROR, "duplicate-argument", call->span,
					 "'%s' is given twice: by position and by name", param->name);
			left--;
		} else if (!(param->flags & (PARAM_OPTIONAL | PARAM_PITCH)) && !has_keyword(call, param->name)) {
			diag_add(diags, DIAG_ERROR, "missing-argument", call->name_span, "'%.*s' needs '%s': %s",
				 text_shown(call->text), call->text.at, param->name, param->doc ? param->doc : "");
			return;
		}
	}
	unsigned n_max = def->n_params - (is_behind && input < def->n_params);
	if (left)
		diag_add(diags, DIAG_ERROR, "too-many-arguments", call->span, "'%.*s' takes at most %u argument%s%s",
			 text_shown(call->text), call->text.at, n_max, n_max == 1 ? "" : "s",
			 is_behind ? " after '#'" : "");
}

static void check_list(struct ast *list, struct diag_list *diags)
{
	for (uint32_t i = 0; i < list->n_items; i++)
		check_value(list->items[i], diags);
	if (list->n_items == 0)
		diag_add(diags, DIAG_ERROR, "empty-list", list->span, "expected something in this list");
}

/* The parts of a sequence are all sources of events, or all patterns of values. */
static void check_sequence(struct ast *call, struct diag_list *diags)
{
	const struct ast *list = call->items[0];
	enum lang_type first = list->n_items ? type_wanted(list->items[0]) : TYPE_BROKEN;

	check_list(call->items[0], diags);
	for (uint32_t i = 0; i < list->n_items; i++) {
		enum lang_type t = type_wanted(list->items[i]);
		bool is_events = t == TYPE_EVENTS, is_value = t == TYPE_NUMBER || t == TYPE_PATTERN;
		if (t == TYPE_SIGNAL || ((is_events || is_value) && first != TYPE_SIGNAL && first != TYPE_BROKEN &&
					 is_events != (first == TYPE_EVENTS)))
			diag_add(diags, DIAG_ERROR, "wrong-type", list->items[i]->span,
				 "'%.*s' takes sources of events or patterns of values, one kind, found %s",
				 text_shown(call->text), call->text.at, lang_type_name(t));
	}
}

static void check_stack(struct ast *call, struct diag_list *diags)
{
	bool is_list = call->n_items == 1 && call->items[0]->kind == AST_LIST;

	if (is_list && node_def_is_sequence(call->def))
		check_sequence(call, diags);
	else if (is_list)
		check_list(call->items[0], diags);
	else
		diag_hint(diag_add(diags, DIAG_ERROR, "wrong-type", call->span, "'%.*s' takes one list",
				   text_shown(call->text), call->text.at),
			  "write '%.*s [a, b]'", text_shown(call->text), call->text.at);
}

/* Far above what any function takes; comparing keywords with each other stays cheap. */
enum { CALL_ITEMS_MAX = 64 };

static void check_events(const struct ast *call, struct diag_list *diags)
{
	for (uint32_t i = 0; i < call->n_items; i++) {
		enum lang_type t = type_wanted(call->items[i]);
		if (call->items[i]->kind != AST_KEYWORD && (t == TYPE_SIGNAL || t == TYPE_EVENTS))
			diag_add(diags, DIAG_ERROR, "wrong-type", call->items[i]->span,
				 "'%.*s' takes a pattern of names, found %s", text_shown(call->text), call->text.at,
				 lang_type_name(t));
	}
}

static void check_function(struct ast *call, bool is_behind, struct diag_list *diags)
{
	if (call->n_items > CALL_ITEMS_MAX) {
		diag_add(diags, DIAG_ERROR, "too-many-arguments", call->name_span, "'%.*s' has more than %d arguments",
			 text_shown(call->text), call->text.at, CALL_ITEMS_MAX);
		return;
	}
	if (node_def_is_events(call->def))
		check_events(call, diags);
	if (node_def_is_stack(call->def)) {
		check_stack(call, diags);
		return;
	}
	for (uint32_t i = 0; i < call->n_items; i++) {
		if (call->items[i]->kind == AST_KEYWORD)
			check_keyword(call, i, diags);
		else
			check_value(call->items[i], diags);
	}
	check_missing(call, is_behind, diags);
}

/* --- Operators
 * ---------------------------------------------------------------------------------------------------------- */

static void check_operand(struct ast *item, bool may_be_effect, struct diag_list *diags)
{
	if (!may_be_effect || type_of(item) != TYPE_EFFECT)
		check_value(item, diags);
}

static void check_operands(const struct ast *node, bool is_behind, struct diag_list *diags)
{
	bool sets_values = node->kind == AST_ARITH && (is_behind || type_of(node->items[0]) == TYPE_EVENTS) &&
			   arith_sets_values(node, is_behind);

	for (uint32_t i = 0; i < node->n_items; i++)
		if (!sets_values || ast_modifier_key(node->items[i]) == CONTROL_NONE)
			check_operand(node->items[i], i == 0, diags);
}

/* The call that takes what stands before `#`: leftmost in arithmetic, `$` and chains. NULL: there is none. */
static const struct ast *leftmost_call(const struct ast *node)
{
	while (node->kind == AST_ARITH || node->kind == AST_CHAIN)
		node = node->items[0];
	return node->kind == AST_NAME || node->kind == AST_CALL ? node : NULL;
}

static void complain_link(const struct ast *call, const struct ast *item, enum lang_type before,
			  struct diag_list *diags)
{
	if (call && ((call->def && call->def->is_modifier) || (call->transform && call->transform->is_modifier)))
		diag_hint(diag_add(diags, DIAG_ERROR, "needs-events", item->span,
				   "'%.*s' sets a property of events, but there is %s before '#'",
				   text_shown(call->text), call->text.at, lang_type_name(before)),
			  "expected an effect such as 'lpf 400'");
	else if (call && call->transform)
		diag_hint(diag_add(diags, DIAG_ERROR, "takes-no-input", item->span,
				   "'%.*s' is a transform and stands behind '$', not '#'", text_shown(call->text),
				   call->text.at),
			  "write '$ %.*s …' behind the pattern", text_shown(call->text), call->text.at);
	else
		diag_hint(diag_add(diags, DIAG_ERROR, "takes-no-input", item->span,
				   "the right side of '#' takes no input"),
			  "expected an effect such as 'lpf 400'");
}

static void check_link(enum lang_type *t, struct ast *item, struct diag_list *diags)
{
	enum lang_type before = *t == TYPE_EFFECT ? TYPE_SIGNAL : *t;
	enum lang_type after = type_behind(item, before);
	const struct ast *call = leftmost_call(item);

	if (after == TYPE_BROKEN && type_of(item) != TYPE_BROKEN && before != TYPE_BROKEN) {
		complain_link(call, item, before, diags);
	}
	*t = *t == TYPE_EFFECT && after != TYPE_BROKEN ? TYPE_EFFECT : after;
}

static void check_chain(const struct ast *node, enum lang_type t, struct diag_list *diags)
{
	if (t == TYPE_TRANSFORM || t == TYPE_LIST)
		check_value(node->items[0], diags);
	for (uint32_t i = 1; i < node->n_items; i++)
		check_link(&t, node->items[i], diags);
}

/* What the first link makes of what flows in: of events where the whole chain takes them, `(# gain 0.5 # speed 2)`. */
static enum lang_type first_behind(struct ast *chain)
{
	bool takes_events = type_behind(chain, TYPE_EVENTS) == TYPE_EVENTS;
	return type_behind(chain->items[0], takes_events ? TYPE_EVENTS : TYPE_SIGNAL);
}

static void check_apply(const struct ast *node, struct diag_list *diags)
{
	if (node->base == node->n_items)
		return;
	struct ast *base = node->items[node->base];
	enum lang_type t = type_of(base);
	if (t == TYPE_NUMBER)
		diag_hint(diag_add(diags, DIAG_ERROR, "nothing-to-transform", base->span,
				   "a number has no pattern inside that could be transformed"),
			  "write a pattern, such as \"1 2\"");
	else if (t == TYPE_LIST)
		check_value(base, diags);
}

/* The section takes what it is applied to as its input. */
static void check_section(const struct ast *node, struct diag_list *diags)
{
	struct ast *item = node->items[0];

	if (type_of(item) != TYPE_BROKEN && type_behind(item, TYPE_SIGNAL) == TYPE_BROKEN &&
	    type_behind(item, TYPE_EVENTS) == TYPE_BROKEN)
		diag_hint(diag_add(diags, DIAG_ERROR, "takes-no-input", item->span,
				   "the right side of '#' takes no input"),
			  "expected an effect such as 'lpf 400'");
}

/* `(|+ n 1)`, `(+ 12)`: values, of a modifier or alone. */
static void check_operate(const struct ast *node, struct diag_list *diags)
{
	struct ast *item = node->items[0];
	struct ast *value = ast_modifier_key(item) != CONTROL_NONE ? item->items[0] : item;
	enum lang_type t = type_wanted(value);

	if (t != TYPE_NUMBER && t != TYPE_PATTERN && t != TYPE_BROKEN)
		diag_hint(diag_add(diags, DIAG_ERROR, "wrong-type", value->span,
				   "expected a number or a pattern, found %s", lang_type_name(t)),
			  "such as (|+ n 12) or (+ 12)");
}

static void check_node(struct ast *node, bool is_behind, struct diag_list *diags);

static void check_children(struct ast *node, bool is_behind, struct diag_list *diags)
{
	for (uint32_t i = 0; i < node->n_items; i++) {
		bool is_spine = (node->kind == AST_ARITH && i == 0) || (node->kind == AST_APPLY && i == node->base) ||
				(node->kind == AST_CHAIN && i == 0);
		bool is_link = (node->kind == AST_CHAIN && i > 0) || node->kind == AST_SECTION;
		check_node(node->items[i], is_link || (is_spine && is_behind), diags);
	}
}

static void check_call(struct ast *node, bool is_behind, struct diag_list *diags)
{
	bool is_function = call_is_function(node) || (is_behind && node->def);

	if (node->transform && !is_function)
		check_transform(node, diags);
	else if (node->def)
		check_function(node, is_behind, diags);
	else if (node->source)
		check_source(node, diags);
}

/* is_behind: what stands before `#` flows into this node. */
static void check_node(struct ast *node, bool is_behind, struct diag_list *diags)
{
	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		check_call(node, is_behind, diags);
		break;
	case AST_ARITH:
	case AST_NEGATE:
		check_operands(node, is_behind, diags);
		break;
	case AST_CHAIN:
		check_chain(node, is_behind ? first_behind(node) : type_of(node->items[0]), diags);
		break;
	case AST_APPLY:
		check_apply(node, diags);
		break;
	case AST_SECTION:
		check_section(node, diags);
		break;
	case AST_OPERATE:
		check_operate(node, diags);
		break;
	default:
		break;
	}
	check_children(node, is_behind, diags);
}

void check_expression(struct ast *expr, struct diag_list *diags)
{
	check_node(expr, false, diags);
}

/* --- Statements
 * ----------------------------------------------------------------------------------------------------------- */

static void check_number_setting(const struct stmt *s, struct diag_list *diags)
{
	if (s->value.len == 0)
		return; /* complained about by the parser */
	struct rational value = rational_parse(s->value.at, s->value.len);
	if (!rational_is_valid(value))
		diag_add(diags, DIAG_ERROR, "out-of-range", s->value_span,
			 "this number has too many digits for an exact tempo");
	else if (rational_cmp(value, RATIONAL_ZERO) <= 0)
		diag_add(diags, DIAG_ERROR, "out-of-range", s->value_span, "a tempo must be above 0, found %.*s",
			 text_shown(s->value), s->value.at);
}

static void check_outmix(const struct stmt *s, struct diag_list *diags)
{
	static const char *const modes[] = { "none", "gain", "sqrt", "tanh", "hard" };
	size_t n = sizeof(modes) / sizeof(modes[0]);

	for (size_t i = 0; i < n; i++)
		if (strlen(modes[i]) == s->value.len && strncasecmp(modes[i], s->value.at, s->value.len) == 0)
			return;
	if (s->value.len == 0)
		return;
	struct diag *d = diag_add(diags, DIAG_ERROR, "unknown-mode", s->value_span,
				  "expected one of none, gain, sqrt, tanh, hard, found '%.*s'", text_shown(s->value),
				  s->value.at);
	const char *near = diag_nearest(s->value.at, s->value.len, modes, n);
	if (near)
		diag_suggest(d, s->value_span, near);
}

static void check_output(struct stmt *s, struct diag_list *diags)
{
	enum lang_type t = type_of(s->expr);

	if (t == TYPE_EFFECT)
		diag_hint(diag_add(diags, DIAG_ERROR, "missing-input", s->expr->span,
				   "an output needs a signal, found an effect that lacks its input"),
			  "put its input before it: 'x # …'");
	else if (t == TYPE_TRANSFORM || t == TYPE_LIST)
		diag_add(diags, DIAG_ERROR, "wrong-type", s->expr->span, "an output needs a signal, found %s",
			 lang_type_name(t));
}

static void check_stmt(struct stmt *s, struct diag_list *diags)
{
	if (s->kind == STMT_CPS || s->kind == STMT_BPM)
		check_number_setting(s, diags);
	else if (s->kind == STMT_OUTMIX)
		check_outmix(s, diags);
	if (!s->expr)
		return;
	check_node(s->expr, s->kind == STMT_MODIFIER, diags);
	if (s->kind == STMT_OUTPUT)
		check_output(s, diags);
	else if (type_of(s->expr) == TYPE_LIST)
		check_value(s->expr, diags);
}

void check_program(struct ast_program *program, struct diag_list *diags)
{
	for (uint32_t i = 0; i < program->n_stmts; i++)
		check_stmt(&program->stmts[i], diags);
}
