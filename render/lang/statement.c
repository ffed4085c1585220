/* Statements, and how to go on after one that cannot be read. */
#include <string.h>

#include "render/lang/elsewhere.h"
#include "render/lang/parse_impl.h"

/* --- Statements ------------------------------------------------------------------------------------------------- */

static struct stmt *stmt_new(struct parser *p, enum stmt_kind kind, const struct token *head)
{
	struct ast_program *program = p->program;

	if (program->n_stmts == program->cap_stmts) {
		uint32_t cap = program->cap_stmts ? 2 * program->cap_stmts : 16;
		struct stmt *grown = arena_grow_array(p->arena, program->stmts, program->n_stmts, cap, sizeof(*grown));
		if (!grown) {
			p->is_exhausted = true;
			return NULL;
		}
		program->stmts = grown;
		program->cap_stmts = cap;
	}
	struct stmt *s = &program->stmts[program->n_stmts++];
	*s = (struct stmt){ .kind = kind, .span = head->span, .head = head->span };
	return s;
}

/* An old form and the current one: the edit is the way there. */
static void warn_old(struct parser *p, const struct stmt *s, const struct token *last, const char *what, uint32_t at,
		     uint32_t len, const char *text)
{
	struct diag *d = diag_add(p->diags, DIAG_WARNING, "old-statement", s->head, "%s is an old form", what);
	struct span span = { s->head.start, last->span.end };

	if (!text)
		p->is_exhausted = true;
	if (!text)
		return;
	parse_edit(p, at, len, text);
	parse_fix(p, d, span);
	if (d->has_fix)
		diag_hint(d, "write '%.60s …'", d->fix_text);
}

static void parse_definition(struct parser *p, struct stmt *s)
{
	s->expr = parse_expr(p);
	if (s->expr && parse_peek(p)->kind != TOKEN_END) {
		parse_complain_extra(p);
		s->expr = NULL;
	}
	s->span.end = p->at > p->begin ? p->tokens[p->at - 1].span.end : s->span.end;
}

static bool is_sign(const struct token *t)
{
	return t->kind == TOKEN_DOLLAR || t->kind == TOKEN_COLON || t->kind == TOKEN_EQUALS;
}

/* output = ( "out" | "oN" | "dN" | "outN" ) [ "$" | ":" | "=" | "#" ] expr */
static void parse_output(struct parser *p, const struct token *head)
{
	struct stmt *s = stmt_new(p, STMT_OUTPUT, head);
	const struct token *sign = &p->tokens[p->at];

	if (!s)
		return;
	s->output = (unsigned)head_output_number(parse_text(p, head));
	if (is_sign(sign) || sign->kind == TOKEN_HASH)
		p->at++;
	if (sign->kind == TOKEN_EQUALS || sign->kind == TOKEN_HASH) {
		warn_old(p, s, sign, "an output without '$'", sign->span.start, 1, "$");
	} else if (!is_sign(sign) && sign->kind != TOKEN_END) {
		warn_old(p, s, head, "an output without '$'", head->span.end, 0, " $");
		/* "o1-3": behind the new sign, "-3" would be one number. */
		if (sign->kind == TOKEN_OP && sign[1].kind == TOKEN_NUMBER && sign[1].touches_left)
			parse_edit(p, sign->span.end, 0, " ");
	}
	parse_definition(p, s);
}

/* name = id without its sigil; an index may follow */
static bool parse_stmt_name(struct parser *p, struct stmt *s, const struct token *head, unsigned trim)
{
	const struct token *next = &p->tokens[p->at];

	s->name = parse_text(p, head);
	s->name.at += trim;
	s->name.len -= trim;
	if (head->kind != TOKEN_BUS || next->kind != TOKEN_LIST_OPEN || !next->touches_left)
		return true;
	p->at--;
	struct ast *index = parse_index(p, false);
	if (index)
		s->index = index->items[0];
	s->head.end = p->tokens[p->at - 1].span.end;
	return index != NULL;
}

/* bus = "~" id [ index ] ( "$" | ":" | "=" | "#" ) expr, and the old: id "=" expr */
static void parse_bus_statement(struct parser *p, const struct token *head, enum stmt_kind kind, unsigned trim)
{
	struct stmt *s = stmt_new(p, kind, head);

	if (!s || !parse_stmt_name(p, s, head, trim))
		return;
	const struct token *sign = &p->tokens[p->at++];
	if (sign->kind == TOKEN_EQUALS && trim)
		warn_old(p, s, sign, "a definition with '='", sign->span.start, 1, "$");
	else if (sign->kind == TOKEN_EQUALS)
		warn_old(p, s, sign, "a definition with '='", head->span.start, sign->span.end - head->span.start,
			 arena_printf(p->arena, "~%.*s $", (int)s->name.len, s->name.at));
	parse_definition(p, s);
}

