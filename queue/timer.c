/* The timer thread: sleeps until something is due and does it. Jobs whose time has come are queued, those whose deadline
 * passed end as expired (running ones are told to stop, and their runner writes it down), results are dropped when they
 * need not be kept any longer. What is due when stands in the database (storage/due.c) and in the list of held jobs; the
 * thread remembers nothing. Whoever adds something that is due earlier than what it sleeps for kicks it. */
#include <stdint.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/internal.h"

enum {
	SLEEP_MAX_MS = 30000, /* the wall clock may be set meanwhile */
	AFTER_ERROR_MS = 1000,
};

void timer_kick(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->timer_seq++;
	pthread_cond_signal(&q->timer_wake);
	pthread_mutex_unlock(&q->lock);
}

void queue_set_tick(struct queue *q, int64_t (*tick)(void *ctx, int64_t wall_ms), void *ctx)
{
	pthread_mutex_lock(&q->lock);
	q->tick = tick;
	q->tick_ctx = ctx;
	pthread_mutex_unlock(&q->lock);
	timer_kick(q);
}

void queue_wake_timer(struct queue *q)
{
	timer_kick(q);
}

/* Stops held jobs whose deadline has passed; the next deadline of those that go on, INT64_MAX: none. */
static int64_t expire_held(struct queue *q, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;

	pthread_mutex_lock(&q->lock);
	for (struct held_job *h = q->held; h; h = h->next) {
		if (h->deadline_at_ms == 0 || h->is_expired)
			continue;
		if (h->deadline_at_ms <= now_ms) {
			h->is_expired = true;
			held_cancel(q, h);
		} else if (h->deadline_at_ms < next_ms) {
			next_ms = h->deadline_at_ms;
		}
	}
	pthread_mutex_unlock(&q->lock);
	return next_ms;
}

static struct storage_now read_clocks(const struct queue *q)
{
	return (struct storage_now){ .wall_ms = clock_wall_ms(), .steady_ms = queue_now_ms(q) };
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t call_tick(struct queue *q)
{
	int64_t (*tick)(void *ctx, int64_t wall_ms);
	void *ctx;

	pthread_mutex_lock(&q->lock);
	tick = q->tick;
	ctx = q->tick_ctx;
	pthread_mutex_unlock(&q->lock);
	return tick ? tick(ctx, clock_wall_ms()) : INT64_MAX;
}

int queue_pin(struct queue *q, const char *id, bool is_pinned, struct error *err)
{
	int rc = storage_job_pin(q->storage, id, is_pinned, err);

	timer_kick(q);
	return rc;
}

static void make_room(struct queue *q, int64_t now_ms)
{
	struct error err = ERROR_INIT;
	size_t n = 0;
	char count[24];

	if (q->max_bytes > 0 && storage_make_room(q->storage, q->max_bytes, now_ms, &n, &err))
		log_event(LOG_WARN, "cannot make room for new results", "error", err.message, NULL);
	snprintf(count, sizeof count, "%zu", n);
	if (n > 0)
		log_event(LOG_INFO, "removed the least recently used results", "results", count, NULL);
}

/* Does what is due; returns milliseconds until there is more. */
static int64_t tick(struct queue *q)
{
	struct storage_now now = read_clocks(q), next;
	struct storage_due due;
	struct error err = ERROR_INIT;
	int64_t held_ms;

	if (storage_job_due(q->storage, now, &due, &err) || storage_job_next_due(q->storage, now, &next, &err)) {
		log_event(LOG_WARN, "cannot do what is due", "error", err.message, NULL);
		return AFTER_ERROR_MS;
	}
	make_room(q, now.steady_ms);
	held_ms = expire_held(q, now.steady_ms);
	if (due.n_queued)
		queue_signal_work(q, true);
	if (due.n_expired)
		herald_check_all(q);
	if (due.n_results)
		return 0; /* they go in portions */
	next.wall_ms = sooner(next.wall_ms, call_tick(q));
	now = read_clocks(q);
	return sooner(sooner(next.wall_ms - now.wall_ms, sooner(next.steady_ms, held_ms) - now.steady_ms),
		      SLEEP_MAX_MS);
}

/* Until ms have passed or something is due earlier; false when the thread is to end. */
static bool sleep_for(struct queue *q, int64_t ms, uint64_t seen)
{
	struct timespec deadline = queue_deadline(clock_monotonic_ns() + (uint64_t)(ms > 0 ? ms : 0) * 1000000u);
	int rc = 0;
	bool goes_on;

	pthread_mutex_lock(&q->lock);
	while (!q->is_stopping && q->timer_seq == seen && rc == 0 && ms > 0)
		rc = pthread_cond_timedwait(&q->timer_wake, &q->lock, &deadline);
	goes_on = !q->is_stopping;
	pthread_mutex_unlock(&q->lock);
	return goes_on;
}

static uint64_t read_seq(struct queue *q)
{
	uint64_t seq;

	pthread_mutex_lock(&q->lock);
	seq = q->timer_seq;
	pthread_mutex_unlock(&q->lock);
	return seq;
}

void *timer_main(void *queue)
{
	struct queue *q = queue;
	uint64_t seen;
	int64_t ms;

	pthread_setname_np(pthread_self(), "queue-timer");
	do {
		seen = read_seq(q);
		ms = tick(q);
	} while (sleep_for(q, ms, seen));
	return NULL;
}
