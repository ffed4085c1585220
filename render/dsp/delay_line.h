/* Delay lines: what echoes, choruses and rooms read back.
 *
 * A line is a ring of a power of two of samples, addressed by the running number of the frame modulo the ring; the
 * user keeps that counter. The ring's first samples are repeated behind its end (the guard), so a vector or the
 * four neighbours of a cubic can be loaded from any place without looking for the seam. Rings live at offsets into
 * the floats behind a node's state, never at pointers, so a state can be copied elsewhere.
 *
 * Readings between samples use the cubic through four neighbours (Catmull, Rom, "A class of local interpolating
 * splines", 1974): exact at whole frames, continuous slope, and a gain of at most 1 at every frequency and
 * fraction, so no loop gains by it. A reading reaches one frame nearer and two further than asked.
 *
 * `width` is the number of frames handled at once: SIMD_LANES, or 1 for single-frame calls and for delays shorter
 * than a vector. With 1, lane 0 counts and the others are computed and dropped, so that no bit depends on it. */
#ifndef RENDER_DSP_DELAY_LINE_H
#define RENDER_DSP_DELAY_LINE_H

#include "render/dsp/kernel.h"

enum {
	LINE_GUARD = SIMD_LANES,               /* samples of the ring's start that its end repeats */
	LINE_READ_MIN = 1,                     /* frames; the nearest reading of a line written before it is read */
	LINE_FEEDBACK_MIN = LINE_READ_MIN + 1, /* of a line that is read before it is written */
	LINE_VECTOR_MIN = SIMD_LANES + LINE_READ_MIN, /* from here eight frames do not need each other */
};

struct line {
	uint32_t ring; /* floats from the base of the node's lines */
	uint32_t mask; /* samples in the ring, less 1 */
};

/* Places a line that can be read `frames` back from float `at` on; returns where the next may begin. */
static inline uint32_t line_place(struct line *l, uint32_t at, double frames)
{
	uint32_t size = 64;

	while (size < frames + 2 * SIMD_LANES)
		size *= 2;
	*l = (struct line){ .ring = at, .mask = size - 1 };
	return at + size + 2 * LINE_GUARD;
}

/* Samples frame .. frame + 7. */
SIMD_INLINE f32x8 line_load(const struct line *l, const sample *base, uint32_t frame)
{
	return f32x8_load(base + l->ring + (frame & l->mask));
}

/* Would eight samples written from `frame` on touch the seam or what is repeated behind it? */
SIMD_INLINE bool line_is_at_seam(const struct line *l, uint32_t frame)
{
	return (frame & l->mask) - LINE_GUARD > l->mask + 1 - 2 * LINE_GUARD;
}

/* Repeats the ring's start in the guard after eight samples were written from place i on, over the end or not. */
SIMD_INLINE void line_mend(const struct line *l, sample *ring, uint32_t i, f32x8 v)
{
	sample *guard = ring + l->mask + 1;

	if (i < LINE_GUARD)
		f32x8_store(guard + i, v); /* up to seven samples past the guard, where nothing is read */
	for (uint32_t j = 0; j + l->mask + 1 < i + SIMD_LANES; j++)
		ring[j] = guard[j];
}

/* Writes samples frame .. frame + width - 1. */
SIMD_INLINE void line_store(const struct line *l, sample *base, uint32_t frame, f32x8 v, size_t width)
{
	sample *ring = base + l->ring;
	uint32_t i = frame & l->mask;

	if (width == 1) {
		ring[i] = v[0];
		if (i < LINE_GUARD)
			ring[l->mask + 1 + i] = v[0];
		return;
	}
	f32x8_store(ring + i, v);
	if (line_is_at_seam(l, frame))
		line_mend(l, ring, i, v);
}

/* The cubic from b (t = 0) to c (t = 1); a is the sample before b and d the one after c. */
SIMD_INLINE f32x8 line_cubic(f32x8 a, f32x8 b, f32x8 c, f32x8 d, f32x8 t)
{
	f32x8 cube = 3.0f * (b - c) + d - a;
	f32x8 square = 2.0f * a - 5.0f * b + 4.0f * c - d;

	return b + 0.5f * t * (c - a + t * (square + t * cube));
}

/* Between samples at[j] (t = 0) and at[j] - 1 (t = 1), in each lane its own. */
SIMD_INLINE f32x8 line_read_at(const struct line *l, const sample *base, u32x8 at, f32x8 t)
{
	const sample *ring = base + l->ring;
	u32x8 place = (at - 2) & l->mask;
	f32x4 q[SIMD_LANES];
	f32x8 r[4], ends[2], middles[2];

	SIMD_UNROLL
	for (int j = 0; j < SIMD_LANES; j++)
		memcpy(&q[j], ring + place[j], sizeof(q[j]));
	SIMD_UNROLL
	for (int j = 0; j < 4; j++)
		r[j] = __builtin_shufflevector(q[j], q[j + 4], 0, 1, 2, 3, 4, 5, 6, 7);
	SIMD_UNROLL
	for (int j = 0; j < 2; j++) {
		ends[j] = __builtin_shufflevector(r[2 * j], r[2 * j + 1], 0, 8, 3, 11, 4, 12, 7, 15);
		middles[j] = __builtin_shufflevector(r[2 * j], r[2 * j + 1], 1, 9, 2, 10, 5, 13, 6, 14);
	}
	return line_cubic(__builtin_shufflevector(ends[0], ends[1], 2, 3, 10, 11, 6, 7, 14, 15),
			  __builtin_shufflevector(middles[0], middles[1], 2, 3, 10, 11, 6, 7, 14, 15),
			  __builtin_shufflevector(middles[0], middles[1], 0, 1, 8, 9, 4, 5, 12, 13),
			  __builtin_shufflevector(ends[0], ends[1], 0, 1, 8, 9, 4, 5, 12, 13), t);
}

/* Eight samples in a row, and those beside them, `whole` frames before `frame`, all at t. */
SIMD_INLINE f32x8 line_read_row(const struct line *l, const sample *base, uint32_t frame, uint32_t whole, f32x8 t)
{
	uint32_t at = frame - whole;

	return line_cubic(line_load(l, base, at + 1), line_load(l, base, at), line_load(l, base, at - 1),
			  line_load(l, base, at - 2), t);
}

/* The line as it was frames[j] before frame + j. Slow sways seldom cross a frame within eight, so that mostly a row
 * will do, with the same bits. */
SIMD_INLINE f32x8 line_read(const struct line *l, const sample *base, uint32_t frame, f32x8 frames)
{
	u32x8 whole = (u32x8) __builtin_convertvector(frames, i32x8);
	f32x8 t = frames - __builtin_convertvector((i32x8)whole, f32x8);

	if (!i32x8_any(whole != u32x8_splat(whole[0])))
		return line_read_row(l, base, frame, whole[0], t);
	return line_read_at(l, base, frame + u32x8_lanes() - whole, t);
}

/* Frames i .. i + width - 1 of an input, in the lanes from 0 on. */
SIMD_INLINE f32x8 frames_load(const struct node_input *in, size_t i, size_t width)
{
	return width == 1 ? f32x8_splat(node_input_at(in, i)) : input_load(in, i, SIMD_LANES);
}

SIMD_INLINE void frames_store(sample *out, size_t i, size_t width, f32x8 v)
{
	output_store(out, i, width, v);
}

#endif
