/* The job queue: accepts jobs, hands them to a runner, watches leases, tells who waits. The only header of
 * queue/ that other folders include.
 *
 * A job is durable (storage/) before queue_submit() returns. A fixed number of runner threads each take one job
 * at a time; the work itself happens in the render pool. One more thread renews leases and recovers lost ones.
 * What a job is made of is the runner's business: the queue sees ids, states and numbers. Thread-safe. */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/job_control.h"
#include "storage/storage.h"

/* A failed run is tried again, up to the job's max_attempts, when another try can succeed: ERR_NO_SPACE, ERR_IO and
 * lost leases. Everything else (the program's errors, budgets) fails the job at once. */

/* Implemented by server/runner.c. run() renders job->source with job->options into job->content_hash's artifact
 * and fills the result members of *job (or leaves them and fills err). It must return soon after cancel or suspend is set
 * (ERR_CANCELED); suspend comes first, so that it can keep what it has for the next attempt. finalizing() is to be called by run() when all frames are rendered and the file is about to
 * be published; when it fails the lease is lost and the artifact must be aborted. */
struct job_runner {
	void *ctx;
	int (*run)(void *ctx, struct job *job, struct job_control *control,
		   int (*finalizing)(void *fctx, struct error *err), void *fctx, struct error *err);
};

struct queue_config {
	struct storage *storage;
	struct job_runner runner;
	unsigned n_runners;  /* jobs in progress at once; 0: cpu_allowed_count() */
	unsigned max_queued; /* ERR_BUSY beyond; 0: 10,000 */
	int64_t lease_ms;    /* 0: 15,000; renewed every third of it */
};

struct queue;

/* Recovers the jobs that a previous process left, then starts the threads. */
struct queue *queue_new(const struct queue_config *config, struct error *err) WARN_UNUSED;

/* Stops claiming, waits up to timeout_ms for running jobs, then cancels the rest and gives them back as queued.
 * After this only queue_get and queue_list answer, submissions fail with ERR_BUSY. */
void queue_drain(struct queue *q, int64_t timeout_ms);
void queue_free(struct queue *q);

/* Fills j->id, created_at_ms, state; makes it durable; wakes a runner. Taken from j: content_hash, options,
 * source, priority, frames_total. A finished artifact with the same content makes the job succeed at once
 * (*is_cached). ERR_BUSY when full or draining. */
int queue_submit(struct queue *q, struct job *j, bool *is_cached, struct error *err) WARN_UNUSED;

/* As storage_job_get, with the live progress of a running job. */
int queue_get(struct queue *q, const char *id, bool with_source, struct job *out, struct error *err) WARN_UNUSED;
int queue_list(struct queue *q, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
	       struct error *err) WARN_UNUSED;

/* Idempotent: a terminal job is left as it is. */
int queue_cancel(struct queue *q, const char *id, struct error *err) WARN_UNUSED;
/* Cancels if needed and removes the row and its file when the job has ended; ERR_CONFLICT while a runner still
 * holds it (try again). */
int queue_delete(struct queue *q, const char *id, struct error *err) WARN_UNUSED;

/* Calls back once, from a thread of the queue, when the job reaches a terminal state (at once when it has) or the
 * queue drains or timeout_ms is over. The callback must not block or call the queue; it may run before this returns.
 * Returns a ticket for queue_unwatch(), which waits until the callback is not running and will not be called, and
 * must be called once for every watch, also after the callback. 0: out of memory; the callback has been called. */
typedef void (*queue_watch_cb)(void *ctx);
uint64_t queue_watch(struct queue *q, const char *id, int64_t timeout_ms, queue_watch_cb cb, void *ctx);
void queue_unwatch(struct queue *q, uint64_t ticket);

/* Jobs ahead of a queued one plus one; 0 when it is not queued. */
uint64_t queue_position(struct queue *q, const char *id);

#endif
