/* The encoder. The frames of a WAV file become bytes here, a block at a time, whatever came before. Those of other formats
 * are gathered in pieces and given to libsndfile, which writes into a vfile; that puts the bytes out in order. Of all formats
 * libsndfile says what the head of a file is. */
#include "render/io/encode.h"

#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

#include "render/dsp/simd.h"
#include "render/io/dither.h"
#include "render/io/file_head.h"
#include "render/io/interleave.h"
#include "render/io/outgoing.h"
#include "render/io/pcm.h"
#include "render/io/vfile.h"

enum { PIECE_FRAMES = 4096, CHANNELS_MAX = PCM_CHANNELS_MAX };

struct encoder {
	struct encode_spec spec;
	struct pcm_spec pcm;
	struct vfile vfile;
	struct outgoing out;
	struct ogg_renumber *ogg; /* Ogg only */
	struct file_head predicted;
	uint64_t frames; /* sent */
	uint64_t clipped_frames;
	double peak;
	struct encoded own; /* encoder_write()'s */
	/* For libsndfile: */
	SNDFILE *file;     /* NULL: a WAV file */
	size_t n_gathered; /* frames of the piece */
	union {
		short shorts[PIECE_FRAMES * CHANNELS_MAX];
		int32_t ints[PIECE_FRAMES * CHANNELS_MAX];
		float floats[PIECE_FRAMES * CHANNELS_MAX];
	} piece;                      /* interleaved */
	int32_t column[PIECE_FRAMES]; /* of one channel, on the way to shorts */
};

/* How the piece is held: floats for what is not made of integers. */
static enum audio_subtype piece_type(const struct encode_spec *s)
{
	return audio_format_is_lossy(s->format) ? AUDIO_FLOAT_32 : s->subtype;
}

/* --- libsndfile --- */

static int sndfile_format(const struct encode_spec *s)
{
	static const int subtypes[] = {
		[AUDIO_PCM_16] = SF_FORMAT_PCM_16, [AUDIO_PCM_24] = SF_FORMAT_PCM_24, [AUDIO_FLOAT_32] = SF_FORMAT_FLOAT
	};
	switch (s->format) {
	case AUDIO_FORMAT_WAV:
		break;
	case AUDIO_FORMAT_FLAC:
		return SF_FORMAT_FLAC | subtypes[s->subtype];
	case AUDIO_FORMAT_VORBIS:
		return SF_FORMAT_OGG | SF_FORMAT_VORBIS;
	case AUDIO_FORMAT_OPUS:
		return SF_FORMAT_OGG | SF_FORMAT_OPUS;
	}
	return (file_head_needs_rf64(s) ? SF_FORMAT_RF64 : SF_FORMAT_WAV) | subtypes[s->subtype];
}

/* libsndfile spreads the bit rates of Opus over its scale of compression: 0 is 256 kbit/s per channel, 1 is 6. */
static double opus_compression(const struct encode_spec *s)
{
	double per_channel = s->bitrate_kbps / s->channels;
	double span = RENDER_BITRATE_CHANNEL_MAX - RENDER_BITRATE_CHANNEL_MIN;
	double level = (RENDER_BITRATE_CHANNEL_MAX - per_channel) / span;
	return level < 0 ? 0 : level > 1 ? 1 : level;
}

static void configure(SNDFILE *file, const struct encode_spec *s)
{
	double quality = s->quality / RENDER_QUALITY_MAX, compression = opus_compression(s);

	switch (s->format) {
	case AUDIO_FORMAT_WAV:
		/* The PEAK chunk holds the time of day: the bytes would differ from run to run. */
		sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
		break;
	case AUDIO_FORMAT_FLAC:
		break;
	case AUDIO_FORMAT_VORBIS:
		sf_command(file, SFC_SET_VBR_ENCODING_QUALITY, &quality, sizeof quality);
		break;
	case AUDIO_FORMAT_OPUS:
		sf_command(file, SFC_SET_COMPRESSION_LEVEL, &compression, sizeof compression);
		break;
	}
}

static SNDFILE *open_file(const struct encode_spec *s, struct vfile *vfile, struct error *err)
{
	SF_INFO info = {
		.samplerate = (int)s->sample_rate_hz,
		.channels = (int)s->channels,
		.format = sndfile_format(s),
	};
	SNDFILE *file = sf_open_virtual(&vfile_callbacks, SFM_WRITE, &info, vfile);

	if (!file) {
		error_set(err, ERR_INTERNAL, "libsndfile: %s", sf_strerror(NULL));
		return NULL;
	}
	configure(file, s);
	return file;
}

