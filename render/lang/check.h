/* Whether a resolved program makes sense: what every function, operator and statement is given. */
#ifndef RENDER_LANG_CHECK_H
#define RENDER_LANG_CHECK_H

#include "render/lang/ast.h"

/* Complains about arguments that are missing, too many, unknown by name, given twice, of the wrong kind or outside
 * their range; about `#` and `$` with operands they cannot take; about settings without sense; about programs
 * without a sound. Cannot fail otherwise and allocates nothing. */
void check_program(struct ast_program *program, struct diag_list *diags);

/* The same for a lone expression. */
void check_expression(struct ast *expr, struct diag_list *diags);

#endif
