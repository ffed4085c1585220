/* Whose job is claimed when: keys, priorities, age, lanes; what time brings; what a token stands for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/store.h"
#include "tests/lib/test.h"

static const char *dir;
static struct storage *store;
static struct error err;

static void set_up(void)
{
	dir = test_temp_dir();
	store = store_open(dir, IO_PWRITE);
	err = ERROR_INIT;
}

static void tear_down(void)
{
	storage_close(store);
}

/* What a test says of a job; the rest is as in store_job(). */
struct wanted {
	const char *key;
	double cost_s;
	int priority;
	int64_t created_at_ms, run_at_ms, deadline_at_ms, keep_s;
	bool is_short;
};

static unsigned n_made;

static struct job make(const struct wanted *w)
{
	struct job j = store_job(++n_made);

	snprintf(j.id, sizeof j.id, "job_%022u", n_made);
	snprintf(j.key_id, sizeof j.key_id, "%s", w->key ? w->key : "");
	j.cost_s = w->cost_s;
	j.priority = w->priority;
	j.created_at_ms = w->created_at_ms ? w->created_at_ms : 1000;
	j.run_at_ms = w->run_at_ms;
	j.deadline_at_ms = w->deadline_at_ms;
	j.keep_s = w->keep_s;
	j.is_short = w->is_short;
	j.state = w->run_at_ms > j.created_at_ms ? JOB_SCHEDULED : JOB_QUEUED;
	return j;
}

static void insert(const struct wanted *w, char id[JOB_ID_SIZE])
{
	struct job j = make(w);

	ck_ok(storage_job_insert(store, &j, &err));
	memcpy(id, j.id, JOB_ID_SIZE);
}

/* Claims; *out has no pointers any more. False: there was nothing. */
static bool claim(bool is_short_only, struct job *out)
{
	struct job_claim asked = { .now_ms = 2000, .lease_ms = 1000, .is_short_only = is_short_only };
	int rc = storage_job_claim(store, &asked, out, &err);
	struct job copy = *out;

	ck_assert_msg(rc >= 0, "%s", err.message);
	job_fini(out);
	*out = copy;
	out->source = out->options = out->tags = out->warnings = out->stems = NULL;
	return rc == 1;
}

static void end_job(struct job *j)
{
	j->state = JOB_FAILED;
	j->completed_at_ms = 3000;
	ck_ok(storage_job_finish(store, j, &err));
}

/* --- turns --- */

START_TEST(test_keys_get_equal_work_however_many_jobs_they_send)
{
	double served_s[3] = { 0 };
	char id[JOB_ID_SIZE];
	struct job j;

	for (int i = 0; i < 100; i++)
		insert(&(struct wanted){ .key = "large", .cost_s = 10 }, id);
	for (int i = 0; i < 200; i++)
		insert(&(struct wanted){ .key = "middle", .cost_s = 3 }, id);
	for (int i = 0; i < 500; i++)
		insert(&(struct wanted){ .cost_s = 1 }, id);
	for (int i = 0; i < 400 && claim(false, &j); i++) {
		int key = j.key_id[0] == 'l' ? 0 : j.key_id[0] == 'm' ? 1 : 2;
		served_s[key] += j.cost_s;
		end_job(&j);
		/* Never apart by more than the largest jobs of both. */
		if (served_s[0] < 900 && served_s[1] < 550 && served_s[2] < 450) {
			ck_assert_double_le(served_s[0] - served_s[2], 11);
			ck_assert_double_le(served_s[2] - served_s[0], 11);
			ck_assert_double_le(served_s[1] - served_s[2], 4);
		}
	}
	ck_assert_double_ge(served_s[2], 200);
}
END_TEST

START_TEST(test_a_key_that_was_away_saves_no_turns)
{
	char id[JOB_ID_SIZE];
	struct job j;
	int n_returned = 0;

	for (int i = 0; i < 30; i++)
		insert(&(struct wanted){ .key = "busy", .cost_s = 1 }, id);
	insert(&(struct wanted){ .key = "away", .cost_s = 1 }, id);
	for (int i = 0; i < 20 && claim(false, &j); i++)
		end_job(&j);
	for (int i = 0; i < 10; i++)
		insert(&(struct wanted){ .key = "away", .cost_s = 1 }, id);
	for (int i = 0; i < 8 && claim(false, &j); i++) {
		n_returned += strcmp(j.key_id, "away") == 0;
		end_job(&j);
	}
	ck_assert_int_ge(n_returned, 3);
	ck_assert_int_le(n_returned, 5);
}
END_TEST

