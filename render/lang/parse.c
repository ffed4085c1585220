/* Expressions: recursive descent, a function per rule, loosest first.
 *
 * A newline is a space, except that a line which looks like the head of a statement ends the one before it
 * (statement.c); parse_peek() hides that from the rules below. Whether an operand of `$` is a transform or a value
 * depends on what its name means, so the rule only collects operands and resolve.c sorts them. */
#include "render/lang/parse_impl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- Tokens, nodes, complaints --------------------------------------------------------------------------- */

static const struct token *end_token(const struct parser *p)
{
	return &p->tokens[p->n];
}

const struct token *parse_peek(const struct parser *p)
{
	const struct token *t = &p->tokens[p->at];

	if (!t->starts_line || p->at == p->begin)
		return t;
	return (p->brackets ? statement_starts_surely : statement_starts)(p, p->at) ? end_token(p) : t;
}

struct text parse_text(const struct parser *p, const struct token *t)
{
	return (struct text){ p->source + t->span.start, t->span.end - t->span.start };
}

static bool accept(struct parser *p, enum token_kind kind)
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

void parse_expected(struct parser *p, const char *expected)
{
	const struct token *t = parse_peek(p);

	if (p->has_failed)
		return;
	if (t->kind == TOKEN_END)
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

static struct ast *node_new(struct parser *p, enum ast_kind kind, struct span span)
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

/* A growing list of operands, copied into a node when it is complete. */
struct operands {
	struct ast **items;
	struct arith *ops;
	uint32_t n, cap;
};

static bool operands_add(struct parser *p, struct operands *o, struct ast *item)
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

static struct ast *operands_node(struct parser *p, enum ast_kind kind, const struct operands *o, struct span span)
{
	struct ast *node = node_new(p, kind, span);
	if (!node)
		return NULL;
	node->items = o->items;
	node->n_items = o->n;
	node->ops = o->ops;
	return node;
}

static struct span span_join(struct span a, struct span b)
{
	return (struct span){ a.start, b.end };
}

/* One operand stays what it is; several become one node. */
static struct ast *operands_fold(struct parser *p, enum ast_kind kind, const struct operands *o)
{
	if (o->n == 1)
		return o->items[0];
	return operands_node(p, kind, o, span_join(o->items[0]->span, o->items[o->n - 1]->span));
}

/* --- primary -------------------------------------------------------------------------------------------------- */

static bool nesting_enter(struct parser *p, struct span span)
{
	if (++p->nesting <= AST_NESTING_MAX)
		return true;
	if (!p->has_failed)
		parse_error(p, "nested-too-deep", span, "brackets are nested deeper than %u", AST_NESTING_MAX);
	return false;
}

static struct ast *leaf(struct parser *p, enum ast_kind kind, unsigned trim_left, unsigned trim_right)
{
	const struct token *t = parse_peek(p);
	struct ast *node = node_new(p, kind, t->span);

	if (!node)
		return NULL;
	node->text = parse_text(p, t);
	node->text.at += trim_left;
	node->text.len -= trim_left + trim_right;
	p->at++;
	return node;
}

static struct ast *string_leaf(struct parser *p)
{
	struct text t = parse_text(p, parse_peek(p));
	/* An open string, complained about by the lexer, lacks its second quote. */
	bool is_closed = t.len > 1 && t.at[t.len - 1] == '"';
	return leaf(p, AST_STRING, 1, is_closed ? 1 : 0);
}

static struct ast *unsupported_leaf(struct parser *p, const char *what)
{
	if (!p->has_failed)
		parse_error(p, "unsupported", parse_peek(p)->span, "%s are not supported", what);
	return NULL;
}

static bool close_bracket(struct parser *p, const struct token *open, enum token_kind kind, const char *text)
{
	if (accept(p, kind))
		return true;
	if (parse_peek(p)->kind == TOKEN_END && !p->has_failed)
		parse_error(p, "open-bracket", open->span, "this bracket is never closed; expected %s", text);
	parse_expected(p, text);
	return false;
}

/* section = "#" expr, only within parentheses: an effect used as a transform */
static struct ast *parse_section(struct parser *p)
{
	struct span start = parse_peek(p)->span;
	struct operands o = { 0 };

	p->at++;
	if (!operands_add(p, &o, parse_expr(p)))
		return NULL;
	return operands_node(p, AST_SECTION, &o, span_join(start, o.items[0]->span));
}

/* paren = "(" ( expr | section ) ")" */
static struct ast *parse_paren(struct parser *p)
{
	const struct token *open = parse_peek(p);
	struct ast *inner = NULL;

	if (!nesting_enter(p, open->span))
		return NULL;
	p->at++;
	p->brackets++;
	inner = parse_peek(p)->kind == TOKEN_HASH ? parse_section(p) : parse_expr(p);
	if (inner && !close_bracket(p, open, TOKEN_CLOSE, "')'"))
		inner = NULL;
	p->brackets--;
	p->nesting--;
	return inner;
}

static bool parse_list_items(struct parser *p, struct operands *o, enum token_kind close)
{
	if (parse_peek(p)->kind == close)
		return true;
	do {
		if (parse_peek(p)->kind == close)
			return true; /* a comma after the last item is harmless */
		if (!operands_add(p, o, parse_expr(p)))
			return false;
	} while (accept(p, TOKEN_COMMA));
	return true;
}

/* list = "[" [ expr { "," expr } ] "]" */
static struct ast *parse_list(struct parser *p)
{
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };
	struct ast *node = NULL;

	if (!nesting_enter(p, open->span))
		return NULL;
	p->at++;
	p->brackets++;
	if (parse_list_items(p, &o, TOKEN_LIST_CLOSE) && close_bracket(p, open, TOKEN_LIST_CLOSE, "',' or ']'"))
		node = operands_node(p, AST_LIST, &o, span_join(open->span, p->tokens[p->at - 1].span));
	p->brackets--;
	p->nesting--;
	return node;
}

