#include "storage/row.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool is_null(const struct row *row)
{
	return sqlite3_column_type(row->stmt, row->column) == SQLITE_NULL;
}

int64_t row_int(struct row *row)
{
	return sqlite3_column_int64(row->stmt, row->column++);
}

int64_t row_int_or(struct row *row, int64_t missing)
{
	bool is_missing = is_null(row);
	int64_t value = row_int(row);

	return is_missing ? missing : value;
}

int row_store_int(struct row *row, void *value)
{
	*(int64_t *)value = row_int(row);
	return 0;
}

double row_real(struct row *row)
{
	return sqlite3_column_double(row->stmt, row->column++);
}

double row_real_or(struct row *row, double missing)
{
	bool is_missing = is_null(row);
	double value = row_real(row);

	return is_missing ? missing : value;
}

const char *row_text(struct row *row)
{
	return (const char *)sqlite3_column_text(row->stmt, row->column++);
}

void row_copy_text(struct row *row, char *out, size_t size)
{
	const char *text = row_text(row);
	size_t n = text ? strnlen(text, size - 1) : 0;

	memcpy(out, text ? text : "", n);
	out[n] = '\0';
}

/* SQLite wants the bytes asked for before their number. */
static const void *row_blob(struct row *row, size_t *n)
{
	const void *bytes = sqlite3_column_blob(row->stmt, row->column);

	*n = (size_t)sqlite3_column_bytes(row->stmt, row->column++);
	return bytes;
}

bool row_copy_blob(struct row *row, void *out, size_t n)
{
	size_t found;
	const void *bytes = row_blob(row, &found);

	if (!bytes || found != n)
		return false;
	memcpy(out, bytes, n);
	return true;
}

char *row_dup_text(struct row *row)
{
	const char *text = row_text(row);
	char *copy = text ? strdup(text) : NULL;

	row->is_out_of_memory |= text && !copy;
	return copy;
}

char *row_dup_blob(struct row *row, size_t *n)
{
	const void *bytes = row_blob(row, n);
	char *copy = malloc(*n + 1);

	row->is_out_of_memory |= !copy;
	if (!copy)
		return NULL;
	if (*n > 0)
		memcpy(copy, bytes, *n);
	copy[*n] = '\0';
	return copy;
}

/* Makes room for one item more. */
static int grow(struct row_list *list, struct error *err)
{
	size_t n_max = list->n_max ? 2 * list->n_max : 16;
	void *more = reallocarray(list->items, n_max, list->item_size);

	if (!more)
		return error_set(err, ERR_NO_MEMORY, "reading from the database: out of memory");
	list->items = more;
	list->n_max = n_max;
	return 0;
}

int row_list_add(struct row *row, void *ctx)
{
	struct row_list *list = ctx;
	int rc;

	assert(!list->is_fixed || list->n < list->n_max);
	if (list->n == list->n_max && grow(list, row->err))
		return -1;
	rc = list->read(row, (char *)list->items + list->n++ * list->item_size);
	return rc == 0 && list->is_fixed && list->n == list->n_max ? 1 : rc;
}
