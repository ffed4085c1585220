/* The durable side: job rows in SQLite and artifact files in a data folder. The only header of storage/ that
 * other folders include.
 *
 * Narrow on purpose: no SQLite type, no file path and no host clock crosses it, so that PostgreSQL and object
 * storage can stand behind the same calls. Times are wall-clock milliseconds given by the caller. All
 * functions are thread-safe. Writes go to one writer thread that commits in groups (BEGIN IMMEDIATE, WAL,
 * synchronous=FULL): a call that returned 0 is on disk. A read borrows one of a few read connections.
 *
 *   data/phonond.db, -wal, -shm    rows
 *   data/lock                      held while a process owns the folder
 *   data/link.key                  what links are signed with, for the owner only
 *   data/artifacts/<2 hex>/<64 hex>.wav   finished files, named by content hash, whatever their format
 *   data/artifacts/<2 hex>/<64 hex>.s<n>  further files of the same content, n = 1 ...: stems
 *   data/tmp/<n>.part              being written; swept at start
 *   data/samples/<64 hex>.audio, .pcm      uploaded samples (samples.h)
 *   data/checkpoints/<64 hex>.frames, .state   of long renders in progress (base/checkpoint.h), by content hash */
#ifndef STORAGE_STORAGE_H
#define STORAGE_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/checkpoint.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/histogram.h"
#include "base/sink.h"
#include "base/spool.h"
#include "storage/deliveries.h"
#include "storage/events.h"
#include "storage/ids.h"
#include "storage/keys.h"
#include "storage/samples.h"

/* --- Jobs ------------------------------------------------------------------------------------------------ */

/*   scheduled -> queued -> running -> finalizing -> succeeded
 *      ^           ^  |       |  |        |
 *      |           |  |       |  +--------+------> failed
 *      |           |  +-------+-----------+------> canceled, expired
 *      |           +----------+-----------+        (lease lost: back to queued)
 *      +----------------------+-----------+        (to be tried again, not at once)
 * A scheduled job waits for a time: its run_at, or the end of the pause before another try. It may be canceled or
 * expire, as a queued one; a queued job whose attempts are used up goes to failed. A job expires when its deadline
 * passes before it ends. No terminal state is ever left.
 * The names below are the same in SQL, JSON, logs and documents. */
enum job_state {
	JOB_SCHEDULED,
	JOB_QUEUED,
	JOB_RUNNING,
	JOB_FINALIZING,
	JOB_SUCCEEDED,
	JOB_FAILED,
	JOB_CANCELED,
	JOB_EXPIRED,
	JOB_STATE_COUNT
};

const char *job_state_name(enum job_state s);
int job_state_find(const char *name); /* -1: unknown */
bool job_state_is_terminal(enum job_state s);
/* The table of allowed transitions that the drawing above shows. */
bool job_state_may_become(enum job_state from, enum job_state to);

enum { JOB_ERROR_MESSAGE_SIZE = 512 };

