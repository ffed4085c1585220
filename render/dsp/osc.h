/* The band-limited classical shapes: what sine, saw, square, tri and everything made of them share.
 *
 * Two ways to the same spectrum. While a period is longer than the smoothing around a jump, each jump is rounded by
 * the integral of a kernel of seven frames (BLEP), each corner by its second integral (BLAMP): Valimaki, Pekonen,
 * Nam, "Perceptually informed synthesis of bandlimited classical waveforms using integrated polynomial
 * interpolation", J. Acoust. Soc. Am. 131(1), 2012. Above that few harmonics are left: they are summed, each with
 * the level that the kernel's frequency response gives it, so that a sweep through the limit changes nothing but
 * aliases.
 *
 * The kernel is (1 - u^2)^2 times a polynomial of degree 6 in u^2 over -1 < u < 1, that is 3.5 frames either way.
 * Its coefficients come from a linear program: response within 0.3 dB up to 0.34 of the sample rate (15 kHz at
 * 44.1), least from 0.66 on, where what folds back lands below 0.34: under -52.9 dB, falling by 6 dB per octave. So a
 * saw's alias is 53 dB below the harmonic it would have been. One polynomial for the whole kernel needs no table,
 * no pieces and no gather. Polynomials are in (u^2 - 1/2), where they are well conditioned: errors stay below 4e-7.
 * osc_kernel.py computes them.
 *
 * A frame's distance from a jump is its phase over the increment of the moment, known ahead, so no latency arises.
 * As in every band-limited signal, jumps ring: the shapes reach 1.15 for a frame or two. */
#ifndef RENDER_DSP_OSC_H
#define RENDER_DSP_OSC_H

#include "render/dsp/phase.h"

enum osc_shape { OSC_SINE, OSC_SAW, OSC_SQUARE, OSC_TRI, OSC_SOFT_SAW };

/* Order of the oscillators' parameters. */
enum { OSC_FREQ, OSC_OFFSET, OSC_NAIVE }; /* the sine has no third */

enum { OSC_HARMONICS = 5 }; /* that can be left where they are summed */

#define OSC_HALF_WIDTH 3.5f /* of the kernel, in frames */
#define OSC_BAND_END 0.66f  /* cycles per frame, where the kernel's stop band begins */
#define OSC_FREQ_MAX_HZ PHASE_FREQ_MAX_HZ

#define OSC_PARAM_FREQ                                                                                                 \
	{                                                                                                              \
		.name = "freq", .unit = "Hz", .def = 1, .min = -OSC_FREQ_MAX_HZ, .max = OSC_FREQ_MAX_HZ,               \
		.flags = PARAM_OPTIONAL | PARAM_PITCH,                                                                 \
		.doc = "frequency; negative runs backwards; a bare name is an LFO of 1 Hz"                             \
	}
#define OSC_PARAM_OFFSET                                                                                               \
	{                                                                                                              \
		.name = "offset", .unit = "semitones", .def = 0, .min = -120, .max = 120,                              \
		.flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "transposition"                                          \
	}
#define OSC_PARAM_NAIVE                                                                                                \
	{                                                                                                              \
		.name = "naive", .unit = "", .def = 0, .min = 0, .max = 1, .flags = PARAM_OPTIONAL | PARAM_CONST,      \
		.doc = "1: no band limiting, so it aliases"                                                            \
	}

/* node_def.advance of the oscillators whose parameters begin with OSC_FREQ and OSC_OFFSET. */
void osc_advance(void *acc, const struct node_io *io, size_t n);

/* node_def.advance of a source with one phase and OSC_FREQ alone. */
void osc_advance_freq(void *acc, const struct node_io *io, size_t n);

/* Of `ratio` times the frequency. */
SIMD_INLINE struct phase_rate osc_rate(const struct node_io *io, double ratio)
{
	return phase_rate_of(io->env, ratio, -OSC_FREQ_MAX_HZ, OSC_FREQ_MAX_HZ);
}

/* What the parameter OSC_OFFSET multiplies the frequency by. */
SIMD_INLINE double osc_offset_ratio(const struct node_io *io)
{
	return f64_exp2(clamp_f64((double)io->in[OSC_OFFSET].value, -120.0, 120.0) * (1.0 / 12.0));
}

