/* Delay with feedback. The line is read between its samples and the time may be modulated; a time that jumps is
 * crossfaded (glide.h). What is fed back passes a tanh, so the echoes of anything stay below 1. */
#include "render/dsp/echo.h"

enum { DELAY_IN, DELAY_TIME, DELAY_FEEDBACK, DELAY_MIX };

struct delay {
	struct line line;
	uint32_t frame; /* since frame 0 */
	struct tap tap;
	struct glide feedback, mix;
	_Alignas(64) sample samples[];
};

static uint32_t delay_place(struct delay *d, const struct node_env *env, const struct node_input *in)
{
	return line_place(&d->line, 0, echo_longest_s(&in[DELAY_TIME], (double)ECHO_TIME_MAX_S) * env->sample_rate_hz);
}

static size_t delay_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct delay layout;

	return sizeof(struct delay) + delay_place(&layout, env, in) * sizeof(sample);
}

static void delay_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	memset(state, 0, delay_state_bytes(env, in));
	delay_place(state, env, in);
}

SIMD_INLINE struct echo_span delay_load(struct delay *d, const struct node_io *io, size_t i, size_t width)
{
	f32x8 frames = echo_frames(io, &io->in[DELAY_TIME], ECHO_TIME_MAX_S, i, width);

	return (struct echo_span){
		.tap = tap_follow(&d->tap, frames, io->env->sample_rate_hz, width),
		.feedback = glide_load(&d->feedback, io, &io->in[DELAY_FEEDBACK], 0.0f, 0.99f, i, width),
		.mix = glide_load(&d->mix, io, &io->in[DELAY_MIX], 0.0f, 1.0f, i, width),
	};
}

SIMD_INLINE void delay_step(struct delay *d, const struct node_io *io, size_t i, size_t width,
			    const struct echo_span *s)
{
	f32x8 x = frames_load(&io->in[DELAY_IN], i, width);
	f32x8 late = tap_read(&s->tap, 1.0f, &d->line, d->samples, d->frame);

	line_store(&d->line, d->samples, d->frame, f32x8_tanh(x + s->feedback * late), width);
	frames_store(io->out[0], i, width, x * (1.0f - s->mix) + late * s->mix);
	d->frame += (uint32_t)width;
}

/* Nothing moves and no frame needs another of its eight: what delay_step() does, with one place to read from. */
SIMD_INLINE void delay_run_still(struct delay *d, const struct node_io *io, size_t n, const struct echo_span *s)
{
	uint32_t whole = (uint32_t)s->tap.frames[0];
	f32x8 t = s->tap.frames - (float)whole;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 x = frames_load(&io->in[DELAY_IN], i, SIMD_LANES);
		f32x8 late = line_read_row(&d->line, d->samples, d->frame, whole, t);

		line_store(&d->line, d->samples, d->frame, f32x8_tanh(x + s->feedback * late), SIMD_LANES);
		frames_store(io->out[0], i, SIMD_LANES, x * (1.0f - s->mix) + late * s->mix);
		d->frame += SIMD_LANES;
	}
}

SIMD_CLONES(static, delay_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct delay *d = state;
	bool is_varying = echo_varies(io, DELAY_TIME, DELAY_MIX + 1);

	if (n > 1 && !is_varying) {
		struct echo_span span = delay_load(d, io, 0, SIMD_LANES);

		if (!span.tap.is_fading && !tap_span_is_nearer(&span.tap, (float)LINE_VECTOR_MIN)) {
			delay_run_still(d, io, n, &span);
			return;
		}
	}
	ECHO_PROCESS(d, io, n, is_varying, delay_load, delay_step);
}

static double delay_tail_s(const struct node_env *env, const struct node_input *in)
{
	double feedback = in[DELAY_FEEDBACK].data ? 0.99 : clamp_f64(in[DELAY_FEEDBACK].value, 0, 0.99);

	(void)env;
	return echo_tail_s(echo_longest_s(&in[DELAY_TIME], (double)ECHO_TIME_MAX_S), feedback);
}

const struct node_def node_delay = {
	.name = "delay",
	.doc = "echo with feedback; the feedback saturates softly",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 2; E. Catmull, R. Rom, A class of local "
		     "interpolating splines, 1974",
	.example = "out $ s \"rim(3,8)\" # delay 0.3 0.5 0.5",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0, .max = 2,
		  .doc = "between echoes; at least two frames; a jump is crossfaded" },
		{ .name = "feedback", .unit = "", .def = 0.5, .min = 0, .max = 0.99, .flags = PARAM_OPTIONAL,
		  .doc = "of each echo into the next" },
		PARAM_MIX(0.5),
	},
	.n_params = 4,
	.time_class = TIME_CARRY,
	.state_bytes = delay_state_bytes,
	.reset = delay_reset,
	.process = delay_process,
	.tail_s = delay_tail_s,
};
