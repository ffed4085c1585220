/* Samples that keys have uploaded: /samples and what is below it, but for the uploading. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/api_samples.h"
#include "server/file_reply.h"
#include "server/negotiation.h"
#include "server/problem.h"
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

int sample_read_path(struct http_request *r, struct sample_entry *e)
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

json_t *sample_json(const struct sample_entry *e)
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

/* What is installed, whether or not the key has a bank of that name. */
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
		json_array_append_new(array, sample_json(&entries[i]));
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

	if (sample_read_path(r, &e) < 0)
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

int sample_check_conditions(struct app *app, struct http_request *r, const struct sample_entry *wanted,
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

void api_reply_sample_error(struct http_request *r, const struct error *err)
{
	if (err->code == ERR_CORRUPT)
		problem_reply(r, PROBLEM_SAMPLE_ERROR, "%s", err->message);
	else if (err->code == ERR_CANCELED)
		problem_reply(r, PROBLEM_BUSY, "%s", err->message);
	else
		problem_reply_error(r, err);
}

void sample_reply_error(struct http_request *r, const struct error *err)
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

	if (sample_read_path(r, &e) < 0 || sample_check_conditions(app, r, &e, &condition) < 0)
		return;
	if (storage_sample_delete(app->storage, &e, &condition, &err))
		sample_reply_error(r, &err);
	else
		http_reply(r, 204, NULL, NULL, 0);
}
