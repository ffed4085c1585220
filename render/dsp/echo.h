/* What the echoes share: parameters of eight frames, a step that does them at once, and what to do when the delay is
 * shorter than a vector, so that a frame needs the one before it. */
#ifndef RENDER_DSP_ECHO_H
#define RENDER_DSP_ECHO_H

#include "render/dsp/glide.h"

#define ECHO_TIME_MAX_S 2.0f

/* Parameters of eight frames: where to read, and two gains. */
struct echo_span {
	struct tap_span tap;
	f32x8 feedback, mix; /* pingpong: mix is the width */
};

/* Seconds to frames, at least so many that the interpolation does not read what is not yet written. */
SIMD_INLINE f32x8 echo_frames(const struct node_io *io, const struct node_input *time, float max_s, size_t i,
			      size_t width)
{
	f32x8 time_s = f32x8_clamp(frames_load(time, i, width), 0.0f, max_s);

	return f32x8_max(time_s * (float)io->env->sample_rate_hz, f32x8_splat((float)LINE_FEEDBACK_MIN));
}

/* One frame of a span in all lanes. */
SIMD_INLINE struct echo_span echo_span_at(const struct echo_span *s, size_t j)
{
	return (struct echo_span){ tap_span_at(&s->tap, j), f32x8_splat(s->feedback[j]), f32x8_splat(s->mix[j]) };
}

/* The longest delay that a time parameter may ask for. */
static inline double echo_longest_s(const struct node_input *time, double max_s)
{
	return time->data ? max_s : clamp_f64(time->value, 0.0, max_s);
}

/* Seconds until echoes each_s apart, each `gain` times the one before, are 60 dB down; they begin after each_s. */
static inline double echo_tail_s(double each_s, double gain)
{
	double tail_s = each_s, level = 1.0;

	while ((level *= gain) > 0.001)
		tail_s += each_s;
	return tail_s;
}

/* Does any parameter of the rows first..last - 1 of io->in change from frame to frame? Else the first span holds. */
static inline bool echo_varies(const struct node_io *io, unsigned first, unsigned last)
{
	for (unsigned p = first; p < last; p++)
		if (io->in[p].data)
			return true;
	return false;
}

/* node_def.process: calls load(state, io, i, width) for the spans of eight frames (once if they do not vary) and
 * step(state, io, i, width, &span) for those eight at once or, where the nearest reading is nearer than a vector,
 * one by one. Both are always_inline. */
#define ECHO_PROCESS(state, io, n, is_varying, load, step)                                                             \
	do {                                                                                                           \
		if ((n) == 1) {                                                                                        \
			struct echo_span span = load(state, io, 0, 1);                                                 \
			step(state, io, 0, 1, &span);                                                                  \
			break;                                                                                         \
		}                                                                                                      \
		struct echo_span span = load(state, io, 0, SIMD_LANES);                                                \
                                                                                                                       \
		for (size_t i = 0; i < (n); i += SIMD_LANES) {                                                         \
			if (i > 0 && (is_varying))                                                                     \
				span = load(state, io, i, SIMD_LANES);                                                 \
			if (!tap_span_is_nearer(&span.tap, (float)LINE_VECTOR_MIN)) {                                  \
				step(state, io, i, SIMD_LANES, &span);                                                 \
				continue;                                                                              \
			}                                                                                              \
			for (size_t j = 0; j < SIMD_LANES; j++) {                                                      \
				struct echo_span one = echo_span_at(&span, j);                                         \
				step(state, io, i + j, 1, &one);                                                       \
			}                                                                                              \
		}                                                                                                      \
	} while (0)

#endif
