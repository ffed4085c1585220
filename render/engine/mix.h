/* Sums in a fixed order. Pure functions over a run's buffers. */
#ifndef RENDER_ENGINE_MIX_H
#define RENDER_ENGINE_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"
#include "render/engine/run.h"

/* The plan's outputs in a block, in order of their ids, each times its gain, then the program's mix mode:
 * left[n], right[n]. */
void mix_outputs(const struct run *run, uint64_t block, sample *left, sample *right, size_t n);

/* The same for one channel, and each output alone: stems[plan n_outputs][n]. What the mix mode does to a sample of the sum
 * is a factor, and each stem gets that factor: the stems add up to the mix, bit for bit without a mix mode, else to
 * within the rounding of one product per stem. */
void mix_stems(const struct run *run, uint64_t block, unsigned ch, sample *mix, sample *const *stems, size_t n);

/* Channels that mix_outputs() gives: 1 when both would always be the same. */
unsigned mix_output_channels(const struct plan *plan);

/* x[n] times gain; NaN and Inf become 0. False when there were any. */
bool mix_finish(sample *x, size_t n, sample gain);

/* left[n] becomes the mean of both. */
void mix_down(sample *left, const sample *right, size_t n);

/* into[n] += from[n] */
void mix_add(sample *into, const sample *from, size_t n);

/* False when x[n] has a NaN or an infinity. */
bool mix_is_finite(const sample *x, size_t n);

#endif
