/* The encoder: libsndfile writes through SF_VIRTUAL_IO into this file, and this file writes to the sink.
 *
 * A WAV header holds sizes, so libsndfile writes it twice: at open with what it knows, at close with the truth. The
 * length is known here from the start. So the final header is predicted: libsndfile encodes one silent frame of the
 * same format into memory, and the sizes in the header it made are set to the real ones. The prediction goes out
 * first; what libsndfile writes into the header's range later is only kept, and at close compared with it. The sink
 * sees bytes in order, once. */
#include "render/io/encode.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#include "render/io/dither.h"

enum {
	HEADER_BYTES_MAX = 256,
	WRITE_BYTES = 256 * 1024,    /* what the sink gets at a time */
	RIFF_HEADER_ALLOWANCE = 128, /* more than any plain header */
	CHANNELS_MAX = 2,
};

struct header {
	uint8_t bytes[HEADER_BYTES_MAX];
	size_t len;
};

struct encoder {
	struct encode_spec spec;
	struct sink *sink;
	SNDFILE *file;
	struct header predicted, actual;
	uint64_t position, length; /* as libsndfile sees the file */
	uint64_t sent;             /* bytes that the sink has */
	uint8_t *pending;          /* [WRITE_BYTES] */
	size_t n_pending;
	struct sha256 digest;
	struct error err; /* the first failure of the sink, found inside a callback */
	uint64_t frames;
	uint64_t clipped_frames;
	double peak;
	uint64_t dither_key[CHANNELS_MAX];
	int32_t ints[BLOCK_FRAMES_MAX * CHANNELS_MAX];
	short shorts[BLOCK_FRAMES_MAX * CHANNELS_MAX];
	float floats[BLOCK_FRAMES_MAX * CHANNELS_MAX];
};

/* --- Bytes to the sink --- */

static int flush(struct encoder *e)
{
	if (e->n_pending == 0)
		return 0;
	sha256_update(&e->digest, e->pending, e->n_pending);
	if (sink_write_at(e->sink, e->sent, e->pending, e->n_pending, &e->err) < 0)
		return -1;
	e->sent += e->n_pending;
	e->n_pending = 0;
	return 0;
}

static int send(struct encoder *e, const uint8_t *data, size_t n)
{
	while (n > 0) {
		size_t part = WRITE_BYTES - e->n_pending;
		if (part > n)
			part = n;
		memcpy(e->pending + e->n_pending, data, part);
		e->n_pending += part;
		data += part;
		n -= part;
		if (e->n_pending == WRITE_BYTES && flush(e) < 0)
			return -1;
	}
	return 0;
}

/* --- What libsndfile calls --- */

static sf_count_t vio_length(void *ctx)
{
	const struct encoder *e = ctx;
	return (sf_count_t)e->length;
}

static sf_count_t vio_seek(sf_count_t offset, int whence, void *ctx)
{
	struct encoder *e = ctx;
	sf_count_t base = whence == SEEK_SET ? 0 : (sf_count_t)(whence == SEEK_CUR ? e->position : e->length);

	if (base + offset < 0)
		return -1;
	e->position = (uint64_t)(base + offset);
	return (sf_count_t)e->position;
}

static sf_count_t vio_tell(void *ctx)
{
	const struct encoder *e = ctx;
	return (sf_count_t)e->position;
}

static sf_count_t vio_read(void *data, sf_count_t n, void *ctx)
{
	(void)data;
	(void)n;
	(void)ctx;
	return 0; /* write-only */
}

/* The part of data[n] at `position` that lies in the header. */
static size_t keep_header(struct encoder *e, const uint8_t *data, size_t n)
{
	size_t part;
	if (e->position >= e->actual.len)
		return 0;
	part = e->actual.len - (size_t)e->position;
	if (part > n)
		part = n;
	memcpy(e->actual.bytes + e->position, data, part);
	return part;
}

static sf_count_t vio_write(const void *data, sf_count_t n, void *ctx)
{
	struct encoder *e = ctx;
	size_t in_header = keep_header(e, data, (size_t)n);

	e->position += in_header;
	if ((size_t)n > in_header) {
		if (e->position != e->sent + e->n_pending) {
			error_set(&e->err, ERR_INTERNAL, "the encoder wrote at %llu after %llu bytes",
				  (unsigned long long)e->position, (unsigned long long)(e->sent + e->n_pending));
			return 0;
		}
		if (send(e, (const uint8_t *)data + in_header, (size_t)n - in_header) < 0)
			return 0;
		e->position += (size_t)n - in_header;
	}
	if (e->position > e->length)
		e->length = e->position;
	return n;
}

