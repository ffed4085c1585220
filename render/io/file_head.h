/* What a file begins with, known before its first sample.
 *
 * The heads of WAV and FLAC hold sizes, so libsndfile writes them twice: when it opens a file with what it knows, when it
 * closes it with the truth. A sink takes bytes in order and hashes them, so the final head has to come first. The
 * length is known; so libsndfile encodes one silent frame of the same format into memory, and the sizes in the head
 * that it made are set to the real ones. Ogg has no such head: its pages go out as they come. */
#ifndef RENDER_IO_FILE_HEAD_H
#define RENDER_IO_FILE_HEAD_H

#include "base/error.h"
#include "render/io/encode.h"
#include "render/io/vfile.h"

/* one: the head of a file with one frame, which libsndfile has closed; becomes the head of the file that spec describes, and
 * its len the number of bytes that libsndfile may come back to. -1 with ERR_INTERNAL. */
int file_head_predict(const struct encode_spec *spec, struct file_head *one, struct error *err) WARN_UNUSED;

/* Is what libsndfile left in the head of the finished file, no WAV file, what was predicted? In FLAC but for the sizes of frames and
 * the MD5 of the samples, which only the end knows: the prediction says "unknown" (RFC 9639 section 8.2 allows that; the
 * CRC of each frame and the SHA-256 of the file stay to detect damage). */
bool file_head_matches(const struct encode_spec *spec, const struct file_head *predicted,
		       const struct file_head *actual);

/* A WAV file of the spec needs 64-bit sizes. */
bool file_head_needs_rf64(const struct encode_spec *spec);

#endif
