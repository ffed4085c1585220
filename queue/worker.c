/* A runner thread: claim a job, run it, write down how it ended.
 *
 *   claim -> list as held -> (equal result on disk? take it : run) -> finish | requeue -> unlist -> tell watchers
 *
 * Several things may end a run: the runner itself, a user's cancel, the deadline, a lost lease, the drain. They only ever raise
 * control.cancel and leave a mark; the runner thread alone decides, once run() has returned, and its write names
 * the epoch, so exactly one end wins, whatever the timing. */
#include <math.h>
#include <sodium/randombytes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"
#include "queue/internal.h"

enum {
	SAFETY_TICK_MS = 30000, /* a claim is tried at least this often, should a wake-up ever be missed */
	WRITE_PAUSE_MS = 250,   /* before an end is written again; doubled for each further time */
	WRITE_PAUSE_MAX_MS = 8000,
};

/* --- the list of held jobs --- */

struct held_job *held_find(const struct queue *q, const char *id)
{
	struct held_job *h = q->held;

	while (h && strcmp(h->id, id) != 0)
		h = h->next;
	return h;
}

void held_cancel(struct queue *q, struct held_job *h)
{
	/* Relaxed: the flag carries nothing but itself. */
	atomic_store_explicit(&h->control.cancel, true, memory_order_relaxed);
	pthread_cond_broadcast(&q->pause);
}

void held_suspend(struct queue *q, struct held_job *h)
{
	h->is_drained = true;
	atomic_store_explicit(&h->control.suspend, true, memory_order_relaxed);
	pthread_cond_broadcast(&q->pause);
}

/* A claim takes its time: the drain may have looked for held jobs before this one became one. */
static void held_add(struct queue *q, struct held_job *h)
{
	pthread_mutex_lock(&q->lock);
	h->next = q->held;
	q->held = h;
	if (q->is_giving_up) {
		held_suspend(q, h);
		held_cancel(q, h);
	}
	pthread_mutex_unlock(&q->lock);
}

static void held_remove(struct queue *q, struct held_job *h)
{
	struct held_job **at = &q->held;

	pthread_mutex_lock(&q->lock);
	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	if (!q->held)
		pthread_cond_broadcast(&q->idle);
	pthread_mutex_unlock(&q->lock);
}

/* The marks that others left, read in one go. */
struct marks {
	bool is_lost, is_canceled, is_expired, is_drained;
};

static struct marks held_marks(struct queue *q, const struct held_job *h)
{
	struct marks m;

	pthread_mutex_lock(&q->lock);
	m = (struct marks){ h->is_lost, h->is_canceled, h->is_expired, h->is_drained };
	pthread_mutex_unlock(&q->lock);
	return m;
}

/* --- one job --- */

struct run {
	struct queue *queue;
	struct job *job;
	struct held_job *held;
	bool is_finalizing;
};

