/* Smooth random motion: values in -1..1 at whole numbers, from a counter hash, and between them half a wave of a cubic
 * that arrives and leaves with slope 0. A closed form of its key and place, so it needs no state and runs for
 * ever. */
#ifndef RENDER_DSP_DRIFT_H
#define RENDER_DSP_DRIFT_H

#include "render/dsp/simd.h"

SIMD_INLINE f32x8 drift_knot(u32x8 key, u32x8 cell)
{
	return f32x8_uniform(u32x8_mix(u32x8_mix(cell) ^ key));
}

/* At cell + t, 0 <= t < 1. */
SIMD_INLINE f32x8 drift_at(u32x8 key, u32x8 cell, f32x8 t)
{
	f32x8 from = drift_knot(key, cell), to = drift_knot(key, cell + 1);

	return from + (to - from) * (t * t * (3.0f - 2.0f * t));
}

#endif
