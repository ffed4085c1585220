/* Operands: literals, buses, brackets, calls with their arguments, conditions. */
#include <string.h>

#include "render/lang/parse_impl.h"

/* --- Brackets --------------------------------------------------------------------------------------------------- */

bool parse_nest(struct parser *p, struct span span)
{
	if (++p->nesting <= AST_NESTING_MAX)
		return true;
	if (!p->has_failed)
		parse_error(p, "nested-too-deep", span, "brackets are nested deeper than %u", AST_NESTING_MAX);
	return false;
}

/* Steps over an opening bracket; false when that is too deep. */
static bool open_bracket(struct parser *p)
{
	const struct token *open = parse_peek(p);

	if (!parse_nest(p, open->span))
		return false;
	p->at++;
	p->brackets++;
	p->unclosed += open->is_unclosed;
	return true;
}

/* Leaves what open_bracket() entered; false, with a complaint, when is_whole but the closing bracket is missing. */
static bool close_bracket(struct parser *p, const struct token *open, enum token_kind kind, const char *text,
			  bool is_whole)
{
	if (is_whole && !parse_accept(p, kind)) {
		if (parse_peek(p)->kind == TOKEN_END && !p->has_failed)
			parse_error(p, "open-bracket", open->span, "this bracket is never closed; expected %s", text);
		parse_expected(p, text);
		is_whole = false;
	}
	p->brackets--;
	p->unclosed -= open->is_unclosed;
	p->nesting--;
	return is_whole;
}

/* paren = "(" ( expr | section ) ")" */
static struct ast *parse_paren(struct parser *p)
{
	const struct token *open = parse_peek(p);

	if (!open_bracket(p))
		return NULL;
	struct ast *inner = parse_starts_section(p) ? parse_section(p) : parse_expr(p);
	if (!close_bracket(p, open, TOKEN_CLOSE, "')'", inner != NULL))
		return NULL;
	inner->is_bracketed = true;
	return inner;
}

/* A separator of the old call, a token of one byte, becomes a space, unless one stands behind it. */
static void edit_separator(struct parser *p, const struct token *t)
{
	parse_edit(p, t->span.start, 1, t[1].touches_left ? " " : "");
}

/* A comma after the last item is harmless. */
static bool parse_list_items(struct parser *p, struct operands *o, enum token_kind close)
{
	while (parse_peek(p)->kind != close) {
		if (!operands_add(p, o, parse_expr(p)))
			return false;
		const struct token *comma = parse_peek(p);
		if (!parse_accept(p, TOKEN_COMMA))
			return true;
		if (close == TOKEN_CLOSE)
			edit_separator(p, comma);
	}
	return true;
}

/* list = "[" [ expr { "," expr } ] "]" */
static struct ast *parse_list(struct parser *p)
{
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };

	if (!open_bracket(p))
		return NULL;
	bool is_whole = parse_list_items(p, &o, TOKEN_LIST_CLOSE);
	if (!close_bracket(p, open, TOKEN_LIST_CLOSE, "',' or ']'", is_whole))
		return NULL;
	return operands_node(p, AST_LIST, &o, span_join(open->span, p->tokens[p->at - 1].span));
}

/* --- Words ------------------------------------------------------------------------------------------------------ */

static struct ast *leaf(struct parser *p, enum ast_kind kind, unsigned trim_left, unsigned trim_right)
{
	const struct token *t = parse_peek(p);
	struct ast *node = parse_node(p, kind, t->span);

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

static bool is_word(const struct parser *p, const struct token *t, const char *word)
{
	return t->kind == TOKEN_NAME && text_is(parse_text(p, t), word, strlen(word));
}

static bool starts_arg(const struct parser *p)
{
	const struct token *t = parse_peek(p);

	switch (t->kind) {
	case TOKEN_NAME:
		return !p->conditions || !(is_word(p, t, "then") || is_word(p, t, "else"));
	case TOKEN_NUMBER:
	case TOKEN_STRING:
	case TOKEN_BUS:
	case TOKEN_TEMPLATE:
	case TOKEN_VARIABLE:
	case TOKEN_OPEN:
	case TOKEN_LIST_OPEN:
		return true;
	case TOKEN_COLON:
		return !p->is_loop_head;
	default:
		return false;
	}
}

/* index = "~" id "[" sum [ ".." sum ] "]", without a space before the bracket */
struct ast *parse_index(struct parser *p, bool may_be_range)
{
	struct ast *node = leaf(p, AST_INDEX, 1, 0);
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };

