/* The queue over a real store, with a runner that writes a real file and does what the job's source says. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/queueing.h"
#include "tests/lib/test.h"

enum { FILE_BYTES = 100000 };

static const char *dir;

static int render(struct job *job, int (*finalizing)(void *, struct error *), void *fctx, struct error *error)
{
	struct artifact *a = artifact_create(store, job->content_hash, FILE_BYTES, error);
	int rc;

	if (!a)
		return -1;
	rc = store_write(artifact_sink(a), job->content_hash, FILE_BYTES, error);
	if (rc == 0)
		rc = finalizing(fctx, error);
	if (rc == 0)
		rc = sink_finish(artifact_sink(a), error);
	if (rc)
		sink_abort(artifact_sink(a));
	artifact_free(a);
	job->bytes = FILE_BYTES;
	job->frames = 100;
	return rc;
}

static int run(void *ctx, struct job *job, struct job_control *control, int (*finalizing)(void *, struct error *),
	       void *fctx, struct error *error)
{
	unsigned n = atomic_fetch_add(&n_runs, 1);

	(void)ctx;
	atomic_store(&control->frames_done, 42);
	if (strcmp(job->source, "typo") == 0)
		return error_set(error, ERR_SOURCE, "did you mean 'sine'?");
	if (strcmp(job->source, "full") == 0)
		return error_set(error, ERR_NO_SPACE, "no space left on device");
	if (strcmp(job->source, "full once") == 0 && n == 0)
		return error_set(error, ERR_NO_SPACE, "no space left on device");
	if (strcmp(job->source, "wait") == 0 && wait_for_the_test(control, error))
		return -1;
	return render(job, finalizing, fctx, error);
}

static void start(unsigned n_runners, unsigned max_queued, int64_t lease_ms)
{
	struct queue_config config = {
		.storage = store,
		.runner.run = run,
		.n_runners = n_runners,
		.max_queued = max_queued,
		.lease_ms = lease_ms,
	};

	queueing_start(&config);
}

static void set_up(void)
{
	dir = test_temp_dir();
	queueing_set_up(dir, IO_AUTO);
}

static int submit(char *source, unsigned content, char id[JOB_ID_SIZE], bool *is_cached)
{
	struct job j = store_job(content);
	int rc;

	j.source = source;
	j.source_len = strlen(source);
	j.max_attempts = 0;
	rc = queue_submit(queue, &j, NULL, is_cached, &err);
	memcpy(id, j.id, JOB_ID_SIZE);
	return rc;
}

static void submit_ok(const char *source, unsigned content, char id[JOB_ID_SIZE])
{
	char text[32];
	bool is_cached;

	snprintf(text, sizeof text, "%s", source);
	ck_ok(submit(text, content, id, &is_cached));
	ck_assert(!is_cached);
}

static uint64_t position(const char *id)
{
	return look(id).position;
}

START_TEST(test_a_job_runs_and_its_file_is_whole)
{
	char id[JOB_ID_SIZE];
	struct job j;

	start(2, 0, 0);
	submit_ok("ok", 1, id);
	ck_assert_int_eq(await(id), JOB_SUCCEEDED);
	ck_ok(queue_get(queue, id, true, &j, &err));
	ck_assert_int_eq(j.attempt, 1);
	ck_assert(j.has_result);
	ck_assert_uint_eq(j.bytes, FILE_BYTES);
	ck_assert_int_gt(j.completed_at_ms, 0);
	ck_assert(store_has_whole_file(store, j.content_hash, FILE_BYTES));
	job_fini(&j);
}
END_TEST

START_TEST(test_an_equal_request_is_answered_from_disk)
{
	char first[JOB_ID_SIZE], second[JOB_ID_SIZE], source[] = "ok";
	bool is_cached;

	start(1, 0, 0);
	submit_ok("ok", 1, first);
	ck_assert_int_eq(await(first), JOB_SUCCEEDED);
	ck_ok(submit(source, 1, second, &is_cached));
	ck_assert(is_cached);
	ck_assert_int_eq(store_state(store, second), JOB_SUCCEEDED);
	ck_assert_str_gt(second, first);
	ck_assert_uint_eq(atomic_load(&n_runs), 1);
	ck_ok(queue_delete(queue, first, &err));
	ck_ok(queue_delete(queue, second, &err));
	submit_ok("ok", 1, first);
	ck_assert_int_eq(await(first), JOB_SUCCEEDED);
	ck_assert_uint_eq(atomic_load(&n_runs), 2);
}
END_TEST

START_TEST(test_equal_requests_in_flight_render_once)
{
	char ids[6][JOB_ID_SIZE];

	start(3, 0, 0);
	for (int i = 0; i < 6; i++)
		submit_ok("wait", 1, ids[i]);
	sem_wait(&running);
	atomic_store(&let_go, true);
	for (int i = 0; i < 6; i++)
		ck_assert_int_eq(await(ids[i]), JOB_SUCCEEDED);
	ck_assert_uint_eq(atomic_load(&n_runs), 1);
}
END_TEST

static const struct {
	const char *source;
	enum job_state state;
	unsigned n_runs;
	const char *error_code;
} ends[] = {
	{ "typo", JOB_FAILED, 1, "source_error" },
	{ "full", JOB_FAILED, 3, "insufficient_storage" },
	{ "full once", JOB_SUCCEEDED, 2, "" },
};

START_TEST(test_only_what_can_succeed_is_tried_again)
{
	char id[JOB_ID_SIZE];
	struct job j;

	start(1, 0, 0);
	submit_ok(ends[_i].source, 1, id);
	ck_assert_int_eq(await(id), ends[_i].state);
	ck_assert_uint_eq(atomic_load(&n_runs), ends[_i].n_runs);
	ck_ok(queue_get(queue, id, false, &j, &err));
	ck_assert_str_eq(j.error_code, ends[_i].error_code);
	job_fini(&j);
}
END_TEST

START_TEST(test_cancel_while_queued_running_and_ended)
{
	char held[JOB_ID_SIZE], queued[JOB_ID_SIZE];
	struct job j;

	start(1, 0, 0);
	submit_ok("wait", 1, held);
	sem_wait(&running);
	submit_ok("ok", 2, queued);
	ck_assert_uint_eq(position(queued), 1);
	ck_assert_uint_eq(position(held), 0);
	ck_ok(queue_get(queue, held, false, &j, &err));
	ck_assert_uint_eq(j.frames_done, 42); /* live, before any heartbeat */
	job_fini(&j);
	ck_ok(queue_cancel(queue, queued, &err));
	ck_assert_int_eq(await(queued), JOB_CANCELED);
	ck_assert_int_eq(queue_delete(queue, held, &err), -1);
	ck_assert_int_eq(err.code, ERR_CONFLICT);
	ck_assert_int_eq(await(held), JOB_CANCELED);
	ck_ok(queue_cancel(queue, held, &err));
	ck_ok(queue_delete(queue, held, &err));
	ck_assert_int_eq(queue_cancel(queue, held, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_uint_eq(store_count_parts(dir), 0);
}
END_TEST

/* Cancel at arbitrary moments: one terminal state each, and a file only where it says succeeded. */
START_TEST(test_cancel_racing_with_the_end_gives_one_end)
{
	enum { N_ROUNDS = 200 };
	char id[JOB_ID_SIZE];
	unsigned n_ended[JOB_STATE_COUNT] = { 0 };

	start(2, 0, 0);
	for (unsigned i = 0; i < N_ROUNDS; i++) {
		struct job j;
		enum job_state state;
		submit_ok("ok", i, id);
		usleep((unsigned)hash64(i) % 4000);
		ck_ok(queue_cancel(queue, id, &err));
		state = await(id);
		n_ended[state]++;
		ck_ok(queue_get(queue, id, false, &j, &err));
		ck_assert_int_eq(j.has_result, state == JOB_SUCCEEDED);
		ck_assert_int_eq(store_has_whole_file(store, j.content_hash, FILE_BYTES), state == JOB_SUCCEEDED);
		job_fini(&j);
	}
	ck_assert_uint_eq(n_ended[JOB_SUCCEEDED] + n_ended[JOB_CANCELED], N_ROUNDS);
}
END_TEST

/* As if this process had been stopped for longer than its lease and another had taken the job. */
START_TEST(test_a_lost_lease_stops_the_runner)
{
	char id[JOB_ID_SIZE];
	struct job j;
	size_t n;

	start(1, 0, 300);
	submit_ok("wait", 1, id);
	sem_wait(&running);
	ck_ok(storage_job_recover(store, 1, 0, &n, &err));
	ck_assert_uint_eq(n, 1);
	sem_wait(&running); /* the heartbeat noticed; the runner stopped and claimed it again */
	ck_ok(queue_get(queue, id, false, &j, &err));
	ck_assert_int_eq(j.attempt, 2);
	ck_assert_int_eq(j.epoch, 2);
	job_fini(&j);
	atomic_store(&let_go, true);
	ck_assert_int_eq(await(id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_drain_gives_running_jobs_back)
{
	char held[JOB_ID_SIZE], queued[JOB_ID_SIZE], source[] = "ok";
	struct job j;
	bool is_cached;

	start(1, 0, 0);
	submit_ok("wait", 1, held);
	sem_wait(&running);
	submit_ok("ok", 2, queued);
	queue_drain(queue, 20);
	ck_assert_int_eq(store_state(store, held), JOB_QUEUED);
	ck_assert_int_eq(store_state(store, queued), JOB_QUEUED);
	ck_assert_int_eq(submit(source, 3, held, &is_cached), -1);
	ck_assert_int_eq(err.code, ERR_BUSY);
	ck_ok(queue_get(queue, queued, false, &j, &err));
	ck_assert_int_eq(j.attempt, 0);
	job_fini(&j);
	ck_assert_int_eq(await(queued), JOB_QUEUED); /* a drained queue lets nobody wait */
	queue_free(queue);
	atomic_store(&let_go, true);
	start(1, 0, 0);
	ck_assert_int_eq(await(queued), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_drain_reaches_a_job_that_is_just_being_claimed)
{
	enum { ROUNDS = 200 };
	char id[JOB_ID_SIZE];

	for (unsigned i = 0; i < ROUNDS; i++) {
		start(2, 0, 0);
		submit_ok("wait", i + 1, id);
		usleep(i * 7 % 500); /* somewhere in the claim */
		queue_drain(queue, 0);
		ck_assert_int_eq(store_state(store, id), JOB_QUEUED);
		ck_ok(queue_cancel(queue, id, &err));
		queue_free(queue);
		queue = NULL;
	}
}
END_TEST

START_TEST(test_drain_waits_for_jobs_that_end_in_time)
{
	char id[JOB_ID_SIZE];

	start(1, 0, 0);
	submit_ok("wait", 1, id);
	sem_wait(&running);
	atomic_store(&let_go, true);
	queue_drain(queue, PATIENCE_MS);
	ck_assert_int_eq(store_state(store, id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_jobs_of_an_earlier_process_are_taken_back)
{
	char id[JOB_ID_SIZE];
	struct job j;

	store_insert(store, 1, 0, id);
	ck_assert_int_eq(
		storage_job_claim(store, &(struct job_claim){ .now_ms = INT32_MAX, .lease_ms = INT32_MAX }, &j, &err),
		1);
	job_fini(&j);
	start(1, 0, 0);
	ck_assert_int_eq(await(id), JOB_SUCCEEDED);
	ck_ok(queue_get(queue, id, false, &j, &err));
	ck_assert_int_eq(j.attempt, 2);
	job_fini(&j);
}
END_TEST

START_TEST(test_a_full_queue_refuses)
{
	char id[JOB_ID_SIZE], source[] = "ok";
	bool is_cached;

	start(1, 3, 0);
	submit_ok("wait", 0, id);
	sem_wait(&running);
	for (unsigned i = 1; i <= 3; i++)
		submit_ok("ok", i, id);
	ck_assert_int_eq(submit(source, 4, id, &is_cached), -1);
	ck_assert_int_eq(err.code, ERR_BUSY);
	atomic_store(&let_go, true);
}
END_TEST

START_TEST(test_a_watch_ends_by_time_and_can_be_taken_back)
{
	char id[JOB_ID_SIZE];
	uint64_t ticket;
	sem_t ended;

	start(1, 0, 0);
	submit_ok("wait", 1, id);
	sem_init(&ended, 0, 0);
	ticket = queue_watch(queue, id, 1, post, &ended);
	sem_wait(&ended);
	queue_unwatch(queue, ticket);
	ticket = queue_watch(queue, id, PATIENCE_MS, post, &ended);
	queue_unwatch(queue, ticket);
	atomic_store(&let_go, true);
	ck_assert_int_eq(await(id), JOB_SUCCEEDED);
	ck_assert_int_eq(sem_trywait(&ended), -1);
	ticket = queue_watch(queue, "job_nothing", PATIENCE_MS, post, &ended);
	sem_wait(&ended);
	queue_unwatch(queue, ticket);
	sem_destroy(&ended);
}
END_TEST

START_TEST(test_many_clients_at_once)
{
	enum { N_JOBS = 60 };
	char ids[N_JOBS][JOB_ID_SIZE], source[] = "ok";
	bool is_cached;

	start(4, 0, 0);
	for (unsigned i = 0; i < N_JOBS; i++)
		ck_ok(submit(source, i % 40, ids[i], &is_cached));
	for (unsigned i = 0; i < N_JOBS; i++) {
		ck_assert_int_eq(await(ids[i]), JOB_SUCCEEDED);
		ck_assert(i == 0 || strcmp(ids[i - 1], ids[i]) < 0);
	}
	ck_assert_uint_eq(store_count_artifacts(dir), 40);
}
END_TEST

static Suite *queue_suite(void)
{
	Suite *s = suite_create("queue");
	TCase *t = tcase_create("queue");

	tcase_add_checked_fixture(t, set_up, queueing_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_job_runs_and_its_file_is_whole);
	tcase_add_test(t, test_an_equal_request_is_answered_from_disk);
	tcase_add_test(t, test_equal_requests_in_flight_render_once);
	tcase_add_loop_test(t, test_only_what_can_succeed_is_tried_again, 0, sizeof ends / sizeof ends[0]);
	tcase_add_test(t, test_cancel_while_queued_running_and_ended);
	tcase_add_test(t, test_cancel_racing_with_the_end_gives_one_end);
	tcase_add_test(t, test_a_lost_lease_stops_the_runner);
	tcase_add_test(t, test_drain_gives_running_jobs_back);
	tcase_add_test(t, test_drain_reaches_a_job_that_is_just_being_claimed);
	tcase_add_test(t, test_drain_waits_for_jobs_that_end_in_time);
	tcase_add_test(t, test_jobs_of_an_earlier_process_are_taken_back);
	tcase_add_test(t, test_a_full_queue_refuses);
	tcase_add_test(t, test_a_watch_ends_by_time_and_can_be_taken_back);
	tcase_add_test(t, test_many_clients_at_once);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(queue_suite());
}
