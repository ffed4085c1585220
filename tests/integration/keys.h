/* The phonond program as its user runs it: `phonond keys`, and what other subcommands print. */
#ifndef TESTS_INTEGRATION_KEYS_H
#define TESTS_INTEGRATION_KEYS_H

#include "tests/integration/service.h"

#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* Runs phonond with these arguments (NULL-terminated) and returns what it wrote on standard output, malloc'd; its exit status
 * in *status (may be NULL). */
char *phonond_run(const char *const *args, int *status);

/* "Authorization: Bearer phk_…" of a new key in the data folder, made with these further options. Static storage of the last
 * eight calls. */
const char *keys_create(const char *data_dir, const char *const *options);
/* The id within such a header line. Static storage of the last eight calls. */
const char *keys_id(const char *authorization);

/* Status of one request with these headers (may be NULL). */
long call_status(const struct service *s, const char *method, const char *path, const char *body,
		 const char *const *headers);

#endif
