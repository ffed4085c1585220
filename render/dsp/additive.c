/* A sum of harmonics whose levels are listed. Each has its own multiple of the phase, exact in 32 bits, and leaves
 * as it nears half the sample rate. */
#include "render/dsp/osc.h"
#include "render/dsp/source.h"

enum { ADDITIVE_FREQ, ADDITIVE_LEVELS };

#define ADDITIVE_FREQ_MIN_HZ 20.0
#define ADDITIVE_FREQ_MAX_HZ 10000.0

SIMD_INLINE struct phase_rate additive_rate(const struct node_io *io)
{
	return phase_rate_of(io->env, 1.0, ADDITIVE_FREQ_MIN_HZ, ADDITIVE_FREQ_MAX_HZ);
}

/* One over the sum of the levels' sizes; 0 when all are 0. */
SIMD_INLINE float additive_scale(const struct node_input *levels)
{
	float sum = 0;

	for (uint32_t k = 0; k < levels->n_list; k++)
		sum += levels->list[k] < 0 ? -levels->list[k] : levels->list[k];
	return sum > 0 ? 1.0f / sum : 0.0f;
}

SIMD_INLINE f32x8 additive_wave(const struct node_input *levels, u32x8 phase, f32x8 dt)
{
	f32x8 sum = f32x8_splat(0.0f);

	for (uint32_t k = 1; k <= levels->n_list; k++) {
		f32x8 gain = source_band_gain((float)k * dt) * levels->list[k - 1];

		if (i32x8_any(gain != 0.0f))
			sum += gain * f32x8_sin2pi(f32x8_from_phase(k * phase));
	}
	return sum;
}

SIMD_CLONES(static, additive_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[ADDITIVE_FREQ], levels = io->in[ADDITIVE_LEVELS];
	float scale = additive_scale(&levels);
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, additive_rate(io), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		u32x8 phase = phase_walk_bits(&w, &freq, i);

		output_store(io->out[0], i, n, additive_wave(&levels, phase, w.dt) * scale);
	}
	*acc = phase_walk_end(&w);
}

static void additive_advance(void *state, const struct node_io *io, size_t n)
{
	phase_advance(state, &io->in[ADDITIVE_FREQ], additive_rate(io), n);
}

const struct node_def node_additive = {
	.name = "additive",
	.doc = "sines at the harmonics of a frequency, with the levels of a list, divided by their sum",
	.reference = "J. O. Smith, https://ccrma.stanford.edu/~jos/sasp/Additive_Synthesis.html",
	.example = "out $ additive 110 \"1 0.5 0.33 0.25\" # gain 0.5",
	.params = {
		SOURCE_PARAM_FREQ(ADDITIVE_FREQ_MIN_HZ, ADDITIVE_FREQ_MAX_HZ),
		{ .name = "levels", .unit = "", .min = -1000, .max = 1000, .flags = PARAM_LIST,
		  .doc = "of the harmonics, from the first on" },
	},
	.n_params = 2,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = additive_process,
	.advance = additive_advance,
};
