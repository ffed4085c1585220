/* Reverb from a feedback delay network of 32 lines: J.-M. Jot, A. Chaigne, "Digital delay networks for designing
 * artificial reverberators", AES 90, 1991. Every output of a line goes through a 32 x 32 Hadamard matrix, which
 * loses nothing, to the input of every line; a gain in each line makes it lose 60 dB in `time`, whatever its
 * length. A short symmetric filter in each line, of the kind (a, 1 - 2 a, a), lets treble die sooner; it delays by
 * one frame. Even lines hear and make the left channel, odd ones the right; two all-passes before them thicken the
 * start. */
#include "render/dsp/room.h"

enum { STEREO_IN, STEREO_WET, STEREO_TIME, STEREO_PARAMS };
enum { LINES = 32, ALLPASSES = 2 };

#define TIME_MIN_S 0.1f
#define TIME_MAX_S 30.0f
#define DIFFUSION 0.5f
#define LOSS 0.0625       /* a, at 44.1 kHz */
#define INPUT_LEVEL 0.25f /* 16 lines hear a channel: its energy is kept */
#define OUTPUT_LEVEL 0.5f /* about the loudness of the input at 2 s */
#define MATRIX_LEVEL 0.17677669f

/* Primes, so that few echoes of different lines coincide. */
static const unsigned line_frames[LINES] = { 1327, 1361, 1399, 1447, 1483, 1523, 1567, 1607, 1657, 1697, 1741,
					     1783, 1823, 1867, 1907, 1949, 1993, 2039, 2081, 2129, 2179, 2221,
					     2267, 2311, 2357, 2399, 2447, 2503, 2549, 2593, 2647, 2699 };
static const unsigned allpass_frames[2][ALLPASSES] = { { 225, 556 }, { 248, 579 } };

struct reverb_stereo {
	struct room_line line[LINES], allpass[2][ALLPASSES];
	float exponent[LINES]; /* the line's gain is 2^(exponent / time) */
	float gain[2][LINES];  /* at the last eighth frame and at the one to come */
	float gain_time_s;     /* that the latter are for; 0 at frame 0 */
	float loss;
	uint32_t frame;
	struct room_dc dc[2];
	struct glide wet[2], time;
	_Alignas(64) sample samples[];
};

static uint32_t reverb_stereo_place(struct reverb_stereo *r, const struct node_env *env)
{
	uint32_t at = 0;

	for (unsigned k = 0; k < LINES; k++)
		at = room_line_place(&r->line[k], env, line_frames[k], ROOM_RATE_HZ, at);
	for (unsigned ch = 0; ch < 2; ch++)
		for (unsigned k = 0; k < ALLPASSES; k++)
			at = room_line_place(&r->allpass[ch][k], env, allpass_frames[ch][k], ROOM_RATE_HZ, at);
	return at;
}

static size_t reverb_stereo_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct reverb_stereo layout;

	(void)in;
	return sizeof(struct reverb_stereo) + reverb_stereo_place(&layout, env) * sizeof(sample);
}

static void reverb_stereo_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	double rate_ratio = env->sample_rate_hz / ROOM_RATE_HZ;
	struct reverb_stereo *r = state;

	memset(r, 0, reverb_stereo_state_bytes(env, in));
	reverb_stereo_place(r, env);
	for (unsigned k = 0; k < LINES; k++)
		r->exponent[k] = (float)(-ROOM_LOG2_60_DB * r->line[k].frames / env->sample_rate_hz);
	for (unsigned ch = 0; ch < 2; ch++)
		r->dc[ch] = room_dc_of(env);
	r->loss = (float)clamp_f64(LOSS * rate_ratio * rate_ratio, 0.0, 0.25);
}

/* The gains follow the time at every eighth frame, for a block begins with one, and go straight in between. */
SIMD_INLINE void gains_follow(struct reverb_stereo *r, float time_s)
{
	bool is_first = r->gain_time_s == 0.0f;

	if (r->frame % SIMD_LANES != 0)
		return;
	memcpy(r->gain[0], r->gain[1], sizeof(r->gain[0]));
	if (r->gain_time_s == time_s)
		return;
	for (unsigned k = 0; k < LINES; k += SIMD_LANES)
		f32x8_store(r->gain[1] + k, f32x8_exp2(f32x8_load(r->exponent + k) / time_s));
	if (is_first)
		memcpy(r->gain[0], r->gain[1], sizeof(r->gain[0]));
	r->gain_time_s = time_s;
}

/* Times the Hadamard matrix, by halves. */
SIMD_INLINE void lines_mix(f32x8 x[LINES])
{
	for (unsigned span = 1; span < LINES; span *= 2)
		for (unsigned at = 0; at < LINES; at += 2 * span)
			for (unsigned k = at; k < at + span; k++) {
				f32x8 a = x[k], b = x[k + span];

				x[k] = a + b;
				x[k + span] = a - b;
			}
}

