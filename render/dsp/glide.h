/* Parameters that step without a click.
 *
 * A glide follows a value exactly while it moves by no more than its whole range in GLIDE_S seconds, as envelopes,
 * LFOs and anything else that is smooth does; what moves faster, as steps do, becomes a ramp of that slope.
 *
 * A tap is the glide of a delay's length, where a ramp would bend the pitch. A length that moves by up to one frame
 * per frame is followed exactly and a step of up to TAP_REACH frames is caught up with at that speed; for longer
 * steps the reading at the old length fades out while that at the new one fades in, over TAP_FADE_S seconds. What
 * the length does during the fade counts when it is over.
 *
 * Both go frame by frame, so the cut into calls is not heard, and both start at the first value they see. */
#ifndef RENDER_DSP_GLIDE_H
#define RENDER_DSP_GLIDE_H

#include "render/dsp/delay_line.h"

#define GLIDE_S 0.004
#define TAP_FADE_S 0.02
#define TAP_REACH 32.0f

/* Zero at frame 0. */
struct glide {
	float at;
	bool is_set;
};

/* The slope of a range of 1, per frame. */
static inline float glide_slope(const struct node_env *env)
{
	return (float)(1.0 / (GLIDE_S * env->sample_rate_hz));
}

SIMD_INLINE float glide_tick(float at, float target, float slope)
{
	float gap = target - at;

	if (gap > slope)
		return at + slope;
	return gap < -slope ? at - slope : target;
}

SIMD_INLINE f32x8 glide_follow(struct glide *g, f32x8 target, float slope, size_t width)
{
	if (!g->is_set)
		*g = (struct glide){ .at = target[0], .is_set = true };
	if (width > 1 && !i32x8_any(f32x8_abs(target - frames_before(target, g->at)) > slope)) {
		g->at = target[SIMD_LANES - 1];
		return target;
	}
	for (size_t j = 0; j < width; j++)
		target[j] = g->at = glide_tick(g->at, target[j], slope);
	return target;
}

/* A parameter clamped to lo..hi, without clicks. */
SIMD_INLINE f32x8 glide_load(struct glide *g, const struct node_io *io, const struct node_input *in, float lo, float hi,
			     size_t i, size_t width)
{
	f32x8 v = f32x8_clamp(frames_load(in, i, width), lo, hi);

	return in->data ? glide_follow(g, v, glide_slope(io->env) * (hi - lo), width) : v;
}

/* Zero at frame 0. */
struct tap {
	float frames, from; /* length now; before the fade */
	uint32_t n_left;    /* frames of the fade to come */
	bool is_set;
};

/* Where to read in eight frames. */
struct tap_span {
	f32x8 frames, from;
	f32x8 weight; /* of the reading at `frames`; that at `from` has the rest */
	bool is_fading;
};

SIMD_INLINE void tap_tick(struct tap *t, float target, uint32_t fade_frames)
{
	float gap = target - t->frames;

	if (t->n_left > 0 && --t->n_left > 0)
		return;
	if (gap > TAP_REACH || gap < -TAP_REACH)
		*t = (struct tap){ .frames = target, .from = t->frames, .n_left = fade_frames, .is_set = true };
	else
		t->frames = glide_tick(t->frames, target, 1.0f);
}

SIMD_INLINE struct tap_span tap_follow(struct tap *t, f32x8 target, double sample_rate_hz, size_t width)
{
	uint32_t fade_frames = (uint32_t)(TAP_FADE_S * sample_rate_hz);
	struct tap_span span = { .frames = target, .from = target, .weight = f32x8_splat(1.0f) };

	if (!t->is_set)
		*t = (struct tap){ .frames = target[0], .is_set = true };
	if (width > 1 && t->n_left == 0 && !i32x8_any(f32x8_abs(target - frames_before(target, t->frames)) > 1.0f)) {
		t->frames = target[SIMD_LANES - 1];
		return span;
	}
	for (size_t j = 0; j < width; j++) {
		tap_tick(t, target[j], fade_frames);
		span.frames[j] = t->frames;
		span.from[j] = t->n_left ? t->from : t->frames;
		span.weight[j] = 1.0f - (float)t->n_left / (float)fade_frames;
		span.is_fading |= t->n_left > 0;
	}
	return span;
}

/* The span of one of its frames, in all lanes. */
SIMD_INLINE struct tap_span tap_span_at(const struct tap_span *s, size_t j)
{
	return (struct tap_span){ f32x8_splat(s->frames[j]), f32x8_splat(s->from[j]), f32x8_splat(s->weight[j]),
				  s->is_fading };
}

/* Does any reading of the span come nearer than `frames`? */
SIMD_INLINE bool tap_span_is_nearer(const struct tap_span *s, float frames)
{
	return i32x8_any(f32x8_min(s->frames, s->from) < frames);
}

/* A line as a span says, `times` as far back: 1, or a tap's number. */
SIMD_INLINE f32x8 tap_read(const struct tap_span *s, float times, const struct line *l, const sample *base,
			   uint32_t frame)
{
	f32x8 frames = s->frames * times, to, from, fade;

	to = line_read(l, base, frame, frames);
	if (!s->is_fading)
		return to;
	from = line_read(l, base, frame, s->from * times);
	fade = s->weight * s->weight * (3.0f - 2.0f * s->weight);
	return f32x8_select(s->weight < 1.0f, from + (to - from) * fade, to);
}

#endif
