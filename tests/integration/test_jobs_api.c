/* Jobs over their life: list, cancel, delete, drain, restart. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define BEAT "out $ s \"bd*4, ~ sn\"\n"

static struct service server;

static void start_in(const char *data_dir, const char *drain_ms)
{
	service_start(&server, data_dir,
		      HEADERS("--threads", "2", "--jobs", "1", "--short-jobs", "0", "--drain-timeout-ms", drain_ms));
}

static void start(void)
{
	start_in(NULL, "300");
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static char *state_of(const char *id)
{
	char path[128], *state;
	struct reply r;
	json_t *job;

	snprintf(path, sizeof path, "/jobs/%s", id);
	r = service_get(&server, path);
	job = reply_json(&r);
	state = strdup(json_string_value(json_object_get(job, r.status == 200 ? "state" : "code")));
	json_decref(job);
	reply_free(&r);
	return state;
}

static void wait_for_state(const char *id, const char *wanted)
{
	for (int i = 0; i < 6000; i++) {
		char *state = state_of(id);
		bool is_there = strcmp(state, wanted) == 0;
		free(state);
		if (is_there)
			return;
		usleep(10000);
	}
	ck_abort_msg("job %s did not become %s", id, wanted);
}

static long call_job(const char *method, const char *id, const char *suffix)
{
	char path[128];
	struct reply r;
	long status;

	snprintf(path, sizeof path, "/jobs/%s%s", id, suffix);
	r = service_call(&server, method, path, strcmp(method, "POST") == 0 ? "" : NULL, NULL);
	status = r.status;
	reply_free(&r);
	return status;
}

START_TEST(test_a_list_is_read_page_by_page_from_the_newest)
{
	char ids[5][64], path[256] = "/jobs?limit=2";
	size_t n = 5;

	for (int i = 0; i < 5; i++) {
		char options[64];
		snprintf(options, sizeof options, "cycles=1&sample_rate=8000&seed=%d", i);
		snprintf(ids[i], sizeof ids[i], "%s", service_submit(&server, BEAT, options));
	}
	while (n > 0) {
		struct reply r = service_get(&server, path);
		json_t *page = reply_json(&r), *jobs = json_object_get(page, "jobs");
		ck_assert_int_eq(r.status, 200);
		ck_assert_uint_ge(json_array_size(jobs), 1);
		for (size_t i = 0; i < json_array_size(jobs); i++)
			ck_assert_str_eq(json_string_value(json_object_get(json_array_get(jobs, i), "id")), ids[--n]);
		ck_assert_int_eq(json_is_true(json_object_get(page, "has_more")), n > 0);
		ck_assert_int_eq(reply_header(&r, "Link") != NULL, n > 0);
		if (n)
			snprintf(path, sizeof path, "%s", json_string_value(json_object_get(page, "next")));
		json_decref(page);
		reply_free(&r);
	}
}
END_TEST

static const struct {
	const char *path;
	long status;
} lists[] = {
	{ "/jobs?state=succeeded", 200 }, { "/jobs?state=done", 422 }, { "/jobs?limit=0", 422 },
	{ "/jobs?limit=201", 422 },       { "/jobs?limit=x", 422 },    { "/jobs?after=../..", 400 },
	{ "/jobs?after=job_zzz", 400 },   { "/jobs?offset=3", 422 },
};

START_TEST(test_parameters_of_a_list_are_checked)
{
	struct reply r = service_get(&server, lists[_i].path);

	ck_assert_msg(r.status == lists[_i].status, "%s: %ld", lists[_i].path, r.status);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_running_job_is_canceled_soon_and_a_second_cancel_changes_nothing)
{
	char id[64];

	snprintf(id, sizeof id, "%s", service_submit(&server, slow_program, SLOW_OPTIONS));
	wait_for_state(id, "running");
	ck_assert_int_eq(call_job("POST", id, "/cancel"), 200);
	wait_for_state(id, "canceled");
	ck_assert_int_eq(call_job("POST", id, "/cancel"), 200);
	wait_for_state(id, "canceled");
}
END_TEST

START_TEST(test_a_waiting_job_is_canceled_at_once)
{
	char running[64], waiting[64], *state;

	snprintf(running, sizeof running, "%s", service_submit(&server, slow_program, SLOW_OPTIONS));
	wait_for_state(running, "running");
	snprintf(waiting, sizeof waiting, "%s", service_submit(&server, BEAT, "cycles=1"));
	ck_assert_int_eq(call_job("POST", waiting, "/cancel"), 200);
	state = state_of(waiting);
	ck_assert_str_eq(state, "canceled");
	free(state);
	ck_assert_int_eq(call_job("POST", running, "/cancel"), 200);
}
END_TEST

START_TEST(test_a_deleted_job_is_gone)
{
	char id[64];
	json_t *job;

	snprintf(id, sizeof id, "%s", service_submit(&server, BEAT, "cycles=1&sample_rate=8000"));
	job = service_wait_job(&server, id);
	json_decref(job);
	ck_assert_int_eq(call_job("DELETE", id, ""), 204);
	ck_assert_int_eq(call_job("GET", id, ""), 404);
	ck_assert_int_eq(call_job("GET", id, "/audio"), 404);
	ck_assert_int_eq(call_job("DELETE", id, ""), 404);
}
END_TEST

START_TEST(test_a_job_shows_its_program_only_when_asked)
{
	char path[128];
	const char *id = service_submit(&server, BEAT, "cycles=1&sample_rate=8000");
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s", id);
	r = service_get(&server, path);
	ck_assert_ptr_null(strstr(r.body, "\"source\""));
	reply_free(&r);
	strcat(path, "?source=1");
	r = service_get(&server, path);
	ck_assert_ptr_nonnull(strstr(r.body, "\"source\":\"out $ s"));
	reply_free(&r);
}
END_TEST

/* --- Stop and start --------------------------------------------------------------------------------------- */

