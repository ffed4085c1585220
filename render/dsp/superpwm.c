/* A square and its half-cycle neighbour, whose level a slow triangle moves: sq(p) + sq(p + 1/2) tri depth. */
#include "render/dsp/osc.h"

enum { SUPERPWM_FREQ = OSC_FREQ, SUPERPWM_RATE, SUPERPWM_DEPTH, SUPERPWM_NAIVE };

#define SUPERPWM_RATE_MAX_HZ 100.0

SIMD_INLINE struct phase_rate superpwm_lfo_rate(const struct node_io *io)
{
	return phase_rate_of(io->env, 1.0, 0.0, SUPERPWM_RATE_MAX_HZ);
}

SIMD_CLONES(static, superpwm_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERPWM_FREQ], rate = io->in[SUPERPWM_RATE];
	float depth = (float)clamp_f64((double)io->in[SUPERPWM_DEPTH].value, 0, 1);
	bool is_naive = io->in[SUPERPWM_NAIVE].value > 0.5f;
	uint64_t *acc = state;
	struct phase_walk tone = phase_walk_begin(&freq, acc[0], osc_rate(io, 1.0), n);
	struct phase_walk lfo = phase_walk_begin(&rate, acc[1], superpwm_lfo_rate(io), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&tone, &freq, i);
		f32x8 tri = 4.0f * f32x8_abs(phase_walk_next(&lfo, &rate, i)) - 1.0f;

		/* half a cycle later a square is its own negative */
		output_store(io->out[0], i, n, osc_wave(OSC_SQUARE, q, tone.dt, is_naive) * (1.0f - tri * depth));
	}
	acc[0] = phase_walk_end(&tone);
	acc[1] = phase_walk_end(&lfo);
}

static void superpwm_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;

	phase_advance(&acc[0], &io->in[SUPERPWM_FREQ], osc_rate(io, 1.0), n);
	phase_advance(&acc[1], &io->in[SUPERPWM_RATE], superpwm_lfo_rate(io), n);
}

const struct node_def node_superpwm = {
	.name = "superpwm",
	.doc = "two squares half a cycle apart, one of them swelling slowly; band-limited",
	.reference = "https://doi.org/10.1121/1.3651227",
	.example = "out $ superpwm 110 0.5 0.8 # gain 0.2",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "rate", .unit = "Hz", .def = 0.5, .min = 0, .max = SUPERPWM_RATE_MAX_HZ,
		  .flags = PARAM_OPTIONAL, .doc = "of the swelling" },
		{ .name = "depth", .unit = "", .def = 0.8, .min = 0, .max = 1, .flags = PARAM_OPTIONAL | PARAM_CONST,
		  .doc = "of the swelling" },
		OSC_PARAM_NAIVE,
	},
	.n_params = 4,
	.time_class = TIME_SCAN,
	.n_acc = 2,
	.process = superpwm_process,
	.advance = superpwm_advance,
};
