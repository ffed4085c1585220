/* Envelopes that a gate plays: asr, env_trig, tar and tadsr.
 *
 *                onset                    rise is over          fall is over
 *     IDLE  ------------->  ATTACK  ------------------->  DECAY  ----------->  SUSTAIN
 *       ^                      |                            |                     |
 *       |  level is 0          |         the gate closes    v                     |
 *       +----------------  RELEASE  <---------------------------------------------+
 *
 * An onset starts an attack from whatever level there is, in every state; so does the closing of the gate with the
 * release. Segments are linear and take exactly their time, from the frame of their cause on, fractions of frames
 * carried over from one to the next; a time is read when its segment begins. In the frame of its cause the level is still what it
 * was: after n frames of an attack of n frames it is 1. Percussive ones go from the attack to the release by
 * themselves and do not hear the gate close. */
#ifndef RENDER_DSP_CONTOUR_H
#define RENDER_DSP_CONTOUR_H

#include "render/dsp/envelope.h"
#include "render/dsp/gate.h"

enum contour_stage { CONTOUR_IDLE, CONTOUR_ATTACK, CONTOUR_DECAY, CONTOUR_SUSTAIN, CONTOUR_RELEASE };

enum { CONTOUR_NO_PARAM = NODE_PARAMS_MAX };

/* Which parameter is what. */
struct contour_layout {
	unsigned gate, attack, release;
	unsigned decay, sustain; /* CONTOUR_NO_PARAM: none, the level stays at 1 */
	bool is_percussive;
};

/* Zero at frame 0. */
struct contour {
	double at, frames; /* since the segment began; its length */
	double from;       /* level at its start */
	enum contour_stage stage;
	sample gate; /* of the frame before */
};

static inline size_t contour_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct contour);
}

SIMD_INLINE double contour_param(const struct node_io *io, unsigned p, size_t i, double lo, double hi)
{
	return clamp_f64(node_input_at(&io->in[p], i), lo, hi);
}

SIMD_INLINE void contour_begin(struct contour *c, enum contour_stage stage, double from, double at, unsigned time,
			       const struct node_io *io, size_t i)
{
	double segment_s = contour_param(io, time, i, (double)ENVELOPE_SEGMENT_MIN_S, (double)ENVELOPE_SEGMENT_MAX_S);

	c->stage = stage;
	c->from = from;
	c->at = at;
	c->frames = segment_s * io->env->sample_rate_hz;
}

/* The segment is over: goes on to the next, which began a fraction of a frame ago. */
SIMD_INLINE void contour_next(struct contour *c, const struct contour_layout *l, const struct node_io *io, size_t i)
{
	double at = c->at - c->frames;

	if (c->stage == CONTOUR_ATTACK && l->is_percussive)
		contour_begin(c, CONTOUR_RELEASE, 1, at, l->release, io, i);
	else if (c->stage == CONTOUR_ATTACK && l->decay != CONTOUR_NO_PARAM)
		contour_begin(c, CONTOUR_DECAY, 1, at, l->decay, io, i);
	else
		c->stage = c->stage == CONTOUR_RELEASE ? CONTOUR_IDLE : CONTOUR_SUSTAIN;
}

SIMD_INLINE bool contour_is_moving(const struct contour *c)
{
	return c->stage == CONTOUR_ATTACK || c->stage == CONTOUR_DECAY || c->stage == CONTOUR_RELEASE;
}

SIMD_INLINE double contour_level(const struct contour *c, double sustain)
{
	switch (c->stage) {
	case CONTOUR_ATTACK:
		return c->from + (1 - c->from) * (c->at / c->frames);
	case CONTOUR_DECAY:
		return 1 + (sustain - 1) * (c->at / c->frames);
	case CONTOUR_RELEASE:
		return c->from - c->from * (c->at / c->frames);
	case CONTOUR_SUSTAIN:
		return sustain;
	case CONTOUR_IDLE:
		break;
	}
	return 0;
}

/* The level of frame i of a call. */
SIMD_INLINE sample contour_step(struct contour *c, const struct contour_layout *l, const struct node_io *io, size_t i)
{
	double sustain = l->sustain == CONTOUR_NO_PARAM ? 1 : contour_param(io, l->sustain, i, 0, 1), level;
	sample gate = node_input_at(&io->in[l->gate], i);

	while (contour_is_moving(c) && c->at >= c->frames)
		contour_next(c, l, io, i);
	level = contour_level(c, sustain);
	if (gate_is_onset(c->gate, gate))
		contour_begin(c, CONTOUR_ATTACK, level, 0, l->attack, io, i);
	else if (!l->is_percussive && gate_is_open(c->gate) && !gate_is_open(gate))
		contour_begin(c, CONTOUR_RELEASE, level, 0, l->release, io, i);
	c->gate = gate;
	c->at += 1;
	return (sample)level;
}

/* node_def.process of a layout; inline it into the kernel. */
SIMD_INLINE void contour_process(struct contour *c, const struct contour_layout *l, const struct node_io *io, size_t n)
{
	for (size_t i = 0; i < n; i++)
		io->out[0][i] = contour_step(c, l, io, i);
}

#define PARAM_GATE_OF(gate_flags)                                                                                      \
	{                                                                                                              \
		.name = "gate", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,                         \
		.flags = PARAM_GATE | (gate_flags), .doc = "a pattern of true steps, or a signal: open above 0.5"      \
	}

#endif
