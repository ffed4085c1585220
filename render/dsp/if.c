/* One of two signals. */
#include "render/dsp/kernel.h"

enum { IF_CONDITION, IF_THEN, IF_ELSE };

SIMD_CLONES(static, if_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 condition = input_load(&io->in[IF_CONDITION], i, n);
		f32x8 then = input_load(&io->in[IF_THEN], i, n), or_else = input_load(&io->in[IF_ELSE], i, n);

		output_store(io->out[0], i, n, f32x8_select(condition > 0.5f, then, or_else));
	}
}

const struct node_def node_if = {
	.name = "if",
	.doc = "the second signal while the first is above 0.5, else the third; both run on",
	.reference = "elementary",
	.example = "out $ if \"1 0 1 1\" (saw 110) (square 165) # lpf 1500 # gain 0.3",
	.params = {
		{ .name = "condition", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .flags = PARAM_INPUT, .doc = "true above 0.5" },
		{ .name = "a", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "while true" },
		{ .name = "b", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "while false" },
	},
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = if_process,
};
