/* Job rows: making, reading, listing, counting, deleting. Who holds a job is in lease.c. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

/* --- insert --- */

struct insert {
	struct storage *storage;
	const struct job *job;
};

/* The time from which the job may run, a minute earlier per level of priority. */
static int64_t rank_of(const struct job *j)
{
	int64_t from_ms = j->run_at_ms > j->created_at_ms ? j->run_at_ms : j->created_at_ms;

	return from_ms - (int64_t)j->priority * JOB_AGEING_MS;
}

static int insert_row(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO job (id, state, priority, max_attempts, created_at_ms, completed_at_ms, content_hash,"
		" options, frames_done, frames_total, bytes, frames, clipped_frames, peak, render_s, cpu_s, true_peak,"
		" loudness_lufs, stems, sha256, warnings, key_id, run_at_ms, deadline_at_ms, keep_s, expires_at_ms,"
		" tags, cost_s, lane, rank_ms, batch_id, custom_id, schedule_id, retry_of, is_fresh)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

	return db_run(db, sql,
		      VALUES(v_text(j->id), v_text(job_state_name(j->state)), v_int(j->priority),
			     v_int(j->max_attempts), v_int(j->created_at_ms), v_int(j->completed_at_ms),
			     v_blob(j->content_hash, SHA256_BYTES), v_text(j->options ? j->options : ""),
			     v_int((int64_t)j->frames_done), v_int((int64_t)j->frames_total), JOB_RESULT_VALUES(j),
			     v_blob(j->state == JOB_SUCCEEDED ? j->sha256 : NULL, SHA256_BYTES), v_text(j->warnings),
			     v_text(j->key_id), v_int(j->run_at_ms), v_int(j->deadline_at_ms), v_int(j->keep_s),
			     v_int(j->expires_at_ms), v_text(j->tags), v_real(j->cost_s), v_int(j->is_short),
			     v_int(rank_of(j)), v_text_or_null(j->batch_id), v_text_or_null(j->custom_id),
			     v_text_or_null(j->schedule_id), v_text_or_null(j->retry_of), v_int(j->is_fresh)),
		      err);
}

static int insert_source(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] = "INSERT INTO job_source (job_id, source) VALUES (?,?)";

	return db_run(db, sql, VALUES(v_text(j->id), v_blob(j->source ? j->source : "", j->source_len)), err);
}

static int insert_tags(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO job_tag (tag, job_id) SELECT value, ?1 FROM json_each(?2)";

	return j->tags ? db_run(db, sql, VALUES(v_text(j->id), v_text(j->tags)), err) : 0;
}

/* Files are removed by the writer thread only (delete_after), so the file that is seen here stays. */
int job_insert(struct storage *s, struct db *db, const struct job *j, struct error *err)
{
	if (j->state == JOB_SUCCEEDED && !artifact_exists(s, j->content_hash))
		return error_set(err, ERR_NOT_FOUND, "the file of the earlier result is gone");
	if (insert_row(db, j, err) || insert_source(db, j, err) || insert_tags(db, j, err) ||
	    job_insert_samples(db, j, err))
		return -1;
	return admission_record(db, j, err);
}

static int insert(struct db *db, void *ctx, struct error *err)
{
	const struct insert *in = ctx;

	return job_insert(in->storage, db, in->job, err);
}

int storage_job_insert(struct storage *s, const struct job *j, struct error *err)
{
	struct insert in = { .storage = s, .job = j };

	assert(j->state == JOB_SCHEDULED || j->state == JOB_QUEUED || j->state == JOB_SUCCEEDED);
	return writer_do(s->writer, insert, NULL, &in, err);
}

struct posted {
	struct insert insert;
	storage_done_fn done;
	void *ctx;
};

static int insert_posted(struct db *db, void *ctx, struct error *err)
{
	return insert(db, &((struct posted *)ctx)->insert, err);
}

static void end_posted(void *ctx, int result, const struct error *why)
{
	struct posted *p = ctx;

	p->done(p->ctx, result, why);
	free(p);
}

