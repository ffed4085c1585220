/* Holds what a signal was when a gate opened. */
#include "render/dsp/gate.h"
#include "render/dsp/kernel.h"

enum { LATCH_IN, LATCH_GATE };

struct latch {
	sample held, before; /* of the gate */
};

static void latch_process(void *state, const struct node_io *io, size_t n)
{
	struct latch l = *(const struct latch *)state;

	for (size_t i = 0; i < n; i++) {
		sample gate = node_input_at(&io->in[LATCH_GATE], i);

		if (gate_is_onset(l.before, gate))
			l.held = node_input_at(&io->in[LATCH_IN], i);
		l.before = gate;
		io->out[0][i] = l.held;
	}
	*(struct latch *)state = l;
}

static size_t latch_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct latch);
}

const struct node_def node_latch = {
	.name = "latch",
	.doc = "holds the signal's value at each opening of the gate (rise through 0.5); 0 before the first",
	.reference = "elementary",
	.example = "out $ saw (sine 0.3 # latch \"t*8\" # range 100 400) # lpf 1500 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "gate", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .flags = PARAM_GATE,
		  .doc = "captures as it rises through 0.5, or at each event of a pattern" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = latch_state_bytes,
	.process = latch_process,
};
