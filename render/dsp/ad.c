/* Attack and decay, once per cycle. */
#include "render/dsp/envelope.h"

enum { AD_IN, AD_ATTACK, AD_DECAY, AD_PARAMS };

SIMD_CLONES(static, ad_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	float rate = (float)io->env->sample_rate_hz;

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 attack = envelope_segment(input_load(&io->in[AD_ATTACK], i, n)) * rate;
		f32x8 decay = envelope_segment(input_load(&io->in[AD_DECAY], i, n)) * rate;
		f32x8 level = envelope_rise_fall(cycle_place(io, i).since, attack, decay, f32x8_splat(0.0f));

		output_store(io->out[0], i, n, input_load(&io->in[AD_IN], i, n) * level);
	}
}

const struct node_def node_ad = {
	.name = "ad",
	.doc = "rise and fall in each cycle, then silence; alone it is the envelope itself",
	.reference = "linear segments",
	.example = "out $ saw 110 # ad 0.01 0.8 # gain 0.3",
	.params = {
		PARAM_SHAPED,
		PARAM_SEGMENT("attack", 0, 0, "rise from 0 to 1"),
		PARAM_SEGMENT("decay", 0, 0, "fall to 0"),
	},
	.n_params = AD_PARAMS,
	.time_class = TIME_PURE,
	.process = ad_process,
};
