/* Files of samples: coming in, being there, going.
 *
 * An upload is written to data/tmp, its decoded form beside it. Then, in this order: a row of sample_file with a hold, both files
 * synced and renamed to data/samples, the folder synced, and only then names or jobs that refer to it; at last the hold
 * ends. Files are removed on the writer thread, right after the commit that took their row, so that a later hold of the same
 * content finds nothing to rely on and brings its own. A crash leaves files without a row, or rows with a hold, and the next
 * start removes both. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "storage/internal.h"

enum { COLLECT_MAX = 256 }; /* files that one transaction removes */

struct part {
	int fd; /* -1: not there */
	char name[PART_NAME_SIZE];
};

struct sample_upload {
	struct storage *storage;
	struct part source, decoded;
	struct sha256 sum;
	struct sample_facts facts;
	bool is_held;
};

char *sample_file_name(const uint8_t digest[SHA256_BYTES], bool is_decoded, char out[SAMPLE_FILE_NAME_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	snprintf(out, SAMPLE_FILE_NAME_SIZE, "%s.%s", sha256_hex(digest, hex), is_decoded ? "pcm" : "audio");
	return out;
}

bool sample_file_parse_name(const char *name, uint8_t digest[SHA256_BYTES])
{
	char hex[SHA256_HEX_SIZE];

	if (strlen(name) < 64 || (strcmp(name + 64, ".pcm") != 0 && strcmp(name + 64, ".audio") != 0))
		return false;
	memcpy(hex, name, 64);
	hex[64] = '\0';
	return sha256_parse_hex(hex, digest) == 0;
}

/* --- Going ------------------------------------------------------------------------------------------------ */

/* Rows that go, and then their files. */
struct collection {
	struct storage *storage;
	uint8_t from[SHA256_BYTES], to[SHA256_BYTES]; /* the digests that are looked at */
	uint8_t gone[COLLECT_MAX][SHA256_BYTES];
	size_t n_gone;
};

static int collect_versions(struct db *db, struct error *err)
{
	return db_run(db,
		      "DELETE FROM sample_version WHERE NOT EXISTS"
		      " (SELECT 1 FROM job_sample AS j WHERE j.version = sample_version.version)",
		      NO_VALUES, err);
}

static int note_gone(struct row *row, void *ctx)
{
	struct collection *c = ctx;

	c->n_gone += row_copy_blob(row, c->gone[c->n_gone], SHA256_BYTES);
	return c->n_gone == COLLECT_MAX;
}

static int collect_files(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] =
		"DELETE FROM sample_file WHERE digest IN (SELECT digest FROM sample_file AS f"
		" WHERE digest BETWEEN ?1 AND ?2 AND holds = 0"
		" AND NOT EXISTS (SELECT 1 FROM sample AS s WHERE s.digest = f.digest)"
		" AND NOT EXISTS (SELECT 1 FROM sample_version AS v JOIN job_sample AS j USING (version)"
		"   WHERE v.digest = f.digest AND j.is_live) LIMIT ?3) RETURNING digest";
	struct collection *c = ctx;
	struct values values = VALUES(v_blob(c->from, SHA256_BYTES), v_blob(c->to, SHA256_BYTES), v_int(COLLECT_MAX));

	return db_each_row(db, sql, values, note_gone, c, err) < 0 ? -1 : 0;
}

static int collect_all(struct db *db, void *ctx, struct error *err)
{
	return collect_versions(db, err) || collect_files(db, ctx, err) ? -1 : 0;
}

static void remove_file(const struct storage *s, const uint8_t digest[SHA256_BYTES], bool is_decoded)
{
	char name[SAMPLE_FILE_NAME_SIZE];

	if (unlinkat(s->samples_fd, sample_file_name(digest, is_decoded, name), 0) && errno != ENOENT)
		log_event(LOG_WARN, "cannot remove a sample", "file", name, "error", strerrorname_np(errno), NULL);
}

static int remove_files(struct db *db, void *ctx, struct error *err)
{
	const struct collection *c = ctx;

	(void)db, (void)err;
	for (size_t i = 0; i < c->n_gone; i++) {
		remove_file(c->storage, c->gone[i], false);
		remove_file(c->storage, c->gone[i], true);
	}
	return 0;
}

/* A failure leaves files that the next collection finds. */
static void collect(struct storage *s, const uint8_t *digest)
{
	struct collection *c = calloc(1, sizeof *c);

	if (!c)
		return;
	c->storage = s;
	memset(c->to, 0xff, sizeof c->to);
	if (digest) {
		memcpy(c->from, digest, sizeof c->from);
		memcpy(c->to, digest, sizeof c->to);
	}
	(void)!writer_do(s->writer, digest ? collect_files : collect_all, remove_files, c, NULL);
	free(c);
}

