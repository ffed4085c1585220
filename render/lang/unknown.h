/* Complaints about names that mean nothing here: what was meant, or what to write instead. */
#ifndef RENDER_LANG_UNKNOWN_H
#define RENDER_LANG_UNKNOWN_H

#include "render/lang/ast.h"

/* A call of a function that there is not. The suggestion is a bus of that name, what another language's function is called
 * here, or the nearest of the registries' and the program's own functions. */
void unknown_function(struct arena *a, const struct ast_program *program, const struct ast *node,
		      struct diag_list *diags);

/* A bus that nothing defines, with the nearest one that is. */
void unknown_bus(struct arena *a, const struct ast_program *program, const struct ast *node, struct diag_list *diags);

#endif
