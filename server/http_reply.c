/* Ways to answer: they make the library's response with its headers and keep it until http_send_reply(). */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "server/http_impl.h"

enum { STREAM_BLOCK_BYTES = 64 * 1024 };

static bool is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return false;
	return true;
}

void http_add_header(struct http_request *r, const char *name, const char *fmt, ...)
{
	struct exchange *e = exchange_of(r);
	char value[1024], *copy;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(value, sizeof value, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof value || !is_printable(value) || e->n_reply_headers == RESPONSE_HEADERS_MAX)
		return;
	copy = arena_strndup(&r->arena, value, (size_t)n);
	if (copy)
		e->reply_headers[e->n_reply_headers++] = (struct http_pair){ .name = name, .value = copy };
}

bool http_has_reply_header(const struct http_request *r, const char *name)
{
	const struct exchange *e = (const struct exchange *)r;

	for (size_t i = 0; i < e->n_reply_headers; i++)
		if (strcasecmp(e->reply_headers[i].name, name) == 0)
			return true;
	return false;
}

static void put_headers(struct exchange *e, struct MHD_Response *response, const char *type)
{
	if (type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "X-Request-Id", e->request.id);
	for (size_t i = 0; i < e->n_reply_headers; i++)
		MHD_add_response_header(response, e->reply_headers[i].name, e->reply_headers[i].value);
	if (e->must_close)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
}

void http_give(struct http_request *r, unsigned status, const char *type, struct MHD_Response *response)
{
	struct exchange *e = exchange_of(r);

	assert(!e->response);
	e->status = status;
	e->response = response;
	/* What is true of a job now need not be true in a second; answers that may be kept say so themselves. */
	if (!http_has_reply_header(r, "Cache-Control"))
		http_add_header(r, "Cache-Control", "no-store");
	if (response)
		put_headers(e, response, type);
}

void http_reply(struct http_request *r, unsigned status, const char *type, char *body, size_t len)
{
	struct MHD_Response *response;

	if (!body)
		response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
	else
		response = MHD_create_response_from_buffer(len, body, MHD_RESPMEM_MUST_FREE);
	if (!response)
		free(body);
	http_give(r, status, type, response);
}

void http_reply_static(struct http_request *r, unsigned status, const char *type, const void *body, size_t len)
{
	/* The library's prototype lacks the const that PERSISTENT promises. */
	http_give(r, status, type,
		  MHD_create_response_from_buffer(len, (void *)(uintptr_t)body, MHD_RESPMEM_PERSISTENT));
}

void http_reply_file(struct http_request *r, unsigned status, const char *type, int fd, uint64_t offset, uint64_t len)
{
	struct MHD_Response *response = MHD_create_response_from_fd_at_offset64(len, fd, offset);

	if (!response)
		close(fd);
	http_give(r, status, type, response);
}

static ssize_t read_stream(void *ctx, uint64_t pos, char *out, size_t max)
{
	const struct http_stream *s = ctx;
	ssize_t n = s->read(s->ctx, pos, out, max);

	return n > 0 ? n : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void free_stream(void *ctx)
{
	struct http_stream *s = ctx;

	s->free(s->ctx);
	free(s);
}

void http_reply_stream(struct http_request *r, unsigned status, const char *type, uint64_t len,
		       const struct http_stream *stream)
{
	struct http_stream *copy = malloc(sizeof *copy);
	struct MHD_Response *response = NULL;

	if (copy) {
		*copy = *stream;
		response = MHD_create_response_from_callback(len, STREAM_BLOCK_BYTES, read_stream, copy, free_stream);
	}
	if (!response) {
		free(copy);
		stream->free(stream->ctx);
	}
	http_give(r, status, type, response);
}

bool http_replied(const struct http_request *r)
{
	return ((const struct exchange *)r)->status != 0;
}

enum MHD_Result http_send_reply(struct exchange *e)
{
	enum MHD_Result result;

	if (!e->response)
		return MHD_NO;
	result = MHD_queue_response(e->connection, e->status, e->response);
	MHD_destroy_response(e->response);
	e->response = NULL;
	return result;
}
