#include "storage/migrate.h"

#include <stdio.h>
#include <string.h>

#include "base/crash_point.h"
#include "storage/schema.h"

static int check_is_ok(struct row *row, void *ctx)
{
	const char *text = row_text(row);

	(void)ctx;
	if (text && strcmp(text, "ok") == 0)
		return 0;
	return error_set(row->err, ERR_CORRUPT, "the database is damaged: %s", text ? text : "?");
}

/* SQLite's own check of pages and indexes; "ok" or the first damage it finds. */
static int check_pages(struct db *db, struct error *err)
{
	return db_each_row(db, "PRAGMA quick_check(1)", NO_VALUES, check_is_ok, NULL, err) < 0 ? -1 : 0;
}

static int check_owner(int64_t application_id, int64_t version, bool is_empty, struct error *err)
{
	if (is_empty && application_id == 0 && version == 0)
		return 0;
	if (application_id != SCHEMA_APPLICATION_ID)
		return error_set(err, ERR_CORRUPT, "the file is a database of another program (application_id 0x%llx)",
				 (unsigned long long)application_id);
	if (version > schema_version)
		return error_set(err, ERR_UNSUPPORTED,
				 "the database has format %lld, made by a newer phonond; this one knows up to %d",
				 (long long)version, schema_version);
	if (version < 1)
		return error_set(err, ERR_CORRUPT, "the database says format %lld, which never existed",
				 (long long)version);
	return 0;
}

int migrate_check(struct db *db, bool *is_empty, struct error *err)
{
	int64_t application_id, version, n_objects;

	if (db_read_int(db, "PRAGMA application_id", NO_VALUES, &application_id, err) ||
	    db_read_int(db, "PRAGMA user_version", NO_VALUES, &version, err) ||
	    db_read_int(db, "SELECT count(*) FROM sqlite_schema", NO_VALUES, &n_objects, err))
		return -1;
	*is_empty = n_objects == 0;
	if (check_owner(application_id, version, *is_empty, err))
		return -1;
	return check_pages(db, err);
}

static int commit(struct db *db, struct error *err)
{
	CRASH_POINT(migration_run);
	if (db_exec(db, "COMMIT", err))
		return -1;
	CRASH_POINT(migration_committed);
	return 0;
}

static int run_one(struct db *db, int from_version, struct error *err)
{
	char pragmas[96];

	/* Pragmas take no parameters; both numbers are ours. */
	snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d;", SCHEMA_APPLICATION_ID,
		 from_version + 1);
	if (db_exec(db, "BEGIN IMMEDIATE", err))
		return -1;
	CRASH_POINT(migration_begun);
	if (db_exec(db, schema_migrations[from_version], err) || db_exec(db, pragmas, err) || commit(db, err)) {
		(void)!db_exec(db, "ROLLBACK", NULL);
		return error_wrap(err, "bringing the database to format %d", from_version + 1);
	}
	return 0;
}

int migrate_run(struct db *db, struct error *err)
{
	int64_t version;

	if (db_read_int(db, "PRAGMA user_version", NO_VALUES, &version, err))
		return -1;
	for (int v = (int)version; v < schema_version; v++)
		if (run_one(db, v, err))
			return -1;
	return 0;
}
