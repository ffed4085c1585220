/* POST /events: what a program plays, as JSON Lines; POST /format: the program in canonical layout. Neither makes a job. */
#include <stdio.h>
#include <string.h>

#include "server/api.h"
#include "server/negotiation.h"
#include "server/problem.h"

/* A request is answered on an HTTP thread, so it must end soon. */
#define EVENTS_CYCLES_MAX 1000.0
enum { EVENTS_BYTES_MAX = 16 << 20 };

static void reply_failure(struct http_request *r, const struct error *err, const struct diag_list *diags,
			  const struct render_spec *spec)
{
	if (err->code == ERR_SOURCE)
		problem_reply_diags(r, diags, spec->source, spec->source_len);
	else
		problem_reply_error(r, err);
}

void api_events(void *ctx, struct http_request *r)
{
	struct app *app = ctx;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf lines = { .max_len = EVENTS_BYTES_MAX };
	char from[32], to[32];
	struct spec spec;
	double cycles;
	size_t len;

	if (api_read_spec(r, &spec) < 0)
		return;
	cycles = spec.render.cycles > 0 ? spec.render.cycles : 1;
	if (spec.render.to_cycle > 0)
		cycles = spec.render.to_cycle - spec.render.from_cycle;
	if (cycles > EVENTS_CYCLES_MAX) {
		problem_reply(r, PROBLEM_INVALID, "'cycles' may be %g here, found %.15g", EVENTS_CYCLES_MAX, cycles);
		return;
	}
	snprintf(from, sizeof from, "%.15g", spec.render.from_cycle);
	snprintf(to, sizeof to, "%.15g", spec.render.from_cycle + cycles);
	if (render_events(app->engine, spec.render.source, spec.render.source_len, from, to, &lines, &diags, &err) <
	    0) {
		buf_fini(&lines);
		reply_failure(r, &err, &diags, &spec.render);
		return;
	}
	len = lines.len;
	http_reply(r, 200, "application/jsonl", buf_take(&lines), len);
}

static void reply_formatted(struct http_request *r, struct buf *text, const struct diag_list *diags,
			    const struct render_spec *spec)
{
	const char *accept = http_header(r, "Accept");
	bool is_changed = text->len != spec->source_len || memcmp(text->data, spec->source, text->len) != 0;
	size_t len = text->len;

	if (accept && negotiation_quality(accept, "text/plain") > negotiation_quality(accept, "application/json")) {
		http_reply(r, 200, "text/plain; charset=utf-8", buf_take(text), len);
		return;
	}
	api_reply_json(r, 200,
		       json_pack("{s:o, s:b, s:o}", "source", problem_json_bytes(text->data ? text->data : "", len),
				 "changed", is_changed, "warnings",
				 problem_json_diags(diags, DIAG_WARNING, spec->source, spec->source_len)));
	buf_fini(text);
}

void api_format(void *ctx, struct http_request *r)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;
	struct spec spec;

	(void)ctx;
	if (api_read_spec(r, &spec) < 0)
		return;
	if (render_format(spec.render.source, spec.render.source_len, &text, &diags, &err) < 0) {
		buf_fini(&text);
		reply_failure(r, &err, &diags, &spec.render);
		return;
	}
	reply_formatted(r, &text, &diags, &spec.render);
}
