#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

enum { LIST_MAX = 200 };

#define DELIVERY_COLUMNS "id, job_id, key_id, event, status, url, traceparent, attempts, created_at_ms, next_at_ms"

void delivery_fini(struct delivery *d)
{
	free(d->url);
	*d = (struct delivery){ .id = 0 };
}

static void copy_column(struct query *q, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);
	size_t n = text ? strnlen(text, size - 1) : 0;

	memcpy(out, text ? text : "", n);
	out[n] = '\0';
}

static int read_delivery(struct query *q, struct delivery *out, struct error *err)
{
	*out = (struct delivery){ .id = sqlite3_column_int64(q->stmt, 0),
				  .attempts = sqlite3_column_int(q->stmt, 7),
				  .created_at_ms = sqlite3_column_int64(q->stmt, 8),
				  .next_at_ms = sqlite3_column_int64(q->stmt, 9) };
	copy_column(q, 1, out->job_id, sizeof out->job_id);
	copy_column(q, 2, out->key_id, sizeof out->key_id);
	copy_column(q, 3, out->event, sizeof out->event);
	copy_column(q, 4, out->status, sizeof out->status);
	copy_column(q, 6, out->traceparent, sizeof out->traceparent);
	out->url = strdup((const char *)sqlite3_column_text(q->stmt, 5));
	return out->url ? 0 : error_set(err, ERR_NO_MEMORY, "reading a delivery: out of memory");
}

/* Reads rows until the end or max; on failure none is left. */
static int read_deliveries(struct query *q, struct delivery *out, size_t max, struct error *err)
{
	size_t n = 0;
	int rc;

	while ((rc = query_step(q)) == 1 && n < max) {
		rc = read_delivery(q, &out[n++], err);
		if (rc < 0)
			break;
	}
	query_end(q);
	if (rc >= 0)
		return (int)n;
	while (n > 0)
		delivery_fini(&out[--n]);
	return -1;
}

/* --- claim --- */

struct delivery_claim {
	int64_t now_ms, lease_ms;
	struct delivery *out;
	size_t max;
};

static int close_refused(struct db *db, int64_t now_ms, struct error *err)
{
	static const char sql[] = "UPDATE webhook_delivery AS d SET status = 'disabled', next_at_ms = 0"
				  " WHERE next_at_ms > 0 AND next_at_ms <= ? AND EXISTS"
				  " (SELECT 1 FROM webhook_refusal AS r WHERE r.key_id = d.key_id AND r.url = d.url)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, now_ms);
	return query_run(&q) < 0 ? -1 : 0;
}

static int claim(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"UPDATE webhook_delivery SET next_at_ms = ?1 WHERE id IN (SELECT id FROM webhook_delivery"
		"  WHERE next_at_ms > 0 AND next_at_ms <= ?2 ORDER BY next_at_ms LIMIT ?3) RETURNING " DELIVERY_COLUMNS;
	struct delivery_claim *c = ctx;
	struct query q;

	if (close_refused(db, c->now_ms, err))
		return -1;
	query_begin(&q, db, sql, err);
	query_int(&q, c->now_ms + c->lease_ms);
	query_int(&q, c->now_ms);
	query_int(&q, (int64_t)c->max);
	return read_deliveries(&q, c->out, c->max, err);
}

int storage_delivery_claim(struct storage *s, int64_t now_ms, int64_t lease_ms, struct delivery *out, size_t max,
			   struct error *err)
{
	struct delivery_claim c = { now_ms, lease_ms, out, max };

	return writer_do(s->writer, claim, NULL, &c, err);
}

int storage_delivery_next_at(struct storage *s, int64_t *at_ms, struct error *err)
{
	static const char sql[] = "SELECT coalesce(min(next_at_ms), 0) FROM webhook_delivery WHERE next_at_ms > 0";
	struct db *db = readers_take(&s->readers, err);
	int rc;

	if (!db)
		return -1;
	rc = db_read_int(db, sql, at_ms, err);
	readers_give(&s->readers, db);
	return rc;
}

/* --- outcome --- */

static int insert_attempt(struct db *db, const struct delivery_outcome *o, struct error *err)
{
	static const char sql[] =
		"INSERT INTO webhook_attempt (delivery_id, n, at_ms, duration_ms, http_status, error)"
		" SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5 FROM webhook_attempt WHERE delivery_id = ?1";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, o->id);
	query_int(&q, o->attempt.at_ms);
	query_int(&q, o->attempt.duration_ms);
	query_int(&q, o->attempt.http_status);
	query_text(&q, o->attempt.error[0] ? o->attempt.error : NULL);
	return query_run(&q) < 0 ? -1 : 0;
}

static int update_delivery(struct db *db, const struct delivery_outcome *o, struct error *err)
{
	static const char sql[] =
		"UPDATE webhook_delivery SET status = ?, next_at_ms = ?, attempts = attempts + 1 WHERE id = ?";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, o->status);
	query_int(&q, o->next_at_ms);
	query_int(&q, o->id);
	return query_run(&q) < 0 ? -1 : 0;
}

