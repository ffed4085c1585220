/* The state variable filter that all second-order filters of the catalogue run on: trapezoidal integrators with the
 * zero-delay feedback solved. V. Zavalishin, "The Art of VA Filter Design", 2.1.2, section 4; A. Simper, "Solving
 * the continuous SVF equations using trapezoidal integration", https://cytomic.com/technical-papers/. What the
 * states hold, as energy, cannot grow by a change of coefficients, so it is stable under any modulation.
 * Coefficients come from matched.h, so the response is the analog prototype's; they follow the parameters frame by
 * frame, and a cutoff that steps becomes a steep ramp (slew.h). The states, which are the analog filter's capacitor
 * voltages, stay as they are meanwhile.
 *
 * State is double: at 20 Hz and 192 kHz the integrators move in steps of 3e-4.
 *
 * One frame does  s -> A s + b x,  y = c0 x + c s  to the state s of two numbers. Done one after the other the
 * frames wait for each other (12 cycles each at the least). But what four frames in a row do is s -> M s + z, where
 * M = A3 A2 A1 A0 and z is where they bring a state of zero: neither needs s. So M and z are computed for four
 * groups of four frames at a time, with vectors; only the one step per group is sequential; and the states inside
 * the groups follow again four at a time. The groups are anchored at frame 0, and single frames (feedback) go the
 * same way through M and z, so no cut of time changes a bit. Coefficients of parameters that stand still are kept. */
#ifndef RENDER_DSP_SVF_H
#define RENDER_DSP_SVF_H

#include "render/dsp/frames16.h"
#include "render/dsp/matched.h"
#include "render/dsp/slew.h"

#define SVF_HZ_MIN 20.0f
#define SVF_HZ_MAX 20000.0f
#define SVF_W_MAX 3.0473449f /* radians per frame: 0.485 of the sample rate */

/* What one frame does, in each of four groups. */
struct svf_step {
	f64x4 a11, a22, a21, b2;      /* a12 is -a21, b1 is a21 */
	f64x4 from_x, from_1, from_2; /* output */
};

/* What a group has done so far: the state s it started with has become M s + z. */
struct svf_map {
	f64x4 m11, m12, m21, m22;
};

struct svf_rest {
	f64x4 z1, z2;
};

struct svf_coefs {
	struct svf_step step[GROUP_FRAMES];
	struct svf_map map[GROUP_FRAMES]; /* after frames 0..j of a group */
};

/* Zero at frame 0. */
struct svf {
	struct svf_coefs coefs;
	struct svf_map map; /* of the current group, in lane 0, between calls of one frame */
	struct svf_rest rest;
	double s1, s2;    /* at the start of the current group */
	uint32_t held[3]; /* bits of cutoff, q and gain, if they are the same in all frames of coefs */
	uint32_t is_held; /* 0: they are not, or there are no coefs yet */
	struct slew cutoff;
};

/* Cutoff (clamped to SVF_HZ_MIN..SVF_HZ_MAX and below half the sample rate), q and, for a bell, gain. */
struct svf_wish {
	struct frames16 hz, q, gain_db;
};

/* --- Coefficients ----------------------------------------------------------------------------------------------- */

SIMD_INLINE struct svf_step svf_step_of(f64x4 g, f64x4 k, f64x4 low, f64x4 band, f64x4 high)
{
	f64x4 a1 = 1.0 / (1.0 + g * (k + g)), a2 = g * a1, a3 = g * a2;
	f64x4 of_band = band - high * k, of_low = low - high;

	return (struct svf_step){
		.a11 = 2.0 * a1 - 1.0,
		.a22 = 1.0 - 2.0 * a3,
		.a21 = 2.0 * a2,
		.b2 = 2.0 * a3,
		.from_x = high + of_band * a2 + of_low * a3,
		.from_1 = of_band * a1 + of_low * a2,
		.from_2 = of_low * (1.0 - a3) - of_band * a2,
	};
}