/* --- Kernel --------------------------------------------------------------------------------------------------- */

/* Both polynomials are summed in pairs (Estrin's scheme): a chain of eight steps would leave half of the machine
 * idle. */

/* A jump from -1 to 1, seen u half widths from its middle, 0 <= u <= 1: from 0 to 1. */
SIMD_INLINE f32x8 osc_edge(f32x8 u)
{
	f32x8 x = u * u - 0.5f, x2 = x * x;
	f32x8 a = 1.33284908f - 1.01931239f * x, b = 2.13412367f - 7.74260208f * x;
	f32x8 c = 19.1552807f - 30.7460586f * x, d = 38.480483f - 40.4672915f * x;

	return ((a + b * x2) + (c + (d + 22.9386033f * x2) * x2) * (x2 * x2)) * u;
}

/* What a corner is rounded by whose slope turns by 2 per half width, u half widths from it, 0 <= u <= 1; 0 at 1. */
SIMD_INLINE f32x8 osc_corner(f32x8 u)
{
	f32x8 x = u * u - 0.5f, x2 = x * x;
	f32x8 a = 0.712613831f + 0.666424538f * x, b = 0.355687278f * x - 0.254828097f;
	f32x8 c = 1.91552807f * x - 0.96782526f, d = 2.74860593f * x - 2.56217155f;
	f32x8 e = 1.27436685f * x - 2.52920572f;

	return ((a + b * x2) + (c + (d + e * x2) * x2) * (x2 * x2)) - u;
}

/* The kernel's gain at f cycles per frame, f >= 0, within 2e-4; 0 in the stop band. */
SIMD_INLINE f32x8 osc_response(f32x8 f)
{
	f32x8 x = f32x8_min(f * f, f32x8_splat(OSC_BAND_END * OSC_BAND_END)) - 0.2178f;
	f32x8 p = x * -70642.8438f + 41032.7504f;

	p = p * x - 11654.8031f;
	p = p * x + 2027.2258f;
	p = p * x + 427.259991f;
	p = p * x - 384.767573f;
	p = p * x + 69.0169375f;
	p = p * x + 9.82496478f;
	p = p * x - 4.92441658f;
	p = p * x + 0.476613441f;
	return f32x8_select(f < OSC_BAND_END, p, f32x8_splat(0.0f));
}

/* --- Pitch ---------------------------------------------------------------------------------------------------- */

SIMD_INLINE bool osc_has_even(enum osc_shape shape)
{
	return shape == OSC_SAW || shape == OSC_SOFT_SAW;
}

/* How many harmonics the stop band leaves of the lowest pitch that is summed. */
SIMD_INLINE unsigned osc_harmonics(enum osc_shape shape)
{
	return osc_has_even(shape) ? OSC_HARMONICS - 1 : OSC_HARMONICS;
}

/* Which of eight increments, in cycles, are so large that the smoothing of neighbouring jumps would overlap. */
SIMD_INLINE i32x8 osc_is_high(enum osc_shape shape, f32x8 dt)
{
	return dt > f32x8_splat((osc_has_even(shape) ? 0.5f : 0.25f) / OSC_HALF_WIDTH);
}

/* Half widths per cycle. */
SIMD_INLINE f32x8 osc_half_widths(f32x8 dt)
{
	return (1.0f / OSC_HALF_WIDTH) / f32x8_max(dt, f32x8_splat(1e-9f));
}

/* Fourier coefficient of the k-th harmonic, k odd where there are no even ones. */
SIMD_INLINE float osc_series(enum osc_shape shape, float k)
{
	switch (shape) {
	case OSC_SAW:
		return -0.63661977f / k; /* -2 / pi */
	case OSC_SQUARE:
		return 1.2732395f / k; /* 4 / pi */
	case OSC_TRI:
		return -0.81056947f / (k * k); /* -8 / pi^2 */
	case OSC_SOFT_SAW:
		return 0.60792710f / (k * k); /* 6 / pi^2 */
	case OSC_SINE:
		break;
	}
	return 0.0f;
}

/* Levels of the harmonics that are summed. */
struct osc_gains {
	f32x8 k[OSC_HARMONICS];
};

