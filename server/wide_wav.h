/* One WAV file of several that have the same shape: their channels side by side, file after file. It is put together while it is
 * read, at any place, and costs the memory of one block. Its format is WAVE_FORMAT_EXTENSIBLE without speaker positions, as
 * more than two channels want (Microsoft, "Multiple channel audio data and WAVE files", 2007); RF64 where it must be (EBU
 * Tech 3306). One thread at a time. */
#ifndef SERVER_WIDE_WAV_H
#define SERVER_WIDE_WAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Of each file: WAV, integers of 16 or 24 bits or floats of 32. */
struct wide_wav_spec {
	uint32_t sample_rate_hz;
	unsigned n_files;
	unsigned channels, sample_bytes;
	bool is_float;
	uint64_t n_frames;
	int (*open)(void *ctx, unsigned file); /* a descriptor, which is closed after use; -1 */
	void *ctx;
};

struct wide_wav;

struct wide_wav *wide_wav_new(const struct wide_wav_spec *spec, struct error *err) WARN_UNUSED;
void wide_wav_free(struct wide_wav *w);

uint64_t wide_wav_bytes(const struct wide_wav *w);
/* Up to max of the bytes at pos < wide_wav_bytes(); -1: a file is not there, or not of that shape. */
ssize_t wide_wav_read(struct wide_wav *w, uint64_t pos, char *out, size_t max);

#endif
