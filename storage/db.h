/* One SQLite connection with its statements: the only way the rest of storage/ talks to SQLite.
 *
 * An operation is its SQL, the values of its parameters, and what it does with a row:
 *
 *	static const char sql[] = "SELECT id, name FROM api_key WHERE scopes = ? AND created_at_ms < ?";
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
 *	n = db_each_row(db, sql, VALUES(v_int(scopes), v_int(now_ms)), read_key, &key, err);
 *
 * A statement is prepared once per connection and found again by the address of its text, so SQL lives in
 * `static const char` arrays or literals beside the code that runs it. Values are only ever bound, never printed into
 * SQL. One thread at a time per connection. readers.h has the same calls on a lent connection, writer.h on the writer's. */
#ifndef STORAGE_DB_H
#define STORAGE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
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

/* Runs statements without parameters or results; they are not kept. */
int db_exec(struct db *db, const char *sql, struct error *err) WARN_UNUSED;

/* --- Values ---------------------------------------------------------------------------------------------- */

struct value {
	enum value_type { VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB } type;
	union {
		int64_t n;
		double x;
		const void *bytes; /* borrowed until the call that takes the value returns; NULL: NULL */
	};
	size_t size; /* of a blob */
};

/* The values of a statement's parameters, in their order and as many. */
struct values {
	const struct value *items;
	size_t n;
};

/* VALUES(v_text(id), v_int(now_ms)), at least one; they live as long as the block that they stand in. */
#define VALUES(...)                                                                                                    \
	((struct values){ (const struct value[]){ __VA_ARGS__ },                                                       \
			  sizeof((const struct value[]){ __VA_ARGS__ }) / sizeof(struct value) })
#define NO_VALUES ((struct values){ NULL, 0 })

/* Also for counts and sizes: SQLite's integers have a sign, and nothing here comes near 2^63. */
static inline struct value v_int(int64_t n)
{
	return (struct value){ .type = VALUE_INT, .n = n };
}

/* SQLite makes NULL of a NAN. */
static inline struct value v_real(double x)
{
	return (struct value){ .type = VALUE_REAL, .x = x };
}

static inline struct value v_text(const char *text)
{
	return (struct value){ .type = VALUE_TEXT, .bytes = text };
}

/* NULL for "". */
static inline struct value v_text_or_null(const char *text)
{
	return v_text(text && text[0] ? text : NULL);
}

static inline struct value v_blob(const void *bytes, size_t size)
{
	return (struct value){ .type = VALUE_BLOB, .bytes = bytes, .size = size };
}

/* --- Rows ------------------------------------------------------------------------------------------------ */

/* The current row of a statement. Each call below takes the next column, so columns are read in the order of the SELECT
 * and one a statement: C leaves open in which order the members of an initialiser are worked out. */
struct row {
	sqlite3_stmt *stmt;
	int column;            /* the next */
	bool is_out_of_memory; /* a copy failed; db_each_row() fails for it, so nobody else needs to look */
	struct error *err;     /* for who is given the row; may be NULL */
};

/* 0 and 0.0 for NULL. */
int64_t row_int(struct row *row);
double row_real(struct row *row);
/* `missing` for NULL. */
int64_t row_int_or(struct row *row, int64_t missing);
double row_real_or(struct row *row, double missing);
/* Borrowed until the function that was given the row returns; NULL for NULL. */
const char *row_text(struct row *row);
/* Cut where size ends; "" for NULL. */
void row_copy_text(struct row *row, char *out, size_t size);
/* Copies n bytes; false, and out as it was, when the column does not hold exactly so many. */
bool row_copy_blob(struct row *row, void *out, size_t n);
/* malloc'd copies, the caller's; NULL when there is no memory. */
char *row_dup_text(struct row *row);            /* NULL for NULL */
char *row_dup_blob(struct row *row, size_t *n); /* n bytes and a NUL; empty for NULL */

/* What is done with a row: 0 to go on, 1 when no further row is wanted, -1 with *row->err. It may run other statements of the
 * connection, not the one that gave the row. */
typedef int (*row_fn)(struct row *row, void *ctx);
/* Stores the column in an int64_t. */
int row_store_int(struct row *row, void *value);

/* --- Statements ------------------------------------------------------------------------------------------ */

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

/* Rows as items of an array; row_list_add() is the row_fn that adds one. */
struct row_list {
	row_fn read; /* makes an item of a row; what it leaves of one when it fails counts in n */
	size_t item_size;
	bool is_fixed; /* items is the caller's array of n_max, at least 1; no row beyond it is read */
	void *items; /* else malloc'd, grown as needed, and the caller's to free, also after a failure; NULL: no rows */
	size_t n, n_max;
};
int row_list_add(struct row *row, void *list);

#endif