struct job {
	char id[JOB_ID_SIZE];     /* "job_" and 22 base-62 digits, ascending in time */
	char key_id[KEY_ID_SIZE]; /* who asked; "": without a key */
	enum job_state state;
	int priority;              /* 0..9, 9 first */
	int attempt, max_attempts; /* attempt is counted before the run */
	int64_t epoch;             /* of the current lease */
	bool cancel_requested;     /* somebody asked while it was running; survives a crash */
	int64_t created_at_ms, started_at_ms, completed_at_ms, lease_until_ms; /* 0: not yet */
	uint8_t content_hash[SHA256_BYTES];                                    /* render_content_hash() */
	char *options; /* canonical JSON of the render options; opaque here */
	char *source;  /* only where the call says so, else NULL */
	size_t source_len;
	uint64_t frames_done, frames_total;
	uint64_t resumed_from_frame; /* what the last attempt went on from; 0: it started afresh */
	/* Terms. Times are wall-clock milliseconds, 0: none. */
	int64_t run_at_ms;      /* not before this */
	int64_t not_before_ms;  /* not before this either: the end of the pause after a failed attempt */
	int64_t deadline_at_ms; /* expires when it has not ended by then */
	int64_t keep_s;         /* how long its result is kept once it has ended; 0: for ever */
	int64_t expires_at_ms;  /* when that is over; set when it ends */
	bool is_fresh;          /* no earlier result is to be taken */
	bool is_pinned;         /* neither keep_s nor a lack of space removes its result */
	bool is_expired;        /* it is over: the file is gone, unless another job names it */
	char *tags;             /* JSON array of strings, or NULL */
	double cost_s;          /* estimated CPU seconds: what it is charged to its key */
	bool is_short;          /* may take the lane for short jobs */
	/* What it belongs to; "": nothing. */
	char batch_id[JOB_ID_SIZE], custom_id[CUSTOM_ID_SIZE], schedule_id[JOB_ID_SIZE], retry_of[JOB_ID_SIZE];
	/* Valid in JOB_SUCCEEDED. */
	bool has_result;
	uint64_t bytes, frames, clipped_frames;
	double peak, render_s, cpu_s;
	double true_peak;     /* NAN: not measured */
	double loudness_lufs; /* -INFINITY: silence, or not measured */
	uint8_t sha256[SHA256_BYTES];
	char *stems; /* JSON array that describes the further files, in the order of their numbers, or NULL; opaque here */
	/* Valid in JOB_FAILED, JOB_CANCELED, JOB_EXPIRED. */
	char error_code[32]; /* error_code_name() or "crashed" */
	char error_message[JOB_ERROR_MESSAGE_SIZE];
	char *warnings; /* JSON array of diagnostics, or NULL; opaque here */
	struct job_origin
		*origin; /* stored when the job is inserted, never read back; malloc'd, or NULL: nothing came with it */
	/* What it can play beside the installed samples, or NULL: of banks that are in use it is stored when the job is
	 * inserted (see storage_sample_set_of_job()). */
	struct sample_set *samples;
};

/* Frees what a struct job owns (options, source, stems, tags, warnings, origin, samples) and zeroes it. */
void job_fini(struct job *j);

struct storage;

enum io_backend { IO_AUTO, IO_URING, IO_PWRITE };

struct storage_config {
	const char *data_dir; /* made when missing; one owner at a time */
	enum io_backend io;   /* IO_AUTO tries io_uring for real and falls back with one log line */
	unsigned n_readers;   /* read connections kept; 0: 16 */
	bool is_guest; /* beside the owner, for keys and backups: no lock, no migration, no sweep, no artifacts */
};

/* Opens or creates, migrates, takes the folder's lock, sweeps data/tmp and files without a row. ERR_BUSY: another
 * process owns the folder; ERR_CORRUPT: the file is no database of ours or damaged; ERR_UNSUPPORTED: its
 * user_version is newer than ours, or io=uring and io_uring does not work. Never re-creates a damaged database. */
struct storage *storage_open(const struct storage_config *config, struct error *err) WARN_UNUSED;
/* Finishes queued writes, closes. */
void storage_close(struct storage *s);

/* "io_uring" or "pwrite": what artifacts are written with. */
const char *storage_io_name(const struct storage *s);

/* What links are signed with; a secret of the data folder. */
enum { LINK_SECRET_BYTES = 32 };
const uint8_t *storage_link_secret(const struct storage *s);

/* How long commits took, each with its fsync, since the start; in seconds. */
struct histogram storage_commit_times(struct storage *s);

/* A copy of the database in a new file, as it is at one moment; works for a guest too. ERR_INVALID: the file exists. */
int storage_backup(struct storage *s, const char *path, struct error *err) WARN_UNUSED;

/* Can we still write? 0, or the error that the last write met (ERR_NO_SPACE, ERR_IO). For /readyz. */
int storage_health(struct storage *s, struct error *err) WARN_UNUSED;

/* Inserts (state scheduled or queued, or succeeded for a cache hit). id, created_at, state, content_hash, options,
 * source, priority, max_attempts, frames_total, the terms, what it belongs to and, when succeeded, completed_at, the
 * result and warnings are taken from j. ERR_NOT_FOUND: succeeded, but the file is not there (it was deleted meanwhile). */
int storage_job_insert(struct storage *s, const struct job *j, struct error *err) WARN_UNUSED;

/* The same without waiting: done is called once, on the writer's thread, with 0 when the job is on disk, or -1 and why; it must
 * neither block nor write. j stays the store's until then. -1: out of memory, and done is not called. */
