/* Lush reverb: four steps of diffusion, then a feedback delay network of eight lines.
 *
 * A step of diffusion gives each of eight channels an all-pass of its own, turns the channels round by one, flips
 * the sign of every other one and mixes all by a Hadamard matrix, so that echoes multiply by eight without colour
 * or loss (after S. Signalsmith, "Let's write a reverb", ADC 2021,
 * https://signalsmith-audio.co.uk/writing/2021/lets-write-a-reverb/). The lines feed each other through a
 * Householder matrix I - 2/8 (J.-M. Jot, A. Chaigne, AES 90, 1991), and each has the gain at which it loses 60 dB
 * in RT60 = 0.1 s + 59.9 s decay^2. Two smooth random motions sway the places where they are read: spin, with as
 * much in every octave from 4 Hz down (pink), and wander, with twice the power in each octave below the one before
 * (brown). Freezing takes loss, motion and input away together, so the sound stands.
 *
 * Even channels hear and make the left, odd ones the right. Lines are longer than a vector; only the low-passes in
 * them go frame by frame, for which eight frames of eight lines are transposed. */
#include "render/dsp/drift.h"
#include "render/dsp/room.h"

enum {
	LUSH_IN,
	LUSH_DECAY,
	LUSH_DIFFUSION,
	LUSH_DAMPING,
	LUSH_SPIN,
	LUSH_WANDER,
	LUSH_FREEZE,
	LUSH_MIX,
	LUSH_PREDELAY,
	LUSH_PARAMS
};
enum { LINES = SIMD_LANES, STEPS = 4, OCTAVES = 6 };

#define PREDELAY_MAX_S 1.0f
#define SWAY_FRAMES 32.0f /* at 44.1 kHz */
#define SPIN_MAX_HZ 4.0
#define DAMPING_MAX 0.7f
#define INPUT_LEVEL 0.5f /* four channels hear a side: its energy is kept */
#define OUTPUT_LEVEL 0.5f
#define HADAMARD_LEVEL 0.35355339f

static const unsigned line_frames[LINES] = { 1087, 1283, 1511, 1777, 1987, 2243, 2503, 2719 };
static const unsigned diffuser_frames[LINES] = { 23, 41, 59, 73, 89, 107, 127, 149 };
static const double step_factor[STEPS] = { 1, 1.5, 2, 3 };

struct lush {
	struct line predelay[2];
	struct room_line diffuser[STEPS][LINES], line[LINES];
	f32x8 exponent; /* the lines' gains are 2^(exponent / RT60) */
	f32x8 gain[2];  /* of the lines, at the last eighth frame and at the one to come */
	f32x8 damped;   /* low-passes of the lines */
	f32x8 sway[2];  /* of the lines, in frames, at the last quantum's edge and at the one to come */
	struct room_dc dc[2];
	struct tap predelay_tap[2];
	struct glide decay, diffusion, damping, spin, wander, freeze, mix[2];
	float rt60_s;     /* that gain[1] is for; 0 at frame 0 */
	float rate_ratio; /* reference rate / sample rate */
	uint32_t frame;
	_Alignas(64) sample samples[];
};

static uint32_t lush_place(struct lush *l, const struct node_env *env)
{
	double sway = (double)SWAY_FRAMES * env->sample_rate_hz / ROOM_RATE_HZ + 2;
	uint32_t at = 0;

	for (unsigned ch = 0; ch < 2; ch++)
		at = line_place(&l->predelay[ch], at, (double)PREDELAY_MAX_S * env->sample_rate_hz + LINE_READ_MIN);
	for (unsigned s = 0; s < STEPS; s++)
		for (unsigned k = 0; k < LINES; k++)
			at = room_line_place(&l->diffuser[s][k], env, diffuser_frames[k] * step_factor[s], ROOM_RATE_HZ,
					     at);
	for (unsigned k = 0; k < LINES; k++) {
		l->line[k].frames = room_frames(env, line_frames[k], ROOM_RATE_HZ);
		at = line_place(&l->line[k].line, at, l->line[k].frames + sway);
	}
	return at;
}

