/* The sum of signals. */
#include "render/dsp/kernel.h"

#define MIX_PLACE(place_name)                                                                                          \
	{                                                                                                              \
		.name = (place_name), .unit = "", .def = 0, .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,         \
		.flags = PARAM_OPTIONAL, .doc = "another"                                                              \
	}

enum { MIX_PIECE = 4 * SIMD_LANES };

/* The inputs that are no constant 0, at least one. */
SIMD_INLINE unsigned inputs_used(const struct node_io *io, const struct node_input *used[NODE_PARAMS_MAX])
{
	unsigned n = 0;

	for (unsigned p = 0; p < NODE_PARAMS_MAX; p++)
		if (p == 0 || io->in[p].data || io->in[p].value != 0)
			used[n++] = &io->in[p];
	return n;
}

SIMD_CLONES(static, mix_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct node_input *used[NODE_PARAMS_MAX];
	unsigned n_used = inputs_used(io, used);
	size_t piece = n == 1 ? 1 : MIX_PIECE;

	(void)state;
	for (size_t i = 0; i < n; i += piece) {
		f32x8 sum[4] = { { 0 } }; /* never -0, so that adding 0 changes no bit */

		for (unsigned p = 0; p < n_used; p++)
			SIMD_UNROLL
		for (unsigned k = 0; k < 4; k++)
			sum[k] += input_load(used[p], n == 1 ? i : i + k * SIMD_LANES, n);
		SIMD_UNROLL
		for (unsigned k = 0; k < 4; k++)
			if (k == 0 || n > 1)
				output_store(io->out[0], i + k * SIMD_LANES, n, sum[k]);
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
