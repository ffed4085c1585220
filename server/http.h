/* HTTP for the handlers: a request with everything already read and checked, and ways to answer it. http.c,
 * http_reply.c and http_live.c, the only users of the HTTP library, implement this.
 *
 * A handler runs on an HTTP thread and must not wait for anything that takes long: it either answers with exactly one
 * http_reply_*() or calls http_suspend(), after which no thread is held until somebody calls http_resume(). */
#ifndef SERVER_HTTP_H
#define SERVER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/error.h"

enum { HTTP_REQUEST_ID_SIZE = 65 };

struct http_pair {
	const char *name, *value;
};

struct http_request {
	const char *method; /* as sent */
	bool is_head;
	const char *version;     /* "HTTP/1.1" */
	const char *target;      /* request target as sent */
	const char *path;        /* percent-decoded, without query; starts with '/' */
	struct http_pair *query; /* decoded, in order */
	size_t n_query;
	struct http_pair *headers; /* in order; see http_header() */
	size_t n_headers;
	const char *body; /* body_len bytes and a NUL; "" when there is none */
	size_t body_len;
	bool is_framed;                /* Content-Length or Transfer-Encoding was sent */
	size_t max_body_bytes;         /* set by the router in begin() */
	int64_t body_timeout_ms;       /* for the whole body; begin() may make it longer */
	char id[HTTP_REQUEST_ID_SIZE]; /* X-Request-Id: the client's when it is sane, else ours */
	struct arena arena;            /* lives as long as the request */
	const struct route *route;     /* set by the router in begin() */
	struct caller *caller;         /* set by the router in begin(): who asks */
	const char *path_id;           /* what stands for {id} in the route's path, or NULL */
	const char *path_name;         /* the same for {name} */
	/* Set in begin() by a handler that reads the body as it comes; then body stays empty. Each call gets the next bytes and
	 * must not wait for anything that takes long. After an answer the rest is read and dropped. */
	void (*take_body)(void *ctx, struct http_request *r, const char *data, size_t n);
	/* For a handler that suspends: its own state and how to free it. state_free is called when the request is
	 * over, answered or not, and never while the connection is suspended. */
	void *state;
	void (*state_free)(void *state);
};

typedef void (*http_handler)(void *ctx, struct http_request *r);

/* How a request ended. */
struct http_end {
	unsigned status; /* 0: no answer was given */
	double duration_s;
	bool is_complete; /* the whole answer was sent */
};

/* What the service does with requests. */
struct http_app {
	void *ctx;
	/* Headers are complete, the body is not read. Sets r->route and r->max_body_bytes, or answers at once. */
	http_handler begin;
	/* The body is there. */
	http_handler handle;
	/* The request is over; r is freed after this. */
	void (*ended)(void *ctx, struct http_request *r, const struct http_end *end);
};

struct http_config {
	const char *listen;
	int listen_fd; /* a socket that listens already, taken over; -1: make one */
	bool is_tls;   /* HTTPS alone, with the certificate of tls.h */
	unsigned port, n_threads, max_connections, max_connections_per_ip, max_suspended;
	int64_t header_timeout_ms, body_timeout_ms, idle_timeout_ms;
	struct http_app app;
};

struct http_server;

/* Listens and serves. NULL with ERR_INVALID for a bad address, ERR_BUSY when the port is taken, else ERR_IO. */
struct http_server *http_start(const struct http_config *config, struct error *err) WARN_UNUSED;
unsigned http_port(const struct http_server *s);
/* Resumes all suspended requests, stops listening, waits up to timeout_ms for requests in progress, frees. */
void http_stop(struct http_server *s, int64_t timeout_ms);

/* --- Reading ---------------------------------------------------------------------------------------------- */

/* A header by its name in any case; several of one name are joined with ", " (RFC 9110 5.3). NULL: not sent. */
const char *http_header(struct http_request *r, const char *name);
/* The address of the client, in the arena: "192.0.2.1", or the network of an IPv6 one, "2001:db8::/64". */
const char *http_peer(struct http_request *r);
/* The first query parameter of that name, or NULL. */
const char *http_query(const struct http_request *r, const char *name);

/* --- Forms ------------------------------------------------------------------------------------------------ */

/* A piece of a part of a form (multipart/form-data). The names are the client's. */
struct http_part {
	const char *name, *filename; /* filename NULL: not a file */
	bool is_begin;
	uint64_t offset; /* in the part */
	const char *data;
	size_t n;
};
typedef void (*http_take_part)(void *ctx, struct http_request *r, const struct http_part *part);

/* In begin(): the body is a form, and take gets its parts as they come; after an answer the rest is dropped. -1: the request does
 * not say how parts are divided. */
int http_read_form(struct http_request *r, http_take_part take) WARN_UNUSED;
/* In handle(), once: was it a form, to its end? */
bool http_form_is_whole(struct http_request *r);

/* --- Answering -------------------------------------------------------------------------------------------- */

/* Adds a header to the answer to come. Values with control characters are dropped whole: nothing that a client sent
 * can start a new header line. */
void http_add_header(struct http_request *r, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Was such a header added? */
bool http_has_reply_header(const struct http_request *r, const char *name);

/* The body is malloc'd and becomes the answer's; may be NULL when len is 0. */
void http_reply(struct http_request *r, unsigned status, const char *type, char *body, size_t len);
/* The body is static. */
void http_reply_static(struct http_request *r, unsigned status, const char *type, const void *body, size_t len);
/* len bytes of fd at offset, with sendfile; takes fd. The file must not shrink while it is sent. */
void http_reply_file(struct http_request *r, unsigned status, const char *type, int fd, uint64_t offset, uint64_t len);

/* A body of known size made piece by piece. read fills out[max] with what stands at pos and returns how much, or -1. */
struct http_stream {
	void *ctx;
	ssize_t (*read)(void *ctx, uint64_t pos, char *out, size_t max);
	void (*free)(void *ctx);
};
/* Takes stream->ctx. */
void http_reply_stream(struct http_request *r, unsigned status, const char *type, uint64_t len,
		       const struct http_stream *stream);

/* An answer without a known end. read fills out[max] and returns how much; 0: nothing now, then it is called again after
 * http_live_wake(); END; or CUT: the connection ends so that the client sees that something is missing. It runs on HTTP
 * threads, one at a time. Freeing is the matter of r->state_free. */
enum { HTTP_LIVE_END = -1, HTTP_LIVE_CUT = -2 };
struct http_live {
	void *ctx;
	ssize_t (*read)(void *ctx, char *out, size_t max);
	bool is_file; /* cut when the service stops; and sent in larger pieces */
};
void http_reply_live(struct http_request *r, unsigned status, const char *type, const struct http_live *live);
/* From any thread, while r lives. */
void http_live_wake(struct http_request *r);
/* Has the client closed the connection, or its side of it? While r lives; a suspended connection does not notice itself. */
bool http_peer_has_left(struct http_request *r);

/* True when a reply was given. */
bool http_replied(const struct http_request *r);

/* --- Waiting ---------------------------------------------------------------------------------------------- */

/* Lets go of the thread; next is called on an HTTP thread after http_resume(). False when the service stops or too
 * many wait already: then the handler must answer now. */
bool http_suspend(struct http_request *r, http_handler next) WARN_UNUSED;
/* From any thread; more than one call does no harm as long as r lives (see state_free). */
void http_resume(struct http_request *r);

#endif
