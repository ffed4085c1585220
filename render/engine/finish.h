/* From the finished mix to its files: fades, level, limiter, measurement, encoders, in this order.
 *
 * All of it is one curve of gain over time, computed from the mix. The stems get the same curve, so they add up to what
 * the mix became. The total length has to be known, for the fade at the end and for the encoders. Of all that a window of
 * frames is measured and encoded; the frames around it only shape the curve. One thread at a time. */
#ifndef RENDER_ENGINE_FINISH_H
#define RENDER_ENGINE_FINISH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/dsp/node.h"
#include "render/engine/loudness.h"
#include "render/io/encode.h"

struct finish_spec {
	uint32_t sample_rate_hz;
	unsigned channels;   /* 1 or 2 */
	unsigned n_signals;  /* the mix, then the stems */
	uint64_t n_frames;   /* of the whole */
	uint64_t from_frame; /* the first one that is written; the limiter wants to see all, from 0 */
	uint64_t first_frame,
		end_frame; /* the window; as many as are written, or as many as the limiter looks ahead more */
	uint64_t fade_in_frames, fade_out_frames;
	double gain; /* linear */
	bool has_limiter;
	double ceiling; /* of the true peak, linear */
	enum loudness_meter meter;
	struct encoder **encoders; /* [n_signals], borrowed; NULL: only measure */
};

/* Of what came out, before it is converted to integers. */
struct finish_levels {
	double true_peak;     /* linear */
	double loudness_lufs; /* -INFINITY: silence, or less than 400 ms */
};

struct finish;

struct finish *finish_new(const struct finish_spec *spec, struct error *err) WARN_UNUSED;
void finish_free(struct finish *f);

/* x[n_signals * channels][n], the channels of the mix first, n <= BLOCK_FRAMES_MAX; what is in them afterwards is of no use. */
int finish_write(struct finish *f, sample *const *x, size_t n, struct error *err) WARN_UNUSED;

/* --- The same in steps ---
 * Each of them in order, block after block; different ones, and different channels and signals, side by side. A block
 * goes through finish_level(), then all of the others. */

/* Whether finish_level() depends on the blocks before; otherwise it may be called for any block at any time. */
bool finish_level_is_carried(const struct finish_spec *spec);

/* Fades, gain and limiter, in place: the next n frames, of which frame *first is the first, go in; those that leave the limiter
 * and lie in the window stand at the beginning of x. Returns how many; *first is the number of the first of them in the window. */
size_t finish_level(struct finish *f, uint64_t *first, sample *const *x, size_t n);

/* Measurement of the mix's channels, with what the steps leave for each other. The loudness of a channel goes in order, the peak
 * inside a block in any, and finish_count_measured() sums up in order what both found in meter[channels] of ch[channels][n]. */
struct finish_meter {
	struct loudness_hops hops;
	sample peak;
};
void finish_measure_loudness(struct finish *f, unsigned channel, const sample *x, size_t n, struct finish_meter *meter);
void finish_measure_peak(const struct finish *f, unsigned channel, const sample *x, size_t n,
			 struct finish_meter *meter);
void finish_count_measured(struct finish *f, const sample *const *ch, size_t n, const struct finish_meter *meter);

/* After the last frame: what the limiter still holds goes out. The encoders stay open. */
int finish_end(struct finish *f, struct finish_levels *levels, struct error *err) WARN_UNUSED;

#endif
