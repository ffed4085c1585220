/* Positions in a line that move at their own speed: what pitch_shift and granular share.
 *
 * A position is a frame number in 32.32 fixed point, modulo 2^32 frames, so it advances by exact integer sums and does
 * not depend on how a span of frames is cut. The lines' rings are powers of two, so the modulus does them no harm. */
#ifndef RENDER_DSP_GRAIN_H
#define RENDER_DSP_GRAIN_H

#include "render/dsp/delay_line.h"

enum { GRAIN_REACH = 4 }; /* a position stays at least so many frames behind the newest sample */

#define GRAIN_INPUT_MAX 1e6f

static inline uint64_t grain_position(uint64_t frame)
{
	return frame << 32;
}

/* The line at eight positions. */
SIMD_INLINE f32x8 grain_read(const struct line *l, const sample *base, const uint64_t position[SIMD_LANES])
{
	u32x8 at;
	f32x8 t;

	/* A line is read backwards, from the frame at or after the position. */
	for (size_t j = 0; j < SIMD_LANES; j++) {
		uint64_t back = -position[j];

		at[j] = -(uint32_t)(back >> 32);
		t[j] = (sample)(int32_t)((uint32_t)back >> 8) * 0x1p-24f;
	}
	return line_read_at(l, base, at, t);
}

/* Hann window at x of 0..1. */
SIMD_INLINE f32x8 grain_window(f32x8 x)
{
	return 0.5f - 0.5f * f32x8_cos2pi(x);
}

#endif
