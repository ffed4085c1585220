/* Attack, decay and sustain from the start of the render, or of an instrument's note, on: a gate that never closes. */
#include "render/dsp/envelope.h"

enum { ENV_IN, ENV_ATTACK, ENV_DECAY, ENV_SUSTAIN, ENV_RELEASE, ENV_PARAMS };

SIMD_CLONES(static, env_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 level = envelope_rise_fall(envelope_seconds(io, i),
						 envelope_segment(input_load(&io->in[ENV_ATTACK], i, n)),
						 envelope_segment(input_load(&io->in[ENV_DECAY], i, n)),
						 f32x8_clamp(input_load(&io->in[ENV_SUSTAIN], i, n), 0.0f, 1.0f));

		output_store(io->out[0], i, n, input_load(&io->in[ENV_IN], i, n) * level);
	}
}

const struct node_def node_env = {
	.name = "env",
	.aliases = { "envelope" },
	.doc = "envelope from the start on, which stays at the sustain level",
	.reference = "linear segments",
	.example = "~pluck $ saw 110 # env 0.005 0.2 0 0.1\nout $ s \"~pluck*4\" # note \"0 3 7 12\" # gain 0.3",
	.params = {
		PARAM_IN,
		PARAM_SEGMENT("attack", 0, 0, "rise from 0 to 1"),
		PARAM_SEGMENT("decay", 0, 0, "fall from 1 to the sustain level"),
		PARAM_SUSTAIN(0, 0),
		PARAM_SEGMENT("release", 0, 0, "never begins: the gate stays open"),
	},
	.n_params = ENV_PARAMS,
	.time_class = TIME_PURE,
	.process = env_process,
};
