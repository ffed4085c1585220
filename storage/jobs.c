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

/* NULL for the empty text. */
static const char *text_or_null(const char *text)
{
	return text[0] ? text : NULL;
}

/* The time from which the job may run, a minute earlier per level of priority. */
static int64_t rank_of(const struct job *j)
{
	int64_t from_ms = j->run_at_ms > j->created_at_ms ? j->run_at_ms : j->created_at_ms;

	return from_ms - (int64_t)j->priority * JOB_AGEING_MS;
}

static void bind_terms(struct query *q, const struct job *j)
{
	query_text(q, j->key_id);
	query_int(q, j->run_at_ms);
	query_int(q, j->deadline_at_ms);
	query_int(q, j->keep_s);
	query_int(q, j->expires_at_ms);
	query_text(q, j->tags);
	query_real(q, j->cost_s);
	query_int(q, j->is_short);
	query_int(q, rank_of(j));
	query_text(q, text_or_null(j->batch_id));
	query_text(q, text_or_null(j->custom_id));
	query_text(q, text_or_null(j->schedule_id));
	query_text(q, text_or_null(j->retry_of));
}

static int insert_row(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO job (id, state, priority, max_attempts, created_at_ms, completed_at_ms, content_hash,"
		" options, frames_done, frames_total, bytes, frames, clipped_frames, peak, render_s, cpu_s, true_peak,"
		" loudness_lufs, stems, sha256, warnings, key_id, run_at_ms, deadline_at_ms, keep_s, expires_at_ms, "
		"tags,"
		" cost_s, lane, rank_ms, batch_id, custom_id, schedule_id, retry_of)"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, j->id);
	query_text(&q, job_state_name(j->state));
	query_int(&q, j->priority);
	query_int(&q, j->max_attempts);
	query_int(&q, j->created_at_ms);
	query_int(&q, j->completed_at_ms);
	query_blob(&q, j->content_hash, SHA256_BYTES);
	query_text(&q, j->options ? j->options : "");
	query_int(&q, (int64_t)j->frames_done);
	query_int(&q, (int64_t)j->frames_total);
	job_row_bind_result(&q, j);
	query_blob(&q, j->state == JOB_SUCCEEDED ? j->sha256 : NULL, SHA256_BYTES);
	query_text(&q, j->warnings);
	bind_terms(&q, j);
	return query_run(&q) < 0 ? -1 : 0;
}

static int insert_source(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] = "INSERT INTO job_source (job_id, source) VALUES (?,?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, j->id);
	query_blob(&q, j->source ? j->source : "", j->source_len);
	return query_run(&q) < 0 ? -1 : 0;
}

static int insert_tags(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] = "INSERT OR IGNORE INTO job_tag (tag, job_id) SELECT value, ?1 FROM json_each(?2)";
	struct query q;

	if (!j->tags)
		return 0;
	query_begin(&q, db, sql, err);
	query_text(&q, j->id);
	query_text(&q, j->tags);
	return query_run(&q) < 0 ? -1 : 0;
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

/* --- get --- */

static int get(struct db *db, const char *id, bool with_source, struct job *out, struct error *err)
{
	static const char plain[] = "SELECT " JOB_COLUMNS " FROM job WHERE id = ?";
	static const char joined[] =
		"SELECT " JOB_COLUMNS ", source FROM job LEFT JOIN job_source ON job_id = id WHERE id = ?";
	struct query q;
	int rc;

	query_begin(&q, db, with_source ? joined : plain, err);
	query_text(&q, id);
	rc = query_step(&q);
	if (rc == 0)
		rc = error_set(err, ERR_NOT_FOUND, "no job has this id");
	else if (rc == 1)
		rc = job_row_read(&q, out, err);
	if (rc == 0 && with_source)
		rc = job_row_read_source(&q, JOB_N_COLUMNS, out, err);
	query_end(&q);
	return rc;
}

