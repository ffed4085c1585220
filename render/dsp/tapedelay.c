/* Tape echo: the delay sways slowly (wow) and quickly (flutter) as a tape machine's speed does, and what comes off the
 * tape is saturated and loses treble before it is heard and fed back. A change of time bends the pitch at up to half
 * the speed, as a motor would.
 *
 * The saturation keeps the loop below 1 / (1 + 3 saturation). The low-pass needs the frame before, so it is the only
 * part that goes one by one. */
#include "render/dsp/echo.h"
#include "render/dsp/lfo.h"
#include "render/dsp/room.h"

enum {
	TAPE_IN,
	TAPE_TIME,
	TAPE_FEEDBACK,
	TAPE_WOW_HZ,
	TAPE_WOW,
	TAPE_FLUTTER_HZ,
	TAPE_FLUTTER,
	TAPE_SATURATION,
	TAPE_MIX,
	TAPE_PARAMS
};

#define TAPE_TIME_MIN_S 0.001f
#define TAPE_TIME_MAX_S 1.0f
#define WOW_S 0.001f
#define FLUTTER_S 0.0001f
#define MOTOR_SLOPE 0.5f /* frames of delay per frame */

struct tape {
	struct line line;
	uint32_t frame;
	uint64_t wow_phase, flutter_phase;
	struct glide time, feedback, wow, flutter, saturation, mix;
	float damped;     /* of the low-pass */
	float rate_ratio; /* reference rate / sample rate */
	_Alignas(64) sample samples[];
};

static uint32_t tape_place(struct tape *t, const struct node_env *env, const struct node_input *in)
{
	double time_s = in[TAPE_TIME].data
				? (double)TAPE_TIME_MAX_S
				: clamp_f64(in[TAPE_TIME].value, (double)TAPE_TIME_MIN_S, (double)TAPE_TIME_MAX_S);

	return line_place(&t->line, 0, (time_s + (double)(WOW_S + FLUTTER_S)) * env->sample_rate_hz + LINE_VECTOR_MIN);
}

static size_t tape_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct tape layout;

	return sizeof(struct tape) + tape_place(&layout, env, in) * sizeof(sample);
}

static void tape_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct tape *t = state;

	memset(t, 0, tape_state_bytes(env, in));
	tape_place(t, env, in);
	t->rate_ratio = (float)(ROOM_RATE_HZ / env->sample_rate_hz);
}

SIMD_INLINE f32x8 sway(struct lfo *lfo, uint64_t *phase, struct glide *depth, const struct node_io *io, unsigned rate,
		       size_t i, size_t width)
{
	lfo_follow(lfo, io, &io->in[rate], 0.0f, 20.0f, i, width);
	return f32x8_sin2pi(lfo_advance(phase, lfo)) * glide_load(depth, io, &io->in[rate + 1], 0.0f, 1.0f, i, width);
}

/* How far back to read. The steady part is kept in whole and broken frames, for a float of a second in frames is too
 * coarse to sway smoothly. */
SIMD_INLINE f32x8 tape_read(struct tape *t, struct lfo lfo[2], const struct node_io *io, size_t i, size_t width)
{
	float rate = (float)io->env->sample_rate_hz;
	f32x8 time = f32x8_clamp(frames_load(&io->in[TAPE_TIME], i, width), TAPE_TIME_MIN_S, TAPE_TIME_MAX_S);
	f32x8 base =
		glide_follow(&t->time, f32x8_max(time * rate, f32x8_splat((float)LINE_VECTOR_MIN)), MOTOR_SLOPE, width);
	f32x8 whole = f32x8_floor(base);
	f32x8 wow = sway(&lfo[0], &t->wow_phase, &t->wow, io, TAPE_WOW_HZ, i, width);
	f32x8 flutter = sway(&lfo[1], &t->flutter_phase, &t->flutter, io, TAPE_FLUTTER_HZ, i, width);
	f32x8 more = (base - whole) + (wow * WOW_S + flutter * FLUTTER_S) * rate;
	f32x8 least = (float)LINE_VECTOR_MIN - whole, more_whole;

	more = f32x8_max(more, least);
	more_whole = f32x8_floor(more);
	return line_read_at(&t->line, t->samples,
			    t->frame + u32x8_lanes() - (u32x8) __builtin_convertvector(whole + more_whole, i32x8),
			    more - more_whole);
}

