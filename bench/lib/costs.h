/* What each part of each tile of a program costs, from traces of renders on one worker. For benchmarks; failures end the process. */
#ifndef BENCH_LIB_COSTS_H
#define BENCH_LIB_COSTS_H

#include "bench/lib/traced.h"

/* Of a program cut in one way. The least time of all rounds is taken for what a part costs. */
struct costs {
	struct tuning tuning; /* in: block_frames, is_pipelined */
	bool has_digest;      /* in: the file gets a SHA-256 */
	unsigned n_rounds;
	const struct plan *plan;
	uint64_t n_blocks;
	uint32_t *n_parts; /* [n_blocks][n_stages] */
	uint32_t *first;   /* [n_blocks][n_stages]: of part_ns */
	uint64_t *part_ns;
	uint64_t gap_ns;    /* between two parts */
	uint64_t serial_ns; /* outside of the tiles */
};

/* Another render. Rounds of programs that are to be compared take turns, so that the load of the machine falls on all. */
void costs_round(struct costs *c, struct traced_program *p, struct pool *one_worker);
void costs_free(struct costs *c);

static inline size_t costs_tile(const struct costs *c, uint32_t stage, uint64_t block)
{
	return block * c->plan->n_stages + stage;
}

size_t costs_parts(const struct costs *c);
uint64_t costs_sum(const struct costs *c);

/* Of the parts of a pipelined plan's last stage that hash. */
uint64_t costs_hash(const struct costs *c);

/* The longest chain: a tile begins when its inputs have ended, its parts side by side. */
uint64_t costs_critical_path(const struct costs *c);

/* The memory, unless it is NULL. */
void *checked(void *memory);

#endif