int storage_job_post(struct storage *s, const struct job *j, storage_done_fn done, void *ctx, struct error *err)
{
	struct posted *p = malloc(sizeof *p);

	if (!p)
		return error_set(err, ERR_NO_MEMORY, "no memory for a job");
	*p = (struct posted){ { .storage = s, .job = j }, done, ctx };
	if (writer_post(s->writer, insert_posted, end_posted, p, err) == 0)
		return 0;
	free(p);
	return -1;
}

/* --- get --- */

static const char not_found[] = "no job has this id";

static int read_with_source(struct row *row, void *job)
{
	return job_row_read(row, job) || job_row_read_source(row, job) ? -1 : 0;
}

int storage_job_get(struct storage *s, const char *id, bool with_source, struct job *out, struct error *err)
{
	static const char plain[] = "SELECT " JOB_COLUMNS " FROM job WHERE id = ?";
	static const char joined[] =
		"SELECT " JOB_COLUMNS ", source FROM job LEFT JOIN job_source ON job_id = id WHERE id = ?";
	int n;

	*out = (struct job){ .id = "" };
	n = readers_each_row(&s->readers, with_source ? joined : plain, VALUES(v_text(id)),
			     with_source ? read_with_source : job_row_read, out, err);
	if (n < 0)
		job_fini(out);
	return db_expect_row(n, ERR_NOT_FOUND, not_found, err);
}

/* --- list --- */

enum { LIST_LIMIT_MAX = 200 };

/* Each kind of list is a walk along one index, from the newest id down; what else is asked for is looked at on the way. */
static const char *list_sql(const struct job_filter *f)
{
#define WANTED                                                                                                         \
	" id < ?1 AND id >= ?2 AND (?3 IS NULL OR state = ?3) AND (?4 IS NULL OR key_id = ?4)"                         \
	" AND (?6 IS NULL OR batch_id = ?6) ORDER BY id DESC LIMIT ?7"
	static const char all[] = "SELECT " JOB_COLUMNS " FROM job WHERE" WANTED;
	static const char in_state[] =
		"SELECT " JOB_COLUMNS " FROM job INDEXED BY job_state WHERE state = ?3 AND" WANTED;
	static const char of_key[] = "SELECT " JOB_COLUMNS " FROM job INDEXED BY job_key WHERE key_id = ?4 AND" WANTED;
	static const char of_batch[] =
		"SELECT " JOB_COLUMNS " FROM job INDEXED BY job_batch WHERE batch_id = ?6 AND" WANTED;
	static const char tagged[] = "SELECT " JOB_COLUMNS " FROM job_tag CROSS JOIN job ON id = job_id WHERE tag = ?5"
				     " AND job_id < ?1 AND job_id >= ?2 AND (?3 IS NULL OR state = ?3)"
				     " AND (?4 IS NULL OR key_id = ?4) AND (?6 IS NULL OR batch_id = ?6)"
				     " ORDER BY job_id DESC LIMIT ?7";
#undef WANTED
	if (f->tag)
		return tagged;
	if (f->batch_id)
		return of_batch;
	if (f->key_id)
		return of_key;
	return f->state >= 0 ? in_state : all;
}

int storage_job_list(struct storage *s, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
		     struct error *err)
{
	size_t limit = f->limit < 1 ? 1 : f->limit > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : f->limit;
	bool has_after = f->after_id && f->after_id[0];
	struct row_list found = { .read = job_row_read, .item_size = sizeof **jobs };
	struct values values = VALUES(v_text(has_after ? f->after_id : "\x7f"), /* sorts after every id */
				      v_text(f->since_id ? f->since_id : ""),
				      v_text(f->state >= 0 ? job_state_name((enum job_state)f->state) : NULL),
				      v_text(f->key_id), v_text(f->tag), v_text(f->batch_id),
				      v_int((int64_t)limit + 1)); /* one more tells whether there are more */
	int rc = readers_each_row(&s->readers, list_sql(f), values, row_list_add, &found, err);

	*jobs = NULL;
	*n = 0;
	*has_more = false;
	if (rc < 0) {
		job_list_free(found.items, found.n);
		return -1;
	}
	*jobs = found.items;
	*n = found.n;
	if (found.n > limit) {
		*has_more = true;
		job_fini(&(*jobs)[--*n]);
	}
	return 0;
}

