/* Who holds a job, and how a held job ends.
 *
 * A claim gives a job to a runner until lease_until and raises its epoch. Every later write about it names that
 * epoch and the states it may come from, so a runner that lost its lease (it was stopped for a minute, say, and
 * the job went to another) changes nothing: its UPDATE matches no row and it learns ERR_CONFLICT. Attempts are
 * counted in the claim, before the run, so a job that takes the process down cannot do so for ever. */
#include <assert.h>
#include <stdio.h>

#include "storage/internal.h"

/* How deep a claim looks for a job whose content nobody renders at the moment. */
#define CLAIM_LOOK_AHEAD "256"

static int conflict_unless_changed(int n_changed, struct error *err)
{
	if (n_changed == 0)
		return error_set(err, ERR_CONFLICT, "the job is no longer held at this epoch");
	return n_changed < 0 ? -1 : 0;
}

/* --- claim --- */

struct claim {
	int64_t now_ms, lease_ms;
	struct job *out;
	char id[JOB_ID_SIZE];
	bool is_canceled, is_used_up;
};

static int claim_pick(struct db *db, const char *sql, struct claim *c, struct error *err)
{
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	rc = query_step(&q);
	if (rc == 1) {
		snprintf(c->id, sizeof c->id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		c->is_canceled = sqlite3_column_int(q.stmt, 1) != 0;
		c->is_used_up = sqlite3_column_int(q.stmt, 2) != 0;
	}
	query_end(&q);
	return rc;
}

/* The id of the job to hand out: 1, 0, -1. Equal requests should render once, so a job whose content is being
 * rendered waits for that result. The look ahead is bounded: behind more equal jobs than that, rendering one
 * of them a second time (to the same bytes) is better than letting a runner idle. The planner would rather take
 * job_state and sort the whole queue, hence INDEXED BY. */
static int claim_find(struct db *db, struct claim *c, struct error *err)
{
	static const char fresh[] = "SELECT id, cancel_requested, attempt >= max_attempts FROM"
				    " (SELECT id, cancel_requested, attempt, max_attempts, content_hash FROM job"
				    "   INDEXED BY job_claim WHERE state = 'queued'"
				    "   ORDER BY priority DESC, id LIMIT " CLAIM_LOOK_AHEAD ") AS q"
				    " WHERE NOT EXISTS (SELECT 1 FROM job AS r WHERE r.content_hash = q.content_hash"
				    "   AND r.state IN ('running','finalizing')) LIMIT 1";
	static const char beyond[] =
		"SELECT id, cancel_requested, attempt >= max_attempts FROM job INDEXED BY job_claim"
		" WHERE state = 'queued' ORDER BY priority DESC, id LIMIT 1 OFFSET " CLAIM_LOOK_AHEAD;
	int rc = claim_pick(db, fresh, c, err);

	return rc == 0 ? claim_pick(db, beyond, c, err) : rc;
}

/* Ends a queued job that must not run again. */
static int claim_close(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] = "UPDATE job SET state = ?, completed_at_ms = ?, error_code = ?, error_message = ?"
				  " WHERE id = ? AND state = 'queued'";
	enum job_state to = c->is_canceled ? JOB_CANCELED : JOB_FAILED;
	struct query q;

	assert(job_state_may_become(JOB_QUEUED, to));
	query_begin(&q, db, sql, err);
	query_text(&q, job_state_name(to));
	query_int(&q, c->now_ms);
	query_text(&q, c->is_canceled ? "canceled" : "crashed");
	query_text(&q, c->is_canceled ? "canceled on request" : "every attempt ended without a result");
	query_text(&q, c->id);
	return query_run(&q) < 0 ? -1 : 0;
}

static int claim_lease(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'running', attempt = attempt + 1, epoch = epoch + 1, started_at_ms = ?,"
		" lease_until_ms = ?, frames_done = 0 WHERE id = ? AND state = 'queued' RETURNING " JOB_COLUMNS;
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_int(&q, c->now_ms);
	query_int(&q, c->now_ms + c->lease_ms);
	query_text(&q, c->id);
	rc = query_step(&q);
	if (rc == 1 && job_row_read(&q, c->out, err))
		rc = -1;
	query_end(&q);
	return rc;
}

static int claim_source(struct db *db, struct claim *c, struct error *err)
{
	static const char sql[] = "SELECT source FROM job_source WHERE job_id = ?";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, c->id);
	rc = query_step(&q);
	if (rc == 1)
		rc = job_row_read_source(&q, 0, c->out, err);
	else if (rc == 0)
		rc = error_set(err, ERR_CORRUPT, "a job has no source");
	query_end(&q);
	return rc;
}

static int claim(struct db *db, void *ctx, struct error *err)
{
	struct claim *c = ctx;
	int rc;

	while ((rc = claim_find(db, c, err)) == 1 && (c->is_canceled || c->is_used_up))
		if (claim_close(db, c, err))
			return -1;
	if (rc == 1)
		rc = claim_lease(db, c, err);
	if (rc == 1 && claim_source(db, c, err)) {
		job_fini(c->out);
		rc = -1;
	}
	return rc;
}

int storage_job_claim(struct storage *s, int64_t now_ms, int64_t lease_ms, struct job *out, struct error *err)
{
	struct claim c = { .now_ms = now_ms, .lease_ms = lease_ms, .out = out };
	int rc;

	*out = (struct job){ .id = "" };
	rc = writer_do(s->writer, claim, NULL, &c, err);
	if (rc < 0)
		job_fini(out); /* the claim may have been undone with its group */
	return rc;
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
	int64_t epoch;
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
	static const char sql[] =
		"UPDATE job SET state = 'queued', attempt = attempt - ?, lease_until_ms = 0, frames_done = 0"
		" WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	const struct held *h = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, h->is_our_fault ? 1 : 0);
	query_text(&q, h->id);
	query_int(&q, h->epoch);
	return conflict_unless_changed(query_run(&q), err);
}

int storage_job_requeue(struct storage *s, const char *id, int64_t epoch, bool is_our_fault, struct error *err)
{
	struct held h = { .id = id, .epoch = epoch, .is_our_fault = is_our_fault };

	return writer_do(s->writer, requeue, NULL, &h, err);
}

struct finish {
	struct storage *storage;
	const struct job *job;
};

static int finish_succeeded(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'succeeded', completed_at_ms = ?, lease_until_ms = 0, frames_done = ?,"
		" frames_total = ?, bytes = ?, frames = ?, clipped_frames = ?, peak = ?, render_s = ?, cpu_s = ?,"
		" true_peak = ?, loudness_lufs = ?, stems = ?, sha256 = ?, warnings = ? WHERE id = ? AND epoch = ? AND "
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
		"UPDATE job SET state = ?, completed_at_ms = ?, lease_until_ms = 0, frames_done = ?, frames_total = ?,"
		" error_code = ?, error_message = ?, warnings = ?"
		" WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, job_state_name(j->state));
	query_int(&q, j->completed_at_ms);
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
	static const char sql[] =
		"UPDATE job SET state = 'canceled', completed_at_ms = ?, error_code = 'canceled',"
		" error_message = 'canceled on request' WHERE id = ? AND state IN ('scheduled','queued')";
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
		" error_message = 'canceled on request' WHERE cancel_requested = 1 AND" LOST;
	static const char crashed[] =
		"UPDATE job SET state = 'failed', completed_at_ms = ?2, lease_until_ms = 0, error_code = 'crashed',"
		" error_message = 'every attempt ended without a result' WHERE attempt >= max_attempts AND" LOST;
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
