/* Samples that keys have uploaded: /samples and what is below it.
 *
 * An upload is written to a file as it comes. What follows is work for a background thread, while the request is suspended:
 * the file is decoded in a sandbox, kept, and gets its name, if the request's conditions still hold in the
 * transaction that gives it. */
#include <ctype.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "server/api.h"
#include "server/background.h"
#include "server/file_reply.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/sample_decoder.h"
#include "server/url.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 1000 };

/* --- Names ------------------------------------------------------------------------------------------------ */

bool api_is_sample_name(const char *bank, const char *name)
{
	size_t n_bank = strlen(bank), n_name = strlen(name);

	return isalpha((unsigned char)bank[0]) && n_bank < SAMPLE_BANK_SIZE && n_name < SAMPLE_NAME_SIZE &&
	       strspn(bank, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == n_bank &&
	       isalnum((unsigned char)name[0]) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == n_name;
}

/* The entry that the path names, empty but for that. -1: answered. */
static int read_path(struct http_request *r, struct sample_entry *e)
{
	*e = (struct sample_entry){ .key_id = "" };
	if (!api_is_sample_name(r->path_id, r->path_name)) {
		problem_reply(
			r, PROBLEM_INVALID,
			"a bank is a letter and letters, digits or '_', a name a letter or digit and also '-' and "
			"'.', both of 63 at most");
		return -1;
	}
	memcpy(e->key_id, r->caller->key_id, sizeof e->key_id);
	snprintf(e->bank, sizeof e->bank, "%s", r->path_id);
	snprintf(e->name, sizeof e->name, "%s", r->path_name);
	return 0;
}

/* --- JSON ------------------------------------------------------------------------------------------------- */

static json_t *json_sample(const struct sample_entry *e)
{
	char hex[SHA256_HEX_SIZE], created[CLOCK_RFC3339_SIZE], updated[CLOCK_RFC3339_SIZE], pattern[96];
	const struct sample_facts *f = &e->facts;

	snprintf(pattern, sizeof pattern, "%s:%llu", e->bank, (unsigned long long)e->variation);
	return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:i, s:f, s:s, s:s, s:s, s:{s:s++++}}", "bank",
			 e->bank, "name", e->name, "pattern", pattern, "type", f->type, "bytes", (json_int_t)f->bytes,
			 "stored_bytes", (json_int_t)f->stored_bytes, "frames", (json_int_t)f->frames, "sample_rate",
			 (json_int_t)f->sample_rate_hz, "channels", (int)f->channels, "duration_s",
			 (double)f->frames / f->sample_rate_hz, "sha256", sha256_hex(f->digest, hex), "created_at",
			 clock_format_rfc3339(e->created_at_ms, created), "updated_at",
			 clock_format_rfc3339(e->updated_at_ms, updated), "links", "self", "/samples/", e->bank, "/",
			 e->name, "");
}

/* --- GET /samples ----------------------------------------------------------------------------------------- */

struct list {
	struct sample_filter filter;
	char after[SAMPLE_BANK_SIZE + SAMPLE_NAME_SIZE]; /* "bank\0name" */
};

static const char *read_limit(struct list *l, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n < 1 || n > LIST_MAX)
		return "'limit' must be 1..1000";
	l->filter.limit = (unsigned)n;
	return NULL;
}

static const char *read_after(struct list *l, const char *value)
{
	char *slash;

	if (strlen(value) >= sizeof l->after)
		return "'after' must be a bank, '/' and a name";
	strcpy(l->after, value);
	slash = strchr(l->after, '/');
	if (!slash)
		return "'after' must be a bank, '/' and a name";
	*slash = '\0';
	l->filter.after_bank = l->after;
	l->filter.after_name = slash + 1;
	return NULL;
}

/* NULL, or what is wrong. */
static const char *read_parameter(struct list *l, const struct http_pair *p)
{
	if (strcmp(p->name, "limit") == 0)
		return read_limit(l, p->value);
	if (strcmp(p->name, "after") == 0)
		return read_after(l, p->value);
	if (strcmp(p->name, "bank") != 0)
		return "the parameters of this list are bank, limit and after";
	l->filter.bank = p->value;
	return NULL;
}

/* -1: answered. */
static int read_list(struct http_request *r, struct list *l)
{
	*l = (struct list){ .filter = { .key_id = r->caller->key_id, .limit = LIST_DEFAULT } };
	for (size_t i = 0; i < r->n_query; i++) {
		const char *complaint = read_parameter(l, &r->query[i]);
		if (!complaint)
			continue;
		problem_reply_list(r, PROBLEM_INVALID, complaint,
				   json_pack("[{s:o, s:s, s:s}]", "parameter",
					     problem_json_bytes(r->query[i].name, strlen(r->query[i].name)), "code",
					     "out-of-range", "message", complaint),
				   NULL);
		return -1;
	}
	return 0;
}

/* The installed names that are not hidden by a folder of the same name have one entry each. */
static json_t *json_library(const struct app *app)
{
	size_t n;
	const char *const *names = render_sample_names(app->engine, &n);
	json_t *list = json_array();

	for (size_t i = 0; list && i < n; i++)
		json_array_append_new(list, json_pack("{s:o, s:I}", "bank",
						      problem_json_bytes(names[i], strlen(names[i])), "variations",
						      (json_int_t)render_sample_variations(app->engine, names[i])));
	return list;
}

