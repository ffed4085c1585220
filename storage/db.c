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
static int enter_wal(struct db *db, struct error *err)
{
	struct query q;
	int rc;

	query_begin(&q, db, "PRAGMA journal_mode=WAL", err);
	rc = query_step(&q);
	if (rc == 1 && strcmp((const char *)sqlite3_column_text(q.stmt, 0), "wal") != 0)
		rc = error_set(err, ERR_UNSUPPORTED, "the database cannot use write-ahead logging on this file system");
	query_end(&q);
	return rc < 0 ? -1 : 0;
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
	if (enter_wal(db, err))
		return -1;
	return db_exec(db, writing, err);
}

int db_exec(struct db *db, const char *sql, struct error *err)
{
	if (sqlite3_exec(db->conn, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_error(db, err, "database");
	return 0;
}

int db_read_int(struct db *db, const char *sql, int64_t *value, struct error *err)
{
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	rc = query_step(&q);
	if (rc == 1)
		*value = sqlite3_column_int64(q.stmt, 0);
	query_end(&q);
	if (rc == 0)
		return error_set(err, ERR_INTERNAL, "database: no row where one was expected");
	return rc == 1 ? 0 : -1;
}

int db_changes(struct db *db)
{
	return sqlite3_changes(db->conn);
}

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

void query_begin(struct query *q, struct db *db, const char *sql, struct error *err)
{
	*q = (struct query){ .db = db, .err = err, .rc = SQLITE_OK };
	q->stmt = find_statement(db, sql);
	if (!q->stmt)
		q->rc = db_error(db, err, "database");
}

static void bound(struct query *q, int rc)
{
	if (rc != SQLITE_OK)
		q->rc = db_error(q->db, q->err, "database");
}

void query_int(struct query *q, int64_t value)
{
	if (q->rc == SQLITE_OK)
		bound(q, sqlite3_bind_int64(q->stmt, ++q->n_bound, value));
}

void query_real(struct query *q, double value)
{
	if (q->rc == SQLITE_OK)
		bound(q, sqlite3_bind_double(q->stmt, ++q->n_bound, value));
}

void query_text(struct query *q, const char *text)
{
	if (q->rc == SQLITE_OK)
		bound(q, sqlite3_bind_text(q->stmt, ++q->n_bound, text, -1, SQLITE_STATIC));
}

void query_blob(struct query *q, const void *bytes, size_t n)
{
	if (q->rc == SQLITE_OK)
		bound(q, sqlite3_bind_blob64(q->stmt, ++q->n_bound, bytes, n, SQLITE_STATIC));
}

int query_step(struct query *q)
{
	int rc;

	if (q->rc != SQLITE_OK)
		return -1;
	rc = sqlite3_step(q->stmt);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return db_error(q->db, q->err, "database");
}

void query_end(struct query *q)
{
	if (!q->stmt)
		return;
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
}

int query_run(struct query *q)
{
	int rc = query_step(q);
	int n_changed = rc < 0 ? -1 : db_changes(q->db);
	query_end(q);
	return n_changed;
}
