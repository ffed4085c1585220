/* The stems of a job together: as a list, as one tar archive, or as one file with the channels of all of them; both are put together
 * while they are sent. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/api.h"
#include "server/file_reply.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/tar.h"
#include "server/wide_wav.h"

#define TAR_TYPE "application/x-tar"

/* An archive on its way: for each member its head, its bytes and padding, at the end zeros. One file is open at a time:
 * a job may have many stems and a server many clients. */
struct archive {
	struct storage *storage;
	uint8_t content_hash[SHA256_BYTES];
	size_t n;
	struct member {
		uint8_t head[TAR_BLOCK_BYTES];
		uint64_t start, bytes; /* of the head in the archive; of the file */
	} members[RENDER_STEMS_MAX];
	uint64_t end_start, len;
	int fd; /* of member open_idx, or -1 */
	size_t open_idx;
};

static int open_member(struct archive *a, size_t idx)
{
	uint64_t bytes;

	if (a->fd >= 0 && a->open_idx == idx)
		return 0;
	if (a->fd >= 0)
		close(a->fd);
	a->open_idx = idx;
	if (artifact_open_part(a->storage, a->content_hash, (unsigned)idx + 1, &a->fd, &bytes, NULL) < 0)
		a->fd = -1;
	return a->fd < 0 || bytes != a->members[idx].bytes ? -1 : 0;
}

static ssize_t fill_zeros(char *out, uint64_t left, size_t max)
{
	size_t n = left < max ? (size_t)left : max;

	memset(out, 0, n);
	return (ssize_t)n;
}

static ssize_t read_file(struct archive *a, size_t idx, uint64_t at, char *out, size_t max)
{
	uint64_t left = a->members[idx].bytes - at;
	ssize_t n;

	if (open_member(a, idx) < 0)
		return -1;
	do
		n = pread(a->fd, out, left < max ? (size_t)left : max, (off_t)at);
	while (n < 0 && errno == EINTR);
	return n > 0 ? n : -1;
}

/* What stands `at` bytes behind the start of a member. */
static ssize_t read_member(struct archive *a, size_t idx, uint64_t at, char *out, size_t max)
{
	const struct member *m = &a->members[idx];

	if (at < TAR_BLOCK_BYTES) {
		size_t n = TAR_BLOCK_BYTES - (size_t)at < max ? TAR_BLOCK_BYTES - (size_t)at : max;
		memcpy(out, m->head + at, n);
		return (ssize_t)n;
	}
	at -= TAR_BLOCK_BYTES;
	if (at < m->bytes)
		return read_file(a, idx, at, out, max);
	return fill_zeros(out, m->bytes + tar_padding(m->bytes) - at, max);
}

static ssize_t archive_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct archive *a = ctx;
	size_t i = a->n;

	if (pos >= a->end_start)
		return fill_zeros(out, a->len - pos, max);
	while (a->members[--i].start > pos)
		;
	return read_member(a, i, pos - a->members[i].start, out, max);
}

static void archive_free(void *ctx)
{
	struct archive *a = ctx;

	if (a->fd >= 0)
		close(a->fd);
	free(a);
}

static void add_member(struct archive *a, const struct job *job, const char *name, uint64_t bytes)
{
	struct member *m = &a->members[a->n++];
	char file_name[TAR_NAME_BYTES];

	snprintf(file_name, sizeof file_name, "%s/%s.%s", job->id, name, audio_format_extension(api_format_of(job)));
	tar_head(m->head, file_name, bytes, job->completed_at_ms / 1000);
	m->start = a->end_start;
	m->bytes = bytes;
	a->end_start += TAR_BLOCK_BYTES + bytes + tar_padding(bytes);
	a->len = a->end_start + TAR_END_BYTES;
}

static struct archive *archive_new(struct storage *storage, const struct job *job, const json_t *list)
{
	struct archive *a = calloc(1, sizeof *a);
	json_t *stem;
	size_t i;

