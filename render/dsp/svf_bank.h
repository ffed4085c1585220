/* Eight filters side by side, summed: what a sum of calls of one filter becomes (node_def.bank).
 *
 * The state variable filter of svf.h with one filter in each lane instead of one frame in each, so that frame follows
 * frame as the recursion says. What costs most there is not the recursion but the coefficients of filters that move
 * (matched.h: five divisions, five roots). Most of them move slowly: an LFO, an envelope. So over a quantum in which
 * cutoff and q of every lane run along a straight line, within 1/4096 of the value, and by no more than 1/64 of it,
 * the coefficients are had for the last frame only, and those of the frames on the way there lie on the straight
 * line between; two frames share them. In any other quantum, of all lanes, each frame has its own.
 *
 * The transition of the state is linear in what is interpolated (a11, a21, b2), so on the way it is a mean of two
 * transitions that let the energy of the state not grow, and does not either: the bank is as stable as its ends. */
#ifndef RENDER_DSP_SVF_BANK_H
#define RENDER_DSP_SVF_BANK_H

#include "render/dsp/svf.h"

enum {
	SVF_LANES = NODE_BANK_LANES,
	SVF_HALVES = 2, /* vectors of doubles that hold the lanes */
	SVF_BANK_PARAMS = SVF_Q + 1,
	SVF_SHARED_FRAMES = 2, /* that have the same coefficients */
};

#define SVF_LINE_OFF (1.0f / 4096.0f)
#define SVF_LINE_RISE (1.0f / 64.0f)

/* What one frame does to four lanes: as svf_step, with a22 = 1 - b2. */
struct svf_lane_coefs {
	f64x4 a11, a21, b2, from_x, from_1, from_2;
};

/* Zero at frame 0. */
struct svf_bank {
	struct svf_lane_coefs at[SVF_HALVES]; /* at the last frame */
	f64x4 s1[SVF_HALVES], s2[SVF_HALVES];
	float hz[SVF_LANES], q[SVF_LANES]; /* at the last frame */
	uint32_t is_set;                   /* 0: there was none yet */
};

/* Constant per kernel. */
struct svf_kind {
	enum matched_response which;
	float q_min, q_max;
};

/* --- Coefficients ----------------------------------------------------------------------------------------------- */

SIMD_INLINE void svf_lanes_tune(struct svf_lane_coefs c[SVF_HALVES], struct svf_kind kind, f32x8 hz, f32x8 q,
				float sample_rate_hz)
{
	f32x8 w = f32x8_min(hz * (6.2831853f / sample_rate_hz), f32x8_splat(SVF_W_MAX));
	struct matched_wish wish = { w, q, f32x8_splat(0.0f) };
	struct svf_step step[SVF_HALVES];

	svf_steps_of(step, matched_to(kind.which, wish, kind.q_min < 0.5f));
	SIMD_UNROLL
	for (unsigned h = 0; h < SVF_HALVES; h++)
		c[h] = (struct svf_lane_coefs){ step[h].a11,    step[h].a21,    step[h].b2,
						step[h].from_x, step[h].from_1, step[h].from_2 };
}

/* What is added per step of n to come from a to b in `steps`. */
SIMD_INLINE struct svf_lane_coefs svf_lanes_slope(const struct svf_lane_coefs *a, const struct svf_lane_coefs *b,
						  double per_step)
{
	return (struct svf_lane_coefs){
		(b->a11 - a->a11) * per_step,       (b->a21 - a->a21) * per_step,
		(b->b2 - a->b2) * per_step,         (b->from_x - a->from_x) * per_step,
		(b->from_1 - a->from_1) * per_step, (b->from_2 - a->from_2) * per_step,
	};
}

SIMD_INLINE void svf_lanes_add(struct svf_lane_coefs *c, const struct svf_lane_coefs *slope)
{
	c->a11 += slope->a11;
	c->a21 += slope->a21;
	c->b2 += slope->b2;
	c->from_x += slope->from_x;
	c->from_1 += slope->from_1;
	c->from_2 += slope->from_2;
}

