/* Operators, and what all rules share: recursive descent, a function per rule, loosest first.
 *
 * A newline is a space, except that a line which looks like the head of a statement ends the one before it
 * (statement.c); parse_peek() hides that from the rules below. Whether an operand of `$` is a transform or a value
 * depends on what its name means, so the rule only collects operands and resolve.c sorts them. */
#include "render/lang/parse_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- Tokens, nodes, complaints ---------------------------------------------------------------------------------- */

static const struct token *end_token(const struct parser *p)
{
	return &p->tokens[p->n];
}

const struct token *parse_peek(const struct parser *p)
{
	const struct token *t = &p->tokens[p->at];

	if (!t->starts_line || p->at == p->begin)
		return t;
	return (p->brackets ? statement_starts_within : statement_starts)(p, p->at) ? end_token(p) : t;
}

struct text parse_text(const struct parser *p, const struct token *t)
{
	return (struct text){ p->source + t->span.start, t->span.end - t->span.start };
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	if (parse_peek(p)->kind != kind)
		return false;
	p->at++;
	return true;
}

struct diag *parse_error(struct parser *p, const char *code, struct span span, const char *fmt, ...)
{
	char message[200];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	p->has_failed = true;
	p->has_failed_in_brackets = p->brackets > 0;
	return diag_add(p->diags, DIAG_ERROR, code, span, "%s", message);
}

/* Where something is missing, the complaint stands behind the token before the gap. */
static struct span gap_span(const struct parser *p)
{
	uint32_t at = p->at > 0 ? p->tokens[p->at - 1].span.end : 0;
	return (struct span){ at, at };
}

static bool is_slash(const struct parser *p, const struct token *t)
{
	return t->kind == TOKEN_OP && text_is(parse_text(p, t), "/", 1);
}

/* "//" behind an expression is two divisions. */
static bool is_double_slash(const struct parser *p, const struct token *t)
{
	return is_slash(p, t) && p->at > 0 && is_slash(p, t - 1) && t[-1].span.end == t->span.start;
}

static void complain_double_slash(struct parser *p, const struct token *t)
{
	struct span both = { t[-1].span.start, t->span.end };
	struct diag *d = parse_error(p, "unexpected-token", t->span, "expected an expression, found '/'");

	diag_hint(d, "behind an expression a comment begins with '--'");
	diag_fix(d, both, "--");
}

void parse_expected(struct parser *p, const char *expected)
{
	const struct token *t = parse_peek(p);

	if (p->has_failed)
		return;
	if (t->kind == TOKEN_RANGE)
		diag_hint(parse_error(p, "misplaced-range", t->span, "a range '..' is no value"),
			  "ranges belong in 'for i in 1..3:', in '~x[1..3]' and in strings: \"1 .. 3\"");
	else if (t->kind == TOKEN_COMPARE)
		diag_hint(parse_error(p, "misplaced-comparison", t->span, "a comparison is no value"),
			  "comparisons belong in 'if a %s b then … else …'", compare_text(t->compare));
	else if (is_double_slash(p, t))
		complain_double_slash(p, t);
	else if (t->kind == TOKEN_END)
		parse_error(p, "unexpected-end", gap_span(p), "expected %s, found the end of the statement", expected);
	else
		parse_error(p, "unexpected-token", t->span, "expected %s, found '%.*s'", expected,
			    (int)(parse_text(p, t).len > 40 ? 40 : parse_text(p, t).len), parse_text(p, t).at);
}

static struct ast *exhausted(struct parser *p)
{
	p->is_exhausted = p->has_failed = true;
	return NULL;
}

struct ast *parse_node(struct parser *p, enum ast_kind kind, struct span span)
{
	if (++p->program->n_nodes > AST_NODES_MAX) {
		if (!p->has_failed)
			parse_error(p, "program-too-large", span, "the program has more than %u parts", AST_NODES_MAX);
		return NULL;
	}
	struct ast *node = ARENA_NEW(p->arena, struct ast);
	if (!node)
		return exhausted(p);
	node->kind = kind;
	node->span = node->name_span = span;
	return node;
}

bool operands_add(struct parser *p, struct operands *o, struct ast *item)
{
	if (!item)
		return false;
	if (o->n == o->cap) {
		uint32_t cap = o->cap ? 2 * o->cap : 4;
		struct ast **items = arena_grow_array(p->arena, o->items, o->n, cap, sizeof(*items));
		struct arith *ops = arena_grow_array(p->arena, o->ops, o->n, cap, sizeof(*ops));
		if (!items || !ops)
			return exhausted(p) != NULL;
		o->items = items;
		o->ops = ops;
		o->cap = cap;
	}
	o->items[o->n++] = item;
	return true;
}

struct ast *operands_node(struct parser *p, enum ast_kind kind, const struct operands *o, struct span span)
{
	struct ast *node = parse_node(p, kind, span);
	if (!node)
		return NULL;
	node->items = o->items;
	node->n_items = o->n;
	node->ops = o->ops;
	return node;
}

/* One operand stays what it is; several become one node. */
static struct ast *operands_fold(struct parser *p, enum ast_kind kind, const struct operands *o)
{
	if (o->n == 1)
		return o->items[0];
	return operands_node(p, kind, o, span_join(o->items[0]->span, o->items[o->n - 1]->span));
}

/* --- operators -------------------------------------------------------------------------------------------------- */

/* unary = [ "-" ] primary */
static struct ast *parse_unary(struct parser *p)
{
	const struct token *minus = parse_peek(p);
	struct operands o = { 0 };

