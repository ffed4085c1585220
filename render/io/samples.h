/* The sample library: the built-in kit and, over it, a folder in the Dirt-Samples layout
 * (NAME/ holding .wav, .flac, .aif, .aiff, sorted by file name; index k is file k modulo their number). A render may
 * bring further samples (base/sample_set.h), which it sees through a view of the library.
 *
 * Process-wide and immutable once opened, but for files that change on disk: they are decoded again. Files are
 * decoded when first asked for, more than two channels mixed to two (sample_mix.h), converted to the asked rate with
 * libsamplerate (best sinc), and kept reference-counted. Any thread; decoding takes samples.lock only
 * to publish. The kit is synthesised at the asked rate: the same bytes on every machine. */
#ifndef RENDER_IO_SAMPLES_H
#define RENDER_IO_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sample_set.h"
#include "render/dsp/node.h"

struct sample_bank;

/* Decoded audio, immutable. Planar, with SAMPLE_PAD_FRAMES zeros before frame 0 and after the last, so that
 * interpolation may read beyond both ends. */
enum { SAMPLE_PAD_FRAMES = 64 };

struct sample_data {
	const sample *ch[2]; /* ch[1] == ch[0] for mono */
	unsigned n_ch;
	size_t n_frames;
	double sample_rate_hz;
	bool is_truncated; /* the file announced more than there was */
};

/* dir may be NULL. Lists folders and files, decodes nothing. */
struct sample_bank *sample_bank_open(const char *dir, struct error *err) WARN_UNUSED;
void sample_bank_free(struct sample_bank *bank);

/* The library with a set over it, in the arena; both must live as long. The audio is kept with the library's. base itself
 * when there is no set; NULL: the arena is full. */
struct sample_bank *sample_bank_over(struct arena *a, struct sample_bank *base, struct sample_set *set);

/* Number of variations of a name; 0: unknown. name need not be NUL-terminated. */
size_t sample_bank_count(const struct sample_bank *bank, const char *name, size_t len);

/* All names, sorted, NULL-terminated array of *n; owned by the bank. */
const char *const *sample_bank_names(const struct sample_bank *bank, size_t *n);

/* Takes a reference to variation (index modulo count) at that rate; NULL with ERR_NOT_FOUND, ERR_CORRUPT (not
 * readable audio), ERR_TOO_LARGE (over 64 MiB decoded) or ERR_NO_MEMORY. */
const struct sample_data *sample_bank_acquire(struct sample_bank *bank, const char *name, size_t len, long index,
					      uint32_t sample_rate_hz, struct error *err) WARN_UNUSED;
void sample_bank_release(struct sample_bank *bank, const struct sample_data *data);

/* What decides the sound of (name, any index): the SHA-256 of each file's bytes, or the kit's version. Mixed into h. A
 * file that is as it was is not read again. A bank of the set is marked as used. */
int sample_bank_digest(struct sample_bank *bank, const char *name, size_t len, struct sha256 *h,
		       struct error *err) WARN_UNUSED;

#endif
