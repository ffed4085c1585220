/* The K-weighting of Recommendation ITU-R BS.1770-4, and the energy that is left behind it.
 *
 * The recommendation gives the filter, a high shelf and a high-pass, as coefficients for 48 kHz. For other rates both are
 * made anew from their analog prototypes by the bilinear transform. Centre frequencies, gain and quality of these: B. De Man,
 * "Evaluation of implementations of the EBU R128 loudness measurement", AES Convention 145, 2018. */
#ifndef RENDER_ENGINE_K_WEIGHTING_H
#define RENDER_ENGINE_K_WEIGHTING_H

#include <stddef.h>

#include "render/dsp/node.h"

enum {
	K_WEIGHTING_STATES = 4, /* two for each of its two second-order sections */
	K_WEIGHTING_STEP = 4,   /* frames that are filtered at a time */
};

struct k_section {
	double b0, b1, b2, a1, a2;
};

/* Filtering is linear: what comes out of K_WEIGHTING_STEP frames, and the state after them, are sums of columns, one for each
 * state before and each frame that goes in. Unlike the recursion these sums do not wait for one another. */
struct k_weighting {
	struct k_section sections[2];
	double out_of_state[K_WEIGHTING_STATES][K_WEIGHTING_STEP];
	double out_of_frame[K_WEIGHTING_STEP][K_WEIGHTING_STEP];
	double state_of_state[K_WEIGHTING_STATES][K_WEIGHTING_STATES];
	double state_of_frame[K_WEIGHTING_STEP][K_WEIGHTING_STATES];
};

void k_weighting_init(struct k_weighting *k, double sample_rate_hz);

/* energies[n_channels]: the sums of the squares of x[n_channels][n], filtered; n_channels is 1 or 2, and two have the energies
 * of each alone. states: zero before the first frame, then what the call before left. The last bits depend on how a signal is
 * cut into calls. */
void k_weighting_energies(const struct k_weighting *k, unsigned n_channels, double states[][K_WEIGHTING_STATES],
			  const sample *const *x, size_t n, double *energies);

#endif
