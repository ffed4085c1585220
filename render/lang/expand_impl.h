/* What expand.c and expand_macro.c share. */
#ifndef RENDER_LANG_EXPAND_IMPL_H
#define RENDER_LANG_EXPAND_IMPL_H

#include "render/lang/ast.h"

/* Rounds of a loop, and buses of a sum. */
enum { ROUNDS_MAX = 1000 };

/* A name and the tree that it stands for, which has no macros left. */
struct binding {
	struct text name;
	const struct ast *value;
	const struct binding *outer;
	const struct mini_name *names; /* of the loops around, for strings; NULL in the body of a function */
};

struct expander {
	struct arena *arena;
	struct ast_program *program;
	struct diag_list *diags;
	struct macro **slots; /* hash table over the program's macros, open addressing */
	uint32_t n_slots;
	unsigned depth;
	bool is_too_large; /* complained about */
	bool is_exhausted;
};

/* --- expand.c */

/* The node with its macros replaced; names that env binds mean what it says. NULL when the program is too large, or the
 * arena exhausted. */
struct ast *expand_node(struct expander *x, const struct ast *node, const struct binding *env);
/* Copies; NULL as above. */
struct ast *expand_clone(struct expander *x, const struct ast *node);
struct ast *expand_items(struct expander *x, const struct ast *node, const struct binding *env);
/* What stands for a node that has been complained about. */
struct ast *expand_broken(struct expander *x, const struct ast *node);
struct ast **expand_new_items(struct expander *x, size_t n);
/* A node of that kind over items; of one item, the item itself. */
struct ast *expand_fold(struct expander *x, const struct ast *like, enum ast_kind kind, struct ast **items, uint32_t n);
const struct ast *expand_find_binding(const struct binding *env, struct text name);
/* The whole number that an index or bound is; false with a complaint. */
bool expand_whole_number(struct expander *x, const struct ast *node, const struct binding *env, long *out);
/* "x" and 3: "x3". */
bool expand_bus_name(struct expander *x, struct text name, long number, struct text *out);

/* --- expand_macro.c */

bool stmt_is_macro(const struct stmt *s);
/* Collects the definitions of the program. */
void macros_define(struct expander *x);
struct macro *macro_find(const struct expander *x, enum stmt_kind kind, struct text name);
/* A use of m with one more argument in front (`x # f a`), behind (`f a $ x`), or none. */
struct ast *macro_use(struct expander *x, struct macro *m, const struct ast *use, const struct binding *env,
		      struct ast *first, struct ast *last);
/* `@name`, `%name`. */
struct ast *macro_use_named(struct expander *x, const struct ast *node, enum stmt_kind kind, const struct binding *env);
/* A function of the program, sum(…), or a function of the registries. */
struct ast *macro_expand_call(struct expander *x, const struct ast *call, const struct binding *env);
/* `~name a b` of what is no function bus. */
struct ast *macro_complain_use(struct expander *x, const struct ast *node);
/* Whether the program has a bus of that name, without parameters. */
bool expand_is_bus(const struct expander *x, struct text name);

#endif
