/* Canonical source. Two programs that differ in comments, layout or old forms only print the same text, which is what
 * the content hash is made from. */
#include "render/lang/ast.h"

/* Rank of a node in the grammar: an operand that ranks below what its place asks for gets parentheses. */
enum rank { RANK_IF, RANK_CHAIN, RANK_APPLY, RANK_SUM, RANK_PROD, RANK_UNARY, RANK_CALL, RANK_ARG };

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
	case AST_USE:
		return RANK_CALL;
	case AST_IF:
		return RANK_IF;
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

static int print_index(const struct ast *node, struct buf *out)
{
	if (buf_printf(out, "~") || print_text(node->text, out) || buf_printf(out, "["))
		return -1;
	return print_operands(node, "..", RANK_SUM, out) || buf_printf(out, "]") ? -1 : 0;
}

static int print_condition(const struct ast *node, struct buf *out)
{
	if (buf_printf(out, "if ") || print_node(node->items[0], RANK_SUM, out) ||
	    buf_printf(out, " %s ", compare_text(node->compare)) || print_node(node->items[1], RANK_SUM, out) ||
	    buf_printf(out, " then ") || print_node(node->items[2], RANK_CHAIN, out))
		return -1;
	return buf_printf(out, " else ") || print_node(node->items[3], RANK_IF, out) ? -1 : 0;
}

static int print_sigil(const char *sigil, const struct ast *node, struct buf *out)
{
	return buf_printf(out, "%s", sigil) || print_text(node->text, out) ? -1 : 0;
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
		return print_sigil("~", node, out);
	case AST_TEMPLATE:
		return print_sigil("@", node, out);
	case AST_VARIABLE:
		return print_sigil("%", node, out);
	case AST_INDEX:
		return print_index(node, out);
	case AST_IF:
		return print_condition(node, out);
	case AST_USE:
		return buf_printf(out, "~") || print_call(node, out) ? -1 : 0;
	case AST_CALL:
		return print_call(node, out);
	case AST_KEYWORD:
		return buf_printf(out, ":") || print_call(node, out) ? -1 : 0;
	case AST_LIST:
		return buf_printf(out, "[") || print_operands(node, ", ", RANK_IF, out) || buf_printf(out, "]") ? -1
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
		return buf_printf(out, "(# ") || print_node(node->items[0], RANK_IF, out) || buf_printf(out, ")") ? -1
														  : 0;
	case AST_OPERATE:
		return buf_printf(out, "(%s ", arith_text(node->ops[0])) || print_node(node->items[0], RANK_SUM, out) ||
				       buf_printf(out, ")")
			       ? -1
			       : 0;
	case AST_BROKEN: /* made by expand(), after printing */
		break;
	}
	return -1;
}

static int print_node(const struct ast *node, enum rank least, struct buf *out)
{
	if (rank_of(node) >= least)
		return print_bare(node, out);
	return buf_printf(out, "(") || print_bare(node, out) || buf_printf(out, ")") ? -1 : 0;
}

int ast_print(const struct ast *node, struct buf *out)
{
	return print_node(node, RANK_IF, out);
}

static int print_name(const char *sigil, const struct stmt *s, struct buf *out)
{
	if (buf_printf(out, "%s%.*s", sigil, (int)s->name.len, s->name.at))
		return -1;
	return s->index && (buf_printf(out, "[") || print_node(s->index, RANK_SUM, out) || buf_printf(out, "]")) ? -1
														 : 0;
}

static int print_params(const struct stmt *s, struct buf *out)
{
	for (uint32_t i = 0; i < s->n_params; i++)
		if (buf_printf(out, " %.*s", (int)s->params[i].len, s->params[i].at))
			return -1;
	return 0;
}

static int print_loop_head(const struct stmt *s, struct buf *out)
{
	if (!s->from || buf_printf(out, "for %.*s in ", (int)s->name.len, s->name.at) ||
	    print_node(s->from, RANK_SUM, out) || buf_printf(out, ".."))
		return -1;
	return print_node(s->to, RANK_SUM, out) || buf_printf(out, ":") ? -1 : 0;
}

static int print_head(const struct stmt *s, struct buf *out)
{
	switch (s->kind) {
	case STMT_BUS:
		return print_name("~", s, out) || buf_printf(out, " $ ") ? -1 : 0;
	case STMT_MODIFIER:
		return print_name("~", s, out) || buf_printf(out, " # ") ? -1 : 0;
	case STMT_FUNCTION_BUS:
		return print_name("~", s, out) || print_params(s, out) || buf_printf(out, " $ ") ? -1 : 0;
	case STMT_FUNCTION:
		return print_name("fn ", s, out) || print_params(s, out) || buf_printf(out, " = ") ? -1 : 0;
	case STMT_TEMPLATE:
		return print_name("@", s, out) || buf_printf(out, ": ") ? -1 : 0;
	case STMT_VARIABLE:
		return print_name("%", s, out) || buf_printf(out, ": ") ? -1 : 0;
	case STMT_FOR:
		return s->from ? print_loop_head(s, out) : 0;
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

/* Recursion: as deep as loops are nested. */
static int print_stmts(const struct stmt *stmts, uint32_t n, unsigned indent, struct buf *out)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct stmt *s = &stmts[i];
		if (buf_printf(out, "%*s", (int)indent, "") || print_head(s, out) ||
		    (s->expr && print_node(s->expr, RANK_IF, out)) || buf_printf(out, "\n") ||
		    print_stmts(s->body, s->n_body, indent + 2, out))
			return -1;
	}
	return 0;
}

int ast_print_canonical(const struct ast_program *program, struct buf *out)
{
	return print_stmts(program->stmts, program->n_stmts, 0, out);
}
