/* Four times the sample rate and back, for shapers whose harmonics would fold over: linear-phase FIR filters in four
 * phases, Kaiser-windowed (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", ISCAS
 * 1974; polyphase form: P. P. Vaidyanathan, Multirate Systems and Filter Banks, 1993).
 *
 * OVERSAMPLE_UP taps on the way up delay by 31.5 fast frames, OVERSAMPLE_DOWN taps on the way down by 32. With the half
 * fast frame that a shaper by antiderivatives takes in between, that makes exactly OVERSAMPLE_DELAY frames, so that a
 * dry signal can be mixed in phase. Time runs in the lanes of vectors; each phase of the fast signal is an array of
 * its own, so that both filters read neighbours. */
#ifndef RENDER_DSP_OVERSAMPLE_H
#define RENDER_DSP_OVERSAMPLE_H

#include <math.h>
#include <string.h>

#include "render/dsp/kernel.h"

enum {
	OVERSAMPLE = 4,
	OVERSAMPLE_UP = 64,
	OVERSAMPLE_DOWN = 65,
	OVERSAMPLE_DELAY = 16,                        /* frames, a fast half frame in between included */
	OVERSAMPLE_TAPS = OVERSAMPLE_UP / OVERSAMPLE, /* of a phase, and frames that a filter looks back on */
	OVERSAMPLE_SPAN = OVERSAMPLE_TAPS + QUANTUM_FRAMES,
};

struct oversampler {
	/* up[p][k], down[p][k]: tap for phase p, k frames before; down[p][0] is 0 for all phases but the first. */
	sample up[OVERSAMPLE][OVERSAMPLE_TAPS], down[OVERSAMPLE][OVERSAMPLE_TAPS + 1];
	sample slow[OVERSAMPLE_SPAN];             /* the input: OVERSAMPLE_TAPS frames of history, then the new ones */
	sample fast[OVERSAMPLE][OVERSAMPLE_SPAN]; /* as slow, for each phase */
};

/* Modified Bessel function of the first kind, order 0. */
static inline double bessel_i0(double x)
{
	double term = 1, sum = 1;

	for (int k = 1; k < 50; k++) {
		term *= (x / (2 * k)) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

/* Tap k of n of a low-pass at half the slow rate. At 44.1 kHz it is flat to 16 kHz and 65 dB down from 28.5 kHz on, so
 * that what folds over stays above 15.6 kHz. */
static inline double oversample_tap(unsigned k, unsigned n)
{
	static const double cutoff = 0.5 / OVERSAMPLE, beta = 6.2; /* cycles per fast frame; shape of the window */
	double t = k - (n - 1) / 2.0, x = 2 * M_PI * cutoff * t, r = 2 * t / n;
	double sinc = fabs(x) < 1e-9 ? 1 : sin(x) / x;

	return sinc * bessel_i0(beta * sqrt(1 - r * r));
}

/* libm: only where a plan is built. Each phase passes a constant exactly (to rounding), so that a still signal does not
 * ring at the slow rate. */
static inline void oversampler_reset(struct oversampler *o)
{
	double sum = 0;

	memset(o, 0, sizeof(*o));
	for (unsigned p = 0; p < OVERSAMPLE; p++) {
		double phase_sum = 0;
		for (unsigned k = 0; k < OVERSAMPLE_TAPS; k++)
			phase_sum += oversample_tap(k * OVERSAMPLE + p, OVERSAMPLE_UP);
		for (unsigned k = 0; k < OVERSAMPLE_TAPS; k++)
			o->up[p][k] = (sample)(oversample_tap(k * OVERSAMPLE + p, OVERSAMPLE_UP) / phase_sum);
	}
	for (unsigned k = 0; k < OVERSAMPLE_DOWN; k++)
		sum += oversample_tap(k, OVERSAMPLE_DOWN);
	/* Output i is made for fast frame 4 i: tap k meets fast frame 4 i - k. */
	for (unsigned k = 0; k < OVERSAMPLE_DOWN; k++)
		o->down[-k % OVERSAMPLE][(k + OVERSAMPLE - 1) / OVERSAMPLE] =
			(sample)(oversample_tap(k, OVERSAMPLE_DOWN) / sum);
}

/* All phases of frames i..i+7 behind the history. One sum per phase: four chains of additions run side by side. */
SIMD_INLINE void oversample_up(const struct oversampler *o, size_t i, f32x8 out[OVERSAMPLE])
{
	f32x8 sum0 = { 0 }, sum1 = { 0 }, sum2 = { 0 }, sum3 = { 0 };

	for (size_t k = 0; k < OVERSAMPLE_TAPS; k++) {
		f32x8 x = f32x8_load(o->slow + OVERSAMPLE_TAPS + i - k);
		sum0 += x * o->up[0][k];
		sum1 += x * o->up[1][k];
		sum2 += x * o->up[2][k];
		sum3 += x * o->up[3][k];
	}
	out[0] = sum0;
	out[1] = sum1;
	out[2] = sum2;
	out[3] = sum3;
}

/* Output of frames i..i+7, all phases of which have been stored. */
SIMD_INLINE f32x8 oversample_down(const struct oversampler *o, size_t i)
{
	size_t at = OVERSAMPLE_TAPS + i;
	f32x8 sum0 = f32x8_load(o->fast[0] + at) * o->down[0][0], sum1 = { 0 }, sum2 = { 0 }, sum3 = { 0 };

	for (size_t k = 1; k <= OVERSAMPLE_TAPS; k++) {
		sum0 += f32x8_load(o->fast[0] + at - k) * o->down[0][k];
		sum1 += f32x8_load(o->fast[1] + at - k) * o->down[1][k];
		sum2 += f32x8_load(o->fast[2] + at - k) * o->down[2][k];
		sum3 += f32x8_load(o->fast[3] + at - k) * o->down[3][k];
	}
	return (sum0 + sum1) + (sum2 + sum3);
}

/* Makes the last frames the history of the next n. */
SIMD_INLINE void oversample_shift(struct oversampler *o, size_t n)
{
	memmove(o->slow, o->slow + n, OVERSAMPLE_TAPS * sizeof(sample));
	for (unsigned p = 0; p < OVERSAMPLE; p++)
		memmove(o->fast[p], o->fast[p] + n, OVERSAMPLE_TAPS * sizeof(sample));
}

#endif
