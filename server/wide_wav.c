#include "server/wide_wav.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum {
	HEAD_BYTES_MAX = 128,
	FMT_BYTES = 40,
	DS64_BYTES = 28,
	BLOCK_BYTES = 256 * 1024,
	CHUNKS_MAX = 16, /* before the data; our own files have four at most */
};

struct wide_wav {
	struct wide_wav_spec spec;
	char head[HEAD_BYTES_MAX];
	size_t head_len;
	size_t part_bytes, frame_bytes; /* of a frame: of one file, of all */
	uint64_t data_bytes, bytes;     /* bytes: with head and padding */
	uint64_t data_offset;           /* in each file; 0: not looked up yet */
	uint64_t first_frame;           /* of the block */
	size_t n_frames, n_frames_max;
	char *block, *part; /* [n_frames_max] frames of all, and of one file */
};

/* --- The head --------------------------------------------------------------------------------------------- */

static void put(struct wide_wav *w, const void *data, size_t n)
{
	memcpy(w->head + w->head_len, data, n);
	w->head_len += n;
}

/* Little endian. */
static void put_number(struct wide_wav *w, uint64_t x, unsigned n_bytes)
{
	for (unsigned i = 0; i < n_bytes; i++)
		w->head[w->head_len++] = (char)(x >> (8 * i));
}

static void put_format(struct wide_wav *w)
{
	/* The rest of KSDATAFORMAT_SUBTYPE_PCM and _IEEE_FLOAT, which begin with the old format's number. */
	static const unsigned char guid_rest[14] = { 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80,
						     0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };
	const struct wide_wav_spec *s = &w->spec;

	put(w, "fmt ", 4);
	put_number(w, FMT_BYTES, 4);
	put_number(w, 0xfffe, 2);
	put_number(w, s->n_files * s->channels, 2);
	put_number(w, s->sample_rate_hz, 4);
	put_number(w, (uint64_t)s->sample_rate_hz * w->frame_bytes, 4);
	put_number(w, w->frame_bytes, 2);
	put_number(w, 8 * s->sample_bytes, 2);
	put_number(w, 22, 2); /* what follows */
	put_number(w, 8 * s->sample_bytes, 2);
	put_number(w, 0, 4); /* no speakers */
	put_number(w, s->is_float ? 3 : 1, 2);
	put(w, guid_rest, sizeof guid_rest);
}

static void make_head(struct wide_wav *w)
{
	uint64_t padding = w->data_bytes & 1, riff_bytes = 4 + 8 + FMT_BYTES + 8 + w->data_bytes + padding;
	bool is_long = riff_bytes > UINT32_MAX;

	if (is_long)
		riff_bytes += 8 + DS64_BYTES;
	put(w, is_long ? "RF64" : "RIFF", 4);
	put_number(w, is_long ? UINT32_MAX : riff_bytes, 4);
	put(w, "WAVE", 4);
	if (is_long) {
		put(w, "ds64", 4);
		put_number(w, DS64_BYTES, 4);
		put_number(w, riff_bytes, 8);
		put_number(w, w->data_bytes, 8);
		put_number(w, w->spec.n_frames, 8);
		put_number(w, 0, 4); /* no table */
	}
	put_format(w);
	put(w, "data", 4);
	put_number(w, is_long ? UINT32_MAX : w->data_bytes, 4);
	w->bytes = w->head_len + w->data_bytes + padding;
}

struct wide_wav *wide_wav_new(const struct wide_wav_spec *spec, struct error *err)
{
	struct wide_wav *w = calloc(1, sizeof *w);

	if (w) {
		w->spec = *spec;
		w->part_bytes = (size_t)spec->channels * spec->sample_bytes;
		w->frame_bytes = w->part_bytes * spec->n_files;
		w->data_bytes = w->frame_bytes * spec->n_frames;
		w->n_frames_max = BLOCK_BYTES / w->frame_bytes;
		w->block = malloc(w->n_frames_max * w->frame_bytes);
		w->part = malloc(w->n_frames_max * w->part_bytes);
	}
	if (!w || !w->block || !w->part) {
		wide_wav_free(w);
		error_set(err, ERR_NO_MEMORY, "no memory to put files side by side");
		return NULL;
	}
	make_head(w);
	return w;
}

void wide_wav_free(struct wide_wav *w)
{
	if (!w)
		return;
	free(w->block);
	free(w->part);
	free(w);
}

uint64_t wide_wav_bytes(const struct wide_wav *w)
{
	return w->bytes;
}

/* --- The files -------------------------------------------------------------------------------------------- */

/* Where the samples of a file begin. All files were made by one render, so one look is enough. */
static int find_data(struct wide_wav *w, int fd)
{
	unsigned char chunk[8];
	uint64_t at = 12;

	for (int i = 0; i < CHUNKS_MAX && w->data_offset == 0; i++) {
		uint64_t size;
		if (file_read_at(fd, at, chunk, sizeof chunk, "a stem", NULL))
			return -1;
		size = chunk[4] | (uint64_t)chunk[5] << 8 | (uint64_t)chunk[6] << 16 | (uint64_t)chunk[7] << 24;
		if (memcmp(chunk, "data", 4) == 0)
			w->data_offset = at + 8;
		at += 8 + size + (size & 1);
	}
	return w->data_offset > 0 ? 0 : -1;
}

static int read_part(struct wide_wav *w, unsigned file, uint64_t first, size_t n)
{
	int fd = w->spec.open(w->spec.ctx, file), rc = 0;
	uint64_t at;

	if (fd < 0)
		return -1;
	if (w->data_offset == 0)
		rc = find_data(w, fd);
	at = w->data_offset + first * w->part_bytes;
	if (rc == 0)
		rc = file_read_at(fd, at, w->part, n * w->part_bytes, "a stem", NULL);
	close(fd);
	return rc;
}

/* The block that has the frame. */
static int load(struct wide_wav *w, uint64_t frame)
{
	uint64_t first = frame / w->n_frames_max * w->n_frames_max, left = w->spec.n_frames - first;
	size_t n = left < w->n_frames_max ? (size_t)left : w->n_frames_max;

	if (w->n_frames > 0 && first == w->first_frame)
		return 0;
	w->n_frames = 0;
	for (unsigned file = 0; file < w->spec.n_files; file++) {
		char *to = w->block + file * w->part_bytes;
		if (read_part(w, file, first, n))
			return -1;
		for (size_t i = 0; i < n; i++)
			memcpy(to + i * w->frame_bytes, w->part + i * w->part_bytes, w->part_bytes);
	}
	w->first_frame = first;
	w->n_frames = n;
	return 0;
}

static ssize_t copy(const char *from, uint64_t n_left, char *out, size_t max)
{
	size_t n = n_left < max ? (size_t)n_left : max;

	memcpy(out, from, n);
	return (ssize_t)n;
}

ssize_t wide_wav_read(struct wide_wav *w, uint64_t pos, char *out, size_t max)
{
	uint64_t at;

	if (pos < w->head_len)
		return copy(w->head + pos, w->head_len - pos, out, max);
	pos -= w->head_len;
	if (pos >= w->data_bytes)
		return copy("", 1, out, max); /* the padding */
	if (load(w, pos / w->frame_bytes))
		return -1;
	at = pos - w->first_frame * w->frame_bytes;
	return copy(w->block + at, w->n_frames * w->frame_bytes - at, out, max);
}
