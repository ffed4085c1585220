/* Statements: where they start, what they are called, how to go on after one that cannot be read.
 *
 * Outside brackets a line starts a statement exactly when it looks like the head of one:
 *     out   oN  dN  outN              anything after it
 *     tempo cps bpm outmix buffer     before ':', '=' or a value
 *     ~name                           before '$' ':' '=', or before '#' unless the line above ends in an operator
 *     ~name a b …                     before '$' or ':' (a function bus)
 *     name                            before '=', or before ':' or '$' when nothing is called that (a misspelling)
 *     @name %name                     before ':'
 *     fn for hush panic …             (live performance and macros: complained about)
 * Every other line continues the one before it, so chains may break anywhere. */
#include <ctype.h>
#include <string.h>

#include "render/lang/parse_impl.h"

/* Numbers of outputs: four digits are more than the mixer takes; the limit keeps the number in range. */
enum { OUTPUT_DIGITS_MAX = 4 };

enum head {
	HEAD_NONE,
	HEAD_OUTPUT,
	HEAD_CPS,
	HEAD_BPM,
	HEAD_OUTMIX,
	HEAD_BUFFER,
	HEAD_BUS,          /* ~name $, ~name:, ~name = */
	HEAD_MODIFIER,     /* ~name # */
	HEAD_FUNCTION_BUS, /* ~name a b $ */
	HEAD_OLD_BUS,      /* name = */
	HEAD_TEMPLATE,
	HEAD_VARIABLE,
	HEAD_FUNCTION, /* fn */
	HEAD_LOOP,     /* for */
	HEAD_LIVE,     /* hush, panic … */
	HEAD_UNKNOWN,  /* name $, name: of an unknown name */
};

/* --- Heads ---------------------------------------------------------------------------------------------------- */

/* "out" is 0, "o3", "d3", "out3" are 3; -1: no output. */
static int output_number(struct text t)
{
	uint32_t i = t.len >= 3 && memcmp(t.at, "out", 3) == 0 ? 3 : 1;
	int number = 0;

	if (i == 1 && (t.len < 2 || (t.at[0] != 'o' && t.at[0] != 'd')))
		return -1;
	if (t.len - i > OUTPUT_DIGITS_MAX)
		return -1;
	for (; i < t.len; i++) {
		if (!isdigit((unsigned char)t.at[i]))
			return -1;
		number = 10 * number + (t.at[i] - '0');
	}
	return number;
}

static bool is_definition_sign(enum token_kind k)
{
	return k == TOKEN_DOLLAR || k == TOKEN_COLON || k == TOKEN_EQUALS;
}

static enum head setting_head(struct text t, enum token_kind next)
{
	static const struct {
		const char *name;
		enum head head;
	} settings[] = { { "tempo", HEAD_CPS },
			 { "cps", HEAD_CPS },
			 { "bpm", HEAD_BPM },
			 { "outmix", HEAD_OUTMIX },
			 { "buffer", HEAD_BUFFER } };

	if (next != TOKEN_COLON && next != TOKEN_EQUALS && next != TOKEN_NUMBER && next != TOKEN_NAME)
		return HEAD_NONE;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (text_is(t, settings[i].name, strlen(settings[i].name)))
			return settings[i].head;
	return HEAD_NONE;
}

/* hush, hush2, unhush, unhush2, panic, resetCycles, setCycle, nudge */
static bool is_live_word(struct text t)
{
	static const char *const words[] = { "hush", "unhush", "panic", "resetCycles", "setCycle", "nudge" };

	while (t.len > 0 && isdigit((unsigned char)t.at[t.len - 1]))
		t.len--;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text_is(t, words[i], strlen(words[i])))
			return true;
	return false;
}

static enum head name_head(const struct parser *p, const struct token *t)
{
	struct text name = parse_text(p, t);
	enum token_kind next = t[1].kind;
	enum head setting = setting_head(name, next);

