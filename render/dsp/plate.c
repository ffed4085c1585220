/* Plate reverb: four all-passes smear the input, then a tank of two halves, each feeding the other, in a figure of
 * eight. J. Dattorro, "Effect Design, Part 1: Reverberator and Other Filters", J. Audio Eng. Soc. 45(9), 1997,
 * figure 1 and table 2 (lengths and the taps of both outputs at 29761 Hz). The first all-pass of each half is read
 * at a length that a sine moves, a quarter of a cycle apart, so that no resonance stands still.
 *
 * The sound passes two gains per half and T = 0.363 s, so it is 60 dB down after RT60 = -1.5 T / log10(gain). All
 * lengths exceed a vector, so everything but the two low-passes goes eight frames at a time. */
#include "render/dsp/lfo.h"
#include "render/dsp/room.h"

enum {
	PLATE_IN,
	PLATE_PREDELAY,
	PLATE_DECAY,
	PLATE_DIFFUSION,
	PLATE_DAMPING,
	PLATE_MOD_DEPTH,
	PLATE_MIX,
	PLATE_PARAMS
};
enum { INPUT_ALLPASSES = 4, TAPS = 7 };

#define PLATE_RATE_HZ 29761.0
#define PREDELAY_MAX_MS 500.0f
#define MOD_HZ 0.8
#define MOD_FRAMES 8.0f /* at PLATE_RATE_HZ */
#define TAP_LEVEL 0.33f

static const unsigned input_frames[INPUT_ALLPASSES] = { 142, 107, 379, 277 };

/* Of each half, in the order that the sound passes them. */
enum { SWAYING, FIRST_DELAY, ALLPASS, SECOND_DELAY, HALF_LINES };

static const unsigned half_frames[2][HALF_LINES] = { { 672, 4453, 1800, 3720 }, { 908, 4217, 2656, 3163 } };

/* What the left output hears; the right one hears the other half's in its place. */
static const struct {
	unsigned half, line;
	unsigned frames[2]; /* left, right */
	float level;
} taps[TAPS] = {
	{ 1, FIRST_DELAY, { 266, 353 }, TAP_LEVEL },    { 1, FIRST_DELAY, { 2974, 3627 }, TAP_LEVEL },
	{ 1, ALLPASS, { 1913, 1228 }, -TAP_LEVEL },     { 1, SECOND_DELAY, { 1996, 2673 }, TAP_LEVEL },
	{ 0, FIRST_DELAY, { 1990, 2111 }, -TAP_LEVEL }, { 0, ALLPASS, { 187, 335 }, -TAP_LEVEL },
	{ 0, SECOND_DELAY, { 1066, 121 }, -TAP_LEVEL },
};

struct plate {
	struct line predelay;
	struct room_line input[INPUT_ALLPASSES], half[2][HALF_LINES];
	uint32_t tap_frames[2][TAPS];
	uint32_t frame;
	uint64_t phase;
	struct room_dc dc;
	struct tap predelay_tap;
	struct glide decay, diffusion, damping, mod_depth, mix[2];
	float damped[2];
	float rate_ratio; /* of the low-pass */
	_Alignas(64) sample samples[];
};

static uint32_t plate_place(struct plate *p, const struct node_env *env)
{
	double excursion = (double)MOD_FRAMES * env->sample_rate_hz / PLATE_RATE_HZ + 2;
	uint32_t at = line_place(&p->predelay, 0, (double)PREDELAY_MAX_MS * 1e-3 * env->sample_rate_hz + LINE_READ_MIN);

	for (unsigned k = 0; k < INPUT_ALLPASSES; k++)
		at = room_line_place(&p->input[k], env, input_frames[k], PLATE_RATE_HZ, at);
	for (unsigned h = 0; h < 2; h++)
		for (unsigned k = 0; k < HALF_LINES; k++) {
			struct room_line *l = &p->half[h][k];

			l->frames = room_frames(env, half_frames[h][k], PLATE_RATE_HZ);
			at = line_place(&l->line, at, l->frames + excursion);
		}
	return at;
}

static size_t plate_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct plate layout;

	(void)in;
	return sizeof(struct plate) + plate_place(&layout, env) * sizeof(sample);
}

