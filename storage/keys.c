/* Rows of API keys. */
#include <stdlib.h>

#include "storage/internal.h"

#define KEY_COLUMNS                                                                                                    \
	"id, name, secret_hash, old_hash, old_until_ms, scopes, created_at_ms, expires_at_ms, revoked_at_ms,"          \
	" last_used_at_ms, jobs_per_minute, max_queued, max_running, audio_s_per_day, max_bytes"

static int read_key(struct row *row, void *ctx)
{
	struct api_key *out = ctx;

	*out = (struct api_key){ .id = "" };
	row_copy_text(row, out->id, sizeof out->id);
	row_copy_text(row, out->name, sizeof out->name);
	row_copy_blob(row, out->secret_hash, SHA256_BYTES);
	out->has_old = row_copy_blob(row, out->old_hash, SHA256_BYTES);
	out->old_until_ms = row_int(row);
	out->scopes = (unsigned)row_int(row);
	out->created_at_ms = row_int(row);
	out->expires_at_ms = row_int(row);
	out->revoked_at_ms = row_int(row);
	out->last_used_at_ms = row_int(row);
	out->limits.jobs_per_minute = (uint64_t)row_int(row);
	out->limits.max_queued = (uint64_t)row_int(row);
	out->limits.max_running = (uint64_t)row_int(row);
	out->limits.audio_s_per_day = (uint64_t)row_int(row);
	out->limits.max_bytes = (uint64_t)row_int(row);
	return 0;
}

int storage_key_insert(struct storage *s, const struct api_key *key, struct error *err)
{
	static const char sql[] =
		"INSERT INTO api_key (id, name, secret_hash, scopes, created_at_ms, expires_at_ms, jobs_per_minute,"
		" max_queued, max_running, audio_s_per_day, max_bytes) VALUES (?,?,?,?,?,?,?,?,?,?,?)";
	const struct key_limits *l = &key->limits;

	return writer_run(s->writer, sql,
			  VALUES(v_text(key->id), v_text(key->name), v_blob(key->secret_hash, SHA256_BYTES),
				 v_int(key->scopes), v_int(key->created_at_ms), v_int(key->expires_at_ms),
				 v_int(l->jobs_per_minute), v_int(l->max_queued), v_int(l->max_running),
				 v_int(l->audio_s_per_day), v_int(l->max_bytes)),
			  err);
}

int storage_key_get(struct storage *s, const char *id, struct api_key *out, struct error *err)
{
	static const char sql[] = "SELECT " KEY_COLUMNS " FROM api_key WHERE id = ?";
	int n = readers_each_row(&s->readers, sql, VALUES(v_text(id)), read_key, out, err);

	return db_expect_row(n, ERR_NOT_FOUND, "no key has this id", err);
}

int storage_key_list(struct storage *s, struct api_key **keys, size_t *n, struct error *err)
{
	static const char sql[] = "SELECT " KEY_COLUMNS " FROM api_key ORDER BY created_at_ms, id";
	struct row_list list = { .read = read_key, .item_size = sizeof **keys };

	*keys = NULL;
	*n = 0;
	if (readers_each_row(&s->readers, sql, NO_VALUES, row_list_add, &list, err) < 0) {
		free(list.items);
		return -1;
	}
	*keys = list.items;
	*n = list.n;
	return 0;
}

int storage_key_count(struct storage *s, uint64_t *n, struct error *err)
{
	return readers_read_int(&s->readers, "SELECT count(*) FROM api_key", NO_VALUES, (int64_t *)n, err);
}

/* --- changes --- */

/* For a change of a key that must be there, and not revoked. */
static int change(struct storage *s, const char *sql, struct values values, struct error *err)
{
	return db_expect_row(writer_change(s->writer, sql, values, err), ERR_NOT_FOUND, "no valid key has this id",
			     err);
}

int storage_key_revoke(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	static const char sql[] = "UPDATE api_key SET revoked_at_ms = ? WHERE id = ? AND revoked_at_ms = 0";

	return change(s, sql, VALUES(v_int(now_ms), v_text(id)), err);
}

int storage_key_rotate(struct storage *s, const char *id, const uint8_t secret_hash[SHA256_BYTES], int64_t old_until_ms,
		       struct error *err)
{
	static const char sql[] = "UPDATE api_key SET old_hash = secret_hash, old_until_ms = ?, secret_hash = ?"
				  " WHERE id = ? AND revoked_at_ms = 0";

	return change(s, sql, VALUES(v_int(old_until_ms), v_blob(secret_hash, SHA256_BYTES), v_text(id)), err);
}

int storage_key_touch(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	static const char sql[] = "UPDATE api_key SET last_used_at_ms = max(last_used_at_ms, ?) WHERE id = ?";

	return change(s, sql, VALUES(v_int(now_ms), v_text(id)), err);
}

/* --- usage --- */

static int read_usage(struct row *row, void *ctx)
{
	struct key_usage *out = ctx;

	out->queued = (uint64_t)row_int(row);
	out->running = (uint64_t)row_int(row);
	out->bytes = (uint64_t)row_int(row);
	out->jobs_today = (uint64_t)row_int(row);
	out->audio_ms_today = (uint64_t)row_int(row);
	return 0;
}

int storage_key_usage(struct storage *s, const char *id, int64_t now_ms, struct key_usage *out, struct error *err)
{
	static const char sql[] = "SELECT queued, running, bytes, coalesce(jobs, 0), coalesce(audio_ms, 0) FROM api_key"
				  " LEFT JOIN key_day ON key_id = id AND day = ?2 WHERE id = ?1";
	struct values values = VALUES(v_text(id), v_int(now_ms / DAY_MS));

	*out = (struct key_usage){ .queued = 0 };
	return readers_each_row(&s->readers, sql, values, read_usage, out, err) < 0 ? -1 : 0;
}
