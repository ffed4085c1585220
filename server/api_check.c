/* POST /check: the compiler's opinion of a program, without a job. */
#include <string.h>

#include "server/api.h"
#include "server/negotiation.h"
#include "server/problem.h"

static void reply_text(struct http_request *r, const struct diag_list *diags, const struct render_spec *spec)
{
	struct buf text = BUF_INIT;
	size_t len;

	for (size_t i = 0; i < diags->n; i++)
		if (diag_print(&text, "source", spec->source, spec->source_len, &diags->items[i]) < 0)
			break;
	if (diags->n == 0 && buf_printf(&text, "ok\n") < 0)
		buf_fini(&text);
	len = text.len;
	http_reply(r, 200, "text/plain; charset=utf-8", buf_take(&text), len);
}

static void reply_json(struct http_request *r, const struct diag_list *diags, const struct render_spec *spec)
{
	api_reply_json(r, 200,
		       json_pack("{s:b, s:o, s:o}", "ok", diags->n_errors == 0, "errors",
				 problem_json_diags(diags, DIAG_ERROR, spec->source, spec->source_len), "warnings",
				 problem_json_diags(diags, DIAG_WARNING, spec->source, spec->source_len)));
}

void api_check(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	const char *accept = http_header(r, "Accept");
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct sample_set *samples;
	struct spec spec;
	int rc;

	if (api_read_spec(r, &spec) < 0)
		return;
	rc = storage_sample_set(app->storage, r->caller->key_id, NULL, &samples, &err);
	if (rc == 0)
		rc = render_check(app->engine, samples, spec.render.source, spec.render.source_len, &diags, &err);
	sample_set_free(samples);
	if (rc < 0 && err.code != ERR_SOURCE) {
		problem_reply_error(r, &err);
		return;
	}
	if (accept && negotiation_quality(accept, "text/plain") > negotiation_quality(accept, "application/json"))
		reply_text(r, &diags, &spec.render);
	else
		reply_json(r, &diags, &spec.render);
}
