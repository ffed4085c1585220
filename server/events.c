#include "server/events.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

enum {
	STREAMS_PER_KEY = 32,
	PAGE_EVENTS = 32, /* read from the log at once */
	RUNNING_MAX = 1024,
	TICK_MS = 500,
	RETRY_MS = 2000,
	SWEEP_MS = 3600 * 1000,
	KEEP_DAYS = 7,
};
#define DAY_MS INT64_C(86400000)

struct event_stream {
	struct event_hub *hub;
	struct http_request *request;
	char job_id[JOB_ID_SIZE]; /* "": all */
	char key_id[KEY_ID_SIZE];
	bool is_admin;
	/* Of the HTTP thread that sends it. */
	int64_t cursor; /* number of the last event that was sent */
	bool is_over;   /* nothing more comes after the text at hand */
	struct buf text;
	size_t n_sent; /* of text */
	/* hub.lock */
	bool is_due;                    /* the log may have something */
	bool is_closing, has_heartbeat; /* to be said */
	bool has_progress;
	uint64_t frames_done, frames_total;
	uint64_t spoken_ns; /* when it last said something */
	struct event_stream *prev, *next;
};

struct event_hub {
	struct storage *storage;
	struct queue *queue;
	uint64_t heartbeat_ns;
	pthread_t pump;
	/* Of the pump. */
	int64_t last_id; /* the newest event that streams were told of; -1: unknown */
	uint64_t swept_ns;
	struct queue_progress running[RUNNING_MAX];
	/* rank 15: guards what follows and the fields of streams marked hub.lock. */
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_dirty, is_closing, is_stopping;
	unsigned n_streams;
	struct event_stream streams; /* head of a ring */
};

/* --- What a stream says -------------------------------------------------------------------------------------- */

static bool is_end(const char *state)
{
	int found = job_state_find(state);

	return found < 0 || job_state_is_terminal((enum job_state)found);
}

static int print_event(struct event_stream *s, const struct job_event *e)
{
	char at[CLOCK_RFC3339_SIZE];

	s->cursor = e->id;
	s->is_over |= s->job_id[0] && is_end(e->state);
	return buf_printf(
		&s->text,
		"id: %lld\nevent: state\ndata: {\"job\":\"%s\",\"state\":\"%s\",\"attempt\":%d,\"at\":\"%s\"}\n\n",
		(long long)e->id, e->job_id, e->state, e->attempt, clock_format_rfc3339(e->at_ms, at));
}

/* What the log has after the cursor; true when there may be more. -1: out of memory, or no log. */
static int print_page(struct event_stream *s)
{
	struct event_filter f = { .after_id = s->cursor,
				  .job_id = s->job_id[0] ? s->job_id : NULL,
				  .key_id = s->is_admin ? NULL : s->key_id };
	struct job_event page[PAGE_EVENTS];
	int n = storage_event_list(s->hub->storage, &f, page, PAGE_EVENTS, NULL);

	for (int i = 0; i < n && !s->is_over; i++)
		if (print_event(s, &page[i]) < 0)
			return -1;
	return n < 0 ? -1 : n == PAGE_EVENTS;
}

static int print_progress(struct event_stream *s, uint64_t done, uint64_t total)
{
	double percent = total ? 100.0 * (double)done / (double)total : 0;

	return buf_printf(&s->text,
			  "event: progress\ndata: {\"job\":\"%s\",\"frames_done\":%llu,\"frames_total\":%llu,"
			  "\"percent\":%.1f}\n\n",
			  s->job_id, (unsigned long long)done, (unsigned long long)total,
			  percent > 99.9 ? 99.9 : percent);
}

/* The marks that the pump left, taken in one go. */
struct marks {
	bool is_due, is_closing, has_heartbeat, has_progress;
	uint64_t done, total;
};

static struct marks take_marks(struct event_stream *s)
{
	struct marks m;

