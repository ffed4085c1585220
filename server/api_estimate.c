/* POST /estimate: what a render would take, and whether it would be taken. The numbers are those that the queue charges by. */
#include "server/api.h"
#include "server/problem.h"
#include "server/submission.h"

/* By CPU seconds. */
static const char *class_of(double cpu_s)
{
	return cpu_s < SUBMISSION_SHORT_S ? "short" : cpu_s < 60 ? "medium" : "long";
}

/* Is the file there already? -1: answered. */
static int look_for_result(struct app *app, struct http_request *r, const struct render_estimate *e)
{
	struct error err = ERROR_INIT;
	struct job found;
	int rc = storage_find_result(app->storage, e->content_hash, &found, &err);

	job_fini(&found);
	if (rc < 0)
		problem_reply_error(r, &err);
	return rc;
}

static void reply(struct http_request *r, const struct spec *spec, const struct render_estimate *e, bool is_cached)
{
	char hex[SHA256_HEX_SIZE];

	api_reply_json(r, 200,
		       json_pack("{s:I, s:I, s:f, s:I, s:f, s:I, s:s, s:b, s:s}", "frames", (json_int_t)e->frames,
				 "frames_rendered", is_cached ? (json_int_t)0 : (json_int_t)e->frames_rendered,
				 "duration_s", (double)e->frames / spec->render.sample_rate_hz, "bytes",
				 (json_int_t)e->bytes, "cpu_s", is_cached ? 0.0 : e->cpu_s, "memory_bytes",
				 (json_int_t)e->memory_bytes, "cost_class", is_cached ? "cached" : class_of(e->cpu_s),
				 "cached", is_cached, "content_hash", sha256_hex(e->content_hash, hex)));
}

void api_estimate(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_estimate e;
	struct spec spec;
	int is_cached, rc;

	if (api_read_spec(r, &spec) < 0)
		return;
	rc = storage_sample_set(app->storage, r->caller->key_id, NULL, &spec.render.samples, &err);
	if (rc == 0)
		rc = render_estimate(app->engine, &spec.render, &e, &diags, &err);
	sample_set_free(spec.render.samples);
	if (rc) {
		if (err.code == ERR_SOURCE)
			problem_reply_diags(r, &diags, spec.render.source, spec.render.source_len);
		else
			problem_reply_error(r, &err);
		return;
	}
	is_cached = look_for_result(app, r, &e);
	if (is_cached >= 0)
		reply(r, &spec, &e, is_cached == 1);
}
