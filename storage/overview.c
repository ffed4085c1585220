/* The queue seen from outside: where a job stands, what waits for what, whose work it is. Reads of the claim index alone,
 * in the order that claim.c serves. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "storage/internal.h"

/* --- position --- */

/* A queued job as the index has it. */
struct place {
	char key_id[KEY_ID_SIZE];
	int64_t rank_ms;
	double start_s; /* of the job: its key's start tag plus what is ahead of it there */
	uint64_t n_ahead;
	double ahead_s;
};

/* The start tag of a key; see claim.c. */
#define START_OF(key)                                                                                                  \
	"max(ifnull((SELECT value FROM setting WHERE name = 'turn_s'), 0.0),"                                          \
	"    ifnull((SELECT finish_s FROM share WHERE key_id = " key "), 0.0))"

static int read_place(struct db *db, const char *id, struct place *p, struct error *err)
{
	static const char sql[] =
		"SELECT key_id, rank_ms, " START_OF("job.key_id") " FROM job WHERE id = ? AND state = 'queued'";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, id);
	rc = query_step(&q);
	if (rc == 1) {
		snprintf(p->key_id, sizeof p->key_id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		p->rank_ms = sqlite3_column_int64(q.stmt, 1);
		p->start_s = sqlite3_column_double(q.stmt, 2);
	}
	query_end(&q);
	return rc;
}

/* Jobs of the same key before it. */
static int add_own(struct db *db, const char *id, struct place *p, struct error *err)
{
	static const char sql[] = "SELECT count(*), total(cost_s) FROM job INDEXED BY job_claim WHERE state = 'queued'"
				  " AND key_id = ?1 AND lane IN (0, 1) AND (rank_ms, id) < (?2, ?3)";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, p->key_id);
	query_int(&q, p->rank_ms);
	query_text(&q, id);
	rc = query_step(&q);
	if (rc == 1) {
		p->n_ahead = (uint64_t)sqlite3_column_int64(q.stmt, 0);
		p->ahead_s = sqlite3_column_double(q.stmt, 1);
		p->start_s += p->ahead_s;
	}
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

/* Of each other key, the part of its work that has turns before this job: as if its jobs were all of its mean cost. */
static int add_others(struct db *db, struct place *p, struct error *err)
{
	static const char sql[] = "SELECT count(*), total(cost_s), " START_OF(
		"job.key_id") " FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id <> ?1 GROUP BY key_id";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, p->key_id);
	while ((rc = query_step(&q)) == 1) {
		double n = sqlite3_column_double(q.stmt, 0), cost_s = sqlite3_column_double(q.stmt, 1);
		double lead_s = p->start_s - sqlite3_column_double(q.stmt, 2);
		double before = lead_s < 0 ? 0 : cost_s > 0 ? ceil(n * lead_s / cost_s) : n;
		before = before < n ? before : n;
		p->n_ahead += (uint64_t)before;
		p->ahead_s += cost_s * before / n;
	}
	query_end(&q);
	return rc;
}

int storage_job_position(struct storage *s, const char *id, uint64_t *position, double *ahead_s, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	struct place p = { .n_ahead = 0 };
	int rc;

	*position = 0;
	*ahead_s = 0;
	if (!db)
		return -1;
	rc = read_place(db, id, &p, err);
	if (rc == 1)
		rc = add_own(db, id, &p, err) || add_others(db, &p, err) ? -1 : 1;
	if (rc == 1) {
		*position = p.n_ahead + 1;
		*ahead_s = p.ahead_s;
	}
	readers_give(&s->readers, db);
	return rc < 0 ? -1 : 0;
}

/* --- single flight --- */

int storage_job_find_held(struct storage *s, const uint8_t content_hash[SHA256_BYTES], char id[JOB_ID_SIZE],
			  struct error *err)
{
	static const char sql[] = "SELECT id FROM job INDEXED BY job_held"
				  " WHERE content_hash = ? AND state IN ('running','finalizing') LIMIT 1";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_blob(&q, content_hash, SHA256_BYTES);
	rc = query_step(&q);
	if (rc == 1)
		snprintf(id, JOB_ID_SIZE, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
	query_end(&q);
	readers_give(&s->readers, db);
	return rc;
}

/* --- summary --- */

static int read_totals(struct db *db, struct queue_summary *out, struct error *err)
{
	static const char sql[] =
		"SELECT (SELECT count(*) FROM job INDEXED BY job_waiting WHERE state = 'scheduled'),"
		" (SELECT count(*) FROM job INDEXED BY job_held WHERE state IN ('running','finalizing')),"
		" (SELECT min(max(created_at_ms, run_at_ms, not_before_ms)) FROM job INDEXED BY job_state WHERE state "
		"= 'queued')";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	rc = query_step(&q);
	if (rc == 1) {
		out->n_scheduled = (uint64_t)sqlite3_column_int64(q.stmt, 0);
		out->n_held = (uint64_t)sqlite3_column_int64(q.stmt, 1);
		out->oldest_ms = sqlite3_column_int64(q.stmt, 2);
	}
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

static int read_shares(struct db *db, struct queue_summary *out, struct error *err)
{
	static const char sql[] = "SELECT key_id, count(*), total(cost_s), " START_OF(
		"job.key_id") " AS start"
			      " FROM job INDEXED BY job_claim WHERE state = 'queued' GROUP BY key_id ORDER BY start, "
			      "key_id";
	double first_s = 0;
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	while ((rc = query_step(&q)) == 1) {
		struct queue_share share = { .n_queued = (uint64_t)sqlite3_column_int64(q.stmt, 1),
					     .queued_s = sqlite3_column_double(q.stmt, 2) };
		snprintf(share.key_id, sizeof share.key_id, "%s", (const char *)sqlite3_column_text(q.stmt, 0));
		if (out->n_keys++ == 0)
			first_s = sqlite3_column_double(q.stmt, 3);
		share.ahead_s = sqlite3_column_double(q.stmt, 3) - first_s;
		out->n_queued += share.n_queued;
		out->queued_s += share.queued_s;
		if (out->n_shares < QUEUE_SHARES_MAX)
			out->shares[out->n_shares++] = share;
	}
	query_end(&q);
	return rc;
}

int storage_queue_summary(struct storage *s, struct queue_summary *out, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	*out = (struct queue_summary){ .n_queued = 0 };
	if (!db)
		return -1;
	rc = read_totals(db, out, err) || read_shares(db, out, err) ? -1 : 0;
	readers_give(&s->readers, db);
	return rc;
}
