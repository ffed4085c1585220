/* A quantum of up to sixteen signals, frame after frame: what banks (node.h) compute on. One vector holds a frame of eight
 * signals, so that a recursion over time has a whole vector to do in each of its steps. */
#ifndef RENDER_DSP_LANE_FRAMES_H
#define RENDER_DSP_LANE_FRAMES_H

#include "render/dsp/kernel.h"

enum {
	LANE_VECTORS = NODE_BANK_LANES / SIMD_LANES,
	LANE_MARGIN = SIMD_LANES, /* frames before and behind that may be written, and mean nothing */
};

struct lane_frames {
	_Alignas(64) float at[LANE_MARGIN + QUANTUM_FRAMES + LANE_MARGIN][NODE_BANK_LANES];
};

/* Frame i of lanes 8 v .. 8 v + 7. */
SIMD_INLINE f32x8 lane_frame(const struct lane_frames *x, size_t i, unsigned v)
{
	return f32x8_load(x->at[LANE_MARGIN + i] + v * SIMD_LANES);
}

/* So that they can be added to. */
SIMD_INLINE void lane_frames_clear_margins(struct lane_frames *x, unsigned n_vectors)
{
	for (unsigned i = 0; i < LANE_MARGIN; i++)
		for (unsigned v = 0; v < n_vectors; v++) {
			f32x8_store(x->at[i] + v * SIMD_LANES, f32x8_splat(0.0f));
			f32x8_store(x->at[LANE_MARGIN + QUANTUM_FRAMES + i] + v * SIMD_LANES, f32x8_splat(0.0f));
		}
}

/* One parameter of eight lanes of a bank with `stride` parameters each; in is the first lane's. */
SIMD_INLINE void lane_frames_load(struct lane_frames *to, const struct node_input *in, unsigned stride, unsigned v)
{
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SIMD_LANES) {
		f32x8 x[SIMD_LANES];

		SIMD_UNROLL
		for (unsigned k = 0; k < SIMD_LANES; k++)
			x[k] = input_load(&in[k * stride], i, QUANTUM_FRAMES);
		f32x8_transpose(x);
		SIMD_UNROLL
		for (unsigned j = 0; j < SIMD_LANES; j++)
			f32x8_store(to->at[LANE_MARGIN + i + j] + v * SIMD_LANES, x[j]);
	}
}

/* A quantum of eight terms each becomes a quantum of sums: ((0 + 2) + (1 + 3)) + ((4 + 6) + (5 + 7)), where term k and
 * term k + 4 of the frame stand together first. */
SIMD_INLINE f32x8 lane_sums(const f32x8 terms[SIMD_LANES])
{
	f32x8 four[4], two[2];

	SIMD_UNROLL
	for (unsigned j = 0; j < 4; j++) /* frames j and j + 4: lanes 0..3 and 4..7 added */
		four[j] = __builtin_shufflevector(terms[j], terms[j + 4], 0, 1, 2, 3, 8, 9, 10, 11) +
			  __builtin_shufflevector(terms[j], terms[j + 4], 4, 5, 6, 7, 12, 13, 14, 15);
	SIMD_UNROLL
	for (unsigned j = 0; j < 2; j++)
		two[j] = __builtin_shufflevector(four[2 * j], four[2 * j + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
			 __builtin_shufflevector(four[2 * j], four[2 * j + 1], 2, 3, 10, 11, 6, 7, 14, 15);
	return __builtin_shufflevector(two[0], two[1], 0, 2, 8, 10, 4, 6, 12, 14) +
	       __builtin_shufflevector(two[0], two[1], 1, 3, 9, 11, 5, 7, 13, 15);
}

#endif
