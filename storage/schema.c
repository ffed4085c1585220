/* The schema, and how to change it.
 *
 * A released migration is never edited: files out there were made by it. To change the format, append a
 * migration to schema_migrations; schema_version follows. Each one runs in a single IMMEDIATE transaction that
 * also sets user_version (migrate.c), so a crash leaves either the old or the new format. A program refuses
 * a file with a newer version than its own. Add a case to tests/unit/test_migrate.c that opens a file of the
 * version before. */
#include "storage/schema.h"

/* job: the row that changes while a job lives; small, because every transition rewrites it. Its text never
 * changes and lives in job_source. Times are wall-clock milliseconds, 0: not yet. State names are those of
 * storage.h. A queued job is found by job_claim, whose order is the order of the queue. job_held and
 * job_result find equal content in flight and finished; job_state serves filtered lists and counts. */
static const char first[] = "CREATE TABLE job ("
			    "  id TEXT NOT NULL PRIMARY KEY,"
			    "  state TEXT NOT NULL CHECK (state IN ('scheduled','queued','running','finalizing',"
			    "                                       'succeeded','failed','canceled','expired')),"
			    "  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),"
			    "  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),"
			    "  max_attempts INTEGER NOT NULL CHECK (max_attempts >= 1),"
			    "  epoch INTEGER NOT NULL DEFAULT 0,"
			    "  cancel_requested INTEGER NOT NULL DEFAULT 0,"
			    "  created_at_ms INTEGER NOT NULL,"
			    "  started_at_ms INTEGER NOT NULL DEFAULT 0,"
			    "  completed_at_ms INTEGER NOT NULL DEFAULT 0,"
			    "  lease_until_ms INTEGER NOT NULL DEFAULT 0,"
			    "  content_hash BLOB NOT NULL CHECK (length(content_hash) = 32),"
			    "  options TEXT NOT NULL,"
			    "  frames_done INTEGER NOT NULL DEFAULT 0,"
			    "  frames_total INTEGER NOT NULL DEFAULT 0,"
			    "  bytes INTEGER NOT NULL DEFAULT 0,"
			    "  frames INTEGER NOT NULL DEFAULT 0,"
			    "  clipped_frames INTEGER NOT NULL DEFAULT 0,"
			    "  peak REAL NOT NULL DEFAULT 0,"
			    "  render_s REAL NOT NULL DEFAULT 0,"
			    "  cpu_s REAL NOT NULL DEFAULT 0,"
			    "  sha256 BLOB,"
			    "  error_code TEXT,"
			    "  error_message TEXT,"
			    "  warnings TEXT,"
			    "  CHECK ((state = 'succeeded') = (sha256 IS NOT NULL))"
			    ") STRICT;"
			    "CREATE TABLE job_source ("
			    "  job_id TEXT NOT NULL PRIMARY KEY REFERENCES job(id) ON DELETE CASCADE,"
			    "  source BLOB NOT NULL"
			    ") STRICT;"
			    "CREATE INDEX job_claim ON job(priority DESC, id) WHERE state = 'queued';"
			    "CREATE INDEX job_held ON job(content_hash) WHERE state IN ('running','finalizing');"
			    "CREATE INDEX job_result ON job(content_hash, id) WHERE state = 'succeeded';"
			    "CREATE INDEX job_state ON job(state, id);";

/* What is measured on the way to a file, and the list of its stems. NULL: not measured (made by format 1), no level
 * (silence), no stems. */
static const char levels_and_stems[] = "ALTER TABLE job ADD COLUMN true_peak REAL;"
				       "ALTER TABLE job ADD COLUMN loudness_lufs REAL;"
				       "ALTER TABLE job ADD COLUMN stems TEXT;";

/* The frame of the checkpoint that the last attempt went on from; 0: it started afresh. */
static const char resumed_from[] = "ALTER TABLE job ADD COLUMN resumed_from_frame INTEGER NOT NULL DEFAULT 0;";

const char *const schema_migrations[] = { first,        levels_and_stems, schema_queue,  schema_service,
					  resumed_from, schema_samples,   schema_results };
const int schema_version = sizeof schema_migrations / sizeof schema_migrations[0];
