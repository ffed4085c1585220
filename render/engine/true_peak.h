/* The largest value of a signal between its samples: 4 x oversampling by the interpolation filter of Recommendation
 * ITU-R BS.1770-4, Annex 2 (48 taps in 4 phases). One channel; one thread at a time. */
#ifndef RENDER_ENGINE_TRUE_PEAK_H
#define RENDER_ENGINE_TRUE_PEAK_H

#include <stddef.h>

#include "render/dsp/node.h"

enum {
	TRUE_PEAK_TAPS = 12, /* per phase */
	TRUE_PEAK_DELAY = 6, /* frames */
};

/* Zero-initialise. */
struct true_peak {
	sample history[TRUE_PEAK_TAPS - 1];
};

/* x[n] to out[n]: out[i] is the largest magnitude between the samples at i - TRUE_PEAK_DELAY and
 * i - TRUE_PEAK_DELAY + 1, both included. Does not depend on how a signal is cut into calls. */
void true_peak_process(struct true_peak *t, const sample *x, size_t n, sample *out);

/* Raises *peak to the largest of what true_peak_process() would give for x[n], where that is larger. Costs little while the
 * signal stays below half of *peak. */
void true_peak_raise(struct true_peak *t, const sample *x, size_t n, sample *peak);

/* The same in two steps: the part that needs only x, of which any number may be done side by side; and the ends, which follow
 * each other. */
void true_peak_raise_inside(const sample *x, size_t n, sample *peak);
void true_peak_raise_ends(struct true_peak *t, const sample *x, size_t n, sample *peak);

#endif
