/* Reading a ring of past samples at positions that move at their own speed: what pitch_shift and granular share.
 *
 * A position is a frame number in 32.32 fixed point, modulo 2^32 frames, so it advances by exact integer sums and does
 * not depend on how a span of frames is cut. Rings are powers of two, so the modulus does them no harm. Between samples
 * the cubic through four neighbours is taken: E. Catmull, R. Rom, "A class of local interpolating splines", 1974. */
#ifndef RENDER_DSP_GRAIN_H
#define RENDER_DSP_GRAIN_H

#include "render/dsp/kernel.h"

enum { GRAIN_REACH = 4 }; /* a position stays at least so many frames behind the newest sample */

#define GRAIN_INPUT_MAX 1e6f

static inline uint64_t grain_position(uint64_t frame)
{
	return frame << 32;
}

/* The smallest power of two of at least n frames. */
static inline uint32_t grain_ring_frames(double n)
{
	uint32_t frames = 64;

	while (frames < n)
		frames *= 2;
	return frames;
}

/* The ring at eight positions. */
SIMD_INLINE f32x8 grain_read(const sample *ring, uint32_t mask, const uint64_t position[SIMD_LANES])
{
	sample a[SIMD_LANES], b[SIMD_LANES], c[SIMD_LANES], d[SIMD_LANES], t[SIMD_LANES];
	f32x8 va, vb, vc, vd, vt;

	for (size_t j = 0; j < SIMD_LANES; j++) {
		uint32_t i = (uint32_t)(position[j] >> 32);

		a[j] = ring[(i - 1) & mask];
		b[j] = ring[i & mask];
		c[j] = ring[(i + 1) & mask];
		d[j] = ring[(i + 2) & mask];
		t[j] = (sample)(int32_t)((uint32_t)position[j] >> 8) * 0x1p-24f;
	}
	va = f32x8_load(a);
	vb = f32x8_load(b);
	vc = f32x8_load(c);
	vd = f32x8_load(d);
	vt = f32x8_load(t);
	return vb +
	       0.5f * vt *
		       (vc - va + vt * (2.0f * va - 5.0f * vb + 4.0f * vc - vd + vt * (3.0f * (vb - vc) + vd - va)));
}

/* Hann window at x of 0..1. */
SIMD_INLINE f32x8 grain_window(f32x8 x)
{
	return 0.5f - 0.5f * f32x8_cos2pi(x);
}

#endif
