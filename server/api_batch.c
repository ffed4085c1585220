/* Batches: many jobs in one submission, one JSON object a line.
 *
 * The body is read as it comes: a line is parsed, compiled and measured as soon as it is there, and lines become jobs 64 at
 * a time in one transaction, so that a batch of any length needs the memory of its longest line. What is wrong with a line is
 * kept with its number and stops no other. A client that goes away in the middle takes its batch back. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "server/access.h"
#include "server/api.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/submission.h"
#include "server/trace.h"
#include "server/webhook_guard.h"

enum {
	BODY_BYTES_MAX = 200 * 1024 * 1024,
	LINES_MAX = 50000,
	LINE_BYTES_MAX = 1024 * 1024,
	LINE_ARENA_BYTES = 4 * 1024 * 1024,
};

/* A submission under way: r->state. */
struct intake {
	struct app *app;
	struct batch batch;
	struct buf line; /* the begin of the line that has not ended */
	bool is_too_long;
	struct arena arena;
	struct queue_line lines[QUEUE_MANY_MAX]; /* own their texts and jobs */
	size_t n;
	uint64_t n_lines;
	bool is_complete;
};

/* --- Lines ------------------------------------------------------------------------------------------------ */

static void drop_line(struct queue_line *l)
{
	if (l->job)
		job_fini(l->job);
	free(l->job);
	free((char *)(uintptr_t)l->custom_id);
	free((char *)(uintptr_t)l->problem);
	*l = (struct queue_line){ .job = NULL };
}

/* JSON text; takes errors. NULL when out of memory. */
static char *print_problem(const char *code, const char *message, json_t *errors)
{
	json_t *j = json_pack("{s:s, s:o}", "code", code, "message", problem_json_bytes(message, strlen(message)));
	char *text;

	if (j && errors)
		json_object_set(j, "errors", errors);
	text = j ? json_dumps(j, JSON_COMPACT) : NULL;
	json_decref(errors);
	json_decref(j);
	return text;
}

/* Adds a line that makes no job. */
static void add_problem(struct intake *in, const char *custom_id, char *problem)
{
	struct queue_line *l = &in->lines[in->n++];

	*l = (struct queue_line){ .number = in->n_lines, .custom_id = strdup(custom_id), .problem = problem };
}

static void refuse_line(struct intake *in, const char *custom_id, const struct error *err, json_t *errors)
{
	add_problem(in, custom_id, print_problem(problem_code(problem_of_error(err->code)), err->message, errors));
}

static int fill_job(struct intake *in, const struct spec *spec, const char *custom_id, struct job *job,
		    struct diag_list *diags, struct error *err)
{
	struct app *app = in->app;

	memcpy(job->key_id, in->batch.key_id, sizeof job->key_id);
	if (submission_measure(app->storage, app->engine, &spec->render, job, diags, err) ||
	    submission_fill(spec, queue_now_ms(app->queue), app->config.keep_s, job, err))
		return -1;
	memcpy(job->batch_id, in->batch.id, sizeof job->batch_id);
	memcpy(job->custom_id, custom_id, strlen(custom_id) + 1);
	return 0;
}

static void make_job(struct intake *in, const struct spec *spec, const char *custom_id)
{
	struct job *job = calloc(1, sizeof *job);
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;

	if (job && fill_job(in, spec, custom_id, job, &diags, &err) == 0) {
		in->lines[in->n++] =
			(struct queue_line){ .job = job, .number = in->n_lines, .custom_id = strdup(custom_id) };
		return;
	}
	if (!job)
		error_set(&err, ERR_NO_MEMORY, "no memory for the job");
	refuse_line(in, custom_id, &err,
		    err.code == ERR_SOURCE
			    ? problem_json_diags(&diags, DIAG_ERROR, spec->render.source, spec->render.source_len)
			    : NULL);
	if (job)
		job_fini(job);
	free(job);
}

static void read_line(struct intake *in, const char *text, size_t n)
{
	char custom_id[SPEC_TAG_BYTES_MAX + 1];
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;
	struct spec spec;

	arena_init(&in->arena, LINE_ARENA_BYTES);
	if (spec_parse_line(&in->arena, text, n, &spec, custom_id, &problems, &place, &err) < 0)
		refuse_line(in, custom_id, &err, problems.n ? api_json_spec_problems(&problems) : NULL);
	else
		make_job(in, &spec, custom_id);
	arena_fini(&in->arena);
}

/* A line whose job was not taken becomes one that is wrong. */
static void turn_down(struct queue_line *l, const struct error *err)
{
	const char *message = err->code == ERR_CONFLICT ? "another line has this custom_id" : err->message;

	job_fini(l->job);
	free(l->job);
	l->job = NULL;
	l->problem = print_problem(problem_code(problem_of_error(err->code)), message, NULL);
}