	if (!a)
		return NULL;
	a->storage = storage;
	a->fd = -1;
	memcpy(a->content_hash, job->content_hash, SHA256_BYTES);
	json_array_foreach(list, i, stem)
	{
		const char *name = json_string_value(json_object_get(stem, "name"));
		if (a->n < RENDER_STEMS_MAX && name)
			add_member(a, job, name, (uint64_t)json_integer_value(json_object_get(stem, "bytes")));
	}
	return a;
}

static void reply_tar(struct app *app, struct http_request *r, const struct job *job, const json_t *list)
{
	struct archive *a = archive_new(app->storage, job, list);
	struct http_stream stream = { a, archive_read, archive_free };

	if (!a) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the archive");
		return;
	}
	if (open_member(a, 0) < 0) {
		archive_free(a);
		problem_reply(r, PROBLEM_GONE, "the audio of this job is no longer kept; submit it again");
		return;
	}
	http_add_header(r, "Content-Disposition", "attachment; filename=\"%s-stems.tar\"", job->id);
	http_reply_stream(r, 200, TAR_TYPE, a->len, &stream);
}

/* --- One file with all channels ---------------------------------------------------------------------------- */

struct wide {
	struct storage *storage;
	uint8_t content_hash[SHA256_BYTES];
	struct wide_wav *wav;
	uint64_t first; /* byte that is sent first */
};

static int open_stem(void *ctx, unsigned file)
{
	const struct wide *w = ctx;
	uint64_t bytes;
	int fd;

	return artifact_open_part(w->storage, w->content_hash, file + 1, &fd, &bytes, NULL) < 0 ? -1 : fd;
}

static ssize_t wide_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	const struct wide *w = ctx;

	return wide_wav_read(w->wav, w->first + pos, out, max);
}

static void wide_free(void *ctx)
{
	struct wide *w = ctx;

	wide_wav_free(w->wav);
	free(w);
}

static struct wide *wide_new(struct storage *storage, const struct job *job, const struct render_spec *spec,
			     unsigned n_files)
{
	static const unsigned sample_bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };
	struct wide *w = calloc(1, sizeof *w);
	struct wide_wav_spec wav = {
		.sample_rate_hz = spec->sample_rate_hz,
		.n_files = n_files,
		.channels = spec->channels,
		.sample_bytes = sample_bytes[spec->subtype],
		.is_float = spec->subtype == AUDIO_FLOAT_32,
		.n_frames = job->frames,
		.open = open_stem,
		.ctx = w,
	};

	if (!w)
		return NULL;
	w->storage = storage;
	memcpy(w->content_hash, job->content_hash, SHA256_BYTES);
	w->wav = wide_wav_new(&wav, NULL);
	if (w->wav)
		return w;
	free(w);
	return NULL;
}

/* What a Range header asks for; all of it where that is several ranges, as a server may. -1: answered. */
static int select_range(struct http_request *r, const struct conditions *c, const struct validators *v, uint64_t bytes,
			struct byte_range *range)
{
	const char *asked = r->is_head || !conditional_range_applies(c, v) ? NULL : http_header(r, "Range");
	struct byte_range ranges[RANGES_MAX];
	size_t n = 0;

	*range = (struct byte_range){ 0, bytes - 1 };
	switch (asked ? range_parse(asked, bytes, ranges, &n) : RANGE_IGNORE) {
	case RANGE_UNSATISFIABLE:
		http_add_header(r, "Content-Range", "bytes */%llu", (unsigned long long)bytes);
		problem_reply(r, PROBLEM_RANGE_NOT_SATISFIABLE, "the file has %llu bytes", (unsigned long long)bytes);
		return -1;
	case RANGE_FOLLOW:
		if (n == 1)
			*range = ranges[0];
		break;
	case RANGE_IGNORE:
		break;
	}
	return 0;
}

/* Sends what the request's conditions and its range leave; takes w. The bytes follow from the content, so its hash is a strong tag; there
 * is no digest of them, since the file is nowhere but on its way. */
