/* Terms of jobs, turns, lists and tokens, over HTTP. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define BEAT "out $ s \"bd*4, ~ sn\"\n"
#define BRIEF "cycles=1&sample_rate=8000"

static struct service server;

static void start(void)
{
	service_start(&server, NULL,
		      HEADERS("--threads", "2", "--jobs", "1", "--short-jobs", "0", "--drain-timeout-ms", "100",
			      "--max-queued", "40"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static json_t *call(const char *method, const char *path, const char *body, const char *const *headers, long status)
{
	return service_json(&server, method, path, body, headers, status);
}

static void call_job(const char *method, const char *id, const char *suffix, long status)
{
	char path[128];

	snprintf(path, sizeof path, "/jobs/%s%s", id, suffix);
	json_decref(call(method, path, strcmp(method, "POST") == 0 ? "" : NULL, NULL, status));
}

static json_t *job_of(const char *id)
{
	char path[128];

	snprintf(path, sizeof path, "/jobs/%s", id);
	return call("GET", path, NULL, NULL, 200);
}

START_TEST(test_run_at_makes_a_job_wait_and_says_until_when)
{
	json_t *job = call("POST", "/render",
			   "{\"source\":\"out $ sine 440\",\"cycles\":1,\"run_at\":\"2999-12-31T23:59:59.5+01:00\","
			   "\"tags\":[\"album\",\"b\\u00e9\"],\"expires_after\":3600,\"deadline_ms\":60000}",
			   HEADERS("Content-Type: application/json"), 202);
	const json_t *block = json_object_get(job, "blocked_by");

	ck_assert_str_eq(text_of(job, "state"), "scheduled");
	ck_assert_str_eq(text_of(job, "run_at"), "2999-12-31T22:59:59.500Z");
	ck_assert_str_eq(text_of(block, "reason"), "run_at");
	ck_assert_str_eq(text_of(block, "until"), "2999-12-31T22:59:59.500Z");
	ck_assert_uint_eq(strlen(text_of(job, "deadline_at")), 24);
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(job, "tags"), 1)), "b\xc3\xa9");
	call_job("POST", text_of(job, "id"), "/cancel", 200);
	json_decref(job);
}
END_TEST

START_TEST(test_a_deadline_ends_a_running_job)
{
	struct reply r = service_call(&server, "POST", "/render?" SLOW_OPTIONS, slow_program,
				      HEADERS("Content-Type: text/plain", "Cancel-After: 1s"));
	json_t *made = reply_json(&r), *job;

	ck_assert_int_eq(r.status, 202);
	job = service_wait_job(&server, text_of(made, "id"));
	ck_assert_str_eq(text_of(job, "state"), "expired");
	ck_assert_str_eq(text_of(json_object_get(job, "error"), "code"), "deadline_exceeded");
	call_job("GET", text_of(made, "id"), "/audio", 404);
	json_decref(job);
	json_decref(made);
	reply_free(&r);
}
END_TEST

START_TEST(test_expired_audio_is_gone)
{
	char id[64], path[128];
	json_t *job;

	snprintf(id, sizeof id, "%s", service_submit(&server, BEAT, BRIEF "&expires_after=1&seed=77"));
	job = service_wait_job(&server, id);
	ck_assert_str_eq(text_of(job, "state"), "succeeded");
	ck_assert_str_gt(text_of(job, "expires_at"), text_of(job, "completed_at"));
	json_decref(job);
	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	for (int i = 0; i < 1000; i++, usleep(10000)) {
		struct reply r = service_get(&server, path);
		long status = r.status;
		reply_free(&r);
		if (status != 200)
			break;
	}
	job = call("GET", path, NULL, NULL, 410);
	ck_assert_str_eq(text_of(job, "code"), "expired");
	json_decref(job);
	job = job_of(id);
	ck_assert_str_eq(text_of(job, "state"), "succeeded");
	ck_assert_ptr_null(json_object_get(json_object_get(job, "links"), "audio"));
	json_decref(job);
}
END_TEST

static const struct {
	const char *path, *header;
	long status;
} refusals[] = {
	{ "/render?run_at=tomorrow", NULL, 422 },
	{ "/render?run_at=2026-02-29T00:00:00Z", NULL, 422 },
	{ "/render?deadline_ms=0", NULL, 422 },
	{ "/render?deadline_ms=1.5", NULL, 422 },
	{ "/render?expires_after=-1", NULL, 422 },
	{ "/render?tags=a,,b", NULL, 422 },
	{ "/render?tags=a%20b", NULL, 422 },
	{ "/render?tags=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", NULL, 422 },
	{ "/render?tags=a&tags=b", NULL, 422 },
	{ "/render", "Cancel-After: soon", 422 },
	{ "/render", "Cancel-After: 999999h", 422 },
	{ "/render", "Idempotency-Key: two words", 422 },
};

START_TEST(test_terms_are_checked)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		json_decref(call("POST", refusals[i].path, BEAT,
				 refusals[i].header ? HEADERS(refusals[i].header) : NULL, refusals[i].status));
}
END_TEST

/* --- tokens --- */

