/* Three bells in series. A step of a gain would be a jump of the output, so gains glide with a time constant of 5
 * ms; steps of frequency and q are smooth by themselves (svf.h). */
#include "render/dsp/onepole.h"
#include "render/dsp/svf.h"

enum { EQ_IN, EQ_FREQ, EQ_GAIN, EQ_Q, EQ_BANDS = 3, EQ_BAND_PARAMS = 3 };

#define EQ_GAIN_MAX_DB 20.0f
#define EQ_Q_MIN 0.1f
#define EQ_Q_MAX 10.0f

#define EQ_GLIDE_S 0.005f
#define EQ_GLIDE_END_DB 1e-4 /* of a glide: there it arrives */

struct eq_band {
	struct svf svf;
	double gain_db;
	uint64_t has_begun;
};

struct eq {
	struct eq_band band[EQ_BANDS];
};

SIMD_INLINE bool eq_has_arrived(const struct eq_band *b, struct frames16 to)
{
	sample there = (sample)b->gain_db;
	uint32_t bits;

	memcpy(&bits, &there, sizeof(bits));
	return b->has_begun && (double)there == b->gain_db && frames16_are(to, bits);
}

/* Gains of frames i..i+15 of a call with n frames, on their way. */
SIMD_INLINE struct frames16 eq_glide(struct eq_band *b, const struct node_input *gain, size_t i, size_t n, double share)
{
	struct frames16 to = frames16_clamp(frames16_load(gain, i, n), -EQ_GAIN_MAX_DB, EQ_GAIN_MAX_DB);
	sample glided[FRAMES16] = { 0 };

	if (eq_has_arrived(b, to))
		return to;
	frames16_store(glided, 0, n, to);
	for (size_t j = 0; j < (n == 1 ? 1 : FRAMES16); j++) {
		double left = (double)glided[j] - b->gain_db;
		bool is_there = !b->has_begun || (left < EQ_GLIDE_END_DB && left > -EQ_GLIDE_END_DB);

		b->gain_db = is_there ? (double)glided[j] : b->gain_db + share * left;
		b->has_begun = 1;
		glided[j] = (sample)b->gain_db;
	}
	return frames16_load(&(struct node_input){ .data = glided }, 0, n);
}

SIMD_INLINE void eq_tune(struct eq_band *band, const struct node_input *in, size_t i, size_t n, float rate_hz,
			 double share)
{
	struct svf_wish to = {
		.hz = frames16_load(&in[EQ_FREQ], i, n),
		.q = frames16_clamp(frames16_load(&in[EQ_Q], i, n), EQ_Q_MIN, EQ_Q_MAX),
		.gain_db = eq_glide(band, &in[EQ_GAIN], i, n, share),
	};

	svf_tune(&band->svf, MATCHED_BELL, true, &to, rate_hz);
}

SIMD_CLONES(static, eq_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct eq *eq = state;
	float rate_hz = (float)io->env->sample_rate_hz;
	double share = (double)onepole_share(f32x8_splat(EQ_GLIDE_S), rate_hz)[0];

	for (size_t i = 0; i < n; i += FRAMES16) {
		struct frames16 x = frames16_load(&io->in[EQ_IN], i, n);

		for (unsigned b = 0; b < EQ_BANDS; b++) {
			eq_tune(&eq->band[b], io->in + b * EQ_BAND_PARAMS, i, n, rate_hz, share);
			x = svf_filter(&eq->band[b].svf, x, io->frame + i, n);
		}
		frames16_store(io->out[0], i, n, x);
	}
}

static size_t eq_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct eq);
}

/* A boost rings as a resonance of its q times the root of its gain; the longest counts, twice for the three. */
static double eq_tail_s(const struct node_env *env, const struct node_input *in)
{
	double longest_s = 0;

	(void)env;
	for (unsigned b = 0; b < EQ_BANDS; b++) {
		const struct node_input *of = in + b * EQ_BAND_PARAMS;
		double s = 3.2 * svf_ring_s(&of[EQ_FREQ], &of[EQ_Q], (double)EQ_Q_MIN, (double)EQ_Q_MAX);

		longest_s = s > longest_s ? s : longest_s;
	}
	return 2 * longest_s;
}

#define EQ_BAND(number)                                                                                                \
	{ .name = "freq" number, .unit = "Hz", .min = 20, .max = 20000, .doc = "centre of band " number },             \
		{ .name = "gain" number, .unit = "dB", .min = -20, .max = 20, .doc = "gain there" },                   \
	{                                                                                                              \
		.name = "q" number, .unit = "", .min = 0.1, .max = 10,                                                 \
		.doc = "centre over the width between the points of half the decibels"                                 \
	}

const struct node_def node_parametric_eq = {
	.name = "parametric_eq",
	.aliases = { "eq" },
	.doc = "equaliser: three bells, each with frequency, gain and q",
	.reference =
		"M. Vicanek, Matched Second Order Digital Filters (2016); R. Bristow-Johnson's bell as the prototype",
	.example = "out $ saw 110 # eq 120 6 1 800 -9 2 5000 4 0.7 # gain 0.2",
	.params = { PARAM_IN, EQ_BAND("1"), EQ_BAND("2"), EQ_BAND("3") },
	.n_params = 10,
	.time_class = TIME_CARRY,
	.state_bytes = eq_state_bytes,
	.process = eq_process,
	.tail_s = eq_tail_s,
};