START_TEST(test_an_hour_of_work_does_not_stand_before_another_keys_preview)
{
	char long_id[JOB_ID_SIZE], short_id[JOB_ID_SIZE];
	struct job j;

	for (int i = 0; i < 5; i++)
		insert(&(struct wanted){ .key = "a", .cost_s = 3600 }, long_id);
	ck_assert(claim(false, &j));
	insert(&(struct wanted){ .key = "b", .cost_s = 1 }, short_id);
	ck_assert(claim(false, &j));
	ck_assert_str_eq(j.id, short_id);
}
END_TEST

static const struct {
	int64_t waited_ms; /* the job of priority 0, before that of priority 9 came */
	bool is_older_first;
} ages[] = { { 0, false }, { 8 * 60000, false }, { 9 * 60000 + 1, true } };

START_TEST(test_age_overtakes_priority_after_a_minute_per_level)
{
	char old[JOB_ID_SIZE], new[JOB_ID_SIZE];
	struct job j;

	insert(&(struct wanted){ .priority = 0, .created_at_ms = 1000000 }, old);
	insert(&(struct wanted){ .priority = 9, .created_at_ms = 1000000 + ages[_i].waited_ms }, new);
	ck_assert(claim(false, &j));
	ck_assert_str_eq(j.id, ages[_i].is_older_first ? old : new);
}
END_TEST

START_TEST(test_the_short_lane_takes_short_jobs_only)
{
	char long_id[JOB_ID_SIZE], short_id[JOB_ID_SIZE];
	struct job j;

	insert(&(struct wanted){ .cost_s = 100, .priority = 9 }, long_id);
	ck_assert(!claim(true, &j));
	insert(&(struct wanted){ .cost_s = 1, .is_short = true }, short_id);
	ck_assert(claim(true, &j));
	ck_assert_str_eq(j.id, short_id);
	ck_assert(!claim(true, &j));
	ck_assert(claim(false, &j));
	ck_assert_str_eq(j.id, long_id);
}
END_TEST

START_TEST(test_positions_are_the_order_of_the_claims)
{
	enum { N = 30 };
	char ids[N][JOB_ID_SIZE];
	uint64_t position;
	double ahead_s;
	struct job j;

	for (int i = 0; i < N; i++)
		insert(&(struct wanted){ .key = i % 3 ? "a" : "b", .cost_s = 1, .priority = i % 4 }, ids[i]);
	for (int n = 0; n < N; n++) {
		int64_t off, at = -1;
		int next = -1;
		ck_assert(claim(false, &j));
		for (int i = 0; i < N; i++)
			if (strcmp(ids[i], j.id) == 0)
				next = i;
		ck_assert_int_ge(next, 0);
		ck_ok(storage_job_position(store, ids[next], &position, &ahead_s, &err));
		ck_assert_uint_eq(position, 0); /* no longer queued */
		/* Who was first is out; whoever says it is first now must be among the next two (one per key). */
		for (int i = 0; i < N; i++) {
			ck_ok(storage_job_position(store, ids[i], &position, &ahead_s, &err));
			off = (int64_t)position;
			at = off == 1 ? i : at;
			ck_assert_int_le(off, N - n - 1);
		}
		ck_assert(at >= 0 || n == N - 1);
		end_job(&j);
	}
}
END_TEST

START_TEST(test_the_summary_counts_by_key_and_knows_the_oldest)
{
	struct queue_summary q;
	char id[JOB_ID_SIZE];
	struct job j;

	ck_ok(storage_queue_summary(store, &q, &err));
	ck_assert_uint_eq(q.n_queued + q.n_scheduled + q.n_held + q.n_keys, 0);
	insert(&(struct wanted){ .key = "a", .cost_s = 5, .created_at_ms = 4000 }, id);
	insert(&(struct wanted){ .key = "a", .cost_s = 5, .created_at_ms = 3000 }, id);
	insert(&(struct wanted){ .cost_s = 2, .created_at_ms = 5000 }, id);
	insert(&(struct wanted){ .run_at_ms = 9000 }, id);
	ck_assert(claim(false, &j));
	ck_ok(storage_queue_summary(store, &q, &err));
	ck_assert_uint_eq(q.n_queued, 2);
	ck_assert_uint_eq(q.n_scheduled, 1);
	ck_assert_uint_eq(q.n_held, 1);
	ck_assert_uint_eq(q.n_keys, 1);
	ck_assert_str_eq(q.shares[0].key_id, "a");
	ck_assert_double_eq(q.shares[0].queued_s, 10);
	ck_assert_int_eq(q.oldest_ms, 3000);
}
END_TEST

