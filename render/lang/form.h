/* Which of its meanings a name has. */
#ifndef RENDER_LANG_FORM_H
#define RENDER_LANG_FORM_H

#include "render/lang/ast.h"

/* For a name or call with all that its name can mean in def, transform and source: leaves the forms of the transform
 * and the source that its arguments fit, judged by their number and kind: `inside 2 rev` and `inside 0 0.5 rev`,
 * `squeeze 2` and `squeeze "0 1" [a, b]`. Several meanings may be left, between which the place decides (types.h).
 * Where none fits, the first stays, to be complained about. The function goes when only a source takes so many arguments. */
void ast_choose_form(struct ast *node);

#endif
