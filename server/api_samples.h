/* What the handlers of /samples share. */
#ifndef SERVER_API_SAMPLES_H
#define SERVER_API_SAMPLES_H

#include "server/api.h"

/* The entry that the path names, empty but for that. -1: answered. */
int sample_read_path(struct http_request *r, struct sample_entry *e);
/* As clients see it. NULL when out of memory. */
json_t *sample_json(const struct sample_entry *e);
/* Are the request's conditions met by what is there now? *condition holds that state, for the transaction that changes it.
 * -1: answered. */
int sample_check_conditions(struct app *app, struct http_request *r, const struct sample_entry *wanted,
			    struct sample_condition *condition);
/* Answers with why a change was not made. */
void sample_reply_error(struct http_request *r, const struct error *err);

#endif
