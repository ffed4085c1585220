/* What time brings: jobs that may run now, jobs that may not run any more, results that need not be kept any longer.
 *
 * Times that people named (run_at) are compared with the wall clock; what began as a duration (the pause before another
 * try, deadlines, how long a result is kept) with a clock that nobody sets, so that a clock put forward by a day expires
 * nothing. All of it is one write; each part walks an index that holds only what waits for it. */
#include "storage/internal.h"

enum {
	RESULTS_MAX = 64, /* per write; more of them are due at once again */
};
#define TOKEN_LIFE_MS DAY_MS
#define ROW_LIFE_MS (7 * DAY_MS) /* for 410 instead of 404 */

struct due {
	struct storage *storage;
	struct storage_now now;
	struct storage_due *out;
	uint8_t released[RESULTS_MAX][SHA256_BYTES]; /* contents that one job less names */
};

/* Adds to *n. */
static int count(int n_changed, size_t *n)
{
	*n += n_changed > 0 ? (size_t)n_changed : 0;
	return n_changed < 0 ? -1 : 0;
}

static int note_released(struct row *row, void *ctx)
{
	struct due *d = ctx;

	if (row_copy_blob(row, d->released[d->out->n_results], SHA256_BYTES))
		d->out->n_results++;
	return d->out->n_results == RESULTS_MAX;
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
	static const char results[] =
		"UPDATE job SET is_expired = 1 WHERE id IN (SELECT id FROM job INDEXED BY job_expiry"
		" WHERE expires_at_ms > 0 AND is_expired = 0 AND expires_at_ms <= ?1 AND is_pinned = 0"
		" ORDER BY expires_at_ms LIMIT ?2)"
		" RETURNING content_hash";
	static const char rows[] = "DELETE FROM job WHERE id IN (SELECT id FROM job INDEXED BY job_expired"
				   " WHERE is_expired = 1 AND expires_at_ms <= ?1 LIMIT 64)";
	static const char batches[] =
		"DELETE FROM batch WHERE id IN (SELECT id FROM batch AS b WHERE state <> 'reading'"
		" AND created_at_ms <= ?1"
		" AND NOT EXISTS (SELECT 1 FROM job WHERE batch_id = b.id) LIMIT 64)";
	static const char tokens[] = "DELETE FROM once WHERE created_at_ms <= ?1";
	struct due *d = ctx;
	struct value wall = v_int(d->now.wall_ms), steady = v_int(d->now.steady_ms);

	*d->out = (struct storage_due){ .n_queued = 0 };
	if (count(db_change(db, expire, VALUES(wall, steady), err), &d->out->n_expired) ||
	    count(db_change(db, promote, VALUES(wall, steady), err), &d->out->n_queued) ||
	    db_each_row(db, results, VALUES(steady, v_int(RESULTS_MAX)), note_released, d, err) < 0 ||
	    db_run(db, rows, VALUES(v_int(d->now.steady_ms - ROW_LIFE_MS)), err) ||
	    db_run(db, batches, VALUES(v_int(d->now.steady_ms - ROW_LIFE_MS)), err))
		return -1;
	return db_run(db, tokens, VALUES(v_int(d->now.steady_ms - TOKEN_LIFE_MS)), err);
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

static int lower(struct row *row, void *ctx)
{
	int64_t *next = ctx;
	int64_t at_ms = row_int_or(row, INT64_MAX); /* min() of nothing is NULL */

	if (at_ms < *next)
		*next = at_ms;
	return 0;
}

struct next_due {
	struct storage_now now, *next;
};

static int next_due(struct db *db, void *ctx, struct error *err)
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
	const struct next_due *d = ctx;
	struct values wall = VALUES(v_int(d->now.wall_ms)), steady = VALUES(v_int(d->now.steady_ms));

	if (db_each_row(db, run_at, wall, lower, &d->next->wall_ms, err) < 0 ||
	    db_each_row(db, pause, steady, lower, &d->next->steady_ms, err) < 0 ||
	    db_each_row(db, deadline, steady, lower, &d->next->steady_ms, err) < 0 ||
	    db_each_row(db, expiry, steady, lower, &d->next->steady_ms, err) < 0)
		return -1;
	return 0;
}

int storage_job_next_due(struct storage *s, struct storage_now now, struct storage_now *next, struct error *err)
{
	struct next_due d = { now, next };

	*next = (struct storage_now){ INT64_MAX, INT64_MAX };
	return readers_do(&s->readers, next_due, &d, err);
}
