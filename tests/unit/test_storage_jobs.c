/* Job rows: transitions, claims, leases, lists, deletion. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/store.h"
#include "tests/lib/test.h"

static struct storage *store;
static const char *dir;
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

/* Claims the next job and returns its epoch; copies its id. */
static int64_t claim(int64_t now_ms, char id[JOB_ID_SIZE])
{
	struct job j;
	int64_t epoch;

	ck_assert_int_eq(storage_job_claim(store, &(struct job_claim){ .now_ms = now_ms, .lease_ms = 1000 }, &j, &err),
			 1);
	memcpy(id, j.id, JOB_ID_SIZE);
	epoch = j.epoch;
	job_fini(&j);
	return epoch;
}

/* A finished job with its file. */
static void succeed(unsigned content, char id[JOB_ID_SIZE])
{
	struct job j = { .state = JOB_SUCCEEDED, .has_result = true, .bytes = 1000, .frames = 7, .peak = 0.5 };

	store_insert(store, content, 9, id);
	j.epoch = claim(1, j.id);
	ck_assert_str_eq(j.id, id);
	store_content(content, j.content_hash);
	ck_ok(store_publish(store, j.content_hash, 1000, &err));
	ck_ok(storage_job_finalizing(store, id, j.epoch, &err));
	ck_ok(storage_job_finish(store, &j, &err));
}

