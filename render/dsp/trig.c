/* A pulse of one frame at each onset of a pattern's true events, or each time a signal rises above 0.5. */
#include "render/dsp/contour.h"

struct trig {
	sample gate; /* of the frame before */
};

static size_t trig_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct trig);
}

static void trig_process(void *state, const struct node_io *io, size_t n)
{
	struct trig *t = state;

	for (size_t i = 0; i < n; i++) {
		sample gate = node_input_at(&io->in[0], i);

		io->out[0][i] = gate_is_onset(t->gate, gate);
		t->gate = gate;
	}
}

const struct node_def node_trig = {
	.name = "trig",
	.doc = "1 for one frame at each onset of a pattern's true events, 0 elsewhere",
	.reference = "elementary",
	.example = "out $ trig \"t(3,8)\" # lpf 800 0.9 # gain 12",
	.params = { PARAM_GATE_OF(0) },
	.n_params = 1,
	.time_class = TIME_CARRY,
	.state_bytes = trig_state_bytes,
	.process = trig_process,
};
