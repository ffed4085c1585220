/* Digital waveguide string: two waves that run against each other between ends that turn them over, heard at one point.
 * Both lines begin full of noise; the string is not struck again. */
#include <string.h>

#include "render/dsp/string.h"

enum { WAVEGUIDE_FREQ, WAVEGUIDE_DAMPING, WAVEGUIDE_PICKUP };

#define WAVEGUIDE_LOSS_LEAST 1e-5f /* of a reflection */
#define WAVEGUIDE_LOSS_SPAN 0.001f

struct waveguide {
	struct string_mean mean;
	struct string_tuning tuning;
	struct string_loop bridge, nut; /* where the right-going wave turns, and the left-going one */
	uint32_t mask;
	uint64_t frame;
	sample lines[] __attribute__((aligned(64))); /* the right-going wave's, then the left-going one's */
};

static uint32_t waveguide_frames(const struct node_env *env)
{
	return string_line_frames(env, 0.5 / STRING_FREQ_MIN_HZ);
}

static size_t waveguide_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sizeof(struct waveguide) + 2 * waveguide_frames(env) * sizeof(sample);
}

static void waveguide_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct waveguide *g = state;

	memset(g, 0, waveguide_state_bytes(env, in));
	g->mean = string_mean_of(env->sample_rate_hz);
	g->mask = waveguide_frames(env) - 1;
}

/* The string at its start, whose frames before frame 0 are noise. */
SIMD_INLINE void waveguide_excite(struct waveguide *g, uint64_t key)
{
	for (uint32_t i = 0; i < 2 * (g->mask + 1); i += SIMD_LANES)
		f32x8_store(g->lines + i, f32x8_uniform(u32x8_hash_frames(~key, i)));
}

SIMD_INLINE sample line_at(const struct waveguide *g, const sample *line, uint32_t frames)
{
	return line[(g->frame - frames) & g->mask];
}

/* Between whole frames, linearly: 0..whole frames from where the wave enters. */
SIMD_INLINE sample line_between(const struct waveguide *g, const sample *line, float frames)
{
	uint32_t whole = (uint32_t)frames;
	sample near = line_at(g, line, whole);

	return near + (frames - (float)whole) * (line_at(g, line, whole + 1) - near);
}

SIMD_INLINE sample waveguide_tick(struct waveguide *g, float gain, float pickup)
{
	sample *right = g->lines, *left = g->lines + g->mask + 1;
	uint32_t whole = g->tuning.whole;
	float place = pickup * (float)whole;
	sample at_bridge =
		string_loop_tick(&g->bridge, &g->mean, g->tuning.allpass, g->frame, line_at(g, right, whole));
	sample at_nut = string_loop_tick(&g->nut, &g->mean, g->tuning.allpass, g->frame, line_at(g, left, whole));
	sample y;

	right[g->frame & g->mask] = -gain * at_nut;
	left[g->frame & g->mask] = -gain * at_bridge;
	y = 0.5f * (line_between(g, right, place) + line_between(g, left, (float)whole - place));
	g->frame++;
	return y;
}

SIMD_CLONES(static, waveguide_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct waveguide *g = state;

	if (g->tuning.whole == 0)
		waveguide_excite(g, source_noise_key(io));
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 hz = f32x8_clamp(input_load(&io->in[WAVEGUIDE_FREQ], i, n), (float)STRING_FREQ_MIN_HZ,
				       (float)STRING_FREQ_MAX_HZ);
		f32x8 damping = f32x8_clamp(input_load(&io->in[WAVEGUIDE_DAMPING], i, n), 0.0f, 1.0f);
		f32x8 pickup = f32x8_clamp(input_load(&io->in[WAVEGUIDE_PICKUP], i, n), 0.0f, 1.0f);
		f32x8 gain = 1.0f - WAVEGUIDE_LOSS_LEAST - WAVEGUIDE_LOSS_SPAN * damping * damping;

		for (size_t j = 0; j < lanes_in_use(n); j++) {
			if (string_is_off(&g->tuning, hz[j]))
				g->tuning = string_tune(&g->mean, io->env->sample_rate_hz, hz[j], 2);
			io->out[0][i + j] = waveguide_tick(g, gain[j], pickup[j]);
		}
	}
}

const struct node_def node_waveguide = {
	.name = "waveguide",
	.doc = "string of two travelling waves, struck once at the start",
	.reference = "J. O. Smith, https://ccrma.stanford.edu/~jos/pasp/Digital_Waveguides.html",
	.example = "~string $ waveguide 110 0.5 0.2\nout $ s \"~string*2\" # note \"c3 e3\"",
	.params = {
		SOURCE_PARAM_FREQ(STRING_FREQ_MIN_HZ, STRING_FREQ_MAX_HZ),
		{ .name = "damping", .unit = "", .min = 0, .max = 1,
		  .doc = "loss of each reflection: its square times 0.1 percent" },
		{ .name = "pickup", .unit = "", .min = 0, .max = 1,
		  .doc = "where the string is heard, from one end to the other" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = waveguide_state_bytes,
	.reset = waveguide_reset,
	.process = waveguide_process,
};
