/* The files of jobs. A finished artifact never changes, and its descriptor may be sent while the row is deleted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api.h"
#include "server/audio_type.h"
#include "server/file_reply.h"
#include "server/problem.h"

/* A file of a job: its mix or one of its stems. */
struct audio {
	unsigned part; /* of the artifact */
	enum audio_format format;
	struct file_reply file;
};

/* --- Opening ---------------------------------------------------------------------------------------------- */

enum audio_format api_format_of(const struct job *job)
{
	struct spec spec;

	return spec_parse_options(job->options, &spec, NULL) == 0 ? spec.render.format : AUDIO_FORMAT_WAV;
}

static void describe_mix(const struct job *job, struct audio *audio)
{
	*audio = (struct audio){ .format = api_format_of(job) };
	snprintf(audio->file.name, sizeof audio->file.name, "%s.%s", job->id, audio_format_extension(audio->format));
	memcpy(audio->file.sha256, job->sha256, SHA256_BYTES);
}

/* -1: the job has no stem of this name. */
static int describe_stem(const struct job *job, const char *name, struct audio *audio)
{
	json_t *list = job_stems_json(job), *stem;
	size_t i;
	int rc = -1;

	*audio = (struct audio){ .format = api_format_of(job) };
	json_array_foreach(list, i, stem)
	{
		const char *found = json_string_value(json_object_get(stem, "name"));
		const char *sha256 = json_string_value(json_object_get(stem, "sha256"));
		if (!found || !sha256 || strcmp(found, name) != 0)
			continue;
		audio->part = (unsigned)i + 1;
		snprintf(audio->file.name, sizeof audio->file.name, "%s-%s.%s", job->id, name,
			 audio_format_extension(audio->format));
		rc = sha256_parse_hex(sha256, audio->file.sha256);
	}
	json_decref(list);
	return rc;
}

/* Opens what is described. -1: answered. The caller owns audio->file.fd. */
static int open_audio(struct app *app, struct http_request *r, const struct job *job, struct audio *audio)
{
	struct error err = ERROR_INIT;

	if (artifact_open_part(app->storage, job->content_hash, audio->part, &audio->file.fd, &audio->file.bytes,
			       &err) < 0) {
		if (err.code == ERR_NOT_FOUND)
			problem_reply(r, PROBLEM_GONE, "the audio of this job is no longer kept; submit it again");
		else
			problem_reply_error(r, &err);
		return -1;
	}
	audio->file.type = audio_format_media_type(audio->format);
	if (!audio->file.cache_control)
		audio->file.cache_control = "private, max-age=31536000, immutable";
	audio->file.modified_ms = job->completed_at_ms;
	file_reply_name(&audio->file);
	return 0;
}

void api_reply_audio(struct app *app, struct http_request *r, const struct job *job)
{
	struct audio audio;

	describe_mix(job, &audio);
	if (open_audio(app, r, job, &audio) < 0)
		return;
	http_add_header(r, "Location", "/jobs/%s", job->id);
	http_add_header(r, "Content-Location", "/jobs/%s/audio", job->id);
	file_reply_add_headers(r, &audio.file);
	http_reply_file(r, 200, audio.file.type, audio.file.fd, 0, audio.file.bytes);
}

/* --- GET -------------------------------------------------------------------------------------------------- */

/* Answers with the file that is described. */
static void reply_file(struct app *app, struct http_request *r, const struct job *job, struct audio *audio)
{
	if (audio_type_quality(http_header(r, "Accept"), audio->format) == 0)
		problem_reply(r, PROBLEM_NOT_ACCEPTABLE, "this file is %s", audio_format_media_type(audio->format));
	else if (open_audio(app, r, job, audio) == 0)
		file_reply_send(r, &audio->file);
}

void api_serve_audio(struct app *app, struct http_request *r, const struct job *job, const char *cache_control)
{
	struct audio audio;

	describe_mix(job, &audio);
	audio.file.cache_control = cache_control;
	audio.file.is_inline = true;
	reply_file(app, r, job, &audio);
}

bool api_refuse_unsucceeded(struct http_request *r, const struct job *job)
{
	if (job->state == JOB_SUCCEEDED && !job->is_expired)
		return false;
	if (job->state == JOB_SUCCEEDED) {
		problem_reply(r, PROBLEM_EXPIRED, "the audio is kept no longer; submit it again");
	} else if (!job_state_is_terminal(job->state)) {
		http_add_header(r, "Retry-After", "1");
		problem_reply(r, PROBLEM_NOT_FINISHED, "the job is %s", job_state_name(job->state));
	} else {
		problem_reply(r, PROBLEM_NO_AUDIO, "the job is %s", job_state_name(job->state));
	}
	return true;
}

int api_load_succeeded(struct app *app, struct http_request *r, struct job *out)
{
	if (api_load_job(app, r, false, out) < 0)
		return -1;
	if (!api_refuse_unsucceeded(r, out))
		return 0;
	job_fini(out);
	return -1;
}

void api_audio(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	int is_live = api_wants_live(r);
	struct audio audio;
	struct job job;

	if (is_live < 0 || api_load_job(app, r, false, &job) < 0)
		return;
	if (is_live && !job_state_is_terminal(job.state)) {
		api_live(app, r, &job);
	} else if (!api_refuse_unsucceeded(r, &job)) {
		describe_mix(&job, &audio);
		reply_file(app, r, &job, &audio);
	}
	job_fini(&job);
}

void api_stem_audio(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct audio audio;
	struct job job;

	if (api_load_succeeded(app, r, &job) < 0)
		return;
	if (describe_stem(&job, r->path_name, &audio) == 0)
		reply_file(app, r, &job, &audio);
	else
		problem_reply(r, PROBLEM_NOT_FOUND,
			      job.stems ? "the job has no stem of this name; see /jobs/%s/stems"
					: "the job %s was submitted without 'stems'",
			      job.id);
	job_fini(&job);
}
