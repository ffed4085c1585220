/* Numbers that outlive a restart and are no configuration: is the queue paused? */
#include "storage/internal.h"

struct setting {
	const char *name;
	int64_t value;
};

int storage_setting_get(struct storage *s, const char *name, int64_t *value, struct error *err)
{
	static const char sql[] = "SELECT value FROM setting WHERE name = ?";
	struct db *db = readers_take(&s->readers, err);
	struct query q;
	int rc;

	if (!db)
		return -1;
	query_begin(&q, db, sql, err);
	query_text(&q, name);
	rc = query_step(&q);
	if (rc == 1)
		*value = sqlite3_column_int64(q.stmt, 0);
	query_end(&q);
	readers_give(&s->readers, db);
	return rc < 0 ? -1 : 0;
}

static int set(struct db *db, void *ctx, struct error *err)
{
	static const char sql[] = "INSERT INTO setting (name, value) VALUES (?, ?)"
				  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";
	const struct setting *new = ctx;
	struct query q;

	query_begin(&q, db, sql, err);
	query_text(&q, new->name);
	query_int(&q, new->value);
	return query_run(&q) < 0 ? -1 : 0;
}

int storage_setting_set(struct storage *s, const char *name, int64_t value, struct error *err)
{
	struct setting new = { name, value };

	return writer_do(s->writer, set, NULL, &new, err);
}
