/* Terms of jobs over a real queue: times, deadlines, tries, turns, pause, bounds, tokens. */
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/lib/queueing.h"
#include "tests/lib/test.h"

/* "wait": until let go. "full": fails so that it is tried again. Anything else: makes its file. */
static int run(void *ctx, struct job *job, struct job_control *control, int (*finalizing)(void *, struct error *),
	       void *fctx, struct error *error)
{
	(void)ctx;
	atomic_fetch_add(&n_runs, 1);
	if (strcmp(job->source, "full") == 0)
		return error_set(error, ERR_NO_SPACE, "no space left on device");
	if (strcmp(job->source, "wait") == 0 && wait_for_the_test(control, error))
		return -1;
	if (store_publish(store, job->content_hash, 1000, error))
		return -1;
	job->bytes = 1000;
	return finalizing(fctx, error);
}

static int prepare(void *ctx, struct job *job, struct error *error)
{
	(void)ctx;
	if (strcmp(job->source, "typo") == 0)
		return error_set(error, ERR_SOURCE, "did you mean 'sine'?");
	store_content(777, job->content_hash);
	return 0;
}

static struct queue_config config_of(unsigned n_runners)
{
	return (struct queue_config){ .storage = store,
				      .runner = { .prepare = prepare, .run = run },
				      .n_runners = n_runners,
				      .retry_base_ms = 1,
				      .retry_cap_ms = 3 };
}

static void start_with(unsigned n_runners)
{
	struct queue_config config = config_of(n_runners);

	queueing_start(&config);
}

static void set_up(void)
{
	queueing_set_up(NULL, IO_PWRITE);
}

static unsigned n_contents;

static struct job make(const char *source)
{
	static char texts[16][32];
	char *text = texts[n_contents % 16];
	struct job j = store_job(++n_contents);

	snprintf(text, sizeof texts[0], "%s", source);
	j.source = text;
	j.source_len = strlen(text);
	j.max_attempts = 3;
	return j;
}

static void submit(struct job *j)
{
	bool is_cached;

	ck_ok(queue_submit(queue, j, NULL, &is_cached, &err));
}

START_TEST(test_a_job_runs_when_its_time_has_come_and_not_before)
{
	struct job j = make("ok"), found;
	struct queue_view v;

	start_with(1);
	j.run_at_ms = clock_wall_ms() + 150;
	submit(&j);
	ck_assert_int_eq(store_state(store, j.id), JOB_SCHEDULED);
	v = look(j.id);
	ck_assert_int_eq(v.blocked_by, QUEUE_BLOCK_TIME);
	ck_assert_int_eq(v.until_ms, j.run_at_ms);
	ck_assert_int_eq(await(j.id), JOB_SUCCEEDED);
	ck_ok(queue_get(queue, j.id, false, &found, &err));
	ck_assert_int_ge(found.completed_at_ms, j.run_at_ms);
	job_fini(&found);
}
END_TEST

