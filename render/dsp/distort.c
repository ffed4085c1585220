/* Soft distortion: the signal, amplified, through tanh.
 *
 * A shaper makes harmonics without end, and those above half the sample rate fold back as tones that belong to nothing.
 * Two measures keep them down. The shaper runs at four times the rate (oversample.h). And it averages tanh over the line
 * between two inputs instead of taking it at one: (F(u) - F(v)) / (u - v), where F(u) = ln cosh u is the antiderivative,
 * and tanh((u + v) / 2) where u and v are so near that the quotient would lose its digits (J. D. Parker, V. Zavalishin,
 * E. Le Bivic, "Reducing the aliasing of nonlinear waveshaping using continuous-time convolution", DAFx-16). The mean
 * is a low-pass with zeros at multiples of the fast rate, and what lies near those folds back lowest. Worst alias below
 * 15 kHz of a sine of 5 kHz at 44.1 kHz under the fundamental, at drive 10 and 100: four times the rate alone -55 and
 * -31 dB, with the mean -78 and -53 dB, for a tenth more time (tests/unit/test_distortion.c). A steady level gives
 * tanh exactly.
 *
 * Wet and dry are both OVERSAMPLE_DELAY frames late, so mixing them cancels nothing. */
#include "render/dsp/glide.h"
#include "render/dsp/oversample.h"

enum { DISTORT_IN, DISTORT_DRIVE, DISTORT_MIX, DISTORT_PARAMS };

#define DRIVE_MAX 100.0f
#define DRIVE_OCTAVES 6.6438562f /* log2(DRIVE_MAX) */
#define INPUT_MAX 1e6f           /* keeps differences finite */
#define NEAR 0.01f               /* below, tanh of the middle is off by 3e-6 at most, the quotient by more */

struct distort {
	struct oversampler rate;
	struct glide drive, mix;
	float before_u, before_rest; /* struct shaped of the last fast frame */
};

/* A shaper input and its antiderivative: F(u) = ln cosh u = |u| - ln 2 + rest, where rest = ln(1 + e^(-2 |u|)). The terms
 * are kept apart, because differences of each lose fewer digits than those of the sum. */
struct shaped {
	f32x8 u, rest;
};

SIMD_INLINE struct shaped shaped_of(f32x8 u)
{
	return (struct shaped){ u, f32x8_log2(1.0f + f32x8_exp2(f32x8_abs(u) * -2.8853901f)) * 0.69314718f };
}

static size_t distort_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct distort);
}

static void distort_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct distort *d = state;

	(void)env;
	(void)in;
	*d = (struct distort){ .before_u = 0 };
	oversampler_reset(&d->rate);
	d->before_rest = shaped_of(f32x8_splat(0.0f)).rest[0];
}

/* Mean of tanh between two inputs. */
SIMD_INLINE f32x8 shape(const struct shaped *x, const struct shaped *y)
{
	f32x8 step = x->u - y->u;
	i32x8 is_near = f32x8_abs(step) < f32x8_splat(NEAR);
	f32x8 area = (f32x8_abs(x->u) - f32x8_abs(y->u)) + (x->rest - y->rest);
	f32x8 middle = f32x8_tanh((x->u + y->u) * 0.5f);

	return f32x8_select(is_near, middle, area / f32x8_select(is_near, f32x8_splat(1.0f), step));
}

/* Lane j of the result is lane j - 1 of x; lane 0 comes from before. */
SIMD_INLINE f32x8 lanes_delayed(f32x8 x, float before)
{
	return (f32x8){ before, x[0], x[1], x[2], x[3], x[4], x[5], x[6] };
}

/* Shapes all phases of frames i..i+7. */
SIMD_INLINE void shape_frames(struct distort *d, f32x8 drive, size_t i, size_t lanes)
{
	struct shaped x[OVERSAMPLE], *last = &x[OVERSAMPLE - 1], before;
	f32x8 fast[OVERSAMPLE];

	oversample_up(&d->rate, i, fast);
	for (unsigned p = 0; p < OVERSAMPLE; p++)
		x[p] = shaped_of(fast[p] * drive);
	before = (struct shaped){ lanes_delayed(last->u, d->before_u), lanes_delayed(last->rest, d->before_rest) };
	for (unsigned p = 0; p < OVERSAMPLE; p++)
		f32x8_store(d->rate.fast[p] + OVERSAMPLE_TAPS + i, shape(&x[p], p ? &x[p - 1] : &before));
	d->before_u = last->u[lanes - 1];
	d->before_rest = last->rest[lanes - 1];
}

/* The drive glides in octaves: in a line it would rush through the low ones, where most of the change is. */
SIMD_INLINE f32x8 drive_load(struct distort *d, const struct node_io *io, size_t i, size_t lanes)
{
	f32x8 drive = f32x8_clamp(frames_load(&io->in[DISTORT_DRIVE], i, lanes), 1.0f, DRIVE_MAX), octaves, at;

	if (!io->in[DISTORT_DRIVE].data)
		return drive;
	octaves = f32x8_log2(drive);
	at = glide_follow(&d->drive, octaves, glide_slope(io->env) * DRIVE_OCTAVES, lanes);
	return f32x8_select(at == octaves, drive, f32x8_exp2(at));
}

/* At most QUANTUM_FRAMES frames of a call of n, from frame `at` of it on. */
SIMD_INLINE void distort_frames(struct distort *d, const struct node_io *io, size_t at, size_t count, size_t n)
{
	sample *in = d->rate.slow + OVERSAMPLE_TAPS;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < count; i += SIMD_LANES)
		f32x8_store(in + i, f32x8_clamp(input_load(&io->in[DISTORT_IN], at + i, n), -INPUT_MAX, INPUT_MAX));
	for (size_t i = 0; i < count; i += SIMD_LANES) {
		f32x8 drive = drive_load(d, io, at + i, lanes);
		f32x8 mix = glide_load(&d->mix, io, &io->in[DISTORT_MIX], 0.0f, 1.0f, at + i, lanes);
		f32x8 dry = f32x8_load(in + i - OVERSAMPLE_DELAY);

		shape_frames(d, drive, i, lanes);
		output_store(io->out[0], at + i, n, dry * (1.0f - mix) + oversample_down(&d->rate, i) * mix);
	}
	oversample_shift(&d->rate, count);
}

SIMD_CLONES(static, distort_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	size_t most = n < QUANTUM_FRAMES ? n : QUANTUM_FRAMES;

	for (size_t at = 0; at < n; at += most)
		distort_frames(state, io, at, most, n);
}

static double distort_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return 2 * OVERSAMPLE_DELAY / env->sample_rate_hz;
}

const struct node_def node_distort = {
	.name = "distort",
	.aliases = { "distortion", "dist" },
	.doc = "soft distortion, free of aliases; 16 frames late",
	.reference = "J. D. Parker, V. Zavalishin, E. Le Bivic, Reducing the aliasing of nonlinear waveshaping using "
		     "continuous-time convolution, DAFx-16",
	.example = "out $ saw 55 # distort 6 0.8 # lpf 2000 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "drive", .unit = "", .min = 1, .max = DRIVE_MAX, .doc = "gain before tanh" },
		PARAM_MIX(0.5),
	},
	.n_params = DISTORT_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = distort_state_bytes,
	.reset = distort_reset,
	.process = distort_process,
	.tail_s = distort_tail_s,
};
