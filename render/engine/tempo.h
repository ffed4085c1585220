/* Cycles to frames: the one place where exact pattern time becomes sample positions. Pure functions. */
#ifndef RENDER_ENGINE_TEMPO_H
#define RENDER_ENGINE_TEMPO_H

#include <stdint.h>

#include "base/error.h"
#include "render/pattern/rational.h"

struct tempo {
	uint32_t sample_rate_hz;
	struct rational cps; /* cycles per second, > 0 */
};

/* Frame of a position in cycles, floor(cycle * sample_rate / cps + 1/2), saturated at +-2^62. -1 with
 * ERR_INVALID when the position is no 64-bit fraction. */
int tempo_frame(const struct tempo *t, struct rational cycle, int64_t *frame, struct error *err) WARN_UNUSED;

/* A cycle that begins at or before the frame, at most one too early, at least 0. */
int64_t tempo_cycle_before(const struct tempo *t, uint64_t frame);

#endif
