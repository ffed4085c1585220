/* The queue as a whole: what waits, for whom and for how long; pause and resume. */
#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"

static json_t *json_seconds(double s)
{
	return json_real((double)(int64_t)(1000 * s + 0.5) / 1000);
}

/* Whose work it is concerns the key itself and who administers. */
static json_t *json_shares(const struct http_request *r, const struct queue_summary *q)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < q->n_shares; i++) {
		const struct queue_share *s = &q->shares[i];
		if (!access_may_see(r, s->key_id))
			continue;
		json_array_append_new(list, json_pack("{s:s?, s:I, s:o, s:o}", "key", s->key_id[0] ? s->key_id : NULL,
						      "queued", (json_int_t)s->n_queued, "queued_cost_s",
						      json_seconds(s->queued_s), "behind_s", json_seconds(s->ahead_s)));
	}
	return list;
}

void api_queue(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct queue_summary q;
	int64_t age_ms;

	if (storage_queue_summary(app->storage, &q, &err)) {
		problem_reply_error(r, &err);
		return;
	}
	age_ms = q.oldest_ms ? queue_now_ms(app->queue) - q.oldest_ms : 0;
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:b, s:I, s:I, s:I, s:i, s:o, s:I, s:I, s:o}", "paused", queue_is_paused(app->queue),
				 "queued", (json_int_t)q.n_queued, "scheduled", (json_int_t)q.n_scheduled, "running",
				 (json_int_t)q.n_held, "max_queued", (int)app->config.max_queued, "queued_cost_s",
				 json_seconds(q.queued_s), "oldest_age_ms", (json_int_t)(age_ms > 0 ? age_ms : 0),
				 "keys", (json_int_t)q.n_keys, "shares", json_shares(r, &q)));
}

static void set_paused(struct app *app, struct http_request *r, bool is_paused)
{
	struct error err = ERROR_INIT;

	if (queue_set_paused(app->queue, is_paused, &err))
		problem_reply_error(r, &err);
	else
		api_queue(app, r);
}

void api_queue_pause(void *ctx, struct http_request *r)
{
	set_paused(ctx, r, true);
}

void api_queue_resume(void *ctx, struct http_request *r)
{
	set_paused(ctx, r, false);
}
