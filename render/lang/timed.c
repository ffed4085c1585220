#include "render/lang/timed.h"

#include <string.h>

#include "render/lang/constant.h"

/* Parts of the expression, those of buses counted at every use: an LFO has a handful. */
enum { TIMED_PARTS_MAX = 200 };

/* The only argument of an oscillator; NULL: it has none, or others too. */
static const struct ast *frequency_arg(const struct ast *call)
{
	const struct ast *arg = call->n_items == 1 ? call->items[0] : NULL;

	if (arg && arg->kind == AST_KEYWORD)
		return text_is(arg->text, "freq", 4) ? arg->items[0] : NULL;
	return arg;
}

const char *ast_timed_oscillator(const struct ast *node, double *frequency_hz, double *sign)
{
	static const struct {
		const char *name, *signal;
		double sign;
	} oscillators[] = {
		{ "sine", "sine2", 1 },
		{ "saw", "saw2", 1 },
		{ "tri", "tri2", 1 },
		{ "square", "square2", -1 }, /* the oscillator is high first, the signal low */
	};

	if ((node->kind != AST_NAME && node->kind != AST_CALL) || !node->def)
		return NULL;
	*frequency_hz = 1;
	if (node->n_items && !(frequency_arg(node) && ast_constant(frequency_arg(node), frequency_hz)))
		return NULL;
	for (size_t i = 0; i < sizeof(oscillators) / sizeof(oscillators[0]); i++)
		if (strcmp(node->def->name, oscillators[i].name) == 0 && *frequency_hz > 0) {
			*sign = oscillators[i].sign;
			return oscillators[i].signal;
		}
	return NULL;
}

/* *left: parts that may still be looked at. */
static bool is_timed(const struct ast *node, unsigned *left)
{
	double frequency_hz, sign;

	if (*left == 0)
		return false;
	--*left;
	switch (node->kind) {
	case AST_NUMBER:
		return true;
	case AST_STRING:
		return node->pattern != NULL;
	case AST_BUS:
		return node->bus && node->bus->expr && is_timed(node->bus->expr, left);
	case AST_NAME:
	case AST_CALL:
		return ast_timed_oscillator(node, &frequency_hz, &sign) != NULL;
	case AST_NEGATE:
	case AST_ARITH:
		for (uint32_t i = 0; i < node->n_items; i++)
			if (!is_timed(node->items[i], left))
				return false;
		return true;
	default:
		return false;
	}
}

bool ast_is_timed(const struct ast *node)
{
	unsigned left = TIMED_PARTS_MAX;
	return is_timed(node, &left);
}
