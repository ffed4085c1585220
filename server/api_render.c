/* POST /render: check, measure, hash, queue; then answer at once or when the job has ended.
 *
 * Waiting holds no thread: the request is suspended and queue_watch() resumes it when the job ends, the time is over or
 * the queue drains. The watch refers to the request, so it is always given back (state_free) before the request is
 * freed; queue_unwatch() waits for a callback that is under way. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "server/access.h"
#include "server/api.h"
#include "server/audio_type.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/submission.h"

enum { WAIT_DEFAULT_S = 30, TOKEN_BYTES_MAX = 255, SPAN_MAX_S = 7 * 24 * 3600 };

/* Of a header value: no spaces, no control characters. */
#define PRINTABLE "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

/* What the client wants to get. */
struct wish {
	bool audio;
	bool is_replay;  /* of a submission that was answered before, under its Idempotency-Key */
	unsigned wait_s; /* 0: do not wait */
	/* Of a GET: nothing but the file will do, and it is answered with this Cache-Control. */
	const char *cache_control;
};

struct waiter {
	struct queue *queue;
	uint64_t ticket; /* of queue_watch(); 0: none */
	char id[JOB_ID_SIZE];
	struct wish wish;
};

/* Reads Accept and Prefer, and says which preference is followed. */
static struct wish read_wish(struct app *app, struct http_request *r, enum audio_format format)
{
	const char *accept = http_header(r, "Accept");
	struct prefer prefer = negotiation_prefer(http_header(r, "Prefer"));
	struct wish wish = { .audio = accept && audio_type_quality(accept, format) >
							negotiation_quality(accept, "application/json") };

	if (prefer.respond_async) {
		http_add_header(r, "Preference-Applied", "respond-async");
		return wish;
	}
	wish.wait_s = prefer.has_wait ? prefer.wait_s : wish.audio ? WAIT_DEFAULT_S : 0;
	if (wish.wait_s > app->config.max_wait_s)
		wish.wait_s = app->config.max_wait_s;
	if (prefer.has_wait)
		http_add_header(r, "Preference-Applied", "wait=%u", wish.wait_s);
	return wish;
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

/* The client wanted audio and the job has none. */
static void reply_failure(struct http_request *r, const struct job *job)
{
	const char *code = job->error_code[0] ? job->error_code : "canceled";

	http_add_header(r, "Location", "/jobs/%s", job->id);
	problem_reply(r, problem_find(code), "%s",
		      job->error_message[0] ? job->error_message : "the job ended without audio");
}

/* Of a GET, which has no way to say that a job goes on. */
static void reply_get(struct app *app, struct http_request *r, const struct job *job, const char *cache_control)
{
	if (job->state == JOB_SUCCEEDED) {
		api_serve_audio(app, r, job, cache_control);
	} else if (job_state_is_terminal(job->state)) {
		reply_failure(r, job);
	} else {
		http_add_header(r, "Retry-After", "2");
		problem_reply(r, PROBLEM_BUSY, "the render has not ended yet; ask again");
	}
}

static void reply_outcome(struct app *app, struct http_request *r, const struct job *job, struct wish wish)
{
	/* The first answer came at once; it said 201 only if the file was there already. */
	bool was_accepted = wish.is_replay && wish.wait_s == 0 && job->attempt > 0;

	if (wish.cache_control) {
		reply_get(app, r, job, wish.cache_control);
		return;
	}
	http_add_header(r, "Vary", "Accept, Prefer");
	if (!job_state_is_terminal(job->state) || (was_accepted && !wish.audio))
		api_reply_submitted(app, r, 202, job);
	else if (!wish.audio)
		api_reply_job(app, r, 201, job);
	else if (job->state == JOB_SUCCEEDED)
		api_reply_audio(app, r, job);
	else
		reply_failure(r, job);
}

static void reply_current(struct app *app, struct http_request *r, const char *id, struct wish wish)
{
	struct error err = ERROR_INIT;
	struct job job;

	if (queue_get(app->queue, id, false, &job, &err) < 0) {
		problem_reply_error(r, &err);
		return;
	}
	reply_outcome(app, r, &job, wish);
	job_fini(&job);
}

/* --- Waiting ---------------------------------------------------------------------------------------------- */

static void waiter_free(void *state)
{
	struct waiter *w = state;

	if (w->ticket)
		queue_unwatch(w->queue, w->ticket);
	free(w);
}

static void wake(void *request)
{
	http_resume(request);
}

static void on_wait_over(void *ctx, struct http_request *r)
{
	struct waiter *w = r->state;

	reply_current(ctx, r, w->id, w->wish);
}

static void wait_for(struct app *app, struct http_request *r, const char *id, struct wish wish)
{
	struct waiter *w = calloc(1, sizeof *w);

	if (!w) {
		reply_current(app, r, id, wish);
		return;
	}
	/* A form has said all that it had to say. */
	if (r->state_free)
		r->state_free(r->state);
	w->queue = app->queue;
	w->wish = wish;
	memcpy(w->id, id, sizeof w->id);
	r->state = w;
	r->state_free = waiter_free;
	if (http_suspend(r, on_wait_over))
		w->ticket = queue_watch(app->queue, w->id, (int64_t)wish.wait_s * 1000, wake, r);
	else
		reply_current(app, r, id, wish);
}

/* --- Submission ------------------------------------------------------------------------------------------- */

/* Length, name and cost of what is asked for. -1: answered. */
int api_measure(struct app *app, struct http_request *r, const struct render_spec *spec, struct job *job)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;

