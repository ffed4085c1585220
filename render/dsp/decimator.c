/* Sample and hold, then a one-pole that smooths its steps: y = smooth * y + (1 - smooth) * held. */
#include "render/dsp/hold.h"

enum { DECIMATOR_IN, DECIMATOR_FACTOR, DECIMATOR_SMOOTH, DECIMATOR_PARAMS };

SIMD_CLONES(static, decimator_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct hold *h = state;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 factor = f32x8_clamp(input_load(&io->in[DECIMATOR_FACTOR], i, n), 1.0f, HOLD_FRAMES_MAX);
		f32x8 smooth = f32x8_clamp(input_load(&io->in[DECIMATOR_SMOOTH], i, n), 0.0f, 0.99f);
		size_t lanes = lanes_in_use(n);
		f32x8 held = hold_step(h, input_load(&io->in[DECIMATOR_IN], i, n), factor, lanes);

		for (size_t j = 0; j < lanes; j++) {
			h->smooth = h->smooth * smooth[j] + held[j] * (1.0f - smooth[j]);
			io->out[0][i + j] = h->smooth;
		}
	}
}

/* The slowest one-pole has lost 60 dB after 690 frames. */
static double decimator_tail_s(const struct node_env *env, const struct node_input *in)
{
	double factor = in[DECIMATOR_FACTOR].data ? (double)HOLD_FRAMES_MAX : (double)in[DECIMATOR_FACTOR].value;

	return (clamp_f64(factor, 1, (double)HOLD_FRAMES_MAX) + 690) / env->sample_rate_hz;
}

const struct node_def node_decimator = {
	.name = "decimator",
	.doc = "divides the sample rate by holding samples, and smooths the steps",
	.reference = "U. Zoelzer (ed.), DAFX (2011), section 4.3",
	.example = "out $ saw 110 # decimator 12 0.5 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "factor", .unit = "frames", .min = 1, .max = HOLD_FRAMES_MAX,
		  .doc = "for how long each sample is held" },
		{ .name = "smooth", .unit = "", .min = 0, .max = 0.99,
		  .doc = "how much of the output before is in each sample; 0 leaves steps" },
	},
	.n_params = DECIMATOR_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = hold_state_bytes,
	.process = decimator_process,
	.tail_s = decimator_tail_s,
};
