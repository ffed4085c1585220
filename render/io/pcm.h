/* Blocks of samples to what stands in the data chunk of a WAV file: interleaved, little-endian, integers with dither. */
#ifndef RENDER_IO_PCM_H
#define RENDER_IO_PCM_H

#include <stddef.h>
#include <stdint.h>

#include "render/dsp/node.h"
#include "render/render.h"

enum { PCM_CHANNELS_MAX = 2 };

struct pcm_spec {
	enum audio_subtype subtype;
	unsigned channels;
	uint64_t dither_keys[PCM_CHANNELS_MAX]; /* dither.h */
};

size_t pcm_frame_bytes(const struct pcm_spec *p);

/* ch[channels][n_frames] to out[n_frames * pcm_frame_bytes()], aligned to 4. frame: number of the first one, by which the dither
 * goes. Pure: any thread, frames in any order and cut. */
void pcm_encode(const struct pcm_spec *p, const sample *const *ch, uint64_t frame, size_t n_frames, void *out);

#endif
