/* Delay with feedback. The time may be modulated: the line is read between its samples, so nothing steps. */
#include "render/dsp/kernel.h"

#define DELAY_TIME_MAX_S 2.0f

enum {
	DELAY_IN,
	DELAY_TIME,
	DELAY_FEEDBACK,
	DELAY_MIX,
	DELAY_FRAMES_MIN = 2,                             /* the interpolation reads one frame nearer */
	DELAY_VECTOR_MIN = SIMD_LANES + DELAY_FRAMES_MIN, /* from here eight frames do not need each other */
};

/* A ring of a power of two of frames; zero at frame 0. */
struct delay_line {
	uint64_t written; /* frames written so far: where the next one goes, modulo the ring */
	uint32_t mask;
	_Alignas(32) sample ring[];
};

static double delay_longest_s(const struct node_input *in)
{
	return in[DELAY_TIME].data ? (double)DELAY_TIME_MAX_S : clamp_f64(in[DELAY_TIME].value, 0, DELAY_TIME_MAX_S);
}

static uint32_t ring_frames(const struct node_env *env, const struct node_input *in)
{
	uint32_t needed = (uint32_t)(delay_longest_s(in) * env->sample_rate_hz) + 2 * SIMD_LANES, frames = 64;

	while (frames < needed)
		frames *= 2;
	return frames;
}

static size_t delay_state_bytes(const struct node_env *env, const struct node_input *in)
{
	return sizeof(struct delay_line) + ring_frames(env, in) * sizeof(sample);
}

static void delay_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct delay_line *line = state;
	uint32_t frames = ring_frames(env, in);

	line->written = 0;
	line->mask = frames - 1;
	for (uint32_t i = 0; i < frames; i++)
		line->ring[i] = 0;
}

/* The line `frames` before `at`, by the cubic through four neighbours (Catmull-Rom); exact at whole numbers. */
SIMD_INLINE sample line_read(const struct delay_line *line, uint64_t at, float frames)
{
	uint32_t whole = (uint32_t)frames;
	float t = frames - (float)whole;
	uint32_t i = (uint32_t)at - whole;
	sample a = line->ring[(i + 1) & line->mask], b = line->ring[i & line->mask];
	sample c = line->ring[(i - 1) & line->mask], d = line->ring[(i - 2) & line->mask];

	return b + 0.5f * t * (c - a + t * (2.0f * a - 5.0f * b + 4.0f * c - d + t * (3.0f * (b - c) + d - a)));
}

/* `width` frames from i on, 1 or SIMD_LANES. */
SIMD_INLINE f32x8 frames_load(const struct node_input *in, size_t i, size_t width)
{
	return width == 1 ? f32x8_splat(node_input_at(in, i)) : input_load(in, i, SIMD_LANES);
}

SIMD_INLINE void delay_step(struct delay_line *line, const struct node_io *io, size_t i, size_t width, f32x8 frames)
{
	f32x8 x = frames_load(&io->in[DELAY_IN], i, width);
	f32x8 feedback = f32x8_clamp(frames_load(&io->in[DELAY_FEEDBACK], i, width), 0.0f, 0.99f);
	f32x8 mix = f32x8_clamp(frames_load(&io->in[DELAY_MIX], i, width), 0.0f, 1.0f);
	f32x8 late = f32x8_splat(0.0f), in, out;

	for (size_t j = 0; j < width; j++)
		late[j] = line_read(line, line->written + j, frames[j]);
	in = f32x8_tanh(x + feedback * late);
	out = x * (1.0f - mix) + late * mix;
	for (size_t j = 0; j < width; j++) {
		line->ring[(line->written + j) & line->mask] = in[j];
		io->out[0][i + j] = out[j];
	}
	line->written += width;
}

SIMD_INLINE f32x8 delay_frames(const struct node_io *io, size_t i, size_t width)
{
	f32x8 time_s = f32x8_clamp(frames_load(&io->in[DELAY_TIME], i, width), 0.0f, DELAY_TIME_MAX_S);

	return f32x8_max(time_s * (float)io->env->sample_rate_hz, f32x8_splat((float)DELAY_FRAMES_MIN));
}

static bool all_reach(f32x8 frames, float at_least)
{
	for (size_t j = 0; j < SIMD_LANES; j++)
		if (frames[j] < at_least)
			return false;
	return true;
}

SIMD_CLONES
static void delay_process(void *state, const struct node_io *io, size_t n)
{
	struct delay_line *line = state;

	for (size_t i = 0; i < n;) {
		f32x8 frames = delay_frames(io, i, n == 1 ? 1 : SIMD_LANES);

		if (n > 1 && all_reach(frames, DELAY_VECTOR_MIN)) {
			delay_step(line, io, i, SIMD_LANES, frames);
			i += SIMD_LANES;
			continue;
		}
		for (size_t end = i + lanes_in_use(n), j = 0; i < end; i++, j++)
			delay_step(line, io, i, 1, f32x8_splat(frames[j]));
	}
}

/* Echoes until one is 60 dB down. */
static double delay_tail_s(const struct node_env *env, const struct node_input *in)
{
	double feedback = in[DELAY_FEEDBACK].data ? 0.99 : clamp_f64(in[DELAY_FEEDBACK].value, 0, 0.99), level = 1;
	double tail_s = delay_longest_s(in);

	(void)env;
	for (double each_s = tail_s; (level *= feedback) > 0.001;)
		tail_s += each_s;
	return tail_s;
}

const struct node_def node_delay = {
	.name = "delay",
	.doc = "echo with feedback; the feedback saturates softly",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 2; E. Catmull, R. Rom, A class of local interpolating splines, 1974",
	.example = "out $ s \"rim(3,8)\" # delay 0.3 0.5 0.5",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0, .max = 2, .doc = "between echoes; at least two frames" },
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