int storage_job_get(struct storage *s, const char *id, bool with_source, struct job *out, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	*out = (struct job){ .id = "" };
	if (!db)
		return -1;
	rc = get(db, id, with_source, out, err);
	readers_give(&s->readers, db);
	return rc;
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

static void list_begin(struct query *q, struct db *db, const struct job_filter *f, unsigned limit, struct error *err)
{
	bool has_after = f->after_id && f->after_id[0];

	query_begin(q, db, list_sql(f), err);
	query_text(q, has_after ? f->after_id : "\x7f"); /* sorts after every id */
	query_text(q, f->since_id ? f->since_id : "");
	query_text(q, f->state >= 0 ? job_state_name((enum job_state)f->state) : NULL);
	query_text(q, f->key_id);
	query_text(q, f->tag);
	query_text(q, f->batch_id);
	query_int(q, limit);
}

static int list(struct db *db, const struct job_filter *f, struct job *jobs, size_t *n, size_t n_max, struct error *err)
{
	struct query q;
	int rc;

	list_begin(&q, db, f, (unsigned)n_max, err);
	while ((rc = query_step(&q)) == 1 && *n < n_max) {
		if (job_row_read(&q, &jobs[*n], err)) {
			rc = -1;
			break;
		}
		++*n;
	}
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

int storage_job_list(struct storage *s, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
		     struct error *err)
{
	size_t limit = f->limit < 1 ? 1 : f->limit > LIST_LIMIT_MAX ? LIST_LIMIT_MAX : f->limit;
	struct job *found = calloc(limit + 1, sizeof *found); /* one more tells whether there are more */
	size_t n_found = 0;
	struct db *db;
	int rc;

	*jobs = NULL;
	*n = 0;
	*has_more = false;
	if (!found)
		return error_set(err, ERR_NO_MEMORY, "listing jobs: out of memory");
	db = readers_take(&s->readers, err);
	rc = db ? list(db, f, found, &n_found, limit + 1, err) : -1;
	if (db)
		readers_give(&s->readers, db);
	if (rc) {
		job_list_free(found, n_found);
		return -1;
	}
	if (n_found > limit) {
		*has_more = true;
		job_fini(&found[--n_found]);
	}
	*jobs = found;
	*n = n_found;
	return 0;
}

/* --- counts --- */

static int counts_of(struct db *db, uint64_t counts[JOB_STATE_COUNT], struct error *err)
{
	static const char sql[] = "SELECT state, count(*) FROM job GROUP BY state";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	while ((rc = query_step(&q)) == 1) {
		int state = job_state_find((const char *)sqlite3_column_text(q.stmt, 0));
		if (state >= 0)
			counts[state] = (uint64_t)sqlite3_column_int64(q.stmt, 1);
	}
	query_end(&q);
	return rc;
}

int storage_job_counts(struct storage *s, uint64_t counts[JOB_STATE_COUNT], struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	memset(counts, 0, JOB_STATE_COUNT * sizeof *counts);
	if (!db)
		return -1;
	rc = counts_of(db, counts, err);
	readers_give(&s->readers, db);
	return rc;
}

int storage_job_count_waiting(struct storage *s, uint64_t *n, struct error *err)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM job INDEXED BY job_claim WHERE state = 'queued')"
				  " + (SELECT count(*) FROM job INDEXED BY job_waiting WHERE state = 'scheduled')";
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

/* --- results --- */

static int find_result(struct db *db, const uint8_t content_hash[SHA256_BYTES], struct job *out, struct error *err)
{
	static const char sql[] = "SELECT " JOB_COLUMNS " FROM job INDEXED BY job_result"
				  " WHERE content_hash = ? AND state = 'succeeded' AND is_expired = 0"
				  " ORDER BY id DESC LIMIT 1";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_blob(&q, content_hash, SHA256_BYTES);
	rc = query_step(&q);
	if (rc == 1 && job_row_read(&q, out, err))
		rc = -1;
	query_end(&q);
	return rc;
}

int storage_find_result(struct storage *s, const uint8_t content_hash[SHA256_BYTES], struct job *out, struct error *err)
{
	struct db *db;
	int rc;

	*out = (struct job){ .id = "" };
	/* Equal content has one file, so one look decides for all rows. */
	if (!artifact_exists(s, content_hash))
		return 0;
	db = readers_take(&s->readers, err);
	if (!db)
		return -1;
	rc = find_result(db, content_hash, out, err);
	readers_give(&s->readers, db);
	return rc;
}

/* --- delete --- */

struct deletion {
	struct storage *storage;
	const char *id;
	uint8_t content_hash[SHA256_BYTES];
};

static int delete_row(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "DELETE FROM job WHERE id = ?";
	struct deletion *d = ctx;
	struct job j;
	struct query q;
	bool has_ended;

	if (get(db, d->id, false, &j, err))
		return -1;
	memcpy(d->content_hash, j.content_hash, SHA256_BYTES);
	has_ended = job_state_is_terminal(j.state);
	job_fini(&j);
	if (!has_ended)
		return error_set(err, ERR_CONFLICT, "the job has not ended yet");
	query_begin(&q, db, sql, err);
	query_text(&q, d->id);
	return query_run(&q) < 0 ? -1 : 0;
}

/* Does a finished job name this content, or one that may have published its file already? 1, 0, -1. */
static int is_content_named(struct db *db, const uint8_t content_hash[SHA256_BYTES], struct error *err)
{
	static const char sql[] =
		"SELECT EXISTS (SELECT 1 FROM job WHERE content_hash = ?1 AND state = 'succeeded' AND is_expired = 0)"
		"    OR EXISTS (SELECT 1 FROM job WHERE content_hash = ?1 AND state IN ('running','finalizing'))";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_blob(&q, content_hash, SHA256_BYTES);
	rc = query_step(&q);
	if (rc == 1)
		rc = sqlite3_column_int(q.stmt, 0) != 0;
	query_end(&q);
	return rc;
}

int artifact_release(struct storage *s, struct db *db, const uint8_t content_hash[SHA256_BYTES], struct error *err)
{
	int is_named = is_content_named(db, content_hash, err);

	if (is_named == 0) {
		artifact_remove(s, content_hash);
		checkpoint_remove(s, content_hash);
	}
	return is_named < 0 ? -1 : 0;
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
