#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

#define DELIVERY_COLUMNS "id, job_id, key_id, event, status, url, traceparent, attempts, created_at_ms, next_at_ms"

void delivery_fini(struct delivery *d)
{
	free(d->url);
	*d = (struct delivery){ .id = 0 };
}

static void drop_deliveries(struct delivery *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		delivery_fini(&list[i]);
}

static int read_delivery(struct row *row, void *ctx)
{
	struct delivery *out = ctx;

	*out = (struct delivery){ .id = 0 };
	out->id = row_int(row);
	row_copy_text(row, out->job_id, sizeof out->job_id);
	row_copy_text(row, out->key_id, sizeof out->key_id);
	row_copy_text(row, out->event, sizeof out->event);
	row_copy_text(row, out->status, sizeof out->status);
	out->url = row_dup_text(row);
	row_copy_text(row, out->traceparent, sizeof out->traceparent);
	out->attempts = (int)row_int(row);
	out->created_at_ms = row_int(row);
	out->next_at_ms = row_int(row);
	return 0;
}

/* --- claim --- */

struct claim {
	int64_t now_ms, lease_ms;
	struct row_list found;
};

static int claim(struct db *db, void *ctx, struct error *err)
{
	static const char close_refused[] =
		"UPDATE webhook_delivery AS d SET status = 'disabled', next_at_ms = 0"
		" WHERE next_at_ms > 0 AND next_at_ms <= ? AND EXISTS"
		" (SELECT 1 FROM webhook_refusal AS r WHERE r.key_id = d.key_id AND r.url = d.url)";
	static const char take[] =
		"UPDATE webhook_delivery SET next_at_ms = ?1 WHERE id IN (SELECT id FROM webhook_delivery"
		"  WHERE next_at_ms > 0 AND next_at_ms <= ?2 ORDER BY next_at_ms LIMIT ?3) RETURNING " DELIVERY_COLUMNS;
	struct claim *c = ctx;
	struct value now = v_int(c->now_ms), until = v_int(c->now_ms + c->lease_ms);

	if (db_run(db, close_refused, VALUES(now), err))
		return -1;
	return db_each_row(db, take, VALUES(until, now, v_int((int64_t)c->found.n_max)), row_list_add, &c->found, err);
}

int storage_delivery_claim(struct storage *s, int64_t now_ms, int64_t lease_ms, struct delivery *out, size_t max,
			   struct error *err)
{
	struct claim c = { .now_ms = now_ms,
			   .lease_ms = lease_ms,
			   .found = { .read = read_delivery,
				      .item_size = sizeof *out,
				      .is_fixed = true,
				      .items = out,
				      .n_max = max } };
	int n = writer_do(s->writer, claim, NULL, &c, err);

	if (n < 0)
		drop_deliveries(out, c.found.n);
	return n;
}

int storage_delivery_next_at(struct storage *s, int64_t *at_ms, struct error *err)
{
	static const char sql[] = "SELECT coalesce(min(next_at_ms), 0) FROM webhook_delivery WHERE next_at_ms > 0";

	return readers_read_int(&s->readers, sql, NO_VALUES, at_ms, err);
}

/* --- outcome --- */

static int finish(struct db *db, void *ctx, struct error *err)
{
	static const char attempt[] =
		"INSERT INTO webhook_attempt (delivery_id, n, at_ms, duration_ms, http_status, error)"
		" SELECT ?1, coalesce(max(n), 0) + 1, ?2, ?3, ?4, ?5 FROM webhook_attempt WHERE delivery_id = ?1";
	static const char status[] =
		"UPDATE webhook_delivery SET status = ?, next_at_ms = ?, attempts = attempts + 1 WHERE id = ?";
	/* Progress comes often and is of no interest once it was told. */
	static const char forget_progress[] =
		"DELETE FROM webhook_delivery WHERE id = ? AND event = 'job.progress' AND next_at_ms = 0";
	static const char refuse_address[] = "INSERT OR IGNORE INTO webhook_refusal (key_id, url, at_ms)"
					     " SELECT key_id, url, ? FROM webhook_delivery WHERE id = ?";
	const struct delivery_outcome *o = ctx;
	const struct delivery_attempt *a = &o->attempt;
	struct value id = v_int(o->id), at = v_int(a->at_ms);
	struct values of_attempt =
		VALUES(id, at, v_int(a->duration_ms), v_int(a->http_status), v_text_or_null(a->error));

	if (db_run(db, attempt, of_attempt, err) ||
	    db_run(db, status, VALUES(v_text(o->status), v_int(o->next_at_ms), id), err) ||
	    db_run(db, forget_progress, VALUES(id), err))
		return -1;
	return strcmp(o->status, "disabled") == 0 ? db_run(db, refuse_address, VALUES(at, id), err) : 0;
}