typedef void (*storage_done_fn)(void *ctx, int result, const struct error *why);
int storage_job_post(struct storage *s, const struct job *j, storage_done_fn done, void *ctx,
		     struct error *err) WARN_UNUSED;

/* A client's name for a submission, so that sending it again does not make another job. */
struct job_once {
	const char *token;                 /* unique per key_id */
	uint8_t fingerprint[SHA256_BYTES]; /* of what was submitted */
	char job_id[JOB_ID_SIZE];          /* out: the job that the token stands for, when it is not the new one */
};

/* As storage_job_insert(), under a token: 1 and once->job_id when the token stands for a job already, which was
 * submitted with the same fingerprint; nothing is inserted then. ERR_MISMATCH: with another. Many at once: one inserts. */
int storage_job_insert_once(struct storage *s, const struct job *j, struct job_once *once,
			    struct error *err) WARN_UNUSED;
/* The same look without an insert: 1, 0 when the token is free, ERR_MISMATCH. */
int storage_once_find(struct storage *s, const char *key_id, struct job_once *once, struct error *err) WARN_UNUSED;

/* ERR_NOT_FOUND. with_source loads source too. Caller frees with job_fini(). */
int storage_job_get(struct storage *s, const char *id, bool with_source, struct job *out,
		    struct error *err) WARN_UNUSED;

struct job_filter {
	int state;            /* enum job_state, or -1 for all */
	const char *key_id;   /* NULL: of all keys */
	const char *tag;      /* NULL: with and without */
	const char *batch_id; /* NULL: of any and none */
	const char *after_id; /* NULL or "": from the newest; else strictly older than this job (keyset) */
	const char *since_id; /* NULL or "": to the oldest; else this id or a newer one */
	unsigned limit;       /* 1..200 */
};
/* Newest first, without sources. *jobs is malloc'd, *n long; *has_more tells whether older ones exist. */
int storage_job_list(struct storage *s, const struct job_filter *f, struct job **jobs, size_t *n, bool *has_more,
		     struct error *err) WARN_UNUSED;
void job_list_free(struct job *jobs, size_t n);

/* Takes the job whose turn it is: state running, attempt+1, epoch+1, lease. Keys take turns by estimated cost; among the
 * jobs of a key the order is that of the time from which they could run, a minute earlier per level of priority. A job
 * whose content is being rendered is passed over, so that equal requests render once. Jobs whose attempts are used up
 * are failed ("crashed") and jobs canceled before a crash are canceled instead of being handed out again. */
struct job_claim {
	int64_t now_ms, lease_ms;
	bool is_short_only; /* only jobs of the lane for short ones */
};
/* 1 with *out filled (with source; caller frees), 0 when there is none, -1. */
int storage_job_claim(struct storage *s, const struct job_claim *claim, struct job *out, struct error *err) WARN_UNUSED;

/* Renews the leases of these running jobs and stores their progress, in one transaction. gone[i] is set when
 * job i is no longer held at that epoch (then the runner must stop). */
struct job_heartbeat {
	const char *id;
	int64_t epoch;
	uint64_t frames_done, frames_total;
	bool gone; /* out */
};
int storage_job_heartbeat(struct storage *s, struct job_heartbeat *beats, size_t n, int64_t lease_until_ms,
			  struct error *err) WARN_UNUSED;

/* State changes of a held job: succeed only if WHERE id, epoch and state match, else ERR_CONFLICT. */
int storage_job_finalizing(struct storage *s, const char *id, int64_t epoch, struct error *err) WARN_UNUSED;
/* j: state (succeeded, failed, canceled, expired), completed_at_ms, result or error, warnings. At j->epoch, from
 * finalizing; all but succeeded also from running. ERR_NOT_FOUND: succeeded, but the file is not there. */
int storage_job_finish(struct storage *s, const struct job *j, struct error *err) WARN_UNUSED;
/* Back to queued, not counted as an attempt when is_our_fault (drain); or to scheduled until not_before_ms, when that
 * is not 0. */
int storage_job_requeue(struct storage *s, const char *id, int64_t epoch, bool is_our_fault, int64_t not_before_ms,
			struct error *err) WARN_UNUSED;

/* Cancels a scheduled or queued job at once: returns 1. Running or finalizing: returns 0, the runner must be told.
 * Terminal: returns 2, unchanged. -1: ERR_NOT_FOUND or worse. A request on a held job is stored with it. */
