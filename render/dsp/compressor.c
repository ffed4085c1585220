/* Compressor with a hard knee; stereo channels share their gain. */
#include "render/dsp/dynamics.h"

enum { COMP_IN, COMP_THRESHOLD, COMP_RATIO, COMP_ATTACK, COMP_RELEASE, COMP_MAKEUP, COMP_PARAMS };

static const struct dynamics_layout layout = {
	.side = COMP_IN,
	.threshold = COMP_THRESHOLD,
	.ratio = COMP_RATIO,
	.attack = COMP_ATTACK,
	.release = COMP_RELEASE,
	.makeup = COMP_MAKEUP,
	DYNAMICS_TIMES,
};

SIMD_CLONES(static, compressor_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	dynamics_process(&layout, state, io, n, 20.0f);
}

const struct node_def node_compressor = {
	.name = "compressor",
	.aliases = { "comp" },
	.doc = "turns down what is louder than a threshold",
	.reference = DYNAMICS_REFERENCE,
	.example = "out $ s \"bd*2 sn\" # compressor -20 4 0.005 0.1 4",
	.params = {
		PARAM_IN,
		PARAM_THRESHOLD_DB,
		PARAM_RATIO(20, "dB more at the input that make one dB more at the output"),
		PARAM_DETECTOR_ATTACK,
		PARAM_DETECTOR_RELEASE,
		{ .name = "makeup", .unit = "dB", .def = 0, .min = 0, .max = 30, .flags = PARAM_OPTIONAL,
		  .doc = "gain after the compression" },
	},
	.n_params = COMP_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = dynamics_state_bytes,
	.process = compressor_process,
};
