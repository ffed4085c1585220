/* Schedules: what is to be submitted again and again, and when next. When that is, others work out. */
#include <stdlib.h>
#include <string.h>

#include "storage/internal.h"

#define COLUMNS                                                                                                        \
	"id, key_id, name, cron, zone, misfire, options, source, priority, tags, keep_s, deadline_ms, created_at_ms,"  \
	" next_at_ms, last_at_ms, last_job_id"

void schedule_fini(struct schedule *s)
{
	free(s->options);
	free(s->source);
	free(s->tags);
	*s = (struct schedule){ .id = "" };
}

void schedule_list_free(struct schedule *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schedule_fini(&list[i]);
	free(list);
}

/* --- rows --- */

static int read_row(struct row *row, void *ctx)
{
	struct schedule *out = ctx;
	char misfire[8];

	*out = (struct schedule){ .id = "" };
	row_copy_text(row, out->id, sizeof out->id);
	row_copy_text(row, out->key_id, sizeof out->key_id);
	row_copy_text(row, out->name, sizeof out->name);
	row_copy_text(row, out->cron, sizeof out->cron);
	row_copy_text(row, out->zone, sizeof out->zone);
	row_copy_text(row, misfire, sizeof misfire);
	out->makes_up = strcmp(misfire, "once") == 0;
	out->options = row_dup_text(row);
	out->source = row_dup_blob(row, &out->source_len);
	out->priority = (int)row_int(row);
	out->tags = row_dup_text(row);
	out->keep_s = row_int(row);
	out->deadline_ms = row_int(row);
	out->created_at_ms = row_int(row);
	out->next_at_ms = row_int(row);
	out->last_at_ms = row_int(row);
	row_copy_text(row, out->last_job_id, sizeof out->last_job_id);
	return 0;
}

/* --- writing --- */

static int create(struct db *db, void *ctx, struct error *err)
{
	static const char count[] = "SELECT count(*) FROM schedule WHERE key_id = ?";
	static const char insert[] = "INSERT INTO schedule (id, key_id, name, cron, zone, misfire, options, source,"
				     " priority, tags, keep_s, deadline_ms, created_at_ms, next_at_ms)"
				     " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key_id, name) DO NOTHING";
	const struct schedule *s = ctx;
	int64_t n;
	int n_made;

	if (db_read_int(db, count, VALUES(v_text(s->key_id)), &n, err))
		return -1;
	if (n >= SCHEDULES_MAX)
		return error_set(err, ERR_QUOTA, "a key may have %d schedules", SCHEDULES_MAX);
	n_made = db_change(db, insert,
			   VALUES(v_text(s->id), v_text(s->key_id), v_text(s->name), v_text(s->cron), v_text(s->zone),
				  v_text(s->makes_up ? "once" : "skip"), v_text(s->options),
				  v_blob(s->source, s->source_len), v_int(s->priority), v_text(s->tags),
				  v_int(s->keep_s), v_int(s->deadline_ms), v_int(s->created_at_ms),
				  v_int(s->next_at_ms)),
			   err);
	return db_expect_row(n_made, ERR_CONFLICT, "there is a schedule of this name already", err);
}

int storage_schedule_create(struct storage *s, struct schedule *schedule, struct error *err)
{
	return writer_do(s->writer, create, NULL, schedule, err);
}

int storage_schedule_delete(struct storage *s, const char *id, struct error *err)
{
	int n_deleted = writer_change(s->writer, "DELETE FROM schedule WHERE id = ?", VALUES(v_text(id)), err);

	return db_expect_row(n_deleted, ERR_NOT_FOUND, "no schedule has this id", err);
}

int storage_schedule_advance(struct storage *s, const struct schedule *schedule, struct error *err)
{
	static const char sql[] = "UPDATE schedule SET next_at_ms = ?1, last_at_ms = iif(?2 > 0, ?2, last_at_ms),"
				  " last_job_id = ifnull(?3, last_job_id) WHERE id = ?4";

	return writer_run(s->writer, sql,
			  VALUES(v_int(schedule->next_at_ms), v_int(schedule->last_at_ms),
				 v_text_or_null(schedule->last_job_id), v_text(schedule->id)),
			  err);
}

/* --- reading --- */

int storage_schedule_list(struct storage *s, const struct schedule_filter *f, struct schedule **list, size_t *n,
			  struct error *err)
{
	static const char by_name[] = "SELECT " COLUMNS " FROM schedule WHERE (?1 IS NULL OR key_id = ?1)"
				      " AND (?2 IS NULL OR id = ?2) ORDER BY key_id, name LIMIT ?3";
	static const char due[] = "SELECT " COLUMNS " FROM schedule INDEXED BY schedule_next WHERE next_at_ms <= ?1"
				  " ORDER BY next_at_ms LIMIT ?2";
	struct values who = VALUES(v_text(f->key_id), v_text(f->id), v_int(SCHEDULES_MAX));
	struct values when = VALUES(v_int(f->due_ms), v_int(SCHEDULES_MAX));
	struct row_list found = { .read = read_row, .item_size = sizeof **list };
	int rc = readers_each_row(&s->readers, f->due_ms ? due : by_name, f->due_ms ? when : who, row_list_add, &found,
				  err);

	*list = NULL;
	*n = 0;
	if (rc < 0) {
		schedule_list_free(found.items, found.n);
		return -1;
	}
	*list = found.items;
	*n = found.n;
	return 0;
}

int storage_schedule_next(struct storage *s, int64_t *next_at_ms, struct error *err)
{
	static const char sql[] = "SELECT ifnull((SELECT min(next_at_ms) FROM schedule), 9223372036854775807)";

	*next_at_ms = INT64_MAX;
	return readers_read_int(&s->readers, sql, NO_VALUES, next_at_ms, err);
}
