/* Up to sixteen filters side by side, summed: what a sum of calls of one filter becomes (node_def.bank), and with a saw
 * in front of each (node_def.fed_bank).
 *
 * The state variable filter of svf.h with one filter in each lane instead of one frame in each, so that frame follows
 * frame as the recursion says; two vectors of lanes go side by side, since one alone mostly waits for itself. What costs
 * as much is the coefficients of filters that move (matched.h: divisions and roots). Most of them move slowly: an LFO, an
 * envelope. So over a quantum in which cutoff and q of every lane run along a straight line, within 1/4096 of the value,
 * and by no more than 1/32 of it, the coefficients are had for the last frame only, and those of the frames on the way
 * there lie on the straight line between; two frames share them. In any other quantum, of all lanes, each frame has its
 * own.
 *
 * The transition of the state is linear in what is interpolated (d11, a21, b2), so on the way it is a mean of two
 * transitions that let the energy of the state not grow, and does not either: the bank is as stable as its ends.
 *
 * State is single, and what a frame adds to it is added in one rounding: the small numbers by which it moves are never
 * part of a number near 1. The roundings of a resonance add up while it rings: at 44.1 kHz they stay more than 110 dB below
 * the signal for every cutoff and q (tests/unit/test_bank.c). */
#ifndef RENDER_DSP_SVF_BANK_H
#define RENDER_DSP_SVF_BANK_H

#include "render/dsp/lane_frames.h"
#include "render/dsp/saw_lanes.h"
#include "render/dsp/source.h"
#include "render/dsp/svf.h"

enum {
	SVF_BANK_PARAMS = SVF_Q + 1,
	SVF_SHARED_FRAMES = 2, /* that have the same coefficients */
};

#define SVF_LINE_OFF (1.0f / 4096.0f)
#define SVF_LINE_RISE (1.0f / 32.0f)

/* What one frame does to eight lanes: as svf_step, with a11 = 1 + d11 and a22 = 1 - b2. */
struct svf_lane_coefs {
	f32x8 d11, a21, b2, from_x, from_1, from_2;
};

/* Eight lanes at the last frame. */
struct svf_lanes {
	struct svf_lane_coefs at;
	f32x8 s1, s2, hz, q;
};

/* Zero at frame 0. */
struct svf_bank {
	struct svf_lanes v[LANE_VECTORS];
	uint32_t is_set; /* 0: there was no frame yet */
};

struct svf_fed_bank {
	struct svf_bank bank;
	struct saw_lanes saws;
};

/* Constant per kernel. */
struct svf_kind {
	enum matched_response which;
	float q_min, q_max;
};

/* --- Coefficients ----------------------------------------------------------------------------------------------- */

SIMD_INLINE struct svf_lane_coefs svf_lanes_tune(struct svf_kind kind, f32x8 hz, f32x8 q, float sample_rate_hz)
{
	f32x8 w = f32x8_min(hz * (6.2831853f / sample_rate_hz), f32x8_splat(SVF_W_MAX));
	struct matched m = matched_to(kind.which, (struct matched_wish){ w, q, f32x8_splat(0.0f) }, kind.q_min < 0.5f);
	f32x8 g = f32x8_sqrt(m.g2), k = f32x8_sqrt(m.k2), loss = g * (k + g);
	f32x8 a1 = 1.0f / (1.0f + loss), a2 = g * a1, a3 = g * a2;
	f32x8 of_band = m.band - m.high * k, of_low = m.low - m.high;

	return (struct svf_lane_coefs){
		.d11 = -2.0f * (loss * a1),
		.a21 = 2.0f * a2,
		.b2 = 2.0f * a3,
		.from_x = m.high + of_band * a2 + of_low * a3,
		.from_1 = of_band * a1 + of_low * a2,
		.from_2 = of_low * (1.0f - a3) - of_band * a2,
	};
}

/* What is added per step of n to come from a to b in `steps`. */
SIMD_INLINE struct svf_lane_coefs svf_lanes_slope(const struct svf_lane_coefs *a, const struct svf_lane_coefs *b,
						  float per_step)
{
	return (struct svf_lane_coefs){
		(b->d11 - a->d11) * per_step,       (b->a21 - a->a21) * per_step,
		(b->b2 - a->b2) * per_step,         (b->from_x - a->from_x) * per_step,
		(b->from_1 - a->from_1) * per_step, (b->from_2 - a->from_2) * per_step,
	};
}

