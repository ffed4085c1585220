/* The parser's place in the text: tokens, and complaints about them. */
#include <string.h>

#include "render/pattern/mini_lex.h"
#include "render/pattern/mini_parser.h"

enum {
	NESTING_MAX = 128,                      /* brackets within one another */
	TREE_DEPTH_MAX = PATTERN_DEPTH_MAX / 2, /* leaves room for the transforms around */
	SEED_SHIFT_NUM = 3,                     /* each chance in a string looks 3/10000 cycles further on, */
	SEED_SHIFT_DEN = 10000,                 /* as in Strudel */
};

/* --- Complaints ------------------------------------------------------------------------------------------- */

struct span mini_span(const struct mini *m, size_t start, size_t end)
{
	return (struct span){ m->offset + (uint32_t)start, m->offset + (uint32_t)end };
}

bool mini_fail_memory(struct mini *m)
{
	diag_add(m->diags, DIAG_ERROR, "out-of-memory", mini_span(m, 0, m->len),
		 "the program is too large for its memory limit");
	return false;
}

bool mini_fail_expected(struct mini *m, const char *what)
{
	size_t n = mini_char_len(m->text + m->at, m->len - m->at);

	if (!n)
		diag_add(m->diags, DIAG_ERROR, "mini-syntax", mini_span(m, m->at, m->at),
			 "expected %s, found the end of the pattern", what);
	else
		diag_add(m->diags, DIAG_ERROR, "mini-syntax", mini_span(m, m->at, m->at + n),
			 "expected %s, found '%.*s'", what, (int)n, m->text + m->at);
	return false;
}

bool mini_fail_unclosed(struct mini *m, size_t open, char close)
{
	struct diag *d;

	if (m->at < m->len)
		return mini_fail_expected(m, (char[]){ '\'', close, '\'', '\0' });
	d = diag_add(m->diags, DIAG_ERROR, "mini-syntax", mini_span(m, open, open + 1), "this '%c' is never closed",
		     m->text[open]);
	diag_hint(d, "add '%c'", close);
	diag_fix(d, mini_span(m, m->len, m->len), (char[]){ close, '\0' });
	return false;
}

bool mini_fail_unopened(struct mini *m)
{
	struct span at = mini_span(m, m->at, m->at + 1);
	struct diag *d =
		diag_add(m->diags, DIAG_ERROR, "mini-syntax", at, "this '%c' closes no bracket", m->text[m->at]);

	diag_hint(d, "remove it, or open one before it");
	diag_fix(d, at, "");
	return false;
}

bool mini_fail_size(struct mini *m, size_t start, const char *what, int limit)
{
	size_t end = m->at > start ? m->at : start + 1;

	diag_add(m->diags, DIAG_ERROR, "mini-too-large", mini_span(m, start, end), "%s: at most %d are allowed", what,
		 limit);
	return false;
}

bool mini_enter(struct mini *m)
{
	return m->nesting++ < NESTING_MAX || mini_fail_size(m, m->at, "brackets within brackets", NESTING_MAX);
}

void mini_leave(struct mini *m)
{
	m->nesting--;
}

bool mini_accept(struct mini *m, const struct pattern *p, size_t start)
{
	if (!p)
		return mini_fail_memory(m);
	if (p->depth > TREE_DEPTH_MAX)
		return mini_fail_size(m, start, "patterns within patterns", TREE_DEPTH_MAX);
	if (pattern_events_min(p) <= PATTERN_EVENTS_PER_CYCLE_MAX)
		return true;
	diag_add(m->diags, DIAG_ERROR, "too-many-events", mini_span(m, start, m->at),
		 "at most %d events are allowed in a cycle, found %.0f", PATTERN_EVENTS_PER_CYCLE_MAX,
		 pattern_events_min(p));
	return false;
}

/* --- Tokens ----------------------------------------------------------------------------------------------- */

void mini_skip_space(struct mini *m)
{
	m->at += mini_space_len(m->text + m->at, m->len - m->at);
}

bool mini_is_at(const struct mini *m, char c)
{
	return m->at < m->len && m->text[m->at] == c;
}

bool mini_take(struct mini *m, char c)
{
	mini_skip_space(m);
	if (!mini_is_at(m, c))
		return false;
	m->at++;
	return true;
}

bool mini_is_slice_at(const struct mini *m, size_t at)
{
	at += mini_space_len(m->text + at, m->len - at);
	if (at == m->len)
		return false;
	return strchr("[<{", m->text[at]) ? m->text[at] != '\0' : mini_word_len(m->text + at, m->len - at) > 0;
}

bool mini_is_at_dot(const struct mini *m)
{
	return mini_is_at(m, '.') && !mini_word_len(m->text + m->at, m->len - m->at);
}

const struct mini_name *mini_find_name(const struct mini *m, size_t start, size_t end)
{
	for (const struct mini_name *name = m->names; name; name = name->outer)
		if (name->len == end - start && memcmp(name->name, m->text + start, end - start) == 0)
			return name;
	return NULL;
}

bool mini_parse_count(struct mini *m, bool *present, struct rational *out)
{
	size_t start = m->at, n = mini_count_len(m->text + m->at, m->len - m->at);
	size_t word = m->names ? mini_word_len(m->text + start, m->len - start) : 0;
	const struct mini_name *name = word ? mini_find_name(m, start, start + word) : NULL;

	*present = n > 0 || name;
	if (name) {
		m->at += word;
		*out = rational_int(name->number);
		return true;
	}
	if (!n)
		return true;
	m->at += n;
	*out = rational_parse(m->text + start, n);
	if (rational_is_valid(*out))
		return true;
	diag_add(m->diags, DIAG_ERROR, "mini-number", mini_span(m, start, m->at),
		 "the number %.*s does not fit a fraction", n > 40 ? 40 : (int)n, m->text + start);
	return false;
}

struct rational mini_next_seed_shift(struct mini *m)
{
	return rational_make(SEED_SHIFT_NUM * m->seed++, SEED_SHIFT_DEN);
}
