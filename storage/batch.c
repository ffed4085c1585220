/* Batches: jobs that were submitted together, and the lines of the submission that made no job. */
#include <stdio.h>
#include <string.h>

#include "storage/internal.h"

/* --- writing --- */

static int create(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "INSERT INTO batch (id, key_id, state, created_at_ms) VALUES (?,?,'reading',?)";
	const struct batch *b = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, b->id);
	query_text(&q, b->key_id);
	query_int(&q, b->created_at_ms);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_batch_create(struct storage *s, struct batch *b, struct error *err)
{
	return writer_do(s->writer, create, NULL, b, err);
}

struct lines {
	struct storage *storage;
	const char *batch_id;
	struct batch_line *items;
	size_t n;
};

static int insert_error(struct db *db, const struct lines *l, const struct batch_line *line, struct error *err)
{
	static const char sql[] = "INSERT INTO batch_error (batch_id, line, custom_id, problem) VALUES (?,?,?,?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, l->batch_id);
	query_int(&q, (int64_t)line->number);
	query_text(&q, line->custom_id && line->custom_id[0] ? line->custom_id : NULL);
	query_text(&q, line->problem);
	return query_run(&q) < 0 ? -1 : 0;
}

static int run_sql(struct db *db, const char *sql, struct error *err)
{
	struct query q;

	query_begin(&q, db, sql, err);
	return query_run(&q) < 0 ? -1 : 0;
}

/* A job that its key's limits or a used custom_id refuse is undone alone. -1: the whole write is lost. */
static int insert_job(struct db *db, const struct lines *l, struct batch_line *line, struct error *err)
{
	static const char begin[] = "SAVEPOINT line", undo[] = "ROLLBACK TO line", end[] = "RELEASE line";

	if (run_sql(db, begin, err))
		return -1;
	if (job_insert(l->storage, db, line->job, &line->err)) {
		if (line->err.code != ERR_QUOTA && line->err.code != ERR_CONFLICT && line->err.code != ERR_NOT_FOUND) {
			*err = line->err;
			return -1;
		}
		if (run_sql(db, undo, err))
			return -1;
	}
	return run_sql(db, end, err);
}

static int add(struct db *db, void *ctx, struct error *err)
{
	struct lines *l = ctx;

	for (size_t i = 0; i < l->n; i++) {
		struct batch_line *line = &l->items[i];
		line->err = ERROR_INIT;
		if (line->job ? insert_job(db, l, line, err) : insert_error(db, l, line, err))
			return -1;
	}
	return 0;
}

int storage_batch_add(struct storage *s, const char *id, struct batch_line *lines, size_t n, struct error *err)
{
	struct lines l = { .storage = s, .batch_id = id, .items = lines, .n = n };

	return writer_do(s->writer, add, NULL, &l, err);
}

struct change {
	const char *id, *state;
	int64_t now_ms;
};

static int set_state(struct db *db, const struct change *c, struct error *err)
{
	static const char sql[] = "UPDATE batch SET state = ? WHERE id = ?";
	struct query q;
	int n;

	query_begin(&q, db, sql, err);
	query_text(&q, c->state);
	query_text(&q, c->id);
	n = query_run(&q);
	return n == 0 ? error_set(err, ERR_NOT_FOUND, "no batch has this id") : n < 0 ? -1 : 0;
}

static int finish(struct db *db, void *ctx, struct error *err)
{
	return set_state(db, ctx, err);
}

int storage_batch_finish(struct storage *s, const char *id, struct error *err)
{
	struct change c = { .id = id, .state = "open" };

	return writer_do(s->writer, finish, NULL, &c, err);
}

