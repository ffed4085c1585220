/* From one signal to another. */
#include "render/dsp/kernel.h"

enum { XFADE_A, XFADE_B, XFADE_POS };

SIMD_CLONES(static, xfade_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 a = input_load(&io->in[XFADE_A], i, n), b = input_load(&io->in[XFADE_B], i, n);
		f32x8 pos = f32x8_clamp(input_load(&io->in[XFADE_POS], i, n), 0.0f, 1.0f);

		output_store(io->out[0], i, n, a * (1.0f - pos) + b * pos);
	}
}

const struct node_def node_xfade = {
	.name = "xfade",
	.doc = "crossfades from one signal to another, linearly",
	.reference = "elementary",
	.example = "out $ xfade (saw 110) (square 165) (sine 0.25 # range 0 1) # lpf 1500 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "b", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "the other signal" },
		{ .name = "pos", .unit = "", .min = 0, .max = 1, .doc = "0 is the first, 1 the other" },
	},
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = xfade_process,
};