void sample_file_release(struct storage *s, const uint8_t digest[SHA256_BYTES])
{
	collect(s, digest);
}

int sample_files_recover(struct db *db, struct error *err)
{
	static const char sql[] =
		"UPDATE sample_file SET holds = 0 WHERE holds > 0;"
		"DELETE FROM sample_version WHERE NOT EXISTS"
		" (SELECT 1 FROM job_sample AS j WHERE j.version = sample_version.version);"
		"DELETE FROM sample_file WHERE NOT EXISTS (SELECT 1 FROM sample AS s WHERE s.digest = "
		"sample_file.digest)"
		" AND NOT EXISTS (SELECT 1 FROM sample_version AS v JOIN job_sample AS j USING (version)"
		"   WHERE v.digest = sample_file.digest AND j.is_live)";

	return db_exec(db, sql, err);
}

/* --- Coming ----------------------------------------------------------------------------------------------- */

static void part_end(const struct storage *s, struct part *p)
{
	if (p->fd < 0)
		return;
	close(p->fd);
	if (p->name[0])
		unlinkat(s->tmp_fd, p->name, 0);
	p->fd = -1;
}

struct sample_upload *sample_upload_new(struct storage *s, struct error *err)
{
	struct sample_upload *u = calloc(1, sizeof *u);

	if (!u) {
		error_set(err, ERR_NO_MEMORY, "no memory for an upload");
		return NULL;
	}
	u->storage = s;
	u->decoded.fd = -1;
	sha256_init(&u->sum);
	u->source.fd = part_create(s, u->source.name, err);
	if (u->source.fd >= 0)
		return u;
	free(u);
	return NULL;
}

/* False when the hold could not be ended; then the next start does. */
static bool end_hold(struct sample_upload *u)
{
	return writer_run(u->storage->writer, "UPDATE sample_file SET holds = holds - 1 WHERE digest = ? AND holds > 0",
			  VALUES(v_blob(u->facts.digest, SHA256_BYTES)), NULL) == 0;
}

void sample_upload_free(struct sample_upload *u)
{
	if (!u)
		return;
	part_end(u->storage, &u->source);
	part_end(u->storage, &u->decoded);
	if (u->is_held && end_hold(u))
		sample_file_release(u->storage, u->facts.digest);
	free(u);
}

int sample_upload_write(struct sample_upload *u, const void *data, size_t n, struct error *err)
{
	if (file_write(u->source.fd, data, n, "an upload", err))
		return -1;
	sha256_update(&u->sum, data, n);
	u->facts.bytes += n;
	return 0;
}

#define FACTS "type, bytes, stored_bytes, frames, sample_rate, channels"

void sample_facts_read(struct row *row, struct sample_facts *f)
{
	row_copy_text(row, f->type, sizeof f->type);
	f->bytes = (uint64_t)row_int(row);
	f->stored_bytes = (uint64_t)row_int(row);
	f->frames = (uint64_t)row_int(row);
	f->sample_rate_hz = (uint32_t)row_int(row);
	f->channels = (unsigned)row_int(row);
}

static int take_facts(struct row *row, void *facts)
{
	sample_facts_read(row, facts);
	return 0;
}

/* Takes a hold of a file that is there already: 1, with its facts; 0 when there is none. */
static int hold_known(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE sample_file SET holds = holds + 1 WHERE digest = ? RETURNING " FACTS;
	struct sample_facts *f = &((struct sample_upload *)ctx)->facts;

	return db_each_row(db, sql, VALUES(v_blob(f->digest, SHA256_BYTES)), take_facts, f, err);
}

/* Another upload may have made the row and not renamed its files yet, so the row alone is no proof. */
static bool are_files_there(const struct storage *s, const uint8_t digest[SHA256_BYTES])
{
	char name[SAMPLE_FILE_NAME_SIZE];

	return faccessat(s->samples_fd, sample_file_name(digest, false, name), R_OK, 0) == 0 &&
	       faccessat(s->samples_fd, sample_file_name(digest, true, name), R_OK, 0) == 0;
}

int sample_upload_end(struct sample_upload *u, bool *is_known, struct error *err)
{
	int rc;

	sha256_final(&u->sum, u->facts.digest);
	rc = writer_do(u->storage->writer, hold_known, NULL, u, err);
	if (rc < 0)
		return -1;
	u->is_held = rc == 1;
	*is_known = rc == 1 && are_files_there(u->storage, u->facts.digest);
	if (*is_known)
		return 0;
	u->decoded.fd = part_create(u->storage, u->decoded.name, err);
	if (u->decoded.fd < 0)
		return -1;
	return lseek(u->source.fd, 0, SEEK_SET) < 0 ? error_set_errno(err, errno, "lseek") : 0;
}

