/* The envelope of a signal: one pole on its level over a sliding window, with a time to rise and a time to fall. */
#include "render/dsp/onepole.h"
#include "render/dsp/power.h"

enum { FOLLOWER_IN, FOLLOWER_ATTACK, FOLLOWER_RELEASE, FOLLOWER_WINDOW };

#define FOLLOWER_MAX_S 10.0f

/* A struct power follows. */
struct follower {
	_Alignas(64) double level;
};

static size_t amp_follower_state_bytes(const struct node_env *env, const struct node_input *in)
{
	return sizeof(struct follower) + power_bytes(env, &in[FOLLOWER_WINDOW]);
}

static void amp_follower_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	struct follower *f = state;

	f->level = 0;
	power_reset((struct power *)(f + 1), env, &in[FOLLOWER_WINDOW]);
}

SIMD_CLONES(static, amp_follower_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct follower *f = state;
	struct power *power = (struct power *)(f + 1);
	float rate_hz = (float)io->env->sample_rate_hz;
	bool is_moving = io->in[FOLLOWER_ATTACK].data || io->in[FOLLOWER_RELEASE].data;
	f32x8 rise = f32x8_splat(0), fall = f32x8_splat(0);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 window = power_window(input_load(&io->in[FOLLOWER_WINDOW], i, n), rate_hz);

		if (i == 0 || is_moving) {
			rise = onepole_share_of(io, FOLLOWER_ATTACK, i, n, 0.0f, FOLLOWER_MAX_S);
			fall = onepole_share_of(io, FOLLOWER_RELEASE, i, n, 0.0f, FOLLOWER_MAX_S);
		}
		for (size_t j = 0; j < lanes_in_use(n); j++) {
			double square = power_next(power, io->frame + i + j, node_input_at(&io->in[FOLLOWER_IN], i + j),
						   (uint32_t)window[j]);

			f->level = follow(f->level, __builtin_sqrt(square), (double)rise[j], (double)fall[j]);
			io->out[0][i + j] = (sample)f->level;
		}
	}
}

static double amp_follower_tail_s(const struct node_env *env, const struct node_input *in)
{
	const struct node_input *release = &in[FOLLOWER_RELEASE];

	(void)env;
	return 1.0 +
	       7.0 * (release->data ? (double)FOLLOWER_MAX_S : clamp_f64(release->value, 0, (double)FOLLOWER_MAX_S));
}

const struct node_def node_amp_follower = {
	.name = "amp_follower",
	.doc = "the level of a signal: its rms over a window, smoothed with one time constant up and one down",
	.reference = "U. Zoelzer (ed.), DAFX (2011), chapter 4",
	.example = "~beat $ s \"bd(3,8)\"\nout $ saw 55 # lpf (amp_follower ~beat 0.01 0.2 0.02 * 6000 + 200) 2 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "attack", .unit = "s", .min = 0, .max = 10, .doc = "time constant upwards" },
		{ .name = "release", .unit = "s", .min = 0, .max = 10, .doc = "time constant downwards" },
		{ .name = "window", .unit = "s", .min = 0.001, .max = 1, .doc = "length of the rms window" },
	},
	.n_params = 4,
	.time_class = TIME_CARRY,
	.state_bytes = amp_follower_state_bytes,
	.reset = amp_follower_reset,
	.process = amp_follower_process,
	.tail_s = amp_follower_tail_s,
};
