/* Batches over HTTP: bad lines beside good ones, counts, results, the archive, cancel, a client that goes away. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define JSONL HEADERS("Content-Type: application/jsonl")
#define GOOD(id, seed)                                                                                                 \
	"{\"custom_id\":\"" id                                                                                         \
	"\",\"source\":\"out $ s \\\"bd*4\\\"\",\"cycles\":1,\"sample_rate\":8000,\"seed\":" seed "}\n"

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "2", "--drain-timeout-ms", "100"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static json_t *call(const char *method, const char *path, const char *body, const char *const *headers, long status)
{
	return service_json(&server, method, path, body, headers, status);
}

static long count_of(const json_t *batch, const char *name)
{
	return (long)json_integer_value(json_object_get(json_object_get(batch, "request_counts"), name));
}

/* Submits and copies the id. */
static void submit(const char *lines, char path[128])
{
	json_t *batch = call("POST", "/batches", lines, JSONL, 202);

	snprintf(path, 128, "/batches/%s", text_of(batch, "id"));
	json_decref(batch);
}

static json_t *wait_for_state(const char *path, const char *state)
{
	for (int i = 0; i < 6000; i++, usleep(10000)) {
		json_t *batch = call("GET", path, NULL, NULL, 200);
		if (strcmp(text_of(batch, "state"), state) == 0)
			return batch;
		json_decref(batch);
	}
	ck_abort_msg("%s did not become %s", path, state);
	return NULL;
}

static struct reply get_part(const char *path, const char *part)
{
	char whole[160];
	struct reply r;

	snprintf(whole, sizeof whole, "%s/%s", path, part);
	r = service_get(&server, whole);
	ck_assert_int_eq(r.status, 200);
	return r;
}

START_TEST(test_bad_lines_stop_no_good_ones)
{
	static const char lines[] = GOOD(
		"a", "1") "{not json}\n"
			  "\n" GOOD("b", "2") "{\"custom_id\":\"typo\",\"source\":\"out $ sinne 440\"}\r\n"
					      "{\"custom_id\":\"option\",\"source\":\"out $ sine 440\",\"cycles\":-1}\n"
					      "[1,2]\n" GOOD("a", "3") "{\"custom_id\":7,\"source\":\"\"}\n"
								       "{\"source\":\"out $ sine 220\",\"cycles\":1}";
	char path[128], *line, *rest;
	struct reply r;
	json_t *batch;
	int n_jobs = 0, n_errors = 0;

	submit(lines, path);
	batch = wait_for_state(path, "completed");
	ck_assert_int_eq(count_of(batch, "total"), 9);
	ck_assert_int_eq(count_of(batch, "succeeded"), 3);
	ck_assert_int_eq(count_of(batch, "invalid"), 6);
	json_decref(batch);
	r = get_part(path, "results");
	for (line = strtok_r(r.body, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		json_t *j = json_loads(line, 0, NULL), *job = json_object_get(j, "job");
		const json_t *error = json_object_get(j, "error");
		ck_assert_ptr_nonnull(j);
		n_jobs += json_is_object(job);
		n_errors += json_is_object(error);
		if (strcmp(text_of(j, "custom_id"), "typo") == 0) {
			ck_assert_str_eq(text_of(error, "code"), "source_error");
			ck_assert_int_eq(json_integer_value(json_object_get(error, "line")), 5);
			ck_assert_uint_eq(json_array_size(json_object_get(error, "errors")), 1);
		}
		if (json_is_object(job))
			ck_assert_str_eq(text_of(job, "custom_id"), text_of(j, "custom_id"));
		json_decref(j);
	}
	ck_assert_int_eq(n_jobs, 3);
	ck_assert_int_eq(n_errors, 6);
	reply_free(&r);
}
END_TEST

/* Writes bytes to a file and lets tar list them; -1 when it complains. */
static int list_tar(const struct reply *r, const char *dir)
{
	char path[600], command[1400];
	FILE *f;

	snprintf(path, sizeof path, "%s/b.tar", dir);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(r->body, 1, r->body_len, f), r->body_len);
	fclose(f);
	snprintf(command, sizeof command,
		 "cd %s && tar xf b.tar && cat bat_*/manifest.jsonl | while IFS= read -r l; do"
		 " f=$(echo \"$l\" | sed 's/.*\"file\": *\"\\([^\"]*\\)\".*/\\1/');"
		 " s=$(echo \"$l\" | sed 's/.*\"sha256\": *\"\\([^\"]*\\)\".*/\\1/');"
		 " echo \"$s  $f\"; done >sums && test $(wc -l <sums) = 2 && sha256sum --quiet -c sums",
		 dir);
	return run_command(HEADERS("/bin/sh", "-c", command));
}

START_TEST(test_the_archive_holds_every_file_and_a_manifest_with_digests)
{
	char path[128];
	struct reply r;

	submit(GOOD("x", "11") GOOD("y", "12") "{}\n", path);
	json_decref(wait_for_state(path, "completed"));
	r = get_part(path, "audio");
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/x-tar");
	ck_assert_int_eq(list_tar(&r, test_temp_dir()), 0);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_batch_is_canceled_whole)
{
	char path[128], cancel[160];
	json_t *batch;

	json_decref(call("POST", "/queue/pause", "", NULL, 200));
	submit(GOOD("a", "21") GOOD("b", "22") GOOD("c", "23"), path);
	snprintf(cancel, sizeof cancel, "%s/cancel", path);
	batch = call("POST", cancel, "", NULL, 200);
	ck_assert_str_eq(text_of(batch, "state"), "canceled");
	ck_assert_int_eq(count_of(batch, "canceled"), 3);
	json_decref(batch);
	json_decref(call("POST", cancel, "", NULL, 200));
}
END_TEST