SIMD_INLINE f32x8 line_lose(const struct reverb_stereo *r, unsigned k, f32x8 place)
{
	uint32_t at = r->frame - r->line[k].frames;
	f32x8 before = line_load(&r->line[k].line, r->samples, at - 1);
	f32x8 here = line_load(&r->line[k].line, r->samples, at);
	f32x8 after = line_load(&r->line[k].line, r->samples, at + 1);
	f32x8 gain = r->gain[0][k] + (r->gain[1][k] - r->gain[0][k]) * place;

	return (here + r->loss * ((before + after) - 2.0f * here)) * gain;
}

SIMD_INLINE f32x8 channel_smear(struct reverb_stereo *r, unsigned ch, f32x8 x, size_t width)
{
	x = room_dc_step(&r->dc[ch], x, width);
	for (unsigned k = 0; k < ALLPASSES; k++)
		x = room_allpass(&r->allpass[ch][k].line, r->samples, r->frame,
				 room_line_load(&r->allpass[ch][k], r->samples, r->frame), x, f32x8_splat(DIFFUSION),
				 width);
	return x * INPUT_LEVEL;
}

SIMD_INLINE void network_step(struct reverb_stereo *r, const f32x8 in[2], f32x8 wet[2], size_t width)
{
	f32x8 place = room_place(r->frame, SIMD_LANES), x[LINES];

	wet[0] = wet[1] = f32x8_splat(0.0f);
	for (unsigned k = 0; k < LINES; k++) {
		x[k] = line_lose(r, k, place);
		wet[k & 1] += x[k];
	}
	lines_mix(x);
	for (unsigned k = 0; k < LINES; k++)
		line_store(&r->line[k].line, r->samples, r->frame, in[k & 1] + MATRIX_LEVEL * x[k], width);
}

/* Over the whole range in a quarter of a second; the gains change fastest where it is short. */
SIMD_INLINE f32x8 time_load(struct reverb_stereo *r, const struct node_io *io, size_t i, size_t width)
{
	f32x8 time_s = f32x8_clamp(frames_load(&io->in[2 * STEREO_TIME], i, width), TIME_MIN_S, TIME_MAX_S);

	return glide_follow(&r->time, time_s, 4.0f * TIME_MAX_S / (float)io->env->sample_rate_hz, width);
}

SIMD_INLINE void reverb_stereo_run(struct reverb_stereo *r, const struct node_io *io, size_t n, size_t width)
{
	for (size_t i = 0; i < n; i += width) {
		f32x8 dry[2] = { frames_load(&io->in[0], i, width), frames_load(&io->in[1], i, width) }, in[2], wet[2];

		gains_follow(r, time_load(r, io, i, width)[0]);
		for (unsigned ch = 0; ch < 2; ch++)
			in[ch] = channel_smear(r, ch, dry[ch], width);
		network_step(r, in, wet, width);
		for (unsigned ch = 0; ch < 2; ch++) {
			f32x8 mix = room_mix(&r->wet[ch], io, STEREO_WET, ch, i, width);

			frames_store(io->out[ch], i, width, dry[ch] * (1.0f - mix) + wet[ch] * (mix * OUTPUT_LEVEL));
		}
		r->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, reverb_stereo_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		reverb_stereo_run(state, io, 1, 1);
	else
		reverb_stereo_run(state, io, n, SIMD_LANES);
}

static double reverb_stereo_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *time = &in[2 * STEREO_TIME];

	(void)env;
	return 0.1 + (time->data ? (double)TIME_MAX_S
				 : clamp_f64((double)time->value, (double)TIME_MIN_S, (double)TIME_MAX_S));
}

const struct node_def node_reverb_stereo = {
	.name = "reverb_stereo",
	.doc = "hall of 32 delay lines; both channels keep their side",
	.reference = "J.-M. Jot, A. Chaigne, Digital delay networks for designing artificial reverberators, AES 90, 1991",
	.example = "out $ s \"cp ~ sn:1 ~\" # reverb_stereo 0.4 2.5",
	.params = {
		PARAM_IN,
		{ .name = "wet", .unit = "", .min = 0, .max = 1, .doc = "share of the hall; the dry signal has the rest" },
		{ .name = "time", .unit = "s", .min = 0.1, .max = 30, .doc = "until the hall is 60 dB down" },
	},
	.n_params = STEREO_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = reverb_stereo_state_bytes,
	.reset = reverb_stereo_reset,
	.process = reverb_stereo_process,
	.tail_s = reverb_stereo_tail_s,
};
