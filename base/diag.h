/* Diagnostics: complaints about a program, with their place, as people and tools want them.
 *
 * A fixed-size list, plain data with no ownership: several problems per program, then silence, because the
 * tenth message helps nobody. Places are byte spans of the source; line and column are computed only when
 * something is shown (diag_locate). One thread at a time. */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { DIAGS_MAX = 20 };

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

struct diag {
	enum diag_severity severity;
	char code[32]; /* stable, kebab-case: "unknown-function" */
	struct span span;
	char message[200];   /* what was expected, what was found */
	char suggestion[96]; /* "did you mean 'sine'?"; empty when there is none */
	bool has_fix;        /* fix_span is to be replaced by fix_text to follow the suggestion */
	struct span fix_span;
	char fix_text[96];
};

struct diag_list {
	struct diag items[DIAGS_MAX];
	size_t n;        /* items in use, in the order they were found */
	size_t n_errors; /* of severity DIAG_ERROR, counting those that no longer fit */
	size_t n_dropped;
};

/* Adds one and returns it for diag_suggest(); when the list is full, returns a scratch item that is not
 * shown. An error pushes out the last warning when there is no room. Never NULL. A complaint with the same
 * code and span as one already listed is not added again. A span that ends before it begins is its begin. */
struct diag *diag_add(struct diag_list *l, enum diag_severity severity, const char *code, struct span span,
		      const char *fmt, ...) PRINTF_LIKE(5, 6);

/* "did you mean 'TEXT'?" with the machine-applicable fix that replaces span by TEXT. */
void diag_suggest(struct diag *d, struct span span, const char *text);

/* A suggestion in free words, without a fix. */
void diag_hint(struct diag *d, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A machine-applicable fix, for a suggestion in free words: span is to be replaced by text. No fix when text is too long. */
void diag_fix(struct diag *d, struct span span, const char *text);

/* Orders by place in the source, errors and warnings together. */
void diag_sort(struct diag_list *l);

/* 1-based line, and column counted in Unicode code points; a tab is one column. An offset past the end
 * is the end. line_start and line_end are the byte bounds of that line without its newline. */
struct diag_position {
	unsigned line, column;
	size_t line_start, line_end;
};
struct diag_position diag_locate(const char *source, size_t len, size_t offset);

/* The line of the span, "…"-shortened around it when longer than 160 bytes, a second line with carets under
 * the span, and no final newline:
 *   out $ sinne 440
 *         ^~~~~
 * -1 when out is full. */
int diag_print_excerpt(struct buf *out, const char *source, size_t len, struct span span) WARN_UNUSED;

/* gcc style: "NAME:LINE:COLUMN: error: MESSAGE; SUGGESTION\n" and the excerpt. -1 when out is full. */
int diag_print(struct buf *out, const char *name, const char *source, size_t len, const struct diag *d) WARN_UNUSED;

/* The candidate nearest to word by Damerau-Levenshtein distance, at most a third of the word's length away
 * (at least 1); NULL when none is near. Ties go to the first. */
const char *diag_nearest(const char *word, size_t word_len, const char *const *candidates, size_t n);

#endif
