/* Look-ahead limiter: no sample leaves above the threshold that held when it came in.
 *
 * The signal is delayed by the look-ahead, D frames. Each frame asks for the gain min(1, threshold / peak), where peak
 * is the louder channel's. Then, in this order:
 *   least      the smallest of the last D + 1 wishes (a sliding minimum)
 *   released   falls with it at once, rises towards it as a one-pole with the release time; never above least
 *   smooth     the mean of the last D + 1 released gains
 * A frame's wish is in the window of each least that its mean sums, so each of them is at most the wish and so is the
 * mean: the gain has come down, along a straight line, by the time the peak leaves. The mean is a sum of integers,
 * 2^46 being 1, so it is exact however long the render is; what the last rounding could add is clipped away.
 *
 * The sliding minimum keeps a queue of the wishes that may still become the smallest, ascending in gain and time, and
 * costs O(1) per frame on average: D. Lemire, "Streaming maximum-minimum filter using no more than three comparisons per
 * element", Nordic Journal of Computing 13(4), 2006. The order of stages follows G. Luff, "Designing a straightforward
 * limiter", https://signalsmith-audio.co.uk/writing/2022/limiter/. */
#include <string.h>

#include "render/dsp/dynamics.h"

enum { LIMITER_IN, LIMITER_THRESHOLD, LIMITER_ATTACK, LIMITER_RELEASE, LIMITER_PARAMS };

#define LOOKAHEAD_MAX_S 0.5
#define GAIN_ONE ((uint64_t)1 << 46) /* times 2^16.6 frames of look-ahead still fits 63 bits */

/* One frame in the ring of `window` entries that begins at a multiple of the ring's length. */
struct limiter_frame {
	sample in[2], ceiling;
	uint64_t released; /* gain, GAIN_ONE is 1 */
};

struct wish {
	uint64_t frame;
	float gain;
};

struct limiter {
	uint64_t frame;                      /* since frame 0 */
	uint32_t delay;                      /* D */
	uint32_t mask;                       /* of both rings, a power of two above D + 1 */
	uint64_t sum;                        /* of the last D + 1 released gains */
	double per_sum;                      /* 1 / ((D + 1) GAIN_ONE) */
	double released;                     /* the last one */
	uint64_t head, tail;                 /* of the queue of wishes: wish head & mask is the smallest */
	_Alignas(64) unsigned char memory[]; /* the ring of frames, then the queue */
};

static struct limiter_frame *frames_of(struct limiter *l)
{
	return (struct limiter_frame *)l->memory;
}

static struct wish *wishes_of(struct limiter *l)
{
	return (struct wish *)(l->memory + (l->mask + 1) * sizeof(struct limiter_frame));
}

static uint32_t delay_frames(const struct node_env *env, const struct node_input *in)
{
	double delay_s = clamp_f64(in[2 * LIMITER_ATTACK].value, 0, LOOKAHEAD_MAX_S);

	return (uint32_t)(delay_s * env->sample_rate_hz + 0.5);
}

static uint32_t ring_frames(uint32_t delay)
{
	uint32_t frames = 64;

	while (frames < delay + 2)
		frames *= 2;
	return frames;
}

static size_t limiter_state_bytes(const struct node_env *env, const struct node_input *in)
{
	size_t frames = ring_frames(delay_frames(env, in));

	return sizeof(struct limiter) + frames * (sizeof(struct limiter_frame) + sizeof(struct wish));
}

static void limiter_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct limiter *l = state;

	memset(l, 0, limiter_state_bytes(env, in));
	l->delay = delay_frames(env, in);
	l->mask = ring_frames(l->delay) - 1;
	l->released = 1;
	l->sum = (l->delay + 1) * GAIN_ONE;
	l->per_sum = 1.0 / (double)l->sum;
	for (uint32_t i = 0; i <= l->mask; i++)
		frames_of(l)[i].released = GAIN_ONE;
}

