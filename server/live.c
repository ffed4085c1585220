#include "server/live.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
	LISTENERS_PER_KEY = 32,
	LOOK_MS = 500,
};

/* A week: longer than any job may wait and run. */
#define LISTEN_MAX_MS INT64_C(604800000)

struct live_source {
	struct live_hub *hub;
	uint8_t content_hash[SHA256_BYTES];
	int fd;
	_Atomic unsigned n_listeners; /* relaxed: a hint for the runner */
	/* hub.lock */
	unsigned n_holders; /* the runner and the listeners */
	uint64_t n_bytes;
	bool has_ended, is_whole;
	struct live_source *prev, *next; /* while the runner has it */
};

struct listener {
	struct live_hub *hub;
	struct queue *queue;
	struct http_request *request;
	char job_id[JOB_ID_SIZE], key_id[KEY_ID_SIZE];
	uint8_t content_hash[SHA256_BYTES];
	uint64_t ticket; /* of queue_watch(); 0: none */
	/* Of the HTTP thread that sends it. */
	uint64_t n_sent;
	/* hub.lock */
	struct live_source *source; /* NULL: there is none yet, or none any more */
	bool is_job_over;           /* or the queue is about to stop */
	bool has_left;
	struct listener *prev, *next;
};

struct live_hub {
	struct storage *storage;
	pthread_t thread;
	/* rank 16: guards what follows and the fields of sources and listeners marked hub.lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping;
	unsigned n_listeners;
	struct live_source sources; /* head of a ring: files that are written now */
	struct listener listeners;  /* head of a ring */
};

/* --- Sources ------------------------------------------------------------------------------------------------ */

/* Caller holds hub.lock. A source whose last holder went is to be freed outside of it. */
static struct live_source *let_go(struct live_source *s)
{
	return --s->n_holders == 0 ? s : NULL;
}

static void source_free(struct live_source *s)
{
	if (!s)
		return;
	close(s->fd);
	free(s);
}

/* Caller holds hub.lock. */
static void wake_listeners(struct live_hub *h, const uint8_t content_hash[SHA256_BYTES])
{
	for (struct listener *l = h->listeners.next; l != &h->listeners; l = l->next)
		if (memcmp(l->content_hash, content_hash, SHA256_BYTES) == 0)
			http_live_wake(l->request);
}

struct live_source *live_open(struct live_hub *h, const uint8_t content_hash[SHA256_BYTES], int fd)
{
	struct live_source *s = fd >= 0 ? calloc(1, sizeof *s) : NULL;

	if (!s) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	s->hub = h;
	s->fd = fd;
	s->n_holders = 1;
	memcpy(s->content_hash, content_hash, SHA256_BYTES);
	pthread_mutex_lock(&h->lock);
	s->next = h->sources.next;
	s->prev = &h->sources;
	s->next->prev = s->prev->next = s;
	wake_listeners(h, content_hash);
	pthread_mutex_unlock(&h->lock);
	return s;
}

bool live_is_heard(const struct live_source *s)
{
	return atomic_load_explicit(&s->n_listeners, memory_order_relaxed) > 0;
}

void live_note(struct live_source *s, uint64_t n_bytes)
{
	pthread_mutex_lock(&s->hub->lock);
	if (n_bytes > s->n_bytes) {
		s->n_bytes = n_bytes;
		wake_listeners(s->hub, s->content_hash);
	}
	pthread_mutex_unlock(&s->hub->lock);
}

void live_end(struct live_source *s, uint64_t n_bytes, bool is_whole)
{
	struct live_hub *h = s->hub;
	struct live_source *unused;

	pthread_mutex_lock(&h->lock);
	s->prev->next = s->next;
	s->next->prev = s->prev;
	s->has_ended = true;
	s->is_whole = is_whole;
	if (is_whole)
		s->n_bytes = n_bytes;
	wake_listeners(h, s->content_hash);
	unused = let_go(s);
	pthread_mutex_unlock(&h->lock);
	source_free(unused);
}

/* --- What a listener hears ---------------------------------------------------------------------------------- */

/* What a listener may do next. */
struct chance {
	int fd;
	uint64_t n_bytes;
	bool has_source, is_whole, is_job_over, has_left;
};

