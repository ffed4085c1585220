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
	struct db *db;
	const char *look; /* the statement that looks at a lane */
	/* The job found. */
	char id[JOB_ID_SIZE]; /* "": none yet */
	int64_t rank_ms;
	double cost_s;
	bool is_canceled, is_used_up;
};

/* --- one key --- */

/* The first job of a lane: taken when it is better than what was found in the other one. */
static int compare(struct row *row, void *ctx)
{
	struct claim *c = ctx;
	char id[JOB_ID_SIZE];
	int64_t rank_ms;

	row_copy_text(row, id, sizeof id);
	rank_ms = row_int(row);
	if (c->id[0] && (rank_ms > c->rank_ms || (rank_ms == c->rank_ms && strcmp(id, c->id) > 0)))
		return 0;
	memcpy(c->id, id, sizeof id);
	c->rank_ms = rank_ms;
	c->cost_s = row_real(row);
	c->is_canceled = row_int(row) != 0;
	c->is_used_up = row_int(row) != 0;
	return 0;
}

static int look_at_lane(struct claim *c, int lane, struct error *err)
{
	return db_each_row(c->db, c->look, VALUES(v_text(c->key_id), v_int(lane)), compare, c, err) < 0 ? -1 : 0;
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

/* Walks the keys that have something queued and may have one more running, by their start tags; each step of the recursion
 * is one seek in job_claim. */
static const char keys[] =
	"WITH RECURSIVE active(k) AS ("
	"  SELECT min(key_id) FROM job INDEXED BY job_claim WHERE state = 'queued'"
	"  UNION ALL SELECT (SELECT min(key_id) FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id > k)"
	"  FROM active WHERE k IS NOT NULL),"
	" now(turn) AS (SELECT ifnull((SELECT value FROM setting WHERE name = 'turn_s'), 0.0))"
	" SELECT k, max(turn, ifnull(finish_s, 0.0)) AS start FROM active JOIN now LEFT JOIN share ON share.key_id = k"
	" WHERE k IS NOT NULL AND NOT EXISTS"
	"  (SELECT 1 FROM api_key WHERE id = k AND max_running > 0 AND running >= max_running) ORDER BY start, k";

/* The key's next job, over the lanes that are asked for; 1 ends the walk. */
static int look_at_key(struct row *row, void *ctx)
{
	struct claim *c = ctx;

	row_copy_text(row, c->key_id, sizeof c->key_id);
	c->start_s = row_real(row);
	if (look_at_lane(c, 1, row->err) || (!c->asked.is_short_only && look_at_lane(c, 0, row->err)))
		return -1;
	return c->id[0] != '\0';
}

static int look(struct claim *c, const char *sql, struct error *err)
{
	c->look = sql;
	return db_each_row(c->db, keys, NO_VALUES, look_at_key, c, err) < 0 ? -1 : 0;
}

/* The job to hand out: 1, 0, -1. */
static int find(struct claim *c, struct error *err)
{
	c->id[0] = '\0';
	if (look(c, fresh, err) || (!c->id[0] && look(c, beyond, err)))
		return -1;
	return c->id[0] != '\0';
}

/* --- taking it --- */

/* Ends a queued job that must not run again. */
static int close_job(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = ?2, completed_at_ms = ?1, error_code = ?3, error_message = ?4,"
		" expires_at_ms = " JOB_EXPIRES_AFTER("?1") " WHERE id = ?5 AND state = 'queued'";
	enum job_state to = c->is_canceled ? JOB_CANCELED : JOB_FAILED;

	assert(job_state_may_become(JOB_QUEUED, to));
	return db_run(db, sql,
		      VALUES(v_int(c->asked.now_ms), v_text(job_state_name(to)),
			     v_text(c->is_canceled ? "canceled" : "crashed"),
			     v_text(c->is_canceled ? "canceled on request" : "every attempt ended without a result"),
			     v_text(c->id)),
		      err);
}

/* 1, 0: it is not queued any more, -1. */
static int lease(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] =
		"UPDATE job SET state = 'running', attempt = attempt + 1, epoch = epoch + 1, started_at_ms = ?,"
		" lease_until_ms = ?, frames_done = 0 WHERE id = ? AND state = 'queued' RETURNING " JOB_COLUMNS;
	int64_t now_ms = c->asked.now_ms;

	return db_each_row(db, sql, VALUES(v_int(now_ms), v_int(now_ms + c->asked.lease_ms), v_text(c->id)),
			   job_row_read, c->out, err);
}

static int charge(struct db *db, const struct claim *c, struct error *err)
{
	static const char turn[] = "INSERT INTO setting (name, value) VALUES ('turn_s', ?)"
				   " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	static const char finish[] = "INSERT INTO share (key_id, finish_s) VALUES (?, ?)"
				     " ON CONFLICT (key_id) DO UPDATE SET finish_s = excluded.finish_s";
	double finish_s = c->start_s + (c->cost_s > COST_MIN_S ? c->cost_s : COST_MIN_S);

	if (db_run(db, turn, VALUES(v_real(c->start_s)), err))
		return -1;
	return db_run(db, finish, VALUES(v_text(c->key_id), v_real(finish_s)), err);
}

static int load_source(struct db *db, const struct claim *c, struct error *err)
{
	static const char sql[] = "SELECT source FROM job_source WHERE job_id = ?";
	int n = db_each_row(db, sql, VALUES(v_text(c->id)), job_row_read_source, c->out, err);

	return db_expect_row(n, ERR_CORRUPT, "a job has no source", err);
}

static int claim(struct db *db, void *ctx, struct error *err)
{
	struct claim *c = ctx;
	int rc;

	c->db = db;
	while ((rc = find(c, err)) == 1 && (c->is_canceled || c->is_used_up))
		if (close_job(db, c, err))
			return -1;
	if (rc == 1)
		rc = lease(db, c, err);
	return rc == 1 && (charge(db, c, err) || load_source(db, c, err)) ? -1 : rc;
}

int storage_job_claim(struct storage *s, const struct job_claim *asked, struct job *out, struct error *err)
{
	struct claim c = { .asked = *asked, .out = out };
	int rc;

	*out = (struct job){ .id = "" };
	rc = writer_do(s->writer, claim, NULL, &c, err);
	if (rc < 0)
		job_fini(out); /* of what was read, also when it was undone with its group */
	return rc;
}
