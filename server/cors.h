/* Cross-origin requests of browsers (fetch.spec.whatwg.org, section 3.2): which origins may read answers. Off as long as the
 * list is empty. Thread-safe. */
#ifndef SERVER_CORS_H
#define SERVER_CORS_H

#include "server/http.h"

struct cors;

struct cors *cors_new(struct error *err) WARN_UNUSED;
void cors_free(struct cors *c);

/* A list of origins with commas or spaces between them, or "*" for all; NULL or "": nobody. -1 when out of memory: the list
 * stays as it was. */
int cors_set(struct cors *c, const char *origins, struct error *err) WARN_UNUSED;

/* Adds the headers that every answer to r needs. */
void cors_begin(struct cors *c, struct http_request *r);
/* r is OPTIONS for a resource with these methods ("GET, HEAD"): adds what a preflight asks for. */
void cors_preflight(struct cors *c, struct http_request *r, const char *methods);

#endif
