/* Canonical source. Two programs that differ in comments, layout or old forms only print the same text, which is what
 * the content hash is made from. */
#include "render/lang/ast.h"

/* Rank of a node in the grammar: an operand that ranks below what its place asks for gets parentheses. */
enum rank { RANK_CHAIN, RANK_APPLY, RANK_SUM, RANK_PROD, RANK_UNARY, RANK_CALL, RANK_ARG };

static enum rank rank_of(const struct ast *node)
{
	switch (node->kind) {
	case AST_CHAIN:
		return RANK_CHAIN;
	case AST_APPLY:
		return RANK_APPLY;
	case AST_ARITH:
		return node->ops[0].op == ARITH_MUL || node->ops[0].op == ARITH_DIV ? RANK_PROD : RANK_SUM;
	case AST_NEGATE:
		return RANK_UNARY;
	case AST_CALL:
		return RANK_CALL;
	default:
		return RANK_ARG;
	}
}

static int print_node(const struct ast *node, enum rank least, struct buf *out);

static int print_text(struct text t, struct buf *out)
{
	return buf_append(out, t.at, t.len);
}

static int print_operands(const struct ast *node, const char *between, enum rank least, struct buf *out)
{
	for (uint32_t i = 0; i < node->n_items; i++)
		if ((i > 0 && buf_printf(out, "%s", between)) || print_node(node->items[i], least, out))
			return -1;
	return 0;
}

static int print_arith(const struct ast *node, struct buf *out)
{
	enum rank least = rank_of(node) + 1;

	if (print_node(node->items[0], least, out))
		return -1;
	for (uint32_t i = 1; i < node->n_items; i++)
		if (buf_printf(out, " %s ", arith_text(node->ops[i - 1])) || print_node(node->items[i], least, out))
			return -1;
	return 0;
}

/* After a minus, a number would read as a negative literal. */
static int print_negate(const struct ast *node, struct buf *out)
{
	const struct ast *item = node->items[0];

	if (item->kind != AST_NUMBER)
		return buf_printf(out, "-") || print_node(item, RANK_CALL, out) ? -1 : 0;
	return buf_printf(out, "-(") || print_text(item->text, out) || buf_printf(out, ")") ? -1 : 0;
}

static int print_call(const struct ast *node, struct buf *out)
{
	if (print_text(node->text, out) || buf_printf(out, " "))
		return -1;
	return print_operands(node, " ", RANK_ARG, out);
}

static int print_bare(const struct ast *node, struct buf *out)
{
	switch (node->kind) {
	case AST_NUMBER:
	case AST_NAME:
		return print_text(node->text, out);
	case AST_STRING:
		return buf_printf(out, "\"") || print_text(node->text, out) || buf_printf(out, "\"") ? -1 : 0;
	case AST_BUS:
		return buf_printf(out, "~") || print_text(node->text, out) ? -1 : 0;
	case AST_CALL:
		return print_call(node, out);
	case AST_KEYWORD:
		return buf_printf(out, ":") || print_call(node, out) ? -1 : 0;
	case AST_LIST:
		return buf_printf(out, "[") || print_operands(node, ", ", RANK_CHAIN, out) || buf_printf(out, "]") ? -1
														   : 0;
	case AST_NEGATE:
		return print_negate(node, out);
	case AST_ARITH:
		return print_arith(node, out);
	case AST_APPLY:
		return print_operands(node, " $ ", RANK_SUM, out);
	case AST_CHAIN:
		return print_operands(node, " # ", RANK_APPLY, out);
	case AST_SECTION:
		return buf_printf(out, "(# ") || print_node(node->items[0], RANK_CHAIN, out) || buf_printf(out, ")")
			       ? -1
			       : 0;
	}
	return -1;
}

static int print_node(const struct ast *node, enum rank least, struct buf *out)
{
	if (rank_of(node) >= least)
		return print_bare(node, out);
	return buf_printf(out, "(") || print_bare(node, out) || buf_printf(out, ")") ? -1 : 0;
}

static int print_head(const struct stmt *s, struct buf *out)
{
	switch (s->kind) {
	case STMT_BUS:
		return buf_printf(out, "~%.*s $ ", (int)s->name.len, s->name.at);
	case STMT_MODIFIER:
		return buf_printf(out, "~%.*s # ", (int)s->name.len, s->name.at);
	case STMT_OUTPUT:
		return s->output ? buf_printf(out, "o%u $ ", s->output) : buf_printf(out, "out $ ");
	case STMT_CPS:
		return buf_printf(out, "tempo: %.*s", (int)s->value.len, s->value.at);
	case STMT_BPM:
		return buf_printf(out, "bpm: %.*s", (int)s->value.len, s->value.at);
	case STMT_OUTMIX:
		return buf_printf(out, "outmix: %.*s", (int)s->value.len, s->value.at);
	}
	return -1;
}

int ast_print_canonical(const struct ast_program *program, struct buf *out)
{
	for (uint32_t i = 0; i < program->n_stmts; i++) {
		const struct stmt *s = &program->stmts[i];
		if (print_head(s, out) || (s->expr && print_node(s->expr, RANK_CHAIN, out)) || buf_printf(out, "\n"))
			return -1;
	}
	return 0;
}
