/* Characters to tokens, in one pass.
 *
 * Comments: `--` to the end of the line anywhere outside strings, C's block comments, `//` at the start of a line,
 * and `#` at the start of a line where no statement is open: at the top, after an empty line, or after a setting such
 * as `tempo: 0.5`, which is complete in one line. Elsewhere a `#` that begins a line continues a chain. */
#include "render/lang/lex.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "render/dsp/node.h"

struct lexer {
	struct arena *arena;
	const char *source;
	size_t len, at;
	struct diag_list *diags;
	struct token *items;
	size_t n, cap;
	size_t statement; /* index of the token that began the open statement */
	unsigned depth;   /* open brackets */
	bool is_open;     /* a statement is open: `#` at a line start continues it */
	bool starts_line;
	bool is_exhausted;
	struct token lost; /* receives what no longer fits */
};

static int peek(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->len ? (unsigned char)l->source[l->at + ahead] : -1;
}

static bool is_name_start(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_name_char(int c)
{
	return is_name_start(c) || is_digit(c);
}

static struct span span_from(const struct lexer *l, size_t start)
{
	return (struct span){ (uint32_t)start, (uint32_t)l->at };
}

static struct token *push(struct lexer *l, enum token_kind kind, size_t start)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		struct token *grown = arena_grow_array(l->arena, l->items, l->n, cap, sizeof(*grown));
		if (!grown) {
			l->is_exhausted = true;
			return &l->lost;
		}
		l->items = grown;
		l->cap = cap;
	}
	struct token *t = &l->items[l->n];
	*t = (struct token){ .kind = kind, .span = span_from(l, start), .starts_line = l->starts_line };
	t->touches_left = l->n > 0 && l->items[l->n - 1].span.end == start;
	if (!l->is_open)
		l->statement = l->n;
	l->is_open = true;
	l->starts_line = false;
	l->n++;
	return t;
}

/* --- Space and comments ----------------------------------------------------------------------------------------- */

static bool span_is(const struct lexer *l, const struct token *t, const char *word)
{
	size_t n = t->span.end - t->span.start;
	return strlen(word) == n && memcmp(l->source + t->span.start, word, n) == 0;
}

/* `tempo: 0.5` and its like are complete when their line ends. */
static bool statement_is_setting(const struct lexer *l)
{
	static const char *const settings[] = { "tempo",  "cps",   "bpm",         "outmix",   "buffer", "hush",
						"unhush", "panic", "resetCycles", "setCycle", "nudge",  "for" };
	const struct token *first = &l->items[l->statement];
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (first->kind == TOKEN_NAME && span_is(l, first, settings[i]))
			return true;
	return false;
}

static void end_line(struct lexer *l)
{
	bool is_empty = l->starts_line;

	/* An empty line, or the end of a setting's line, leaves no statement open. */
	if (l->is_open && l->depth == 0 && (is_empty || statement_is_setting(l)))
		l->is_open = false;
	l->starts_line = true;
}

static void skip_line(struct lexer *l)
{
	while (l->at < l->len && l->source[l->at] != '\n')
		l->at++;
}

/* A line that holds only a comment does not count as empty, so it closes nothing. */
static void skip_comment_line(struct lexer *l)
{
	bool was_line_start = l->starts_line;

	skip_line(l);
	if (was_line_start && l->at < l->len)
		l->at++;
}

static void skip_block_comment(struct lexer *l)
{
	size_t start = l->at;
	const char *end = NULL;

	if (l->len - l->at >= 4)
		end = memmem(l->source + l->at + 2, l->len - l->at - 2, "*/", 2);
	l->at = end ? (size_t)(end - l->source) + 2 : l->len;
	if (!end)
		diag_add(l->diags, DIAG_ERROR, "open-comment", (struct span){ (uint32_t)start, (uint32_t)start + 2 },
			 "this comment has no end; expected '*/'");
}