	if (!node || !open_bracket(p))
		return NULL;
	bool is_whole = operands_add(p, &o, parse_sum(p));
	if (is_whole && may_be_range && parse_accept(p, TOKEN_RANGE))
		is_whole = operands_add(p, &o, parse_sum(p));
	if (!close_bracket(p, open, TOKEN_LIST_CLOSE, "']'", is_whole))
		return NULL;
	node->items = o.items;
	node->n_items = o.n;
	node->span = span_join(node->span, p->tokens[p->at - 1].span);
	return node;
}

static struct ast *parse_bus(struct parser *p)
{
	const struct token *next = &p->tokens[p->at + 1];

	if (next->kind == TOKEN_LIST_OPEN && next->touches_left)
		return parse_index(p, true);
	struct ast *node = leaf(p, AST_BUS, 1, 0);
	if (node && memchr(node->text.at, ':', node->text.len)) {
		diag_hint(parse_error(p, "live-only", node->span, "a render hears no MIDI device"),
			  "write the notes as a pattern: note \"c4 e4\"");
		return NULL;
	}
	return node;
}

/* --- Calls ------------------------------------------------------------------------------------------------------ */

static bool is_argument(const struct ast *node)
{
	switch (node->kind) {
	case AST_CALL:
	case AST_USE:
	case AST_NEGATE:
	case AST_ARITH:
	case AST_APPLY:
	case AST_CHAIN:
	case AST_IF:
		return false;
	default:
		return true;
	}
}

/* Whether a token would become one with a word that comes before it instead of a bracket: "f()chunk". */
static bool would_join(const struct token *t)
{
	return t->touches_left && (t->kind == TOKEN_NAME || t->kind == TOKEN_NUMBER);
}

/* f(a, b c) becomes f a (b c), and (f a (b c)) where the call is an argument. */
static void edit_old_call(struct parser *p, const struct ast *name, const struct token *open, const struct operands *o,
			  bool is_arg)
{
	const struct token *close = &p->tokens[p->at - 1];
	bool needs_parens = is_arg && o->n > 0;

	if (needs_parens)
		parse_edit(p, name->span.start, 0, "(");
	if (o->n)
		edit_separator(p, open);
	else
		parse_edit(p, open->span.start, 1, "");
	for (uint32_t i = 0; i < o->n; i++)
		if (!is_argument(o->items[i]) && !o->items[i]->is_bracketed) {
			parse_edit(p, o->items[i]->span.start, 0, "(");
			parse_edit(p, o->items[i]->span.end, 0, ")");
		}
	parse_edit(p, close->span.start, 1, needs_parens ? ")" : would_join(close + 1) ? " " : "");
}

/* The form that earlier versions of the language had: f(a, b). */
static struct ast *parse_old_call(struct parser *p, struct ast *name, bool is_arg)
{
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };

	if (!open_bracket(p))
		return NULL;
	bool is_whole = parse_list_items(p, &o, TOKEN_CLOSE);
	if (!close_bracket(p, open, TOKEN_CLOSE, "',' or ')'", is_whole))
		return NULL;
	struct span span = span_join(name->span, p->tokens[p->at - 1].span);
	struct diag *d = diag_add(p->diags, DIAG_WARNING, "old-call", span, "'%.*s(…)' is an old form of a call",
				  (int)(name->text.len > 60 ? 60 : name->text.len), name->text.at);
	diag_hint(d, "write the arguments after the name, separated by spaces");
	edit_old_call(p, name, open, &o, is_arg);
	parse_fix(p, d, span);
	name->kind = o.n ? AST_CALL : AST_NAME;
	name->items = o.items;
	name->n_items = o.n;
	name->span = span;
	return name;
}

