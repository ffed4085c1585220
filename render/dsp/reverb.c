/* Freeverb: per channel eight low-passed feedback combs in parallel, then four all-passes in series.
 * Jezar at Dreampoint's public-domain design of 2000 as analysed by J. O. Smith,
 * https://ccrma.stanford.edu/~jos/pasp/Freeverb.html. Lengths are given in frames at 44.1 kHz and scaled to the
 * sample rate, and so is the damping. Both channels hear the mean of the inputs; the right tank is 23 frames
 * longer everywhere, which makes the width.
 *
 * The combs run side by side in the lanes of one vector: rows of a ring hold the eight values that were written
 * at one frame, and lane k reads its own delay back. The all-passes are longer than eight frames at every sample
 * rate, so they run along time. */
#include <math.h>

#include "render/dsp/kernel.h"

enum { REVERB_IN, REVERB_ROOM, REVERB_DAMPING, REVERB_MIX, REVERB_PARAMS };
enum { COMBS = SIMD_LANES, ALLPASSES = 4, SPREAD = 23 };

static const unsigned comb_frames[COMBS] = { 1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617 };
static const unsigned allpass_frames[ALLPASSES] = { 556, 441, 341, 225 };

#define REFERENCE_RATE_HZ 44100.0
#define COMB_GAIN 0.84f
#define ALLPASS_GAIN 0.5f

/* Rings are at offsets into the floats that follow struct reverb; lengths are powers of two, mask + 1 rows. */
struct tank {
	uint32_t comb_delay[COMBS], allpass_delay[ALLPASSES];
	size_t combs, comb_mask; /* rows of COMBS floats */
	size_t allpass[ALLPASSES], allpass_mask[ALLPASSES];
	f32x8 damped; /* one-pole low-passes in the combs' loops */
};

struct reverb {
	struct tank tank[2];
	uint64_t n_frames;      /* since frame 0 */
	float damping_exponent; /* of the low-pass coefficient: reference rate / sample rate */
	sample lines[] __attribute__((aligned(64)));
};

static uint32_t scaled(unsigned frames, const struct node_env *env)
{
	return (uint32_t)(frames * env->sample_rate_hz / REFERENCE_RATE_HZ + 0.5);
}

static size_t ring_rows(size_t delay)
{
	size_t n = 64;

	while (n < delay + SIMD_LANES)
		n *= 2;
	return n;
}

/* Places the rings of one channel from float `at` on; returns where the next one may begin. */
static size_t tank_layout(struct tank *t, const struct node_env *env, unsigned spread, size_t at)
{
	size_t rows = ring_rows(scaled(comb_frames[COMBS - 1] + spread, env));

	for (size_t k = 0; k < COMBS; k++)
		t->comb_delay[k] = scaled(comb_frames[k] + spread, env);
	t->combs = at;
	t->comb_mask = rows - 1;
	at += rows * COMBS;
	for (size_t k = 0; k < ALLPASSES; k++) {
		t->allpass_delay[k] = scaled(allpass_frames[k] + spread, env);
		rows = ring_rows(t->allpass_delay[k]);
		t->allpass[k] = at;
		t->allpass_mask[k] = rows - 1;
		at += rows;
	}
	return at;
}

static size_t reverb_layout(struct reverb *r, const struct node_env *env)
{
	return tank_layout(&r->tank[1], env, SPREAD, tank_layout(&r->tank[0], env, 0, 0));
}

static size_t reverb_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct reverb layout;

	(void)in;
	return sizeof(struct reverb) + reverb_layout(&layout, env) * sizeof(sample);
}

static void reverb_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct reverb *r = state;

	memset(r, 0, reverb_state_bytes(env, in));
	reverb_layout(r, env);
	r->damping_exponent = (float)(REFERENCE_RATE_HZ / env->sample_rate_hz);
}

/* The mean of the combs at one frame; coefficients of that frame. */
SIMD_INLINE float combs_tick(struct reverb *r, struct tank *t, uint64_t frame, float x, float feedback, float damping)
{
	sample *rows = r->lines + t->combs;
	f32x8 out, pair, quad;

	for (size_t k = 0; k < COMBS; k++)
		out[k] = rows[((frame - t->comb_delay[k]) & t->comb_mask) * COMBS + k];
	t->damped = t->damped * damping + out * (1.0f - damping);
	f32x8_store(rows + (frame & t->comb_mask) * COMBS, x + t->damped * feedback);
	pair = out + (f32x8){ out[4], out[5], out[6], out[7] };
	quad = pair + (f32x8){ pair[2], pair[3] };
	return (quad[0] + quad[1]) * (1.0f / COMBS);
}

