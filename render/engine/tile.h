/* Kernels over one block: the stages that are made of graph nodes. Part of run.c. */
#ifndef RENDER_ENGINE_TILE_H
#define RENDER_ENGINE_TILE_H

#include "render/engine/run.h"

/* State of a node's kernels as it is at frame 0. in: as plan_node_constants() gives, with this run's values. */
void tile_reset_kernel(struct run *run, uint32_t node);

/* The inputs of a node before there is audio: this run's constants, silence for signals. */
void tile_constants(const struct run *run, uint32_t node, struct node_input *in);

/* part: the channel of a stage that is split, else 0. */
void tile_nodes(struct run *run, const struct plan_stage *stage, uint64_t block, unsigned part);
void tile_advance(struct run *run, const struct plan_stage *stage, uint64_t block);
void tile_loop(struct run *run, const struct plan_stage *stage, uint64_t block);

#endif
