#include "render/engine/tune.h"

#include "render/engine/run.h"

enum { BLOCK_FRAMES_DEFAULT = 1024 };

/* Enough blocks that every worker has one while others wait for an input, few enough for the memory cap. One worker
 * takes one block after the other: what it made is in its cache when it is read. */
static unsigned slots_for(const struct plan *plan, unsigned block_frames, unsigned n_workers, size_t memory_bytes)
{
	size_t fit = memory_bytes / 2 / run_slot_bytes(plan, block_frames);
	size_t want = n_workers > 1 ? 2 * (size_t)n_workers + 2 : 1;
	if (want > fit)
		want = fit;
	return want > 0 ? (unsigned)want : 1;
}

struct tuning tuning_of(const struct plan *plan, unsigned n_workers, unsigned block_frames, size_t memory_bytes)
{
	struct tuning t = { .block_frames = block_frames ? block_frames : BLOCK_FRAMES_DEFAULT };
	t.n_slots = slots_for(plan, t.block_frames, n_workers, memory_bytes);
	return t;
}