	memcpy(job->key_id, r->caller->key_id, sizeof job->key_id);
	if (submission_measure(app->storage, app->engine, spec, job, &diags, &err) == 0)
		return 0;
	if (err.code == ERR_SOURCE)
		problem_reply_diags(r, &diags, spec->source, spec->source_len);
	else
		problem_reply_error(r, &err);
	return -1;
}

/* "90", "90s", "1m30s", "2h" in milliseconds; -1 for anything else. */
static int64_t parse_span(const char *s)
{
	int64_t total_ms = 0;

	do {
		char *end;
		unsigned long n;
		if (*s < '0' || *s > '9')
			return -1;
		n = strtoul(s, &end, 10);
		if (n > SPAN_MAX_S)
			return -1;
		total_ms += (int64_t)n * (*end == 'h' ? 3600000 : *end == 'm' ? 60000 : 1000);
		s = end + (*end == 'h' || *end == 'm' || *end == 's');
	} while (*s && total_ms <= SPAN_MAX_S * (int64_t)1000);
	return total_ms > 0 && total_ms <= SPAN_MAX_S * (int64_t)1000 ? total_ms : -1;
}

/* The header says the same as the option deadline_ms, which wins. -1: answered. */
static int read_cancel_after(struct http_request *r, struct spec *spec)
{
	const char *value = http_header(r, "Cancel-After");
	int64_t ms = value ? parse_span(value) : 0;

	if (ms < 0) {
		problem_reply(r, PROBLEM_INVALID, "'Cancel-After' is a time like 90, 90s or 1m30s, at most 7 days");
		return -1;
	}
	if (spec->terms.deadline_ms == 0)
		spec->terms.deadline_ms = ms;
	return 0;
}

/* The client's name for this submission; "": none. -1: answered. */
static int read_token(struct http_request *r, const char **token)
{
	const char *value = http_header(r, "Idempotency-Key");
	size_t n = value ? strlen(value) : 0;

	*token = value ? value : "";
	if (!value || (n >= 1 && n <= TOKEN_BYTES_MAX && strspn(value, PRINTABLE) == n))
		return 0;
	problem_reply(r, PROBLEM_INVALID, "'Idempotency-Key' has 1 to %d printable characters", TOKEN_BYTES_MAX);
	return -1;
}

/* What a submission takes from the request beside the program. -1: answered. */
static int fill_job(struct app *app, struct http_request *r, const struct spec *spec, struct job *job,
		    struct job_once *once)
{
	struct error err = ERROR_INIT;

	*once = (struct job_once){ .job_id = "" };
	if (read_token(r, &once->token) < 0)
		return -1;
	job->is_fresh = negotiation_has_token(http_header(r, "Cache-Control"), "no-cache");
	if (submission_fill(spec, queue_now_ms(app->queue), app->config.keep_s, job, &err) < 0 ||
	    submission_set_trace(job, http_header(r, "traceparent"), &err) < 0) {
		problem_reply_error(r, &err);
		return -1;
	}
	if (once->token[0])
		submission_fingerprint(spec, job, once->fingerprint);
	return 0;
}

/* Makes the job durable, or finds the one that the client's token stands for. -1: answered. Then job has an id;
 * *is_cached: it has succeeded already. */
static int store_job(struct app *app, struct http_request *r, struct job *job, struct job_once *once, struct wish *wish,
		     bool *is_cached)
{
	struct error err = ERROR_INIT;
	int rc = queue_submit(app->queue, job, once->token[0] ? once : NULL, is_cached, &err);

	if (rc < 0) {
		problem_reply_error(r, &err);
		return -1;
	}
	wish->is_replay = rc == 1;
	if (rc == 1) {
		memcpy(job->id, once->job_id, sizeof job->id);
		http_add_header(r, "Idempotency-Replayed", "true");
	}
	return 0;
}

static void reply_stored(struct app *app, struct http_request *r, const struct job *job, struct wish wish,
			 bool is_cached)
{
	char id[JOB_ID_SIZE];

	memcpy(id, job->id, sizeof id); /* the job may go with the state of the request */
	if (wish.wait_s && !is_cached)
		wait_for(app, r, id, wish);
	else if (wish.is_replay)
		reply_current(app, r, id, wish);
	else
		reply_outcome(app, r, job, wish); /* it is what its row says: no look into the database */
}

/* --- Storing without a thread ------------------------------------------------------------------------------- */

/* A submission on its way to the disk, with its connection suspended, so that however many come at once share a commit. */
struct pending {
	struct http_request *request;
	struct job job;
	struct wish wish;
	pthread_mutex_t lock; /* rank 22: what follows */
	pthread_cond_t over;
	bool is_over;
	int result;
	struct error err;
};