/* The head of a file of one silent frame. */
static int write_one_frame(const struct encode_spec *s, struct file_head *head, struct error *err)
{
	static const float silence[CHANNELS_MAX];
	struct vfile v = { .head.len = HEAD_BYTES_MAX };
	SNDFILE *file = open_file(s, &v, err);

	if (!file)
		return -1;
	sf_writef_float(file, silence, 1);
	if (sf_close(file) != 0)
		return error_set(err, ERR_INTERNAL, "libsndfile could not write a file of one frame");
	*head = v.head;
	head->len = v.length < HEAD_BYTES_MAX ? (size_t)v.length : HEAD_BYTES_MAX;
	return 0;
}

/* --- Opening and closing --- */

void encoded_fini(struct encoded *x)
{
	buf_fini(&x->bytes);
}

static void encoder_free(struct encoder *e)
{
	outgoing_fini(&e->out);
	encoded_fini(&e->own);
	free(e->ogg);
	free(e);
}

static bool is_ogg(enum audio_format f)
{
	return f == AUDIO_FORMAT_VORBIS || f == AUDIO_FORMAT_OPUS;
}

static int make_ogg(struct encoder *e, struct error *err)
{
	if (!is_ogg(e->spec.format))
		return 0;
	e->ogg = calloc(1, sizeof *e->ogg);
	if (!e->ogg)
		return error_set(err, ERR_NO_MEMORY, "no memory for an encoder");
	e->ogg->serial = (uint32_t)hash64_pair(e->spec.seed, 0x6f6767u);
	return 0;
}

static int begin_file(struct encoder *e, struct error *err)
{
	if (!is_ogg(e->spec.format) &&
	    (write_one_frame(&e->spec, &e->predicted, err) || file_head_predict(&e->spec, &e->predicted, err)))
		return -1;
	e->vfile = (struct vfile){ .head.len = e->predicted.len, .out = &e->out, .ogg = e->ogg };
	if (outgoing_put(&e->out, e->predicted.bytes, e->predicted.len, err))
		return -1;
	if (encode_is_pure(e->spec.format))
		return 0;
	e->file = open_file(&e->spec, &e->vfile, err);
	return e->file ? 0 : -1;
}

struct encoder *encoder_open(const struct encode_spec *spec, struct sink *sink, struct error *err)
{
	struct encoder *e = calloc(1, sizeof *e);

	if (!e) {
		error_set(err, ERR_NO_MEMORY, "no memory for an encoder");
		return NULL;
	}
	e->spec = *spec;
	e->pcm = (struct pcm_spec){ .subtype = spec->subtype, .channels = spec->channels };
	for (unsigned ch = 0; ch < CHANNELS_MAX; ch++)
		e->pcm.dither_keys[ch] = hash64_pair(spec->seed, 0x646974686572u + ch);
	if (outgoing_init(&e->out, sink, !spec->skips_digest, err) || make_ogg(e, err) || begin_file(e, err)) {
		encoder_free(e);
		return NULL;
	}
	return e;
}

void encoder_abort(struct encoder *e)
{
	/* What libsndfile still writes goes nowhere. */
	e->vfile.out = NULL;
	if (e->file)
		sf_close(e->file);
	sink_abort(e->out.sink);
	encoder_free(e);
}

/* What went wrong in a call of libsndfile: what our side of it knows, else what it says. */
static int file_error(const struct encoder *e, const char *text, struct error *err)
{
	if (e->vfile.err.code == ERR_NONE)
		return error_set(err, ERR_INTERNAL, "libsndfile: %s", text);
	if (err)
		*err = e->vfile.err;
	return -1;
}

static int write_piece(struct encoder *e, struct error *err)
{
	sf_count_t n = (sf_count_t)e->n_gathered, n_written = 0;

	if (n == 0)
		return 0;
	switch (piece_type(&e->spec)) {
	case AUDIO_PCM_16:
		n_written = sf_writef_short(e->file, e->piece.shorts, n);
		break;
	case AUDIO_PCM_24:
		n_written = sf_writef_int(e->file, e->piece.ints, n);
		break;
	case AUDIO_FLOAT_32:
		n_written = sf_writef_float(e->file, e->piece.floats, n);
		break;
	}
	e->n_gathered = 0;
	if (n_written != n || e->vfile.err.code != ERR_NONE)
		return file_error(e, sf_strerror(e->file), err);
	return 0;
}

/* What libsndfile still has. */
static int finish_codec(struct encoder *e, struct error *err)
{
	int rc = write_piece(e, err), status = sf_close(e->file);

	e->file = NULL;
	if (rc)
		return -1;
	if (status != 0 || e->vfile.err.code != ERR_NONE)
		return file_error(e, sf_error_number(status), err);
	return 0;
}

/* A chunk with an odd number of bytes is followed by one more. */
static int finish_chunk(struct encoder *e, struct error *err)
{
	static const uint8_t pad = 0;

	return e->frames * pcm_frame_bytes(&e->pcm) % 2 ? outgoing_put(&e->out, &pad, 1, err) : 0;
}

