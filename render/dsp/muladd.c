/* A product and a sum in one pass: what x * a + b and b + x * a become (render/graph/merge.h). Bit for bit what mul and add
 * give. Two functions, since the order of inputs is the order in which a plan comes by them, and an instrument's first
 * pitch is the one that notes are relative to. */
#include "render/dsp/kernel.h"

SIMD_INLINE void muladd_fill(const struct node_io *io, const struct node_input *x, const struct node_input *a,
			     const struct node_input *b, size_t n)
{
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, input_load(x, i, n) * input_load(a, i, n) + input_load(b, i, n));
}

SIMD_CLONES(static, muladd_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	muladd_fill(io, &io->in[0], &io->in[1], &io->in[2], n);
}

SIMD_CLONES(static, addmul_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	muladd_fill(io, &io->in[1], &io->in[2], &io->in[0], n);
}

const struct node_def node_muladd = {
	.name = "muladd",
	.doc = "x * a + b",
	.reference = "elementary",
	.params = { PARAM_IN, PARAM_OPERAND("factor"), PARAM_OPERAND("what is added") },
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.is_affine = true,
	.process = muladd_process,
};

const struct node_def node_addmul = {
	.name = "addmul",
	.doc = "b + x * a",
	.reference = "elementary",
	.params = { PARAM_IN, PARAM_OPERAND("what is multiplied"), PARAM_OPERAND("factor") },
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.is_affine = true,
	.process = addmul_process,
};
