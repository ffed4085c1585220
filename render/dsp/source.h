/* What sources share beside phases (phase.h) and shapes (osc.h): rows of parameters, randomness, one-shot
 * envelopes. */
#ifndef RENDER_DSP_SOURCE_H
#define RENDER_DSP_SOURCE_H

#include "base/hash.h"
#include "render/dsp/kernel.h"

/* A frequency that a note transposes; the pitch of the source. */
#define SOURCE_PARAM_FREQ(lo_hz, hi_hz)                                                                                \
	{                                                                                                              \
		.name = "freq", .unit = "Hz", .min = (lo_hz), .max = (hi_hz), .flags = PARAM_PITCH, .doc = "frequency" \
	}

/* Levels of a partial at f cycles per frame, f >= 0: 1 up to 0.45, from there down to nothing at half the sample
 * rate, so that a partial that is swept out of the band does not stop with a click. */
SIMD_INLINE f32x8 source_band_gain(f32x8 f)
{
	return f32x8_clamp((0.5f - f) * 20.0f, 0.0f, 1.0f);
}

/* Key of a call site's random numbers; they differ between channels. */
static inline uint64_t source_noise_key(const struct node_io *io)
{
	return hash64_pair(io->env->seed, io->id);
}

/* White noise of frames i..i+7 of a call, uniform in -1..1. */
SIMD_INLINE f32x8 source_noise(const struct node_io *io, uint64_t key, size_t i)
{
	return f32x8_uniform(u32x8_hash_frames(key, io->frame + i));
}

/* Seconds since frame 0 of frames i..i+7, stopped at 1000, where every one-shot is over. */
SIMD_INLINE f32x8 source_time_s(const struct node_io *io, size_t i)
{
	f64x4 frame = (double)(io->frame + i) + f64x4_lanes();
	double frame_s = 1.0 / io->env->sample_rate_hz;

	return f32x8_from_f64(f64x4_min(frame * frame_s, f64x4_splat(1000.0)),
			      f64x4_min((frame + 4.0) * frame_s, f64x4_splat(1000.0)));
}

/* An envelope that fires at frame 0: up to 1 in a millisecond, then down to `sustain` in decay_s > 0, linear. */
SIMD_INLINE f32x8 source_one_shot(f32x8 time_s, float decay_s, float sustain)
{
	f32x8 rise = f32x8_min(time_s * 1000.0f, f32x8_splat(1.0f));
	f32x8 fall = f32x8_clamp((time_s - 0.001f) / decay_s, 0.0f, 1.0f);

	return rise * (1.0f - fall * (1.0f - sustain));
}

/* Whether so many seconds have passed before the quantum of frame i of a call began. A source that is over may leave
 * out what is zero: however the frames are cut, the same ones are left out. */
SIMD_INLINE bool source_is_over(const struct node_io *io, size_t i, double seconds)
{
	uint64_t frame = (io->frame + i) / QUANTUM_FRAMES * QUANTUM_FRAMES;

	return (double)frame > seconds * io->env->sample_rate_hz;
}

#endif
