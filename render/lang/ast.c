#include "render/lang/ast.h"

#include <string.h>

static bool text_equal(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static bool ops_equal(const struct ast *a, const struct ast *b)
{
	for (uint32_t i = 0; i + 1 < a->n_items; i++)
		if (a->ops[i].op != b->ops[i].op || a->ops[i].form != b->ops[i].form)
			return false;
	return true;
}

bool ast_equal(const struct ast *a, const struct ast *b)
{
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || !text_equal(a->text, b->text) || a->n_items != b->n_items)
		return false;
	for (uint32_t i = 0; i < a->n_items; i++)
		if (!ast_equal(a->items[i], b->items[i]))
			return false;
	if (a->kind == AST_OPERATE && (a->ops[0].op != b->ops[0].op || a->ops[0].form != b->ops[0].form))
		return false;
	return (a->kind != AST_ARITH || ops_equal(a, b)) && (a->kind != AST_IF || a->compare == b->compare);
}

static bool params_equal(const struct stmt *a, const struct stmt *b)
{
	if (a->n_params != b->n_params)
		return false;
	for (uint32_t i = 0; i < a->n_params; i++)
		if (!text_equal(a->params[i], b->params[i]))
			return false;
	return true;
}

static bool stmts_equal(const struct stmt *a, uint32_t n_a, const struct stmt *b, uint32_t n_b);

static bool stmt_equal(const struct stmt *a, const struct stmt *b)
{
	if (!ast_equal(a->index, b->index) || !params_equal(a, b) || !ast_equal(a->from, b->from) ||
	    !ast_equal(a->to, b->to) || !stmts_equal(a->body, a->n_body, b->body, b->n_body))
		return false;
	return a->kind == b->kind && text_equal(a->name, b->name) && a->output == b->output &&
	       text_equal(a->value, b->value) && ast_equal(a->expr, b->expr);
}

static bool stmts_equal(const struct stmt *a, uint32_t n_a, const struct stmt *b, uint32_t n_b)
{
	if (n_a != n_b)
		return false;
	for (uint32_t i = 0; i < n_a; i++)
		if (!stmt_equal(&a[i], &b[i]))
			return false;
	return true;
}

bool ast_program_equal(const struct ast_program *a, const struct ast_program *b)
{
	return stmts_equal(a->stmts, a->n_stmts, b->stmts, b->n_stmts);
}

/* --- Dump ------------------------------------------------------------------------------------------------------- */

static const char *kind_name(enum ast_kind kind)
{
	static const char *const names[] = {
		[AST_NUMBER] = "number",     [AST_STRING] = "string",     [AST_BUS] = "bus",
		[AST_NAME] = "name",         [AST_CALL] = "call",         [AST_KEYWORD] = "keyword",
		[AST_LIST] = "list",         [AST_NEGATE] = "negate",     [AST_ARITH] = "arith",
		[AST_APPLY] = "apply",       [AST_CHAIN] = "chain",       [AST_SECTION] = "section",
		[AST_OPERATE] = "operate",   [AST_INDEX] = "index",       [AST_USE] = "use",
		[AST_TEMPLATE] = "template", [AST_VARIABLE] = "variable", [AST_IF] = "if",
	};
	return names[kind];
}

static int dump_ops(const struct ast *node, struct buf *out)
{
	for (uint32_t i = 0; node->kind == AST_ARITH && i + 1 < node->n_items; i++)
		if (buf_printf(out, " %s", arith_text(node->ops[i])))
			return -1;
	if (node->kind == AST_OPERATE)
		return buf_printf(out, " %s", arith_text(node->ops[0]));
	return 0;
}

static int dump_node(const struct ast *node, unsigned indent, struct buf *out)
{
	if (buf_printf(out, "%*s%s", (int)(2 * indent), "", kind_name(node->kind)))
		return -1;
	if (node->text.len && buf_printf(out, " %.*s", (int)node->text.len, node->text.at))
		return -1;
	if (node->kind == AST_IF && buf_printf(out, " %s", compare_text(node->compare)))
		return -1;
	if (dump_ops(node, out) || buf_printf(out, " @%u..%u\n", node->span.start, node->span.end))
		return -1;
	for (uint32_t i = 0; i < node->n_items; i++)
		if (dump_node(node->items[i], indent + 1, out))
			return -1;
	return 0;
}

static int dump_params(const struct stmt *s, struct buf *out)
{
	for (uint32_t i = 0; i < s->n_params; i++)
		if (buf_printf(out, " %.*s", (int)s->params[i].len, s->params[i].at))
			return -1;
	return 0;
}

static int dump_stmts(const struct stmt *stmts, uint32_t n, unsigned indent, struct buf *out);

static int dump_part(const struct ast *node, unsigned indent, struct buf *out)
{
	return node ? dump_node(node, indent, out) : 0;
}

static int dump_stmt(const struct stmt *s, unsigned indent, struct buf *out)
{
	static const char *const names[] = {
		[STMT_BUS] = "bus",           [STMT_MODIFIER] = "modifier",
		[STMT_OUTPUT] = "output",     [STMT_CPS] = "cps",
		[STMT_BPM] = "bpm",           [STMT_OUTMIX] = "outmix",
		[STMT_FUNCTION] = "function", [STMT_FUNCTION_BUS] = "function bus",
		[STMT_TEMPLATE] = "template", [STMT_VARIABLE] = "variable",
		[STMT_FOR] = "for",
	};
	if (buf_printf(out, "%*s%s", (int)(2 * indent), "", names[s->kind]))
		return -1;
	if (s->kind == STMT_OUTPUT && buf_printf(out, " %u", s->output))
		return -1;
	if (s->name.len && buf_printf(out, " %.*s", (int)s->name.len, s->name.at))
		return -1;
	if (s->value.len && buf_printf(out, " %.*s", (int)s->value.len, s->value.at))
		return -1;
	if (dump_params(s, out) || buf_printf(out, " @%u..%u\n", s->span.start, s->span.end))
		return -1;
	if (dump_part(s->index, indent + 1, out) || dump_part(s->from, indent + 1, out) ||
	    dump_part(s->to, indent + 1, out) || dump_part(s->expr, indent + 1, out))
		return -1;
	return dump_stmts(s->body, s->n_body, indent + 1, out);
}

static int dump_stmts(const struct stmt *stmts, uint32_t n, unsigned indent, struct buf *out)
{
	for (uint32_t i = 0; i < n; i++)
		if (dump_stmt(&stmts[i], indent, out))
			return -1;
	return 0;
}

int ast_dump(const struct ast_program *program, struct buf *out)
{
	return dump_stmts(program->stmts, program->n_stmts, 0, out);
}