static int cancel(struct db *db, void *ctx, struct error *err)
{
	static const char waiting[] =
		"UPDATE job SET state = 'canceled', completed_at_ms = ?1, error_code = 'canceled',"
		" error_message = 'canceled with its batch', expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") " WHERE batch_id = ?2 AND state IN ('scheduled','queued')";
	static const char held[] = "UPDATE job SET cancel_requested = 1"
				   " WHERE batch_id = ? AND state IN ('running','finalizing')";
	const struct change *c = ctx;
	struct query q;

	if (set_state(db, c, err))
		return -1;
	query_begin(&q, db, waiting, err);
	query_int(&q, c->now_ms);
	query_text(&q, c->id);
	if (query_run(&q) < 0)
		return -1;
	query_begin(&q, db, held, err);
	query_text(&q, c->id);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_batch_cancel(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	struct change c = { .id = id, .state = "canceling", .now_ms = now_ms };

	return writer_do(s->writer, cancel, NULL, &c, err);
}

/* A batch whose submission was cut off by the end of a process is complete with what was read. */
int batch_recover(struct db *db, struct error *err)
{
	return db_exec(db, "UPDATE batch SET state = 'open' WHERE state = 'reading'", err);
}

/* --- reading --- */

static int count_jobs(struct db *db, struct batch *out, struct error *err)
{
	static const char sql[] = "SELECT state, count(*), max(completed_at_ms), total(bytes) FROM job"
				  " INDEXED BY job_batch WHERE batch_id = ? GROUP BY state";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, out->id);
	while ((rc = query_step(&q)) == 1) {
		int state = job_state_find((const char *)sqlite3_column_text(q.stmt, 0));
		int64_t at_ms = sqlite3_column_int64(q.stmt, 2);
		if (state >= 0)
			out->counts[state] = (uint64_t)sqlite3_column_int64(q.stmt, 1);
		if (at_ms > out->last_end_ms)
			out->last_end_ms = at_ms;
	}
	query_end(&q);
	return rc;
}

static int read_batch(struct db *db, const char *id, struct batch *out, struct error *err)
{
	static const char sql[] = "SELECT key_id, state, created_at_ms,"
				  " (SELECT count(*) FROM batch_error WHERE batch_id = id) FROM batch WHERE id = ?";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, id);
	rc = query_step(&q);
	if (rc == 1) {
		const char *state = (const char *)sqlite3_column_text(q.stmt, 1);
		snprintf(out->id, sizeof out->id, "%s", id);
		snprintf(out->key_id, sizeof out->key_id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		out->is_reading = strcmp(state, "reading") == 0;
		out->is_canceled = strcmp(state, "canceling") == 0;
		out->created_at_ms = sqlite3_column_int64(q.stmt, 2);
		out->n_invalid = (uint64_t)sqlite3_column_int64(q.stmt, 3);
	}
	query_end(&q);
	return rc;
}

int storage_batch_get(struct storage *s, const char *id, struct batch *out, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	*out = (struct batch){ .id = "" };
	if (!db)
		return -1;
	rc = read_batch(db, id, out, err);
	if (rc == 0)
		error_set(err, ERR_NOT_FOUND, "no batch has this id");
	if (rc == 1 && count_jobs(db, out, err) == 0)
		rc = 2;
	readers_give(&s->readers, db);
	return rc == 2 ? 0 : -1;
}

int storage_batch_each_error(struct storage *s, const char *id, uint64_t after_line, batch_error_fn fn, void *ctx,
			     uint64_t *last_line, struct error *err)
{
	static const char sql[] = "SELECT line, custom_id, problem FROM batch_error WHERE batch_id = ? AND line > ?"
				  " ORDER BY line LIMIT 100";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	*last_line = 0;
	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, id);
	query_int(&q, (int64_t)after_line);
	while ((rc = query_step(&q)) == 1) {
		*last_line = (uint64_t)sqlite3_column_int64(q.stmt, 0);
		fn(ctx, *last_line, (const char *)sqlite3_column_text(q.stmt, 1),
		   (const char *)sqlite3_column_text(q.stmt, 2));
	}
	query_end(&q);
	readers_give(&s->readers, db);
	return rc;
}
