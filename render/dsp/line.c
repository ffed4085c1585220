/* A line from one value to another across each cycle. */
#include "render/dsp/envelope.h"

enum { LINE_START, LINE_END, LINE_PARAMS };

SIMD_CLONES(static, line_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 start = input_load(&io->in[LINE_START], i, n), end = input_load(&io->in[LINE_END], i, n);
		struct cycle_place at = cycle_place(io, i);

		output_store(io->out[0], i, n, start + (end - start) * (at.since / (at.since + at.until)));
	}
}

const struct node_def node_line = {
	.name = "line",
	.doc = "a straight line across each cycle, which would reach its end where the next one begins",
	.reference = "elementary",
	.example = "out $ saw 110 # lpf (line 200 4000) # gain 0.3",
	.params = {
		{ .name = "start", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "value where a cycle begins" },
		{ .name = "end", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "value towards which it goes" },
	},
	.n_params = LINE_PARAMS,
	.time_class = TIME_PURE,
	.process = line_process,
};