static size_t lush_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct lush layout;

	(void)in;
	return sizeof(struct lush) + lush_place(&layout, env) * sizeof(sample);
}

static void lush_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct lush *l = state;

	memset(l, 0, lush_state_bytes(env, in));
	lush_place(l, env);
	for (unsigned k = 0; k < LINES; k++)
		l->exponent[k] = (float)(-ROOM_LOG2_60_DB * l->line[k].frames / env->sample_rate_hz);
	for (unsigned ch = 0; ch < 2; ch++)
		l->dc[ch] = room_dc_of(env);
	l->rate_ratio = (float)(ROOM_RATE_HZ / env->sample_rate_hz);
}

/* --- Motion --------------------------------------------------------------------------------------------------- */

/* The sway of all lines at a frame, at most SWAY_FRAMES either way, times the depths of spin and wander. */
SIMD_INLINE f32x8 sway_at(const struct node_io *io, uint32_t frame, float spin, float wander, float rate_ratio)
{
	u32x8 key = u32x8_mix(u32x8_lanes() + (uint32_t)(io->id ^ io->id >> 32 ^ io->env->seed));
	f32x8 pink = f32x8_splat(0.0f), brown = pink;
	float brown_level = 0.08f; /* and sqrt 2 times as much per octave down; they add up to 1.03, or 0.17 for pink */

	for (unsigned o = 0; o < OCTAVES; o++) {
		double place = frame / io->env->sample_rate_hz * SPIN_MAX_HZ / (double)(1u << o),
		       cell = (double)(uint32_t)place;
		f32x8 motion = drift_at(key + o * 0x9e3779b9u, u32x8_splat((uint32_t)cell),
					f32x8_splat((float)(place - cell)));

		pink += motion * (1.0f / OCTAVES);
		brown += motion * brown_level;
		brown_level *= 1.4142135f;
	}
	return f32x8_clamp(spin * pink + wander * brown, -1.0f, 1.0f) * (SWAY_FRAMES / rate_ratio);
}

/* The motion goes straight from one quantum's edge to the next; the depths of the first hold for the second. */
SIMD_INLINE void sway_follow(struct lush *l, const struct node_io *io, float spin, float wander)
{
	if (l->frame % QUANTUM_FRAMES != 0)
		return;
	l->sway[0] = l->sway[1];
	l->sway[1] = sway_at(io, l->frame + QUANTUM_FRAMES, spin, wander, l->rate_ratio);
}

/* --- Sound ---------------------------------------------------------------------------------------------------- */

/* Parameters of eight frames; those of the network are the left channel's. */
struct lush_coefs {
	f32x8 diffusion, pole, freeze;
};

SIMD_INLINE f32x8 lush_glide(struct glide *g, const struct node_io *io, unsigned p, size_t i, size_t width)
{
	return glide_load(g, io, &io->in[2 * p], 0.0f, 1.0f, i, width);
}

/* The gains follow the decay at every eighth frame, for a block begins with one, and go straight in between. */
SIMD_INLINE void gains_follow(struct lush *l, float decay)
{
	float rt60_s = 0.1f + 59.9f * decay * decay;

	if (l->frame % SIMD_LANES != 0)
		return;
	l->gain[0] = l->gain[1];
	if (l->rt60_s == rt60_s)
		return;
	l->gain[1] = f32x8_exp2(l->exponent / rt60_s);
	if (l->rt60_s == 0.0f)
		l->gain[0] = l->gain[1];
	l->rt60_s = rt60_s;
}

