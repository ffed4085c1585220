/* Where rendered bytes go. The render side writes to one, storage/ implements it over io_uring or pwrite,
 * server/ over a pipe for `phonond render SRC -`, tests over memory. render/ and storage/ meet only here.
 *
 * Calls come from one thread at a time, though not always the same thread; the caller provides the
 * ordering (a happens-before edge) between them. Offsets only ever grow: write_at is called with
 * offset == bytes written so far, so a sink may be a pipe. */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct sink;

struct sink_ops {
	/* Takes a copy of data[n] or writes it before it returns. May return before the bytes are on
	 * their medium; a failure may be reported by a later call. After a failure only abort() may follow. */
	int (*write_at)(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err);
	/* All bytes written are durable (where that means something) and complete when this returns 0. */
	int (*finish)(struct sink *s, struct error *err);
	/* Gives up: nothing of what was written stays. Cannot fail. */
	void (*abort)(struct sink *s);
};

struct sink {
	const struct sink_ops *ops;
};

static inline int sink_write_at(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	return s->ops->write_at(s, offset, data, n, err);
}

static inline int sink_finish(struct sink *s, struct error *err)
{
	return s->ops->finish(s, err);
}

static inline void sink_abort(struct sink *s)
{
	s->ops->abort(s);
}

#endif
