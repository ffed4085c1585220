/* PUT /samples/{bank}/{name}.
 *
 * An upload is written to a file as it comes. What follows is work for a background thread, while the request is suspended:
 * the file is decoded in a sandbox, kept, and gets its name, if the request's conditions still hold in the
 * transaction that gives it. */
#include <sodium/utils.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "server/api_samples.h"
#include "server/background.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/sample_decoder.h"

/* An upload on its way: r->state. */
struct sample_intake {
	struct background_task task; /* first */
	struct app *app;
	struct http_request *request;
	struct sample_upload *upload;
	struct sample_condition condition;
	struct sample_entry entry;
	bool has_digest; /* the client said what it sends */
	uint8_t digest[SHA256_BYTES];
	/* By the background thread. */
	bool has_worked, is_digest_wrong;
	enum sample_change change;
	struct error err;
};

static void intake_free(void *state)
{
	struct sample_intake *in = state;

	background_take_back(in->app->background, &in->task);
	sample_upload_free(in->upload);
	free(in);
}

static void take_body(void *ctx, struct http_request *r, const char *data, size_t n)
{
	struct sample_intake *in = r->state;
	struct error err = ERROR_INIT;

	(void)ctx;
	if (sample_upload_write(in->upload, data, n, &err))
		problem_reply_error(r, &err);
}

/* The sha-256 of a digest field (RFC 9530): 1, 0 when it has none, -1 when that is not 32 bytes in base64. */
static int read_digest(const char *value, uint8_t out[SHA256_BYTES])
{
	static const char algorithm[] = "sha-256=:";
	const char *end;
	size_t n;

	while (*value && strncasecmp(value, algorithm, strlen(algorithm)) != 0) {
		value += strcspn(value, ",");
		value += strspn(value, ", \t");
	}
	if (!*value)
		return 0;
	value += strlen(algorithm);
	if (sodium_base642bin(out, SHA256_BYTES, value, strcspn(value, ":"), NULL, &n, &end,
			      sodium_base64_VARIANT_ORIGINAL) ||
	    n != SHA256_BYTES || *end != ':')
		return -1;
	return 1;
}

/* -1: answered. */
static int read_digests(struct http_request *r, struct sample_intake *in)
{
	static const char *const names[] = { "Repr-Digest", "Content-Digest" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *value = http_header(r, names[i]);
		int rc = value && !in->has_digest ? read_digest(value, in->digest) : 0;
		if (rc < 0) {
			problem_reply(r, PROBLEM_BAD_REQUEST, "'%s' holds no SHA-256 as in sha-256=:…:", names[i]);
			return -1;
		}
		in->has_digest |= rc == 1;
	}
	return 0;
}

/* -1: answered. */
static int check_type(struct http_request *r)
{
	static const char *const types[] = { "audio/*", "application/octet-stream",
					     "application/x-www-form-urlencoded" };
	const char *type = http_header(r, "Content-Type"), *coding = http_header(r, "Content-Encoding");

	if (!r->is_framed) {
		problem_reply(r, PROBLEM_LENGTH_REQUIRED, "send the file as the body, with Content-Length or chunked");
		return -1;
	}
	if (http_header(r, "Content-Range")) {
		problem_reply(r, PROBLEM_BAD_REQUEST, "a sample is sent whole, without Content-Range");
		return -1;
	}
	if (coding && strcasecmp(coding, "identity") != 0)
		type = "";
	for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++)
		if (negotiation_is_type(type, types[i]) || (i == 0 && strncasecmp(type, "audio/", 6) == 0))
			return 0;
	if (!type)
		return 0;
	http_add_header(r, "Accept", "audio/wav, audio/aiff, audio/flac");
	problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE,
		      "the body is a WAV, AIFF or FLAC file, not compressed otherwise");
	return -1;
}