struct sample_facts *sample_upload_facts(struct sample_upload *u)
{
	return &u->facts;
}

int sample_upload_fd(const struct sample_upload *u)
{
	return u->source.fd;
}

int sample_upload_decoded_fd(const struct sample_upload *u)
{
	return u->decoded.fd;
}

/* --- Keeping ---------------------------------------------------------------------------------------------- */

struct keeping {
	struct sample_upload *upload;
	uint64_t max_bytes;
};

static int check_room(struct db *db, const struct keeping *k, struct error *err)
{
	int64_t taken;

	if (k->max_bytes == 0)
		return 0;
	if (db_read_int(db, "SELECT coalesce(sum(stored_bytes), 0) FROM sample_file", NO_VALUES, &taken, err))
		return -1;
	if ((uint64_t)taken + k->upload->facts.stored_bytes <= k->max_bytes)
		return 0;
	return error_set(err, ERR_NO_SPACE, "all samples together may take %llu bytes",
			 (unsigned long long)k->max_bytes);
}

static int make_row(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "INSERT INTO sample_file (digest, " FACTS ", holds) VALUES (?,?,?,?,?,?,?,1)"
				  " ON CONFLICT (digest) DO UPDATE SET holds = holds + 1";
	const struct keeping *k = ctx;
	const struct sample_facts *f = &k->upload->facts;

	if (check_room(db, k, err))
		return -1;
	return db_run(db, sql,
		      VALUES(v_blob(f->digest, SHA256_BYTES), v_text(f->type), v_int((int64_t)f->bytes),
			     v_int((int64_t)f->stored_bytes), v_int((int64_t)f->frames), v_int(f->sample_rate_hz),
			     v_int(f->channels)),
		      err);
}

static int publish(const struct storage *s, struct part *p, const char *name, struct error *err)
{
	if (fsync(p->fd) || renameat(s->tmp_fd, p->name, s->samples_fd, name))
		return error_set_errno(err, errno, "keeping the sample %s", name);
	p->name[0] = '\0';
	return 0;
}

static int publish_both(struct sample_upload *u, struct error *err)
{
	const struct storage *s = u->storage;
	char name[SAMPLE_FILE_NAME_SIZE];

	if (publish(s, &u->source, sample_file_name(u->facts.digest, false, name), err) ||
	    publish(s, &u->decoded, sample_file_name(u->facts.digest, true, name), err))
		return -1;
	return fsync(s->samples_fd) ? error_set_errno(err, errno, "syncing the folder samples") : 0;
}

int sample_upload_keep(struct sample_upload *u, uint64_t max_bytes, struct error *err)
{
	struct keeping k = { .upload = u, .max_bytes = max_bytes };

	if (u->decoded.fd < 0)
		return 0; /* known and held */
	if (!u->is_held) {
		/* What jobs that have ended left makes room first. */
		collect(u->storage, NULL);
		if (writer_do(u->storage->writer, make_row, NULL, &k, err) < 0)
			return -1;
		u->is_held = true;
	}
	return publish_both(u, err);
}

/* --- Being there ------------------------------------------------------------------------------------------ */

static int open_file(const struct storage *s, const uint8_t digest[SHA256_BYTES], bool is_decoded, struct error *err)
{
	char name[SAMPLE_FILE_NAME_SIZE];
	int fd = openat(s->samples_fd, sample_file_name(digest, is_decoded, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		return error_set(err, ERR_NOT_FOUND, "the sample %.12s… is no longer kept", name);
	return fd < 0 ? error_set_errno(err, errno, "opening the sample %s", name) : fd;
}

int storage_sample_open(struct storage *s, const uint8_t digest[SHA256_BYTES], int *fd, uint64_t *bytes,
			struct error *err)
{
	struct stat st;

	*fd = open_file(s, digest, false, err);
	if (*fd < 0)
		return -1;
	if (fstat(*fd, &st) == 0 && S_ISREG(st.st_mode)) {
		*bytes = (uint64_t)st.st_size;
		return 0;
	}
	close(*fd);
	*fd = -1;
	return error_set(err, ERR_IO, "a sample is no regular file");
}

int sample_file_open_decoded(void *ctx, const uint8_t digest[SHA256_BYTES], struct error *err)
{
	return open_file(ctx, digest, true, err);
}

bool sample_file_is_there(const struct storage *s, const uint8_t digest[SHA256_BYTES])
{
	return are_files_there(s, digest);
}