/* --- Lines ------------------------------------------------------------------------------------------------------ */

/* Does a parameter go straight from `from`, its value in the frame before, to its last value, within lo..hi? A line
 * whose ends are inside is inside. */
SIMD_INLINE bool svf_lane_is_straight(const struct node_input *in, float from, float lo, float hi)
{
	float last = node_input_at(in, QUANTUM_FRAMES - 1), rise = last - from;
	f32x8 lanes = __builtin_convertvector((i32x8)u32x8_lanes(), f32x8) + 1.0f;
	i32x8 is_off = { 0 };

	if (!in->data) /* the same from the first frame on */
		return true;
	if (!(last >= lo && last <= hi && rise <= last * SVF_LINE_RISE && -rise <= last * SVF_LINE_RISE))
		return false;
	SIMD_UNROLL
	for (unsigned j = 0; j < QUANTUM_FRAMES / SIMD_LANES; j++) {
		f32x8 way = (lanes + (float)(j * SIMD_LANES)) * (1.0f / QUANTUM_FRAMES);
		f32x8 gap = f32x8_load(in->data + j * SIMD_LANES) - (from + rise * way);

		is_off |= f32x8_abs(gap) > last * SVF_LINE_OFF;
	}
	return !i32x8_any(is_off);
}

SIMD_INLINE bool svf_lanes_are_straight(const struct svf_bank *b, struct svf_kind kind, const struct node_input *in)
{
	for (unsigned k = 0; k < SVF_LANES; k++, in += SVF_BANK_PARAMS)
		if (!svf_lane_is_straight(&in[SVF_CUTOFF], b->hz[k], SVF_HZ_MIN, SVF_HZ_MAX) ||
		    !svf_lane_is_straight(&in[SVF_Q], b->q[k], kind.q_min, kind.q_max))
			return false;
	return true;
}

/* --- Frames ----------------------------------------------------------------------------------------------------- */

/* One frame of four lanes. */
SIMD_INLINE f64x4 svf_lanes_step(const struct svf_lane_coefs *c, f64x4 *s1, f64x4 *s2, f64x4 x)
{
	f64x4 gap = x - *s2, y = c->from_x * x + (c->from_1 * *s1 + c->from_2 * *s2);
	f64x4 next = c->a11 * *s1 + c->a21 * gap;

	*s2 = (*s2 + c->b2 * gap) + c->a21 * *s1;
	*s1 = next;
	return y;
}

/* One frame of all lanes: sums of two, in four lanes. */
SIMD_INLINE f32x4 svf_bank_step(const struct svf_lane_coefs c[SVF_HALVES], f64x4 s1[SVF_HALVES], f64x4 s2[SVF_HALVES],
				f32x8 x)
{
	f64x4 low = svf_lanes_step(&c[0], &s1[0], &s2[0], f32x8_low_f64(x));
	f64x4 high = svf_lanes_step(&c[1], &s1[1], &s2[1], f32x8_high_f64(x));

	return __builtin_convertvector(low + high, f32x4);
}

/* A quantum of one parameter, frame after frame of all lanes. */
struct svf_lane_frames {
	f32x8 at[QUANTUM_FRAMES];
};

SIMD_INLINE void svf_lanes_load(struct svf_lane_frames *to, const struct node_input *in, unsigned p)
{
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SIMD_LANES) {
		f32x8 x[SIMD_LANES];

		SIMD_UNROLL
		for (unsigned k = 0; k < SVF_LANES; k++)
			x[k] = input_load(&in[k * SVF_BANK_PARAMS + p], i, QUANTUM_FRAMES);
		f32x8_transpose(x);
		SIMD_UNROLL
		for (unsigned j = 0; j < SIMD_LANES; j++)
			to->at[i + j] = x[j];
	}
}

