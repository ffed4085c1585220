/* Freeverb: per channel eight low-passed feedback combs in parallel, then four all-passes in series. Jezar at
 * Dreampoint's public-domain design of 2000 as analysed by J. O. Smith,
 * https://ccrma.stanford.edu/~jos/pasp/Freeverb.html. Lengths are given in frames at 44.1 kHz and scaled to the
 * sample rate, and so is the damping. Both channels hear the mean of the inputs, without its DC, which the combs
 * would all add up; the right tank is 23 frames longer everywhere, which makes the width.
 *
 * Combs of 25 to 37 ms with a gain of 0.84 room are 60 dB down after c = 0.1 s / -log10(0.84 room), to 10 %. Without
 * them the all-passes ring for 0.186 s, and what comes out of both rings for the cube root of the sum of cubes, a law
 * found by measuring: from 0.186 s to 1.32 s.
 *
 * All delays are longer than a vector at every sample rate, so eight frames at a time are read and written along
 * time. Only the low-passes in the combs' loops need one frame after the other: for them eight frames of eight
 * combs are transposed, so that a vector holds one frame of all combs, and back. */
#include <math.h>

#include "render/dsp/room.h"

enum { REVERB_IN, REVERB_ROOM, REVERB_DAMPING, REVERB_MIX, REVERB_PARAMS };
enum { COMBS = SIMD_LANES, ALLPASSES = 4, SPREAD = 23 };

static const unsigned comb_frames[COMBS] = { 1116, 1188, 1277, 1356, 1422, 1491, 1557, 1617 };
static const unsigned allpass_frames[ALLPASSES] = { 556, 441, 341, 225 };

#define COMB_GAIN 0.84f
#define ALLPASS_GAIN 0.5f

/* The combs' lines are rings of one size, `stride` floats apart, so that their places are computed together. */
struct tank {
	struct line comb; /* the first */
	uint32_t stride, comb_frames[COMBS];
	struct room_line allpass[ALLPASSES];
	f32x8 damped; /* one-pole low-passes in the combs' loops */
	struct glide room, damping, mix;
	float pole_of, pole; /* of a damping that stands still: what it is for, and the low-passes' pole */
};

struct reverb {
	struct tank tank[2];
	struct room_dc dc;
	uint32_t frame;   /* since frame 0 */
	float rate_ratio; /* reference rate / sample rate */
	sample lines[] __attribute__((aligned(64)));
};

static uint32_t tank_place(struct tank *t, const struct node_env *env, unsigned spread, uint32_t at)
{
	for (size_t k = 0; k < COMBS; k++)
		t->comb_frames[k] = room_frames(env, comb_frames[k] + spread, ROOM_RATE_HZ);
	t->stride = line_place(&t->comb, at, t->comb_frames[COMBS - 1]) - at;
	at += COMBS * t->stride;
	for (size_t k = 0; k < ALLPASSES; k++)
		at = room_line_place(&t->allpass[k], env, allpass_frames[k] + spread, ROOM_RATE_HZ, at);
	return at;
}

static uint32_t reverb_place(struct reverb *r, const struct node_env *env)
{
	return tank_place(&r->tank[1], env, SPREAD, tank_place(&r->tank[0], env, 0, 0));
}

static size_t reverb_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct reverb layout;

	(void)in;
	return sizeof(struct reverb) + reverb_place(&layout, env) * sizeof(sample);
}

static void reverb_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct reverb *r = state;

	memset(r, 0, reverb_state_bytes(env, in));
	reverb_place(r, env);
	r->dc = room_dc_of(env);
	r->rate_ratio = (float)(ROOM_RATE_HZ / env->sample_rate_hz);
	for (unsigned ch = 0; ch < 2; ch++)
		r->tank[ch].pole = room_pole(f32x8_splat(0.0f), r->rate_ratio)[0];
}

/* Coefficients of eight frames. */
struct reverb_coefs {
	float feedback[SIMD_LANES], damping[SIMD_LANES];
};

SIMD_INLINE void coefs_load(struct reverb_coefs *c, struct reverb *r, const struct node_io *io, unsigned ch, size_t i,
			    size_t width)
{
	struct tank *t = &r->tank[ch];
	f32x8 room = glide_load(&t->room, io, &io->in[2 * REVERB_ROOM + ch], 0.0f, 1.0f, i, width);
	f32x8 damping = glide_load(&t->damping, io, &io->in[2 * REVERB_DAMPING + ch], 0.0f, 1.0f, i, width);

	f32x8_store(c->feedback, room * COMB_GAIN);
	if (io->in[2 * REVERB_DAMPING + ch].data) {
		f32x8_store(c->damping, room_pole(damping, r->rate_ratio));
		return;
	}
	if (damping[0] != t->pole_of) {
		t->pole_of = damping[0];
		t->pole = room_pole(damping, r->rate_ratio)[0];
	}
	f32x8_store(c->damping, f32x8_splat(t->pole));
}

/* The input without its DC, frame by frame. */
SIMD_INLINE void input_load_ac(struct room_dc *dc, f32x8 in, sample x[SIMD_LANES], size_t width)
{
	sample rise[SIMD_LANES];
	float y = dc->y;

	f32x8_store(rise, in - frames_before(in, dc->x));
	dc->x = in[width - 1];
	SIMD_UNROLL
	for (size_t j = 0; j < SIMD_LANES; j++)
		if (j < width)
			x[j] = y = rise[j] + dc->pole * y;
	dc->y = y;
}

