/* What chorus and flanger share: per channel a line that is read where a sine moves the delay to and fro. The right
 * channel's sine runs a quarter of a cycle ahead, which spreads the sound. */
#ifndef RENDER_DSP_SWAY_H
#define RENDER_DSP_SWAY_H

#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

#define SWAY_HZ_MIN 0.1f
#define SWAY_HZ_MAX 10.0f

/* Constant per function: the delay in seconds, where the parameters are, and the largest amount. */
struct sway_kind {
	float centre_s, sway_s; /* how far the sine goes from the centre at depth 1 */
	unsigned rate, depth, amount;
	float amount_max;
};

enum { SWAY_IN, SWAY_FIRST, SWAY_PARAMS = 4 };

struct sway {
	struct line line[2];
	uint32_t frame; /* since frame 0 */
	uint64_t phase[2];
	struct glide depth[2], amount[2]; /* amount: of the mix, or of what is fed back */
	_Alignas(64) sample samples[];
};

static inline uint32_t sway_place(struct sway *s, const struct node_env *env, struct sway_kind kind)
{
	double frames = (double)(kind.centre_s + kind.sway_s) * env->sample_rate_hz + LINE_VECTOR_MIN;

	return line_place(&s->line[1], line_place(&s->line[0], 0, frames), frames);
}

static inline size_t sway_bytes(const struct node_env *env, struct sway_kind kind)
{
	struct sway layout;

	return sizeof(struct sway) + sway_place(&layout, env, kind) * sizeof(sample);
}

static inline void sway_reset(struct sway *s, const struct node_env *env, struct sway_kind kind)
{
	memset(s, 0, sway_bytes(env, kind));
	sway_place(s, env, kind);
}

/* Parameters of eight frames of one channel. */
struct sway_span {
	struct lfo lfo;
	f32x8 depth, amount;
};

SIMD_INLINE void sway_load(struct sway_span *span, struct sway *s, unsigned ch, struct sway_kind kind,
			   const struct node_io *io, size_t i, size_t width)
{
	const struct node_input *in = io->in + ch;

	span->depth = glide_load(&s->depth[ch], io, &in[2 * kind.depth], 0.0f, 1.0f, i, width);
	span->amount = glide_load(&s->amount[ch], io, &in[2 * kind.amount], 0.0f, kind.amount_max, i, width);
	lfo_follow(&span->lfo, io, &in[2 * kind.rate], SWAY_HZ_MIN, SWAY_HZ_MAX, i, width);
}

/* The delay of eight frames, in frames. Moves the phase past them. */
SIMD_INLINE f32x8 sway_frames(struct sway *s, unsigned ch, const struct sway_span *span, struct sway_kind kind,
			      float rate_hz)
{
	f32x8 sine = f32x8_sin2pi(lfo_advance(&s->phase[ch], &span->lfo) + 0.25f * (float)ch);

	return (kind.centre_s + kind.sway_s * span->depth * sine) * rate_hz;
}

/* Makes eight frames (one: lane 0) of a channel from the input and the delay in frames. */
typedef f32x8 sway_step(struct sway *s, unsigned ch, const struct sway_span *span, f32x8 frames, f32x8 x, size_t width);

/* is_steady: no parameter moves, and what follows from them is had once. */
SIMD_INLINE void sway_run(struct sway *s, struct sway_kind kind, const struct node_io *io, size_t n, size_t width,
			  bool is_steady, sway_step *step)
{
	float rate_hz = (float)io->env->sample_rate_hz;
	struct sway_span span[2];

	for (size_t i = 0; i < n; i += width) {
		SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++) {
			f32x8 x = frames_load(&io->in[2 * SWAY_IN + ch], i, width), frames;

			if (i == 0 || !is_steady)
				sway_load(&span[ch], s, ch, kind, io, i, width);
			frames = sway_frames(s, ch, &span[ch], kind, rate_hz);
			frames_store(io->out[ch], i, width, step(s, ch, &span[ch], frames, x, width));
		}
		s->frame += (uint32_t)width;
	}
}

static inline bool sway_varies(const struct node_io *io)
{
	for (unsigned p = 2 * SWAY_FIRST; p < 2 * SWAY_PARAMS; p++)
		if (io->in[p].data)
			return true;
	return false;
}

/* node_def.process; inline it into a SIMD_CLONES function. step is always_inline. */
SIMD_INLINE void sway_process(struct sway *s, struct sway_kind kind, const struct node_io *io, size_t n,
			      sway_step *step)
{
	if (n == 1)
		sway_run(s, kind, io, 1, 1, false, step);
	else if (sway_varies(io))
		sway_run(s, kind, io, n, SIMD_LANES, false, step);
	else
		sway_run(s, kind, io, n, SIMD_LANES, true, step);
}

#endif
