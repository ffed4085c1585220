#include "server/url.h"

#include <string.h>

enum { QUERY_PARAMETERS_MAX = 64 };

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Length of the well-formed sequence at s, or 0. */
static size_t utf8_sequence(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;

	if (len == 1)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4 || len > n)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf0 && s[1] < 0x90) ||
	    (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

size_t text_utf8_length(const char *s, size_t n)
{
	size_t i = 0, step;

	while (i < n && (step = utf8_sequence((const unsigned char *)s + i, n - i)) > 0)
		i += step;
	return i;
}

bool text_is_utf8(const char *s, size_t n)
{
	return text_utf8_length(s, n) == n;
}

/* Decodes in place. '+' is a space in a query and itself in a path. */
static int decode(char *s, bool is_path, struct error *err)
{
	char *start = s, *out = s;

	for (; *s; s++) {
		char c = *s;
		if (c == '%') {
			int hi = hex_value(s[1]), lo = hi < 0 ? -1 : hex_value(s[2]);
			if (lo < 0)
				return error_set(err, ERR_INVALID,
						 "the request target has a '%%' without two hexadecimal digits");
			c = (char)(hi << 4 | lo);
			s += 2;
			if (c == '\0' || (is_path && c == '/'))
				return error_set(err, ERR_INVALID, "the request target has an escaped %s",
						 c ? "slash" : "NUL");
			if (is_path && ((unsigned char)c < 0x20 || c == 0x7f))
				return error_set(err, ERR_INVALID, "the path has an escaped control character");
		} else if (c == '+' && !is_path) {
			c = ' ';
		}
		*out++ = c;
	}
	*out = '\0';
	if (!text_is_utf8(start, (size_t)(out - start)))
		return error_set(err, ERR_INVALID, "the request target is not UTF-8");
	return 0;
}

static int add_parameter(struct http_request *r, char *text, struct error *err)
{
	char *equals = strchr(text, '=');
	struct http_pair *p = &r->query[r->n_query];

	if (equals)
		*equals = '\0';
	p->name = text;
	p->value = equals ? equals + 1 : "";
	if (decode(text, false, err) < 0 || (equals && decode(equals + 1, false, err) < 0))
		return -1;
	r->n_query++;
	return 0;
}

static int parse_query(struct http_request *r, char *query, struct error *err)
{
	char *rest = query, *item;

	r->query = ARENA_ARRAY(&r->arena, QUERY_PARAMETERS_MAX, struct http_pair);
	if (!r->query)
		return error_set(err, ERR_NO_MEMORY, "no memory for the query");
	while ((item = strsep(&rest, "&"))) {
		if (!*item)
			continue;
		if (r->n_query == QUERY_PARAMETERS_MAX)
			return error_set(err, ERR_INVALID, "more than %d query parameters", QUERY_PARAMETERS_MAX);
		if (add_parameter(r, item, err) < 0)
			return -1;
	}
	return 0;
}

/* "http://host/path" is what a client sends to a proxy; servers must take it too (RFC 9112 3.2.2). */
static char *skip_authority(char *target)
{
	size_t scheme = strncasecmp(target, "http://", 7) == 0 ? 7 : strncasecmp(target, "https://", 8) == 0 ? 8 : 0;

	return scheme ? strchr(target + scheme, '/') : target;
}

int url_parse_target(struct http_request *r, struct error *err)
{
	char *text = arena_strndup(&r->arena, r->target, strlen(r->target)), *query;

	if (!text)
		return error_set(err, ERR_NO_MEMORY, "no memory for the request target");
	for (const char *s = text; *s; s++)
		if ((unsigned char)*s <= 0x20 || (unsigned char)*s >= 0x7f)
			return error_set(err, ERR_INVALID,
					 "the request target has a byte that must be percent-encoded");
	if (strcmp(text, "*") == 0) {
		r->path = "*";
		return 0;
	}
	text = skip_authority(text);
	if (!text || *text != '/')
		return error_set(err, ERR_INVALID, "the request target must start with '/'");
	text[strcspn(text, "#")] = '\0';
	query = strchr(text, '?');
	if (query)
		*query++ = '\0';
	r->path = text;
	if (decode(text, true, err) < 0)
		return -1;
	return query ? parse_query(r, query, err) : 0;
}

int url_encode(struct buf *out, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	while (*text) {
		size_t n = strspn(text, unreserved);
		if (n ? buf_append(out, text, n) : buf_printf(out, "%%%02X", (unsigned char)*text))
			return -1;
		text += n ? n : 1;
	}
	return 0;
}
