#include "render/io/pcm.h"

#include <string.h>

#include "render/io/dither.h"
#include "render/io/interleave.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "floats go into the file as they lie in memory");

enum { ROW_FRAMES = 256 };

size_t pcm_frame_bytes(const struct pcm_spec *p)
{
	static const unsigned bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };

	return p->channels * bytes[p->subtype];
}

static uint8_t *put_16(const int32_t *row, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++, out += 2) {
		out[0] = (uint8_t)row[i];
		out[1] = (uint8_t)(row[i] >> 8);
	}
	return out;
}

static uint8_t *put_24(const int32_t *row, size_t n, uint8_t *out)
{
	for (size_t i = 0; i < n; i++, out += 3) {
		out[0] = (uint8_t)row[i];
		out[1] = (uint8_t)(row[i] >> 8);
		out[2] = (uint8_t)(row[i] >> 16);
	}
	return out;
}

static void put_integers(const struct pcm_spec *p, const sample *const *ch, uint64_t frame, size_t n_frames,
			 uint8_t *out)
{
	double full_scale = p->subtype == AUDIO_PCM_16 ? 32767.0 : 8388607.0;
	int32_t row[ROW_FRAMES * PCM_CHANNELS_MAX];

	for (size_t at = 0; at < n_frames; at += ROW_FRAMES) {
		size_t n = n_frames - at < ROW_FRAMES ? n_frames - at : ROW_FRAMES;
		for (unsigned c = 0; c < p->channels; c++)
			dither_interleave(ch[c] + at, n, full_scale, 0, p->dither_keys[c], frame + at, row + c,
					  p->channels);
		out = (p->subtype == AUDIO_PCM_16 ? put_16 : put_24)(row, n * p->channels, out);
	}
}

void pcm_encode(const struct pcm_spec *p, const sample *const *ch, uint64_t frame, size_t n_frames, void *out)
{
	if (p->subtype != AUDIO_FLOAT_32)
		put_integers(p, ch, frame, n_frames, out);
	else if (p->channels == 1)
		memcpy(out, ch[0], n_frames * sizeof(sample));
	else
		interleave_pairs(ch[0], ch[1], n_frames, out);
}
