/* One-pole smoothing by time constant, which lag, the followers and what else glides share: of a step, 1 - 1/e is done
 * after the time constant. */
#ifndef RENDER_DSP_ONEPOLE_H
#define RENDER_DSP_ONEPOLE_H

#include "render/dsp/kernel.h"

/* The share of the distance that is left to go which one frame goes: 1 - exp(-1 / (time_s * rate)); 1 for no time.
 * Relative error < 1e-6, at times of hours too. */
SIMD_INLINE f32x8 onepole_share(f32x8 time_s, float sample_rate_hz)
{
	f32x8 octaves = f32x8_min(1.4426950f / (f32x8_max(time_s, f32x8_splat(0.0f)) * sample_rate_hz + 1e-9f),
				  f32x8_splat(126.0f));
	f32x8 small = -f32x8_exp2m1_reduced(-f32x8_min(octaves, f32x8_splat(0.5f)));

	return f32x8_select(octaves < 0.5f, small, 1.0f - f32x8_exp2(-octaves));
}

/* Of frames i..i+7 of an input that holds times, clamped to lo..hi seconds. */
SIMD_INLINE f32x8 onepole_share_of(const struct node_io *io, unsigned param, size_t i, size_t n, float lo, float hi)
{
	return onepole_share(f32x8_clamp(input_load(&io->in[param], i, n), lo, hi), (float)io->env->sample_rate_hz);
}

/* A follower: rises with one time constant, falls with the other. */
SIMD_INLINE double follow(double level, double to, double rise, double fall)
{
	return level + (to - level) * (to > level ? rise : fall);
}

#endif