	pthread_mutex_lock(&s->hub->lock);
	m =
		(struct marks){ s->is_due,       s->is_closing,  s->has_heartbeat,
				s->has_progress, s->frames_done, s->frames_total };
	s->is_due = s->has_heartbeat = s->has_progress = false;
	s->spoken_ns = clock_monotonic_ns();
	pthread_mutex_unlock(&s->hub->lock);
	return m;
}

static void mark_due(struct event_stream *s)
{
	pthread_mutex_lock(&s->hub->lock);
	s->is_due = true;
	pthread_mutex_unlock(&s->hub->lock);
}

/* Fills s->text with what there is to say; -1: the stream cannot go on. */
static int fill(struct event_stream *s)
{
	struct marks m = take_marks(s);
	int has_more = m.is_due ? print_page(s) : 0;

	if (has_more < 0)
		return -1;
	if (has_more > 0)
		mark_due(s);
	if (m.has_progress && !s->is_over && print_progress(s, m.done, m.total) < 0)
		return -1;
	if (m.has_heartbeat && s->text.len == 0 && buf_printf(&s->text, ": still here\n\n") < 0)
		return -1;
	if (m.is_closing && has_more == 0 && !s->is_over) {
		s->is_over = true;
		return buf_printf(&s->text, "retry: %d\n: the server is stopping\n\n", RETRY_MS);
	}
	return 0;
}

static ssize_t read_stream(void *ctx, char *out, size_t max)
{
	struct event_stream *s = ctx;
	size_t n;

	if (s->n_sent == s->text.len) {
		buf_fini(&s->text); /* so that a quiet stream keeps no memory */
		s->n_sent = 0;
		if (s->is_over || fill(s) < 0)
			return -1;
	}
	n = s->text.len - s->n_sent < max ? s->text.len - s->n_sent : max;
	if (n > 0)
		memcpy(out, s->text.data + s->n_sent, n);
	s->n_sent += n;
	return (ssize_t)n;
}

/* --- Streams come and go -------------------------------------------------------------------------------------- */

static void free_stream(void *state)
{
	struct event_stream *s = state;

	pthread_mutex_lock(&s->hub->lock);
	s->prev->next = s->next;
	s->next->prev = s->prev;
	s->hub->n_streams--;
	pthread_mutex_unlock(&s->hub->lock);
	buf_fini(&s->text);
	free(s);
}

/* Caller holds hub.lock. */
static int check_room(const struct event_hub *h, const char *key_id, struct error *err)
{
	unsigned n = 0;

	if (h->is_closing)
		return error_set(err, ERR_BUSY, "the server is shutting down");
	if (!key_id[0])
		return 0;
	for (const struct event_stream *s = h->streams.next; s != &h->streams; s = s->next)
		n += strcmp(s->key_id, key_id) == 0;
	if (n >= STREAMS_PER_KEY)
		return error_set(err, ERR_QUOTA, "this key has %d event streams open, all that it may",
				 STREAMS_PER_KEY);
	return 0;
}

static int list_stream(struct event_hub *h, struct event_stream *s, struct error *err)
{
	int rc;

	pthread_mutex_lock(&h->lock);
	rc = check_room(h, s->key_id, err);
	if (rc == 0) {
		s->next = h->streams.next;
		s->prev = &h->streams;
		s->next->prev = s->prev->next = s;
		/* The pump tells of events from when it had a stream to tell: it must look now. */
		if (h->n_streams++ == 0) {
			h->is_dirty = true;
			pthread_cond_signal(&h->wake);
		}
	}
	pthread_mutex_unlock(&h->lock);
	return rc;
}

static struct event_stream *new_stream(struct event_hub *h, struct http_request *r, const struct event_wish *wish,
				       struct error *err)
{
	struct event_stream *s = calloc(1, sizeof *s);