/* Lines without a job that are not stored yet. */
static int store_refused(struct intake *in, struct error *err)
{
	struct batch_line rows[QUEUE_MANY_MAX];
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		if (!in->lines[i].job)
			rows[n++] = (struct batch_line){ .number = in->lines[i].number,
							 .custom_id = in->lines[i].custom_id,
							 .problem = in->lines[i].problem };
	return n ? storage_batch_add(in->app->storage, in->batch.id, rows, n, err) : 0;
}

/* Jobs first; then what is wrong with the other lines, and with those whose jobs the store would not take. */
static int store_lines(struct intake *in, struct error *err)
{
	struct queue_line jobs[QUEUE_MANY_MAX];
	struct error why = ERROR_INIT;
	size_t n = 0, k = 0;
	int rc;

	for (size_t i = 0; i < in->n; i++)
		if (in->lines[i].job)
			jobs[n++] = in->lines[i];
	rc = n ? queue_submit_many(in->app->queue, in->batch.id, jobs, n, &why) : 0;
	if (rc && why.code != ERR_BUSY) {
		*err = why;
		return -1;
	}
	for (size_t i = 0; i < in->n; i++) {
		const struct error *refusal = in->lines[i].job ? (rc ? &why : &jobs[k++].err) : NULL;
		if (refusal && refusal->code != ERR_NONE)
			turn_down(&in->lines[i], refusal);
	}
	return store_refused(in, err);
}

/* -1: answered. */
static int flush(struct intake *in, struct http_request *r)
{
	struct error err = ERROR_INIT;
	int rc = in->n ? store_lines(in, &err) : 0;

	for (size_t i = 0; i < in->n; i++)
		drop_line(&in->lines[i]);
	in->n = 0;
	if (rc)
		problem_reply_error(r, &err);
	return rc;
}

/* --- Intake ----------------------------------------------------------------------------------------------- */

static void intake_free(void *state)
{
	struct intake *in = state;

	for (size_t i = 0; i < in->n; i++)
		drop_line(&in->lines[i]);
	if (!in->is_complete)
		(void)!queue_cancel_batch(in->app->queue, in->batch.id, NULL);
	buf_fini(&in->line);
	free(in);
}

static bool is_blank(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r", text[i]))
			return false;
	return true;
}

/* The line in `line` is complete. -1: answered. */
static int end_line(struct intake *in, struct http_request *r)
{
	static const struct error too_long = { .code = ERR_TOO_LARGE, .message = "a line may have 1 MiB" };
	size_t n = in->line.len;

	in->n_lines++;
	if (in->n_lines > LINES_MAX) {
		problem_reply(r, PROBLEM_PAYLOAD_TOO_LARGE, "a batch may have %d lines", LINES_MAX);
		return -1;
	}
	if (in->is_too_long)
		refuse_line(in, "", &too_long, NULL);
	else if (!is_blank(in->line.data ? in->line.data : "", n))
		read_line(in, in->line.data, n);
	in->line.len = 0;
	in->is_too_long = false;
	return in->n == QUEUE_MANY_MAX ? flush(in, r) : 0;
}

static void add_text(struct intake *in, const char *data, size_t n)
{
	if (in->is_too_long || buf_append(&in->line, data, n) < 0)
		in->is_too_long = true;
}

static void take_body(void *ctx, struct http_request *r, const char *data, size_t n)
{
	struct intake *in = r->state;
	const char *end = data + n, *newline;

	(void)ctx;
	while ((newline = memchr(data, '\n', (size_t)(end - data)))) {
		add_text(in, data, (size_t)(newline - data));
		if (end_line(in, r) < 0)
			return;
		data = newline + 1;
	}
	add_text(in, data, (size_t)(end - data));
}

static bool is_jsonl(const char *type)
{
	static const char *const types[] = { "application/jsonl",        "application/x-ndjson",
					     "application/json-lines",   "text/plain",
					     "application/octet-stream", "application/x-www-form-urlencoded" };

	for (size_t i = 0; type && i < sizeof types / sizeof types[0]; i++)
		if (negotiation_is_type(type, types[i]))
			return true;
	return !type;
}

/* ?webhook=: who is told when the batch is over. -1: answered. */
static int read_parameters(struct http_request *r, struct batch_webhook *webhook)
{
	const char *trace = http_header(r, "traceparent");
	struct error err = ERROR_INIT;

	*webhook = (struct batch_webhook){ .url = http_query(r, "webhook"),
					   .traceparent = trace_is_valid(trace) ? trace : "" };
	for (size_t i = 0; i < r->n_query; i++)
		if (strcmp(r->query[i].name, "webhook") != 0) {
			problem_reply(r, PROBLEM_INVALID, "a batch has the parameter 'webhook'");
			return -1;
		}
	if (!webhook->url || webhook_guard_check_url(webhook->url, &err) == 0)
		return 0;
	problem_reply(r, PROBLEM_INVALID, "%s", err.message);
	return -1;
}

