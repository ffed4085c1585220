/* The envelope of adsr, ar, attack and release on signals: linear segments that start anew with every cycle.
 * Attack from 0 to 1, decay to the sustain level, hold, and a release that is 0 when the cycle ends. A pure
 * function of the frame number. Segments are at least 1 ms, so that none clicks. */
#ifndef RENDER_DSP_ENVELOPE_H
#define RENDER_DSP_ENVELOPE_H

#include "render/dsp/kernel.h"

#define ENVELOPE_SEGMENT_MIN_S 0.001f
#define ENVELOPE_SEGMENT_MAX_S 10.0f

#define PARAM_SEGMENT(segment_name, default_s, segment_flags, segment_doc)                                             \
	{                                                                                                              \
		.name = (segment_name), .unit = "s", .def = (default_s), .min = 0, .max = 10,                          \
		.flags = (segment_flags), .doc = (segment_doc)                                                         \
	}

/* Seconds since the cycle of frames frame..frame+7 began, and until it ends. The position in cycles is one
 * double product, exact enough for years; only its fraction becomes a float. */
SIMD_INLINE void envelope_time(const struct node_io *io, size_t i, f32x8 *since_s, f32x8 *until_s)
{
	double cycles_per_frame = io->env->cycles_per_frame, cycle_s = 1.0 / io->env->cps;
	f64x4 frame = (double)(io->frame + i) + f64x4_lanes();
	f64x4 low = frame * cycles_per_frame, high = (frame + 4.0) * cycles_per_frame;

	low -= f64x4_floor(low);
	high -= f64x4_floor(high);
	*since_s = f32x8_from_f64(low * cycle_s, high * cycle_s);
	*until_s = f32x8_from_f64((1.0 - low) * cycle_s, (1.0 - high) * cycle_s);
}

SIMD_INLINE f32x8 envelope_segment(f32x8 s)
{
	return f32x8_clamp(s, ENVELOPE_SEGMENT_MIN_S, ENVELOPE_SEGMENT_MAX_S);
}

/* Levels of frames i..i+7 of a call. */
SIMD_INLINE f32x8 envelope_level(const struct node_io *io, size_t i, f32x8 attack_s, f32x8 decay_s, f32x8 sustain,
				 f32x8 release_s)
{
	f32x8 a = envelope_segment(attack_s), d = envelope_segment(decay_s), r = envelope_segment(release_s);
	f32x8 level = f32x8_clamp(sustain, 0.0f, 1.0f);
	f32x8 since_s, until_s, rise, fall;

	envelope_time(io, i, &since_s, &until_s);
	rise = f32x8_min(since_s / a, f32x8_splat(1.0f));
	fall = 1.0f - f32x8_clamp((since_s - a) / d, 0.0f, 1.0f) * (1.0f - level);
	return rise * fall * f32x8_min(until_s / r, f32x8_splat(1.0f));
}

#endif