static void plate_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct plate *p = state;

	memset(p, 0, plate_state_bytes(env, in));
	plate_place(p, env);
	for (unsigned ch = 0; ch < 2; ch++)
		for (unsigned k = 0; k < TAPS; k++)
			p->tap_frames[ch][k] = room_frames(env, taps[k].frames[ch], PLATE_RATE_HZ);
	p->dc = room_dc_of(env);
	p->rate_ratio = (float)(ROOM_RATE_HZ / env->sample_rate_hz);
}

/* Parameters of eight frames; those of the tank are the left channel's. */
struct plate_coefs {
	f32x8 gain, diffusion, pole, sway;
};

SIMD_INLINE f32x8 decay_gain(f32x8 decay)
{
	return 0.4f + (decay - 0.1f) * (0.55f / 9.9f);
}

SIMD_INLINE struct plate_coefs plate_load(struct plate *p, const struct node_io *io, size_t i, size_t width)
{
	const struct node_input *in = io->in;
	float excursion = MOD_FRAMES * (float)(io->env->sample_rate_hz / PLATE_RATE_HZ);
	f32x8 damping = glide_load(&p->damping, io, &in[2 * PLATE_DAMPING], 0.0f, 1.0f, i, width);

	return (struct plate_coefs){
		.gain = decay_gain(glide_load(&p->decay, io, &in[2 * PLATE_DECAY], 0.1f, 10.0f, i, width)),
		.diffusion = glide_load(&p->diffusion, io, &in[2 * PLATE_DIFFUSION], 0.0f, 1.0f, i, width),
		.pole = room_pole(damping, p->rate_ratio),
		.sway = excursion * glide_load(&p->mod_depth, io, &in[2 * PLATE_MOD_DEPTH], 0.0f, 1.0f, i, width),
	};
}

/* The input of the tank. */
SIMD_INLINE f32x8 plate_smear(struct plate *p, const struct node_io *io, f32x8 x, const struct plate_coefs *c, size_t i,
			      size_t width)
{
	f32x8 ms = f32x8_clamp(frames_load(&io->in[2 * PLATE_PREDELAY], i, width), 0.0f, PREDELAY_MAX_MS);
	f32x8 frames = ms * (float)(io->env->sample_rate_hz * 1e-3) + (float)LINE_READ_MIN;
	struct tap_span span = tap_follow(&p->predelay_tap, frames, io->env->sample_rate_hz, width);

	line_store(&p->predelay, p->samples, p->frame, room_dc_step(&p->dc, x, width), width);
	x = tap_read(&span, 1.0f, &p->predelay, p->samples, p->frame);
	for (unsigned k = 0; k < INPUT_ALLPASSES; k++)
		x = room_allpass(&p->input[k].line, p->samples, p->frame,
				 room_line_load(&p->input[k], p->samples, p->frame), x, 0.75f * c->diffusion, width);
	return x;
}

/* From the input of a half to what its low-pass gets. */
SIMD_INLINE f32x8 half_begin(struct plate *p, unsigned h, f32x8 x, f32x8 sine, const struct plate_coefs *c,
			     size_t width)
{
	const struct room_line *swaying = &p->half[h][SWAYING], *delay = &p->half[h][FIRST_DELAY];
	f32x8 held = line_read(&swaying->line, p->samples, p->frame, (float)swaying->frames + sine * c->sway);

	x = room_allpass(&swaying->line, p->samples, p->frame, held, x, -0.7f * c->diffusion, width);
	line_store(&delay->line, p->samples, p->frame, x, width);
	return room_line_load(delay, p->samples, p->frame);
}

/* The low-passes of both halves side by side. */
SIMD_INLINE void halves_damp(struct plate *p, f32x8 x[2], f32x8 pole, size_t width)
{
	f32x8 in[2] = { x[0] * (1.0f - pole), x[1] * (1.0f - pole) };

	for (size_t j = 0; j < width; j++)
		for (unsigned h = 0; h < 2; h++)
			x[h][j] = p->damped[h] = p->damped[h] * pole[j] + in[h][j];
}

SIMD_INLINE void half_end(struct plate *p, unsigned h, f32x8 x, const struct plate_coefs *c, size_t width)
{
	const struct room_line *allpass = &p->half[h][ALLPASS];

	x = room_allpass(&allpass->line, p->samples, p->frame, room_line_load(allpass, p->samples, p->frame),
			 x * c->gain, 0.5f * c->diffusion, width);
	line_store(&p->half[h][SECOND_DELAY].line, p->samples, p->frame, x, width);
}

