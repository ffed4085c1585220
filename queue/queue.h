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
 * lost leases. Everything else (the program's errors, budgets) fails the job at once. Between two tries the job is
 * scheduled for a random time within min(cap, base * 2^(attempt - 1)) and holds no runner. */

/* Implemented by server/runner.c. run() renders job->source with job->options into job->content_hash's artifact
 * and fills the result members of *job (or leaves them and fills err). It must return soon after cancel or suspend is set
 * (ERR_CANCELED); suspend comes first, so that it can keep what it has for the next attempt. finalizing() is to be called
 * by run() when all frames are rendered and the file is about to be published; when it fails the lease is lost and the
 * artifact must be aborted. prepare() fills content_hash, frames_total, cost_s and is_short from job->source and
 * job->options as a submission does; may be NULL: then they are what they were. */
struct job_runner {
	void *ctx;
	int (*prepare)(void *ctx, struct job *job, struct error *err);
	int (*run)(void *ctx, struct job *job, struct job_control *control,
		   int (*finalizing)(void *fctx, struct error *err), void *fctx, struct error *err);
};

struct queue_config {
	struct storage *storage;
	struct job_runner runner;
	unsigned n_runners; /* jobs in progress at once; 0: cpu_allowed_count() */
	unsigned
		n_short_runners; /* more of them that take short jobs only, so that these never wait behind long ones */
	unsigned max_queued;     /* ERR_BUSY beyond; 0: 10,000 */
	uint64_t max_bytes;      /* of finished files, see storage_make_room(); 0: any */
	int64_t lease_ms;        /* 0: 15,000; renewed every third of it */
	int64_t retry_base_ms;   /* 0: 500 */
	int64_t retry_cap_ms;    /* 0: 60,000 */
};

struct queue;

/* Recovers the jobs that a previous process left, then starts the threads. */
struct queue *queue_new(const struct queue_config *config, struct error *err) WARN_UNUSED;

/* Stops claiming, waits up to timeout_ms for running jobs, then cancels the rest and gives them back as queued.
 * After this only queue_get and queue_list answer, submissions fail with ERR_BUSY. */
void queue_drain(struct queue *q, int64_t timeout_ms);
void queue_free(struct queue *q);

/* Fills j->id, created_at_ms, state; makes it durable; wakes a runner. Taken from j: content_hash, options, source,
 * priority, frames_total, the terms (storage.h) and what it belongs to. A run_at_ms that is to come makes it scheduled;
 * else a finished artifact with the same content makes the job succeed at once (*is_cached). once may be NULL; when its
 * token stands for a job already, nothing is made and the result is 1 (see storage_job_insert_once()). ERR_BUSY when full
 * or draining, ERR_QUOTA by the limits of the key, ERR_MISMATCH. */
int queue_submit(struct queue *q, struct job *j, struct job_once *once, bool *is_cached, struct error *err) WARN_UNUSED;

/* Is there a finished file of the job's content, so that queue_submit() needs no runner? */
bool queue_has_result(struct queue *q, const struct job *j);
/* As queue_submit() for a job that is to be run, without a token, and without waiting for the disk: done is called once, on a
 * thread of the store, when the job is durable (0) or was refused (-1 and why), and must not block. j stays the queue's until
 * then. -1: it was refused at once, and done is not called. */
int queue_submit_later(struct queue *q, struct job *j, void (*done)(void *ctx, int result, const struct error *why),
		       void *ctx, struct error *err) WARN_UNUSED;

/* As queue_submit() for many jobs of a batch, in one transaction. Lines without a job are lines that are wrong. A line's err
 * says why its job was not accepted (ERR_BUSY, too); -1: nothing was. At most QUEUE_MANY_MAX. */
enum { QUEUE_MANY_MAX = 64 };
struct queue_line {
	struct job *job;
	const char *custom_id, *problem;
	uint64_t number;
	struct error err;
};
int queue_submit_many(struct queue *q, const char *batch_id, struct queue_line *lines, size_t n,
		      struct error *err) WARN_UNUSED;
/* A new id of a batch or a schedule: prefix of three letters and '_'. */
void queue_make_id(struct queue *q, const char *prefix, char out[JOB_ID_SIZE]);
/* Cancels all jobs of a batch. */
int queue_cancel_batch(struct queue *q, const char *batch_id, struct error *err) WARN_UNUSED;

/* Submits a failed, canceled or expired job anew, as a job of its own; *out (job_fini()) is the new one. ERR_CONFLICT for
 * one that has not ended, or succeeded. */
int queue_retry(struct queue *q, const char *id, struct job *out, struct error *err) WARN_UNUSED;

/* Wall-clock milliseconds that never jump while the queue lives: what deadline_at_ms is compared with. */
int64_t queue_now_ms(const struct queue *q);

/* As storage_job_get, with the live progress of a running job. */
int queue_get(struct queue *q, const char *id, bool with_source, struct job *out, struct error *err) WARN_UNUSED;
int queue_list(struct queue *q, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
	       struct error *err) WARN_UNUSED;

/* The smallest id of a job made at that time or later: a bound for lists. */
void queue_id_since(int64_t wall_ms, char out[JOB_ID_SIZE]);

/* A pinned job's result is removed by DELETE only. ERR_NOT_FOUND. */
int queue_pin(struct queue *q, const char *id, bool is_pinned, struct error *err) WARN_UNUSED;
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

/* What the jobs in progress in this process have done so far; returns how many were written to out[max]. */
struct queue_progress {
	char job_id[JOB_ID_SIZE];
	uint64_t frames_done, frames_total;
};
size_t queue_running(struct queue *q, struct queue_progress *out, size_t max);

/* --- The queue as a whole -------------------------------------------------------------------------------- */

/* What else is due by the wall clock. tick is called from the timer thread, which it may keep busy for a while; it returns when
 * it is to be called next, INT64_MAX: when woken. It may submit jobs. To be set once, after queue_new(). */
void queue_set_tick(struct queue *q, int64_t (*tick)(void *ctx, int64_t wall_ms), void *ctx);
/* Something is due earlier than the timer knows. */
void queue_wake_timer(struct queue *q);

/* Paused, the queue accepts jobs and runs none; those in progress go on. Outlives a restart. */
int queue_set_paused(struct queue *q, bool is_paused, struct error *err) WARN_UNUSED;
bool queue_is_paused(struct queue *q);

/* Why a job is not running. */
enum queue_block {
	QUEUE_BLOCK_NONE,  /* it is running, or about to */
	QUEUE_BLOCK_TIME,  /* its run_at is to come */
	QUEUE_BLOCK_RETRY, /* in the pause before another try */
	QUEUE_BLOCK_PAUSE, /* the queue is paused */
	QUEUE_BLOCK_EQUAL, /* a job of equal content is running, and its result will be taken */
	QUEUE_BLOCK_BUSY,  /* others have their turn */
};
/* "run_at", "retry", "paused", "equal_job", "busy"; NULL for NONE. */
const char *queue_block_name(enum queue_block b);

struct queue_view {
	uint64_t position; /* jobs ahead of a queued one plus one; 0 when it is not queued */
	int64_t eta_ms;    /* until the end, as far as estimates go; -1: unknown */
	enum queue_block blocked_by;
	int64_t until_ms;         /* TIME, RETRY */
	char job_id[JOB_ID_SIZE]; /* EQUAL */
};
/* Where a job stands; all zero but eta_ms when it has ended or the store fails. */
struct queue_view queue_look(struct queue *q, const struct job *j);
/* The same for the answer to a submission: where many wait, counting those ahead would take longer than all the rest, and
 * position and eta_ms stay unknown. */
struct queue_view queue_glance(struct queue *q, const struct job *j);

#endif
