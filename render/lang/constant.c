#include "render/lang/constant.h"

#include "render/pattern/rational.h"

static bool literal(const struct ast *node, double *value)
{
	struct rational r = rational_parse(node->text.at, node->text.len);

	if (!rational_is_valid(r))
		return false;
	*value = rational_to_double(r);
	return true;
}

static double combine(enum arith_op op, double x, double y)
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

/* Recursion: as deep as the tree. */
bool ast_constant(const struct ast *node, double *value)
{
	double next;

	if (node->kind == AST_NUMBER)
		return literal(node, value);
	if ((node->kind != AST_NEGATE && node->kind != AST_ARITH) || !ast_constant(node->items[0], value))
		return false;
	if (node->kind == AST_NEGATE)
		*value = -*value;
	for (uint32_t i = 1; i < node->n_items; i++) {
		if (!ast_constant(node->items[i], &next))
			return false;
		*value = combine((enum arith_op)node->ops[i - 1].op, *value, next);
	}
	return true;
}
