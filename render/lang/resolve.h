/* Names to what they mean. */
#ifndef RENDER_LANG_RESOLVE_H
#define RENDER_LANG_RESOLVE_H

#include "render/lang/ast.h"

/* Collects the buses of all statements (the last definition of a name counts), then binds every name in the program:
 * buses late, so a use may precede the definition; functions and transforms from their registries. Sorts the operands of
 * `$` (struct ast, base) and turns `f a $ x` of a function f into a call or chain. Unknown names are complained about
 * with the nearest known one. Strings become patterns. -1 only when the arena is exhausted. */
int resolve(struct arena *a, struct ast_program *program, struct diag_list *diags) WARN_UNUSED;

/* The same for a lone expression in a program without buses. */
int resolve_expression(struct arena *a, struct ast_program *program, struct ast *expr,
		       struct diag_list *diags) WARN_UNUSED;

/* Whether an expression is a transform: a call of one, a tower of calls, or a bus that holds one. */
bool ast_is_transform(const struct ast *node);

#endif
