/* Flanger: a copy 1 to 5 ms late beside the signal makes a comb of notches, at odd multiples of 1 / (2 delay), that
 * a sine sweeps. What is fed back into the line sharpens the peaks between them; a soft limit keeps it below 4,
 * which signals below 1 hardly reach. The right channel's sine runs a quarter of a cycle ahead. */
#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

enum { FLANGER_IN, FLANGER_DEPTH, FLANGER_RATE, FLANGER_FEEDBACK, FLANGER_PARAMS };

#define FLANGER_CENTRE_S 0.003f
#define FLANGER_SWAY_S 0.002f
#define FLANGER_LIMIT 4.0f

struct flanger {
	struct line line[2];
	uint32_t frame;
	uint64_t phase[2];
	struct glide depth[2], feedback[2];
	_Alignas(64) sample samples[];
};

static uint32_t flanger_place(struct flanger *f, const struct node_env *env)
{
	double frames = (double)(FLANGER_CENTRE_S + FLANGER_SWAY_S) * env->sample_rate_hz + LINE_VECTOR_MIN;

	return line_place(&f->line[1], line_place(&f->line[0], 0, frames), frames);
}

static size_t flanger_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct flanger layout;

	(void)in;
	return sizeof(struct flanger) + flanger_place(&layout, env) * sizeof(sample);
}

static void flanger_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct flanger *f = state;

	memset(f, 0, flanger_state_bytes(env, in));
	flanger_place(f, env);
}

SIMD_INLINE f32x8 flanger_step(struct flanger *f, unsigned ch, struct lfo *lfo, const struct node_io *io, size_t i,
			       size_t width)
{
	const struct node_input *in = io->in + ch;
	f32x8 depth = glide_load(&f->depth[ch], io, &in[2 * FLANGER_DEPTH], 0.0f, 1.0f, i, width);
	f32x8 feedback = glide_load(&f->feedback[ch], io, &in[2 * FLANGER_FEEDBACK], 0.0f, 0.95f, i, width);
	f32x8 x = frames_load(&in[2 * FLANGER_IN], i, width), mix = 0.5f * depth, sine, frames, wet;

	lfo_follow(lfo, io, &in[2 * FLANGER_RATE], 0.1f, 10.0f, i, width);
	sine = f32x8_sin2pi(lfo_advance(&f->phase[ch], lfo) + 0.25f * (float)ch);
	frames = (FLANGER_CENTRE_S + FLANGER_SWAY_S * depth * sine) * (float)io->env->sample_rate_hz;
	/* Below 9 kHz sample rate the nearest millisecond is shorter than a vector. */
	wet = line_read(&f->line[ch], f->samples, f->frame, f32x8_max(frames, f32x8_splat((float)LINE_VECTOR_MIN)));
	line_store(&f->line[ch], f->samples, f->frame,
		   FLANGER_LIMIT * f32x8_tanh((x + feedback * wet) * (1.0f / FLANGER_LIMIT)), width);
	return x * (1.0f - mix) + wet * mix;
}

SIMD_INLINE void flanger_run(struct flanger *f, const struct node_io *io, size_t n, size_t width)
{
	struct lfo lfo[2];

	for (size_t i = 0; i < n; i += width) {
		SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++)
			frames_store(io->out[ch], i, width, flanger_step(f, ch, &lfo[ch], io, i, width));
		f->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, flanger_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		flanger_run(state, io, 1, 1);
	else
		flanger_run(state, io, n, SIMD_LANES);
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
