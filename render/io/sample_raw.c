#include "render/io/sample_raw.h"

#include <endian.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "render/render.h"

enum { HEAD_BYTES = 32, RATE_MAX_HZ = 768000, FILE_CHANNELS_MAX = 64 };

#define LEVEL_MAX 100.0f /* as files are held to */

static const char magic[8] = "PHONSMP1", file_name[] = "a decoded sample";

_Static_assert(__BYTE_ORDER == __LITTLE_ENDIAN && sizeof(sample) == 4, "frames are written as they lie in memory");

static void put_u32(uint8_t *at, uint32_t x)
{
	x = htole32(x);
	memcpy(at, &x, sizeof x);
}

static uint32_t get_u32(const uint8_t *at)
{
	uint32_t x;

	memcpy(&x, at, sizeof x);
	return le32toh(x);
}

/* --- Writing ---------------------------------------------------------------------------------------------- */

int sample_raw_write(int fd, const struct sample_audio *a, struct error *err)
{
	uint64_t n_frames = htole64(a->data.n_frames);
	uint8_t head[HEAD_BYTES] = { 0 };

	memcpy(head, magic, sizeof magic);
	put_u32(head + 8, a->data.n_ch);
	put_u32(head + 12, a->file_channels);
	put_u32(head + 16, (uint32_t)a->data.sample_rate_hz);
	memcpy(head + 24, &n_frames, sizeof n_frames);
	if (file_write(fd, head, sizeof head, file_name, err))
		return -1;
	for (unsigned c = 0; c < a->data.n_ch; c++)
		if (file_write(fd, a->data.ch[c], a->data.n_frames * sizeof(sample), file_name, err))
			return -1;
	return 0;
}

int render_sample_decode(int in_fd, int out_fd, struct error *err)
{
	struct sample_audio a;
	int rc;

	if (sample_decode_fd(&a, in_fd, err))
		return -1;
	if (a.data.is_truncated)
		rc = error_set(err, ERR_CORRUPT, "the file ends before it says it does, after %zu frames",
			       a.data.n_frames);
	else if (a.has_bad_values)
		rc = error_set(err, ERR_CORRUPT, "there are values that are no finite numbers (NaN or infinity)");
	else
		rc = sample_raw_write(out_fd, &a, err);
	free(a.block);
	return rc;
}

/* --- Reading ---------------------------------------------------------------------------------------------- */

struct head {
	unsigned n_ch, file_channels;
	uint32_t sample_rate_hz;
	uint64_t n_frames, n_bytes; /* of the whole file */
};

/* What the head says fits the file's size, so that memory may be taken for it. */
static int read_head(int fd, struct head *h, struct error *err)
{
	uint8_t bytes[HEAD_BYTES];
	struct stat st;

	if (fstat(fd, &st))
		return error_set_errno(err, errno, "fstat");
	if (!S_ISREG(st.st_mode) || st.st_size < HEAD_BYTES)
		return error_set(err, ERR_CORRUPT, "the decoded sample is cut");
	if (file_read_at(fd, 0, bytes, sizeof bytes, file_name, err))
		return -1;
	*h = (struct head){ .n_ch = get_u32(bytes + 8),
			    .file_channels = get_u32(bytes + 12),
			    .sample_rate_hz = get_u32(bytes + 16),
			    .n_bytes = (uint64_t)st.st_size };
	memcpy(&h->n_frames, bytes + 24, sizeof h->n_frames);
	h->n_frames = le64toh(h->n_frames);
	if (memcmp(bytes, magic, sizeof magic) != 0 || h->n_ch < 1 || h->n_ch > 2 || h->file_channels < h->n_ch ||
	    h->file_channels > FILE_CHANNELS_MAX || h->sample_rate_hz < 1 || h->sample_rate_hz > RATE_MAX_HZ ||
	    h->n_frames < 1 || h->n_frames > SAMPLE_DECODED_BYTES_MAX / sizeof(sample) ||
	    h->n_bytes != HEAD_BYTES + h->n_frames * h->n_ch * sizeof(sample))
		return error_set(err, ERR_CORRUPT, "the decoded sample has a head that cannot be");
	return 0;
}

static void clean(sample *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		values[i] = isfinite(values[i]) ? fmaxf(-LEVEL_MAX, fminf(values[i], LEVEL_MAX)) : 0.0f;
}

static int read_channels(int fd, const struct head *h, sample *const ch[2], struct error *err)
{
	size_t n_bytes = h->n_frames * sizeof(sample);

	for (unsigned c = 0; c < h->n_ch; c++) {
		if (file_read_at(fd, HEAD_BYTES + c * n_bytes, ch[c], n_bytes, file_name, err))
			return -1;
		clean(ch[c], h->n_frames);
	}
	return 0;
}

int sample_raw_read(struct sample_audio *a, int fd, uint32_t sample_rate_hz, struct error *err)
{
	struct head h;
	sample *ch[2];

	if (read_head(fd, &h, err) || sample_audio_alloc(a, h.n_ch, h.n_frames, h.sample_rate_hz, ch, err))
		return -1;
	if (read_channels(fd, &h, ch, err)) {
		free(a->block);
		return -1;
	}
	return h.sample_rate_hz == sample_rate_hz ? 0 : sample_convert_rate(a, sample_rate_hz, err);
}

int render_sample_info(int fd, struct render_sample_info *out, struct error *err)
{
	struct head h;

	if (read_head(fd, &h, err))
		return -1;
	*out = (struct render_sample_info){ .frames = h.n_frames,
					    .bytes = h.n_bytes,
					    .sample_rate_hz = h.sample_rate_hz,
					    .channels = h.file_channels };
	return 0;
}

const char *render_sample_media_type(const void *head, size_t n)
{
	const char *bytes = head;

	if (n >= 4 && memcmp(bytes, "fLaC", 4) == 0)
		return "audio/flac";
	if (n >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0)
		return "audio/wav";
	if (n >= 12 && memcmp(bytes, "FORM", 4) == 0 && memcmp(bytes + 8, "AIF", 3) == 0)
		return "audio/aiff";
	return NULL;
}
