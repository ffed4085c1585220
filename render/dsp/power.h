/* The mean square of a sliding window, which rms and amp_follower share.
 *
 * Squares are added up since frame 0 in 64-bit fixed point and the sums kept in a ring; a window is the difference
 * of two of them. Sums wrap around and differences do not mind, so nothing drifts, however long a render is and
 * however loud something before the window was; and the window's length may change from frame to frame. A square is
 * a multiple of 2^-36 (-108 dB of amplitude) and at most 2^10 (+30 dB). */
#ifndef RENDER_DSP_POWER_H
#define RENDER_DSP_POWER_H

#include "render/dsp/kernel.h"

#define POWER_WINDOW_MIN_S 0.001f
#define POWER_WINDOW_MAX_S 1.0f
#define POWER_ONE 0x1p36 /* the square 1 */
#define POWER_SQUARE_MAX 1024.0

/* sums[frame & mask] is the sum up to and with that frame; all zero at frame 0. */
struct power {
	uint64_t sum;
	uint64_t mask;
	uint64_t sums[];
};

static inline uint32_t power_ring_frames(const struct node_env *env, const struct node_input *window)
{
	double longest_s = window->data
				   ? (double)POWER_WINDOW_MAX_S
				   : clamp_f64(window->value, (double)POWER_WINDOW_MIN_S, (double)POWER_WINDOW_MAX_S);
	uint32_t needed = (uint32_t)(longest_s * env->sample_rate_hz) + 2, frames = 64;

	while (frames < needed)
		frames *= 2;
	return frames;
}

static inline size_t power_bytes(const struct node_env *env, const struct node_input *window)
{
	return sizeof(struct power) + power_ring_frames(env, window) * sizeof(uint64_t);
}

static inline void power_reset(struct power *p, const struct node_env *env, const struct node_input *window)
{
	memset(p, 0, power_bytes(env, window));
	p->mask = power_ring_frames(env, window) - 1;
}

/* Frames of a window, at least one; rounded. */
SIMD_INLINE f32x8 power_window(f32x8 window_s, float sample_rate_hz)
{
	f32x8 s = f32x8_clamp(window_s, POWER_WINDOW_MIN_S, POWER_WINDOW_MAX_S);

	return f32x8_max(f32x8_round(s * sample_rate_hz), f32x8_splat(1.0f));
}

/* The mean square of the window that ends with x at frame number `frame`. */
SIMD_INLINE double power_next(struct power *p, uint64_t frame, sample x, uint32_t window)
{
	double square = clamp_f64((double)x * (double)x, 0, POWER_SQUARE_MAX);

	p->sum += (uint64_t)(square * POWER_ONE + 0.5);
	p->sums[frame & p->mask] = p->sum;
	return (double)(p->sum - p->sums[(frame - window) & p->mask]) / (POWER_ONE * (double)window);
}

#endif
