/* A mouth of one's own: three formants. */
#include "render/dsp/formant.h"

enum { FORMANT_IN, FORMANT_CENTRES, FORMANT_WIDTHS = FORMANT_CENTRES + FORMANTS };

SIMD_CLONES(static, formant_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	float rate_hz = (float)io->env->sample_rate_hz;

	for (size_t i = 0; i < n; i += FRAMES16) {
		struct formant_wish to;

		for (unsigned b = 0; b < FORMANTS; b++) {
			to.centre[b] = frames16_load(&io->in[FORMANT_CENTRES + b], i, n);
			to.width[b] = frames16_load(&io->in[FORMANT_WIDTHS + b], i, n);
		}
		frames16_store(io->out[0], i, n,
			       formant_filter(state, &to, frames16_load(&io->in[FORMANT_IN], i, n), io->frame + i, n,
					      rate_hz));
	}
}

static size_t formant_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct formant);
}

/* The narrowest band rings longest: amplitude falls as exp(-pi width t). */
static double formant_tail_s(const struct node_env *env, const struct node_input *in)
{
	double narrowest_hz = 5000;

	(void)env;
	for (unsigned b = 0; b < FORMANTS; b++) {
		double width = in[FORMANT_WIDTHS + b].data ? 1 : clamp_f64(in[FORMANT_WIDTHS + b].value, 1, 5000);
		narrowest_hz = width < narrowest_hz ? width : narrowest_hz;
	}
	return 2.2 / narrowest_hz + 0.05;
}

#define FORMANT_CENTRE(number)                                                                                         \
	{                                                                                                              \
		.name = "f" number, .unit = "Hz", .min = 20, .max = 20000, .doc = "centre of formant " number          \
	}
#define FORMANT_WIDTH(number)                                                                                          \
	{                                                                                                              \
		.name = "bw" number, .unit = "Hz", .min = 1, .max = 5000, .doc = "width of formant " number            \
	}

const struct node_def node_formant = {
	.name = "formant",
	.doc = "three band-passes side by side, each with gain f/bw at its centre; half of their sum",
	.reference = "G. Peterson, H. Barney, Control methods used in a study of the vowels, J. Acoust. Soc. Am. 24, 1952",
	.example = "out $ saw 110 # formant 730 1090 2440 60 80 100 # gain 0.1",
	.params = {
		PARAM_IN,
		FORMANT_CENTRE("1"), FORMANT_CENTRE("2"), FORMANT_CENTRE("3"),
		FORMANT_WIDTH("1"), FORMANT_WIDTH("2"), FORMANT_WIDTH("3"),
	},
	.n_params = 7,
	.time_class = TIME_CARRY,
	.state_bytes = formant_state_bytes,
	.process = formant_process,
	.tail_s = formant_tail_s,
};
