/* What a batch came to: a line for each of its lines, or the files of the jobs that succeeded as one tar archive. Both are
 * put together page by page while they are sent, so that the length of a batch costs no memory but for the archive's
 * manifest, which comes last. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "server/api.h"
#include "server/problem.h"
#include "server/tar.h"

enum { PAGE_JOBS = 50 };

struct export
{
	struct app *app;
	char batch_id[JOB_ID_SIZE], after[JOB_ID_SIZE]; /* the job that was seen last */
	uint64_t after_line;
	struct buf out; /* what is to be sent, from at on */
	size_t at;
	bool has_all_jobs, has_all;
	/* Of the archive: */
	struct job *jobs; /* a page, [next..n) are to come */
	size_t n, next;
	struct buf manifest;
	int fd; /* of the file that is being sent, or -1 */
	uint64_t file_left, padding_left;
};

static void export_free(void *state)
{
	struct export *e = state;

	job_list_free(e->jobs, e->n);
	if (e->fd >= 0)
		close(e->fd);
	buf_fini(&e->out);
	buf_fini(&e->manifest);
	free(e);
}

/* The next page of the batch's jobs, newest first. -1: the store failed. */
static int next_page(struct export *e)
{
	struct job_filter f = { .state = -1, .batch_id = e->batch_id, .after_id = e->after, .limit = PAGE_JOBS };
	bool has_more;

	job_list_free(e->jobs, e->n);
	e->jobs = NULL;
	e->n = e->next = 0;
	if (queue_list(e->app->queue, &f, &e->jobs, &e->n, &has_more, NULL))
		return -1;
	e->has_all_jobs = !has_more;
	if (e->n)
		memcpy(e->after, e->jobs[e->n - 1].id, sizeof e->after);
	return 0;
}

static int put_json(struct buf *b, json_t *j)
{
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
	int rc = text ? buf_printf(b, "%s\n", text) : -1;

	free(text);
	json_decref(j);
	return rc;
}

static ssize_t drain(struct export *e, char *out, size_t max)
{
	size_t left = e->out.len - e->at, n = left < max ? left : max;

	memcpy(out, e->out.data + e->at, n);
	e->at += n;
	if (e->at == e->out.len)
		e->at = e->out.len = 0;
	return (ssize_t)n;
}

/* --- Lines ------------------------------------------------------------------------------------------------ */

static json_t *json_line(const char *custom_id, json_t *job, json_t *error)
{
	return json_pack("{s:o, s:o, s:o}", "custom_id",
			 custom_id && *custom_id ? problem_json_bytes(custom_id, strlen(custom_id)) : json_null(),
			 "job", job, "error", error);
}

static void put_error(void *ctx, uint64_t line, const char *custom_id, const char *problem)
{
	struct export *e = ctx;
	json_t *error = problem ? json_loads(problem, 0, NULL) : NULL;

	error = error ? error : json_object();
	json_object_set_new(error, "line", json_integer((json_int_t)line));
	if (put_json(&e->out, json_line(custom_id, json_null(), error)) < 0)
		e->has_all = true;
}

static int put_jobs(struct export *e)
{
	if (next_page(e) < 0)
		return -1;
	for (size_t i = 0; i < e->n; i++)
		if (put_json(&e->out, json_line(e->jobs[i].custom_id, job_json(&e->jobs[i], NULL), json_null())) < 0)
			return -1;
	return 0;
}

static int put_errors(struct export *e)
{
	uint64_t last;

	if (storage_batch_each_error(e->app->storage, e->batch_id, e->after_line, put_error, e, &last, NULL))
		return -1;
	e->has_all |= last == 0;
	e->after_line = last;
	return 0;
}

static ssize_t read_lines(void *ctx, char *out, size_t max)
{
	struct export *e = ctx;

	while (e->out.len == 0) {
		if (e->has_all)
			return HTTP_LIVE_END;
		if ((e->has_all_jobs ? put_errors(e) : put_jobs(e)) < 0)
			return HTTP_LIVE_CUT;
	}
	return drain(e, out, max);
}

/* --- Archive ---------------------------------------------------------------------------------------------- */

