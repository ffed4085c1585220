/* Band-limited pulse: the difference of two saws, so that its width may move at audio rate. */
#include "render/dsp/osc.h"

enum { PULSE_FREQ = OSC_FREQ, PULSE_WIDTH, PULSE_NAIVE };

SIMD_CLONES(static, pulse_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[PULSE_FREQ], width = io->in[PULSE_WIDTH];
	bool is_naive = io->in[PULSE_NAIVE].value > 0.5f;
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, osc_rate(io, 1.0), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&w, &freq, i);
		f32x8 high = f32x8_clamp(input_load(&width, i, n), 0.0f, 1.0f);

		output_store(io->out[0], i, n, osc_pulse(q, high, w.dt, is_naive));
	}
	*acc = phase_walk_end(&w);
}

const struct node_def node_pulse = {
	.name = "pulse",
	.doc = "pulse: 1 for a share of the cycle, then -1, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ pulse 110 (sine 0.5 * 0.4 + 0.5) # gain 0.2",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "width", .unit = "cycles", .def = 0.5, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "share of the cycle that is high" },
		OSC_PARAM_NAIVE,
	},
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = pulse_process,
	.advance = osc_advance_freq,
};
