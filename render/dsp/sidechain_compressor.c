/* Compressor whose detector hears another signal: the bass that ducks under the kick. */
#include "render/dsp/dynamics.h"

enum { SC_IN, SC_SIDE, SC_THRESHOLD, SC_RATIO, SC_ATTACK, SC_RELEASE, SC_PARAMS };

static const struct dynamics_layout layout = {
	.side = SC_SIDE,
	.threshold = SC_THRESHOLD,
	.ratio = SC_RATIO,
	.attack = SC_ATTACK,
	.release = SC_RELEASE,
	.makeup = DYNAMICS_NONE,
	DYNAMICS_TIMES,
};

SIMD_CLONES(static, sidechain_compressor_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	dynamics_process(&layout, state, io, n, 20.0f);
}

const struct node_def node_sidechain_compressor = {
	.name = "sidechain_compressor",
	.aliases = { "sidechain_comp", "sc_comp" },
	.doc = "turns a signal down while another one is louder than a threshold",
	.reference = DYNAMICS_REFERENCE,
	.example = "~kick $ s \"bd*4\"\nout $ ~kick + (saw 55 # gain 0.3 # sidechain_compressor ~kick -30 8 0.002 0.15)",
	.params = {
		PARAM_IN,
		{ .name = "side", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "the signal whose level counts" },
		PARAM_THRESHOLD_DB,
		PARAM_RATIO(20, "dB more at the side that take nearly one dB away"),
		PARAM_DETECTOR_ATTACK,
		PARAM_DETECTOR_RELEASE,
	},
	.n_params = SC_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = dynamics_state_bytes,
	.process = sidechain_compressor_process,
};