/* `# lpf 300` below an empty line reads like a link of the chain above, but is a comment: say so. */
static void warn_lost_effect(const struct lexer *l)
{
	size_t name = l->at + 1, end, next;

	while (name < l->len && (l->source[name] == ' ' || l->source[name] == '\t'))
		name++;
	for (end = name; end < l->len && is_name_char((unsigned char)l->source[end]);)
		end++;
	for (next = end; next < l->len && l->source[next] == ' ';)
		next++;
	bool has_argument = next > end && next < l->len && strchr("0123456789.-\"(~", l->source[next]);
	if (l->n == 0 || !has_argument || !node_find(l->source + name, end - name))
		return;
	diag_hint(diag_add(l->diags, DIAG_WARNING, "effect-in-comment", (struct span){ (uint32_t)l->at, (uint32_t)end },
			   "this line is a comment: the empty line above ended the statement"),
		  "to continue the statement, remove the empty line");
}

/* True when a comment began here and was skipped. */
static bool skip_comment(struct lexer *l)
{
	int c = peek(l, 0), next = peek(l, 1);

	if (c == '/' && next == '*') {
		skip_block_comment(l);
		return true;
	}
	if (l->starts_line && c == '#' && !l->is_open)
		warn_lost_effect(l);
	bool is_comment = (c == '-' && next == '-') || (l->starts_line && c == '/' && next == '/') ||
			  (l->starts_line && c == '#' && !l->is_open);
	if (is_comment)
		skip_comment_line(l);
	return is_comment;
}

static void skip_space(struct lexer *l)
{
	while (l->at < l->len) {
		char c = l->source[l->at];
		if (c == '\n') {
			end_line(l);
			l->at++;
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
			l->at++;
		} else if (!skip_comment(l)) {
			return;
		}
	}
}

/* --- Words, numbers, strings ------------------------------------------------------------------------------------ */

static void take_name(struct lexer *l)
{
	while (is_name_char(peek(l, 0)))
		l->at++;
}

static void take_digits(struct lexer *l)
{
	while (is_digit(peek(l, 0)))
		l->at++;
}

/* number = [ "-" ] DIGITS [ "." DIGITS ] [ "e" [ "-" ] DIGITS ], where either run of digits may be missing */
static void lex_number(struct lexer *l)
{
	size_t start = l->at;

	if (peek(l, 0) == '-')
		l->at++;
	take_digits(l);
	if (peek(l, 0) == '.' && peek(l, 1) != '.') {
		l->at++;
		take_digits(l);
	}
	int sign = peek(l, 1) == '-' || peek(l, 1) == '+';
	if ((peek(l, 0) == 'e' || peek(l, 0) == 'E') && is_digit(peek(l, 1 + (size_t)sign))) {
		l->at += 1 + (size_t)sign;
		take_digits(l);
	}
	if (is_name_start(peek(l, 0)) || (peek(l, 0) == '.' && peek(l, 1) != '.')) {
		while (is_name_char(peek(l, 0)) || peek(l, 0) == '.')
			l->at++;
		diag_add(l->diags, DIAG_ERROR, "malformed-number", span_from(l, start),
			 "expected a number, found '%.*s'; names that begin with a digit belong in strings",
			 (int)(l->at - start > 40 ? 40 : l->at - start), l->source + start);
	}
	push(l, TOKEN_NUMBER, start);
}

static void lex_string(struct lexer *l)
{
	size_t start = l->at;
	const char *end = memchr(l->source + start + 1, '"', l->len - start - 1);

	if (end) {
		l->at = (size_t)(end - l->source) + 1;
		push(l, TOKEN_STRING, start);
		return;
	}
	skip_line(l);
	diag_add(l->diags, DIAG_ERROR, "open-string", span_from(l, start), "this string has no end; expected '\"'");
	push(l, TOKEN_STRING, start);
}

/* "~name", with ":part" only directly after it and directly followed by a name: `~x: e` is a definition. */
static void lex_bus(struct lexer *l)
{
	size_t start = l->at++;

	take_name(l);
	while (peek(l, 0) == ':' && is_name_start(peek(l, 1))) {
		l->at++;
		take_name(l);
	}
	push(l, TOKEN_BUS, start);
}

static void lex_sigil_name(struct lexer *l, enum token_kind kind)
{
	size_t start = l->at++;
	take_name(l);
	push(l, kind, start);
}

/* --- Operators -------------------------------------------------------------------------------------------------- */

