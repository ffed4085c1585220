/* Channel vocoder: the levels of a modulator's bands shape the same bands of a carrier.
 *
 * Bands lie evenly on a logarithmic scale from 100 Hz to 10 kHz; each is two band-passes of q 1.3 in a row, as wide as
 * one of q 2 but falling by 12 dB per octave on either side, with gain 2 at its centre, for the modulator and for the
 * carrier. Levels follow the modulator's bands with a time constant of 2.26 ms
 * upwards and 0.215 ms downwards (0.01 and 0.1 of the way per frame at 44.1 kHz). The sum is divided by the root of
 * the number of bands. Bands are the lanes of vectors, so a frame costs the same for one and for eight. H. Dudley,
 * "Remaking speech", J. Acoust. Soc. Am. 11, 1939. */
#include <math.h>

#include "render/dsp/matched.h"
#include "render/dsp/onepole.h"

enum { VOCODER_IN, VOCODER_CARRIER, VOCODER_BANDS };
enum { IN_A_ROW = 2 };
enum { BANDS_MIN = 2, BANDS_MAX = 32, BAND_VECTORS = BANDS_MAX / SIMD_LANES };

#define BANDS_LOWEST_HZ 100.0
#define BANDS_HIGHEST_HZ 10000.0
#define BANDS_Q 1.2871885f /* 2 sqrt(sqrt 2 - 1): each is 1.5 dB down where both are 3 dB down */
#define BANDS_GAIN 2.0     /* of both at the centre */
#define RISE_S 2.2563e-3f
#define FALL_S 2.1522e-4f

/* What one frame does to the integrators of a filter; see struct svf_step. */
struct band_step {
	f32x8 a11, a22, a21, b2, from_x, from_1, from_2;
};

struct band {
	f32x8 s1[IN_A_ROW], s2[IN_A_ROW];
};

struct vocoder {
	struct band_step step[BAND_VECTORS];
	struct band modulator[BAND_VECTORS], carrier[BAND_VECTORS];
	f32x8 level[BAND_VECTORS];
	f32x8 rise, fall;
	uint32_t vectors;
};

static unsigned band_count(const struct node_input *in)
{
	return (unsigned)(clamp_f64(in[VOCODER_BANDS].value, BANDS_MIN, BANDS_MAX) + 0.5);
}

/* Gain 0 for lanes that are no band. */
static struct band_step band_steps(f32x8 w, f32x8 gain)
{
	struct matched m = matched_band(w, f32x8_splat(BANDS_Q), false);
	f32x8 g = f32x8_sqrt(m.g2), k = f32x8_sqrt(m.k2);
	f32x8 a1 = 1.0f / (1.0f + g * k + m.g2), a2 = g * a1, a3 = m.g2 * a1;
	f32x8 of_band = m.band - m.high * k;

	return (struct band_step){
		.a11 = 2.0f * a1 - 1.0f,
		.a22 = 1.0f - 2.0f * a3,
		.a21 = 2.0f * a2,
		.b2 = 2.0f * a3,
		.from_x = gain * (m.high + of_band * a2 - m.high * a3),
		.from_1 = gain * (of_band * a1 - m.high * a2),
		.from_2 = gain * (m.high * (a3 - 1.0f) - of_band * a2),
	};
}

/* What each filter's output is multiplied by, so that modulator's and carrier's together are divided by the root of the
 * number of bands; q is a filter's own gain at the centre. */
static float filter_gain(unsigned bands)
{
	return (float)sqrt(BANDS_GAIN / sqrt(sqrt(bands))) / BANDS_Q;
}

static void vocoder_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct vocoder *v = state;
	unsigned bands = band_count(in);
	double step = log(BANDS_HIGHEST_HZ / BANDS_LOWEST_HZ) / (bands - 1);

	memset(v, 0, sizeof(*v));
	v->vectors = (bands + SIMD_LANES - 1) / SIMD_LANES;
	for (unsigned b = 0; b < BANDS_MAX; b += SIMD_LANES) {
		f32x8 w, gain;

		for (unsigned i = 0; i < SIMD_LANES; i++) {
			double turns = BANDS_LOWEST_HZ * exp(step * (b + i)) / env->sample_rate_hz;

			gain[i] = b + i < bands ? filter_gain(bands) : 0.0f;
			w[i] = (float)(2 * M_PI * clamp_f64(turns, 0, 0.485));
		}
		v->step[b / SIMD_LANES] = band_steps(w, gain);
	}
	v->rise = onepole_share(f32x8_splat(RISE_S), (float)env->sample_rate_hz);
	v->fall = onepole_share(f32x8_splat(FALL_S), (float)env->sample_rate_hz);
}

SIMD_INLINE f32x8 band_tick(struct band *b, const struct band_step *s, f32x8 x)
{
	SIMD_UNROLL
	for (unsigned i = 0; i < IN_A_ROW; i++) {
		f32x8 y = s->from_x * x + (s->from_1 * b->s1[i] + s->from_2 * b->s2[i]);
		f32x8 s1 = s->a11 * b->s1[i] + s->a21 * (x - b->s2[i]);

		b->s2[i] = s->a21 * b->s1[i] + (s->a22 * b->s2[i] + s->b2 * x);
		b->s1[i] = s1;
		x = y;
	}
	return x;
}

SIMD_INLINE f32x8 vocoder_tick(struct vocoder *v, unsigned i, f32x8 modulator, f32x8 carrier)
{
	f32x8 heard = f32x8_abs(band_tick(&v->modulator[i], &v->step[i], modulator));
	f32x8 way = f32x8_select(heard > v->level[i], v->rise, v->fall);

	v->level[i] += way * (heard - v->level[i]);
	return v->level[i] * band_tick(&v->carrier[i], &v->step[i], carrier);
}

SIMD_INLINE float sum_of(f32x8 x)
{
	return ((x[0] + x[4]) + (x[1] + x[5])) + ((x[2] + x[6]) + (x[3] + x[7]));
}

SIMD_CLONES(static, vocoder_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct vocoder *v = state;

	for (size_t f = 0; f < n; f++) {
		f32x8 modulator = f32x8_splat(node_input_at(&io->in[VOCODER_IN], f));
		f32x8 carrier = f32x8_splat(node_input_at(&io->in[VOCODER_CARRIER], f)), sum = f32x8_splat(0);

		for (unsigned i = 0; i < v->vectors; i++)
			sum += vocoder_tick(v, i, modulator, carrier);
		io->out[0][f] = sum_of(sum);
	}
}

static size_t vocoder_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct vocoder);
}

static double vocoder_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return 0.05; /* q 1.3 at 100 Hz, twice */
}

const struct node_def node_vocoder = {
	.name = "vocoder",
	.doc = "gives a carrier the spectrum of a modulator, band by band",
	.reference = "H. Dudley, Remaking speech, J. Acoust. Soc. Am. 11, 1939",
	.example = "~beat $ s \"bd sn hh*2 sn\"\nout $ vocoder ~beat (saw 110 + saw 165) 16 # gain 0.5",
	.params = {
		{ .name = "modulator", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .flags = PARAM_INPUT,
		  .doc = "whose levels are taken: a voice, drums" },
		{ .name = "carrier", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "what is heard: something rich in overtones" },
		{ .name = "bands", .unit = "", .min = BANDS_MIN, .max = BANDS_MAX, .flags = PARAM_CONST,
		  .doc = "number of bands between 100 Hz and 10 kHz" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = vocoder_state_bytes,
	.reset = vocoder_reset,
	.process = vocoder_process,
	.tail_s = vocoder_tail_s,
};
