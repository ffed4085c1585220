/* Band-limited impulse train: cosines of the harmonics below half the sample rate, at equal levels, divided by their
 * number. In closed form, sin((2 N + 1) x / 2) / sin(x / 2): a Dirichlet kernel. */
#include "render/dsp/osc.h"
#include "render/dsp/source.h"

#define BLIP_FREQ_MIN_HZ 0.1
#define BLIP_HARMONICS_MAX 1000.0f

SIMD_INLINE struct phase_rate blip_rate(const struct node_io *io)
{
	return phase_rate_of(io->env, 1.0, BLIP_FREQ_MIN_HZ, PHASE_FREQ_MAX_HZ);
}

SIMD_INLINE f32x8 blip_wave(f32x8 q, f32x8 dt)
{
	f32x8 count = f32x8_clamp(f32x8_floor(0.5f / dt), 1.0f, BLIP_HARMONICS_MAX);
	i32x8 at_peak = f32x8_abs(q) < 1e-7f;
	f32x8 half = f32x8_select(at_peak, f32x8_splat(0.25f), q) * 0.5f;
	f32x8 ratio = f32x8_sin2pi((2.0f * count + 1.0f) * half) / f32x8_sin2pi(half);

	return f32x8_select(at_peak, f32x8_splat(1.0f), (ratio - 1.0f) * 0.5f / count);
}

SIMD_CLONES(static, blip_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input freq = io->in[OSC_FREQ];
	uint64_t *acc = state;
	struct phase_walk w = phase_walk_begin(&freq, *acc, blip_rate(io), n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = phase_walk_next(&w, &freq, i);

		output_store(io->out[0], i, n, blip_wave(q, w.dt));
	}
	*acc = phase_walk_end(&w);
}

static void blip_advance(void *state, const struct node_io *io, size_t n)
{
	phase_advance(state, &io->in[OSC_FREQ], blip_rate(io), n);
}

const struct node_def node_blip = {
	.name = "blip",
	.doc = "impulses with all harmonics below half the sample rate at equal level",
	.reference = "G. Winham, K. Steiglitz, Input generators for digital sound synthesis, JASA 47(2B), 1970",
	.example = "out $ blip 110 # gain 0.5",
	.params = { SOURCE_PARAM_FREQ(BLIP_FREQ_MIN_HZ, PHASE_FREQ_MAX_HZ) },
	.n_params = 1,
	.time_class = TIME_SCAN,
	.n_acc = 1,
	.process = blip_process,
	.advance = blip_advance,
};
