/* Audio files to planar floats at a rate. Files are hostile: only WAV, AIFF and FLAC with plain PCM or float get past
 * the door, and sizes are checked before memory is taken. Private to samples.c. Any thread. */
#ifndef RENDER_IO_SAMPLE_DECODE_H
#define RENDER_IO_SAMPLE_DECODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "render/io/sample_stamp.h"
#include "render/io/samples.h"

#define SAMPLE_DECODED_BYTES_MAX ((size_t)64 << 20)

/* Audio with its memory. */
struct sample_audio {
	struct sample_data data;
	void *block; /* what the channels lie in; free() it */
	size_t block_bytes;
	struct sample_stamp stamp; /* of the file, before it was read */
	unsigned file_channels;    /* before they were mixed to one or two */
	bool has_bad_values;       /* something in the file was no finite number and became 0 */
};

/* n_ch channels of n_frames zeros with padding around them, in one block; *ch are writable. ERR_TOO_LARGE above
 * SAMPLE_DECODED_BYTES_MAX, ERR_NO_MEMORY. */
int sample_audio_alloc(struct sample_audio *a, unsigned n_ch, size_t n_frames, double sample_rate_hz, sample *ch[2],
		       struct error *err) WARN_UNUSED;

/* The file at path, in one or two channels. ERR_CORRUPT when it is not such audio or has no frames, ERR_IO,
 * ERR_TOO_LARGE, ERR_NO_MEMORY. */
int sample_decode(struct sample_audio *a, const char *path, uint32_t sample_rate_hz, struct error *err) WARN_UNUSED;

/* The same of a descriptor, which stays the caller's, at the rate that the file has. */
int sample_decode_fd(struct sample_audio *a, int fd, struct error *err) WARN_UNUSED;

/* Replaces a by its conversion to the rate; frees a's block either way. */
int sample_convert_rate(struct sample_audio *a, uint32_t sample_rate_hz, struct error *err) WARN_UNUSED;

#endif
