/* Accepting jobs: room, the cache, the row, the wake-up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "queue/internal.h"

/* Room is checked against an upper bound that lives in memory: it grows with every submission, and jobs that leave the queue
 * do not lower it. So the rows are counted only when the bound is reached, once in as many submissions as there is room for,
 * and an almost empty queue of any size costs nothing to look at. Jobs come to wait through here alone, or come back to where
 * they were counted once. Jobs that are both committed and still on their way may count twice in the new bound, so it never
 * says too little. */

/* Takes n from what the bound leaves; false when rows have to be counted. */
static bool reserve_below_bound(struct queue *q, unsigned n, uint64_t *n_reserved, unsigned *n_submitting)
{
	bool has_room;

	pthread_mutex_lock(&q->lock);
	*n_reserved = q->n_reserved += n;
	*n_submitting = q->n_submitting += n;
	has_room = q->waiting_most <= q->max_queued && n <= q->max_queued - q->waiting_most;
	if (has_room)
		q->waiting_most += n;
	pthread_mutex_unlock(&q->lock);
	return has_room;
}

/* Counts again; those that were on their way at the look before, and those that came since, are added. */
static int reserve_counted(struct queue *q, unsigned n, uint64_t n_reserved, unsigned n_submitting, struct error *err)
{
	uint64_t n_waiting;
	bool has_room;

	if (storage_job_count_waiting(q->storage, &n_waiting, err))
		return -1;
	pthread_mutex_lock(&q->lock);
	q->waiting_most = n_waiting + n_submitting + (q->n_reserved - n_reserved);
	has_room = q->waiting_most <= q->max_queued;
	if (!has_room)
		q->waiting_most -= n;
	pthread_mutex_unlock(&q->lock);
	return has_room ? 0 : error_set(err, ERR_BUSY, "the queue is full (%u jobs)", q->max_queued);
}

int submit_reserve_room(struct queue *q, unsigned n, struct error *err)
{
	uint64_t n_reserved;
	unsigned n_submitting;

	if (reserve_below_bound(q, n, &n_reserved, &n_submitting) ||
	    reserve_counted(q, n, n_reserved, n_submitting, err) == 0)
		return 0;
	submit_release_room(q, n);
	return -1;
}

void submit_release_room(struct queue *q, unsigned n)
{
	pthread_mutex_lock(&q->lock);
	q->n_submitting -= n;
	pthread_mutex_unlock(&q->lock);
}

int submit_check_accepting(struct queue *q, struct error *err)
{
	bool is_draining;

	pthread_mutex_lock(&q->lock);
	is_draining = q->is_draining;
	pthread_mutex_unlock(&q->lock);
	return is_draining ? error_set(err, ERR_BUSY, "the server is shutting down") : 0;
}

void submit_stamp(struct queue *q, struct job *j)
{
	pthread_mutex_lock(&q->lock);
	j->created_at_ms = clock_wall_ms();
	id_make(q, j->created_at_ms, j->id);
	pthread_mutex_unlock(&q->lock);
	j->max_attempts = j->max_attempts > 0 ? j->max_attempts : MAX_ATTEMPTS_DEFAULT;
}

void job_take_result(struct job *to, struct job *from)
{
	to->has_result = true;
	to->bytes = from->bytes;
	to->frames = from->frames;
	to->clipped_frames = from->clipped_frames;
	to->peak = from->peak;
	to->true_peak = from->true_peak;
	to->loudness_lufs = from->loudness_lufs;
	to->render_s = from->render_s;
	to->cpu_s = from->cpu_s;
	memcpy(to->sha256, from->sha256, SHA256_BYTES);
	free(to->warnings);
	to->warnings = from->warnings;
	from->warnings = NULL;
	free(to->stems);
	to->stems = from->stems;
	from->stems = NULL;
}

int submit_take_result(struct queue *q, struct job *j, struct error *err)
{
	struct job equal;
	int rc = j->is_fresh ? 0 : storage_find_result(q->storage, j->content_hash, &equal, err);

	if (rc != 1)
		return rc;
	job_take_result(j, &equal);
	job_fini(&equal);
	j->state = JOB_SUCCEEDED;
	j->completed_at_ms = j->created_at_ms;
	j->expires_at_ms = j->keep_s > 0 ? j->created_at_ms + j->keep_s * 1000 : 0;
	j->frames_done = j->frames_total = j->frames;
	return 1;
}

static int insert(struct queue *q, const struct job *j, struct job_once *once, struct error *err)
{
	return once ? storage_job_insert_once(q->storage, j, once, err) : storage_job_insert(q->storage, j, err);
}

enum outcome { FAILED = -1, NO_RESULT, CACHED, REPLAYED, ACCEPTED };

/* Inserts j as succeeded with the result of an equal job; NO_RESULT when there is none (any more). Needs err. */
static enum outcome submit_cached(struct queue *q, struct job *j, struct job_once *once, struct error *err)
{
	int rc = submit_take_result(q, j, err);

