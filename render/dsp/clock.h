/* Position in the pattern's cycles, for sources that keep the tempo. */
#ifndef RENDER_DSP_CLOCK_H
#define RENDER_DSP_CLOCK_H

#include "render/dsp/kernel.h"

/* Fraction of (cycles since frame 0) * speed, frames i..i+7 of a call; products in double. */
SIMD_INLINE f32x8 clock_fraction(const struct node_io *io, size_t i, f64x4 low_speed, f64x4 high_speed)
{
	f64x4 frame = (double)(io->frame + i) + f64x4_lanes();
	f64x4 low = frame * io->env->cycles_per_frame * low_speed;
	f64x4 high = (frame + 4.0) * io->env->cycles_per_frame * high_speed;
	f32x8 fraction = f32x8_from_f64(low - f64x4_floor(low), high - f64x4_floor(high));

	return f32x8_select(fraction < 1.0f, fraction, f32x8_splat(0.0f)); /* rounding to float may reach 1 */
}

#endif
