/* Vibrato: the signal itself, read at a delay that a sine moves, so that its pitch sways. */
#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

enum { VIBRATO_IN, VIBRATO_RATE, VIBRATO_DEPTH, VIBRATO_PARAMS };

#define VIBRATO_S 0.010f
#define VIBRATO_DEPTH_MAX 2.0f

struct vibrato {
	struct line line;
	uint32_t frame;
	uint64_t phase;
	struct glide depth;
	_Alignas(64) sample samples[];
};

static uint32_t vibrato_place(struct vibrato *v, const struct node_env *env)
{
	return line_place(&v->line, 0, (double)(VIBRATO_S * VIBRATO_DEPTH_MAX) * env->sample_rate_hz + LINE_READ_MIN);
}

static size_t vibrato_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct vibrato layout;

	(void)in;
	return sizeof(struct vibrato) + vibrato_place(&layout, env) * sizeof(sample);
}

static void vibrato_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct vibrato *v = state;

	memset(v, 0, vibrato_state_bytes(env, in));
	vibrato_place(v, env);
}

/* The depth of 2 takes at least 20 ms to arrive, or reading would outrun the signal. */
SIMD_INLINE f32x8 vibrato_depth(struct vibrato *v, const struct node_io *io, size_t i, size_t width)
{
	f32x8 depth = f32x8_clamp(frames_load(&io->in[VIBRATO_DEPTH], i, width), 0.0f, VIBRATO_DEPTH_MAX);

	return glide_follow(&v->depth, depth, 0.5f / (VIBRATO_S * (float)io->env->sample_rate_hz), width);
}

SIMD_INLINE void vibrato_run(struct vibrato *v, const struct node_io *io, size_t n, size_t width)
{
	float sway_frames = 0.5f * VIBRATO_S * (float)io->env->sample_rate_hz;
	struct lfo lfo;

	for (size_t i = 0; i < n; i += width) {
		f32x8 above, frames;

		lfo_follow(&lfo, io, &io->in[VIBRATO_RATE], 0.1f, 20.0f, i, width);
		/* Rounding must not ask for the frame after this one. */
		above = f32x8_max(1.0f + f32x8_sin2pi(lfo_advance(&v->phase, &lfo)), f32x8_splat(0.0f));
		frames = sway_frames * vibrato_depth(v, io, i, width) * above;

		line_store(&v->line, v->samples, v->frame, frames_load(&io->in[VIBRATO_IN], i, width), width);
		frames_store(io->out[0], i, width,
			     line_read(&v->line, v->samples, v->frame, frames + (float)LINE_READ_MIN));
		v->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, vibrato_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		vibrato_run(state, io, 1, 1);
	else
		vibrato_run(state, io, n, SIMD_LANES);
}

static double vibrato_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return (double)(VIBRATO_S * VIBRATO_DEPTH_MAX);
}

const struct node_def node_vibrato = {
	.name = "vibrato",
	.aliases = { "vib" },
	.doc = "swaying pitch; it comes one frame late",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 2",
	.example = "out $ tri \"220 330\" # vibrato 5.5 0.2 # gain 0.8",
	.params = {
		PARAM_IN,
		{ .name = "rate", .unit = "Hz", .min = 0.1, .max = 20, .doc = "of the sway" },
		{ .name = "depth", .unit = "", .min = 0, .max = 2, .doc = "1 sways between 0 and 10 ms of delay" },
	},
	.n_params = VIBRATO_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = vibrato_state_bytes,
	.reset = vibrato_reset,
	.process = vibrato_process,
	.tail_s = vibrato_tail_s,
};