/* The smallest of the last D + 1 wishes, this one included. */
SIMD_INLINE float least_wish(struct limiter *l, float gain)
{
	struct wish *queue = wishes_of(l);

	while (l->tail > l->head && queue[(l->tail - 1) & l->mask].gain >= gain)
		l->tail--;
	queue[l->tail++ & l->mask] = (struct wish){ l->frame, gain };
	while (queue[l->head & l->mask].frame + l->delay < l->frame)
		l->head++;
	return queue[l->head & l->mask].gain;
}

/* The smoothed gain for the frame that leaves now. */
SIMD_INLINE double limiter_gain(struct limiter *l, float wish, double rise)
{
	double least = least_wish(l, wish);
	double risen = l->released + (least - l->released) * rise;
	struct limiter_frame *ring = frames_of(l);
	uint64_t released;

	l->released = least < l->released ? least : risen;
	released = (uint64_t)(int64_t)(l->released * (double)GAIN_ONE);
	l->sum += released - ring[(l->frame - l->delay - 1) & l->mask].released;
	ring[l->frame & l->mask].released = released;
	return (double)(int64_t)l->sum * l->per_sum;
}

SIMD_INLINE sample limited(sample x, double gain, sample ceiling)
{
	sample y = (sample)(x * gain);

	y = y < ceiling ? y : ceiling;
	return y > -ceiling ? y : -ceiling;
}

SIMD_INLINE double rise_at(const struct node_io *io, size_t i)
{
	double release_s = clamp_f64(node_input_at(stereo_param(io, LIMITER_RELEASE, 0), i), 0.001, 3);

	return 1.0 - follower_keep(release_s, io->env->sample_rate_hz);
}

SIMD_INLINE void limiter_step(struct limiter *l, const struct node_io *io, size_t i, float wish, float ceiling,
			      double rise)
{
	struct limiter_frame *ring = frames_of(l);
	struct limiter_frame *in = &ring[l->frame & l->mask], *out = &ring[(l->frame - l->delay) & l->mask];
	double gain;

	in->in[0] = node_input_at(stereo_param(io, LIMITER_IN, 0), i);
	in->in[1] = node_input_at(stereo_param(io, LIMITER_IN, 1), i);
	in->ceiling = ceiling;
	gain = limiter_gain(l, wish, rise);
	for (unsigned ch = 0; ch < 2; ch++)
		io->out[ch][i] = limited(out->in[ch], gain, out->ceiling);
	l->frame++;
}

SIMD_CLONES(static, limiter_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	bool is_steady = !stereo_param(io, LIMITER_RELEASE, 0)->data;
	size_t lanes = lanes_in_use(n);
	double rise = rise_at(io, 0);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 ceiling = f32x8_clamp(input_load(stereo_param(io, LIMITER_THRESHOLD, 0), i, n), 0.001f, 2.0f);
		f32x8 wish = ceiling / f32x8_max(stereo_peak(io, LIMITER_IN, i, n), ceiling);

		for (size_t j = 0; j < lanes; j++)
			limiter_step(state, io, i + j, wish[j], ceiling[j], is_steady ? rise : rise_at(io, i + j));
	}
}

static double limiter_tail_s(const struct node_env *env, const struct node_input *in)
{
	return delay_frames(env, in) / env->sample_rate_hz;
}

const struct node_def node_limiter = {
	.name = "limiter",
	.doc = "keeps a signal at or below a level; late by the look-ahead",
	.reference = "G. Luff, Designing a straightforward limiter, https://signalsmith-audio.co.uk/writing/2022/limiter/",
	.example = "out $ s \"bd*4\" # gain 3 # limiter 0.5",
	.params = {
		PARAM_IN,
		{ .name = "threshold", .unit = "", .min = 0.001, .max = 2, .doc = "amplitude that is never exceeded" },
		{ .name = "attack", .unit = "s", .def = 0.005, .min = 0, .max = LOOKAHEAD_MAX_S,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "look-ahead, in which the gain comes down; the delay" },
		{ .name = "release", .unit = "s", .def = 0.05, .min = 0.001, .max = 3, .flags = PARAM_OPTIONAL,
		  .doc = "time in which 63 % of the gain come back" },
	},
	.n_params = LIMITER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = limiter_state_bytes,
	.reset = limiter_reset,
	.process = limiter_process,
	.tail_s = limiter_tail_s,
};