	if (output_number(name) >= 0)
		return HEAD_OUTPUT;
	if (setting != HEAD_NONE)
		return setting;
	if (is_live_word(name) && next != TOKEN_DOLLAR)
		return HEAD_LIVE;
	if (text_is(name, "fn", 2) && next == TOKEN_NAME)
		return HEAD_FUNCTION;
	if (text_is(name, "for", 3) && next == TOKEN_NAME)
		return HEAD_LOOP;
	if (next == TOKEN_EQUALS)
		return HEAD_OLD_BUS;
	bool is_known = node_find(name.at, name.len) || transform_find(name.at, name.len);
	if ((next == TOKEN_COLON && t[1].touches_left && !t[2].touches_left) || (next == TOKEN_DOLLAR && !is_known))
		return HEAD_UNKNOWN;
	return HEAD_NONE;
}

static bool ends_open(const struct token *t)
{
	return t->kind == TOKEN_OP || t->kind == TOKEN_HASH || t->kind == TOKEN_DOLLAR || t->kind == TOKEN_COMMA ||
	       t->kind == TOKEN_EQUALS || t->kind == TOKEN_COLON;
}

static enum head bus_head(const struct parser *p, const struct token *t)
{
	const struct token *next = t + 1;

	if (is_definition_sign(next->kind))
		return HEAD_BUS;
	if (next->kind == TOKEN_HASH)
		return t > p->tokens && ends_open(t - 1) ? HEAD_NONE : HEAD_MODIFIER;
	while (next->kind == TOKEN_NAME && !next->starts_line)
		next++;
	if (next > t + 1 && (next->kind == TOKEN_DOLLAR || next->kind == TOKEN_COLON))
		return HEAD_FUNCTION_BUS;
	return HEAD_NONE;
}

static enum head head_at(const struct parser *p, size_t i)
{
	const struct token *t = &p->tokens[i];

	if (t->kind == TOKEN_NAME)
		return name_head(p, t);
	if (t->kind == TOKEN_BUS)
		return bus_head(p, t);
	if (t->kind == TOKEN_TEMPLATE && t[1].kind == TOKEN_COLON)
		return HEAD_TEMPLATE;
	if (t->kind == TOKEN_VARIABLE && t[1].kind == TOKEN_COLON)
		return HEAD_VARIABLE;
	return HEAD_NONE;
}

bool statement_starts_surely(const struct parser *p, size_t i)
{
	const struct token *t = &p->tokens[i];
	enum head head = t->starts_line ? head_at(p, i) : HEAD_NONE;

	if (head == HEAD_BUS)
		return t[1].kind == TOKEN_COLON || t[1].kind == TOKEN_EQUALS;
	if (head == HEAD_OUTPUT)
		return is_definition_sign(t[1].kind);
	return head == HEAD_CPS || head == HEAD_BPM || head == HEAD_OUTMIX || head == HEAD_TEMPLATE ||
	       head == HEAD_VARIABLE;
}

bool statement_starts(const struct parser *p, size_t i)
{
	enum head head = p->tokens[i].starts_line ? head_at(p, i) : HEAD_NONE;

	/* `rev $` of a misspelt name may also continue an open line: "out $\n revv $ s "bd"". */
	if (head == HEAD_UNKNOWN && i > 0 && ends_open(&p->tokens[i - 1]))
		return false;
	return head != HEAD_NONE;
}

/* --- Statements --------------------------------------------------------------------------------------------------- */

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

static void warn_old(struct parser *p, struct span span, const char *what, const char *now)
{
	diag_hint(diag_add(p->diags, DIAG_WARNING, "old-statement", span, "%s is an old form", what), "write '%s'",
		  now);
}

static void parse_definition(struct parser *p, struct stmt *s)
{
	s->expr = parse_expr(p);
	if (s->expr && parse_peek(p)->kind != TOKEN_END) {
		parse_expected(p, "an operator or the end of the statement");
		s->expr = NULL;
	}
	s->span.end = p->at > p->begin ? p->tokens[p->at - 1].span.end : s->span.end;
}

