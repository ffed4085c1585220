/* Hi-hat: high-passed noise with an envelope that fires at frame 0. */
#include "render/dsp/hiss.h"

enum { SUPERHAT_BRIGHT, SUPERHAT_SUSTAIN };

#define SUPERHAT_DARK_HZ 5000.0f
#define SUPERHAT_SPAN_HZ 5000.0f
#define SUPERHAT_Q 1.5f

SIMD_INLINE struct frames16 superhat_cutoff(const struct node_input *bright, size_t i, size_t n)
{
	struct frames16 share = frames16_clamp(frames16_load(bright, i, n), 0.0f, 1.0f);

	return (struct frames16){ { SUPERHAT_DARK_HZ + SUPERHAT_SPAN_HZ * share.v[0],
				    SUPERHAT_DARK_HZ + SUPERHAT_SPAN_HZ * share.v[1] } };
}

SIMD_CLONES(static, superhat_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	struct node_input bright = io->in[SUPERHAT_BRIGHT];
	float sustain = (float)clamp_f64((double)io->in[SUPERHAT_SUSTAIN].value, 0.001, 10);
	struct hiss hiss;

	for (size_t i = 0; i < n; i += SIMD_LANES) {
		if (source_is_over(io, i, 0.01 + (double)sustain)) {
			output_store(io->out[0], i, n, f32x8_splat(0.0f));
			continue;
		}
		if (i % FRAMES16 == 0) {
			struct svf_wish to = hiss_wish(superhat_cutoff(&bright, i, n), SUPERHAT_Q);

			hiss_fill(&hiss, state, MATCHED_HIGH, &to, io, i, n, 0.0f);
		}
		output_store(io->out[0], i, n,
			     hiss_load(&hiss, i, n) * source_one_shot(source_time_s(io, i), sustain, 0.0f));
	}
}

const struct node_def node_superhat = {
	.name = "superhat",
	.doc = "hi-hat that is struck once, at the start, or by every note of an instrument",
	.reference = "filtered noise: G. Reid, Synth Secrets 40, Sound on Sound, 2002",
	.example = "~hat $ superhat 0.7 0.05\nout $ s \"~hat*8\" # gain 0.5",
	.params = {
		{ .name = "bright", .unit = "", .def = 0.7, .min = 0, .max = 1, .flags = PARAM_OPTIONAL,
		  .doc = "cutoff of the high-pass, from 5 to 10 kHz" },
		{ .name = "sustain", .unit = "s", .def = 0.05, .min = 0.001, .max = 10,
		  .flags = PARAM_OPTIONAL | PARAM_CONST, .doc = "length" },
	},
	.n_params = 2,
	.time_class = TIME_CARRY,
	.is_individual = true,
	.state_bytes = svf_state_bytes,
	.process = superhat_process,
};
