/* Reading what a client wants rendered or checked, and saying what is wrong with it. */
#include <string.h>

#include "server/api.h"
#include "server/negotiation.h"
#include "server/problem.h"
#include "server/url.h"

json_t *api_json_spec_problems(const struct spec_problems *l)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < l->n; i++) {
		const struct spec_problem *p = &l->items[i];
		bool is_query = p->parameter[0] != '\0';
		const char *where = is_query ? p->parameter : p->pointer;
		json_t *item = json_pack("{s:o, s:s, s:o}", is_query ? "parameter" : "pointer",
					 problem_json_bytes(where, strlen(where)), "code", p->code, "message",
					 problem_json_bytes(p->message, strlen(p->message)));
		if (item && p->suggestion[0])
			json_object_set_new(item, "suggestion", json_string(p->suggestion));
		json_array_append_new(list, item);
	}
	return list;
}

static int refuse_options(struct http_request *r, const struct spec_problems *l, const struct error *err)
{
	problem_reply_list(r, PROBLEM_INVALID, err->message, api_json_spec_problems(l), NULL);
	return -1;
}

static int refuse_json(struct http_request *r, const struct json_place *at, const struct error *err)
{
	json_t *errors = json_pack("[{s:{s:I, s:I, s:I}, s:s, s:o}]", "source", "line", (json_int_t)at->line, "column",
				   (json_int_t)at->column, "offset", (json_int_t)at->offset, "code", "invalid-json",
				   "message", problem_json_bytes(err->message, strlen(err->message)));

	problem_reply_list(r, PROBLEM_INVALID_JSON, err->message, errors, NULL);
	return -1;
}

/* In a JSON request the options stand in the body; one in the query would be overlooked in silence. */
static int read_json(struct http_request *r, struct spec *out)
{
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;

	if (r->n_query) {
		problem_reply(r, PROBLEM_INVALID, "with a JSON body, options belong into the body, not into the query");
		return -1;
	}
	if (spec_parse_json(&r->arena, r->body, r->body_len, out, &problems, &place, &err) == 0)
		return 0;
	if (place.line)
		return refuse_json(r, &place, &err);
	if (problems.n)
		return refuse_options(r, &problems, &err);
	problem_reply_error(r, &err);
	return -1;
}

int api_read_query(struct http_request *r, struct spec *out)
{
	struct spec_problems problems;
	struct error err = ERROR_INIT;

	return spec_parse_query(r->query, r->n_query, NULL, out, &problems, &err) < 0
		       ? refuse_options(r, &problems, &err)
		       : 0;
}

static int read_raw(struct http_request *r, struct spec *out)
{
	if (api_read_query(r, out) < 0)
		return -1;
	out->render.source = r->body;
	out->render.source_len = r->body_len;
	out->has_source = true;
	return 0;
}

static int read_form(struct http_request *r, struct spec *out)
{
	struct spec_problems problems;
	struct error err = ERROR_INIT;
	struct form_fields f;

	if (api_form_fields(r, &f) < 0)
		return -1;
	if (spec_parse_query(f.options, f.n_options, NULL, out, &problems, &err) < 0)
		return refuse_options(r, &problems, &err);
	out->render.source = f.source;
	out->render.source_len = f.source_len;
	out->render.samples = f.samples;
	out->has_source = true;
	return 0;
}

static void refuse_bytes(struct http_request *r, const char *source, size_t len)
{
	size_t at = text_utf8_length(source, len), line = 1;

	for (size_t i = 0; i < at; i++)
		line += source[i] == '\n';
	problem_reply(r, PROBLEM_SOURCE_ERROR,
		      "the program is not UTF-8 text: found the byte 0x%02x at offset %zu, in line %zu",
		      (unsigned char)source[at], at, line);
}

/* What can be said of the source before it is compiled. */
static int check_text(struct http_request *r, const struct spec *spec)
{
	if (spec->render.source_len > RENDER_SOURCE_BYTES_MAX)
		problem_reply(r, PROBLEM_PAYLOAD_TOO_LARGE, "a program may have %u bytes, this one has %zu",
			      RENDER_SOURCE_BYTES_MAX, spec->render.source_len);
	else if (!text_is_utf8(spec->render.source, spec->render.source_len))
		refuse_bytes(r, spec->render.source, spec->render.source_len);
	else
		return 0;
	return -1;
}

int api_read_spec(struct http_request *r, struct spec *out)
{
	const char *type = http_header(r, "Content-Type");
	bool is_json = type && negotiation_is_type(type, "application/json");

	if ((api_is_form(r) ? read_form(r, out) : is_json ? read_json(r, out) : read_raw(r, out)) < 0)
		return -1;
	return check_text(r, out);
}
