#include <string.h>

#include "storage/internal.h"

static void copy_column(struct query *q, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);
	size_t n = text ? strnlen(text, size - 1) : 0;

	memcpy(out, text ? text : "", n);
	out[n] = '\0';
}

static void read_event(struct query *q, struct job_event *out)
{
	*out = (struct job_event){ .id = sqlite3_column_int64(q->stmt, 0),
				   .attempt = sqlite3_column_int(q->stmt, 4),
				   .at_ms = sqlite3_column_int64(q->stmt, 5) };
	copy_column(q, 1, out->job_id, sizeof out->job_id);
	copy_column(q, 2, out->key_id, sizeof out->key_id);
	copy_column(q, 3, out->state, sizeof out->state);
}

static int list(struct db *db, const struct event_filter *f, struct job_event *out, size_t max, struct error *err)
{
	static const char all[] = "SELECT id, job_id, key_id, state, attempt, at_ms FROM job_event"
				  " WHERE id > ?1 AND (?2 IS NULL OR key_id = ?2) ORDER BY id LIMIT ?3";
	static const char of_job[] =
		"SELECT id, job_id, key_id, state, attempt, at_ms FROM job_event"
		" WHERE id > ?1 AND (?2 IS NULL OR key_id = ?2) AND job_id = ?4 ORDER BY id LIMIT ?3";
	struct query q;
	int n = 0, rc;

	query_begin(&q, db, f->job_id ? of_job : all, err);
	query_int(&q, f->after_id);
	query_text(&q, f->key_id);
	query_int(&q, (int64_t)max);
	if (f->job_id)
		query_text(&q, f->job_id);
	while ((rc = query_step(&q)) == 1 && (size_t)n < max)
		read_event(&q, &out[n++]);
	query_end(&q);
	return rc < 0 ? -1 : n;
}

int storage_event_list(struct storage *s, const struct event_filter *f, struct job_event *out, size_t max,
		       struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int n;

	if (!db)
		return -1;
	n = list(db, f, out, max, err);
	readers_give(&s->readers, db);
	return n;
}

int storage_event_last_id(struct storage *s, int64_t *id, struct error *err)
{
	static const char sql[] = "SELECT coalesce(max(id), 0) FROM job_event";
	struct db *db = readers_take(&s->readers, err);
	int rc;

	if (!db)
		return -1;
	rc = db_read_int(db, sql, id, err);
	readers_give(&s->readers, db);
	return rc;
}

static int sweep(struct db *db, void *ctx, struct error *err)
{
	/* Numbers follow time, and the newest event stays so that an empty log does not look like a new one. */
	static const char sql[] = "DELETE FROM job_event WHERE id < (SELECT id FROM job_event WHERE at_ms >= ?"
				  " ORDER BY id LIMIT 1)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, *(const int64_t *)ctx);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_event_sweep(struct storage *s, int64_t before_ms, struct error *err)
{
	return writer_do(s->writer, sweep, NULL, &before_ms, err);
}

void storage_on_commit(struct storage *s, void (*cb)(void *ctx), void *ctx)
{
	writer_on_commit(s->writer, cb, ctx);
}