int storage_job_cancel(struct storage *s, const char *id, int64_t now_ms, struct error *err) WARN_UNUSED;

/* ERR_NOT_FOUND. */
int storage_job_pin(struct storage *s, const char *id, bool is_pinned, struct error *err) WARN_UNUSED;

/* Deletes a terminal job's row, and its artifact when no other row names it. ERR_CONFLICT when not terminal. */
int storage_job_delete(struct storage *s, const char *id, struct error *err) WARN_UNUSED;

/* Takes back every running or finalizing job that a previous process left (lease_before_ms 0: at start), or whose
 * lease ended before lease_before_ms. They are queued again; failed ("crashed") when their attempts are used up;
 * canceled when that was asked for. *n receives how many. */
int storage_job_recover(struct storage *s, int64_t now_ms, int64_t lease_before_ms, size_t *n,
			struct error *err) WARN_UNUSED;

/* The newest succeeded job with this content whose file is there, without its source: 1 with *out filled (caller frees
 * with job_fini()), 0 when there is none, -1. */
int storage_find_result(struct storage *s, const uint8_t content_hash[SHA256_BYTES], struct job *out,
			struct error *err) WARN_UNUSED;

/* Rows per state. */
int storage_job_counts(struct storage *s, uint64_t counts[JOB_STATE_COUNT], struct error *err) WARN_UNUSED;

/* How many wait, scheduled ones included; cheaper than all counts. */
int storage_job_count_waiting(struct storage *s, uint64_t *n, struct error *err) WARN_UNUSED;

/* --- Time ------------------------------------------------------------------------------------------------ */

/* What the two clocks say: the wall clock for times that people named, and a clock that nobody sets for durations. */
struct storage_now {
	int64_t wall_ms, steady_ms;
};

/* What became due, in one transaction: scheduled jobs are queued, waiting jobs whose deadline passed expire, results whose
 * time is over go, their rows follow a week later, and tokens are forgotten after a day. */
struct storage_due {
	size_t n_queued, n_expired, n_results;
};
int storage_job_due(struct storage *s, struct storage_now now, struct storage_due *due, struct error *err) WARN_UNUSED;
/* When the next of the first three comes, by each clock; INT64_MAX: never, as things stand. */
int storage_job_next_due(struct storage *s, struct storage_now now, struct storage_now *next,
			 struct error *err) WARN_UNUSED;

/* --- The queue as a whole -------------------------------------------------------------------------------- */

/* 1 for the job that a claim would take next, 2 for the one after it; 0 when it is not queued or unknown. With several
 * keys an estimate: turns go by cost. *ahead_s: the estimated cost of those before it. */
int storage_job_position(struct storage *s, const char *id, uint64_t *position, double *ahead_s,
			 struct error *err) WARN_UNUSED;

/* A held job of equal content, for whose result a queued one waits: 1 and its id, 0, -1. */
int storage_job_find_held(struct storage *s, const uint8_t content_hash[SHA256_BYTES], char id[JOB_ID_SIZE],
			  struct error *err) WARN_UNUSED;

/* The part of the queue that belongs to one key. */
struct queue_share {
	char key_id[KEY_ID_SIZE];
	uint64_t n_queued;
	double queued_s; /* estimated cost of what is queued */
	double ahead_s;  /* by how much its turn is past that of the key that comes next */
};
enum { QUEUE_SHARES_MAX = 100 };
struct queue_summary {
	uint64_t n_queued, n_scheduled, n_held;
	double queued_s;
	int64_t oldest_ms;                           /* when the oldest queued job could have begun; 0: none */
	struct queue_share shares[QUEUE_SHARES_MAX]; /* those whose turn comes first */
	size_t n_shares, n_keys;
};
int storage_queue_summary(struct storage *s, struct queue_summary *out, struct error *err) WARN_UNUSED;

/* --- Batches --------------------------------------------------------------------------------------------- */

struct batch {
	char id[JOB_ID_SIZE]; /* "bat_" and 22 digits, as of jobs */
	char key_id[KEY_ID_SIZE];
	int64_t created_at_ms;
	bool is_reading;                  /* its submission has not ended */
	bool is_canceled;                 /* somebody asked for that */
	uint64_t n_invalid;               /* lines that made no job */
	uint64_t counts[JOB_STATE_COUNT]; /* of its jobs */
	int64_t last_end_ms;              /* of the job that ended last */
};

