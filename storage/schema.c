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

/* When a job may run, until when, and for whom; how long its result is kept; what it belongs to.
 *
 * job.key_id is '' for who came without a key. rank_ms is the job's place in the order of its key: the time from which
 * it could run, moved ahead by a minute per level of priority, so that it never has to be worked out anew and nothing
 * waits for ever. lane 1 is for short jobs. job_claim has, per key and lane, the jobs in the order of their claims, and their
 * cost, so that a look at the whole queue needs no row.
 *
 * share holds, in seconds of estimated work, how far the turns of each key have come; see claim.c. setting holds what
 * outlives a restart and is no configuration. once remembers which submission an Idempotency-Key stands for. */
static const char timed_and_shared[] =
	"ALTER TABLE job ADD COLUMN key_id TEXT NOT NULL DEFAULT '';"
	"ALTER TABLE job ADD COLUMN run_at_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN not_before_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN deadline_at_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN keep_s INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN expires_at_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN is_expired INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN tags TEXT;"
	"ALTER TABLE job ADD COLUMN cost_s REAL NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN lane INTEGER NOT NULL DEFAULT 0 CHECK (lane IN (0, 1));"
	"ALTER TABLE job ADD COLUMN rank_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN batch_id TEXT;"
	"ALTER TABLE job ADD COLUMN custom_id TEXT;"
	"ALTER TABLE job ADD COLUMN schedule_id TEXT;"
	"ALTER TABLE job ADD COLUMN retry_of TEXT;"
	"UPDATE job SET rank_ms = created_at_ms - priority * 60000;"
	"DROP INDEX job_claim;"
	"CREATE INDEX job_claim ON job(key_id, lane, rank_ms, id, cost_s) WHERE state = 'queued';"
	"CREATE INDEX job_waiting ON job(run_at_ms, not_before_ms) WHERE state = 'scheduled';"
	"CREATE INDEX job_waiting_key ON job(key_id) WHERE state = 'scheduled';"
	"CREATE INDEX job_pause ON job(not_before_ms) WHERE state = 'scheduled' AND not_before_ms > 0;"
	"CREATE INDEX job_deadline ON job(deadline_at_ms) WHERE deadline_at_ms > 0 AND completed_at_ms = 0;"
	"CREATE INDEX job_expiry ON job(expires_at_ms) WHERE expires_at_ms > 0 AND is_expired = 0;"
	"CREATE INDEX job_gone ON job(expires_at_ms) WHERE is_expired = 1;"
	"CREATE INDEX job_key ON job(key_id, id);"
	"CREATE INDEX job_batch ON job(batch_id, id) WHERE batch_id IS NOT NULL;"
	"CREATE TABLE job_tag ("
	"  tag TEXT NOT NULL,"
	"  job_id TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,"
	"  PRIMARY KEY (tag, job_id)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX job_tag_job ON job_tag(job_id);"
	"CREATE TABLE share (key_id TEXT NOT NULL PRIMARY KEY, finish_s REAL NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE setting (name TEXT NOT NULL PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE once ("
	"  key_id TEXT NOT NULL,"
	"  token TEXT NOT NULL,"
	"  fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),"
	"  job_id TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,"
	"  created_at_ms INTEGER NOT NULL,"
	"  PRIMARY KEY (key_id, token)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX once_job ON once(job_id);"
	"CREATE INDEX once_age ON once(created_at_ms);"
	"CREATE TABLE batch ("
	"  id TEXT NOT NULL PRIMARY KEY,"
	"  key_id TEXT NOT NULL,"
	"  state TEXT NOT NULL CHECK (state IN ('reading','open','canceling')),"
	"  created_at_ms INTEGER NOT NULL,"
	"  n_lines INTEGER NOT NULL DEFAULT 0"
	") STRICT;"
	"CREATE TABLE batch_error ("
	"  batch_id TEXT NOT NULL REFERENCES batch(id) ON DELETE CASCADE,"
	"  line INTEGER NOT NULL,"
	"  custom_id TEXT,"
	"  problem TEXT NOT NULL,"
	"  PRIMARY KEY (batch_id, line)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE schedule ("
	"  id TEXT NOT NULL PRIMARY KEY,"
	"  key_id TEXT NOT NULL,"
	"  name TEXT NOT NULL,"
	"  cron TEXT NOT NULL,"
	"  zone TEXT NOT NULL,"
	"  misfire TEXT NOT NULL CHECK (misfire IN ('skip','once')),"
	"  options TEXT NOT NULL,"
	"  source BLOB NOT NULL,"
	"  priority INTEGER NOT NULL,"
	"  tags TEXT,"
	"  created_at_ms INTEGER NOT NULL,"
	"  next_at_ms INTEGER NOT NULL,"
	"  last_at_ms INTEGER NOT NULL DEFAULT 0,"
	"  last_job_id TEXT,"
	"  UNIQUE (key_id, name)"
	") STRICT;"
	"CREATE INDEX schedule_next ON schedule(next_at_ms);";

/* The frame of the checkpoint that the last attempt went on from; 0: it started afresh. */
static const char resumed_from[] = "ALTER TABLE job ADD COLUMN resumed_from_frame INTEGER NOT NULL DEFAULT 0;";

const char *const schema_migrations[] = { first, levels_and_stems, timed_and_shared, schema_service, resumed_from };
const int schema_version = sizeof schema_migrations / sizeof schema_migrations[0];
