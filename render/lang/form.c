#include "render/lang/form.h"

#include "render/lang/constant.h"

/* Whether an argument is surely a transform, before it is known what `$` means in it. */
static bool looks_like_transform(const struct ast *node)
{
	switch (node->kind) {
	case AST_NAME:
	case AST_CALL:
		return node->transform != NULL;
	case AST_SECTION:
	case AST_OPERATE:
		return true;
	case AST_APPLY:
		for (uint32_t i = 0; i < node->n_items; i++)
			if (!looks_like_transform(node->items[i]) && node->items[i]->kind != AST_BUS)
				return false;
		return true;
	default:
		return false;
	}
}

static bool fits_param(const struct transform_param *param, const struct ast *arg)
{
	bool is_transform = looks_like_transform(arg);

	switch (param->kind) {
	case TRANSFORM_FUNCTION:
		return is_transform || arg->kind == AST_BUS;
	case TRANSFORM_FUNCTIONS:
		return is_transform || arg->kind == AST_BUS || arg->kind == AST_LIST;
	case TRANSFORM_PARTS:
	case TRANSFORM_WEIGHTED:
	case TRANSFORM_TIMED:
		return arg->kind == AST_LIST;
	case TRANSFORM_PATTERN:
	case TRANSFORM_TRUTH:
	case TRANSFORM_NAME:
	case TRANSFORM_PART:
		break;
	}
	return (!is_transform || arg->source) && arg->kind != AST_LIST;
}

static bool fits_params(const struct ast *call, const struct transform_param *params, unsigned n_params)
{
	for (uint32_t i = 0; i < n_params; i++) {
		if (i >= call->n_items && !params[i].is_optional)
			return false;
		if (i < call->n_items && !fits_param(&params[i], call->items[i]))
			return false;
	}
	return true;
}

static bool fits_source(const struct ast *call, const struct source_def *def)
{
	return call->n_items <= def->n_params && fits_params(call, def->params, def->n_params);
}

/* One argument more than the transform takes is the pattern, which no number can be. */
static bool fits_transform(const struct ast *call, const struct transform_def *def)
{
	double number;

	if (call->n_items > def->n_params + 1 || !fits_params(call, def->params, def->n_params))
		return false;
	if (call->n_items <= def->n_params)
		return true;
	const struct ast *last = call->items[def->n_params];
	return last->kind != AST_LIST && !ast_constant(last, &number);
}

static bool has_keyword(const struct ast *call)
{
	for (uint32_t i = 0; i < call->n_items; i++)
		if (call->items[i]->kind == AST_KEYWORD)
			return true;
	return false;
}

void ast_choose_form(struct ast *node)
{
	/* Transforms and sources name no arguments: `range :from 1 :to 2 x`. */
	if (node->def && node->def->process && has_keyword(node)) {
		node->transform = NULL;
		node->source = NULL;
		return;
	}
	const struct transform_def *t = node->transform;
	const struct source_def *s = node->source;

	while (s && !fits_source(node, s))
		s = source_next_form(s, node->text.at, node->text.len);
	while (t && !fits_transform(node, t))
		t = transform_next_form(t, node->text.at, node->text.len);
	if (t || s) {
		node->transform = t;
		node->source = s;
	} else if (node->transform || node->def) {
		node->source = NULL;
	}
	/* More arguments than the function takes: `wedge 0.25 a b`. */
	if (node->source && node->def && node->n_items > node->def->n_params)
		node->def = NULL;
}
