#include "render/engine/cycle_cache.h"

#include <stdlib.h>

enum {
	/* Room for what a query may make before it meets the limit of events per cycle, so that the limit is what is
	 * reported. */
	ARENA_BYTES_MAX = 192 << 20,
	CYCLES_MAX = 16,      /* kept of one pattern */
	HAPS_KEPT_MAX = 1000, /* of one pattern: a few hundred kilobytes with their values */
};

struct kept {
	struct arena arena;
	struct hap_list haps;
	int64_t cycle; /* that their times are of */
	bool is_filled;
};

struct cycle_cache {
	const struct pattern *pattern;
	uint64_t seed, n_queries;
	unsigned n_cycles; /* kept[n_cycles]: cycle c lies at c modulo n_cycles */
	bool is_periodic;
	struct kept kept[CYCLES_MAX];
};

struct cycle_cache *cycle_cache_new(const struct pattern *pattern, uint64_t seed)
{
	struct cycle_cache *c = calloc(1, sizeof *c);
	unsigned period = pattern_period(pattern);

	if (!c)
		return NULL;
	c->pattern = pattern;
	c->seed = seed;
	c->is_periodic = period > 0 && period <= CYCLES_MAX;
	c->n_cycles = c->is_periodic ? period : 1;
	for (unsigned i = 0; i < c->n_cycles; i++)
		arena_init(&c->kept[i].arena, ARENA_BYTES_MAX);
	return c;
}

void cycle_cache_free(struct cycle_cache *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < c->n_cycles; i++)
		arena_fini(&c->kept[i].arena);
	free(c);
}

static struct kept *kept_for(struct cycle_cache *c, int64_t cycle)
{
	int64_t place = cycle % (int64_t)c->n_cycles;
	return &c->kept[place < 0 ? place + (int64_t)c->n_cycles : place];
}

static void move(struct timespan *s, struct rational by)
{
	s->begin = rational_add(s->begin, by);
	s->end = rational_add(s->end, by);
}

static void kept_move(struct kept *k, int64_t cycle)
{
	struct rational by = rational_int(cycle - k->cycle);
	for (size_t i = 0; i < k->haps.n; i++) {
		move(&k->haps.haps[i].part, by);
		if (k->haps.haps[i].has_whole)
			move(&k->haps.haps[i].whole, by);
	}
	k->cycle = cycle;
}

static int kept_fill(struct cycle_cache *c, struct kept *k, int64_t cycle, struct error *err)
{
	struct timespan span = { rational_int(cycle), rational_int(cycle + 1) };
	struct query q = { .arena = &k->arena, .seed = c->seed };

	arena_reset(&k->arena);
	k->haps = (struct hap_list){ .n = 0 };
	k->cycle = cycle;
	c->n_queries++;
	if (pattern_query(c->pattern, span, &q, &k->haps, err))
		return -1;
	k->is_filled = c->is_periodic && k->haps.n * c->n_cycles <= HAPS_KEPT_MAX;
	return 0;
}

int cycle_cache_query(struct cycle_cache *c, int64_t cycle, struct hap_list *haps, struct error *err)
{
	struct kept *k = kept_for(c, cycle);

	if (k->is_filled)
		kept_move(k, cycle);
	else if (kept_fill(c, k, cycle, err))
		return -1;
	*haps = k->haps;
	return 0;
}

uint64_t cycle_cache_queries(const struct cycle_cache *c)
{
	return c->n_queries;
}