static SF_VIRTUAL_IO callbacks = { vio_length, vio_seek, vio_read, vio_write, vio_tell };

/* --- The header --- */

static unsigned bytes_per_sample(enum audio_subtype subtype)
{
	static const unsigned bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };
	return bytes[subtype];
}

static uint64_t data_bytes(const struct encode_spec *s)
{
	return s->frames_total * s->channels * bytes_per_sample(s->subtype);
}

static bool needs_rf64(const struct encode_spec *s)
{
	return data_bytes(s) > UINT32_MAX - RIFF_HEADER_ALLOWANCE;
}

static SF_INFO info_of(const struct encode_spec *s)
{
	static const int subtypes[] = {
		[AUDIO_PCM_16] = SF_FORMAT_PCM_16, [AUDIO_PCM_24] = SF_FORMAT_PCM_24, [AUDIO_FLOAT_32] = SF_FORMAT_FLOAT
	};
	return (SF_INFO){
		.samplerate = (int)s->sample_rate_hz,
		.channels = (int)s->channels,
		.format = (needs_rf64(s) ? SF_FORMAT_RF64 : SF_FORMAT_WAV) | subtypes[s->subtype],
	};
}

static SNDFILE *open_file(const struct encode_spec *s, struct encoder *e, struct error *err)
{
	SF_INFO info = info_of(s);
	SNDFILE *file = sf_open_virtual(&callbacks, SFM_WRITE, &info, e);

	if (!file) {
		error_set(err, ERR_INTERNAL, "libsndfile: %s", sf_strerror(NULL));
		return NULL;
	}
	/* The PEAK chunk holds the time of day: the bytes would differ from run to run. */
	sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
	return file;
}

static void put_le(uint8_t *at, uint64_t value, unsigned n_bytes)
{
	for (unsigned i = 0; i < n_bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Sets the sizes in one chunk of the template; true when it is the data chunk, where the header ends.
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
		put_le(chunk + 4, needs_rf64(s) ? UINT32_MAX : data_bytes(s), 4);
		return true;
	}
	return false;
}

/* h: the start of a file of the same format; becomes the header for the real length. */
static int patch_header(struct header *h, const struct encode_spec *s, struct error *err)
{
	size_t at = 12; /* "RIFF" size "WAVE" */

	while (at + 8 <= h->len) {
		size_t chunk_bytes = get_le32(h->bytes + at + 4);
		if (memcmp(h->bytes + at, "data", 4) == 0) {
			uint64_t whole = at + 8 + data_bytes(s);
			uint64_t riff_bytes = whole + (whole & 1) - 8;
			h->len = at + 8;
			put_le(h->bytes + 4, needs_rf64(s) ? UINT32_MAX : riff_bytes, 4);
			for (size_t c = 12; !patch_chunk(h->bytes + c, s, riff_bytes);)
				c += 8 + get_le32(h->bytes + c + 4);
			return 0;
		}
		at += 8 + chunk_bytes + (chunk_bytes & 1);
	}
	return error_set(err, ERR_INTERNAL, "libsndfile wrote a header without a data chunk");
}

/* A sink for the one-frame file of the prediction. */
static int discard_write(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	(void)s;
	(void)offset;
	(void)data;
	(void)n;
	(void)err;
	return 0;
}

static int predict_header(const struct encode_spec *s, struct encoder *e, struct error *err)
{
	static const struct sink_ops discard_ops = { .write_at = discard_write };
	struct sink discard = { .ops = &discard_ops };
	static const float silence[CHANNELS_MAX];
	SNDFILE *file;

	/* All of the small file lies in the header's range, so it is only kept. */
	e->actual.len = HEADER_BYTES_MAX;
	e->sink = &discard;
	if (!(file = open_file(s, e, err)))
		return -1;
	sf_writef_float(file, silence, 1);
	if (sf_close(file) != 0 || e->length >= HEADER_BYTES_MAX)
		return error_set(err, ERR_INTERNAL, "libsndfile could not write a header");
	e->predicted = e->actual;
	e->predicted.len = (size_t)e->length;
	return patch_header(&e->predicted, s, err);
}

/* --- Opening and closing --- */

static void encoder_free(struct encoder *e)
{
	free(e->pending);
	free(e);
}

static int begin_file(struct encoder *e, struct sink *sink, struct error *err)
{
	e->position = e->length = e->sent = 0;
	e->n_pending = 0;
	e->actual.len = e->predicted.len;
	e->sink = sink;
	sha256_init(&e->digest);
	if (send(e, e->predicted.bytes, e->predicted.len) < 0) {
		*err = e->err;
		return -1;
	}
	e->file = open_file(&e->spec, e, err);
	return e->file ? 0 : -1;
}

