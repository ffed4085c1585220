/* Stereo width: middle and side, M = (L + R) / 2 and S = (L - R) / 2; the side is multiplied by the width.
 *
 * A mono signal has no side. Above width 1 an all-passed copy of the middle, 0.3 (width - 1) of it, is added to the side
 * (A. Schroeder all-pass of 5.3 ms: M. R. Schroeder, "An artificial stereophonic effect obtained from a single audio
 * signal", J. Audio Eng. Soc. 6(2), 1958), so that mono sources widen too. The sum of both channels stays what it was, at
 * any width: a mono downmix hears nothing of it. */
#include <string.h>

#include "render/dsp/kernel.h"

enum { WIDENER_IN, WIDENER_WIDTH, WIDENER_PARAMS };

#define ALLPASS_S 0.0053
#define ALLPASS_GAIN 0.5f
#define PSEUDO_SHARE 0.3f

struct widener {
	uint64_t frame;
	uint32_t delay, mask;
	sample ring[];
};

static uint32_t delay_of(const struct node_env *env)
{
	uint32_t frames = (uint32_t)(ALLPASS_S * env->sample_rate_hz + 0.5);

	return frames > 0 ? frames : 1;
}

static uint32_t ring_frames(const struct node_env *env)
{
	uint32_t frames = 64;

	while (frames <= delay_of(env))
		frames *= 2;
	return frames;
}

static size_t widener_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sizeof(struct widener) + ring_frames(env) * sizeof(sample);
}

static void widener_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct widener *w = state;

	memset(w, 0, widener_state_bytes(env, in));
	w->delay = delay_of(env);
	w->mask = ring_frames(env) - 1;
}

/* All-pass over the middle. */
SIMD_INLINE f32x8 allpass_step(struct widener *w, f32x8 x, size_t lanes)
{
	f32x8 y = { 0 };

	for (size_t j = 0; j < lanes; j++, w->frame++) {
		sample late = w->ring[(w->frame - w->delay) & w->mask];
		sample in = x[j] - ALLPASS_GAIN * late;

		w->ring[w->frame & w->mask] = in;
		y[j] = late + ALLPASS_GAIN * in;
	}
	return y;
}

SIMD_CLONES
static void widener_process(void *state, const struct node_io *io, size_t n)
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 left = input_load(&io->in[2 * WIDENER_IN], i, n);
		f32x8 right = input_load(&io->in[2 * WIDENER_IN + 1], i, n);
		f32x8 width = f32x8_clamp(input_load(&io->in[2 * WIDENER_WIDTH], i, n), 0.0f, 2.0f);
		f32x8 share = f32x8_max(width - 1.0f, f32x8_splat(0.0f)) * PSEUDO_SHARE;
		f32x8 middle = (left + right) * 0.5f, side = (left - right) * 0.5f;

		side = side * width + share * allpass_step(state, middle, lanes_in_use(n));
		output_store(io->out[0], i, n, middle + side);
		output_store(io->out[1], i, n, middle - side);
	}
}

static double widener_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return 10 * ALLPASS_S; /* half as loud each time round: 60 dB */
}

const struct node_def node_widener = {
	.name = "widener",
	.aliases = { "width" },
	.doc = "stereo width; 0 is mono, 1 leaves it, above 1 mono sources widen too",
	.reference = "M. R. Schroeder, An artificial stereophonic effect obtained from a single audio signal, J. Audio Eng. "
		     "Soc. 6(2), 1958",
	.example = "out $ saw \"110 165\" # lpf 1200 # gain 0.3 # widener 1.8",
	.params = {
		PARAM_IN,
		{ .name = "width", .unit = "", .def = 1, .min = 0, .max = 2, .flags = PARAM_OPTIONAL,
		  .doc = "factor of what differs between the channels" },
	},
	.n_params = WIDENER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = widener_state_bytes,
	.reset = widener_reset,
	.process = widener_process,
	.tail_s = widener_tail_s,
};
