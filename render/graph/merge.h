/* Less to compute for the same sound: the first step of planning a graph.
 *
 *   folding   a call of a pointwise function (node.h) over constants becomes the constant that its kernel gives,
 *   fusing    a sum with a product becomes one node (render/dsp/muladd.c), so that what is between is not written and read,
 *   merging   nodes of equal kind over equal inputs become one: two calls of a function, two equal patterns, two equal
 *             sources of events. What reads its own id, such as noise, stays apart: two noises are not the same noise.
 *
 * All leave every bit as it is. Nodes in feedback loops stay as they are. In an instrument a call that is read as a pitch is
 * not folded, because a note treats a frequency that the program gives otherwise than a signal. */
#ifndef RENDER_GRAPH_MERGE_H
#define RENDER_GRAPH_MERGE_H

#include <stdbool.h>

#include "base/arena.h"
#include "render/graph/graph.h"

/* A graph of the same sound, in which nodes that nobody needs any more are left without readers and the others keep their numbers.
 * It shares with the original whatever is the same. NULL when the arena is exhausted. */
const struct graph *graph_merge(struct arena *a, const struct graph *original, bool is_instrument);

#endif