SIMD_INLINE void svf_lanes_add(struct svf_lane_coefs *c, const struct svf_lane_coefs *slope)
{
	c->d11 += slope->d11;
	c->a21 += slope->a21;
	c->b2 += slope->b2;
	c->from_x += slope->from_x;
	c->from_1 += slope->from_1;
	c->from_2 += slope->from_2;
}

/* --- Lines ------------------------------------------------------------------------------------------------------ */

/* A parameter of eight lanes in the last frame of a quantum; what is the same for ever is clamped. */
SIMD_INLINE f32x8 svf_lanes_end(const struct node_input *in, unsigned p, float lo, float hi)
{
	float v[SIMD_LANES];

	SIMD_UNROLL
	for (unsigned k = 0; k < SIMD_LANES; k++) {
		const struct node_input *i = &in[k * SVF_BANK_PARAMS + p];
		float still = i->value > lo ? i->value : lo;

		still = still < hi ? still : hi;
		v[k] = !i->data ? still : i->data[i->is_line ? 0 : QUANTUM_FRAMES - 1];
	}
	return f32x8_load(v);
}

/* Do all end inside, and not far from where they were? A line whose ends are inside is inside. */
SIMD_INLINE bool svf_lanes_are_near(f32x8 from, f32x8 last, float lo, float hi)
{
	i32x8 is_near = (last >= lo) & (last <= hi) & (f32x8_abs(last - from) <= last * SVF_LINE_RISE);

	return !i32x8_any(~is_near);
}

/* Does a parameter go straight from its value in the frame before to its last? */
SIMD_INLINE bool svf_lane_is_straight(const struct node_input *in, float from)
{
	float last = node_input_at(in, QUANTUM_FRAMES - 1), rise = last - from;
	f32x8 lanes = __builtin_convertvector((i32x8)u32x8_lanes(), f32x8) + 1.0f;
	i32x8 is_off = { 0 };

	SIMD_UNROLL
	for (unsigned j = 0; j < QUANTUM_FRAMES / SIMD_LANES; j++) {
		f32x8 way = (lanes + (float)(j * SIMD_LANES)) * (1.0f / QUANTUM_FRAMES);
		f32x8 gap = f32x8_load(in->data + j * SIMD_LANES) - (from + rise * way);

		is_off |= f32x8_abs(gap) > last * SVF_LINE_OFF;
	}
	return !i32x8_any(is_off);
}

SIMD_INLINE bool svf_lanes_are_straight(const struct svf_lanes *l, struct svf_kind kind, const struct node_input *in)
{
	f32x8 hz = svf_lanes_end(in, SVF_CUTOFF, SVF_HZ_MIN, SVF_HZ_MAX);
	f32x8 q = svf_lanes_end(in, SVF_Q, kind.q_min, kind.q_max);

	if (!svf_lanes_are_near(l->hz, hz, SVF_HZ_MIN, SVF_HZ_MAX) ||
	    !svf_lanes_are_near(l->q, q, kind.q_min, kind.q_max))
		return false;
	for (unsigned k = 0; k < SIMD_LANES; k++, in += SVF_BANK_PARAMS)
		if ((in[SVF_CUTOFF].data && !in[SVF_CUTOFF].is_line &&
		     !svf_lane_is_straight(&in[SVF_CUTOFF], l->hz[k])) ||
		    (in[SVF_Q].data && !in[SVF_Q].is_line && !svf_lane_is_straight(&in[SVF_Q], l->q[k])))
			return false;
	return true;
}

/* --- Frames ----------------------------------------------------------------------------------------------------- */

/* One frame of eight lanes. */
SIMD_INLINE f32x8 svf_lanes_step(const struct svf_lane_coefs *c, f32x8 *s1, f32x8 *s2, f32x8 x)
{
	f32x8 gap = x - *s2, y = c->from_x * x + (c->from_1 * *s1 + c->from_2 * *s2);
	f32x8 rise1 = c->d11 * *s1 + c->a21 * gap, rise2 = c->b2 * gap + c->a21 * *s1;

	*s1 += rise1;
	*s2 += rise2;
	return y;
}