static int finish_file(struct encoder *e, struct error *err)
{
	bool has_codec = e->file != NULL;

	if (has_codec ? finish_codec(e, err) : finish_chunk(e, err))
		return -1;
	if (e->frames != e->spec.frames_total)
		return error_set(err, ERR_INTERNAL, "%llu frames were encoded instead of %llu",
				 (unsigned long long)e->frames, (unsigned long long)e->spec.frames_total);
	if (has_codec && !file_head_matches(&e->spec, &e->predicted, &e->vfile.head))
		return error_set(err, ERR_INTERNAL, "libsndfile's head is not the predicted one");
	return outgoing_flush(&e->out, err);
}

int encoder_close(struct encoder *e, struct encode_result *result, struct error *err)
{
	int status = finish_file(e, err);

	if (status < 0)
		sink_abort(e->out.sink);
	else
		status = sink_finish(e->out.sink, err);
	outgoing_digest(&e->out, result->sha256);
	result->bytes = e->out.sent;
	result->frames = e->frames;
	result->peak = e->peak;
	result->clipped_frames = e->clipped_frames;
	encoder_free(e);
	return status;
}

/* --- Frames --- */

/* The larger magnitudes of the two channels at eight frames, or at the n < 8 that are left. */
SIMD_INLINE f32x8 magnitudes(const sample *x, const sample *y, size_t n)
{
	sample lanes[2][SIMD_LANES] = { { 0 } };

	if (n >= SIMD_LANES)
		return f32x8_max(f32x8_abs(f32x8_load(x)), f32x8_abs(f32x8_load(y)));
	memcpy(lanes[0], x, n * sizeof *x);
	memcpy(lanes[1], y, n * sizeof *y);
	return f32x8_max(f32x8_abs(f32x8_load(lanes[0])), f32x8_abs(f32x8_load(lanes[1])));
}

/* The peak, and how many frames are above 1. */
SIMD_CLONES(static, scan, (const sample *x, const sample *y, size_t n, sample *peak, uint64_t *n_above), (x, y, n, peak, n_above))
{
	f32x8 most = f32x8_splat(0);
	u32x8 above = { 0 };

	*peak = 0;
	for (size_t i = 0; i < n; i += SIMD_LANES) {
		f32x8 m = magnitudes(x + i, y + i, n - i);
		above -= (u32x8)(m > 1.0f);
		most = f32x8_max(m, most);
	}
	for (unsigned k = 0; k < SIMD_LANES; k++) {
		*peak = most[k] > *peak ? most[k] : *peak;
		*n_above += above[k];
	}
}

static void measure(const struct encode_spec *s, const sample *const *ch, size_t n_frames, struct encoded *out)
{
	bool can_clip = piece_type(s) != AUDIO_FLOAT_32 || audio_format_is_lossy(s->format);
	uint64_t n_above = 0;
	sample peak;

	scan(ch[0], ch[s->channels - 1], n_frames, &peak, &n_above);
	out->n_frames = n_frames;
	out->peak = (double)peak;
	out->clipped_frames = can_clip ? n_above : 0;
}

/* n frames as they are into the piece. */
static void gather_floats(struct encoder *e, const sample *const *ch, size_t from, size_t n)
{
	float *out = e->piece.floats + e->n_gathered * e->spec.channels;

	if (e->spec.channels == 1)
		memcpy(out, ch[0] + from, n * sizeof *out);
	else
		interleave_pairs(ch[0] + from, ch[1] + from, n, out);
}

/* Channel c of n frames, as integers, into the piece, at frame n_gathered. frame: of the sound. */
static void gather_integers(struct encoder *e, unsigned c, const sample *x, uint64_t frame, size_t n)
{
	unsigned n_ch = e->spec.channels;
	size_t at = e->n_gathered * n_ch + c;
	uint64_t key = e->pcm.dither_keys[c];

	if (e->spec.subtype == AUDIO_PCM_24) {
		dither_interleave(x, n, 8388607.0, 8, key, frame, e->piece.ints + at, n_ch);
		return;
	}
	dither_interleave(x, n, 32767.0, 0, key, frame, e->column, 1);
	for (size_t i = 0; i < n; i++)
		e->piece.shorts[at + i * n_ch] = (short)e->column[i];
}

/* frame: of the sound, that of ch[0][from]. */
static void gather(struct encoder *e, const sample *const *ch, size_t from, uint64_t frame, size_t n)
{
	if (piece_type(&e->spec) == AUDIO_FLOAT_32)
		gather_floats(e, ch, from, n);
	else
		for (unsigned c = 0; c < e->spec.channels; c++)
			gather_integers(e, c, ch[c] + from, frame, n);
	e->n_gathered += n;
}

