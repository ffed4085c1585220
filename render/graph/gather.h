/* Sums of many signals, made cheaper: the last step of building a graph.
 *
 * A program's sums are trees of additions of two: one hundred oscillators are ninety-nine nodes whose only work is to
 * read what the node before has just written. Here a tree of additions that nothing else reads in between becomes
 *
 *   banks   of up to NODE_BANK_LANES terms each, where terms are calls of one function that has a bank (node.h): the
 *           kernel computes them side by side and gives their sum; where it can also make what they hear, as saws at
 *           fixed frequencies, that is inside,
 *   mixes   of up to 16 terms each: what is left, in the order of the program, the first mix being the first term of
 *           the next.
 *
 * A bank stands where its first term stood. Which terms meet is a matter of the program's text alone, so the order of
 * every addition is fixed by it. Additions inside a feedback loop stay as they are. */
#ifndef RENDER_GRAPH_GATHER_H
#define RENDER_GRAPH_GATHER_H

#include "base/arena.h"
#include "render/graph/graph.h"

/* Rewrites in place; nodes that nobody needs any more stay where they are. -1 when the arena is exhausted. */
int graph_gather(struct arena *a, struct graph *g) WARN_UNUSED;

#endif
