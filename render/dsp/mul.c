/* Product of two signals: the operator *. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, mul_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 a = input_load(&io->in[0], i, n), b = input_load(&io->in[1], i, n);

		output_store(io->out[0], i, n, a * b);
	}
}

const struct node_def node_mul = {
	.name = "mul",
	.doc = "a * b",
	.reference = "elementary",
	.example = "out $ sine 440 * (sine 2 * 0.3)",
	.params = { PARAM_IN, PARAM_OPERAND("factor") },
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.is_affine = true,
	.process = mul_process,
};
