/* A cosine over each cycle of the pattern. */
#include "render/dsp/clock.h"

SIMD_CLONES(static, cosine_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	f64x4 once = f64x4_splat(1.0);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, f32x8_cos2pi(clock_fraction(io, i, once, once)));
}

const struct node_def node_cosine = {
	.name = "cosine",
	.doc = "cosine over each cycle of the pattern, from 1",
	.reference = "cos(2 pi cycles)",
	.example = "out $ sine (cosine * 100 + 300) # gain 0.3",
	.time_class = TIME_PURE,
	.process = cosine_process,
};
