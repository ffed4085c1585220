/* Reading a checkpoint's state back: bytes in the order in which they were appended to a struct buf. Their SHA-256 was right
 * and the program that wrote them is this one (saver.c), so what is read is believed but for its bounds. */
#ifndef RENDER_ENGINE_BLOB_H
#define RENDER_ENGINE_BLOB_H

#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"

struct blob {
	const char *data;
	size_t n_left;
};

/* n bytes of the blob where they lie; NULL with ERR_CORRUPT when it has fewer. */
static inline const void *blob_skip(struct blob *b, size_t n, struct error *err)
{
	const void *at = b->data;

	if (n > b->n_left) {
		error_set(err, ERR_CORRUPT, "a checkpoint ends early");
		return NULL;
	}
	b->data += n;
	b->n_left -= n;
	return at;
}

static inline int blob_take(struct blob *b, void *out, size_t n, struct error *err)
{
	const void *at = blob_skip(b, n, err);

	if (at && n > 0)
		memcpy(out, at, n);
	return at ? 0 : -1;
}

#endif