SIMD_INLINE void tank_step(struct plate *p, const struct node_io *io, f32x8 x, const struct plate_coefs *c,
			   size_t width)
{
	u64x4 step = f64x4_to_phase(f64x4_splat(MOD_HZ / io->env->sample_rate_hz));
	struct lfo lfo = lfo_of_steps(step, step, width);
	f32x8 phase = lfo_advance(&p->phase, &lfo), half[2];

	for (unsigned h = 0; h < 2; h++) {
		f32x8 other = room_line_load(&p->half[h ^ 1][SECOND_DELAY], p->samples, p->frame);

		half[h] = half_begin(p, h, x + c->gain * other, f32x8_sin2pi(phase + 0.25f * (float)h), c, width);
	}
	halves_damp(p, half, c->pole, width);
	for (unsigned h = 0; h < 2; h++)
		half_end(p, h, half[h], c, width);
}

SIMD_INLINE f32x8 plate_tap(const struct plate *p, unsigned ch)
{
	f32x8 sum = f32x8_splat(0.0f);

	SIMD_UNROLL
	for (unsigned k = 0; k < TAPS; k++)
		sum += taps[k].level * line_load(&p->half[taps[k].half ^ ch][taps[k].line].line, p->samples,
						 p->frame - p->tap_frames[ch][k]);
	return sum;
}

SIMD_INLINE void plate_run(struct plate *p, const struct node_io *io, size_t n, size_t width)
{
	for (size_t i = 0; i < n; i += width) {
		f32x8 dry[2] = { frames_load(&io->in[0], i, width), frames_load(&io->in[1], i, width) };
		struct plate_coefs c = plate_load(p, io, i, width);

		tank_step(p, io, plate_smear(p, io, (dry[0] + dry[1]) * 0.5f, &c, i, width), &c, width);
		for (unsigned ch = 0; ch < 2; ch++)
			frames_store(io->out[ch], i, width,
				     dry[ch] + plate_tap(p, ch) * room_mix(&p->mix[ch], io, PLATE_MIX, ch, i, width));
		p->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, plate_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		plate_run(state, io, 1, 1);
	else
		plate_run(state, io, n, SIMD_LANES);
}

/* The predelay and RT60. */
static double plate_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *decay = &in[2 * PLATE_DECAY], *predelay = &in[2 * PLATE_PREDELAY];
	double gain = 0.4 + ((decay->data ? 10.0 : clamp_f64((double)decay->value, 0.1, 10)) - 0.1) * (0.55 / 9.9);
	double predelay_ms = predelay->data ? 500.0 : clamp_f64((double)predelay->value, 0, 500), rounds = 0;

	(void)env;
	for (double level = 1.0; level > 0.001; level *= gain)
		rounds += 1.0;
	return predelay_ms * 1e-3 + 0.2 + rounds * 0.5 * 0.3627;
}

const struct node_def node_plate = {
	.name = "plate",
	.doc = "plate reverb: adds its sound to the signal, in stereo",
	.reference = "J. Dattorro, Effect Design, Part 1, J. Audio Eng. Soc. 45(9), 1997, "
		     "https://ccrma.stanford.edu/~dattorro/EffectDesignPart1.pdf",
	.example = "out $ s \"cp ~ ~ ~\" # plate 20 6 0.7 0.3 0.3 0.6",
	.params = {
		PARAM_IN,
		{ .name = "predelay", .unit = "ms", .min = 0, .max = 500, .doc = "until the first sound; a jump is crossfaded" },
		{ .name = "decay", .unit = "", .min = 0.1, .max = 10,
		  .doc = "60 dB down after 0.544 s / -log10(gain), gain = 0.4 + 0.55 (decay - 0.1) / 9.9: 1.4 s to 24 s" },
		{ .name = "diffusion", .unit = "", .def = 0.7, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "how smooth the sound is" },
		{ .name = "damping", .unit = "", .def = 0.3, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "how much sooner treble dies away" },
		{ .name = "mod_depth", .unit = "", .def = 0.3, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "sway of the resonances, at 0.8 Hz" },
		PARAM_MIX(0.5),
	},
	.n_params = PLATE_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = plate_state_bytes,
	.reset = plate_reset,
	.process = plate_process,
	.tail_s = plate_tail_s,
};