static struct ast *parse_name(struct parser *p)
{
	return leaf(p, AST_NAME, 0, 0);
}

static bool starts_arg(const struct parser *p)
{
	switch (parse_peek(p)->kind) {
	case TOKEN_NAME:
	case TOKEN_NUMBER:
	case TOKEN_STRING:
	case TOKEN_BUS:
	case TOKEN_TEMPLATE:
	case TOKEN_VARIABLE:
	case TOKEN_OPEN:
	case TOKEN_LIST_OPEN:
	case TOKEN_COLON:
		return true;
	default:
		return false;
	}
}

/* The form that earlier versions of the language had: f(a, b). */
static struct ast *parse_old_call(struct parser *p, struct ast *name)
{
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };
	bool is_whole = false;

	if (!nesting_enter(p, open->span))
		return NULL;
	p->at++;
	p->brackets++;
	is_whole = parse_list_items(p, &o, TOKEN_CLOSE) && close_bracket(p, open, TOKEN_CLOSE, "',' or ')'");
	p->brackets--;
	p->nesting--;
	if (!is_whole)
		return NULL;
	struct span span = span_join(name->span, p->tokens[p->at - 1].span);
	diag_hint(diag_add(p->diags, DIAG_WARNING, "old-call", span, "'%.*s(…)' is an old form of a call",
			   (int)name->text.len, name->text.at),
		  "write the arguments after the name, separated by spaces");
	name->kind = o.n ? AST_CALL : AST_NAME;
	name->items = o.items;
	name->n_items = o.n;
	name->span = span;
	return name;
}

/* How far to look for the comma that tells f(a, b) from f (a): longer first arguments are not searched, so that hostile
 * programs cannot make parsing quadratic. */
enum { OLD_CALL_TOKENS_MAX = 500 };

/* True at "name(" when the bracket holds a list, or when is_arg: there a bracket would be the next argument. */
static bool is_old_call(const struct parser *p, bool is_arg)
{
	const struct token *t = &p->tokens[p->at];
	unsigned depth = 0;

	if (t->kind != TOKEN_OPEN || !t->touches_left)
		return false;
	if (is_arg)
		return true;
	for (const struct token *end = t + OLD_CALL_TOKENS_MAX; t->kind != TOKEN_END && t < end; t++) {
		if (t->kind == TOKEN_OPEN || t->kind == TOKEN_LIST_OPEN)
			depth++;
		else if (t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE)
			depth--;
		if (depth == 0)
			return t[-1].kind == TOKEN_OPEN; /* f() */
		if (depth == 1 && t->kind == TOKEN_COMMA)
			return true;
	}
	return false;
}

static struct ast *parse_arg(struct parser *p);

/* keyword = ":" id primary */
static struct ast *parse_keyword(struct parser *p)
{
	struct span colon = parse_peek(p)->span;

	p->at++;
	if (parse_peek(p)->kind != TOKEN_NAME) {
		parse_expected(p, "the name of a parameter after ':'");
		return NULL;
	}
	struct ast *node = leaf(p, AST_KEYWORD, 0, 0);
	if (!node)
		return NULL;
	if (!starts_arg(p) || parse_peek(p)->kind == TOKEN_COLON) {
		parse_expected(p, "a value for this parameter");
		return NULL;
	}
	struct operands o = { 0 };
	if (!operands_add(p, &o, parse_arg(p)))
		return NULL;
	node->items = o.items;
	node->n_items = 1;
	node->span = span_join(colon, o.items[0]->span);
	return node;
}

static struct ast *parse_bus(struct parser *p)
{
	struct ast *node = leaf(p, AST_BUS, 1, 0);

	if (node && memchr(node->text.at, ':', node->text.len)) {
		parse_error(p, "unsupported", node->span, "MIDI buses are not supported");
		return NULL;
	}
	return node;
}

