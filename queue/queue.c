/* The queue's door: submission, cancellation, deletion, start and end.
 *
 * Threads: n runners (worker.c) take jobs, the keeper (keeper.c) keeps their leases, the herald (herald.c) calls
 * those who wait, the timer (timer.c) brings what
 * is due. The order of jobs, their states and their attempts live in the database; this process only adds
 * who is held here and who waits here. So there is no second truth to repair after a crash. */
#include "queue/queue.h"

#include <sodium/core.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/cpu.h"
#include "base/log.h"
#include "queue/internal.h"

enum {
	MAX_QUEUED_DEFAULT = 10000,
	LEASE_MS_DEFAULT = 15000,
	SUSPEND_MS = 2000, /* for checkpoints of what the drain stops */
	RETRY_BASE_MS_DEFAULT = 500,
	RETRY_CAP_MS_DEFAULT = 60000,
	CANCEL_TRIES = 8, /* a held job may come back to the queue while we look for its runner */
};

int64_t queue_now_ms(const struct queue *q)
{
	return q->start_wall_ms + (int64_t)((clock_monotonic_ns() - q->start_ns) / 1000000u);
}

struct timespec queue_deadline(uint64_t at_ns)
{
	return (struct timespec){ .tv_sec = (time_t)(at_ns / 1000000000u), .tv_nsec = (long)(at_ns % 1000000000u) };
}

void queue_signal_work(struct queue *q, bool is_for_all)
{
	pthread_mutex_lock(&q->lock);
	q->work_seq++;
	if (is_for_all) {
		pthread_cond_broadcast(&q->work);
		pthread_cond_broadcast(&q->short_work);
	} else if (!q->is_paused) {
		pthread_cond_signal(&q->work);
		pthread_cond_signal(&q->short_work);
	}
	pthread_mutex_unlock(&q->lock);
}

/* --- start and end --- */

static void init_conditions(struct queue *q)
{
	pthread_cond_t *const conds[] = { &q->work,        &q->short_work,  &q->idle,       &q->pause,
					  &q->keeper_wake, &q->herald_wake, &q->timer_wake, &q->called };
	pthread_condattr_t attr;

	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	for (size_t i = 0; i < sizeof conds / sizeof conds[0]; i++)
		pthread_cond_init(conds[i], &attr);
	pthread_condattr_destroy(&attr);
}

static struct queue *new_queue(const struct queue_config *config, struct error *err)
{
	struct queue *q = calloc(1, sizeof *q);

	if (!q || sodium_init() < 0) {
		free(q);
		error_set(err, ERR_NO_MEMORY, "starting the queue: out of memory");
		return NULL;
	}
	q->storage = config->storage;
	q->runner = config->runner;
	q->n_runners = config->n_runners ? config->n_runners : cpu_allowed_count();
	q->max_bytes = config->max_bytes;
	q->max_queued = config->max_queued ? config->max_queued : MAX_QUEUED_DEFAULT;
	q->n_short_runners = config->n_short_runners;
	q->retry_base_ms = config->retry_base_ms ? config->retry_base_ms : RETRY_BASE_MS_DEFAULT;
	q->retry_cap_ms = config->retry_cap_ms ? config->retry_cap_ms : RETRY_CAP_MS_DEFAULT;
	q->cost_bias = 1;
	q->waiting_most = UINT64_MAX;
	q->lease_ms = config->lease_ms ? config->lease_ms : LEASE_MS_DEFAULT;
	q->start_wall_ms = clock_wall_ms();
	q->start_ns = clock_monotonic_ns();
	q->runners = calloc(q->n_runners + q->n_short_runners, sizeof *q->runners);
	init_conditions(q);
	if (q->runners)
		return q;
	free(q);
	error_set(err, ERR_NO_MEMORY, "starting the queue: out of memory");
	return NULL;
}

static int recover_at_start(struct queue *q, struct error *err)
{
	char count[24];
	size_t n;

	int64_t is_paused = 0;

	if (storage_setting_get(q->storage, "paused", &is_paused, err))
		return -1;
	q->is_paused = is_paused != 0;
	if (storage_job_recover(q->storage, clock_wall_ms(), 0, &n, err))
		return error_wrap(err, "taking back the jobs of an earlier process");
	if (n == 0)
		return 0;
	snprintf(count, sizeof count, "%zu", n);
	log_event(LOG_INFO, "took back the jobs of an earlier process", "jobs", count, NULL);
	return 0;
}

static int start_threads(struct queue *q, struct error *err)
{
	int rc = pthread_create(&q->keeper, NULL, keeper_main, q);

	q->is_keeper_started = rc == 0;
	if (rc == 0)
		rc = pthread_create(&q->herald, NULL, herald_main, q);
	q->is_herald_started = rc == 0;
	if (rc == 0)
		rc = pthread_create(&q->timer, NULL, timer_main, q);
	q->is_timer_started = rc == 0;
	for (unsigned i = 0; rc == 0 && i < q->n_runners + q->n_short_runners; i++) {
		rc = pthread_create(&q->runners[i], NULL, i < q->n_runners ? worker_main : worker_short_main, q);
		if (rc == 0)
			q->n_started++;
	}
	return rc ? error_set_errno(err, rc, "starting the queue's threads") : 0;
}

struct queue *queue_new(const struct queue_config *config, struct error *err)
{
	struct queue *q = new_queue(config, err);

