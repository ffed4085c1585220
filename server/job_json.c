#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "server/api.h"
#include "server/problem.h"

static void set_time(json_t *j, const char *name, int64_t ms)
{
	char text[CLOCK_RFC3339_SIZE];

	json_object_set_new(j, name, ms ? json_string(clock_format_rfc3339(ms, text)) : json_null());
}

/* Stored JSON text as JSON; null when there is none or it is damaged. */
static json_t *parse_stored(const char *text)
{
	json_t *j = text ? json_loads(text, 0, NULL) : NULL;

	return j ? j : json_null();
}

/* Percent to one decimal. 100 is said only when the file is durable, that is of a succeeded job. */
static double percent_of(const struct job *job)
{
	double percent;

	if (job->state == JOB_SUCCEEDED)
		return 100;
	if (job->frames_total == 0)
		return 0;
	percent = floor(1000.0 * (double)job->frames_done / (double)job->frames_total) / 10;
	return percent > 99.9 ? 99.9 : percent;
}

static const char *phase_of(enum job_state state)
{
	switch (state) {
	case JOB_SCHEDULED:
	case JOB_QUEUED:
		return "waiting";
	case JOB_RUNNING:
		return "rendering";
	case JOB_FINALIZING:
		return "publishing";
	default:
		return "done";
	}
}

static double sample_rate_of(const struct job *job)
{
	struct spec spec;

	if (!job->options || spec_parse_options(job->options, &spec, NULL) < 0)
		return 0;
	return spec.render.sample_rate_hz;
}

/* Seconds of audio per second of this attempt, while it renders. */
static json_t *json_pace(const struct job *job)
{
	double elapsed_s = (double)(clock_wall_ms() - job->started_at_ms) / 1000, rate_hz = sample_rate_of(job);

	if (job->state != JOB_RUNNING || elapsed_s <= 0 || rate_hz <= 0 || job->frames_done <= job->resumed_from_frame)
		return json_null();
	return json_real(round((double)(job->frames_done - job->resumed_from_frame) / rate_hz / elapsed_s * 100) / 100);
}

static json_t *json_progress(const struct job *job, const struct queue_view *view)
{
	uint64_t done = job->state == JOB_SUCCEEDED ? job->frames_total : job->frames_done;
	json_t *j = json_pack("{s:I, s:I, s:f, s:s}", "frames_done", (json_int_t)done, "frames_total",
			      (json_int_t)job->frames_total, "percent", percent_of(job), "phase", phase_of(job->state));

	json_object_set_new(j, "realtime_factor", json_pace(job));
	if (j && view)
		json_object_set_new(j, "eta_ms", view->eta_ms < 0 ? json_null() : json_integer(view->eta_ms));
	return j;
}

/* Why the job is not running; null when it is, or has ended. */
static json_t *json_block(const struct queue_view *view)
{
	const char *reason = queue_block_name(view->blocked_by);
	json_t *j = reason ? json_pack("{s:s}", "reason", reason) : json_null();

	if (reason && view->until_ms)
		set_time(j, "until", view->until_ms);
	if (reason && view->job_id[0])
		json_object_set_new(j, "job", json_string(view->job_id));
	return j;
}

static void set_view(json_t *j, const struct queue_view *view)
{
	uint64_t position = view->position;

	json_object_set_new(j, "queue_position", position ? json_integer((json_int_t)position) : json_null());
	json_object_set_new(j, "blocked_by", json_block(view));
}

static void set_unless_empty(json_t *j, const char *name, const char *text)
{
	if (text[0])
		json_object_set_new(j, name, problem_json_bytes(text, strlen(text)));
}

static void set_terms(json_t *j, const struct job *job)
{
	json_t *tags = parse_stored(job->tags);

	if (!json_is_array(tags)) {
		json_decref(tags);
		tags = json_array();
	}
	json_object_set_new(j, "tags", tags);
	set_time(j, "run_at", job->run_at_ms);
	set_time(j, "deadline_at", job->deadline_at_ms);
	set_time(j, "expires_at", job->expires_at_ms);
	json_object_set_new(j, "pinned", json_boolean(job->is_pinned));
	json_object_set_new(j, "cost_s", json_real(round(1e4 * job->cost_s) / 1e4));
	set_unless_empty(j, "batch_id", job->batch_id);
	set_unless_empty(j, "custom_id", job->custom_id);
	set_unless_empty(j, "schedule_id", job->schedule_id);
	set_unless_empty(j, "retry_of", job->retry_of);
}

static double duration_of(const struct job *job)
{
	double rate_hz = sample_rate_of(job);

	return rate_hz > 0 ? (double)job->frames / rate_hz : 0;
}

static json_t *json_hundredths(double x)
{
	return json_real(round(100 * x) / 100);
}

/* A linear level in decibels; null for silence, which has none, and for what was not measured. */
static json_t *json_db(double level)
{
	return level > 0 ? json_hundredths(20 * log10(level)) : json_null();
}

