/* kill -9 while jobs are submitted and rendered: nothing accepted is lost, and what says succeeded is whole.
 *
 * A child opens the folder, submits jobs and reports each accepted id through a pipe; it is killed after a time that
 * a fixed list of seeds gives. The parent then opens the folder as the next start would, and looks. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "queue/queue.h"
#include "tests/lib/store.h"
#include "tests/lib/test.h"

enum { FILE_BYTES = 400000, N_ROUNDS = 12, ACCEPTED_MAX = 20000 };

static const struct variant {
	enum io_backend io;
	int uring_errnum; /* io_uring_setup fails with this; 0: it may work */
} variants[] = { { IO_AUTO, 0 }, { IO_PWRITE, 0 }, { IO_AUTO, EPERM } };

static struct storage *child_store;

static int run(void *ctx, struct job *job, struct job_control *control, int (*finalizing)(void *, struct error *),
	       void *fctx, struct error *err)
{
	struct artifact *a = artifact_create(child_store, job->content_hash, 0, err);
	int rc;

	(void)ctx;
	(void)control;
	if (!a)
		return -1;
	rc = store_write(artifact_sink(a), job->content_hash, FILE_BYTES, err);
	if (rc == 0)
		rc = finalizing(fctx, err);
	if (rc == 0)
		rc = sink_finish(artifact_sink(a), err);
	if (rc)
		sink_abort(artifact_sink(a));
	artifact_free(a);
	job->bytes = FILE_BYTES;
	job->frames = FILE_BYTES / 4;
	return rc;
}

/* Submits for ever; the pipe holds an id only once queue_submit() has returned. */
static void child_main(const char *dir, const struct variant *v, unsigned round, int report_fd)
{
	struct error err = ERROR_INIT;
	struct queue_config config = { .runner.run = run, .n_runners = 2 };
	struct queue *q;

	if (v->uring_errnum)
		store_forbid_uring(v->uring_errnum);
	child_store = config.storage = store_open(dir, v->io);
	q = queue_new(&config, &err);
	if (!q)
		_exit(1);
	for (unsigned i = 0;; i++) {
		struct job j = store_job(round * 1000000 + i);
		bool is_cached;
		j.max_attempts = 1000; /* being killed is no fault of these jobs */
		if (queue_submit(q, &j, NULL, &is_cached, &err) == 0) {
			if (write(report_fd, j.id, JOB_ID_SIZE) != JOB_ID_SIZE)
				_exit(2);
		} else if (err.code != ERR_BUSY) {
			_exit(3);
		}
		usleep(500);
	}
}

struct accepted {
	char ids[ACCEPTED_MAX][JOB_ID_SIZE];
	size_t n;
};

static void run_and_kill(const char *dir, const struct variant *v, unsigned round, struct accepted *acc)
{
	int fds[2], status;
	pid_t child;

	ck_assert_int_eq(pipe(fds), 0);
	child = fork();
	if (child == 0)
		child_main(dir, v, round, fds[1]);
	close(fds[1]);
	/* Every other round dies at work, however slow the machine; the others may die while they start. */
	if (round % 2)
		(void)!poll(&(struct pollfd){ .fd = fds[0], .events = POLLIN }, 1, 20000);
	usleep(20000 + (unsigned)(hash64(round) % 150000));
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_msg(WIFSIGNALED(status), "the child ended by itself with %d", WEXITSTATUS(status));
	while (acc->n < ACCEPTED_MAX && read(fds[0], acc->ids[acc->n], JOB_ID_SIZE) == JOB_ID_SIZE)
		acc->n++;
	close(fds[0]);
}

static void check_integrity(const char *dir)
{
	char path[4096];
	sqlite3 *db;
	sqlite3_stmt *stmt;

	snprintf(path, sizeof path, "%s/phonond.db", dir);
	ck_assert_int_eq(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	ck_assert_str_eq((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

/* Returns how many of the accepted jobs have succeeded. */
static size_t check_accepted(struct storage *s, const struct accepted *acc)
{
	size_t n_succeeded = 0;

	for (size_t i = 0; i < acc->n; i++) {
		struct error err = ERROR_INIT;
		struct job j;
		ck_assert_msg(storage_job_get(s, acc->ids[i], true, &j, &err) == 0, "%s: %s", acc->ids[i], err.message);
		ck_assert_uint_gt(j.source_len, 0);
		if (j.state == JOB_SUCCEEDED) {
			ck_assert_msg(store_has_whole_file(s, j.content_hash, FILE_BYTES), "%s", j.id);
			n_succeeded++;
		}
		job_fini(&j);
	}
	return n_succeeded;
}

START_TEST(test_kill_9_loses_nothing_accepted_and_leaves_no_half_file)
{
	static struct accepted acc;
	const char *dir = test_temp_dir();
	size_t n_succeeded = 0;

	acc.n = 0;
	for (unsigned round = 0; round < N_ROUNDS; round++) {
		struct storage *s;
		uint64_t counts[JOB_STATE_COUNT];
		struct error err = ERROR_INIT;
		run_and_kill(dir, &variants[_i], round, &acc);
		s = store_open(dir, IO_PWRITE);
		ck_assert_uint_eq(store_count_parts(dir), 0);
		n_succeeded = check_accepted(s, &acc);
		ck_assert_int_eq(storage_job_counts(s, counts, &err), 0);
		ck_assert_uint_le(store_count_artifacts(dir), counts[JOB_SUCCEEDED]);
		ck_assert_uint_eq(counts[JOB_FAILED], 0);
		storage_close(s);
		check_integrity(dir);
	}
	ck_assert_uint_gt(acc.n, 0);
	ck_assert_uint_gt(n_succeeded, 0);
}
END_TEST

static Suite *crash_suite(void)
{
	Suite *s = suite_create("crash");
	TCase *t = tcase_create("kill -9");

	tcase_set_timeout(t, 180);
	tcase_add_loop_test(t, test_kill_9_loses_nothing_accepted_and_leaves_no_half_file, 0,
			    sizeof variants / sizeof variants[0]);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(crash_suite());
}
