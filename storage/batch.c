/* Batches: jobs that were submitted together, and the lines of the submission that made no job. */
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

/* --- writing --- */

int storage_batch_create(struct storage *s, const struct batch *b, const struct batch_webhook *webhook,
			 struct error *err)
{
	static const char sql[] = "INSERT INTO batch (id, key_id, state, created_at_ms, webhook_url, traceparent)"
				  " VALUES (?,?,'reading',?,?,?)";

	return writer_run(s->writer, sql,
			  VALUES(v_text(b->id), v_text(b->key_id), v_int(b->created_at_ms),
				 v_text(webhook ? webhook->url : NULL),
				 v_text_or_null(webhook ? webhook->traceparent : "")),
			  err);
}

struct lines {
	struct storage *storage;
	const char *batch_id;
	struct batch_line *items;
	size_t n;
};

static int insert_error(struct db *db, const struct lines *l, const struct batch_line *line, struct error *err)
{
	static const char sql[] = "INSERT INTO batch_error (batch_id, line, custom_id, problem) VALUES (?,?,?,?)";

	return db_run(db, sql,
		      VALUES(v_text(l->batch_id), v_int((int64_t)line->number), v_text_or_null(line->custom_id),
			     v_text(line->problem)),
		      err);
}

/* A job that its key's limits or a used custom_id refuse is undone alone. -1: the whole write is lost. */
static int insert_job(struct db *db, const struct lines *l, struct batch_line *line, struct error *err)
{
	if (db_run(db, "SAVEPOINT line", NO_VALUES, err))
		return -1;
	if (job_insert(l->storage, db, line->job, &line->err)) {
		if (line->err.code != ERR_QUOTA && line->err.code != ERR_CONFLICT && line->err.code != ERR_NOT_FOUND) {
			*err = line->err;
			return -1;
		}
		if (db_run(db, "ROLLBACK TO line", NO_VALUES, err))
			return -1;
	}
	return db_run(db, "RELEASE line", NO_VALUES, err);
}

static int add(struct db *db, void *ctx, struct error *err)
{
	struct lines *l = ctx;

	for (size_t i = 0; i < l->n; i++) {
		struct batch_line *line = &l->items[i];
		line->err = ERROR_INIT;
		if (line->job ? insert_job(db, l, line, err) : insert_error(db, l, line, err))
			return -1;
	}
	return 0;
}

int storage_batch_add(struct storage *s, const char *id, struct batch_line *lines, size_t n, struct error *err)
{
	struct lines l = { .storage = s, .batch_id = id, .items = lines, .n = n };

	return writer_do(s->writer, add, NULL, &l, err);
}

static const char set_state[] = "UPDATE batch SET state = ? WHERE id = ?";
static const char unknown[] = "no batch has this id";

int storage_batch_finish(struct storage *s, const char *id, struct error *err)
{
	int n_changed = writer_change(s->writer, set_state, VALUES(v_text("open"), v_text(id)), err);

	return db_expect_row(n_changed, ERR_NOT_FOUND, unknown, err);
}

struct cancellation {
	const char *id;
	int64_t now_ms;
};

static int cancel(struct db *db, void *ctx, struct error *err)
{
	static const char waiting[] =
		"UPDATE job SET state = 'canceled', completed_at_ms = ?1, error_code = 'canceled',"
		" error_message = 'canceled with its batch', expires_at_ms = " JOB_EXPIRES_AFTER(
			"?1") " WHERE batch_id = ?2 AND state IN ('scheduled','queued')";
	static const char held[] = "UPDATE job SET cancel_requested = 1"
				   " WHERE batch_id = ? AND state IN ('running','finalizing')";
	const struct cancellation *c = ctx;
	int n_changed = db_change(db, set_state, VALUES(v_text("canceling"), v_text(c->id)), err);

	if (db_expect_row(n_changed, ERR_NOT_FOUND, unknown, err) ||
	    db_run(db, waiting, VALUES(v_int(c->now_ms), v_text(c->id)), err))
		return -1;
	return db_run(db, held, VALUES(v_text(c->id)), err);
}

int storage_batch_cancel(struct storage *s, const char *id, int64_t now_ms, struct error *err)
{
	struct cancellation c = { .id = id, .now_ms = now_ms };

	return writer_do(s->writer, cancel, NULL, &c, err);
}

/* A batch whose submission was cut off by the end of a process is complete with what was read. */
int batch_recover(struct db *db, struct error *err)
{
	return db_exec(db, "UPDATE batch SET state = 'open' WHERE state = 'reading'", err);
}

/* --- reading --- */

static int add_count(struct row *row, void *ctx)
{
	struct batch *out = ctx;
	int state = job_row_state(row);
	uint64_t n = (uint64_t)row_int(row);
	int64_t at_ms = row_int(row);

	if (state >= 0)
		out->counts[state] = n;
	if (at_ms > out->last_end_ms)
		out->last_end_ms = at_ms;
	return 0;
}

