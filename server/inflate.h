/* Deflated text of untrusted origin, under a bound. A pure function, any thread. */
#ifndef SERVER_INFLATE_H
#define SERVER_INFLATE_H

#include <stddef.h>

#include "base/error.h"

/* Fills out[max] with what in[n] holds, which is zlib's form (RFC 1950, as JavaScript's "deflate" and Python's zlib make it) or
 * plain deflate (RFC 1951); *len receives how much that is. ERR_INVALID: it is neither, or not whole; ERR_TOO_LARGE: it holds
 * more than max bytes. */
int inflate_text(const void *in, size_t n, char *out, size_t max, size_t *len, struct error *err) WARN_UNUSED;

#endif
