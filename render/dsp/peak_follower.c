/* The envelope of a signal: one pole on its magnitude, with a time to rise and a time to fall. */
#include "render/dsp/onepole.h"

enum { FOLLOWER_IN, FOLLOWER_ATTACK, FOLLOWER_RELEASE };

#define FOLLOWER_MAX_S 10.0f

SIMD_CLONES(static, peak_follower_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct node_input *in = io->in;
	double level = *(const double *)state;
	f32x8 rise = f32x8_splat(0), fall = f32x8_splat(0);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (i == 0 || in[FOLLOWER_ATTACK].data)
			rise = onepole_share_of(io, FOLLOWER_ATTACK, i, n, 0.0f, FOLLOWER_MAX_S);
		if (i == 0 || in[FOLLOWER_RELEASE].data)
			fall = onepole_share_of(io, FOLLOWER_RELEASE, i, n, 0.0f, FOLLOWER_MAX_S);
		for (size_t j = 0; j < lanes_in_use(n); j++) {
			double x = (double)node_input_at(&in[FOLLOWER_IN], i + j);

			level = follow(level, x < 0 ? -x : x, (double)rise[j], (double)fall[j]);
			io->out[0][i + j] = (sample)level;
		}
	}
	*(double *)state = level;
}

static size_t peak_follower_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(double);
}

static double peak_follower_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *release = &in[FOLLOWER_RELEASE];

	(void)env;
	return 7.0 * (release->data ? (double)FOLLOWER_MAX_S : clamp_f64(release->value, 0, (double)FOLLOWER_MAX_S));
}

const struct node_def node_peak_follower = {
	.name = "peak_follower",
	.doc = "the level of a signal: its magnitude, smoothed with one time constant upwards and one downwards",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 4",
	.example = "~beat $ s \"bd(3,8)\"\nout $ saw 55 # lpf (peak_follower ~beat 0.001 0.1 * 3000 + 200) 2 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "attack", .unit = "s", .min = 0, .max = 10, .doc = "time constant upwards" },
		{ .name = "release", .unit = "s", .min = 0, .max = 10, .doc = "time constant downwards" },
	},
	.n_params = 3,
	.time_class = TIME_CARRY,
	.state_bytes = peak_follower_state_bytes,
	.process = peak_follower_process,
	.tail_s = peak_follower_tail_s,
};