START_TEST(test_more_lines_than_one_write_holds)
{
	enum { N = 300 };
	char *lines = malloc(N * 200), path[128];
	size_t at = 0;
	json_t *batch, *list;
	char query[160];

	for (int i = 0; i < N; i++)
		at += (size_t)sprintf(
			lines + at,
			"{\"custom_id\":\"n%d\",\"source\":\"out $ sine 440\",\"duration\":0.01,\"seed\":%d}\n", i, i);
	submit(lines, path);
	batch = wait_for_state(path, "completed");
	ck_assert_int_eq(count_of(batch, "succeeded"), N);
	snprintf(query, sizeof query, "/jobs?limit=200&batch=%s", text_of(batch, "id"));
	list = call("GET", query, NULL, NULL, 200);
	ck_assert_uint_eq(json_array_size(json_object_get(list, "jobs")), 200);
	json_decref(list);
	json_decref(batch);
	free(lines);
}
END_TEST

static const struct {
	const char *method, *path, *body, *header;
	long status;
} refusals[] = {
	{ "POST", "/batches", "{}", "Content-Type: audio/wav", 415 },
	{ "GET", "/batches/bat_nothing", NULL, NULL, 404 },
	{ "GET", "/batches/job_nothing", NULL, NULL, 404 },
	{ "GET", "/batches/bat_nothing/results", NULL, NULL, 404 },
	{ "GET", "/batches/bat_nothing/audio", NULL, NULL, 404 },
	{ "POST", "/batches/bat_nothing/cancel", "", NULL, 404 },
};

START_TEST(test_what_is_refused)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		json_decref(call(refusals[i].method, refusals[i].path, refusals[i].body,
				 refusals[i].header ? HEADERS(refusals[i].header) : NULL, refusals[i].status));
}
END_TEST

START_TEST(test_a_client_that_goes_away_takes_its_batch_back)
{
	static const char head[] = "POST /batches HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonl\r\n"
				   "Content-Length: 100000\r\n\r\n";
	char *request = malloc(100000);
	size_t at = (size_t)sprintf(request, "%s", head);
	json_t *queue;
	int fd;

	json_decref(call("POST", "/queue/pause", "", NULL, 200));
	for (int i = 0; i < 100; i++)
		at += (size_t)sprintf(request + at, "{\"source\":\"out $ sine 440\",\"seed\":%d}\n", i);
	fd = service_connect(&server);
	ck_assert_int_eq(write(fd, request, at), (ssize_t)at);
	for (int i = 0; i < 1000; i++, usleep(10000)) { /* 64 of them have become jobs */
		long n;
		queue = call("GET", "/queue", NULL, NULL, 200);
		n = (long)json_integer_value(json_object_get(queue, "queued"));
		json_decref(queue);
		if (n == 64)
			break;
	}
	close(fd);
	for (int i = 0; i < 1000; i++, usleep(10000)) {
		long n;
		queue = call("GET", "/queue", NULL, NULL, 200);
		n = (long)json_integer_value(json_object_get(queue, "queued"));
		json_decref(queue);
		if (n == 0)
			break;
		ck_assert_int_lt(i, 999);
	}
	free(request);
}
END_TEST

START_TEST(test_batches_are_listed_page_by_page_from_the_newest)
{
	char made[3][128], path[256] = "/batches?limit=2";
	size_t n = 3;

	for (int i = 0; i < 3; i++)
		submit("{}\n", made[i]);
	while (n > 0) {
		json_t *page = call("GET", path, NULL, NULL, 200), *list = json_object_get(page, "batches");
		for (size_t i = 0; i < json_array_size(list) && n > 0; i++) {
			const json_t *b = json_array_get(list, i);
			ck_assert_str_eq(text_of(b, "id"), made[--n] + strlen("/batches/"));
			ck_assert_str_eq(text_of(b, "state"), "completed");
			ck_assert_int_eq(count_of(b, "invalid"), 1);
		}
		if (n > 0)
			snprintf(path, sizeof path, "%s", text_of(page, "next"));
		json_decref(page);
	}
	json_decref(call("GET", "/batches?limit=51", NULL, NULL, 422));
	json_decref(call("GET", "/batches?after=bat_0", NULL, NULL, 400));
	json_decref(call("GET", "/batches?state=open", NULL, NULL, 422));
	/* A cursor of another list. */
	path[0] = '/';
	memmove(path + 1, "jobs", 4);
	memmove(path + 5, path + 8, strlen(path + 8) + 1);
	json_decref(call("GET", path, NULL, NULL, 400));
}
END_TEST

static Suite *batch_api_suite(void)
{
	Suite *s = suite_create("batch_api");
	TCase *t = tcase_create("batches");

	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_batches_are_listed_page_by_page_from_the_newest);
	tcase_add_test(t, test_bad_lines_stop_no_good_ones);
	tcase_add_test(t, test_the_archive_holds_every_file_and_a_manifest_with_digests);
	tcase_add_test(t, test_a_batch_is_canceled_whole);
	tcase_add_test(t, test_more_lines_than_one_write_holds);
	tcase_add_test(t, test_what_is_refused);
	tcase_add_test(t, test_a_client_that_goes_away_takes_its_batch_back);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(batch_api_suite());
}
