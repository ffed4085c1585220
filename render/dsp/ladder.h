/* The transistor ladder: four one-pole low-passes in a row whose output comes back to the input, turned over, times
 * 4 res. What moog_ladder and moog_hz share; they differ in what saturates.
 *
 * The one-poles are trapezoidal integrators and the loop has no delay: V. Zavalishin, "The Art of VA Filter Design",
 * 2.1.2, sections 5.1 and 6.3; the circuit is R. Moog's (US patent 3475623), its saturation A. Huovilainen,
 * "Non-linear digital implementation of the Moog ladder filter", DAFx 2004. So at the cutoff each pole turns by exactly
 * 45 degrees and the filter oscillates there, in tune. With y4 = B u + S, where S is what the states bring and B the
 * gain through all four at once, either loop is one equation in one unknown,
 *
 *	v + k B tanh(v) = r
 *
 * of which the left side rises steadily, so it has one root. For r > 0 the left side is concave, so each of its tangents
 * meets r below the root, and Newton's method goes on from there without passing it: two steps from the best of four
 * tangents leave 4e-6. tanh is v (27 + v^2) / (27 + 9 v^2) up to 3, and 1 from there, which has no corner and needs no
 * exponential.
 *
 * What is heard is not the last pole but a mixture of the loop's input and of all four poles, which makes up for what
 * trapezoidal integrators do to high frequencies (four zeros at half the sample rate: 6.6 dB too low at 10 kHz for a
 * cutoff of 1 kHz at 44.1 kHz). With S = i tan(w/2) / g, mixing pole n (0: the input) with weight m_n makes
 *
 *	H = gain (n2 S^2 + n1 S + 1)^2 / ((1 + S)^4 + k)
 *
 * out of the loop. As in matched.h, g and k put the pair of poles that rings where sampling the prototype's impulse
 * response puts it, and gain, n2 and n1 make the magnitude right at 0 Hz, at half the sample rate and at 9 kHz (at
 * 44.1 kHz). The prototype 1 / ((1 + s)^4 + k) has its pairs at -1 + h +- i h and -1 - h +- i h, where h is the fourth
 * root of k/4. That leaves 0.3 dB up to 10 kHz for any cutoff and resonance. */
#ifndef RENDER_DSP_LADDER_H
#define RENDER_DSP_LADDER_H

#include "render/dsp/kernel.h"
#include "render/dsp/matched.h"
#include "render/dsp/slew.h"

enum { LADDER_IN, LADDER_CUTOFF, LADDER_RES };
enum { LADDER_POLES = 4, LADDER_STEPS = 2, LADDER_TANGENTS = 3 };

#define LADDER_HZ_MIN 20.0f
#define LADDER_HZ_MAX 20000.0f

enum ladder_voicing {
	LADDER_CLEAN,  /* only what comes back saturates: linear until it sings */
	LADDER_DRIVEN, /* the sum at the input saturates, so loud sounds do */
};

/* Weights of the loop's input and of its poles. */
enum { LADDER_TAPS = LADDER_POLES + 1 };

/* Of eight frames: g / (1 + g), feedback, the mixture, and where tangents of v + k B tanh(v) meet r: at slope r + rest. */
struct ladder_tuning {
	f32x8 through, k, mix[LADDER_TAPS];
	f32x8 slope[LADDER_TANGENTS], rest[LADDER_TANGENTS];
};

/* Zero at frame 0. */
struct ladder {
	struct ladder_tuning tuning;
	uint32_t is_tuned; /* to parameters that stand still */
	struct slew cutoff;
	double s[LADDER_POLES];
};

/* --- Coefficients ----------------------------------------------------------------------------------------------- */

/* Square of |(1 + i r)^4 + 4 h^4|, pair by pair. */
SIMD_INLINE f32x8 ladder_below(f32x8 r2, f32x8 h)
{
	f32x8 near2 = (1.0f - h) * (1.0f - h), far2 = (1.0f + h) * (1.0f + h), h2 = h * h;
	f32x8 near = near2 + h2 - r2, far = far2 + h2 - r2;

	return (near * near + 4.0f * near2 * r2) * (far * far + 4.0f * far2 * r2);
}

/* 1 + 4 h^4, the same at 0 Hz. */
SIMD_INLINE f32x8 ladder_still(f32x8 h)
{
	f32x8 h2 = h * h;

	return 1.0f + 4.0f * (h2 * h2);
}

