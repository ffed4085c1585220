/* Smooths a signal: every step becomes a glide. */
#include "render/dsp/onepole.h"

enum { LAG_IN, LAG_TIME };

#define LAG_MAX_S 60.0f

SIMD_CLONES(static, lag_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	const struct node_input *time = &io->in[LAG_TIME];
	double y = *(const double *)state;
	f32x8 share = f32x8_splat(0);

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (i == 0 || time->data)
			share = onepole_share_of(io, LAG_TIME, i, n, 0.0f, LAG_MAX_S);
		for (size_t j = 0; j < lanes_in_use(n); j++) {
			double part = (double)share[j];

			y = (1.0 - part) * y + part * (double)node_input_at(&io->in[LAG_IN], i + j);
			io->out[0][i + j] = (sample)y;
		}
	}
	*(double *)state = y;
}

static size_t lag_state_bytes(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	(void)in;
	return sizeof(double);
}

static double lag_tail_s(const struct node_env *env, const struct node_input *in)
{
	(void)env;
	return 7.0 * (in[LAG_TIME].data ? (double)LAG_MAX_S : clamp_f64(in[LAG_TIME].value, 0, (double)LAG_MAX_S));
}

const struct node_def node_lag = {
	.name = "lag",
	.doc = "smooths with a time constant: 63 % of a step after that time; from 0 at the start",
	.reference = "the exponential response of an RC circuit, sampled",
	.example = "out $ saw (lag \"110 220 165 330\" 0.05) # lpf 1500 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "time", .unit = "s", .min = 0, .max = 60, .doc = "time constant" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.state_bytes = lag_state_bytes,
	.process = lag_process,
	.tail_s = lag_tail_s,
};