SIMD_INLINE void osc_gains_compute(enum osc_shape shape, f32x8 dt, struct osc_gains *gains)
{
	float stride = osc_has_even(shape) ? 1.0f : 2.0f;

	for (unsigned i = 0; i < osc_harmonics(shape); i++) {
		float k = 1.0f + stride * (float)i;

		gains->k[i] = osc_response(k * dt) * osc_series(shape, k);
	}
}

/* --- Shapes --------------------------------------------------------------------------------------------------- */

/* x >= 0 with the sign of s. */
SIMD_INLINE f32x8 osc_signed(f32x8 x, f32x8 s)
{
	return (f32x8)((u32x8)x | ((u32x8)s & 0x80000000u));
}

/* The shape with its nearest jump or corner rounded. q: phase in [-1/2, 1/2]; half_widths: per cycle, at the
 * increment dt; least: how far away every jump is at least, 0, or 1 without band limiting. */
SIMD_INLINE f32x8 osc_rounded(enum osc_shape shape, f32x8 q, f32x8 dt, f32x8 half_widths, float least)
{
	f32x8 aq = f32x8_abs(q);
	f32x8 away = osc_has_even(shape) ? aq : f32x8_min(aq, 0.5f - aq);
	f32x8 u = f32x8_min(away * half_widths + least, f32x8_splat(1.0f));
	f32x8 turn = OSC_HALF_WIDTH * dt;

	switch (shape) {
	case OSC_SAW:
		return 2.0f * q - osc_signed(osc_edge(u), q);
	case OSC_SQUARE:
		return osc_signed(osc_edge(u), q);
	case OSC_TRI:
		return 4.0f * aq - 1.0f + osc_signed(4.0f * turn, 0.25f - aq) * osc_corner(u);
	case OSC_SOFT_SAW: /* the last term is the mean of what the corners lose */
		return 6.0f * (aq * aq - aq) + 1.0f - 6.0f * turn * osc_corner(u) + 0.10448589f * turn * turn;
	case OSC_SINE:
		break;
	}
	return f32x8_sin2pi(q);
}

/* The sum of harmonics: sin((k + d) x) = 2 cos(d x) sin(k x) - sin((k - d) x), and so for cosines. */
SIMD_INLINE f32x8 osc_summed(enum osc_shape shape, f32x8 q, const struct osc_gains *gains)
{
	bool is_sine_series = shape == OSC_SAW || shape == OSC_SQUARE;
	f32x8 s = f32x8_sin2pi(q), c = f32x8_cos2pi(q);
	f32x8 now = is_sine_series ? s : c, before = is_sine_series ? -s : c, turn = 4.0f * c * c - 2.0f;
	f32x8 sum = gains->k[0] * now;

	if (osc_has_even(shape)) {
		turn = 2.0f * c;
		before = f32x8_splat(is_sine_series ? 0.0f : 1.0f);
	}
	for (unsigned i = 1; i < osc_harmonics(shape); i++) {
		f32x8 next = turn * now - before;

		before = now;
		now = next;
		sum += gains->k[i] * now;
	}
	return sum;
}

/* q: phase in [-1/2, 1/2] cycles; dt: size of the increment. Shapes as phases p = q mod 1 in the language: sin 2 pi
 * p; 2p - 1; +1 then -1; 4p - 1 then 3 - 4p; 6p^2 - 6p + 1. */
SIMD_INLINE f32x8 osc_wave(enum osc_shape shape, f32x8 q, f32x8 dt, bool is_naive)
{
	i32x8 is_high = osc_is_high(shape, dt);
	f32x8 wave = osc_rounded(shape, q, dt, osc_half_widths(dt), is_naive ? 1.0f : 0.0f);

	if (shape != OSC_SINE && !is_naive && i32x8_any(is_high)) {
		struct osc_gains gains;

		osc_gains_compute(shape, dt, &gains);
		wave = f32x8_select(is_high, osc_summed(shape, q, &gains), wave);
	}
	return wave;
}

/* A pulse that is +1 for `width` of the cycle, 0..1, then -1: the difference of two saws. */
SIMD_INLINE f32x8 osc_pulse(f32x8 q, f32x8 width, f32x8 dt, bool is_naive)
{
	f32x8 fall = osc_wave(OSC_SAW, phase_wrap(q - width), dt, is_naive);

	return fall - osc_wave(OSC_SAW, q, dt, is_naive) + (2.0f * width - 1.0f);
}

