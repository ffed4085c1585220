/* Chorus: one delayed copy whose delay a sine moves, so that its pitch sways around the dry signal's. The right
 * channel's sine runs a quarter of a cycle ahead, which spreads the sound. */
#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

enum { CHORUS_IN, CHORUS_RATE, CHORUS_DEPTH, CHORUS_MIX, CHORUS_PARAMS };

#define CHORUS_CENTRE_S 0.015f
#define CHORUS_SWAY_S 0.010f

struct chorus {
	struct line line[2];
	uint32_t frame;
	uint64_t phase[2];
	struct glide depth[2], mix[2];
	_Alignas(64) sample samples[];
};

static uint32_t chorus_place(struct chorus *c, const struct node_env *env)
{
	double frames = (double)(CHORUS_CENTRE_S + CHORUS_SWAY_S) * env->sample_rate_hz + 1;

	return line_place(&c->line[1], line_place(&c->line[0], 0, frames), frames);
}

static size_t chorus_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct chorus layout;

	(void)in;
	return sizeof(struct chorus) + chorus_place(&layout, env) * sizeof(sample);
}

static void chorus_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct chorus *c = state;

	memset(c, 0, chorus_state_bytes(env, in));
	chorus_place(c, env);
}

SIMD_INLINE f32x8 chorus_step(struct chorus *c, unsigned ch, struct lfo *lfo, const struct node_io *io, size_t i,
			      size_t width)
{
	const struct node_input *in = io->in + ch;
	f32x8 depth = glide_load(&c->depth[ch], io, &in[2 * CHORUS_DEPTH], 0.0f, 1.0f, i, width);
	f32x8 mix = glide_load(&c->mix[ch], io, &in[2 * CHORUS_MIX], 0.0f, 1.0f, i, width);
	f32x8 x = frames_load(&in[2 * CHORUS_IN], i, width), sine, frames;

	lfo_follow(lfo, io, &in[2 * CHORUS_RATE], 0.1f, 10.0f, i, width);
	sine = f32x8_sin2pi(lfo_advance(&c->phase[ch], lfo) + 0.25f * (float)ch);
	frames = (CHORUS_CENTRE_S + CHORUS_SWAY_S * depth * sine) * (float)io->env->sample_rate_hz;
	line_store(&c->line[ch], c->samples, c->frame, x, width);
	return x * (1.0f - mix) + mix * line_read(&c->line[ch], c->samples, c->frame, frames);
}

SIMD_INLINE void chorus_run(struct chorus *c, const struct node_io *io, size_t n, size_t width)
{
	struct lfo lfo[2];

	for (size_t i = 0; i < n; i += width) {
		SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++)
			frames_store(io->out[ch], i, width, chorus_step(c, ch, &lfo[ch], io, i, width));
		c->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, chorus_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		chorus_run(state, io, 1, 1);
	else
		chorus_run(state, io, n, SIMD_LANES);
}

static double chorus_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return (double)(CHORUS_CENTRE_S + CHORUS_SWAY_S);
}

const struct node_def node_chorus = {
	.name = "chorus",
	.doc = "a copy of swaying pitch beside the signal, wide in stereo",
	.reference = "J. Dattorro, Effect Design, Part 2: Delay-Line Modulation and Chorus, J. Audio Eng. Soc. 45(10), 1997",
	.example = "out $ saw \"110 165\" # chorus 0.8 0.5 0.5",
	.params = {
		PARAM_IN,
		{ .name = "rate", .unit = "Hz", .min = 0.1, .max = 10, .doc = "of the sway" },
		{ .name = "depth", .unit = "", .min = 0, .max = 1, .doc = "of the sway; 1 is 15 ms plus and minus 10 ms" },
		PARAM_MIX(0.3),
	},
	.n_params = CHORUS_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = chorus_state_bytes,
	.reset = chorus_reset,
	.process = chorus_process,
	.tail_s = chorus_tail_s,
};
