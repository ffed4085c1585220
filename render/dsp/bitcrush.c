/* Bit crusher: sample and hold, then rounding to steps of 2^(1 - bits), which makes 2^bits levels of -1..1. Silence is
 * a level, and what is louder than 1 is rounded as well, not clipped. */
#include "render/dsp/hold.h"

enum { CRUSH_IN, CRUSH_BITS, CRUSH_RATE, CRUSH_PARAMS };

SIMD_CLONES(static, bitcrush_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 bits = f32x8_clamp(input_load(&io->in[CRUSH_BITS], i, n), 1.0f, 16.0f);
		f32x8 rate = f32x8_clamp(input_load(&io->in[CRUSH_RATE], i, n), 1.0f, 64.0f);
		f32x8 held = hold_step(state, input_load(&io->in[CRUSH_IN], i, n), rate, lanes_in_use(n));
		f32x8 levels = f32x8_exp2(bits - 1.0f);

		output_store(io->out[0], i, n, f32x8_round(held * levels) / levels);
	}
}

const struct node_def node_bitcrush = {
	.name = "bitcrush",
	.doc = "rounds to few levels and holds samples",
	.reference = "U. Zoelzer (ed.), DAFX (2011), section 4.3; B. Widrow, I. Kollar, Quantization Noise (2008)",
	.example = "out $ s \"bd sn\" # bitcrush 4 8",
	.params = {
		PARAM_IN,
		{ .name = "bits", .unit = "", .min = 1, .max = 16, .doc = "2^bits levels between -1 and 1" },
		{ .name = "rate", .unit = "frames", .min = 1, .max = 64, .doc = "for how long each sample is held" },
	},
	.n_params = CRUSH_PARAMS,
	.time_class = TIME_CARRY,
	.state_bytes = hold_state_bytes,
	.process = bitcrush_process,
};
