/* What transforms and pattern sources are given. */
#include "render/lang/check_impl.h"
#include "render/lang/constant.h"
#include "render/lang/timed.h"

#include <string.h>

#include "render/pattern/rational.h"

enum {
	WEIGHT_MAX = 1000000, /* of a choice, or length in a sequence */
	PARTS_MAX = 4096,     /* of a source: what the pattern engine chooses from */
};

/* A literal number, also with a minus in front: its value. */
static bool literal_value(const struct ast *node, double *value)
{
	bool is_negative = node->kind == AST_NEGATE;
	const struct ast *number = is_negative ? node->items[0] : node;

	if (number->kind != AST_NUMBER)
		return false;
	struct rational r = rational_parse(number->text.at, number->text.len);
	if (!rational_is_valid(r))
		return false;
	*value = is_negative ? -rational_to_double(r) : rational_to_double(r);
	return true;
}

/* --- One argument ----------------------------------------------------------------------------------------------- */

static void check_transform_pattern(const struct ast *call, struct ast *arg, const struct transform_param *param,
				    struct diag_list *diags)
{
	enum lang_type t = type_wanted(arg);
	double value;

	bool is_value = t == TYPE_NUMBER || t == TYPE_PATTERN || (t == TYPE_SIGNAL && ast_is_timed(arg));
	if (!is_value && t != TYPE_BROKEN) {
		struct diag *d = diag_add(diags, DIAG_ERROR, "wrong-type", arg->span,
					  "'%s' of '%.*s' must be a number or a pattern, found %s", param->name,
					  text_shown(call->text), call->text.at, lang_type_name(t));
		if (t == TYPE_SIGNAL)
			diag_hint(d,
				  "write a pattern, or sine, saw, square or tri of a constant frequency and + - * /");
	}
	if (literal_value(arg, &value) && param->min < param->max && (value < param->min || value > param->max))
		diag_add(diags, DIAG_ERROR, "out-of-range", arg->span, "'%s' of '%.*s' must be %g..%g, found %g",
			 param->name, text_shown(call->text), call->text.at, param->min, param->max, value);
}

static void check_transform_function(const struct ast *call, struct ast *arg, const struct transform_param *param,
				     struct diag_list *diags)
{
	enum lang_type t = type_of(arg);

	if (t != TYPE_TRANSFORM && t != TYPE_BROKEN)
		diag_hint(diag_add(diags, DIAG_ERROR, "wrong-type", arg->span,
				   "'%s' of '%.*s' must be a transform, found %s", param->name, text_shown(call->text),
				   call->text.at, lang_type_name(t)),
			  "such as 'rev' or '(fast 2)'");
}

/* One transform, or a list of them. */
static void check_transform_functions(const struct ast *call, struct ast *arg, const struct transform_param *param,
				      struct diag_list *diags)
{
	if (arg->kind != AST_LIST) {
		check_transform_function(call, arg, param, diags);
		return;
	}
	for (uint32_t i = 0; i < arg->n_items; i++)
		check_transform_function(call, arg->items[i], param, diags);
	if (arg->n_items == 0)
		diag_add(diags, DIAG_ERROR, "empty-list", arg->span, "expected a transform in this list");
}

struct name_context {
	const struct ast *call;
	const struct transform_param *param;
	struct diag_list *diags;
};

static void check_name_atom(void *ctx, const struct value *v, struct span source)
{
	const struct name_context *c = ctx;
	const struct transform_param *param = c->param;
	size_t n = 0;

	if (v->kind == VALUE_WORD && param->is_name(v->word.text, v->word.len))
		return;
	const char *text = v->kind == VALUE_WORD ? v->word.text : "";
	struct diag *d = diag_add(c->diags, DIAG_ERROR, "unknown-name", source, "unknown '%s' of '%.*s': '%.40s'",
				  param->name, text_shown(c->call->text), c->call->text.at, text);
	while (param->names && param->names[n])
		n++;
	const char *near = n ? diag_nearest(text, strlen(text), param->names, n) : NULL;
	if (near)
		diag_suggest(d, source, near);
}

/* Names are looked up where the pattern is written as a string. */
static void check_transform_name(const struct ast *call, struct ast *arg, const struct transform_param *param,
				 struct diag_list *diags)
{
	struct name_context c = { call, param, diags };

	check_transform_pattern(call, arg, param, diags);
	if (arg->kind == AST_STRING && arg->pattern && param->is_name)
		pattern_each_atom(arg->pattern, check_name_atom, &c);
}

static void check_part(const struct ast *call, struct ast *part, struct diag_list *diags)
{
	enum lang_type t = type_wanted(part);

	if (t != TYPE_NUMBER && t != TYPE_PATTERN && t != TYPE_EVENTS && t != TYPE_BROKEN)
		diag_add(diags, DIAG_ERROR, "wrong-type", part->span,
			 "'%.*s' takes sources of events or patterns of values, found %s", text_shown(call->text),
			 call->text.at, lang_type_name(t));
}

/* `["bd", 3]`, or `[3, "bd"]` where the number is a length. */
static void check_pair(const struct ast *call, const struct ast *pair, const struct transform_param *param,
		       struct diag_list *diags)
{
	bool is_timed = param->kind == TRANSFORM_TIMED;
	struct ast *part = source_pair_part(pair, param->kind);
	double weight;

