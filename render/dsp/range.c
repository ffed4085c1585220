/* From -1..1 to a range of one's own. */
#include "render/dsp/kernel.h"

enum { RANGE_FROM, RANGE_TO, RANGE_IN };

SIMD_CLONES(static, range_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 from = input_load(&io->in[RANGE_FROM], i, n), to = input_load(&io->in[RANGE_TO], i, n);
		f32x8 share = input_load(&io->in[RANGE_IN], i, n) * 0.5f + 0.5f;

		output_store(io->out[0], i, n, from + share * (to - from));
	}
}

const struct node_def node_range = {
	.name = "range",
	.doc = "maps a signal between -1 and 1 to between two values; beyond them it goes on straight",
	.reference = "elementary",
	.example = "out $ saw 55 # lpf (sine 0.5 # range 200 2000) 3 # gain 0.3",
	.params = {
		{ .name = "from", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "what -1 becomes" },
		{ .name = "to", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "what 1 becomes" },
		PARAM_IN,
	},
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = range_process,
};
