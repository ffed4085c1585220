/* How a run is cut: the size of a block, how many of them are in flight, and whether its output is a stage or several. Decides
 * speed and memory, never a byte. */
#ifndef RENDER_ENGINE_TUNE_H
#define RENDER_ENGINE_TUNE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the choice depends on. */
struct tune_machine {
	size_t l1_bytes, l3_bytes; /* of a core's first data cache, of the last level; 0: not known */
};

struct tune_job {
	unsigned n_workers;    /* that may be at it at a time */
	uint64_t n_frames;     /* of the run */
	size_t frame_bytes;    /* that a frame takes in a slot */
	size_t memory_bytes;   /* that all slots may take */
	unsigned block_frames; /* what the user asks for; 0: nothing */
};

struct tuning {
	unsigned block_frames; /* a power of two */
	unsigned n_slots;      /* blocks in flight */
	bool is_pipelined;     /* plan_pipeline() */
};

/* Of this machine. Any thread. */
struct tune_machine tune_machine(void);

/* A pure function. */
struct tuning tune(const struct tune_machine *machine, const struct tune_job *job);

#endif
