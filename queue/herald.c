/* The herald thread: calls back those who wait for the end of a job.
 *
 * One thread makes all the calls, so a watch is called at most once and "is its callback running?" is one number
 * (queue.calling). Watches are a plain list: there are as many as HTTP requests that wait, and a walk over a few
 * thousand costs microseconds per finished job. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "queue/internal.h"

void herald_tell(struct queue *q, const char *id)
{
	pthread_mutex_lock(&q->lock);
	for (struct watch *w = q->watches; w; w = w->next)
		if (!id || strcmp(w->id, id) == 0)
			w->is_due = true;
	pthread_cond_signal(&q->herald_wake);
	pthread_mutex_unlock(&q->lock);
}

void herald_tell_unheld(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	for (struct watch *w = q->watches; w; w = w->next)
		if (!held_find(q, w->id))
			w->is_due = true;
	pthread_cond_signal(&q->herald_wake);
	pthread_mutex_unlock(&q->lock);
}

static bool has_ended(struct queue *q, const char *id)
{
	struct error err = ERROR_INIT;
	struct job j;
	bool ended;

	if (storage_job_get(q->storage, id, false, &j, &err))
		return err.code == ERR_NOT_FOUND;
	ended = job_state_is_terminal(j.state);
	job_fini(&j);
	return ended;
}

/* The uncalled watch with the smallest ticket above `above`; copies its id. 0: none. */
static uint64_t next_watched(struct queue *q, uint64_t above, char id[JOB_ID_SIZE])
{
	uint64_t ticket = 0;

	pthread_mutex_lock(&q->lock);
	for (const struct watch *w = q->watches; w; w = w->next) {
		if (w->ticket > above && !w->is_called) {
			ticket = w->ticket;
			memcpy(id, w->id, JOB_ID_SIZE);
			break;
		}
	}
	pthread_mutex_unlock(&q->lock);
	return ticket;
}

void herald_check_all(struct queue *q)
{
	char id[JOB_ID_SIZE];

	for (uint64_t ticket = 0; (ticket = next_watched(q, ticket, id)) != 0;)
		if (has_ended(q, id))
			herald_tell(q, id);
}

/* The first watch to be called now, or NULL with the time of the next deadline. Caller holds queue.lock. */
static struct watch *find_due(const struct queue *q, uint64_t now_ns, uint64_t *next_ns)
{
	*next_ns = UINT64_MAX;
	for (struct watch *w = q->watches; w; w = w->next) {
		if (w->is_called)
			continue;
		if (w->is_due || w->deadline_ns <= now_ns)
			return w;
		if (w->deadline_ns < *next_ns)
			*next_ns = w->deadline_ns;
	}
	return NULL;
}

/* Calls one watch; releases queue.lock meanwhile. The watch may be gone when this returns. */
static void call(struct queue *q, struct watch *w)
{
	queue_watch_cb cb = w->cb;
	void *ctx = w->ctx;

	w->is_called = true;
	q->calling = w->ticket;
	pthread_mutex_unlock(&q->lock);
	cb(ctx);
	pthread_mutex_lock(&q->lock);
	q->calling = 0;
	pthread_cond_broadcast(&q->called);
}

void *herald_main(void *queue)
{
	struct queue *q = queue;
	uint64_t next_ns;

	pthread_setname_np(pthread_self(), "queue-herald");
	pthread_mutex_lock(&q->lock);
	for (;;) {
		struct watch *w = find_due(q, clock_monotonic_ns(), &next_ns);
		if (w) {
			call(q, w);
		} else if (q->is_stopping) {
			break;
		} else if (next_ns == UINT64_MAX) {
			pthread_cond_wait(&q->herald_wake, &q->lock);
		} else {
			struct timespec deadline = queue_deadline(next_ns);
			pthread_cond_timedwait(&q->herald_wake, &q->lock, &deadline);
		}
	}
	pthread_mutex_unlock(&q->lock);
	return NULL;
}

/* Keeps the list in the order of tickets. */
static uint64_t list_watch(struct queue *q, struct watch *w)
{
	struct watch **at = &q->watches;
	uint64_t ticket;

	pthread_mutex_lock(&q->lock);
	ticket = w->ticket = ++q->next_ticket;
	w->is_due = q->is_draining;
	while (*at)
		at = &(*at)->next;
	*at = w;
	pthread_cond_signal(&q->herald_wake);
	pthread_mutex_unlock(&q->lock);
	return ticket;
}

uint64_t queue_watch(struct queue *q, const char *id, int64_t timeout_ms, queue_watch_cb cb, void *ctx)
{
	struct watch *w = calloc(1, sizeof *w);
	uint64_t ticket;

	if (!w) {
		cb(ctx);
		return 0;
	}
	memcpy(w->id, id, strnlen(id, JOB_ID_SIZE - 1));
	w->deadline_ns = clock_monotonic_ns() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0) * 1000000u;
	w->cb = cb;
	w->ctx = ctx;
	/* Listed before the look: an end that comes in between is told by the runner. */
	ticket = list_watch(q, w);
	if (has_ended(q, id))
		herald_tell(q, id);
	return ticket;
}

void queue_unwatch(struct queue *q, uint64_t ticket)
{
	struct watch **at = &q->watches, *w;

	pthread_mutex_lock(&q->lock);
	while (*at && (*at)->ticket != ticket)
		at = &(*at)->next;
	w = *at;
	if (w)
		*at = w->next;
	while (w && q->calling == ticket)
		pthread_cond_wait(&q->called, &q->lock);
	pthread_mutex_unlock(&q->lock);
	free(w);
}