START_TEST(test_a_time_that_has_passed_is_now)
{
	struct job j = make("ok");

	start_with(1);
	j.run_at_ms = 5;
	submit(&j);
	ck_assert_int_eq(await(j.id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_a_scheduled_job_outlives_a_restart)
{
	struct job j = make("ok");

	start_with(1);
	j.run_at_ms = clock_wall_ms() + 200;
	submit(&j);
	queue_free(queue);
	start_with(1);
	ck_assert_int_eq(await(j.id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_a_pause_before_another_try_holds_no_runner)
{
	struct queue_config config = config_of(1);
	struct job failing = make("full"), other = make("ok");
	struct queue_view v = { .position = 0 };

	config.retry_base_ms = config.retry_cap_ms = 3600000;
	queueing_start(&config);
	submit(&failing);
	submit(&other);
	ck_assert_int_eq(await(other.id), JOB_SUCCEEDED); /* by the only runner */
	for (int i = 0; i < PATIENCE_MS && v.blocked_by != QUEUE_BLOCK_RETRY; i++, usleep(1000))
		v = look(failing.id);
	ck_assert_int_eq(v.blocked_by, QUEUE_BLOCK_RETRY);
	ck_assert_int_gt(v.until_ms, 0);
	ck_assert_int_eq(store_state(store, failing.id), JOB_SCHEDULED);
	ck_ok(queue_cancel(queue, failing.id, &err));
	ck_assert_int_eq(store_state(store, failing.id), JOB_CANCELED);
}
END_TEST

START_TEST(test_attempts_end)
{
	struct job j = make("full");

	start_with(1);
	submit(&j);
	ck_assert_int_eq(await(j.id), JOB_FAILED);
	ck_assert_uint_eq(atomic_load(&n_runs), 3);
}
END_TEST

START_TEST(test_a_deadline_ends_running_and_waiting_jobs)
{
	struct job held = make("wait"), waiting = make("ok"), found;

	start_with(1);
	held.deadline_at_ms = queue_now_ms(queue) + 100;
	waiting.deadline_at_ms = queue_now_ms(queue) + 50;
	submit(&held);
	sem_wait(&running);
	submit(&waiting);
	ck_assert_int_eq(await(waiting.id), JOB_EXPIRED);
	ck_assert_int_eq(await(held.id), JOB_EXPIRED);
	ck_ok(queue_get(queue, held.id, false, &found, &err));
	ck_assert_str_eq(found.error_code, "deadline_exceeded");
	ck_assert_int_ge(queue_now_ms(queue), held.deadline_at_ms);
	job_fini(&found);
}
END_TEST

START_TEST(test_a_paused_queue_accepts_and_runs_nothing_also_after_a_restart)
{
	struct job j = make("ok");

	start_with(2);
	ck_ok(queue_set_paused(queue, true, &err));
	submit(&j);
	ck_assert_int_eq(look(j.id).blocked_by, QUEUE_BLOCK_PAUSE);
	queue_free(queue);
	start_with(2);
	ck_assert(queue_is_paused(queue));
	usleep(50000);
	ck_assert_int_eq(store_state(store, j.id), JOB_QUEUED);
	ck_ok(queue_set_paused(queue, false, &err));
	ck_assert_int_eq(await(j.id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_short_jobs_pass_long_ones_in_a_lane_of_their_own)
{
	struct queue_config config = config_of(1);
	struct job longs[3], brief = make("ok");

	config.n_short_runners = 1;
	queueing_start(&config);
	for (int i = 0; i < 3; i++) {
		longs[i] = make("wait");
		longs[i].cost_s = 1000;
		submit(&longs[i]);
	}
	sem_wait(&running);
	brief.is_short = true;
	submit(&brief);
	ck_assert_int_eq(await(brief.id), JOB_SUCCEEDED);
	ck_assert_int_eq(store_state(store, longs[1].id), JOB_QUEUED);
	ck_assert_int_eq(look(longs[1].id).blocked_by, QUEUE_BLOCK_BUSY);
	ck_assert_int_ge(look(longs[2].id).eta_ms, look(longs[1].id).eta_ms);
	atomic_store(&let_go, true);
	ck_assert_int_eq(await(longs[2].id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_a_job_says_whose_result_it_waits_for)
{
	struct job first = make("wait"), second;
	struct queue_view v;

	start_with(2);
	second = make("wait");
	memcpy(second.content_hash, first.content_hash, SHA256_BYTES);
	submit(&first);
	sem_wait(&running);
	submit(&second);
	v = look(second.id);
	ck_assert_int_eq(v.blocked_by, QUEUE_BLOCK_EQUAL);
	ck_assert_str_eq(v.job_id, first.id);
	atomic_store(&let_go, true);
	ck_assert_int_eq(await(second.id), JOB_SUCCEEDED);
	ck_assert_uint_eq(atomic_load(&n_runs), 1);
}
END_TEST

START_TEST(test_scheduled_jobs_count_towards_the_bound)
{
	struct queue_config config = config_of(1);
	struct job j;
	bool is_cached;

	config.max_queued = 3;
	queueing_start(&config);
	ck_ok(queue_set_paused(queue, true, &err));
	for (int i = 0; i < 4; i++) {
		j = make("ok");
		j.run_at_ms = i == 0 ? clock_wall_ms() + 3600000 : 0;
		ck_assert_int_eq(queue_submit(queue, &j, NULL, &is_cached, &err), i < 3 ? 0 : -1);
	}
	ck_assert_int_eq(err.code, ERR_BUSY);
}
END_TEST

START_TEST(test_a_failed_job_is_retried_as_a_job_of_its_own)
{
	struct job j = make("full"), again;

	start_with(1);
	submit(&j);
	ck_assert_int_eq(await(j.id), JOB_FAILED);
	ck_ok(queue_retry(queue, j.id, &again, &err));
	ck_assert_str_ne(again.id, j.id);
	ck_assert_str_eq(again.retry_of, j.id);
	ck_assert_int_eq(again.attempt, 0);
	ck_assert_int_eq(await(again.id), JOB_FAILED);
	ck_assert_uint_eq(atomic_load(&n_runs), 6);
	job_fini(&again);
	ck_ok(queue_get(queue, j.id, false, &again, &err));
	ck_assert_int_eq(again.state, JOB_FAILED); /* an end is an end */
	job_fini(&again);
}
END_TEST

START_TEST(test_what_has_not_failed_cannot_be_retried)
{
	struct job done = make("ok"), waiting = make("wait"), again;

	start_with(1);
	submit(&done);
	ck_assert_int_eq(await(done.id), JOB_SUCCEEDED);
	submit(&waiting);
	sem_wait(&running);
	ck_assert_int_eq(queue_retry(queue, done.id, &again, &err), -1);
	ck_assert_int_eq(err.code, ERR_CONFLICT);
	ck_assert_int_eq(queue_retry(queue, waiting.id, &again, &err), -1);
	ck_assert_int_eq(err.code, ERR_CONFLICT);
	ck_assert_int_eq(queue_retry(queue, "job_no", &again, &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_a_token_is_answered_with_its_job_even_when_the_queue_is_full)
{
	struct queue_config config = config_of(1);
	struct job j = make("ok"), second;
	struct job_once once = { .token = "t" };
	bool is_cached;

	config.max_queued = 1;
	queueing_start(&config);
	ck_ok(queue_set_paused(queue, true, &err));
	ck_ok(queue_submit(queue, &j, &once, &is_cached, &err));
	second = make("ok");
	ck_assert_int_eq(queue_submit(queue, &second, &once, &is_cached, &err), 1);
	ck_assert_str_eq(once.job_id, j.id);
	once.fingerprint[3] = 9;
	ck_assert_int_eq(queue_submit(queue, &second, &once, &is_cached, &err), -1);
	ck_assert_int_eq(err.code, ERR_MISMATCH);
}
END_TEST

START_TEST(test_a_result_goes_when_it_need_not_be_kept)
{
	struct job j = make("ok"), found;

	start_with(1);
	j.keep_s = 1;
	submit(&j);
	ck_assert_int_eq(await(j.id), JOB_SUCCEEDED);
	for (int i = 0; i < PATIENCE_MS; i++, usleep(1000)) {
		bool is_gone;
		ck_ok(queue_get(queue, j.id, false, &found, &err));
		/* The row first, then the file. */
		is_gone = found.is_expired && !store_has_whole_file(store, found.content_hash, 1000);
		job_fini(&found);
		if (is_gone)
			break;
	}
	ck_ok(queue_get(queue, j.id, false, &found, &err));
	ck_assert(found.is_expired);
	ck_assert_int_eq(found.expires_at_ms, found.completed_at_ms + 1000);
	ck_assert(!store_has_whole_file(store, found.content_hash, 1000));
	job_fini(&found);
}
END_TEST

static Suite *terms_suite(void)
{
	Suite *s = suite_create("terms");
	TCase *t = tcase_create("terms");

	tcase_add_checked_fixture(t, set_up, queueing_tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_job_runs_when_its_time_has_come_and_not_before);
	tcase_add_test(t, test_a_time_that_has_passed_is_now);
	tcase_add_test(t, test_a_scheduled_job_outlives_a_restart);
	tcase_add_test(t, test_a_pause_before_another_try_holds_no_runner);
	tcase_add_test(t, test_attempts_end);
	tcase_add_test(t, test_a_deadline_ends_running_and_waiting_jobs);
	tcase_add_test(t, test_a_paused_queue_accepts_and_runs_nothing_also_after_a_restart);
	tcase_add_test(t, test_short_jobs_pass_long_ones_in_a_lane_of_their_own);
	tcase_add_test(t, test_a_job_says_whose_result_it_waits_for);
	tcase_add_test(t, test_scheduled_jobs_count_towards_the_bound);
	tcase_add_test(t, test_a_failed_job_is_retried_as_a_job_of_its_own);
	tcase_add_test(t, test_what_has_not_failed_cannot_be_retried);
	tcase_add_test(t, test_a_token_is_answered_with_its_job_even_when_the_queue_is_full);
	tcase_add_test(t, test_a_result_goes_when_it_need_not_be_kept);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(terms_suite());
}