/* arg = keyword | number | string | bus | id | paren | list */
static struct ast *parse_arg(struct parser *p)
{
	switch (parse_peek(p)->kind) {
	case TOKEN_COLON:
		return parse_keyword(p);
	case TOKEN_NUMBER:
		return leaf(p, AST_NUMBER, 0, 0);
	case TOKEN_STRING:
		return string_leaf(p);
	case TOKEN_BUS:
		return parse_bus(p);
	case TOKEN_NAME: {
		struct ast *name = parse_name(p);
		return name && is_old_call(p, true) ? parse_old_call(p, name) : name;
	}
	case TOKEN_OPEN:
		return parse_paren(p);
	case TOKEN_LIST_OPEN:
		return parse_list(p);
	case TOKEN_TEMPLATE:
		return unsupported_leaf(p, "templates ('@name')");
	case TOKEN_VARIABLE:
		return unsupported_leaf(p, "pattern variables ('%name')");
	default:
		parse_expected(p, "an expression");
		return NULL;
	}
}

/* call = id { arg } */
static struct ast *parse_call(struct parser *p)
{
	struct ast *call = parse_name(p);
	struct operands o = { 0 };

	if (call && is_old_call(p, false))
		return parse_old_call(p, call);
	while (call && starts_arg(p))
		if (!operands_add(p, &o, parse_arg(p)))
			return NULL;
	if (!call || o.n == 0)
		return call;
	call->kind = AST_CALL;
	call->items = o.items;
	call->n_items = o.n;
	call->span = span_join(call->name_span, o.items[o.n - 1]->span);
	return call;
}

/* "~add a b": arithmetic under a bus's name. */
static bool is_signal_function(struct text t)
{
	return t.len == 4 &&
	       (text_is(t, "~add", 4) || text_is(t, "~sub", 4) || text_is(t, "~mul", 4) || text_is(t, "~div", 4));
}

/* sigfn = ( "~add" | "~sub" | "~mul" | "~div" ) arg arg */
static struct ast *parse_signal_function(struct parser *p)
{
	static const char ops[][4] = { "add", "sub", "mul", "div" };
	struct operands o = { 0 };
	struct span start = parse_peek(p)->span;
	struct text name = parse_text(p, parse_peek(p));
	unsigned op = 0;

	p->at++;
	while (memcmp(ops[op], name.at + 1, 3) != 0)
		op++;
	for (int i = 0; i < 2; i++)
		if (!operands_add(p, &o, parse_arg(p)))
			return NULL;
	o.ops[0] = (struct arith){ (unsigned char)op, ARITH_SIGNAL };
	return operands_node(p, AST_ARITH, &o, span_join(start, o.items[1]->span));
}

static void complain_extra_operand(struct parser *p)
{
	const struct token *t = parse_peek(p);
	struct text text = parse_text(p, t), before = parse_text(p, t - 1);
	int len = text.len > 40 ? 40 : (int)text.len, before_len = before.len > 40 ? 40 : (int)before.len;

	if (p->has_failed)
		return;
	if (t->kind == TOKEN_NUMBER && text.at[0] == '-')
		diag_hint(
			parse_error(p, "unexpected-token", t->span, "expected an operator, found '%.*s'", len, text.at),
			"to subtract, put a space after the minus: '- %.*s'", len - 1, text.at + 1);
	else if (t[-1].kind == TOKEN_BUS)
		parse_error(p, "unsupported", t->span,
			    "'%.*s' is called with an argument; function buses are not supported", before_len,
			    before.at);
	else
		parse_error(p, "unexpected-token", t->span,
			    "expected an operator or the end of the statement, found '%.*s'", len, text.at);
}

/* primary = number | string | sigfn | bus | call | paren | list */
static struct ast *parse_primary(struct parser *p)
{
	const struct token *t = parse_peek(p);
	struct ast *node;

	if (t->kind == TOKEN_NAME)
		return parse_call(p);
	if (t->kind == TOKEN_COLON) {
		parse_expected(p, "an expression");
		return NULL;
	}
	if (t->kind == TOKEN_BUS && is_signal_function(parse_text(p, t)))
		return parse_signal_function(p);
	node = parse_arg(p);
	if (!node || !starts_arg(p))
		return node;
	complain_extra_operand(p);
	return NULL;
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
static struct ast *parse_sum(struct parser *p)
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

/* apply = sum { "$" sum } */
static struct ast *parse_apply(struct parser *p)
{
	struct operands o = { 0 };

	do {
		if (!operands_add(p, &o, parse_sum(p)))
			return NULL;
	} while (accept(p, TOKEN_DOLLAR));
	return operands_fold(p, AST_APPLY, &o);
}

/* expr = apply { "#" apply } */
struct ast *parse_expr(struct parser *p)
{
	struct operands o = { 0 };

	do {
		if (!operands_add(p, &o, parse_apply(p)))
			return NULL;
	} while (accept(p, TOKEN_HASH));
	return operands_fold(p, AST_CHAIN, &o);
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
