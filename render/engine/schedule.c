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
	struct schedule_spec spec;
	const struct plan *plan;
	uint32_t n_stages;
	struct tile *tiles;  /* [n_slots][n_stages] */
	uint64_t *n_carried; /* [n_stages]: blocks that a carrying stage has done */
	unsigned window;     /* blocks in flight at most */
	uint64_t n_admitted; /* blocks; the first_block of them were done before it began */
	uint64_t *heap;      /* ready tiles by key_of(), smallest first */
	size_t n_heap;
	unsigned n_ready_parts; /* of the tiles in the heap, not taken yet */
	uint64_t *empty;        /* tiles without parts by key_of(), whose end nobody has heard of yet */
	size_t n_empty;
};

static struct tile *tile_at(struct schedule *s, uint32_t stage, uint64_t block)
{
	return &s->tiles[(block % s->spec.n_slots) * s->n_stages + stage];
}

/* Order of ready tiles: the oldest block first, but tiles that carry before all others. What carries is a chain through
 * the blocks, which no number of workers makes shorter; let it wait behind the many tiles of an older block, and
 * later all workers wait for it. It runs ahead by the blocks in flight at most. */
static uint64_t key_of(const struct schedule *s, uint32_t stage, uint64_t block)
{
	uint64_t behind = s->plan->stages[stage].is_carry ? 0 : s->spec.n_slots;
	return (block + behind) * s->n_stages + stage;
}

static struct tile_ref tile_of(const struct schedule *s, uint64_t key)
{
	uint32_t stage = (uint32_t)(key % s->n_stages);
	uint64_t behind = s->plan->stages[stage].is_carry ? 0 : s->spec.n_slots;
	return (struct tile_ref){ .block = key / s->n_stages - behind, .stage = stage };
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

/* Opens the tile's parts. A tile of one part may be kept for the caller instead, who has taken it then. */
static bool tile_make_ready(struct schedule *s, uint32_t stage, uint64_t block, struct tile_ref *keep)
{
	unsigned n_parts = s->spec.n_parts(s->spec.ctx, stage, block);
	bool is_kept = keep && (n_parts == 1 || s->spec.is_for_one);
	if (n_parts == 0) {
		s->empty[s->n_empty++] = key_of(s, stage, block);
		return false;
	}
	*tile_at(s, stage, block) = (struct tile){ .n_parts = n_parts, .n_taken = is_kept ? n_parts : 0 };
	if (is_kept) {
		*keep = (struct tile_ref){ .block = block, .stage = stage, .n_parts = n_parts, .is_whole = true };
		return true;
	}
	s->n_ready_parts += n_parts;
	heap_push(s, key_of(s, stage, block));
	return false;
}

bool schedule_take(struct schedule *s, struct tile_ref *ref)
{
	if (s->n_heap == 0)
		return false;
	*ref = tile_of(s, s->heap[0]);
	struct tile *t = tile_at(s, ref->stage, ref->block);
	ref->part = t->n_taken;
	ref->n_parts = s->spec.is_for_one ? t->n_parts : 1;
	ref->is_whole = ref->n_parts == t->n_parts;
	t->n_taken += ref->n_parts;
	s->n_ready_parts -= ref->n_parts;
	if (t->n_taken == t->n_parts)
		heap_pop(s);
	return true;
}

/* --- Ends of tiles ---------------------------------------------------------------------------------------- */

/* One of the things that the tile waits for is done. As tile_make_ready(). */
static bool tile_release(struct schedule *s, uint32_t stage, uint64_t block, struct tile_ref *keep)
{
	struct tile *t = tile_at(s, stage, block);
	assert(t->pending > 0);
	return --t->pending == 0 && tile_make_ready(s, stage, block, keep);
}

/* Tells what waits for the tile. True when one of these was kept. */
static bool tile_end(struct schedule *s, uint32_t stage, uint64_t block, struct tile_ref *keep)
{
	const struct plan_stage *st = &s->plan->stages[stage];
	bool has_kept = false;

	for (uint32_t i = 0; i < st->n_consumers; i++)
		has_kept |= tile_release(s, st->consumers[i], block, has_kept ? NULL : keep);
	if (st->is_carry) {
		s->n_carried[stage] = block + 1;
		if (block + 1 < s->n_admitted)
			tile_release(s, stage, block + 1, NULL);
	}
	return has_kept;
}

/* The same for tiles without parts, and those that become so. */
static bool empty_tiles_end(struct schedule *s, struct tile_ref *keep)
{
	bool has_kept = false;

	while (s->n_empty > 0) {
		struct tile_ref ref = tile_of(s, s->empty[--s->n_empty]);
		has_kept |= tile_end(s, ref.stage, ref.block, has_kept ? NULL : keep);
	}
	return has_kept;
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
			tile_make_ready(s, i, block, NULL);
	empty_tiles_end(s, NULL);
}

/* Whether another block may follow: not behind the last one, nor when enough are in flight, and no more once the run is to come to rest and stands
 * where it can. */
static bool may_admit(const struct schedule *s)
{
	const struct schedule_spec *spec = &s->spec;
	bool is_pausing = spec->is_pausing && atomic_load_explicit(spec->is_pausing, memory_order_relaxed);

	return s->n_admitted < spec->n_blocks && s->n_admitted - s->n_carried[s->n_stages - 1] < s->window &&
	       !(is_pausing && s->n_admitted % spec->rest_blocks == 0);
}

struct schedule *schedule_new(const struct schedule_spec *spec, struct error *err)
{
	struct schedule *s = calloc(1, sizeof *s);
	size_t n_stages = spec->plan->n_stages;
	if (s) {
		s->spec = *spec;
		s->plan = spec->plan;
		s->n_stages = spec->plan->n_stages;
		s->tiles = calloc(n_stages * spec->n_slots, sizeof *s->tiles);
		s->n_carried = calloc(n_stages, sizeof *s->n_carried);
		s->heap = calloc(n_stages * spec->n_slots, sizeof *s->heap);
		s->empty = calloc(n_stages * spec->n_slots, sizeof *s->empty);
	}
	if (!s || !s->tiles || !s->n_carried || !s->heap || !s->empty) {
		schedule_free(s);
		error_set(err, ERR_NO_MEMORY, "no memory to schedule a render");
		return NULL;
	}
	s->n_admitted = spec->first_block;
	for (size_t i = 0; i < n_stages; i++)
		s->n_carried[i] = spec->first_block;
	s->window = spec->n_slots;
	while (may_admit(s))
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
	free(s->empty);
	free(s);
}

/* --- Progress --------------------------------------------------------------------------------------------- */

bool schedule_part_done(struct schedule *s, const struct tile_ref *ref)
{
	struct tile *t = tile_at(s, ref->stage, ref->block);
	return ++t->n_done == t->n_parts;
}

bool schedule_tile_done(struct schedule *s, const struct tile_ref *ref, struct tile_ref *next, unsigned *n_ready)
{
	unsigned before = s->n_ready_parts;
	bool has_next = tile_end(s, ref->stage, ref->block, next);

	has_next |= empty_tiles_end(s, has_next ? NULL : next);
	while (ref->stage == s->n_stages - 1 && may_admit(s))
		block_admit(s);
	*n_ready = s->n_ready_parts - before;
	return has_next;
}

void schedule_set_window(struct schedule *s, unsigned n_blocks)
{
	s->window = n_blocks;
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
