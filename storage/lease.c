/* Who holds a job, and how a held job ends.
 *
 * A claim gives a job to a runner until lease_until and raises its epoch. Every later write about it names that
 * epoch and the states it may come from, so a runner that lost its lease (it was stopped for a minute, say, and
 * the job went to another) changes nothing: its UPDATE matches no row and it learns ERR_CONFLICT. Attempts are
 * counted in the claim (claim.c), before the run, so a job that takes the process down cannot do so for ever. */
#include <assert.h>

#include "storage/internal.h"

static int conflict_unless_changed(int n_changed, struct error *err)
{
	if (n_changed == 0)
		return error_set(err, ERR_CONFLICT, "the job is no longer held at this epoch");
	return n_changed < 0 ? -1 : 0;
}

/* --- heartbeat --- */

struct heartbeat {
	struct job_heartbeat *beats;
	size_t n;
	int64_t lease_until_ms;
};

static int heartbeat_one(struct db *db, const struct job_heartbeat *b, int64_t lease_until_ms, struct error *err)
{
	static const char sql[] = "UPDATE job SET lease_until_ms = ?, frames_done = ?, frames_total = ?"
				  " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, lease_until_ms);
	query_int(&q, (int64_t)b->frames_done);
	query_int(&q, (int64_t)b->frames_total);
	query_text(&q, b->id);
	query_int(&q, b->epoch);
	return query_run(&q);
}

static int heartbeat(struct db *db, void *ctx, struct error *err)
{
	struct heartbeat *h = ctx;

	for (size_t i = 0; i < h->n; i++) {
		int n_changed = heartbeat_one(db, &h->beats[i], h->lease_until_ms, err);
		if (n_changed < 0)
			return -1;
		h->beats[i].gone = n_changed == 0;
	}
	return 0;
}

int storage_job_heartbeat(struct storage *s, struct job_heartbeat *beats, size_t n, int64_t lease_until_ms,
			  struct error *err)
{
	struct heartbeat h = { .beats = beats, .n = n, .lease_until_ms = lease_until_ms };

	return writer_do(s->writer, heartbeat, NULL, &h, err);
}

/* --- changes of a held job --- */

struct held {
	struct storage *storage;
	const char *id;
	int64_t epoch, not_before_ms;
	bool is_our_fault;
};