/* Lanes past those in use are computed and dropped. */
SIMD_INLINE f32x8 allpass_step(sample *ring, size_t mask, uint32_t delay, uint64_t frame, size_t lanes, f32x8 x)
{
	sample at[SIMD_LANES] = { 0 };
	f32x8 held, kept;

	for (size_t j = 0; j < lanes; j++)
		at[j] = ring[(frame + j - delay) & mask];
	held = f32x8_load(at);
	kept = x + held * ALLPASS_GAIN;
	for (size_t j = 0; j < lanes; j++)
		ring[(frame + j) & mask] = kept[j];
	return held - x;
}

/* Coefficients of eight frames. */
struct reverb_coefs {
	float feedback[SIMD_LANES], damping[SIMD_LANES];
};

static inline const struct node_input *param(const struct node_io *io, unsigned p, unsigned ch)
{
	return &io->in[2 * p + ch];
}

SIMD_INLINE void coefs_compute(struct reverb_coefs *c, const struct reverb *r, const struct node_io *io, unsigned ch,
			       size_t i, size_t n)
{
	f32x8 room = f32x8_clamp(input_load(param(io, REVERB_ROOM, ch), i, n), 0.0f, 1.0f);
	f32x8 damping = f32x8_clamp(input_load(param(io, REVERB_DAMPING, ch), i, n), 1e-6f, 1.0f);

	f32x8_store(c->feedback, room * COMB_GAIN);
	f32x8_store(c->damping, f32x8_min(f32x8_exp2(f32x8_log2(damping) * r->damping_exponent), f32x8_splat(1.0f)));
}

/* The wet signal of one channel over the frames of one vector. */
SIMD_INLINE f32x8 tank_step(struct reverb *r, unsigned ch, const struct reverb_coefs *c, f32x8 in, size_t lanes)
{
	struct tank *t = &r->tank[ch];
	f32x8 x = { 0 };

	for (size_t j = 0; j < lanes; j++)
		x[j] = combs_tick(r, t, r->n_frames + j, in[j], c->feedback[j], c->damping[j]);
	for (size_t k = 0; k < ALLPASSES; k++)
		x = allpass_step(r->lines + t->allpass[k], t->allpass_mask[k], t->allpass_delay[k], r->n_frames, lanes,
				 x);
	return x;
}

SIMD_CLONES
static void reverb_process(void *state, const struct node_io *io, size_t n)
{
	struct reverb *r = state;
	size_t lanes = lanes_in_use(n);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 dry[2] = { input_load(param(io, REVERB_IN, 0), i, n), input_load(param(io, REVERB_IN, 1), i, n) };
		f32x8 in = (dry[0] + dry[1]) * 0.5f;

		for (unsigned ch = 0; ch < 2; ch++) {
			f32x8 mix = f32x8_clamp(input_load(param(io, REVERB_MIX, ch), i, n), 0.0f, 1.0f);
			struct reverb_coefs c;

			coefs_compute(&c, r, io, ch, i, n);
			output_store(io->out[ch], i, n, dry[ch] + mix * tank_step(r, ch, &c, in, lanes));
		}
		r->n_frames += lanes;
	}
}

/* Until the longest comb is 60 dB down. Only the plan asks, so libm may answer. */
static double reverb_tail_s(const struct node_env *env, const struct node_input *in)
{
	double room = in[2 * REVERB_ROOM].data ? 1.0 : clamp_f64(in[2 * REVERB_ROOM].value, 0.0, 1.0);
	double loop_s = (comb_frames[COMBS - 1] + SPREAD) / REFERENCE_RATE_HZ;

	(void)env;
	return 0.1 + loop_s * (1.0 + log(1e-3) / log((double)COMB_GAIN * room + 1e-3));
}

const struct node_def node_reverb = {
	.name = "reverb",
	.doc = "room: adds its sound to the signal, in stereo",
	.reference = "https://ccrma.stanford.edu/~jos/pasp/Freeverb.html",
	.example = "out $ s \"cp ~ sn ~\" # reverb 0.8 0.3 0.4",
	.params = {
		PARAM_IN,
		{ .name = "room_size", .unit = "", .min = 0, .max = 1, .doc = "length of the tail" },
		{ .name = "damping", .unit = "", .min = 0, .max = 1, .doc = "how much sooner treble dies away" },
		PARAM_MIX(0.3),
	},
	.n_params = REVERB_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = reverb_state_bytes,
	.reset = reverb_reset,
	.process = reverb_process,
	.tail_s = reverb_tail_s,
};
