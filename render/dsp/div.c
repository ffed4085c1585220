/* Quotient of two signals: the operator /. */
#include "render/dsp/kernel.h"

/* 0 where b is 0, as in the language; a tiny divisor may not make an infinity. */
SIMD_INLINE f32x8 quotient(f32x8 a, f32x8 b)
{
	f32x8 q = f32x8_clamp(a / b, -(float)PARAM_SIGNAL_MAX, (float)PARAM_SIGNAL_MAX);

	return f32x8_select(b == 0.0f, f32x8_splat(0.0f), q);
}

SIMD_CLONES(static, div_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 a = input_load(&io->in[0], i, n), b = input_load(&io->in[1], i, n);

		output_store(io->out[0], i, n, quotient(a, b));
	}
}

const struct node_def node_div = {
	.name = "div",
	.doc = "a / b, 0 where b is 0",
	.reference = "elementary",
	.example = "out $ sine 220 / 4",
	.params = { PARAM_IN, PARAM_OPERAND("divisor") },
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = div_process,
};