	if (minus->kind != TOKEN_OP || minus->arith.op != ARITH_SUB || minus->arith.form != ARITH_PLAIN)
		return parse_primary(p);
	p->at++;
	if (!operands_add(p, &o, parse_primary(p)))
		return NULL;
	return operands_node(p, AST_NEGATE, &o, span_join(minus->span, o.items[0]->span));
}

static bool is_factor_op(struct arith op)
{
	return op.op == ARITH_MUL || op.op == ARITH_DIV;
}

static bool accept_op(struct parser *p, bool is_factor, struct arith *op)
{
	const struct token *t = parse_peek(p);

	if (t->kind != TOKEN_OP || is_factor_op(t->arith) != is_factor)
		return false;
	*op = t->arith;
	p->at++;
	return true;
}

/* prod = unary { ( "*" | "/" | "|*" | "*|" | "~*" … ) unary } */
static struct ast *parse_prod(struct parser *p)
{
	struct operands o = { 0 };
	struct arith op = { 0, 0 };

	do {
		if (!operands_add(p, &o, parse_unary(p)))
			return NULL;
		if (o.n > 1)
			o.ops[o.n - 2] = op;
	} while (accept_op(p, true, &op));
	return operands_fold(p, AST_ARITH, &o);
}

/* sum = prod { ( "+" | "-" | "|+" | "+|" | "~+" | "|>" | "<|" … ) prod } */
struct ast *parse_sum(struct parser *p)
{
	struct operands o = { 0 };
	struct arith op = { 0, 0 };

	do {
		if (!operands_add(p, &o, parse_prod(p)))
			return NULL;
		if (o.n > 1)
			o.ops[o.n - 2] = op;
	} while (accept_op(p, false, &op));
	return operands_fold(p, AST_ARITH, &o);
}

bool parse_starts_section(const struct parser *p)
{
	const struct token *t = parse_peek(p);

	if (t->kind == TOKEN_OP) /* a minus is a sign here */
		return t->arith.form != ARITH_SIGNAL && !(t->arith.op == ARITH_SUB && t->arith.form == ARITH_PLAIN);
	return t->kind == TOKEN_HASH;
}

/* section = "#" expr | op sum: an effect, or arithmetic, as a transform */
struct ast *parse_section(struct parser *p)
{
	const struct token *t = parse_peek(p);
	struct span start = t->span;
	struct operands o = { 0 };

	p->at++;
	if (t->kind == TOKEN_OP) {
		if (!operands_add(p, &o, parse_sum(p)))
			return NULL;
		o.ops[0] = t->arith;
		return operands_node(p, AST_OPERATE, &o, span_join(start, o.items[0]->span));
	}
	if (!operands_add(p, &o, parse_expr(p)))
		return NULL;
	return operands_node(p, AST_SECTION, &o, span_join(start, o.items[0]->span));
}

/* apply = sum { "$" ( sum | section ) }, a section only within brackets: (rev $ # speed 2) */
static struct ast *parse_apply(struct parser *p)
{
	struct operands o = { 0 };

	do {
		bool is_section = o.n > 0 && p->brackets > 0 && parse_starts_section(p);
		if (!operands_add(p, &o, is_section ? parse_section(p) : parse_sum(p)))
			return NULL;
	} while (parse_accept(p, TOKEN_DOLLAR));
	return operands_fold(p, AST_APPLY, &o);
}

/* expr = apply { "#" apply } */
struct ast *parse_expr(struct parser *p)
{
	struct operands o = { 0 };

	do {
		if (!operands_add(p, &o, parse_apply(p)))
			return NULL;
	} while (parse_accept(p, TOKEN_HASH));
	return operands_fold(p, AST_CHAIN, &o);
}

/* --- Edits ------------------------------------------------------------------------------------------------------ */

void parse_edit(struct parser *p, uint32_t at, uint32_t len, const char *text)
{
	struct ast_program *program = p->program;

	if (program->n_edits == program->cap_edits) {
		uint32_t cap = program->cap_edits ? 2 * program->cap_edits : 8;
		struct edit *grown = arena_grow_array(p->arena, program->edits, program->n_edits, cap, sizeof(*grown));
		if (!grown) {
			exhausted(p);
			return;
		}
		program->edits = grown;
		program->cap_edits = cap;
	}
	program->edits[program->n_edits++] = (struct edit){ at, len, text };
}

void parse_fix(struct parser *p, struct diag *d, struct span span)
{
	struct buf text = BUF_INIT;

	text.max_len = sizeof(d->fix_text) - 1;
	/* What does not fit is left to the formatter. */
	if (edits_apply(p->program, p->source, span.start, span.end, &text) == 0) {
		d->has_fix = true;
		d->fix_span = span;
		memcpy(d->fix_text, text.data ? text.data : "", text.len + (text.data != NULL));
	}
	buf_fini(&text);
}

struct ast *parse_expression(struct arena *a, const char *source, const struct token_list *tokens,
			     struct ast_program *program, struct diag_list *diags)
{
	struct parser p = { .arena = a,
			    .source = source,
			    .tokens = tokens->items,
			    .n = tokens->n,
			    .program = program,
			    .diags = diags };
	struct ast *expr = parse_expr(&p);

	if (expr && parse_peek(&p)->kind != TOKEN_END) {
		parse_expected(&p, "an operator or the end");
		expr = NULL;
	}
	if (p.is_exhausted)
		diag_add(diags, DIAG_ERROR, "out-of-memory", (struct span){ 0, 0 }, "the expression is too large");
	return expr;
}
