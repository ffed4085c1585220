/* Counts of values by size, for /metrics. The caller locks. */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BOUNDS_MAX = 16 };

struct histogram {
	const double *bounds; /* ascending; static */
	unsigned n_bounds;
	uint64_t counts[HISTOGRAM_BOUNDS_MAX +
			1]; /* counts[i]: at most bounds[i], above the one before; the last: the rest */
	double sum;
};

static inline void histogram_add(struct histogram *h, double x)
{
	unsigned i = 0;

	while (i < h->n_bounds && x > h->bounds[i])
		i++;
	h->counts[i]++;
	h->sum += x;
}

#endif
