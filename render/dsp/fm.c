/* Two-operator frequency modulation as Chowning's instruments compute it: the modulator is added to the phase. */
#include "render/dsp/phase.h"
#include "render/dsp/source.h"

enum { FM_CARRIER, FM_MOD, FM_INDEX };

#define FM_INDEX_MAX 1000.0f  /* radians */
#define FM_RADIAN 0.15915494f /* of a cycle */

SIMD_INLINE struct phase_rate fm_rate(const struct node_io *io)
{
	return phase_rate_of(io->env, 1.0, 0.0, PHASE_FREQ_MAX_HZ);
}

SIMD_CLONES(static, fm_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[FM_CARRIER], mod = io->in[FM_MOD], index = io->in[FM_INDEX];
	uint64_t *acc = state;
	struct phase_walk carrier = phase_walk_begin(&freq, acc[0], fm_rate(io), n);
	struct phase_walk modulator = phase_walk_begin(&mod, acc[1], fm_rate(io), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 turns = f32x8_clamp(input_load(&index, i, n), 0.0f, FM_INDEX_MAX) * FM_RADIAN;
		f32x8 q = phase_walk_next(&carrier, &freq, i), m = phase_walk_next(&modulator, &mod, i);

		output_store(io->out[0], i, n, f32x8_sin2pi(q + turns * f32x8_sin2pi(m)));
	}
	acc[0] = phase_walk_end(&carrier);
	acc[1] = phase_walk_end(&modulator);
}

static void fm_advance(void *state, const struct node_io *io, size_t n)
{
	uint64_t *acc = state;

	phase_advance(&acc[0], &io->in[FM_CARRIER], fm_rate(io), n);
	phase_advance(&acc[1], &io->in[FM_MOD], fm_rate(io), n);
}

const struct node_def node_fm = {
	.name = "fm",
	.doc = "frequency modulation: a sine added to the phase of a sine",
	.reference = "J. Chowning, The synthesis of complex audio spectra by means of FM, JAES 21(7), 1973",
	.example = "out $ fm 220 110 2 # gain 0.3",
	.params = {
		{ .name = "carrier", .unit = "Hz", .min = 0, .max = PHASE_FREQ_MAX_HZ, .flags = PARAM_PITCH,
		  .doc = "frequency that is heard" },
		{ .name = "mod", .unit = "Hz", .min = 0, .max = PHASE_FREQ_MAX_HZ, .flags = PARAM_PITCH,
		  .doc = "distance of the sidebands" },
		{ .name = "index", .unit = "rad", .min = 0, .max = (double)FM_INDEX_MAX,
		  .doc = "peak deviation over mod: how many sidebands" },
	},
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 2,
	.process = fm_process,
	.advance = fm_advance,
};