/* Who is told when it is over: once. */
struct batch_webhook {
	const char *url;
	const char *traceparent; /* "": none */
};
/* id, key_id and created_at_ms are taken from b. webhook may be NULL. */
int storage_batch_create(struct storage *s, const struct batch *b, const struct batch_webhook *webhook,
			 struct error *err) WARN_UNUSED;

/* A line of a submission: a job (as for storage_job_insert(), with batch_id and custom_id), or what is wrong with it. */
struct batch_line {
	const struct job *job;           /* NULL: there is none */
	uint64_t number;                 /* from 1 */
	const char *custom_id, *problem; /* JSON of a problem; opaque here */
	struct error
		err; /* out: why the job was not inserted; ERR_QUOTA, ERR_CONFLICT (its custom_id is taken), ERR_NOT_FOUND */
};
/* All of them in one transaction; -1: none of them. */
int storage_batch_add(struct storage *s, const char *id, struct batch_line *lines, size_t n,
		      struct error *err) WARN_UNUSED;
/* The submission has ended. */
int storage_batch_finish(struct storage *s, const char *id, struct error *err) WARN_UNUSED;
/* Cancels what waits; what is held is marked, and its runners must be told. ERR_NOT_FOUND. */
int storage_batch_cancel(struct storage *s, const char *id, int64_t now_ms, struct error *err) WARN_UNUSED;
/* ERR_NOT_FOUND. */
int storage_batch_get(struct storage *s, const char *id, struct batch *out, struct error *err) WARN_UNUSED;
struct batch_filter {
	const char *key_id;   /* NULL: of all keys */
	const char *after_id; /* NULL: from the newest */
	unsigned limit;       /* 1..BATCHES_MAX */
};
enum { BATCHES_MAX = 50 };
/* Newest first, into list[limit]: how many; -1. */
int storage_batch_list(struct storage *s, const struct batch_filter *f, struct batch *list, bool *has_more,
		       struct error *err) WARN_UNUSED;
/* Calls fn for up to 100 lines behind after_line that made no job; *last_line is the last one, 0 when there was none. The
 * callback must not use the store. */
typedef void (*batch_error_fn)(void *ctx, uint64_t line, const char *custom_id, const char *problem);
int storage_batch_each_error(struct storage *s, const char *id, uint64_t after_line, batch_error_fn fn, void *ctx,
			     uint64_t *last_line, struct error *err) WARN_UNUSED;

/* --- Schedules ------------------------------------------------------------------------------------------- */

enum { SCHEDULES_MAX = 200, SCHEDULE_TEXT_SIZE = 128 }; /* of a key; of a list */

struct schedule {
	char id[JOB_ID_SIZE]; /* "sch_" and 22 digits, as of jobs */
	char key_id[KEY_ID_SIZE];
	char name[CUSTOM_ID_SIZE]; /* unique per key */
	char cron[SCHEDULE_TEXT_SIZE], zone[SCHEDULE_TEXT_SIZE];
	bool makes_up;                 /* for a time that was missed, once */
	char *options, *source, *tags; /* as of jobs */
	size_t source_len;
	int priority;
	int64_t keep_s, deadline_ms;
	int64_t created_at_ms, next_at_ms, last_at_ms; /* wall clock; next INT64_MAX: never again */
	char last_job_id[JOB_ID_SIZE];
};
void schedule_fini(struct schedule *s);
void schedule_list_free(struct schedule *list, size_t n);

/* All but the last two members are taken. ERR_CONFLICT: the name is taken; ERR_QUOTA. */
int storage_schedule_create(struct storage *s, struct schedule *schedule, struct error *err) WARN_UNUSED;
/* ERR_NOT_FOUND. */
int storage_schedule_delete(struct storage *s, const char *id, struct error *err) WARN_UNUSED;
/* Stores next_at_ms, and last_at_ms and last_job_id unless they are 0 and "". One that is gone stays so. */
int storage_schedule_advance(struct storage *s, const struct schedule *schedule, struct error *err) WARN_UNUSED;