/* The combs' outputs over eight frames; fills held with them, one comb in each. */
SIMD_INLINE f32x8 combs_read(const struct reverb *r, const struct tank *t, f32x8 held[COMBS])
{
	const sample *ring = r->lines + t->comb.ring;
	f32x8 pair[COMBS / 2];

	SIMD_UNROLL
	for (size_t k = 0; k < COMBS; k++)
		held[k] = f32x8_load(ring + k * t->stride + ((r->frame - t->comb_frames[k]) & t->comb.mask));
	SIMD_UNROLL
	for (size_t k = 0; k < COMBS / 2; k++)
		pair[k] = held[k] + held[k + COMBS / 2];
	return ((pair[0] + pair[2]) + (pair[1] + pair[3])) * (1.0f / COMBS);
}

/* held[j], frame j of all combs as read, becomes what is written. The two channels' recursions run side by side.
 * is_steady: the coefficients are those of the first frame. */
SIMD_INLINE void combs_feed(struct reverb *r, const struct reverb_coefs c[2], bool is_steady, const sample *x,
			    f32x8 held[2][COMBS], size_t width)
{
	f32x8 damped[2] = { r->tank[0].damped, r->tank[1].damped };

	SIMD_UNROLL
	for (size_t j = 0; j < SIMD_LANES; j++) {
		size_t at = is_steady ? 0 : j;

		if (j >= width)
			break;
		SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++) {
			damped[ch] = damped[ch] * c[ch].damping[at] + held[ch][j] * (1.0f - c[ch].damping[at]);
			held[ch][j] = x[j] + damped[ch] * c[ch].feedback[at];
		}
	}
	r->tank[0].damped = damped[0];
	r->tank[1].damped = damped[1];
}

SIMD_INLINE f32x8 allpasses_step(struct reverb *r, const struct tank *t, f32x8 x, size_t width)
{
	SIMD_UNROLL
	for (size_t k = 0; k < ALLPASSES; k++) {
		const struct room_line *a = &t->allpass[k];
		f32x8 held = room_line_load(a, r->lines, r->frame);

		line_store(&a->line, r->lines, r->frame, x + held * ALLPASS_GAIN, width);
		x = held - x;
	}
	return x;
}

SIMD_INLINE void combs_write(struct reverb *r, const struct tank *t, const f32x8 x[COMBS], size_t width)
{
	sample *ring = r->lines + t->comb.ring + (r->frame & t->comb.mask);

	if (width == 1 || line_is_at_seam(&t->comb, r->frame)) {
		for (uint32_t k = 0; k < COMBS; k++)
			line_store(&(struct line){ t->comb.ring + k * t->stride, t->comb.mask }, r->lines, r->frame,
				   x[k], width);
		return;
	}
	SIMD_UNROLL
	for (size_t k = 0; k < COMBS; k++)
		f32x8_store(ring + k * t->stride, x[k]);
}

/* Both channels' wet signal. */
SIMD_INLINE void reverb_step(struct reverb *r, const struct reverb_coefs c[2], bool is_steady, f32x8 in, f32x8 wet[2],
			     size_t width)
{
	f32x8 held[2][COMBS];
	sample x[SIMD_LANES];

	input_load_ac(&r->dc, in, x, width);
	SIMD_UNROLL
	for (unsigned ch = 0; ch < 2; ch++) {
		wet[ch] = combs_read(r, &r->tank[ch], held[ch]);
		f32x8_transpose(held[ch]);
	}
	combs_feed(r, c, is_steady, x, held, width);
	SIMD_UNROLL
	for (unsigned ch = 0; ch < 2; ch++) {
		f32x8_transpose(held[ch]);
		combs_write(r, &r->tank[ch], held[ch], width);
		wet[ch] = allpasses_step(r, &r->tank[ch], wet[ch], width);
	}
	r->frame += (uint32_t)width;
}

/* is_steady: no parameter moves, and what follows from them is had once. */
SIMD_INLINE void reverb_run(struct reverb *r, const struct node_io *io, size_t n, size_t width, bool is_steady)
{
	struct reverb_coefs c[2];
	f32x8 mix[2];

	for (size_t i = 0; i < n; i += width) {
		f32x8 dry[2] = { frames_load(&io->in[0], i, width), frames_load(&io->in[1], i, width) }, wet[2];

		if (i == 0 || !is_steady)
			SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++) {
			coefs_load(&c[ch], r, io, ch, i, width);
			mix[ch] = room_mix(&r->tank[ch].mix, io, REVERB_MIX, ch, i, width);
		}
		reverb_step(r, c, is_steady, (dry[0] + dry[1]) * 0.5f, wet, width);
		SIMD_UNROLL
		for (unsigned ch = 0; ch < 2; ch++)
			frames_store(io->out[ch], i, width, dry[ch] + wet[ch] * mix[ch]);
	}
}

static bool params_vary(const struct node_io *io)
{
	for (unsigned p = 2 * REVERB_ROOM; p < 2 * REVERB_PARAMS; p++)
		if (io->in[p].data)
			return true;
	return false;
}

SIMD_CLONES(static, reverb_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		reverb_run(state, io, 1, 1, false);
	else if (params_vary(io))
		reverb_run(state, io, n, SIMD_LANES, false);
	else
		reverb_run(state, io, n, SIMD_LANES, true);
}

/* Until the longest comb is 60 dB down. Only the plan asks, so libm may answer. */
static double reverb_tail_s(const struct node_env *env, const struct node_input *in)
{
	double room = in[2 * REVERB_ROOM].data ? 1.0 : clamp_f64(in[2 * REVERB_ROOM].value, 0.0, 1.0);
	double loop_s = (comb_frames[COMBS - 1] + SPREAD) / ROOM_RATE_HZ;

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
		{ .name = "room_size", .unit = "", .min = 0, .max = 1,
		  .doc = "length of the tail: 60 dB down after (c^3 + (0.186 s)^3)^(1/3), c = 0.1 s / -log10(0.84 room_size)" },
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
