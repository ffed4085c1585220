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

/* Walks the columns of a row in the order of JOB_COLUMNS. */
struct cursor {
	sqlite3_stmt *stmt;
	int column;
	bool is_out_of_memory;
};

static int64_t next_int(struct cursor *c)
{
	return sqlite3_column_int64(c->stmt, c->column++);
}

static double next_real(struct cursor *c)
{
	return sqlite3_column_double(c->stmt, c->column++);
}

/* What the column has no value for is `missing`. */
static double next_real_or(struct cursor *c, double missing)
{
	bool is_null = sqlite3_column_type(c->stmt, c->column) == SQLITE_NULL;
	double value = next_real(c);

	return is_null ? missing : value;
}

static void next_text(struct cursor *c, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(c->stmt, c->column++);
	size_t len = text ? strnlen(text, size - 1) : 0;

	memcpy(out, text ? text : "", len);
	out[len] = '\0';
}

/* A malloc'd copy; NULL for NULL. */
static char *next_text_dup(struct cursor *c)
{
	const char *text = (const char *)sqlite3_column_text(c->stmt, c->column++);
	char *copy = text ? strdup(text) : NULL;

	c->is_out_of_memory |= text && !copy;
	return copy;
}

/* A digest; false when the column does not hold one. */
static bool next_digest(struct cursor *c, uint8_t out[SHA256_BYTES])
{
	const void *bytes = sqlite3_column_blob(c->stmt, c->column);
	int n = sqlite3_column_bytes(c->stmt, c->column++);

	if (n != SHA256_BYTES || !bytes)
		return false;
	memcpy(out, bytes, SHA256_BYTES);
	return true;
}

static void read_result(struct cursor *c, struct job *out)
{
	out->bytes = (uint64_t)next_int(c);
	out->frames = (uint64_t)next_int(c);
	out->clipped_frames = (uint64_t)next_int(c);
	out->peak = next_real(c);
	out->render_s = next_real(c);
	out->cpu_s = next_real(c);
	out->true_peak = next_real_or(c, NAN);
	out->loudness_lufs = next_real_or(c, -INFINITY);
	out->stems = next_text_dup(c);
	out->has_result = next_digest(c, out->sha256);
}

static void read_terms(struct cursor *c, struct job *out)
{
	next_text(c, out->key_id, sizeof out->key_id);
	out->run_at_ms = next_int(c);
	out->not_before_ms = next_int(c);
	out->deadline_at_ms = next_int(c);
	out->keep_s = next_int(c);
	out->expires_at_ms = next_int(c);
	out->is_expired = next_int(c) != 0;
	out->tags = next_text_dup(c);
	out->cost_s = next_real(c);
	out->is_short = next_int(c) != 0;
	next_text(c, out->batch_id, sizeof out->batch_id);
	next_text(c, out->custom_id, sizeof out->custom_id);
	next_text(c, out->schedule_id, sizeof out->schedule_id);
	next_text(c, out->retry_of, sizeof out->retry_of);
}

int job_row_read(struct query *q, struct job *out, struct error *err)
{
	struct cursor c = { .stmt = q->stmt };
	char state_name[16];
	bool has_hash;
	int state;

	*out = (struct job){ .id = "" };
	next_text(&c, out->id, sizeof out->id);
	next_text(&c, state_name, sizeof state_name);
	state = job_state_find(state_name);
	out->state = state < 0 ? JOB_FAILED : (enum job_state)state;
	out->priority = (int)next_int(&c);
	out->attempt = (int)next_int(&c);
	out->max_attempts = (int)next_int(&c);
	out->epoch = next_int(&c);
	out->cancel_requested = next_int(&c) != 0;
	out->created_at_ms = next_int(&c);
	out->started_at_ms = next_int(&c);
	out->completed_at_ms = next_int(&c);
	out->lease_until_ms = next_int(&c);
	has_hash = next_digest(&c, out->content_hash);
	out->options = next_text_dup(&c);
	out->frames_done = (uint64_t)next_int(&c);
	out->frames_total = (uint64_t)next_int(&c);
	read_result(&c, out);
	next_text(&c, out->error_code, sizeof out->error_code);
	next_text(&c, out->error_message, sizeof out->error_message);
	out->warnings = next_text_dup(&c);
	read_terms(&c, out);
	out->resumed_from_frame = (uint64_t)next_int(&c);
	if (!c.is_out_of_memory && state >= 0 && has_hash)
		return 0;
	job_fini(out);
	if (c.is_out_of_memory)
		return error_set(err, ERR_NO_MEMORY, "reading a job: out of memory");
	return error_set(err, ERR_CORRUPT, "a job row holds an unknown state or no content hash");
}

/* SQLite stores a NaN as NULL, which these columns refuse. */
static double finite_or_0(double x)
{
	return isfinite(x) ? x : 0;
}

void job_row_bind_result(struct query *q, const struct job *j)
{
	query_int(q, (int64_t)j->bytes);
	query_int(q, (int64_t)j->frames);
	query_int(q, (int64_t)j->clipped_frames);
	query_real(q, finite_or_0(j->peak));
	query_real(q, finite_or_0(j->render_s));
	query_real(q, finite_or_0(j->cpu_s));
	query_real(q, isfinite(j->true_peak) ? j->true_peak : NAN);
	query_real(q, isfinite(j->loudness_lufs) ? j->loudness_lufs : NAN);
	query_text(q, j->stems);
}

int job_row_read_source(struct query *q, int column, struct job *out, struct error *err)
{
	const void *bytes = sqlite3_column_blob(q->stmt, column);
	size_t n = (size_t)sqlite3_column_bytes(q->stmt, column);

	out->source = malloc(n + 1);
	if (!out->source) {
		job_fini(out);
		return error_set(err, ERR_NO_MEMORY, "reading a job's source: out of memory");
	}
	if (n > 0)
		memcpy(out->source, bytes, n);
	out->source[n] = '\0';
	out->source_len = n;
	return 0;
}