/* --- Loops ---------------------------------------------------------------------------------------------------- */

SIMD_INLINE void osc_fill_high(enum osc_shape shape, struct phase_walk *w, sample *out, size_t n)
{
	struct osc_gains gains;

	osc_gains_compute(shape, w->dt, &gains);
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(out, i, n, osc_summed(shape, f32x8_from_phase(phase_next_steady(w)), &gains));
}

/* Increments below which most vectors of eight frames of a saw are far from its jump. */
#define OSC_FAR_DT (1.0f / 64.0f)

/* A saw of low pitch: what osc_rounded() gives, with the polynomial only where a jump is near. Whether it is follows
 * from the exact phase; where it is not, u is 1. */
SIMD_INLINE void osc_fill_saw(struct phase_walk *w, sample *out, size_t n)
{
	f32x8 half_widths = osc_half_widths(w->dt), far = osc_edge(f32x8_splat(1.0f));
	uint64_t reach = (uint64_t)((OSC_HALF_WIDTH * w->dt[0] + 1e-6f) * 0x1p48f) << 16;
	uint64_t stride = w->stride[0], acc = w->acc[0], span = w->high[3];
	uint64_t last = span >> 63 ? 0 : span; /* the highest of the eight phases, seen from acc */

	span = (span >> 63 ? -span : span) + 2 * reach;
	for (size_t i = 0; i < n; i += SIMD_LANES, acc += stride) {
		f32x8 q = f32x8_from_phase(phase_next_steady(w)), edge = far;

		if (acc + last + reach <= span)
			edge = osc_edge(f32x8_min(f32x8_abs(q) * half_widths + 0.0f, f32x8_splat(1.0f)));
		f32x8_store(out + i, 2.0f * q - osc_signed(edge, q));
	}
}

SIMD_INLINE void osc_fill_steady(enum osc_shape shape, uint64_t *acc, float hz, struct phase_rate rate, bool is_naive,
				 sample *out, size_t n)
{
	struct phase_walk w = phase_walk_steady(*acc, hz, rate, n);
	f32x8 dt = w.dt, half_widths = osc_half_widths(dt);
	float least = is_naive ? 1.0f : 0.0f;

	if (shape != OSC_SINE && !is_naive && i32x8_any(osc_is_high(shape, dt)))
		osc_fill_high(shape, &w, out, n);
	else if (shape == OSC_SAW && !is_naive && n > 1 && dt[0] < OSC_FAR_DT)
		osc_fill_saw(&w, out, n);
	else
		for (size_t i = 0; i < n; i += SIMD_LANES) {
			f32x8 q = f32x8_from_phase(phase_next_steady(&w));

			output_store(out, i, n, osc_rounded(shape, q, dt, half_widths, least));
		}
	*acc = phase_walk_end(&w);
}

SIMD_INLINE void osc_fill_modulated(enum osc_shape shape, uint64_t *acc, const struct node_input *freq,
				    struct phase_rate rate, bool is_naive, sample *out, size_t n)
{
	struct phase_walk w = phase_walk_modulated(*acc, rate, n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = f32x8_from_phase(phase_next_modulated(&w, input_load(freq, i, n)));

		output_store(out, i, n, osc_wave(shape, q, w.dt, is_naive));
	}
	*acc = phase_walk_end(&w);
}

/* A shape at in[OSC_FREQ]; inline it into a function under SIMD_CLONES. */
SIMD_INLINE void osc_fill(enum osc_shape shape, uint64_t *acc, const struct node_io *io, size_t n,
			  struct phase_rate rate, bool is_naive)
{
	struct node_input freq = io->in[OSC_FREQ];

	if (freq.data)
		osc_fill_modulated(shape, acc, &freq, rate, is_naive, io->out[0], n);
	else
		osc_fill_steady(shape, acc, freq.value, rate, is_naive, io->out[0], n);
}

/* node_def.process of a shape with the parameters above. */
SIMD_INLINE void osc_process(enum osc_shape shape, void *state, const struct node_io *io, size_t n)
{
	bool is_naive = shape != OSC_SINE && io->in[OSC_NAIVE].value > 0.5f;

	osc_fill(shape, state, io, n, osc_rate(io, osc_offset_ratio(io)), is_naive);
}

#endif
