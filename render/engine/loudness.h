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

enum { LOUDNESS_HOPS_MAX = 8 }; /* that end in a block of BLOCK_FRAMES_MAX frames */

/* Energies of a channel, of the hops of 100 ms that ended in a block. */
struct loudness_hops {
	unsigned n;
	double energies[LOUDNESS_HOPS_MAX];
};

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

/* The same with LOUDNESS_REPORTED in two steps, block after block in each: what the channels, which may be filtered side by
 * side, leave in *hops for a block of n <= BLOCK_FRAMES_MAX, and from hops[channels] what it adds to the whole. */
void loudness_filter(struct loudness *l, unsigned channel, const sample *x, size_t n, struct loudness_hops *hops);
void loudness_count(struct loudness *l, const struct loudness_hops *hops);

/* In LUFS; -INFINITY when no block is above the absolute gate of -70 LUFS. */
double loudness_integrated(const struct loudness *l);

#endif