	if (!s || buf_printf(&s->text, "retry: %d\n\n", RETRY_MS) < 0) {
		free(s);
		error_set(err, ERR_NO_MEMORY, "no memory for an event stream");
		return NULL;
	}
	s->hub = h;
	s->request = r;
	snprintf(s->job_id, sizeof s->job_id, "%s", wish->job_id ? wish->job_id : "");
	snprintf(s->key_id, sizeof s->key_id, "%s", wish->key_id);
	s->is_admin = wish->is_admin;
	s->is_due = true;
	s->spoken_ns = clock_monotonic_ns();
	s->cursor = wish->after_id;
	if (wish->after_id >= 0 || storage_event_last_id(h->storage, &s->cursor, err) == 0)
		return s;
	buf_fini(&s->text);
	free(s);
	return NULL;
}

int events_reply(struct event_hub *h, struct http_request *r, const struct event_wish *wish, struct error *err)
{
	struct event_stream *s = new_stream(h, r, wish, err);
	struct http_live live = { .ctx = s, .read = read_stream };

	if (!s)
		return -1;
	if (list_stream(h, s, err) < 0) {
		buf_fini(&s->text);
		free(s);
		return -1;
	}
	r->state = s;
	r->state_free = free_stream;
	http_add_header(r, "Cache-Control", "no-store");
	http_add_header(r, "X-Accel-Buffering", "no"); /* nginx would hold events back */
	http_reply_live(r, 200, "text/event-stream", &live);
	return 0;
}

unsigned events_count(struct event_hub *h)
{
	unsigned n;

	pthread_mutex_lock(&h->lock);
	n = h->n_streams;
	pthread_mutex_unlock(&h->lock);
	return n;
}

/* --- The pump ------------------------------------------------------------------------------------------------- */

static bool concerns(const struct event_stream *s, const struct job_event *e)
{
	if (s->job_id[0])
		return strcmp(s->job_id, e->job_id) == 0;
	return s->is_admin || strcmp(s->key_id, e->key_id) == 0;
}

/* Tells the streams that e concerns; all of them when e is NULL. */
static void tell(struct event_hub *h, const struct job_event *e)
{
	pthread_mutex_lock(&h->lock);
	for (struct event_stream *s = h->streams.next; s != &h->streams; s = s->next)
		if (!e || concerns(s, e)) {
			s->is_due = true;
			http_live_wake(s->request);
		}
	pthread_mutex_unlock(&h->lock);
}

/* Reads the new lines of the log. Without streams nothing is read, and the first one makes it look where the log ends. */
static void look(struct event_hub *h)
{
	struct event_filter f = { .after_id = h->last_id };
	struct job_event page[PAGE_EVENTS];
	int n;

	if (h->last_id < 0) {
		if (storage_event_last_id(h->storage, &h->last_id, NULL) == 0)
			tell(h, NULL);
		return;
	}
	do {
		n = storage_event_list(h->storage, &f, page, PAGE_EVENTS, NULL);
		for (int i = 0; i < n; i++)
			tell(h, &page[i]);
		if (n > 0)
			h->last_id = f.after_id = page[n - 1].id;
	} while (n == PAGE_EVENTS);
}

static void tell_progress(struct event_hub *h)
{
	size_t n = queue_running(h->queue, h->running, RUNNING_MAX);

	pthread_mutex_lock(&h->lock);
	for (struct event_stream *s = h->streams.next; n > 0 && s != &h->streams; s = s->next)
		for (size_t i = 0; s->job_id[0] && i < n; i++) {
			const struct queue_progress *p = &h->running[i];
			if (strcmp(s->job_id, p->job_id) != 0 || p->frames_done == s->frames_done)
				continue;
			s->frames_done = p->frames_done;
			s->frames_total = p->frames_total;
			s->has_progress = true;
			http_live_wake(s->request);
		}
	pthread_mutex_unlock(&h->lock);
}

