/* Sign change: unary minus. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, neg_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, -input_load(&io->in[0], i, n));
}

const struct node_def node_neg = {
	.name = "neg",
	.doc = "the signal with its sign changed",
	.reference = "elementary",
	.example = "out $ -(saw 110) * 0.3",
	.params = { PARAM_IN },
	.n_params = 1,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.is_affine = true,
	.process = neg_process,
};
