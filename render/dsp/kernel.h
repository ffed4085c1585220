/* What kernels share: reading inputs and writing outputs eight frames at a time.
 *
 * A call has one frame (inside feedback) or a multiple of QUANTUM_FRAMES. A single frame runs through the same
 * vector code with all lanes equal and keeps lane 0, so it cannot differ from the block path by a bit. */
#ifndef RENDER_DSP_KERNEL_H
#define RENDER_DSP_KERNEL_H

#include "render/dsp/node.h"
#include "render/dsp/simd.h"

/* Frames i..i+7 of an input of a call with n frames. */
SIMD_INLINE f32x8 input_load(const struct node_input *in, size_t i, size_t n)
{
	if (!in->data)
		return f32x8_splat(in->value);
	return n == 1 ? f32x8_splat(in->data[i]) : f32x8_load(in->data + i);
}

SIMD_INLINE void output_store(sample *out, size_t i, size_t n, f32x8 v)
{
	if (n == 1)
		out[i] = v[0];
	else
		f32x8_store(out + i, v);
}

/* The frame before each of eight frames; before: that before the first. */
SIMD_INLINE f32x8 frames_before(f32x8 frames, float before)
{
	return __builtin_shufflevector(frames, f32x8_splat(before), 8, 0, 1, 2, 3, 4, 5, 6);
}

/* How many of a vector's lanes are frames of the call. */
SIMD_INLINE size_t lanes_in_use(size_t n)
{
	return n == 1 ? 1 : SIMD_LANES;
}

static inline double clamp_f64(double x, double lo, double hi)
{
	double y = x > lo ? x : lo; /* a NaN becomes lo */

	return y < hi ? y : hi;
}

/* Rows of parameter tables that many nodes have. */
#define PARAM_SIGNAL_MAX 1e9 /* no limit that music meets; products of two stay finite */
#define PARAM_IN                                                                                                       \
	{                                                                                                              \
		.name = "in", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .flags = PARAM_INPUT,     \
		.doc = "the signal"                                                                                    \
	}
#define PARAM_OPERAND(operand_doc)                                                                                     \
	{                                                                                                              \
		.name = "by", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = (operand_doc)      \
	}
#define PARAM_MIX(default_mix)                                                                                         \
	{                                                                                                              \
		.name = "mix", .unit = "", .def = (default_mix), .min = 0, .max = 1, .flags = PARAM_OPTIONAL,          \
		.doc = "share of the effect"                                                                           \
	}

#endif
