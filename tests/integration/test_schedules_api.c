/* Schedules over HTTP: made, listed, refused, deleted; fired when their time comes, made up for or skipped when it passed. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define JSON HEADERS("Content-Type: application/json")
#define REST "\"source\":\"out $ sine 440\",\"duration\":0.1}"

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "1", "--drain-timeout-ms", "100"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static json_t *call(const char *method, const char *path, const char *body, long status)
{
	return service_json(&server, method, path, body, body ? JSON : NULL, status);
}

START_TEST(test_a_schedule_is_made_listed_read_and_deleted)
{
	json_t *made = call(
		       "POST", "/schedules",
		       "{\"name\":\"nightly\",\"cron\":\"30 2 * * *\",\"zone\":\"Europe/Berlin\",\"misfire\":\"once\","
		       "\"tags\":[\"night\"],\"priority\":2," REST,
		       201),
	       *found, *list;
	char path[128];

	ck_assert_uint_eq(json_array_size(json_object_get(made, "next_at")), 5);
	ck_assert_str_eq(text_of(made, "misfire"), "once");
	snprintf(path, sizeof path, "/schedules/%s", text_of(made, "id"));
	found = call("GET", path, NULL, 200);
	ck_assert(json_equal(made, found));
	list = call("GET", "/schedules", NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(list, "schedules")), 1);
	json_decref(list);
	json_decref(found);
	json_decref(made);
	json_decref(call("POST", "/schedules", "{\"name\":\"nightly\",\"cron\":\"@daily\"," REST, 409));
	json_decref(call("DELETE", path, NULL, 204));
	json_decref(call("GET", path, NULL, 404));
	json_decref(call("DELETE", path, NULL, 404));
}
END_TEST

static const char *const wrong[] = {
	"{\"cron\":\"@daily\"," REST,
	"{\"name\":\"x\"," REST,
	"{\"name\":\"x\",\"cron\":\"61 * * * *\"," REST,
	"{\"name\":\"x\",\"cron\":\"0 0 30 2 *\"," REST,
	"{\"name\":\"x\",\"cron\":\"@daily\",\"zone\":\"Mars/Olympus\"," REST,
	"{\"name\":\"x\",\"cron\":\"@daily\",\"zone\":\"../../etc/passwd\"," REST,
	"{\"name\":\"x\",\"cron\":\"@daily\",\"misfire\":\"twice\"," REST,
	"{\"name\":\"x\",\"cron\":\"@daily\",\"run_at\":\"2030-01-01T00:00:00Z\"," REST,
	"{\"name\":\"x\",\"cron\":\"@daily\",\"source\":\"out $ sinne 440\"}",
	"{\"name\":\"x\",\"cron\":\"@daily\",\"sourze\":\"\"}",
	"[]",
};

START_TEST(test_what_is_wrong_is_refused)
{
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		json_decref(call("POST", "/schedules", wrong[i], 422));
	json_decref(call("POST", "/schedules", "{", 400));
	json_decref(call("GET", "/schedules/sch_none", NULL, 404));
}
END_TEST

static json_t *jobs(void)
{
	json_t *list = call("GET", "/jobs", NULL, 200), *found = json_incref(json_object_get(list, "jobs"));

	json_decref(list);
	return found;
}

/* With the server down, moves the next time of all schedules into the past. */
static void put_back(int64_t by_ms)
{
	char path[600], sql[128], *message = NULL;
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/phonond.db", server.data_dir);
	snprintf(sql, sizeof sql, "UPDATE schedule SET next_at_ms = %lld",
		 (long long)((int64_t)time(NULL) * 1000 - by_ms));
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
	sqlite3_close(db);
}

static void restart_late_by(int64_t by_ms)
{
	char dir[512];

	snprintf(dir, sizeof dir, "%s", server.data_dir);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	put_back(by_ms);
	service_start(&server, dir, HEADERS("--threads", "1", "--drain-timeout-ms", "100"));
}

static size_t count_jobs_soon(size_t wanted)
{
	size_t n = 0;

	for (int i = 0; i < 200; i++, usleep(10000)) {
		json_t *list = jobs();
		n = json_array_size(list);
		json_decref(list);
		if (wanted && n >= wanted)
			break;
		if (!wanted && i == 30)
			break;
	}
	return n;
}

/* The list of schedules; a job is there a moment before its schedule says so. */
static json_t *wait_for_last_job(void)
{
	for (int i = 0; i < 1000; i++, usleep(10000)) {
		json_t *list = call("GET", "/schedules", NULL, 200);
		if (text_of(json_array_get(json_object_get(list, "schedules"), 0), "last_job")[0])
			return list;
		json_decref(list);
	}
	ck_abort_msg("no schedule has made a job");
	return NULL;
}

START_TEST(test_a_time_that_comes_makes_one_job)
{
	json_t *list, *schedules, *schedule;

	json_decref(call("POST", "/schedules", "{\"name\":\"x\",\"cron\":\"0 0 1 1 *\",\"tags\":[\"new-year\"]," REST,
			 201));
	restart_late_by(1000);
	ck_assert_uint_eq(count_jobs_soon(1), 1);
	list = jobs();
	ck_assert_str_eq(json_string_value(json_array_get(json_object_get(json_array_get(list, 0), "tags"), 0)),
			 "new-year");
	schedules = wait_for_last_job();
	schedule = json_array_get(json_object_get(schedules, "schedules"), 0);
	ck_assert_str_eq(text_of(json_array_get(list, 0), "schedule_id"), text_of(schedule, "id"));
	ck_assert_str_eq(text_of(json_array_get(list, 0), "id"), text_of(schedule, "last_job"));
	ck_assert_str_gt(json_string_value(json_array_get(json_object_get(schedule, "next_at"), 0)),
			 text_of(schedule, "last_at"));
	json_decref(schedules);
	json_decref(list);
}
END_TEST

static const struct {
	const char *misfire;
	size_t n_jobs;
} misfires[] = { { "skip", 0 }, { "once", 1 } };

START_TEST(test_a_time_that_passed_is_made_up_for_once_or_skipped)
{
	char body[256];

	snprintf(body, sizeof body, "{\"name\":\"x\",\"cron\":\"* * * * *\",\"misfire\":\"%s\"," REST,
		 misfires[_i].misfire);
	json_decref(call("POST", "/schedules", body, 201));
	restart_late_by(86400000); /* a day of minutes */
	/* One more may come when a minute begins meanwhile. */
	ck_assert_uint_ge(count_jobs_soon(misfires[_i].n_jobs), misfires[_i].n_jobs);
	ck_assert_uint_le(count_jobs_soon(misfires[_i].n_jobs), misfires[_i].n_jobs + 1);
}
END_TEST

static Suite *schedules_api_suite(void)
{
	Suite *s = suite_create("schedules_api");
	TCase *t = tcase_create("schedules");

	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_a_schedule_is_made_listed_read_and_deleted);
	tcase_add_test(t, test_what_is_wrong_is_refused);
	tcase_add_test(t, test_a_time_that_comes_makes_one_job);
	tcase_add_loop_test(t, test_a_time_that_passed_is_made_up_for_once_or_skipped, 0,
			    sizeof misfires / sizeof misfires[0]);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(schedules_api_suite());
}
