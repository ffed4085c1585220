/* Between a row of the job table and a struct job. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

void job_fini(struct job *j)
{
	free(j->options);
	free(j->origin);
	free(j->source);
	free(j->warnings);
	free(j->stems);
	free(j->tags);
	sample_set_free(j->samples);
	*j = (struct job){ .id = "" };
}

void job_list_free(struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		job_fini(&jobs[i]);
	free(jobs);
}

static void read_result(struct row *row, struct job *out)
{
	out->bytes = (uint64_t)row_int(row);
	out->frames = (uint64_t)row_int(row);
	out->clipped_frames = (uint64_t)row_int(row);
	out->peak = row_real(row);
	out->render_s = row_real(row);
	out->cpu_s = row_real(row);
	out->true_peak = row_real_or(row, NAN);
	out->loudness_lufs = row_real_or(row, -INFINITY);
	out->stems = row_dup_text(row);
	out->has_result = row_copy_blob(row, out->sha256, SHA256_BYTES);
}

static void read_terms(struct row *row, struct job *out)
{
	row_copy_text(row, out->key_id, sizeof out->key_id);
	out->run_at_ms = row_int(row);
	out->not_before_ms = row_int(row);
	out->deadline_at_ms = row_int(row);
	out->keep_s = row_int(row);
	out->expires_at_ms = row_int(row);
	out->is_expired = row_int(row) != 0;
	out->tags = row_dup_text(row);
	out->cost_s = row_real(row);
	out->is_short = row_int(row) != 0;
	row_copy_text(row, out->batch_id, sizeof out->batch_id);
	row_copy_text(row, out->custom_id, sizeof out->custom_id);
	row_copy_text(row, out->schedule_id, sizeof out->schedule_id);
	row_copy_text(row, out->retry_of, sizeof out->retry_of);
}

int job_row_state(struct row *row)
{
	char name[16];

	row_copy_text(row, name, sizeof name);
	return job_state_find(name);
}

int job_row_read(struct row *row, void *job)
{
	struct job *out = job;
	bool has_hash;
	int state;

	*out = (struct job){ .id = "" };
	row_copy_text(row, out->id, sizeof out->id);
	state = job_row_state(row);
	out->state = state < 0 ? JOB_FAILED : (enum job_state)state;
	out->priority = (int)row_int(row);
	out->attempt = (int)row_int(row);
	out->max_attempts = (int)row_int(row);
	out->epoch = row_int(row);
	out->cancel_requested = row_int(row) != 0;
	out->created_at_ms = row_int(row);
	out->started_at_ms = row_int(row);
	out->completed_at_ms = row_int(row);
	out->lease_until_ms = row_int(row);
	has_hash = row_copy_blob(row, out->content_hash, SHA256_BYTES);
	out->options = row_dup_text(row);
	out->frames_done = (uint64_t)row_int(row);
	out->frames_total = (uint64_t)row_int(row);
	read_result(row, out);
	row_copy_text(row, out->error_code, sizeof out->error_code);
	row_copy_text(row, out->error_message, sizeof out->error_message);
	out->warnings = row_dup_text(row);
	read_terms(row, out);
	out->resumed_from_frame = (uint64_t)row_int(row);
	out->is_fresh = row_int(row) != 0;
	out->is_pinned = row_int(row) != 0;
	if (state >= 0 && has_hash)
		return 0;
	return error_set(row->err, ERR_CORRUPT, "a job row holds an unknown state or no content hash");
}

int job_row_read_source(struct row *row, void *job)
{
	struct job *out = job;

	out->source = row_dup_blob(row, &out->source_len);
	return 0;
}

/* SQLite stores a NaN as NULL, which some columns refuse. */
struct value job_row_finite(double x, double otherwise)
{
	return v_real(isfinite(x) ? x : otherwise);
}