START_TEST(test_an_inserted_job_reads_back_as_written)
{
	char id[JOB_ID_SIZE];
	struct job j, wanted = store_job(1);

	store_insert(store, 1, 3, id);
	ck_ok(storage_job_get(store, id, true, &j, &err));
	ck_assert_str_eq(j.id, id);
	ck_assert_int_eq(j.state, JOB_QUEUED);
	ck_assert_int_eq(j.priority, 3);
	ck_assert_int_eq(j.max_attempts, 3);
	ck_assert_str_eq(j.options, wanted.options);
	ck_assert_uint_eq(j.source_len, wanted.source_len);
	ck_assert_str_eq(j.source, wanted.source);
	ck_assert_mem_eq(j.content_hash, wanted.content_hash, SHA256_BYTES);
	ck_assert(!j.has_result);
	job_fini(&j);
	ck_fails(storage_job_get(store, "job_nothing", false, &j, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_levels_and_stems_are_kept)
{
	struct job j = { .state = JOB_SUCCEEDED, .has_result = true, .true_peak = 0.75, .loudness_lufs = -13.5 }, found;
	char stems[] = "[{\"name\":\"out\"}]";

	store_insert(store, 1, 0, j.id);
	j.epoch = claim(1, j.id);
	j.stems = stems;
	store_content(1, j.content_hash);
	ck_ok(store_publish(store, j.content_hash, 10, &err));
	ck_ok(storage_job_finalizing(store, j.id, j.epoch, &err));
	ck_ok(storage_job_finish(store, &j, &err));
	ck_ok(storage_job_get(store, j.id, false, &found, &err));
	ck_assert_double_eq(found.true_peak, 0.75);
	ck_assert_double_eq(found.loudness_lufs, -13.5);
	ck_assert_str_eq(found.stems, stems);
	/* As a cached result they go on to the next job; silence has no loudness. */
	snprintf(found.id, sizeof found.id, "job_zzz");
	found.loudness_lufs = -INFINITY;
	ck_ok(storage_job_insert(store, &found, &err));
	job_fini(&found);
	ck_ok(storage_job_get(store, "job_zzz", false, &found, &err));
	ck_assert_str_eq(found.stems, stems);
	ck_assert(found.loudness_lufs == -INFINITY);
	job_fini(&found);
}
END_TEST

/* Writes part n of a content. */
static void publish_part(const uint8_t content_hash[SHA256_BYTES], unsigned part, size_t n_bytes)
{
	struct artifact *a = artifact_create_part(store, content_hash, part, 0, &err);

	ck_assert_ptr_nonnull(a);
	ck_ok(store_write(artifact_sink(a), content_hash, n_bytes, &err));
	ck_ok(sink_finish(artifact_sink(a), &err));
	artifact_free(a);
}

START_TEST(test_stems_live_and_die_with_their_mix)
{
	uint8_t content_hash[SHA256_BYTES];
	char id[JOB_ID_SIZE];
	uint64_t bytes;
	int fd;

	store_content(5, content_hash);
	for (unsigned part = 1; part <= 12; part++)
		publish_part(content_hash, part, 100 * part);
	succeed(5, id);
	ck_assert_uint_eq(store_count_artifacts(dir), 13);
	ck_ok(artifact_open_part(store, content_hash, 12, &fd, &bytes, &err));
	ck_assert_uint_eq(bytes, 1200);
	close(fd);
	ck_fails(artifact_open_part(store, content_hash, 13, &fd, &bytes, &err), ERR_NOT_FOUND);
	ck_ok(storage_job_delete(store, id, &err));
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}
END_TEST

START_TEST(test_a_failed_job_leaves_none_of_its_stems)
{
	struct job j = { .state = JOB_FAILED, .error_code = "no_space", .error_message = "full" };

	store_insert(store, 6, 9, j.id);
	j.epoch = claim(1, j.id);
	store_content(6, j.content_hash);
	publish_part(j.content_hash, 1, 10);
	publish_part(j.content_hash, 2, 10);
	ck_ok(storage_job_finish(store, &j, &err));
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}
END_TEST

START_TEST(test_stems_without_a_row_are_swept)
{
	uint8_t content_hash[SHA256_BYTES];
	char id[JOB_ID_SIZE];

	store_content(7, content_hash);
	publish_part(content_hash, 1, 10);
	succeed(7, id);
	store_content(8, content_hash);
	publish_part(content_hash, 1, 10);
	publish_part(content_hash, 10, 10);
	storage_close(store);
	store = store_open(dir, IO_PWRITE);
	ck_assert_uint_eq(store_count_artifacts(dir), 2);
}
END_TEST

START_TEST(test_a_spool_gives_back_what_it_got)
{
	struct spool *spools[] = { storage_spool_new(store, &err), file_spool_new(dir, &err) };
	static char in[700001], out[700001];

	for (size_t i = 0; i < sizeof in; i++)
		in[i] = (char)(i * 7 + i / 1000);
	for (int k = 0; k < 2; k++) {
		ck_assert_ptr_nonnull(spools[k]);
		for (size_t at = 0, n = 1; at < sizeof in; at += n, n = n * 3 % 300007) {
			n = n < sizeof in - at ? n : sizeof in - at;
			ck_ok(spool_append(spools[k], in + at, n, &err));
		}
		ck_ok(spool_read_at(spools[k], 0, out, sizeof out, &err));
		ck_assert_mem_eq(in, out, sizeof in);
		ck_ok(spool_read_at(spools[k], 600000, out, 77, &err));
		ck_assert_mem_eq(in + 600000, out, 77);
		ck_fails(spool_read_at(spools[k], sizeof in - 5, out, 10, &err), ERR_CORRUPT);
		spool_free(spools[k]);
	}
	ck_assert_uint_eq(store_count_parts(dir), 0);
	ck_assert_ptr_null(file_spool_new("/nonexistent", &err));
	ck_assert_int_eq(err.code, ERR_IO);
}
END_TEST

START_TEST(test_claims_go_by_priority_and_then_by_age)
{
	char ids[4][JOB_ID_SIZE], id[JOB_ID_SIZE];
	static const int priorities[] = { 0, 5, 5, 9 };
	static const int order[] = { 3, 1, 2, 0 };
	uint64_t position;
	double ahead_s;
	struct job j;

	for (unsigned i = 0; i < 4; i++)
		store_insert(store, i, priorities[i], ids[i]);
	for (unsigned i = 0; i < 4; i++) {
		ck_ok(storage_job_position(store, ids[order[i]], &position, &ahead_s, &err));
		ck_assert_uint_eq(position, i + 1);
	}
	for (unsigned i = 0; i < 4; i++) {
		claim(1, id);
		ck_assert_str_eq(id, ids[order[i]]);
	}
	ck_assert_int_eq(storage_job_claim(store, &(struct job_claim){ .now_ms = 1, .lease_ms = 1000 }, &j, &err), 0);
	ck_ok(storage_job_position(store, ids[0], &position, &ahead_s, &err));
	ck_assert_uint_eq(position, 0);
}
END_TEST

START_TEST(test_equal_content_is_not_claimed_twice_at_once)
{
	char ids[3][JOB_ID_SIZE], id[JOB_ID_SIZE];
	struct job j;
	int64_t epoch;

	store_insert(store, 1, 0, ids[0]);
	store_insert(store, 1, 0, ids[1]);
	store_insert(store, 2, 0, ids[2]);
	epoch = claim(1, id);
	ck_assert_str_eq(id, ids[0]);
	claim(1, id);
	ck_assert_str_eq(id, ids[2]);
	ck_assert_int_eq(storage_job_claim(store, &(struct job_claim){ .now_ms = 1, .lease_ms = 1000 }, &j, &err), 0);
	ck_ok(storage_job_requeue(store, ids[0], epoch, true, 0, &err));
	claim(1, id);
	ck_assert_str_eq(id, ids[0]);
}
END_TEST

START_TEST(test_no_runner_idles_behind_many_equal_jobs)
{
	enum { N_EQUAL = 258 }; /* one held, 256 passed over, one more */
	char first[JOB_ID_SIZE], last[JOB_ID_SIZE], id[JOB_ID_SIZE];

	store_insert(store, 1, 0, first);
	for (int i = 1; i < N_EQUAL; i++)
		store_insert(store, 1, 0, last);
	claim(1, id);
	ck_assert_str_eq(id, first);
	claim(1, id);
	ck_assert_str_eq(id, last);
}
END_TEST

START_TEST(test_a_zombie_changes_nothing)
{
	char id[JOB_ID_SIZE];
	struct job j = { .state = JOB_FAILED };
	struct job_heartbeat beat = { .id = id };
	int64_t old_epoch, new_epoch;
	size_t n;

	store_insert(store, 1, 0, id);
	old_epoch = claim(1000, id);
	ck_ok(storage_job_recover(store, 5000, 1500, &n, &err));
	ck_assert_uint_eq(n, 0); /* the lease lasts until 2000 */
	ck_ok(storage_job_recover(store, 5000, 2500, &n, &err));
	ck_assert_uint_eq(n, 1);
	memcpy(j.id, id, JOB_ID_SIZE);
	j.epoch = old_epoch;
	ck_fails(storage_job_finish(store, &j, &err), ERR_CONFLICT);
	new_epoch = claim(5000, id);
	ck_assert_int_gt(new_epoch, old_epoch);
	ck_fails(storage_job_finalizing(store, id, old_epoch, &err), ERR_CONFLICT);
	ck_fails(storage_job_finish(store, &j, &err), ERR_CONFLICT);
	ck_fails(storage_job_requeue(store, id, old_epoch, false, 0, &err), ERR_CONFLICT);
	beat.epoch = old_epoch;
	ck_ok(storage_job_heartbeat(store, &beat, 1, 9000, &err));
	ck_assert(beat.gone);
	beat.epoch = new_epoch;
	ck_ok(storage_job_heartbeat(store, &beat, 1, 9000, &err));
	ck_assert(!beat.gone);
	ck_assert_int_eq(store_state(store, id), JOB_RUNNING);
}
END_TEST

START_TEST(test_three_crashes_fail_a_job)
{
	char id[JOB_ID_SIZE];
	struct job j;
	size_t n;

	store_insert(store, 1, 0, id);
	for (int i = 0; i < 3; i++) {
		claim(1, id);
		ck_ok(storage_job_recover(store, 2, 0, &n, &err));
		ck_assert_uint_eq(n, 1);
	}
	ck_ok(storage_job_get(store, id, false, &j, &err));
	ck_assert_int_eq(j.state, JOB_FAILED);
	ck_assert_str_eq(j.error_code, "crashed");
	ck_assert_int_eq(j.attempt, 3);
	job_fini(&j);
}
END_TEST

START_TEST(test_giving_a_job_back_is_no_attempt)
{
	char id[JOB_ID_SIZE];
	struct job j;

	store_insert(store, 1, 0, id);
	for (int i = 0; i < 10; i++) {
		int64_t epoch = claim(1, id);
		ck_ok(storage_job_requeue(store, id, epoch, true, 0, &err));
	}
	ck_ok(storage_job_get(store, id, false, &j, &err));
	ck_assert_int_eq(j.state, JOB_QUEUED);
	ck_assert_int_eq(j.attempt, 0);
	job_fini(&j);
}
END_TEST

START_TEST(test_cancel_at_every_state)
{
	char id[JOB_ID_SIZE], done[JOB_ID_SIZE];
	int64_t epoch;
	size_t n;

	store_insert(store, 1, 0, id);
	ck_assert_int_eq(storage_job_cancel(store, id, 5, &err), 1);
	ck_assert_int_eq(store_state(store, id), JOB_CANCELED);
	ck_assert_int_eq(storage_job_cancel(store, id, 6, &err), 2);
	store_insert(store, 2, 0, id);
	epoch = claim(1, id);
	ck_assert_int_eq(storage_job_cancel(store, id, 7, &err), 0);
	ck_assert_int_eq(store_state(store, id), JOB_RUNNING);
	ck_ok(storage_job_finalizing(store, id, epoch, &err));
	ck_assert_int_eq(storage_job_cancel(store, id, 8, &err), 0);
	/* The request outlives a crash. */
	ck_ok(storage_job_recover(store, 9, 0, &n, &err));
	ck_assert_int_eq(store_state(store, id), JOB_CANCELED);
	succeed(3, done);
	ck_assert_int_eq(storage_job_cancel(store, done, 10, &err), 2);
	ck_assert_int_eq(store_state(store, done), JOB_SUCCEEDED);
	ck_fails(storage_job_cancel(store, "job_nothing", 11, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_success_needs_finalizing_and_the_file)
{
	char id[JOB_ID_SIZE];
	struct job j = { .state = JOB_SUCCEEDED, .has_result = true };

	store_insert(store, 1, 0, id);
	j.epoch = claim(1, j.id);
	store_content(1, j.content_hash);
	ck_fails(storage_job_finish(store, &j, &err), ERR_NOT_FOUND);
	ck_ok(store_publish(store, j.content_hash, 10, &err));
	ck_fails(storage_job_finish(store, &j, &err), ERR_CONFLICT);
	ck_ok(storage_job_finalizing(store, id, j.epoch, &err));
	ck_ok(storage_job_finish(store, &j, &err));
	ck_assert_int_eq(store_state(store, id), JOB_SUCCEEDED);
}
END_TEST

START_TEST(test_a_result_is_found_only_with_its_file)
{
	char id[JOB_ID_SIZE], path[4096];
	uint8_t content_hash[SHA256_BYTES];
	char hex[SHA256_HEX_SIZE];
	struct job j;

	store_content(1, content_hash);
	ck_assert_int_eq(storage_find_result(store, content_hash, &j, &err), 0);
	succeed(1, id);
	ck_assert_int_eq(storage_find_result(store, content_hash, &j, &err), 1);
	ck_assert_str_eq(j.id, id);
	ck_assert(j.has_result);
	ck_assert_uint_eq(j.frames, 7);
	job_fini(&j);
	sha256_hex(content_hash, hex);
	snprintf(path, sizeof path, "%s/artifacts/%.2s/%s.wav", dir, hex, hex);
	ck_assert_int_eq(remove(path), 0);
	ck_assert_int_eq(storage_find_result(store, content_hash, &j, &err), 0);
	j = store_job(1);
	snprintf(j.id, sizeof j.id, "job_cached");
	j.state = JOB_SUCCEEDED;
	ck_fails(storage_job_insert(store, &j, &err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_a_file_lives_as_long_as_the_last_job_that_names_it)
{
	char first[JOB_ID_SIZE], running[JOB_ID_SIZE];
	struct job j = store_job(1);

	succeed(1, first);
	snprintf(j.id, sizeof j.id, "job_cached");
	j.state = JOB_SUCCEEDED;
	ck_ok(storage_job_insert(store, &j, &err));
	ck_ok(storage_job_delete(store, first, &err));
	ck_assert(store_has_whole_file(store, j.content_hash, 1000));
	ck_ok(storage_job_delete(store, "job_cached", &err));
	ck_assert(!store_has_whole_file(store, j.content_hash, 1000));
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
	ck_fails(storage_job_delete(store, first, &err), ERR_NOT_FOUND);
	store_insert(store, 2, 0, running);
	ck_fails(storage_job_delete(store, running, &err), ERR_CONFLICT);
}
END_TEST

START_TEST(test_a_canceled_job_leaves_no_file)
{
	char id[JOB_ID_SIZE];
	struct job j = { .state = JOB_CANCELED };

	store_insert(store, 1, 0, id);
	j.epoch = claim(1, j.id);
	store_content(1, j.content_hash);
	ck_ok(storage_job_finalizing(store, id, j.epoch, &err));
	ck_ok(store_publish(store, j.content_hash, 10, &err));
	ck_ok(storage_job_finish(store, &j, &err));
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}
END_TEST

/* Walks all pages of a filter and returns the number of jobs; checks the order. */
static size_t walk(int state, unsigned limit)
{
	char after[JOB_ID_SIZE] = "", above[JOB_ID_SIZE] = "~";
	bool has_more = true;
	size_t total = 0;

	while (has_more) {
		struct job_filter f = { .state = state, .after_id = after, .limit = limit };
		struct job *jobs;
		size_t n;
		ck_ok(storage_job_list(store, &f, &jobs, &n, &has_more, &err));
		for (size_t i = 0; i < n; i++) {
			ck_assert_str_lt(jobs[i].id, above);
			memcpy(above, jobs[i].id, JOB_ID_SIZE);
			ck_assert(state < 0 || (int)jobs[i].state == state);
		}
		if (n > 0)
			memcpy(after, jobs[n - 1].id, JOB_ID_SIZE);
		total += n;
		job_list_free(jobs, n);
	}
	return total;
}

START_TEST(test_lists_walk_every_job_once_newest_first)
{
	char id[JOB_ID_SIZE];
	uint64_t counts[JOB_STATE_COUNT], n_queued;

	for (unsigned i = 0; i < 23; i++)
		store_insert(store, i, 0, id);
	ck_assert_int_eq(storage_job_cancel(store, id, 1, &err), 1);
	ck_assert_uint_eq(walk(-1, 5), 23);
	ck_assert_uint_eq(walk(-1, 23), 23);
	ck_assert_uint_eq(walk(JOB_QUEUED, 7), 22);
	ck_assert_uint_eq(walk(JOB_CANCELED, 200), 1);
	ck_assert_uint_eq(walk(JOB_FAILED, 1), 0);
	ck_ok(storage_job_counts(store, counts, &err));
	ck_assert_uint_eq(counts[JOB_QUEUED], 22);
	ck_assert_uint_eq(counts[JOB_CANCELED], 1);
	ck_ok(storage_job_count_waiting(store, &n_queued, &err));
	ck_assert_uint_eq(n_queued, 22);
}
END_TEST

START_TEST(test_hostile_text_stays_text)
{
	struct job j = store_job(1), out;
	static char options[] = "'); DROP TABLE job; --";

	snprintf(j.id, sizeof j.id, "%s", "x'; DELETE FROM job; --");
	j.options = options;
	ck_ok(storage_job_insert(store, &j, &err));
	ck_ok(storage_job_get(store, j.id, false, &out, &err));
	ck_assert_str_eq(out.options, options);
	job_fini(&out);
	ck_fails(storage_job_insert(store, &j, &err), ERR_CONFLICT);
}
END_TEST

START_TEST(test_transitions_are_those_of_the_drawing)
{
	static const char *const allowed[] = {
		"scheduled>queued",   "scheduled>canceled",   "scheduled>expired",    "queued>running",
		"queued>failed",      "queued>canceled",      "queued>expired",       "running>finalizing",
		"running>queued",     "running>failed",       "running>canceled",     "running>expired",
		"finalizing>queued",  "finalizing>succeeded", "finalizing>failed",    "finalizing>canceled",
		"finalizing>expired", "running>scheduled",    "finalizing>scheduled",
	};
	size_t n_allowed = 0;

	for (int from = 0; from < JOB_STATE_COUNT; from++) {
		ck_assert_int_eq(job_state_find(job_state_name(from)), from);
		ck_assert_int_eq(job_state_is_terminal(from), from >= JOB_SUCCEEDED);
		for (int to = 0; to < JOB_STATE_COUNT; to++)
			n_allowed += job_state_may_become(from, to);
	}
	ck_assert_uint_eq(n_allowed, sizeof allowed / sizeof allowed[0]);
	for (size_t i = 0; i < n_allowed; i++) {
		char from[16];
		const char *to = strchr(allowed[i], '>') + 1;
		snprintf(from, sizeof from, "%.*s", (int)(to - 1 - allowed[i]), allowed[i]);
		ck_assert_msg(job_state_may_become(job_state_find(from), job_state_find(to)), "%s", allowed[i]);
	}
}
END_TEST

static Suite *storage_jobs_suite(void)
{
	Suite *s = suite_create("storage_jobs");
	TCase *rows = tcase_create("rows");

	tcase_add_checked_fixture(rows, set_up, tear_down);
	tcase_set_timeout(rows, 30);
	tcase_add_test(rows, test_an_inserted_job_reads_back_as_written);
	tcase_add_test(rows, test_levels_and_stems_are_kept);
	tcase_add_test(rows, test_stems_live_and_die_with_their_mix);
	tcase_add_test(rows, test_a_failed_job_leaves_none_of_its_stems);
	tcase_add_test(rows, test_stems_without_a_row_are_swept);
	tcase_add_test(rows, test_a_spool_gives_back_what_it_got);
	tcase_add_test(rows, test_claims_go_by_priority_and_then_by_age);
	tcase_add_test(rows, test_equal_content_is_not_claimed_twice_at_once);
	tcase_add_test(rows, test_no_runner_idles_behind_many_equal_jobs);
	tcase_add_test(rows, test_a_zombie_changes_nothing);
	tcase_add_test(rows, test_three_crashes_fail_a_job);
	tcase_add_test(rows, test_giving_a_job_back_is_no_attempt);
	tcase_add_test(rows, test_cancel_at_every_state);
	tcase_add_test(rows, test_success_needs_finalizing_and_the_file);
	tcase_add_test(rows, test_a_result_is_found_only_with_its_file);
	tcase_add_test(rows, test_a_file_lives_as_long_as_the_last_job_that_names_it);
	tcase_add_test(rows, test_a_canceled_job_leaves_no_file);
	tcase_add_test(rows, test_lists_walk_every_job_once_newest_first);
	tcase_add_test(rows, test_hostile_text_stays_text);
	tcase_add_test(rows, test_transitions_are_those_of_the_drawing);
	suite_add_tcase(s, rows);
	return s;
}

int main(void)
{
	return test_run(storage_jobs_suite());
}
