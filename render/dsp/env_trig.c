/* A signal times an envelope that the events of a pattern play. The builder makes one for `struct "t(3,8)" $ x` too. */
#include "render/dsp/contour.h"

enum { TRIG_IN, TRIG_GATE, TRIG_ATTACK, TRIG_DECAY, TRIG_SUSTAIN, TRIG_RELEASE, TRIG_PARAMS };

static const struct contour_layout layout = {
	.gate = TRIG_GATE,
	.attack = TRIG_ATTACK,
	.decay = TRIG_DECAY,
	.sustain = TRIG_SUSTAIN,
	.release = TRIG_RELEASE,
};

static void env_trig_process(void *state, const struct node_io *io, size_t n)
{
	contour_process(state, &layout, io, n);
	for (size_t i = 0; i < n; i++)
		io->out[0][i] *= node_input_at(&io->in[TRIG_IN], i);
}

const struct node_def node_env_trig = {
	.name = "env_trig",
	.doc = "shapes a signal by an envelope for each true event of a pattern",
	.reference = "linear segments",
	.example = "out $ saw 110 # env_trig \"x(3,8)\" 0.005 0.15 0.2 0.1 # gain 0.4",
	.params = {
		PARAM_IN,
		PARAM_GATE_OF(0),
		PARAM_SEGMENT("attack", 0.001, PARAM_OPTIONAL, "rise to 1"),
		PARAM_SEGMENT("decay", 0.1, PARAM_OPTIONAL, "fall from 1 to the sustain level"),
		PARAM_SUSTAIN(0, PARAM_OPTIONAL),
		PARAM_SEGMENT("release", 0.1, PARAM_OPTIONAL, "fall to 0 after the event"),
	},
	.n_params = TRIG_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = contour_state_bytes,
	.process = env_trig_process,
};
