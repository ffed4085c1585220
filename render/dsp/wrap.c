/* Folds a signal into an interval by whole widths of it. In double: a signal may be many widths away. */
#include "render/dsp/kernel.h"

enum { WRAP_IN, WRAP_LO, WRAP_HI };

/* Into [lo, hi); lo where there is no interval. */
SIMD_INLINE f64x4 wrap(f64x4 x, f64x4 lo, f64x4 hi)
{
	f64x4 width = hi - lo, at = (x - lo) / width;
	f64x4 y = lo + (at - f64x4_floor(f64x4_clamp(at, -0x1p50, 0x1p50))) * width;

	return f64x4_select((width > 0.0) & (y >= lo) & (y < hi), y, lo);
}

SIMD_INLINE f32x8 wrap_f32(f32x8 x, f32x8 lo, f32x8 hi)
{
	f32x8 y = f32x8_from_f64(wrap(f32x8_low_f64(x), f32x8_low_f64(lo), f32x8_low_f64(hi)),
				 wrap(f32x8_high_f64(x), f32x8_high_f64(lo), f32x8_high_f64(hi)));

	return f32x8_select(y < hi, y, lo); /* rounded up to hi */
}

SIMD_CLONES(static, wrap_process, (void *state, const struct node_io *io, size_t n), (state, io, n))
{
	(void)state;
	for (size_t i = 0; i < n; i += SIMD_LANES)
		output_store(io->out[0], i, n,
			     wrap_f32(input_load(&io->in[WRAP_IN], i, n), input_load(&io->in[WRAP_LO], i, n),
				      input_load(&io->in[WRAP_HI], i, n)));
}

const struct node_def node_wrap = {
	.name = "wrap",
	.doc = "brings a signal into lo <= x < hi by adding or taking whole widths",
	.reference = "elementary",
	.example = "out $ wrap (sine 110 * 1.6) -1 1 # lpf 3000 # gain 0.3",
	.params = {
		PARAM_IN,
		{ .name = "lo", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX, .doc = "lower end" },
		{ .name = "hi", .unit = "", .min = -PARAM_SIGNAL_MAX, .max = PARAM_SIGNAL_MAX,
		  .doc = "upper end; not above lo: the output is lo" },
	},
	.n_params = 3,
	.time_class = TIME_PURE,
	.is_pointwise = true,
	.process = wrap_process,
};
