/* Reading the rows of a statement; db_each_row() hands them out. */
#ifndef STORAGE_ROW_H
#define STORAGE_ROW_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

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
