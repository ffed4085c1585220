/* Several echoes of one line: tap i comes i times as late at 1/i of the level; their mean is heard and fed back. */
#include "render/dsp/echo.h"

enum { MULTITAP_IN, MULTITAP_TIME, MULTITAP_TAPS, MULTITAP_FEEDBACK, MULTITAP_MIX, MULTITAP_PARAMS };
enum { TAPS_MIN = 2, TAPS_MAX = 8 };

#define MULTITAP_TIME_MAX_S 1.0f

struct multitap {
	struct line line;
	uint32_t frame, n_taps;
	struct tap tap; /* the first; the others are multiples of it */
	struct glide feedback, mix;
	_Alignas(64) sample samples[];
};

static uint32_t taps_of(const struct node_input *in)
{
	return (uint32_t)(clamp_f64(in[MULTITAP_TAPS].value, TAPS_MIN, TAPS_MAX) + 0.5);
}

static uint32_t multitap_place(struct multitap *m, const struct node_env *env, const struct node_input *in)
{
	m->n_taps = taps_of(in);
	return line_place(
		&m->line, 0,
		m->n_taps * (LINE_FEEDBACK_MIN +
			     env->sample_rate_hz * echo_longest_s(&in[MULTITAP_TIME], (double)MULTITAP_TIME_MAX_S)));
}

static size_t multitap_state_bytes(const struct node_env *env, const struct node_input *in)
{
	struct multitap layout;

	return sizeof(struct multitap) + multitap_place(&layout, env, in) * sizeof(sample);
}

static void multitap_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	memset(state, 0, multitap_state_bytes(env, in));
	multitap_place(state, env, in);
}

SIMD_INLINE struct echo_span multitap_load(struct multitap *m, const struct node_io *io, size_t i, size_t width)
{
	f32x8 frames = echo_frames(io, &io->in[MULTITAP_TIME], MULTITAP_TIME_MAX_S, i, width);

	return (struct echo_span){
		.tap = tap_follow(&m->tap, frames, io->env->sample_rate_hz, width),
		.feedback = glide_load(&m->feedback, io, &io->in[MULTITAP_FEEDBACK], 0.0f, 0.95f, i, width),
		.mix = glide_load(&m->mix, io, &io->in[MULTITAP_MIX], 0.0f, 1.0f, i, width),
	};
}

SIMD_INLINE void multitap_step(struct multitap *m, const struct node_io *io, size_t i, size_t width,
			       const struct echo_span *s)
{
	f32x8 x = frames_load(&io->in[MULTITAP_IN], i, width), sum = f32x8_splat(0.0f), wet;

	for (uint32_t k = 1; k <= m->n_taps; k++)
		sum += tap_read(&s->tap, (float)k, &m->line, m->samples, m->frame) * (1.0f / (float)k);
	wet = sum * (1.0f / (float)m->n_taps);
	line_store(&m->line, m->samples, m->frame, f32x8_tanh(x + s->feedback * wet), width);
	frames_store(io->out[0], i, width, x * (1.0f - s->mix) + wet * s->mix);
	m->frame += (uint32_t)width;
}

SIMD_CLONES(static, multitap_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct multitap *m = state;
	bool is_varying = echo_varies(io, MULTITAP_TIME, MULTITAP_PARAMS);

	ECHO_PROCESS(m, io, n, is_varying, multitap_load, multitap_step);
}

/* The loop's gain per tap distance is at most the feedback times the mean of the taps' gains. */
static double multitap_tail_s(const struct node_env *env, const struct node_input *in)
{
	double feedback = in[MULTITAP_FEEDBACK].data ? 0.95 : clamp_f64(in[MULTITAP_FEEDBACK].value, 0, 0.95), mean = 0;
	uint32_t n = taps_of(in);

	(void)env;
	for (uint32_t k = 1; k <= n; k++)
		mean += 1.0 / (k * n);
	return echo_tail_s(n * echo_longest_s(&in[MULTITAP_TIME], (double)MULTITAP_TIME_MAX_S), feedback * mean);
}

const struct node_def node_multitap = {
	.name = "multitap",
	.doc = "several echoes at once, the i-th i times as late at 1/i of the level",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 2",
	.example = "out $ s \"rim ~ ~ cp\" # multitap 0.19 4 0.6 0.6",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0, .max = 1,
		  .doc = "between taps; at least two frames; a jump is crossfaded" },
		{ .name = "taps", .unit = "", .min = TAPS_MIN, .max = TAPS_MAX, .flags = PARAM_CONST, .doc = "how many" },
		{ .name = "feedback", .unit = "", .def = 0.5, .min = 0, .max = 0.95, .flags = PARAM_OPTIONAL,
		  .doc = "of the taps' mean into the line" },
		PARAM_MIX(0.6),
	},
	.n_params = MULTITAP_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = multitap_state_bytes,
	.reset = multitap_reset,
	.process = multitap_process,
	.tail_s = multitap_tail_s,
};
