/* The schema of what decides how long results stay, and of batches that tell when they are over. */
#include "storage/schema.h"

#define NOW_MS "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
#define OPEN_JOBS(batch) "batch_id = " batch " AND state IN ('scheduled','queued','running','finalizing')"

/* clang-format off */
/* job.is_fresh: an earlier result is not to be taken. is_pinned: neither time nor space removes the result.
 *
 * A batch is over when it has been read and its last job has ended; the triggers see that in the transaction in which it
 * happens, from either side, so its webhook is told exactly once. A delivery of a batch has the batch's id in job_id. */
#define TELL(batch) \
	"  INSERT INTO webhook_delivery (job_id, key_id, url, event, traceparent, created_at_ms, next_at_ms)" \
	"    SELECT id, key_id, webhook_url, iif(state = 'canceling', 'batch.canceled', 'batch.completed')," \
	"      traceparent, " NOW_MS ", " NOW_MS \
	"      FROM batch WHERE id = " batch " AND webhook_url IS NOT NULL AND state <> 'reading'" \
	"        AND NOT EXISTS (SELECT 1 FROM job WHERE " OPEN_JOBS(batch) ");"

const char schema_results[] =
	"ALTER TABLE job ADD COLUMN is_fresh INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE batch ADD COLUMN webhook_url TEXT;"
	"ALTER TABLE batch ADD COLUMN traceparent TEXT;"
	"CREATE INDEX batch_key ON batch(key_id, id);"
	"CREATE INDEX job_batch_open ON job(batch_id)"
	"  WHERE state IN ('scheduled','queued','running','finalizing') AND batch_id IS NOT NULL;"
	"CREATE TRIGGER webhook_batch_job AFTER UPDATE OF state ON job"
	"  WHEN NEW.batch_id IS NOT NULL AND NEW.state IN ('succeeded','failed','canceled','expired') BEGIN"
	TELL("NEW.batch_id")
	"END;"
	"CREATE TRIGGER webhook_batch_read AFTER UPDATE OF state ON batch"
	"  WHEN OLD.state = 'reading' AND NEW.state <> 'reading' AND NEW.webhook_url IS NOT NULL BEGIN"
	TELL("NEW.id")
	"END;";
/* clang-format on */
