/* Sample and hold: what bitcrush, coarse and decimator share.
 *
 * The value of a frame is kept for `frames` frames in all, then the next one is taken. With a whole number each hold has
 * exactly that length; 1.5 gives holds of 2 and 1 in turn. The length counts where a hold begins. */
#ifndef RENDER_DSP_HOLD_H
#define RENDER_DSP_HOLD_H

#include "render/dsp/kernel.h"

/* Zero at frame 0. */
struct hold {
	double left; /* frames of the present hold that are still to come */
	sample value;
	sample smooth; /* of the decimator */
};

static inline size_t hold_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct hold);
}

/* Eight frames; lanes past those in use are 0. */
SIMD_INLINE f32x8 hold_step(struct hold *h, f32x8 x, f32x8 frames, size_t lanes)
{
	f32x8 out = { 0 };

	for (size_t j = 0; j < lanes; j++) {
		if (h->left <= 0) {
			h->value = x[j];
			h->left += frames[j];
		}
		h->left -= 1;
		out[j] = h->value;
	}
	return out;
}

#define HOLD_FRAMES_MAX 4096.0f /* of coarse and decimator: a tenth of a second */

#endif
