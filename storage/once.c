/* Submissions under a client's token (Idempotency-Key): the token is stored in the transaction that inserts the job, so
 * that whoever comes second finds it, however close behind. */
#include <string.h>

#include "storage/internal.h"

static int compare(struct row *row, void *ctx)
{
	struct job_once *once = ctx;
	uint8_t fingerprint[SHA256_BYTES];

	row_copy_text(row, once->job_id, sizeof once->job_id);
	if (row_copy_blob(row, fingerprint, SHA256_BYTES) && memcmp(fingerprint, once->fingerprint, SHA256_BYTES) == 0)
		return 0;
	return error_set(row->err, ERR_MISMATCH, "this Idempotency-Key was used for another request");
}

static const char find[] = "SELECT job_id, fingerprint FROM once WHERE key_id = ? AND token = ?";

struct insert_once {
	struct storage *storage;
	const struct job *job;
	struct job_once *once;
};

static int insert(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"INSERT INTO once (key_id, token, fingerprint, job_id, created_at_ms) VALUES (?,?,?,?,?)";
	const struct insert_once *in = ctx;
	const struct job *j = in->job;
	struct value key_id = v_text(j->key_id), token = v_text(in->once->token);
	int n_found = db_each_row(db, find, VALUES(key_id, token), compare, in->once, err);

	if (n_found != 0)
		return n_found;
	if (job_insert(in->storage, db, j, err))
		return -1;
	return db_run(db, sql,
		      VALUES(key_id, token, v_blob(in->once->fingerprint, SHA256_BYTES), v_text(j->id),
			     v_int(j->created_at_ms)),
		      err);
}

int storage_job_insert_once(struct storage *s, const struct job *j, struct job_once *once, struct error *err)
{
	struct insert_once in = { .storage = s, .job = j, .once = once };

	return writer_do(s->writer, insert, NULL, &in, err);
}

int storage_once_find(struct storage *s, const char *key_id, struct job_once *once, struct error *err)
{
	return readers_each_row(&s->readers, find, VALUES(v_text(key_id), v_text(once->token)), compare, once, err);
}