/* In order. */
static int encode_by_codec(struct encoder *e, const sample *const *ch, uint64_t frame, size_t n_frames,
			   struct error *err)
{
	for (size_t done = 0; done < n_frames;) {
		size_t n = PIECE_FRAMES - e->n_gathered;
		if (n > n_frames - done)
			n = n_frames - done;
		gather(e, ch, done, frame + done, n);
		done += n;
		if (e->n_gathered == PIECE_FRAMES && write_piece(e, err))
			return -1;
	}
	return 0;
}

static int encode_pcm(const struct pcm_spec *p, const sample *const *ch, uint64_t frame, size_t n_frames,
		      struct buf *bytes, struct error *err)
{
	size_t n = n_frames * pcm_frame_bytes(p);

	if (buf_reserve(bytes, n))
		return error_set(err, ERR_NO_MEMORY, "no memory for encoded sound");
	pcm_encode(p, ch, frame, n_frames, bytes->data);
	bytes->len = n;
	return 0;
}

bool encode_is_pure(enum audio_format format)
{
	return format == AUDIO_FORMAT_WAV;
}

int encoder_encode(struct encoder *e, const sample *const *ch, uint64_t first, size_t n_frames, struct encoded *out,
		   struct error *err)
{
	uint64_t frame = e->spec.first_frame + first;
	int rc;

	out->bytes.len = 0;
	measure(&e->spec, ch, n_frames, out);
	if (encode_is_pure(e->spec.format))
		return encode_pcm(&e->pcm, ch, frame, n_frames, &out->bytes, err);
	e->out.diverted = &out->bytes;
	rc = encode_by_codec(e, ch, frame, n_frames, err);
	e->out.diverted = NULL;
	return rc;
}

void encoder_hash(struct encoder *e, const struct encoded *x)
{
	if (x->bytes.len > 0)
		outgoing_hash(&e->out, x->bytes.data, x->bytes.len);
}

int encoder_send(struct encoder *e, const struct encoded *x, struct error *err)
{
	e->frames += x->n_frames;
	e->clipped_frames += x->clipped_frames;
	e->peak = x->peak > e->peak ? x->peak : e->peak;
	return outgoing_send(&e->out, x->bytes.data, x->bytes.len, err);
}

int encoder_write(struct encoder *e, const sample *const *ch, size_t n_frames, struct error *err)
{
	if (encoder_encode(e, ch, e->frames, n_frames, &e->own, err))
		return -1;
	encoder_hash(e, &e->own);
	return encoder_send(e, &e->own, err);
}

/* --- Fingerprints --- */

/* What was found; a failure is not kept. */
static struct {
	pthread_mutex_t lock; /* guards the rest */
	bool is_known[AUDIO_FORMAT_COUNT];
	uint8_t digests[AUDIO_FORMAT_COUNT][SHA256_BYTES];
} fingerprints = { .lock = PTHREAD_MUTEX_INITIALIZER };

static int discard_write(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	(void)s;
	(void)offset;
	(void)data;
	(void)n;
	(void)err;
	return 0;
}

static int discard_finish(struct sink *s, struct error *err)
{
	(void)s;
	(void)err;
	return 0;
}

static void discard_abort(struct sink *s)
{
	(void)s;
}

static int fingerprint_make(enum audio_format format, uint8_t out[SHA256_BYTES], struct error *err)
{
	static const struct sink_ops discard_ops = { discard_write, discard_finish, discard_abort };
	static const sample silence;
	const sample *const ch[] = { &silence };
	struct sink discard = { .ops = &discard_ops };
	struct encode_spec spec = {
		.format = format,
		.sample_rate_hz = audio_format_default_rate(format),
		.quality = RENDER_QUALITY_DEFAULT,
		.bitrate_kbps = RENDER_BITRATE_CHANNEL_DEFAULT,
		.channels = 1,
		.frames_total = 1,
	};
	struct encode_result result;
	struct encoder *e = encoder_open(&spec, &discard, err);

	if (!e)
		return -1;
	if (encoder_write(e, ch, 1, err)) {
		encoder_abort(e);
		return -1;
	}
	if (encoder_close(e, &result, err))
		return -1;
	memcpy(out, result.sha256, SHA256_BYTES);
	return 0;
}

int encoder_fingerprint(enum audio_format format, uint8_t out[SHA256_BYTES], struct error *err)
{
	int rc = 0;

	memset(out, 0, SHA256_BYTES);
	if (format == AUDIO_FORMAT_WAV)
		return 0;
	pthread_mutex_lock(&fingerprints.lock);
	if (!fingerprints.is_known[format])
		rc = fingerprint_make(format, fingerprints.digests[format], err);
	if (rc == 0) {
		fingerprints.is_known[format] = true;
		memcpy(out, fingerprints.digests[format], SHA256_BYTES);
	}
	pthread_mutex_unlock(&fingerprints.lock);
	return rc;
}
