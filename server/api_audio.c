/* The files: whole, in ranges, conditionally. A finished artifact never changes, so its digest is a strong tag and its
 * descriptor may be sent without locks while the row is deleted. */
#include <errno.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/api.h"
#include "server/audio_type.h"
#include "server/conditional.h"
#include "server/problem.h"

enum { PART_HEAD_BYTES = 192, DIGEST_TEXT_BYTES = 64, FILE_NAME_BYTES = 96 };

/* A file of a job: its mix or one of its stems. */
struct audio {
	unsigned part; /* of the artifact */
	enum audio_format format;
	char name[FILE_NAME_BYTES]; /* for the client's disk */
	uint8_t sha256[SHA256_BYTES];
	int fd;
	uint64_t bytes;
	char etag[SHA256_HEX_SIZE + 2];
	struct validators validators;
};

/* --- Opening ---------------------------------------------------------------------------------------------- */

enum audio_format api_format_of(const struct job *job)
{
	struct spec spec;

	return spec_parse_options(job->options, &spec, NULL) == 0 ? spec.render.format : AUDIO_FORMAT_WAV;
}

static void describe_mix(const struct job *job, struct audio *audio)
{
	*audio = (struct audio){ .format = api_format_of(job) };
	snprintf(audio->name, sizeof audio->name, "%s.%s", job->id, audio_format_extension(audio->format));
	memcpy(audio->sha256, job->sha256, SHA256_BYTES);
}

/* -1: the job has no stem of this name. */
static int describe_stem(const struct job *job, const char *name, struct audio *audio)
{
	json_t *list = job_stems_json(job), *stem;
	size_t i;
	int rc = -1;

	*audio = (struct audio){ .format = api_format_of(job) };
	json_array_foreach(list, i, stem)
	{
		const char *found = json_string_value(json_object_get(stem, "name"));
		const char *sha256 = json_string_value(json_object_get(stem, "sha256"));
		if (!found || !sha256 || strcmp(found, name) != 0)
			continue;
		audio->part = (unsigned)i + 1;
		snprintf(audio->name, sizeof audio->name, "%s-%s.%s", job->id, name,
			 audio_format_extension(audio->format));
		rc = sha256_parse_hex(sha256, audio->sha256);
	}
	json_decref(list);
	return rc;
}

/* Opens what is described. -1: answered. The caller owns audio->fd. */
static int open_audio(struct app *app, struct http_request *r, const struct job *job, struct audio *audio)
{
	char hex[SHA256_HEX_SIZE];
	struct error err = ERROR_INIT;

	if (artifact_open_part(app->storage, job->content_hash, audio->part, &audio->fd, &audio->bytes, &err) < 0) {
		if (err.code == ERR_NOT_FOUND)
			problem_reply(r, PROBLEM_GONE, "the audio of this job is no longer kept; submit it again");
		else
			problem_reply_error(r, &err);
		return -1;
	}
	snprintf(audio->etag, sizeof audio->etag, "\"%s\"", sha256_hex(audio->sha256, hex));
	audio->validators = (struct validators){ audio->etag, job->completed_at_ms };
	return 0;
}

/* Headers that describe the representation, whatever part of it is sent. */
static void add_headers(struct http_request *r, const struct job *job, const struct audio *audio)
{
	char date[CLOCK_RFC3339_SIZE], digest[DIGEST_TEXT_BYTES];

	http_add_header(r, "ETag", "%s", audio->etag);
	http_add_header(r, "Last-Modified", "%s", clock_format_http(job->completed_at_ms, date));
	http_add_header(r, "Cache-Control", "private, max-age=31536000, immutable");
	http_add_header(r, "Accept-Ranges", "bytes");
	sodium_bin2base64(digest, sizeof digest, audio->sha256, SHA256_BYTES, sodium_base64_VARIANT_ORIGINAL);
	http_add_header(r, "Repr-Digest", "sha-256=:%s:", digest);
	http_add_header(r, "Content-Disposition", "attachment; filename=\"%s\"", audio->name);
}