/* The loop whose ringing pair is tanh of half the prototype's, w radians per frame times -1 + h + i h. */
SIMD_INLINE void ladder_loop(f32x8 w, f32x8 h, f32x8 *g, f32x8 *loop_h)
{
	f32x8 turn = w * h * 0.079577472f, sine = f32x8_sin2pi(turn), cosine = f32x8_cos2pi(turn);
	f32x8 sinh = matched_sinh(0.5f * w * (1.0f - h)), sinh2 = sinh * sinh;
	f32x8 imag = sine * cosine, real = sinh * f32x8_sqrt(1.0f + sinh2);

	*g = (real + imag) / (cosine * cosine + sinh2);
	*loop_h = imag / (real + imag);
}

/* Weights of (n2 S^2 + n1 S + 1)^2 gain, told in powers of 1 + S. */
SIMD_INLINE void ladder_mix(f32x8 mix[LADDER_TAPS], f32x8 n2, f32x8 n1, f32x8 gain)
{
	f32x8 a = n2, b = n1 - 2.0f * n2, c = 1.0f - n1 + n2;

	mix[0] = gain * (a * a);
	mix[1] = gain * (2.0f * a * b);
	mix[2] = gain * (b * b + 2.0f * a * c);
	mix[3] = gain * (2.0f * b * c);
	mix[4] = gain * (c * c);
}

/* Tangents of v + c tanh(v); the fourth, far out, is v + c. */
SIMD_INLINE void ladder_tangents(struct ladder_tuning *t, f32x8 c)
{
	static const float at[] = { 0, 0.7f, 1.5f }, level[] = { 0, 0.612639f, 0.928571f };
	static const float steepness[] = { 1, 0.660641f, 0.183674f };

	SIMD_UNROLL
	for (unsigned i = 0; i < LADDER_TANGENTS; i++) {
		t->slope[i] = 1.0f / (1.0f + c * steepness[i]);
		t->rest[i] = at[i] - t->slope[i] * (at[i] + c * level[i]);
	}
}

/* hz is clamped, k in 0..5. Where it all but sings, a magnitude near the cutoff says little about the numerator, so
 * that is then taken from a bit below. */
SIMD_INLINE struct ladder_tuning ladder_tune(f32x8 hz, f32x8 k, float sample_rate_hz)
{
	struct ladder_tuning t;
	f32x8 w = f32x8_min(hz * (6.2831853f / sample_rate_hz), f32x8_splat(3.0787608f)); /* 0.49 of the rate */
	f32x8 ringing = f32x8_min(k, f32x8_splat(4.0f)), h = f32x8_sqrt(f32x8_sqrt(0.25f * ringing));
	f32x8 fit_h = f32x8_min(h, f32x8_splat(0.998f)), per_w2 = 1.0f / (w * w);
	f32x8 g, loop_h, fit_g, fit_loop_h, two, at, gain, level, rest, n1, n2, ratio;

	ladder_loop(w, h, &g, &loop_h);
	fit_g = g;
	fit_loop_h = loop_h;
	if (i32x8_any(h > fit_h))
		ladder_loop(w, fit_h, &fit_g, &fit_loop_h);
	t.through = g / (1.0f + g);
	t.k = 4.0f * (loop_h * loop_h) * (loop_h * loop_h) + (k - ringing);
	two = t.through * t.through;
	ladder_tangents(&t, t.k * (two * two));

	at = MATCHED_FIT_TAN2 / (fit_g * fit_g);
	gain = ladder_still(fit_loop_h) / ladder_still(fit_h);
	level = f32x8_sqrt(ladder_below(at, fit_loop_h) / ladder_below(MATCHED_FIT_W2 * per_w2, fit_h)) / gain;
	n2 = f32x8_sqrt(1.0f / (gain * f32x8_sqrt(ladder_below(MATCHED_PI2 * per_w2, fit_h))));
	rest = 1.0f - n2 * at;
	n1 = f32x8_sqrt(f32x8_max(level - rest * rest, f32x8_splat(0)) / at);
	ratio = g / fit_g;
	ladder_mix(t.mix, n2 * ratio * ratio, n1 * ratio, gain);
	return t;
}

/* --- Frames ----------------------------------------------------------------------------------------------------- */

SIMD_INLINE double ladder_tanh(double v)
{
	double c = clamp_f64(v, -3.0, 3.0), c2 = c * c;

	return c * (27.0 + c2) / (27.0 + 9.0 * c2);
}

