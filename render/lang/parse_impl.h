/* What parse.c (expressions) and statement.c share. */
#ifndef RENDER_LANG_PARSE_IMPL_H
#define RENDER_LANG_PARSE_IMPL_H

#include "render/lang/parse.h"

struct parser {
	struct arena *arena;
	const char *source;
	const struct token *tokens; /* ends with TOKEN_END */
	size_t n, at;
	size_t begin;      /* first token of the statement being read */
	unsigned brackets; /* open ones: within them no line starts a statement */
	unsigned nesting;
	struct ast_program *program;
	struct diag_list *diags;
	bool has_failed; /* in this statement: nothing more is said about it */
	bool has_failed_in_brackets;
	bool is_exhausted;
};

/* The next token as an expression sees it: TOKEN_END where a new statement starts. */
const struct token *parse_peek(const struct parser *p);
struct text parse_text(const struct parser *p, const struct token *t);

/* expr; NULL after a complaint. */
struct ast *parse_expr(struct parser *p);

/* Complains once per statement; the returned item is for hints. */
struct diag *parse_error(struct parser *p, const char *code, struct span span, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* "expected EXPECTED, found …" at the next token. */
void parse_expected(struct parser *p, const char *expected);

/* True when token i begins a line that is the head of a statement. */
bool statement_starts(const struct parser *p, size_t i);

/* The same for heads that no expression can contain: they end a statement even when a bracket is still open, so that
 * one missing bracket does not swallow the rest of the program. `~name $` may be an item of a list. */
bool statement_starts_surely(const struct parser *p, size_t i);

#endif
