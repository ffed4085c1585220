/* What check.c and check_transform.c share. */
#ifndef RENDER_LANG_CHECK_IMPL_H
#define RENDER_LANG_CHECK_IMPL_H

#include "render/lang/check.h"
#include "render/lang/types.h"

/* A call of a transform, also with its pattern as last argument; of a pattern source. */
void check_transform(const struct ast *call, struct diag_list *diags);
void check_source(struct ast *call, struct diag_list *diags);

#endif