int storage_delivery_finish(struct storage *s, const struct delivery_outcome *o, struct error *err)
{
	struct delivery_outcome copy = *o;

	return writer_do(s->writer, finish, NULL, &copy, err);
}

int storage_delivery_postpone(struct storage *s, int64_t id, int64_t next_at_ms, struct error *err)
{
	static const char sql[] = "UPDATE webhook_delivery SET next_at_ms = ? WHERE id = ? AND next_at_ms > 0";

	return writer_run(s->writer, sql, VALUES(v_int(next_at_ms), v_int(id)), err);
}

/* --- looking --- */

int storage_delivery_list(struct storage *s, const char *job_id, struct delivery **list, size_t *n, struct error *err)
{
	static const char sql[] =
		"SELECT " DELIVERY_COLUMNS " FROM webhook_delivery WHERE job_id = ? ORDER BY id LIMIT 200";
	struct row_list found = { .read = read_delivery, .item_size = sizeof **list };

	if (readers_each_row(&s->readers, sql, VALUES(v_text(job_id)), row_list_add, &found, err) < 0) {
		drop_deliveries(found.items, found.n);
		free(found.items);
		return -1;
	}
	*list = found.items;
	*n = found.n;
	return 0;
}

static int read_attempt(struct row *row, void *ctx)
{
	struct delivery_attempt *out = ctx;

	out->n = (int)row_int(row);
	out->at_ms = row_int(row);
	out->duration_ms = row_int(row);
	out->http_status = (int)row_int(row);
	row_copy_text(row, out->error, sizeof out->error);
	return 0;
}

int storage_delivery_attempts(struct storage *s, int64_t id, struct delivery_attempt *out, size_t max,
			      struct error *err)
{
	static const char sql[] = "SELECT n, at_ms, duration_ms, http_status, error FROM webhook_attempt"
				  " WHERE delivery_id = ? ORDER BY n DESC LIMIT ?";
	struct row_list list = {
		.read = read_attempt, .item_size = sizeof *out, .is_fixed = true, .items = out, .n_max = max
	};

	return readers_each_row(&s->readers, sql, VALUES(v_int(id), v_int((int64_t)max)), row_list_add, &list, err);
}

/* --- again, progress, sweep --- */

struct job_at {
	const char *job_id;
	int64_t at_ms;
};

static int redeliver(struct db *db, void *ctx, struct error *err)
{
	static const char accept_addresses[] = "DELETE FROM webhook_refusal WHERE (key_id, url) IN"
					       " (SELECT key_id, url FROM webhook_delivery WHERE job_id = ?)";
	static const char again[] = "UPDATE webhook_delivery SET status = 'pending', attempts = 0, next_at_ms = ?"
				    " WHERE job_id = ? AND next_at_ms = 0 AND event <> 'job.progress'";
	static const char has_any[] = "SELECT EXISTS (SELECT 1 FROM webhook_delivery WHERE job_id = ?)";
	const struct job_at *j = ctx;
	struct value id = v_text(j->job_id);
	int n;

	if (db_run(db, accept_addresses, VALUES(id), err))
		return -1;
	n = db_change(db, again, VALUES(v_int(j->at_ms), id), err);
	if (n == 0)
		n = db_test(db, has_any, VALUES(id), err);
	return db_expect_row(n, ERR_NOT_FOUND, "no webhook was told of anything", err);
}

