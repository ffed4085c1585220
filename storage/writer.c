/* Group commit.
 *
 * With synchronous=FULL a commit waits for the disk, and the disk takes as long for one row as for fifty. So the
 * writer starts a transaction as soon as one request is there (a lone caller never waits for company), keeps
 * taking requests while there are any, up to WRITER_GROUP_MAX or WRITER_GROUP_MS, and commits. While that commit
 * waits for the disk the next group gathers in the queue: the busier the server, the larger the groups.
 *
 *   caller                              writer thread
 *   writer_do: queue, wait  --------->  BEGIN IMMEDIATE
 *                                       SAVEPOINT, run, RELEASE (or ROLLBACK TO)     for each request
 *                                       COMMIT
 *                                       after() of each request that succeeded
 *   return its result       <---------  wake everybody of the group
 *
 * A request that fails is undone alone. A commit that fails, or an error that makes SQLite roll the transaction
 * back by itself (disk full, I/O error), fails every request of the group: nobody is told that something is on
 * disk which is not. A request lives on its caller's stack; one that nobody waits for (writer_post) on the heap. */
#include "storage/writer.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crash_point.h"
#include "base/log.h"

/* Seconds. */
static const double commit_bounds[] = { 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5 };

struct request {
	writer_fn fn, after;
	writer_done_fn done; /* NULL: somebody waits */
	void *ctx;
	int result;
	struct error err;
	pthread_cond_t done_cond;
	bool is_done;         /* writer.lock */
	struct request *next; /* writer.lock */
};

struct writer {
	struct db db; /* writer thread only */
	struct health *health;
	pthread_t thread;

	pthread_mutex_t lock; /* rank 40: guards the fields below and request.is_done, request.next */
	pthread_cond_t work;  /* something was queued, or stop */
	struct request *head, **tail;
	bool stop;
	void (*committed)(void *ctx);
	void *committed_ctx;
	struct writer_stats stats;
};

struct group {
	struct request *items[WRITER_GROUP_MAX];
	size_t n;
	uint64_t started_ns;
};

static void roll_back(struct db *db)
{
	/* After some errors SQLite has done it already; then there is nothing left to do. */
	if (!sqlite3_get_autocommit(db->conn))
		(void)!db_run(db, "ROLLBACK", NO_VALUES, NULL);
}

/* Runs one request in its savepoint. -1 when the whole transaction is lost, with *err set. */
static int run_request(struct db *db, struct request *r, struct error *err)
{
	if (db_run(db, "SAVEPOINT request", NO_VALUES, err))
		return -1;
	r->result = r->fn(db, r->ctx, &r->err);
	if (r->result >= 0)
		return db_run(db, "RELEASE request", NO_VALUES, err);
	if (sqlite3_get_autocommit(db->conn)) {
		*err = r->err;
		return -1;
	}
	if (db_run(db, "ROLLBACK TO request", NO_VALUES, err))
		return -1;
	return db_run(db, "RELEASE request", NO_VALUES, err);
}

/* Moves the oldest request into the group; false when there is none or the group is complete. */
static bool group_take(struct group *g, struct writer *w)
{
	struct request *r;
	bool is_complete =
		g->n == WRITER_GROUP_MAX || clock_monotonic_ns() - g->started_ns > WRITER_GROUP_MS * 1000000u;

	if (g->n > 0 && is_complete)
		return false;
	pthread_mutex_lock(&w->lock);
	r = w->head;
	if (r) {
		w->head = r->next;
		if (!w->head)
			w->tail = &w->head;
		g->items[g->n++] = r;
	}
	pthread_mutex_unlock(&w->lock);
	return r != NULL;
}

static int commit(struct writer *w, struct error *err)
{
	uint64_t start = clock_monotonic_ns();
	int rc = db_run(&w->db, "COMMIT", NO_VALUES, err);

	pthread_mutex_lock(&w->lock);
	histogram_add(&w->stats.commit_times, (double)(clock_monotonic_ns() - start) / 1e9);
	pthread_mutex_unlock(&w->lock);
	return rc;
}

static int run_group(struct group *g, struct writer *w, struct error *err)
{
	int rc = db_run(&w->db, "BEGIN IMMEDIATE", NO_VALUES, err);

	CRASH_POINT(group_begun);
	while (group_take(g, w))
		if (rc == 0)
			rc = run_request(&w->db, g->items[g->n - 1], err);
	CRASH_POINT(group_run);
	if (rc == 0)
		rc = commit(w, err);
	if (rc)
		roll_back(&w->db);
	CRASH_POINT(group_committed);
	return rc;
}

static void group_fail(struct group *g, const struct error *err)
{
	for (size_t i = 0; i < g->n; i++) {
		g->items[i]->result = -1;
		if (g->items[i]->err.code == ERR_NONE)
			g->items[i]->err = *err;
	}
}

static void group_run_after(struct group *g, struct db *db)
{
	for (size_t i = 0; i < g->n; i++) {
		struct request *r = g->items[i];
		if (r->result >= 0 && r->after && r->after(db, r->ctx, &r->err) < 0)
			log_event(LOG_WARN, "clean-up after a commit failed", "error", r->err.message, NULL);
	}
}