struct encoder *encoder_open(const struct encode_spec *spec, struct sink *sink, struct error *err)
{
	struct encoder *e = calloc(1, sizeof *e);

	if (!e || !(e->pending = malloc(WRITE_BYTES))) {
		error_set(err, ERR_NO_MEMORY, "no memory for an encoder");
		free(e);
		return NULL;
	}
	e->spec = *spec;
	for (unsigned ch = 0; ch < CHANNELS_MAX; ch++)
		e->dither_key[ch] = hash64_pair(spec->seed, 0x646974686572u + ch);
	if (predict_header(spec, e, err) < 0 || begin_file(e, sink, err) < 0) {
		encoder_free(e);
		return NULL;
	}
	return e;
}

void encoder_abort(struct encoder *e)
{
	/* libsndfile still rewrites its header; it stays here. */
	e->err = ERROR_INIT;
	sf_close(e->file);
	sink_abort(e->sink);
	encoder_free(e);
}

static int finish_file(struct encoder *e, struct error *err)
{
	int status = sf_close(e->file);

	e->file = NULL;
	if (e->err.code != ERR_NONE) {
		*err = e->err;
		return -1;
	}
	if (status != 0)
		return error_set(err, ERR_INTERNAL, "libsndfile: %s", sf_error_number(status));
	if (e->frames != e->spec.frames_total)
		return error_set(err, ERR_INTERNAL, "%llu frames were encoded instead of %llu",
				 (unsigned long long)e->frames, (unsigned long long)e->spec.frames_total);
	if (memcmp(e->actual.bytes, e->predicted.bytes, e->predicted.len) != 0)
		return error_set(err, ERR_INTERNAL, "libsndfile's header is not the predicted one");
	if (flush(e) < 0) {
		*err = e->err;
		return -1;
	}
	return 0;
}

int encoder_close(struct encoder *e, struct encode_result *result, struct error *err)
{
	int status = finish_file(e, err);

	if (status < 0)
		sink_abort(e->sink);
	else
		status = sink_finish(e->sink, err);
	sha256_final(&e->digest, result->sha256);
	result->bytes = e->sent;
	result->peak = e->peak;
	result->clipped_frames = e->clipped_frames;
	encoder_free(e);
	return status;
}

/* --- Frames --- */

static void measure(struct encoder *e, const sample *const *ch, size_t n_frames)
{
	float peak = 0;
	for (size_t i = 0; i < n_frames; i++) {
		float most = 0;
		for (unsigned c = 0; c < e->spec.channels; c++) {
			float x = fabsf(ch[c][i]);
			most = x > most ? x : most;
		}
		peak = most > peak ? most : peak;
		e->clipped_frames += most > 1.0f && e->spec.subtype != AUDIO_FLOAT_32;
	}
	if ((double)peak > e->peak)
		e->peak = (double)peak;
}

static void quantise(struct encoder *e, const sample *const *ch, size_t n_frames, double full_scale, unsigned shift)
{
	for (unsigned c = 0; c < e->spec.channels; c++)
		dither_interleave(ch[c], n_frames, full_scale, shift, e->dither_key[c], e->frames, e->ints + c,
				  e->spec.channels);
}

static sf_count_t write_frames(struct encoder *e, const sample *const *ch, size_t n_frames)
{
	unsigned n_ch = e->spec.channels;

	switch (e->spec.subtype) {
	case AUDIO_PCM_16:
		quantise(e, ch, n_frames, 32767.0, 0);
		for (size_t i = 0; i < n_frames * n_ch; i++)
			e->shorts[i] = (short)e->ints[i];
		return sf_writef_short(e->file, e->shorts, (sf_count_t)n_frames);
	case AUDIO_PCM_24:
		quantise(e, ch, n_frames, 8388607.0, 8);
		return sf_writef_int(e->file, e->ints, (sf_count_t)n_frames);
	case AUDIO_FLOAT_32:
		break;
	}
	for (unsigned c = 0; c < n_ch; c++)
		for (size_t i = 0; i < n_frames; i++)
			e->floats[i * n_ch + c] = ch[c][i];
	return sf_writef_float(e->file, e->floats, (sf_count_t)n_frames);
}

int encoder_write(struct encoder *e, const sample *const *ch, size_t n_frames, struct error *err)
{
	measure(e, ch, n_frames);
	if (write_frames(e, ch, n_frames) != (sf_count_t)n_frames || e->err.code != ERR_NONE) {
		if (e->err.code == ERR_NONE)
			return error_set(err, ERR_INTERNAL, "libsndfile: %s", sf_strerror(e->file));
		*err = e->err;
		return -1;
	}
	e->frames += n_frames;
	return 0;
}
