/* A switch with hysteresis. */
#include "render/dsp/kernel.h"

enum { SCHMIDT_IN, SCHMIDT_HI, SCHMIDT_LO };

static void schmidt_process(void *state, const struct node_io *io, size_t n)
{
	uint32_t is_on = *(const uint32_t *)state;

	for (size_t i = 0; i < n; i++) {
		sample x = node_input_at(&io->in[SCHMIDT_IN], i);

		if (x > node_input_at(&io->in[SCHMIDT_HI], i))
			is_on = 1;
		else if (x < node_input_at(&io->in[SCHMIDT_LO], i))
			is_on = 0;
		io->out[0][i] = (sample)is_on;
	}
	*(uint32_t *)state = is_on;
}

static size_t schmidt_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(uint32_t);
}

const struct node_def node_schmidt = {
	.name = "schmidt",
	.doc = "1 from when the signal rises above hi until it falls below lo, else 0",
	.reference = "O. H. Schmitt, A thermionic trigger, Journal of Scientific Instruments 15, 1938",
	.example = "out $ saw 110 * schmidt (sine 3) 0.5 -0.5 # lpf 1500 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "hi", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "on above this" },
		{ .name = "lo", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "off below this" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = schmidt_state_bytes,
	.process = schmidt_process,
};
