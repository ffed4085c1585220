#include "render/engine/schedule.h"

#include <assert.h>
#include <stdlib.h>

/* A tile of a block in flight. */
struct tile {
	uint32_t pending; /* inputs that are not done, and the tile before of a carrying stage */
	unsigned n_parts; /* known when it is ready */
	unsigned n_taken, n_done;
};

struct schedule {
	struct run *run;
	const struct plan *plan;
	uint32_t n_stages;
	struct tile *tiles;  /* [n_slots][n_stages] */
	uint64_t *n_carried; /* [n_stages]: blocks that a carrying stage has done */
	uint64_t n_admitted; /* blocks; the run's first_block of them are done before it begins */
	uint64_t *heap;      /* ready tiles as block * n_stages + stage, smallest first: the oldest block */
	size_t n_heap;
	unsigned n_ready_parts; /* of the tiles in the heap, not taken yet */
};

static struct tile *tile_at(struct schedule *s, uint32_t stage, uint64_t block)
{
	return &s->tiles[(block % s->run->spec.n_slots) * s->n_stages + stage];
}

/* --- Ready tiles: a binary heap --------------------------------------------------------------------------- */

static void heap_push(struct schedule *s, uint64_t key)
{
	size_t i = s->n_heap++;
	for (; i > 0 && s->heap[(i - 1) / 2] > key; i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = key;
}

static void heap_pop(struct schedule *s)
{
	uint64_t last = s->heap[--s->n_heap];
	size_t i = 0;
	for (;;) {
		size_t child = 2 * i + 1;
		if (child + 1 < s->n_heap && s->heap[child + 1] < s->heap[child])
			child++;
		if (child >= s->n_heap || s->heap[child] >= last)
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
}

static void tile_make_ready(struct schedule *s, uint32_t stage, uint64_t block)
{
	struct tile *t = tile_at(s, stage, block);
	t->n_parts = run_tile_parts(s->run, stage, block);
	t->n_taken = t->n_done = 0;
	s->n_ready_parts += t->n_parts;
	heap_push(s, block * s->n_stages + stage);
}

bool schedule_take(struct schedule *s, struct tile_ref *ref)
{
	if (s->n_heap == 0)
		return false;
	uint64_t key = s->heap[0];
	*ref = (struct tile_ref){ .block = key / s->n_stages, .stage = (uint32_t)(key % s->n_stages) };
	struct tile *t = tile_at(s, ref->stage, ref->block);
	ref->part = t->n_taken++;
	ref->is_only_part = t->n_parts == 1;
	s->n_ready_parts--;
	if (t->n_taken == t->n_parts)
		heap_pop(s);
	return true;
}

/* --- Blocks ----------------------------------------------------------------------------------------------- */

static void block_admit(struct schedule *s)
{
	uint64_t block = s->n_admitted++;
	for (uint32_t i = 0; i < s->n_stages; i++) {
		const struct plan_stage *st = &s->plan->stages[i];
		bool waits_for_before = st->is_carry && s->n_carried[i] < block;
		tile_at(s, i, block)->pending = st->n_inputs + waits_for_before;
	}
	for (uint32_t i = 0; i < s->n_stages; i++)
		if (tile_at(s, i, block)->pending == 0)
			tile_make_ready(s, i, block);
}

/* Whether another block may follow: not behind the last one, and no more once the run is to come to rest and stands
 * where it can. */
static bool may_admit(const struct schedule *s)
{
	const struct run *run = s->run;
	bool is_pausing = atomic_load_explicit(&run->is_pausing, memory_order_relaxed);

	return s->n_admitted < run->n_blocks && !(is_pausing && run_may_rest_at(run, s->n_admitted));
}

struct schedule *schedule_new(struct run *run, struct error *err)
{
	struct schedule *s = calloc(1, sizeof *s);
	size_t n_stages = run->spec.plan->n_stages;
	if (s) {
		s->run = run;
		s->plan = run->spec.plan;
		s->n_stages = run->spec.plan->n_stages;
		s->tiles = calloc(n_stages * run->spec.n_slots, sizeof *s->tiles);
		s->n_carried = calloc(n_stages, sizeof *s->n_carried);
		s->heap = calloc(n_stages * run->spec.n_slots, sizeof *s->heap);
	}
	if (!s || !s->tiles || !s->n_carried || !s->heap) {
		schedule_free(s);
		error_set(err, ERR_NO_MEMORY, "no memory to schedule a render");
		return NULL;
	}
	s->n_admitted = run->first_block;
	for (size_t i = 0; i < n_stages; i++)
		s->n_carried[i] = run->first_block;
	while (may_admit(s) && s->n_admitted - run->first_block < run->spec.n_slots)
		block_admit(s);
	return s;
}

void schedule_free(struct schedule *s)
{
	if (!s)
		return;
	free(s->tiles);
	free(s->n_carried);
	free(s->heap);
	free(s);
}

/* --- Progress --------------------------------------------------------------------------------------------- */

bool schedule_part_done(struct schedule *s, const struct tile_ref *ref)
{
	struct tile *t = tile_at(s, ref->stage, ref->block);
	return ++t->n_done == t->n_parts;
}

static void tile_release(struct schedule *s, uint32_t stage, uint64_t block)
{
	struct tile *t = tile_at(s, stage, block);
	assert(t->pending > 0);
	if (--t->pending == 0)
		tile_make_ready(s, stage, block);
}

/* As tile_release, but a tile of one part is kept for the caller when it has none yet. */
static bool consumer_release(struct schedule *s, uint32_t stage, uint64_t block, struct tile_ref *next, bool has_next)
{
	struct tile *t = tile_at(s, stage, block);
	if (has_next || t->pending > 1 || run_tile_parts(s->run, stage, block) > 1) {
		tile_release(s, stage, block);
		return false;
	}
	*t = (struct tile){ .n_parts = 1, .n_taken = 1 };
	*next = (struct tile_ref){ .block = block, .stage = stage, .is_only_part = true };
	return true;
}

bool schedule_tile_done(struct schedule *s, const struct tile_ref *ref, struct tile_ref *next, unsigned *n_ready)
{
	const struct plan_stage *st = &s->plan->stages[ref->stage];
	unsigned before = s->n_ready_parts;
	bool has_next = false;

	for (uint32_t i = 0; i < st->n_consumers; i++)
		has_next |= consumer_release(s, st->consumers[i], ref->block, next, has_next);
	if (st->is_carry) {
		s->n_carried[ref->stage] = ref->block + 1;
		if (ref->block + 1 < s->n_admitted)
			tile_release(s, ref->stage, ref->block + 1);
	}
	if (st->kind == STAGE_OUTPUT && may_admit(s))
		block_admit(s);
	*n_ready = s->n_ready_parts - before;
	return has_next;
}

bool schedule_is_done(const struct schedule *s)
{
	return s->n_carried[s->n_stages - 1] == s->n_admitted;
}

uint64_t schedule_blocks_done(const struct schedule *s)
{
	return s->n_carried[s->n_stages - 1];
}

unsigned schedule_ready_parts(const struct schedule *s)
{
	return s->n_ready_parts;
}
