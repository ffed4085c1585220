/* Attack, decay, sustain and release for each true event of a pattern. */
#include "render/dsp/contour.h"

enum { TADSR_GATE, TADSR_ATTACK, TADSR_DECAY, TADSR_SUSTAIN, TADSR_RELEASE, TADSR_PARAMS };

static const struct contour_layout layout = {
	.gate = TADSR_GATE,
	.attack = TADSR_ATTACK,
	.decay = TADSR_DECAY,
	.sustain = TADSR_SUSTAIN,
	.release = TADSR_RELEASE,
};

static void tadsr_process(void *state, const struct node_io *io, size_t n)
{
	contour_process(state, &layout, io, n);
}

const struct node_def node_tadsr = {
	.name = "tadsr",
	.doc = "an envelope for each true event of a pattern, as long as the event and its release",
	.reference = "linear segments",
	.example = "out $ saw 110 # lpf (tadsr \"t ~ t t\" 0.01 0.1 0.3 0.2 * 3000 + 200) # gain 0.3",
	.params = {
		PARAM_GATE_OF(0),
		PARAM_SEGMENT("attack", 0, 0, "rise to 1, from the level that there is"),
		PARAM_SEGMENT("decay", 0, 0, "fall from 1 to the sustain level"),
		PARAM_SUSTAIN(0, 0),
		PARAM_SEGMENT("release", 0, 0, "fall to 0 after the event"),
	},
	.n_params = TADSR_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = contour_state_bytes,
	.process = tadsr_process,
};
