/* Artifact files. In this order, so that a crash at any point leaves either no file or the whole one:
 *
 *   create tmp/<n>.part, write, fsync, rename to artifacts/<aa>/<hash>.wav, fsync the folder, and only then the row.
 *
 * Further files of the same content (stems) go the same way before it.
 *
 * A finished file is never changed. Two jobs with equal content may race: both write the same bytes, and the
 * later rename puts a copy over a copy. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "storage/internal.h"
#include "storage/outfile.h"

struct artifact {
	struct sink sink; /* first: a struct sink * is a struct artifact * */
	struct storage *storage;
	struct outfile *out; /* NULL once finished or aborted */
	int fd;
	char part_name[PART_NAME_SIZE];
	char name[ARTIFACT_NAME_SIZE];
	uint64_t n_written;
	uint64_t n_reserved; /* bytes of blocks allocated ahead; 0: none */
};

char *artifact_name(const uint8_t content_hash[SHA256_BYTES], unsigned part, char out[ARTIFACT_NAME_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(content_hash, hex);
	if (part == 0)
		snprintf(out, ARTIFACT_NAME_SIZE, "%.2s/%s.wav", hex, hex);
	else
		snprintf(out, ARTIFACT_NAME_SIZE, "%.2s/%s.s%u", hex, hex, part);
	return out;
}

bool artifact_exists(const struct storage *s, const uint8_t content_hash[SHA256_BYTES])
{
	char name[ARTIFACT_NAME_SIZE];

	return faccessat(s->artifacts_fd, artifact_name(content_hash, 0, name), R_OK, 0) == 0;
}

void artifact_touch(const struct storage *s, const uint8_t content_hash[SHA256_BYTES])
{
	char name[ARTIFACT_NAME_SIZE];
	struct stat st;

	if (fstatat(s->artifacts_fd, artifact_name(content_hash, 0, name), &st, AT_SYMLINK_NOFOLLOW) == 0)
		keep_touch(s, name, &st);
}

/* The size of a finished file, 0 when it is not there. */
static uint64_t size_of(const struct storage *s, const char *name)
{
	struct stat st;

	return fstatat(s->artifacts_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)st.st_size : 0;
}

/* False when it was not there. */
static bool remove_part(struct storage *s, const uint8_t content_hash[SHA256_BYTES], unsigned part)
{
	char name[ARTIFACT_NAME_SIZE];
	uint64_t bytes = size_of(s, artifact_name(content_hash, part, name));

	if (unlinkat(s->artifacts_fd, name, 0) == 0) {
		atomic_fetch_sub_explicit(&s->n_stored_bytes, bytes, memory_order_relaxed);
		CRASH_POINT(artifact_removed);
		return true;
	}
	if (errno != ENOENT)
		log_event(LOG_WARN, "cannot remove an artifact", "file", name, "error", strerrorname_np(errno), NULL);
	return false;
}

void artifact_remove(struct storage *s, const uint8_t content_hash[SHA256_BYTES])
{
	unsigned part = 1;

	remove_part(s, content_hash, 0);
	while (remove_part(s, content_hash, part))
		part++;
}

int artifact_make_folders(const struct storage *s, struct error *err)
{
	for (unsigned i = 0; i < 256; i++) {
		char name[3];
		snprintf(name, sizeof name, "%02x", i);
		if (mkdirat(s->artifacts_fd, name, 0750) && errno != EEXIST)
			return error_set_errno(err, errno, "making the folder artifacts/%s", name);
	}
	if (fsync(s->artifacts_fd))
		return error_set_errno(err, errno, "syncing the folder artifacts");
	return 0;
}

int part_create(struct storage *s, char name[PART_NAME_SIZE], struct error *err)
{
	unsigned long long n = atomic_fetch_add_explicit(&s->n_parts, 1, memory_order_relaxed);
	int fd;

	snprintf(name, PART_NAME_SIZE, "%llu.part", n);
	fd = openat(s->tmp_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (fd < 0)
		return error_set_errno(err, errno, "creating tmp/%s", name);
	return fd;
}

/* Takes the space now, so that a full disk is met before the work is done. File systems without the call go on. */
static int reserve(struct artifact *a, uint64_t expected_bytes, struct error *err)
{
	if (expected_bytes == 0 || expected_bytes > INT64_MAX)
		return 0;
	if (fallocate(a->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)expected_bytes) == 0) {
		a->n_reserved = expected_bytes;
		CRASH_POINT(artifact_reserved);
		return 0;
	}
	if (errno != ENOSPC && errno != EDQUOT && errno != EFBIG)
		return 0;
	return error_set_errno(err, errno, "reserving %llu bytes", (unsigned long long)expected_bytes);
}

static struct outfile *open_backend(const struct storage *s, int fd, struct error *err)
{
	struct outfile *out;

	if (s->io == IO_PWRITE)
		return pwrite_open(fd, err);
	out = uring_open(fd, err);
	if (out || s->is_io_required)
		return out;
	/* Out of locked memory or descriptors for one more ring: this file is written the plain way. */
	return pwrite_open(fd, err);
}

static int artifact_write_at(struct sink *sink, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct artifact *a = (struct artifact *)sink;

	assert(a->out && offset == a->n_written);
	if (outfile_write(a->out, data, n, err)) {
		if (err)
			health_note(&a->storage->health, err);
		return -1;
	}
	a->n_written += n;
	CRASH_POINT(artifact_written);
	return 0;
}

/* A rename is durable once its folder is. */
static int sync_folder_of(const struct artifact *a, struct error *err)
{
	char folder[3] = { a->name[0], a->name[1], '\0' };
	int fd = openat(a->storage->artifacts_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return error_set_errno(err, errno, "opening the folder artifacts/%s", folder);
	rc = fsync(fd) ? error_set_errno(err, errno, "syncing the folder artifacts/%s", folder) : 0;
	close(fd);
	return rc;
}

/* Gives back what was reserved and not used. Only a truncation that finds the final size drops blocks behind it, so
 * this comes after all writes. */
static int trim(const struct artifact *a, struct error *err)
{
	if (a->n_written >= a->n_reserved)
		return 0;
	if (ftruncate(a->fd, (off_t)a->n_written) || fsync(a->fd))
		return error_set_errno(err, errno, "giving back reserved space");
	return 0;
}

static int publish(struct artifact *a, struct error *err)
{
	struct storage *s = a->storage;
	uint64_t replaced;

	CRASH_POINT(artifact_complete);
	if (outfile_sync(a->out, err) || trim(a, err))
		return -1;
	CRASH_POINT(artifact_synced);
	replaced = size_of(s, a->name);
	if (renameat(s->tmp_fd, a->part_name, s->artifacts_fd, a->name))
		return error_set_errno(err, errno, "publishing %s", a->name);
	CRASH_POINT(artifact_renamed);
	a->part_name[0] = '\0';
	atomic_fetch_add_explicit(&s->n_stored_bytes, a->n_written - replaced, memory_order_relaxed);
	if (sync_folder_of(a, err))
		return -1;
	CRASH_POINT(artifact_published);
	return 0;
}

static void artifact_end(struct artifact *a)
{
	outfile_free(a->out);
	a->out = NULL;
	close(a->fd);
	a->fd = -1;
}

static int artifact_finish(struct sink *sink, struct error *err)
{
	struct artifact *a = (struct artifact *)sink;
	struct error why = ERROR_INIT;

	assert(a->out);
	if (publish(a, &why) == 0) {
		artifact_end(a);
		return 0;
	}
	health_note(&a->storage->health, &why);
	if (err)
		*err = why;
	return -1;
}

static void artifact_abort(struct sink *sink)
{
	struct artifact *a = (struct artifact *)sink;

	if (!a->out)
		return;
	artifact_end(a);
	/* Already renamed when only the folder's sync failed: then the next start sweeps it, as no row names it. */
	if (a->part_name[0])
		unlinkat(a->storage->tmp_fd, a->part_name, 0);
}

static const struct sink_ops artifact_ops = { artifact_write_at, artifact_finish, artifact_abort };

struct artifact *artifact_create(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t expected_bytes,
				 struct error *err)
{
	return artifact_create_part(s, content_hash, 0, expected_bytes, err);
}

struct artifact *artifact_create_part(struct storage *s, const uint8_t content_hash[SHA256_BYTES], unsigned part,
				      uint64_t expected_bytes, struct error *err)
{
	struct error why = ERROR_INIT;
	struct artifact *a = calloc(1, sizeof *a);

	if (!a) {
		error_set(err, ERR_NO_MEMORY, "creating an artifact: out of memory");
		return NULL;
	}
	a->sink.ops = &artifact_ops;
	a->storage = s;
	artifact_name(content_hash, part, a->name);
	a->fd = part_create(s, a->part_name, &why);
	if (a->fd < 0)
		goto err_after_alloc;
	CRASH_POINT(artifact_created);
	if (reserve(a, expected_bytes, &why))
		goto err_after_part;
	a->out = open_backend(s, a->fd, &why);
	if (a->out)
		return a;

err_after_part:
	close(a->fd);
	unlinkat(s->tmp_fd, a->part_name, 0);
err_after_alloc:
	health_note(&s->health, &why);
	if (err)
		*err = why;
	free(a);
	return NULL;
}

struct sink *artifact_sink(struct artifact *a)
{
	return &a->sink;
}

int artifact_open_unfinished(struct artifact *a, struct error *err)
{
	int fd = openat(a->storage->tmp_fd, a->part_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd >= 0 ? fd : error_set_errno(err, errno, "opening tmp/%s", a->part_name);
}

uint64_t artifact_settle(struct artifact *a)
{
	return a->out ? outfile_settle(a->out) : 0;
}

void artifact_free(struct artifact *a)
{
	/* A finish that failed leaves the part behind for us. */
	artifact_abort(&a->sink);
	free(a);
}

int artifact_open(struct storage *s, const uint8_t content_hash[SHA256_BYTES], int *fd, uint64_t *bytes,
		  struct error *err)
{
	return artifact_open_part(s, content_hash, 0, fd, bytes, err);
}

int artifact_open_part(struct storage *s, const uint8_t content_hash[SHA256_BYTES], unsigned part, int *fd,
		       uint64_t *bytes, struct error *err)
{
	char name[ARTIFACT_NAME_SIZE];
	struct stat st;

	*fd = openat(s->artifacts_fd, artifact_name(content_hash, part, name), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0 && errno == ENOENT)
		return error_set(err, ERR_NOT_FOUND, "the file is not there");
	if (*fd < 0)
		return error_set_errno(err, errno, "opening %s", name);
	if (fstat(*fd, &st) || !S_ISREG(st.st_mode)) {
		close(*fd);
		*fd = -1;
		return error_set(err, ERR_IO, "%s is not a regular file", name);
	}
	*bytes = (uint64_t)st.st_size;
	keep_touch(s, name, &st);
	return 0;
}
