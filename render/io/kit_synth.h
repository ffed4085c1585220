/* Small parts that the drums of the kit are made of. Double precision, scalar, no libm: IEEE operations in a fixed
 * order and the polynomials of simd.h, so the same bytes on every machine. Times are seconds, levels linear. Every
 * source runs for the whole sound and is shaped after its filters, so that no filter rings down into denormals. */
#ifndef RENDER_IO_KIT_SYNTH_H
#define RENDER_IO_KIT_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "render/dsp/simd.h"

/* Where a drum is being made. */
struct kit_take {
	double rate_hz;
	uint64_t seed; /* of its noise */
	double *out;   /* [n_frames] */
	size_t n_frames;
};

/* Frequencies stay below this part of the sample rate: at low rates a drum gets duller, and never folds. */
static inline double kit_limit_hz(double hz, double rate_hz)
{
	return hz < 0.4 * rate_hz ? hz : 0.4 * rate_hz;
}

/* --- Envelopes ------------------------------------------------------------------------------------------------ */

/* level * 10^(-3 t / t60). */
struct kit_decay {
	double level, factor;
};

static inline struct kit_decay kit_decay(double level, double t60_s, double rate_hz)
{
	const double log2_of_1000 = 9.965784284662087;

	return (struct kit_decay){ level, f64_exp2(-log2_of_1000 / (t60_s * rate_hz)) };
}

/* Level of this frame. Below -180 dB it is zero, long before it could be a denormal. */
static inline double kit_decay_tick(struct kit_decay *d)
{
	double level = d->level;

	d->level = level > 1e-9 ? level * d->factor : 0.0;
	return level;
}

/* --- Sources -------------------------------------------------------------------------------------------------- */

/* White, uniform. Its level grows with the root of the rate, so that a fixed band holds the same power at any. */
struct kit_noise {
	uint64_t key, frame;
	double gain;
};

/* which tells several sources of one drum apart. */
static inline struct kit_noise kit_noise(const struct kit_take *t, uint64_t which)
{
	return (struct kit_noise){ hash64_pair(t->seed, which), 0, __builtin_sqrt(t->rate_hz * (1.0 / 44100.0)) };
}

static inline double kit_noise_tick(struct kit_noise *n)
{
	int64_t bits = (int64_t)(hash64(n->key + n->frame++) >> 11) - (INT64_C(1) << 52); /* 53 bits, signed */

	return (double)bits * 0x1p-52 * n->gain;
}

/* A phase in [-1/2, 1/2) cycles that starts at zero. */
struct kit_phase {
	double at;
};

/* Phase of this frame; the next one is a 1 / rate_hz further at hz. */
static inline double kit_phase_tick(struct kit_phase *p, double hz, double rate_hz)
{
	double at = p->at, next = at + kit_limit_hz(hz, rate_hz) / rate_hz;

	p->at = next >= 0.5 ? next - 1.0 : next;
	return at;
}

static inline double kit_sine_tick(struct kit_phase *p, double hz, double rate_hz)
{
	return f64_sin2pi(kit_phase_tick(p, hz, rate_hz));
}

/* A jump from -1 to 1 seen a frames from its middle, smoothed by the integral of a cubic B-spline: the polyBLEP of
 * osc.h (Valimaki, Pekonen, Nam 2012) for one double. */
static inline double kit_edge(double a)
{
	double b = 2.0 - a;

	if (a >= 2.0)
		return 1.0;
	if (a >= 1.0)
		return 1.0 - b * b * b * b * (1.0 / 12.0);
	return a * (4.0 / 3.0 - a * a * (2.0 / 3.0 - 0.25 * a));
}

/* +1 in the first half of the cycle, -1 in the second, without audible aliases. */
static inline double kit_square_tick(struct kit_phase *p, double hz, double rate_hz)
{
	double at = kit_phase_tick(p, hz, rate_hz);
	double period = rate_hz / kit_limit_hz(hz, rate_hz), distance = at < 0 ? -at : at;
	double y = kit_edge(distance * period) + kit_edge((0.5 - distance) * period) - 1.0;

	return at < 0 ? -y : y;
}

/* Rises from -1 to 1. */
static inline double kit_saw_tick(struct kit_phase *p, double hz, double rate_hz)
{
	double at = kit_phase_tick(p, hz, rate_hz);
	double period = rate_hz / kit_limit_hz(hz, rate_hz), edge = kit_edge((at < 0 ? -at : at) * period);

	return 2.0 * at - (at < 0 ? -edge : edge);
}

/* --- Shaping -------------------------------------------------------------------------------------------------- */

/* The trapezoidal state variable filter of svf.h (Zavalishin, Simper) with constant coefficients. */
struct kit_svf {
	double k, a1, a2, a3, s1, s2;
	double low, band, high; /* outputs of the last frame; band has unit gain at the centre */
};

static inline struct kit_svf kit_svf(double hz, double q, double rate_hz)
{
	double g = f64_tanpi(kit_limit_hz(hz, rate_hz) / rate_hz), k = 1.0 / q;
	double a1 = 1.0 / (1.0 + g * (g + k));

	return (struct kit_svf){ .k = k, .a1 = a1, .a2 = g * a1, .a3 = g * g * a1 };
}

static inline void kit_svf_tick(struct kit_svf *f, double in)
{
	double v3 = in - f->s2;
	double v1 = f->a1 * f->s1 + f->a2 * v3;
	double v2 = f->s2 + f->a2 * f->s1 + f->a3 * v3;

	f->s1 = 2.0 * v1 - f->s1;
	f->s2 = 2.0 * v2 - f->s2;
	f->low = v2;
	f->band = f->k * v1;
	f->high = in - f->band - v2;
}

static inline double kit_svf_low(struct kit_svf *f, double in)
{
	kit_svf_tick(f, in);
	return f->low;
}

static inline double kit_svf_band(struct kit_svf *f, double in)
{
	kit_svf_tick(f, in);
	return f->band;
}

static inline double kit_svf_high(struct kit_svf *f, double in)
{
	kit_svf_tick(f, in);
	return f->high;
}

/* Soft saturation that leaves +-1 where it is; drive 0 is a wire. */
static inline double kit_saturate(double x, double drive)
{
	return drive > 0.0 ? f64_tanh(drive * x) / f64_tanh(drive) : x;
}

#endif
