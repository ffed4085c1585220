/* Answers without a known end: events, and files that are still written.
 *
 * The library asks for the next bytes. When there are none the connection is suspended until it is woken (http_wait.c). */
#include <poll.h>

#include "server/http_impl.h"

enum { TEXT_BLOCK_BYTES = 1024, FILE_BLOCK_BYTES = 16 * 1024 };

static ssize_t read_live(void *ctx, uint64_t pos, char *out, size_t max)
{
	struct exchange *e = ctx;
	ssize_t stopped = e->live.is_file ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;

	(void)pos;
	for (;;) {
		ssize_t n = e->live.read(e->live.ctx, out, max);
		enum live_wait wait;
		if (n > 0)
			return n;
		if (n < 0)
			return n == HTTP_LIVE_END ? MHD_CONTENT_READER_END_OF_STREAM
						  : MHD_CONTENT_READER_END_WITH_ERROR;
		wait = http_wait_live(e);
		if (wait != LIVE_READ_AGAIN)
			return wait == LIVE_SUSPENDED ? 0 : stopped;
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

bool http_peer_has_left(struct http_request *r)
{
	struct pollfd pfd = { .fd = exchange_of(r)->fd, .events = POLLRDHUP };

	return poll(&pfd, 1, 0) > 0 && (pfd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