static const struct operator_row {
	const char *text;
	enum token_kind kind;
	struct arith arith;
	enum compare_op compare;
} operators[] = {
	/* Longest first where one begins another. */
	{ "|+|", TOKEN_OP, { ARITH_ADD, ARITH_PLAIN }, 0 },
	{ "|-|", TOKEN_OP, { ARITH_SUB, ARITH_PLAIN }, 0 },
	{ "|*|", TOKEN_OP, { ARITH_MUL, ARITH_PLAIN }, 0 },
	{ "|/|", TOKEN_OP, { ARITH_DIV, ARITH_PLAIN }, 0 },
	{ "|>|", TOKEN_OP, { ARITH_KEEP_RIGHT, ARITH_PLAIN }, 0 },
	{ "|<|", TOKEN_OP, { ARITH_KEEP_LEFT, ARITH_PLAIN }, 0 },
	{ "|+", TOKEN_OP, { ARITH_ADD, ARITH_LEFT }, 0 },
	{ "|-", TOKEN_OP, { ARITH_SUB, ARITH_LEFT }, 0 },
	{ "|*", TOKEN_OP, { ARITH_MUL, ARITH_LEFT }, 0 },
	{ "|/", TOKEN_OP, { ARITH_DIV, ARITH_LEFT }, 0 },
	{ "|>", TOKEN_OP, { ARITH_KEEP_RIGHT, ARITH_LEFT }, 0 },
	{ "|<", TOKEN_OP, { ARITH_KEEP_LEFT, ARITH_LEFT }, 0 },
	{ ">|", TOKEN_OP, { ARITH_KEEP_RIGHT, ARITH_RIGHT }, 0 },
	{ "<|", TOKEN_OP, { ARITH_KEEP_LEFT, ARITH_RIGHT }, 0 },
	{ "+|", TOKEN_OP, { ARITH_ADD, ARITH_RIGHT }, 0 },
	{ "-|", TOKEN_OP, { ARITH_SUB, ARITH_RIGHT }, 0 },
	{ "*|", TOKEN_OP, { ARITH_MUL, ARITH_RIGHT }, 0 },
	{ "/|", TOKEN_OP, { ARITH_DIV, ARITH_RIGHT }, 0 },
	{ "~+", TOKEN_OP, { ARITH_ADD, ARITH_SIGNAL }, 0 },
	{ "~-", TOKEN_OP, { ARITH_SUB, ARITH_SIGNAL }, 0 },
	{ "~*", TOKEN_OP, { ARITH_MUL, ARITH_SIGNAL }, 0 },
	{ "~/", TOKEN_OP, { ARITH_DIV, ARITH_SIGNAL }, 0 },
	{ "+", TOKEN_OP, { ARITH_ADD, ARITH_PLAIN }, 0 },
	{ "-", TOKEN_OP, { ARITH_SUB, ARITH_PLAIN }, 0 },
	{ "*", TOKEN_OP, { ARITH_MUL, ARITH_PLAIN }, 0 },
	{ "/", TOKEN_OP, { ARITH_DIV, ARITH_PLAIN }, 0 },
	{ "==", TOKEN_COMPARE, { 0, 0 }, COMPARE_EQUAL },
	{ "!=", TOKEN_COMPARE, { 0, 0 }, COMPARE_UNEQUAL },
	{ "<=", TOKEN_COMPARE, { 0, 0 }, COMPARE_AT_MOST },
	{ ">=", TOKEN_COMPARE, { 0, 0 }, COMPARE_AT_LEAST },
	{ "<", TOKEN_COMPARE, { 0, 0 }, COMPARE_LESS },
	{ ">", TOKEN_COMPARE, { 0, 0 }, COMPARE_GREATER },
	{ "..", TOKEN_RANGE, { 0, 0 }, 0 },
	{ "#", TOKEN_HASH, { 0, 0 }, 0 },
	{ "$", TOKEN_DOLLAR, { 0, 0 }, 0 },
	{ "=", TOKEN_EQUALS, { 0, 0 }, 0 },
	{ ":", TOKEN_COLON, { 0, 0 }, 0 },
	{ ",", TOKEN_COMMA, { 0, 0 }, 0 },
	{ "(", TOKEN_OPEN, { 0, 0 }, 0 },
	{ ")", TOKEN_CLOSE, { 0, 0 }, 0 },
	{ "[", TOKEN_LIST_OPEN, { 0, 0 }, 0 },
	{ "]", TOKEN_LIST_CLOSE, { 0, 0 }, 0 },
};

