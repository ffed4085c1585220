/* What the files of storage/ share: the open data folder and the helpers that more than one of them needs. */
#ifndef STORAGE_INTERNAL_H
#define STORAGE_INTERNAL_H

#include <math.h>
#include <stdatomic.h>

#include "storage/health.h"
#include "storage/readers.h"
#include "storage/storage.h"
#include "storage/writer.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

struct storage {
	int lock_fd;      /* data/lock, flock()ed while we are open */
	int artifacts_fd; /* folders are used through descriptors, never through paths */
	int tmp_fd;
	int checkpoints_fd;
	int samples_fd;
	_Atomic bool has_samples; /* there is or was a name for one; relaxed, only saves a look */
	char *db_path;
	bool is_guest;
	uint8_t link_secret[LINK_SECRET_BYTES]; /* not of a guest */
	enum io_backend io;                     /* what works: IO_URING or IO_PWRITE */
	bool is_io_required;                    /* io_uring was asked for by name: never fall back silently */
	_Atomic uint64_t n_stored_bytes;        /* of finished artifacts; relaxed */
	_Atomic uint64_t n_parts;               /* names data/tmp/<n>.part; relaxed, only uniqueness matters */
	struct health health;
	struct writer *writer;
	struct readers readers;
};

/* --- artifact.c --- */

enum { ARTIFACT_NAME_SIZE = 2 + 1 + 64 + 12 + 1 }; /* "ab/ab…ef.wav" or "ab/ab…ef.s12" and NUL */

/* The file's name below data/artifacts; returns out. */
char *artifact_name(const uint8_t content_hash[SHA256_BYTES], unsigned part, char out[ARTIFACT_NAME_SIZE]);
bool artifact_exists(const struct storage *s, const uint8_t content_hash[SHA256_BYTES]);
/* It is used now. */
void artifact_touch(const struct storage *s, const uint8_t content_hash[SHA256_BYTES]);
/* Removes all files of a content that are there; a failure leaves an orphan, which the next start sweeps. */
void artifact_remove(struct storage *s, const uint8_t content_hash[SHA256_BYTES]);
/* A new name for a file in data/tmp, made and opened for writing. -1 with *err. */
enum { PART_NAME_SIZE = 32 };
int part_create(struct storage *s, char name[PART_NAME_SIZE], struct error *err) WARN_UNUSED;
/* Makes the 256 folders that artifacts are spread over, once and durably, so that publishing is a single rename. */
int artifact_make_folders(const struct storage *s, struct error *err) WARN_UNUSED;

/* --- spool.c --- */

/* A checksum over whole 64-bit words, which goes on from sum; 0 at the begin. It finds what a disk gets wrong, no forgery. */
uint64_t spool_sum(uint64_t sum, const void *data, size_t n);
/* A spool over a file that has n_bytes of that sum already. Takes fd, also on failure. */
struct spool *spool_resume(int fd, uint64_t n_bytes, uint64_t sum, struct error *err) WARN_UNUSED;
/* What was appended is in the file (not on the disk yet): how much, and its sum. A multiple of 8 bytes if more follows. */
int spool_flush(struct spool *s, uint64_t *n_bytes, uint64_t *sum, struct error *err) WARN_UNUSED;
int spool_clear(struct spool *s, struct error *err) WARN_UNUSED;

/* --- checkpoint.c --- */

enum { CHECKPOINT_NAME_SIZE = 64 + 7 + 1 }; /* "ab…ef.frames" and NUL */

/* Splits a name in data/checkpoints; false when it is none of ours. is_state: not the frames. */
bool checkpoint_parse_name(const char *name, uint8_t content_hash[SHA256_BYTES], bool *is_state);
bool checkpoint_exists(const struct storage *s, const uint8_t content_hash[SHA256_BYTES]);
void checkpoint_remove(const struct storage *s, const uint8_t content_hash[SHA256_BYTES]);

/* --- sample_files.c --- */

enum { SAMPLE_FILE_NAME_SIZE = 64 + 6 + 1 }; /* "ab…ef.audio" and NUL */

/* The file's name in data/samples; returns out. */
char *sample_file_name(const uint8_t digest[SHA256_BYTES], bool is_decoded, char out[SAMPLE_FILE_NAME_SIZE]);
/* False when a name is none of ours. */
bool sample_file_parse_name(const char *name, uint8_t digest[SHA256_BYTES]);
/* Both files of the digest. */
bool sample_file_is_there(const struct storage *s, const uint8_t digest[SHA256_BYTES]);
/* A sample_set_open_fn; ctx is the struct storage. */
int sample_file_open_decoded(void *ctx, const uint8_t digest[SHA256_BYTES], struct error *err);
/* Removes the file if nothing refers to it any more. Any thread but the writer's. */
void sample_file_release(struct storage *s, const uint8_t digest[SHA256_BYTES]);
/* The next columns: type, bytes, stored_bytes, frames, sample_rate, channels. */
void sample_facts_read(struct row *row, struct sample_facts *f);
/* Forgets the holds of an earlier process, and the rows that nothing refers to; their files are swept. */
int sample_files_recover(struct db *db, struct error *err) WARN_UNUSED;

