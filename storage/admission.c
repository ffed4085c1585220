/* What a submission must pass, and what it leaves beside its job, all in the transaction that makes the job: so limits hold
 * exactly under any number of clients. */
#include <string.h>

#include "storage/internal.h"

enum { DAY_MS = 86400000 };

/* --- limits --- */

static int count_day(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO key_day (key_id, day, jobs, audio_ms)"
		" VALUES (?1, ?2, 1, ?3 * 1000 / max(1, coalesce(json_extract(?4, '$.sample_rate'), 44100)))"
		" ON CONFLICT (key_id, day) DO UPDATE SET jobs = jobs + 1, audio_ms = audio_ms + excluded.audio_ms";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, j->key_id);
	query_int(&q, j->created_at_ms / DAY_MS);
	query_int(&q, (int64_t)j->frames_total);
	query_text(&q, j->options ? j->options : "{}");
	return query_run(&q) < 0 ? -1 : 0;
}

/* The job is counted already. */
static int check_limits(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"SELECT max_queued > 0 AND queued > max_queued, max_bytes > 0 AND bytes > max_bytes,"
		" audio_s_per_day > 0 AND coalesce(audio_ms, 0) > audio_s_per_day * 1000, max_queued, max_bytes,"
		" audio_s_per_day FROM api_key LEFT JOIN key_day ON key_id = id AND day = ?2 WHERE id = ?1";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, j->key_id);
	query_int(&q, j->created_at_ms / DAY_MS);
	rc = query_step(&q);
	if (rc == 1 && sqlite3_column_int(q.stmt, 0))
		rc = error_set(err, ERR_QUOTA, "this key may have %lld jobs waiting", sqlite3_column_int64(q.stmt, 3));
	else if (rc == 1 && sqlite3_column_int(q.stmt, 1))
		rc = error_set(err, ERR_QUOTA,
			       "this key's jobs and samples keep %lld bytes, all that they may; delete some",
			       sqlite3_column_int64(q.stmt, 4));
	else if (rc == 1 && sqlite3_column_int(q.stmt, 2))
		rc = error_set(err, ERR_QUOTA, "this key may render %lld seconds of audio a day, counted in UTC",
			       sqlite3_column_int64(q.stmt, 5));
	query_end(&q);
	return rc < 0 ? -1 : 0;
}

/* --- origin --- */

static int insert_origin(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO job_origin (job_id, webhook_url, webhook_events, traceparent) VALUES (?,?,?,?)";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, j->id);
	query_text(&q, j->origin->webhook_url[0] ? j->origin->webhook_url : NULL);
	query_int(&q, j->origin->webhook_events);
	query_text(&q, j->origin->traceparent[0] ? j->origin->traceparent : NULL);
	return query_run(&q) < 0 ? -1 : 0;
}

int admission_record(struct db *db, const struct job *j, struct error *err)
{
	const struct job_origin *o = j->origin;

	if (j->key_id[0] && j->state != JOB_SUCCEEDED && count_day(db, j, err))
		return -1;
	if (j->key_id[0] && check_limits(db, j, err))
		return -1;
	return o ? insert_origin(db, j, err) : 0;
}
