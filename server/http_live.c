/* Answers without a known end: events, and files that are still written.
 *
 * The library asks for the next bytes. When there are none the connection is suspended, and http_live_wake() resumes it, from any
 * thread; a wake that comes before the suspension is remembered, so none is lost. Suspending and resuming one connection is
 * serialised by the lock of the server, which also keeps the registry of who must be resumed before the daemon may stop. */
#include <poll.h>

#include "server/http_impl.h"

enum { TEXT_BLOCK_BYTES = 1024, FILE_BLOCK_BYTES = 16 * 1024 };

/* Lets go of the connection until the answer is woken. AGAIN: it was meanwhile. */
enum wait { SUSPENDED, AGAIN, STOPPING };
static enum wait wait_until_woken(struct exchange *e)
{
	struct http_server *s = e->server;
	enum wait result = SUSPENDED;

	pthread_mutex_lock(&s->lock);
	if (s->is_stopping)
		result = STOPPING;
	else if (e->is_awake)
		result = AGAIN;
	else
		http_suspend_locked(s, e);
	e->is_awake = false;
	pthread_mutex_unlock(&s->lock);
	return result;
}

static ssize_t read_live(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct exchange *e = ctx;
	ssize_t stopped = e->live.is_file ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;

	(void)pos;
	for (;;) {
		ssize_t n = e->live.read(e->live.ctx, out, max);
		enum wait wait;
		if (n > 0)
			return n;
		if (n < 0)
			return n == HTTP_LIVE_END ? MHD_CONTENT_READER_END_OF_STREAM
						  : MHD_CONTENT_READER_END_WITH_ERROR;
		wait = wait_until_woken(e);
		if (wait != AGAIN)
			return wait == SUSPENDED ? 0 : stopped;
	}
}

void http_reply_live(struct http_request *r, unsigned status, const char *type, const struct http_live *live)
{
	struct exchange *e = exchange_of(r);

	e->live = *live;
	e->is_live = true;
	http_give(r, status, type,
		  MHD_create_response_from_callback(
			  MHD_SIZE_UNKNOWN, live->is_file ? FILE_BLOCK_BYTES : TEXT_BLOCK_BYTES, read_live, e, NULL));
}

void http_live_wake(struct http_request *r)
{
	struct exchange *e = exchange_of(r);

	pthread_mutex_lock(&e->server->lock);
	if (e->is_suspended)
		http_resume_locked(e->server, e);
	else
		e->is_awake = true;
	pthread_mutex_unlock(&e->server->lock);
}

bool http_peer_has_left(struct http_request *r)
{
	struct pollfd pfd = { .fd = exchange_of(r)->fd, .events = POLLRDHUP };

	return poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
