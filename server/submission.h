/* From what a client wants to a job: shared by everything that submits, one at a time, again, in batches or by the clock. */
#ifndef SERVER_SUBMISSION_H
#define SERVER_SUBMISSION_H

#include "base/diag.h"
#include "queue/queue.h"
#include "render/render.h"
#include "server/json_spec.h"

/* What is estimated to take less CPU time than this may use the lane for short jobs. */
#define SUBMISSION_SHORT_S 2.0

/* Fills content_hash, frames_total, cost_s, is_short and samples: those of the job's key (key_id is set), under those that
 * the spec brings. -1 with ERR_SOURCE (see diags), ERR_TOO_LARGE or worse. Compiles the program: costs milliseconds. */
int submission_measure(struct storage *storage, const struct render_engine *engine, const struct render_spec *spec,
		       struct job *job, struct diag_list *diags, struct error *err) WARN_UNUSED;

/* Fills the rest of what queue_submit() takes: copies of source and options, priority, terms. default_keep_s: for a spec
 * that does not say how long its result is to be kept. ERR_NO_MEMORY; job_fini() either way. */
int submission_fill(const struct spec *spec, int64_t now_ms, int64_t default_keep_s, struct job *job,
		    struct error *err) WARN_UNUSED;

/* The trace that the job belongs to, when traceparent is valid; NULL is nothing. ERR_NO_MEMORY. */
int submission_set_trace(struct job *job, const char *traceparent, struct error *err) WARN_UNUSED;

/* What an Idempotency-Key is held to: everything that the client asked for. */
void submission_fingerprint(const struct spec *spec, const struct job *job, uint8_t out[SHA256_BYTES]);

/* A list of tags as JSON text, malloc'd; NULL when there are none or no memory. */
char *submission_print_tags(const struct spec_terms *terms);

#endif
