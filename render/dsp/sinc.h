/* Reading a sound between its frames: windowed-sinc interpolation, band-limited for rates above 1.
 *
 * A frame of output is a sum over a few dozen frames of the sound, weighted by a sinc under a Kaiser window around
 * the position (J. O. Smith, "Digital Audio Resampling Home Page", https://ccrma.stanford.edu/~jos/resample/). At
 * a rate r above 1 whatever lies above 1/r of the band would fold back, so the sinc is stretched until it stops
 * there. The weights of a position lie between two rows of a table, and are interpolated linearly.
 *
 * There is a table for rates up to 1 and one for each half semitone above, for five octaves; each is made when first
 * asked for, with the same bits everywhere, and stays. Up to rate 1 the response is flat to 0.432 of the sample
 * rate (19 kHz at 44.1 kHz) and images beyond 0.568 are 70 dB down. Above, it is flat to 0.37 of the sample rate
 * of what is heard (16.3 kHz), and everything that would fold back is 70 dB down; a rate beyond 32 is read with the table of 32. */
#ifndef RENDER_DSP_SINC_H
#define RENDER_DSP_SINC_H

#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"

enum {
	SINC_CROSSINGS = 32, /* zero crossings under the window, both sides together */
	SINC_OCTAVES = 5,    /* of rates above 1 that have tables of their own */
	SINC_TAPS_MAX = 1168,
};

struct sinc_table {
	unsigned n_taps; /* a multiple of 8; taps 0 .. n_taps - 1 weigh frames floor(position) - n_taps / 2 + 1 on */
	unsigned phase_bits; /* there are 2^phase_bits rows */
	/* [2^phase_bits][2][n_taps], 64-byte aligned: weights at the row's fraction, and what to add on the way to the
	 * next. */
	const sample *rows;
};

/* The table for a rate in frames of the sound per frame, 32 bits of fraction; its sign does not matter. NULL when
 * memory is out. Any thread. */
const struct sinc_table *sinc_table_for(int64_t rate);

/* out[n]: the sound x at positions pos[n], 32 bits of fraction. Each must have its n_taps neighbours in x. */
void sinc_read(const struct sinc_table *t, const sample *x, const int64_t *pos, sample *out, size_t n);

#endif
