/* Webhooks as their owner sees them: what was sent, again please, and the secret. */
#include <errno.h>
#include <sodium/randombytes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"
#include "server/webhook_sign.h"
#include "server/webhooks.h"

enum { LOG_MAX = 20, GRACE_DEFAULT_S = 86400, GRACE_MAX_S = 30 * 86400 };

static json_t *json_time(int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE];

	return ms ? json_string(clock_format_rfc3339(ms, text)) : json_null();
}

static json_t *json_attempts(struct app *app, int64_t delivery_id)
{
	struct delivery_attempt attempts[LOG_MAX];
	int n = storage_delivery_attempts(app->storage, delivery_id, attempts, LOG_MAX, NULL);
	json_t *list = json_array();

	for (int i = 0; list && i < n; i++) {
		const struct delivery_attempt *a = &attempts[i];
		json_array_append_new(
			list, json_pack("{s:i, s:o, s:I, s:o, s:o}", "n", a->n, "at", json_time(a->at_ms),
					"duration_ms", (json_int_t)a->duration_ms, "status",
					a->http_status ? json_integer(a->http_status) : json_null(), "error",
					a->error[0] ? problem_json_bytes(a->error, strlen(a->error)) : json_null()));
	}
	return list;
}

static json_t *json_delivery(struct app *app, const struct delivery *d)
{
	char id[WEBHOOK_MESSAGE_ID_SIZE];

	return json_pack("{s:s, s:s, s:o, s:s, s:o, s:o, s:o}", "id", webhook_message_id(d, id), "event", d->event,
			 "url", problem_json_bytes(d->url, strlen(d->url)), "status", d->status, "created_at",
			 json_time(d->created_at_ms), "next_attempt_at", json_time(d->next_at_ms), "attempts",
			 json_attempts(app, d->id));
}

static void reply_deliveries(struct app *app, struct http_request *r, unsigned status, const char *job_id)
{
	struct error err = ERROR_INIT;
	struct delivery *list;
	json_t *items;
	size_t n;

	if (storage_delivery_list(app->storage, job_id, &list, &n, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	items = json_array();
	for (size_t i = 0; i < n; i++) {
		if (items)
			json_array_append_new(items, json_delivery(app, &list[i]));
		delivery_fini(&list[i]);
	}
	free(list);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, status, items ? json_pack("{s:o}", "deliveries", items) : NULL);
}

/* Is there the job or the batch that the path names, for this caller? -1: answered. */
static int find_subject(struct app *app, struct http_request *r)
{
	struct batch batch;
	struct job job;

	if (strncmp(r->path, "/batches/", 9) == 0)
		return api_load_batch(app, r, &batch);
	if (api_load_job(app, r, false, &job) < 0)
		return -1;
	job_fini(&job);
	return 0;
}

void api_deliveries(void *ctx, struct http_request *r)
{
	if (find_subject(ctx, r) == 0)
		reply_deliveries(ctx, r, 200, r->path_id);
}

void api_redeliver(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;

	if (find_subject(app, r) < 0)
		return;
	if (storage_delivery_redeliver(app->storage, r->path_id, clock_wall_ms(), &err) < 0)
		problem_reply_error(r, &err);
	else
		reply_deliveries(app, r, 202, r->path_id);
}

/* --- The secret --- */

static void reply_secret(struct app *app, struct http_request *r)
{
	uint8_t fresh[WEBHOOK_SECRET_BYTES];
	char text[WEBHOOK_SECRET_TEXT_SIZE];
	struct webhook_secrets secrets;
	struct error err = ERROR_INIT;
	bool is_rotating;

	randombytes_buf(fresh, sizeof fresh);
	if (storage_webhook_secrets(app->storage, r->caller->key_id, fresh, &secrets, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	is_rotating = secrets.has_old && clock_wall_ms() < secrets.old_until_ms;
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:s, s:o}", "secret", webhook_print_secret(secrets.now, text), "previous_until",
				 json_time(is_rotating ? secrets.old_until_ms : 0)));
}

void api_webhook_secret(void *ctx, struct http_request *r)
{
	reply_secret(ctx, r);
}

/* -1: answered. */
static int read_grace(struct http_request *r, int64_t *grace_s)
{
	const char *text = http_query(r, "grace");
	char *end;
	unsigned long n;

	*grace_s = GRACE_DEFAULT_S;
	if (!text)
		return 0;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n > GRACE_MAX_S) {
		problem_reply(r, PROBLEM_INVALID, "'grace' is a number of seconds, 0..%d", GRACE_MAX_S);
		return -1;
	}
	*grace_s = (int64_t)n;
	return 0;
}

void api_webhook_rotate(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	uint8_t fresh[WEBHOOK_SECRET_BYTES];
	struct error err = ERROR_INIT;
	int64_t grace_s;

	if (read_grace(r, &grace_s) < 0)
		return;
	randombytes_buf(fresh, sizeof fresh);
	if (storage_webhook_rotate(app->storage, r->caller->key_id, fresh, clock_wall_ms() + grace_s * 1000, &err) < 0)
		problem_reply_error(r, &err);
	else
		reply_secret(app, r);
}