void api_batch_begin(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct batch_webhook webhook;
	struct intake *in;

	if (!r->is_framed) {
		problem_reply(r, PROBLEM_LENGTH_REQUIRED, "send the lines as the body, with Content-Length or chunked");
		return;
	}
	if (!is_jsonl(http_header(r, "Content-Type"))) {
		http_add_header(r, "Accept-Post", "application/jsonl, application/x-ndjson");
		problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "the body is one JSON object a line");
		return;
	}
	if (read_parameters(r, &webhook) < 0)
		return;
	in = calloc(1, sizeof *in);
	if (!in) {
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the batch");
		return;
	}
	in->app = app;
	in->line.max_len = LINE_BYTES_MAX;
	queue_make_id(app->queue, "bat_", in->batch.id);
	memcpy(in->batch.key_id, r->caller->key_id, sizeof in->batch.key_id);
	in->batch.created_at_ms = clock_wall_ms();
	if (storage_batch_create(app->storage, &in->batch, webhook.url ? &webhook : NULL, &err)) {
		free(in);
		problem_reply_error(r, &err);
		return;
	}
	r->state = in;
	r->state_free = intake_free;
	r->max_body_bytes = BODY_BYTES_MAX;
	r->take_body = take_body;
}

/* --- The resource ----------------------------------------------------------------------------------------- */

static const char *state_of(const struct batch *b, uint64_t n_unfinished)
{
	if (b->is_reading)
		return "reading";
	if (b->is_canceled)
		return n_unfinished ? "canceling" : "canceled";
	return n_unfinished ? "running" : "completed";
}

static json_t *json_counts(const struct batch *b)
{
	json_t *j = json_object();
	uint64_t total = b->n_invalid;

	for (int i = 0; j && i < JOB_STATE_COUNT; i++) {
		json_object_set_new(j, job_state_name((enum job_state)i), json_integer((json_int_t)b->counts[i]));
		total += b->counts[i];
	}
	json_object_set_new(j, "invalid", json_integer((json_int_t)b->n_invalid));
	json_object_set_new(j, "total", json_integer((json_int_t)total));
	return j;
}

json_t *batch_json(const struct batch *b)
{
	char created[CLOCK_RFC3339_SIZE], completed[CLOCK_RFC3339_SIZE];
	uint64_t n_unfinished = 0;

	for (int i = 0; i < JOB_STATE_COUNT; i++)
		n_unfinished += job_state_is_terminal((enum job_state)i) ? 0 : b->counts[i];
	clock_format_rfc3339(b->last_end_ms > b->created_at_ms ? b->last_end_ms : b->created_at_ms, completed);
	return json_pack("{s:s, s:s, s:s, s:s?, s:o, s:{s:s+, s:s++, s:s++, s:s++}}", "id", b->id, "state",
			 state_of(b, n_unfinished), "created_at", clock_format_rfc3339(b->created_at_ms, created),
			 "completed_at", n_unfinished || b->is_reading ? NULL : completed, "request_counts",
			 json_counts(b), "links", "self", "/batches/", b->id, "results", "/batches/", b->id, "/results",
			 "audio", "/batches/", b->id, "/audio", "cancel", "/batches/", b->id, "/cancel");
}

static void reply_batch(struct http_request *r, unsigned status, const struct batch *b)
{
	http_add_header(r, "Location", "/batches/%s", b->id);
	http_add_header(r, "Cache-Control", "no-store");
	api_reply_json(r, status, batch_json(b));
}

void api_batch_make(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct intake *in = r->state;
	struct error err = ERROR_INIT;
	struct batch b;

	/* The last line may lack its end. */
	if ((in->line.len > 0 || in->is_too_long) && end_line(in, r) < 0)
		return;
	if (flush(in, r) < 0)
		return;
	if (storage_batch_finish(app->storage, in->batch.id, &err) ||
	    storage_batch_get(app->storage, in->batch.id, &b, &err)) {
		problem_reply_error(r, &err);
		return;
	}
	in->is_complete = true;
	reply_batch(r, 202, &b);
}

int api_load_batch(struct app *app, struct http_request *r, struct batch *out)
{
	struct error err = ERROR_INIT;

	if (strncmp(r->path_id, "bat_", 4) != 0 || strlen(r->path_id) >= JOB_ID_SIZE)
		error_set(&err, ERR_NOT_FOUND, "no batch has this id");
	else if (storage_batch_get(app->storage, r->path_id, out, &err) == 0) {
		if (access_may_see(r, out->key_id))
			return 0;
		error_set(&err, ERR_NOT_FOUND, "no batch has this id");
	}
	problem_reply_error(r, &err);
	return -1;
}

void api_batch_get(void *ctx, struct http_request *r)
{
	struct batch b;

	if (api_load_batch(ctx, r, &b) == 0)
		reply_batch(r, 200, &b);
}

void api_batch_cancel(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct error err = ERROR_INIT;
	struct batch b;

	if (api_load_batch(app, r, &b) < 0)
		return;
	if (queue_cancel_batch(app->queue, b.id, &err))
		problem_reply_error(r, &err);
	else
		api_batch_get(ctx, r);
}