enum { N_OPERATORS = sizeof(operators) / sizeof(operators[0]) };

const char *arith_text(struct arith op)
{
	/* From the end: of two spellings, "|+|" and "+", the shorter is the canonical one. */
	for (size_t i = N_OPERATORS; i > 0; i--)
		if (operators[i - 1].kind == TOKEN_OP && operators[i - 1].arith.op == op.op &&
		    operators[i - 1].arith.form == op.form)
			return operators[i - 1].text;
	return "?";
}

const char *compare_text(enum compare_op op)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (operators[i].kind == TOKEN_COMPARE && operators[i].compare == op)
			return operators[i].text;
	return "?";
}

static void track_depth(struct lexer *l, enum token_kind kind)
{
	if (kind == TOKEN_OPEN || kind == TOKEN_LIST_OPEN)
		l->depth++;
	else if ((kind == TOKEN_CLOSE || kind == TOKEN_LIST_CLOSE) && l->depth > 0)
		l->depth--;
}

static bool lex_operator(struct lexer *l)
{
	for (size_t i = 0; i < N_OPERATORS; i++) {
		if (operators[i].text[0] != l->source[l->at])
			continue;
		size_t n = strlen(operators[i].text), start = l->at;
		if (l->len - start < n || memcmp(l->source + start, operators[i].text, n) != 0)
			continue;
		l->at += n;
		track_depth(l, operators[i].kind);
		struct token *t = push(l, operators[i].kind, start);
		t->arith = operators[i].arith;
		t->compare = operators[i].compare;
		return true;
	}
	return false;
}

/* Bytes of the character at the cursor, so that a complaint covers a whole UTF-8 sequence. */
static size_t char_bytes(const struct lexer *l)
{
	size_t n = 1;
	while (n < 4 && (peek(l, n) & 0xC0) == 0x80 && peek(l, n) >= 0)
		n++;
	return n;
}

/* Quotes of other languages, and those that a word processor makes of plain ones. */
static const struct {
	const char *open, *close;
} quotes[] = { { "'", "'" }, { "`", "`" }, { "\u201c", "\u201d" }, { "\u2018", "\u2019" }, { "\u201d", "\u201d" } };

static bool is_at_text(const struct lexer *l, size_t at, const char *text)
{
	size_t n = strlen(text);
	return l->len - at >= n && memcmp(l->source + at, text, n) == 0;
}

/* The quoted text from start to end, taken as a string: it is clear what was meant. */
static void take_quoted(struct lexer *l, size_t n_open, size_t end, size_t n_close)
{
	size_t start = l->at, len = end - start - n_open;
	char fixed[96];

	l->at = end + n_close;
	struct diag *d = diag_add(l->diags, DIAG_ERROR, "wrong-quotes", span_from(l, start),
				  "a string stands in plain double quotes: \"\xe2\x80\xa6\"");
	if (len + 3 <= sizeof(fixed)) {
		snprintf(fixed, sizeof(fixed), "\"%.*s\"", (int)len, l->source + start + n_open);
		diag_fix(d, span_from(l, start), fixed);
	}
	/* As a string that is not closed: one byte, and the content. */
	push(l, TOKEN_STRING, start)->span = (struct span){ (uint32_t)(start + n_open - 1), (uint32_t)end };
}

/* How far away the other quote is looked for: every quote of a file of them looks. */
enum { QUOTED_BYTES_MAX = 200 };

static bool lex_wrong_quotes(struct lexer *l)
{
	size_t limit = l->len - l->at > QUOTED_BYTES_MAX ? l->at + QUOTED_BYTES_MAX : l->len;

	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		size_t n = strlen(quotes[i].open);
		if (!is_at_text(l, l->at, quotes[i].open))
			continue;
		for (size_t end = l->at + n; end < limit && l->source[end] != '\n'; end++)
			if (is_at_text(l, end, quotes[i].close)) {
				take_quoted(l, n, end, strlen(quotes[i].close));
				return true;
			}
	}
	return false;
}

