#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCERPT_BYTES_MAX = 160, WORD_BYTES_MAX = 63 };

static struct diag *slot_for(struct diag_list *l, enum diag_severity severity)
{
	static _Thread_local struct diag scratch;

	if (l->n < DIAGS_MAX)
		return &l->items[l->n++];
	l->n_dropped++;
	if (severity == DIAG_ERROR)
		for (size_t i = l->n; i-- > 0;)
			if (l->items[i].severity == DIAG_WARNING)
				return &l->items[i];
	return &scratch;
}

struct diag *diag_add(struct diag_list *l, enum diag_severity severity, const char *code, struct span span,
		      const char *fmt, ...)
{
	va_list ap;
	struct diag *d;

	if (span.end < span.start)
		span.end = span.start;
	for (size_t i = 0; i < l->n; i++) {
		d = &l->items[i];
		if (d->severity == severity && d->span.start == span.start && d->span.end == span.end &&
		    strcmp(d->code, code) == 0)
			return d;
	}
	d = slot_for(l, severity);
	*d = (struct diag){ .severity = severity, .span = span };
	snprintf(d->code, sizeof d->code, "%s", code);
	va_start(ap, fmt);
	vsnprintf(d->message, sizeof d->message, fmt, ap);
	va_end(ap);
	if (severity == DIAG_ERROR)
		l->n_errors++;
	return d;
}

void diag_suggest(struct diag *d, struct span span, const char *text)
{
	snprintf(d->suggestion, sizeof d->suggestion, "did you mean '%s'?", text);
	diag_fix(d, span, text);
}

void diag_fix(struct diag *d, struct span span, const char *text)
{
	snprintf(d->fix_text, sizeof d->fix_text, "%s", text);
	d->fix_span = span;
	d->has_fix = strlen(text) < sizeof d->fix_text;
}

void diag_hint(struct diag *d, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(d->suggestion, sizeof d->suggestion, fmt, ap);
	va_end(ap);
}

static int by_place(const void *va, const void *vb)
{
	const struct diag *a = va, *b = vb;
	if (a->span.start != b->span.start)
		return a->span.start < b->span.start ? -1 : 1;
	return (a->severity > b->severity) - (a->severity < b->severity);
}

void diag_sort(struct diag_list *l)
{
	qsort(l->items, l->n, sizeof l->items[0], by_place);
}

static bool is_continuation_byte(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static unsigned count_code_points(const char *s, size_t n)
{
	unsigned count = 0;
	for (size_t i = 0; i < n; i++)
		count += !is_continuation_byte(s[i]);
	return count;
}

struct diag_position diag_locate(const char *source, size_t len, size_t offset)
{
	struct diag_position p = { .line = 1 };
	const char *nl;

	if (offset > len)
		offset = len;
	for (size_t i = 0; i < offset; i++)
		if (source[i] == '\n') {
			p.line++;
			p.line_start = i + 1;
		}
	nl = len > p.line_start ? memchr(source + p.line_start, '\n', len - p.line_start) : NULL;
	p.line_end = nl ? (size_t)(nl - source) : len;
	if (p.line_end > p.line_start && source[p.line_end - 1] == '\r' && offset < p.line_end)
		p.line_end--;
	p.column = 1 + count_code_points(source + p.line_start, offset - p.line_start);
	return p;
}

/* Start of a code point at or before i. */
static size_t code_point_start(const char *s, size_t lo, size_t i)
{
	while (i > lo && is_continuation_byte(s[i]))
		i--;
	return i;
}

int diag_print_excerpt(struct buf *out, const char *source, size_t len, struct span span)
{
	struct diag_position p = diag_locate(source, len, span.start);
	size_t from = p.line_start, to = p.line_end;
	size_t at = span.start < to ? span.start : to;
	size_t end = span.end < to ? span.end : to;

	if (to - from > EXCERPT_BYTES_MAX) {
		if (at - from > EXCERPT_BYTES_MAX / 2)
			from = code_point_start(source, p.line_start, at - EXCERPT_BYTES_MAX / 2);
		if (to - from > EXCERPT_BYTES_MAX)
			to = code_point_start(source, at, from + EXCERPT_BYTES_MAX);
		if (end > to)
			end = to;
	}
	if (buf_printf(out, "  %s", from > p.line_start ? "…" : "") < 0 ||
	    buf_append(out, source + from, to - from) < 0 ||
	    buf_printf(out, "%s\n  %s", to < p.line_end ? "…" : "", from > p.line_start ? " " : "") < 0)
		return -1;
	for (size_t i = from; i < at; i++)
		if (!is_continuation_byte(source[i]) && buf_append(out, source[i] == '\t' ? "\t" : " ", 1) < 0)
			return -1;
	if (buf_append(out, "^", 1) < 0)
		return -1;
	for (unsigned n = end > at ? count_code_points(source + at, end - at) : 1; n > 1; n--)
		if (buf_append(out, "~", 1) < 0)
			return -1;
	return 0;
}

int diag_print(struct buf *out, const char *name, const char *source, size_t len, const struct diag *d)
{
	struct diag_position p = diag_locate(source, len, d->span.start);
	const char *severity = d->severity == DIAG_ERROR ? "error" : "warning";

	if (buf_printf(out, "%s:%u:%u: %s: %s%s%s\n", name, p.line, p.column, severity, d->message,
		       d->suggestion[0] ? "; " : "", d->suggestion) < 0 ||
	    diag_print_excerpt(out, source, len, d->span) < 0)
		return -1;
	return buf_append(out, "\n", 1);
}

/* Optimal string alignment distance, rows kept for the transposition. Both words at most WORD_BYTES_MAX. */
static unsigned distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned char rows[3][WORD_BYTES_MAX + 1];
	unsigned char *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nb; j++)
		above[j] = (unsigned char)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned char *spare = before;
		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned best = above[j - 1] + (a[i - 1] != b[j - 1]);
			if (above[j] + 1u < best)
				best = above[j] + 1u;
			if (row[j - 1] + 1u < best)
				best = row[j - 1] + 1u;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1u < best)
				best = before[j - 2] + 1u;
			row[j] = (unsigned char)best;
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[nb];
}

const char *diag_nearest(const char *word, size_t word_len, const char *const *candidates, size_t n)
{
	unsigned limit = word_len / 3 ? (unsigned)(word_len / 3) : 1, best = limit + 1;
	const char *nearest = NULL;

	if (word_len == 0 || word_len > WORD_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(candidates[i]);
		unsigned d;
		if (len > WORD_BYTES_MAX || len > word_len + limit || word_len > len + limit)
			continue;
		d = distance(word, word_len, candidates[i], len);
		/* Replacing every letter of a short word is no likeness. */
		if (d < best && d < len && d < word_len) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
