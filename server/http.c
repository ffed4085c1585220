/* With http_form.c, http_read.c, http_wait.c, http_live.c and http_reply.c the only user of libmicrohttpd. What they add to the library:
 *
 *   - screening of what the library lets pass (screen.c), the raw request target (url.c);
 *   - bodies under a cap, refused before they are read where Content-Length tells, and cut while they arrive;
 *   - wall-clock deadlines for headers and bodies (reaper.c);
 *   - waiting without a thread (http_wait.c);
 *   - request ids (http_read.c), security headers (http_reply.c).
 *
 * One request goes through these phases, all on the library's thread that owns the connection:
 *
 *   on_request_line   the exchange is made
 *   HEADERS           first handler call: screen, parse, app.begin. It may answer already.
 *   BODY              collect, or discard when the answer is known and the body small
 *   READY             app.handle answers or suspends
 *   SUSPENDED         http_resume() from any thread brings the library to call the handler again
 *   on_completed      app.ended, free
 *
 * The library takes an answer only in the first handler call or after the whole body. A chunked body that passes the
 * cap in between therefore gets its 413 written to the socket by hand; then the rest is discarded for a while, so that
 * the client can read the answer before it meets a reset connection. */
#include "server/http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "server/http_impl.h"
#include "server/listen.h"
#include "server/problem.h"
#include "server/reaper.h"
#include "server/screen.h"
#include "server/tls.h"
#include "server/url.h"

enum {
	CONNECTION_MEMORY_BYTES = 32 * 1024, /* request line and headers must fit: the header budget */
	REQUEST_ARENA_BYTES = 4 * 1024 * 1024,
	DISCARD_BYTES_MAX = 64 * 1024,  /* a refused body up to this size is read, so that the connection survives */
	LINGER_BYTES_MAX = 1024 * 1024, /* read and dropped after a 413 in the middle of a body */
	BODY_DEFAULT_BYTES_MAX = 4096,  /* for routes that need none */
	STOP_POLL_MS = 10,
};

/* --- Phases of a request ---------------------------------------------------------------------------------- */

/* Runs a handler and sends what it answered, if it did not suspend. */
static enum MHD_Result run_handler(struct exchange *e, http_handler handler)
{
	e->phase = PHASE_READY;
	handler(e->server->config.app.ctx, &e->request);
	if (e->phase == PHASE_SUSPENDED)
		return MHD_YES;
	if (!e->status)
		problem_reply(&e->request, PROBLEM_INTERNAL, "the request was not answered");
	return http_send_reply(e);
}

static void refuse_malformed(struct exchange *e, unsigned status, const char *message)
{
	e->must_close = true;
	problem_reply(&e->request,
		      status == 501   ? PROBLEM_NOT_IMPLEMENTED
		      : status == 505 ? PROBLEM_HTTP_VERSION
				      : PROBLEM_BAD_REQUEST,
		      "%s", message);
}

/* Everything that can be decided before the body; an answer is given or not. */
static void examine(struct exchange *e, struct screen_result *screen)
{
	struct http_request *r = &e->request;
	struct error err = ERROR_INIT;

	http_collect_headers(e);
	http_choose_id(r);
	r->max_body_bytes = BODY_DEFAULT_BYTES_MAX;
	r->body_timeout_ms = e->server->config.body_timeout_ms;
	if (e->is_malformed)
		refuse_malformed(e, 400, "the headers cannot be read");
	else if (screen_request(r, screen, &err) < 0)
		refuse_malformed(e, screen->status, err.message);
	else if (url_parse_target(r, &err) < 0)
		refuse_malformed(e, 400, err.message);
	if (e->status)
		return;
	r->is_framed = screen->has_body || http_header(r, "Content-Length");
	e->server->config.app.begin(e->server->config.app.ctx, r);
	if (!e->status && screen->content_length > r->max_body_bytes)
		problem_reply(r, PROBLEM_PAYLOAD_TOO_LARGE, "the body may have %zu bytes, Content-Length says %llu",
			      r->max_body_bytes, (unsigned long long)screen->content_length);
}

static enum MHD_Result on_headers(struct exchange *e)
{
	struct screen_result screen;
	bool is_small;

	examine(e, &screen);
	e->phase = PHASE_BODY;
	e->body.max_len = e->request.max_body_bytes;
	reaper_set(e->server->reaper, e->deadline, screen.has_body ? e->request.body_timeout_ms : 0);
	if (!e->status)
		return MHD_YES;
	is_small = !screen.is_chunked && screen.content_length <= DISCARD_BYTES_MAX && !e->must_close &&
		   !http_header(&e->request, "Expect");
	if (!is_small)
		return http_send_reply(e);
	/* An answer in the first call makes the library close the connection; after the body it may stay open. */
	e->is_discarding = true;
	return MHD_YES;
}

