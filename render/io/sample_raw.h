/* The decoded form of an uploaded sample: what the process that decodes it leaves for the others, who trust nothing in
 * it. A head of 32 bytes, then the frames of one channel after the other as 32-bit floats; all little-endian:
 *
 *   0 "PHONSMP1" | 8 channels, 1 or 2 | 12 channels of the upload | 16 rate in Hz | 20 zero | 24 frames, 64 bits
 *
 * The file ends with the last frame. Private to render/io. Any thread. */
#ifndef RENDER_IO_SAMPLE_RAW_H
#define RENDER_IO_SAMPLE_RAW_H

#include "base/error.h"
#include "render/io/sample_decode.h"

/* At a's own rate. ERR_IO, ERR_NO_SPACE. */
int sample_raw_write(int fd, const struct sample_audio *a, struct error *err) WARN_UNUSED;
/* At this rate. ERR_CORRUPT when the file is not exactly such a one; what is no finite number becomes 0. fd stays the
 * caller's. */
int sample_raw_read(struct sample_audio *a, int fd, uint32_t sample_rate_hz, struct error *err) WARN_UNUSED;

#endif
