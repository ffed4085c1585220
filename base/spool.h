/* A long temporary store: written once from front to back, then read as often as you like. The renderer keeps there
 * what it must hold before it can go on and what is too long for memory; storage/ implements it over an unlinked
 * file. Calls come from one thread at a time; the caller provides the ordering between them. */
#ifndef BASE_SPOOL_H
#define BASE_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct spool;

struct spool_ops {
	/* Appends n bytes. After a failure only free() may follow. */
	int (*append)(struct spool *s, const void *data, size_t n, struct error *err);
	/* Reads exactly n bytes, all of which were appended before. ERR_CORRUPT: they are not there any more. */
	int (*read_at)(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err);
	void (*free)(struct spool *s);
};

struct spool {
	const struct spool_ops *ops;
};

static inline int spool_append(struct spool *s, const void *data, size_t n, struct error *err)
{
	return s->ops->append(s, data, n, err);
}

static inline int spool_read_at(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err)
{
	return s->ops->read_at(s, offset, data, n, err);
}

static inline void spool_free(struct spool *s)
{
	if (s)
		s->ops->free(s);
}

#endif
