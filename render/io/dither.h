/* Float samples to integers: scale, triangular dither, round to nearest, saturate. */
#ifndef RENDER_IO_DITHER_H
#define RENDER_IO_DITHER_H

#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"

/* One channel, interleaved into out[i * stride], i < n_frames.
 *   full_scale   what 1.0 becomes: 32767 or 8388607; results are saturated at -full_scale - 1 .. full_scale
 *   shift        results are multiplied by 2^shift (24-bit samples left-aligned in 32 bits: 8)
 *   key          seed of this channel's dither; frame: number of in[0] in the whole file
 * The dither is the sum of two independent uniform values of one step each, taken from hash64(key, frame): triangular, two
 * steps peak to peak, which makes mean and variance of the rounding error independent of the signal (Lipshitz, Wannamaker,
 * Vanderkooy, "Quantization and dither: a theoretical survey", JAES 40(5), 1992). Pure; any thread. */
void dither_interleave(const sample *in, size_t n_frames, double full_scale, unsigned shift, uint64_t key,
		       uint64_t frame, int32_t *out, size_t stride);

#endif
