#include "render/io/file_head.h"

#include <string.h>

enum {
	RIFF_HEAD_ALLOWANCE = 128, /* more than any plain head */
	FLAC_HEAD_BYTES = 42,      /* "fLaC", head of a block, STREAMINFO */
	FLAC_FRAME_SIZES_AT = 12,  /* smallest and largest frame, 3 bytes each */
	FLAC_TOTAL_AT = 21,        /* 36 bits: 4 of this byte and the next 4 */
	FLAC_MD5_AT = 26,
};

#define FLAC_TOTAL_MAX ((uint64_t)1 << 36)

static uint64_t data_bytes(const struct encode_spec *s)
{
	static const unsigned bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };
	return s->frames_total * s->channels * bytes[s->subtype];
}

bool file_head_needs_rf64(const struct encode_spec *s)
{
	return s->format == AUDIO_FORMAT_WAV && data_bytes(s) > UINT32_MAX - RIFF_HEAD_ALLOWANCE;
}

/* --- WAV --- */

static void put_le(uint8_t *at, uint64_t value, unsigned n_bytes)
{
	for (unsigned i = 0; i < n_bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Sets the sizes in one chunk; true when it is the data chunk, where the head ends.
 * Fields: RIFF/WAVE by Microsoft and IBM, 1991; ds64 by EBU Tech 3306. */
static bool patch_chunk(uint8_t *chunk, const struct encode_spec *s, uint64_t riff_bytes)
{
	if (memcmp(chunk, "ds64", 4) == 0) {
		put_le(chunk + 8, riff_bytes, 8);
		put_le(chunk + 16, data_bytes(s), 8);
		put_le(chunk + 24, s->frames_total, 8);
	} else if (memcmp(chunk, "fact", 4) == 0) {
		put_le(chunk + 8, s->frames_total > UINT32_MAX ? UINT32_MAX : s->frames_total, 4);
	} else if (memcmp(chunk, "data", 4) == 0) {
		put_le(chunk + 4, file_head_needs_rf64(s) ? UINT32_MAX : data_bytes(s), 4);
		return true;
	}
	return false;
}

/* libsndfile cannot be kept from writing peaks, with the time of day, into RF64 files of floats: room that nobody reads. */
static void blank_peaks(struct file_head *h, size_t len)
{
	for (size_t at = 12, next; at + 8 <= len; at = next) {
		size_t chunk_bytes = get_le32(h->bytes + at + 4);
		next = at + 8 + chunk_bytes + (chunk_bytes & 1);
		if (memcmp(h->bytes + at, "PEAK", 4) != 0 || next > len)
			continue;
		memcpy(h->bytes + at, "JUNK", 4);
		memset(h->bytes + at + 8, 0, chunk_bytes);
	}
}

static int patch_riff(struct file_head *h, const struct encode_spec *s, struct error *err)
{
	size_t at = 12; /* "RIFF" size "WAVE" */

	while (at + 8 <= h->len) {
		size_t chunk_bytes = get_le32(h->bytes + at + 4);
		if (memcmp(h->bytes + at, "data", 4) == 0) {
			uint64_t whole = at + 8 + data_bytes(s);
			uint64_t riff_bytes = whole + (whole & 1) - 8;
			h->len = at + 8;
			put_le(h->bytes + 4, file_head_needs_rf64(s) ? UINT32_MAX : riff_bytes, 4);
			for (size_t c = 12; !patch_chunk(h->bytes + c, s, riff_bytes);)
				c += 8 + get_le32(h->bytes + c + 4);
			blank_peaks(h, h->len);
			return 0;
		}
		at += 8 + chunk_bytes + (chunk_bytes & 1);
	}
	return error_set(err, ERR_INTERNAL, "libsndfile wrote a head without a data chunk");
}

/* --- FLAC --- */

/* The fields that only the end knows. */
static void clear_unknown(struct file_head *h)
{
	memset(h->bytes + FLAC_FRAME_SIZES_AT, 0, 6);
	memset(h->bytes + FLAC_MD5_AT, 0, 16);
}

/* RFC 9639 section 8.2. */
static int patch_flac(struct file_head *h, const struct encode_spec *s, struct error *err)
{
	uint64_t total = s->frames_total < FLAC_TOTAL_MAX ? s->frames_total : 0;

	if (h->len < FLAC_HEAD_BYTES || memcmp(h->bytes, "fLaC", 4) != 0)
		return error_set(err, ERR_INTERNAL, "libsndfile wrote a FLAC file without its head");
	h->len = FLAC_HEAD_BYTES;
	clear_unknown(h);
	h->bytes[FLAC_TOTAL_AT] = (uint8_t)((h->bytes[FLAC_TOTAL_AT] & 0xf0) | total >> 32);
	for (unsigned i = 0; i < 4; i++)
		h->bytes[FLAC_TOTAL_AT + 1 + i] = (uint8_t)(total >> (24 - 8 * i));
	return 0;
}

/* --- All --- */

int file_head_predict(const struct encode_spec *spec, struct file_head *one, struct error *err)
{
	switch (spec->format) {
	case AUDIO_FORMAT_WAV:
		return patch_riff(one, spec, err);
	case AUDIO_FORMAT_FLAC:
		return patch_flac(one, spec, err);
	case AUDIO_FORMAT_VORBIS:
	case AUDIO_FORMAT_OPUS:
		break;
	}
	one->len = 0;
	return 0;
}

bool file_head_matches(const struct encode_spec *spec, const struct file_head *predicted,
		       const struct file_head *actual)
{
	struct file_head known = *actual;

	if (spec->format == AUDIO_FORMAT_FLAC)
		clear_unknown(&known);
	return memcmp(known.bytes, predicted->bytes, predicted->len) == 0;
}