static const char *print_next(struct http_request *r, const struct list *l, const struct sample_entry *last)
{
	return arena_printf(&r->arena, "/samples?after=%s/%s&limit=%u%s%s", last->bank, last->name, l->filter.limit,
			    l->filter.bank ? "&bank=" : "", l->filter.bank ? last->bank : "");
}

void api_samples_list(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct sample_entry *entries;
	const char *next = NULL;
	json_t *array;
	struct list l;
	bool has_more;
	size_t n;

	if (read_list(r, &l) < 0)
		return;
	if (storage_sample_list(app->storage, &l.filter, &entries, &n, &has_more, &err)) {
		problem_reply_error(r, &err);
		return;
	}
	array = json_array();
	for (size_t i = 0; array && i < n; i++)
		json_array_append_new(array, json_sample(&entries[i]));
	if (has_more)
		next = print_next(r, &l, &entries[n - 1]);
	free(entries);
	if (next)
		http_add_header(r, "Link", "<%s>; rel=\"next\"", next);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:o, s:b, s:s?, s:o}", "samples", array, "has_more", has_more, "next", next,
				 "library", json_library(app)));
}

/* --- GET, DELETE ------------------------------------------------------------------------------------------ */

static void describe(const struct sample_entry *e, struct file_reply *f)
{
	*f = (struct file_reply){
		.fd = -1, .type = e->facts.type, .cache_control = "private, no-cache", .modified_ms = e->updated_at_ms
	};
	memcpy(f->sha256, e->facts.digest, SHA256_BYTES);
	snprintf(f->name, sizeof f->name, "%s", e->name);
	file_reply_name(f);
}

void api_sample_get(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct sample_entry e;
	struct file_reply f;

	if (read_path(r, &e) < 0)
		return;
	if (storage_sample_get(app->storage, &e, &err)) {
		problem_reply_error(r, &err);
		return;
	}
	describe(&e, &f);
	if (negotiation_quality(http_header(r, "Accept"), e.facts.type) == 0)
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "this sample is %s", e.facts.type);
	else if (storage_sample_open(app->storage, e.facts.digest, &f.fd, &f.bytes, &err))
		problem_reply_error(r, &err);
	else
		file_reply_send(r, &f);
}

/* Are the request's conditions met by what is there now? *condition holds that state, for the transaction that changes it.
 * -1: answered. */
static int check_conditions(struct app *app, struct http_request *r, const struct sample_entry *wanted,
			    struct sample_condition *condition)
{
	struct conditions c = file_reply_conditions(r);
	struct sample_entry e = *wanted;
	struct error err = ERROR_INIT;
	struct file_reply f;
	struct validators v;

	*condition = (struct sample_condition){ .is_given = c.if_match || c.if_none_match || c.if_unmodified_since };
	if (!condition->is_given)
		return 0;
	if (storage_sample_get(app->storage, &e, &err)) {
		if (err.code == ERR_NOT_FOUND && !c.if_match)
			return 0;
		if (err.code == ERR_NOT_FOUND)
			problem_reply(r, PROBLEM_PRECONDITION_FAILED, "there is no such sample");
		else
			problem_reply_error(r, &err);
		return -1;
	}
	describe(&e, &f);
	v = (struct validators){ f.etag, f.modified_ms };
	condition->wants_entry = true;
	memcpy(condition->digest, e.facts.digest, SHA256_BYTES);
	if (conditional_check(&c, &v) == CONDITION_GO_ON)
		return 0;
	problem_reply(r, PROBLEM_PRECONDITION_FAILED, "the sample has the tag %s", f.etag);
	return -1;
}

static void reply_change_error(struct http_request *r, const struct error *err)
{
	if (err->code == ERR_MISMATCH)
		problem_reply(r, PROBLEM_PRECONDITION_FAILED, "%s", err->message);
	else
		api_reply_sample_error(r, err);
}

void api_sample_delete(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct sample_condition condition;
	struct error err = ERROR_INIT;
	struct sample_entry e;

	if (read_path(r, &e) < 0 || check_conditions(app, r, &e, &condition) < 0)
		return;
	if (storage_sample_delete(app->storage, &e, &condition, &err))
		reply_change_error(r, &err);
	else
		http_reply(r, 204, NULL, NULL, 0);
}

/* --- PUT -------------------------------------------------------------------------------------------------- */

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

void api_reply_sample_error(struct http_request *r, const struct error *err)
{
	if (err->code == ERR_CORRUPT)
		problem_reply(r, PROBLEM_SAMPLE_ERROR, "%s", err->message);
	else if (err->code == ERR_CANCELED)
		problem_reply(r, PROBLEM_BUSY, "%s", err->message);
	else
		problem_reply_error(r, err);
}

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
	if (read_path(r, &in->entry) < 0 || check_type(r) < 0 || read_digests(r, in) < 0 ||
	    check_conditions(app, r, &in->entry, &in->condition) < 0)
		return;
	in->upload = sample_upload_new(app->storage, &err);
	if (!in->upload) {
		problem_reply_error(r, &err);
		return;
	}
	r->max_body_bytes = app->config.max_sample_bytes;
	r->body_timeout_ms += api_upload_time_ms(r->max_body_bytes);
	r->take_body = take_body;
}

int64_t api_upload_time_ms(size_t max_bytes)
{
	enum { SLOWEST_BYTES_PER_MS = 128 };

	return (int64_t)(max_bytes / SLOWEST_BYTES_PER_MS);
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
	api_reply_json(r, in->change == SAMPLE_MADE ? 201 : 200, json_sample(&in->entry));
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
		reply_change_error(r, &in->err);
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
