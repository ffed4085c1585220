/* Growable byte buffer on the heap, with a cap. Used for request bodies, text output, encoded audio in tests.
 * Always NUL-terminated past its length once anything was appended. One thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/error.h"

struct buf {
	char *data;     /* NULL while empty */
	size_t len;     /* bytes used */
	size_t cap;     /* bytes allocated */
	size_t max_len; /* 0: no limit */
};

#define BUF_INIT ((struct buf){ .data = NULL })

void buf_fini(struct buf *b);

/* Room for n bytes (and the NUL) behind len, for a caller that fills them itself and then sets len. -1 as buf_append(). */
int buf_reserve(struct buf *b, size_t n) WARN_UNUSED;

/* Appends; -1 when max_len would be exceeded or memory is out, leaving the buffer as it was. */
int buf_append(struct buf *b, const void *data, size_t n) WARN_UNUSED;
int buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3) WARN_UNUSED;

/* Writes n bytes at offset, growing (with zeros in between) when needed. */
int buf_write_at(struct buf *b, size_t offset, const void *data, size_t n) WARN_UNUSED;

/* Gives the bytes (malloc'd, NUL-terminated, may be NULL when empty) to the caller and empties the buffer. */
char *buf_take(struct buf *b);

#endif
