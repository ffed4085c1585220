/* Echoes that change sides: two lines that feed each other. Both inputs enter the first side, whose line the second
 * hears `time` later; so echo n sounds at n times `time`, on sides in turn, at feedback^(n - 1). */
#include "render/dsp/echo.h"

enum { PINGPONG_IN, PINGPONG_TIME, PINGPONG_FEEDBACK, PINGPONG_WIDTH, PINGPONG_CHANNEL, PINGPONG_MIX, PINGPONG_PARAMS };

struct pingpong {
	struct line line[2]; /* of the first and the second side */
	uint32_t frame;
	unsigned first; /* channel that the first echo sounds in */
	struct tap tap;
	struct glide feedback, width, mix[2];
	_Alignas(64) sample samples[];
};

/* The time and the feedback of both lines are those of the left channel. */
static const struct node_input *param_of(const struct node_input *in, unsigned p, unsigned ch)
{
	return &in[2 * p + ch];
}

static uint32_t pingpong_place(struct pingpong *p, const struct node_env *env, const struct node_input *in)
{
	double frames = echo_longest_s(param_of(in, PINGPONG_TIME, 0), (double)ECHO_TIME_MAX_S) * env->sample_rate_hz;

	p->first = param_of(in, PINGPONG_CHANNEL, 0)->value >= 0.5f;
	return line_place(&p->line[1], line_place(&p->line[0], 0, frames), frames);
}

static size_t pingpong_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct pingpong layout;

	return sizeof(struct pingpong) + pingpong_place(&layout, env, in) * sizeof(sample);
}

static void pingpong_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	memset(state, 0, pingpong_state_bytes(env, in));
	pingpong_place(state, env, in);
}

SIMD_INLINE struct echo_span pingpong_load(struct pingpong *p, const struct node_io *io, size_t i, size_t width)
{
	f32x8 frames = echo_frames(io, param_of(io->in, PINGPONG_TIME, 0), ECHO_TIME_MAX_S, i, width);

	return (struct echo_span){
		.tap = tap_follow(&p->tap, frames, io->env->sample_rate_hz, width),
		.feedback = glide_load(&p->feedback, io, param_of(io->in, PINGPONG_FEEDBACK, 0), 0.0f, 0.99f, i, width),
		.mix = glide_load(&p->width, io, param_of(io->in, PINGPONG_WIDTH, 0), 0.0f, 1.0f, i, width),
	};
}

SIMD_INLINE void pingpong_step(struct pingpong *p, const struct node_io *io, size_t i, size_t width,
			       const struct echo_span *s)
{
	f32x8 x[2] = { frames_load(&io->in[0], i, width), frames_load(&io->in[1], i, width) }, late[2];
	f32x8 near = (1.0f + s->mix) * 0.5f, far = (1.0f - s->mix) * 0.5f;

	for (unsigned side = 0; side < 2; side++)
		late[side] = tap_read(&s->tap, 1.0f, &p->line[side], p->samples, p->frame);
	line_store(&p->line[0], p->samples, p->frame, f32x8_tanh((x[0] + x[1]) * 0.5f + s->feedback * late[1]), width);
	line_store(&p->line[1], p->samples, p->frame, s->feedback * late[0], width);
	for (unsigned ch = 0; ch < 2; ch++) {
		f32x8 mix = glide_load(&p->mix[ch], io, param_of(io->in, PINGPONG_MIX, ch), 0.0f, 1.0f, i, width);
		f32x8 wet = late[ch ^ p->first] * near + late[ch ^ p->first ^ 1] * far;

		frames_store(io->out[ch], i, width, x[ch] * (1.0f - mix) + wet * mix);
	}
	p->frame += (uint32_t)width;
}

SIMD_CLONES(static, pingpong_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct pingpong *p = state;
	bool is_varying = echo_varies(io, 2 * PINGPONG_TIME, 2 * PINGPONG_MIX);

	ECHO_PROCESS(p, io, n, is_varying, pingpong_load, pingpong_step);
}

static double pingpong_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *feedback = param_of(in, PINGPONG_FEEDBACK, 0);

	(void)env;
	return echo_tail_s(echo_longest_s(param_of(in, PINGPONG_TIME, 0), (double)ECHO_TIME_MAX_S),
			   feedback->data ? 0.99 : clamp_f64(feedback->value, 0, 0.99));
}

const struct node_def node_pingpong = {
	.name = "pingpong",
	.doc = "echoes that sound left and right in turn",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 2",
	.example = "out $ s \"rim ~ ~ ~\" # pingpong 0.25 0.6 1",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0, .max = 2,
		  .doc = "between echoes; at least two frames; a jump is crossfaded" },
		{ .name = "feedback", .unit = "", .min = 0, .max = 0.99, .doc = "of each echo into the next" },
		{ .name = "width", .unit = "", .def = 0.8, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "0: echoes in the middle; 1: only on their side" },
		{ .name = "channel", .unit = "", .def = 0, .min = 0, .max = 1, .flags = PARAM_OPTIONAL | PARAM_CONST,
		  .doc = "side of the first echo: 0 left, 1 right" },
		PARAM_MIX(0.7),
	},
	.n_params = PINGPONG_PARAMS,
	.time_class = TIME_CARRY,
	.is_stereo = true,
	.state_bytes = pingpong_state_bytes,
	.reset = pingpong_reset,
	.process = pingpong_process,
	.tail_s = pingpong_tail_s,
};