SIMD_INLINE void svf_steps_of(struct svf_step step[2], struct matched m)
{
	f32x8 g = f32x8_sqrt(m.g2), k = f32x8_sqrt(m.k2);

	step[0] = svf_step_of(f32x8_low_f64(g), f32x8_low_f64(k), f32x8_low_f64(m.low), f32x8_low_f64(m.band),
			      f32x8_low_f64(m.high));
	step[1] = svf_step_of(f32x8_high_f64(g), f32x8_high_f64(k), f32x8_high_f64(m.low), f32x8_high_f64(m.band),
			      f32x8_high_f64(m.high));
}

SIMD_INLINE struct svf_map svf_map_first(const struct svf_step *s)
{
	return (struct svf_map){ s->a11, -s->a21, s->a21, s->a22 };
}

SIMD_INLINE struct svf_map svf_map_next(const struct svf_map *m, const struct svf_step *s)
{
	return (struct svf_map){
		s->a11 * m->m11 - s->a21 * m->m21,
		s->a11 * m->m12 - s->a21 * m->m22,
		s->a21 * m->m11 + s->a22 * m->m21,
		s->a21 * m->m12 + s->a22 * m->m22,
	};
}

SIMD_INLINE bool svf_is_held(const struct svf *f, const struct svf_wish *to)
{
	return f->is_held && frames16_are(to->hz, f->held[0]) && frames16_are(to->q, f->held[1]) &&
	       frames16_are(to->gain_db, f->held[2]);
}

SIMD_INLINE void svf_hold(struct svf *f, const struct svf_wish *to)
{
	f->held[0] = frames16_first_bits(to->hz);
	f->held[1] = frames16_first_bits(to->q);
	f->held[2] = frames16_first_bits(to->gain_db);
	f->is_held = 1;
	f->is_held = svf_is_held(f, to);
}

/* Brings the coefficients to what sixteen frames wish for. is_wide: q may be below 1/2. */
SIMD_INLINE void svf_tune(struct svf *f, enum matched_response which, bool is_wide, const struct svf_wish *to,
			  float sample_rate_hz)
{
	struct svf_coefs *c = &f->coefs;

	if (svf_is_held(f, to))
		return;
	svf_hold(f, to);
	for (unsigned half = 0; half < 2; half++) {
		f32x8 hz = f32x8_clamp(to->hz.v[half], SVF_HZ_MIN, SVF_HZ_MAX);
		f32x8 w = f32x8_min(hz * (6.2831853f / sample_rate_hz), f32x8_splat(SVF_W_MAX));
		struct matched_wish wish = { w, to->q.v[half], to->gain_db.v[half] };

		svf_steps_of(c->step + 2 * half, matched_to(which, wish, is_wide));
	}
	c->map[0] = svf_map_first(&c->step[0]);
	SIMD_UNROLL
	for (unsigned j = 1; j < GROUP_FRAMES; j++)
		c->map[j] = svf_map_next(&c->map[j - 1], &c->step[j]);
}

/* --- Frames ----------------------------------------------------------------------------------------------------- */

SIMD_INLINE struct svf_rest svf_rest_first(const struct svf_step *s, f64x4 x)
{
	return (struct svf_rest){ s->a21 * x, s->b2 * x };
}

SIMD_INLINE struct svf_rest svf_rest_next(const struct svf_rest *r, const struct svf_step *s, f64x4 x)
{
	return (struct svf_rest){ s->a11 * r->z1 + s->a21 * (x - r->z2),
				  s->a21 * r->z1 + (s->a22 * r->z2 + s->b2 * x) };
}

SIMD_INLINE f64x4 svf_state_1(const struct svf_map *m, const struct svf_rest *r, f64x4 s1, f64x4 s2)
{
	return m->m11 * s1 + (m->m12 * s2 + r->z1);
}

