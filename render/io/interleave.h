/* Two channels to pairs of samples. */
#ifndef RENDER_IO_INTERLEAVE_H
#define RENDER_IO_INTERLEAVE_H

#include <stddef.h>

#include "render/dsp/node.h"

/* out[2 n] */
void interleave_pairs(const sample *left, const sample *right, size_t n, sample *out);

#endif
