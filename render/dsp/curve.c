/* One bent line from the start of the render, or of an instrument's note, on: (e^(c x) - 1) / (e^c - 1) of the way. */
#include "render/dsp/envelope.h"

enum { CURVE_START, CURVE_END, CURVE_DUR, CURVE_BEND, CURVE_PARAMS };

#define BEND_MAX 20.0f
#define BEND_STRAIGHT 1e-6f /* nearer to 0 than that, a float cannot tell the curve from its chord */

/* e^x - 1 for |x| <= 20, relative error < 1e-6 around 0 as well. */
SIMD_INLINE f32x8 expm1_of(f32x8 x)
{
	f32x8 y = x * 1.4426950f;
	f32x8 whole = f32x8_round(y);
	f32x8 scale = f32x8_exp2(whole);

	return (scale - 1.0f) + scale * f32x8_exp2m1_reduced(y - whole);
}

/* Share of the way at x in 0..1. */
SIMD_INLINE f32x8 curve_share(f32x8 bend, f32x8 x)
{
	i32x8 is_straight = f32x8_abs(bend) < f32x8_splat(BEND_STRAIGHT);
	f32x8 c = f32x8_select(is_straight, f32x8_splat(1.0f), bend);

	return f32x8_select(is_straight | (x >= 1.0f), x, expm1_of(c * x) / expm1_of(c));
}

SIMD_CLONES(static, curve_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 start = input_load(&io->in[CURVE_START], i, n), end = input_load(&io->in[CURVE_END], i, n);
		f32x8 bend = f32x8_clamp(input_load(&io->in[CURVE_BEND], i, n), -BEND_MAX, BEND_MAX);
		f32x8 x = f32x8_min(envelope_line_share(io, CURVE_DUR, i, n), f32x8_splat(1.0f));

		output_store(io->out[0], i, n, start + (end - start) * curve_share(bend, x));
	}
}

const struct node_def node_curve = {
	.name = "curve",
	.doc = "a bent line from the start on, which then holds",
	.reference = "(e^(c x) - 1) / (e^c - 1), as the curves of SuperCollider's Env",
	.example = "out $ sine (curve 880 110 2 -4) # gain 0.3",
	.params = {
		PARAMS_LINE,
		{ .name = "curve", .unit = "", .min = -BEND_MAX, .max = BEND_MAX,
		  .doc = "above 0 slow at first, below 0 fast at first, 0 straight" },
	},
	.n_params = CURVE_PARAMS,
	.time_class = TIME_PURE,
	.process = curve_process,
};
