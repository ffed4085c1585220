/* A look-ahead limiter whose ceiling holds between the samples too. It gives gains, not sound: so that the stems of a
 * mix can be turned down with it and still add up to it. See limiter.c for how. One thread at a time. */
#ifndef RENDER_ENGINE_LIMITER_H
#define RENDER_ENGINE_LIMITER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "render/dsp/node.h"

struct limiter;

/* ceiling: of the true peak, linear, > 0. channels: 1 or 2, turned down together. NULL with ERR_NO_MEMORY. */
struct limiter *limiter_new(uint32_t sample_rate_hz, unsigned channels, double ceiling, struct error *err) WARN_UNUSED;
void limiter_free(struct limiter *l);

/* Frames that a limiter looks ahead. */
size_t limiter_latency(uint32_t sample_rate_hz);

/* ch[channels][n] to gain[n], n <= BLOCK_FRAMES_MAX: gain[i] belongs to the frame limiter_latency() before ch[.][i]. In
 * (0, 1], and exactly 1 where nothing is to be done. Does not depend on how a signal is cut into calls. */
void limiter_gains(struct limiter *l, const sample *const *ch, size_t n, sample *gain);

#endif
