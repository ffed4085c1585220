/* Phaser: a chain of first-order all-passes whose corner a sine sweeps, mixed half and half with the signal. Where
 * the chain turns the phase by an odd multiple of half a cycle there is a notch: with N stages at corner f_c, at
 * f_c tan((2k + 1) pi / 2N) as the bilinear transform warps it. The corner sweeps from 200 Hz to `depth` times 2
 * kHz and, as does the right channel of all effects that sway, a quarter of a cycle ahead on the right.
 *
 * Each stage is a trapezoidal one-pole (V. Zavalishin, "The Art of VA Filter Design", 2.1.2, section 3) as all-pass
 * 2 low - in, stable under any sweep. The fed-back sample comes from the frame before; so frames go one by one,
 * with the channels side by side in the first lanes of a vector. */
#include "render/dsp/glide.h"
#include "render/dsp/lfo.h"

enum { PHASER_IN, PHASER_RATE, PHASER_DEPTH, PHASER_FEEDBACK, PHASER_STAGES, PHASER_PARAMS };
enum { STAGES_MIN = 2, STAGES_MAX = 12 };

#define PHASER_LOW_HZ 200.0f
#define PHASER_HIGH_HZ 2000.0f
#define PHASER_LIMIT 8.0f /* of what is fed back; full scale at the highest feedback may ring up to 20 */

struct phaser {
	f32x8 low[STAGES_MAX]; /* integrators; lanes 0 and 1 are the channels */
	f32x8 last;            /* the chain's output at the frame before */
	uint64_t phase[2];
	struct glide depth[2], feedback[2];
};

/* Of eight frames of one channel. */
struct phaser_coefs {
	float gain[SIMD_LANES]; /* g / (1 + g) of each stage */
	float feedback[SIMD_LANES], x[SIMD_LANES];
};

static size_t phaser_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct phaser);
}

SIMD_INLINE void phaser_load(struct phaser_coefs *c, struct phaser *p, unsigned ch, struct lfo *lfo,
			     const struct node_io *io, size_t i, size_t width)
{
	const struct node_input *in = io->in + ch;
	f32x8 depth = glide_load(&p->depth[ch], io, &in[2 * PHASER_DEPTH], 0.0f, 1.0f, i, width);
	f32x8 high = f32x8_max(PHASER_HIGH_HZ * depth, f32x8_splat(PHASER_LOW_HZ));
	f32x8 sine, hz, g;

	lfo_follow(lfo, io, &in[2 * PHASER_RATE], 0.05f, 5.0f, i, width);
	sine = f32x8_sin2pi(lfo_advance(&p->phase[ch], lfo) + 0.25f * (float)ch);
	hz = PHASER_LOW_HZ + (high - PHASER_LOW_HZ) * (0.5f + 0.5f * sine);
	g = f32x8_tanpi(hz / (float)io->env->sample_rate_hz);
	f32x8_store(c->gain, g / (1.0f + g));
	f32x8_store(c->feedback, glide_load(&p->feedback[ch], io, &in[2 * PHASER_FEEDBACK], 0.0f, 0.95f, i, width));
	f32x8_store(c->x, frames_load(&in[2 * PHASER_IN], i, width));
}

SIMD_INLINE f32x8 phaser_tick(struct phaser *p, f32x8 x, f32x8 gain, f32x8 feedback, unsigned n_stages)
{
	f32x8 y = x + f32x8_clamp(p->last * feedback, -PHASER_LIMIT, PHASER_LIMIT);

	for (unsigned k = 0; k < n_stages; k++) {
		f32x8 rise = (y - p->low[k]) * gain, low = p->low[k] + rise;

		p->low[k] = low + rise;
		y = 2.0f * low - y;
	}
	p->last = y;
	return 0.5f * (x + y);
}

SIMD_CLONES(static, phaser_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	unsigned n_stages =
		(unsigned)(clamp_f64((double)io->in[2 * PHASER_STAGES].value, STAGES_MIN, STAGES_MAX) + 0.5);
	struct phaser *p = state;
	size_t width = lanes_in_use(n);
	struct lfo lfo[2];

	for (size_t i = 0; i < n; i += width) {
		struct phaser_coefs c[2];

		for (unsigned ch = 0; ch < 2; ch++)
			phaser_load(&c[ch], p, ch, &lfo[ch], io, i, width);
		for (size_t j = 0; j < width; j++) {
			f32x8 y = phaser_tick(p, (f32x8){ c[0].x[j], c[1].x[j] }, (f32x8){ c[0].gain[j], c[1].gain[j] },
					      (f32x8){ c[0].feedback[j], c[1].feedback[j] }, n_stages);

			io->out[0][i + j] = y[0];
			io->out[1][i + j] = y[1];
		}
	}
}

/* The chain delays its lowest frequencies by N / (pi 200 Hz), and a round at the highest feedback loses 0.45 dB. */
static double phaser_tail_s(const struct node_env *env, const struct node_input *in)
{
	double stages = clamp_f64((double)in[2 * PHASER_STAGES].value, STAGES_MIN, STAGES_MAX);
	double feedback = in[2 * PHASER_FEEDBACK].data ? 0.95 : clamp_f64(in[2 * PHASER_FEEDBACK].value, 0, 0.95);

	(void)env;
	return 0.02 + stages / 600.0 * 7.0 / (1.0 - feedback);
}

const struct node_def node_phaser = {
	.name = "phaser",
	.aliases = { "ph" },
	.doc = "sweeping notches from a chain of all-passes",
	.reference = "J. O. Smith, Physical Audio Signal Processing, "
		     "https://ccrma.stanford.edu/~jos/pasp/Phasing_First_Order_Allpass_Filters.html",
	.example = "out $ saw \"110 55\" # phaser 0.5 0.8 0.6 6 # gain 0.4",
	.params = {
		PARAM_IN,
		{ .name = "rate", .unit = "Hz", .min = 0.05, .max = 5, .doc = "of the sweep" },
		{ .name = "depth", .unit = "", .min = 0, .max = 1, .doc = "top of the sweep from 200 Hz, in 2 kHz" },
		{ .name = "feedback", .unit = "", .min = 0, .max = 0.95, .doc = "sharpens the peaks" },
		{ .name = "stages", .unit = "", .min = STAGES_MIN, .max = STAGES_MAX, .flags = PARAM_CONST,
		  .doc = "all-passes; half as many notches" },
	},
	.n_params = PHASER_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = phaser_state_bytes,
	.process = phaser_process,
	.tail_s = phaser_tail_s,
};
