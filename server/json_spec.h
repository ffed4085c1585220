/* What is asked for in a request to render or check: the source and the options, from a JSON body or from a raw body
 * with query parameters. Both forms go through one table of options and give the same struct, so that they have the
 * same canonical text and the same content hash. */
#ifndef SERVER_JSON_SPEC_H
#define SERVER_JSON_SPEC_H

#include "base/arena.h"
#include "base/error.h"
#include "render/render.h"
#include "server/http.h"
#include "storage/storage.h"

enum { SPEC_PROBLEMS_MAX = 20, PRIORITY_DEFAULT = 5, SPEC_TAGS_MAX = 16, SPEC_TAG_BYTES_MAX = 64 };

/* When a job may run and until when, how long its result is kept, what it is called. 0: not said. */
struct spec_terms {
	int64_t run_at_ms;   /* wall clock */
	int64_t deadline_ms; /* from the submission */
	int64_t keep_s;      /* from the end */
	char tags[SPEC_TAGS_MAX][SPEC_TAG_BYTES_MAX + 1];
	unsigned n_tags;
	char webhook[WEBHOOK_URL_MAX + 1]; /* "": none */
	unsigned webhook_events;           /* WEBHOOK_START, … */
};

struct spec {
	struct render_spec render; /* source points into the arena or the body */
	int priority;              /* 0..9 */
	struct spec_terms terms;
	bool has_format, has_sample_rate; /* given, not the default */
	bool has_source;
	/* Of a job that verifies another (api_verify.c): what its file is to be. Not for clients; stored with the options. */
	bool has_verify;
	uint8_t verify_sha256[SHA256_BYTES];
};

/* Something wrong with an option. */
struct spec_problem {
	char pointer[96];   /* RFC 6901 in the body, or empty */
	char parameter[64]; /* name of the query parameter, or empty */
	const char *code;   /* "unknown-option", "wrong-type", "out-of-range", "duplicate", "conflict", "missing" */
	char message[160];
	char suggestion[64]; /* empty when there is none */
};

struct spec_problems {
	struct spec_problem items[SPEC_PROBLEMS_MAX];
	size_t n;
};

/* Where the JSON text stops being JSON. */
struct json_place {
	unsigned line, column; /* 1-based; column in characters */
	size_t offset;         /* bytes */
};

/* Reads {"source": "…", option: value, …}. -1 with ERR_INVALID: no JSON (*place says where) or options with problems
 * (all of them are listed). The source is copied to the arena. */
int spec_parse_json(struct arena *a, const char *text, size_t len, struct spec *out, struct spec_problems *problems,
		    struct json_place *place, struct error *err) WARN_UNUSED;

/* The same for a line of a batch, which may have "custom_id" too: 1 to 64 bytes, or "" when it has none. */
int spec_parse_line(struct arena *a, const char *text, size_t len, struct spec *out,
		    char custom_id[SPEC_TAG_BYTES_MAX + 1], struct spec_problems *problems, struct json_place *place,
		    struct error *err) WARN_UNUSED;

/* Reads options from query parameters; the source is the caller's. Names in ignored[] (NULL-terminated, may be NULL)
 * are skipped. */
int spec_parse_query(const struct http_pair *query, size_t n, const char *const *ignored, struct spec *out,
		     struct spec_problems *problems, struct error *err) WARN_UNUSED;

/* The options that decide bytes or speed, as canonical JSON: sorted, shortest numbers that read back the same, those
 * without effect left out. malloc'd; NULL when out of memory. */
char *spec_print_options(const struct spec *spec);
/* Reads spec_print_options() back. ERR_CORRUPT. */
int spec_parse_options(const char *text, struct spec *out, struct error *err) WARN_UNUSED;

#endif
