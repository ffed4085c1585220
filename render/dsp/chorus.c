/* Chorus: one delayed copy whose delay a sine moves, so that its pitch sways around the dry signal's. */
#include "render/dsp/sway.h"

enum { CHORUS_IN, CHORUS_RATE, CHORUS_DEPTH, CHORUS_MIX, CHORUS_PARAMS };

static const struct sway_kind kind = {
	.centre_s = 0.015f,
	.sway_s = 0.010f,
	.rate = CHORUS_RATE,
	.depth = CHORUS_DEPTH,
	.amount = CHORUS_MIX,
	.amount_max = 1.0f,
};
_Static_assert(CHORUS_PARAMS == (int)SWAY_PARAMS, "as sway.h has them");

static size_t chorus_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sway_bytes(env, kind);
}

static void chorus_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	(void)in;
	sway_reset(state, env, kind);
}

SIMD_INLINE f32x8 chorus_step(struct sway *s, unsigned ch, const struct sway_span *span, f32x8 frames, f32x8 x,
			      size_t width)
{
	line_store(&s->line[ch], s->samples, s->frame, x, width);
	return x * (1.0f - span->amount) + span->amount * line_read(&s->line[ch], s->samples, s->frame, frames);
}

SIMD_CLONES(static, chorus_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	sway_process(state, kind, io, n, chorus_step);
}

static double chorus_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return (double)(kind.centre_s + kind.sway_s);
}

const struct node_def node_chorus = {
	.name = "chorus",
	.doc = "a copy of swaying pitch beside the signal, wide in stereo",
	.reference = "J. Dattorro, Effect Design, Part 2: Delay-Line Modulation and Chorus, J. Audio Eng. Soc. 45(10), 1997",
	.example = "out $ saw \"110 165\" # chorus 0.8 0.5 0.5 # gain 0.7",
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
