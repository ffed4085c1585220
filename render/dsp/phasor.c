/* A ramp that keeps the tempo. */
#include "render/dsp/clock.h"

#define PHASOR_SPEED_MAX 1000.0f

SIMD_CLONES(static, phasor_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input speed = io->in[0];

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 s = f32x8_clamp(input_load(&speed, i, n), -PHASOR_SPEED_MAX, PHASOR_SPEED_MAX);

		output_store(io->out[0], i, n, clock_fraction(io, i, f32x8_low_f64(s), f32x8_high_f64(s)));
	}
}

const struct node_def node_phasor = {
	.name = "phasor",
	.doc = "ramp from 0 to 1, `speed` times per cycle of the pattern",
	.reference = "fraction of (cycles * speed)",
	.example = "out $ sine (phasor 2 * 200 + 200) # gain 0.3",
	.params = {
		{ .name = "speed", .unit = "", .def = 1, .min = -(double)PHASOR_SPEED_MAX,
		  .max = (double)PHASOR_SPEED_MAX, .flags = PARAM_OPTIONAL, .doc = "ramps per cycle" },
	},
	.n_params = 1,
	.time_class = TIME_PURE,
	.process = phasor_process,
};
