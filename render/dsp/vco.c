/* One oscillator, four waves, chosen by a signal. */
#include "render/dsp/osc.h"

enum { VCO_FREQ = OSC_FREQ, VCO_WAVE, VCO_WIDTH };

/* Waves that no lane asks for are not computed; which are, changes no bit of the others. */
SIMD_INLINE f32x8 vco_wave(f32x8 which, f32x8 q, f32x8 dt, f32x8 width)
{
	i32x8 is_saw = which < 0.5f, is_pulse = ~is_saw & (which < 1.5f);
	i32x8 is_tri = ~is_saw & ~is_pulse & (which < 2.5f), is_sine = ~is_saw & ~is_pulse & ~is_tri;
	f32x8 wave = f32x8_splat(0.0f);

	if (i32x8_any(is_saw))
		wave = osc_wave(OSC_SAW, q, dt, false);
	if (i32x8_any(is_pulse))
		wave = f32x8_select(is_pulse, osc_pulse(q, width, dt, false), wave);
	if (i32x8_any(is_tri))
		wave = f32x8_select(is_tri, osc_wave(OSC_TRI, q, dt, false), wave);
	if (i32x8_any(is_sine))
		wave = f32x8_select(is_sine, f32x8_sin2pi(q), wave);
	return wave;
}

SIMD_CLONES(static, vco_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[VCO_FREQ], which = io->in[VCO_WAVE], width = io->in[VCO_WIDTH];
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, osc_rate(io, 1.0), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&w, &freq, i);
		f32x8 high = f32x8_clamp(input_load(&width, i, n), 0.01f, 0.99f);

		output_store(io->out[0], i, n, vco_wave(input_load(&which, i, n), q, w.dt, high));
	}
	*acc = phase_walk_end(&w);
}

const struct node_def node_vco = {
	.name = "vco",
	.doc = "oscillator whose wave is a signal: 0 saw, 1 pulse, 2 triangle, 3 sine; band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ vco 110 \"<0 1 2 3>\" 0.3 # gain 0.2",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "wave", .unit = "", .def = 0, .min = 0, .max = 3, .flags = PARAM_OPTIONAL,
		  .doc = "the nearest of 0 saw, 1 pulse, 2 triangle, 3 sine" },
		{ .name = "pw", .unit = "cycles", .def = 0.5, .min = 0.01, .max = 0.99, .flags = PARAM_OPTIONAL,
		  .doc = "width of the pulse" },
	},
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = vco_process,
	.advance = osc_advance_freq,
};
