/* Planar float blocks to the bytes of an audio file: all of the sound is decided before; here come clipping,
 * dither, the bytes of a WAV file or libsndfile through SF_VIRTUAL_IO for the others, SHA-256, peak, and the sink.
 *
 * The length is known when an encoder is opened, so the file's head is final before the first sample: the sink sees
 * offsets that only grow (it may be a pipe) and the digest needs no second pass. The codecs get their frames in pieces of
 * one size, whatever the blocks were, since some of them look at what they have. One thread at a time. */
#ifndef RENDER_IO_ENCODE_H
#define RENDER_IO_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sink.h"
#include "render/dsp/node.h"
#include "render/render.h"

struct encode_spec {
	enum audio_format format;
	enum audio_subtype subtype;
	uint32_t sample_rate_hz;
	double quality;        /* of Vorbis, 0..10 */
	double bitrate_kbps;   /* of Opus, all channels together */
	unsigned channels;     /* 1 or 2 */
	uint64_t frames_total; /* exactly this many will be written; RF64 when the file would pass 4 GiB */
	uint64_t first_frame;  /* of the sound in the file: the dither goes by the frames of the whole */
	uint64_t seed;         /* of the dither */
	bool skips_digest;     /* nobody asks for the SHA-256, which is zero then */
};

struct encode_result {
	uint8_t sha256[SHA256_BYTES];
	uint64_t bytes, frames;
	double peak;
	uint64_t clipped_frames;
};

/* Frames of a file on their way to the sink. Zero-initialise; encoded_fini() frees the bytes. */
struct encoded {
	struct buf bytes; /* a codec may keep some back, and give more another time */
	size_t n_frames;
	double peak;
	uint64_t clipped_frames;
};

void encoded_fini(struct encoded *x);

struct encoder;

/* Writes the header. The sink is borrowed until close or abort. */
struct encoder *encoder_open(const struct encode_spec *spec, struct sink *sink, struct error *err) WARN_UNUSED;

/* ch[channels][n_frames]. Integer subtypes: triangular dither of two steps peak
 * to peak, a pure function of (seed, channel, frame), then rounding to nearest, saturated at full scale
 * (Lipshitz, Wannamaker, Vanderkooy, "Quantization and dither: a theoretical survey", JAES 40(5), 1992).
 * float_32, Vorbis and Opus get the samples as they are. */
int encoder_write(struct encoder *e, const sample *const *ch, size_t n_frames, struct error *err) WARN_UNUSED;

/* The same in three steps, for pipelines: encoder_encode() puts frames `first` and on of the file into *out, over what it held
 * before; then encoder_hash() and encoder_send() take it. Each of the three in order, but for encoder_encode() of formats that
 * encode_is_pure(), which takes blocks in any order; different ones may run side by side, for different blocks. */
bool encode_is_pure(enum audio_format format);
int encoder_encode(struct encoder *e, const sample *const *ch, uint64_t first, size_t n_frames, struct encoded *out,
		   struct error *err) WARN_UNUSED;
void encoder_hash(struct encoder *e, const struct encoded *x);
int encoder_send(struct encoder *e, const struct encoded *x, struct error *err) WARN_UNUSED;

/* Finishes file and sink and frees the encoder, also on failure (then the sink is aborted). */
int encoder_close(struct encoder *e, struct encode_result *result, struct error *err) WARN_UNUSED;

/* Aborts the sink and frees. */
void encoder_abort(struct encoder *e);

/* SHA-256 of a file with one silent frame. The bytes that a codec makes depend on the version of its library, which it
 * writes into its files: what names the content of compressed files holds this. Zero for WAV, whose bytes are ours. The
 * answer is kept; any thread. */
int encoder_fingerprint(enum audio_format format, uint8_t out[SHA256_BYTES], struct error *err) WARN_UNUSED;

#endif
