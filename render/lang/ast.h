/* The syntax tree of a program, and what resolve.c writes into it.
 *
 * Macros (functions, templates, loops, conditions) are part of the tree until expand.c replaces them by what they mean:
 * no later stage sees AST_INDEX, AST_USE, AST_TEMPLATE, AST_VARIABLE, AST_IF, or a statement after STMT_OUTMIX.
 *
 * Operators of equal rank are one node with many operands, so the depth of a tree is the nesting that a person wrote
 * and AST_NESTING_MAX bounds every recursion over it. A tree lives in the compile arena. */
#ifndef RENDER_LANG_AST_H
#define RENDER_LANG_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "render/dsp/node.h"
#include "render/lang/lex.h"
#include "render/pattern/source.h"

/* Nesting of brackets: recursion over a tree uses at most a few hundred bytes of stack per level. */
#define AST_NESTING_MAX 256u
/* Nodes of a program: 50 times the largest public program; keeps the arena of a hostile one small. */
#define AST_NODES_MAX 50000u

enum ast_kind {
	AST_NUMBER,   /* text */
	AST_STRING,   /* text: between the quotes, as written */
	AST_BUS,      /* text: without ~ */
	AST_INDEX,    /* ~text[items[0]], or ~text[items[0]..items[1]] */
	AST_USE,      /* ~text items…: a call of a function bus */
	AST_TEMPLATE, /* text: without @ */
	AST_VARIABLE, /* text: without % */
	AST_IF,       /* if items[0] compare items[1] then items[2] else items[3] */
	AST_NAME,     /* text: a function or transform without arguments */
	AST_CALL,     /* text: the function; items: arguments, in order, AST_KEYWORD among them */
	AST_KEYWORD,  /* text: the parameter; items[0]: its value */
	AST_LIST,     /* items */
	AST_NEGATE,   /* items[0] */
	AST_ARITH,    /* items[0] ops[0] items[1] ops[1] … of one precedence, left to right */
	AST_APPLY,    /* items[0] $ items[1] $ … */
	AST_CHAIN,    /* items[0] # items[1] # … */
	AST_SECTION,  /* ( # items[0] ): an effect as a transform */
	AST_OPERATE,  /* ( ops[0] items[0] ): arithmetic as a transform, `(|+ n 1)` */
	AST_BROKEN,   /* expand(): complained about */
};

/* Bytes that are not NUL-terminated: a piece of the source. */
struct text {
	const char *at;
	uint32_t len;
};

struct ast {
	enum ast_kind kind;
	struct span span;
	struct span name_span; /* of text, where the node has more */
	struct text text;
	struct ast **items;
	uint32_t n_items;
	struct arith *ops;       /* AST_ARITH: n_items - 1 */
	enum compare_op compare; /* AST_IF */
	bool is_bracketed;       /* all of it, in brackets outside of span */
	/* Written by resolve(): */
	const struct node_def *def;            /* AST_NAME, AST_CALL: NULL when it is no signal function */
	const struct transform_def *transform; /* AST_NAME, AST_CALL: NULL when it is no transform */
	const struct source_def *source;       /* AST_NAME, AST_CALL: NULL when it is no pattern source */
	struct bus *bus;                       /* AST_BUS */
	uint32_t base;                         /* AST_APPLY: the operand that is transformed; n_items: none */
	const struct pattern *pattern;         /* AST_STRING: NULL when it is malformed */
	const struct mini_name *names;         /* expand(): AST_STRING: the loops that it stands in */
	uint32_t id;                           /* number of the node in the program: the same for any layout */
	unsigned char section_kind;            /* types.c */
	unsigned char types[5];                /* types.c: by its slots */
};

