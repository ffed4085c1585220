/* Linear frequency modulation of a sine by a sine at a ratio of its frequency: f (1 + index sin(2 pi ratio P)), P being
 * the carrier's unmodulated phase. Its integral is known: P + index (1 - cos(2 pi ratio P)) / (2 pi ratio), for any
 * frequency over time. So two sums are all the state, and the carrier may run backwards without an error adding up. */
#include "render/dsp/osc.h"

enum { SUPERFM_FREQ = OSC_FREQ, SUPERFM_RATIO, SUPERFM_INDEX };

#define SUPERFM_RATIO_MIN 0.01
#define SUPERFM_RATIO_MAX 32.0
#define SUPERFM_INDEX_MAX 100.0

SIMD_INLINE double superfm_ratio(const struct node_io *io)
{
	return clamp_f64((double)io->in[SUPERFM_RATIO].value, SUPERFM_RATIO_MIN, SUPERFM_RATIO_MAX);
}

SIMD_CLONES(static, superfm_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[SUPERFM_FREQ];
	double ratio = superfm_ratio(io);
	float turns = (float)(clamp_f64((double)io->in[SUPERFM_INDEX].value, 0, SUPERFM_INDEX_MAX) / ratio *
			      0.15915494309189535);
	uint64_t *acc = state;
	struct phase_walk carrier = phase_walk_begin(&freq, acc[0], osc_rate(io, 1.0), n);
	struct phase_walk modulator = phase_walk_begin(&freq, acc[1], osc_rate(io, ratio), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&carrier, &freq, i), m = phase_walk_next(&modulator, &freq, i);

		output_store(io->out[0], i, n, f32x8_sin2pi(q + turns * (1.0f - f32x8_cos2pi(m))));
	}
	acc[0] = phase_walk_end(&carrier);
	acc[1] = phase_walk_end(&modulator);
}

static void superfm_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;

	phase_advance(&acc[0], &io->in[SUPERFM_FREQ], osc_rate(io, 1.0), n);
	phase_advance(&acc[1], &io->in[SUPERFM_FREQ], osc_rate(io, superfm_ratio(io)), n);
}

const struct node_def node_superfm = {
	.name = "superfm",
	.doc = "sine whose frequency a second sine modulates, at a fixed ratio",
	.reference = "J. Chowning, The synthesis of complex audio spectra by means of FM, JAES 21(7), 1973",
	.example = "out $ superfm 110 2 1.5 # gain 0.3",
	.params = {
		OSC_PARAM_FREQ,
		{ .name = "ratio", .unit = "", .def = 2, .min = SUPERFM_RATIO_MIN, .max = SUPERFM_RATIO_MAX,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "modulator's frequency over the carrier's" },
		{ .name = "index", .unit = "", .def = 1, .min = 0, .max = SUPERFM_INDEX_MAX,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "deviation over the carrier's frequency" },
	},
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 2,
	.process = superfm_process,
	.advance = superfm_advance,
};