/* How far to look for the comma that tells f(a, b) from f (a), and for the `then` of a condition: farther is not
 * searched, so that hostile programs cannot make parsing quadratic. */
enum { LOOKAHEAD_TOKENS_MAX = 500 };

/* True at "name(" when the bracket holds a list, or when is_arg: there a bracket would be the next argument. */
static bool is_old_call(const struct parser *p, const struct ast *name, bool is_arg)
{
	const struct token *t = &p->tokens[p->at];
	unsigned depth = 0;

	if (t->kind != TOKEN_OPEN || !t->touches_left || text_is(name->text, "sum", 3))
		return false;
	if (is_arg)
		return true;
	for (const struct token *end = t + LOOKAHEAD_TOKENS_MAX; t->kind != TOKEN_END && t < end; t++) {
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

/* id, sum ( … ) or an old call */
static struct ast *parse_name_arg(struct parser *p)
{
	struct ast *name = leaf(p, AST_NAME, 0, 0);
	const struct token *open = parse_peek(p);
	struct operands o = { 0 };

	if (!name || open->kind != TOKEN_OPEN || !open->touches_left)
		return name;
	if (is_old_call(p, name, true))
		return parse_old_call(p, name, true);
	if (!operands_add(p, &o, parse_paren(p)))
		return NULL;
	name->kind = AST_CALL;
	name->items = o.items;
	name->n_items = 1;
	name->span = span_join(name->span, p->tokens[p->at - 1].span);
	return name;
}

/* arg = keyword | number | string | bus | template | variable | id | paren | list */
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
	case TOKEN_TEMPLATE:
		return leaf(p, AST_TEMPLATE, 1, 0);
	case TOKEN_VARIABLE:
		return leaf(p, AST_VARIABLE, 1, 0);
	case TOKEN_NAME:
		return parse_name_arg(p);
	case TOKEN_OPEN:
		return parse_paren(p);
	case TOKEN_LIST_OPEN:
		return parse_list(p);
	default:
		parse_expected(p, "an expression");
		return NULL;
	}
}

/* Turns a name or bus into the call of it with the arguments that follow, if any. */
static struct ast *parse_arguments(struct parser *p, struct ast *callee, enum ast_kind kind)
{
	struct operands o = { 0 };

	while (starts_arg(p))
		if (!operands_add(p, &o, parse_arg(p)))
			return NULL;
	if (o.n == 0)
		return callee;
	callee->kind = kind;
	callee->items = o.items;
	callee->n_items = o.n;
	callee->span = span_join(callee->name_span, o.items[o.n - 1]->span);
	return callee;
}

/* call = id { arg } */
static struct ast *parse_call(struct parser *p)
{
	struct ast *call = leaf(p, AST_NAME, 0, 0);

	if (call && is_old_call(p, call, false))
		return parse_old_call(p, call, false);
	return call ? parse_arguments(p, call, AST_CALL) : NULL;
}

/* use = bus { arg } */
static struct ast *parse_use(struct parser *p)
{
	struct ast *bus = parse_bus(p);

	return bus && bus->kind == AST_BUS ? parse_arguments(p, bus, AST_USE) : bus;
}

/* "~add a b" is arithmetic, unless the program has a bus of that name. */
static bool is_signal_function(const struct parser *p, const struct token *t)
{
	int op = t->kind == TOKEN_BUS ? head_operator(parse_text(p, t)) : -1;

	return op >= 0 && !(p->own_buses & 1u << op);
}

/* sigfn = ( "~add" | "~sub" | "~mul" | "~div" ) arg arg */
static struct ast *parse_signal_function(struct parser *p)
{
	struct operands o = { 0 };
	struct span start = parse_peek(p)->span;
	int op = head_operator(parse_text(p, parse_peek(p)));

	p->at++;
	for (int i = 0; i < 2; i++)
		if (!operands_add(p, &o, parse_arg(p)))
			return NULL;
	o.ops[0] = (struct arith){ (unsigned char)op, ARITH_SIGNAL };
	return operands_node(p, AST_ARITH, &o, span_join(start, o.items[1]->span));
}