static void send_wide(struct http_request *r, const struct job *job, struct wide *w)
{
	struct http_stream stream = { w, wide_read, wide_free };
	struct conditions c = file_reply_conditions(r);
	uint64_t bytes = wide_wav_bytes(w->wav), n;
	char hex[SHA256_HEX_SIZE], etag[SHA256_HEX_SIZE + 8];
	struct validators v = { etag, job->completed_at_ms };
	enum condition_result condition;
	struct byte_range range;

	snprintf(etag, sizeof etag, "\"%s-wide\"", sha256_hex(job->content_hash, hex));
	condition = conditional_check(&c, &v);
	if (condition == CONDITION_FAILED) {
		problem_reply(r, PROBLEM_PRECONDITION_FAILED, "the file has the tag %s", etag);
		wide_free(w);
		return;
	}
	http_add_header(r, "ETag", "%s", etag);
	http_add_header(r, "Accept-Ranges", "bytes");
	http_add_header(r, "Cache-Control", "private, max-age=31536000, immutable");
	if (condition == CONDITION_NOT_MODIFIED || select_range(r, &c, &v, bytes, &range) < 0) {
		if (condition == CONDITION_NOT_MODIFIED)
			http_reply(r, 304, NULL, NULL, 0);
		wide_free(w);
		return;
	}
	w->first = range.first;
	n = range.last - range.first + 1;
	http_add_header(r, "Content-Disposition", "attachment; filename=\"%s-stems.wav\"", job->id);
	if (n < bytes)
		http_add_header(r, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)range.first,
				(unsigned long long)range.last, (unsigned long long)bytes);
	http_reply_stream(r, n < bytes ? 206 : 200, "audio/wav", n, &stream);
}

static void reply_wide(struct app *app, struct http_request *r, const struct job *job, const json_t *list)
{
	struct wide *w;
	struct spec spec;
	char first[1];

	if (spec_parse_options(job->options, &spec, NULL) < 0 || spec.render.format != AUDIO_FORMAT_WAV) {
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE,
			      "only stems in WAV come as one file; these come alone or as " TAR_TYPE);
		return;
	}
	w = wide_new(app->storage, job, &spec.render, (unsigned)json_array_size(list));
	if (!w) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the stems");
	} else if (wide_wav_read(w->wav, wide_wav_bytes(w->wav) - 1, first, 1) < 0) {
		wide_free(w);
		problem_reply(r, PROBLEM_GONE, "the audio of this job is no longer kept; submit it again");
	} else {
		send_wide(r, job, w);
	}
}

/* --- GET -------------------------------------------------------------------------------------------------- */

/* JSON where the client does not mind. */
static const char *preferred_type(struct http_request *r)
{
	static const char *const types[] = { TAR_TYPE, "audio/wav" };
	const char *accept = http_header(r, "Accept"), *best = "application/json";

	for (size_t i = 0; accept && i < sizeof types / sizeof types[0]; i++)
		if (negotiation_quality(accept, types[i]) > negotiation_quality(accept, best))
			best = types[i];
	return best;
}

void api_stems(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	const char *type = preferred_type(r);
	struct job job;
	json_t *list;

	if (api_load_succeeded(app, r, &job) < 0)
		return;
	http_add_header(r, "Vary", "Accept");
	list = job_stems_json(&job);
	if (!job.stems)
		problem_reply(r, PROBLEM_NOT_FOUND, "the job was submitted without 'stems'");
	else if (strcmp(type, TAR_TYPE) == 0 && json_array_size(list) > 0)
		reply_tar(app, r, &job, list);
	else if (strcmp(type, "audio/wav") == 0 && json_array_size(list) > 0)
		reply_wide(app, r, &job, list);
	else
		api_reply_json(r, 200, json_pack("{s:O}", "stems", list));
	json_decref(list);
	job_fini(&job);
}