/* The names up to the sign; a copy in the arena. */
static bool parse_params(struct parser *p, struct stmt *s)
{
	size_t n = 0;

	while (p->tokens[p->at + n].kind == TOKEN_NAME)
		n++;
	s->params = ARENA_ARRAY(p->arena, n, struct text);
	if (!s->params) {
		p->is_exhausted = true;
		return false;
	}
	for (; s->n_params < n; p->at++)
		s->params[s->n_params++] = parse_text(p, &p->tokens[p->at]);
	return true;
}

/* function bus = "~" id [ index ] id { id } ( "$" | ":" ) expr */
static void parse_function_bus(struct parser *p, const struct token *head)
{
	struct stmt *s = stmt_new(p, STMT_FUNCTION_BUS, head);

	if (!s || !parse_stmt_name(p, s, head, 1) || !parse_params(p, s))
		return;
	p->at++;
	parse_definition(p, s);
}

/* function = "fn" id { id } "=" expr */
static void parse_function(struct parser *p, const struct token *head)
{
	struct stmt *s = stmt_new(p, STMT_FUNCTION, head);
	const struct token *name = &p->tokens[p->at++];

	if (!s || !parse_stmt_name(p, s, name, 0))
		return;
	s->head = name->span;
	if (!parse_params(p, s))
		return;
	if (p->tokens[p->at].kind != TOKEN_EQUALS) {
		parse_expected(p, "a parameter or '='");
		return;
	}
	p->at++;
	parse_definition(p, s);
}

/* template = ( "@" | "%" ) id ":" [ "#" ] expr */
static void parse_template(struct parser *p, const struct token *head, enum stmt_kind kind)
{
	struct stmt *s = stmt_new(p, kind, head);

	if (!s || !parse_stmt_name(p, s, head, 1))
		return;
	p->at++;
	if (kind == STMT_TEMPLATE && parse_peek(p)->kind == TOKEN_HASH)
		p->at++;
	parse_definition(p, s);
}

static bool is_setting_value(const struct stmt *s, const struct token *t)
{
	return t->kind == (s->kind == STMT_OUTMIX ? TOKEN_NAME : TOKEN_NUMBER);
}

/* setting = ( "tempo" | "cps" | "bpm" | "outmix" ) ( ":" | "=" | "" ) ( number | id ) */
static void parse_setting(struct parser *p, const struct token *head, enum stmt_kind kind)
{
	struct stmt *s = stmt_new(p, kind, head);
	const struct token *sign = &p->tokens[p->at];

	if (!s)
		return;
	if (sign->kind == TOKEN_COLON || sign->kind == TOKEN_EQUALS)
		p->at++;
	const struct token *value = &p->tokens[p->at];
	if (sign->kind != TOKEN_COLON)
		warn_old(p, s, value, "a setting without ':'", head->span.end,
			 (sign->kind == TOKEN_EQUALS ? sign->span.end : head->span.end) - head->span.end, ":");
	if (!is_setting_value(s, value)) {
		parse_error(p, "expected-literal", value->kind == TOKEN_END ? head->span : value->span,
			    kind == STMT_OUTMIX ? "expected one of none, gain, sqrt, tanh, hard"
						: "expected a number that is written out");
		return;
	}
	p->at++;
	s->value = parse_text(p, value);
	s->value_span = value->span;
	s->span.end = value->span.end;
	if (kind == STMT_BPM && p->tokens[p->at].kind == TOKEN_STRING)
		diag_add(p->diags, DIAG_WARNING, "no-effect", p->tokens[p->at++].span,
			 "a time signature has no effect: a beat is a cycle");
}

/* Block sizes belong to the machine, not to the music. */
static void parse_buffer(struct parser *p, const struct token *head)
{
	diag_add(p->diags, DIAG_WARNING, "no-effect", head->span, "'buffer' has no effect on a render");
	while (p->tokens[p->at].kind == TOKEN_COLON || p->tokens[p->at].kind == TOKEN_EQUALS ||
	       p->tokens[p->at].kind == TOKEN_NUMBER)
		p->at++;
}

/* hush panic resetCycles … steer a performance. A render has nobody to steer it: what would change nothing that is
 * rendered is only remarked on. */
