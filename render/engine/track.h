/* A pattern as a stepped signal: of numbers, or a gate (render/dsp/gate.h). One thread at a time, block after block. */
#ifndef RENDER_ENGINE_TRACK_H
#define RENDER_ENGINE_TRACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/dsp/node.h"
#include "render/engine/blob.h"
#include "render/engine/run.h"

struct track;

/* Of a GRAPH_CONTROL node, from song_frame on. The node is borrowed. NULL when memory is out. */
struct track *track_new(const struct plan_node *node, struct run_shared *shared, uint64_t song_frame);
void track_free(struct track *t);

/* out[n]: the next n frames. A pattern that is too dense fails with its place. */
int track_fill(struct track *t, sample *out, size_t n, struct error *err) WARN_UNUSED;

/* For checkpoints: where the track stands, and a new track brought there. */
int track_save(const struct track *t, struct buf *out) WARN_UNUSED;
int track_load(struct track *t, struct blob *in, struct error *err) WARN_UNUSED;

#endif
