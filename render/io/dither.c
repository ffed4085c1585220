#include "render/io/dither.h"

#include "base/hash.h"

/* In -1..1, triangular: the two halves of one hash are the two uniform values. */
static double triangular(uint64_t key, uint64_t frame)
{
	uint64_t h = hash64(key + frame * 0x9e3779b97f4a7c15u);
	return ((double)(uint32_t)h + (double)(h >> 32)) * 0x1p-32 - 1.0;
}

/* Nearest integer, halves upwards; |x| < 2^31. Adding 2^32 makes the truncation of the cast a floor. */
static int64_t round_half_up(double x)
{
	return (int64_t)(x + 0.5 + 0x1p32) - ((int64_t)1 << 32);
}

void dither_interleave(const sample *in, size_t n_frames, double full_scale, unsigned shift, uint64_t key,
		       uint64_t frame, int32_t *out, size_t stride)
{
	for (size_t i = 0; i < n_frames; i++) {
		double x = (double)in[i] * full_scale + triangular(key, frame + i);
		if (x > full_scale)
			x = full_scale;
		else if (x < -full_scale - 1)
			x = -full_scale - 1;
		out[i * stride] = (int32_t)(round_half_up(x) * ((int64_t)1 << shift));
	}
}
