/* The one thread that writes to the database. Callers hand it closures and wait until they are on disk. */
#ifndef STORAGE_WRITER_H
#define STORAGE_WRITER_H

#include <stdint.h>

#include "base/histogram.h"
#include "storage/db.h"
#include "storage/health.h"

enum {
	WRITER_GROUP_MAX = 256, /* requests per transaction */
	WRITER_GROUP_MS = 2,    /* a group takes no more requests after this time */
};

struct writer;

/* Runs on the writer thread inside a transaction, in a savepoint of its own: -1 (with *err set) undoes what it
 * did and leaves the others of its group alone. */
typedef int (*writer_fn)(struct db *db, void *ctx, struct error *err);

/* Takes over *db, also on failure. health hears of failed groups. */
struct writer *writer_new(const struct db *db, struct health *health, struct error *err) WARN_UNUSED;

/* Runs what is queued, ends the thread, closes the connection. No calls of writer_do() may be left or come. */
void writer_free(struct writer *w);

/* Runs fn(ctx) and returns what it returned, once that is committed and synced; -1 with *err when fn or the
 * commit failed. after, unless NULL, runs on the writer thread after a good commit and before any later write:
 * the place for what must not precede the commit. Any thread but the writer's; holds no lock while it waits. */
int writer_do(struct writer *w, writer_fn fn, writer_fn after, void *ctx, struct error *err) WARN_UNUSED;

/* As writer_do() without waiting: done is called once, on the writer thread, with the result and, when that is -1, why. It
 * must not call the writer and must not block. -1: out of memory, and done is not called. */
typedef void (*writer_done_fn)(void *ctx, int result, const struct error *why);
int writer_post(struct writer *w, writer_fn fn, writer_done_fn done, void *ctx, struct error *err) WARN_UNUSED;

/* The same for a write that is one statement: db_run() and db_change(). */
int writer_run(struct writer *w, const char *sql, struct values values, struct error *err) WARN_UNUSED;
int writer_change(struct writer *w, const char *sql, struct values values, struct error *err) WARN_UNUSED;

/* Calls back on the writer thread after every good commit, until writer_free(). cb must not call the writer. */
void writer_on_commit(struct writer *w, void (*cb)(void *ctx), void *ctx);

struct writer_stats {
	uint64_t n_groups, n_requests;
	uint64_t largest_group; /* requests */
	struct histogram commit_times;
};
struct writer_stats writer_stats(struct writer *w);

#endif
