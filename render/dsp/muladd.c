/* A product and a sum in one pass: what x * a + b becomes (render/graph/merge.h). Bit for bit what mul and add give. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, muladd_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 x = input_load(&io->in[0], i, n), a = input_load(&io->in[1], i, n);

		output_store(io->out[0], i, n, x * a + input_load(&io->in[2], i, n));
	}
}

const struct node_def node_muladd = {
	.name = "muladd",
	.doc = "x * a + b",
	.reference = "elementary",
	.params = { PARAM_IN, PARAM_OPERAND("factor"), PARAM_OPERAND("what is added") },
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = muladd_process,
};
