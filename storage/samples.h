/* Uploaded samples: files named by content, names that keys have given them, and what jobs were submitted with; a part of
 * storage.h, which is what other folders include.
 *
 *   data/samples/<64 hex>.audio   as it was uploaded; the name is the SHA-256 of these bytes
 *   data/samples/<64 hex>.pcm     decoded, which is all that anybody but a sandbox reads
 *
 * A file is kept as long as a name stands for it, a job that has not ended was submitted with it, or an upload holds it.
 * So a PUT or a DELETE changes nothing for jobs that are waiting. What a job was submitted with is written down as
 * versions of banks: lists of digests, each stored once however many jobs refer to it. */
#ifndef STORAGE_SAMPLES_H
#define STORAGE_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/sample_set.h"
#include "storage/ids.h"

struct storage;

enum { SAMPLE_NAME_SIZE = 64, SAMPLE_TYPE_SIZE = 16, SAMPLES_PER_KEY_MAX = 10000 };

/* What is known of a file. */
struct sample_facts {
	uint8_t digest[SHA256_BYTES];
	char type[SAMPLE_TYPE_SIZE]; /* "audio/wav", … */
	uint64_t bytes;              /* as uploaded */
	uint64_t stored_bytes;       /* with the decoded form: what counts for a key */
	uint64_t frames;
	uint32_t sample_rate_hz;
	unsigned channels;
};

/* A name for a file. */
struct sample_entry {
	char key_id[KEY_ID_SIZE]; /* whose it is; "": of those without a key */
	char bank[SAMPLE_BANK_SIZE], name[SAMPLE_NAME_SIZE];
	struct sample_facts facts;
	uint64_t variation; /* its place in its bank, by name, from 0 */
	int64_t created_at_ms, updated_at_ms;
};

/* --- Uploads ---------------------------------------------------------------------------------------------- */

/* A file on its way in. One thread at a time. */
struct sample_upload;

struct sample_upload *sample_upload_new(struct storage *s, struct error *err) WARN_UNUSED;
/* Ends the hold, and removes what nobody wants. */
void sample_upload_free(struct sample_upload *u);

/* The next bytes. ERR_IO, ERR_NO_SPACE. */
int sample_upload_write(struct sample_upload *u, const void *data, size_t n, struct error *err) WARN_UNUSED;
/* All bytes are there; sets digest and bytes of the facts, and the rest too when the file is known already: then it need
 * not be decoded, and *is_known is set. ERR_IO. */
int sample_upload_end(struct sample_upload *u, bool *is_known, struct error *err) WARN_UNUSED;
/* To be filled, after the end and before it is kept. */
struct sample_facts *sample_upload_facts(struct sample_upload *u);
/* Descriptors of the upload, which is at its begin, and of the file for its decoded form; both stay the upload's. */
int sample_upload_fd(const struct sample_upload *u);
int sample_upload_decoded_fd(const struct sample_upload *u);

/* Makes the file a sample, which stays as long as the upload lives, and longer if a name or a job refers to it by then.
 * ERR_NO_SPACE: all samples together would take more than max_bytes (0: no limit). */
int sample_upload_keep(struct sample_upload *u, uint64_t max_bytes, struct error *err) WARN_UNUSED;

/* --- Names ------------------------------------------------------------------------------------------------ */

enum sample_change { SAMPLE_MADE, SAMPLE_REPLACED, SAMPLE_UNCHANGED };

/* What a change or a removal is to meet. */
struct sample_condition {
	bool is_given;
	bool wants_entry; /* else there must be none */
	uint8_t digest[SHA256_BYTES];
};

/* Gives the name to the kept upload. Taken from entry: key, bank, name, updated_at_ms; the rest is filled. ERR_MISMATCH: the
 * condition does not hold; ERR_QUOTA: by the limits of the key. */
int storage_sample_put(struct storage *s, struct sample_upload *u, const struct sample_condition *condition,
		       struct sample_entry *entry, enum sample_change *change, struct error *err) WARN_UNUSED;
/* ERR_NOT_FOUND, ERR_MISMATCH. */
int storage_sample_delete(struct storage *s, const struct sample_entry *entry, const struct sample_condition *condition,
			  struct error *err) WARN_UNUSED;
/* Key, bank and name are taken from entry, which is filled. ERR_NOT_FOUND. */
int storage_sample_get(struct storage *s, struct sample_entry *entry, struct error *err) WARN_UNUSED;

struct sample_filter {
	const char *key_id;
	const char *bank;                    /* NULL: all */
	const char *after_bank, *after_name; /* NULL: from the first */
	unsigned limit;
};
/* By bank and name. *list is malloc'd. */
int storage_sample_list(struct storage *s, const struct sample_filter *f, struct sample_entry **list, size_t *n,
			bool *has_more, struct error *err) WARN_UNUSED;

/* A descriptor of the upload with this digest and its size; the caller closes it. ERR_NOT_FOUND. */
int storage_sample_open(struct storage *s, const uint8_t digest[SHA256_BYTES], int *fd, uint64_t *bytes,
			struct error *err) WARN_UNUSED;

/* --- Sets ------------------------------------------------------------------------------------------------- */

/* All that a key has, with `over` (may be NULL) laid over; *out is NULL when that is nothing. */
int storage_sample_set(struct storage *s, const char *key_id, const struct sample_set *over, struct sample_set **out,
		       struct error *err) WARN_UNUSED;
/* What a job was submitted with; *out is NULL when that is nothing. ERR_NOT_FOUND: some of it is no longer kept. */
int storage_sample_set_of_job(struct storage *s, const char *job_id, struct sample_set **out,
			      struct error *err) WARN_UNUSED;

#endif
