#include "render/io/interleave.h"

#include "render/dsp/simd.h"

SIMD_CLONES(extern, interleave_pairs, (const sample *left, const sample *right, size_t n, sample *out), (left, right, n, out))
{
	size_t i = 0;

	for (; i + SIMD_LANES <= n; i += SIMD_LANES) {
		f32x8 l = f32x8_load(left + i), r = f32x8_load(right + i);
		f32x8_store(out + 2 * i, __builtin_shufflevector(l, r, 0, 8, 1, 9, 2, 10, 3, 11));
		f32x8_store(out + 2 * i + SIMD_LANES, __builtin_shufflevector(l, r, 4, 12, 5, 13, 6, 14, 7, 15));
	}
	for (; i < n; i++) {
		out[2 * i] = left[i];
		out[2 * i + 1] = right[i];
	}
}