/* --- time --- */

static struct storage_due bring(int64_t wall_ms, int64_t steady_ms)
{
	struct storage_due due;

	ck_ok(storage_job_due(store, (struct storage_now){ wall_ms, steady_ms }, &due, &err));
	return due;
}

START_TEST(test_a_scheduled_job_waits_for_its_time)
{
	struct storage_now next;
	char id[JOB_ID_SIZE];
	struct job j;

	insert(&(struct wanted){ .run_at_ms = 60000 }, id);
	ck_assert(!claim(false, &j));
	ck_assert_uint_eq(bring(59999, 1e9).n_queued, 0); /* the wall clock counts */
	ck_ok(storage_job_next_due(store, (struct storage_now){ 59999, 0 }, &next, &err));
	ck_assert_int_eq(next.wall_ms, 60000);
	ck_assert_int_eq(next.steady_ms, INT64_MAX);
	ck_assert_uint_eq(bring(60000, 0).n_queued, 1);
	ck_assert(claim(false, &j));
	ck_assert_str_eq(j.id, id);
}
END_TEST

START_TEST(test_a_pause_before_another_try_follows_the_steady_clock)
{
	struct storage_now next;
	char id[JOB_ID_SIZE];
	struct job j;

	insert(&(struct wanted){ .cost_s = 1 }, id);
	ck_assert(claim(false, &j));
	ck_ok(storage_job_requeue(store, id, j.epoch, false, 5000, &err));
	ck_assert_int_eq(store_state(store, id), JOB_SCHEDULED);
	ck_assert_uint_eq(bring(1e15, 4999).n_queued, 0);
	ck_ok(storage_job_next_due(store, (struct storage_now){ 1e15, 4999 }, &next, &err));
	ck_assert_int_eq(next.steady_ms, 5000);
	ck_assert_uint_eq(bring(0, 5000).n_queued, 1);
	ck_assert(claim(false, &j));
	ck_assert_int_eq(j.attempt, 2);
}
END_TEST

START_TEST(test_waiting_jobs_expire_at_their_deadline_and_held_ones_are_left_to_their_runner)
{
	char held[JOB_ID_SIZE], queued[JOB_ID_SIZE], scheduled[JOB_ID_SIZE];
	struct job j;

	insert(&(struct wanted){ .deadline_at_ms = 5000 }, held);
	ck_assert(claim(false, &j));
	insert(&(struct wanted){ .deadline_at_ms = 5000 }, queued);
	insert(&(struct wanted){ .deadline_at_ms = 5000, .run_at_ms = 9000 }, scheduled);
	ck_assert_uint_eq(bring(1e15, 4999).n_expired, 0);
	ck_assert_uint_eq(bring(0, 5000).n_expired, 2);
	ck_assert_int_eq(store_state(store, held), JOB_RUNNING);
	ck_assert_int_eq(store_state(store, queued), JOB_EXPIRED);
	ck_assert_int_eq(store_state(store, scheduled), JOB_EXPIRED);
	ck_ok(storage_job_get(store, queued, false, &j, &err));
	ck_assert_str_eq(j.error_code, "deadline_exceeded");
	job_fini(&j);
}
END_TEST

/* A finished job with its file, kept for keep_s from 10 s on. */
static void succeed(unsigned content, int64_t keep_s, char id[JOB_ID_SIZE])
{
	struct job j = make(&(struct wanted){ .keep_s = keep_s });

	store_content(content, j.content_hash);
	ck_ok(storage_job_insert(store, &j, &err));
	memcpy(id, j.id, JOB_ID_SIZE);
	ck_assert(claim(false, &j));
	ck_ok(store_publish(store, j.content_hash, 100, &err));
	ck_ok(storage_job_finalizing(store, id, j.epoch, &err));
	j.state = JOB_SUCCEEDED;
	j.completed_at_ms = 10000;
	ck_ok(storage_job_finish(store, &j, &err));
}

