/* The phase of effects that sway: an unsigned 64-bit fraction of a cycle as in the oscillators, so its sums are
 * exact, the rate is too, and hours of rendering lose nothing. */
#ifndef RENDER_DSP_LFO_H
#define RENDER_DSP_LFO_H

#include "render/dsp/delay_line.h"

/* How the phase goes through eight frames: offsets of each, and all of it. */
struct lfo {
	u64x4 low, high;
	uint64_t stride;
};

/* Increments of four frames; below half a cycle, where the sample rate is so low. */
SIMD_INLINE u64x4 lfo_steps(f64x4 hz, double cycles_per_hz)
{
	return f64x4_to_phase(f64x4_clamp(hz * cycles_per_hz, 0.0, 0.4999));
}

SIMD_INLINE struct lfo lfo_of_steps(u64x4 low, u64x4 high, size_t width)
{
	uint64_t step[SIMD_LANES], offset[SIMD_LANES], sum = 0;

	u64x4_store(step, low);
	u64x4_store(step + 4, high);
	for (size_t j = 0; j < SIMD_LANES; j++) {
		offset[j] = sum;
		sum += step[j];
	}
	return (struct lfo){ u64x4_load(offset), u64x4_load(offset + 4), width == 1 ? step[0] : sum };
}

/* Keeps *lfo up to date with a rate, clamped to lo..hi Hz, over eight frames; where the rate is constant, from the
 * first frames of a call on. */
SIMD_INLINE void lfo_follow(struct lfo *lfo, const struct node_io *io, const struct node_input *rate, float lo,
			    float hi, size_t i, size_t width)
{
	double cycles_per_hz = 1.0 / io->env->sample_rate_hz;
	f32x8 hz;

	if (i > 0 && !rate->data)
		return;
	hz = f32x8_clamp(frames_load(rate, i, width), lo, hi);
	*lfo = lfo_of_steps(lfo_steps(f32x8_low_f64(hz), cycles_per_hz), lfo_steps(f32x8_high_f64(hz), cycles_per_hz),
			    width);
}

/* Phases of eight frames in cycles, -1/2 .. 1/2, and the accumulator moved past the first `width` of them. */
SIMD_INLINE f32x8 lfo_advance(uint64_t *acc, const struct lfo *lfo)
{
	u64x4 from = { *acc, *acc, *acc, *acc };

	*acc += lfo->stride;
	return f32x8_from_phase(u32x8_from_phases(from + lfo->low, from + lfo->high));
}

#endif