/* --- Conditions ------------------------------------------------------------------------------------------------- */

/* `if` also names a function; the condition has a `then`. */
static bool is_condition(const struct parser *p)
{
	const struct token *t = &p->tokens[p->at];

	if (!is_word(p, t, "if"))
		return false;
	for (const struct token *end = t + LOOKAHEAD_TOKENS_MAX; t->kind != TOKEN_END && t < end; t++)
		if (is_word(p, t, "then"))
			return true;
		else if (t->kind == TOKEN_DOLLAR || t->kind == TOKEN_COMMA)
			return false;
	return false;
}

static bool parse_word(struct parser *p, const char *word)
{
	char quoted[16] = "'";

	if (is_word(p, parse_peek(p), word)) {
		p->at++;
		return true;
	}
	strcat(strcat(quoted, word), "'");
	parse_expected(p, quoted);
	return false;
}

static bool parse_comparison(struct parser *p, struct operands *o, enum compare_op *compare)
{
	if (!operands_add(p, o, parse_sum(p)))
		return false;
	if (parse_peek(p)->kind != TOKEN_COMPARE) {
		parse_expected(p, "one of == != < > <= >=");
		return false;
	}
	*compare = p->tokens[p->at++].compare;
	return operands_add(p, o, parse_sum(p));
}

/* condition = "if" sum compare sum "then" expr "else" expr */
static struct ast *parse_condition(struct parser *p)
{
	struct span start = parse_peek(p)->span;
	enum compare_op compare = COMPARE_EQUAL;
	struct operands o = { 0 };

	if (!parse_nest(p, start))
		return NULL;
	p->at++;
	p->conditions++;
	bool is_whole = parse_comparison(p, &o, &compare) && parse_word(p, "then") &&
			operands_add(p, &o, parse_expr(p)) && parse_word(p, "else");
	p->conditions--;
	is_whole = is_whole && operands_add(p, &o, parse_expr(p));
	p->nesting--;
	struct ast *node = is_whole ? operands_node(p, AST_IF, &o, span_join(start, p->tokens[p->at - 1].span)) : NULL;
	if (node)
		node->compare = compare;
	return node;
}

/* --- primary ---------------------------------------------------------------------------------------------------- */

void parse_complain_extra(struct parser *p)
{
	const struct token *t = parse_peek(p);
	struct text text = parse_text(p, t);
	int len = text.len > 40 ? 40 : (int)text.len;

	if (t->kind == TOKEN_RANGE || t->kind == TOKEN_COMPARE) {
		parse_expected(p, "an operator or the end of the statement");
		return;
	}
	if (p->has_failed)
		return;
	struct diag *d = parse_error(p, "unexpected-token", t->span,
				     "expected an operator or the end of the statement, found '%.*s'", len, text.at);
	if (t->kind == TOKEN_NUMBER && text.at[0] == '-') {
		diag_hint(d, "to subtract, put a space after the minus: '- %.*s'", len - 1, text.at + 1);
		diag_fix(d, (struct span){ t->span.start, t->span.start + 1 }, "- ");
	}
	if (t->kind == TOKEN_COMMA)
		diag_hint(d, "to play two sounds together, write 'stack [a, b]' or 'a + b'");
	if (t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE) {
		diag_hint(d, "no bracket is open here");
		diag_fix(d, t->span, "");
	}
}

/* primary = number | string | sigfn | use | template | variable | call | condition | paren | list */
struct ast *parse_primary(struct parser *p)
{
	const struct token *t = parse_peek(p);
	struct ast *node;

	if (t->kind == TOKEN_NAME && is_condition(p))
		return parse_condition(p);
	if (t->kind == TOKEN_NAME)
		return parse_call(p);
	if (t->kind == TOKEN_COLON) {
		parse_expected(p, "an expression");
		return NULL;
	}
	if (is_signal_function(p, t))
		return parse_signal_function(p);
	node = t->kind == TOKEN_BUS ? parse_use(p) : parse_arg(p);
	if (!node || !starts_arg(p))
		return node;
	parse_complain_extra(p);
	return NULL;
}
