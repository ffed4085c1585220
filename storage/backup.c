/* A copy of the database while it is in use, by SQLite's own means: copying the files would tear transactions apart. */
#include <errno.h>
#include <unistd.h>

#include "storage/internal.h"

static int copy_pages(struct db *from, struct db *to, struct error *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to->conn, "main", from->conn, "main");
	int rc;

	if (!b)
		return db_error(to, err, "backup");
	/* All pages in one step: one consistent moment, and writers go on in the log. */
	rc = sqlite3_backup_step(b, -1);
	sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : db_error(to, err, "backup");
}

/* A file of its own, without a log beside it. */
static int finish_copy(struct db *to, struct error *err)
{
	return db_exec(to, "PRAGMA journal_mode=DELETE", err);
}

static int copy_to(struct db *from, void *ctx, struct error *err)
{
	const char *path = ctx;
	struct db to;
	int rc;

	if (db_open(&to, path, DB_READ_WRITE, err))
		return -1;
	rc = copy_pages(from, &to, err);
	if (rc == 0)
		rc = finish_copy(&to, err);
	db_close(&to);
	if (rc)
		unlink(path);
	return rc;
}

int storage_backup(struct storage *s, const char *path, struct error *err)
{
	if (access(path, F_OK) == 0)
		return error_set(err, ERR_INVALID, "'%.150s' is there already", path);
	return readers_do(&s->readers, copy_to, (void *)path, err);
}
