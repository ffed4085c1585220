/* Whose turn it is, and taking that job.
 *
 * Keys share the runners by work, not by number of jobs: start-time fair queueing (Goyal, Vin, Cheng, "Start-time Fair
 * Queuing", SIGCOMM 1996), with the estimated CPU seconds of a job as its length. Each key has a finish tag, share.finish_s;
 * the turn is the start tag of the job claimed last (setting "turn_s"). The next job of a key has the start tag
 *
 *	start = max(turn, finish of the key)
 *
 * and the key with the smallest one is served: turn = start, finish = start + cost. So a key that asks for an hour of
 * work moves an hour back and those who ask for little go before it; a key that was away does not save up turns, as the
 * max() takes them. Deficit round robin would give the same shares but needs rounds, that is a walk that remembers where
 * it stood; tags are one number per key and survive a restart.
 *
 * Within a key the order is job.rank_ms (schema.c): time, and a minute of it per level of priority. It never changes while a
 * job waits, so the index job_claim is the queue, and however much is asked for with priority 9, what was asked for
 * nine minutes earlier with priority 0 goes first. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "storage/internal.h"

/* How deep a claim looks, per key and lane, for a job whose content nobody renders at the moment. */
#define CLAIM_LOOK_AHEAD "256"
/* What a job is charged at the least, so that a flood of the cheapest ones takes turns too. */
#define COST_MIN_S 0.001

struct claim {
	struct job_claim asked;
	struct job *out;
	char key_id[KEY_ID_SIZE];
	double start_s; /* of the key */
	/* The job found. */
	char id[JOB_ID_SIZE];
	int64_t rank_ms;
	double cost_s;
	bool is_canceled, is_used_up;
};

/* --- one key --- */

/* The first row of a look at a lane; better than what is there already, or there is nothing yet. 1, 0, -1. */
static int pick(struct db *db, const char *sql, int lane, bool has_one, struct claim *c, struct error *err)
{
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, c->key_id);
	query_int(&q, lane);
	rc = query_step(&q);
	if (rc == 1) {
		const char *id = (const char *)sqlite3_column_text(q.stmt, 0);
		int64_t rank_ms = sqlite3_column_int64(q.stmt, 1);
		if (!has_one || rank_ms < c->rank_ms || (rank_ms == c->rank_ms && strcmp(id, c->id) < 0)) {
			snprintf(c->id, sizeof c->id, "%s", id);
			c->rank_ms = rank_ms;
			c->cost_s = sqlite3_column_double(q.stmt, 2);
			c->is_canceled = sqlite3_column_int(q.stmt, 3) != 0;
			c->is_used_up = sqlite3_column_int(q.stmt, 4) != 0;
		}
	}
	query_end(&q);
	return rc;
}

/* The key's next job, over the lanes that are asked for. */
static int pick_of_lanes(struct db *db, const char *sql, struct claim *c, struct error *err)
{
	int found = pick(db, sql, 1, false, c, err), other;

	if (found < 0 || c->asked.is_short_only)
		return found;
	other = pick(db, sql, 0, found == 1, c, err);
	return other < 0 ? -1 : found | other;
}

/* Equal requests should render once, so a job whose content is being rendered waits for that result. The look ahead is
 * bounded: behind more equal jobs than that, rendering one of them a second time (to the same bytes) is better than
 * letting a runner idle. The planner would rather take job_state and sort the whole queue, hence INDEXED BY. */
static const char fresh[] = "SELECT id, rank_ms, cost_s, cancel_requested, attempt >= max_attempts FROM"
			    " (SELECT id, rank_ms, cost_s, cancel_requested, attempt, max_attempts, content_hash"
			    "   FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id = ?1 AND lane = ?2"
			    "   ORDER BY rank_ms, id LIMIT " CLAIM_LOOK_AHEAD ") AS q"
			    " WHERE NOT EXISTS (SELECT 1 FROM job AS r WHERE r.content_hash = q.content_hash"
			    "   AND r.state IN ('running','finalizing')) LIMIT 1";
static const char beyond[] = "SELECT id, rank_ms, cost_s, cancel_requested, attempt >= max_attempts"
			     " FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id = ?1 AND lane = ?2"
			     " ORDER BY rank_ms, id LIMIT 1 OFFSET " CLAIM_LOOK_AHEAD;

/* --- all keys --- */

