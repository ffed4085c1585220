/* What chorus and flanger share: per channel a line that is read where a sine moves the delay to and fro. The right
 * channel's sine runs a quarter of a cycle ahead, which spreads the sound. */
#ifndef RENDER_DSP_SWAY_H
#define RENDER_DSP_SWAY_H

#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

#define SWAY_HZ_MIN 0.1f
#define SWAY_HZ_MAX 10.0f

/* The delay in seconds: centre, and how far the sine goes from it at depth 1. */
struct sway_range {
	float centre_s, sway_s;
};

struct sway {
	struct line line[2];
	uint32_t frame; /* since frame 0 */
	uint64_t phase[2];
	struct glide depth[2], amount[2]; /* amount: of the mix, or of what is fed back */
	_Alignas(64) sample samples[];
};

static inline uint32_t sway_place(struct sway *s, const struct node_env *env, struct sway_range range)
{
	double frames = (double)(range.centre_s + range.sway_s) * env->sample_rate_hz + LINE_VECTOR_MIN;

	return line_place(&s->line[1], line_place(&s->line[0], 0, frames), frames);
}

static inline size_t sway_bytes(const struct node_env *env, struct sway_range range)
{
	struct sway layout;

	return sizeof(struct sway) + sway_place(&layout, env, range) * sizeof(sample);
}

static inline void sway_reset(struct sway *s, const struct node_env *env, struct sway_range range)
{
	memset(s, 0, sway_bytes(env, range));
	sway_place(s, env, range);
}

/* The delay of eight frames, in frames; `rate` is the channel's input of that name, in Hz. Moves the phase past them. */
SIMD_INLINE f32x8 sway_frames(struct sway *s, unsigned ch, struct lfo *lfo, const struct node_io *io,
			      const struct node_input *rate, f32x8 depth, struct sway_range range, size_t i,
			      size_t width)
{
	f32x8 sine;

	lfo_follow(lfo, io, rate, SWAY_HZ_MIN, SWAY_HZ_MAX, i, width);
	sine = f32x8_sin2pi(lfo_advance(&s->phase[ch], lfo) + 0.25f * (float)ch);
	return (range.centre_s + range.sway_s * depth * sine) * (float)io->env->sample_rate_hz;
}

/* Calls step(sway, ch, &lfo, io, i, width), an always_inline function that makes eight frames (one: lane 0), for both
 * channels of a call, `width` frames at a time. */
#define SWAY_RUN(sway, io, n, width, step)                                                                             \
	do {                                                                                                           \
		struct lfo lfo[2];                                                                                     \
                                                                                                                       \
		for (size_t i = 0; i < (n); i += (width)) {                                                            \
			SIMD_UNROLL                                                                                    \
			for (unsigned ch = 0; ch < 2; ch++)                                                            \
				frames_store((io)->out[ch], i, (width), step((sway), ch, &lfo[ch], (io), i, (width))); \
			(sway)->frame += (uint32_t)(width);                                                            \
		}                                                                                                      \
	} while (0)

/* node_def.process; in a SIMD_CLONES function. */
#define SWAY_PROCESS(state, io, n, step)                                                                               \
	do {                                                                                                           \
		struct sway *sway = (state);                                                                           \
                                                                                                                       \
		if ((n) == 1)                                                                                          \
			SWAY_RUN(sway, io, 1, 1, step);                                                                \
		else                                                                                                   \
			SWAY_RUN(sway, io, n, SIMD_LANES, step);                                                       \
	} while (0)

#endif
