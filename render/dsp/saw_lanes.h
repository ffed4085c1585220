/* Saws at fixed frequencies in the lanes of a bank (lane_frames.h): what osc.h makes of a saw, by frames of all lanes
 * instead of lanes of many frames.
 *
 * Between its jumps a saw is its phase, three operations for a frame of eight lanes. The few frames beside a jump, seven
 * of each period, are mended after that: a jump's place follows from the exact phase at the quantum's start, and eight
 * frames around it get what the polynomial of osc.h takes from the jump. A lane whose period is short has so many jumps
 * that it is computed along time, as a saw alone is, and laid into its column. Nothing is carried on: the phase
 * of a frame is the frame's number times the step, so the cut of time changes no bit. */
#ifndef RENDER_DSP_SAW_LANES_H
#define RENDER_DSP_SAW_LANES_H

#include "render/dsp/lane_frames.h"
#include "render/dsp/osc.h"

/* Cycles per frame between which jumps are mended one by one; two are so far apart that eight frames hold one. */
#define SAW_LANE_DT_MIN 1e-6f
#define SAW_LANE_DT_MAX (1.0f / 32.0f)

struct saw_lane {
	uint64_t step;         /* per frame */
	double frames_per_ulp; /* 1 / step */
	float hz, half_widths; /* of osc_edge(), per cycle */
	bool is_mended;
};

struct saw_lanes {
	struct saw_lane lane[NODE_BANK_LANES];
};

/* frequencies: in[0], in[stride] .. of the lanes; 0 is silence, as in a saw alone. */
SIMD_INLINE void saw_lanes_reset(struct saw_lanes *s, const struct node_env *env, const struct node_input *in,
				 unsigned stride)
{
	struct phase_rate rate = phase_rate_of(env, 1.0, -OSC_FREQ_MAX_HZ, OSC_FREQ_MAX_HZ);

	for (unsigned k = 0; k < NODE_BANK_LANES; k++) {
		float hz = in[k * stride].value;
		struct phase_walk w = phase_walk_steady(0, hz, rate, 1);
		uint64_t step = w.stride[0];

		s->lane[k] = (struct saw_lane){
			.step = step,
			.frames_per_ulp = step ? 1.0 / (double)step : 0.0,
			.hz = hz,
			.half_widths = osc_half_widths(w.dt)[0],
			.is_mended = hz > 0 && w.dt[0] >= SAW_LANE_DT_MIN && w.dt[0] <= SAW_LANE_DT_MAX,
		};
	}
}

/* Eight lanes as if they had no jumps to mend, from the given phases; a step of 0 at half a cycle is silence. */
SIMD_INLINE void saw_lanes_ramp(struct lane_frames *x, const uint64_t acc[SIMD_LANES], const uint64_t step[SIMD_LANES],
				unsigned v)
{
	/* In the order in which the upper halves of two vectors come together with one instruction. */
	u64x4 a0 = u64x4_load(acc), a4 = u64x4_load(acc + 4), s0 = u64x4_load(step), s4 = u64x4_load(step + 4);
	u64x4 a = __builtin_shufflevector(a0, a4, 0, 1, 4, 5), b = __builtin_shufflevector(a0, a4, 2, 3, 6, 7);
	u64x4 sa = __builtin_shufflevector(s0, s4, 0, 1, 4, 5), sb = __builtin_shufflevector(s0, s4, 2, 3, 6, 7);

	a += (uint64_t)1 << 63; /* 0 becomes the lowest, as 2 p - 1 is */
	b += (uint64_t)1 << 63;
	for (size_t i = 0; i < QUANTUM_FRAMES; i++, a += sa, b += sb) {
		i32x8 top = (i32x8)__builtin_shufflevector((u32x8)a, (u32x8)b, 1, 3, 9, 11, 5, 7, 13, 15);

		f32x8_store(x->at[LANE_MARGIN + i] + v * SIMD_LANES, __builtin_convertvector(top, f32x8) * 0x1p-31f);
	}
}

/* The eight frames around a jump: from the frame `first` of the quantum, -7 .. 64, on. */
SIMD_INLINE void saw_jump_mend(struct lane_frames *x, unsigned k, const struct saw_lane *l, uint64_t acc, int first)
{
	u64x4 low = acc + (uint64_t)(int64_t)first * l->step + (u64x4){ 0, l->step, 2 * l->step, 3 * l->step };
	f32x8 q = f32x8_from_phase(u32x8_from_phases(low, low + 4 * l->step));
	f32x8 u = f32x8_min(f32x8_abs(q) * l->half_widths, f32x8_splat(1.0f));
	f32x8 gap = f32x8_select(u < 1.0f, 1.0f - osc_edge(u), f32x8_splat(0.0f));
	float add[SIMD_LANES];

	f32x8_store(add, (f32x8)((u32x8)gap ^ ((u32x8)q & 0x80000000u))); /* a jump overshoots: either sign */
	SIMD_UNROLL
	for (int j = 0; j < SIMD_LANES; j++)
		x->at[LANE_MARGIN + first + j][k] += add[j];
}

SIMD_INLINE void saw_lane_mend(struct lane_frames *x, unsigned k, const struct saw_lane *l, uint64_t acc)
{
	double half = (double)OSC_HALF_WIDTH, period = 0x1p64 * l->frames_per_ulp;
	double at = -2.0 * (double)(int64_t)(acc >> 1) * l->frames_per_ulp; /* of the last jump */

	for (at = at > -half ? at : at + period; at < QUANTUM_FRAMES - 1 + half; at += period)
		saw_jump_mend(x, k, l, acc, (int)(at - half + LANE_MARGIN) - LANE_MARGIN + 1);
}

/* A lane along time. */
SIMD_INLINE void saw_lane_lay(struct lane_frames *x, unsigned k, const struct saw_lane *l, uint64_t acc,
			      const struct node_env *env)
{
	_Alignas(64) sample row[QUANTUM_FRAMES];

	osc_fill_steady(OSC_SAW, &acc, l->hz, phase_rate_of(env, 1.0, -OSC_FREQ_MAX_HZ, OSC_FREQ_MAX_HZ), false, row,
			QUANTUM_FRAMES);
	for (size_t i = 0; i < QUANTUM_FRAMES; i++)
		x->at[LANE_MARGIN + i][k] = row[i];
}

/* The quantum that begins at a frame, of 8 n_vectors lanes. */
SIMD_INLINE void saw_lanes_fill(const struct saw_lanes *s, const struct node_env *env, uint64_t frame,
				struct lane_frames *x, unsigned n_vectors)
{
	uint64_t acc[NODE_BANK_LANES], start[NODE_BANK_LANES], step[NODE_BANK_LANES];

	lane_frames_clear_margins(x, n_vectors);
	for (unsigned k = 0; k < n_vectors * SIMD_LANES; k++) {
		acc[k] = frame * s->lane[k].step;
		start[k] = s->lane[k].is_mended ? acc[k] : (uint64_t)1 << 63;
		step[k] = s->lane[k].is_mended ? s->lane[k].step : 0;
	}
	for (unsigned v = 0; v < n_vectors; v++)
		saw_lanes_ramp(x, start + v * SIMD_LANES, step + v * SIMD_LANES, v);
	for (unsigned k = 0; k < n_vectors * SIMD_LANES; k++)
		if (s->lane[k].is_mended)
			saw_lane_mend(x, k, &s->lane[k], acc[k]);
		else if (s->lane[k].hz != 0)
			saw_lane_lay(x, k, &s->lane[k], acc[k], env);
}

#endif