/* A quantum on the way from the last coefficients to those at its end. */
SIMD_INLINE void svf_bank_glide(struct svf_bank *b, const struct svf_lane_coefs *to, unsigned n_vectors,
				const struct lane_frames *x, sample *out)
{
	struct svf_lane_coefs c[LANE_VECTORS], slope[LANE_VECTORS];
	f32x8 s1[LANE_VECTORS], s2[LANE_VECTORS], terms[SIMD_LANES];

	SIMD_UNROLL
	for (unsigned v = 0; v < n_vectors; v++) {
		c[v] = b->v[v].at;
		slope[v] = svf_lanes_slope(&c[v], &to[v], (float)SVF_SHARED_FRAMES / QUANTUM_FRAMES);
		s1[v] = b->v[v].s1;
		s2[v] = b->v[v].s2;
	}
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SIMD_LANES) {
		SIMD_UNROLL
		for (size_t j = 0; j < SIMD_LANES; j++) {
			f32x8 sum = { 0 };

			SIMD_UNROLL
			for (unsigned v = 0; v < n_vectors; v++) {
				f32x8 y;

				if (j % SVF_SHARED_FRAMES == 0)
					svf_lanes_add(&c[v], &slope[v]);
				y = svf_lanes_step(&c[v], &s1[v], &s2[v], lane_frame(x, i + j, v));
				sum = v == 0 ? y : sum + y;
			}
			terms[j] = sum;
		}
		f32x8_store(out + i, lane_sums(terms));
	}
	SIMD_UNROLL
	for (unsigned v = 0; v < n_vectors; v++) {
		b->v[v].at = to[v];
		b->v[v].s1 = s1[v];
		b->v[v].s2 = s2[v];
	}
}

/* A parameter of eight lanes, frame after frame, from the frame before the quantum on. */
SIMD_INLINE void svf_lanes_load(struct lane_frames *to, const struct node_input *in, unsigned v, f32x8 from)
{
	lane_frames_load(to, in, SVF_BANK_PARAMS, v);
	for (unsigned k = 0; k < SIMD_LANES; k++)
		if (in[k * SVF_BANK_PARAMS].data && in[k * SVF_BANK_PARAMS].is_line) {
			float rise = in[k * SVF_BANK_PARAMS].data[0] - from[k];

			for (unsigned i = 0; i < QUANTUM_FRAMES; i++)
				to->at[LANE_MARGIN + i][v * SIMD_LANES + k] =
					from[k] + rise * ((float)(i + 1) * (1.0f / QUANTUM_FRAMES));
		}
}

/* A quantum in which every frame has its own coefficients, of one vector; adds to terms. Cutoffs that step become ramps, as
 * slew_tick() makes them. */
SIMD_INLINE void svf_lanes_follow(struct svf_lanes *l, struct svf_kind kind, const struct node_io *io,
				  const struct node_input *in, const struct lane_frames *x, unsigned v,
				  f32x8 terms[QUANTUM_FRAMES])
{
	float rate_hz = (float)io->env->sample_rate_hz;
	struct lane_frames hz, q;
	struct slew slew;

	slew_start(&slew, 1.0f, io->env->sample_rate_hz);
	svf_lanes_load(&hz, in + SVF_CUTOFF, v, l->hz);
	svf_lanes_load(&q, in + SVF_Q, v, l->q);
	for (size_t i = 0; i < QUANTUM_FRAMES; i++) {
		f32x8 wish = f32x8_clamp(lane_frame(&hz, i, v), SVF_HZ_MIN, SVF_HZ_MAX);

		l->hz = f32x8_min(f32x8_max(wish, l->hz * slew.down), l->hz * slew.up);
		l->q = f32x8_clamp(lane_frame(&q, i, v), kind.q_min, kind.q_max);
		l->at = svf_lanes_tune(kind, l->hz, l->q, rate_hz);
		terms[i] += svf_lanes_step(&l->at, &l->s1, &l->s2, lane_frame(x, i, v));
	}
}

