/* The band-limited phase oscillators: what sine, saw, square and tri share.
 *
 * Phase is an unsigned 64-bit fraction of a cycle, so its sums are exact and associative at audio-rate modulation
 * too: any span of a render can start from the sum of the spans before it (TIME_SCAN), and after ten hours the
 * frequency is still right to 2^-53 cycle per frame.
 *
 * Edges are smoothed with the integral of the cubic B-spline over four frames around each jump (polyBLEP), the
 * corners of the triangle with its second integral (polyBLAMP): Valimaki, Pekonen, Nam, "Perceptually informed
 * synthesis of bandlimited classical waveforms using integrated polynomial interpolation", J. Acoust. Soc. Am.
 * 131(1), 2012. Phase is known ahead, so no latency arises. Phases are taken signed, with the jump at zero,
 * where a float is finest. */
#ifndef RENDER_DSP_OSC_H
#define RENDER_DSP_OSC_H

#include "render/dsp/kernel.h"

enum osc_shape { OSC_SINE, OSC_SAW, OSC_SQUARE, OSC_TRI };

/* Order of the oscillators' parameters. */
enum { OSC_FREQ, OSC_OFFSET, OSC_NAIVE }; /* the sine has no third */

#define OSC_FREQ_MAX_HZ 96000.0

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

/* Adds n frames of phase to *acc, for node_def.advance. */
void osc_advance(void *acc, const struct node_io *io, size_t n);

/* Cycles per frame for 1 Hz. */
SIMD_INLINE double osc_cycles_per_hz(const struct node_io *io)
{
	double offset = clamp_f64(io->in[OSC_OFFSET].value, -120.0, 120.0);

	return f64_exp2(offset * (1.0 / 12.0)) / io->env->sample_rate_hz;
}

/* Increments of four frames in cycles, at most half a cycle either way. */
SIMD_INLINE f64x4 osc_increment(f64x4 freq_hz, double cycles_per_hz)
{
	return f64x4_clamp(freq_hz * cycles_per_hz, -0.5, 0.5);
}

/* A jump from -1 to 1, seen a frames away from its middle on either side: 0 in the middle, 1 from two frames on. */
SIMD_INLINE f32x8 osc_edge(f32x8 a)
{
	f32x8 near = a * (4.0f / 3.0f - a * a * (2.0f / 3.0f - 0.25f * a));
	f32x8 b = 2.0f - a, b2 = b * b;

	return f32x8_select(a < 1.0f, near, 1.0f - b2 * b2 * (1.0f / 12.0f));
}

/* What a corner of slope change 1 per frame is rounded by, a frames away from it: 0 from two frames on. */
SIMD_INLINE f32x8 osc_corner(f32x8 a)
{
	f32x8 a2 = a * a, b = 2.0f - a, b2 = b * b;
	f32x8 near = 7.0f / 30.0f - a * 0.5f + a2 * (1.0f / 3.0f - a2 * (1.0f / 12.0f - a * (1.0f / 40.0f)));

	return f32x8_select(a < 1.0f, near, b2 * b2 * b * (1.0f / 120.0f));
}

/* Distance from an edge in frames, at most 2; least is 0, or 2 for an oscillator without band limiting. */
SIMD_INLINE f32x8 osc_distance(f32x8 q, f32x8 frames_per_cycle, float least)
{
	return f32x8_clamp(q * frames_per_cycle, least, 2.0f);
}

/* q: phase in [-1/2, 1/2) cycles; dt: size of the increment. Shapes as phases p = q mod 1 in the language:
 * sin 2 pi p; 2p - 1; +1 then -1; 4p - 1 then 3 - 4p. */
SIMD_INLINE f32x8 osc_wave(enum osc_shape shape, f32x8 q, f32x8 dt, float least)
{
	f32x8 rate = 1.0f / f32x8_clamp(dt, 1e-9f, 0.25f); /* smoothing ranges of neighbouring edges may just meet */
	f32x8 aq = f32x8_abs(q);
	f32x8 from_zero = osc_distance(aq, rate, least);
	f32x8 from_half = osc_distance(0.5f - aq, rate, least);

	switch (shape) {
	case OSC_SAW:
		return 2.0f * q - f32x8_copysign(osc_edge(from_zero), q);
	case OSC_SQUARE:
		return (osc_edge(from_zero) + osc_edge(from_half) - 1.0f) * f32x8_copysign(f32x8_splat(1.0f), q);
	case OSC_TRI:
		return 4.0f * aq - 1.0f + 8.0f * dt * (osc_corner(from_zero) - osc_corner(from_half));
	case OSC_SINE:
		break;
	}
	return f32x8_sin2pi(q);
}

/* Constant frequency: the phases of eight frames are the first one's plus multiples of the increment. */
SIMD_INLINE void osc_process_steady(enum osc_shape shape, uint64_t *acc, const struct node_io *io, size_t n,
				    float least)
{
	f64x4 cycles = osc_increment(f64x4_splat(io->in[OSC_FREQ].value), osc_cycles_per_hz(io));
	f32x8 dt = f32x8_abs(f32x8_from_f64(cycles, cycles));
	uint64_t step = f64x4_to_phase(cycles)[0];
	u64x4 low = (u64x4){ 0, step, 2 * step, 3 * step }, high = low + 4 * step;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 q = f32x8_from_phase(u32x8_from_phases(*acc + low, *acc + high));

		output_store(io->out[0], i, n, osc_wave(shape, q, dt, least));
		*acc += lanes_in_use(n) * step;
	}
}

SIMD_INLINE void osc_process_modulated(enum osc_shape shape, uint64_t *acc, const struct node_io *io, size_t n,
				       float least)
{
	double cycles_per_hz = osc_cycles_per_hz(io);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 freq = input_load(&io->in[OSC_FREQ], i, n);
		f64x4 low = osc_increment(f32x8_low_f64(freq), cycles_per_hz);
		f64x4 high = osc_increment(f32x8_high_f64(freq), cycles_per_hz);
		uint64_t step[SIMD_LANES];
		uint32_t phase[SIMD_LANES];
		f32x8 q, dt;

		u64x4_store(step, f64x4_to_phase(low));
		u64x4_store(step + 4, f64x4_to_phase(high));
		for (size_t j = 0; j < lanes_in_use(n); j++) {
			phase[j] = (uint32_t)(*acc >> 32);
			*acc += step[j];
		}
		for (size_t j = lanes_in_use(n); j < SIMD_LANES; j++)
			phase[j] = phase[0];
		q = f32x8_from_phase(u32x8_load(phase));
		dt = f32x8_abs(f32x8_from_f64(low, high));
		output_store(io->out[0], i, n, osc_wave(shape, q, dt, least));
	}
}

/* node_def.process of a shape; inline it into a SIMD_CLONES function. */
SIMD_INLINE void osc_process(enum osc_shape shape, void *state, const struct node_io *io, size_t n)
{
	bool is_naive = shape != OSC_SINE && io->in[OSC_NAIVE].value > 0.5f;
	float least = is_naive ? 2.0f : 0.0f;

	if (io->in[OSC_FREQ].data)
		osc_process_modulated(shape, state, io, n, least);
	else
		osc_process_steady(shape, state, io, n, least);
}

#endif
