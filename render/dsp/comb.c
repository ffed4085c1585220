/* A comb: what comes out is heard again a period later.
 *
 * The period is a fraction of frames; the line is read between them by the cubic through four neighbours (Lagrange),
 * whose delay is flat to the fourth order, so the teeth stand where they should and the frequency may move. Its
 * level is 1 at low frequencies and falls towards half the sample rate, per period by up to 0.75 dB at 10 kHz (of
 * 44.1), most half way between two frames: high teeth ring shorter. */
#include "render/dsp/kernel.h"

enum { COMB_IN, COMB_FREQ, COMB_FEEDBACK };

#define COMB_HZ_MIN 20.0f
#define COMB_HZ_MAX 20000.0f
#define COMB_FEEDBACK_MAX 0.99f
/* The cubic needs one frame nearer than the read position, and that one must have been written. */
#define COMB_FRAMES_MIN 2.0

struct comb {
	uint64_t written; /* frames so far */
	uint64_t mask;
	sample ring[];
};

static size_t ring_frames(const struct node_env *env)
{
	size_t needed = (size_t)(env->sample_rate_hz / (double)COMB_HZ_MIN) + 4, frames = 64;

	while (frames < needed)
		frames *= 2;
	return frames;
}

static size_t comb_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)in;
	return sizeof(struct comb) + ring_frames(env) * sizeof(sample);
}

static void comb_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct comb *c = state;

	memset(c, 0, comb_state_bytes(env, in));
	c->mask = ring_frames(env) - 1;
}

/* The line `frames` before the next one to be written. */
SIMD_INLINE double comb_read(const struct comb *c, double frames)
{
	uint64_t whole = (uint64_t)frames, i = c->written - whole;
	double t = frames - (double)whole;
	double a = (double)c->ring[(i + 1) & c->mask], b = (double)c->ring[i & c->mask];
	double d = (double)c->ring[(i - 1) & c->mask], e = (double)c->ring[(i - 2) & c->mask];
	double of_ends = t * (1.0 - t) * (1.0 / 6.0), of_middle = (1.0 + t) * (2.0 - t) * 0.5;

	return of_middle * ((1.0 - t) * b + t * d) - of_ends * ((2.0 - t) * a + (1.0 + t) * e);
}

SIMD_CLONES(static, comb_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct comb *c = state;
	double rate_hz = io->env->sample_rate_hz;

	for (size_t i = 0; i < n; i++) {
		double hz = clamp_f64((double)node_input_at(&io->in[COMB_FREQ], i), (double)COMB_HZ_MIN,
				      (double)COMB_HZ_MAX);
		double feedback =
			clamp_f64((double)node_input_at(&io->in[COMB_FEEDBACK], i), 0, (double)COMB_FEEDBACK_MAX);
		double frames = rate_hz / hz > COMB_FRAMES_MIN ? rate_hz / hz : COMB_FRAMES_MIN;
		sample y = (sample)((double)node_input_at(&io->in[COMB_IN], i) + feedback * comb_read(c, frames));

		c->ring[c->written++ & c->mask] = y;
		io->out[0][i] = y;
	}
}

/* Periods until one is 60 dB down. */
static double comb_tail_s(const struct node_env *env, const struct node_input *in)
{
	double hz = in[COMB_FREQ].data ? (double)COMB_HZ_MIN
				       : clamp_f64(in[COMB_FREQ].value, (double)COMB_HZ_MIN, (double)COMB_HZ_MAX);
	double feedback = in[COMB_FEEDBACK].data ? 1 : in[COMB_FEEDBACK].value, level = 1, tail_s = 1 / hz;

	(void)env;
	feedback = clamp_f64(feedback, 0, (double)COMB_FEEDBACK_MAX);
	while ((level *= feedback) > 0.001)
		tail_s += 1 / hz;
	return tail_s;
}

const struct node_def node_comb = {
	.name = "comb",
	.doc = "feedback comb: rings at a frequency and its multiples",
	.reference = "T. Laakso et al., Splitting the unit delay, IEEE Signal Processing Magazine 13(1), 1996",
	.example = "out $ s \"rim(3,8)\" # comb \"220 330\" 0.95 # gain 0.4",
	.params = {
		PARAM_IN,
		{ .name = "freq", .unit = "Hz", .min = 20, .max = 20000, .doc = "of the lowest tooth" },
		{ .name = "feedback", .unit = "", .min = 0, .max = 0.99, .doc = "what is left after each period" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = comb_state_bytes,
	.reset = comb_reset,
	.process = comb_process,
	.tail_s = comb_tail_s,
};
