/* Integrated loudness (Recommendation ITU-R BS.1770-4; EBU R 128) of a signal of any length in constant memory.
 *
 * K-weighted energies of every 100 ms (k_weighting.h) make blocks of 400 ms that overlap. The gates look at all blocks of the
 * render; to keep them would take memory that grows with its length, so they are counted in bins of 0.01 LU, each with the
 * exact sum of its energies. Only blocks within one bin of the relative gate can fall on its wrong side. */
#ifndef RENDER_ENGINE_LOUDNESS_H
#define RENDER_ENGINE_LOUDNESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/dsp/node.h"

struct loudness;

/* Who filters. Both are within 0.01 LU of each other. What is only reported is measured in each render and must cost next to
 * nothing; what becomes a gain, and so every byte of a file, is measured by libebur128. */
enum loudness_meter {
	LOUDNESS_REPORTED, /* k_weighting.h: 3 ns per stereo frame */
	LOUDNESS_DECIDING, /* libebur128: 23 ns */
};

/* For 1 or 2 channels. NULL with ERR_NO_MEMORY. */
struct loudness *loudness_new(uint32_t sample_rate_hz, unsigned channels, enum loudness_meter meter,
			      struct error *err) WARN_UNUSED;
void loudness_free(struct loudness *l);

/* ch[channels][n]; n may be anything. */
void loudness_add(struct loudness *l, const sample *const *ch, size_t n);

/* In LUFS; -INFINITY when no block is above the absolute gate of -70 LUFS. */
double loudness_integrated(const struct loudness *l);

#endif
