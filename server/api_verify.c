/* POST /jobs/{id}/verify: renders a job's program again and compares the bytes.
 *
 * That is a job of its own, with the samples that the first one was submitted with, which takes no result from the cache and fails
 * when its file has another SHA-256. Its own file is kept for a minute. */
#include <string.h>
#include <sys/random.h>

#include "server/api.h"
#include "server/problem.h"
#include "server/submission.h"

enum { KEEP_S = 60 };

/* A content hash that nothing else has: no earlier file is taken for it, and no job waits for an equal one. */
static int make_unique(uint8_t hash[SHA256_BYTES], struct error *err)
{
	uint8_t nonce[16];
	struct sha256 h;

	if (getrandom(nonce, sizeof nonce, 0) != (ssize_t)sizeof nonce)
		return error_set(err, ERR_INTERNAL, "no random bytes");
	sha256_init(&h);
	sha256_update(&h, "verify\n", 7);
	sha256_update(&h, hash, SHA256_BYTES);
	sha256_update(&h, nonce, sizeof nonce);
	sha256_final(&h, hash);
	return 0;
}

/* What was submitted then, to be submitted again. spec points into `then`. */
static int prepare(struct app *app, const struct job *then, struct spec *spec, struct job *job, struct error *err)
{
	struct diag_list diags = { .n = 0 };

	if (spec_parse_options(then->options, spec, err))
		return -1;
	spec->render.source = then->source;
	spec->render.source_len = then->source_len;
	spec->has_verify = true;
	memcpy(spec->verify_sha256, then->sha256, SHA256_BYTES);
	spec->priority = then->priority;
	spec->terms.keep_s = KEEP_S;
	if (storage_sample_set_of_job(app->storage, then->id, &job->samples, err) ||
	    submission_measure(app->storage, app->engine, &spec->render, job, &diags, err))
		return -1;
	if (memcmp(job->content_hash, then->content_hash, SHA256_BYTES) != 0)
		return error_set(err, ERR_CONFLICT,
				 "another version of phonond, or other installed samples, would render this now");
	return make_unique(job->content_hash, err);
}

/* The program was rendered once, so nothing is wrong with it but what has changed since. */
static void reply_failure(struct http_request *r, const struct error *err)
{
	if (err->code == ERR_SOURCE || err->code == ERR_NOT_FOUND)
		problem_reply(r, PROBLEM_CONFLICT, "%s", err->message);
	else
		problem_reply_error(r, err);
}

void api_verify(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct job then, job = { .state = JOB_QUEUED };
	struct error err = ERROR_INIT;
	struct spec spec;

	if (api_load_job(app, r, true, &then) < 0)
		return;
	memcpy(job.key_id, r->caller->key_id, sizeof job.key_id);
	if (then.state != JOB_SUCCEEDED)
		problem_reply(r, PROBLEM_CONFLICT, "the job is %s; only one that succeeded can be verified",
			      job_state_name(then.state));
	else if (prepare(app, &then, &spec, &job, &err))
		reply_failure(r, &err);
	else
		api_submit(app, r, &spec, &job);
	job_fini(&job);
	job_fini(&then);
}