/* Caller holds hub.lock. */
static void find_source(struct listener *l)
{
	struct live_source *s = l->hub->sources.next;

	while (s != &l->hub->sources && memcmp(s->content_hash, l->content_hash, SHA256_BYTES) != 0)
		s = s->next;
	if (s == &l->hub->sources)
		return;
	l->source = s;
	s->n_holders++;
	atomic_fetch_add_explicit(&s->n_listeners, 1, memory_order_relaxed);
}

/* Caller holds hub.lock. */
static struct live_source *leave_source(struct listener *l)
{
	struct live_source *s = l->source;

	l->source = NULL;
	if (!s)
		return NULL;
	atomic_fetch_sub_explicit(&s->n_listeners, 1, memory_order_relaxed);
	return let_go(s);
}

static struct chance look(struct listener *l)
{
	struct live_source *unused = NULL;
	struct chance c;

	pthread_mutex_lock(&l->hub->lock);
	/* What came to nothing may be tried again, and the bytes will be the same. */
	if (l->source && l->source->has_ended && !l->source->is_whole)
		unused = leave_source(l);
	if (!l->source)
		find_source(l);
	c = (struct chance){ .is_job_over = l->is_job_over, .has_left = l->has_left };
	if (l->source) {
		c.has_source = true;
		c.fd = l->source->fd;
		c.n_bytes = l->source->n_bytes;
		c.is_whole = l->source->is_whole;
	}
	pthread_mutex_unlock(&l->hub->lock);
	source_free(unused);
	return c;
}

static ssize_t read_file(struct listener *l, int fd, uint64_t n_bytes, char *out, size_t max)
{
	uint64_t left = n_bytes - l->n_sent;
	ssize_t n;

	do
		n = pread(fd, out, left < max ? (size_t)left : max, (off_t)l->n_sent);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return HTTP_LIVE_CUT;
	l->n_sent += (uint64_t)n;
	return n;
}

/* The job ended and this listener never met its source, or not for long enough: the file, if there is one, becomes it. 0; -1. */
static int take_finished(struct listener *l)
{
	struct live_source *s;
	struct job job;
	uint64_t n_bytes;
	int fd = -1;

	if (storage_job_get(l->hub->storage, l->job_id, false, &job, NULL) < 0)
		return -1;
	if (job.state == JOB_SUCCEEDED && artifact_open(l->hub->storage, job.content_hash, &fd, &n_bytes, NULL) < 0)
		fd = -1;
	job_fini(&job);
	s = fd >= 0 ? calloc(1, sizeof *s) : NULL;
	if (!s) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*s = (struct live_source){ .hub = l->hub, .fd = fd, .n_holders = 1, .n_bytes = n_bytes };
	s->has_ended = s->is_whole = true;
	pthread_mutex_lock(&l->hub->lock);
	l->source = s;
	atomic_fetch_add_explicit(&s->n_listeners, 1, memory_order_relaxed);
	pthread_mutex_unlock(&l->hub->lock);
	return 0;
}

static ssize_t listener_read(void *ctx, char *out, size_t max)
{
	struct listener *l = ctx;
	struct chance c = look(l);

	if (!c.has_source && c.is_job_over && !c.has_left && take_finished(l) == 0)
		c = look(l);
	if (c.has_left || (c.is_job_over && !c.has_source))
		return HTTP_LIVE_CUT;
	if (c.has_source && l->n_sent < c.n_bytes)
		return read_file(l, c.fd, c.n_bytes, out, max);
	/* Who asks for the job next is to find it ended. */
	return c.is_whole && c.is_job_over ? HTTP_LIVE_END : 0;
}

/* --- Listeners come and go ---------------------------------------------------------------------------------- */

static void listener_free(void *state)
{
	struct listener *l = state;
	struct live_hub *h = l->hub;
	struct live_source *unused;

	if (l->ticket)
		queue_unwatch(l->queue, l->ticket);
	pthread_mutex_lock(&h->lock);
	l->prev->next = l->next;
	l->next->prev = l->prev;
	h->n_listeners--;
	unused = leave_source(l);
	pthread_mutex_unlock(&h->lock);
	source_free(unused);
	free(l);
}

static void on_job_over(void *ctx)
{
	struct listener *l = ctx;

	pthread_mutex_lock(&l->hub->lock);
	l->is_job_over = true;
	http_live_wake(l->request);
	pthread_mutex_unlock(&l->hub->lock);
}

