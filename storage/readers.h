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

/* What is read on a lent connection: -1 with *err, else what the caller of readers_do() is to get. */
typedef int (*reader_fn)(struct db *db, void *ctx, struct error *err);

/* Waits for a free connection, runs fn(ctx) on it and returns what that returned; -1 also when the connection could not be
 * opened. A read must be short and must not wait for anything: an open read transaction keeps the write-ahead log from
 * being recycled. */
int readers_do(struct readers *r, reader_fn fn, void *ctx, struct error *err) WARN_UNUSED;

/* db_each_row() and db_read_int() on such a connection. */
int readers_each_row(struct readers *r, const char *sql, struct values values, row_fn fn, void *ctx,
		     struct error *err) WARN_UNUSED;
int readers_read_int(struct readers *r, const char *sql, struct values values, int64_t *value,
		     struct error *err) WARN_UNUSED;

#endif
