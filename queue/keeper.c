/* The keeper thread: every third of a lease it renews the leases of all jobs held here in one transaction, stops
 * the runners of those that were lost, and takes back jobs whose lease ended. Renewing comes first, so a process
 * that slept (SIGSTOP, a suspended machine) does not take its own jobs away from itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "queue/internal.h"

struct beats {
	struct job_heartbeat *items; /* [n], ids point into ids */
	char (*ids)[JOB_ID_SIZE];
	size_t n;
};

static size_t count_held(struct queue *q)
{
	size_t n = 0;

	pthread_mutex_lock(&q->lock);
	for (const struct held_job *h = q->held; h; h = h->next)
		n++;
	pthread_mutex_unlock(&q->lock);
	return n;
}

static void fill_beats(struct queue *q, struct beats *b, size_t n_max)
{
	pthread_mutex_lock(&q->lock);
	for (struct held_job *h = q->held; h && b->n < n_max; h = h->next) {
		memcpy(b->ids[b->n], h->id, JOB_ID_SIZE);
		b->items[b->n] = (struct job_heartbeat){
			.id = b->ids[b->n],
			.epoch = h->epoch,
			.frames_done = atomic_load_explicit(&h->control.frames_done, memory_order_relaxed),
			.frames_total = atomic_load_explicit(&h->control.frames_total, memory_order_relaxed),
		};
		b->n++;
	}
	pthread_mutex_unlock(&q->lock);
}

/* A job that finished since its beat was taken is gone too; telling its runner changes nothing. */
static void stop_lost(struct queue *q, const struct beats *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct held_job *h;
		if (!b->items[i].gone)
			continue;
		pthread_mutex_lock(&q->lock);
		h = held_find(q, b->items[i].id);
		if (h && h->epoch == b->items[i].epoch) {
			h->is_lost = true;
			held_cancel(q, h);
		}
		pthread_mutex_unlock(&q->lock);
	}
}

static void renew(struct queue *q)
{
	size_t n_max = count_held(q);
	struct beats b = { .n = 0 };
	struct error err = ERROR_INIT;

	if (n_max == 0)
		return;
	b.items = calloc(n_max, sizeof *b.items);
	b.ids = calloc(n_max, sizeof *b.ids);
	if (b.items && b.ids) {
		fill_beats(q, &b, n_max);
		if (storage_job_heartbeat(q->storage, b.items, b.n, queue_now_ms(q) + q->lease_ms, &err))
			log_event(LOG_WARN, "cannot renew leases", "error", err.message, NULL);
		else
			stop_lost(q, &b);
	}
	free(b.items);
	free(b.ids);
}

static void recover(struct queue *q)
{
	struct error err = ERROR_INIT;
	char count[24];
	size_t n;

	if (storage_job_recover(q->storage, clock_wall_ms(), queue_now_ms(q), &n, &err)) {
		log_event(LOG_WARN, "cannot look for lost jobs", "error", err.message, NULL);
		return;
	}
	if (n == 0)
		return;
	snprintf(count, sizeof count, "%zu", n);
	log_event(LOG_WARN, "took back jobs whose lease had ended", "jobs", count, NULL);
	herald_check_all(q);
	queue_signal_work(q, true);
}

/* False when the keeper is to end. */
static bool wait_for_tick(struct queue *q)
{
	struct timespec deadline = queue_deadline(clock_monotonic_ns() + (uint64_t)(q->lease_ms / 3 + 1) * 1000000u);
	int rc = 0;
	bool goes_on;

	pthread_mutex_lock(&q->lock);
	while (!q->is_stopping && rc == 0)
		rc = pthread_cond_timedwait(&q->keeper_wake, &q->lock, &deadline);
	goes_on = !q->is_stopping;
	pthread_mutex_unlock(&q->lock);
	return goes_on;
}

void *keeper_main(void *queue)
{
	struct queue *q = queue;

	pthread_setname_np(pthread_self(), "queue-keeper");
	while (wait_for_tick(q)) {
		renew(q);
		recover(q);
	}
	return NULL;
}
