/* Phase accumulators: what every source with a frequency has in common.
 *
 * Phase is an unsigned 64-bit fraction of a cycle, so its sums are exact and associative at audio-rate modulation
 * too: any span of a render can start from the sum of the spans before it (TIME_SCAN), and after ten hours the
 * frequency is still right to 2^-53 cycle per frame. An increment is the product of a frequency and the cycles per
 * frame of 1 Hz, computed in double and clamped to half a cycle either way.
 *
 * Eight frames are had at once: at a constant frequency as multiples of the increment, at a modulated one by a
 * prefix sum in the lanes. Both give the same bits, because integer sums do not depend on their order. Phases are
 * taken signed, in [-1/2, 1/2), with the start of the cycle at zero, where a float is finest. */
#ifndef RENDER_DSP_PHASE_H
#define RENDER_DSP_PHASE_H

#include "render/dsp/kernel.h"

/* Any job's half sample rate, 192 kHz at most. */
#define PHASE_FREQ_MAX_HZ 96000.0

/* Increments of four frames in cycles, at most half a cycle either way; a NaN runs backwards at full speed. */
SIMD_INLINE f64x4 phase_increment(f64x4 freq_hz, double cycles_per_hz)
{
	return f64x4_clamp(freq_hz * cycles_per_hz, -0.5, 0.5);
}

/* One accumulator on its way through a call. */
struct phase_walk {
	uint64_t acc;          /* phase of the next frame */
	u64x4 low, high;       /* steady: offsets of eight frames */
	uint64_t stride;       /* steady: increment of eight frames, or of the one there is */
	f32x8 dt;              /* size of the increments of the last eight frames (steady: always), cycles */
	double cycles_per_hz;
	size_t n;              /* frames of the call */
};

/* A walk whose frequency is `hz` throughout. */
SIMD_INLINE struct phase_walk phase_walk_steady(uint64_t acc, double hz, double cycles_per_hz, size_t n)
{
	f64x4 cycles = phase_increment(f64x4_splat(hz), cycles_per_hz);
	uint64_t step = f64x4_to_phase(cycles)[0];
	u64x4 low = { 0, step, 2 * step, 3 * step };

	return (struct phase_walk){
		.acc = acc,
		.low = low,
		.high = low + 4 * step,
		.stride = lanes_in_use(n) * step,
		.dt = f32x8_abs(f32x8_from_f64(cycles, cycles)),
		.n = n,
	};
}

/* Phases of the next eight frames of a steady walk. */
SIMD_INLINE u32x8 phase_next_steady(struct phase_walk *w)
{
	u32x8 phase = u32x8_from_phases(w->acc + w->low, w->acc + w->high);

	w->acc += w->stride;
	return phase;
}

SIMD_INLINE struct phase_walk phase_walk_modulated(uint64_t acc, double cycles_per_hz, size_t n)
{
	return (struct phase_walk){ .acc = acc, .cycles_per_hz = cycles_per_hz, .n = n };
}

/* Phases of the next eight frames, which have these frequencies in doubles. */
SIMD_INLINE u32x8 phase_next_f64(struct phase_walk *w, f64x4 low_hz, f64x4 high_hz)
{
	f64x4 low = phase_increment(low_hz, w->cycles_per_hz), high = phase_increment(high_hz, w->cycles_per_hz);
	u64x4 low_step = f64x4_to_phase(low), high_step = f64x4_to_phase(high);
	u64x4 low_sum = w->acc + u64x4_prefix_sum(low_step), high_sum = low_sum[3] + u64x4_prefix_sum(high_step);

	w->dt = f32x8_abs(f32x8_from_f64(low, high));
	w->acc = w->n == 1 ? low_sum[0] : high_sum[3];
	return u32x8_from_phases(low_sum - low_step, high_sum - high_step);
}

SIMD_INLINE u32x8 phase_next_modulated(struct phase_walk *w, f32x8 freq_hz)
{
	return phase_next_f64(w, f32x8_low_f64(freq_hz), f32x8_high_f64(freq_hz));
}

/* A walk along an input, times a constant ratio that is in cycles_per_hz. */
SIMD_INLINE struct phase_walk phase_walk_begin(const struct node_input *freq, uint64_t acc, double cycles_per_hz,
					       size_t n)
{
	return freq->data ? phase_walk_modulated(acc, cycles_per_hz, n)
			  : phase_walk_steady(acc, (double)freq->value, cycles_per_hz, n);
}

/* Phases of frames i..i+7 of the call, as cycles in [-1/2, 1/2]. */
SIMD_INLINE f32x8 phase_walk_next(struct phase_walk *w, const struct node_input *freq, size_t i)
{
	return f32x8_from_phase(freq->data ? phase_next_modulated(w, input_load(freq, i, w->n))
					   : phase_next_steady(w));
}

/* Adds n frames of an input to *acc, for node_def.advance. */
void phase_advance(uint64_t *acc, const struct node_input *freq, double cycles_per_hz, size_t n);

/* Cycles in [-1/2, 1/2] from any within 2^22. */
SIMD_INLINE f32x8 phase_wrap(f32x8 cycles)
{
	return cycles - f32x8_round(cycles);
}

#endif