static int refuse_address(struct db *db, const struct delivery_outcome *o, struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO webhook_refusal (key_id, url, at_ms)"
				  " SELECT key_id, url, ? FROM webhook_delivery WHERE id = ?";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, o->attempt.at_ms);
	query_int(&q, o->id);
	return query_run(&q) < 0 ? -1 : 0;
}

/* Progress comes often and is of no interest once it was told. */
static int forget_progress(struct db *db, int64_t id, struct error *err)
{
	static const char sql[] =
		"DELETE FROM webhook_delivery WHERE id = ? AND event = 'job.progress' AND next_at_ms = 0";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, id);
	return query_run(&q) < 0 ? -1 : 0;
}

static int finish_delivery(struct db *db, void *ctx, struct error *err)
{
	const struct delivery_outcome *o = ctx;

	if (insert_attempt(db, o, err) || update_delivery(db, o, err) || forget_progress(db, o->id, err))
		return -1;
	return strcmp(o->status, "disabled") == 0 ? refuse_address(db, o, err) : 0;
}

int storage_delivery_finish(struct storage *s, const struct delivery_outcome *o, struct error *err)
{
	struct delivery_outcome copy = *o;

	return writer_do(s->writer, finish_delivery, NULL, &copy, err);
}

static int postpone(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE webhook_delivery SET next_at_ms = ? WHERE id = ? AND next_at_ms > 0";
	const struct delivery_outcome *o = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, o->next_at_ms);
	query_int(&q, o->id);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_delivery_postpone(struct storage *s, int64_t id, int64_t next_at_ms, struct error *err)
{
	struct delivery_outcome o = { .id = id, .next_at_ms = next_at_ms };

	return writer_do(s->writer, postpone, NULL, &o, err);
}

/* --- looking --- */

int storage_delivery_list(struct storage *s, const char *job_id, struct delivery **list, size_t *n, struct error *err)
{
	static const char sql[] =
		"SELECT " DELIVERY_COLUMNS " FROM webhook_delivery WHERE job_id = ? ORDER BY id LIMIT ?";
	struct delivery *found = calloc(LIST_MAX, sizeof *found);
	struct db *db = found ? readers_take(&s->readers, err) : NULL;
	struct query q;
	int rc;

	if (!db) {
		free(found);
		return found ? -1 : error_set(err, ERR_NO_MEMORY, "listing deliveries: out of memory");
	}
	query_begin(&q, db, sql, err);
	query_text(&q, job_id);
	query_int(&q, LIST_MAX);
	rc = read_deliveries(&q, found, LIST_MAX, err);
	readers_give(&s->readers, db);
	if (rc < 0) {
		free(found);
		return -1;
	}
	*list = found;
	*n = (size_t)rc;
	return 0;
}

int storage_delivery_attempts(struct storage *s, int64_t id, struct delivery_attempt *out, size_t max,
			      struct error *err)
{
	static const char sql[] = "SELECT n, at_ms, duration_ms, http_status, error FROM webhook_attempt"
				  " WHERE delivery_id = ? ORDER BY n DESC LIMIT ?";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int n = 0, rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_int(&q, id);
	query_int(&q, (int64_t)max);
	while ((rc = query_step(&q)) == 1 && (size_t)n < max) {
		struct delivery_attempt *a = &out[n++];
		*a = (struct delivery_attempt){ .n = sqlite3_column_int(q.stmt, 0),
						.at_ms = sqlite3_column_int64(q.stmt, 1),
						.duration_ms = sqlite3_column_int64(q.stmt, 2),
						.http_status = sqlite3_column_int(q.stmt, 3) };
		copy_column(&q, 4, a->error, sizeof a->error);
	}
	query_end(&q);
	readers_give(&s->readers, db);
	return rc < 0 ? -1 : n;
}

/* --- again, progress, sweep --- */

struct job_at {
	const char *job_id;
	int64_t at_ms;
};

static int accept_address(struct db *db, const struct job_at *j, struct error *err)
{
	static const char sql[] = "DELETE FROM webhook_refusal WHERE (key_id, url) IN"
				  " (SELECT key_id, url FROM webhook_delivery WHERE job_id = ?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, j->job_id);
	return query_run(&q) < 0 ? -1 : 0;
}

static int has_deliveries(struct db *db, const char *job_id, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM webhook_delivery WHERE job_id = ? LIMIT 1";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, job_id);
	rc = query_step(&q);
	query_end(&q);
	return rc;
}

static int redeliver(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_at_ms = ?"
				  " WHERE job_id = ? AND next_at_ms = 0 AND event <> 'job.progress'";
	const struct job_at *j = ctx;
	struct query q;
	int n;

	if (accept_address(db, j, err))
		return -1;
	query_begin(&q, db, sql, err);
	query_int(&q, j->at_ms);
	query_text(&q, j->job_id);
	n = query_run(&q);
	if (n == 0)
		n = has_deliveries(db, j->job_id, err);
	if (n == 0)
		return error_set(err, ERR_NOT_FOUND, "the job's webhook was never told of anything");
	return n < 0 ? -1 : 0;
}