static void beat(struct event_hub *h)
{
	uint64_t now = clock_monotonic_ns();

	pthread_mutex_lock(&h->lock);
	for (struct event_stream *s = h->streams.next; s != &h->streams; s = s->next)
		if (now - s->spoken_ns >= h->heartbeat_ns) {
			s->spoken_ns = now;
			s->has_heartbeat = true;
			http_live_wake(s->request);
		}
	pthread_mutex_unlock(&h->lock);
}

static void sweep(struct event_hub *h)
{
	struct error err = ERROR_INIT;
	uint64_t now = clock_monotonic_ns();

	if (h->swept_ns && now - h->swept_ns < SWEEP_MS * UINT64_C(1000000))
		return;
	h->swept_ns = now;
	if (storage_event_sweep(h->storage, clock_wall_ms() - KEEP_DAYS * DAY_MS, &err) < 0)
		log_event(LOG_WARN, "old events were not removed", "error", err.message, NULL);
}

static struct timespec after_ms(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000;
	}
	return t;
}

struct turn {
	bool is_dirty, is_tick, has_streams;
};

/* Sleeps until there is something to do; false at the end. */
static bool wait_for_turn(struct event_hub *h, struct timespec *tick, struct turn *turn)
{
	int rc = 0;
	bool goes_on;

	pthread_mutex_lock(&h->lock);
	while (!h->is_stopping && !(h->is_dirty && h->n_streams) && rc == 0)
		rc = pthread_cond_timedwait(&h->wake, &h->lock, tick);
	*turn = (struct turn){ h->is_dirty, rc != 0, h->n_streams > 0 };
	h->is_dirty = false;
	goes_on = !h->is_stopping;
	pthread_mutex_unlock(&h->lock);
	if (rc != 0)
		*tick = after_ms(TICK_MS);
	return goes_on;
}

static void *pump_main(void *arg)
{
	struct event_hub *h = arg;
	struct timespec tick = after_ms(TICK_MS);
	struct turn turn;

	pthread_setname_np(pthread_self(), "event-pump");
	while (wait_for_turn(h, &tick, &turn)) {
		if (!turn.has_streams)
			h->last_id = -1;
		else if (turn.is_dirty)
			look(h);
		if (turn.is_tick && turn.has_streams) {
			tell_progress(h);
			beat(h);
		}
		if (turn.is_tick)
			sweep(h);
	}
	return NULL;
}

void events_notify(struct event_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_dirty = true;
	if (h->n_streams)
		pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->lock);
}

/* --- Start and end --------------------------------------------------------------------------------------------- */

struct event_hub *events_start(struct storage *storage, struct queue *queue, int64_t heartbeat_ms, struct error *err)
{
	struct event_hub *h = calloc(1, sizeof *h);
	pthread_condattr_t attr;
	int rc;

	if (!h) {
		error_set(err, ERR_NO_MEMORY, "no memory for events");
		return NULL;
	}
	h->storage = storage;
	h->queue = queue;
	h->heartbeat_ns = (uint64_t)heartbeat_ms * 1000000u;
	h->last_id = -1;
	h->streams.prev = h->streams.next = &h->streams;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->wake, &attr);
	pthread_condattr_destroy(&attr);
	rc = pthread_create(&h->pump, NULL, pump_main, h);
	if (rc != 0) {
		error_set_errno(err, rc, "starting the event pump");
		events_free(h);
		return NULL;
	}
	return h;
}

void events_close(struct event_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_closing = true;
	for (struct event_stream *s = h->streams.next; s != &h->streams; s = s->next) {
		s->is_closing = s->is_due = true;
		http_live_wake(s->request);
	}
	pthread_mutex_unlock(&h->lock);
}

void events_stop(struct event_hub *h)
{
	pthread_mutex_lock(&h->lock);
	h->is_stopping = true;
	pthread_cond_signal(&h->wake);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->pump, NULL);
}

void events_free(struct event_hub *h)
{
	if (!h)
		return;
	pthread_cond_destroy(&h->wake);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
