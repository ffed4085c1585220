/* One SQLite connection with its statements: the only way the rest of storage/ talks to SQLite.
 *
 * A statement is prepared once per connection and found again by the address of its text, so SQL lives in
 * `static const char` arrays beside the code that runs it. Values are only ever bound, never printed into SQL.
 *
 *	struct query q;
 *	query_begin(&q, db, sql, err);
 *	query_text(&q, id);
 *	query_int(&q, epoch);
 *	rc = query_step(&q);                 1: a row, 0: no more, -1: *err is set
 *	...sqlite3_column_*(q.stmt, i)...
 *	query_end(&q);
 *
 * An error in begin or bind is kept and comes out of the first step. One thread at a time per connection. */
#ifndef STORAGE_DB_H
#define STORAGE_DB_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { DB_STATEMENTS_MAX = 192 };

struct db {
	sqlite3 *conn;
	struct {
		const char *sql; /* identity of the statement */
		sqlite3_stmt *stmt;
	} statements[DB_STATEMENTS_MAX];
	size_t n_statements;
};

/* READ_ONLY is enforced by PRAGMA query_only: a WAL reader must be able to write the shared memory file. */
enum db_mode { DB_READ_WRITE, DB_READ_ONLY };

/* Opens path; READ_WRITE creates an empty file when there is none. Nothing is read or changed yet. On failure
 * there is nothing to close. */
int db_open(struct db *db, const char *path, enum db_mode mode, struct error *err) WARN_UNUSED;
void db_close(struct db *db);

/* The connection's pragmas; the write connection also switches the file to WAL, so call it only once the file
 * is known to be ours. */
int db_configure(struct db *db, enum db_mode mode, struct error *err) WARN_UNUSED;

/* Copies code and message of the connection's last error at once, before anything else touches it:
 * "DOING: MESSAGE". Returns -1. */
int db_error(struct db *db, struct error *err, const char *doing);

/* Runs statements without parameters or results. */
int db_exec(struct db *db, const char *sql, struct error *err) WARN_UNUSED;

/* The integer that a one-row, one-column query gives. */
int db_read_int(struct db *db, const char *sql, int64_t *value, struct error *err) WARN_UNUSED;

/* Rows that the last INSERT, UPDATE or DELETE touched. */
int db_changes(struct db *db);

struct query {
	struct db *db;
	sqlite3_stmt *stmt; /* NULL after a failed begin */
	struct error *err;
	int n_bound;
	int rc; /* first failure of begin or bind, SQLITE_OK so far */
};

void query_begin(struct query *q, struct db *db, const char *sql, struct error *err);
void query_int(struct query *q, int64_t value);
void query_real(struct query *q, double value);
/* Bytes and text must live until query_end(). NULL binds NULL. */
void query_text(struct query *q, const char *text);
void query_blob(struct query *q, const void *bytes, size_t n);
int query_step(struct query *q) WARN_UNUSED;
void query_end(struct query *q);

/* Steps a statement that gives no rows and ends the query: rows changed, or -1. */
int query_run(struct query *q) WARN_UNUSED;

#endif
