/* Phase accumulators: what every source with a frequency has in common.
 *
 * Phase is an unsigned 64-bit fraction of a cycle, so its sums are exact and associative at audio-rate modulation
 * too: any span of a render can start from the sum of the spans before it (TIME_SCAN), and after ten hours the
 * frequency is still right to 2^-53 cycle per frame. An increment is the product of a frequency, clamped to its
 * range and to half the sample rate, and the cycles per frame of 1 Hz, computed in double.
 *
 * Eight frames are had at once: at a constant frequency as multiples of the increment, at a modulated one by a
 * prefix sum in the lanes. Both give the same bits, because integer sums do not depend on their order. Phases are
 * taken signed, in [-1/2, 1/2), with the start of the cycle at zero, where a float is finest. */
#ifndef RENDER_DSP_PHASE_H
#define RENDER_DSP_PHASE_H

#include "render/dsp/kernel.h"

/* Half the highest sample rate. */
#define PHASE_FREQ_MAX_HZ 96000.0

/* What turns frequencies into increments. */
struct phase_rate {
	double cycles_per_hz; /* per frame */
	float lo_hz, hi_hz;   /* clamps; the increment stays within half a cycle */
};

/* Of `ratio` times a frequency that is clamped to lo_hz..hi_hz. */
SIMD_INLINE struct phase_rate phase_rate_of(const struct node_env *env, double ratio, double lo_hz, double hi_hz)
{
	double cycles_per_hz = ratio / env->sample_rate_hz;
	double limit = 0.5 * (1.0 - 0x1p-23) / (cycles_per_hz > 1e-12 ? cycles_per_hz : 1e-12);

	return (struct phase_rate){
		.cycles_per_hz = cycles_per_hz,
		.lo_hz = (float)clamp_f64(lo_hz, -limit, limit),
		.hi_hz = (float)clamp_f64(hi_hz, -limit, limit),
	};
}

/* One accumulator on its way through a call. */
struct phase_walk {
	struct phase_rate rate;
	size_t n;        /* frames of the call */
	u64x4 acc;       /* phase of the next frame, in all lanes */
	u64x4 low, high; /* steady: offsets of eight frames */
	u64x4 stride;    /* steady: increment of eight frames, or of the one there is, in all lanes */
	f32x8 dt;        /* size of the increments of the last eight frames (steady: always), cycles */
};

/* Increments of eight frames as cycles, below half a cycle either way. */
SIMD_INLINE void phase_cycles(f32x8 hz, struct phase_rate rate, f64x4 *low, f64x4 *high)
{
	f32x8 clamped = f32x8_clamp(hz, rate.lo_hz, rate.hi_hz);

	*low = f32x8_low_f64(clamped) * rate.cycles_per_hz;
	*high = f32x8_high_f64(clamped) * rate.cycles_per_hz;
}

/* A walk at one frequency. */
SIMD_INLINE struct phase_walk phase_walk_steady(uint64_t acc, float hz, struct phase_rate rate, size_t n)
{
	f64x4 cycles, same;
	u64x4 low;
	uint64_t step;

	phase_cycles(f32x8_splat(hz), rate, &cycles, &same);
	step = f64x4_to_phase(cycles)[0];
	low = (u64x4){ 0, step, 2 * step, 3 * step };
	return (struct phase_walk){
		.rate = rate,
		.n = n,
		.acc = u64x4_splat(acc),
		.low = low,
		.high = low + 4 * step,
		.stride = u64x4_splat(lanes_in_use(n) * step),
		.dt = f32x8_abs(f32x8_from_f64(cycles, same)),
	};
}

SIMD_INLINE struct phase_walk phase_walk_modulated(uint64_t acc, struct phase_rate rate, size_t n)
{
	return (struct phase_walk){ .rate = rate, .n = n, .acc = u64x4_splat(acc) };
}

/* Phases of the next eight frames of a steady walk, in units of 2^-32 cycle. */
SIMD_INLINE u32x8 phase_next_steady(struct phase_walk *w)
{
	u32x8 phase = u32x8_from_phases(w->acc + w->low, w->acc + w->high);

	w->acc += w->stride;
	return phase;
}

/* The same of a modulated walk, at the frequencies of these frames. Only the last addition waits for the eight frames
 * before. */
SIMD_INLINE u32x8 phase_next_modulated(struct phase_walk *w, f32x8 hz)
{
	f64x4 low, high;
	u64x4 low_step, high_step, low_sum, high_sum, phase_low, phase_high;

	phase_cycles(hz, w->rate, &low, &high);
	low_step = f64x4_to_phase(low);
	high_step = f64x4_to_phase(high);
	low_sum = u64x4_prefix_sum(low_step);
	high_sum = u64x4_prefix_sum(high_step) + u64x4_splat_last(low_sum);
	phase_low = w->acc + (low_sum - low_step);
	phase_high = w->acc + (high_sum - high_step);
	w->dt = f32x8_abs(f32x8_from_f64(low, high));
	w->acc += w->n == 1 ? u64x4_splat(low_step[0]) : u64x4_splat_last(high_sum);
	return u32x8_from_phases(phase_low, phase_high);
}

/* Phase of the frame after those that the walk has been over: the state to leave. */
SIMD_INLINE uint64_t phase_walk_end(const struct phase_walk *w)
{
	return w->acc[0];
}

/* A walk along an input. */
SIMD_INLINE struct phase_walk phase_walk_begin(const struct node_input *freq, uint64_t acc, struct phase_rate rate,
					       size_t n)
{
	return freq->data ? phase_walk_modulated(acc, rate, n) : phase_walk_steady(acc, freq->value, rate, n);
}

/* Phases of frames i..i+7 of the call, in units of 2^-32 cycle. */
SIMD_INLINE u32x8 phase_walk_bits(struct phase_walk *w, const struct node_input *freq, size_t i)
{
	return freq->data ? phase_next_modulated(w, input_load(freq, i, w->n)) : phase_next_steady(w);
}

/* The same as cycles in [-1/2, 1/2]. */
SIMD_INLINE f32x8 phase_walk_next(struct phase_walk *w, const struct node_input *freq, size_t i)
{
	return f32x8_from_phase(phase_walk_bits(w, freq, i));
}

/* Adds n frames of an input to *acc, for node_def.advance. */
void phase_advance(uint64_t *acc, const struct node_input *freq, struct phase_rate rate, size_t n);

/* Cycles in [-1/2, 1/2] from any within 2^22. */
SIMD_INLINE f32x8 phase_wrap(f32x8 cycles)
{
	return cycles - f32x8_round(cycles);
}

#endif