/* --- samples.c --- */

/* Writes down the banks of j->samples that are in use; the job's row is there. ERR_CONFLICT: a file has gone meanwhile. */
int job_insert_samples(struct db *db, const struct job *j, struct error *err) WARN_UNUSED;

/* --- sweep.c --- */

/* Before an empty database is used: finished files beside it mean that somebody lost the real one, and a sweep would
 * remove them all. ERR_CORRUPT. */
int sweep_check_empty(const struct storage *s, struct error *err) WARN_UNUSED;
/* Removes everything in data/tmp, artifacts that no succeeded job names, and samples without a row. */
int sweep_folders(struct storage *s, struct db *db, struct error *err) WARN_UNUSED;

/* --- probe.c --- */

/* Decides s->io by writing, syncing and reading back a file in data/tmp. ERR_UNSUPPORTED when io_uring was required. */
int probe_backend(struct storage *s, enum io_backend asked, struct error *err) WARN_UNUSED;
/* The same write with the chosen backend: can the folder take a file now? */
int probe_write(struct storage *s, struct error *err) WARN_UNUSED;

/* --- jobs.c --- */

/* Removes the file that no job names any more, neither a finished one nor one that may just have published it.
 * Called on the writer thread after a commit: a crash in between leaves a file without a row, never a row without
 * its file, and no other write can come between the look and the removal. */
int artifact_release(struct storage *s, struct db *db, const uint8_t content_hash[SHA256_BYTES],
		     struct error *err) WARN_UNUSED;

/* --- keep.c --- */

/* Notes that a finished file is used now. name: below data/artifacts. */
struct stat;
void keep_touch(const struct storage *s, const char *name, const struct stat *st);

/* --- secret.c --- */

/* Reads the secret of the folder, or makes one. */
int secret_load(int data_fd, uint8_t out[LINK_SECRET_BYTES], struct error *err) WARN_UNUSED;

/* --- admission.c --- */

/* Checks the limits of the job's key and stores what came with it; the job's row is there. ERR_QUOTA. */
int admission_record(struct db *db, const struct job *j, struct error *err) WARN_UNUSED;

/* Inserts a job with its source and tags, within a write. As storage_job_insert(). */
int job_insert(struct storage *s, struct db *db, const struct job *j, struct error *err) WARN_UNUSED;

/* When the result of a job goes that ends at the time that the parameter `at` has; SQL. */
#define JOB_EXPIRES_AFTER(at) "iif(keep_s > 0, " at " + keep_s * 1000, 0)"
/* What a level of priority is worth in waiting time. */
enum { JOB_AGEING_MS = 60000 };

/* --- batch.c --- */

/* Before anything else is written. */
int batch_recover(struct db *db, struct error *err) WARN_UNUSED;

/* --- job_row.c --- */

/* The columns that job_row_read() expects first in a SELECT or RETURNING. */
#define JOB_COLUMNS                                                                                                    \
	"id, state, priority, attempt, max_attempts, epoch, cancel_requested, created_at_ms, started_at_ms,"           \
	" completed_at_ms, lease_until_ms, content_hash, options, frames_done, frames_total, bytes, frames,"           \
	" clipped_frames, peak, render_s, cpu_s, true_peak, loudness_lufs, stems, sha256, error_code, error_message,"  \
	" warnings, key_id, run_at_ms, not_before_ms, deadline_at_ms, keep_s, expires_at_ms, is_expired, tags, "       \
	"cost_s,"                                                                                                      \
	" lane, batch_id, custom_id, schedule_id, retry_of, resumed_from_frame, is_fresh, is_pinned"

/* Row functions into a struct job: JOB_COLUMNS, or a source. ERR_CORRUPT. On failure job_fini() frees what was read. */
int job_row_read(struct row *row, void *job) WARN_UNUSED;
int job_row_read_source(struct row *row, void *job);
/* The name of a state in the next column: enum job_state, or -1. */
int job_row_state(struct row *row);

/* bytes, frames, clipped_frames, peak, render_s, cpu_s, true_peak, loudness_lufs, stems, in this order. */
#define JOB_RESULT_VALUES(j)                                                                                           \
	v_int((int64_t)(j)->bytes), v_int((int64_t)(j)->frames), v_int((int64_t)(j)->clipped_frames),                  \
		job_row_finite((j)->peak, 0), job_row_finite((j)->render_s, 0), job_row_finite((j)->cpu_s, 0),         \
		job_row_finite((j)->true_peak, NAN), job_row_finite((j)->loudness_lufs, NAN), v_text((j)->stems)
/* x, or another value in its place when it is infinite or none. */
struct value job_row_finite(double x, double otherwise);

#endif
