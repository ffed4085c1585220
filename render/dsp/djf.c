/* A DJ's filter: one knob, low-pass to the left, high-pass to the right.
 *
 * Both filters run; which one is heard glides over with a time constant of 2 ms, or it would click where the knob
 * crosses its middle. */
#include "render/dsp/onepole.h"
#include "render/dsp/svf.h"

enum { DJF_IN, DJF_KNOB };

#define DJF_GLIDE_S 0.002f

struct djf {
	struct svf low, high;
	double is_high; /* 0 the low-pass, 1 the high-pass */
	uint64_t has_begun;
};

SIMD_INLINE void djf_tune(struct djf *d, struct frames16 knob, float rate_hz)
{
	struct svf_wish low = { .q = frames16_splat(1), .gain_db = frames16_splat(0) }, high = low;

	for (unsigned half = 0; half < 2; half++) {
		low.hz.v[half] = 80.0f + 1440.0f * f32x8_min(knob.v[half], f32x8_splat(0.5f));
		high.hz.v[half] = 800.0f + 14400.0f * f32x8_max(knob.v[half] - 0.5f, f32x8_splat(0.0f));
	}
	svf_tune(&d->low, MATCHED_LOW, false, &low, rate_hz);
	svf_tune(&d->high, MATCHED_HIGH, false, &high, rate_hz);
}

/* out[i] of a call with n frames, from both filters'. */
SIMD_INLINE sample djf_choose(struct djf *d, sample knob, double share, sample low, sample high)
{
	double side = knob < 0.5f ? 0.0 : 1.0;

	if (!d->has_begun)
		d->is_high = side;
	d->has_begun = 1;
	d->is_high += share * (side - d->is_high);
	return (sample)((double)low + d->is_high * ((double)high - (double)low));
}

SIMD_CLONES(static, djf_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct node_input *knob = &io->in[DJF_KNOB];
	float rate_hz = (float)io->env->sample_rate_hz;
	double share = (double)onepole_share(f32x8_splat(DJF_GLIDE_S), rate_hz)[0];
	struct djf *d = state;

	for (size_t i = 0; i < n; i += FRAMES16) {
		struct frames16 x = frames16_load(&io->in[DJF_IN], i, n);
		sample low[FRAMES16], high[FRAMES16];

		djf_tune(d, frames16_clamp(frames16_load(knob, i, n), 0.0f, 1.0f), rate_hz);
		frames16_store(low, 0, n, svf_filter(&d->low, x, io->frame + i, n));
		frames16_store(high, 0, n, svf_filter(&d->high, x, io->frame + i, n));
		for (size_t j = 0; j < (n == 1 ? 1 : FRAMES16); j++)
			io->out[0][i + j] = djf_choose(d, node_input_at(knob, i + j), share, low[j], high[j]);
	}
}

static size_t djf_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(struct djf);
}

static double djf_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return 0.03; /* q 1 at 80 Hz */
}

const struct node_def node_djf = {
	.name = "djf",
	.doc = "a DJ's filter: below 0.5 a low-pass from 80 to 800 Hz, above it a high-pass from 800 Hz to 8 kHz",
	.reference = "M. Vicanek, Matched Second Order Digital Filters (2016)",
	.example = "out $ saw 110 # djf (sine 0.25 # range 0.1 0.9) # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "value", .unit = "", .min = 0, .max = 1, .doc = "the knob: 0.5 is the middle" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = djf_state_bytes,
	.process = djf_process,
	.tail_s = djf_tail_s,
};
