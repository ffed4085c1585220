/* Submissions under a client's token (Idempotency-Key): the token is stored in the transaction that inserts the job, so
 * that whoever comes second finds it, however close behind. */
#include <stdio.h>
#include <string.h>

#include "storage/internal.h"

struct insert_once {
	struct storage *storage;
	const struct job *job;
	struct job_once *once;
};

/* The job behind the token: 1, 0, ERR_MISMATCH. */
static int find(struct db *db, const char *key_id, struct job_once *once, struct error *err)
{
	static const char sql[] = "SELECT job_id, fingerprint FROM once WHERE key_id = ? AND token = ?";
	struct query q;
	bool is_equal = false;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, key_id);
	query_text(&q, once->token);
	rc = query_step(&q);
	if (rc == 1) {
		const void *found = sqlite3_column_blob(q.stmt, 1);
		snprintf(once->job_id, sizeof once->job_id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		is_equal = found && memcmp(found, once->fingerprint, SHA256_BYTES) == 0;
	}
	query_end(&q);
	if (rc == 1 && !is_equal)
		return error_set(err, ERR_MISMATCH, "this Idempotency-Key was used for another request");
	return rc;
}

static int insert_token(struct db *db, const struct insert_once *in, struct error *err)
{
	static const char sql[] =
		"INSERT INTO once (key_id, token, fingerprint, job_id, created_at_ms) VALUES (?,?,?,?,?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, in->job->key_id);
	query_text(&q, in->once->token);
	query_blob(&q, in->once->fingerprint, SHA256_BYTES);
	query_text(&q, in->job->id);
	query_int(&q, in->job->created_at_ms);
	return query_run(&q) < 0 ? -1 : 0;
}

static int insert(struct db *db, void *ctx, struct error *err)
{
	const struct insert_once *in = ctx;
	int found = find(db, in->job->key_id, in->once, err);

	if (found != 0)
		return found;
	return job_insert(in->storage, db, in->job, err) || insert_token(db, in, err) ? -1 : 0;
}

int storage_job_insert_once(struct storage *s, const struct job *j, struct job_once *once, struct error *err)
{
	struct insert_once in = { .storage = s, .job = j, .once = once };

	return writer_do(s->writer, insert, NULL, &in, err);
}

int storage_once_find(struct storage *s, const char *key_id, struct job_once *once, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	if (!db)
		return -1;
	rc = find(db, key_id, once, err);
	readers_give(&s->readers, db);
	return rc;
}
