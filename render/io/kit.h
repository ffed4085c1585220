/* The built-in drum kit: synthesised, the same bytes on every machine, so that a program sounds without any sample
 * folder. samples.c is its only user; it caches what is made here. Pure functions, any thread. */
#ifndef RENDER_IO_KIT_H
#define RENDER_IO_KIT_H

#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"

/* Part of the content hash of every program that plays the kit: increment when any drum's sound changes. */
enum { KIT_VERSION = 1 };

/* All names, sorted; *n of them. */
const char *const *kit_names(size_t *n);

/* Number of variations of a name (0: no such drum). name need not be NUL-terminated. */
size_t kit_count(const char *name, size_t len);

/* Frames of variation k (< kit_count) at a sample rate; 0 when there is no such drum or the rate is outside 1 kHz to
 * 1 MHz. At most 2.5 s. */
size_t kit_frames(const char *name, size_t len, size_t k, double sample_rate_hz);

/* Makes variation k, mono, into out[n_frames], where n_frames is kit_frames(). Peak between -3 and -1 dBFS, begins and
 * ends near zero, no DC, no denormals. Allocates nothing that outlives the call; -1 when memory is out, there is no
 * such drum or n_frames is another number, and then out is untouched. */
int kit_synthesize(const char *name, size_t len, size_t k, double sample_rate_hz, sample *out, size_t n_frames);

#endif
