/* Place between the speakers.
 *
 * A mono signal, one whose channels are the same buffer, is spread with equal power (cos and sin of a quarter
 * turn: 3 dB down in each channel at the middle). A stereo signal is balanced: the channel turned away from
 * fades along a quarter cosine, the other stays. */
#include "render/dsp/kernel.h"
#include "render/pattern/control.h"

enum { PAN_IN_LEFT, PAN_IN_RIGHT, PAN_POS };

SIMD_INLINE bool is_mono(const struct node_input *in)
{
	if (in[PAN_IN_LEFT].data || in[PAN_IN_RIGHT].data)
		return in[PAN_IN_LEFT].data == in[PAN_IN_RIGHT].data;
	return in[PAN_IN_LEFT].value == in[PAN_IN_RIGHT].value;
}

SIMD_INLINE void pan_gains(f32x8 pos, bool mono, f32x8 *left, f32x8 *right)
{
	if (mono) {
		*left = f32x8_cos2pi(pos * 0.125f + 0.125f);
		*right = f32x8_sin2pi(pos * 0.125f + 0.125f);
	} else {
		*left = f32x8_cos2pi(f32x8_max(pos, f32x8_splat(0.0f)) * 0.25f);
		*right = f32x8_cos2pi(f32x8_min(pos, f32x8_splat(0.0f)) * 0.25f);
	}
}

SIMD_CLONES(static, pan_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	bool mono = is_mono(io->in);

	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 pos = f32x8_clamp(input_load(&io->in[PAN_POS], i, n), -1.0f, 1.0f);
		f32x8 in_left = input_load(&io->in[PAN_IN_LEFT], i, n);
		f32x8 in_right = input_load(&io->in[PAN_IN_RIGHT], i, n);
		f32x8 left, right;

		pan_gains(pos, mono, &left, &right);
		output_store(io->out[0], i, n, in_left * left);
		output_store(io->out[1], i, n, in_right * right);
	}
}

const struct node_def node_pan = {
	.name = "pan",
	.aliases = { "pan2" },
	.doc = "places a signal or events between left and right",
	.reference = "equal-power panning: J. Blumlein, British patent 394325, 1931",
	.example = "out $ saw 110 # gain 0.3 # pan (sine 0.5)",
	.params = {
		PARAM_IN,
		{ .name = "pos", .unit = "", .min = -1, .max = 1, .doc = "-1 is left, 1 is right" },
	},
	.n_params = 2,
	.time_class = TIME_PURE,
	.is_stereo = true,
	.process = pan_process,
	.controls = { CONTROL_NONE, CONTROL_PAN },
	.is_modifier = true,
};
