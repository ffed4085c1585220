/* Attack, sustain at 1, release, played by a gate. */
#include "render/dsp/contour.h"

enum { ASR_GATE, ASR_ATTACK, ASR_RELEASE, ASR_PARAMS };

static const struct contour_layout layout = {
	.gate = ASR_GATE,
	.attack = ASR_ATTACK,
	.release = ASR_RELEASE,
	.decay = CONTOUR_NO_PARAM,
	.sustain = CONTOUR_NO_PARAM,
};

static void asr_process(void *state, const struct node_io *io, size_t n)
{
	contour_process(state, &layout, io, n);
}

const struct node_def node_asr = {
	.name = "asr",
	.doc = "rises to 1 while a gate is open, falls to 0 when it closes",
	.reference = "linear segments",
	.example = "out $ saw 110 * asr \"1 0 1 1\" 0.05 0.3 # gain 0.3",
	.params = {
		PARAM_GATE_OF(PARAM_INPUT),
		PARAM_SEGMENT("attack", 0, 0, "rise to 1"),
		PARAM_SEGMENT("release", 0, 0, "fall to 0 after the gate has closed"),
	},
	.n_params = ASR_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = contour_state_bytes,
	.process = asr_process,
};