static int finalizing(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'finalizing' WHERE id = ? AND epoch = ? AND state = 'running'";
	const struct held *h = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, h->id);
	query_int(&q, h->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

int storage_job_finalizing(struct storage *s, const char *id, int64_t epoch, struct error *err)
{
	struct held h = { .id = id, .epoch = epoch };

	return writer_do(s->writer, finalizing, NULL, &h, err);
}

static int requeue(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE job SET state = ?, attempt = attempt - ?, not_before_ms = ?, lease_until_ms "
				  "= 0, frames_done = 0"
				  " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	const struct held *h = ctx;
	enum job_state to = h->not_before_ms ? JOB_SCHEDULED : JOB_QUEUED;
	struct query q;

	assert(job_state_may_become(JOB_RUNNING, to) && job_state_may_become(JOB_FINALIZING, to));
	query_begin(&q, db, sql, err);
	query_text(&q, job_state_name(to));
	query_int(&q, h->is_our_fault ? 1 : 0);
	query_int(&q, h->not_before_ms);
	query_text(&q, h->id);
	query_int(&q, h->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

int storage_job_requeue(struct storage *s, const char *id, int64_t epoch, bool is_our_fault, int64_t not_before_ms,
			struct error *err)
{
	struct held h = { .id = id, .epoch = epoch, .is_our_fault = is_our_fault, .not_before_ms = not_before_ms };

	return writer_do(s->writer, requeue, NULL, &h, err);
}

struct finish {
	struct storage *storage;
	const struct job *job;
};

static int finish_succeeded(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'succeeded', completed_at_ms = ?1, lease_until_ms = 0, expires_at_ms "
		"= " JOB_EXPIRES_AFTER("?1") ", frames_done = ?,"
					     " frames_total = ?, bytes = ?, frames = ?, clipped_frames = ?, peak = ?, "
					     "render_s = ?, cpu_s = ?,"
					     " true_peak = ?, loudness_lufs = ?, stems = ?, sha256 = ?, warnings = ? "
					     "WHERE id = ? AND epoch = ? AND "
					     "state = 'finalizing'";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, j->completed_at_ms);
	query_int(&q, (int64_t)j->frames);
	query_int(&q, (int64_t)j->frames);
	job_row_bind_result(&q, j);
	query_blob(&q, j->sha256, SHA256_BYTES);
	query_text(&q, j->warnings);
	query_text(&q, j->id);
	query_int(&q, j->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

static int finish_otherwise(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = ?2, completed_at_ms = ?1, lease_until_ms = 0, expires_at_ms "
		"= " JOB_EXPIRES_AFTER(
			"?1") ", frames_done = ?, frames_total = ?, error_code = ?, error_message = ?, warnings = ?"
			      " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, j->completed_at_ms);
	query_text(&q, job_state_name(j->state));
	query_int(&q, (int64_t)j->frames_done);
	query_int(&q, (int64_t)j->frames_total);
	query_text(&q, j->error_code);
	query_text(&q, j->error_message);
	query_text(&q, j->warnings);
	query_text(&q, j->id);
	query_int(&q, j->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

/* Most jobs start afresh, as their rows say already. */
static int note_resumed(struct db *db, const struct job *j, struct error *err)
{
	struct query q;

	if (j->resumed_from_frame == 0)
		return 0;
	query_begin(&q, db, "UPDATE job SET resumed_from_frame = ? WHERE id = ? AND epoch = ?", err);
	query_int(&q, (int64_t)j->resumed_from_frame);
	query_text(&q, j->id);
	query_int(&q, j->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

static int finish(struct db *db, void *ctx, struct error *err)
{
	const struct finish *f = ctx;

	if (note_resumed(db, f->job, err))
		return -1;
	if (f->job->state != JOB_SUCCEEDED)
		return finish_otherwise(db, f->job, err);
	if (!artifact_exists(f->storage, f->job->content_hash))
		return error_set(err, ERR_NOT_FOUND, "the job's file is not there");
	return finish_succeeded(db, f->job, err);
}

/* A job that published its file, or some of its stems, and then failed or was canceled leaves nothing behind. */
static int finish_after(struct db *db, void *ctx, struct error *err)
{
	const struct finish *f = ctx;

	if (f->job->state == JOB_SUCCEEDED)
		return 0;
	return artifact_release(f->storage, db, f->job->content_hash, err);
}

int storage_job_finish(struct storage *s, const struct job *j, struct error *err)
{
	struct finish f = { .storage = s, .job = j };

	assert(job_state_is_terminal(j->state) && job_state_may_become(JOB_FINALIZING, j->state));
	return writer_do(s->writer, finish, finish_after, &f, err);
}

/* --- cancel --- */

struct cancel {
	const char *id;
	int64_t now_ms;
};

static int cancel_waiting(struct db *db, const struct cancel *c, struct error *err)
{
	static const char sql[] = "UPDATE job SET state = 'canceled', completed_at_ms = ?1, error_code = 'canceled',"
				  " error_message = 'canceled on request', expires_at_ms = " JOB_EXPIRES_AFTER(
					  "?1") " WHERE id = ?2 AND state IN ('scheduled','queued')";
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, c->now_ms);
	query_text(&q, c->id);
	return query_run(&q);
}

static int cancel_held(struct db *db, const struct cancel *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET cancel_requested = 1 WHERE id = ? AND state IN ('running','finalizing')";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, c->id);
	return query_run(&q);
}

static int check_exists(struct db *db, const char *id, struct error *err)
{
	static const char sql[] = "SELECT 1 FROM job WHERE id = ?";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, id);
	rc = query_step(&q);
	query_end(&q);
	if (rc == 0)
		return error_set(err, ERR_NOT_FOUND, "no job has this id");
	return rc < 0 ? -1 : 0;
}

static int cancel(struct db *db, void *ctx, struct error *err)
{
	const struct cancel *c = ctx;
	int n_changed = cancel_waiting(db, c, err);

	if (n_changed != 0)
		return n_changed;
	n_changed = cancel_held(db, c, err);
	if (n_changed != 0)
		return n_changed < 0 ? -1 : 0;
	return check_exists(db, c->id, err) ? -1 : 2;
}

int storage_job_cancel(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	struct cancel c = { .id = id, .now_ms = now_ms };

	return writer_do(s->writer, cancel, NULL, &c, err);
}

/* --- recover --- */

struct recovery {
	int64_t now_ms, lease_before_ms;
	size_t n; /* jobs touched */
};

#define LOST " state IN ('running','finalizing') AND (?1 <= 0 OR lease_until_ms < ?1)"

static int recover_step(struct db *db, const char *sql, struct recovery *r, bool has_time, struct error *err)
{
	struct query q;
	int n_changed;

	query_begin(&q, db, sql, err);
	query_int(&q, r->lease_before_ms);
	if (has_time)
		query_int(&q, r->now_ms);
	n_changed = query_run(&q);
	if (n_changed < 0)
		return -1;
	r->n += (size_t)n_changed;
	return 0;
}

static int recover(struct db *db, void *ctx, struct error *err)
{
	static const char canceled[] =
		"UPDATE job SET state = 'canceled', completed_at_ms = ?2, lease_until_ms = 0, error_code = 'canceled',"
		" error_message = 'canceled on request', expires_at_ms = " JOB_EXPIRES_AFTER(
			"?2") " WHERE cancel_requested = 1 AND" LOST;
	static const char crashed[] =
		"UPDATE job SET state = 'failed', completed_at_ms = ?2, lease_until_ms = 0, error_code = 'crashed',"
		" error_message = 'every attempt ended without a result', expires_at_ms = " JOB_EXPIRES_AFTER(
			"?2") " WHERE attempt >= max_attempts AND" LOST;
	static const char queued[] = "UPDATE job SET state = 'queued', lease_until_ms = 0, frames_done = 0 WHERE" LOST;
	struct recovery *r = ctx;

	if (recover_step(db, canceled, r, true, err) || recover_step(db, crashed, r, true, err))
		return -1;
	return recover_step(db, queued, r, false, err);
}

int storage_job_recover(struct storage *s, int64_t now_ms, int64_t lease_before_ms, size_t *n, struct error *err)
{
	struct recovery r = { .now_ms = now_ms, .lease_before_ms = lease_before_ms };
	int rc = writer_do(s->writer, recover, NULL, &r, err);

	*n = rc < 0 ? 0 : r.n;
	return rc;
}
