/* A first-order all-pass: all frequencies pass at their level, low ones (g above 0) later than high ones. */
#include "render/dsp/kernel.h"

enum { ALLPASS_IN, ALLPASS_G };

/* At 1 the pole would be on the unit circle. */
#define ALLPASS_G_MAX 0.999f

struct allpass {
	double x, y; /* of the frame before */
};

static void allpass_process(void *state, const struct node_io *io, size_t n)
{
	struct allpass a = *(const struct allpass *)state;

	for (size_t i = 0; i < n; i++) {
		double x = (double)node_input_at(&io->in[ALLPASS_IN], i);
		double g = clamp_f64((double)node_input_at(&io->in[ALLPASS_G], i), -(double)ALLPASS_G_MAX,
				     (double)ALLPASS_G_MAX);

		a.y = g * (x - a.y) + a.x;
		a.x = x;
		io->out[0][i] = (sample)a.y;
	}
	*(struct allpass *)state = a;
}

static size_t allpass_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct allpass);
}

/* Until |g|^n is 60 dB down. */
static double allpass_tail_s(const struct node_env *env, const struct node_input *in)
{
	double g = in[ALLPASS_G].data ? 1.0 : clamp_f64(in[ALLPASS_G].value, -1, 1);

	g = clamp_f64(g < 0 ? -g : g, 0, (double)ALLPASS_G_MAX);
	return (6.91 / (1.0 - g) + 2.0) / env->sample_rate_hz; /* |g|^n < exp(-n (1 - |g|)) */
}

const struct node_def node_allpass = {
	.name = "allpass",
	.doc = "first-order all-pass: turns the phase by frequency and leaves the level",
	.reference = "J. O. Smith, https://ccrma.stanford.edu/~jos/pasp/Allpass_Filters.html",
	.example = "~dry $ saw 110\nout $ ~dry + (~dry # allpass (sine 0.3 * 0.9)) # gain 0.2",
	.params = {
		PARAM_IN,
		{ .name = "g", .unit = "", .min = -1, .max = 1, .doc = "coefficient; held within 0.999 of 0" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = allpass_state_bytes,
	.process = allpass_process,
	.tail_s = allpass_tail_s,
};
