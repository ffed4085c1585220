/* The level of a signal over a sliding window. */
#include "render/dsp/power.h"

enum { RMS_IN, RMS_WINDOW };

static size_t rms_state_bytes(const struct node_env *env, const struct node_input *in)
{
	return power_bytes(env, &in[RMS_WINDOW]);
}

static void rms_reset(void *state, const struct node_env *env, const struct node_input *in)
{
	power_reset(state, env, &in[RMS_WINDOW]);
}

SIMD_CLONES(static, rms_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct power *power = state;
	float rate_hz = (float)io->env->sample_rate_hz;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 window = power_window(input_load(&io->in[RMS_WINDOW], i, n), rate_hz);

		for (size_t j = 0; j < lanes_in_use(n); j++)
			io->out[0][i + j] = (sample)__builtin_sqrt(power_next(
				power, io->frame + i + j, node_input_at(&io->in[RMS_IN], i + j), (uint32_t)window[j]));
	}
}

static double rms_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return in[RMS_WINDOW].data ? 1.0 : clamp_f64(in[RMS_WINDOW].value, 0.001, 1.0);
}

const struct node_def node_rms = {
	.name = "rms",
	.doc = "the root of the mean square over the last `window` seconds; silence before the start",
	.reference = "the definition, by differences of exact running sums",
	.example = "~beat $ s \"bd(3,8)\"\nout $ saw 55 # lpf (rms ~beat 0.05 * 6000 + 200) 2 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "window", .unit = "s", .min = 0.001, .max = 1, .doc = "length of the window" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = rms_state_bytes,
	.reset = rms_reset,
	.process = rms_process,
	.tail_s = rms_tail_s,
};
