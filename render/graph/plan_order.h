/* Which nodes of a graph an output needs, in an order in which inputs come first, with its feedback loops.
 * Part of plan.c. */
#ifndef RENDER_GRAPH_PLAN_ORDER_H
#define RENDER_GRAPH_PLAN_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "render/graph/graph.h"

struct plan_order {
	uint32_t *nodes; /* reachable graph nodes, constants too; the nodes of a loop are neighbours */
	uint32_t n_nodes;
	uint32_t *position; /* [graph n_nodes]: index into nodes, or UINT32_MAX when unreachable */
	uint32_t *loop;     /* [graph n_nodes]: equal for the nodes of one loop, UINT32_MAX outside loops */
};

/* -1 when the arena is exhausted. Takes time and memory in proportion to nodes and edges; no recursion. */
int plan_order_build(struct arena *a, const struct graph *g, struct plan_order *order);

/* Whether consumer, in the order of evaluation, can only see the sample of input before. */
bool plan_order_is_back_edge(const struct plan_order *order, uint32_t consumer, uint32_t input);

#endif
