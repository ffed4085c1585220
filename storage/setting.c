/* Numbers that outlive a restart and are no configuration: is the queue paused? */
#include "storage/internal.h"

int storage_setting_get(struct storage *s, const char *name, int64_t *value, struct error *err)
{
	static const char sql[] = "SELECT value FROM setting WHERE name = ?";

	return readers_each_row(&s->readers, sql, VALUES(v_text(name)), row_store_int, value, err) < 0 ? -1 : 0;
}

int storage_setting_set(struct storage *s, const char *name, int64_t value, struct error *err)
{
	static const char sql[] = "INSERT INTO setting (name, value) VALUES (?, ?)"
				  " ON CONFLICT (name) DO UPDATE SET value = excluded.value";

	return writer_run(s->writer, sql, VALUES(v_text(name), v_int(value)), err);
}
