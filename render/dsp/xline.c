/* One exponential line from the start of the render, or of an instrument's note, on. */
#include "render/dsp/envelope.h"

enum { XLINE_START, XLINE_END, XLINE_DUR, XLINE_PARAMS };

/* start * (end / start)^x, where both have the same sign; else a straight line. */
SIMD_INLINE f32x8 xline_at(f32x8 start, f32x8 end, f32x8 x)
{
	f32x8 zero = f32x8_splat(0.0f), least = f32x8_splat(1e-30f);
	i32x8 is_exponential = ((start > zero) & (end > zero)) | ((start < zero) & (end < zero));
	f32x8 octaves = f32x8_log2(f32x8_max(f32x8_abs(end), least)) - f32x8_log2(f32x8_max(f32x8_abs(start), least));
	f32x8 curved = start * f32x8_exp2(octaves * x);
	f32x8 straight = start + (end - start) * x;

	return f32x8_select(x < 1.0f, f32x8_select(is_exponential, curved, straight), end);
}

SIMD_CLONES(static, xline_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 start = f32x8_clamp(input_load(&io->in[XLINE_START], i, n), -1e9f, 1e9f);
		f32x8 end = f32x8_clamp(input_load(&io->in[XLINE_END], i, n), -1e9f, 1e9f);

		output_store(io->out[0], i, n, xline_at(start, end, envelope_line_share(io, XLINE_DUR, i, n)));
	}
}

const struct node_def node_xline = {
	.name = "xline",
	.doc = "an exponential line from the start on, which then holds; straight when the signs differ",
	.reference = "elementary",
	.example = "out $ saw 110 # lpf (xline 5000 200 2) # gain 0.3",
	.params = {
		PARAMS_LINE,
	},
	.n_params = XLINE_PARAMS,
	.time_class = TIME_PURE,
	.process = xline_process,
};
