/* A program rendered into nothing, with a trace of its tiles. For benchmarks; failures end the process. */
#ifndef BENCH_LIB_TRACED_H
#define BENCH_LIB_TRACED_H

#include "base/arena.h"
#include "render/engine/pool.h"
#include "render/engine/tune.h"
#include "render/graph/plan.h"
#include "render/render.h"

/* A compiled program and its plan. */
struct traced_program {
	struct arena arena;
	char *source;
	struct render_spec spec; /* 44.1 kHz, stereo, float_32 */
	const struct graph *graph;
	const struct plan *plan;      /* with its output in one stage, for few workers */
	const struct plan *pipelined; /* in several */
	struct sample_bank *bank;
	uint64_t n_frames;
};

void traced_open(struct traced_program *p, const char *path, double seconds);
void traced_close(struct traced_program *p);

/* Renders once. block_frames 0: the engine's choice. is_pipelined: also where the engine would not. trace may be NULL; its parts
 * are the caller's to free. */
void traced_render(const struct traced_program *p, struct pool *pool, unsigned block_frames, bool is_pipelined,
		   struct pool_trace *trace, struct render_result *result);

/* What the engine would choose for so many workers. */
struct tuning traced_tuning(const struct traced_program *p, unsigned n_workers, unsigned block_frames);

/* What the workers spent their time with, from the first part to the last. */
struct traced_times {
	uint64_t part_ns;    /* sum over all parts */
	uint64_t between_ns; /* between two parts of a worker that did not sleep */
	uint64_t gap_ns;     /* the median of that, less what reading the clock takes */
	size_t n_gaps;
};

struct traced_times traced_times(const struct pool_trace *trace);

#endif