struct schedule_filter {
	int64_t due_ms;          /* not 0: those whose next time is this or earlier, and nothing else counts */
	const char *key_id, *id; /* NULL: all */
};
/* *list is malloc'd (schedule_list_free()). */
int storage_schedule_list(struct storage *s, const struct schedule_filter *f, struct schedule **list, size_t *n,
			  struct error *err) WARN_UNUSED;
/* The next time of all; INT64_MAX: there is none. */
int storage_schedule_next(struct storage *s, int64_t *next_at_ms, struct error *err) WARN_UNUSED;

/* --- Settings -------------------------------------------------------------------------------------------- */

/* A small number that outlives restarts; *value is left alone when it was never set. */
int storage_setting_get(struct storage *s, const char *name, int64_t *value, struct error *err) WARN_UNUSED;
int storage_setting_set(struct storage *s, const char *name, int64_t value, struct error *err) WARN_UNUSED;

/* --- Artifacts ------------------------------------------------------------------------------------------- */

/* A file being written. finish(): all writes complete and checked, fsync, rename to its name, fsync of the
 * folder; only then may the row say succeeded. Its sink follows base/sink.h. */
struct artifact;

/* frames * bytes known: expected_bytes (0: unknown) is reserved with fallocate where that works, so that a full
 * disk is met early. */
struct artifact *artifact_create(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t expected_bytes,
				 struct error *err) WARN_UNUSED;
/* The same for a further file of the content, part 1 ...; part 0 is the one above, and must be the last to finish: where
 * it is, all are. */
struct artifact *artifact_create_part(struct storage *s, const uint8_t content_hash[SHA256_BYTES], unsigned part,
				      uint64_t expected_bytes, struct error *err) WARN_UNUSED;
struct sink *artifact_sink(struct artifact *a);
/* Another descriptor of the file while it is written, for reading; the caller closes it, before or after the end. */
int artifact_open_unfinished(struct artifact *a, struct error *err) WARN_UNUSED;
/* How many bytes from its start such a descriptor finds there; never waits. By the thread that writes. */
uint64_t artifact_settle(struct artifact *a);
/* Ends the artifact; what was not finished (or failed to) is aborted. */
void artifact_free(struct artifact *a);

/* A read-only descriptor of a finished artifact and its size; the caller closes it. ERR_NOT_FOUND. */
int artifact_open(struct storage *s, const uint8_t content_hash[SHA256_BYTES], int *fd, uint64_t *bytes,
		  struct error *err) WARN_UNUSED;
/* The same of a further file. */
int artifact_open_part(struct storage *s, const uint8_t content_hash[SHA256_BYTES], unsigned part, int *fd,
		       uint64_t *bytes, struct error *err) WARN_UNUSED;

/* Of all finished artifacts. */
uint64_t storage_bytes(const struct storage *s);
/* When they have more than max_bytes: removes the least recently used that nobody pinned, down to nine tenths of that. Their
 * jobs are expired. */
int storage_make_room(struct storage *s, uint64_t max_bytes, int64_t now_ms, size_t *n_evicted,
		      struct error *err) WARN_UNUSED;

/* --- Spools, checkpoints, plain files --------------------------------------------------------------------- */

/* A spool over a nameless file in the data folder, or in any folder (for `phonond render`); spool_free(). */
struct spool *storage_spool_new(struct storage *s, struct error *err) WARN_UNUSED;
struct spool *file_spool_new(const char *folder, struct error *err) WARN_UNUSED;

/* The checkpoint of a content, found or new. *found is NULL when there is to be none: another run of the same content has
 * it, or there is not room for twice expected_bytes of frames. -1 with the error. */
int storage_checkpoint_open(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t expected_bytes,
			    struct checkpoint **found, struct error *err) WARN_UNUSED;

/* A sink over any descriptor (a regular file, a pipe), with pwrite or, for regular files, io_uring. A durable one is on
 * disk when it is finished, else the kernel has it and writes it when it likes. Closes fd at finish or abort; unlinks
 * path at abort when path is not NULL. For `phonond render`. Freed by finish or abort; a finish that fails aborts, so
 * nothing may follow it. On failure fd stays the caller's. */
struct sink *file_sink_new(int fd, const char *path, enum io_backend io, bool is_durable,
			   struct error *err) WARN_UNUSED;

#endif
