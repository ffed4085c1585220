/* The handlers, one per route (routes.c), and what they share. ctx is a struct app. */
#ifndef SERVER_API_H
#define SERVER_API_H

#include <jansson.h>

#include "server/access.h"
#include "server/app.h"
#include "server/http.h"
#include "server/json_spec.h"

/* api_render.c, api_check.c */
void api_render(void *ctx, struct http_request *r);
void api_check(void *ctx, struct http_request *r);
/* api_embed.c */
void api_embed(void *ctx, struct http_request *r);
/* api_estimate.c */
void api_estimate(void *ctx, struct http_request *r);
/* api_events.c */
void api_events(void *ctx, struct http_request *r);
void api_format(void *ctx, struct http_request *r);
/* api_list.c */
void api_jobs_list(void *ctx, struct http_request *r);
/* api_jobs.c */
void api_job_get(void *ctx, struct http_request *r);
void api_job_pin(void *ctx, struct http_request *r);
void api_job_unpin(void *ctx, struct http_request *r);
void api_job_delete(void *ctx, struct http_request *r);
void api_job_cancel(void *ctx, struct http_request *r);
void api_job_retry(void *ctx, struct http_request *r);
/* api_verify.c */
void api_verify(void *ctx, struct http_request *r);
/* api_batch.c, batch_results.c */
void api_batch_begin(void *ctx, struct http_request *r);
void api_batch_make(void *ctx, struct http_request *r);
void api_batches_list(void *ctx, struct http_request *r);
void api_batch_get(void *ctx, struct http_request *r);
void api_batch_cancel(void *ctx, struct http_request *r);
void api_batch_results(void *ctx, struct http_request *r);
void api_batch_audio(void *ctx, struct http_request *r);
/* Loads the batch that the path names; -1: answered with 404 or worse. */
int api_load_batch(struct app *app, struct http_request *r, struct batch *out);
/* api_schedules.c */
void api_schedules_list(void *ctx, struct http_request *r);
void api_schedule_make(void *ctx, struct http_request *r);
void api_schedule_get(void *ctx, struct http_request *r);
void api_schedule_delete(void *ctx, struct http_request *r);
/* api_queue.c */
void api_queue(void *ctx, struct http_request *r);
void api_queue_pause(void *ctx, struct http_request *r);
void api_queue_resume(void *ctx, struct http_request *r);
/* api_form.c: a submission as a form */
void api_form_begin(void *ctx, struct http_request *r);
bool api_is_form(const struct http_request *r);
/* The body is there: goes on with next when the samples in it are decoded and kept, or answers. */
void api_form_end(struct app *app, struct http_request *r, http_handler next);
/* Lives as long as r->state. */
struct form_fields {
	const char *source;
	size_t source_len;
	const struct http_pair *options;
	size_t n_options;
	struct sample_set *samples; /* NULL: none */
};
/* In next. -1: answered. */
int api_form_fields(struct http_request *r, struct form_fields *out);
/* api_samples.c */
void api_samples_list(void *ctx, struct http_request *r);
void api_sample_get(void *ctx, struct http_request *r);
void api_sample_begin(void *ctx, struct http_request *r);
void api_sample_put(void *ctx, struct http_request *r);
void api_sample_delete(void *ctx, struct http_request *r);
/* May samples be called so? */
bool api_is_sample_name(const char *bank, const char *name);
/* Decodes an upload that has ended, unless it is known, and keeps it. For a background thread. */
int api_keep_upload(struct app *app, struct sample_upload *u, bool is_known, const _Atomic bool *stop,
		    struct error *err) WARN_UNUSED;
