/* Jobs of a batch: many in one transaction, canceled together. */
#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "queue/internal.h"

/* Decides each line's state before the write: from the cache, waiting, or refused. */
static int prepare(struct queue *q, struct queue_line *lines, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++) {
		struct job *j = lines[i].job;
		int rc = 0;
		if (!j)
			continue;
		submit_stamp(q, j);
		if (j->run_at_ms <= j->created_at_ms)
			rc = submit_take_result(q, j, err);
		if (rc < 0)
			return -1;
		if (rc == 0)
			j->state = j->run_at_ms > j->created_at_ms ? JOB_SCHEDULED : JOB_QUEUED;
	}
	return 0;
}

static int add(struct queue *q, const char *batch_id, struct queue_line *lines, size_t n, struct error *err)
{
	struct batch_line rows[QUEUE_MANY_MAX];

	for (size_t i = 0; i < n; i++)
		rows[i] = (struct batch_line){ .job = lines[i].job,
					       .number = lines[i].number,
					       .custom_id = lines[i].custom_id,
					       .problem = lines[i].problem };
	if (storage_batch_add(q->storage, batch_id, rows, n, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		lines[i].err = rows[i].err;
	return 0;
}

int queue_submit_many(struct queue *q, const char *batch_id, struct queue_line *lines, size_t n, struct error *err)
{
	unsigned n_room = (unsigned)n;
	int rc;

	assert(n <= QUEUE_MANY_MAX);
	for (size_t i = 0; i < n; i++)
		lines[i].err = ERROR_INIT;
	if (submit_check_accepting(q, err) || submit_reserve_room(q, n_room, err))
		return -1;
	rc = prepare(q, lines, n, err);
	if (rc == 0)
		rc = add(q, batch_id, lines, n, err);
	submit_release_room(q, n_room);
	if (rc == 0) {
		queue_signal_work(q, true);
		timer_kick(q);
	}
	return rc;
}

int queue_cancel_batch(struct queue *q, const char *batch_id, struct error *err)
{
	struct job_filter f = { .state = JOB_RUNNING, .batch_id = batch_id, .limit = 200 };
	struct job *jobs;
	bool has_more;
	size_t n;

	if (storage_batch_cancel(q->storage, batch_id, clock_wall_ms(), err))
		return -1;
	/* Runners here are fewer than a page; one that finalizes meanwhile ends as it would. */
	if (storage_job_list(q->storage, &f, &jobs, &n, &has_more, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		queue_tell_runner(q, jobs[i].id);
	job_list_free(jobs, n);
	herald_check_all(q);
	return 0;
}