/* Given to the runner; see struct job_runner. */
static int enter_finalizing(void *ctx, struct error *err)
{
	struct run *r = ctx;

	if (r->is_finalizing)
		return 0;
	if (atomic_load_explicit(&r->held->control.cancel, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "canceled before the file was published");
	if (storage_job_finalizing(r->queue->storage, r->job->id, r->job->epoch, err))
		return -1;
	r->job->state = JOB_FINALIZING;
	r->is_finalizing = true;
	return 0;
}

/* Between the claim and the listing nobody could tell us of a cancel, but it was stored with the row. */
static void notice_early_cancel(struct run *r)
{
	struct queue *q = r->queue;
	struct job now;

	if (storage_job_get(q->storage, r->job->id, false, &now, NULL))
		return;
	if (now.cancel_requested) {
		pthread_mutex_lock(&q->lock);
		r->held->is_canceled = true;
		held_cancel(q, r->held);
		pthread_mutex_unlock(&q->lock);
	}
	job_fini(&now);
}

/* An equal job may have finished while this one was queued. 1: its result was taken. */
static int take_equal_result(struct run *r, struct error *err)
{
	struct job equal;
	int rc;

	if (r->job->is_fresh)
		return 0;
	rc = storage_find_result(r->queue->storage, r->job->content_hash, &equal, err);
	if (rc == 1)
		job_take_result(r->job, &equal);
	job_fini(&equal);
	return rc;
}

static int run_job(struct run *r, struct error *err)
{
	const struct job_runner *runner = &r->queue->runner;
	int rc;

	if (atomic_load_explicit(&r->held->control.cancel, memory_order_relaxed))
		return error_set(err, ERR_CANCELED, "canceled before it started");
	rc = take_equal_result(r, err);
	if (rc == 0)
		rc = runner->run(runner->ctx, r->job, &r->held->control, enter_finalizing, r, err);
	if (rc < 0)
		return -1;
	r->job->has_result = true;
	/* Done by the runner, unless an equal result was taken. */
	return enter_finalizing(r, err);
}

static bool is_worth_a_retry(enum error_code code)
{
	return code == ERR_NO_SPACE || code == ERR_IO;
}

/* "Full jitter" (M. Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015): jobs that failed together,
 * on a full disk say, do not come back together. */
static int64_t retry_at_ms(const struct queue *q, int attempt)
{
	int64_t most_ms = q->retry_base_ms;

	for (int i = 1; i < attempt && most_ms < q->retry_cap_ms; i++)
		most_ms *= 2;
	most_ms = most_ms < q->retry_cap_ms ? most_ms : q->retry_cap_ms;
	return queue_now_ms(q) + 1 + (int64_t)randombytes_uniform((uint32_t)most_ms);
}

static int64_t write_pause_ms(int attempt)
{
	int64_t pause_ms = WRITE_PAUSE_MS;

	for (int i = 1; i < attempt && pause_ms < WRITE_PAUSE_MAX_MS; i++)
		pause_ms *= 2;
	return pause_ms;
}

/* Waits, with the lease renewed meanwhile: a store that cannot write needs time, and could not take the job back either.
 * False when the wait was cut short by a cancel, a lost lease or the drain. */
static bool pause_before_write(struct run *r, int64_t pause_ms)
{
	struct queue *q = r->queue;
	struct held_job *h = r->held;
	struct timespec deadline = queue_deadline(clock_monotonic_ns() + (uint64_t)pause_ms * 1000000u);
	int rc = 0;
	bool is_cut;

	pthread_mutex_lock(&q->lock);
	for (;;) {
		is_cut = h->is_lost || h->is_canceled || h->is_drained || q->is_draining;
		if (is_cut || rc != 0)
			break;
		rc = pthread_cond_timedwait(&q->pause, &q->lock, &deadline);
	}
	pthread_mutex_unlock(&q->lock);
	return !is_cut;
}

static void set_failure(struct run *r, enum job_state state, const char *code, const char *message)
{
	struct job *j = r->job;

	j->state = state;
	j->has_result = false;
	j->frames_done = atomic_load_explicit(&r->held->control.frames_done, memory_order_relaxed);
	j->frames_total = atomic_load_explicit(&r->held->control.frames_total, memory_order_relaxed);
	snprintf(j->error_code, sizeof j->error_code, "%s", code);
	snprintf(j->error_message, sizeof j->error_message, "%s", message);
}

/* Writes the end of a job until it is written, or the process ends (the next start takes the job back), or the job
 * is no longer ours. A full disk can refuse a row as well as a file. */
static int write_end(struct run *r, struct error *err)
{
	for (int attempt = 1;; attempt++) {
		*err = ERROR_INIT;
		r->job->completed_at_ms = clock_wall_ms();
		if (storage_job_finish(r->queue->storage, r->job, err) == 0) {
			if (r->job->keep_s || r->queue->max_bytes > 0)
				timer_kick(r->queue);
			return 0;
		}
		if (!is_worth_a_retry(err->code) && err->code != ERR_BUSY)
			return -1;
		if (!pause_before_write(r, write_pause_ms(attempt)))
			return -1;
	}
}

/* not_before_ms 0: at once. */
static int requeue(struct run *r, bool is_our_fault, int64_t not_before_ms, struct error *err)
{
	r->job->state = not_before_ms ? JOB_SCHEDULED : JOB_QUEUED;
	if (storage_job_requeue(r->queue->storage, r->job->id, r->job->epoch, is_our_fault, not_before_ms, err))
		return -1;
	if (not_before_ms)
		timer_kick(r->queue);
	return 0;
}

/* How a failed run ends: again later, or for good. */
static int end_failed(struct run *r, const struct error *why, struct error *err)
{
	struct marks m = held_marks(r->queue, r->held);

	if (m.is_lost)
		return error_set(err, ERR_CONFLICT, "the lease was lost");
	if (m.is_canceled) {
		set_failure(r, JOB_CANCELED, "canceled", "canceled on request");
		return write_end(r, err);
	}
	if (m.is_expired) {
		set_failure(r, JOB_EXPIRED, error_code_name(ERR_DEADLINE), "the deadline passed while the job ran");
		return write_end(r, err);
	}
	if (m.is_drained && why->code == ERR_CANCELED)
		return requeue(r, true, 0, err);
	if (is_worth_a_retry(why->code) && r->job->attempt < r->job->max_attempts)
		return requeue(r, false, retry_at_ms(r->queue, r->job->attempt), err);
	set_failure(r, JOB_FAILED, error_code_name(why->code), why->message);
	return write_end(r, err);
}

/* How wrong the estimates are on this machine, as a mean that forgets. */
static void learn_cost(struct queue *q, const struct job *j)
{
	double ratio;

	if (!(j->cost_s > 0) || !(j->cpu_s > 0))
		return;
	ratio = fmin(fmax(j->cpu_s / j->cost_s, 0.1), 10);
	pthread_mutex_lock(&q->lock);
	q->cost_bias += 0.1 * (ratio - q->cost_bias);
	pthread_mutex_unlock(&q->lock);
}

static int end_succeeded(struct run *r, struct error *err)
{
	r->job->state = JOB_SUCCEEDED;
	if (write_end(r, err) == 0) {
		learn_cost(r->queue, r->job);
		return 0;
	}
	if (err->code != ERR_NOT_FOUND)
		return -1;
	/* The file went between the run and the row: somebody removed it by hand. Render again. */
	return requeue(r, false, 0, err);
}

static void log_end(const struct run *r, const struct error *why, int rc, const struct error *err)
{
	char attempt[16];

	snprintf(attempt, sizeof attempt, "%d", r->job->attempt);
	if (rc)
		log_event(LOG_WARN, "job left without an end", "job_id", r->job->id, "error", err->message, NULL);
	else if (!job_state_is_terminal(r->job->state))
		log_event(LOG_WARN, "job queued again", "job_id", r->job->id, "attempt", attempt, "error", why->message,
			  NULL);
	else
		log_event(LOG_INFO, "job ended", "job_id", r->job->id, "key_id", r->job->key_id, "state",
			  job_state_name(r->job->state), "attempt", attempt, "error",
			  r->job->state == JOB_SUCCEEDED ? "" : r->job->error_message, NULL);
}

static void do_job(struct queue *q, struct job *job)
{
	struct held_job held = {
		.id = job->id, .epoch = job->epoch, .deadline_at_ms = job->deadline_at_ms, .cost_s = job->cost_s
	};
	struct run r = { .queue = q, .job = job, .held = &held };
	struct error why = ERROR_INIT, err = ERROR_INIT;
	int rc;

	CRASH_POINT(job_claimed);
	atomic_init(&held.control.frames_total, job->frames_total);
	held_add(q, &held);
	if (job->deadline_at_ms)
		timer_kick(q);
	notice_early_cancel(&r);
	rc = run_job(&r, &why);
	CRASH_POINT(job_rendered);
	rc = rc ? end_failed(&r, &why, &err) : end_succeeded(&r, &err);
	CRASH_POINT(job_ended);
	log_end(&r, &why, rc, &err);
	held_remove(q, &held);
	if (rc == 0 && job_state_is_terminal(job->state))
		herald_tell(q, job->id);
}

/* --- the thread --- */

static int claim(struct queue *q, bool is_short_only, struct job *job)
{
	struct job_claim asked = { .now_ms = queue_now_ms(q), .lease_ms = q->lease_ms, .is_short_only = is_short_only };
	struct error err = ERROR_INIT;
	int rc = storage_job_claim(q->storage, &asked, job, &err);

	if (rc < 0)
		log_event(LOG_ERROR, "cannot claim a job", "error", err.message, NULL);
	return rc;
}

enum order { CLAIM, WAIT, END };

/* What a runner is to do now, and the current work_seq. */
static enum order read_order(struct queue *q, uint64_t *seen)
{
	enum order order;

	pthread_mutex_lock(&q->lock);
	*seen = q->work_seq;
	order = q->is_draining ? END : q->is_paused ? WAIT : CLAIM;
	pthread_mutex_unlock(&q->lock);
	return order;
}

static void wait_for_work(struct queue *q, pthread_cond_t *work, uint64_t seen)
{
	struct timespec deadline = queue_deadline(clock_monotonic_ns() + SAFETY_TICK_MS * (uint64_t)1000000);
	int rc = 0;

	pthread_mutex_lock(&q->lock);
	while (!q->is_draining && q->work_seq == seen && rc == 0)
		rc = pthread_cond_timedwait(work, &q->lock, &deadline);
	pthread_mutex_unlock(&q->lock);
}

static void work(struct queue *q, bool is_short_only)
{
	enum order order;
	uint64_t seen;

	while ((order = read_order(q, &seen)) != END) {
		struct job job = { .id = "" };
		if (order == CLAIM && claim(q, is_short_only, &job) == 1)
			do_job(q, &job);
		else
			wait_for_work(q, is_short_only ? &q->short_work : &q->work, seen);
		job_fini(&job);
	}
}

void *worker_main(void *queue)
{
	pthread_setname_np(pthread_self(), "queue-runner");
	work(queue, false);
	return NULL;
}

/* A runner of the lane for short jobs. The cores are shared by the render pool, so one more job in progress does not
 * slow the long ones down by more than its share. */
void *worker_short_main(void *queue)
{
	pthread_setname_np(pthread_self(), "queue-short");
	work(queue, true);
	return NULL;
}
