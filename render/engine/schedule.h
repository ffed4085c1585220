/* Which tiles of a run may run now. Plain data without threads: the pool calls it under its lock, and a simulator
 * (bench/simulate.c) with tiles that only have a length.
 *
 * Tile (s, b) is stage s over block b. It becomes ready when the tiles (i, b) of its inputs are done and, for a
 * carrying stage, tile (s, b-1). Block b is admitted when block b - n_slots is complete, which is when its output
 * tile is done: every stage leads to the output, or it would not be in the plan. So at most n_slots blocks are in
 * flight and a slot never serves two at once.
 *
 *            admit                  last input, tile before           all parts, finish
 *   (none) ---------> waiting(n) ----------------------------> ready ------------------> done: consumers, (s, b+1)
 *                                                                       no parts: at once
 */
#ifndef RENDER_ENGINE_SCHEDULE_H
#define RENDER_ENGINE_SCHEDULE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "render/graph/plan.h"

/* What one worker runs of a tile. */
struct tile_ref {
	uint64_t block;
	uint32_t stage;
	unsigned part;
	unsigned n_parts; /* from that one on */
	bool is_whole;    /* all of the tile's */
};

struct schedule;

struct schedule_spec {
	const struct plan *plan; /* borrowed */
	uint64_t first_block, n_blocks;
	unsigned n_slots; /* blocks in flight at most */
	/* When it is set, no block is admitted behind a multiple of rest_blocks. Relaxed; NULL: never. */
	const _Atomic bool *is_pausing;
	uint64_t rest_blocks; /* > 0 with is_pausing */
	bool is_for_one;      /* worker: all parts of a tile are handed out together */
	/* Parts of a tile; asked for once, when its inputs are done. 0: there is nothing to do, and it is done; not of the
	 * output's. */
	unsigned (*n_parts)(const void *ctx, uint32_t stage, uint64_t block);
	const void *ctx;
};

/* Admits the first blocks. NULL with ERR_NO_MEMORY. */
struct schedule *schedule_new(const struct schedule_spec *spec, struct error *err) WARN_UNUSED;
void schedule_free(struct schedule *s);

/* Takes a part of the most urgent ready tile: one that carries, else of the oldest block. False when none is ready. */
bool schedule_take(struct schedule *s, struct tile_ref *ref);

/* One part is done. True when it was the last: then the caller finishes the tile and calls schedule_tile_done(). */
bool schedule_part_done(struct schedule *s, const struct tile_ref *ref);

/* The tile is done. When that made a consumer ready that is handed out whole, *next is it, taken (its inputs are still in
 * this core's cache), and the result is true. *n_ready: parts that others can now take. */
bool schedule_tile_done(struct schedule *s, const struct tile_ref *ref, struct tile_ref *next, unsigned *n_ready);

/* From now on so many blocks are in flight at most: 1 to n_slots, which is what a new schedule has. Fewer lie in a cache. */
void schedule_set_window(struct schedule *s, unsigned n_blocks);

/* All blocks are complete, or all that were admitted before the run was to come to rest (run_pause()). */
bool schedule_is_done(const struct schedule *s);

/* The first block that is not complete. */
uint64_t schedule_blocks_done(const struct schedule *s);

/* Parts that can be taken now, at least; for waking workers. */
unsigned schedule_ready_parts(const struct schedule *s);

#endif
