/* A rise and a fall for each true event of a pattern, whatever its length. */
#include "render/dsp/contour.h"

enum { TAR_GATE, TAR_ATTACK, TAR_RELEASE, TAR_PARAMS };

static const struct contour_layout layout = {
	.gate = TAR_GATE,
	.attack = TAR_ATTACK,
	.release = TAR_RELEASE,
	.decay = CONTOUR_NO_PARAM,
	.sustain = CONTOUR_NO_PARAM,
	.is_percussive = true,
};

static void tar_process(void *state, const struct node_io *io, size_t n)
{
	contour_process(state, &layout, io, n);
}

const struct node_def node_tar = {
	.name = "tar",
	.doc = "rises to 1 and falls to 0 at each true event of a pattern",
	.reference = "linear segments",
	.example = "out $ noise * tar \"t*8\" 0.001 0.08 # hpf 4000 # gain 0.3",
	.params = {
		PARAM_GATE_OF(0),
		PARAM_SEGMENT("attack", 0, 0, "rise to 1, from the level that there is"),
		PARAM_SEGMENT("release", 0, 0, "fall to 0 after the rise"),
	},
	.n_params = TAR_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = contour_state_bytes,
	.process = tar_process,
};