SIMD_INLINE void svf_bank_follow(struct svf_bank *b, struct svf_kind kind, const struct node_io *io,
				 const struct node_input *in, unsigned n_vectors, const struct lane_frames *x,
				 sample *out)
{
	f32x8 terms[QUANTUM_FRAMES] = { { 0 } };

	for (unsigned v = 0; v < n_vectors; v++)
		svf_lanes_follow(&b->v[v], kind, io, in + v * SIMD_LANES * SVF_BANK_PARAMS, x, v, terms);
	for (size_t i = 0; i < QUANTUM_FRAMES; i += SIMD_LANES)
		f32x8_store(out + i, lane_sums(terms + i));
}

/* --- Quanta ----------------------------------------------------------------------------------------------------- */

/* A parameter of eight lanes in the first frame; of a line, at the end of the first quantum. */
SIMD_INLINE f32x8 svf_lanes_first(const struct node_input *in, unsigned p, float lo, float hi)
{
	float v[SIMD_LANES];

	for (unsigned k = 0; k < SIMD_LANES; k++)
		v[k] = node_input_at(&in[k * SVF_BANK_PARAMS + p], 0);
	return f32x8_clamp(f32x8_load(v), lo, hi);
}

/* The first frame is where it starts from. */
SIMD_INLINE void svf_lanes_begin(struct svf_lanes *l, struct svf_kind kind, const struct node_io *io,
				 const struct node_input *in)
{
	l->hz = svf_lanes_first(in, SVF_CUTOFF, SVF_HZ_MIN, SVF_HZ_MAX);
	l->q = svf_lanes_first(in, SVF_Q, kind.q_min, kind.q_max);
	l->at = svf_lanes_tune(kind, l->hz, l->q, (float)io->env->sample_rate_hz);
}

/* The coefficients at the end of a straight quantum; notes the parameters there. */
SIMD_INLINE struct svf_lane_coefs svf_lanes_move(struct svf_lanes *l, struct svf_kind kind, const struct node_io *io,
						 const struct node_input *in)
{
	f32x8 hz = svf_lanes_end(in, SVF_CUTOFF, SVF_HZ_MIN, SVF_HZ_MAX);
	f32x8 q = svf_lanes_end(in, SVF_Q, kind.q_min, kind.q_max);
	bool has_moved = i32x8_any((hz != l->hz) | (q != l->q));

	l->hz = hz;
	l->q = q;
	return has_moved ? svf_lanes_tune(kind, hz, q, (float)io->env->sample_rate_hz) : l->at;
}

/* in: at this quantum; x: what the filters hear. */
SIMD_INLINE void svf_bank_quantum(struct svf_bank *b, struct svf_kind kind, const struct node_io *io,
				  const struct node_input *in, unsigned n_vectors, const struct lane_frames *x,
				  sample *out)
{
	enum { VECTOR_INPUTS = SIMD_LANES * SVF_BANK_PARAMS };
	struct svf_lane_coefs to[LANE_VECTORS];
	bool is_straight = true;

	for (unsigned v = 0; v < n_vectors && !b->is_set; v++)
		svf_lanes_begin(&b->v[v], kind, io, in + v * VECTOR_INPUTS);
	b->is_set = 1;
	for (unsigned v = 0; v < n_vectors; v++)
		is_straight = is_straight && svf_lanes_are_straight(&b->v[v], kind, in + v * VECTOR_INPUTS);
	if (!is_straight) {
		svf_bank_follow(b, kind, io, in, n_vectors, x, out);
		return;
	}
	SIMD_UNROLL
	for (unsigned v = 0; v < n_vectors; v++)
		to[v] = svf_lanes_move(&b->v[v], kind, io, in + v * VECTOR_INPUTS);
	svf_bank_glide(b, to, n_vectors, x, out);
}

