/* Convolution with a fixed room of half a second: the signal itself, six early echoes and an exponential tail,
 *   h(t) = delta(t) + 0.6 delta(t - 21 ms) + 0.4 .. + 0.05 e^(-3 t)  for 0 <= t < 0.5 s,
 * the tail's value being that of each frame at 44.1 kHz, and less at higher rates by their ratio.
 *
 * Nothing so regular needs a transform: the echoes are seven reads of a line, and the tail is the recursion y = r
 * y' + x - r^L x(L frames ago), exact but for rounding, whose traces die away because r < 1. It is kept in double
 * precision since r is within 1e-5 of 1 at high rates. Constant input is amplified by up to 573; a `hpf` before or
 * behind keeps that out of a mix. */
#include "render/dsp/room.h"

enum { ECHOES = 6 };

static const struct {
	double time_s;
	float level;
} echoes[ECHOES] = { { 0.021, 0.6f }, { 0.043, 0.4f },  { 0.067, 0.3f },
		     { 0.089, 0.2f }, { 0.121, 0.15f }, { 0.156, 0.1f } };

#define CONVOLVE_S 0.5
#define TAIL_LEVEL 0.05
#define TAIL_RATE 3.0 /* nepers per second */

struct convolve {
	struct line line;
	uint32_t frame;
	uint32_t echo_frames[ECHOES], end_frames;
	double pole, tail; /* r; y */
	float end_level;   /* r^L */
	float tail_level;
	_Alignas(64) sample samples[];
};

static uint32_t convolve_place(struct convolve *c, const struct node_env *env)
{
	return line_place(&c->line, 0, CONVOLVE_S * env->sample_rate_hz + 1);
}

static size_t convolve_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct convolve layout;

	(void)in;
	return sizeof(struct convolve) + convolve_place(&layout, env) * sizeof(sample);
}

static void convolve_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct convolve *c = state;

	memset(c, 0, convolve_state_bytes(env, in));
	convolve_place(c, env);
	for (unsigned k = 0; k < ECHOES; k++)
		c->echo_frames[k] = (uint32_t)(echoes[k].time_s * env->sample_rate_hz + 0.5);
	c->end_frames = (uint32_t)(CONVOLVE_S * env->sample_rate_hz + 0.5);
	c->pole = f64_exp(-TAIL_RATE / env->sample_rate_hz);
	c->end_level = (float)f64_exp(-TAIL_RATE * c->end_frames / env->sample_rate_hz);
	c->tail_level = (float)(TAIL_LEVEL * ROOM_RATE_HZ / env->sample_rate_hz);
}

SIMD_INLINE f32x8 convolve_step(struct convolve *c, f32x8 x, size_t width)
{
	f32x8 sum = x, tail;

	line_store(&c->line, c->samples, c->frame, x, width);
	SIMD_UNROLL
	for (unsigned k = 0; k < ECHOES; k++)
		sum += echoes[k].level * line_load(&c->line, c->samples, c->frame - c->echo_frames[k]);
	tail = x - c->end_level * line_load(&c->line, c->samples, c->frame - c->end_frames);
	for (size_t j = 0; j < width; j++) {
		c->tail = c->tail * c->pole + (double)tail[j];
		tail[j] = (float)c->tail;
	}
	c->frame += (uint32_t)width;
	return sum + c->tail_level * tail;
}

SIMD_CLONES(static, convolve_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	size_t width = lanes_in_use(n);

	for (size_t i = 0; i < n; i += width)
		frames_store(io->out[0], i, width, convolve_step(state, frames_load(&io->in[0], i, width), width));
}

static double convolve_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return CONVOLVE_S;
}

const struct node_def node_convolve = {
	.name = "convolve",
	.aliases = { "convolution" },
	.doc = "convolution with a fixed room of half a second",
	.reference = "J. O. Smith, Physical Audio Signal Processing, \"Convolution reverb\"; truncated infinite "
		     "impulse responses: A. Wang, J. O. Smith, 1997",
	.example = "out $ s \"rim ~ cp ~\" # convolve * 0.5",
	.params = { PARAM_IN },
	.n_params = 1,
	.time_class = TIME_CARRY,
	.state_bytes = convolve_state_bytes,
	.reset = convolve_reset,
	.process = convolve_process,
	.tail_s = convolve_tail_s,
};
