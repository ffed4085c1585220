/* Second-order filters whose response is their analog prototype's, not the bilinear transform's squeezed one.
 *
 * The bilinear transform maps all analog frequencies below half the sample rate: at 44.1 kHz a low-pass at 1 kHz is
 * 3.3 dB too low at 10 kHz. Oversampling by two leaves 0.8 dB of it, for twice the work and a delay. Here the poles
 * are where sampling the prototype's impulse response puts them, and the numerator makes the magnitude right at a
 * few frequencies: M. Vicanek, "Matched Second Order Digital Filters", 2016,
 * https://www.vicanek.de/articles/BiquadFits.pdf. The frequencies differ from the article's: 0 Hz (or the slope
 * there) and a fixed one, 9 kHz at 44.1 kHz, instead of the cutoff, where the poles alone are right already. From 20
 * Hz to 10 kHz at 44.1 kHz, for every cutoff from 20 Hz to 20 kHz and q from 0.1 to 20, that leaves: low-pass 0.04
 * dB, band-pass 0.03 dB, high-pass 0.27 dB, notch and bell 0.25 dB (tests/unit/test_response.c).
 *
 * Everything is told in terms of trapezoidal integrators, so that a state variable filter (svf.h) can run it and
 * keeps its stability under modulation, which direct forms do not have: with s = i tan(w/2) / g,
 *
 *	H = (high s^2 + band s + low) / (s^2 + k s + 1)
 *
 * A prototype's pole p (per frame) becomes tanh(p/2) in units of the integrators, so g is |tanh(p/2)| and k its
 * damping. |H|^2 is a quotient of polynomials in X = tan^2(w/2), from which the numerator follows by linear
 * equations. Eight frames at a time, in single precision. */
#ifndef RENDER_DSP_MATCHED_H
#define RENDER_DSP_MATCHED_H

#include <stdbool.h>

#include "render/dsp/simd.h"

enum matched_response {
	MATCHED_LOW,
	MATCHED_HIGH,
	MATCHED_BAND,      /* q at the centre */
	MATCHED_BAND_UNIT, /* 1 at the centre */
	MATCHED_NOTCH,
	MATCHED_BELL, /* gain at the centre, half of its decibels where a band-pass of that q is 3 dB down */
};

/* The prototype: cutoff in radians per frame (above 0, at most 3.1), q above 0, gain in dB (bell only). */
struct matched_wish {
	f32x8 w, q, gain_db;
};

struct matched {
	f32x8 g2, k2; /* squares of g and k */
	f32x8 low, band, high;
};

/* The frequency at which the numerator is fitted: 9 kHz at 44.1 kHz. */
#define MATCHED_FIT_W2 1.6442490f    /* its square in radians per frame */
#define MATCHED_FIT_TAN2 0.55699264f /* tan^2 of its half */
#define MATCHED_PI2 9.8696044f

/* tan^2(w/2) for w up to 3.07. */
SIMD_INLINE f32x8 matched_tan2(f32x8 w)
{
	f32x8 t = f32x8_tanpi(f32x8_min(w * 0.15915494f, f32x8_splat(0.489f)));

	return t * t;
}

/* |s^2 + k s + 1|^2 at s = i r. */
SIMD_INLINE f32x8 matched_quadratic(f32x8 r2, f32x8 k2)
{
	f32x8 real = 1.0f - r2;

	return real * real + r2 * k2;
}

/* sinh(x) for 0 <= x <= pi/2, relative error < 2e-7. */
SIMD_INLINE f32x8 matched_sinh(f32x8 x)
{
	f32x8 t = x * x;
	f32x8 p = t * 2.5052108e-8f + 2.7557319e-6f;

	p = p * t + 1.9841270e-4f;
	p = p * t + 8.3333333e-3f;
	p = p * t + 0.16666667f;
	return x + x * (p * t);
}

/* Poles of s^2 + s w/q + w^2 per frame, taken through tanh(p/2). is_wide: q may be below 1/2. Divides once where it
 * may not: of a pair, with S = sinh^2, g^2 is (sin^2 + S) / (cos^2 + S) and k g is 2 sqrt(S (1 + S)) / (cos^2 + S). */
SIMD_INLINE void matched_poles(f32x8 w, f32x8 per_q, bool is_wide, f32x8 *g2, f32x8 *k2)
{
	f32x8 half = 0.5f * w, damping = 0.5f * per_q, root2 = 1.0f - damping * damping;
	f32x8 root = f32x8_sqrt(f32x8_abs(root2)), turn = half * root * 0.15915494f;
	f32x8 sine = f32x8_sin2pi(turn), cosine = f32x8_cos2pi(turn);
	f32x8 sinh = matched_sinh(f32x8_min(half * damping, f32x8_splat(1.5707963f))), sinh2 = sinh * sinh;
	f32x8 over = sine * sine + sinh2, per = 1.0f / ((cosine * cosine + sinh2) * over);

	*g2 = over * over * per;
	*k2 = 4.0f * sinh2 * (1.0f + sinh2) * per;
	if (is_wide) { /* two real poles */
		f32x8 fast = f32x8_tanh(half * (damping + root)), slow = f32x8_tanh(half / (damping + root));
		i32x8 is_pair = root2 > 0.0f;

		*g2 = f32x8_select(is_pair, *g2, fast * slow);
		*k2 = f32x8_select(is_pair, *k2, (fast + slow) * (fast + slow) / (fast * slow));
	}
}

