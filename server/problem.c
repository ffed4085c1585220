#include "server/problem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/negotiation.h"
#include "server/url.h"

static const struct {
	unsigned status;
	const char *code, *title;
} problems[PROBLEM_COUNT] = {
#define PROBLEM(name, status, code, title) [PROBLEM_##name] = { status, code, title },
#include "server/problems.def"
#undef PROBLEM
};

bool problem_is_known(const char *code)
{
	for (int k = 0; k < PROBLEM_COUNT; k++)
		if (strcmp(problems[k].code, code) == 0)
			return true;
	return false;
}

enum problem_kind problem_find(const char *code)
{
	for (int k = 0; k < PROBLEM_COUNT; k++)
		if (strcmp(problems[k].code, code) == 0)
			return (enum problem_kind)k;
	return PROBLEM_INTERNAL;
}

enum problem_kind problem_of_error(enum error_code code)
{
	return problem_find(error_code_name(code));
}

unsigned problem_status(enum problem_kind kind)
{
	return problems[kind].status;
}

const char *problem_code(enum problem_kind kind)
{
	return problems[kind].code;
}

const char *problem_title(enum problem_kind kind)
{
	return problems[kind].title;
}

json_t *problem_json_bytes(const char *s, size_t n)
{
	json_t *string = text_is_utf8(s, n) ? json_stringn(s, n) : NULL;
	char *safe;

	if (string)
		return string;
	safe = malloc(n ? n : 1);
	if (!safe)
		return NULL;
	for (size_t i = 0; i < n; i++)
		safe[i] = (unsigned char)s[i] < 0x80 ? s[i] : '?';
	string = json_stringn(safe, n);
	free(safe);
	return string;
}

static json_t *json_text(const char *s)
{
	return problem_json_bytes(s, strlen(s));
}

/* diag_print_excerpt() indents its lines for a terminal. */
static json_t *json_line(const char *line, size_t n)
{
	size_t indent = n >= 2 && line[0] == ' ' && line[1] == ' ' ? 2 : 0;

	return problem_json_bytes(line + indent, n - indent);
}

/* The two lines of an excerpt as "excerpt" and "caret". */
static void add_excerpt(json_t *place, const char *source, size_t len, struct span span)
{
	struct buf text = BUF_INIT;
	char *newline;

	if (diag_print_excerpt(&text, source, len, span) == 0 && text.data) {
		newline = memrchr(text.data, '\n', text.len);
		if (newline) {
			size_t first = (size_t)(newline - text.data);
			json_object_set_new(place, "excerpt", json_line(text.data, first));
			json_object_set_new(place, "caret", json_line(newline + 1, text.len - first - 1));
		}
	}
	buf_fini(&text);
}

static json_t *json_place(struct span span, const char *source, size_t len)
{
	struct diag_position start = diag_locate(source, len, span.start), end = diag_locate(source, len, span.end);
	json_t *place = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "line", (json_int_t)start.line, "column",
				  (json_int_t)start.column, "end_line", (json_int_t)end.line, "end_column",
				  (json_int_t)end.column, "offset", (json_int_t)span.start, "length",
				  (json_int_t)(span.end - span.start));

	if (place)
		add_excerpt(place, source, len, span);
	return place;
}

static json_t *json_fix(const struct diag *d)
{
	return json_pack("{s:I, s:I, s:o}", "offset", (json_int_t)d->fix_span.start, "length",
			 (json_int_t)(d->fix_span.end - d->fix_span.start), "text", json_text(d->fix_text));
}

json_t *problem_json_diag(const struct diag *d, const char *source, size_t len)
{
	json_t *item = json_pack("{s:s, s:s, s:o}", "code", d->code, "severity",
				 d->severity == DIAG_ERROR ? "error" : "warning", "message", json_text(d->message));

	if (!item)
		return NULL;
	if (d->suggestion[0])
		json_object_set_new(item, "suggestion", json_text(d->suggestion));
	if (d->has_fix)
		json_object_set_new(item, "fix", json_fix(d));
	json_object_set_new(item, "source", json_place(d->span, source, len));
	return item;
}

json_t *problem_json_diags(const struct diag_list *l, enum diag_severity severity, const char *source, size_t len)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < l->n; i++)
		if (l->items[i].severity == severity)
			json_array_append_new(list, problem_json_diag(&l->items[i], source, len));
	return list;
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

static json_t *json_problem(const struct http_request *r, enum problem_kind kind, const char *detail)
{
	char type[64];

	snprintf(type, sizeof type, "/problems/%s", problems[kind].code);
	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:s, s:s}", "type", type, "title", problems[kind].title, "status",
			 (int)problems[kind].status, "detail", json_text(detail), "instance",
			 json_text(r->path ? r->path : "/"), "code", problems[kind].code, "request_id", r->id);
}

char *problem_text(const struct http_request *r, enum problem_kind kind, const char *detail)
{
	json_t *problem = json_problem(r, kind, detail);
	char *text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;

	json_decref(problem);
	return text;
}

static void reply_json(struct http_request *r, enum problem_kind kind, const char *detail, json_t *errors)
{
	json_t *problem = json_problem(r, kind, detail);
	char *text;

	if (problem && errors)
		json_object_set(problem, "errors", errors);
	text = problem ? json_dumps(problem, JSON_COMPACT) : NULL;
	json_decref(problem);
	http_reply(r, problems[kind].status, "application/problem+json", text, text ? strlen(text) : 0);
}

static void reply_text(struct http_request *r, enum problem_kind kind, const char *detail, const char *list)
{
	struct buf text = BUF_INIT;
	size_t len;

	if ((list ? buf_printf(&text, "%s", list) : buf_printf(&text, "error: %s\n", detail)) < 0)
		buf_fini(&text);
	len = text.len;
	http_reply(r, problems[kind].status, "text/plain; charset=utf-8", buf_take(&text), len);
}

static bool wants_text(struct http_request *r)
{
	const char *accept = http_header(r, "Accept");

	return accept && negotiation_quality(accept, "text/plain") > negotiation_quality(accept, "application/json") &&
	       negotiation_quality(accept, "text/plain") > negotiation_quality(accept, "application/problem+json");
}

void problem_reply_list(struct http_request *r, enum problem_kind kind, const char *detail, json_t *errors,
			const char *text)
{
	if ((problems[kind].status == 503 || problems[kind].status == 429) && !http_has_reply_header(r, "Retry-After"))
		http_add_header(r, "Retry-After", "5");
	if (wants_text(r))
		reply_text(r, kind, detail, text);
	else
		reply_json(r, kind, detail, errors);
	json_decref(errors);
}

void problem_reply(struct http_request *r, enum problem_kind kind, const char *fmt, ...)
{
	char detail[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	problem_reply_list(r, kind, detail, NULL, NULL);
}

void problem_reply_error(struct http_request *r, const struct error *err)
{
	problem_reply(r, problem_of_error(err->code), "%s", err->message);
}

void problem_reply_diags(struct http_request *r, const struct diag_list *diags, const char *source, size_t len)
{
	struct buf text = BUF_INIT;
	char detail[64];

	for (size_t i = 0; i < diags->n; i++)
		if (diag_print(&text, "source", source, len, &diags->items[i]) < 0)
			break;
	snprintf(detail, sizeof detail, "%zu error%s in the program", diags->n_errors, diags->n_errors == 1 ? "" : "s");
	problem_reply_list(r, PROBLEM_SOURCE_ERROR, detail, problem_json_diags(diags, DIAG_ERROR, source, len),
			   text.data);
	buf_fini(&text);
}
