/* From a checked tree to the signal graph. */
#ifndef RENDER_GRAPH_BUILD_H
#define RENDER_GRAPH_BUILD_H

#include "render/graph/graph.h"
#include "render/lang/ast.h"

struct sample_bank;

/* The graph of a program that resolve() and check_program() have seen. bank tells which sample names exist (NULL: all
 * do). NULL when diags received errors or the arena is exhausted, in which case "out-of-memory" is among them. */
const struct graph *graph_build(struct arena *a, struct ast_program *program, const struct sample_bank *bank,
				struct diag_list *diags) WARN_UNUSED;

/* The pattern that an expression stands for: of values, or of the controls of an event source. NULL with a complaint.
 */
const struct pattern *graph_build_pattern(struct arena *a, struct ast_program *program, struct ast *expr,
					  struct diag_list *diags) WARN_UNUSED;

#endif
