/* Level: a product of signals, or the loudness of events. */
#include "render/dsp/kernel.h"
#include "render/pattern/control.h"

SIMD_CLONES(static, gain_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 g = f32x8_clamp(input_load(&io->in[1], i, n), -100.0f, 100.0f);

		output_store(io->out[0], i, n, input_load(&io->in[0], i, n) * g);
	}
}

const struct node_def node_gain = {
	.name = "gain",
	.aliases = { "amp" },
	.doc = "multiplies the signal; on events sets their level",
	.reference = "elementary",
	.example = "out $ s \"bd sn\" # gain \"1 0.5\"",
	.params = {
		PARAM_IN,
		{ .name = "gain", .unit = "", .min = -100, .max = 100, .doc = "factor; events take 0 to 10" },
	},
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = gain_process,
	.controls = { CONTROL_NONE, CONTROL_GAIN },
	.is_modifier = true,
};
