/* The pool: one worker thread per core that the process may use, shared by all jobs.
 *
 * A job is a run (run.h) whose tiles the workers take; see pool.c for the rules. */
#ifndef RENDER_ENGINE_POOL_H
#define RENDER_ENGINE_POOL_H

#include <stdint.h>

#include "base/error.h"
#include "render/engine/run.h"
#include "render/engine/schedule.h"

struct pool;

/* Starts n_workers threads, named "render/0" ...; NULL when that fails. */
struct pool *pool_new(unsigned n_workers, struct error *err) WARN_UNUSED;

/* Stops the workers. No pool_run() may be in progress. */
void pool_free(struct pool *p);

unsigned pool_workers(const struct pool *p);

/* A part of a tile, as it ran. The end of a tile of several parts belongs to the one that was done last. */
struct traced_part {
	struct tile_ref ref;
	unsigned worker;
	bool is_rested;            /* the worker slept, or worked for another job, before this */
	uint64_t begin_ns, end_ns; /* clock_monotonic_ns() */
};

/* What the workers did in a job, in the order in which parts were done. For tests and benchmarks. */
struct pool_trace {
	struct traced_part *parts; /* [n_parts]; free() them */
	size_t n_parts, cap_parts;
	bool is_cut; /* memory ran out */
};

/* Runs all tiles of the run, with at most max_workers (0: all) of the pool at a time, and sleeps meanwhile. Blocks
 * are admitted while they are fewer than the run's n_slots. Returns when no worker touches the run any more: 0, or
 * -1 with the first error; ERR_CANCELED when shared->cancel was seen. *cpu_ns: CPU time of the workers in this
 * job. trace, when not NULL, gets what they did. When the run was paused it returns 0 with run->first_block < n_blocks,
 * and may be called again. Any thread, any number at once. */
int pool_run(struct pool *p, struct run *run, unsigned max_workers, struct pool_trace *trace, uint64_t *cpu_ns,
	     struct error *err) WARN_UNUSED;

#endif