void api_reply_audio(struct app *app, struct http_request *r, const struct job *job)
{
	struct audio audio;

	describe_mix(job, &audio);
	if (open_audio(app, r, job, &audio) < 0)
		return;
	http_add_header(r, "Location", "/jobs/%s", job->id);
	http_add_header(r, "Content-Location", "/jobs/%s/audio", job->id);
	add_headers(r, job, &audio);
	http_reply_file(r, 200, audio_format_media_type(audio.format), audio.fd, 0, audio.bytes);
}

/* --- Several ranges in one answer ---------------------------------------------------------------------------- */

/* multipart/byteranges (RFC 9110 14.6): for each part its head and its bytes, then the tail. */
struct multipart {
	int fd;
	size_t n;
	struct part {
		char head[PART_HEAD_BYTES];
		size_t head_len;
		struct byte_range range;
		uint64_t start; /* of the head in the body */
	} parts[RANGES_MAX];
	char tail[64];
	uint64_t tail_start, len;
};

static uint64_t range_length(struct byte_range range)
{
	return range.last - range.first + 1;
}

static void multipart_layout(struct multipart *m, const struct byte_range *ranges, size_t n, const struct audio *audio,
			     const char *boundary)
{
	uint64_t at = 0;

	m->n = n;
	for (size_t i = 0; i < n; i++) {
		struct part *p = &m->parts[i];
		p->range = ranges[i];
		p->start = at;
		p->head_len = (size_t)snprintf(p->head, sizeof p->head,
					       "\r\n--%s\r\nContent-Type: %s"
					       "\r\nContent-Range: bytes %llu-%llu/%llu\r\n\r\n",
					       boundary, audio_format_media_type(audio->format),
					       (unsigned long long)p->range.first, (unsigned long long)p->range.last,
					       (unsigned long long)audio->bytes);
		at += p->head_len + range_length(p->range);
	}
	m->tail_start = at;
	m->len = at + (uint64_t)snprintf(m->tail, sizeof m->tail, "\r\n--%s--\r\n", boundary);
}

static ssize_t copy_text(const char *text, size_t len, uint64_t at, char *out, size_t max)
{
	size_t n = len - (size_t)at < max ? len - (size_t)at : max;

	memcpy(out, text + at, n);
	return (ssize_t)n;
}

static ssize_t read_part(const struct multipart *m, const struct part *p, uint64_t at, char *out, size_t max)
{
	uint64_t in_file, left;
	ssize_t n;

	if (at < p->head_len)
		return copy_text(p->head, p->head_len, at, out, max);
	in_file = p->range.first + (at - p->head_len);
	left = p->range.last + 1 - in_file;
	do
		n = pread(m->fd, out, left < max ? (size_t)left : max, (off_t)in_file);
	while (n < 0 && errno == EINTR);
	return n;
}

static ssize_t multipart_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	const struct multipart *m = ctx;
	size_t i = m->n;

	if (pos >= m->tail_start)
		return copy_text(m->tail, (size_t)(m->len - m->tail_start), pos - m->tail_start, out, max);
	while (m->parts[--i].start > pos)
		;
	return read_part(m, &m->parts[i], pos - m->parts[i].start, out, max);
}

static void multipart_free(void *ctx)
{
	struct multipart *m = ctx;

	close(m->fd);
	free(m);
}

static void reply_multipart(struct http_request *r, struct audio *audio, const struct byte_range *ranges, size_t n)
{
	struct multipart *m = calloc(1, sizeof *m);
	struct http_stream stream = { m, multipart_read, multipart_free };
	char boundary[40], type[96];

	if (!m) {
		close(audio->fd);
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the ranges");
		return;
	}
	/* Part of the file's digest: does not occur in the file other than by chance of 2^-128. */
	snprintf(boundary, sizeof boundary, "phonond%.32s", audio->etag + 1);
	snprintf(type, sizeof type, "multipart/byteranges; boundary=%s", boundary);
	m->fd = audio->fd;
	multipart_layout(m, ranges, n, audio, boundary);
	http_reply_stream(r, 206, type, m->len, &stream);
}

/* --- GET -------------------------------------------------------------------------------------------------- */

static struct conditions read_conditions(struct http_request *r)
{
	return (struct conditions){
		.if_match = http_header(r, "If-Match"),
		.if_none_match = http_header(r, "If-None-Match"),
		.if_modified_since = http_header(r, "If-Modified-Since"),
		.if_unmodified_since = http_header(r, "If-Unmodified-Since"),
		.if_range = http_header(r, "If-Range"),
	};
}

