/* Stereo width: middle and side, M = (L + R) / 2 and S = (L - R) / 2; the side is multiplied by the width.
 *
 * A mono signal has no side. Above width 1 an all-passed copy of the middle, 0.3 (width - 1) of it, is added to the side
 * (A. Schroeder all-pass of 5.3 ms: M. R. Schroeder, "An artificial stereophonic effect obtained from a single audio
 * signal", J. Audio Eng. Soc. 6(2), 1958), so that mono sources widen too. The sum of both channels stays what it was, at
 * any width: a mono downmix hears nothing of it. */
#include <string.h>

#include "render/dsp/glide.h"

enum { WIDENER_IN, WIDENER_WIDTH, WIDENER_PARAMS };

#define ALLPASS_S 0.0053
#define ALLPASS_GAIN 0.5f
#define PSEUDO_SHARE 0.3f

struct widener {
	uint64_t frame;
	uint32_t delay;
	struct line line;
	struct glide width;
	sample ring[] __attribute__((aligned(64)));
};

/* At least a vector, so that eight frames do not need each other. */
static uint32_t delay_of(const struct node_env *env)
{
	return (uint32_t)clamp_f64(ALLPASS_S * env->sample_rate_hz + 0.5, SIMD_LANES, 1e6);
}

static size_t widener_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct line l;

	(void)in;
	return sizeof(struct widener) + line_place(&l, 0, delay_of(env)) * sizeof(sample);
}

static void widener_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct widener *w = state;

	memset(w, 0, widener_state_bytes(env, in));
	w->delay = delay_of(env);
	line_place(&w->line, 0, w->delay);
}

/* All-pass over the middle. */
SIMD_INLINE f32x8 allpass_step(struct widener *w, f32x8 x, size_t lanes)
{
	f32x8 late = line_load(&w->line, w->ring, (uint32_t)w->frame - w->delay);
	f32x8 kept = x - ALLPASS_GAIN * late;

	line_store(&w->line, w->ring, (uint32_t)w->frame, kept, lanes);
	w->frame += lanes;
	return late + ALLPASS_GAIN * kept;
}

SIMD_CLONES(static, widener_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct widener *w = state;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 left = input_load(&io->in[2 * WIDENER_IN], i, n);
		f32x8 right = input_load(&io->in[2 * WIDENER_IN + 1], i, n);
		f32x8 width = glide_load(&w->width, io, &io->in[2 * WIDENER_WIDTH], 0.0f, 2.0f, i, lanes);
		f32x8 share = f32x8_max(width - 1.0f, f32x8_splat(0.0f)) * PSEUDO_SHARE;
		f32x8 middle = (left + right) * 0.5f, side = (left - right) * 0.5f;

		side = side * width + share * allpass_step(w, middle, lanes);
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
