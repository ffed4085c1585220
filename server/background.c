#include "server/background.h"

#include <pthread.h>
#include <stdlib.h>

enum { WAITING_MAX = 256 };

struct background {
	pthread_mutex_t lock; /* rank 28: guards the line, the states of tasks, n_waiting */
	pthread_cond_t given; /* a task, or the end */
	pthread_cond_t ended; /* a task's done() has returned */
	struct background_task *first, **last;
	unsigned n_waiting;
	_Atomic bool is_stopping; /* relaxed; set under the lock, read by work() without it */
	unsigned n_threads;
	pthread_t threads[];
};

/* NULL at the end. Under the lock. */
static struct background_task *next_task(struct background *b)
{
	struct background_task *t;

	while (!b->first && !b->is_stopping)
		pthread_cond_wait(&b->given, &b->lock);
	t = b->first;
	if (!t)
		return NULL;
	b->first = t->next;
	if (!b->first)
		b->last = &b->first;
	b->n_waiting--;
	t->state = BACKGROUND_WORKING;
	return t;
}

static void *run(void *ctx)
{
	struct background *b = ctx;
	struct background_task *t;

	pthread_mutex_lock(&b->lock);
	while ((t = next_task(b))) {
		pthread_mutex_unlock(&b->lock);
		t->work(t, &b->is_stopping);
		pthread_mutex_lock(&b->lock);
		t->state = BACKGROUND_DONE;
		pthread_mutex_unlock(&b->lock);
		/* Not taken back before the broadcast below: the request lives. */
		t->done(t);
		pthread_mutex_lock(&b->lock);
		t->state = BACKGROUND_IDLE;
		pthread_cond_broadcast(&b->ended);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

struct background *background_start(unsigned n_threads, struct error *err)
{
	struct background *b = calloc(1, sizeof *b + n_threads * sizeof b->threads[0]);

	if (!b) {
		error_set(err, ERR_NO_MEMORY, "no memory for the background threads");
		return NULL;
	}
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->given, NULL);
	pthread_cond_init(&b->ended, NULL);
	for (; b->n_threads < n_threads; b->n_threads++) {
		int errnum = pthread_create(&b->threads[b->n_threads], NULL, run, b);
		if (errnum) {
			error_set_errno(err, errnum, "starting a background thread");
			background_stop(b);
			background_free(b);
			return NULL;
		}
		pthread_setname_np(b->threads[b->n_threads], "background");
	}
	return b;
}

void background_stop(struct background *b)
{
	pthread_mutex_lock(&b->lock);
	b->is_stopping = true;
	pthread_cond_broadcast(&b->given);
	pthread_mutex_unlock(&b->lock);
}

void background_free(struct background *b)
{
	if (!b)
		return;
	for (unsigned i = 0; i < b->n_threads; i++)
		pthread_join(b->threads[i], NULL);
	pthread_cond_destroy(&b->ended);
	pthread_cond_destroy(&b->given);
	pthread_mutex_destroy(&b->lock);
	free(b);
}

bool background_give(struct background *b, struct background_task *t)
{
	bool can;

	pthread_mutex_lock(&b->lock);
	can = !b->is_stopping && b->n_waiting < WAITING_MAX;
	if (can) {
		t->state = BACKGROUND_WAITING;
		t->next = NULL;
		*b->last = t;
		b->last = &t->next;
		b->n_waiting++;
		pthread_cond_signal(&b->given);
	}
	pthread_mutex_unlock(&b->lock);
	return can;
}

/* Under the lock. */
static void leave_line(struct background *b, const struct background_task *t)
{
	struct background_task **at = &b->first;

	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	if (!*at)
		b->last = at;
	b->n_waiting--;
}

void background_take_back(struct background *b, struct background_task *t)
{
	pthread_mutex_lock(&b->lock);
	if (t->state == BACKGROUND_WAITING) {
		leave_line(b, t);
		t->state = BACKGROUND_IDLE;
	}
	while (t->state != BACKGROUND_IDLE)
		pthread_cond_wait(&b->ended, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

bool background_is_done(struct background *b, struct background_task *t)
{
	bool is_done;

	pthread_mutex_lock(&b->lock);
	is_done = t->state == BACKGROUND_DONE || t->state == BACKGROUND_IDLE;
	pthread_mutex_unlock(&b->lock);
	return is_done;
}