/* Walks the keys that have something queued and may have one more running, by their start tags; each step of the recursion is one seek in job_claim. */
static const char keys[] =
	"WITH RECURSIVE active(k) AS ("
	"  SELECT min(key_id) FROM job INDEXED BY job_claim WHERE state = 'queued'"
	"  UNION ALL SELECT (SELECT min(key_id) FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id > k)"
	"  FROM active WHERE k IS NOT NULL),"
	" now(turn) AS (SELECT ifnull((SELECT value FROM setting WHERE name = 'turn_s'), 0.0))"
	" SELECT k, max(turn, ifnull(finish_s, 0.0)) AS start FROM active JOIN now LEFT JOIN share ON share.key_id = k"
	" WHERE k IS NOT NULL AND NOT EXISTS"
	"  (SELECT 1 FROM api_key WHERE id = k AND max_running > 0 AND running >= max_running) ORDER BY start, k";

static int find_of(struct db *db, const char *sql, struct claim *c, struct error *err)
{
	struct query q;
	int rc, found = 0;

	query_begin(&q, db, keys, err);
	while (found == 0 && (rc = query_step(&q)) == 1) {
		snprintf(c->key_id, sizeof c->key_id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		c->start_s = sqlite3_column_double(q.stmt, 1);
		found = pick_of_lanes(db, sql, c, err);
	}
	query_end(&q);
	return found == 0 && rc < 0 ? -1 : found;
}

/* The job to hand out: 1, 0, -1. */
static int find(struct db *db, struct claim *c, struct error *err)
{
	int found = find_of(db, fresh, c, err);

	return found == 0 ? find_of(db, beyond, c, err) : found;
}

/* --- taking it --- */

/* Ends a queued job that must not run again. */
static int close_job(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = ?2, completed_at_ms = ?1, error_code = ?3, error_message = ?4,"
		" expires_at_ms = " JOB_EXPIRES_AFTER("?1") " WHERE id = ?5 AND state = 'queued'";
	enum job_state to = c->is_canceled ? JOB_CANCELED : JOB_FAILED;
	struct query q;

	assert(job_state_may_become(JOB_QUEUED, to));
	query_begin(&q, db, sql, err);
	query_int(&q, c->asked.now_ms);
	query_text(&q, job_state_name(to));
	query_text(&q, c->is_canceled ? "canceled" : "crashed");
	query_text(&q, c->is_canceled ? "canceled on request" : "every attempt ended without a result");
	query_text(&q, c->id);
	return query_run(&q) < 0 ? -1 : 0;
}

static int lease(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'running', attempt = attempt + 1, epoch = epoch + 1, started_at_ms = ?,"
		" lease_until_ms = ?, frames_done = 0 WHERE id = ? AND state = 'queued' RETURNING " JOB_COLUMNS;
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_int(&q, c->asked.now_ms);
	query_int(&q, c->asked.now_ms + c->asked.lease_ms);
	query_text(&q, c->id);
	rc = query_step(&q);
	if (rc == 1 && job_row_read(&q, c->out, err))
		rc = -1;
	query_end(&q);
	return rc;
}

static int charge(struct db *db, const struct claim *c, struct error *err)
{
	static const char turn[] = "INSERT INTO setting (name, value) VALUES ('turn_s', ?)"
				   " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	static const char finish[] = "INSERT INTO share (key_id, finish_s) VALUES (?, ?)"
				     " ON CONFLICT (key_id) DO UPDATE SET finish_s = excluded.finish_s";
	struct query q;

	query_begin(&q, db, turn, err);
	query_real(&q, c->start_s);
	if (query_run(&q) < 0)
		return -1;
	query_begin(&q, db, finish, err);
	query_text(&q, c->key_id);
	query_real(&q, c->start_s + (c->cost_s > COST_MIN_S ? c->cost_s : COST_MIN_S));
	return query_run(&q) < 0 ? -1 : 0;
}

static int load_source(struct db *db, struct claim *c, struct error *err)
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

	while ((rc = find(db, c, err)) == 1 && (c->is_canceled || c->is_used_up))
		if (close_job(db, c, err))
			return -1;
	if (rc == 1)
		rc = lease(db, c, err);
	if (rc == 1 && (charge(db, c, err) || load_source(db, c, err))) {
		job_fini(c->out);
		rc = -1;
	}
	return rc;
}

int storage_job_claim(struct storage *s, const struct job_claim *asked, struct job *out, struct error *err)
{
	struct claim c = { .asked = *asked, .out = out };
	int rc;

	*out = (struct job){ .id = "" };
	rc = writer_do(s->writer, claim, NULL, &c, err);
	if (rc < 0)
		job_fini(out); /* the claim may have been undone with its group */
	return rc;
}