START_TEST(test_a_token_makes_one_job)
{
	const char *const headers[] = { "Content-Type: text/plain", "Idempotency-Key: one", NULL };
	struct reply first = service_call(&server, "POST", "/render?" BRIEF "&seed=5", BEAT, headers), again;
	json_t *made = reply_json(&first), *found, *job;

	ck_assert_int_eq(first.status, 202);
	ck_assert_ptr_null(reply_header(&first, "Idempotency-Replayed"));
	again = service_call(&server, "POST", "/render?" BRIEF "&seed=5", BEAT, headers);
	found = reply_json(&again);
	ck_assert_int_eq(again.status, 202);
	ck_assert_str_eq(reply_header(&again, "Idempotency-Replayed"), "true");
	ck_assert_str_eq(text_of(found, "id"), text_of(made, "id"));
	reply_free(&again);
	json_decref(found);
	json_decref(call("POST", "/render?" BRIEF "&seed=6", BEAT, headers, 422));
	json_decref(call("POST", "/render?" BRIEF "&seed=5&priority=3", BEAT, headers, 422));
	job = service_wait_job(&server, text_of(made, "id"));
	json_decref(job);
	again = service_call(&server, "POST", "/render?" BRIEF "&seed=5", BEAT, headers);
	ck_assert_int_eq(again.status, 202); /* as it was answered first */
	reply_free(&again);
	json_decref(made);
	reply_free(&first);
}
END_TEST

static void *submit_with_token(void *out)
{
	struct reply r = service_call(&server, "POST", "/render?" BRIEF "&seed=9", BEAT,
				      HEADERS("Content-Type: text/plain", "Idempotency-Key: crowd"));
	json_t *job = reply_json(&r);

	snprintf(out, 64, "%s", text_of(job, "id"));
	json_decref(job);
	reply_free(&r);
	return NULL;
}

START_TEST(test_a_crowd_with_one_token_makes_one_job)
{
	enum { N = 16 };
	char ids[N][64];
	pthread_t threads[N];

	for (int i = 0; i < N; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, submit_with_token, ids[i]), 0);
	for (int i = 0; i < N; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < N; i++) {
		ck_assert_str_eq(ids[i], ids[0]);
		ck_assert_int_eq(strncmp(ids[i], "job_", 4), 0);
	}
}
END_TEST

START_TEST(test_a_token_outlives_a_crash)
{
	const char *const headers[] = { "Content-Type: text/plain", "Idempotency-Key: crash", NULL };
	json_t *made = call("POST", "/render?" BRIEF "&seed=5", BEAT, headers, 202), *found;
	char dir[512];

	snprintf(dir, sizeof dir, "%s", server.data_dir);
	service_stop(&server, SIGKILL);
	service_start(&server, dir, HEADERS("--threads", "2"));
	found = call("POST", "/render?" BRIEF "&seed=5", BEAT, headers, 202);
	ck_assert_str_eq(text_of(found, "id"), text_of(made, "id"));
	json_decref(found);
	json_decref(made);
}
END_TEST