SIMD_INLINE f64x4 svf_state_2(const struct svf_map *m, const struct svf_rest *r, f64x4 s1, f64x4 s2)
{
	return m->m21 * s1 + (m->m22 * s2 + r->z2);
}

SIMD_INLINE f64x4 svf_output(const struct svf_step *s, f64x4 x, f64x4 s1, f64x4 s2)
{
	return s->from_x * x + (s->from_1 * s1 + s->from_2 * s2);
}

/* The states with which the four groups start; moves the filter past them. */
SIMD_INLINE void svf_walk(struct svf *f, const struct svf_map *m, const struct svf_rest *r, f64x4 *s1, f64x4 *s2)
{
	double a[5] = { f->s1 }, b[5] = { f->s2 };

	SIMD_UNROLL
	for (unsigned g = 0; g < 4; g++) {
		a[g + 1] = m->m11[g] * a[g] + (m->m12[g] * b[g] + r->z1[g]);
		b[g + 1] = m->m21[g] * a[g] + (m->m22[g] * b[g] + r->z2[g]);
	}
	*s1 = (f64x4){ a[0], a[1], a[2], a[3] };
	*s2 = (f64x4){ b[0], b[1], b[2], b[3] };
	f->s1 = a[4];
	f->s2 = b[4];
}

SIMD_INLINE struct frames16 svf_filter_16(struct svf *f, struct frames16 in)
{
	const struct svf_coefs *c = &f->coefs;
	struct svf_rest rest[GROUP_FRAMES];
	f64x4 x[GROUP_FRAMES], y[GROUP_FRAMES], s1, s2;

	x[0] = frames16_row(in, 0);
	rest[0] = svf_rest_first(&c->step[0], x[0]);
	SIMD_UNROLL
	for (unsigned j = 1; j < GROUP_FRAMES; j++) {
		x[j] = frames16_row(in, j);
		rest[j] = svf_rest_next(&rest[j - 1], &c->step[j], x[j]);
	}
	svf_walk(f, &c->map[GROUP_FRAMES - 1], &rest[GROUP_FRAMES - 1], &s1, &s2);
	y[0] = svf_output(&c->step[0], x[0], s1, s2);
	SIMD_UNROLL
	for (unsigned j = 1; j < GROUP_FRAMES; j++)
		y[j] = svf_output(&c->step[j], x[j], svf_state_1(&c->map[j - 1], &rest[j - 1], s1, s2),
				  svf_state_2(&c->map[j - 1], &rest[j - 1], s1, s2));
	return frames16_from_rows(y);
}

/* One frame, the j-th of its group. */
SIMD_INLINE f64x4 svf_filter_1(struct svf *f, f64x4 x, unsigned j)
{
	const struct svf_step *step = &f->coefs.step[0];
	f64x4 s1 = f64x4_splat(f->s1), s2 = f64x4_splat(f->s2), y;

	if (j == 0) {
		y = svf_output(step, x, s1, s2);
		f->map = svf_map_first(step);
		f->rest = svf_rest_first(step, x);
	} else {
		y = svf_output(step, x, svf_state_1(&f->map, &f->rest, s1, s2), svf_state_2(&f->map, &f->rest, s1, s2));
		f->map = svf_map_next(&f->map, step);
		f->rest = svf_rest_next(&f->rest, step, x);
	}
	if (j == GROUP_FRAMES - 1) {
		f->s1 = svf_state_1(&f->map, &f->rest, s1, s2)[0];
		f->s2 = svf_state_2(&f->map, &f->rest, s1, s2)[0];
	}
	return y;
}

/* The next frames of a call with n, at frame number `frame`; svf_tune() before. */
SIMD_INLINE struct frames16 svf_filter(struct svf *f, struct frames16 x, uint64_t frame, size_t n)
{
	f64x4 y[GROUP_FRAMES] = { 0 };

	if (n > 1)
		return svf_filter_16(f, x);
	y[0] = svf_filter_1(f, frames16_row(x, 0), frame % GROUP_FRAMES);
	return frames16_from_rows(y);
}