static int read_row(struct row *row, void *ctx)
{
	struct batch *out = ctx;
	char state[16];

	row_copy_text(row, out->id, sizeof out->id);
	row_copy_text(row, out->key_id, sizeof out->key_id);
	row_copy_text(row, state, sizeof state);
	out->is_reading = strcmp(state, "reading") == 0;
	out->is_canceled = strcmp(state, "canceling") == 0;
	out->created_at_ms = row_int(row);
	out->n_invalid = (uint64_t)row_int(row);
	return 0;
}

#define BATCH_COLUMNS "id, key_id, state, created_at_ms, (SELECT count(*) FROM batch_error WHERE batch_id = id)"

static int count_jobs(struct db *db, struct batch *out, struct error *err)
{
	static const char sql[] = "SELECT state, count(*), max(completed_at_ms) FROM job"
				  " INDEXED BY job_batch WHERE batch_id = ? GROUP BY state";

	return db_each_row(db, sql, VALUES(v_text(out->id)), add_count, out, err) < 0 ? -1 : 0;
}

struct batch_read {
	const char *id;
	struct batch *out;
};

static int read_batch(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "SELECT " BATCH_COLUMNS " FROM batch WHERE id = ?";
	const struct batch_read *r = ctx;
	int n = db_each_row(db, sql, VALUES(v_text(r->id)), read_row, r->out, err);

	return db_expect_row(n, ERR_NOT_FOUND, unknown, err) ? -1 : count_jobs(db, r->out, err);
}

int storage_batch_get(struct storage *s, const char *id, struct batch *out, struct error *err)
{
	struct batch_read r = { .id = id, .out = out };

	*out = (struct batch){ .id = "" };
	return readers_do(&s->readers, read_batch, &r, err);
}

struct batch_page {
	const struct batch_filter *filter;
	struct row_list rows;
	struct batch *list;
	bool *has_more;
};

static int read_page(struct db *db, void *ctx, struct error *err)
{
	static const char all[] = "SELECT " BATCH_COLUMNS " FROM batch WHERE id < ?1 ORDER BY id DESC LIMIT ?2";
	static const char of_key[] = "SELECT " BATCH_COLUMNS " FROM batch INDEXED BY batch_key"
				     " WHERE key_id = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2";
	struct batch_page *p = ctx;
	const struct batch_filter *f = p->filter;
	struct value after = v_text(f->after_id ? f->after_id : "\x7f"), limit = v_int(f->limit + 1);
	int n = f->key_id
			? db_each_row(db, of_key, VALUES(after, limit, v_text(f->key_id)), row_list_add, &p->rows, err)
			: db_each_row(db, all, VALUES(after, limit), row_list_add, &p->rows, err);

	*p->has_more = n > (int)f->limit;
	n = *p->has_more ? (int)f->limit : n;
	for (int i = 0; i < n; i++) {
		p->list[i] = ((const struct batch *)p->rows.items)[i];
		if (count_jobs(db, &p->list[i], err))
			return -1;
	}
	return n;
}

static int read_listed(struct row *row, void *item)
{
	*(struct batch *)item = (struct batch){ .id = "" };
	return read_row(row, item);
}

int storage_batch_list(struct storage *s, const struct batch_filter *f, struct batch *list, bool *has_more,
		       struct error *err)
{
	struct batch_page p = { .filter = f,
				.rows = { .read = read_listed, .item_size = sizeof *list },
				.list = list,
				.has_more = has_more };
	int n = readers_do(&s->readers, read_page, &p, err);

	free(p.rows.items);
	return n;
}

struct error_visit {
	batch_error_fn fn;
	void *ctx;
	uint64_t *last_line;
};

static int visit_error(struct row *row, void *ctx)
{
	const struct error_visit *v = ctx;
	const char *custom_id, *problem;

	*v->last_line = (uint64_t)row_int(row);
	custom_id = row_text(row);
	problem = row_text(row);
	v->fn(v->ctx, *v->last_line, custom_id, problem);
	return 0;
}

int storage_batch_each_error(struct storage *s, const char *id, uint64_t after_line, batch_error_fn fn, void *ctx,
			     uint64_t *last_line, struct error *err)
{
	static const char sql[] = "SELECT line, custom_id, problem FROM batch_error WHERE batch_id = ? AND line > ?"
				  " ORDER BY line LIMIT 100";
	struct error_visit v = { .fn = fn, .ctx = ctx, .last_line = last_line };
	struct values values = VALUES(v_text(id), v_int((int64_t)after_line));

	*last_line = 0;
	return readers_each_row(&s->readers, sql, values, visit_error, &v, err) < 0 ? -1 : 0;
}
