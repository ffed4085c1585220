/* Flanger: a copy 1 to 5 ms late beside the signal makes a comb of notches, at odd multiples of 1 / (2 delay), that
 * a sine sweeps. What is fed back into the line sharpens the peaks between them; a soft limit keeps it below 4,
 * which signals below 1 hardly reach. */
#include "render/dsp/sway.h"

enum { FLANGER_IN, FLANGER_DEPTH, FLANGER_RATE, FLANGER_FEEDBACK, FLANGER_PARAMS };

#define FLANGER_LIMIT 4.0f

static const struct sway_kind kind = {
	.centre_s = 0.003f,
	.sway_s = 0.002f,
	.rate = FLANGER_RATE,
	.depth = FLANGER_DEPTH,
	.amount = FLANGER_FEEDBACK,
	.amount_max = 0.95f,
};
_Static_assert(FLANGER_PARAMS == (int)SWAY_PARAMS, "as sway.h has them");

static size_t flanger_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sway_bytes(env, kind);
}

static void flanger_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	(void)in;
	sway_reset(state, env, kind);
}

SIMD_INLINE f32x8 flanger_step(struct sway *s, unsigned ch, const struct sway_span *span, f32x8 frames, f32x8 x,
			       size_t width)
{
	f32x8 mix = 0.5f * span->depth, wet;

	/* Below 9 kHz sample rate the nearest millisecond is shorter than a vector. */
	wet = line_read(&s->line[ch], s->samples, s->frame, f32x8_max(frames, f32x8_splat((float)LINE_VECTOR_MIN)));
	line_store(&s->line[ch], s->samples, s->frame,
		   FLANGER_LIMIT * f32x8_tanh((x + span->amount * wet) * (1.0f / FLANGER_LIMIT)), width);
	return x * (1.0f - mix) + wet * mix;
}

SIMD_CLONES(static, flanger_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	sway_process(state, kind, io, n, flanger_step);
}

/* At the highest feedback a round of 5 ms loses 0.45 dB. */
static double flanger_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return 0.7;
}

const struct node_def node_flanger = {
	.name = "flanger",
	.doc = "sweeping notches from a copy a few milliseconds late",
	.reference = "J. O. Smith, Physical Audio Signal Processing, https://ccrma.stanford.edu/~jos/pasp/Flanging.html",
	.example = "out $ noise * 0.3 # flanger 1 0.3 0.6",
	.params = {
		PARAM_IN,
		{ .name = "depth", .unit = "", .min = 0, .max = 1,
		  .doc = "of the sweep, 3 ms plus and minus 2 ms at 1, and of the notches" },
		{ .name = "rate", .unit = "Hz", .min = 0.1, .max = 10, .doc = "of the sweep" },
		{ .name = "feedback", .unit = "", .min = 0, .max = 0.95, .doc = "sharpens the peaks" },
	},
	.n_params = FLANGER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = flanger_state_bytes,
	.reset = flanger_reset,
	.process = flanger_process,
	.tail_s = flanger_tail_s,
};
