/* Schedules: what is to be submitted again and again, and when next. When that is, others work out. */
#include <stdio.h>
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

static void copy_text(struct query *q, int column, char *out, size_t size)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);

	snprintf(out, size, "%s", text ? text : "");
}

static char *dup_text(struct query *q, int column, bool *failed)
{
	const char *text = (const char *)sqlite3_column_text(q->stmt, column);
	char *copy = text ? strdup(text) : NULL;

	*failed |= text && !copy;
	return copy;
}

static int read_row(struct query *q, struct schedule *out, struct error *err)
{
	bool failed = false;
	char misfire[8];

	*out = (struct schedule){ .id = "" };
	copy_text(q, 0, out->id, sizeof out->id);
	copy_text(q, 1, out->key_id, sizeof out->key_id);
	copy_text(q, 2, out->name, sizeof out->name);
	copy_text(q, 3, out->cron, sizeof out->cron);
	copy_text(q, 4, out->zone, sizeof out->zone);
	copy_text(q, 5, misfire, sizeof misfire);
	out->makes_up = strcmp(misfire, "once") == 0;
	out->options = dup_text(q, 6, &failed);
	out->source = dup_text(q, 7, &failed);
	out->source_len = (size_t)sqlite3_column_bytes(q->stmt, 7);
	out->priority = sqlite3_column_int(q->stmt, 8);
	out->tags = dup_text(q, 9, &failed);
	out->keep_s = sqlite3_column_int64(q->stmt, 10);
	out->deadline_ms = sqlite3_column_int64(q->stmt, 11);
	out->created_at_ms = sqlite3_column_int64(q->stmt, 12);
	out->next_at_ms = sqlite3_column_int64(q->stmt, 13);
	out->last_at_ms = sqlite3_column_int64(q->stmt, 14);
	copy_text(q, 15, out->last_job_id, sizeof out->last_job_id);
	if (!failed)
		return 0;
	schedule_fini(out);
	return error_set(err, ERR_NO_MEMORY, "reading a schedule: out of memory");
}

/* --- writing --- */

static int count_all(struct db *db, const char *key_id, struct error *err)
{
	static const char sql[] = "SELECT count(*) FROM schedule WHERE key_id = ?";
	struct query q;
	int rc;

	query_begin(&q, db, sql, err);
	query_text(&q, key_id);
	rc = query_step(&q);
	if (rc == 1)
		rc = sqlite3_column_int(q.stmt, 0);
	query_end(&q);
	return rc;
}

static int insert_row(struct db *db, const struct schedule *s, struct error *err)
{
	static const char sql[] = "INSERT INTO schedule (id, key_id, name, cron, zone, misfire, options, source,"
				  " priority, tags, keep_s, deadline_ms, created_at_ms, next_at_ms)"
				  " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (key_id, name) DO NOTHING";
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, s->id);
	query_text(&q, s->key_id);
	query_text(&q, s->name);
	query_text(&q, s->cron);
	query_text(&q, s->zone);
	query_text(&q, s->makes_up ? "once" : "skip");
	query_text(&q, s->options);
	query_blob(&q, s->source, s->source_len);
	query_int(&q, s->priority);
	query_text(&q, s->tags);
	query_int(&q, s->keep_s);
	query_int(&q, s->deadline_ms);
	query_int(&q, s->created_at_ms);
	query_int(&q, s->next_at_ms);
	return query_run(&q);
}

static int create(struct db *db, void *ctx, struct error *err)
{
	const struct schedule *s = ctx;
	int n = count_all(db, s->key_id, err);

	if (n < 0)
		return -1;
	if (n >= SCHEDULES_MAX)
		return error_set(err, ERR_QUOTA, "a key may have %d schedules", SCHEDULES_MAX);
	n = insert_row(db, s, err);
	return n == 0 ? error_set(err, ERR_CONFLICT, "there is a schedule of this name already") : n < 0 ? -1 : 0;
}

int storage_schedule_create(struct storage *s, struct schedule *schedule, struct error *err)
{
	return writer_do(s->writer, create, NULL, schedule, err);
}

static int delete_row(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "DELETE FROM schedule WHERE id = ?";
	struct query q;
	int n;

	query_begin(&q, db, sql, err);
	query_text(&q, ctx);
	n = query_run(&q);
	return n == 0 ? error_set(err, ERR_NOT_FOUND, "no schedule has this id") : n < 0 ? -1 : 0;
}

int storage_schedule_delete(struct storage *s, const char *id, struct error *err)
{
	char copy[JOB_ID_SIZE];

	snprintf(copy, sizeof copy, "%s", id);
	return writer_do(s->writer, delete_row, NULL, copy, err);
}

/* Only if it stands where the caller saw it: somebody may have deleted it, and made another, meanwhile. */
static int advance(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "UPDATE schedule SET next_at_ms = ?1, last_at_ms = iif(?2 > 0, ?2, last_at_ms),"
				  " last_job_id = ifnull(?3, last_job_id) WHERE id = ?4";
	const struct schedule *s = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_int(&q, s->next_at_ms);
	query_int(&q, s->last_at_ms);
	query_text(&q, s->last_job_id[0] ? s->last_job_id : NULL);
	query_text(&q, s->id);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_schedule_advance(struct storage *s, struct schedule *schedule, struct error *err)
{
	return writer_do(s->writer, advance, NULL, schedule, err);
}

/* --- reading --- */

static int read_list(struct query *q, struct schedule *out, size_t max, size_t *n, struct error *err)
{
	int rc;

	while ((rc = query_step(q)) == 1 && *n < max) {
		if (read_row(q, &out[*n], err)) {
			rc = -1;
			break;
		}
		++*n;
	}
	query_end(q);
	return rc < 0 ? -1 : 0;
}

int storage_schedule_list(struct storage *s, const struct schedule_filter *f, struct schedule **list, size_t *n,
			  struct error *err)
{
	static const char by_name[] = "SELECT " COLUMNS " FROM schedule WHERE (?1 IS NULL OR key_id = ?1)"
				      " AND (?2 IS NULL OR id = ?2) ORDER BY key_id, name LIMIT ?3";
	static const char due[] = "SELECT " COLUMNS " FROM schedule INDEXED BY schedule_next WHERE next_at_ms <= ?1"
				  " ORDER BY next_at_ms LIMIT ?2";
	struct schedule *found = calloc(SCHEDULES_MAX, sizeof *found);
	struct db *db = found ? readers_take(&s->readers, err) : NULL;
	struct query q;
	int rc = -1;

	*list = NULL;
	*n = 0;
	if (!found)
		return error_set(err, ERR_NO_MEMORY, "listing schedules: out of memory");
	if (db) {
		query_begin(&q, db, f->due_ms ? due : by_name, err);
		if (f->due_ms) {
			query_int(&q, f->due_ms);
		} else {
			query_text(&q, f->key_id);
			query_text(&q, f->id);
		}
		query_int(&q, SCHEDULES_MAX);
		rc = read_list(&q, found, SCHEDULES_MAX, n, err);
		readers_give(&s->readers, db);
	}
	if (rc) {
		schedule_list_free(found, *n);
		*n = 0;
		return -1;
	}
	*list = found;
	return 0;
}

int storage_schedule_next(struct storage *s, int64_t *next_at_ms, struct error *err)
{
	struct db *db = readers_take(&s->readers, err);
	int rc;

	*next_at_ms = INT64_MAX;
	if (!db)
		return -1;
	rc = db_read_int(db, "SELECT ifnull((SELECT min(next_at_ms) FROM schedule), 9223372036854775807)", next_at_ms,
			 err);
	readers_give(&s->readers, db);
	return rc;
}