/* Sends what the conditions and ranges leave; takes audio->fd. */
static void reply_selected(struct http_request *r, struct audio *audio, const struct conditions *c)
{
	const char *range = r->is_head ? NULL : http_header(r, "Range");
	struct byte_range ranges[RANGES_MAX];
	enum range_result result = RANGE_IGNORE;
	const char *type = audio_format_media_type(audio->format);
	size_t n = 0;

	if (range && conditional_range_applies(c, &audio->validators))
		result = range_parse(range, audio->bytes, ranges, &n);
	if (result == RANGE_UNSATISFIABLE) {
		close(audio->fd);
		http_add_header(r, "Content-Range", "bytes */%llu", (unsigned long long)audio->bytes);
		problem_reply(r, PROBLEM_RANGE_NOT_SATISFIABLE, "the file has %llu bytes",
			      (unsigned long long)audio->bytes);
	} else if (result == RANGE_IGNORE) {
		http_reply_file(r, 200, type, audio->fd, 0, audio->bytes);
	} else if (n == 1) {
		http_add_header(r, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)ranges[0].first,
				(unsigned long long)ranges[0].last, (unsigned long long)audio->bytes);
		http_reply_file(r, 206, type, audio->fd, ranges[0].first, range_length(ranges[0]));
	} else {
		reply_multipart(r, audio, ranges, n);
	}
}

/* Answers with the file that is described. */
static void reply_file(struct app *app, struct http_request *r, const struct job *job, struct audio *audio)
{
	struct conditions c = read_conditions(r);

	if (audio_type_quality(http_header(r, "Accept"), audio->format) == 0) {
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "this file is %s", audio_format_media_type(audio->format));
		return;
	}
	if (open_audio(app, r, job, audio) < 0)
		return;
	switch (conditional_check(&c, &audio->validators)) {
	case CONDITION_GO_ON:
		add_headers(r, job, audio);
		reply_selected(r, audio, &c);
		return;
	case CONDITION_NOT_MODIFIED:
		add_headers(r, job, audio);
		http_reply(r, 304, NULL, NULL, 0);
		break;
	case CONDITION_FAILED:
		problem_reply(r, PROBLEM_PRECONDITION_FAILED, "the audio has the tag %s", audio->etag);
		break;
	}
	close(audio->fd);
}

bool api_refuse_unsucceeded(struct http_request *r, const struct job *job)
{
	if (job->state == JOB_SUCCEEDED && !job->is_expired)
		return false;
	if (job->state == JOB_SUCCEEDED) {
		problem_reply(r, PROBLEM_EXPIRED, "the audio is kept no longer; submit it again");
	} else if (!job_state_is_terminal(job->state)) {
		http_add_header(r, "Retry-After", "1");
		problem_reply(r, PROBLEM_NOT_FINISHED, "the job is %s", job_state_name(job->state));
	} else {
		problem_reply(r, PROBLEM_NO_AUDIO, "the job is %s", job_state_name(job->state));
	}
	return true;
}

int api_load_succeeded(struct app *app, struct http_request *r, struct job *out)
{
	if (api_load_job(app, r, false, out) < 0)
		return -1;
	if (!api_refuse_unsucceeded(r, out))
		return 0;
	job_fini(out);
	return -1;
}

void api_audio(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	int is_live = api_wants_live(r);
	struct audio audio;
	struct job job;

	if (is_live < 0 || api_load_job(app, r, false, &job) < 0)
		return;
	if (is_live && !job_state_is_terminal(job.state)) {
		api_live(app, r, &job);
	} else if (!api_refuse_unsucceeded(r, &job)) {
		describe_mix(&job, &audio);
		reply_file(app, r, &job, &audio);
	}
	job_fini(&job);
}

void api_stem_audio(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct audio audio;
	struct job job;

	if (api_load_succeeded(app, r, &job) < 0)
		return;
	if (describe_stem(&job, r->path_name, &audio) == 0)
		reply_file(app, r, &job, &audio);
	else
		problem_reply(r, PROBLEM_NOT_FOUND,
			      job.stems ? "the job has no stem of this name; see /jobs/%s/stems"
					: "the job %s was submitted without 'stems'",
			      job.id);
	job_fini(&job);
}
