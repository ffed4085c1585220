/* Jobs as resources: read, cancel, retry, delete. */
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"

void api_reply_json(struct http_request *r, unsigned status, json_t *j)
{
	/* 15 digits: every decimal that a client wrote comes back as it was written. */
	char *text = j ? json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;

	json_decref(j);
	if (text)
		http_reply(r, status, "application/json", text, strlen(text));
	else
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the answer");
}

int api_load_job(struct app *app, struct http_request *r, bool with_source, struct job *out)
{
	struct error err = ERROR_INIT;

	if (!r->path_id || strncmp(r->path_id, "job_", 4) != 0 || strlen(r->path_id) >= JOB_ID_SIZE)
		error_set(&err, ERR_NOT_FOUND, "no job has this id");
	else if (queue_get(app->queue, r->path_id, with_source, out, &err) == 0) {
		if (access_may_see(r, out->key_id))
			return 0;
		/* Whether somebody else has such a job is nobody's business. */
		job_fini(out);
		error_set(&err, ERR_NOT_FOUND, "no job has this id");
	}
	problem_reply_error(r, &err);
	return -1;
}

static void reply_viewed(struct http_request *r, unsigned status, const struct job *job, const struct queue_view *view)
{
	http_add_header(r, "Location", "/jobs/%s", job->id);
	http_add_header(r, "Cache-Control", "no-store");
	if (!job_state_is_terminal(job->state))
		http_add_header(r, "Retry-After", "1");
	api_reply_json(r, status, job_json(job, view));
}

void api_reply_job(struct app *app, struct http_request *r, unsigned status, const struct job *job)
{
	struct queue_view view = queue_look(app->queue, job);

	reply_viewed(r, status, job, &view);
}

void api_reply_submitted(struct app *app, struct http_request *r, unsigned status, const struct job *job)
{
	struct queue_view view = queue_glance(app->queue, job);

	reply_viewed(r, status, job, &view);
}

static bool is_true(const char *s)
{
	return s && strcmp(s, "0") != 0 && strcmp(s, "false") != 0;
}

void api_job_get(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct job job;

	if (api_load_job(app, r, is_true(http_query(r, "source")), &job) < 0)
		return;
	api_reply_job(app, r, 200, &job);
	job_fini(&job);
}

void api_job_cancel(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct job job;

	if (api_load_job(app, r, false, &job) < 0)
		return;
	job_fini(&job);
	if (queue_cancel(app->queue, r->path_id, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	api_job_get(ctx, r);
}

static void set_pin(struct app *app, struct http_request *r, bool is_pinned)
{
	struct error err = ERROR_INIT;
	struct job job;

	if (api_load_job(app, r, false, &job) < 0)
		return;
	job_fini(&job);
	if (queue_pin(app->queue, r->path_id, is_pinned, &err) < 0)
		problem_reply_error(r, &err);
	else
		api_job_get(app, r);
}

void api_job_pin(void *ctx, struct http_request *r)
{
	set_pin(ctx, r, true);
}

void api_job_unpin(void *ctx, struct http_request *r)
{
	set_pin(ctx, r, false);
}

void api_job_delete(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct job job;

	if (api_load_job(app, r, false, &job) < 0)
		return;
	job_fini(&job);
	if (queue_delete(app->queue, r->path_id, &err) == 0) {
		http_reply(r, 204, NULL, NULL, 0);
		return;
	}
	/* A runner has been told to stop and lets go within a block. */
	if (err.code == ERR_CONFLICT)
		http_add_header(r, "Retry-After", "1");
	problem_reply_error(r, &err);
}

void api_job_retry(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct job job;

	if (api_load_job(app, r, false, &job) < 0)
		return;
	job_fini(&job);
	if (queue_retry(app->queue, r->path_id, &job, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	api_reply_job(app, r, job_state_is_terminal(job.state) ? 201 : 202, &job);
	job_fini(&job);
}
