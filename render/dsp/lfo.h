/* The phase of effects that sway. An unsigned 64-bit fraction of a cycle as in osc.h: sums are exact, so the rate is
 * too, and a pause of hours loses nothing. */
#ifndef RENDER_DSP_LFO_H
#define RENDER_DSP_LFO_H

#include "render/dsp/line.h"
#include "render/dsp/osc.h"

/* Steps of the phase over eight frames; rates clamped to lo..hi Hz. */
struct lfo_steps {
	uint64_t step[SIMD_LANES];
};

SIMD_INLINE struct lfo_steps lfo_steps(const struct node_io *io, const struct node_input *rate, float lo, float hi,
				       size_t i, size_t width)
{
	f32x8 hz = f32x8_clamp(frames_load(rate, i, width), lo, hi);
	double cycles_per_hz = 1.0 / io->env->sample_rate_hz;
	struct lfo_steps s;

	u64x4_store(s.step, f64x4_to_phase(osc_increment(f32x8_low_f64(hz), cycles_per_hz)));
	u64x4_store(s.step + 4, f64x4_to_phase(osc_increment(f32x8_high_f64(hz), cycles_per_hz)));
	return s;
}

/* Phases of eight frames in cycles, -1/2 .. 1/2, and the accumulator moved past the first `width` of them. */
SIMD_INLINE f32x8 lfo_advance(uint64_t *acc, const struct lfo_steps *s, size_t width)
{
	uint32_t phase[SIMD_LANES];
	uint64_t at = *acc;

	for (size_t j = 0; j < SIMD_LANES; j++) {
		phase[j] = (uint32_t)(at >> 32);
		at += s->step[j];
	}
	*acc = width == 1 ? *acc + s->step[0] : at;
	return f32x8_from_phase(u32x8_load(phase));
}

#endif
