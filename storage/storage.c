/* Opening and closing the data folder. */
#include "storage/storage.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "storage/internal.h"
#include "storage/migrate.h"
#include "storage/schema.h"

enum { READERS_DEFAULT = 16 };

/* Makes (when missing) and opens a folder; -1 with *err. */
static int open_folder(int parent_fd, const char *name, struct error *err)
{
	int fd;

	if (mkdirat(parent_fd, name, 0750) && errno != EEXIST)
		return error_set_errno(err, errno, "making the folder %s", name);
	fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, errno, "opening the folder %s", name);
	return fd;
}

/* A folder that was just made is there for good once the one that it is in was synced. Every time, since an earlier process
 * may have made it and been cut off; one that we may not read was not made by us. */
static int sync_parent(int data_fd, struct error *err)
{
	int fd = openat(data_fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = 0;

	if (fd < 0)
		return errno == EACCES ? 0 : error_set_errno(err, errno, "opening the folder of the data folder");
	if (fsync(fd) && errno != EINVAL && errno != EROFS)
		rc = error_set_errno(err, errno, "syncing the folder of the data folder");
	close(fd);
	return rc;
}

/* flock() goes with the descriptor, so the lock ends with the process however it ends. */
static int take_lock(int data_fd, struct error *err)
{
	int fd = openat(data_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return error_set_errno(err, errno, "opening the lock file");
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		error_set(err, ERR_BUSY, "another process uses this data folder");
	else
		error_set_errno(err, errno, "locking the data folder");
	close(fd);
	return -1;
}

static int open_folders(struct storage *s, const char *data_dir, struct error *err)
{
	int data_fd = open_folder(AT_FDCWD, data_dir, err);
	int rc = -1;

	if (data_fd < 0)
		return -1;
	s->lock_fd = take_lock(data_fd, err);
	if (s->lock_fd < 0)
		goto out;
	s->artifacts_fd = open_folder(data_fd, "artifacts", err);
	if (s->artifacts_fd < 0)
		goto out;
	s->tmp_fd = open_folder(data_fd, "tmp", err);
	if (s->tmp_fd < 0)
		goto out;
	if (secret_load(data_fd, s->link_secret, err))
		goto out;
	s->checkpoints_fd = open_folder(data_fd, "checkpoints", err);
	if (s->checkpoints_fd < 0)
		goto out;
	s->samples_fd = open_folder(data_fd, "samples", err);
	if (s->samples_fd < 0)
		goto out;
	if (fsync(data_fd)) {
		error_set_errno(err, errno, "syncing the data folder");
		goto out;
	}
	if (sync_parent(data_fd, err))
		goto out;
	rc = artifact_make_folders(s, err);
	CRASH_POINT(folders_made);
out:
	close(data_fd);
	return rc;
}

/* A guest finds everything as the owner made it, or not at all. */
static int prepare_as_guest(struct db *db, struct error *err)
{
	int64_t version;
	bool is_empty;

	if (migrate_check(db, &is_empty, err) || db_read_int(db, "PRAGMA user_version", NO_VALUES, &version, err))
		return -1;
	if (version != schema_version)
		return error_set(err, ERR_UNSUPPORTED,
				 "the database has an older format; start this version's server once");
	return db_configure(db, DB_READ_WRITE, err);
}

/* Makes sure that the file is ours before changing a byte of it or of the folders that belong to it. */
static int prepare_database(struct storage *s, struct db *db, struct error *err)
{
	int64_t has_samples;
	bool is_empty;

	if (migrate_check(db, &is_empty, err))
		return -1;
	if (is_empty && sweep_check_empty(s, err))
		return -1;
	if (db_configure(db, DB_READ_WRITE, err) || migrate_run(db, err) || batch_recover(db, err) ||
	    sample_files_recover(db, err) ||
	    db_read_int(db, "SELECT EXISTS (SELECT 1 FROM sample)", NO_VALUES, &has_samples, err))
		return -1;
	s->has_samples = has_samples;
	CRASH_POINT(database_ready);
	return sweep_folders(s, db, err);
}

/* On failure db is closed. */
static int open_database(struct storage *s, struct db *db, struct error *err)
{
	if (db_open(db, s->db_path, DB_READ_WRITE, err))
		return -1;
	if ((s->is_guest ? prepare_as_guest(db, err) : prepare_database(s, db, err)) == 0)
		return 0;
	error_wrap(err, "%s", s->db_path);
	db_close(db);
	return -1;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Closing the lock file last: until then the folder is ours. */
static void free_storage(struct storage *s)
{
	close_if_open(s->samples_fd);
	close_if_open(s->checkpoints_fd);
	close_if_open(s->tmp_fd);
	close_if_open(s->artifacts_fd);
	close_if_open(s->lock_fd);
	pthread_mutex_destroy(&s->health.lock);
	free(s->db_path);
	free(s);
}

static struct storage *new_storage(const char *data_dir, struct error *err)
{
	struct storage *s = calloc(1, sizeof *s);

	if (!s || asprintf(&s->db_path, "%s/phonond.db", data_dir) < 0) {
		free(s);
		error_set(err, ERR_NO_MEMORY, "opening the data folder: out of memory");
		return NULL;
	}
	s->lock_fd = s->artifacts_fd = s->tmp_fd = s->checkpoints_fd = s->samples_fd = -1;
	pthread_mutex_init(&s->health.lock, NULL);
	return s;
}

struct storage *storage_open(const struct storage_config *config, struct error *err)
{
	struct storage *s = new_storage(config->data_dir, err);
	struct db db;

	if (!s)
		return NULL;
	s->is_guest = config->is_guest;
	if ((!s->is_guest && open_folders(s, config->data_dir, err)) || open_database(s, &db, err))
		goto err_after_alloc;
	s->writer = writer_new(&db, &s->health, err);
	if (!s->writer)
		goto err_after_alloc;
	if (readers_init(&s->readers, s->db_path, config->n_readers ? config->n_readers : READERS_DEFAULT, err))
		goto err_after_writer;
	if (!s->is_guest && probe_backend(s, config->io, err))
		goto err_after_readers;
	return s;

err_after_readers:
	readers_fini(&s->readers);
err_after_writer:
	writer_free(s->writer);
err_after_alloc:
	free_storage(s);
	return NULL;
}

void storage_close(struct storage *s)
{
	readers_fini(&s->readers);
	writer_free(s->writer); /* the last connection: SQLite empties the write-ahead log */
	free_storage(s);
}

struct histogram storage_commit_times(struct storage *s)
{
	return writer_stats(s->writer).commit_times;
}

const char *storage_io_name(const struct storage *s)
{
	return s->io == IO_URING ? "io_uring" : "pwrite";
}

/* A write that changes nothing that anybody reads, but must reach the disk like any other. */
static int touch(struct db *db, void *ctx, struct error *err)
{
	int64_t version;
	char sql[64];

	(void)ctx;
	if (db_read_int(db, "PRAGMA user_version", NO_VALUES, &version, err))
		return -1;
	snprintf(sql, sizeof sql, "PRAGMA user_version=%d", (int)version);
	return db_exec(db, sql, err);
}

int storage_health(struct storage *s, struct error *err)
{
	if (health_read(&s->health, err) == 0)
		return 0;
	/* Sick: find out whether space or the disk has come back. */
	if (probe_write(s, err) || writer_do(s->writer, touch, NULL, NULL, err) < 0)
		return -1;
	health_clear(&s->health);
	return 0;
}
