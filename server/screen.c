#include "server/screen.h"

#include <string.h>
#include <strings.h>

static bool is_token(const char *s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	if (!*s)
		return false;
	for (; *s; s++)
		if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || (*s >= '0' && *s <= '9') ||
		      strchr(others, *s)))
			return false;
	return true;
}

static bool has_control(const char *s)
{
	for (; *s; s++)
		if (((unsigned char)*s < 0x20 && *s != '\t') || *s == 0x7f)
			return true;
	return false;
}

static int refuse(struct screen_result *out, unsigned status, struct error *err, const char *message)
{
	out->status = status;
	return error_set(err, ERR_INVALID, "%s", message);
}

static int parse_length(const char *s, uint64_t *length)
{
	uint64_t n = 0;

	if (!*s)
		return -1;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || n > (UINT64_MAX - 9) / 10)
			return -1;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*length = n;
	return 0;
}

static unsigned count(const struct http_request *r, const char *name, const char **last)
{
	unsigned n = 0;

	for (size_t i = 0; i < r->n_headers; i++)
		if (strcasecmp(r->headers[i].name, name) == 0) {
			n++;
			*last = r->headers[i].value;
		}
	return n;
}

static int screen_framing(const struct http_request *r, struct screen_result *out, struct error *err)
{
	const char *length = NULL, *coding = NULL;
	unsigned n_lengths = count(r, "Content-Length", &length), n_codings = count(r, "Transfer-Encoding", &coding);

	if (n_lengths > 1)
		return refuse(out, 400, err, "more than one Content-Length header");
	if (n_lengths && n_codings)
		return refuse(out, 400, err, "both Content-Length and Transfer-Encoding");
	if (n_codings > 1 || (n_codings && strcasecmp(coding, "chunked") != 0))
		return refuse(out, 501, err, "the only transfer coding understood is 'chunked'");
	if (n_codings && strcmp(r->version, "HTTP/1.1") != 0)
		return refuse(out, 400, err, "Transfer-Encoding in an HTTP/1.0 request");
	if (n_lengths && parse_length(length, &out->content_length) < 0)
		return refuse(out, 400, err, "Content-Length is not a number");
	out->is_chunked = n_codings == 1;
	out->has_body = out->is_chunked || out->content_length > 0;
	return 0;
}

int screen_request(const struct http_request *r, struct screen_result *out, struct error *err)
{
	const char *host = NULL;
	unsigned n_hosts = count(r, "Host", &host);

	*out = (struct screen_result){ .status = 400 };
	if (strcmp(r->version, "HTTP/1.1") != 0 && strcmp(r->version, "HTTP/1.0") != 0)
		return refuse(out, 505, err, "the versions understood are HTTP/1.0 and HTTP/1.1");
	for (size_t i = 0; i < r->n_headers; i++) {
		if (!is_token(r->headers[i].name))
			return refuse(out, 400, err, "a header name is not a token");
		if (has_control(r->headers[i].value))
			return refuse(out, 400, err, "a header value has a control character");
	}
	if (n_hosts > 1)
		return refuse(out, 400, err, "more than one Host header");
	if (n_hosts == 0 && strcmp(r->version, "HTTP/1.1") == 0)
		return refuse(out, 400, err, "no Host header");
	return screen_framing(r, out, err);
}
