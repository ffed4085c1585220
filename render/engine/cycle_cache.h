/* The haps of a pattern, cycle by cycle, each cycle that repeats queried once.
 *
 * Where the period of the pattern is known (pattern_period()) and short, the answers of one period are kept, and a later cycle
 * gets them moved in time: rational numbers plus whole ones, so they are exactly what a query would give. For other
 * patterns it keeps the last cycle only. One thread at a time. */
#ifndef RENDER_ENGINE_CYCLE_CACHE_H
#define RENDER_ENGINE_CYCLE_CACHE_H

#include <stdint.h>

#include "base/error.h"
#include "render/pattern/pattern.h"

struct cycle_cache;

/* NULL when memory is out. The pattern is borrowed. */
struct cycle_cache *cycle_cache_new(const struct pattern *pattern, uint64_t seed);
void cycle_cache_free(struct cycle_cache *c);

/* The haps of a cycle, in the order of a query; they are the cache's and stay until the next call. Errors are those of
 * pattern_query(). */
int cycle_cache_query(struct cycle_cache *c, int64_t cycle, struct hap_list *haps, struct error *err) WARN_UNUSED;

/* Queries made so far. */
uint64_t cycle_cache_queries(const struct cycle_cache *c);

#endif
