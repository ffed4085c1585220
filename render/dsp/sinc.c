#include "render/dsp/sinc.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "render/dsp/simd.h"

/* Kaiser's window for 70 dB: beta, and the width of the transition in shares of the band's sample rate, (A - 7.95)
 * / (14.36 crossings) (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974). */
#define KAISER_BETA 6.755
#define TRANSITION 0.135

enum { STEPS = 24 /* tables to an octave */, TABLES = 2 + STEPS * SINC_OCTAVES, PHASE_BITS = 8, PHASE_BITS_MIN = 4 };

/* One slot per table: published with release in table_make(), read with acquire in sinc_table_for(). */
static _Atomic(const struct sinc_table *) tables[TABLES];
static pthread_mutex_t tables_lock = PTHREAD_MUTEX_INITIALIZER; /* sinc.lock: one maker at a time */

/* --- Tables ------------------------------------------------------------------------------------------------ */

/* I0(2 sqrt(z)) for 0 <= z <= (KAISER_BETA / 2)^2: its power series, sum of z^k / k!^2, to 1e-11 of it. */
SIMD_INLINE f64x4 bessel_i0(f64x4 z)
{
	f64x4 sum = f64x4_splat(1);
	for (int k = 24; k > 0; k--)
		sum = sum * z * (1.0 / ((double)k * k)) + 1.0;
	return sum;
}

/* The window at u shares of its half width, up to a factor. */
SIMD_INLINE f64x4 window_at(f64x4 u)
{
	f64x4 inside = f64x4_max(1 - u * u, f64x4_splat(0));
	f64x4 level = bessel_i0(inside * (KAISER_BETA * KAISER_BETA / 4));
	return f64x4_select(inside > 0, level, f64x4_splat(0));
}

/* sin(pi x) / x at x = x0, x0 + band ...: each sine from the one before by rotation. */
static void sincs_fill(double *row, unsigned n_taps, double x0, double band)
{
	double s = f64_sin2pi(x0 / 2), c = f64_cos2pi(x0 / 2);
	double step_s = f64_sin2pi(band / 2), step_c = f64_cos2pi(band / 2);
	for (unsigned i = 0; i < n_taps; i++) {
		double x = x0 + i * band, s_next = s * step_c + c * step_s;
		row[i] = x * x < 1e-14 ? 3.141592653589793 : s / x;
		c = c * step_c - s * step_s;
		s = s_next;
	}
}

/* The weights of one fraction, scaled so that a constant keeps its level. band: the share of the sound's band that
 * passes. */
SIMD_INLINE void row_fill(double *row, unsigned n_taps, double fraction, double band)
{
	double x0 = -((double)(n_taps / 2 - 1) + fraction) * band, sum = 0;
	sincs_fill(row, n_taps, x0, band);
	for (unsigned i = 0; i < n_taps; i += 4) {
		f64x4 x = x0 + ((double)i + f64x4_lanes()) * band;
		f64x4_store(row + i, f64x4_load(row + i) * window_at(x / (SINC_CROSSINGS / 2)));
	}
	for (unsigned i = 0; i < n_taps; i++)
		sum += row[i];
	for (unsigned i = 0; i < n_taps; i++)
		row[i] /= sum;
}

SIMD_CLONES(static, rows_fill, (sample *rows, unsigned n_taps, unsigned n_rows, double band),
	    (rows, n_taps, n_rows, band))
{
	double weights[2][SINC_TAPS_MAX];
	row_fill(weights[0], n_taps, 0, band);
	for (unsigned r = 0; r < n_rows; r++) {
		const double *here = weights[r % 2], *next = weights[(r + 1) % 2];
		sample *row = rows + (size_t)r * 2 * n_taps;
		row_fill(weights[(r + 1) % 2], n_taps, (r + 1.0) / n_rows, band);
		for (unsigned i = 0; i < n_taps; i++) {
			row[i] = (sample)here[i];
			row[n_taps + i] = (sample)(next[i] - here[i]);
		}
	}
}

/* Table 0 passes the whole band; table 1 + k stops where rate 2^(k / STEPS) folds. */
static double band_of(unsigned idx)
{
	return idx == 0 ? 1 : 1 / ((1 + TRANSITION) * f64_exp2((idx - 1) / (double)STEPS));
}

