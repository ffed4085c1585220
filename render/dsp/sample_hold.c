/* Holds what a signal was when a trigger rose. */
#include "render/dsp/gate.h"
#include "render/dsp/kernel.h"

enum { HOLD_IN, HOLD_TRIGGER };

struct hold {
	sample held, before; /* of the trigger */
};

/* Any signal triggers as it leaves zero upwards; events that touch do it by GATE_ONSET, which nothing else is. */
static inline bool rises(sample before, sample now)
{
	return (now > 0 && !(before > 0)) || (now == GATE_ONSET && before != GATE_ONSET);
}

static void sample_hold_process(void *state, const struct node_io *io, size_t n)
{
	struct hold h = *(const struct hold *)state;

	for (size_t i = 0; i < n; i++) {
		sample trigger = node_input_at(&io->in[HOLD_TRIGGER], i);

		if (rises(h.before, trigger))
			h.held = node_input_at(&io->in[HOLD_IN], i);
		h.before = trigger;
		io->out[0][i] = h.held;
	}
	*(struct hold *)state = h;
}

static size_t sample_hold_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct hold);
}

const struct node_def node_sample_hold = {
	.name = "sample_hold",
	.doc = "holds the signal's value at each rise of the trigger from zero or below; 0 before the first",
	.reference = "elementary",
	.example = "out $ saw (sample_hold noise (square 6) # range 100 400) # lpf 1500 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "trig", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .flags = PARAM_GATE,
		  .doc = "captures as it rises above zero, or at each event of a pattern" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = sample_hold_state_bytes,
	.process = sample_hold_process,
};
