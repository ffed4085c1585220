/* A block on its way from the plan's outputs to the files: its mix and its stems, and what the steps behind the mix leave for
 * each other. A run has one for each of its slots, so that several blocks can be on their way at once. */
#ifndef RENDER_ENGINE_PARCEL_H
#define RENDER_ENGINE_PARCEL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "render/engine/file_set.h"
#include "render/engine/finish.h"
#include "render/engine/run.h"

struct parcel {
	unsigned n_signals, channels;                    /* the mix, then the stems */
	sample *sides[FILE_SET_MAX][PLAN_CHANNELS_MAX];  /* of each signal, in stereo */
	sample *lines[FILE_SET_MAX * PLAN_CHANNELS_MAX]; /* those of them that count, signal after signal */
	size_t n;                                        /* frames behind the limiter */
	uint64_t first;                                  /* of them, in the files */
	struct encoded encoded[FILE_SET_MAX];            /* for each file */
	struct finish_meter meters[PLAN_CHANNELS_MAX];   /* of the mix */
	sample *memory;                                  /* what sides and lines point into */
};

/* Of blocks of up to n_frames, a multiple of QUANTUM_FRAMES. On failure too parcel_fini() may follow. */
int parcel_init(struct parcel *p, unsigned n_signals, unsigned channels, size_t n_frames,
		struct error *err) WARN_UNUSED;
void parcel_fini(struct parcel *p);

/* Mixes n frames of a block of the run, each line times gain. False: there was a NaN or an infinity, which is silent now. */
bool parcel_mix(struct parcel *p, const struct run *run, uint64_t block, size_t n, sample gain);

/* Frames as a spool holds them, out[n][lines]; and back. */
void parcel_interleave(const struct parcel *p, size_t n, sample *out);
void parcel_deinterleave(struct parcel *p, size_t n, const sample *in);

static inline unsigned parcel_lines(const struct parcel *p)
{
	return p->n_signals * p->channels;
}

#endif