int storage_delivery_redeliver(struct storage *s, const char *job_id, int64_t now_ms, struct error *err)
{
	struct job_at j = { job_id, now_ms };

	return writer_do(s->writer, redeliver, NULL, &j, err);
}

static int insert_progress(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"INSERT INTO webhook_delivery (job_id, key_id, url, event, traceparent, created_at_ms, next_at_ms)"
		" SELECT id, key_id, webhook_url, 'job.progress', traceparent, ?2, ?2 FROM job JOIN job_origin ON "
		"job_id = id"
		" WHERE id = ?1 AND state = 'running' AND NOT EXISTS (SELECT 1 FROM webhook_delivery AS d"
		"   WHERE d.job_id = ?1 AND d.event = 'job.progress' AND d.next_at_ms > 0)";
	const struct job_at *j = ctx;
	struct query q;
	int n_changed;

	query_begin(&q, db, sql, err);
	query_text(&q, j->job_id);
	query_int(&q, j->at_ms);
	n_changed = query_run(&q);
	return n_changed < 0 ? -1 : n_changed > 0;
}

/* Does the webhook of the job want to hear of progress? */
static int wants_progress(struct storage *s, const char *job_id, struct error *err)
{
	static const char sql[] =
		"SELECT webhook_url IS NOT NULL AND webhook_events & 2 FROM job_origin WHERE job_id = ?";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, job_id);
	rc = query_step(&q);
	if (rc == 1)
		rc = sqlite3_column_int(q.stmt, 0) != 0;
	query_end(&q);
	readers_give(&s->readers, db);
	return rc;
}

int storage_delivery_progress(struct storage *s, const char *job_id, int64_t now_ms, struct error *err)
{
	struct job_at j = { job_id, now_ms };
	int wants = wants_progress(s, job_id, err);

	return wants == 1 ? writer_do(s->writer, insert_progress, NULL, &j, err) : wants;
}

static int sweep(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "DELETE FROM webhook_delivery WHERE next_at_ms = 0 AND created_at_ms < ?";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, *(const int64_t *)ctx);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_delivery_sweep(struct storage *s, int64_t before_ms, struct error *err)
{
	return writer_do(s->writer, sweep, NULL, &before_ms, err);
}

/* --- secrets --- */

struct secret_change {
	const char *key_id;
	const uint8_t *fresh;
	int64_t old_until_ms;
};

static int insert_secret(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO webhook_secret (key_id, secret) VALUES (?,?)";
	const struct secret_change *c = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, c->key_id);
	query_blob(&q, c->fresh, WEBHOOK_SECRET_BYTES);
	return query_run(&q) < 0 ? -1 : 0;
}

static int rotate_secret(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"UPDATE webhook_secret SET old_secret = secret, old_until_ms = ?, secret = ? WHERE key_id = ?";
	const struct secret_change *c = ctx;
	struct query q;

	if (insert_secret(db, ctx, err))
		return -1;
	query_begin(&q, db, sql, err);
	query_int(&q, c->old_until_ms);
	query_blob(&q, c->fresh, WEBHOOK_SECRET_BYTES);
	query_text(&q, c->key_id);
	return query_run(&q) < 0 ? -1 : 0;
}

static bool copy_secret(struct query *q, int column, uint8_t out[WEBHOOK_SECRET_BYTES])
{
	const void *bytes = sqlite3_column_blob(q->stmt, column);

	if (!bytes || sqlite3_column_bytes(q->stmt, column) != WEBHOOK_SECRET_BYTES)
		return false;
	memcpy(out, bytes, WEBHOOK_SECRET_BYTES);
	return true;
}

/* 1, 0 when there is none, -1. */
static int read_secrets(struct storage *s, const char *key_id, struct webhook_secrets *out, struct error *err)
{
	static const char sql[] = "SELECT secret, old_secret, old_until_ms FROM webhook_secret WHERE key_id = ?";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, key_id);
	rc = query_step(&q);
	if (rc == 1 && !copy_secret(&q, 0, out->now))
		rc = error_set(err, ERR_CORRUPT, "a webhook secret has the wrong length");
	if (rc == 1) {
		out->has_old = copy_secret(&q, 1, out->old);
		out->old_until_ms = sqlite3_column_int64(q.stmt, 2);
	}
	query_end(&q);
	readers_give(&s->readers, db);
	return rc;
}

int storage_webhook_secrets(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			    struct webhook_secrets *out, struct error *err)
{
	struct secret_change c = { .key_id = key_id, .fresh = fresh };
	int rc = read_secrets(s, key_id, out, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (writer_do(s->writer, insert_secret, NULL, &c, err) < 0)
		return -1;
	return read_secrets(s, key_id, out, err) == 1 ? 0 : -1;
}

int storage_webhook_rotate(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			   int64_t old_until_ms, struct error *err)
{
	struct secret_change c = { key_id, fresh, old_until_ms };

	return writer_do(s->writer, rotate_secret, NULL, &c, err);
}