/* What somebody who knows another language may have meant. */
static void hint_unknown(struct diag *d, struct span at, int c, int next)
{
	if (c == '.' && isalpha(next))
		diag_hint(d, "a transform follows '$': s \"bd sn\" $ fast 2");
	if (c == ';') {
		diag_hint(d, "a statement ends with its line");
		diag_fix(d, at, "\n");
	}
	if (c == '&')
		diag_hint(d, "two sounds are played together by '+'");
}

static void lex_unknown(struct lexer *l)
{
	size_t start = l->at, n = char_bytes(l);
	int c = peek(l, 0);
	struct diag *d;

	if (lex_wrong_quotes(l))
		return;
	l->at += n;
	while (n == 1 && peek(l, 0) == c)
		l->at++; /* "&&" is one mistake */
	if (isprint(c) || n > 1)
		d = diag_add(l->diags, DIAG_ERROR, "unknown-character", span_from(l, start), "unknown character '%.*s'",
			     (int)n, l->source + start);
	else
		d = diag_add(l->diags, DIAG_ERROR, "unknown-character", span_from(l, start), "unknown character 0x%02x",
			     (unsigned)c);
	hint_unknown(d, span_from(l, start), c, peek(l, 0));
}

/* A minus in front of digits is a sign when a gap or an opening separates it from what is left of it. */
static bool is_number_start(const struct lexer *l)
{
	int c = peek(l, 0), next = peek(l, 1);

	if (is_digit(c) || (c == '.' && is_digit(next)))
		return true;
	if (c != '-' || !(is_digit(next) || (next == '.' && is_digit(peek(l, 2)))))
		return false;
	return l->at == 0 || strchr(" \t\r\n([,$#*/+|:=<>.", l->source[l->at - 1]) != NULL;
}

static void lex_token(struct lexer *l)
{
	int c = peek(l, 0);
	size_t start = l->at;

	if (is_name_start(c)) {
		take_name(l);
		l->at += peek(l, 0) == '\''; /* every' */
		push(l, TOKEN_NAME, start);
	} else if (is_number_start(l)) {
		lex_number(l);
	} else if (c == '"') {
		lex_string(l);
	} else if (c == '~' && is_name_start(peek(l, 1))) {
		lex_bus(l);
	} else if (c == '@' && is_name_start(peek(l, 1))) {
		lex_sigil_name(l, TOKEN_TEMPLATE);
	} else if (c == '%' && is_name_start(peek(l, 1))) {
		lex_sigil_name(l, TOKEN_VARIABLE);
	} else if (c == 0 || !lex_operator(l)) {
		lex_unknown(l);
	}
}

/* Opening brackets that no later one closes. Counted from the end, whatever their kinds: a stray ')' further down is
 * taken for the missing one. */
static void mark_unclosed(struct token *items, size_t n)
{
	size_t n_closing = 0;

	for (size_t i = n; i > 0; i--) {
		struct token *t = &items[i - 1];
		if (t->kind == TOKEN_CLOSE || t->kind == TOKEN_LIST_CLOSE)
			n_closing++;
		else if (t->kind == TOKEN_OPEN || t->kind == TOKEN_LIST_OPEN)
			t->is_unclosed = n_closing > 0 ? n_closing-- == 0 : true;
	}
}

int lex(struct arena *a, const char *source, size_t len, struct token_list *out, struct diag_list *diags)
{
	struct lexer l = { .arena = a, .source = source, .len = len, .diags = diags, .starts_line = true };

	for (skip_space(&l); l.at < l.len && !l.is_exhausted; skip_space(&l))
		lex_token(&l);
	push(&l, TOKEN_END, l.len)->span = (struct span){ (uint32_t)len, (uint32_t)len };
	*out = (struct token_list){ l.items, l.n ? l.n - 1 : 0 };
	mark_unclosed(l.items, l.n);
	return l.is_exhausted ? -1 : 0;
}
