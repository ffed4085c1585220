/* What RFC 9112 calls request smuggling material, and the HTTP library lets pass: refused here, from the headers as
 * they came, before anything else looks at the request. */
#ifndef SERVER_SCREEN_H
#define SERVER_SCREEN_H

#include "server/http.h"

/* How the body is delimited, after screening. */
struct screen_result {
	bool has_body, is_chunked;
	uint64_t content_length; /* 0 when chunked or absent */
	unsigned status;         /* to answer on failure: 400, 501 (transfer coding) or 505 (version) */
};

/* ERR_INVALID with out->status set: more than one Host or none in HTTP/1.1; more than one Content-Length or one that is
 * not digits; Content-Length with Transfer-Encoding; a coding other than chunked; a name that is no token; a value
 * with a control character; a version other than 1.0 and 1.1. After a failure the connection must be closed, since
 * where the next request starts is in doubt. */
int screen_request(const struct http_request *r, struct screen_result *out, struct error *err) WARN_UNUSED;

#endif
