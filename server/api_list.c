/* GET /jobs: pages of jobs, newest first. A page ends with a job, and the next one has those with smaller ids; ids only grow,
 * so what comes meanwhile changes no page. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/cursor.h"
#include "server/problem.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 200, SHORT_TEXT_MAX = 64 };

/* A filter with the texts it points to. */
struct list {
	const uint8_t *secret; /* of cursors */
	struct job_filter filter;
	char since[JOB_ID_SIZE], before[JOB_ID_SIZE], after[JOB_ID_SIZE];
};

static int refuse_parameter(struct http_request *r, const char *name, const char *message)
{
	json_t *errors = json_pack("[{s:o, s:s, s:s}]", "parameter", problem_json_bytes(name, strlen(name)), "code",
				   "out-of-range", "message", message);

	problem_reply_list(r, PROBLEM_INVALID, message, errors, NULL);
	return -1;
}

static int refuse_cursor(struct http_request *r)
{
	problem_reply(r, PROBLEM_BAD_REQUEST,
		      "'after' is no cursor of this list; take it from 'next' of the page before");
	return -1;
}

/* Each reads one parameter; NULL, or what it must be. */

static const char *read_state(struct list *l, const char *value)
{
	l->filter.state = job_state_find(value);
	return l->filter.state < 0 ? "'state' must be the name of a job state" : NULL;
}

static const char *read_limit(struct list *l, const char *value)
{
	char *end;
	unsigned long n = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || n < 1 || n > LIST_MAX)
		return "'limit' must be 1..200";
	l->filter.limit = (unsigned)n;
	return NULL;
}

static const char forged[] = "'after' is no cursor of this list";

static const char *read_after(struct list *l, const char *value)
{
	return cursor_parse(l->secret, "jobs", l->filter.key_id, value, l->after) ? forged : NULL;
}

static const char *read_tag(struct list *l, const char *value)
{
	l->filter.tag = value;
	return *value && strlen(value) <= SHORT_TEXT_MAX ? NULL : "'tag' must have 1 to 64 bytes";
}

static const char *read_batch(struct list *l, const char *value)
{
	l->filter.batch_id = value;
	return strncmp(value, "bat_", 4) == 0 && strlen(value) < JOB_ID_SIZE ? NULL
									     : "'batch' must be the id of a batch";
}

/* Ids carry the time of the submission, so that a bound on it is a bound on ids. */
static const char *read_time(const char *value, const char *complaint, char bound[JOB_ID_SIZE])
{
	int64_t ms;

	if (clock_parse_rfc3339(value, &ms) < 0)
		return complaint;
	queue_id_since(ms, bound);
	return NULL;
}

static const char *read_created_after(struct list *l, const char *value)
{
	return read_time(value, "'created_after' must be a time like 2026-01-31T12:34:56Z", l->since);
}

static const char *read_created_before(struct list *l, const char *value)
{
	return read_time(value, "'created_before' must be a time like 2026-01-31T12:34:56Z", l->before);
}

static const struct parameter {
	const char *name;
	const char *(*read)(struct list *l, const char *value);
} parameters[] = {
	{ "state", read_state },
	{ "limit", read_limit },
	{ "after", read_after },
	{ "tag", read_tag },
	{ "batch", read_batch },
	{ "created_after", read_created_after },
	{ "created_before", read_created_before },
};

static const struct parameter *find_parameter(const char *name)
{
	for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
		if (strcmp(parameters[i].name, name) == 0)
			return &parameters[i];
	return NULL;
}

/* -1: answered. */
static int read_list(struct app *app, struct http_request *r, struct list *l)
{
	*l = (struct list){ .secret = storage_link_secret(app->storage),
			    .filter = { .state = -1, .limit = LIST_DEFAULT, .key_id = access_list_owner(r) } };
	for (size_t i = 0; i < r->n_query; i++) {
		const struct parameter *p = find_parameter(r->query[i].name);
		const char *complaint = p ? p->read(l, r->query[i].value)
					  : "the parameters of a list are state, tag, batch, created_after, "
					    "created_before, limit and after";
		if (complaint == forged)
			return refuse_cursor(r);
		if (complaint)
			return refuse_parameter(r, r->query[i].name, complaint);
	}
	/* The smaller of two upper bounds; "" is none. */
	l->filter.after_id = l->after[0] && (!l->before[0] || strcmp(l->after, l->before) < 0) ? l->after : l->before;
	l->filter.since_id = l->since;
	return 0;
}

static json_t *json_list(const struct job *jobs, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < n; i++)
		json_array_append_new(list, job_json(&jobs[i], NULL));
	return list;
}

void api_jobs_list(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct list l;
	struct job *jobs;
	const char *next = NULL;
	char cursor[CURSOR_SIZE];
	size_t n;
	bool has_more;

	if (read_list(app, r, &l) < 0)
		return;
	if (queue_list(app->queue, &l.filter, &jobs, &n, &has_more, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	if (has_more && n)
		next = cursor_next_url(r, "/jobs",
				       cursor_print(l.secret, "jobs", l.filter.key_id, jobs[n - 1].id, cursor));
	if (next)
		http_add_header(r, "Link", "<%s>; rel=\"next\"", next);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, 200,
		       json_pack("{s:o, s:b, s:s?}", "jobs", json_list(jobs, n), "has_more", has_more, "next", next));
	job_list_free(jobs, n);
}
