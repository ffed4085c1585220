#include "server/reaper.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

struct reaper_entry {
	int fd;
	uint64_t deadline_ns; /* monotonic; 0: none */
	struct reaper_entry *prev, *next;
};

struct reaper {
	pthread_t thread;
	int64_t period_ms;
	/* Guards the list, its entries and is_stopping; held while a socket is shut down, which does not block. */
	pthread_mutex_t lock;
	pthread_cond_t stop;
	bool is_stopping;
	struct reaper_entry head; /* of a ring */
};

static uint64_t deadline_after(int64_t timeout_ms)
{
	return timeout_ms > 0 ? clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000u : 0;
}

static void shut_down_late(struct reaper *r)
{
	uint64_t now = clock_monotonic_ns();

	for (struct reaper_entry *e = r->head.next; e != &r->head; e = e->next)
		if (e->deadline_ns && e->deadline_ns <= now) {
			shutdown(e->fd, SHUT_RDWR);
			e->deadline_ns = 0;
		}
}

static void wait_period(struct reaper *r)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += r->period_ms / 1000;
	until.tv_nsec += r->period_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&r->stop, &r->lock, &until);
}

static void *reap(void *ctx)
{
	struct reaper *r = ctx;

	pthread_mutex_lock(&r->lock);
	while (!r->is_stopping) {
		wait_period(r);
		shut_down_late(r);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

static void init_locks(struct reaper *r)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&r->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&r->stop, &attr);
	pthread_condattr_destroy(&attr);
}

static void destroy(struct reaper *r)
{
	pthread_cond_destroy(&r->stop);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

struct reaper *reaper_new(int64_t period_ms, struct error *err)
{
	struct reaper *r = calloc(1, sizeof *r);
	int failed;

	if (!r) {
		error_set(err, ERR_NO_MEMORY, "no memory for the connection reaper");
		return NULL;
	}
	r->period_ms = period_ms;
	r->head.prev = r->head.next = &r->head;
	init_locks(r);
	failed = pthread_create(&r->thread, NULL, reap, r);
	if (failed) {
		error_set_errno(err, failed, "starting the connection reaper");
		destroy(r);
		return NULL;
	}
	return r;
}

void reaper_free(struct reaper *r)
{
	pthread_mutex_lock(&r->lock);
	r->is_stopping = true;
	pthread_cond_signal(&r->stop);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	destroy(r);
}

struct reaper_entry *reaper_add(struct reaper *r, int fd, int64_t timeout_ms)
{
	struct reaper_entry *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->fd = fd;
	e->deadline_ns = deadline_after(timeout_ms);
	pthread_mutex_lock(&r->lock);
	e->next = r->head.next;
	e->prev = &r->head;
	e->next->prev = e->prev->next = e;
	pthread_mutex_unlock(&r->lock);
	return e;
}

void reaper_remove(struct reaper *r, struct reaper_entry *e)
{
	pthread_mutex_lock(&r->lock);
	e->prev->next = e->next;
	e->next->prev = e->prev;
	pthread_mutex_unlock(&r->lock);
	free(e);
}

void reaper_set(struct reaper *r, struct reaper_entry *e, int64_t timeout_ms)
{
	if (!e)
		return;
	pthread_mutex_lock(&r->lock);
	e->deadline_ns = deadline_after(timeout_ms);
	pthread_mutex_unlock(&r->lock);
}