/* output = ( "out" | "oN" | "dN" | "outN" ) [ "$" | ":" | "=" | "#" ] expr */
static void parse_output(struct parser *p, const struct token *head)
{
	struct stmt *s = stmt_new(p, STMT_OUTPUT, head);
	const struct token *sign = &p->tokens[p->at];
	struct text name = parse_text(p, head);

	if (!s)
		return;
	s->output = (unsigned)output_number(name);
	if (is_definition_sign(sign->kind) || sign->kind == TOKEN_HASH)
		p->at++;
	if (sign->kind != TOKEN_DOLLAR && sign->kind != TOKEN_COLON && sign->kind != TOKEN_END)
		warn_old(p, head->span, "an output without '$'", "out $ …");
	parse_definition(p, s);
}

static void parse_bus_statement(struct parser *p, const struct token *head, enum stmt_kind kind, unsigned trim)
{
	struct stmt *s = stmt_new(p, kind, head);
	const struct token *sign = &p->tokens[p->at];

	if (!s)
		return;
	s->name = parse_text(p, head);
	s->name.at += trim;
	s->name.len -= trim;
	p->at++;
	if (sign->kind == TOKEN_EQUALS)
		diag_hint(diag_add(p->diags, DIAG_WARNING, "old-statement", head->span,
				   "a definition with '=' is an old form"),
			  "write '~%.*s $ …'", s->name.len > 60 ? 60 : (int)s->name.len, s->name.at);
	parse_definition(p, s);
}

static bool is_setting_value(const struct parser *p, const struct stmt *s, const struct token *t)
{
	(void)p;
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
	if (sign->kind != TOKEN_COLON)
		warn_old(p, head->span, "a setting without ':'", kind == STMT_BPM ? "bpm: 120" : "tempo: 0.5");
	const struct token *value = &p->tokens[p->at];
	if (!is_setting_value(p, s, value)) {
		parse_error(p, "expected-literal", value->kind == TOKEN_END ? head->span : value->span,
			    kind == STMT_OUTMIX ? "expected one of none, gain, sqrt, tanh, hard"
						: "expected a literal number");
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

/* The name stays known, so that its uses are not complained about as well. */
static void parse_function_bus(struct parser *p, const struct token *head)
{
	struct stmt *s = stmt_new(p, STMT_BUS, head);

	if (!s)
		return;
	s->name = parse_text(p, head);
	s->name.at++;
	s->name.len--;
	parse_error(p, "unsupported", head->span, "function buses (a bus with parameters) are not supported");
}

static void complain_unknown(struct parser *p, const struct token *head)
{
	static const char *const known[] = { "out", "tempo", "cps", "bpm", "outmix" };
	struct text name = parse_text(p, head);
	int len = name.len > 40 ? 40 : (int)name.len;
	const char *near = diag_nearest(name.at, name.len, known, sizeof(known) / sizeof(known[0]));
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

	diag_hint(parse_error(p, "expected-statement", t->span, "expected a statement, found '%.*s'",
			      text.len > 40 ? 40 : (int)text.len, text.at),
		  "a statement is 'out $ …', 'o1 $ …', '~name $ …' or 'tempo: …'");
}

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
		parse_error(p, "unsupported", head->span, "templates ('@name:') are not supported");
		break;
	case HEAD_VARIABLE:
		parse_error(p, "unsupported", head->span, "pattern variables ('%%name:') are not supported");
		break;
	case HEAD_FUNCTION:
		parse_error(p, "unsupported", head->span, "functions ('fn name … = …') are not supported");
		break;
	case HEAD_LOOP:
		parse_error(p, "unsupported", head->span, "loops ('for i in a..b:') are not supported");
		break;
	case HEAD_LIVE:
		parse_error(p, "unsupported", head->span, "'%.*s' steers a live performance and is not supported here",
			    (int)parse_text(p, head).len, parse_text(p, head).at);
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

int parse_program(struct arena *a, const char *source, const struct token_list *tokens, struct ast_program *out,
		  struct diag_list *diags)
{
	struct parser p = {
		.arena = a, .source = source, .tokens = tokens->items, .n = tokens->n, .program = out, .diags = diags
	};

	*out = (struct ast_program){ .stmts = NULL };
	while (p.at < p.n && !p.is_exhausted) {
		p.begin = p.at;
		p.brackets = p.nesting = 0;
		p.has_failed = p.has_failed_in_brackets = false;
		parse_statement(&p);
		if (p.has_failed)
			recover(&p);
	}
	return p.is_exhausted ? -1 : 0;
}
