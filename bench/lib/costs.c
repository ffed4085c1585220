#include "bench/lib/costs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *checked(void *memory)
{
	if (!memory) {
		fputs("bench: no memory\n", stderr);
		exit(EXIT_FAILURE);
	}
	return memory;
}

static void costs_layout(struct costs *c, const struct pool_trace *trace)
{
	size_t n_tiles = c->n_blocks * c->plan->n_stages, at = 0;
	c->n_parts = checked(calloc(n_tiles, sizeof *c->n_parts));
	c->first = checked(calloc(n_tiles, sizeof *c->first));
	for (size_t i = 0; i < trace->n_parts; i++)
		c->n_parts[costs_tile(c, trace->parts[i].ref.stage, trace->parts[i].ref.block)]++;
	for (size_t i = 0; i < n_tiles; i++) {
		c->first[i] = (uint32_t)at;
		at += c->n_parts[i];
	}
	c->part_ns = checked(calloc(at, sizeof *c->part_ns));
	memset(c->part_ns, 0xff, at * sizeof *c->part_ns);
}

/* A part with the same place in several traces costs the least of its times. Which notes are missing can differ from the
 * first render to the next, where the cache of notes has kept some; their number must fit. */
static void costs_take(struct costs *c, const struct pool_trace *trace)
{
	for (size_t i = 0; i < trace->n_parts; i++) {
		const struct traced_part *t = &trace->parts[i];
		uint64_t *ns = &c->part_ns[c->first[costs_tile(c, t->ref.stage, t->ref.block)] + t->ref.part];
		if (t->end_ns - t->begin_ns < *ns)
			*ns = t->end_ns - t->begin_ns;
	}
}

size_t costs_parts(const struct costs *c)
{
	size_t last = c->n_blocks * c->plan->n_stages - 1;
	return c->first[last] + c->n_parts[last];
}

uint64_t costs_sum(const struct costs *c)
{
	size_t n = costs_parts(c);
	uint64_t sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += c->part_ns[i];
	return sum;
}

static void costs_begin(struct costs *c, const struct traced_program *p)
{
	c->plan = c->tuning.is_pipelined ? p->pipelined : p->plan;
	c->n_blocks = (p->n_frames + c->tuning.block_frames - 1) / c->tuning.block_frames;
	c->gap_ns = c->serial_ns = UINT64_MAX;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void costs_round(struct costs *c, struct traced_program *p, struct pool *one_worker)
{
	struct pool_trace trace = { .n_parts = 0 };
	struct render_result result;

	p->spec.skips_digests = !c->has_digest;
	traced_render(p, one_worker, c->tuning.block_frames, c->tuning.is_pipelined, &trace, &result);
	struct traced_times times = traced_times(&trace);
	if (c->n_rounds++ == 0) {
		costs_begin(c, p);
		costs_layout(c, &trace);
	}
	c->gap_ns = least(c->gap_ns, times.gap_ns);
	c->serial_ns = least(c->serial_ns, (uint64_t)(result.wall_s * 1e9) - times.part_ns - times.between_ns);
	if (trace.n_parts == costs_parts(c))
		costs_take(c, &trace);
	free(trace.parts);
}

void costs_free(struct costs *c)
{
	free(c->n_parts);
	free(c->first);
	free(c->part_ns);
}

uint64_t costs_hash(const struct costs *c)
{
	uint64_t sum = 0;

	for (uint64_t b = 0; b < c->n_blocks; b++)
		sum += c->part_ns[c->first[costs_tile(c, c->plan->n_stages - 1, b)] + 1];
	return sum;
}

uint64_t costs_critical_path(const struct costs *c)
{
	const struct plan *p = c->plan;
	uint64_t *ends =
		checked(calloc(p->n_stages, sizeof *ends)); /* of this block's tiles, before that the last one's */
	for (uint64_t b = 0; b < c->n_blocks; b++)
		for (uint32_t s = 0; s < p->n_stages; s++) {
			const struct plan_stage *st = &p->stages[s];
			uint64_t begin = st->is_carry ? ends[s] : 0, longest = 0;
			for (uint32_t i = 0; i < st->n_inputs; i++)
				if (ends[st->inputs[i]] > begin)
					begin = ends[st->inputs[i]];
			size_t tile = costs_tile(c, s, b);
			for (uint32_t i = 0; i < c->n_parts[tile]; i++)
				if (c->part_ns[c->first[tile] + i] > longest)
					longest = c->part_ns[c->first[tile] + i];
			ends[s] = begin + longest;
		}
	uint64_t end = ends[p->n_stages - 1];
	free(ends);
	return end;
}
