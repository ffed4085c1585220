/* Signals that are known in advance: what a transform can take as an argument, read at the begin of each cycle. */
#ifndef RENDER_LANG_TIMED_H
#define RENDER_LANG_TIMED_H

#include "render/lang/ast.h"

/* Whether a signal is a function of time alone that can be written down: oscillators `sine saw square tri` of a
 * constant frequency above 0, numbers, patterns, buses of such, and + - * / of them. Needs a resolved tree. */
bool ast_is_timed(const struct ast *node);

/* The frequency in Hz of a call of such an oscillator, and the pattern signal (render/pattern/signal.h) that it is at
 * one cycle per period; NULL when node is none. *sign: what the pattern's values are multiplied by. */
const char *ast_timed_oscillator(const struct ast *node, double *frequency_hz, double *sign);

#endif