SIMD_INLINE struct lush_coefs lush_load(struct lush *l, const struct node_io *io, size_t i, size_t width)
{
	f32x8 freeze = lush_glide(&l->freeze, io, LUSH_FREEZE, i, width);
	f32x8 spin = lush_glide(&l->spin, io, LUSH_SPIN, i, width);
	f32x8 wander = lush_glide(&l->wander, io, LUSH_WANDER, i, width);
	f32x8 damping = lush_glide(&l->damping, io, LUSH_DAMPING, i, width) * (1.0f - freeze);

	gains_follow(l, glide_load(&l->decay, io, &io->in[2 * LUSH_DECAY], 0.0f, 0.9999f, i, width)[0]);
	sway_follow(l, io, spin[0], wander[0]);
	return (struct lush_coefs){
		.diffusion = 0.75f * lush_glide(&l->diffusion, io, LUSH_DIFFUSION, i, width),
		.pole = f32x8_select(damping > 0.0f, room_pole(DAMPING_MAX * damping, l->rate_ratio),
				     f32x8_splat(0.0f)),
		.freeze = freeze,
	};
}

SIMD_INLINE f32x8 predelayed(struct lush *l, unsigned ch, const struct node_io *io, f32x8 x, size_t i, size_t width)
{
	f32x8 time_s = f32x8_clamp(frames_load(&io->in[2 * LUSH_PREDELAY + ch], i, width), 0.0f, PREDELAY_MAX_S);
	f32x8 frames = time_s * (float)io->env->sample_rate_hz + (float)LINE_READ_MIN;
	struct tap_span span = tap_follow(&l->predelay_tap[ch], frames, io->env->sample_rate_hz, width);

	line_store(&l->predelay[ch], l->samples, l->frame, room_dc_step(&l->dc[ch], x, width), width);
	return tap_read(&span, 1.0f, &l->predelay[ch], l->samples, l->frame);
}

/* Times the Hadamard matrix, by halves. */
SIMD_INLINE void channels_mix(f32x8 x[LINES])
{
	SIMD_UNROLL
	for (unsigned span = 1; span < LINES; span *= 2) {
		f32x8 y[LINES];

		SIMD_UNROLL
		for (unsigned k = 0; k < LINES; k++)
			y[k] = k & span ? x[k ^ span] - x[k] : x[k] + x[k ^ span];
		SIMD_UNROLL
		for (unsigned k = 0; k < LINES; k++)
			x[k] = y[k];
	}
	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++)
		x[k] *= HADAMARD_LEVEL;
}

SIMD_INLINE void diffuse(struct lush *l, unsigned s, f32x8 x[LINES], f32x8 gain, size_t width)
{
	f32x8 y[LINES];

	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++) {
		const struct room_line *d = &l->diffuser[s][k];
		f32x8 passed = room_allpass(&d->line, l->samples, l->frame, room_line_load(d, l->samples, l->frame),
					    x[k], gain, width);

		y[(k + 1) % LINES] = k & 1 ? -passed : passed;
	}
	channels_mix(y);
	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++)
		x[k] = y[k];
}

/* What the lines give: swaying reads, low-passed. */
SIMD_INLINE void lines_read(struct lush *l, f32x8 y[LINES], const struct lush_coefs *c, size_t width)
{
	f32x8 place = room_place(l->frame, QUANTUM_FRAMES);
	f32x8 moving = 1.0f - c->freeze;
	float pole[SIMD_LANES];

	f32x8_store(pole, c->pole);
	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++) {
		f32x8 sway = (l->sway[0][k] + (l->sway[1][k] - l->sway[0][k]) * place) * moving;

		y[k] = line_read(&l->line[k].line, l->samples, l->frame, (float)l->line[k].frames + sway);
	}
	f32x8_transpose(y);
	for (size_t j = 0; j < width; j++)
		y[j] = l->damped = y[j] + (l->damped - y[j]) * pole[j];
	f32x8_transpose(y);
}

/* Each line gets the input, and the lines' outputs times their gains through I - 2/8. */
SIMD_INLINE void lines_feed(struct lush *l, f32x8 y[LINES], const f32x8 in[LINES], const struct lush_coefs *c,
			    size_t width)
{
	f32x8 listening = 1.0f - c->freeze, place = room_place(l->frame, SIMD_LANES), sum = f32x8_splat(0.0f);

	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++) {
		f32x8 gain = l->gain[0][k] + (l->gain[1][k] - l->gain[0][k]) * place;

		y[k] *= gain + (1.0f - gain) * c->freeze;
		sum += y[k];
	}
	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++)
		line_store(&l->line[k].line, l->samples, l->frame, in[k] * listening + y[k] - sum * (2.0f / LINES),
			   width);
}

