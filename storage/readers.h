/* Read connections, lent to one thread at a time, opened when first needed. */
#ifndef STORAGE_READERS_H
#define STORAGE_READERS_H

#include <pthread.h>
#include <stddef.h>

#include "storage/db.h"

struct readers {
	const char *path;     /* borrowed */
	pthread_mutex_t lock; /* rank 50: guards idle and n_idle, never held across SQLite */
	pthread_cond_t given;
	struct db *dbs;   /* [n], conn NULL while not opened yet; an entry belongs to the thread that took it */
	struct db **idle; /* [n], the first n_idle are free, used like a stack so that few stay warm */
	size_t n, n_idle;
};

int readers_init(struct readers *r, const char *path, size_t n, struct error *err) WARN_UNUSED;
/* All connections must have been given back. */
void readers_fini(struct readers *r);

/* Waits for a free connection. A read must be short and must not wait for anything: an open read transaction
 * keeps the write-ahead log from being recycled. NULL: the connection could not be opened. */
struct db *readers_take(struct readers *r, struct error *err) WARN_UNUSED;
void readers_give(struct readers *r, struct db *db);

#endif