static gnutls_session_t tls_session_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);

	return info ? info->tls_session : NULL;
}

/* Nothing else was sent on this connection that is not acknowledged, so this fits the buffer. */
static void send_last(const struct exchange *e, const char *data, size_t n)
{
	if (e->server->config.is_tls) {
		tls_send_last(tls_session_of(e->connection), data, n);
	} else {
		ssize_t sent = send(e->fd, data, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)sent;
	}
	shutdown(e->fd, SHUT_WR);
}

/* The body passed its cap: answers on the socket itself, see the top of this file. */
static void cut_body(struct exchange *e)
{
	char *body =
		problem_text(&e->request, PROBLEM_PAYLOAD_TOO_LARGE, "the body passed the limit while it was read");
	struct buf message = BUF_INIT;

	e->is_cut = true;
	e->status = problem_status(PROBLEM_PAYLOAD_TOO_LARGE);
	if (body && buf_printf(&message,
			       "HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n"
			       "Content-Type: application/problem+json\r\nX-Content-Type-Options: nosniff\r\n"
			       "X-Request-Id: %s\r\nContent-Length: %zu\r\n\r\n%s",
			       e->request.id, strlen(body), body) == 0)
		send_last(e, message.data, message.len);
	buf_fini(&message);
	buf_fini(&e->body);
	free(body);
}

static void stream_body(struct exchange *e, const char *data, size_t n)
{
	if (n > e->request.max_body_bytes - e->n_streamed) {
		cut_body(e);
		return;
	}
	e->n_streamed += n;
	e->request.take_body(e->server->config.app.ctx, &e->request, data, n);
	e->is_discarding = e->status != 0;
}

static enum MHD_Result take_body(struct exchange *e, const char *data, size_t n)
{
	if (e->is_cut) {
		e->n_discarded += n;
		return e->n_discarded > LINGER_BYTES_MAX ? MHD_NO : MHD_YES;
	}
	if (!e->is_discarding && e->request.take_body)
		stream_body(e, data, n);
	else if (!e->is_discarding && buf_append(&e->body, data, n) < 0)
		cut_body(e);
	return MHD_YES;
}

static enum MHD_Result on_body_end(struct exchange *e)
{
	reaper_set(e->server->reaper, e->deadline, 0);
	if (e->is_cut)
		return MHD_NO;
	if (e->status)
		return http_send_reply(e);
	e->request.body = e->body.data ? e->body.data : "";
	e->request.body_len = e->body.len;
	return run_handler(e, e->server->config.app.handle);
}

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *n_upload, void **state)
{
	struct exchange *e = *state;
	size_t n = *n_upload;

	(void)ctx, (void)connection, (void)url;
	if (!e)
		return MHD_NO;
	switch (e->phase) {
	case PHASE_HEADERS:
		e->request.method = method;
		e->request.is_head = strcmp(method, "HEAD") == 0;
		e->request.version = version;
		return on_headers(e);
	case PHASE_BODY:
		*n_upload = 0;
		return n ? take_body(e, upload, n) : on_body_end(e);
	case PHASE_SUSPENDED:
		return run_handler(e, e->next);
	case PHASE_READY:
		break;
	}
	return MHD_NO;
}

/* --- Life of connections and exchanges --------------------------------------------------------------------- */

static int socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static struct reaper_entry *deadline_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static void on_connection(void *ctx, struct MHD_Connection *connection, void **state,
			  enum MHD_ConnectionNotificationCode what)
{
	struct http_server *s = ctx;

	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		*state = reaper_add(s->reaper, socket_of(connection), s->config.header_timeout_ms);
	else if (*state)
		reaper_remove(s->reaper, *state);
}

/* The request line is complete; target is as the client sent it. */
static void *on_request_line(void *ctx, const char *target, struct MHD_Connection *connection)
{
	struct http_server *s = ctx;
	struct exchange *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->server = s;
	e->connection = connection;
	e->fd = socket_of(connection);
	e->deadline = deadline_of(connection);
	e->started_ns = clock_monotonic_ns();
	e->request.method = e->request.version = "";
	e->request.body = "";
	arena_init(&e->request.arena, REQUEST_ARENA_BYTES);
	e->request.target = arena_strndup(&e->request.arena, target, strlen(target));
	if (!e->request.target) {
		free(e);
		return NULL;
	}
	atomic_fetch_add(&s->n_exchanges, 1);
	reaper_set(s->reaper, e->deadline, s->config.header_timeout_ms);
	return e;
}

