/* What a submission must pass, and what it leaves beside its job, all in the transaction that makes the job: so limits hold
 * exactly under any number of clients. */
#include "storage/internal.h"

/* --- limits --- */

static int count_day(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO key_day (key_id, day, jobs, audio_ms)"
		" VALUES (?1, ?2, 1, ?3 * 1000 / max(1, coalesce(json_extract(?4, '$.sample_rate'), 44100)))"
		" ON CONFLICT (key_id, day) DO UPDATE SET jobs = jobs + 1, audio_ms = audio_ms + excluded.audio_ms";

	return db_run(db, sql,
		      VALUES(v_text(j->key_id), v_int(j->created_at_ms / DAY_MS), v_int((int64_t)j->frames_total),
			     v_text(j->options ? j->options : "{}")),
		      err);
}

static int check_row(struct row *row, void *ctx)
{
	bool are_too_many = row_int(row) != 0;
	bool is_too_much = row_int(row) != 0;
	bool is_too_long = row_int(row) != 0;
	long long max_queued = row_int(row);
	long long max_bytes = row_int(row);
	long long audio_s_per_day = row_int(row);

	(void)ctx;
	if (are_too_many)
		return error_set(row->err, ERR_QUOTA, "this key may have %lld jobs waiting", max_queued);
	if (is_too_much)
		return error_set(row->err, ERR_QUOTA,
				 "this key's jobs and samples keep %lld bytes, all that they may; delete some",
				 max_bytes);
	if (is_too_long)
		return error_set(row->err, ERR_QUOTA, "this key may render %lld seconds of audio a day, counted in UTC",
				 audio_s_per_day);
	return 0;
}

/* The job is counted already. */
static int check_limits(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"SELECT max_queued > 0 AND queued > max_queued, max_bytes > 0 AND bytes > max_bytes,"
		" audio_s_per_day > 0 AND coalesce(audio_ms, 0) > audio_s_per_day * 1000, max_queued, max_bytes,"
		" audio_s_per_day FROM api_key LEFT JOIN key_day ON key_id = id AND day = ?2 WHERE id = ?1";
	struct values values = VALUES(v_text(j->key_id), v_int(j->created_at_ms / DAY_MS));

	return db_each_row(db, sql, values, check_row, NULL, err) < 0 ? -1 : 0;
}

/* --- origin --- */

static int insert_origin(struct db *db, const struct job *j, struct error *err)
{
	static const char sql[] =
		"INSERT INTO job_origin (job_id, webhook_url, webhook_events, traceparent) VALUES (?,?,?,?)";
	const struct job_origin *o = j->origin;

	return db_run(db, sql,
		      VALUES(v_text(j->id), v_text_or_null(o->webhook_url), v_int(o->webhook_events),
			     v_text_or_null(o->traceparent)),
		      err);
}

int admission_record(struct db *db, const struct job *j, struct error *err)
{
	if (j->key_id[0] && j->state != JOB_SUCCEEDED && count_day(db, j, err))
		return -1;
	if (j->key_id[0] && check_limits(db, j, err))
		return -1;
	return j->origin ? insert_origin(db, j, err) : 0;
}