int storage_delivery_redeliver(struct storage *s, const char *job_id, int64_t now_ms, struct error *err)
{
	struct job_at j = { job_id, now_ms };

	return writer_do(s->writer, redeliver, NULL, &j, err);
}

int storage_delivery_progress(struct storage *s, const char *job_id, int64_t now_ms, struct error *err)
{
	static const char is_wanted[] = "SELECT EXISTS (SELECT 1 FROM job_origin WHERE job_id = ?"
					" AND webhook_url IS NOT NULL AND webhook_events & ?)";
	static const char insert[] =
		"INSERT INTO webhook_delivery (job_id, key_id, url, event, traceparent, created_at_ms, next_at_ms)"
		" SELECT id, key_id, webhook_url, 'job.progress', traceparent, ?2, ?2 FROM job JOIN job_origin"
		"   ON job_id = id WHERE id = ?1 AND state = 'running' AND NOT EXISTS (SELECT 1 FROM webhook_delivery "
		"AS d"
		"   WHERE d.job_id = ?1 AND d.event = 'job.progress' AND d.next_at_ms > 0)";
	struct value id = v_text(job_id);
	int64_t wanted;

	if (readers_read_int(&s->readers, is_wanted, VALUES(id, v_int(WEBHOOK_PROGRESS)), &wanted, err))
		return -1;
	return wanted ? writer_change(s->writer, insert, VALUES(id, v_int(now_ms)), err) : 0;
}

int storage_delivery_sweep(struct storage *s, int64_t before_ms, struct error *err)
{
	static const char sql[] = "DELETE FROM webhook_delivery WHERE next_at_ms = 0 AND created_at_ms < ?";

	return writer_run(s->writer, sql, VALUES(v_int(before_ms)), err);
}

/* --- secrets --- */

static const char insert_secret[] = "INSERT OR IGNORE INTO webhook_secret (key_id, secret) VALUES (?,?)";

static int read_secrets(struct row *row, void *ctx)
{
	struct webhook_secrets *out = ctx;

	if (!row_copy_blob(row, out->now, WEBHOOK_SECRET_BYTES))
		return error_set(row->err, ERR_CORRUPT, "a webhook secret has the wrong length");
	out->has_old = row_copy_blob(row, out->old, WEBHOOK_SECRET_BYTES);
	out->old_until_ms = row_int(row);
	return 0;
}

int storage_webhook_secrets(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			    struct webhook_secrets *out, struct error *err)
{
	static const char sql[] = "SELECT secret, old_secret, old_until_ms FROM webhook_secret WHERE key_id = ?";
	struct values id = VALUES(v_text(key_id));
	int n = readers_each_row(&s->readers, sql, id, read_secrets, out, err);

	if (n == 0 &&
	    writer_run(s->writer, insert_secret, VALUES(v_text(key_id), v_blob(fresh, WEBHOOK_SECRET_BYTES)), err) == 0)
		n = readers_each_row(&s->readers, sql, id, read_secrets, out, err);
	return n == 1 ? 0 : -1;
}

struct rotation {
	const char *key_id;
	const uint8_t *fresh;
	int64_t old_until_ms;
};

static int rotate_secret(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"UPDATE webhook_secret SET old_secret = secret, old_until_ms = ?, secret = ? WHERE key_id = ?";
	const struct rotation *r = ctx;
	struct value key_id = v_text(r->key_id), fresh = v_blob(r->fresh, WEBHOOK_SECRET_BYTES);

	if (db_run(db, insert_secret, VALUES(key_id, fresh), err))
		return -1;
	return db_run(db, sql, VALUES(v_int(r->old_until_ms), fresh, key_id), err);
}

int storage_webhook_rotate(struct storage *s, const char *key_id, const uint8_t fresh[WEBHOOK_SECRET_BYTES],
			   int64_t old_until_ms, struct error *err)
{
	struct rotation r = { key_id, fresh, old_until_ms };

	return writer_do(s->writer, rotate_secret, NULL, &r, err);
}
