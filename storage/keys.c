/* Rows of API keys. */
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

#define KEY_COLUMNS                                                                                                    \
	"id, name, secret_hash, old_hash, old_until_ms, scopes, created_at_ms, expires_at_ms, revoked_at_ms,"          \
	" last_used_at_ms, jobs_per_minute, max_queued, max_running, audio_s_per_day, max_bytes"

enum { DAY_MS = 86400000 };

static void copy_text(sqlite3_stmt *stmt, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(stmt, column);
	size_t n = text ? strnlen(text, size - 1) : 0;

	memcpy(out, text ? text : "", n);
	out[n] = '\0';
}

static bool copy_hash(sqlite3_stmt *stmt, int column, uint8_t out[SHA256_BYTES])
{
	const void *bytes = sqlite3_column_blob(stmt, column);

	if (!bytes || sqlite3_column_bytes(stmt, column) != SHA256_BYTES)
		return false;
	memcpy(out, bytes, SHA256_BYTES);
	return true;
}

static void read_key(struct query *q, struct api_key *out)
{
	*out = (struct api_key){ .id = "" };
	copy_text(q->stmt, 0, out->id, sizeof out->id);
	copy_text(q->stmt, 1, out->name, sizeof out->name);
	copy_hash(q->stmt, 2, out->secret_hash);
	out->has_old = copy_hash(q->stmt, 3, out->old_hash);
	out->old_until_ms = sqlite3_column_int64(q->stmt, 4);
	out->scopes = (unsigned)sqlite3_column_int(q->stmt, 5);
	out->created_at_ms = sqlite3_column_int64(q->stmt, 6);
	out->expires_at_ms = sqlite3_column_int64(q->stmt, 7);
	out->revoked_at_ms = sqlite3_column_int64(q->stmt, 8);
	out->last_used_at_ms = sqlite3_column_int64(q->stmt, 9);
	out->limits = (struct key_limits){
		.jobs_per_minute = (uint64_t)sqlite3_column_int64(q->stmt, 10),
		.max_queued = (uint64_t)sqlite3_column_int64(q->stmt, 11),
		.max_running = (uint64_t)sqlite3_column_int64(q->stmt, 12),
		.audio_s_per_day = (uint64_t)sqlite3_column_int64(q->stmt, 13),
		.max_bytes = (uint64_t)sqlite3_column_int64(q->stmt, 14),
	};
}

static int insert_key(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"INSERT INTO api_key (id, name, secret_hash, scopes, created_at_ms, expires_at_ms, jobs_per_minute,"
		" max_queued, max_running, audio_s_per_day, max_bytes) VALUES (?,?,?,?,?,?,?,?,?,?,?)";
	const struct api_key *k = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, k->id);
	query_text(&q, k->name);
	query_blob(&q, k->secret_hash, SHA256_BYTES);
	query_int(&q, k->scopes);
	query_int(&q, k->created_at_ms);
	query_int(&q, k->expires_at_ms);
	query_int(&q, (int64_t)k->limits.jobs_per_minute);
	query_int(&q, (int64_t)k->limits.max_queued);
	query_int(&q, (int64_t)k->limits.max_running);
	query_int(&q, (int64_t)k->limits.audio_s_per_day);
	query_int(&q, (int64_t)k->limits.max_bytes);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_key_insert(struct storage *s, const struct api_key *key, struct error *err)
{
	struct api_key copy = *key;

	return writer_do(s->writer, insert_key, NULL, &copy, err);
}

int storage_key_get(struct storage *s, const char *id, struct api_key *out, struct error *err)
{
	static const char sql[] = "SELECT " KEY_COLUMNS " FROM api_key WHERE id = ?";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, id);
	rc = query_step(&q);
	if (rc == 1)
		read_key(&q, out);
	query_end(&q);
	readers_give(&s->readers, db);
	if (rc == 0)
		return error_set(err, ERR_NOT_FOUND, "no key has this id");
	return rc < 0 ? -1 : 0;
}

/* Grows *keys by one. */
static int append_key(struct query *q, struct api_key **keys, size_t *n, struct error *err)
{
	struct api_key *more = realloc(*keys, (*n + 1) * sizeof **keys);

	if (!more)
		return error_set(err, ERR_NO_MEMORY, "listing keys: out of memory");
	*keys = more;
	read_key(q, &more[(*n)++]);
	return 0;
}

