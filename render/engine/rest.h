/* A run at rest as bytes: everything that its next block depends on and that cannot be computed from the program again.
 *
 * A run rests between two blocks when the pool has returned from it (run_pause()): nothing is in flight, so the state of each
 * stage that carries any is that of the same frame. What is saved are the states and sums of the kernels, the last samples of
 * loops, the place in each pattern, and the events whose voices sound. Not saved are buffers (nobody reads them between
 * blocks), windows of haps (asked for again), sounds and notes (loaded and rendered again): all of them are functions of
 * the program.
 *
 * The bytes are for the same program built into the same executable; saver.c sees to that. */
#ifndef RENDER_ENGINE_REST_H
#define RENDER_ENGINE_REST_H

#include "base/buf.h"
#include "base/error.h"
#include "render/engine/blob.h"
#include "render/engine/run.h"

/* -1 when out is full. */
int rest_save(const struct run *run, struct buf *out) WARN_UNUSED;

/* Brings a new run of the same plan to where the saved one stood: run->first_block and all states. Its blocks may have
 * another size. On failure (ERR_CORRUPT, ERR_NO_MEMORY, ERR_BUDGET) the run is of no more use. */
int rest_load(struct run *run, struct blob *in, struct error *err) WARN_UNUSED;

#endif