START_TEST(test_a_file_goes_when_the_last_job_that_keeps_it_expires)
{
	char brief[JOB_ID_SIZE], lasting[JOB_ID_SIZE];
	uint8_t content_hash[SHA256_BYTES];
	struct job j;

	succeed(100000, 5, brief);
	succeed(100000, 60, lasting);
	ck_ok(storage_job_get(store, brief, false, &j, &err));
	ck_assert_int_eq(j.expires_at_ms, 15000);
	job_fini(&j);
	ck_assert_uint_eq(bring(0, 14999).n_results, 0);
	ck_assert_uint_eq(bring(0, 15000).n_results, 1);
	ck_assert_uint_eq(store_count_artifacts(dir), 1);
	ck_ok(storage_job_get(store, brief, false, &j, &err));
	ck_assert(j.is_expired && j.state == JOB_SUCCEEDED);
	job_fini(&j);
	store_content(100000, content_hash);
	ck_assert_int_eq(storage_find_result(store, content_hash, &j, &err), 1);
	ck_assert_str_eq(j.id, lasting);
	job_fini(&j);
	ck_assert_uint_eq(bring(0, 70000).n_results, 1);
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
	ck_assert_int_eq(storage_find_result(store, content_hash, &j, &err), 0);
	bring(0, 70000 + (int64_t)8 * 24 * 3600 * 1000);
	ck_assert_int_eq(storage_job_get(store, brief, false, &j, &err), -1); /* even the row, after a week */
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_an_expired_file_is_swept_at_the_next_start)
{
	char id[JOB_ID_SIZE];
	uint8_t content_hash[SHA256_BYTES];

	succeed(7, 5, id);
	bring(0, 15000);
	store_content(7, content_hash);
	ck_ok(store_publish(store, content_hash, 100, &err)); /* as if the removal had been lost in a crash */
	storage_close(store);
	store = store_open(dir, IO_PWRITE);
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}
END_TEST

/* --- tokens --- */

static bool has_batch(const char *id)
{
	struct batch b;

	return storage_batch_get(store, id, &b, &err) == 0;
}

static void make_batch(const char *id, bool is_read)
{
	struct batch b = { .created_at_ms = 1000 };

	snprintf(b.id, sizeof b.id, "%s", id);
	ck_ok(storage_batch_create(store, &b, NULL, &err));
	if (is_read)
		ck_ok(storage_batch_finish(store, id, &err));
}

/* One that is still read, and one with jobs, stay as long as that lasts. */
START_TEST(test_an_old_batch_goes_with_its_last_job)
{
	static const char empty[] = "bat_0000000000000000000001", full[] = "bat_0000000000000000000002",
			  open[] = "bat_0000000000000000000003";
	const int64_t week_ms = INT64_C(7) * 86400000;
	struct wanted w = { .cost_s = 1 };
	struct job j = make(&w);

	make_batch(empty, true);
	make_batch(full, true);
	make_batch(open, false);
	snprintf(j.batch_id, sizeof j.batch_id, "%s", full);
	ck_ok(storage_job_insert(store, &j, &err));
	bring(0, 999 + week_ms);
	ck_assert(has_batch(empty) && has_batch(full) && has_batch(open));
	bring(0, 1000 + week_ms);
	ck_assert(!has_batch(empty) && has_batch(full) && has_batch(open));
	ck_assert_int_eq(storage_job_cancel(store, j.id, 1000, &err), 1);
	ck_ok(storage_job_delete(store, j.id, &err));
	bring(0, 1000 + week_ms);
	ck_assert(!has_batch(full) && has_batch(open));
}
END_TEST

START_TEST(test_a_token_stands_for_one_job_of_its_key)
{
	struct job first = make(&(struct wanted){ .key = "a" }), second = make(&(struct wanted){ .key = "a" }),
		   other = make(&(struct wanted){ .key = "b" });
	struct job_once once = { .token = "t" };
	uint64_t n;

	ck_ok(storage_job_insert_once(store, &first, &once, &err));
	ck_assert_int_eq(storage_job_insert_once(store, &second, &once, &err), 1);
	ck_assert_str_eq(once.job_id, first.id);
	ck_assert_int_eq(storage_once_find(store, "a", &once, &err), 1);
	ck_ok(storage_job_insert_once(store, &other, &once, &err));
	once.fingerprint[0] = 1;
	ck_assert_int_eq(storage_job_insert_once(store, &second, &once, &err), -1);
	ck_assert_int_eq(err.code, ERR_MISMATCH);
	ck_ok(storage_job_count_waiting(store, &n, &err));
	ck_assert_uint_eq(n, 2);
}
END_TEST

