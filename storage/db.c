#include "storage/db.h"

#include <assert.h>
#include <string.h>

enum {
	BUSY_TIMEOUT_MS = 5000,             /* another program with the file open, e.g. a backup */
	VALUE_BYTES_MAX = 64 * 1024 * 1024, /* far above any source text */
};

static enum error_code code_of_sqlite(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return ERR_NO_SPACE;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return ERR_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return ERR_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_NOMEM:
		return ERR_NO_MEMORY;
	case SQLITE_TOOBIG:
		return ERR_TOO_LARGE;
	case SQLITE_CONSTRAINT:
		return ERR_CONFLICT;
	default:
		return ERR_INTERNAL;
	}
}

int db_error(struct db *db, struct error *err, const char *doing)
{
	int rc = sqlite3_extended_errcode(db->conn);
	error_set(err, code_of_sqlite(rc), "%s: %s (SQLite %d)", doing, sqlite3_errmsg(db->conn), rc);
	return -1;
}

int db_open(struct db *db, const char *path, enum db_mode mode, struct error *err)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;

	*db = (struct db){ .conn = NULL };
	if (mode == DB_READ_WRITE)
		flags |= SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &db->conn, flags, NULL) == SQLITE_OK)
		return 0;
	if (db->conn)
		db_error(db, err, "opening the database");
	else
		error_set(err, ERR_NO_MEMORY, "opening the database: out of memory");
	db_close(db);
	return -1;
}

void db_close(struct db *db)
{
	for (size_t i = 0; i < db->n_statements; i++)
		sqlite3_finalize(db->statements[i].stmt);
	db->n_statements = 0;
	sqlite3_close(db->conn);
	db->conn = NULL;
}

/* WAL is a property of the file. A file system without shared memory (NFS) answers with another mode, and
 * then neither concurrent readers nor durability would be what we promise. */
static int check_is_wal(struct row *row, void *ctx)
{
	const char *mode = row_text(row);

	(void)ctx;
	if (mode && strcmp(mode, "wal") == 0)
		return 0;
	return error_set(row->err, ERR_UNSUPPORTED, "the database cannot use write-ahead logging on this file system");
}

int db_configure(struct db *db, enum db_mode mode, struct error *err)
{
	/* mmap_size=0: a mapped file answers an I/O error with SIGBUS. */
	static const char common[] = "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
				     "PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;";
	static const char writing[] =
		"PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000; PRAGMA journal_size_limit=67108864;";

	if (sqlite3_busy_timeout(db->conn, BUSY_TIMEOUT_MS) != SQLITE_OK)
		return db_error(db, err, "configuring the database");
	sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(db->conn, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db->conn, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	if (db_exec(db, common, err))
		return -1;
	if (mode == DB_READ_ONLY)
		return db_exec(db, "PRAGMA query_only=ON", err);
	if (db_each_row(db, "PRAGMA journal_mode=WAL", NO_VALUES, check_is_wal, NULL, err) < 0)
		return -1;
	return db_exec(db, writing, err);
}

int db_exec(struct db *db, const char *sql, struct error *err)
{
	if (sqlite3_exec(db->conn, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, err, "database");
	return 0;
}

/* --- statements --- */

/* The prepared statement of this text; prepares it on first use. NULL with the connection's error set. */
static sqlite3_stmt *find_statement(struct db *db, const char *sql)
{
	sqlite3_stmt *stmt;

	for (size_t i = 0; i < db->n_statements; i++)
		if (db->statements[i].sql == sql)
			return db->statements[i].stmt;
	assert(db->n_statements < DB_STATEMENTS_MAX);
	if (sqlite3_prepare_v3(db->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		return NULL;
	db->statements[db->n_statements].sql = sql;
	db->statements[db->n_statements++].stmt = stmt;
	return stmt;
}

static int bind(sqlite3_stmt *stmt, int at, const struct value *v)
{
	switch (v->type) {
	case VALUE_INT:
		return sqlite3_bind_int64(stmt, at, v->n);
	case VALUE_REAL:
		return sqlite3_bind_double(stmt, at, v->x);
	case VALUE_TEXT:
		return sqlite3_bind_text(stmt, at, v->bytes, -1, SQLITE_STATIC);
	case VALUE_BLOB:
		return sqlite3_bind_blob64(stmt, at, v->bytes, v->size, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static void end(sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

/* A statement that is ready to be stepped, for end(); NULL with *err. */
static sqlite3_stmt *begin(struct db *db, const char *sql, struct values values, struct error *err)
{
	sqlite3_stmt *stmt = find_statement(db, sql);

	assert(!stmt || sqlite3_bind_parameter_count(stmt) == (int)values.n);
	for (size_t i = 0; stmt && i < values.n; i++)
		if (bind(stmt, (int)i + 1, &values.items[i]) != SQLITE_OK) {
			db_error(db, err, "database");
			end(stmt);
			return NULL;
		}
	if (!stmt)
		db_error(db, err, "database");
	return stmt;
}

/* 1: a row, 0: no more, -1. */
static int step(struct db *db, sqlite3_stmt *stmt, struct error *err)
{
	int rc = sqlite3_step(stmt);

	if (rc == SQLITE_ROW || rc == SQLITE_DONE)
		return rc == SQLITE_ROW;
	return db_error(db, err, "database");
}

static int take_row(sqlite3_stmt *stmt, row_fn fn, void *ctx, struct error *err)
{
	struct row row = { .stmt = stmt, .err = err };
	int rc = fn(&row, ctx);

	if (rc >= 0 && row.is_out_of_memory)
		return error_set(err, ERR_NO_MEMORY, "reading from the database: out of memory");
	return rc;
}

int db_each_row(struct db *db, const char *sql, struct values values, row_fn fn, void *ctx, struct error *err)
{
	sqlite3_stmt *stmt = begin(db, sql, values, err);
	int n = 0, taken = 0, rc = -1;

	if (!stmt)
		return -1;
	while (taken == 0 && (rc = step(db, stmt, err)) == 1) {
		taken = take_row(stmt, fn, ctx, err);
		n++;
	}
	end(stmt);
	return taken < 0 || rc < 0 ? -1 : n;
}

int db_change(struct db *db, const char *sql, struct values values, struct error *err)
{
	sqlite3_stmt *stmt = begin(db, sql, values, err);
	int n_changed;

	if (!stmt)
		return -1;
	n_changed = step(db, stmt, err) < 0 ? -1 : sqlite3_changes(db->conn);
	end(stmt);
	return n_changed;
}

int db_run(struct db *db, const char *sql, struct values values, struct error *err)
{
	return db_change(db, sql, values, err) < 0 ? -1 : 0;
}

int db_expect_row(int n_rows, enum error_code code, const char *why, struct error *err)
{
	if (n_rows == 0)
		return error_set(err, code, "%s", why);
	return n_rows < 0 ? -1 : 0;
}

int db_read_int(struct db *db, const char *sql, struct values values, int64_t *value, struct error *err)
{
	int n = db_each_row(db, sql, values, row_store_int, value, err);

	return db_expect_row(n, ERR_INTERNAL, "database: no row where one was expected", err);
}

int db_test(struct db *db, const char *sql, struct values values, struct error *err)
{
	int64_t is_so;

	return db_read_int(db, sql, values, &is_so, err) ? -1 : is_so != 0;
}