/* A quantum of four sums each becomes a quantum of sums: (0 + 2) + (1 + 3). */
SIMD_INLINE void svf_sums_add(const f32x4 sums[QUANTUM_FRAMES], sample *out)
{
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SIMD_LANES) {
		f32x8 pair[4], two[2];

		SIMD_UNROLL
		for (unsigned j = 0; j < 4; j++)
			pair[j] = __builtin_shufflevector(sums[i + j], sums[i + j + 4], 0, 1, 2, 3, 4, 5, 6, 7);
		SIMD_UNROLL
		for (unsigned j = 0; j < 2; j++)
			two[j] = __builtin_shufflevector(pair[2 * j], pair[2 * j + 1], 0, 1, 8, 9, 4, 5, 12, 13) +
				 __builtin_shufflevector(pair[2 * j], pair[2 * j + 1], 2, 3, 10, 11, 6, 7, 14, 15);
		f32x8_store(out + i, __builtin_shufflevector(two[0], two[1], 0, 2, 8, 10, 4, 6, 12, 14) +
					     __builtin_shufflevector(two[0], two[1], 1, 3, 9, 11, 5, 7, 13, 15));
	}
}

/* A quantum on the way from the last coefficients to those at its end. */
SIMD_INLINE void svf_bank_glide(struct svf_bank *b, const struct svf_lane_coefs to[SVF_HALVES],
				const struct svf_lane_frames *x, f32x4 sums[QUANTUM_FRAMES])
{
	struct svf_lane_coefs c[SVF_HALVES], slope[SVF_HALVES];
	f64x4 s1[SVF_HALVES] = { b->s1[0], b->s1[1] }, s2[SVF_HALVES] = { b->s2[0], b->s2[1] };

	SIMD_UNROLL
	for (unsigned h = 0; h < SVF_HALVES; h++) {
		c[h] = b->at[h];
		slope[h] = svf_lanes_slope(&c[h], &to[h], (double)SVF_SHARED_FRAMES / QUANTUM_FRAMES);
	}
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SVF_SHARED_FRAMES) {
		svf_lanes_add(&c[0], &slope[0]);
		svf_lanes_add(&c[1], &slope[1]);
		SIMD_UNROLL
		for (size_t j = 0; j < SVF_SHARED_FRAMES; j++)
			sums[i + j] = svf_bank_step(c, s1, s2, x->at[i + j]);
	}
	SIMD_UNROLL
	for (unsigned h = 0; h < SVF_HALVES; h++) {
		b->at[h] = to[h];
		b->s1[h] = s1[h];
		b->s2[h] = s2[h];
	}
}

/* A quantum in which every frame has its own coefficients. Cutoffs that step become ramps, as slew_tick() makes them. */
SIMD_INLINE void svf_bank_follow(struct svf_bank *b, struct svf_kind kind, const struct node_io *io,
				 const struct node_input *in, const struct svf_lane_frames *x,
				 f32x4 sums[QUANTUM_FRAMES])
{
	f32x8 at = f32x8_load(b->hz), q_at = at;
	struct svf_lane_frames hz, q;
	struct slew slew;

	slew_start(&slew, 1.0f, io->env->sample_rate_hz);
	svf_lanes_load(&hz, in, SVF_CUTOFF);
	svf_lanes_load(&q, in, SVF_Q);
	for (size_t i = 0; i < QUANTUM_FRAMES; i++) {
		f32x8 wish = f32x8_clamp(hz.at[i], SVF_HZ_MIN, SVF_HZ_MAX);

		at = f32x8_min(f32x8_max(wish, at * slew.down), at * slew.up);
		q_at = f32x8_clamp(q.at[i], kind.q_min, kind.q_max);
		svf_lanes_tune(b->at, kind, at, q_at, (float)io->env->sample_rate_hz);
		sums[i] = svf_bank_step(b->at, b->s1, b->s2, x->at[i]);
	}
	f32x8_store(b->hz, at);
	f32x8_store(b->q, q_at);
}

/* --- Quanta ----------------------------------------------------------------------------------------------------- */

/* A parameter of all lanes in one frame. */
SIMD_INLINE f32x8 svf_lanes_at(const struct node_input *in, unsigned p, size_t i, float lo, float hi)
{
	f32x8 v;

	SIMD_UNROLL
	for (unsigned k = 0; k < SVF_LANES; k++)
		v[k] = node_input_at(&in[k * SVF_BANK_PARAMS + p], i);
	return f32x8_clamp(v, lo, hi);
}

