/* What time brings: jobs that may run now, jobs that may not run any more, results that need not be kept any longer.
 *
 * Times that people named (run_at) are compared with the wall clock; what began as a duration (the pause before another
 * try, deadlines, how long a result is kept) with a clock that nobody sets, so that a clock put forward by a day expires
 * nothing. All of it is one write; each part walks an index that holds only what waits for it. */
#include <string.h>

#include "storage/internal.h"

enum {
	RESULTS_MAX = 64, /* per write; more of them are due at once again */
};
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define TOKEN_LIFE_MS DAY_MS
#define ROW_LIFE_MS (7 * DAY_MS) /* for 410 instead of 404 */

struct due {
	struct storage *storage;
	struct storage_now now;
	struct storage_due *out;
	uint8_t released[RESULTS_MAX][SHA256_BYTES]; /* contents that one job less names */
};

/* Binds the times that the statement asks for; rows changed or -1. */
static int run(struct db *db, const char *sql, int64_t first, int64_t second, struct error *err)
{
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, first);
	if (sqlite3_bind_parameter_count(q.stmt) > 1)
		query_int(&q, second);
	return query_run(&q);
}

/* Adds to *n. */
static int count(int n_changed, size_t *n)
{
	*n += n_changed > 0 ? (size_t)n_changed : 0;
	return n_changed < 0 ? -1 : 0;
}

static int expire_results(struct db *db, struct due *d, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET is_expired = 1 WHERE id IN (SELECT id FROM job INDEXED BY job_expiry WHERE "
		"expires_at_ms > 0"
		" AND is_expired = 0 AND expires_at_ms <= ?1 ORDER BY expires_at_ms LIMIT ?2) RETURNING content_hash";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_int(&q, d->now.steady_ms);
	query_int(&q, RESULTS_MAX);
	while ((rc = query_step(&q)) == 1) {
		const void *hash = sqlite3_column_blob(q.stmt, 0);
		if (hash && d->out->n_results < RESULTS_MAX)
			memcpy(d->released[d->out->n_results++], hash, SHA256_BYTES);
	}
	query_end(&q);
	return rc;
}

static int due(struct db *db, void *ctx, struct error *err)
{
	static const char promote[] = "UPDATE job INDEXED BY job_waiting SET state = 'queued'"
				      " WHERE state = 'scheduled' AND run_at_ms <= ?1 AND not_before_ms <= ?2";
	static const char expire[] =
		"UPDATE job INDEXED BY job_deadline SET state = 'expired', completed_at_ms = ?1,"
		" error_code = 'deadline_exceeded', error_message = 'the deadline passed before the job began',"
		" expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") " WHERE deadline_at_ms > 0 AND completed_at_ms = 0"
			      " AND deadline_at_ms <= ?2 AND state IN ('scheduled','queued')";
	static const char rows[] = "DELETE FROM job WHERE id IN (SELECT id FROM job INDEXED BY job_expired"
				   " WHERE is_expired = 1 AND expires_at_ms <= ?1 LIMIT 64)";
	static const char tokens[] = "DELETE FROM once WHERE created_at_ms <= ?1";
	struct due *d = ctx;
	struct storage_now now = d->now;

	*d->out = (struct storage_due){ .n_queued = 0 };
	if (count(run(db, expire, now.wall_ms, now.steady_ms, err), &d->out->n_expired) ||
	    count(run(db, promote, now.wall_ms, now.steady_ms, err), &d->out->n_queued) || expire_results(db, d, err) ||
	    run(db, rows, now.steady_ms - ROW_LIFE_MS, 0, err) < 0)
		return -1;
	return run(db, tokens, now.steady_ms - TOKEN_LIFE_MS, 0, err) < 0 ? -1 : 0;
}

static int release(struct db *db, void *ctx, struct error *err)
{
	const struct due *d = ctx;

	for (size_t i = 0; i < d->out->n_results; i++)
		if (artifact_release(d->storage, db, d->released[i], err))
			return -1;
	return 0;
}

int storage_job_due(struct storage *s, struct storage_now now, struct storage_due *out, struct error *err)
{
	struct due d = { .storage = s, .now = now, .out = out };

	return writer_do(s->writer, due, release, &d, err);
}

/* --- next ---------------------------------------------------------------------------------------------------- */

/* The smallest of the times after `now` that sql gives; *next is lowered to it. */
static int next_of(struct db *db, const char *sql, int64_t now, int64_t *next, struct error *err)
{
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_int(&q, now);
	rc = query_step(&q);
	if (rc == 1 && sqlite3_column_type(q.stmt, 0) != SQLITE_NULL && sqlite3_column_int64(q.stmt, 0) < *next)
		*next = sqlite3_column_int64(q.stmt, 0);
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

static int next_due(struct db *db, struct storage_now now, struct storage_now *next, struct error *err)
{
	static const char run_at[] = "SELECT min(run_at_ms) FROM job INDEXED BY job_waiting"
				     " WHERE state = 'scheduled' AND run_at_ms > ?";
	static const char pause[] = "SELECT min(not_before_ms) FROM job INDEXED BY job_pause"
				    " WHERE state = 'scheduled' AND not_before_ms > 0 AND not_before_ms > ?";
	static const char deadline[] =
		"SELECT min(deadline_at_ms) FROM job INDEXED BY job_deadline WHERE deadline_at_ms > 0"
		" AND completed_at_ms = 0 AND state IN ('scheduled','queued') AND deadline_at_ms > ?";
	static const char expiry[] = "SELECT min(expires_at_ms) FROM job INDEXED BY job_expiry"
				     " WHERE expires_at_ms > 0 AND is_expired = 0 AND expires_at_ms > ?";

	if (next_of(db, run_at, now.wall_ms, &next->wall_ms, err) ||
	    next_of(db, pause, now.steady_ms, &next->steady_ms, err) ||
	    next_of(db, deadline, now.steady_ms, &next->steady_ms, err))
		return -1;
	return next_of(db, expiry, now.steady_ms, &next->steady_ms, err);
}

int storage_job_next_due(struct storage *s, struct storage_now now, struct storage_now *next, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	*next = (struct storage_now){ INT64_MAX, INT64_MAX };
	if (!db)
		return -1;
	rc = next_due(db, now, next, err);
	readers_give(&s->readers, db);
	return rc;
}