/* --- Nodes ------------------------------------------------------------------------------------------------------ */

/* Order of the filters' parameters. */
enum { SVF_IN, SVF_CUTOFF, SVF_Q };

#define SVF_PARAMS(cutoff_name, cutoff_doc, q_flags, q_name, q_min, q_max, q_doc)                                      \
	{                                                                                                              \
		PARAM_IN, { .name = (cutoff_name), .unit = "Hz", .min = 20, .max = 20000, .doc = (cutoff_doc) },       \
			{ .name = (q_name),                                                                            \
			  .unit = "",                                                                                  \
			  .def = 1,                                                                                    \
			  .min = (q_min),                                                                              \
			  .max = (q_max),                                                                              \
			  .flags = (q_flags),                                                                          \
			  .doc = (q_doc) },                                                                            \
	}

/* The cutoff in frames i..i+15. */
SIMD_INLINE struct frames16 svf_cutoff(struct svf *f, const struct node_io *io, size_t i, size_t n)
{
	const struct node_input *hz = &io->in[SVF_CUTOFF];
	f32x8 first = slew_load(&f->cutoff, io, hz, SVF_HZ_MIN, SVF_HZ_MAX, i, n);

	if (!hz->data || n == 1)
		return frames16_splat(first[0]);
	return frames16_of(first, slew_load(&f->cutoff, io, hz, SVF_HZ_MIN, SVF_HZ_MAX, i + SIMD_LANES, n));
}

/* node_def.process of a filter with SVF_PARAMS; inline it into a function under SIMD_CLONES. */
SIMD_INLINE void svf_process(enum matched_response which, float q_min, float q_max, void *state,
			     const struct node_io *io, size_t n)
{
	const struct node_input *hz = &io->in[SVF_CUTOFF], *q = &io->in[SVF_Q];
	struct svf *f = state;

	for (size_t i = 0; i < n; i += FRAMES16) {
		if (i == 0 || hz->data || q->data) {
			struct svf_wish to = {
				.hz = svf_cutoff(f, io, i, n),
				.q = frames16_clamp(frames16_load(q, i, n), q_min, q_max),
				.gain_db = frames16_splat(0),
			};

			svf_tune(f, which, q_min < 0.5f, &to, (float)io->env->sample_rate_hz);
		}
		frames16_store(io->out[0], i, n, svf_filter(f, frames16_load(&io->in[SVF_IN], i, n), io->frame + i, n));
	}
}

static inline size_t svf_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct svf);
}

/* Seconds until a resonance has fallen by 60 dB; a q below 1/2 is two poles, of which the slower counts. */
static inline double svf_ring_s(const struct node_input *hz, const struct node_input *q, double q_min, double q_max)
{
	double cutoff_hz = hz->data ? (double)SVF_HZ_MIN : clamp_f64(hz->value, (double)SVF_HZ_MIN, (double)SVF_HZ_MAX);
	double ring = q->data ? q_max : clamp_f64(q->value, q_min, q_max);

	if (ring < 0.5)
		ring = 0.5 / ring;
	return 2.2 * ring / cutoff_hz + 0.001; /* amplitude falls as exp(-pi hz t / q) */
}

/* The kernels with the biquads' range of q, 0.1 to 20, which several names share (svf.c). */
void svf_low_process(void *state, const struct node_io *io, size_t n);
void svf_high_process(void *state, const struct node_io *io, size_t n);
void svf_band_process(void *state, const struct node_io *io, size_t n);
void svf_band_unit_process(void *state, const struct node_io *io, size_t n);
void svf_notch_process(void *state, const struct node_io *io, size_t n);
double svf_tail_s(const struct node_env *env, const struct node_input *in);
extern const struct node_def node_svf_low_bank, node_svf_low_saw_bank, node_saw;

#endif
