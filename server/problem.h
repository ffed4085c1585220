/* Failures as clients see them: problem details (RFC 9457) in JSON, or text with a caret drawing for a terminal. */
#ifndef SERVER_PROBLEM_H
#define SERVER_PROBLEM_H

#include <jansson.h>

#include "base/diag.h"
#include "base/error.h"
#include "server/http.h"

enum problem_kind {
#define PROBLEM(name, status, code, title) PROBLEM_##name,
#include "server/problems.def"
#undef PROBLEM
	PROBLEM_COUNT
};

/* The kind for an error of the lower layers; PROBLEM_INTERNAL for what has none. */
enum problem_kind problem_of_error(enum error_code code);
/* By code, e.g. a job's stored error_code; PROBLEM_INTERNAL when unknown. */
enum problem_kind problem_find(const char *code);
bool problem_is_known(const char *code);
unsigned problem_status(enum problem_kind kind);
const char *problem_code(enum problem_kind kind);
const char *problem_title(enum problem_kind kind);

/* Answers r with the kind and one sentence. Adds Retry-After where coming back may help. */
void problem_reply(struct http_request *r, enum problem_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* The same for an error of the lower layers. */
void problem_reply_error(struct http_request *r, const struct error *err);
/* With `errors` (a JSON array; reference taken) and, for plain text, what stands instead of it (may be NULL). */
void problem_reply_list(struct http_request *r, enum problem_kind kind, const char *detail, json_t *errors,
			const char *text);
/* A program's diagnostics: PROBLEM_SOURCE_ERROR. */
void problem_reply_diags(struct http_request *r, const struct diag_list *diags, const char *source, size_t len);

/* The JSON of a problem without a list, malloc'd; NULL when out of memory. */
char *problem_text(const struct http_request *r, enum problem_kind kind, const char *detail);

/* One diagnostic: {code, severity, message, suggestion?, fix?, source:{line, column, …}}. NULL when out of memory. */
json_t *problem_json_diag(const struct diag *d, const char *source, size_t len);
/* All of one severity, as an array. */
json_t *problem_json_diags(const struct diag_list *l, enum diag_severity severity, const char *source, size_t len);

/* A JSON string of bytes that may not be UTF-8: what is not becomes '?'. */
json_t *problem_json_bytes(const char *s, size_t n);

#endif