/* --- the queue --- */

START_TEST(test_the_queue_is_paused_and_says_what_waits)
{
	char id[64];
	json_t *queue = call("POST", "/queue/pause", "", NULL, 200), *job;

	ck_assert(json_is_true(json_object_get(queue, "paused")));
	json_decref(queue);
	snprintf(id, sizeof id, "%s", service_submit(&server, BEAT, BRIEF));
	service_submit(&server, BEAT, BRIEF "&seed=2");
	job = job_of(id);
	ck_assert_str_eq(text_of(job, "state"), "queued");
	ck_assert_str_eq(text_of(json_object_get(job, "blocked_by"), "reason"), "paused");
	ck_assert_int_eq(json_integer_value(json_object_get(job, "queue_position")), 1);
	json_decref(job);
	queue = call("GET", "/queue", NULL, NULL, 200);
	ck_assert_int_eq(json_integer_value(json_object_get(queue, "queued")), 2);
	ck_assert_int_eq(json_array_size(json_object_get(queue, "shares")), 1);
	ck_assert(json_is_null(json_object_get(json_array_get(json_object_get(queue, "shares"), 0), "key")));
	json_decref(queue);
	json_decref(call("POST", "/queue/resume", "", NULL, 200));
	job = service_wait_job(&server, id);
	ck_assert_str_eq(text_of(job, "state"), "succeeded");
	json_decref(job);
}
END_TEST

START_TEST(test_a_full_queue_says_so_and_serves_again)
{
	struct reply r = { .status = 202 };
	json_t *problem;

	json_decref(call("POST", "/queue/pause", "", NULL, 200));
	for (int i = 0; i < 100 && r.status == 202; i++) {
		char path[128];
		reply_free(&r);
		snprintf(path, sizeof path, "/render?" BRIEF "&seed=%d", i);
		r = service_post(&server, path, BEAT);
	}
	ck_assert_int_eq(r.status, 503);
	ck_assert_ptr_nonnull(reply_header(&r, "Retry-After"));
	problem = reply_json(&r);
	ck_assert_str_eq(text_of(problem, "code"), "busy");
	json_decref(problem);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_canceled_job_can_be_retried_and_stays_canceled)
{
	char id[64];
	json_t *job, *again;
	char path[128];

	json_decref(call("POST", "/queue/pause", "", NULL, 200));
	snprintf(id, sizeof id, "%s", service_submit(&server, BEAT, BRIEF "&priority=7&tags=x,y"));
	call_job("POST", id, "/retry", 409);
	call_job("POST", id, "/cancel", 200);
	json_decref(call("POST", "/queue/resume", "", NULL, 200));
	snprintf(path, sizeof path, "/jobs/%s/retry", id);
	job = call("POST", path, "", NULL, 202);
	ck_assert_str_eq(text_of(job, "retry_of"), id);
	ck_assert_int_eq(json_integer_value(json_object_get(job, "priority")), 7);
	ck_assert_uint_eq(json_array_size(json_object_get(job, "tags")), 2);
	again = service_wait_job(&server, text_of(job, "id"));
	ck_assert_str_eq(text_of(again, "state"), "succeeded");
	json_decref(again);
	again = job_of(id);
	ck_assert_str_eq(text_of(again, "state"), "canceled");
	json_decref(again);
	call_job("POST", text_of(job, "id"), "/retry", 409);
	json_decref(job);
}
END_TEST

