/* Filtered noise, what the drums of this folder share. */
#ifndef RENDER_DSP_HISS_H
#define RENDER_DSP_HISS_H

#include "render/dsp/source.h"
#include "render/dsp/svf.h"

/* Sixteen frames of noise through a filter, or the one of a call with one. */
struct hiss {
	_Alignas(32) sample frames[FRAMES16];
};

SIMD_INLINE struct svf_wish hiss_wish(struct frames16 hz, float q)
{
	return (struct svf_wish){ .hz = hz, .q = frames16_splat(q), .gain_db = frames16_splat(0) };
}

/* Frames i..i+15 of a call with n; i is a multiple of 16. With decay_s > 0 the noise is a burst (source_one_shot()) before
 * it is filtered. */
SIMD_INLINE void hiss_fill(struct hiss *h, struct svf *f, enum matched_response which, const struct svf_wish *to,
			   const struct node_io *io, size_t i, size_t n, float decay_s)
{
	struct node_input in = { .data = h->frames };
	uint64_t key = source_noise_key(io);

	for (size_t k = 0; k < (n == 1 ? 1 : FRAMES16); k += SIMD_LANES) {
		f32x8 x = source_noise(io, key, i + k);

		if (decay_s > 0.0f)
			x *= source_one_shot(source_time_s(io, i + k), decay_s, 0.0f);
		output_store(h->frames, k, n, x);
	}
	svf_tune(f, which, false, to, (float)io->env->sample_rate_hz);
	frames16_store(h->frames, 0, n, svf_filter(f, frames16_load(&in, 0, n), io->frame + i, n));
}

/* Frames i..i+7 of the call, after hiss_fill() for the sixteen that they are among. */
SIMD_INLINE f32x8 hiss_load(const struct hiss *h, size_t i, size_t n)
{
	struct node_input in = { .data = h->frames };

	return input_load(&in, i % FRAMES16, n);
}

#endif