static void group_wake(struct group *g, struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->stats.n_groups++;
	w->stats.n_requests += g->n;
	if (g->n > w->stats.largest_group)
		w->stats.largest_group = g->n;
	for (size_t i = 0; i < g->n; i++) {
		struct request *r = g->items[i];
		if (r->done)
			continue;
		/* Once its caller sees this, the request is gone. */
		g->items[i] = NULL;
		r->is_done = true;
		pthread_cond_signal(&r->done_cond);
	}
	pthread_mutex_unlock(&w->lock);
	for (size_t i = 0; i < g->n; i++)
		if (g->items[i]) {
			g->items[i]->done(g->items[i]->ctx, g->items[i]->result, &g->items[i]->err);
			free(g->items[i]);
		}
}

static void tell_commit(struct writer *w)
{
	void (*committed)(void *ctx);
	void *ctx;

	pthread_mutex_lock(&w->lock);
	committed = w->committed;
	ctx = w->committed_ctx;
	pthread_mutex_unlock(&w->lock);
	if (committed)
		committed(ctx);
}

void writer_on_commit(struct writer *w, void (*cb)(void *ctx), void *ctx)
{
	pthread_mutex_lock(&w->lock);
	w->committed = cb;
	w->committed_ctx = ctx;
	pthread_mutex_unlock(&w->lock);
}

static void do_group(struct writer *w)
{
	struct group g = { .started_ns = clock_monotonic_ns() };
	struct error err = ERROR_INIT;

	if (run_group(&g, w, &err)) {
		group_fail(&g, &err);
		health_note(w->health, &err);
		log_event(LOG_ERROR, "a group of writes failed", "error", err.message, NULL);
	} else {
		group_run_after(&g, &w->db);
		CRASH_POINT(group_cleaned);
		tell_commit(w);
	}
	group_wake(&g, w);
}

/* Waits for work; false when there is none and none will come. */
static bool wait_for_work(struct writer *w)
{
	bool has_work;

	pthread_mutex_lock(&w->lock);
	while (!w->head && !w->stop)
		pthread_cond_wait(&w->work, &w->lock);
	has_work = w->head != NULL;
	pthread_mutex_unlock(&w->lock);
	return has_work;
}

static void *writer_main(void *arg)
{
	struct writer *w = arg;

	pthread_setname_np(pthread_self(), "db-writer");
	while (wait_for_work(w))
		do_group(w);
	return NULL;
}

struct writer *writer_new(const struct db *db, struct health *health, struct error *err)
{
	struct writer *w = calloc(1, sizeof *w);
	struct db taken = *db;
	int rc;

	if (!w) {
		db_close(&taken);
		error_set(err, ERR_NO_MEMORY, "starting the writer thread: out of memory");
		return NULL;
	}
	w->db = taken;
	w->health = health;
	w->tail = &w->head;
	w->stats.commit_times.bounds = commit_bounds;
	w->stats.commit_times.n_bounds = sizeof commit_bounds / sizeof commit_bounds[0];
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->work, NULL);
	rc = pthread_create(&w->thread, NULL, writer_main, w);
	if (rc == 0)
		return w;
	error_set_errno(err, rc, "starting the writer thread");
	db_close(&w->db);
	free(w);
	return NULL;
}

void writer_free(struct writer *w)
{
	pthread_mutex_lock(&w->lock);
	w->stop = true;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	db_close(&w->db);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

int writer_do(struct writer *w, writer_fn fn, writer_fn after, void *ctx, struct error *err)
{
	struct request r = { .fn = fn, .after = after, .ctx = ctx };

	pthread_cond_init(&r.done_cond, NULL);
	pthread_mutex_lock(&w->lock);
	*w->tail = &r;
	w->tail = &r.next;
	pthread_cond_signal(&w->work);
	while (!r.is_done)
		pthread_cond_wait(&r.done_cond, &w->lock);
	pthread_mutex_unlock(&w->lock);
	pthread_cond_destroy(&r.done_cond);
	if (r.result < 0 && err)
		*err = r.err;
	return r.result;
}

int writer_post(struct writer *w, writer_fn fn, writer_done_fn done, void *ctx, struct error *err)
{
	struct request *r = malloc(sizeof *r);

	if (!r)
		return error_set(err, ERR_NO_MEMORY, "no memory for a write");
	*r = (struct request){ .fn = fn, .done = done, .ctx = ctx };
	pthread_mutex_lock(&w->lock);
	*w->tail = r;
	w->tail = &r->next;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
	return 0;
}

struct statement {
	const char *sql;
	struct values values;
};

static int change(struct db *db, void *ctx, struct error *err)
{
	const struct statement *st = ctx;

	return db_change(db, st->sql, st->values, err);
}

int writer_change(struct writer *w, const char *sql, struct values values, struct error *err)
{
	struct statement st = { sql, values };

	return writer_do(w, change, NULL, &st, err);
}

int writer_run(struct writer *w, const char *sql, struct values values, struct error *err)
{
	return writer_change(w, sql, values, err) < 0 ? -1 : 0;
}

struct writer_stats writer_stats(struct writer *w)
{
	struct writer_stats stats;

	pthread_mutex_lock(&w->lock);
	stats = w->stats;
	pthread_mutex_unlock(&w->lock);
	return stats;
}
