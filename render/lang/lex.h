/* Tokens of a program, each with its place. Comments are gone; newlines live on as flags, because where a
 * statement starts depends on lines (parse.c, "Statement heads"). One call, one arena, no state kept. */
#ifndef RENDER_LANG_LEX_H
#define RENDER_LANG_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"

enum token_kind {
	TOKEN_END,      /* after the last; its span is empty */
	TOKEN_NAME,     /* lpf */
	TOKEN_NUMBER,   /* 0.5, -3: the minus belongs to it where it touches digits and follows a gap */
	TOKEN_STRING,   /* "bd*2", span with quotes */
	TOKEN_BUS,      /* ~name, or ~name:part:part */
	TOKEN_TEMPLATE, /* @name */
	TOKEN_VARIABLE, /* %name */
	TOKEN_OP,       /* arithmetic; arith says which */
	TOKEN_COMPARE,  /* == != < > <= >=; compare says which */
	TOKEN_RANGE,    /* .. */
	TOKEN_HASH,
	TOKEN_DOLLAR,
	TOKEN_EQUALS,
	TOKEN_COLON,
	TOKEN_COMMA,
	TOKEN_OPEN, /* ( */
	TOKEN_CLOSE,
	TOKEN_LIST_OPEN,
	TOKEN_LIST_CLOSE,
};

/* What an arithmetic operator computes, and whose structure its result has where both sides are patterns. */
enum arith_op { ARITH_ADD, ARITH_SUB, ARITH_MUL, ARITH_DIV, ARITH_KEEP_LEFT, ARITH_KEEP_RIGHT };
enum arith_form {
	ARITH_PLAIN,  /*  +  both */
	ARITH_LEFT,   /* |+  structure of the left side */
	ARITH_RIGHT,  /*  +| structure of the right side */
	ARITH_SIGNAL, /* ~+  sample by sample, whatever the sides are */
};

struct arith {
	unsigned char op;   /* enum arith_op */
	unsigned char form; /* enum arith_form */
};

enum compare_op { COMPARE_EQUAL, COMPARE_UNEQUAL, COMPARE_LESS, COMPARE_GREATER, COMPARE_AT_MOST, COMPARE_AT_LEAST };

struct token {
	enum token_kind kind;
	struct span span;
	struct arith arith;      /* TOKEN_OP */
	enum compare_op compare; /* TOKEN_COMPARE */
	bool is_unclosed;        /* an opening bracket that nothing closes */
	bool starts_line;        /* nothing but space and comments before it on its line */
	bool touches_left;       /* no space between it and the token before */
};

/* Points into the source; TOKENS end with TOKEN_END, which is not counted in n. */
struct token_list {
	struct token *items;
	size_t n;
};

/* Reads all of source. Complaints (unknown characters, open strings, malformed numbers) go to diags and the text
 * in question is skipped, so there is always a list to parse. -1 only when the arena is exhausted. */
int lex(struct arena *a, const char *source, size_t len, struct token_list *out, struct diag_list *diags) WARN_UNUSED;

/* "name", "number", "'$'"…: for messages and dumps. */
const char *token_kind_name(enum token_kind kind);

/* "+", "|+", "+|", "~+"… */
const char *arith_text(struct arith op);

/* "==", "<="… */
const char *compare_text(enum compare_op op);

/* One line per token: "start..end kind text". -1 when out is full. */
int token_list_print(const struct token_list *tokens, const char *source, struct buf *out) WARN_UNUSED;

#endif