/* Exact at 0 Hz, at half the sample rate and at the fitting frequency. */
SIMD_INLINE struct matched matched_low(f32x8 w, f32x8 q, bool is_wide)
{
	struct matched m = { .low = f32x8_splat(1.0f) };
	f32x8 per_q = 1.0f / q, per_w2 = 1.0f / (w * w), k2 = per_q * per_q, x, rest, level2;

	matched_poles(w, per_q, is_wide, &m.g2, &m.k2);
	m.high = 1.0f / f32x8_sqrt(matched_quadratic(MATCHED_PI2 * per_w2, k2));
	x = MATCHED_FIT_TAN2 / m.g2;
	level2 = matched_quadratic(x, m.k2) / matched_quadratic(MATCHED_FIT_W2 * per_w2, k2);
	rest = 1.0f - m.high * x;
	m.band = f32x8_sqrt(f32x8_max((level2 - rest * rest) * m.g2, f32x8_splat(0.0f)) * (1.0f / MATCHED_FIT_TAN2));
	return m;
}

/* Exact slope at 0 Hz, exact at the fitting frequency. */
SIMD_INLINE struct matched matched_band(f32x8 w, f32x8 q, bool is_wide)
{
	struct matched m = { .low = f32x8_splat(0.0f) };
	f32x8 per_q = 1.0f / q, per_w2 = 1.0f / (w * w), r2 = MATCHED_FIT_W2 * per_w2, x, band2, level2;

	matched_poles(w, per_q, is_wide, &m.g2, &m.k2);
	band2 = 4.0f * m.g2 * per_w2;
	x = MATCHED_FIT_TAN2 / m.g2;
	level2 = r2 * matched_quadratic(x, m.k2) / matched_quadratic(r2, per_q * per_q);
	m.band = f32x8_sqrt(band2);
	m.high = f32x8_sqrt(f32x8_max(level2 - band2 * x, f32x8_splat(0.0f))) * m.g2 * (1.0f / MATCHED_FIT_TAN2);
	return m;
}

/* 0 below from, 1 above to, linear between. */
SIMD_INLINE f32x8 matched_ramp(f32x8 x, float from, float to)
{
	return f32x8_clamp((x - from) * (1.0f / (to - from)), 0.0f, 1.0f);
}

/* A high-pass's numerator is s^2 alone, or the slope at 0 Hz would be lost; so its poles have to give way. Wide ones
 * (q below 0.7) are exact at 0 Hz and at two frequencies: 1/|H|^2 is a parabola in 1/X. */
SIMD_INLINE void matched_high_wide(struct matched *m, f32x8 w, f32x8 q)
{
	f32x8 w2 = w * w, k2 = 1.0f / (q * q), slope = w2 * w2 * 0.0625f;
	f32x8 a = f32x8_min(w, f32x8_splat(1.2822827f)), b = f32x8_max(w, f32x8_splat(1.92f));
	f32x8 ra = a * a / w2, rb = b * b / w2, ua = 1.0f / matched_tan2(a), ub = 1.0f / matched_tan2(b);
	f32x8 ya = matched_quadratic(ra, k2) / (ra * ra) - slope * ua * ua;
	f32x8 yb = matched_quadratic(rb, k2) / (rb * rb) - slope * ub * ub;
	f32x8 middle = (ya - yb) / (ua - ub), high2 = 1.0f / f32x8_max(ya - middle * ua, f32x8_splat(1e-3f));
	f32x8 share = 1.0f - matched_ramp(q, 0.5f, 0.7f), high = f32x8_sqrt(high2), g2 = high * w2 * 0.25f;

	m->k2 += share * (middle * high2 / g2 + 2.0f - m->k2);
	m->g2 += share * (g2 - m->g2);
	m->high += share * (high - m->high);
}

/* Exact slope at 0 Hz; with cutoffs above 15 kHz (at 44.1 kHz) exact at the fitting frequency too. */
SIMD_INLINE struct matched matched_high(f32x8 w, f32x8 q, bool is_wide)
{
	struct matched m = { .low = f32x8_splat(0.0f), .band = f32x8_splat(0.0f) };
	f32x8 per_q = 1.0f / q, per_w2 = 1.0f / (w * w), r2 = MATCHED_FIT_W2 * per_w2, k2 = per_q * per_q;
	f32x8 x, fitted, beside;

	matched_poles(w, per_q, is_wide, &m.g2, &m.k2);
	m.high = 4.0f * m.g2 * per_w2;
	x = MATCHED_FIT_TAN2 / m.g2;
	beside = 1.0f - x;
	fitted = m.high * m.high * x * matched_quadratic(r2, k2) / (r2 * r2) - beside * beside / x;
	m.k2 += matched_ramp(w, 1.71f, 2.4f) * (fitted - m.k2);
	if (is_wide)
		matched_high_wide(&m, w, q);
	m.k2 = f32x8_max(m.k2, 0.0025f * k2);
	return m;
}