/* The first frame is where it starts from. */
SIMD_INLINE void svf_bank_begin(struct svf_bank *b, struct svf_kind kind, const struct node_io *io,
				const struct node_input *in)
{
	f32x8 hz = svf_lanes_at(in, SVF_CUTOFF, 0, SVF_HZ_MIN, SVF_HZ_MAX);
	f32x8 q = svf_lanes_at(in, SVF_Q, 0, kind.q_min, kind.q_max);

	svf_lanes_tune(b->at, kind, hz, q, (float)io->env->sample_rate_hz);
	f32x8_store(b->hz, hz);
	f32x8_store(b->q, q);
	b->is_set = 1;
}

/* Notes the parameters of the last frame; whether any has moved since the one that was noted before. */
SIMD_INLINE bool svf_bank_note(struct svf_bank *b, f32x8 hz, f32x8 q)
{
	f32x8 moved = f32x8_abs(hz - f32x8_load(b->hz)) + f32x8_abs(q - f32x8_load(b->q));

	f32x8_store(b->hz, hz);
	f32x8_store(b->q, q);
	return i32x8_any(moved > f32x8_splat(0.0f));
}

SIMD_INLINE void svf_bank_quantum(struct svf_bank *b, struct svf_kind kind, const struct node_io *io,
				  const struct node_input *in, sample *out)
{
	struct svf_lane_frames x;
	f32x4 sums[QUANTUM_FRAMES];

	svf_lanes_load(&x, in, SVF_IN);
	if (!b->is_set)
		svf_bank_begin(b, kind, io, in);
	if (svf_lanes_are_straight(b, kind, in)) {
		f32x8 hz = svf_lanes_at(in, SVF_CUTOFF, QUANTUM_FRAMES - 1, SVF_HZ_MIN, SVF_HZ_MAX);
		f32x8 q = svf_lanes_at(in, SVF_Q, QUANTUM_FRAMES - 1, kind.q_min, kind.q_max);
		struct svf_lane_coefs to[SVF_HALVES] = { b->at[0], b->at[1] };

		if (svf_bank_note(b, hz, q))
			svf_lanes_tune(to, kind, hz, q, (float)io->env->sample_rate_hz);
		svf_bank_glide(b, to, &x, sums);
	} else {
		svf_bank_follow(b, kind, io, in, &x, sums);
	}
	svf_sums_add(sums, out);
}

/* node_def.process of a bank of filters with SVF_PARAMS; inline it into a SIMD_CLONES function. */
SIMD_INLINE void svf_bank_process(struct svf_kind kind, void *state, const struct node_io *io, size_t n)
{
	struct node_input in[SVF_LANES * SVF_BANK_PARAMS];

	memcpy(in, io->in, sizeof in);
	for (size_t at = 0; at < n; at += QUANTUM_FRAMES) {
		svf_bank_quantum(state, kind, io, in, io->out[0] + at);
		for (unsigned i = 0; i < SVF_LANES * SVF_BANK_PARAMS; i++)
			in[i].data = in[i].data ? in[i].data + QUANTUM_FRAMES : NULL;
	}
}

static inline size_t svf_bank_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct svf_bank);
}

/* The row of a bank of the filter whose def has these parameters. */
#define SVF_BANK_DEF(bank_name, bank_doc, cutoff_name, q_name, bank_process)                                           \
	{                                                                                                              \
		.name = (bank_name), .doc = (bank_doc), .reference = "as of one",                                      \
		.params = SVF_PARAMS(cutoff_name, "cutoff frequency", 0, q_name, 0.1, 20, "resonance"),                \
		.n_params = SVF_BANK_PARAMS, .n_lanes = SVF_LANES, .time_class = TIME_CARRY,                           \
		.state_bytes = svf_bank_state_bytes, .process = (bank_process),                                        \
	}

#endif