SIMD_INLINE void lush_step(struct lush *l, const f32x8 in[2], f32x8 wet[2], const struct lush_coefs *c, size_t width)
{
	f32x8 x[LINES], y[LINES];

	SIMD_UNROLL
	for (unsigned k = 0; k < LINES; k++)
		x[k] = in[k & 1] * INPUT_LEVEL;
	for (unsigned s = 0; s < STEPS; s++)
		diffuse(l, s, x, c->diffusion, width);
	lines_read(l, y, c, width);
	for (unsigned ch = 0; ch < 2; ch++)
		wet[ch] = ((y[ch] + y[ch + 2]) + (y[ch + 4] + y[ch + 6])) * OUTPUT_LEVEL;
	lines_feed(l, y, x, c, width);
}

SIMD_INLINE void lush_run(struct lush *l, const struct node_io *io, size_t n, size_t width)
{
	for (size_t i = 0; i < n; i += width) {
		f32x8 dry[2] = { frames_load(&io->in[0], i, width), frames_load(&io->in[1], i, width) }, in[2], wet[2];
		struct lush_coefs c = lush_load(l, io, i, width);

		for (unsigned ch = 0; ch < 2; ch++)
			in[ch] = predelayed(l, ch, io, dry[ch], i, width);
		lush_step(l, in, wet, &c, width);
		for (unsigned ch = 0; ch < 2; ch++)
			frames_store(io->out[ch], i, width,
				     dry[ch] + wet[ch] * room_mix(&l->mix[ch], io, LUSH_MIX, ch, i, width));
		l->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, lush_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		lush_run(state, io, 1, 1);
	else
		lush_run(state, io, n, SIMD_LANES);
}

static double lush_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *decay_in = &in[2 * LUSH_DECAY], *predelay = &in[2 * LUSH_PREDELAY];
	double decay = decay_in->data ? 1.0 : clamp_f64((double)decay_in->value, 0, 0.9999);
	double predelay_s =
		predelay->data ? (double)PREDELAY_MAX_S : clamp_f64((double)predelay->value, 0, (double)PREDELAY_MAX_S);

	(void)env;
	return predelay_s + 0.3 + 59.9 * decay * decay;
}

const struct node_def node_lush = {
	.name = "lush",
	.doc = "large, moving reverb that can be frozen: adds its sound to the signal, in stereo",
	.reference = "J.-M. Jot, A. Chaigne, Digital delay networks for designing artificial reverberators, AES 90, 1991",
	.example = "out $ s \"rim ~ ~ cp\" # lush 0.25 :mix 0.4",
	.params = {
		PARAM_IN,
		{ .name = "decay", .unit = "", .min = 0, .max = 0.9999, .doc = "60 dB down after 0.1 s + 59.9 s decay^2" },
		{ .name = "diffusion", .unit = "", .def = 0.7, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "how smooth the sound begins" },
		{ .name = "damping", .unit = "", .def = 0.3, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "how much sooner treble dies away" },
		{ .name = "spin", .unit = "", .def = 0.3, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "quick sway of the lines" },
		{ .name = "wander", .unit = "", .def = 0.2, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "slow sway of the lines" },
		{ .name = "freeze", .unit = "", .def = 0, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "1: what sounds now goes on for ever" },
		PARAM_MIX(0.5),
		{ .name = "predelay", .unit = "s", .def = 0.02, .min = 0, .max = 1, .flags = PARAM_OPTIONAL | PARAM_FRONT,
		  .doc = "until the first sound; the first of all eight numbers; a jump is crossfaded" },
	},
	.n_params = LUSH_PARAMS,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.is_stereo = true,
	.state_bytes = lush_state_bytes,
	.reset = lush_reset,
	.process = lush_process,
	.tail_s = lush_tail_s,
};
