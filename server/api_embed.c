/* GET /r/{deflated program}.wav: a URL that is a render, for pages that embed its sound.
 *
 * The path holds base64url(deflate(program)), its ending the format, and the query the options. What was rendered before is
 * answered from disk, without another job; else a job is made, if it is a short one, and the answer waits for it. */
#include <sodium/utils.h>
#include <string.h>

#include "server/api.h"
#include "server/inflate.h"
#include "server/problem.h"
#include "server/submission.h"
#include "server/url.h"

/* The bytes may change with the version of the engine and with the key's samples: then the tag does. */
static const char cache_control[] = "private, max-age=3600";

/* The program and the format of the path. -1: answered. */
static int read_path(struct http_request *r, struct spec *spec)
{
	const char *dot = strrchr(r->path_id, '.');
	int format = dot ? audio_format_find_extension(dot + 1) : -1;
	size_t n = dot ? (size_t)(dot - r->path_id) : 0, n_deflated, len;
	char *deflated = arena_alloc(&r->arena, n + 1), *source = arena_alloc(&r->arena, RENDER_SOURCE_BYTES_MAX);
	struct error err = ERROR_INIT;

	if (format < 0)
		problem_reply(r, PROBLEM_INVALID, "the path ends in .wav, .flac, .ogg or .opus");
	else if (!deflated || !source)
		problem_reply(r, PROBLEM_NO_MEMORY, "no memory for the program");
	else if (sodium_base642bin((unsigned char *)deflated, n + 1, r->path_id, n, NULL, &n_deflated, NULL,
				   sodium_base64_VARIANT_URLSAFE_NO_PADDING))
		problem_reply(r, PROBLEM_INVALID, "the program in the path is not base64url without padding");
	else if (inflate_text(deflated, n_deflated, source, RENDER_SOURCE_BYTES_MAX, &len, &err))
		problem_reply_error(r, &err);
	else if (!text_is_utf8(source, len))
		problem_reply(r, PROBLEM_SOURCE_ERROR, "the program is not UTF-8 text");
	else {
		spec->render.source = source;
		spec->render.source_len = len;
		spec->render.format = (enum audio_format)format;
		return 0;
	}
	return -1;
}

/* -1: answered. */
static int read_spec(struct http_request *r, struct spec *spec)
{
	struct error err = ERROR_INIT;
	enum audio_format said;

	if (api_read_query(r, spec) < 0)
		return -1;
	said = spec->render.format;
	if (read_path(r, spec) < 0)
		return -1;
	if (!spec->has_sample_rate)
		spec->render.sample_rate_hz = audio_format_default_rate(spec->render.format);
	if (spec->has_format && said != spec->render.format)
		problem_reply(r, PROBLEM_INVALID, "'format' and the ending of the path differ");
	else if (spec->terms.run_at_ms || spec->terms.webhook[0])
		problem_reply(r, PROBLEM_INVALID, "'run_at' and 'webhook' are not for this resource");
	else if (render_spec_check(&spec->render, &err))
		problem_reply_error(r, &err);
	else
		return 0;
	return -1;
}

/* Answers with an earlier result: 1, 0 when there is none, -1: answered with a problem. */
static int reply_known(struct app *app, struct http_request *r, const struct job *wanted)
{
	struct error err = ERROR_INIT;
	struct job found;
	int rc = storage_find_result(app->storage, wanted->content_hash, &found, &err);

	if (rc == 1)
		api_serve_audio(app, r, &found, cache_control);
	else if (rc < 0)
		problem_reply_error(r, &err);
	job_fini(&found);
	return rc;
}

void api_embed(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct job job = { .state = JOB_QUEUED };
	struct spec spec;

	if (read_spec(r, &spec) < 0)
		return;
	if (api_measure(app, r, &spec.render, &job) == 0 && reply_known(app, r, &job) == 0) {
		if (job.cost_s >= SUBMISSION_SHORT_S)
			problem_reply(
				r, PROBLEM_TOO_LARGE,
				"this render would take %.1f s of CPU time, at most %g are made for a URL; submit it "
				"with POST /render, and then the URL answers",
				job.cost_s, SUBMISSION_SHORT_S);
		else if (access_count_submission(app, r) == 0)
			api_submit_and_serve(app, r, &spec, &job, cache_control);
	}
	job_fini(&job);
}