void api_sample_begin(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct sample_intake *in;

	in = calloc(1, sizeof *in);
	if (!in) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the upload");
		return;
	}
	in->app = app;
	in->request = r;
	r->state = in;
	r->state_free = intake_free;
	if (sample_read_path(r, &in->entry) < 0 || check_type(r) < 0 || read_digests(r, in) < 0 ||
	    sample_check_conditions(app, r, &in->entry, &in->condition) < 0)
		return;
	in->upload = sample_upload_new(app->storage, &err);
	if (!in->upload) {
		problem_reply_error(r, &err);
		return;
	}
	r->max_body_bytes = app->config.max_sample_bytes;
	r->body_timeout_ms += api_upload_time_ms(r);
	r->take_body = take_body;
}

int64_t api_upload_time_ms(struct http_request *r)
{
	enum { SLOWEST_BYTES_PER_MS = 128 };
	const char *said = http_header(r, "Content-Length");
	size_t n = said ? strtoull(said, NULL, 10) : r->max_body_bytes;

	return (int64_t)((n < r->max_body_bytes ? n : r->max_body_bytes) / SLOWEST_BYTES_PER_MS);
}

int api_keep_upload(struct app *app, struct sample_upload *u, bool is_known, const _Atomic bool *stop,
		    struct error *err)
{
	if (!is_known && sample_decoder_run(u, stop, err))
		return -1;
	return sample_upload_keep(u, app->config.max_samples_bytes, err);
}

static int store(struct sample_intake *in, const _Atomic bool *stop, struct error *err)
{
	bool is_known;

	if (sample_upload_end(in->upload, &is_known, err))
		return -1;
	in->is_digest_wrong =
		in->has_digest && memcmp(in->digest, sample_upload_facts(in->upload)->digest, SHA256_BYTES) != 0;
	if (in->is_digest_wrong || api_keep_upload(in->app, in->upload, is_known, stop, err))
		return -1;
	in->entry.updated_at_ms = clock_wall_ms();
	return storage_sample_put(in->app->storage, in->upload, &in->condition, &in->entry, &in->change, err);
}

static void work(struct background_task *t, const _Atomic bool *stop)
{
	struct sample_intake *in = (struct sample_intake *)t;

	if (!*stop && store(in, stop, &in->err) == 0)
		in->err.code = ERR_NONE;
	else if (*stop)
		error_set(&in->err, ERR_CANCELED, "the server is shutting down");
	in->has_worked = true;
}

static void done(struct background_task *t)
{
	http_resume(((struct sample_intake *)t)->request);
}

static void reply_put(struct http_request *r, const struct sample_intake *in)
{
	char hex[SHA256_HEX_SIZE];

	http_add_header(r, "ETag", "\"%s\"", sha256_hex(in->entry.facts.digest, hex));
	http_add_header(r, "Cache-Control", "no-store");
	if (in->change == SAMPLE_UNCHANGED) {
		http_reply(r, 204, NULL, NULL, 0);
		return;
	}
	if (in->change == SAMPLE_MADE)
		http_add_header(r, "Location", "/samples/%s/%s", in->entry.bank, in->entry.name);
	api_reply_json(r, in->change == SAMPLE_MADE ? 201 : 200, sample_json(&in->entry));
}

static void on_stored(void *ctx, struct http_request *r)
{
	struct sample_intake *in = r->state;

	(void)ctx;
	if (!background_is_done(in->app->background, &in->task) || !in->has_worked)
		problem_reply(r, PROBLEM_BUSY, "too many uploads wait, or the server is stopping");
	else if (in->is_digest_wrong)
		problem_reply(r, PROBLEM_DIGEST_MISMATCH, "what came has another SHA-256 than the request says");
	else if (in->err.code != ERR_NONE)
		sample_reply_error(r, &in->err);
	else
		reply_put(r, in);
}

void api_wait_for_task(struct app *app, struct http_request *r, struct background_task *t, http_handler next)
{
	if (!http_suspend(r, next))
		problem_reply(r, PROBLEM_BUSY, "too many requests wait, or the server is stopping");
	else if (!background_give(app->background, t))
		http_resume(r);
}

void api_sample_put(void *ctx, struct http_request *r)
{
	struct sample_intake *in = r->state;

	in->task.work = work;
	in->task.done = done;
	api_wait_for_task(ctx, r, &in->task, on_stored);
}