	if (!q)
		return NULL;
	if (recover_at_start(q, err) || start_threads(q, err)) {
		queue_free(q);
		return NULL;
	}
	return q;
}

static void stop_claiming(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->is_draining = true;
	pthread_cond_broadcast(&q->work);
	pthread_cond_broadcast(&q->short_work);
	pthread_cond_broadcast(&q->pause);
	pthread_mutex_unlock(&q->lock);
}

/* Until no job is held, or for so long. Caller holds queue.lock. */
static void wait_until_idle(struct queue *q, int64_t timeout_ms)
{
	struct timespec deadline = queue_deadline(clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000u);
	int rc = 0;

	while (q->held && rc == 0)
		rc = pthread_cond_timedwait(&q->idle, &q->lock, &deadline);
}

/* Waits for the held jobs to end; after the deadline they are told to lay their work aside, and at last to give up. */
static void wait_for_held(struct queue *q, int64_t timeout_ms)
{
	pthread_mutex_lock(&q->lock);
	wait_until_idle(q, timeout_ms);
	q->is_giving_up = true;
	for (struct held_job *h = q->held; h; h = h->next)
		held_suspend(q, h);
	wait_until_idle(q, SUSPEND_MS);
	for (struct held_job *h = q->held; h; h = h->next)
		held_cancel(q, h);
	pthread_mutex_unlock(&q->lock);
}

static void join_runners(struct queue *q)
{
	for (unsigned i = 0; i < q->n_started; i++)
		pthread_join(q->runners[i], NULL);
	q->n_started = 0;
}

void queue_drain(struct queue *q, int64_t timeout_ms)
{
	stop_claiming(q);
	herald_tell_unheld(q);
	wait_for_held(q, timeout_ms > 0 ? timeout_ms : 0);
	join_runners(q);
	herald_tell(q, NULL);
}

static void stop_helpers(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->is_stopping = true;
	pthread_cond_broadcast(&q->keeper_wake);
	pthread_cond_broadcast(&q->herald_wake);
	pthread_cond_broadcast(&q->timer_wake);
	pthread_mutex_unlock(&q->lock);
	if (q->is_timer_started)
		pthread_join(q->timer, NULL);
	if (q->is_keeper_started)
		pthread_join(q->keeper, NULL);
	if (q->is_herald_started)
		pthread_join(q->herald, NULL);
}

void queue_free(struct queue *q)
{
	pthread_cond_t *const conds[] = { &q->work,        &q->short_work,  &q->idle,       &q->pause,
					  &q->keeper_wake, &q->herald_wake, &q->timer_wake, &q->called };

	queue_drain(q, 0);
	stop_helpers(q);
	while (q->watches) {
		struct watch *w = q->watches;
		q->watches = w->next;
		free(w);
	}
	for (size_t i = 0; i < sizeof conds / sizeof conds[0]; i++)
		pthread_cond_destroy(conds[i]);
	pthread_mutex_destroy(&q->lock);
	free(q->runners);
	free(q);
}

/* --- looking --- */

static void add_live_progress(struct queue *q, struct job *j)
{
	struct held_job *h;

	pthread_mutex_lock(&q->lock);
	h = job_state_is_terminal(j->state) ? NULL : held_find(q, j->id);
	if (h && h->epoch == j->epoch) {
		j->frames_done = atomic_load_explicit(&h->control.frames_done, memory_order_relaxed);
		j->frames_total = atomic_load_explicit(&h->control.frames_total, memory_order_relaxed);
		j->resumed_from_frame = atomic_load_explicit(&h->control.resumed_from_frame, memory_order_relaxed);
	}
	pthread_mutex_unlock(&q->lock);
}

int queue_get(struct queue *q, const char *id, bool with_source, struct job *out, struct error *err)
{
	if (storage_job_get(q->storage, id, with_source, out, err))
		return -1;
	add_live_progress(q, out);
	return 0;
}

int queue_list(struct queue *q, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
	       struct error *err)
{
	if (storage_job_list(q->storage, f, jobs, n, has_more, err))
		return -1;
	for (size_t i = 0; i < *n; i++)
		add_live_progress(q, &(*jobs)[i]);
	return 0;
}

/* --- cancel and delete --- */

bool queue_tell_runner(struct queue *q, const char *id)
{
	struct held_job *h;

	pthread_mutex_lock(&q->lock);
	h = held_find(q, id);
	if (h) {
		h->is_canceled = true;
		held_cancel(q, h);
	}
	pthread_mutex_unlock(&q->lock);
	return h != NULL;
}

/* As storage_job_cancel, but 0 means that the runner knows, or will read it from the row right after its claim. */
static int cancel(struct queue *q, const char *id, struct error *err)
{
	int rc = 0;

	for (int i = 0; i < CANCEL_TRIES; i++) {
		rc = storage_job_cancel(q->storage, id, clock_wall_ms(), err);
		if (rc != 0 || queue_tell_runner(q, id))
			break;
	}
	if (rc == 1)
		herald_tell(q, id);
	return rc;
}

int queue_cancel(struct queue *q, const char *id, struct error *err)
{
	return cancel(q, id, err) < 0 ? -1 : 0;
}

int queue_delete(struct queue *q, const char *id, struct error *err)
{
	int rc = cancel(q, id, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return error_set(err, ERR_CONFLICT, "the job is being canceled; delete it when it has ended");
	return storage_job_delete(q->storage, id, err);
}