static void tell_end(struct exchange *e, enum MHD_RequestTerminationCode how)
{
	const struct http_app *app = &e->server->config.app;
	struct http_end end = { .status = e->status,
				.duration_s = (double)(clock_monotonic_ns() - e->started_ns) / 1e9,
				.is_complete = how == MHD_REQUEST_TERMINATED_COMPLETED_OK };

	app->ended(app->ctx, &e->request, &end);
}

static void on_completed(void *ctx, struct MHD_Connection *connection, void **state,
			 enum MHD_RequestTerminationCode how)
{
	struct http_server *s = ctx;
	struct exchange *e = *state;

	(void)connection;
	if (!e)
		return;
	*state = NULL;
	if (e->request.state_free)
		e->request.state_free(e->request.state);
	tell_end(e, how);
	if (e->form)
		MHD_destroy_post_processor(e->form);
	if (e->response)
		MHD_destroy_response(e->response);
	reaper_set(s->reaper, e->deadline, s->config.idle_timeout_ms);
	buf_fini(&e->body);
	arena_fini(&e->request.arena);
	free(e);
	atomic_fetch_sub(&s->n_exchanges, 1);
}

/* The path stays as it is: url.c decodes it, with refusals. */
static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
	(void)ctx, (void)connection;
	return strlen(text);
}

static void PRINTF_LIKE(2, 0) log_library(void *ctx, const char *fmt, va_list ap)
{
	char line[512];

	(void)ctx;
	vsnprintf(line, sizeof line, fmt, ap);
	line[strcspn(line, "\n")] = '\0';
	log_event(LOG_DEBUG, "http library", "text", line, NULL);
}

/* --- Start and stop --------------------------------------------------------------------------------------- */

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
	const struct http_config *c = &s->config;
	unsigned idle_s = (unsigned)((c->idle_timeout_ms + 999) / 1000);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG;
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)tls_choose },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(
		c->is_tls ? flags | MHD_USE_TLS : flags, 0, NULL, NULL, on_request, s, MHD_OPTION_EXTERNAL_LOGGER,
		log_library, NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, c->n_threads,
		MHD_OPTION_CONNECTION_LIMIT, c->max_connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		c->max_connections_per_ip, MHD_OPTION_CONNECTION_TIMEOUT, idle_s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, s, MHD_OPTION_NOTIFY_CONNECTION, on_connection, s, MHD_OPTION_URI_LOG_CALLBACK,
		on_request_line, s, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_ARRAY,
		c->is_tls ? tls : tls + 2, MHD_OPTION_END);
}

/* Deadlines are looked at a few times within the shortest of them. */
static int64_t reaper_period(const struct http_config *c)
{
	int64_t shortest = c->header_timeout_ms < c->body_timeout_ms ? c->header_timeout_ms : c->body_timeout_ms;

	return shortest / 4 < 10 ? 10 : shortest / 4 > 250 ? 250 : shortest / 4;
}

struct http_server *http_start(const struct http_config *config, struct error *err)
{
	struct http_server *s = calloc(1, sizeof *s);
	int fd;

	if (!s) {
		error_set(err, ERR_NO_MEMORY, "no memory for the HTTP server");
		return NULL;
	}
	s->config = *config;
	s->suspended.prev = s->suspended.next_suspended = &s->suspended;
	pthread_mutex_init(&s->lock, NULL);
	fd = config->listen_fd;
	if (fd >= 0)
		s->port = listen_port(fd);
	else
		fd = listen_open(config->listen, config->port, &s->port, err);
	if (fd < 0)
		goto err_after_lock;
	s->reaper = reaper_new(reaper_period(config), err);
	if (!s->reaper)
		goto err_after_socket;
	s->daemon = start_daemon(s, fd);
	if (s->daemon)
		return s;
	error_set(err, ERR_IO, "the HTTP library did not start");
	reaper_free(s->reaper);
err_after_socket:
	close(fd);
err_after_lock:
	pthread_mutex_destroy(&s->lock);
	free(s);
	return NULL;
}

unsigned http_port(const struct http_server *s)
{
	return s->port;
}

void http_stop(struct http_server *s, int64_t timeout_ms)
{
	int fd;

	http_resume_all(s);
	fd = MHD_quiesce_daemon(s->daemon);
	for (int64_t waited = 0; atomic_load(&s->n_exchanges) && waited < timeout_ms; waited += STOP_POLL_MS)
		usleep(STOP_POLL_MS * 1000);
	MHD_stop_daemon(s->daemon);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	reaper_free(s->reaper);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