	if (rc != 1)
		return rc == 0 ? NO_RESULT : FAILED;
	rc = insert(q, j, once, err);
	if (rc >= 0)
		return rc == 1 ? REPLAYED : CACHED;
	j->has_result = false;
	j->completed_at_ms = j->expires_at_ms = 0;
	j->frames_done = 0;
	return err->code == ERR_NOT_FOUND ? NO_RESULT : FAILED;
}

static void set_first_state(struct job *j)
{
	j->state = j->run_at_ms > j->created_at_ms ? JOB_SCHEDULED : JOB_QUEUED;
}

/* The job is durable: who is to know of it? */
static void tell_accepted(struct queue *q, const struct job *j)
{
	if (j->state == JOB_SCHEDULED || j->deadline_at_ms)
		timer_kick(q);
	if (j->state == JOB_QUEUED)
		queue_signal_work(q, false);
}

static enum outcome submit_waiting(struct queue *q, struct job *j, struct job_once *once, struct error *err)
{
	int rc;

	if (submit_reserve_room(q, 1, err))
		return FAILED;
	set_first_state(j);
	rc = insert(q, j, once, err);
	submit_release_room(q, 1);
	if (rc)
		return rc == 1 ? REPLAYED : FAILED;
	tell_accepted(q, j);
	return ACCEPTED;
}

static enum outcome submit(struct queue *q, struct job *j, struct job_once *once, struct error *err)
{
	int rc = once ? storage_once_find(q->storage, j->key_id, once, err) : 0;
	enum outcome o = NO_RESULT;

	/* First of all: it was accepted, so a full queue must not refuse it. */
	if (rc != 0)
		return rc == 1 ? REPLAYED : FAILED;
	if (submit_check_accepting(q, err))
		return FAILED;
	submit_stamp(q, j);
	if (j->run_at_ms <= j->created_at_ms)
		o = submit_cached(q, j, once, err);
	return o == NO_RESULT ? submit_waiting(q, j, once, err) : o;
}

int queue_submit(struct queue *q, struct job *j, struct job_once *once, bool *is_cached, struct error *err)
{
	struct error why = ERROR_INIT;
	enum outcome o = submit(q, j, once, &why);

	*is_cached = o == CACHED;
	if (o == CACHED && j->keep_s)
		timer_kick(q);
	if (o == FAILED && err)
		*err = why;
	return o == FAILED ? -1 : o == REPLAYED;
}

/* --- later --- */

bool queue_has_result(struct queue *q, const struct job *j)
{
	struct job equal;
	int rc = j->is_fresh ? 0 : storage_find_result(q->storage, j->content_hash, &equal, NULL);

	if (rc == 1)
		job_fini(&equal);
	return rc == 1;
}

struct later {
	struct queue *queue;
	struct job *job;
	void (*done)(void *ctx, int result, const struct error *why);
	void *ctx;
};

static void end_later(void *ctx, int result, const struct error *why)
{
	struct later *l = ctx;

	submit_release_room(l->queue, 1);
	if (result == 0)
		tell_accepted(l->queue, l->job);
	l->done(l->ctx, result, why);
	free(l);
}

int queue_submit_later(struct queue *q, struct job *j, void (*done)(void *ctx, int result, const struct error *why),
		       void *ctx, struct error *err)
{
	struct later *l;

	if (submit_check_accepting(q, err))
		return -1;
	submit_stamp(q, j);
	if (submit_reserve_room(q, 1, err))
		return -1;
	set_first_state(j);
	l = malloc(sizeof *l);
	if (l)
		*l = (struct later){ q, j, done, ctx };
	else
		error_set(err, ERR_NO_MEMORY, "no memory for a job");
	if (l && storage_job_post(q->storage, j, end_later, l, err) == 0)
		return 0;
	free(l);
	submit_release_room(q, 1);
	return -1;
}

/* --- again --- */

/* Leaves of an ended job what its submission gave. */
static void make_fresh(struct job *j)
{
	snprintf(j->retry_of, sizeof j->retry_of, "%s", j->id);
	free(j->warnings);
	free(j->stems);
	j->warnings = j->stems = NULL;
	j->attempt = 0;
	j->epoch = 0;
	j->cancel_requested = j->is_expired = j->is_pinned = j->has_result = false;
	j->started_at_ms = j->completed_at_ms = j->lease_until_ms = 0;
	j->run_at_ms = j->not_before_ms = j->deadline_at_ms = j->expires_at_ms = 0;
	j->frames_done = 0;
	j->error_code[0] = j->error_message[0] = '\0';
}

int queue_retry(struct queue *q, const char *id, struct job *out, struct error *err)
{
	bool is_cached;

	if (storage_job_get(q->storage, id, true, out, err))
		return -1;
	if (!job_state_is_terminal(out->state) || out->state == JOB_SUCCEEDED) {
		error_set(err, ERR_CONFLICT,
			  "only a job that failed, expired or was canceled can be retried; this one is %s",
			  job_state_name(out->state));
		goto err_after_get;
	}
	make_fresh(out);
	if (q->runner.prepare && q->runner.prepare(q->runner.ctx, out, err))
		goto err_after_get;
	if (queue_submit(q, out, NULL, &is_cached, err) == 0)
		return 0;
err_after_get:
	job_fini(out);
	return -1;
}
