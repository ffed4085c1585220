/* Request targets: percent-decoding with the refusals that keep a decoded path harmless. */
#ifndef SERVER_URL_H
#define SERVER_URL_H

#include "base/buf.h"
#include "server/http.h"

/* Fills r->path and r->query from r->target (origin-form, or absolute-form whose authority is skipped). ERR_INVALID: a
 * control or non-ASCII byte, a bad escape, an escaped NUL, an escaped slash in the path, text that is not UTF-8;
 * ERR_NO_MEMORY. */
int url_parse_target(struct http_request *r, struct error *err) WARN_UNUSED;

/* Appends text for use as a value in a query: all but unreserved characters escaped. -1: out of memory. */
int url_encode(struct buf *out, const char *text) WARN_UNUSED;

/* How many bytes of s[n] are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates) before the first that is not; n when
 * all are. */
size_t text_utf8_length(const char *s, size_t n);
bool text_is_utf8(const char *s, size_t n);

#endif