static void pending_free(void *state)
{
	struct pending *p = state;

	pthread_cond_destroy(&p->over);
	pthread_mutex_destroy(&p->lock);
	job_fini(&p->job);
	free(p);
}

/* The request is resumed first: once is_over is seen, both may go. */
static void on_stored(void *ctx, int result, const struct error *why)
{
	struct pending *p = ctx;

	http_resume(p->request);
	pthread_mutex_lock(&p->lock);
	p->result = result;
	if (result < 0)
		p->err = *why;
	p->is_over = true;
	pthread_cond_signal(&p->over);
	pthread_mutex_unlock(&p->lock);
}

/* Resumed by on_stored(), which then has a few instructions left, or because the service stops: then the disk is waited for. */
static void on_submitted(void *ctx, struct http_request *r)
{
	struct pending *p = r->state;

	pthread_mutex_lock(&p->lock);
	while (!p->is_over)
		pthread_cond_wait(&p->over, &p->lock);
	pthread_mutex_unlock(&p->lock);
	if (p->result < 0)
		problem_reply_error(r, &p->err);
	else
		reply_stored(ctx, r, &p->job, p->wish, false);
}

/* Takes the job and suspends the request; false when that cannot be, and nothing has happened. */
static bool store_later(struct app *app, struct http_request *r, struct job *job, struct wish wish)
{
	struct pending *p = r->state_free ? NULL : calloc(1, sizeof *p);
	struct error err = ERROR_INIT;

	if (!p)
		return false;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->over, NULL);
	p->request = r;
	p->wish = wish;
	r->state = p;
	r->state_free = pending_free;
	if (!http_suspend(r, on_submitted)) {
		r->state = NULL;
		r->state_free = NULL;
		pending_free(p);
		return false;
	}
	p->job = *job;
	*job = (struct job){ .state = JOB_QUEUED };
	if (queue_submit_later(app->queue, &p->job, on_stored, p, &err) < 0)
		on_stored(p, -1, &err);
	return true;
}

/* Without an option that says so, the format is what the client would rather have as an answer, if it fits the rest. */
static void choose_format(struct http_request *r, struct spec *spec)
{
	struct render_spec chosen = spec->render;

	if (spec->has_format || !http_header(r, "Accept"))
		return;
	chosen.format = audio_type_preferred(http_header(r, "Accept"));
	if (!spec->has_sample_rate)
		chosen.sample_rate_hz = audio_format_default_rate(chosen.format);
	if (render_spec_check(&chosen, NULL) == 0)
		spec->render = chosen;
}

/* The client wants a file and nothing else, but not of this format. */
static bool is_file_unwanted(struct http_request *r, enum audio_format format)
{
	const char *accept = http_header(r, "Accept");
	int any = 0;

	if (!accept || negotiation_quality(accept, "application/json") > 0)
		return false;
	for (int f = 0; f < AUDIO_FORMAT_COUNT; f++)
		any += audio_type_quality(accept, (enum audio_format)f);
	return any > 0 && audio_type_quality(accept, format) == 0;
}

static void submit_and_reply(struct app *app, struct http_request *r, const struct spec *spec, struct job *job,
			     struct wish wish)
{
	bool is_cached = false;
	struct job_once once;

	if (fill_job(app, r, spec, job, &once) < 0)
		return;
	if (!once.token[0] && !queue_has_result(app->queue, job) && store_later(app, r, job, wish))
		return;
	if (store_job(app, r, job, &once, &wish, &is_cached) == 0)
		reply_stored(app, r, job, wish, is_cached);
}

void api_submit(struct app *app, struct http_request *r, const struct spec *spec, struct job *job)
{
	submit_and_reply(app, r, spec, job, read_wish(app, r, spec->render.format));
}

static void render(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct job job = { .state = JOB_QUEUED };
	struct spec spec;

	if (api_read_spec(r, &spec) < 0)
		return;
	choose_format(r, &spec);
	if (is_file_unwanted(r, spec.render.format)) {
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "the file would be %s; set 'format', or accept that type",
			      audio_format_media_type(spec.render.format));
		return;
	}
	if (read_cancel_after(r, &spec) < 0 || api_measure(app, r, &spec.render, &job) < 0) {
		job_fini(&job);
		return;
	}
	submit_and_reply(app, r, &spec, &job, read_wish(app, r, spec.render.format));
	job_fini(&job);
}

void api_render(void *ctx, struct http_request *r)
{
	if (api_is_form(r))
		api_form_end(ctx, r, render);
	else
		render(ctx, r);
}

void api_submit_and_serve(struct app *app, struct http_request *r, const struct spec *spec, struct job *job,
			  const char *cache_control)
{
	unsigned wait_s = app->config.max_wait_s < WAIT_DEFAULT_S ? app->config.max_wait_s : WAIT_DEFAULT_S;
	struct wish wish = { .audio = true, .wait_s = wait_s, .cache_control = cache_control };
	struct job_once once;
	bool is_cached;

	if (fill_job(app, r, spec, job, &once) == 0 && store_job(app, r, job, &once, &wish, &is_cached) == 0)
		wait_for(app, r, job->id, wish);
}