/* Begins the file of a job; one that is no longer there is left out. */
static int put_file(struct export *e, const struct job *job)
{
	char name[TAR_NAME_BYTES], hex[SHA256_HEX_SIZE];
	uint8_t head[TAR_BLOCK_BYTES];
	uint64_t bytes;

	if (job->state != JOB_SUCCEEDED ||
	    artifact_open(e->app->storage, job->content_hash, &e->fd, &bytes, NULL) < 0) {
		e->fd = -1;
		return 0;
	}
	snprintf(name, sizeof name, "%s/%s.%s", e->batch_id, job->id, audio_format_extension(api_format_of(job)));
	tar_head(head, name, bytes, job->completed_at_ms / 1000);
	e->file_left = bytes;
	e->padding_left = tar_padding(bytes);
	if (buf_append(&e->out, head, sizeof head) < 0)
		return -1;
	return put_json(
		&e->manifest,
		json_pack("{s:s, s:s, s:o, s:I, s:s}", "file", name, "job", job->id, "custom_id",
			  job->custom_id[0] ? problem_json_bytes(job->custom_id, strlen(job->custom_id)) : json_null(),
			  "bytes", (json_int_t)bytes, "sha256", sha256_hex(job->sha256, hex)));
}

static int put_zeros(struct buf *b, uint64_t n)
{
	static const char zeros[TAR_END_BYTES];

	return n ? buf_append(b, zeros, (size_t)n) : 0;
}

static int put_manifest(struct export *e)
{
	char name[TAR_NAME_BYTES];
	uint8_t head[TAR_BLOCK_BYTES];

	snprintf(name, sizeof name, "%s/manifest.jsonl", e->batch_id);
	tar_head(head, name, e->manifest.len, 0);
	e->has_all = true;
	if (buf_append(&e->out, head, sizeof head) < 0 ||
	    (e->manifest.len && buf_append(&e->out, e->manifest.data, e->manifest.len) < 0))
		return -1;
	return put_zeros(&e->out, tar_padding(e->manifest.len)) < 0 ? -1 : put_zeros(&e->out, TAR_END_BYTES);
}

static ssize_t read_file(struct export *e, char *out, size_t max)
{
	ssize_t n;

	do
		n = read(e->fd, out, e->file_left < max ? (size_t)e->file_left : max);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return HTTP_LIVE_CUT;
	e->file_left -= (uint64_t)n;
	return n;
}

/* Closes the file that was sent and finds the next. */
static int next_member(struct export *e)
{
	if (e->fd >= 0) {
		close(e->fd);
		e->fd = -1;
		if (e->padding_left)
			return put_zeros(&e->out, e->padding_left);
	}
	if (e->next < e->n)
		return put_file(e, &e->jobs[e->next++]);
	return e->has_all_jobs ? put_manifest(e) : next_page(e);
}

static ssize_t read_archive(void *ctx, char *out, size_t max)
{
	struct export *e = ctx;

	while (e->out.len == 0) {
		if (e->fd >= 0 && e->file_left > 0)
			return read_file(e, out, max);
		if (e->has_all)
			return HTTP_LIVE_END;
		if (next_member(e) < 0)
			return HTTP_LIVE_CUT;
	}
	return drain(e, out, max);
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

static void reply_export(struct app *app, struct http_request *r, const char *type, const char *ending,
			 ssize_t (*read_fn)(void *ctx, char *out, size_t max))
{
	struct batch b;
	struct export *e;

	if (api_load_batch(app, r, &b) < 0)
		return;
	e = calloc(1, sizeof *e);
	if (!e) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the answer");
		return;
	}
	e->app = app;
	e->fd = -1;
	memcpy(e->batch_id, b.id, sizeof e->batch_id);
	r->state = e;
	r->state_free = export_free;
	http_add_header(r, "Content-Disposition", "attachment; filename=\"%s.%s\"", b.id, ending);
	http_reply_live(r, 200, type, &(struct http_live){ .ctx = e, .read = read_fn, .is_file = true });
}

void api_batch_results(void *ctx, struct http_request *r)
{
	reply_export(ctx, r, "application/jsonl", "jsonl", read_lines);
}

void api_batch_audio(void *ctx, struct http_request *r)
{
	reply_export(ctx, r, "application/x-tar", "tar", read_archive);
}