/* saws: NULL, or what takes the place of the inputs. */
SIMD_INLINE void svf_bank_run(struct svf_bank *b, const struct saw_lanes *saws, struct svf_kind kind,
			      const struct node_io *io, size_t n, unsigned n_vectors)
{
	enum { INPUTS = NODE_BANK_LANES * SVF_BANK_PARAMS };
	const struct node_input *in = io->in;
	struct node_input next[INPUTS];
	struct lane_frames x;

	for (size_t at = 0; at < n; at += QUANTUM_FRAMES) {
		if (saws)
			saw_lanes_fill(saws, io->env, io->frame + at, &x, n_vectors);
		for (unsigned v = 0; !saws && v < n_vectors; v++)
			lane_frames_load(&x, in + v * SIMD_LANES * SVF_BANK_PARAMS, SVF_BANK_PARAMS, v);
		svf_bank_quantum(b, kind, io, in, n_vectors, &x, io->out[0] + at);
		if (at + QUANTUM_FRAMES == n)
			break; /* as most calls do, which have one quantum */
		for (unsigned i = 0; i < INPUTS; i++) {
			next[i] = in[i];
			if (in[i].data)
				next[i].data += in[i].is_line ? 1 : QUANTUM_FRAMES;
		}
		in = next;
	}
}

/* Are all lanes behind the first eight silent? */
SIMD_INLINE bool svf_bank_is_short(const struct node_io *io)
{
	for (unsigned k = SIMD_LANES; k < NODE_BANK_LANES; k++)
		if (io->in[k * SVF_BANK_PARAMS].data || io->in[k * SVF_BANK_PARAMS].value != 0)
			return false;
	return true;
}

/* node_def.process of a bank of filters with SVF_PARAMS; inline it into a SIMD_CLONES function. */
SIMD_INLINE void svf_bank_process(struct svf_kind kind, void *state, const struct node_io *io, size_t n)
{
	if (svf_bank_is_short(io))
		svf_bank_run(state, NULL, kind, io, n, 1);
	else
		svf_bank_run(state, NULL, kind, io, n, LANE_VECTORS);
}

/* The same of a fed bank. */
SIMD_INLINE void svf_fed_bank_process(struct svf_kind kind, void *state, const struct node_io *io, size_t n)
{
	struct svf_fed_bank *b = state;

	if (svf_bank_is_short(io))
		svf_bank_run(&b->bank, &b->saws, kind, io, n, 1);
	else
		svf_bank_run(&b->bank, &b->saws, kind, io, n, LANE_VECTORS);
}

static inline size_t svf_bank_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct svf_bank);
}

static inline size_t svf_fed_bank_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct svf_fed_bank);
}

static inline void svf_fed_bank_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct svf_fed_bank *b = state;

	memset(b, 0, sizeof *b);
	saw_lanes_reset(&b->saws, env, in, SVF_BANK_PARAMS);
}

#define SVF_BANK_PARAM(param_name, param_unit, lo, hi)                                                                 \
	{                                                                                                              \
		.name = (param_name), .unit = (param_unit), .min = (lo), .max = (hi), .flags = PARAM_LINE,             \
		.doc = "as of one"                                                                                     \
	}

/* The row of a bank. */
#define SVF_BANK_DEF(bank_name, bank_doc, bank_process)                                                                \
	{                                                                                                              \
		.name = (bank_name), .doc = (bank_doc), .reference = "as of one",                                      \
		.params = { PARAM_IN, SVF_BANK_PARAM("cutoff", "Hz", 20, 20000), SVF_BANK_PARAM("q", "", 0.1, 20) },   \
		.n_params = SVF_BANK_PARAMS, .n_lanes = NODE_BANK_LANES, .time_class = TIME_CARRY,                     \
		.state_bytes = svf_bank_state_bytes, .process = (bank_process),                                        \
	}

/* The row of a bank of filters behind saws. */
#define SVF_FED_BANK_DEF(bank_name, bank_doc, bank_process)                                                            \
	{                                                                                                              \
		.name = (bank_name), .doc = (bank_doc), .reference = "as of one",                                      \
		.params = { SOURCE_PARAM_FREQ(-OSC_FREQ_MAX_HZ, OSC_FREQ_MAX_HZ),                                      \
			    SVF_BANK_PARAM("cutoff", "Hz", 20, 20000), SVF_BANK_PARAM("q", "", 0.1, 20) },             \
		.n_params = SVF_BANK_PARAMS, .n_lanes = NODE_BANK_LANES, .time_class = TIME_CARRY,                     \
		.state_bytes = svf_fed_bank_state_bytes, .reset = svf_fed_bank_reset, .process = (bank_process),       \
	}

#endif
