/* The inside of a master, for master.c (making it, the spool, levels, the end) and master_deliver.c (blocks from the plan). */
#ifndef RENDER_ENGINE_MASTER_IMPL_H
#define RENDER_ENGINE_MASTER_IMPL_H

#include <math.h>

#include "base/spool.h"
#include "render/engine/file_set.h"
#include "render/engine/finish.h"
#include "render/engine/master.h"
#include "render/engine/parcel.h"

struct master {
	struct master_config config;
	unsigned channels, n_signals, n_lines; /* lines: n_signals * channels */
	bool is_held;                          /* nothing goes on before the last frame is there */
	bool is_level_carried;                 /* the level of a block and all behind it go in order */
	struct spool *spool;                   /* when it is held, or kept for a checkpoint; else NULL */
	bool owns_spool;                       /* it is not the checkpoint's */
	uint64_t n_spooled;                    /* the frame up to which the spool has all from heard_from on */
	uint64_t n_audible;                    /* frames up to the last one that is no silence */
	bool is_over;
	_Atomic bool has_warned; /* relaxed: that the mix was not finite */
	struct finish *finish;
	struct file_set files;
	struct parcel *parcels;  /* [n_slots]: blocks on their way */
	struct parcel unspooled; /* frames from the spool, up to BLOCK_FRAMES_MAX */
	sample *frames;          /* [BLOCK_FRAMES_MAX * n_lines]: interleaved, for the spool */
};

static inline uint64_t master_frames_of(const struct master *m, double seconds)
{
	return (uint64_t)(seconds * m->config.spec->sample_rate_hz + 0.5);
}

static inline double master_linear(double db)
{
	return pow(10, db / 20);
}

/* In the spool. */
static inline size_t master_frame_bytes(const struct master *m)
{
	return m->n_lines * sizeof *m->frames;
}

#endif