enum stmt_kind {
	STMT_BUS,          /* ~name $ expr */
	STMT_MODIFIER,     /* ~name # expr */
	STMT_OUTPUT,       /* out $ expr, oN $ expr */
	STMT_CPS,          /* cps: value */
	STMT_BPM,          /* bpm: value */
	STMT_OUTMIX,       /* outmix: value */
	STMT_FUNCTION,     /* fn name params = expr */
	STMT_FUNCTION_BUS, /* ~name params $ expr */
	STMT_TEMPLATE,     /* @name: expr */
	STMT_VARIABLE,     /* %name: expr */
	STMT_FOR,          /* for name in from..to: body */
};

struct stmt {
	enum stmt_kind kind;
	struct span span;  /* all of it */
	struct span head;  /* what names it: "~x", "o1", "tempo" */
	struct text name;  /* of the bus */
	unsigned output;   /* STMT_OUTPUT: 0 for out */
	struct text value; /* of settings */
	struct span value_span;
	struct ast *expr;    /* NULL when it could not be read: a complaint says why */
	struct ast *index;   /* `~name[index]`, or NULL */
	struct text *params; /* of functions */
	uint32_t n_params;
	struct ast *from, *to; /* STMT_FOR: NULL when broken */
	struct stmt *body;
	uint32_t n_body;
};

/* Replace len bytes of the source at `at` by text: a part of the way from an old form to the current one. */
struct edit {
	uint32_t at, len;
	const char *text; /* NUL-terminated */
};

/* What is replaced by its body where it is used: fn, ~name a b, @name, %name. */
struct macro {
	const struct stmt *stmt;
	struct text name;
	bool is_open; /* being expanded: a use now would never end */
};

/* A name that programs may use before its definition. */
struct bus {
	const char *name; /* with ~, NUL-terminated */
	struct text key;  /* without ~ */
	const struct stmt *stmt;
	struct ast *expr; /* of stmt; NULL when broken */
	uint32_t idx;
};

/* Where a statement begins. */
struct head_place {
	uint32_t token;
	unsigned loops; /* around it */
};

struct ast_program {
	struct stmt *stmts; /* in source order */
	uint32_t n_stmts, cap_stmts;
	uint32_t n_nodes;
	struct head_place *heads; /* in source order, of all statements, for the formatter */
	uint32_t n_heads, cap_heads;
	struct edit *edits; /* in no order; they do not overlap */
	uint32_t n_edits, cap_edits;
	struct macro *macros; /* expand(): one per kind and name, the last definition of each */
	uint32_t n_macros;
	struct bus *buses; /* resolve(): one per name, the last definition of each */
	uint32_t n_buses;
	const struct bus **slots; /* hash table over buses, open addressing */
	uint32_t n_slots;
};

/* How much of a name a complaint shows. */
static inline int text_shown(struct text t)
{
	return t.len > 40 ? 40 : (int)t.len;
}

static inline bool text_is(struct text t, const char *word, size_t len)
{
	return t.len == len && __builtin_memcmp(t.at, word, len) == 0;
}

/* True when both trees say the same, wherever they stand. */
bool ast_equal(const struct ast *a, const struct ast *b);
bool ast_program_equal(const struct ast_program *a, const struct ast_program *b);

/* An expression as canonical source. */
int ast_print(const struct ast *node, struct buf *out) WARN_UNUSED;

/* The source between two places with the edits that lie there made. -1 when out is full. */
int edits_apply(const struct ast_program *program, const char *source, uint32_t start, uint32_t end,
		struct buf *out) WARN_UNUSED;

/* Canonical source: one statement per line, current forms, one space between words, no comments, only the
 * parentheses that are needed. Parsing it gives an equal tree. -1 when out is full. */
int ast_print_canonical(const struct ast_program *program, struct buf *out) WARN_UNUSED;

/* The tree as indented lines, for --dump=ast. -1 when out is full. */
int ast_dump(const struct ast_program *program, struct buf *out) WARN_UNUSED;

const struct bus *ast_find_bus(const struct ast_program *program, const char *name, size_t len);

#endif
