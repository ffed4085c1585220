/* The queue seen from outside: where a job stands, what waits for what, whose work it is. Reads of the claim index alone,
 * in the order that claim.c serves. */
#include <math.h>

#include "storage/internal.h"

/* --- position --- */

/* A queued job as the index has it. */
struct place {
	const char *id;
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

static int read_place(struct row *row, void *ctx)
{
	struct place *p = ctx;

	row_copy_text(row, p->key_id, sizeof p->key_id);
	p->rank_ms = row_int(row);
	p->start_s = row_real(row);
	return 0;
}

/* Jobs of the same key before it. */
static int add_own(struct row *row, void *ctx)
{
	struct place *p = ctx;

	p->n_ahead = (uint64_t)row_int(row);
	p->ahead_s = row_real(row);
	p->start_s += p->ahead_s;
	return 0;
}

/* Of another key, the part of its work that has turns before this job: as if its jobs were all of its mean cost. */
static int add_other(struct row *row, void *ctx)
{
	struct place *p = ctx;
	double n = row_real(row);
	double cost_s = row_real(row);
	double lead_s = p->start_s - row_real(row);
	double before = lead_s < 0 ? 0 : cost_s > 0 ? ceil(n * lead_s / cost_s) : n;

	before = before < n ? before : n;
	p->n_ahead += (uint64_t)before;
	p->ahead_s += cost_s * before / n;
	return 0;
}

/* 1, 0 when it is not queued, -1. */
static int find_place(struct db *db, void *ctx, struct error *err)
{
	static const char itself[] =
		"SELECT key_id, rank_ms, " START_OF("job.key_id") " FROM job WHERE id = ? AND state = 'queued'";
	static const char own[] = "SELECT count(*), total(cost_s) FROM job INDEXED BY job_claim WHERE state = 'queued'"
				  " AND key_id = ?1 AND lane IN (0, 1) AND (rank_ms, id) < (?2, ?3)";
	static const char others[] = "SELECT count(*), total(cost_s), " START_OF(
		"job.key_id") " FROM job INDEXED BY job_claim WHERE state = 'queued' AND key_id <> ?1 GROUP BY key_id";
	struct place *p = ctx;
	struct value id = v_text(p->id), key_id = v_text(p->key_id);
	int n = db_each_row(db, itself, VALUES(id), read_place, p, err);

	if (n <= 0)
		return n;
	if (db_each_row(db, own, VALUES(key_id, v_int(p->rank_ms), id), add_own, p, err) < 0 ||
	    db_each_row(db, others, VALUES(key_id), add_other, p, err) < 0)
		return -1;
	return 1;
}

int storage_job_position(struct storage *s, const char *id, uint64_t *position, double *ahead_s, struct error *err)
{
	struct place p = { .id = id };
	int rc = readers_do(&s->readers, find_place, &p, err);

	*position = rc == 1 ? p.n_ahead + 1 : 0;
	*ahead_s = rc == 1 ? p.ahead_s : 0;
	return rc < 0 ? -1 : 0;
}

/* --- single flight --- */

static int read_id(struct row *row, void *ctx)
{
	row_copy_text(row, ctx, JOB_ID_SIZE);
	return 0;
}

int storage_job_find_held(struct storage *s, const uint8_t content_hash[SHA256_BYTES], char id[JOB_ID_SIZE],
			  struct error *err)
{
	static const char sql[] = "SELECT id FROM job INDEXED BY job_held"
				  " WHERE content_hash = ? AND state IN ('running','finalizing') LIMIT 1";

	return readers_each_row(&s->readers, sql, VALUES(v_blob(content_hash, SHA256_BYTES)), read_id, id, err);
}

/* --- summary --- */

static int read_totals(struct row *row, void *ctx)
{
	struct queue_summary *out = ctx;

	out->n_scheduled = (uint64_t)row_int(row);
	out->n_held = (uint64_t)row_int(row);
	out->oldest_ms = row_int(row);
	return 0;
}

static int add_share(struct row *row, void *ctx)
{
	struct queue_summary *out = ctx;
	struct queue_share share = { .key_id = "" };

	row_copy_text(row, share.key_id, sizeof share.key_id);
	share.n_queued = (uint64_t)row_int(row);
	share.queued_s = row_real(row);
	share.ahead_s = row_real(row); /* its start tag, until all are there */
	out->n_keys++;
	out->n_queued += share.n_queued;
	out->queued_s += share.queued_s;
	if (out->n_shares < QUEUE_SHARES_MAX)
		out->shares[out->n_shares++] = share;
	return 0;
}

static int read_summary(struct db *db, void *ctx, struct error *err)
{
	static const char totals[] =
		"SELECT (SELECT count(*) FROM job INDEXED BY job_waiting WHERE state = 'scheduled'),"
		" (SELECT count(*) FROM job INDEXED BY job_held WHERE state IN ('running','finalizing')),"
		" (SELECT min(max(created_at_ms, run_at_ms, not_before_ms)) FROM job INDEXED BY job_state"
		"   WHERE state = 'queued')";
	static const char shares[] = "SELECT key_id, count(*), total(cost_s), " START_OF(
		"job.key_id") " AS start FROM job INDEXED BY job_claim WHERE state = 'queued'"
			      " GROUP BY key_id ORDER BY start, key_id";
	struct queue_summary *out = ctx;

	if (db_each_row(db, totals, NO_VALUES, read_totals, out, err) < 0 ||
	    db_each_row(db, shares, NO_VALUES, add_share, out, err) < 0)
		return -1;
	for (size_t i = out->n_shares; i-- > 0;)
		out->shares[i].ahead_s -= out->shares[0].ahead_s;
	return 0;
}

int storage_queue_summary(struct storage *s, struct queue_summary *out, struct error *err)
{
	*out = (struct queue_summary){ .n_queued = 0 };
	return readers_do(&s->readers, read_summary, out, err);
}
