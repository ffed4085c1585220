/* How the nodes of a plan are grouped into stages. Part of plan.c. */
#ifndef RENDER_GRAPH_PLAN_STAGE_H
#define RENDER_GRAPH_PLAN_STAGE_H

#include "base/arena.h"
#include "render/graph/plan.h"
#include "render/graph/plan_order.h"

/* Fills stages, and stage and advance_stage of the nodes of p, whose nodes and outputs are complete.
 * -1 when the arena is exhausted. */
int plan_stages_build(struct arena *a, struct plan *p, const struct plan_order *order, const struct node_env *env);

#endif
