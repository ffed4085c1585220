/* Where statements start.
 *
 * Outside brackets a line starts a statement exactly when it looks like the head of one:
 *     out   oN  dN  outN              anything after it
 *     tempo cps bpm outmix buffer     before ':', '=' or a value
 *     ~name ~name[i]                  before '$' ':' '=', or before '#' unless the line above ends in an operator
 *     ~name a b …                     before '$' or ':' (a function bus)
 *     name                            before '=', or before ':' or '$' when nothing is called that (a misspelling)
 *     @name %name                     before ':'
 *     fn for                          before a name
 *     hush panic …                    (live performance)
 * Every other line continues the one before it, so chains may break anywhere. */
#include <ctype.h>
#include <string.h>

#include "render/lang/parse_impl.h"

/* Numbers of outputs: four digits are more than the mixer takes; the limit keeps the number in range. */
enum { OUTPUT_DIGITS_MAX = 4 };

int head_output_number(struct text t)
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

	if (head_output_number(name) >= 0)
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

/* An index is a small expression: a longer one is no head. */
enum { INDEX_TOKENS_MAX = 30 };

/* The token behind `[i]`. */
static const struct token *behind_index(const struct token *t)
{
	for (const struct token *end = t + INDEX_TOKENS_MAX; t->kind != TOKEN_END && t < end; t++)
		if (t->kind == TOKEN_LIST_CLOSE)
			return t + 1;
	return t;
}

static enum head bus_head(const struct parser *p, const struct token *t)
{
	const struct token *next = t + 1;

	if (next->kind == TOKEN_LIST_OPEN && next->touches_left && !next->is_unclosed)
		next = behind_index(next);
	if (is_definition_sign(next->kind))
		return HEAD_BUS;
	if (next->kind == TOKEN_HASH)
		return t > p->tokens && ends_open(t - 1) ? HEAD_NONE : HEAD_MODIFIER;
	const struct token *first = next;
	while (next->kind == TOKEN_NAME && !next->starts_line)
		next++;
	if (next > first && (next->kind == TOKEN_DOLLAR || next->kind == TOKEN_COLON))
		return HEAD_FUNCTION_BUS;
	return HEAD_NONE;
}

enum head head_at(const struct parser *p, size_t i)
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

size_t token_column(const struct parser *p, size_t i)
{
	uint32_t start = p->tokens[i].span.start, column = 0;

	while (start > 0 && p->source[start - 1] != '\n')
		start--;
	while (p->source[start + column] == ' ' || p->source[start + column] == '\t')
		column++;
	return column;
}

static bool is_below_empty_line(const struct parser *p, size_t i)
{
	uint32_t at = p->tokens[i].span.start;
	unsigned n_newlines = 0;

	while (at > 0 && strchr(" \t\r\n", p->source[at - 1]))
		n_newlines += p->source[--at] == '\n';
	return n_newlines > 1;
}

/* `~kick $ …` and `out …` may be meant as items of a list, but hardly at the margin. */
static bool is_at_margin(const struct parser *p, size_t i)
{
	return token_column(p, i) == 0 && (p->unclosed > 0 || is_below_empty_line(p, i));
}

bool statement_starts_within(const struct parser *p, size_t i)
{
	const struct token *t = &p->tokens[i];

	switch (t->starts_line ? head_at(p, i) : HEAD_NONE) {
	case HEAD_BUS:
		return t[1].kind == TOKEN_COLON || t[1].kind == TOKEN_EQUALS || is_at_margin(p, i);
	case HEAD_OUTPUT:
		return is_definition_sign(t[1].kind) || is_at_margin(p, i);
	case HEAD_FUNCTION_BUS:
	case HEAD_FUNCTION:
	case HEAD_LOOP:
		return is_at_margin(p, i);
	case HEAD_CPS:
	case HEAD_BPM:
	case HEAD_OUTMIX:
	case HEAD_TEMPLATE:
	case HEAD_VARIABLE:
		return true;
	default:
		return false;
	}
}

bool statement_starts(const struct parser *p, size_t i)
{
	enum head head = p->tokens[i].starts_line ? head_at(p, i) : HEAD_NONE;

	/* `rev $` of a misspelt name may also continue an open line: "out $\n revv $ s "bd"". */
	if (head == HEAD_UNKNOWN && i > 0 && ends_open(&p->tokens[i - 1]))
		return false;
	return head != HEAD_NONE;
}

int head_operator(struct text bus)
{
	static const char names[][5] = {
		[ARITH_ADD] = "~add", [ARITH_SUB] = "~sub", [ARITH_MUL] = "~mul", [ARITH_DIV] = "~div"
	};

	for (int op = 0; op < 4; op++)
		if (text_is(bus, names[op], 4))
			return op;
	return -1;
}

void heads_find_own_buses(struct parser *p)
{
	for (size_t i = 0; i < p->n; i++) {
		int op = p->tokens[i].kind == TOKEN_BUS ? head_operator(parse_text(p, &p->tokens[i])) : -1;

		if (op >= 0 && p->tokens[i].starts_line && head_at(p, i) != HEAD_NONE)
			p->own_buses |= 1u << op;
	}
}
