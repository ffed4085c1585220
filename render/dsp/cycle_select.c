/* Effects that come and go: the builder makes one for `x $ every 4 (# lpf 300)`, where x and x # lpf 300 both run all
 * the time and gate, a pattern, says which is heard. */
#include "render/dsp/kernel.h"

SIMD_CLONES(static, cycle_select_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 dry = input_load(&io->in[0], i, n), wet = input_load(&io->in[1], i, n);
		f32x8 gate = input_load(&io->in[2], i, n);

		output_store(io->out[0], i, n, f32x8_select(gate > f32x8_splat(0.5f), wet, dry));
	}
}

const struct node_def node_cycle_select = {
	.name = "cycle_select",
	.doc = "the second signal while gate is above 0.5, else the first",
	.reference = "elementary",
	.example = "out $ cycle_select (sine 220) (saw 110 # gain 0.5) \"0 1\"",
	.params = { PARAM_IN,
		    { .name = "wet",
		      .unit = "",
		      .min = -PARAM_SIGNAL_MAX,
		      .max = PARAM_SIGNAL_MAX,
		      .doc = "the signal that takes its place" },
		    { .name = "gate", .unit = "", .min = 0, .max = 1, .doc = "which of the two is heard" } },
	.n_params = 3,
	.time_class = TIME_PURE,
	.process = cycle_select_process,
};
