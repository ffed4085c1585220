/* The second-order state variable filter that lpf, hpf and bpf share: trapezoidal integrators with the
 * zero-delay feedback solved, so it keeps the analog prototype's response up to the warping of the bilinear
 * transform (exact at the cutoff) and is stable at any cutoff below half the sample rate under any modulation.
 * V. Zavalishin, "The Art of VA Filter Design", 2.1.2, section 4; A. Simper, "Solving the continuous SVF
 * equations using trapezoidal integration", https://cytomic.com/technical-papers/.
 *
 * Coefficients follow the parameters sample by sample; when both are constant they are computed once, by the
 * same operations. State is double: at 20 Hz and 192 kHz the integrators move in steps of 3e-4. */
#ifndef RENDER_DSP_SVF_H
#define RENDER_DSP_SVF_H

#include "render/dsp/kernel.h"

enum svf_output { SVF_LOW, SVF_BAND, SVF_HIGH };

/* Order of the filters' parameters. */
enum { SVF_IN, SVF_CUTOFF, SVF_Q };

#define SVF_PARAMS(cutoff_name, cutoff_doc)                                                                            \
	{                                                                                                              \
		PARAM_IN, { .name = (cutoff_name), .unit = "Hz", .min = 20, .max = 20000, .doc = (cutoff_doc) },       \
			{ .name = "q",                                                                                 \
			  .unit = "",                                                                                  \
			  .def = 1,                                                                                    \
			  .min = 0.5,                                                                                  \
			  .max = 20,                                                                                   \
			  .flags = PARAM_OPTIONAL,                                                                     \
			  .doc = "resonance; 0.707 is flat" },                                                         \
	}

/* Integrator states; zero at frame 0. */
struct svf {
	double s1, s2;
};

/* Of eight frames. */
struct svf_coefs {
	double k[SIMD_LANES], a1[SIMD_LANES], a2[SIMD_LANES], a3[SIMD_LANES];
};

SIMD_INLINE void svf_coefs_store(struct svf_coefs *c, size_t at, f64x4 g, f64x4 k)
{
	f64x4 a1 = 1.0 / (1.0 + g * (g + k));
	f64x4 a2 = g * a1;

	f64x4_store(c->k + at, k);
	f64x4_store(c->a1 + at, a1);
	f64x4_store(c->a2 + at, a2);
	f64x4_store(c->a3 + at, g * a2);
}

SIMD_INLINE void svf_coefs_compute(struct svf_coefs *c, f32x8 cutoff_hz, f32x8 q, float sample_rate_hz)
{
	f32x8 hz = f32x8_clamp(cutoff_hz, 20.0f, 20000.0f);
	f32x8 g = f32x8_tanpi(f32x8_min(hz / sample_rate_hz, f32x8_splat(0.49f)));
	f32x8 k = 1.0f / f32x8_clamp(q, 0.5f, 20.0f);

	svf_coefs_store(c, 0, f32x8_low_f64(g), f32x8_low_f64(k));
	svf_coefs_store(c, 4, f32x8_high_f64(g), f32x8_high_f64(k));
}

/* One frame with the coefficients of lane j. */
SIMD_INLINE sample svf_tick(struct svf *f, const struct svf_coefs *c, size_t j, sample in, enum svf_output which)
{
	double x = in;
	double v3 = x - f->s2;
	double band = c->a1[j] * f->s1 + c->a2[j] * v3;
	double low = f->s2 + c->a2[j] * f->s1 + c->a3[j] * v3;

	f->s1 = 2.0 * band - f->s1;
	f->s2 = 2.0 * low - f->s2;
	if (which == SVF_LOW)
		return (sample)low;
	return (sample)(which == SVF_BAND ? band : x - c->k[j] * band - low);
}

/* node_def.process of an output; inline it into a SIMD_CLONES function. */
SIMD_INLINE void svf_process(enum svf_output which, void *state, const struct node_io *io, size_t n)
{
	const struct node_input *cutoff = &io->in[SVF_CUTOFF], *q = &io->in[SVF_Q];
	float sample_rate_hz = (float)io->env->sample_rate_hz;
	struct svf f = *(const struct svf *)state;
	struct svf_coefs c;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (i == 0 || cutoff->data || q->data)
			svf_coefs_compute(&c, input_load(cutoff, i, n), input_load(q, i, n), sample_rate_hz);
		for (size_t j = 0; j < lanes_in_use(n); j++)
			io->out[0][i + j] = svf_tick(&f, &c, j, node_input_at(&io->in[SVF_IN], i + j), which);
	}
	*(struct svf *)state = f;
}

static inline size_t svf_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct svf);
}

/* Until a resonance at 20 Hz and q 20 is 60 dB down; most are far shorter. */
static inline double svf_tail_s(const struct node_env *env, const struct node_input *in)
{
	double hz = in[SVF_CUTOFF].data ? 20.0 : clamp_f64(in[SVF_CUTOFF].value, 20.0, 20000.0);
	double q = in[SVF_Q].data ? 20.0 : clamp_f64(in[SVF_Q].value, 0.5, 20.0);

	(void)env;
	return 2.2 * q / hz + 0.001; /* amplitude falls as exp(-pi hz t / q) */
}

#endif
