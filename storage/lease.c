/* Who holds a job, and how a held job ends.
 *
 * A claim gives a job to a runner until lease_until and raises its epoch. Every later write about it names that
 * epoch and the states it may come from, so a runner that lost its lease (it was stopped for a minute, say, and
 * the job went to another) changes nothing: its UPDATE matches no row and it learns ERR_CONFLICT. Attempts are
 * counted in the claim (claim.c), before the run, so a job that takes the process down cannot do so for ever. */
#include <assert.h>

#include "storage/internal.h"

static int expect_held(int n_changed, struct error *err)
{
	return db_expect_row(n_changed, ERR_CONFLICT, "the job is no longer held at this epoch", err);
}

/* --- heartbeat --- */

struct heartbeat {
	struct job_heartbeat *beats;
	size_t n;
	int64_t lease_until_ms;
};

static int heartbeat(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE job SET lease_until_ms = ?, frames_done = ?, frames_total = ?"
				  " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	const struct heartbeat *h = ctx;

	for (size_t i = 0; i < h->n; i++) {
		struct job_heartbeat *b = &h->beats[i];
		int n_changed = db_change(db, sql,
					  VALUES(v_int(h->lease_until_ms), v_int((int64_t)b->frames_done),
						 v_int((int64_t)b->frames_total), v_text(b->id), v_int(b->epoch)),
					  err);
		if (n_changed < 0)
			return -1;
		b->gone = n_changed == 0;
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

int storage_job_finalizing(struct storage *s, const char *id, int64_t epoch, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'finalizing' WHERE id = ? AND epoch = ? AND state = 'running'";

	return expect_held(writer_change(s->writer, sql, VALUES(v_text(id), v_int(epoch)), err), err);
}

int storage_job_requeue(struct storage *s, const char *id, int64_t epoch, bool is_our_fault, int64_t not_before_ms,
			struct error *err)
{
	static const char sql[] = "UPDATE job SET state = ?, attempt = attempt - ?, not_before_ms = ?,"
				  " lease_until_ms = 0, frames_done = 0"
				  " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	enum job_state to = not_before_ms ? JOB_SCHEDULED : JOB_QUEUED;
	struct values values =
		VALUES(v_text(job_state_name(to)), v_int(is_our_fault), v_int(not_before_ms), v_text(id), v_int(epoch));

	assert(job_state_may_become(JOB_RUNNING, to) && job_state_may_become(JOB_FINALIZING, to));
	return expect_held(writer_change(s->writer, sql, values, err), err);
}

struct finish {
	struct storage *storage;
	const struct job *job;
};

static int finish_succeeded(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'succeeded', completed_at_ms = ?1, lease_until_ms = 0,"
		" expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") ", frames_done = ?, frames_total = ?, bytes = ?, frames = ?, clipped_frames = ?,"
			      " peak = ?, render_s = ?, cpu_s = ?, true_peak = ?, loudness_lufs = ?, stems = ?,"
			      " sha256 = ?, warnings = ? WHERE id = ? AND epoch = ? AND state = 'finalizing'";
	struct values values = VALUES(v_int(j->completed_at_ms), v_int((int64_t)j->frames), v_int((int64_t)j->frames),
				      JOB_RESULT_VALUES(j), v_blob(j->sha256, SHA256_BYTES), v_text(j->warnings),
				      v_text(j->id), v_int(j->epoch));

	return expect_held(db_change(db, sql, values, err), err);
}

static int finish_otherwise(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = ?2, completed_at_ms = ?1, lease_until_ms = 0,"
		" expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") ", frames_done = ?, frames_total = ?, error_code = ?, error_message = ?, warnings = ?"
			      " WHERE id = ? AND epoch = ? AND state IN ('running','finalizing')";
	struct values values =
		VALUES(v_int(j->completed_at_ms), v_text(job_state_name(j->state)), v_int((int64_t)j->frames_done),
		       v_int((int64_t)j->frames_total), v_text(j->error_code), v_text(j->error_message),
		       v_text(j->warnings), v_text(j->id), v_int(j->epoch));

	return expect_held(db_change(db, sql, values, err), err);
}

/* Most jobs start afresh, as their rows say already. */
static int note_resumed(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] = "UPDATE job SET resumed_from_frame = ? WHERE id = ? AND epoch = ?";
	struct values values = VALUES(v_int((int64_t)j->resumed_from_frame), v_text(j->id), v_int(j->epoch));

	return j->resumed_from_frame == 0 ? 0 : expect_held(db_change(db, sql, values, err), err);
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

static int cancel(struct db *db, void *ctx, struct error *err)
{
	static const char waiting[] =
		"UPDATE job SET state = 'canceled', completed_at_ms = ?1, error_code = 'canceled',"
		" error_message = 'canceled on request', expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") " WHERE id = ?2 AND state IN ('scheduled','queued')";
	static const char held[] =
		"UPDATE job SET cancel_requested = 1 WHERE id = ? AND state IN ('running','finalizing')";
	static const char exists[] = "SELECT EXISTS (SELECT 1 FROM job WHERE id = ?)";
	const struct cancel *c = ctx;
	struct value id = v_text(c->id);
	int n = db_change(db, waiting, VALUES(v_int(c->now_ms), id), err);

	if (n != 0)
		return n;
	n = db_change(db, held, VALUES(id), err);
	if (n != 0)
		return n < 0 ? -1 : 0;
	return db_expect_row(db_test(db, exists, VALUES(id), err), ERR_NOT_FOUND, "no job has this id", err) ? -1 : 2;
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
	struct value before = v_int(r->lease_before_ms), now = v_int(r->now_ms);
	int n_canceled = db_change(db, canceled, VALUES(before, now), err);
	int n_crashed = n_canceled < 0 ? -1 : db_change(db, crashed, VALUES(before, now), err);
	int n_queued = n_crashed < 0 ? -1 : db_change(db, queued, VALUES(before), err);

	if (n_queued < 0)
		return -1;
	r->n = (size_t)n_canceled + (size_t)n_crashed + (size_t)n_queued;
	return 0;
}

int storage_job_recover(struct storage *s, int64_t now_ms, int64_t lease_before_ms, size_t *n, struct error *err)
{
	struct recovery r = { .now_ms = now_ms, .lease_before_ms = lease_before_ms };
	int rc = writer_do(s->writer, recover, NULL, &r, err);

	*n = rc < 0 ? 0 : r.n;
	return rc;
}
