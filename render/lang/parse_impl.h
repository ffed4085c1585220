/* What the files of the parser share: head.c, statement.c, parse.c, parse_call.c. */
#ifndef RENDER_LANG_PARSE_IMPL_H
#define RENDER_LANG_PARSE_IMPL_H

#include "render/lang/parse.h"

struct parser {
	struct arena *arena;
	const char *source;
	const struct token *tokens; /* ends with TOKEN_END */
	size_t n, at;
	size_t begin;        /* first token of the statement being read */
	unsigned brackets;   /* open ones: within them hardly a line starts a statement */
	unsigned unclosed;   /* of these, those that nothing closes */
	unsigned conditions; /* open ones: within them 'then' and 'else' are no names */
	unsigned nesting;
	unsigned loops;     /* open ones */
	unsigned own_buses; /* bit op: the program defines a bus ~add, ~sub, ~mul or ~div, so the name is no operator */
	struct ast_program *program;
	struct diag_list *diags;
	bool has_failed; /* in this statement: nothing more is said about it */
	bool has_failed_in_brackets;
	bool is_exhausted;
	bool is_loop_head; /* a ':' ends it and begins no keyword */
};

/* --- head.c */

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

/* What token i would be the head of, if it began a statement. */
enum head head_at(const struct parser *p, size_t i);

/* The operator (enum arith_op) that a bus's name stands for: ~add ~sub ~mul ~div; -1: none. */
int head_operator(struct text bus);

/* Sets own_buses. */
void heads_find_own_buses(struct parser *p);

/* "out" is 0, "o3", "d3", "out3" are 3; -1: no output. */
int head_output_number(struct text t);

/* True when token i begins a line that is the head of a statement. */
bool statement_starts(const struct parser *p, size_t i);

/* The same within brackets, where a line that looks like a head may be an item of a list: only heads that no expression
 * can contain, and definitions at the margin below an empty line or where the bracket is never closed. One missing
 * bracket does not swallow the rest of the program. */
bool statement_starts_within(const struct parser *p, size_t i);

/* Spaces and tabs that begin the line of token i. */
size_t token_column(const struct parser *p, size_t i);

/* --- parse.c */

/* A growing list of operands, copied into a node when it is complete. */
struct operands {
	struct ast **items;
	struct arith *ops;
	uint32_t n, cap;
};

/* False when item is NULL or memory is exhausted. */
bool operands_add(struct parser *p, struct operands *o, struct ast *item);
struct ast *operands_node(struct parser *p, enum ast_kind kind, const struct operands *o, struct span span);

/* A new node; NULL when the program is too large. */
struct ast *parse_node(struct parser *p, enum ast_kind kind, struct span span);

/* The next token as an expression sees it: TOKEN_END where a new statement starts. */
const struct token *parse_peek(const struct parser *p);
struct text parse_text(const struct parser *p, const struct token *t);
bool parse_accept(struct parser *p, enum token_kind kind);

/* expr; NULL after a complaint. */
struct ast *parse_expr(struct parser *p);
/* sum: what stands on a side of a comparison or a range */
struct ast *parse_sum(struct parser *p);

/* `# lpf 300` or `|+ n 1` within parentheses, where parse_starts_section(). */
bool parse_starts_section(const struct parser *p);
struct ast *parse_section(struct parser *p);

/* Complains once per statement; the returned item is for hints. */
struct diag *parse_error(struct parser *p, const char *code, struct span span, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* "expected EXPECTED, found …" at the next token. */
void parse_expected(struct parser *p, const char *expected);
/* An expression is complete, but its statement goes on: complains about the next token. */
void parse_complain_extra(struct parser *p);

/* Notes a step from an old form to the current one. */
void parse_edit(struct parser *p, uint32_t at, uint32_t len, const char *text);

/* Gives d the fix that makes all edits within span. */
void parse_fix(struct parser *p, struct diag *d, struct span span);

/* --- parse_call.c */

/* primary = number | string | bus | call | paren | list | condition */
struct ast *parse_primary(struct parser *p);

/* `~name[expr]` at a token BUS that `[` touches: reads the brackets. NULL after a complaint. */
struct ast *parse_index(struct parser *p, bool may_be_range);

/* One more level of nesting; false with a complaint when that is too deep. */
bool parse_nest(struct parser *p, struct span span);

#endif