int storage_key_list(struct storage *s, struct api_key **keys, size_t *n, struct error *err)
{
	static const char sql[] = "SELECT " KEY_COLUMNS " FROM api_key ORDER BY created_at_ms, id";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	*keys = NULL;
	*n = 0;
	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	while ((rc = query_step(&q)) == 1)
		if (append_key(&q, keys, n, err) < 0) {
			rc = -1;
			break;
		}
	query_end(&q);
	readers_give(&s->readers, db);
	if (rc == 0)
		return 0;
	free(*keys);
	*keys = NULL;
	return -1;
}

int storage_key_count(struct storage *s, uint64_t *n, struct error *err)
{
	static const char sql[] = "SELECT count(*) FROM api_key";
	struct db *db = readers_take(&s->readers, err);
	int64_t count = 0;
	int rc;

	if (!db)
		return -1;
	rc = db_read_int(db, sql, &count, err);
	readers_give(&s->readers, db);
	*n = (uint64_t)count;
	return rc;
}

/* --- changes --- */

struct key_change {
	const char *id;
	int64_t at_ms;
	const uint8_t *secret_hash;
};

static int found_unless_unchanged(int n_changed, struct error *err)
{
	if (n_changed == 0)
		return error_set(err, ERR_NOT_FOUND, "no valid key has this id");
	return n_changed < 0 ? -1 : 0;
}

static int revoke(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE api_key SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms = 0";
	const struct key_change *c = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, c->at_ms);
	query_text(&q, c->id);
	return found_unless_unchanged(query_run(&q), err);
}

int storage_key_revoke(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	struct key_change c = { .id = id, .at_ms = now_ms };

	return writer_do(s->writer, revoke, NULL, &c, err);
}

static int rotate(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE api_key SET old_hash = secret_hash, old_until_ms = ?, secret_hash = ?"
				  " WHERE id = ? AND revoked_at_ms = 0";
	const struct key_change *c = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, c->at_ms);
	query_blob(&q, c->secret_hash, SHA256_BYTES);
	query_text(&q, c->id);
	return found_unless_unchanged(query_run(&q), err);
}

int storage_key_rotate(struct storage *s, const char *id, const uint8_t secret_hash[SHA256_BYTES], int64_t old_until_ms,
		       struct error *err)
{
	struct key_change c = { .id = id, .at_ms = old_until_ms, .secret_hash = secret_hash };

	return writer_do(s->writer, rotate, NULL, &c, err);
}

static int touch_key(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE api_key SET last_used_at_ms = max(last_used_at_ms, ?) WHERE id = ?";
	const struct key_change *c = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, c->at_ms);
	query_text(&q, c->id);
	return found_unless_unchanged(query_run(&q), err);
}

int storage_key_touch(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	struct key_change c = { .id = id, .at_ms = now_ms };

	return writer_do(s->writer, touch_key, NULL, &c, err);
}

/* --- usage --- */

static int read_usage(struct db *db, const char *id, int64_t now_ms, struct key_usage *out, struct error *err)
{
	static const char sql[] = "SELECT queued, running, bytes, coalesce(jobs, 0), coalesce(audio_ms, 0) FROM api_key"
				  " LEFT JOIN key_day ON key_id = id AND day = ?2 WHERE id = ?1";
	struct query q;
	int rc;

	*out = (struct key_usage){ .queued = 0 };
	query_begin(&q, db, sql, err);
	query_text(&q, id);
	query_int(&q, now_ms / DAY_MS);
	rc = query_step(&q);
	if (rc == 1)
		*out = (struct key_usage){
			.queued = (uint64_t)sqlite3_column_int64(q.stmt, 0),
			.running = (uint64_t)sqlite3_column_int64(q.stmt, 1),
			.bytes = (uint64_t)sqlite3_column_int64(q.stmt, 2),
			.jobs_today = (uint64_t)sqlite3_column_int64(q.stmt, 3),
			.audio_ms_today = (uint64_t)sqlite3_column_int64(q.stmt, 4),
		};
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

int storage_key_usage(struct storage *s, const char *id, int64_t now_ms, struct key_usage *out, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	if (!db)
		return -1;
	rc = read_usage(db, id, now_ms, out, err);
	readers_give(&s->readers, db);
	return rc;
}
