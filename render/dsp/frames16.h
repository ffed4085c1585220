/* Sixteen frames at once, for kernels whose state couples neighbouring frames.
 *
 * They are taken apart into four groups of four frames. Vector j holds frame j of every group: a recursion can then
 * run along the four frames of a group in four groups at a time, if what it does to the state can be told before the
 * state is known (svf.h). Elementwise operations need not know the order. A call with one frame is sixteen equal
 * ones, of which the first counts, so it has the same bits. */
#ifndef RENDER_DSP_FRAMES16_H
#define RENDER_DSP_FRAMES16_H

#include "render/dsp/kernel.h"

enum { FRAMES16 = 16, GROUP_FRAMES = 4 };

/* v[0]: frames 0 4 8 12, then 1 5 9 13; v[1]: 2 6 10 14, then 3 7 11 15. */
struct frames16 {
	f32x8 v[2];
};

SIMD_INLINE struct frames16 frames16_splat(float x)
{
	return (struct frames16){ { f32x8_splat(x), f32x8_splat(x) } };
}

/* From eight frames and the eight after them. */
SIMD_INLINE struct frames16 frames16_of(f32x8 a, f32x8 b)
{
	return (struct frames16){ { __builtin_shufflevector(a, b, 0, 4, 8, 12, 1, 5, 9, 13),
				    __builtin_shufflevector(a, b, 2, 6, 10, 14, 3, 7, 11, 15) } };
}

/* Frames i..i+15 of an input of a call with n frames. */
SIMD_INLINE struct frames16 frames16_load(const struct node_input *in, size_t i, size_t n)
{
	if (!in->data || n == 1)
		return frames16_splat(node_input_at(in, i));
	return frames16_of(f32x8_load(in->data + i), f32x8_load(in->data + i + 8));
}

SIMD_INLINE void frames16_store(sample *out, size_t i, size_t n, struct frames16 x)
{
	if (n == 1) {
		out[i] = x.v[0][0];
		return;
	}
	f32x8_store(out + i, __builtin_shufflevector(x.v[0], x.v[1], 0, 4, 8, 12, 1, 5, 9, 13));
	f32x8_store(out + i + 8, __builtin_shufflevector(x.v[0], x.v[1], 2, 6, 10, 14, 3, 7, 11, 15));
}

SIMD_INLINE struct frames16 frames16_clamp(struct frames16 x, float lo, float hi)
{
	return (struct frames16){ { f32x8_clamp(x.v[0], lo, hi), f32x8_clamp(x.v[1], lo, hi) } };
}

/* Frame j of each group as doubles, and back. */
SIMD_INLINE f64x4 frames16_row(struct frames16 x, unsigned j)
{
	return j % 2 ? f32x8_high_f64(x.v[j / 2]) : f32x8_low_f64(x.v[j / 2]);
}

SIMD_INLINE struct frames16 frames16_from_rows(const f64x4 rows[GROUP_FRAMES])
{
	return (struct frames16){ { f32x8_from_f64(rows[0], rows[1]), f32x8_from_f64(rows[2], rows[3]) } };
}

/* Whether all are the value with these bits. */
SIMD_INLINE bool frames16_are(struct frames16 x, uint32_t bits)
{
	u32x8 other = ((u32x8)x.v[0] ^ bits) | ((u32x8)x.v[1] ^ bits);
	uint64_t part[4];

	memcpy(part, &other, sizeof(part));
	return (part[0] | part[1] | part[2] | part[3]) == 0;
}

SIMD_INLINE uint32_t frames16_first_bits(struct frames16 x)
{
	return ((u32x8)x.v[0])[0];
}

#endif
