/* One SQLite connection with its statements: the only way the rest of storage/ talks to SQLite.
 *
 * An operation is its SQL, the values of its parameters, and what it does with a row:
 *
 *	static const char sql[] = "SELECT id, name FROM api_key WHERE id = ? AND created_at_ms < ?";
 *
 *	static int read_key(struct row *row, void *ctx)
 *	{
 *		struct api_key *key = ctx;
 *
 *		row_copy_text(row, key->id, sizeof key->id);
 *		row_copy_text(row, key->name, sizeof key->name);
 *		return 0;
 *	}
 *
 *	n = db_each_row(db, sql, VALUES(v_text(id), v_int(now_ms)), read_key, &key, err);
 *
 * A statement is prepared once per connection and found again by the address of its text, so SQL lives in
 * `static const char` arrays or literals beside the code that runs it. Values are only ever bound, never printed into
 * SQL. One thread at a time per connection. readers.h has the same calls on a lent connection, writer.h on the writer's. */
#ifndef STORAGE_DB_H
#define STORAGE_DB_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "storage/row.h"
#include "storage/values.h"

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

/* Runs statements without parameters or results; they are not kept. */
int db_exec(struct db *db, const char *sql, struct error *err) WARN_UNUSED;

/* --- Statements: values.h and row.h say what goes in and comes out ---------------------------------------- */

/* Calls fn for row after row: how many it was called for, or -1. On failure what fn made of earlier rows, and of part of
 * the last one, is in ctx still and the caller's to free. */
int db_each_row(struct db *db, const char *sql, struct values values, row_fn fn, void *ctx,
		struct error *err) WARN_UNUSED;

/* For a statement that gives one row of one integer. ERR_INTERNAL: it gave none. */
int db_read_int(struct db *db, const char *sql, struct values values, int64_t *value, struct error *err) WARN_UNUSED;

/* For SELECT EXISTS: 1, 0, -1. */
int db_test(struct db *db, const char *sql, struct values values, struct error *err) WARN_UNUSED;

/* For a statement that gives no rows. */
int db_run(struct db *db, const char *sql, struct values values, struct error *err) WARN_UNUSED;

/* As db_run(): how many rows it inserted, updated or deleted, or -1. */
int db_change(struct db *db, const char *sql, struct values values, struct error *err) WARN_UNUSED;

/* For what db_each_row() or db_change() returned when there must be a row: 0, or -1; with this error when n_rows is 0. */
int db_expect_row(int n_rows, enum error_code code, const char *why, struct error *err) WARN_UNUSED;

#endif
