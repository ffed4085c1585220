/* Decides whether a file is ours and brings it to this program's format. */
#ifndef STORAGE_MIGRATE_H
#define STORAGE_MIGRATE_H

#include <stdbool.h>

#include "storage/db.h"

/* Reads, never writes. *is_empty: the file holds nothing yet. ERR_CORRUPT: not a database, damaged, or somebody
 * else's; ERR_UNSUPPORTED: made by a newer phonond. */
int migrate_check(struct db *db, bool *is_empty, struct error *err) WARN_UNUSED;

/* Runs the missing migrations on a checked and configured write connection. */
int migrate_run(struct db *db, struct error *err) WARN_UNUSED;

#endif
