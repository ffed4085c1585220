/* Upward expander: what is over the threshold is boosted by (ratio - 1) dB for every dB that it is over. */
#include "render/dsp/dynamics.h"

enum { EXPANDER_IN, EXPANDER_THRESHOLD, EXPANDER_RATIO, EXPANDER_ATTACK, EXPANDER_RELEASE, EXPANDER_PARAMS };

static const struct dynamics_layout layout = {
	.side = EXPANDER_IN,
	.threshold = EXPANDER_THRESHOLD,
	.ratio = EXPANDER_RATIO,
	.attack = EXPANDER_ATTACK,
	.release = EXPANDER_RELEASE,
	.makeup = DYNAMICS_NONE,
	.expands = true,
	DYNAMICS_TIMES,
};

SIMD_CLONES(static, expander_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	dynamics_process(&layout, state, io, n, 10.0f);
}

const struct node_def node_expander = {
	.name = "expander",
	.aliases = { "expand" },
	.doc = "boosts what is louder than a threshold, by at most 60 dB",
	.reference = DYNAMICS_REFERENCE,
	.example = "out $ s \"hh*8\" # gain \"0.2 0.4\" # expander -18 1.5 0.002 0.05",
	.params = {
		PARAM_IN,
		PARAM_THRESHOLD_DB,
		PARAM_RATIO(10, "dB at the output for one dB over the threshold at the input"),
		PARAM_DETECTOR_ATTACK,
		PARAM_DETECTOR_RELEASE,
	},
	.n_params = EXPANDER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = dynamics_state_bytes,
	.process = expander_process,
};
