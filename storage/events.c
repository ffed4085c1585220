#include "storage/internal.h"

static int read_event(struct row *row, void *ctx)
{
	struct job_event *out = ctx;

	out->id = row_int(row);
	row_copy_text(row, out->job_id, sizeof out->job_id);
	row_copy_text(row, out->key_id, sizeof out->key_id);
	row_copy_text(row, out->state, sizeof out->state);
	out->attempt = (int)row_int(row);
	out->at_ms = row_int(row);
	return 0;
}

int storage_event_list(struct storage *s, const struct event_filter *f, struct job_event *out, size_t max,
		       struct error *err)
{
#define COLUMNS "id, job_id, key_id, state, attempt, at_ms"
	static const char all[] = "SELECT " COLUMNS " FROM job_event WHERE id > ?1"
				  " AND (?2 IS NULL OR key_id = ?2) AND ?3 IS NULL ORDER BY id LIMIT ?4";
	static const char of_job[] = "SELECT " COLUMNS " FROM job_event WHERE id > ?1"
				     " AND (?2 IS NULL OR key_id = ?2) AND job_id = ?3 ORDER BY id LIMIT ?4";
#undef COLUMNS
	struct row_list list = {
		.read = read_event, .item_size = sizeof *out, .is_fixed = true, .items = out, .n_max = max
	};

	return readers_each_row(&s->readers, f->job_id ? of_job : all,
				VALUES(v_int(f->after_id), v_text(f->key_id), v_text(f->job_id), v_int(max)),
				row_list_add, &list, err);
}

int storage_event_last_id(struct storage *s, int64_t *id, struct error *err)
{
	return readers_read_int(&s->readers, "SELECT coalesce(max(id), 0) FROM job_event", NO_VALUES, id, err);
}

int storage_event_sweep(struct storage *s, int64_t before_ms, struct error *err)
{
	/* Numbers follow time, and the newest event stays so that an empty log does not look like a new one. */
	static const char sql[] = "DELETE FROM job_event WHERE id < (SELECT id FROM job_event WHERE at_ms >= ?"
				  " ORDER BY id LIMIT 1)";

	return writer_run(s->writer, sql, VALUES(v_int(before_ms)), err);
}

void storage_on_commit(struct storage *s, void (*cb)(void *ctx), void *ctx)
{
	writer_on_commit(s->writer, cb, ctx);
}
