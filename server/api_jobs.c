/* Jobs as resources: list, read, cancel, delete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/problem.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 200 };

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

void api_reply_job(struct app *app, struct http_request *r, unsigned status, const struct job *job)
{
	struct queue_view view = queue_look(app->queue, job);

	http_add_header(r, "Location", "/jobs/%s", job->id);
	http_add_header(r, "Cache-Control", "no-store");
	if (!job_state_is_terminal(job->state))
		http_add_header(r, "Retry-After", "1");
	api_reply_json(r, status, job_json(job, &view));
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

/* --- List ------------------------------------------------------------------------------------------------- */

static int refuse_parameter(struct http_request *r, const char *name, const char *message)
{
	json_t *errors = json_pack("[{s:o, s:s, s:s}]", "parameter", problem_json_bytes(name, strlen(name)), "code",
				   "out-of-range", "message", message);

	problem_reply_list(r, PROBLEM_INVALID, message, errors, NULL);
	return -1;
}

static int read_limit(const char *text, unsigned *limit)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || n < 1 || n > LIST_MAX)
		return -1;
	*limit = (unsigned)n;
	return 0;
}

/* -1: answered. */
static int read_filter(struct http_request *r, struct job_filter *f)
{
	*f = (struct job_filter){ .state = -1, .key_id = access_list_owner(r), .after_id = "", .limit = LIST_DEFAULT };
	for (size_t i = 0; i < r->n_query; i++) {
		const char *name = r->query[i].name, *value = r->query[i].value;
		if (strcmp(name, "state") == 0) {
			if ((f->state = job_state_find(value)) < 0)
				return refuse_parameter(r, name, "'state' must be the name of a job state");
		} else if (strcmp(name, "limit") == 0) {
			if (read_limit(value, &f->limit) < 0)
				return refuse_parameter(r, name, "'limit' must be 1..200");
		} else if (strcmp(name, "after") == 0) {
			if (strncmp(value, "job_", 4) != 0 || strlen(value) >= JOB_ID_SIZE)
				return refuse_parameter(r, name, "'after' must be the id of a job");
			f->after_id = value;
		} else {
			return refuse_parameter(r, name, "the parameters of a list are 'state', 'limit' and 'after'");
		}
	}
	return 0;
}

static const char *print_next(struct http_request *r, const struct job_filter *f, const struct job *last)
{
	return arena_printf(&r->arena, "/jobs?limit=%u&after=%s%s%s", f->limit, last->id, f->state < 0 ? "" : "&state=",
			    f->state < 0 ? "" : job_state_name((enum job_state)f->state));
}

static json_t *json_list(const struct job *jobs, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < n; i++) {
		json_array_append_new(list, job_json(&jobs[i], NULL));
	}
	return list;
}

void api_jobs_list(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct job_filter f;
	struct job *jobs;
	const char *next = NULL;
	size_t n;
	bool has_more;

	if (read_filter(r, &f) < 0)
		return;
	if (queue_list(app->queue, &f, &jobs, &n, &has_more, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	if (has_more && n)
		next = print_next(r, &f, &jobs[n - 1]);
	if (next)
		http_add_header(r, "Link", "<%s>; rel=\"next\"", next);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:o, s:b, s:s?}", "jobs", json_list(jobs, n), "has_more", has_more, "next", next));
	job_list_free(jobs, n);
}
