/* Text to tree. */
#ifndef RENDER_LANG_PARSE_H
#define RENDER_LANG_PARSE_H

#include "render/lang/ast.h"

/* Reads all statements; what it cannot read is complained about and skipped up to the next statement. Names are
 * not looked up, except that a word that the registries do not know may be a misspelt statement. -1 only when the
 * arena is exhausted. The source must outlive the tree. */
int parse_program(struct arena *a, const char *source, const struct token_list *tokens, struct ast_program *out,
		  struct diag_list *diags) WARN_UNUSED;

/* One expression and nothing after it; NULL with a complaint otherwise. */
struct ast *parse_expression(struct arena *a, const char *source, const struct token_list *tokens,
			     struct ast_program *program, struct diag_list *diags) WARN_UNUSED;

#endif
