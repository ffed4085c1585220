/* What the client wants: Accept (RFC 9110 12.5.1), media types, Prefer (RFC 7240). Pure functions, any thread. */
#ifndef SERVER_NEGOTIATION_H
#define SERVER_NEGOTIATION_H

#include <stdbool.h>

/* Quality 0..1000 that an Accept value gives to type ("audio/wav"): that of the most specific range that matches; 0
 * when none does. NULL accepts everything. Parameters of ranges other than q are ignored. */
int negotiation_quality(const char *accept, const char *type);

/* Does a Content-Type value name this media type (parameters ignored, any case)? */
bool negotiation_is_type(const char *content_type, const char *type);

/* Is the token, in any case, in a list with commas (RFC 9110 5.6.1)? list may be NULL. */
bool negotiation_has_token(const char *list, const char *token);

struct prefer {
	bool has_wait;
	unsigned wait_s;
	bool respond_async;
};

/* Reads `wait` and `respond-async`; of repeated ones the first counts; the rest is ignored. value may be NULL. */
struct prefer negotiation_prefer(const char *value);

#endif