static void parse_live(struct parser *p, const struct token *head)
{
	struct text word = parse_text(p, head);
	const struct token *value = &p->tokens[p->at];
	bool has_value = value->kind == TOKEN_NUMBER && !value->starts_line;
	struct text number = parse_text(p, value);

	if (has_value)
		p->at++;
	if (text_is(word, "setCycle", 8) && has_value && !text_is(number, "0", 1))
		diag_hint(parse_error(p, "live-only", head->span, "'setCycle' steers a live performance"),
			  "a render begins at cycle 0; shift patterns with 'early %.*s'",
			  number.len > 20 ? 20 : (int)number.len, number.at);
	else
		diag_add(p->diags, DIAG_WARNING, "live-only", head->span,
			 "'%.*s' steers a live performance and has no effect on a render", (int)word.len, word.at);
}

static const char *nearest_word(struct text t)
{
	static const char *const known[] = { "out", "tempo", "cps", "bpm", "outmix", "fn", "for" };
	return diag_nearest(t.at, t.len, known, sizeof(known) / sizeof(known[0]));
}

static void complain_unknown(struct parser *p, const struct token *head)
{
	struct text name = parse_text(p, head);
	int len = name.len > 40 ? 40 : (int)name.len;
	const char *near = nearest_word(name);
	struct diag *d = parse_error(p, "unknown-statement", head->span,
				     "'%.*s' starts no statement; expected out, oN, ~name or a setting", len, name.at);
	if (near)
		diag_suggest(d, head->span, near);
	else
		diag_hint(d, "a bus is written '~%.*s $ …'", len, name.at);
}

static void complain_no_statement(struct parser *p)
{
	const struct token *t = &p->tokens[p->at];
	struct text text = parse_text(p, t);
	const char *near = t->kind == TOKEN_NAME ? nearest_word(text) : NULL;
	const char *elsewhere = elsewhere_statement(text);
	struct diag *d = parse_error(p, "expected-statement", t->span, "expected a statement, found '%.*s'",
				     text.len > 40 ? 40 : (int)text.len, text.at);

	if (near)
		diag_suggest(d, t->span, near);
	else if (elsewhere)
		diag_hint(d, "%s", elsewhere);
	else
		diag_hint(d, "a statement is 'out $ …', 'o1 $ …', '~name $ …' or 'tempo: …'");
}

static void parse_loop(struct parser *p, const struct token *head);

static void parse_statement(struct parser *p)
{
	const struct token *head = &p->tokens[p->at];
	enum head kind = head_at(p, p->at);

	if (kind == HEAD_NONE) {
		complain_no_statement(p);
		return;
	}
	p->at++;
	switch (kind) {
	case HEAD_OUTPUT:
		parse_output(p, head);
		break;
	case HEAD_CPS:
		parse_setting(p, head, STMT_CPS);
		break;
	case HEAD_BPM:
		parse_setting(p, head, STMT_BPM);
		break;
	case HEAD_OUTMIX:
		parse_setting(p, head, STMT_OUTMIX);
		break;
	case HEAD_BUFFER:
		parse_buffer(p, head);
		break;
	case HEAD_BUS:
		parse_bus_statement(p, head, STMT_BUS, 1);
		break;
	case HEAD_MODIFIER:
		parse_bus_statement(p, head, STMT_MODIFIER, 1);
		break;
	case HEAD_OLD_BUS:
		parse_bus_statement(p, head, STMT_BUS, 0);
		break;
	case HEAD_FUNCTION_BUS:
		parse_function_bus(p, head);
		break;
	case HEAD_TEMPLATE:
		parse_template(p, head, STMT_TEMPLATE);
		break;
	case HEAD_VARIABLE:
		parse_template(p, head, STMT_VARIABLE);
		break;
	case HEAD_FUNCTION:
		parse_function(p, head);
		break;
	case HEAD_LOOP:
		parse_loop(p, head);
		break;
	case HEAD_LIVE:
		parse_live(p, head);
		break;
	case HEAD_UNKNOWN:
	case HEAD_NONE:
		complain_unknown(p, head);
		break;
	}
}

/* Goes to the next head. After an error within brackets a line such as `~kick # lpf 90,` is more likely a list item
 * than a statement, so only definitions count. */
static void recover(struct parser *p)
{
	if (p->at == p->begin)
		p->at++;
	for (; p->at < p->n; p->at++) {
		if (!statement_starts(p, p->at))
			continue;
		if (!p->has_failed_in_brackets || head_at(p, p->at) != HEAD_MODIFIER)
			return;
	}
}

