/* Numbers that are known when a program is read. */
#ifndef RENDER_LANG_CONSTANT_H
#define RENDER_LANG_CONSTANT_H

#include "render/lang/ast.h"

/* The value of an expression of literals and + - * / (x / 0 is 0, as in a signal); false when it is something else. */
bool ast_constant(const struct ast *node, double *value);

#endif
