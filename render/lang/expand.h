/* Macros to what they mean. */
#ifndef RENDER_LANG_EXPAND_H
#define RENDER_LANG_EXPAND_H

#include "render/lang/ast.h"

/* Replaces the program's statements by new ones without macros: calls of functions and function buses by the body with
 * the arguments in place of the parameters, templates and variables by what they stand for, loops by their rounds,
 * conditions by the chosen branch, `~x[i]` by the bus it names, sum(~x[a..b]) by a sum. Every use is a copy of its own,
 * so it has a state of its own. Spans stay those of the source. The result is at most EXPAND_DEPTH_MAX deep and has at
 * most AST_NODES_MAX nodes. -1 only when the arena is exhausted. */
int expand(struct arena *a, struct ast_program *program, struct diag_list *diags) WARN_UNUSED;

/* The same for a lone expression in a program without definitions. NULL when the arena is exhausted. */
struct ast *expand_expression(struct arena *a, struct ast_program *program, const struct ast *expr,
			      struct diag_list *diags);

#endif
