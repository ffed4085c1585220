/* Which handler answers what: method and path, the limits of the body, the types it takes and gives. */
#ifndef SERVER_ROUTES_H
#define SERVER_ROUTES_H

#include "server/http.h"

/* The functions for struct http_app; ctx is a struct app. */
void routes_begin(void *ctx, struct http_request *r);
void routes_handle(void *ctx, struct http_request *r);
/* request_log.c: the log line and the metrics of a request. */
void routes_ended(void *ctx, struct http_request *r, const struct http_end *end);
/* The path template, or "-" when there was no route. */
const char *routes_name(const struct http_request *r);

#endif