struct waiting_client {
	pthread_t thread;
	struct reply reply;
};

static void *wait_long(void *ctx)
{
	struct waiting_client *c = ctx;

	c->reply = service_call(&server, "POST", "/render?" SLOW_OPTIONS, slow_program, HEADERS("Prefer: wait=60"));
	return NULL;
}

/* The jobs of the list that are not terminal: how many. */
static size_t count_listed(void)
{
	struct reply r = service_get(&server, "/jobs?limit=200");
	json_t *page = reply_json(&r);
	size_t n = json_array_size(json_object_get(page, "jobs"));

	json_decref(page);
	reply_free(&r);
	return n;
}

START_TEST(test_a_drain_answers_those_who_wait_and_gives_the_job_back)
{
	enum { N_CLIENTS = 5 };
	struct waiting_client clients[N_CLIENTS];
	char data_dir[512], running[64] = "";

	for (int i = 0; i < N_CLIENTS; i++)
		ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, wait_long, &clients[i]), 0);
	while (count_listed() < N_CLIENTS)
		usleep(10000);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	for (int i = 0; i < N_CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		json_t *job = reply_json(&clients[i].reply);
		ck_assert_int_eq(clients[i].reply.status, 202);
		snprintf(running, sizeof running, "%s", json_string_value(json_object_get(job, "id")));
		json_decref(job);
		reply_free(&clients[i].reply);
	}
	snprintf(data_dir, sizeof data_dir, "%s", server.data_dir);
	start_in(data_dir, "0");
	ck_assert_uint_eq(count_listed(), N_CLIENTS);
	ck_assert_int_eq(call_job("GET", running, ""), 200);
}
END_TEST

START_TEST(test_a_restarted_server_has_its_jobs_and_files)
{
	char id[64], path[128], data_dir[512];
	struct reply before, after;
	json_t *job;

	snprintf(id, sizeof id, "%s", service_submit(&server, BEAT, "cycles=1&sample_rate=8000"));
	job = service_wait_job(&server, id);
	json_decref(job);
	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	before = service_get(&server, path);
	ck_assert_int_eq(before.status, 200);
	snprintf(data_dir, sizeof data_dir, "%s", server.data_dir);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	start_in(data_dir, "300");
	after = service_get(&server, path);
	ck_assert_int_eq(after.status, 200);
	ck_assert_uint_eq(before.body_len, after.body_len);
	ck_assert_mem_eq(before.body, after.body, before.body_len);
	reply_free(&before);
	reply_free(&after);
}
END_TEST

static Suite *jobs_api_suite(void)
{
	Suite *s = suite_create("jobs_api");
	TCase *t = tcase_create("jobs");

	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_test(t, test_a_list_is_read_page_by_page_from_the_newest);
	tcase_add_loop_test(t, test_parameters_of_a_list_are_checked, 0, sizeof lists / sizeof lists[0]);
	tcase_add_test(t, test_a_running_job_is_canceled_soon_and_a_second_cancel_changes_nothing);
	tcase_add_test(t, test_a_waiting_job_is_canceled_at_once);
	tcase_add_test(t, test_a_deleted_job_is_gone);
	tcase_add_test(t, test_a_job_shows_its_program_only_when_asked);
	suite_add_tcase(s, t);
	t = tcase_create("stop and start");
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_test(t, test_a_drain_answers_those_who_wait_and_gives_the_job_back);
	tcase_add_test(t, test_a_restarted_server_has_its_jobs_and_files);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(jobs_api_suite());
}
