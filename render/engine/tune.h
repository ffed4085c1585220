/* How a run is cut: the size of a block and how many of them are in flight. Decides speed and memory, never a byte. */
#ifndef RENDER_ENGINE_TUNE_H
#define RENDER_ENGINE_TUNE_H

#include <stddef.h>

#include "render/graph/plan.h"

struct tuning {
	unsigned block_frames;
	unsigned n_slots;
};

/* For a plan on so many workers of this machine. block_frames: what the user asks for, 0: chosen. memory_bytes: cap
 * of the run. Any thread. */
struct tuning tuning_of(const struct plan *plan, unsigned n_workers, unsigned block_frames, size_t memory_bytes);

#endif
