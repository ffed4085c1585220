/* The sum of signals. */
#include "render/dsp/kernel.h"

#define MIX_PLACE(place_name)                                                                                          \
	{                                                                                                              \
		.name = (place_name), .unit = "", .def = 0, .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,         \
		.flags = PARAM_OPTIONAL, .doc = "another"                                                              \
	}

SIMD_CLONES
static void mix_process(void *state, const struct node_io *io, size_t n)
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 sum = 0.0f + input_load(&io->in[0], i, n); /* never -0, so that adding 0 changes no bit */

		for (unsigned p = 1; p < NODE_PARAMS_MAX; p++)
			if (io->in[p].data || io->in[p].value != 0)
				sum += input_load(&io->in[p], i, n);
		output_store(io->out[0], i, n, sum);
	}
}

const struct node_def node_mix = {
	.name = "mix",
	.doc = "the sum of two or more signals; stack takes any number of them",
	.reference = "elementary",
	.example = "out $ mix (saw 110) (saw 110.7) (square 55) # lpf 1200 # gain 0.2",
	.params = {
		{ .name = "a", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .flags = PARAM_INPUT | PARAM_LEADS, .doc = "the signal" },
		{ .name = "b", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "the other signal" },
		MIX_PLACE("c"), MIX_PLACE("d"), MIX_PLACE("e"), MIX_PLACE("f"), MIX_PLACE("g"), MIX_PLACE("h"),
		MIX_PLACE("i"), MIX_PLACE("j"), MIX_PLACE("k"), MIX_PLACE("l"), MIX_PLACE("m"), MIX_PLACE("n"),
		MIX_PLACE("o"), MIX_PLACE("p"),
	},
	.n_params = NODE_PARAMS_MAX,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = mix_process,
};
