#include "storage/readers.h"

#include <stdlib.h>

int readers_init(struct readers *r, const char *path, size_t n, struct error *err)
{
	*r = (struct readers){ .path = path, .n = n, .n_idle = n };
	r->dbs = calloc(n, sizeof *r->dbs);
	r->idle = calloc(n, sizeof *r->idle);
	if (!r->dbs || !r->idle) {
		free(r->dbs);
		free(r->idle);
		return error_set(err, ERR_NO_MEMORY, "opening the read connections: out of memory");
	}
	for (size_t i = 0; i < n; i++)
		r->idle[i] = &r->dbs[i];
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->given, NULL);
	return 0;
}

void readers_fini(struct readers *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->dbs[i].conn)
			db_close(&r->dbs[i]);
	pthread_cond_destroy(&r->given);
	pthread_mutex_destroy(&r->lock);
	free(r->dbs);
	free(r->idle);
}

static int open_reader(struct db *db, const char *path, struct error *err)
{
	if (db_open(db, path, DB_READ_ONLY, err))
		return -1;
	if (db_configure(db, DB_READ_ONLY, err)) {
		db_close(db);
		return -1;
	}
	return 0;
}

static void give(struct readers *r, struct db *db)
{
	pthread_mutex_lock(&r->lock);
	r->idle[r->n_idle++] = db;
	pthread_cond_signal(&r->given);
	pthread_mutex_unlock(&r->lock);
}

/* NULL: the connection could not be opened. */
static struct db *take(struct readers *r, struct error *err)
{
	struct db *db;

	pthread_mutex_lock(&r->lock);
	while (r->n_idle == 0)
		pthread_cond_wait(&r->given, &r->lock);
	db = r->idle[--r->n_idle];
	pthread_mutex_unlock(&r->lock);
	if (db->conn || open_reader(db, r->path, err) == 0)
		return db;
	give(r, db);
	return NULL;
}

int readers_do(struct readers *r, reader_fn fn, void *ctx, struct error *err)
{
	struct db *db = take(r, err);
	int rc;

	if (!db)
		return -1;
	rc = fn(db, ctx, err);
	give(r, db);
	return rc;
}

struct reading {
	const char *sql;
	struct values values;
	row_fn fn;
	void *ctx;
};

static int each_row(struct db *db, void *ctx, struct error *err)
{
	const struct reading *r = ctx;

	return db_each_row(db, r->sql, r->values, r->fn, r->ctx, err);
}

int readers_each_row(struct readers *r, const char *sql, struct values values, row_fn fn, void *ctx, struct error *err)
{
	struct reading reading = { sql, values, fn, ctx };

	return readers_do(r, each_row, &reading, err);
}

static int read_int(struct db *db, void *ctx, struct error *err)
{
	const struct reading *r = ctx;

	return db_read_int(db, r->sql, r->values, r->ctx, err);
}

int readers_read_int(struct readers *r, const char *sql, struct values values, int64_t *value, struct error *err)
{
	struct reading reading = { .sql = sql, .values = values, .ctx = value };

	return readers_do(r, read_int, &reading, err);
}
