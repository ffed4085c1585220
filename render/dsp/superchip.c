/* A square with vibrato, as sound chips made it. The frequency depends on the vibrato's phase, so the phase is
 * carried. */
#include "render/dsp/osc.h"

enum { SUPERCHIP_FREQ = OSC_FREQ, SUPERCHIP_RATE, SUPERCHIP_DEPTH, SUPERCHIP_NAIVE };

#define SUPERCHIP_RATE_MAX_HZ 100.0

/* Zero at frame 0. */
struct superchip {
	uint64_t tone, lfo;
};

static size_t superchip_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct superchip);
}

SIMD_CLONES(static, superchip_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERCHIP_FREQ], rate = io->in[SUPERCHIP_RATE];
	float depth = (float)clamp_f64((double)io->in[SUPERCHIP_DEPTH].value, 0, 1);
	bool is_naive = io->in[SUPERCHIP_NAIVE].value > 0.5f;
	struct superchip *s = state;
	struct phase_rate lfo_rate = phase_rate_of(io->env, 1.0, 0.0, SUPERCHIP_RATE_MAX_HZ);
	struct phase_walk lfo = phase_walk_begin(&rate, s->lfo, lfo_rate, n);
	struct phase_walk tone = phase_walk_modulated(s->tone, osc_rate(io, 1.0), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 bend = 1.0f + depth * f32x8_sin2pi(phase_walk_next(&lfo, &rate, i));
		f32x8 q = f32x8_from_phase(phase_next_modulated(&tone, input_load(&freq, i, n) * bend));

		output_store(io->out[0], i, n, osc_wave(OSC_SQUARE, q, tone.dt, is_naive));
	}
	s->lfo = phase_walk_end(&lfo);
	s->tone = phase_walk_end(&tone);
}

const struct node_def node_superchip = {
	.name = "superchip",
	.doc = "square with vibrato, band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ superchip 220 5 0.05 # gain 0.2",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "vrate", .unit = "Hz", .def = 5, .min = 0, .max = SUPERCHIP_RATE_MAX_HZ,
		  .flags = PARAM_OPTIONAL, .doc = "of the vibrato" },
		{ .name = "vdepth", .unit = "", .def = 0.05, .min = 0, .max = 1, .flags = PARAM_OPTIONAL | PARAM_CONST,
		  .doc = "share of the frequency that the vibrato goes up and down" },
		OSC_PARAM_NAIVE,
	},
	.n_params = 4,
	.time_class = TIME_CARRY,
	.state_bytes = superchip_state_bytes,
	.process = superchip_process,
};
