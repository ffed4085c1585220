/* Patterns that come from no text: signals, counting, choices. */
#ifndef RENDER_PATTERN_SIGNAL_H
#define RENDER_PATTERN_SIGNAL_H

#include "render/pattern/pattern.h"

/* sine cosine saw isaw square tri itri rand (0..1), with a 2 behind -1..1; perlin; time. Continuous: a query gets
 * one hap without whole, with the value at its begin. NULL when there is no such signal or no memory. site as in random_at():
 * site 0 under seed 0 gives Strudel's numbers. */
const struct pattern *pattern_signal(struct arena *a, const char *name, size_t len, uint64_t site);
bool pattern_signal_exists(const char *name, size_t len);

/* 0 … n - 1 in a cycle. */
const struct pattern *pattern_run(struct arena *a, const struct pattern *n);
/* run 1, run 2, … run n, a cycle each. */
const struct pattern *pattern_scan(struct arena *a, const struct pattern *n);

/* A whole number from 0 to n - 1 at random; continuous. */
const struct pattern *pattern_irand(struct arena *a, const struct pattern *n, uint64_t site);
/* One of the values of ps at random, by weight (NULL: all alike); continuous. */
const struct pattern *pattern_wchoose(struct arena *a, const struct pattern *const *ps, const double *weights, size_t n,
				      uint64_t site);
/* One of ps per cycle, at random, by weight (NULL: all alike). */
const struct pattern *pattern_wrandcat(struct arena *a, const struct pattern *const *ps, const double *weights,
				       size_t n, uint64_t site);
/* The one of ps that position, 0..1, points at. */
const struct pattern *pattern_choose_by(struct arena *a, const struct pattern *position,
					const struct pattern *const *ps, size_t n);
/* p with all of its chance moved by `seed` cycles, which gives other numbers. */
const struct pattern *pattern_seed(struct arena *a, const struct pattern *seed, const struct pattern *p);

/* The one of ps that an index names: squeezed into the index's events (index modulo n), or as it is (index cut to
 * 0..n-1). */
const struct pattern *pattern_squeeze(struct arena *a, const struct pattern *index, const struct pattern *const *ps,
				      size_t n);
const struct pattern *pattern_pick(struct arena *a, const struct pattern *index, const struct pattern *const *ps,
				   size_t n);

#endif
