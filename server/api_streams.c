/* GET /events and GET /jobs/{id}/events. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/events.h"
#include "server/problem.h"

/* The number after which to go on: Last-Event-ID, or ?last_event_id= for who cannot send it. *out stays when there is none.
 * -1: answered. */
static int read_last_id(struct http_request *r, int64_t *out)
{
	const char *text = http_header(r, "Last-Event-ID");
	char *end;
	long long n;

	text = text ? text : http_query(r, "last_event_id");
	if (!text || !*text)
		return 0;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno) {
		*out = n;
		return 1;
	}
	problem_reply(r, PROBLEM_INVALID, "Last-Event-ID must be the id of an event");
	return -1;
}

static void reply_stream(struct app *app, struct http_request *r, const struct event_wish *wish)
{
	struct error err = ERROR_INIT;

	if (events_reply(app->events, r, wish, &err) < 0)
		problem_reply_error(r, &err);
}

void api_all_events(void *ctx, struct http_request *r)
{
	struct event_wish wish = { .key_id = r->caller->key_id,
				   .is_admin = (r->caller->scopes & SCOPE_ADMIN) != 0,
				   .after_id = -1 };

	if (read_last_id(r, &wish.after_id) >= 0)
		reply_stream(ctx, r, &wish);
}

/* Has the log something after after_id? */
static bool has_events(struct app *app, const char *job_id, int64_t after_id)
{
	struct event_filter f = { .after_id = after_id, .job_id = job_id };
	struct job_event one;

	return storage_event_list(app->storage, &f, &one, 1, NULL) != 0;
}

/* Of a job that has ended, and nothing of it is left to tell. To a browser that comes back 204 means: do not again. */
static void reply_nothing(struct http_request *r, const struct job *job, bool is_resumed)
{
	const char *text;

	if (is_resumed) {
		http_reply(r, 204, NULL, NULL, 0);
		return;
	}
	text = arena_printf(&r->arena, "event: state\ndata: {\"job\":\"%s\",\"state\":\"%s\",\"attempt\":%d}\n\n",
			    job->id, job_state_name(job->state), job->attempt);
	if (text)
		http_reply(r, 200, "text/event-stream", strdup(text), strlen(text));
	else
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the answer");
}

void api_job_events(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct event_wish wish = { .is_admin = true, .key_id = r->caller->key_id, .after_id = 0 };
	int is_resumed = read_last_id(r, &wish.after_id);
	struct job job;

	if (is_resumed < 0 || api_load_job(app, r, false, &job) < 0)
		return;
	wish.job_id = job.id;
	if (job_state_is_terminal(job.state) && !has_events(app, job.id, wish.after_id))
		reply_nothing(r, &job, is_resumed > 0);
	else
		reply_stream(app, r, &wish);
	job_fini(&job);
}
