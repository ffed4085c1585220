/* Phase modulation of a sine by any signal. */
#include "render/dsp/phase.h"
#include "render/dsp/source.h"

enum { PM_CARRIER, PM_MOD, PM_INDEX };

#define PM_INDEX_MAX 1000.0f  /* radians per unit of the signal */
#define PM_RADIAN 0.15915494f /* of a cycle */
#define PM_TURNS_MAX 0x1p16f  /* cycles; what is further has no phase left in a float */

SIMD_INLINE struct phase_rate pm_rate(const struct node_io *io)
{
	return phase_rate_of(io->env, 1.0, 0.0, PHASE_FREQ_MAX_HZ);
}

SIMD_CLONES(static, pm_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[PM_CARRIER], mod = io->in[PM_MOD], index = io->in[PM_INDEX];
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, pm_rate(io), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 radians = f32x8_clamp(input_load(&index, i, n), -PM_INDEX_MAX, PM_INDEX_MAX) * PM_RADIAN;
		f32x8 turns = f32x8_clamp(radians * input_load(&mod, i, n), -PM_TURNS_MAX, PM_TURNS_MAX);

		output_store(io->out[0], i, n, f32x8_sin2pi(phase_walk_next(&w, &freq, i) + turns));
	}
	*acc = phase_walk_end(&w);
}

static void pm_advance(void *state, const struct node_io *io, size_t n)
{
	phase_advance(state, &io->in[PM_CARRIER], pm_rate(io), n);
}

const struct node_def node_pm = {
	.name = "pm",
	.doc = "phase modulation: a signal added to the phase of a sine",
	.reference = "J. Chowning, The synthesis of complex audio spectra by means of FM, JAES 21(7), 1973",
	.example = "out $ pm 220 (saw 110) 1 # gain 0.3",
	.params = {
		{ .name = "carrier", .unit = "Hz", .min = 0, .max = PHASE_FREQ_MAX_HZ, .flags = PARAM_PITCH,
		  .doc = "frequency that is heard" },
		{ .name = "mod", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "the signal that bends the phase" },
		{ .name = "index", .unit = "rad", .min = -(double)PM_INDEX_MAX, .max = (double)PM_INDEX_MAX,
		  .doc = "phase at a signal of 1" },
	},
	.n_params = 3,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = pm_process,
	.advance = pm_advance,
};
