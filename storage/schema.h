/* What phonond.db looks like, as the series of migrations that leads there. */
#ifndef STORAGE_SCHEMA_H
#define STORAGE_SCHEMA_H

/* "PHON": PRAGMA application_id of our files. */
enum { SCHEMA_APPLICATION_ID = 0x50484f4e };

/* schema_migrations[i] turns user_version i into i+1. */
extern const char *const schema_migrations[];
extern const int schema_version; /* number of migrations: the user_version of an up-to-date file */

/* service_schema.c */
extern const char schema_service[];
extern const char schema_queue[];
/* result_schema.c */
extern const char schema_results[];
/* sample_schema.c */
extern const char schema_samples[];

#endif
