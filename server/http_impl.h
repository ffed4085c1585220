/* What the files http*.c, the users of libmicrohttpd, share: a request as the library's side sees it. */
#ifndef SERVER_HTTP_IMPL_H
#define SERVER_HTTP_IMPL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "server/http.h"

enum { RESPONSE_HEADERS_MAX = 40 };

enum phase { PHASE_HEADERS, PHASE_BODY, PHASE_READY, PHASE_SUSPENDED };

struct exchange {
	struct http_request request; /* first: handlers hold a pointer to this */
	struct http_server *server;
	struct MHD_Connection *connection;
	struct reaper_entry *deadline; /* of the connection; may be NULL */
	int fd;
	enum phase phase;
	uint64_t started_ns;
	struct buf body;
	bool is_discarding; /* the answer is known; the body is read and dropped */
	bool is_cut;        /* the body passed the cap; the answer went out by hand */
	size_t n_discarded;
	size_t n_streamed;              /* given to take_body */
	struct MHD_PostProcessor *form; /* reads the body; NULL: it is no form, or was read */
	http_take_part take_part;
	bool is_form_broken;
	bool is_part_empty; /* so far */
	uint64_t part_id;   /* a hash of the names of the part that is being read */
	bool must_close;
	bool is_malformed; /* a header has a NUL byte, or there are too many for the arena */
	struct http_pair reply_headers[RESPONSE_HEADERS_MAX];
	size_t n_reply_headers;
	struct MHD_Response *response; /* given, not yet handed to the library */
	unsigned status;               /* of the answer; 0: none yet */
	struct http_live live;         /* of an answer without a known end */
	bool is_live;
	bool is_awake;                          /* server.lock: woken since its last read */
	http_handler next;                      /* after resuming */
	bool is_suspended;                      /* server.lock */
	struct exchange *prev, *next_suspended; /* server.lock */
};

struct http_server {
	struct http_config config;
	struct MHD_Daemon *daemon;
	struct reaper *reaper;
	unsigned port;
	_Atomic unsigned n_exchanges; /* requests in progress; read by http_stop() */
	/* Guards the ring of suspended exchanges, their is_suspended, n_waiting and is_stopping. Held across
	 * MHD_suspend_connection() and MHD_resume_connection(), which must not overlap for one connection. */
	pthread_mutex_t lock;
	struct exchange suspended; /* head of the ring */
	unsigned n_waiting;        /* of them, those of http_suspend() */
	bool is_stopping;
};

static inline struct exchange *exchange_of(struct http_request *r)
{
	return (struct exchange *)r;
}

/* --- http_read.c --- */

/* Copies the headers into the request's arena; is_malformed when one cannot be told whole. */
void http_collect_headers(struct exchange *e);
/* The client's X-Request-Id where that is fit for logs, else a new one. After the headers. */
void http_choose_id(struct http_request *r);

/* --- http_reply.c --- */

/* Hands the answer that a handler gave to the library; MHD_NO, which closes the connection, when memory was short. */
enum MHD_Result http_send_reply(struct exchange *e);

/* Keeps the response until the library accepts it. NULL: out of memory; the connection will be closed. */
void http_give(struct http_request *r, unsigned status, const char *type, struct MHD_Response *response);

/* --- http_wait.c --- */

/* Lets go of the connection of a live answer until it is woken. LIVE_READ_AGAIN: it was meanwhile. */
enum live_wait { LIVE_SUSPENDED, LIVE_READ_AGAIN, LIVE_STOPPING };
enum live_wait http_wait_live(struct exchange *e);
/* Resumes all that is suspended, and lets nothing be from now on. */
void http_resume_all(struct http_server *s);

#endif
