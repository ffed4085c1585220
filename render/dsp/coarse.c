/* A lower sample rate without any filter: holds each sample. */
#include "render/dsp/hold.h"

SIMD_CLONES(static, coarse_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 frames = f32x8_clamp(input_load(&io->in[1], i, n), 1.0f, HOLD_FRAMES_MAX);

		output_store(io->out[0], i, n, hold_step(state, input_load(&io->in[0], i, n), frames, lanes_in_use(n)));
	}
}

const struct node_def node_coarse = {
	.name = "coarse",
	.doc = "divides the sample rate by holding samples",
	.reference = "U. Zoelzer (ed.), DAFX (2011), section 4.3",
	.example = "out $ s \"hh*8\" # coarse 6",
	.params = {
		PARAM_IN,
		{ .name = "n", .unit = "frames", .min = 1, .max = HOLD_FRAMES_MAX,
		  .doc = "for how long each sample is held" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = hold_state_bytes,
	.process = coarse_process,
};
