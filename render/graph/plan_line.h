/* Which signals need not be computed frame by frame: slow ones that only move parameters along lines.
 *
 * Some kernels go along a straight line from quantum to quantum wherever a parameter does (PARAM_LINE in node.h). Of
 * an LFO that is slow enough to be one, to 1/4096 of its value, they need one value in 64 frames; so the LFO and the
 * arithmetic between give no more. That a signal a sin(2 pi f t) + c is slow enough is known ahead: over T seconds it leaves
 * its chord by at most a (2 pi f T)^2 / 8, and is nowhere smaller than |c| - |a|. */
#ifndef RENDER_GRAPH_PLAN_LINE_H
#define RENDER_GRAPH_PLAN_LINE_H

#include <stdbool.h>

#include "base/arena.h"
#include "render/graph/plan.h"

/* Sets plan_node.is_line in a song's plan whose nodes and outputs are there; an instrument's LFOs go with the note. -1 when
 * the arena is exhausted. */
int plan_line_mark(struct arena *a, struct plan *p, const struct node_env *env) WARN_UNUSED;

#endif
