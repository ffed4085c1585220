/* The right half of an equal-power panner. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, pan2_r_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 pos = f32x8_clamp(input_load(&io->in[1], i, n), -1.0f, 1.0f);
		f32x8 gain = f32x8_sin2pi(pos * 0.125f + 0.125f);

		output_store(io->out[0], i, n, input_load(&io->in[0], i, n) * gain);
	}
}

const struct node_def node_pan2_r = {
	.name = "pan2_r",
	.doc = "the signal as the right channel of an equal-power pan has it",
	.reference = "equal-power panning: J. Blumlein, British patent 394325, 1931",
	.example = "out $ saw 110 # gain 0.3 # pan2_r (sine 0.5)",
	.params = {
		PARAM_IN,
		{ .name = "pos", .unit = "", .min = -1, .max = 1, .doc = "-1 is left, 1 is right" },
	},
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = pan2_r_process,
};