/* The stored list with the place of each. */
json_t *job_stems_json(const struct job *job)
{
	json_t *list = parse_stored(job->stems), *stem;
	size_t i;

	if (!json_is_array(list)) {
		json_decref(list);
		return json_array();
	}
	json_array_foreach(list, i, stem)
	{
		const char *name = json_string_value(json_object_get(stem, "name"));
		json_object_set_new(stem, "peak_db", json_db(json_number_value(json_object_get(stem, "peak"))));
		json_object_set_new(stem, "audio", json_sprintf("/jobs/%s/stems/%s", job->id, name ? name : ""));
	}
	return list;
}

static json_t *json_result(const struct job *job)
{
	char hex[SHA256_HEX_SIZE];
	json_t *j;

	if (job->state != JOB_SUCCEEDED || !job->has_result)
		return json_null();
	j = json_pack("{s:I, s:I, s:f, s:f, s:o, s:I, s:s}", "frames", (json_int_t)job->frames, "bytes",
		      (json_int_t)job->bytes, "duration_s", duration_of(job), "peak", job->peak, "peak_db",
		      json_db(job->peak), "clipped_frames", (json_int_t)job->clipped_frames, "sha256",
		      sha256_hex(job->sha256, hex));
	json_object_set_new(j, "true_peak_db", json_db(job->true_peak));
	json_object_set_new(j, "loudness_lufs",
			    isfinite(job->loudness_lufs) ? json_hundredths(job->loudness_lufs) : json_null());
	json_object_set_new(j, "stems", job_stems_json(job));
	return j;
}

static json_t *json_metrics(const struct job *job)
{
	json_t *m = json_object();

	if (!m || !job->started_at_ms)
		return m;
	json_object_set_new(m, "queue_ms", json_integer(job->started_at_ms - job->created_at_ms));
	if (job->state != JOB_SUCCEEDED || !job->has_result)
		return m;
	json_object_set_new(m, "render_ms", json_integer((json_int_t)llround(job->render_s * 1000)));
	json_object_set_new(m, "cpu_s", json_real(job->cpu_s));
	if (job->render_s > 0)
		json_object_set_new(m, "realtime_factor", json_real(duration_of(job) / job->render_s));
	return m;
}

static json_t *json_error(const struct job *job)
{
	if (!job_state_is_terminal(job->state) || job->state == JOB_SUCCEEDED)
		return json_null();
	return json_pack("{s:s, s:o}", "code", job->error_code[0] ? job->error_code : "canceled", "message",
			 problem_json_bytes(job->error_message, strlen(job->error_message)));
}

static json_t *json_links(const struct job *job)
{
	json_t *links = json_pack("{s:s+}", "self", "/jobs/", job->id);

	if (links && job->state == JOB_SUCCEEDED && !job->is_expired)
		json_object_set_new(links, "audio", json_sprintf("/jobs/%s/audio", job->id));
	if (links && job->state == JOB_SUCCEEDED && job->stems && !job->is_expired)
		json_object_set_new(links, "stems", json_sprintf("/jobs/%s/stems", job->id));
	if (links && !job_state_is_terminal(job->state))
		json_object_set_new(links, "live", json_sprintf("/jobs/%s/audio?live=1", job->id));
	if (links && !job_state_is_terminal(job->state))
		json_object_set_new(links, "cancel", json_sprintf("/jobs/%s/cancel", job->id));
	else if (links && job->state != JOB_SUCCEEDED)
		json_object_set_new(links, "retry", json_sprintf("/jobs/%s/retry", job->id));
	return links;
}

static void set_times(json_t *j, const struct job *job)
{
	set_time(j, "created_at", job->created_at_ms);
	set_time(j, "started_at", job->started_at_ms);
	set_time(j, "completed_at", job->completed_at_ms);
}

/* A stored list of warnings; a job that ran without any has an empty one. */
static json_t *json_warnings(const struct job *job)
{
	json_t *list = parse_stored(job->warnings);

	if (json_is_array(list))
		return list;
	json_decref(list);
	return json_array();
}

json_t *job_json(const struct job *job, const struct queue_view *view)
{
	char hex[SHA256_HEX_SIZE];
	/* An artifact that was already there makes a job succeed without an attempt. */
	bool is_cached = job->state == JOB_SUCCEEDED && job->attempt == 0;
	json_t *j = json_pack("{s:s, s:s, s:b, s:i, s:i, s:i, s:s}", "id", job->id, "state", job_state_name(job->state),
			      "cached", is_cached, "attempt", job->attempt, "max_attempts", job->max_attempts,
			      "priority", job->priority, "content_hash", sha256_hex(job->content_hash, hex));

	if (!j)
		return NULL;
	set_times(j, job);
	json_object_set_new(j, "options", parse_stored(job->options));
	json_object_set_new(j, "progress", json_progress(job, view));
	json_object_set_new(j, "resumed_from_frame",
			    job->resumed_from_frame ? json_integer((json_int_t)job->resumed_from_frame) : json_null());
	set_terms(j, job);
	if (view)
		set_view(j, view);
	json_object_set_new(j, "result", json_result(job));
	json_object_set_new(j, "metrics", json_metrics(job));
	json_object_set_new(j, "warnings", json_warnings(job));
	json_object_set_new(j, "error", json_error(job));
	json_object_set_new(j, "links", json_links(job));
	if (job->source)
		json_object_set_new(j, "source", problem_json_bytes(job->source, job->source_len));
	return j;
}