/* Caller holds hub.lock. */
static int check_room(const struct live_hub *h, const char *key_id, struct error *err)
{
	unsigned n = 0;

	for (const struct listener *l = h->listeners.next; l != &h->listeners && key_id[0]; l = l->next)
		n += strcmp(l->key_id, key_id) == 0;
	if (n >= LISTENERS_PER_KEY)
		return error_set(err, ERR_QUOTA,
				 "this key listens to %d files while they are rendered, all that it may",
				 LISTENERS_PER_KEY);
	return 0;
}

static int list_listener(struct live_hub *h, struct listener *l, struct error *err)
{
	int rc;

	pthread_mutex_lock(&h->lock);
	rc = check_room(h, l->key_id, err);
	if (rc == 0) {
		l->next = h->listeners.next;
		l->prev = &h->listeners;
		l->next->prev = l->prev->next = l;
		if (h->n_listeners++ == 0)
			pthread_cond_signal(&h->wake);
	}
	pthread_mutex_unlock(&h->lock);
	return rc;
}

int live_reply(struct live_hub *h, struct queue *queue, struct http_request *r, const struct job *job, const char *type,
	       struct error *err)
{
	struct listener *l = calloc(1, sizeof *l);
	struct http_live live = { .ctx = l, .read = listener_read, .is_file = true };

	if (!l)
		return error_set(err, ERR_NO_MEMORY, "no memory for another listener");
	l->hub = h;
	l->queue = queue;
	l->request = r;
	memcpy(l->job_id, job->id, sizeof l->job_id);
	memcpy(l->key_id, job->key_id, sizeof l->key_id);
	memcpy(l->content_hash, job->content_hash, SHA256_BYTES);
	if (list_listener(h, l, err) < 0) {
		free(l);
		return -1;
	}
	r->state = l;
	r->state_free = listener_free;
	http_reply_live(r, 200, type, &live);
	l->ticket = queue_watch(queue, l->job_id, LISTEN_MAX_MS, on_job_over, l);
	return 0;
}

unsigned live_count(struct live_hub *h)
{
	unsigned n;

	pthread_mutex_lock(&h->lock);
	n = h->n_listeners;
	pthread_mutex_unlock(&h->lock);
	return n;
}

/* --- Who has left ------------------------------------------------------------------------------------------- */

/* Caller holds hub.lock; looking at a socket does not wait. */
static void look_for_leavers(struct live_hub *h)
{
	for (struct listener *l = h->listeners.next; l != &h->listeners; l = l->next)
		if (!l->has_left && http_peer_has_left(l->request)) {
			l->has_left = true;
			http_live_wake(l->request);
		}
}

static void wait_a_while(struct live_hub *h)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_cond_timedwait(&h->wake, &h->lock, &until);
}

static void *live_main(void *arg)
{
	struct live_hub *h = arg;

	pthread_setname_np(pthread_self(), "live");
	pthread_mutex_lock(&h->lock);
	while (!h->is_stopping) {
		if (h->n_listeners == 0)
			pthread_cond_wait(&h->wake, &h->lock);
		else
			wait_a_while(h);
		look_for_leavers(h);
	}
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

/* --- Start and end ------------------------------------------------------------------------------------------ */

static void init_locks(struct live_hub *h)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->wake, &attr);
	pthread_condattr_destroy(&attr);
}

struct live_hub *live_start(struct storage *storage, struct error *err)
{
	struct live_hub *h = calloc(1, sizeof *h);
	int rc;

	if (!h) {
		error_set(err, ERR_NO_MEMORY, "no memory for listeners");
		return NULL;
	}
	h->storage = storage;
	h->sources.prev = h->sources.next = &h->sources;
	h->listeners.prev = h->listeners.next = &h->listeners;
	init_locks(h);
	rc = pthread_create(&h->thread, NULL, live_main, h);
	if (rc == 0)
		return h;
	error_set_errno(err, rc, "starting the thread of listeners");
	live_free(h);
	return NULL;
}

void live_stop(struct live_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_stopping = true;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
}

void live_free(struct live_hub *h)
{
	if (!h)
		return;
	pthread_cond_destroy(&h->wake);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
