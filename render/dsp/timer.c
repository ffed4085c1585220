/* Seconds since a gate opened last. */
#include "render/dsp/gate.h"
#include "render/dsp/kernel.h"

struct timer {
	uint64_t frames; /* since the last onset; since frame 0 before the first */
	sample before;   /* of the gate */
};

static void timer_process(void *state, const struct node_io *io, size_t n)
{
	struct timer t = *(const struct timer *)state;
	double frame_s = 1.0 / io->env->sample_rate_hz;

	for (size_t i = 0; i < n; i++) {
		sample gate = node_input_at(&io->in[0], i);

		if (gate_is_onset(t.before, gate))
			t.frames = 0;
		t.before = gate;
		io->out[0][i] = (sample)((double)t.frames++ * frame_s);
	}
	*(struct timer *)state = t;
}

static size_t timer_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct timer);
}

const struct node_def node_timer = {
	.name = "timer",
	.doc = "seconds since the trigger last rose through 0.5; since the start before it ever did",
	.reference = "elementary",
	.example = "out $ saw (110 + 400 * timer \"t t t*2 t\") # lpf 1500 # gain 0.3",
	.params = {
		{ .name = "trig", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .flags = PARAM_INPUT | PARAM_OPTIONAL | PARAM_GATE,
		  .doc = "starts anew as it rises through 0.5, or at each event of a pattern; none: at the start" },
	},
	.n_params = 1,
	.time_class = TIME_CARRY,
	.state_bytes = timer_state_bytes,
	.process = timer_process,
};
