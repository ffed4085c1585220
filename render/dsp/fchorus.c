/* Chorus of five voices: the signal and four taps about `separation` apart, each wandering over `variation` by a
 * smooth random motion of its own. The two channels wander apart.
 *
 * Places of the motion are fixed-point: 32 bits of cell, 32 of the part between two cells. */
#include "render/dsp/drift.h"
#include "render/dsp/glide.h"

enum { FCHORUS_IN, FCHORUS_SEPARATION, FCHORUS_VARIATION, FCHORUS_RATE, FCHORUS_PARAMS };
enum { TAPS = 4 };

#define SEPARATION_MAX_S 0.1f
#define VARIATION_MAX_S 0.1f
#define RATE_MAX_HZ 20.0f
#define RATE_SPREAD_HZ 0.02f /* each tap is that much quicker than the one before, so that they never agree for long */
#define VOICE_GAIN 0.2f      /* of five */
#define TAP_SLOPE 0.5f       /* frames of delay per frame, when a time jumps */

struct fchorus {
	struct line line;
	uint32_t frame;
	uint64_t place[TAPS];
	struct glide separation, variation; /* in frames */
	_Alignas(64) sample samples[];
};

static uint32_t fchorus_place(struct fchorus *c, const struct node_env *env)
{
	return line_place(&c->line, 0,
			  (double)(TAPS * SEPARATION_MAX_S + VARIATION_MAX_S) * env->sample_rate_hz + LINE_READ_MIN);
}

static size_t fchorus_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct fchorus layout;

	(void)in;
	return sizeof(struct fchorus) + fchorus_place(&layout, env) * sizeof(sample);
}

static void fchorus_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct fchorus *c = state;

	memset(c, 0, fchorus_state_bytes(env, in));
	fchorus_place(c, env);
}

/* The motion of tap k over eight frames. */
SIMD_INLINE f32x8 fchorus_drift(struct fchorus *c, unsigned k, const struct node_io *io, f32x8 rate_hz, size_t width)
{
	uint32_t key = (uint32_t)(io->id ^ io->id >> 32 ^ io->env->seed) + k * 0x9e3779b9u;
	double step_per_hz = 0x1p32 / io->env->sample_rate_hz;
	uint64_t at = c->place[k];
	u32x8 cell;
	f32x8 t;

	for (size_t j = 0; j < SIMD_LANES; j++) {
		cell[j] = (uint32_t)(at >> 32);
		t[j] = (float)((uint32_t)at >> 8) * 0x1p-24f;
		if (j < width)
			at += (uint64_t)((double)(rate_hz[j] + RATE_SPREAD_HZ * (float)k) * step_per_hz);
	}
	c->place[k] = at;
	return drift_at(u32x8_splat(key), cell, t);
}

SIMD_INLINE f32x8 frames_of(struct glide *g, const struct node_io *io, unsigned p, float max_s, size_t i, size_t width)
{
	f32x8 time_s = f32x8_clamp(frames_load(&io->in[p], i, width), 0.0f, max_s);

	return glide_follow(g, time_s * (float)io->env->sample_rate_hz, TAP_SLOPE / TAPS, width);
}

SIMD_INLINE void fchorus_run(struct fchorus *c, const struct node_io *io, size_t n, size_t width)
{
	for (size_t i = 0; i < n; i += width) {
		f32x8 x = frames_load(&io->in[FCHORUS_IN], i, width), sum = x;
		f32x8 separation = frames_of(&c->separation, io, FCHORUS_SEPARATION, SEPARATION_MAX_S, i, width);
		f32x8 variation = frames_of(&c->variation, io, FCHORUS_VARIATION, VARIATION_MAX_S, i, width);
		f32x8 rate_hz = f32x8_clamp(frames_load(&io->in[FCHORUS_RATE], i, width), 0.0f, RATE_MAX_HZ);

		line_store(&c->line, c->samples, c->frame, x, width);
		for (unsigned k = 0; k < TAPS; k++) {
			f32x8 drift = 0.5f + 0.5f * fchorus_drift(c, k, io, rate_hz, width);
			f32x8 frames = separation * (float)(k + 1) + variation * drift;

			sum += line_read(&c->line, c->samples, c->frame, frames + (float)LINE_READ_MIN);
		}
		frames_store(io->out[0], i, width, sum * VOICE_GAIN);
		c->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, fchorus_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		fchorus_run(state, io, 1, 1);
	else
		fchorus_run(state, io, n, SIMD_LANES);
}

static double fchorus_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return (double)(TAPS * SEPARATION_MAX_S + VARIATION_MAX_S);
}

const struct node_def node_fchorus = {
	.name = "fchorus",
	.doc = "chorus of five voices that wander at random",
	.reference = "S. Perttu, FunDSP, https://github.com/SamiPerttu/fundsp (chorus)",
	.example = "out $ saw \"110 165\" # fchorus 0.015 0.005 0.5",
	.params = {
		PARAM_IN,
		{ .name = "separation", .unit = "s", .min = 0, .max = (double)SEPARATION_MAX_S, .doc = "between voices" },
		{ .name = "variation", .unit = "s", .min = 0, .max = (double)VARIATION_MAX_S,
		  .doc = "how far each wanders; keep it below a tenth of 1 / rate" },
		{ .name = "rate", .unit = "Hz", .min = 0, .max = (double)RATE_MAX_HZ, .doc = "turns of the wandering per second" },
	},
	.n_params = FCHORUS_PARAMS,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = fchorus_state_bytes,
	.reset = fchorus_reset,
	.process = fchorus_process,
	.tail_s = fchorus_tail_s,
};