/* Answers with what went wrong with an upload. */
void api_reply_sample_error(struct http_request *r, const struct error *err);
/* How much longer than other bodies this one may take: by its length, or the most that it may have when it does not say. */
int64_t api_upload_time_ms(struct http_request *r);
/* Suspends the request until the task is done or the service stops, or answers. next is to ask background_is_done(). */
struct background_task;
void api_wait_for_task(struct app *app, struct http_request *r, struct background_task *t, http_handler next);
/* api_audio.c */
void api_audio(void *ctx, struct http_request *r);
void api_stem_audio(void *ctx, struct http_request *r);
/* api_live.c */
/* ?live=1 of GET /jobs/{id}/audio: 1, 0; -1: answered. */
int api_wants_live(struct http_request *r);
void api_live(struct app *app, struct http_request *r, const struct job *job);
/* api_stems.c */
void api_stems(void *ctx, struct http_request *r);
/* api_meta.c */
void api_livez(void *ctx, struct http_request *r);
void api_readyz(void *ctx, struct http_request *r);
void api_version(void *ctx, struct http_request *r);
void api_openapi_json(void *ctx, struct http_request *r);
void api_openapi_yaml(void *ctx, struct http_request *r);
void api_problem(void *ctx, struct http_request *r);

/* api_streams.c */
void api_all_events(void *ctx, struct http_request *r);
void api_job_events(void *ctx, struct http_request *r);
/* api_metrics.c */
void api_metrics(void *ctx, struct http_request *r);
/* api_link.c */
void api_link(void *ctx, struct http_request *r);
/* api_webhooks.c */
void api_deliveries(void *ctx, struct http_request *r);
void api_redeliver(void *ctx, struct http_request *r);
void api_webhook_secret(void *ctx, struct http_request *r);
void api_webhook_rotate(void *ctx, struct http_request *r);
/* api_usage.c */
void api_usage(void *ctx, struct http_request *r);
/* api_nodes.c, api_examples.c */
void api_nodes(void *ctx, struct http_request *r);
void api_examples(void *ctx, struct http_request *r);
/* api_peaks.c */
void api_peaks(void *ctx, struct http_request *r);
/* api_page.c */
void api_page(void *ctx, struct http_request *r);

/* Answers with j, taking the reference; NULL is answered as out of memory. */
void api_reply_json(struct http_request *r, unsigned status, json_t *j);

/* Source and options from the body and the query, whatever form they have; of a form only after api_form_end(). -1: answered
 * with the problem. */
int api_read_spec(struct http_request *r, struct spec *out);

/* Problems with options as a list. */
json_t *api_json_spec_problems(const struct spec_problems *l);

/* The job as clients see it. view: NULL in lists, where looking at each would be too slow. NULL when out of memory. */
json_t *job_json(const struct job *job, const struct queue_view *view);
/* The batch as clients see it; NULL when out of memory. */
json_t *batch_json(const struct batch *b);
/* Answers with the job in JSON and its Location. */
void api_reply_job(struct app *app, struct http_request *r, unsigned status, const struct job *job);
/* As api_reply_job() for a job that this request submitted. */
void api_reply_submitted(struct app *app, struct http_request *r, unsigned status, const struct job *job);
/* Loads the job that the path names; -1: answered with 404 or worse. Free with job_fini(). */
int api_load_job(struct app *app, struct http_request *r, bool with_source, struct job *out);

/* Submits a job that is measured, and answers as POST /render does. */
void api_submit(struct app *app, struct http_request *r, const struct spec *spec, struct job *job);
/* What a GET that stands for a render is made of (api_embed.c). Measures as a submission does; -1: answered. */
int api_measure(struct app *app, struct http_request *r, const struct render_spec *spec, struct job *job);
/* Submits the job, waits for it, and answers with its file. */
void api_submit_and_serve(struct app *app, struct http_request *r, const struct spec *spec, struct job *job,
			  const char *cache_control);
/* Answers a GET with the file of a succeeded job, by its conditions and ranges. */
void api_serve_audio(struct app *app, struct http_request *r, const struct job *job, const char *cache_control);
/* Options from the query alone. -1: answered. */
int api_read_query(struct http_request *r, struct spec *out);

/* Answers a POST with the whole file of a succeeded job. */
void api_reply_audio(struct app *app, struct http_request *r, const struct job *job);

/* Loads the job that the path names and answers unless it has succeeded: -1. Free with job_fini(). */
int api_load_succeeded(struct app *app, struct http_request *r, struct job *out);
/* Answers why there is no file of that job; false when there is one. */
bool api_refuse_unsucceeded(struct http_request *r, const struct job *job);
/* The format of a job's files. */
enum audio_format api_format_of(const struct job *job);
/* The list of stems as JSON, as the job shows it; never NULL but when out of memory. */
json_t *job_stems_json(const struct job *job);

#endif