/* --- counts --- */

static int store_count(struct row *row, void *ctx)
{
	uint64_t *counts = ctx;
	int state = job_row_state(row);

	if (state >= 0)
		counts[state] = (uint64_t)row_int(row);
	return 0;
}

int storage_job_counts(struct storage *s, uint64_t counts[JOB_STATE_COUNT], struct error *err)
{
	static const char sql[] = "SELECT state, count(*) FROM job GROUP BY state";

	memset(counts, 0, JOB_STATE_COUNT * sizeof *counts);
	return readers_each_row(&s->readers, sql, NO_VALUES, store_count, counts, err) < 0 ? -1 : 0;
}

int storage_job_count_waiting(struct storage *s, uint64_t *n, struct error *err)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM job INDEXED BY job_claim WHERE state = 'queued')"
				  " + (SELECT count(*) FROM job INDEXED BY job_waiting WHERE state = 'scheduled')";

	*n = 0;
	return readers_read_int(&s->readers, sql, NO_VALUES, (int64_t *)n, err);
}

/* --- results --- */

int storage_find_result(struct storage *s, const uint8_t content_hash[SHA256_BYTES], struct job *out, struct error *err)
{
	static const char sql[] = "SELECT " JOB_COLUMNS " FROM job INDEXED BY job_result"
				  " WHERE content_hash = ? AND state = 'succeeded' AND is_expired = 0"
				  " ORDER BY id DESC LIMIT 1";
	int n;

	*out = (struct job){ .id = "" };
	/* Equal content has one file, so one look decides for all rows. */
	if (!artifact_exists(s, content_hash))
		return 0;
	n = readers_each_row(&s->readers, sql, VALUES(v_blob(content_hash, SHA256_BYTES)), job_row_read, out, err);
	if (n < 0)
		job_fini(out);
	if (n > 0)
		artifact_touch(s, content_hash);
	return n;
}

/* --- delete --- */

struct deletion {
	struct storage *storage;
	const char *id;
	uint8_t content_hash[SHA256_BYTES];
};

static int check_has_ended(struct row *row, void *ctx)
{
	struct deletion *d = ctx;
	int state = job_row_state(row);

	row_copy_blob(row, d->content_hash, SHA256_BYTES);
	if (state >= 0 && job_state_is_terminal((enum job_state)state))
		return 0;
	return error_set(row->err, ERR_CONFLICT, "the job has not ended yet");
}

static int delete_row(struct db *db, void *ctx, struct error *err)
{
	struct deletion *d = ctx;
	struct values id = VALUES(v_text(d->id));
	int n = db_each_row(db, "SELECT state, content_hash FROM job WHERE id = ?", id, check_has_ended, d, err);

	if (db_expect_row(n, ERR_NOT_FOUND, not_found, err))
		return -1;
	return db_run(db, "DELETE FROM job WHERE id = ?", id, err);
}

int artifact_release(struct storage *s, struct db *db, const uint8_t content_hash[SHA256_BYTES], struct error *err)
{
	/* By a finished job, or one that may have published its file already. */
	static const char is_named[] =
		"SELECT EXISTS (SELECT 1 FROM job WHERE content_hash = ?1 AND state = 'succeeded' AND is_expired = 0)"
		"    OR EXISTS (SELECT 1 FROM job WHERE content_hash = ?1 AND state IN ('running','finalizing'))";
	int rc = db_test(db, is_named, VALUES(v_blob(content_hash, SHA256_BYTES)), err);

	if (rc == 0) {
		artifact_remove(s, content_hash);
		checkpoint_remove(s, content_hash);
	}
	return rc < 0 ? -1 : 0;
}

static int delete_after(struct db *db, void *ctx, struct error *err)
{
	struct deletion *d = ctx;

	return artifact_release(d->storage, db, d->content_hash, err);
}

int storage_job_delete(struct storage *s, const char *id, struct error *err)
{
	struct deletion d = { .storage = s, .id = id };

	return writer_do(s->writer, delete_row, delete_after, &d, err);
}