START_TEST(test_a_token_is_forgotten_after_a_day_and_with_its_job)
{
	struct job first = make(&(struct wanted){ .created_at_ms = 5000 });
	struct job_once once = { .token = "t" };

	ck_ok(storage_job_insert_once(store, &first, &once, &err));
	bring(0, 5000 + 24 * 3600 * 1000 - 1);
	ck_assert_int_eq(storage_once_find(store, "", &once, &err), 1);
	bring(0, 5000 + 24 * 3600 * 1000);
	ck_assert_int_eq(storage_once_find(store, "", &once, &err), 0);
	once.token = "u";
	snprintf(first.id, sizeof first.id, "job_u");
	ck_ok(storage_job_insert_once(store, &first, &once, &err));
	ck_assert_int_eq(storage_job_cancel(store, first.id, 1, &err), 1);
	ck_ok(storage_job_delete(store, first.id, &err));
	ck_assert_int_eq(storage_once_find(store, "", &once, &err), 0);
}
END_TEST

/* --- lists --- */

START_TEST(test_lists_are_filtered_by_tag_key_and_age)
{
	static char even[] = "[\"even\",\"all\"]", odd[] = "[\"all\"]";
	char ids[10][JOB_ID_SIZE];
	const struct {
		struct job_filter filter;
		size_t n;
	} cases[] = {
		{ { .state = -1, .tag = "all" }, 10 },
		{ { .state = -1, .tag = "even" }, 5 },
		{ { .state = -1, .tag = "even", .after_id = ids[8] }, 4 },
		{ { .state = -1, .tag = "even", .since_id = ids[4] }, 3 },
		{ { .state = -1, .tag = "none" }, 0 },
		{ { .state = -1, .key_id = "k" }, 3 },
		{ { .state = -1, .key_id = "k", .tag = "even" }, 2 },
		{ { .state = JOB_QUEUED, .key_id = "k" }, 3 },
		{ { .state = JOB_FAILED, .tag = "all" }, 0 },
		{ { .state = -1, .since_id = ids[7] }, 3 },
		{ { .state = -1, .since_id = ids[2], .after_id = ids[5] }, 3 },
		{ { .state = -1, .batch_id = "bat_1" }, 0 },
	};

	for (int i = 0; i < 10; i++) {
		struct job j = make(&(struct wanted){ .key = i < 3 ? "k" : "" });
		j.tags = i % 2 ? odd : even;
		ck_ok(storage_job_insert(store, &j, &err));
		memcpy(ids[i], j.id, JOB_ID_SIZE);
	}
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct job_filter f = cases[i].filter;
		struct job *jobs;
		bool has_more;
		size_t n;
		f.limit = 50;
		ck_ok(storage_job_list(store, &f, &jobs, &n, &has_more, &err));
		ck_assert_msg(n == cases[i].n, "case %zu: %zu jobs", i, n);
		for (size_t k = 1; k < n; k++)
			ck_assert_str_lt(jobs[k].id, jobs[k - 1].id);
		job_list_free(jobs, n);
	}
}
END_TEST

static Suite *turns_suite(void)
{
	Suite *s = suite_create("turns");
	TCase *t = tcase_create("turns");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_keys_get_equal_work_however_many_jobs_they_send);
	tcase_add_test(t, test_a_key_that_was_away_saves_no_turns);
	tcase_add_test(t, test_an_hour_of_work_does_not_stand_before_another_keys_preview);
	tcase_add_loop_test(t, test_age_overtakes_priority_after_a_minute_per_level, 0, sizeof ages / sizeof ages[0]);
	tcase_add_test(t, test_the_short_lane_takes_short_jobs_only);
	tcase_add_test(t, test_positions_are_the_order_of_the_claims);
	tcase_add_test(t, test_the_summary_counts_by_key_and_knows_the_oldest);
	tcase_add_test(t, test_a_scheduled_job_waits_for_its_time);
	tcase_add_test(t, test_a_pause_before_another_try_follows_the_steady_clock);
	tcase_add_test(t, test_waiting_jobs_expire_at_their_deadline_and_held_ones_are_left_to_their_runner);
	tcase_add_test(t, test_a_file_goes_when_the_last_job_that_keeps_it_expires);
	tcase_add_test(t, test_an_expired_file_is_swept_at_the_next_start);
	tcase_add_test(t, test_an_old_batch_goes_with_its_last_job);
	tcase_add_test(t, test_a_token_stands_for_one_job_of_its_key);
	tcase_add_test(t, test_a_token_is_forgotten_after_a_day_and_with_its_job);
	tcase_add_test(t, test_lists_are_filtered_by_tag_key_and_age);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(turns_suite());
}