/* A longer kernel is smoother, and needs fewer rows for the same error between them. */
static struct sinc_table *table_new(unsigned idx)
{
	double band = band_of(idx);
	unsigned half = (unsigned)(SINC_CROSSINGS / 2 / band + 0.999), octaves = idx ? (idx - 1) / STEPS : 0;
	unsigned n_taps = (2 * half + SIMD_LANES - 1) / SIMD_LANES * SIMD_LANES;
	unsigned bits = PHASE_BITS > PHASE_BITS_MIN + octaves ? PHASE_BITS - octaves : PHASE_BITS_MIN;
	size_t bytes = ((size_t)2 * n_taps * sizeof(sample)) << bits;
	struct sinc_table *t = malloc(sizeof *t);
	sample *rows = aligned_alloc(64, (bytes + 63) / 64 * 64);

	if (!t || !rows) {
		free(t);
		free(rows);
		return NULL;
	}
	rows_fill(rows, n_taps, 1u << bits, band);
	*t = (struct sinc_table){ .n_taps = n_taps, .phase_bits = bits, .rows = rows };
	return t;
}

static const struct sinc_table *table_make(unsigned idx)
{
	pthread_mutex_lock(&tables_lock);
	const struct sinc_table *t = atomic_load_explicit(&tables[idx], memory_order_relaxed);
	if (!t) {
		t = table_new(idx);
		atomic_store_explicit(&tables[idx], t, memory_order_release);
	}
	pthread_mutex_unlock(&tables_lock);
	return t;
}

/* The first whose kernel is narrow enough for the rate, to a thousandth of a step. */
static unsigned table_index(uint64_t rate)
{
	double r = (double)rate * 0x1p-32;
	if (r <= 1)
		return 0;
	double steps = STEPS * (double)f32x8_log2(f32x8_splat((float)r))[0] - 0.001;
	if (steps >= TABLES - 2)
		return TABLES - 1;
	unsigned below = steps > 0 ? (unsigned)steps : 0;
	return 1 + below + (below < steps);
}

const struct sinc_table *sinc_table_for(int64_t rate)
{
	unsigned idx = table_index(rate < 0 ? -(uint64_t)rate : (uint64_t)rate);
	const struct sinc_table *t = atomic_load_explicit(&tables[idx], memory_order_acquire);
	return t ? t : table_make(idx);
}

/* --- Reading ----------------------------------------------------------------------------------------------- */

SIMD_INLINE sample lanes_sum(f32x8 v)
{
	f32x4 s = (f32x4){ v[0], v[1], v[2], v[3] } + (f32x4){ v[4], v[5], v[6], v[7] };
	return (s[0] + s[2]) + (s[1] + s[3]);
}

/* Sums of frames times the weights of a row, and times their steps to the next. */
struct dot {
	f32x8 here, step;
};

SIMD_INLINE void dot_add(struct dot *d, f32x8 x, const sample *weights, const sample *steps)
{
	d->here += x * f32x8_load(weights);
	d->step += x * f32x8_load(steps);
}

SIMD_INLINE sample read_one(const struct sinc_table *t, const sample *x, int64_t pos)
{
	const size_t n_taps = t->n_taps;
	const unsigned bits = t->phase_bits;
	uint32_t fraction = (uint32_t)pos;
	const sample *row = t->rows + (size_t)(fraction >> (32 - bits)) * 2 * n_taps;
	const sample *steps = row + n_taps;
	struct dot even = { f32x8_splat(0), f32x8_splat(0) }, odd = even;
	size_t i = 0;

	x += (pos >> 32) - (int64_t)(n_taps / 2 - 1);
	for (; i + 2 * SIMD_LANES <= n_taps; i += 2 * SIMD_LANES) {
		dot_add(&even, f32x8_load(x + i), row + i, steps + i);
		dot_add(&odd, f32x8_load(x + i + SIMD_LANES), row + i + SIMD_LANES, steps + i + SIMD_LANES);
	}
	if (i < n_taps)
		dot_add(&even, f32x8_load(x + i), row + i, steps + i);
	/* 24 bits of the rest: what a float holds exactly. */
	sample between = (sample)((fraction << bits) >> 8) * 0x1p-24f;
	return lanes_sum((even.here + odd.here) + (even.step + odd.step) * between);
}

SIMD_CLONES(extern, sinc_read, (const struct sinc_table *t, const sample *x, const int64_t *pos, sample *out, size_t n),
	    (t, x, pos, out, n))
{
	for (size_t i = 0; i < n; i++)
		out[i] = read_one(t, x, pos[i]);
}
