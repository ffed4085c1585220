/* The smaller of two signals. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, min_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 a = input_load(&io->in[0], i, n), b = input_load(&io->in[1], i, n);

		output_store(io->out[0], i, n, f32x8_min(a, b));
	}
}

const struct node_def node_min = {
	.name = "min",
	.doc = "the smaller of a and b",
	.reference = "elementary",
	.example = "out $ min (sine 220) 0.3 # gain 0.5",
	.params = { PARAM_IN, PARAM_OPERAND("the other signal") },
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = min_process,
};