	if (!part) {
		diag_hint(diag_add(diags, DIAG_ERROR, "wrong-type", pair->span, "'%.*s' takes a list of pairs",
				   text_shown(call->text), call->text.at),
			  is_timed ? "each is a length and a part: [[3, \"bd*3\"], [1, \"sn\"]]"
				   : "each is a part and its weight: [[\"bd\", 3], [\"sn\", 1]]");
		return;
	}
	check_part(call, part, diags);
	const struct ast *number = pair->items[!is_timed];
	if (!ast_constant(number, &weight))
		diag_add(diags, DIAG_ERROR, "not-constant", number->span,
			 "expected a number that is known when the program is read");
	else if (weight < 0 || weight > WEIGHT_MAX || (is_timed && weight == 0))
		diag_add(diags, DIAG_ERROR, "out-of-range", number->span, "a %s must be %s, found %g",
			 is_timed ? "length" : "weight", is_timed ? "above 0 and at most a million" : "0..1000000",
			 weight);
}

static void check_parts(const struct ast *call, struct ast *list, const struct transform_param *param,
			struct diag_list *diags)
{
	if (list->kind != AST_LIST) {
		diag_hint(diag_add(diags, DIAG_ERROR, "wrong-type", list->span, "'%s' of '%.*s' must be a list",
				   param->name, text_shown(call->text), call->text.at),
			  "such as [\"bd\", \"sn\"]");
		return;
	}
	if (list->n_items == 0)
		diag_add(diags, DIAG_ERROR, "empty-list", list->span, "expected something in this list");
	if (list->n_items > PARTS_MAX)
		diag_add(diags, DIAG_ERROR, "too-many-arguments", list->span, "a list has at most %d parts", PARTS_MAX);
	for (uint32_t i = 0; i < list->n_items; i++) {
		if (param->kind == TRANSFORM_PARTS)
			check_part(call, list->items[i], diags);
		else
			check_pair(call, list->items[i], param, diags);
	}
}

static void check_transform_arg(const struct ast *call, struct ast *arg, const struct transform_param *param,
				struct diag_list *diags)
{
	switch (param->kind) {
	case TRANSFORM_FUNCTION:
		check_transform_function(call, arg, param, diags);
		break;
	case TRANSFORM_FUNCTIONS:
		check_transform_functions(call, arg, param, diags);
		break;
	case TRANSFORM_NAME:
		check_transform_name(call, arg, param, diags);
		break;
	case TRANSFORM_PATTERN:
	case TRANSFORM_TRUTH:
		check_transform_pattern(call, arg, param, diags);
		break;
	case TRANSFORM_PART:
		check_part(call, arg, diags);
		break;
	case TRANSFORM_PARTS:
	case TRANSFORM_WEIGHTED:
	case TRANSFORM_TIMED:
		check_parts(call, arg, param, diags);
		break;
	}
}

/* --- All of them ------------------------------------------------------------------------------------------------ */

static bool is_optional_from(const struct transform_param *params, unsigned n_params, uint32_t p)
{
	for (; p < n_params; p++)
		if (!params[p].is_optional)
			return false;
	return true;
}

static void check_params(const struct ast *call, const struct transform_param *params, unsigned n_params,
			 struct diag_list *diags)
{
	for (uint32_t i = 0; i < call->n_items && i < n_params; i++) {
		if (call->items[i]->kind == AST_KEYWORD)
			diag_add(diags, DIAG_ERROR, "unknown-keyword", call->items[i]->span,
				 "'%.*s' takes its arguments by position", text_shown(call->text), call->text.at);
		else
			check_transform_arg(call, call->items[i], &params[i], diags);
	}
	if (call->n_items < n_params && !is_optional_from(params, n_params, call->n_items))
		diag_add(diags, DIAG_ERROR, "missing-argument", call->name_span, "'%.*s' needs '%s': %s",
			 text_shown(call->text), call->text.at, params[call->n_items].name, params[call->n_items].doc);
}

/* The parts of a source are all sources of events, or all patterns of values. */
void check_source(struct ast *call, struct diag_list *diags)
{
	const struct source_def *def = call->source;
	size_t n_before = diags->n_errors;

	check_params(call, def->params, def->n_params, diags);
	if (call->n_items > def->n_params)
		diag_add(diags, DIAG_ERROR, "too-many-arguments", call->span, "'%.*s' takes %s%u argument%s",
			 text_shown(call->text), call->text.at, def->n_params ? "at most " : "", def->n_params,
			 def->n_params == 1 ? "" : "s");
	if (diags->n_errors == n_before && type_wanted(call) == TYPE_BROKEN)
		diag_add(diags, DIAG_ERROR, "wrong-type", call->span,
			 "the parts of '%.*s' must be of one kind: sources of events, or patterns of values",
			 text_shown(call->text), call->text.at);
}

void check_transform(const struct ast *call, struct diag_list *diags)
{
	const struct transform_def *def = call->transform;

	check_params(call, def->params, def->n_params, diags);
	if (call->n_items > def->n_params + 1)
		diag_add(diags, DIAG_ERROR, "too-many-arguments", call->span,
			 "'%.*s' takes at most %u argument%s and a pattern", text_shown(call->text), call->text.at,
			 def->n_params, def->n_params == 1 ? "" : "s");
}
