/* A cutoff that steps without a click.
 *
 * It follows a frequency exactly while that moves by less than SLEW_OCTAVES_PER_S, as every modulation does that is not
 * a step: a swing of an octave each way up to 1.6 kHz, of a quarter up to 6 kHz. What is faster goes on at that speed,
 * so a step of a decade takes 0.33 ms. The integrators of a filter cannot jump, so a step of their cutoff bends the
 * output, and a ramp of that length takes from the bend what is above some 3 kHz:
 * 20 dB of what is above 8 kHz.
 *
 * Frame by frame, so that the cut into calls is not heard; it starts at the first frequency it sees. */
#ifndef RENDER_DSP_SLEW_H
#define RENDER_DSP_SLEW_H

#include "render/dsp/kernel.h"

#define SLEW_OCTAVES_PER_S 10000.0f

/* Zero at frame 0. */
struct slew {
	float at, up, down; /* where it is, 0: nowhere yet; factors of a frame */
};

SIMD_INLINE void slew_start(struct slew *s, float at, double sample_rate_hz)
{
	s->at = at;
	s->up = f32_exp2(SLEW_OCTAVES_PER_S / (float)sample_rate_hz);
	s->down = 1.0f / s->up;
}

SIMD_INLINE float slew_tick(const struct slew *s, float target)
{
	float highest = s->at * s->up, lowest = s->at * s->down;

	if (target > highest)
		return highest;
	return target < lowest ? lowest : target;
}

/* Eight frames (one: lane 0) of a frequency above 0. */
SIMD_INLINE f32x8 slew_follow(struct slew *s, f32x8 target, double sample_rate_hz, size_t width)
{
	f32x8 before;

	if (s->at == 0)
		slew_start(s, target[0], sample_rate_hz);
	before = frames_before(target, s->at);
	if (width > 1 && !i32x8_any((target > before * s->up) | (target < before * s->down))) {
		s->at = target[SIMD_LANES - 1];
		return target;
	}
	for (size_t j = 0; j < width; j++)
		target[j] = s->at = slew_tick(s, target[j]);
	return target;
}

/* Frames i..i+7 of a call with n of an input in Hz, clamped to lo..hi, lo above 0. */
SIMD_INLINE f32x8 slew_load(struct slew *s, const struct node_io *io, const struct node_input *in, float lo, float hi,
			    size_t i, size_t n)
{
	f32x8 hz = f32x8_clamp(input_load(in, i, n), lo, hi);

	return in->data ? slew_follow(s, hz, io->env->sample_rate_hz, lanes_in_use(n)) : hz;
}

#endif
