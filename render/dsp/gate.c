/* 1 while a true event of a pattern lasts, or while a signal is above 0.5, else 0. */
#include "render/dsp/contour.h"

SIMD_CLONES(static, gate_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	f32x8 one = f32x8_splat(1.0f), zero = f32x8_splat(0.0f);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n, f32x8_select(input_load(&io->in[0], i, n) > 0.5f, one, zero));
}

const struct node_def node_gate = {
	.name = "gate",
	.doc = "1 during the true events of a pattern, 0 elsewhere",
	.reference = "elementary",
	.example = "out $ saw 110 * gate \"t(5,8)\" # gain 0.3",
	.params = { PARAM_GATE_OF(0) },
	.n_params = 1,
	.time_class = TIME_PURE,
	.process = gate_process,
};
