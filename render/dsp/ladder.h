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
 * of which the left side rises steadily, so it has one root. Newton's method from below reaches it from below, since
 * the left side is concave there. tanh is v (27 + v^2) / (27 + 9 v^2) up to 3, and 1 from there, which has no corner
 * and needs no exponential.
 *
 * The prototype 1 / ((1 + s)^4 + 4 res) is warped by the bilinear transform: exact at the cutoff, steeper towards
 * half the sample rate (at 44.1 kHz and 10 kHz 6.6 dB too low for a cutoff of 1 kHz, where it is 80 dB down). */
#ifndef RENDER_DSP_LADDER_H
#define RENDER_DSP_LADDER_H

#include "render/dsp/kernel.h"

enum { LADDER_IN, LADDER_CUTOFF, LADDER_RES };
enum { LADDER_POLES = 4, LADDER_STEPS = 3 };

#define LADDER_HZ_MIN 20.0f
#define LADDER_HZ_MAX 20000.0f

enum ladder_voicing {
	LADDER_CLEAN,  /* only what comes back saturates: linear until it sings */
	LADDER_DRIVEN, /* the sum at the input saturates, so loud sounds do */
};

/* Integrator states; zero at frame 0. */
struct ladder {
	double s[LADDER_POLES];
};

SIMD_INLINE double ladder_tanh(double v)
{
	double c = clamp_f64(v, -3.0, 3.0), c2 = c * c;

	return c * (27.0 + c2) / (27.0 + 9.0 * c2);
}

/* v + c tanh(v) = r, c >= 0. The quotient of a step is widened by the square of tanh's denominator, so that a step
 * divides once. */
SIMD_INLINE double ladder_root(double r, double c)
{
	double size = r < 0 ? -r : r, by_slope = size / (1.0 + c), v = size - c > by_slope ? size - c : by_slope;

	for (unsigned i = 0; i < LADDER_STEPS; i++) {
		double at = v < 3.0 ? v : 3.0, at2 = at * at, below = 27.0 + 9.0 * at2, slope = at2 - 9.0;
		double over = (v - size) * below + c * (at * (27.0 + at2));

		v -= over * below / (below * below + 9.0 * c * (slope * slope));
	}
	return r < 0 ? -v : v;
}

/* One frame; g is tan(pi cutoff / rate), k the feedback. */
SIMD_INLINE double ladder_tick(struct ladder *l, enum ladder_voicing voicing, double x, double g, double k)
{
	double per = 1.0 / (1.0 + g), through = g * per, all = through * through * through * through;
	double brought = ((l->s[0] * through + l->s[1]) * through + l->s[2]) * through * per + l->s[3] * per, u;

	if (voicing == LADDER_DRIVEN)
		u = ladder_tanh(ladder_root(x - k * brought, k * all));
	else
		u = x - k * ladder_tanh(ladder_root(all * x + brought, k * all));
	for (unsigned p = 0; p < LADDER_POLES; p++) {
		double v = (u - l->s[p]) * through;

		u = v + l->s[p];
		l->s[p] = u + v;
	}
	return u;
}

/* node_def.process; inline it into a function under SIMD_CLONES. k is feedback at res 1. */
SIMD_INLINE void ladder_process(enum ladder_voicing voicing, float k, void *state, const struct node_io *io, size_t n)
{
	const struct node_input *in = io->in;
	struct ladder l = *(const struct ladder *)state;
	f32x8 g = f32x8_splat(0);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 res = f32x8_clamp(input_load(&in[LADDER_RES], i, n), 0.0f, 1.0f);

		if (i == 0 || in[LADDER_CUTOFF].data) {
			f32x8 hz = f32x8_clamp(input_load(&in[LADDER_CUTOFF], i, n), LADDER_HZ_MIN, LADDER_HZ_MAX);
			g = f32x8_tanpi(f32x8_min(hz / (float)io->env->sample_rate_hz, f32x8_splat(0.49f)));
		}
		for (size_t j = 0; j < lanes_in_use(n); j++)
			io->out[0][i + j] =
				(sample)ladder_tick(&l, voicing, (double)node_input_at(&in[LADDER_IN], i + j),
						    (double)g[j], (double)(k * res[j]));
	}
	*(struct ladder *)state = l;
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
