/* One signal turned by another: carrier cos(2 pi depth mod). */
#include "render/dsp/kernel.h"

enum { CROSSMOD_CARRIER, CROSSMOD_MOD, CROSSMOD_DEPTH };

#define CROSSMOD_DEPTH_MAX 1000.0f
#define CROSSMOD_TURNS_MAX 0x1p16f

SIMD_CLONES(static, fmcrossmod_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct node_input *in = io->in;

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 depth =
			f32x8_clamp(input_load(&in[CROSSMOD_DEPTH], i, n), -CROSSMOD_DEPTH_MAX, CROSSMOD_DEPTH_MAX);
		f32x8 turns = f32x8_clamp(depth * input_load(&in[CROSSMOD_MOD], i, n), -CROSSMOD_TURNS_MAX,
					  CROSSMOD_TURNS_MAX);

		output_store(io->out[0], i, n, input_load(&in[CROSSMOD_CARRIER], i, n) * f32x8_cos2pi(turns));
	}
}

const struct node_def node_fmcrossmod = {
	.name = "fmcrossmod",
	.aliases = { "fm_crossmod" },
	.doc = "cross-modulation of two signals: carrier * cos(2 pi * depth * mod)",
	.reference = "phase modulation: J. Chowning, JAES 21(7), 1973",
	.example = "out $ fmcrossmod (saw 110) (sine 55) 2 # gain 0.3",
	.params = {
		{ .name = "carrier", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .flags = PARAM_INPUT, .doc = "the signal that is turned" },
		{ .name = "mod", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "the signal that turns it" },
		{ .name = "depth", .unit = "cycles", .min = -(double)CROSSMOD_DEPTH_MAX,
		  .max = (double)CROSSMOD_DEPTH_MAX, .doc = "turns at a mod of 1" },
	},
	.n_params = 3,
	.time_class = TIME_PURE,
	.process = fmcrossmod_process,
};