/* v + c tanh(v) = r, c >= 0, with tangents in lane j of t. The quotient of a step is widened by the square of tanh's
 * denominator, so that a step divides once. */
SIMD_INLINE double ladder_root(double r, double c, const struct ladder_tuning *t, size_t j)
{
	double size = r < 0 ? -r : r, v = size - c;

	for (unsigned i = 0; i < LADDER_TANGENTS; i++) {
		double meets = size * (double)t->slope[i][j] + (double)t->rest[i][j];

		v = meets > v ? meets : v;
	}
	for (unsigned i = 0; i < LADDER_STEPS; i++) {
		double at = v < 3.0 ? v : 3.0, at2 = at * at, below = 27.0 + 9.0 * at2, steep = at2 - 9.0;
		double over = (v - size) * below + c * (at * (27.0 + at2));

		v -= over * below / (below * below + 9.0 * c * (steep * steep));
	}
	return r < 0 ? -v : v;
}

/* One frame, lane j of the tuning. */
SIMD_INLINE double ladder_tick(double s[LADDER_POLES], enum ladder_voicing voicing, double x,
			       const struct ladder_tuning *t, size_t j)
{
	double through = (double)t->through[j], k = (double)t->k[j], kept = 1.0 - through;
	double two = through * through, all = two * two, brought, u, y;

	brought = kept * ((s[0] * through + s[1]) * two + (s[2] * through + s[3]));
	if (voicing == LADDER_DRIVEN)
		u = ladder_tanh(ladder_root(x - k * brought, k * all, t, j));
	else
		u = x - k * ladder_tanh(ladder_root(all * x + brought, k * all, t, j));
	y = u * (double)t->mix[0][j];
	for (unsigned p = 0; p < LADDER_POLES; p++) {
		double v = (u - s[p]) * through;

		u = v + s[p];
		s[p] = u + v;
		y += u * (double)t->mix[p + 1][j];
	}
	return y;
}

/* node_def.process; inline it into a function under SIMD_CLONES. k is feedback at res 1. */
SIMD_INLINE void ladder_process(enum ladder_voicing voicing, float k, void *state, const struct node_io *io, size_t n)
{
	const struct node_input *in = io->in, *hz = &in[LADDER_CUTOFF], *res = &in[LADDER_RES];
	struct ladder *l = state;
	struct ladder_tuning t = l->tuning;
	double s[LADDER_POLES];

	memcpy(s, l->s, sizeof(s));
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (hz->data || res->data || !l->is_tuned) {
			t = ladder_tune(slew_load(&l->cutoff, io, hz, LADDER_HZ_MIN, LADDER_HZ_MAX, i, n),
					k * f32x8_clamp(input_load(res, i, n), 0.0f, 1.0f),
					(float)io->env->sample_rate_hz);
			l->is_tuned = !hz->data && !res->data;
		}
		for (size_t j = 0; j < lanes_in_use(n); j++)
			io->out[0][i + j] =
				(sample)ladder_tick(s, voicing, (double)node_input_at(&in[LADDER_IN], i + j), &t, j);
	}
	l->tuning = t;
	memcpy(l->s, s, sizeof(s));
}

static inline size_t ladder_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct ladder);
}

/* Amplitude falls as exp(-2 pi cutoff (1 - (k/4)^(1/4)) t), where the root is at most 1 - (1 - k/4) / 4; k/4 is up to
 * 1.1 res. From where it sings on, ten seconds. */
static inline double ladder_tail_s(const struct node_env *env, const struct node_input *in)
{
	double hz = in[LADDER_CUTOFF].data ? 20 : clamp_f64(in[LADDER_CUTOFF].value, 20, 20000);
	double res = in[LADDER_RES].data ? 1 : clamp_f64(in[LADDER_RES].value, 0, 1);
	double fall = 6.2831853 * hz * 0.25 * clamp_f64(1.0 - 1.1 * res, 1e-9, 1);

	(void)env;
	return clamp_f64(7.0 / fall, 0, 10) + 0.001;
}

#define LADDER_PARAMS                                                                                                  \
	{                                                                                                              \
		PARAM_IN, { .name = "cutoff", .unit = "Hz", .min = 20, .max = 20000, .doc = "cutoff frequency" },      \
		{                                                                                                      \
			.name = "res", .unit = "", .min = 0, .max = 1, .doc = "resonance; at 1 it sings by itself"     \
		}                                                                                                      \
	}

#endif