/* A second frequency for responses that are fitted at their centre: above it, or below where there is no room. */
SIMD_INLINE f32x8 matched_beside(f32x8 w)
{
	f32x8 above = f32x8_max(w * 1.2f, f32x8_splat(1.41f)), below = f32x8_min(w * 0.75f, f32x8_splat(1.3f));

	return f32x8_select(w < 1.567f, above, below);
}

/* Zero at the centre, exact at 0 Hz, in its width around the centre and at a frequency beside it. */
SIMD_INLINE struct matched matched_notch(f32x8 w, f32x8 q)
{
	struct matched m = { .low = f32x8_splat(1.0f), .band = f32x8_splat(0.0f) };
	f32x8 k2 = 1.0f / (q * q), wb = matched_beside(w), r2 = wb * wb / (w * w);
	f32x8 xc = matched_tan2(w), xb = matched_tan2(wb), tilt = w * (1.0f + xc), cut = (1.0f - xb / xc) / (1.0f - r2);
	f32x8 yc = (0.25f * k2 * tilt * tilt / xc - 1.0f) / xc;
	f32x8 yb = (cut * cut * matched_quadratic(r2, k2) - 1.0f) / xb;
	f32x8 square = f32x8_max((yb - yc) / (xb - xc), f32x8_splat(1e-12f));

	m.g2 = 1.0f / f32x8_sqrt(square);
	m.k2 = f32x8_max((yc - square * xc) * m.g2 + 2.0f, 0.0025f * k2);
	m.high = m.g2 / xc;
	return m;
}

/* Raises by `rise` (a factor of at least 1) at the centre: exact there, at 0 Hz and at a frequency beside it. */
SIMD_INLINE struct matched matched_boost(f32x8 w, f32x8 q, f32x8 rise)
{
	struct matched m = { .low = f32x8_splat(1.0f) };
	f32x8 root = f32x8_sqrt(rise), wide = q * root, wb = matched_beside(w), r2 = wb * wb / (w * w);
	f32x8 k2 = 1.0f / (wide * wide), level2 = matched_quadratic(r2, k2 * rise * rise) / matched_quadratic(r2, k2);
	f32x8 xc, xb, yc, yb, high2;

	matched_poles(w, 1.0f / wide, true, &m.g2, &m.k2);
	xc = matched_tan2(w) / m.g2;
	xb = matched_tan2(wb) / m.g2;
	yc = (rise * rise * matched_quadratic(xc, m.k2) - 1.0f) / xc;
	yb = (level2 * matched_quadratic(xb, m.k2) - 1.0f) / xb;
	high2 = f32x8_max((yc - yb) / (xc - xb), f32x8_splat(1e-4f));
	m.high = f32x8_sqrt(high2);
	m.band = f32x8_sqrt(f32x8_max(yc - high2 * xc + 2.0f * m.high, f32x8_splat(0.0f)));
	return m;
}

/* A cut is the reciprocal of the boost. */
SIMD_INLINE struct matched matched_bell(f32x8 w, f32x8 q, f32x8 gain_db)
{
	struct matched up = matched_boost(w, q, f32x8_exp2(f32x8_abs(gain_db) * 0.16609640f)),
		       m = up; /* log2(10) / 20 */
	f32x8 over = 1.0f / up.high;
	i32x8 is_cut = gain_db < 0.0f;

	m.g2 = f32x8_select(is_cut, up.g2 * over, up.g2);
	m.k2 = f32x8_select(is_cut, up.band * up.band * over, up.k2);
	m.high = f32x8_select(is_cut, over, up.high);
	m.band = f32x8_select(is_cut, f32x8_sqrt(up.k2 * over), up.band);
	return m;
}

/* is_wide: q may be below 1/2 (for a bell it always may). */
SIMD_INLINE struct matched matched_to(enum matched_response which, struct matched_wish to, bool is_wide)
{
	struct matched m;

	switch (which) {
	case MATCHED_LOW:
		return matched_low(to.w, to.q, is_wide);
	case MATCHED_HIGH:
		return matched_high(to.w, to.q, is_wide);
	case MATCHED_NOTCH:
		return matched_notch(to.w, to.q);
	case MATCHED_BELL:
		return matched_bell(to.w, to.q, to.gain_db);
	case MATCHED_BAND:
	case MATCHED_BAND_UNIT:
		break;
	}
	m = matched_band(to.w, to.q, is_wide);
	if (which == MATCHED_BAND_UNIT) {
		m.band /= to.q;
		m.high /= to.q;
	}
	return m;
}

#endif
