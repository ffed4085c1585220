/* Streams of events to clients (Server-Sent Events, HTML standard section 9.2).
 *
 * A stream holds no thread: its connection is suspended until there is something to say. One thread, the pump, hears of
 * every commit, reads the new lines of the event log once, and wakes the streams that they concern; each reads what it has
 * not sent from the log itself, from the number it sent last. So a slow client costs nobody memory, nothing is lost
 * or doubled, and Last-Event-ID is the same mechanism. Progress is not logged: the pump looks at the running jobs twice a
 * second.
 *
 * A stream with nothing to say gets a comment every heartbeat_ms: proxies keep it open, and a client that vanished is
 * noticed. Lock: hub.lock (rank 15). */
#ifndef SERVER_EVENTS_H
#define SERVER_EVENTS_H

#include "queue/queue.h"
#include "server/http.h"
#include "storage/storage.h"

struct event_hub;

struct event_hub *events_start(struct storage *storage, struct queue *queue, int64_t heartbeat_ms,
			       struct error *err) WARN_UNUSED;
/* Something was committed. Any thread; does not block. */
void events_notify(struct event_hub *h);
/* Ends all streams with a hint to come back; new ones are refused. */
void events_close(struct event_hub *h);
/* Ends the pump; every stream must be gone. The hub itself must outlive the storage's writer. */
void events_stop(struct event_hub *h);
void events_free(struct event_hub *h);

struct event_wish {
	const char *job_id; /* NULL: of all jobs that the caller may see */
	const char *key_id; /* whose streams are counted; "": nobody's */
	bool is_admin;      /* sees the jobs of all keys */
	int64_t after_id;   /* -1: from now on */
};

/* Answers r with a stream. ERR_BUSY: closing; ERR_QUOTA: the key has as many as it may. */
int events_reply(struct event_hub *h, struct http_request *r, const struct event_wish *wish,
		 struct error *err) WARN_UNUSED;

/* How many there are, for /metrics. */
unsigned events_count(struct event_hub *h);

#endif