static void note_head(struct parser *p)
{
	struct ast_program *program = p->program;

	if (program->n_heads == program->cap_heads) {
		uint32_t cap = program->cap_heads ? 2 * program->cap_heads : 16;
		struct head_place *grown =
			arena_grow_array(p->arena, program->heads, program->n_heads, cap, sizeof(*grown));
		if (!grown) {
			p->is_exhausted = true;
			return;
		}
		program->heads = grown;
		program->cap_heads = cap;
	}
	program->heads[program->n_heads++] = (struct head_place){ (uint32_t)p->at, p->loops };
}

static void parse_next(struct parser *p)
{
	note_head(p);
	p->begin = p->at;
	p->brackets = p->unclosed = p->conditions = p->nesting = 0;
	p->has_failed = p->has_failed_in_brackets = p->is_loop_head = false;
	parse_statement(p);
	if (p->has_failed)
		recover(p);
}

/* --- Loops ------------------------------------------------------------------------------------------------------ */

/* Loops within loops: each is a level of recursion here and in expand.c. */
enum { LOOPS_MAX = 16 };

/* loop = "for" id "in" sum ".." sum ":" */
static bool parse_loop_head(struct parser *p, struct stmt *s)
{
	const struct token *name = &p->tokens[p->at++];
	const struct token *in = &p->tokens[p->at];

	s->name = parse_text(p, name);
	if (in->kind != TOKEN_NAME || !text_is(parse_text(p, in), "in", 2)) {
		parse_expected(p, "'in'");
		return false;
	}
	p->at++;
	p->is_loop_head = true;
	s->from = parse_sum(p);
	if (!s->from)
		return false;
	if (!parse_accept(p, TOKEN_RANGE)) {
		parse_expected(p, "'..' and the last number of the loop");
		return false;
	}
	s->to = parse_sum(p);
	p->is_loop_head = false;
	if (!s->to)
		return false;
	if (parse_accept(p, TOKEN_COLON))
		return true;
	parse_expected(p, "':'");
	return false;
}

/* The body is what follows on the same line, or the lines that are indented more than the loop. */
static bool is_in_body(const struct parser *p, size_t head_column, bool is_first)
{
	if (p->at >= p->n)
		return false;
	return p->tokens[p->at].starts_line ? token_column(p, p->at) > head_column : is_first;
}

/* Statements go to a list of their own while the body is read. */
static void parse_loop_body(struct parser *p, struct stmt *s, size_t column)
{
	struct ast_program *program = p->program, outer = *program;

	program->stmts = NULL;
	program->n_stmts = program->cap_stmts = 0;
	for (bool is_first = true; is_in_body(p, column, is_first) && !p->is_exhausted; is_first = false)
		parse_next(p);
	s->body = program->stmts;
	s->n_body = program->n_stmts;
	program->stmts = outer.stmts;
	program->n_stmts = outer.n_stmts;
	program->cap_stmts = outer.cap_stmts;
	s->span.end = p->tokens[p->at - 1].span.end;
}

static void parse_loop(struct parser *p, const struct token *head)
{
	size_t column = token_column(p, (size_t)(head - p->tokens));
	struct stmt *s = stmt_new(p, STMT_FOR, head);

	if (!s)
		return;
	if (p->loops == LOOPS_MAX) {
		parse_error(p, "nested-too-deep", head->span, "loops are nested deeper than %d", LOOPS_MAX);
		return;
	}
	struct stmt loop = *s;
	bool is_whole = parse_loop_head(p, &loop);
	if (!is_whole)
		loop.from = loop.to = NULL;
	if (p->has_failed)
		recover(p);
	size_t at = (size_t)(s - p->program->stmts);
	p->loops++;
	parse_loop_body(p, &loop, column);
	p->loops--;
	p->has_failed = false;
	if (is_whole && loop.n_body == 0 && !p->is_exhausted)
		diag_hint(diag_add(p->diags, DIAG_ERROR, "empty-loop", loop.head, "this loop repeats nothing"),
			  "indent the statements that it repeats");
	p->program->stmts[at] = loop;
}

int parse_program(struct arena *a, const char *source, const struct token_list *tokens, struct ast_program *out,
		  struct diag_list *diags)
{
	struct parser p = {
		.arena = a, .source = source, .tokens = tokens->items, .n = tokens->n, .program = out, .diags = diags
	};

	*out = (struct ast_program){ .stmts = NULL };
	heads_find_own_buses(&p);
	while (p.at < p.n && !p.is_exhausted)
		parse_next(&p);
	return p.is_exhausted ? -1 : 0;
}
