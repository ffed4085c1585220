/* Queries that meet a limit, said as what is wrong with the program. */
#ifndef RENDER_GRAPH_PROBE_H
#define RENDER_GRAPH_PROBE_H

#include "render/graph/graph.h"

/* Asks every pattern of the graph, and of its instruments, for cycle 0, and complains about those that meet a limit: a
 * program that could not even begin is refused when it is submitted, with the place. All queries together take little more
 * than PATTERN_STEPS_PER_CYCLE_MAX steps; a graph that needs more is judged while it is rendered. Randomness is that of
 * seed 0. Any thread. */
void graph_probe(const struct graph *g, struct diag_list *diags);

/* A query has failed with err: the complaint about it, at err's place if it has one, else at where. Other errors than
 * ERR_TOO_LARGE and ERR_INVALID say nothing about the program, and are left alone. */
void probe_complain(struct diag_list *diags, const struct error *err, struct span where);

#endif
