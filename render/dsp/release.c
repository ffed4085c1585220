/* Release: of each voice on events (percussive), once per cycle on signals. */
#include "render/dsp/envelope.h"
#include "render/pattern/control.h"

SIMD_CLONES(static, release_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	f32x8 shortest = f32x8_splat(ENVELOPE_SEGMENT_MIN_S), full = f32x8_splat(1.0f);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 level = envelope_level(io, i, shortest, shortest, full, input_load(&io->in[1], i, n));

		output_store(io->out[0], i, n, input_load(&io->in[0], i, n) * level);
	}
}

const struct node_def node_release = {
	.name = "release",
	.doc = "fall of each event, or of each cycle of a signal",
	.reference = "linear segments",
	.example = "out $ s \"cp\" # release 0.05",
	.params = {
		PARAM_IN,
		PARAM_SEGMENT("release", 0, 0, "fall to 0: after the rise of an event, or at the end of the cycle"),
	},
	.n_params = 2,
	.time_class = TIME_PURE,
	.process = release_process,
	.controls = { CONTROL_NONE, CONTROL_RELEASE },
	.is_modifier = true,
};
