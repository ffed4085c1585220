/* Envelopes in closed form: of each cycle (adsr, ad, ar, attack, release, line) and from the start of the render (env,
 * xline, curve). Linear segments, pure functions of the frame number. Segments are at least 1 ms, so that none clicks.
 *
 * A cycle begins at the frame where its first event would sound: position in cycles to frames, rounded to the nearest,
 * halves up, as tempo_frame() does exactly (render/engine/tempo.h). Here doubles decide, and a position within 2^-50 of
 * a half, relatively, counts as one; only a tempo with a denominator beyond what is written by hand could tell. Times
 * count from that frame on, so a segment of n frames is n frames long in every cycle. */
#ifndef RENDER_DSP_ENVELOPE_H
#define RENDER_DSP_ENVELOPE_H

#include "render/dsp/kernel.h"

#define ENVELOPE_SEGMENT_MIN_S 0.001f
#define ENVELOPE_SEGMENT_MAX_S 10.0f
#define ENVELOPE_HALF_SLACK 0x1p-50 /* relative: what counts as half a frame */

#define PARAM_SEGMENT(segment_name, default_s, segment_flags, segment_doc)                                             \
	{                                                                                                              \
		.name = (segment_name), .unit = "s", .def = (default_s), .min = 0, .max = 10,                          \
		.flags = (segment_flags), .doc = (segment_doc)                                                         \
	}
#define PARAM_SUSTAIN(default_level, sustain_flags)                                                                    \
	{                                                                                                              \
		.name = "sustain", .unit = "", .def = (default_level), .min = 0, .max = 1, .flags = (sustain_flags),   \
		.doc = "level that is held"                                                                            \
	}
/* The signal to shape; left out, the envelope itself comes out. */
#define PARAM_SHAPED                                                                                                   \
	{                                                                                                              \
		.name = "in", .unit = "", .def = 1, .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,                 \
		.flags = PARAM_INPUT | PARAM_OPTIONAL, .doc = "the signal to shape"                                    \
	}

/* Of lines from the start of the render, or of a note: from where to where, and for how long. */
#define PARAMS_LINE                                                                                                    \
	{ .name = "start",                                                                                             \
	  .unit = "",                                                                                                  \
	  .min = -PARAM_SIGNAL_MAX,                                                                                    \
	  .max = PARAM_SIGNAL_MAX,                                                                                     \
	  .doc = "value at the start" },                                                                               \
		{ .name = "end",                                                                                       \
		  .unit = "",                                                                                          \
		  .min = -PARAM_SIGNAL_MAX,                                                                            \
		  .max = PARAM_SIGNAL_MAX,                                                                             \
		  .doc = "value that is reached and held" },                                                           \
	{                                                                                                              \
		.name = "dur", .unit = "s", .min = 0.001, .max = 3600, .doc = "time on the way"                        \
	}

/* Where eight frames are in their cycles, in frames. */
struct cycle_place {
	f32x8 since, until; /* since the cycle began, at least 0; until the next one begins, at least 1 */
};

/* floor(cycle * frames_per_cycle + 1/2) */
SIMD_INLINE f64x4 cycle_start(f64x4 cycle, double frames_per_cycle)
{
	f64x4 at = cycle * frames_per_cycle + 0.5;

	return f64x4_floor(at + at * ENVELOPE_HALF_SLACK);
}

SIMD_INLINE void cycle_place_four(const struct node_env *env, f64x4 frame, f64x4 *since, f64x4 *until)
{
	double frames_per_cycle = env->sample_rate_hz / env->cps;
	/* The last cycle that begins before the middle between this frame and the next: ceil(x) - 1. */
	f64x4 middle = (frame + 0.5) * env->cycles_per_frame;
	f64x4 cycle = -f64x4_floor(middle * ENVELOPE_HALF_SLACK - middle) - 1.0;

	*since = frame - cycle_start(cycle, frames_per_cycle);
	*until = cycle_start(cycle + 1.0, frames_per_cycle) - frame;
}

SIMD_INLINE struct cycle_place cycle_place(const struct node_io *io, size_t i)
{
	f64x4 frame = (double)(io->frame + i) + f64x4_lanes(), since[2], until[2];

	cycle_place_four(io->env, frame, &since[0], &until[0]);
	cycle_place_four(io->env, frame + 4.0, &since[1], &until[1]);
	return (struct cycle_place){ f32x8_from_f64(since[0], since[1]), f32x8_from_f64(until[0], until[1]) };
}

/* Seconds since the start of the render (or of the note) at frames i..i+7 of a call. */
SIMD_INLINE f32x8 envelope_seconds(const struct node_io *io, size_t i)
{
	f64x4 frame = (double)(io->frame + i) + f64x4_lanes();
	double rate = io->env->sample_rate_hz;

	return f32x8_from_f64(frame / rate, (frame + 4.0) / rate);
}

/* Share of the way of a line with PARAMS_LINE that is gone, at frames i..i+7; 1 or more: the end is reached. dur is the
 * number of that parameter. */
SIMD_INLINE f32x8 envelope_line_share(const struct node_io *io, unsigned dur, size_t i, size_t n)
{
	return envelope_seconds(io, i) / f32x8_clamp(input_load(&io->in[dur], i, n), 0.001f, 3600.0f);
}

SIMD_INLINE f32x8 envelope_segment(f32x8 s)
{
	return f32x8_clamp(s, ENVELOPE_SEGMENT_MIN_S, ENVELOPE_SEGMENT_MAX_S);
}

/* Rise from 0 to 1, then fall to the level and stay; times in the unit of the segments. */
SIMD_INLINE f32x8 envelope_rise_fall(f32x8 since, f32x8 attack, f32x8 decay, f32x8 level)
{
	f32x8 rise = f32x8_min(since / attack, f32x8_splat(1.0f));
	f32x8 fall = f32x8_clamp((since - attack) / decay, 0.0f, 1.0f);

	return rise * (1.0f - fall * (1.0f - level));
}

/* Levels of frames i..i+7 of a call: attack, decay, sustain and a release that would be 0 when the next cycle begins. */
SIMD_INLINE f32x8 envelope_level(const struct node_io *io, size_t i, f32x8 attack_s, f32x8 decay_s, f32x8 sustain,
				 f32x8 release_s)
{
	struct cycle_place at = cycle_place(io, i);
	float rate = (float)io->env->sample_rate_hz;
	f32x8 held = envelope_rise_fall(at.since, envelope_segment(attack_s) * rate, envelope_segment(decay_s) * rate,
					f32x8_clamp(sustain, 0.0f, 1.0f));

	return held * f32x8_min(at.until / (envelope_segment(release_s) * rate), f32x8_splat(1.0f));
}

#endif
