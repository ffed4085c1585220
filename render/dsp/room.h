/* What the rooms share: lengths that keep their duration at every sample rate, low-passes in loops, a DC blocker
 * before them, and the all-pass of Schroeder.
 *
 * A tail's length is said as the time in which it falls by 60 dB (RT60). A loop of T seconds with gain g falls by
 * -20 log10 g dB each T, so g = 10^(-3 T / RT60). */
#ifndef RENDER_DSP_ROOM_H
#define RENDER_DSP_ROOM_H

#include "render/dsp/glide.h"

#define ROOM_RATE_HZ 44100.0 /* at which most published lengths and coefficients are given */
#define ROOM_DC_HZ 5.0
#define ROOM_LOG2_60_DB 9.965784284662087 /* log2(1000) */

/* A line and how far back it is read. */
struct room_line {
	struct line line;
	uint32_t frames;
};

/* `frames` at `rate_hz` in frames of this sample rate, at least a vector, so that the line can be read eight frames
 * at a time (only the shortest diffusers at the lowest sample rates are that short). */
static inline uint32_t room_frames(const struct node_env *env, double frames, double rate_hz)
{
	uint32_t scaled = (uint32_t)(frames * env->sample_rate_hz / rate_hz + 0.5);

	return scaled < SIMD_LANES ? (uint32_t)SIMD_LANES : scaled;
}

static inline uint32_t room_line_place(struct room_line *l, const struct node_env *env, double frames, double rate_hz,
				       uint32_t at)
{
	l->frames = room_frames(env, frames, rate_hz);
	return line_place(&l->line, at, l->frames);
}

/* The pole of a one-pole low-pass that is `pole` at the reference rate; ratio is reference rate / sample rate. */
SIMD_INLINE f32x8 room_pole(f32x8 pole, float ratio)
{
	return f32x8_min(f32x8_exp2(f32x8_log2(f32x8_clamp(pole, 1e-6f, 1.0f)) * ratio), f32x8_splat(1.0f));
}

/* Share of the effect, which is added to the dry signal. */
SIMD_INLINE f32x8 room_mix(struct glide *g, const struct node_io *io, unsigned param, unsigned ch, size_t i,
			   size_t width)
{
	return glide_load(g, io, &io->in[2 * param + ch], 0.0f, 1.0f, i, width);
}

/* First-order high-pass: y = x - x' + pole * y'. */
struct room_dc {
	float pole, x, y;
};

static inline struct room_dc room_dc_of(const struct node_env *env)
{
	return (struct room_dc){ .pole = (float)f64_exp(-6.283185307179586 * ROOM_DC_HZ / env->sample_rate_hz) };
}

SIMD_INLINE f32x8 room_dc_step(struct room_dc *dc, f32x8 in, size_t width)
{
	f32x8 rise = in - frames_before(in, dc->x);

	dc->x = in[width - 1];
	for (size_t j = 0; j < width; j++)
		in[j] = dc->y = rise[j] + dc->pole * dc->y;
	return in;
}

/* All-pass over a line: H(z) = (z^-M - g) / (1 - g z^-M). held is the line M frames ago. */
SIMD_INLINE f32x8 room_allpass(const struct line *l, sample *base, uint32_t frame, f32x8 held, f32x8 x, f32x8 g,
			       size_t width)
{
	f32x8 kept = x + g * held;

	line_store(l, base, frame, kept, width);
	return held - g * kept;
}

/* How far eight frames are on the way from the last multiple of `grid` (a power of two) to the next one, 0..1. */
SIMD_INLINE f32x8 room_place(uint32_t frame, uint32_t grid)
{
	return __builtin_convertvector((i32x8)(frame % grid + u32x8_lanes()), f32x8) * (1.0f / (float)grid);
}

SIMD_INLINE f32x8 room_line_load(const struct room_line *l, const sample *base, uint32_t frame)
{
	return line_load(&l->line, base, frame - l->frames);
}

#endif
