/* Bytes on their way to a sink: hashed, and gathered into large writes, each once, in order.
 *
 * What is put may be diverted into a buffer first. Then hashing and sending what lies in it are two steps of their own, which
 * may run side by side with each other and with the next outgoing_put() into another buffer; each kind in order. */
#ifndef RENDER_IO_OUTGOING_H
#define RENDER_IO_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/sink.h"

enum {
	OUTGOING_BYTES = 256 * 1024, /* what the sink gets at a time */
	OUTGOING_MS = 250,           /* or what there is after so long: somebody may be listening */
};

struct outgoing {
	struct sink *sink;    /* borrowed */
	uint64_t length;      /* bytes put */
	struct buf *diverted; /* where they go; NULL: on */
	uint64_t sent;        /* bytes that the sink has */
	uint8_t *pending;     /* [OUTGOING_BYTES] */
	size_t n_pending;
	uint64_t sent_ns;     /* when it was sent last */
	bool is_hashed;       /* else outgoing_hash() does nothing */
	struct sha256 digest; /* of what was hashed */
};

int outgoing_init(struct outgoing *o, struct sink *sink, bool is_hashed, struct error *err) WARN_UNUSED;
void outgoing_fini(struct outgoing *o);

/* Appends. -1: the sink failed; only outgoing_fini() may follow. */
int outgoing_put(struct outgoing *o, const void *data, size_t n, struct error *err) WARN_UNUSED;
int outgoing_flush(struct outgoing *o, struct error *err) WARN_UNUSED;

/* What outgoing_put() does with bytes that are not diverted. */
void outgoing_hash(struct outgoing *o, const void *data, size_t n);
int outgoing_send(struct outgoing *o, const void *data, size_t n, struct error *err) WARN_UNUSED;

/* Of all that was hashed; zero when nothing is. The last call but for outgoing_fini(). */
void outgoing_digest(struct outgoing *o, uint8_t out[SHA256_BYTES]);

#endif
