/* Sending of files: whole, in ranges, conditionally. */
#include "server/file_reply.h"

#include <errno.h>
#include <sodium/utils.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/problem.h"

enum { PART_HEAD_BYTES = 192, DIGEST_TEXT_BYTES = 64 };

void file_reply_name(struct file_reply *f)
{
	char hex[SHA256_HEX_SIZE];

	snprintf(f->etag, sizeof f->etag, "\"%s\"", sha256_hex(f->sha256, hex));
}

void file_reply_add_headers(struct http_request *r, const struct file_reply *f)
{
	char date[CLOCK_RFC3339_SIZE], digest[DIGEST_TEXT_BYTES];

	http_add_header(r, "ETag", "%s", f->etag);
	http_add_header(r, "Last-Modified", "%s", clock_format_http(f->modified_ms, date));
	http_add_header(r, "Cache-Control", "%s", f->cache_control);
	http_add_header(r, "Accept-Ranges", "bytes");
	sodium_bin2base64(digest, sizeof digest, f->sha256, SHA256_BYTES, sodium_base64_VARIANT_ORIGINAL);
	http_add_header(r, "Repr-Digest", "sha-256=:%s:", digest);
	http_add_header(r, "Content-Disposition", "%s; filename=\"%s\"", f->is_inline ? "inline" : "attachment",
			f->name);
}

/* --- Several ranges in one answer ---------------------------------------------------------------------------- */

/* multipart/byteranges (RFC 9110 14.6): for each part its head and its bytes, then the tail. */
struct multipart {
	int fd;
	size_t n;
	struct part {
		char head[PART_HEAD_BYTES];
		size_t head_len;
		struct byte_range range;
		uint64_t start; /* of the head in the body */
	} parts[RANGES_MAX];
	char tail[64];
	uint64_t tail_start, len;
};

static uint64_t range_length(struct byte_range range)
{
	return range.last - range.first + 1;
}

static void multipart_layout(struct multipart *m, const struct byte_range *ranges, size_t n, const struct file_reply *f,
			     const char *boundary)
{
	uint64_t at = 0;

	m->n = n;
	for (size_t i = 0; i < n; i++) {
		struct part *p = &m->parts[i];
		p->range = ranges[i];
		p->start = at;
		p->head_len = (size_t)snprintf(p->head, sizeof p->head,
					       "\r\n--%s\r\nContent-Type: %s"
					       "\r\nContent-Range: bytes %llu-%llu/%llu\r\n\r\n",
					       boundary, f->type, (unsigned long long)p->range.first,
					       (unsigned long long)p->range.last, (unsigned long long)f->bytes);
		at += p->head_len + range_length(p->range);
	}
	m->tail_start = at;
	m->len = at + (uint64_t)snprintf(m->tail, sizeof m->tail, "\r\n--%s--\r\n", boundary);
}

static ssize_t copy_text(const char *text, size_t len, uint64_t at, char *out, size_t max)
{
	size_t n = len - (size_t)at < max ? len - (size_t)at : max;

	memcpy(out, text + at, n);
	return (ssize_t)n;
}

static ssize_t read_part(const struct multipart *m, const struct part *p, uint64_t at, char *out, size_t max)
{
	uint64_t in_file, left;
	ssize_t n;

	if (at < p->head_len)
		return copy_text(p->head, p->head_len, at, out, max);
	in_file = p->range.first + (at - p->head_len);
	left = p->range.last + 1 - in_file;
	do
		n = pread(m->fd, out, left < max ? (size_t)left : max, (off_t)in_file);
	while (n < 0 && errno == EINTR);
	return n;
}

static ssize_t multipart_read(void *ctx, uint64_t pos, char *out, size_t max)
{
	const struct multipart *m = ctx;
	size_t i = m->n;

	if (pos >= m->tail_start)
		return copy_text(m->tail, (size_t)(m->len - m->tail_start), pos - m->tail_start, out, max);
	while (m->parts[--i].start > pos)
		;
	return read_part(m, &m->parts[i], pos - m->parts[i].start, out, max);
}

static void multipart_free(void *ctx)
{
	struct multipart *m = ctx;

	close(m->fd);
	free(m);
}

static void reply_multipart(struct http_request *r, struct file_reply *f, const struct byte_range *ranges, size_t n)
{
	struct multipart *m = calloc(1, sizeof *m);
	struct http_stream stream = { m, multipart_read, multipart_free };
	char boundary[40], type[96];

	if (!m) {
		close(f->fd);
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the ranges");
		return;
	}
	/* Part of the file's digest: does not occur in the file other than by chance of 2^-128. */
	snprintf(boundary, sizeof boundary, "phonond%.32s", f->etag + 1);
	snprintf(type, sizeof type, "multipart/byteranges; boundary=%s", boundary);
	m->fd = f->fd;
	multipart_layout(m, ranges, n, f, boundary);
	http_reply_stream(r, 206, type, m->len, &stream);
}

/* --- The choice ------------------------------------------------------------------------------------------- */

struct conditions file_reply_conditions(struct http_request *r)
{
	return (struct conditions){
		.if_match = http_header(r, "If-Match"),
		.if_none_match = http_header(r, "If-None-Match"),
		.if_modified_since = http_header(r, "If-Modified-Since"),
		.if_unmodified_since = http_header(r, "If-Unmodified-Since"),
		.if_range = http_header(r, "If-Range"),
	};
}

/* Sends what the conditions and ranges leave; takes f->fd. */
static void reply_selected(struct http_request *r, struct file_reply *f, const struct conditions *c)
{
	struct validators v = { f->etag, f->modified_ms };
	const char *range = r->is_head ? NULL : http_header(r, "Range");
	struct byte_range ranges[RANGES_MAX];
	enum range_result result = RANGE_IGNORE;
	size_t n = 0;

	if (range && conditional_range_applies(c, &v))
		result = range_parse(range, f->bytes, ranges, &n);
	if (result == RANGE_UNSATISFIABLE) {
		close(f->fd);
		http_add_header(r, "Content-Range", "bytes */%llu", (unsigned long long)f->bytes);
		problem_reply(r, PROBLEM_RANGE_NOT_SATISFIABLE, "the file has %llu bytes",
			      (unsigned long long)f->bytes);
	} else if (result == RANGE_IGNORE) {
		http_reply_file(r, 200, f->type, f->fd, 0, f->bytes);
	} else if (n == 1) {
		http_add_header(r, "Content-Range", "bytes %llu-%llu/%llu", (unsigned long long)ranges[0].first,
				(unsigned long long)ranges[0].last, (unsigned long long)f->bytes);
		http_reply_file(r, 206, f->type, f->fd, ranges[0].first, range_length(ranges[0]));
	} else {
		reply_multipart(r, f, ranges, n);
	}
}

void file_reply_send(struct http_request *r, struct file_reply *f)
{
	struct conditions c = file_reply_conditions(r);
	struct validators v = { f->etag, f->modified_ms };

	switch (conditional_check(&c, &v)) {
	case CONDITION_GO_ON:
		file_reply_add_headers(r, f);
		reply_selected(r, f, &c);
		return;
	case CONDITION_NOT_MODIFIED:
		file_reply_add_headers(r, f);
		http_reply(r, 304, NULL, NULL, 0);
		break;
	case CONDITION_FAILED:
		problem_reply(r, PROBLEM_PRECONDITION_FAILED, "the file has the tag %s", f->etag);
		break;
	}
	close(f->fd);
}