SIMD_INLINE f32x8 low_pass(struct tape *t, f32x8 x, f32x8 pole, size_t width)
{
	f32x8 in = x * (1.0f - pole);

	for (size_t j = 0; j < width; j++)
		x[j] = t->damped = t->damped * pole[j] + in[j];
	return x;
}

SIMD_INLINE void tape_run(struct tape *t, const struct node_io *io, size_t n, size_t width)
{
	struct lfo lfo[2];

	for (size_t i = 0; i < n; i += width) {
		f32x8 x = frames_load(&io->in[TAPE_IN], i, width);
		f32x8 feedback = glide_load(&t->feedback, io, &io->in[TAPE_FEEDBACK], 0.0f, 0.95f, i, width);
		f32x8 saturation = glide_load(&t->saturation, io, &io->in[TAPE_SATURATION], 0.0f, 1.0f, i, width);
		f32x8 mix = glide_load(&t->mix, io, &io->in[TAPE_MIX], 0.0f, 1.0f, i, width);
		f32x8 drive = 1.0f + 3.0f * saturation;
		f32x8 wet = f32x8_tanh(tape_read(t, lfo, io, i, width) * drive) / drive;

		wet = low_pass(t, wet, room_pole(0.7f + 0.2f * saturation, t->rate_ratio), width);
		line_store(&t->line, t->samples, t->frame, x + feedback * wet, width);
		frames_store(io->out[0], i, width, x * (1.0f - mix) + wet * mix);
		t->frame += (uint32_t)width;
	}
}

SIMD_CLONES(static, tape_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	if (n == 1)
		tape_run(state, io, 1, 1);
	else
		tape_run(state, io, n, SIMD_LANES);
}

static double tape_tail_s(const struct node_env *env, const struct node_input *in)
{
	double feedback = in[TAPE_FEEDBACK].data ? 0.95 : clamp_f64(in[TAPE_FEEDBACK].value, 0, 0.95);
	double time_s = in[TAPE_TIME].data
				? (double)TAPE_TIME_MAX_S
				: clamp_f64(in[TAPE_TIME].value, (double)TAPE_TIME_MIN_S, (double)TAPE_TIME_MAX_S);

	(void)env;
	return echo_tail_s(time_s + 0.0022, feedback);
}

const struct node_def node_tapedelay = {
	.name = "tapedelay",
	.aliases = { "tape" },
	.doc = "tape echo: sways in pitch, saturates and loses treble with each echo",
	.reference = "J. O. Smith, Physical Audio Signal Processing, \"Time-varying delay effects\"; "
		     "V. Valimaki et al., DAFX (2011), chapter 12",
	.example = "out $ s \"rim(3,8)\" # tapedelay 0.3 0.6 0.6 0.2 6 0.1 0.4 0.5",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0.001, .max = 1, .doc = "between echoes; a jump bends the pitch" },
		{ .name = "feedback", .unit = "", .min = 0, .max = 0.95, .doc = "of each echo into the next" },
		{ .name = "wow_rate", .unit = "Hz", .def = 0.5, .min = 0, .max = 20, .flags = PARAM_OPTIONAL,
		  .doc = "of the slow sway" },
		{ .name = "wow", .unit = "", .def = 0.02, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "depth of the slow sway; 1 is 1 ms either way" },
		{ .name = "flutter_rate", .unit = "Hz", .def = 6, .min = 0, .max = 20, .flags = PARAM_OPTIONAL,
		  .doc = "of the quick sway" },
		{ .name = "flutter", .unit = "", .def = 0.05, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "depth of the quick sway; 1 is 0.1 ms either way" },
		{ .name = "saturation", .unit = "", .def = 0.3, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "of the tape; more is also darker" },
		PARAM_MIX(0.5),
	},
	.n_params = TAPE_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = tape_state_bytes,
	.reset = tape_reset,
	.process = tape_process,
	.tail_s = tape_tail_s,
};