START_TEST(test_an_estimate_knows_what_is_there_already)
{
	json_t *before = call("POST", "/estimate?" BRIEF, BEAT, NULL, 200), *after, *job;

	ck_assert(json_is_false(json_object_get(before, "cached")));
	ck_assert_str_eq(text_of(before, "cost_class"), "short");
	job = service_wait_job(&server, service_submit(&server, BEAT, BRIEF));
	ck_assert_str_eq(text_of(job, "content_hash"), text_of(before, "content_hash"));
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(job, "result"), "frames")),
			 json_integer_value(json_object_get(before, "frames")));
	ck_assert_double_gt(json_real_value(json_object_get(job, "cost_s")), 0);
	after = call("POST", "/estimate?" BRIEF, BEAT, NULL, 200);
	ck_assert(json_is_true(json_object_get(after, "cached")));
	ck_assert_double_eq(json_real_value(json_object_get(after, "cpu_s")), 0);
	json_decref(call("POST", "/estimate", "out $ sinne 440", NULL, 422));
	json_decref(call("POST", "/estimate?duration=1e6", BEAT, NULL, 422));
	json_decref(before);
	json_decref(after);
	json_decref(job);
}
END_TEST

/* --- lists --- */

/* Walks all pages; returns the number of jobs. */
static size_t walk(const char *path)
{
	char next[1024];
	size_t n = 0;

	snprintf(next, sizeof next, "%s", path);
	while (next[0]) {
		json_t *page = call("GET", next, NULL, NULL, 200);
		n += json_array_size(json_object_get(page, "jobs"));
		snprintf(next, sizeof next, "%s", text_of(page, "next"));
		json_decref(page);
		/* What is added while somebody walks changes no page. */
		if (n == 2)
			service_submit(&server, BEAT, BRIEF "&run_at=2999-01-01T00:00:00Z&tags=a");
	}
	return n;
}

START_TEST(test_lists_are_filtered_and_pages_keep_the_filter)
{
	json_decref(call("POST", "/queue/pause", "", NULL, 200));
	for (int i = 0; i < 7; i++) {
		char options[128];
		snprintf(options, sizeof options, BRIEF "&seed=%d&tags=%s", i, i % 2 ? "a,b" : "a,%C3%A9");
		service_submit(&server, BEAT, options);
	}
	ck_assert_uint_eq(walk("/jobs?tag=a&limit=2"), 7);
	ck_assert_uint_eq(walk("/jobs?tag=b&limit=1&state=queued"), 3);
	ck_assert_uint_eq(walk("/jobs?tag=%C3%A9&limit=1"), 4);
	ck_assert_uint_eq(walk("/jobs?tag=c"), 0);
	ck_assert_uint_eq(walk("/jobs?created_after=2999-01-01T00:00:00Z"), 0);
	ck_assert_uint_eq(walk("/jobs?created_before=2001-01-01T00:00:00Z"), 0);
	ck_assert_uint_ge(
		walk("/jobs?created_after=2001-01-01T00:00:00Z&created_before=2999-01-01T00:00:00%2B02:00&limit=3"), 7);
	json_decref(call("GET", "/jobs?created_after=yesterday", NULL, NULL, 422));
	json_decref(call("GET", "/jobs?batch=job_x", NULL, NULL, 422));
}
END_TEST

static Suite *queue_api_suite(void)
{
	Suite *s = suite_create("queue_api");
	TCase *t = tcase_create("queue");

	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_run_at_makes_a_job_wait_and_says_until_when);
	tcase_add_test(t, test_a_deadline_ends_a_running_job);
	tcase_add_test(t, test_expired_audio_is_gone);
	tcase_add_test(t, test_terms_are_checked);
	tcase_add_test(t, test_a_token_makes_one_job);
	tcase_add_test(t, test_a_crowd_with_one_token_makes_one_job);
	tcase_add_test(t, test_a_token_outlives_a_crash);
	tcase_add_test(t, test_the_queue_is_paused_and_says_what_waits);
	tcase_add_test(t, test_a_full_queue_says_so_and_serves_again);
	tcase_add_test(t, test_a_canceled_job_can_be_retried_and_stays_canceled);
	tcase_add_test(t, test_an_estimate_knows_what_is_there_already);
	tcase_add_test(t, test_lists_are_filtered_and_pages_keep_the_filter);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(queue_api_suite());
}
