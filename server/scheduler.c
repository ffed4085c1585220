/* A schedule that is due becomes a job, and its next time is worked out. The job is submitted under a token made of the schedule
 * and the time it was due, so that a crash between the two does not submit it twice. A time that passed while nobody was here to
 * see it was missed: it is made up for once, or skipped, as the schedule says; several missed times are one. */
#include "server/scheduler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cron.h"
#include "base/log.h"
#include "server/submission.h"

enum {
	LATE_MS = 60000, /* later than this is missed */
	AGAIN_MS = 1000, /* when the queue is full, or the store fails */
};

int scheduler_next(const struct schedule *s, int64_t after_ms, int64_t *next_ms, struct error *err)
{
	struct zone *zone;
	struct cron cron;
	int64_t next_s;

	if (cron_parse(s->cron, &cron, err))
		return -1;
	zone = zone_open(s->zone, err);
	if (!zone)
		return -1;
	next_s = cron_next(&cron, zone, after_ms / 1000);
	*next_ms = next_s == INT64_MAX ? INT64_MAX : next_s * 1000;
	zone_free(zone);
	return 0;
}

/* Copies of what a job owns. */
static int fill_job(struct app *app, const struct schedule *s, struct job *job, struct error *err)
{
	struct diag_list diags = { .n = 0 };
	struct spec spec;

	if (spec_parse_options(s->options, &spec, err) < 0)
		return -1;
	spec.render.source = s->source;
	spec.render.source_len = s->source_len;
	spec.priority = s->priority;
	spec.terms.keep_s = s->keep_s;
	spec.terms.deadline_ms = s->deadline_ms;
	memcpy(job->key_id, s->key_id, sizeof job->key_id);
	if (submission_measure(app->storage, app->engine, &spec.render, job, &diags, err) ||
	    submission_fill(&spec, queue_now_ms(app->queue), app->config.keep_s, job, err))
		return -1;
	job->tags = s->tags ? strdup(s->tags) : NULL;
	memcpy(job->schedule_id, s->id, sizeof job->schedule_id);
	return 0;
}

static int submit(struct app *app, struct schedule *s, struct error *err)
{
	struct job job = { .state = JOB_QUEUED };
	struct job_once once = { .job_id = "" };
	char token[80];
	bool is_cached;
	int rc;

	/* No client's token has a space. */
	snprintf(token, sizeof token, "%s %lld", s->id, (long long)s->next_at_ms);
	once.token = token;
	rc = fill_job(app, s, &job, err);
	if (rc == 0)
		rc = queue_submit(app->queue, &job, &once, &is_cached, err);
	if (rc >= 0)
		memcpy(s->last_job_id, rc == 1 ? once.job_id : job.id, sizeof s->last_job_id);
	job_fini(&job);
	return rc < 0 ? -1 : 0;
}

/* False: to be tried again soon. */
static bool fire(struct app *app, struct schedule *s, int64_t now_ms)
{
	bool is_missed = now_ms - s->next_at_ms > LATE_MS;
	struct error err = ERROR_INIT;

	s->last_job_id[0] = '\0';
	s->last_at_ms = 0;
	if (!is_missed || s->makes_up) {
		if (submit(app, s, &err) == 0)
			s->last_at_ms = now_ms;
		else if (err.code == ERR_BUSY || err.code == ERR_NO_MEMORY || err.code == ERR_NO_SPACE ||
			 err.code == ERR_IO)
			return false;
		else
			log_event(LOG_WARN, "a schedule made no job", "schedule_id", s->id, "error", err.message, NULL);
	} else {
		log_event(LOG_INFO, "a schedule missed its time", "schedule_id", s->id, NULL);
	}
	if (scheduler_next(s, now_ms, &s->next_at_ms, &err))
		s->next_at_ms = INT64_MAX;
	return storage_schedule_advance(app->storage, s, &err) == 0;
}

int64_t scheduler_tick(void *ctx, int64_t now_ms)
{
	struct app *app = ctx;
	struct schedule_filter f = { .due_ms = now_ms };
	struct schedule *list;
	bool is_done = true;
	int64_t next_ms;
	size_t n;

	if (storage_schedule_list(app->storage, &f, &list, &n, NULL))
		return now_ms + AGAIN_MS;
	for (size_t i = 0; i < n; i++)
		is_done &= fire(app, &list[i], now_ms);
	schedule_list_free(list, n);
	if (!is_done || storage_schedule_next(app->storage, &next_ms, NULL))
		return now_ms + AGAIN_MS;
	return next_ms;
}
