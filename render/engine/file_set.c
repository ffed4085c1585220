#include "render/engine/file_set.h"

#include <stdio.h>
#include <string.h>

_Static_assert((int)RENDER_STEMS_MAX == (int)GRAPH_OUTPUTS_MAX, "every output may be a stem");

void file_set_init(struct file_set *f, const struct render_spec *spec, const struct plan *plan,
		   const struct render_files *files)
{
	*f = (struct file_set){ .spec = spec, .files = *files, .n = 1 + (spec->has_stems ? plan->n_outputs : 0) };
	for (unsigned i = 0; i + 1 < f->n; i++)
		snprintf(f->stems[i].name, sizeof f->stems[i].name, plan->outputs[i].id ? "o%u" : "out",
			 plan->outputs[i].id);
}

static struct encode_spec encode_spec_of(const struct file_set *f, unsigned signal, uint64_t first_frame,
					 uint64_t end_frame)
{
	const struct render_spec *s = f->spec;

	return (struct encode_spec){
		.format = s->format,
		.subtype = s->subtype,
		.sample_rate_hz = s->sample_rate_hz,
		.quality = s->quality,
		.bitrate_kbps = s->bitrate_kbps > 0 ? s->bitrate_kbps : RENDER_BITRATE_CHANNEL_DEFAULT * s->channels,
		.channels = s->channels,
		.frames_total = end_frame - first_frame,
		.first_frame = first_frame,
		/* Stems have dither of their own: the same on all of them would add up. */
		.seed = signal == 0 ? s->seed : hash64_pair(s->seed, signal),
		.skips_digest = s->skips_digests,
	};
}

static struct sink *open_sink(struct file_set *f, unsigned signal, struct error *err)
{
	const struct render_files *files = &f->files;

	if (signal == 0)
		return files->mix;
	if (!files->open_stem) {
		error_set(err, ERR_UNSUPPORTED, "there is no place for the stems");
		return NULL;
	}
	return files->open_stem(files->ctx, signal - 1, f->stems[signal - 1].name, err);
}

int file_set_open(struct file_set *f, uint64_t first_frame, uint64_t end_frame, struct error *err)
{
	for (unsigned i = 0; i < f->n; i++) {
		struct encode_spec spec = encode_spec_of(f, i, first_frame, end_frame);
		struct sink *sink = open_sink(f, i, err);
		if (!sink)
			return -1;
		f->encoders[i] = encoder_open(&spec, sink, err);
		if (!f->encoders[i]) {
			sink_abort(sink);
			f->is_mix_done |= i == 0;
			return -1;
		}
	}
	return 0;
}

/* Frees the encoder, also on failure. */
static int close_encoder(struct file_set *f, unsigned signal, struct encode_result *result, struct error *err)
{
	struct encoder *e = f->encoders[signal];

	f->encoders[signal] = NULL;
	f->is_mix_done |= signal == 0;
	return encoder_close(e, result, err);
}

static int close_stem(struct file_set *f, unsigned i, struct error *err)
{
	struct render_stem *stem = &f->stems[i];
	struct encode_result encoded;

	if (close_encoder(f, i + 1, &encoded, err))
		return -1;
	stem->bytes = encoded.bytes;
	stem->peak = encoded.peak;
	stem->clipped_frames = encoded.clipped_frames;
	memcpy(stem->sha256, encoded.sha256, SHA256_BYTES);
	return 0;
}

/* The mix last: where it is, the stems are. */
int file_set_close(struct file_set *f, struct render_result *result, struct error *err)
{
	struct encode_result encoded;

	for (unsigned i = 0; i + 1 < f->n; i++)
		if (close_stem(f, i, err))
			return -1;
	if (close_encoder(f, 0, &encoded, err))
		return -1;
	result->bytes = encoded.bytes;
	result->frames = encoded.frames;
	result->peak = encoded.peak;
	result->clipped_frames = encoded.clipped_frames;
	memcpy(result->sha256, encoded.sha256, SHA256_BYTES);
	result->n_stems = f->n - 1;
	memcpy(result->stems, f->stems, sizeof result->stems);
	return 0;
}

void file_set_abort(struct file_set *f)
{
	for (unsigned i = 0; i < f->n; i++) {
		if (!f->encoders[i])
			continue;
		encoder_abort(f->encoders[i]);
		f->encoders[i] = NULL;
		f->is_mix_done |= i == 0;
	}
	if (!f->is_mix_done)
		sink_abort(f->files.mix);
	f->is_mix_done = true;
}
