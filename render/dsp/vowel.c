/* A mouth that says a, e, i, o or u. */
#include "render/dsp/formant.h"

enum { VOWEL_IN, VOWEL_WHICH, VOWELS = 5 };

static const char *const vowel_names[] = { "a", "e", "i", "o", "u", NULL };

/* Mean formants of men: Peterson and Barney, 1952. */
static const float centres_hz[FORMANTS][VOWELS] = {
	{ 730, 530, 270, 570, 300 },
	{ 1090, 1840, 2290, 840, 870 },
	{ 2440, 2480, 3010, 2410, 2240 },
};
static const float widths_hz[FORMANTS] = { 60, 80, 100 };

/* Straight between neighbouring vowels; place is 0..4. */
SIMD_INLINE f32x8 vowel_centre(f32x8 place, unsigned formant)
{
	f32x8 hz = f32x8_splat(centres_hz[formant][0]);

	for (unsigned v = 1; v < VOWELS; v++)
		hz += f32x8_clamp(place - (float)(v - 1), 0.0f, 1.0f) *
		      (centres_hz[formant][v] - centres_hz[formant][v - 1]);
	return hz;
}

SIMD_CLONES(static, vowel_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	float rate_hz = (float)io->env->sample_rate_hz;

	for (size_t i = 0; i < n; i += FRAMES16) {
		struct frames16 place = frames16_clamp(frames16_load(&io->in[VOWEL_WHICH], i, n), 0, VOWELS - 1);
		struct formant_wish to;

		for (unsigned b = 0; b < FORMANTS; b++) {
			to.centre[b].v[0] = vowel_centre(place.v[0], b);
			to.centre[b].v[1] = vowel_centre(place.v[1], b);
			to.width[b] = frames16_splat(widths_hz[b]);
		}
		frames16_store(
			io->out[0], i, n,
			formant_filter(state, &to, frames16_load(&io->in[VOWEL_IN], i, n), io->frame + i, n, rate_hz));
	}
}

static size_t vowel_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct formant);
}

static double vowel_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return 0.04; /* 2.2 / 60 Hz */
}

const struct node_def node_vowel = {
	.name = "vowel",
	.doc = "the formants of a vowel: a, e, i, o, u, or a number from 0 to 4 with all between them",
	.reference = "G. Peterson, H. Barney, Control methods used in a study of the vowels, J. Acoust. Soc. Am. 24, 1952",
	.example = "out $ saw 110 # vowel \"a e i o u\" # gain 0.1",
	.params = {
		PARAM_IN,
		{ .name = "vowel", .unit = "", .min = 0, .max = 4, .words = vowel_names, .doc = "which, or its number" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = vowel_state_bytes,
	.process = vowel_process,
	.tail_s = vowel_tail_s,
};
