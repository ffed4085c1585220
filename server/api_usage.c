/* GET /usage: what the caller's key may do, and what it has used. */
#include <string.h>

#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"

static json_t *json_scopes(unsigned scopes)
{
	json_t *list = json_array();

	if (scopes & SCOPE_READ)
		json_array_append_new(list, json_string("read"));
	if (scopes & SCOPE_RENDER)
		json_array_append_new(list, json_string("render"));
	if (scopes & SCOPE_ADMIN)
		json_array_append_new(list, json_string("admin"));
	return list;
}

static json_t *json_key(const struct caller *c)
{
	char expires[CLOCK_RFC3339_SIZE];

	if (!c->key_id[0])
		return json_null();
	return json_pack("{s:s, s:o, s:o, s:s?}", "id", c->key_id, "name", problem_json_bytes(c->name, strlen(c->name)),
			 "scopes", json_scopes(c->scopes), "expires_at",
			 c->expires_at_ms ? clock_format_rfc3339(c->expires_at_ms, expires) : NULL);
}

static json_t *json_limit(uint64_t limit)
{
	return limit ? json_integer((json_int_t)limit) : json_null();
}

void api_usage(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	const struct caller *c = r->caller;
	struct error err = ERROR_INIT;
	struct key_usage u;

	if (storage_key_usage(app->storage, c->key_id, clock_wall_ms(), &u, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:o, s:{s:o, s:o, s:o, s:o, s:o}, s:{s:I, s:I, s:I, s:I, s:f}}", "key", json_key(c),
				 "limits", "jobs_per_minute", json_limit(c->limits.jobs_per_minute), "queued",
				 json_limit(c->limits.max_queued), "running", json_limit(c->limits.max_running),
				 "audio_seconds_per_day", json_limit(c->limits.audio_s_per_day), "bytes",
				 json_limit(c->limits.max_bytes), "usage", "queued", (json_int_t)u.queued, "running",
				 (json_int_t)u.running, "bytes", (json_int_t)u.bytes, "jobs_today",
				 (json_int_t)u.jobs_today, "audio_seconds_today", (double)u.audio_ms_today / 1000));
}
