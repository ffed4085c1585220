/* Ring modulation of one signal by another. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, ring_mod_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, input_load(&io->in[0], i, n) * input_load(&io->in[1], i, n));
}

const struct node_def node_ring_mod = {
	.name = "ring_mod",
	.doc = "ring modulation: a signal times another",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 3",
	.example = "out $ ring_mod (tri \"220 330\") (sine 137)",
	.params = { PARAM_IN, PARAM_OPERAND("the other signal") },
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = ring_mod_process,
};
