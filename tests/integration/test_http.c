/* The protocol: methods, limits, and what attackers send. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/integration/service.h"
#include "tests/lib/test.h"

enum { HEADER_TIMEOUT_MS = 1000, BODY_BYTES_MAX = 100000 };

static struct service server;

static void start(void)
{
	service_start(&server, NULL,
		      HEADERS("--threads", "1", "--header-timeout-ms", "1000", "--body-timeout-ms", "1500",
			      "--max-body", "100000"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static const struct {
	const char *method, *path, *allow;
	long status;
} methods[] = {
	{ "PUT", "/render", "POST", 405 },
	{ "GET", "/render", "POST", 405 },
	{ "POST", "/jobs", "GET", 405 },
	{ "PATCH", "/jobs/job_1", "DELETE", 405 },
	{ "POST", "/jobs/job_1/audio", "HEAD", 405 },
	{ "OPTIONS", "/jobs/job_1", "GET", 204 },
	{ "OPTIONS", "/render", "POST", 204 },
	{ "GET", "/nothing", NULL, 404 },
	{ "GET", "/jobs/job_1", NULL, 404 },
	{ "GET", "/jobs/../version", NULL, 404 },
	{ "GET", "/jobs/%2e%2e", NULL, 404 },
	{ "GET", "/jobs//", NULL, 404 },
	{ "GET", "//jobs", NULL, 404 },
	{ "HEAD", "/version", NULL, 200 },
	{ "HEAD", "/jobs", NULL, 200 },
	{ "GET", "/livez", NULL, 200 },
	{ "GET", "/readyz", NULL, 200 },
	{ "GET", "/problems/not_found", NULL, 200 },
};

START_TEST(test_methods_and_paths)
{
	struct reply r = service_call(&server, methods[_i].method, methods[_i].path, NULL, NULL);

	ck_assert_msg(r.status == methods[_i].status, "%s %s: %ld", methods[_i].method, methods[_i].path, r.status);
	if (methods[_i].allow)
		ck_assert_msg(strstr(reply_header(&r, "Allow"), methods[_i].allow) != NULL, "%s",
			      reply_header(&r, "Allow"));
	ck_assert_ptr_nonnull(reply_header(&r, "X-Request-Id"));
	ck_assert_str_eq(reply_header(&r, "X-Content-Type-Options"), "nosniff");
	reply_free(&r);
}
END_TEST

/* Requests that libcurl would not send, and how the answer must start. */
static const struct {
	const char *name, *request, *expected;
} raw[] = {
	{ "two Content-Lengths", "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
	  "HTTP/1.1 400" },
	{ "the same twice", "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
	  "HTTP/1.1 400" },
	{ "length and coding",
	  "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
	  "GET /version HTTP/1.1\r\nHost: a\r\n\r\n",
	  "HTTP/1.1 400" },
	{ "two Hosts", "GET /version HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "HTTP/1.1 400" },
	{ "no Host", "GET /version HTTP/1.1\r\n\r\n", "HTTP/1.1 400" },
	{ "Host not needed in 1.0", "GET /version HTTP/1.0\r\n\r\n", "HTTP/1.0 200|HTTP/1.1 200" },
	{ "signed length", "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nab", "HTTP/1.1 400" },
	{ "list as length", "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 2, 2\r\n\r\nab", "HTTP/1.1 400" },
	{ "control byte in a value", "GET /version HTTP/1.1\r\nHost: a\r\nX-A: b\001c\r\n\r\n", "HTTP/1.1 400" },
	{ "escaped NUL", "GET /version%00 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
	{ "escaped slash", "GET /jobs%2fjob_1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
	{ "escaped newline", "GET /version%0d%0aX: HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
	{ "bad escape", "GET /version%zz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
	{ "overlong UTF-8", "GET /%c0%ae HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400" },
	{ "absolute form", "GET http://a/version HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200" },
};

START_TEST(test_requests_in_doubt_are_refused_and_the_connection_closed)
{
	uint64_t before = clock_monotonic_ns();
	char *answer = service_raw(&server, raw[_i].request, strlen(raw[_i].request), 2 * HEADER_TIMEOUT_MS);
	bool is_expected =
		strncmp(answer, raw[_i].expected, 12) == 0 ||
		(strchr(raw[_i].expected, '|') && strncmp(answer, strchr(raw[_i].expected, '|') + 1, 12) == 0);

	ck_assert_msg(is_expected, "%s: %.60s", raw[_i].name, answer);
	if (strstr(raw[_i].expected, "400")) {
		ck_assert_msg(strstr(answer, "HTTP/1.1 2") == NULL, "%s: a second answer", raw[_i].name);
		ck_assert_msg((clock_monotonic_ns() - before) / 1000000 < 2 * HEADER_TIMEOUT_MS, "%s: left open",
			      raw[_i].name);
	}
	free(answer);
}
END_TEST

START_TEST(test_a_coding_other_than_chunked_gets_no_success)
{
	static const char request[] =
		"POST /check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
	char *answer = service_raw(&server, request, strlen(request), 2 * HEADER_TIMEOUT_MS);

	ck_assert_msg(!*answer || strncmp(answer, "HTTP/1.1 501", 12) == 0 || strncmp(answer, "HTTP/1.1 400", 12) == 0,
		      "%.60s", answer);
	free(answer);
}
END_TEST

START_TEST(test_an_announced_body_over_the_limit_is_refused_before_it_is_read)
{
	static const char request[] = "POST /render HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n";
	char *answer = service_raw(&server, request, strlen(request), 1000);

	ck_assert_msg(strncmp(answer, "HTTP/1.1 413", 12) == 0, "%.60s", answer);
	free(answer);
}
END_TEST

START_TEST(test_a_chunked_body_is_cut_at_the_limit)
{
	static const char head[] = "POST /render HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
	size_t n_chunks = BODY_BYTES_MAX / 1000 + 20, n = 0;
	char *request = malloc(sizeof head + n_chunks * 1010);
	char *answer;

	n = (size_t)sprintf(request, "%s", head);
	for (size_t i = 0; i < n_chunks; i++) {
		n += (size_t)sprintf(request + n, "3e8\r\n");
		memset(request + n, 'a', 1000);
		n += 1000;
		n += (size_t)sprintf(request + n, "\r\n");
	}
	answer = service_raw(&server, request, n, 3000);
	ck_assert_msg(strncmp(answer, "HTTP/1.1 413", 12) == 0, "%.60s", answer);
	ck_assert_ptr_nonnull(strstr(answer, "payload_too_large"));
	free(request);
	free(answer);
}
END_TEST

START_TEST(test_a_chunked_body_within_the_limit_is_read)
{
	static const char request[] =
		"POST /check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
		"6\r\nout $ \r\n8\r\nsine 440\r\n0\r\n\r\n";
	char *answer = service_raw(&server, request, strlen(request), 3000);

	ck_assert_msg(strncmp(answer, "HTTP/1.1 200", 12) == 0, "%.60s", answer);
	ck_assert_ptr_nonnull(strstr(answer, "\"ok\":true"));
	free(answer);
}
END_TEST

START_TEST(test_headers_and_targets_are_bounded)
{
	size_t n = 100000;
	char *target = malloc(n + 2), *header = malloc(n + 10);
	struct reply r;

	memset(target, 'a', n);
	target[0] = '/';
	target[900] = '\0';
	r = service_get(&server, target);
	ck_assert_int_eq(r.status, 404);
	reply_free(&r);
	memset(header, 'a', n);
	memcpy(header, "X-Long: ", 8);
	header[n] = '\0';
	r = service_call(&server, "GET", "/version", NULL, HEADERS(header));
	ck_assert_int_eq(r.status, 431);
	reply_free(&r);
	free(target);
	free(header);
}
END_TEST

START_TEST(test_a_long_target_is_refused)
{
	size_t n = 100000;
	char *request = malloc(n + 64), *answer;

	memset(request, 'a', n);
	memcpy(request, "GET /", 5);
	strcpy(request + n, " HTTP/1.1\r\nHost: a\r\n\r\n");
	answer = service_raw(&server, request, strlen(request), 2000);
	ck_assert_msg(!*answer || strncmp(answer, "HTTP/1.1 414", 12) == 0, "%.60s", answer);
	free(request);
	free(answer);
}
END_TEST

static const struct {
	const char *path, *type;
	long status;
} bodies[] = {
	{ "/render", "Content-Type: image/png", 415 },
	{ "/check", "Content-Type: multipart/form-data; boundary=x", 415 },
	{ "/check", "Content-Type: application/xml", 415 },
	{ "/check", "Content-Encoding: gzip", 415 },
};

START_TEST(test_bodies_of_other_types_are_refused)
{
	struct reply r = service_call(&server, "POST", bodies[_i].path, "out $ sine 440", HEADERS(bodies[_i].type));

	ck_assert_msg(r.status == bodies[_i].status, "%s: %ld", bodies[_i].type, r.status);
	if (!strstr(bodies[_i].type, "Encoding"))
		ck_assert_ptr_nonnull(strstr(reply_header(&r, "Accept-Post"), "application/json"));
	reply_free(&r);
}
END_TEST

START_TEST(test_a_submission_without_a_body_is_refused)
{
	static const char request[] = "POST /render HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	char *answer = service_raw(&server, request, strlen(request), 2000);

	ck_assert_msg(strncmp(answer, "HTTP/1.1 411", 12) == 0, "%.60s", answer);
	free(answer);
}
END_TEST

START_TEST(test_a_sane_request_id_comes_back_and_others_do_not)
{
	struct reply r = service_call(&server, "GET", "/livez", NULL, HEADERS("X-Request-Id: my-id.7"));

	ck_assert_str_eq(reply_header(&r, "X-Request-Id"), "my-id.7");
	reply_free(&r);
	r = service_call(&server, "GET", "/livez", NULL, HEADERS("X-Request-Id: a b<script>"));
	ck_assert_int_eq(strncmp(reply_header(&r, "X-Request-Id"), "req_", 4), 0);
	reply_free(&r);
}
END_TEST

START_TEST(test_requests_may_be_pipelined)
{
	static const char request[] = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
				      "GET /version HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	char *answer = service_raw(&server, request, strlen(request), 3000);

	ck_assert_ptr_nonnull(strstr(answer, "HTTP/1.1 404"));
	ck_assert_ptr_nonnull(strstr(answer, "engine_version"));
	free(answer);
}
END_TEST

START_TEST(test_the_contract_is_served_in_both_forms)
{
	struct reply json = service_get(&server, "/openapi.json"), yaml = service_get(&server, "/openapi.yaml");
	json_t *j = reply_json(&json);
	size_t len;
	char *file = test_read_file(test_source_path("openapi/openapi.yaml"), &len);

	ck_assert_str_eq(json_string_value(json_object_get(j, "openapi")), "3.1.0");
	ck_assert_uint_eq(yaml.body_len, len);
	ck_assert_mem_eq(yaml.body, file, len);
	free(file);
	json_decref(j);
	reply_free(&json);
	reply_free(&yaml);
}
END_TEST

/* --- Slow clients ----------------------------------------------------------------------------------------- */

/* Sends a piece every 100 ms; true when the server has closed before the time is over. */
static bool is_closed_while_dripping(int fd, const char *piece, int limit_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char block[256];

	for (int waited = 0; waited < limit_ms; waited += 100) {
		if (send(fd, piece, strlen(piece), MSG_NOSIGNAL) < 0)
			return true;
		if (poll(&p, 1, 100) == 1 && recv(fd, block, sizeof block, 0) <= 0)
			return true;
	}
	return false;
}

static const struct {
	const char *name, *begin, *piece;
} drips[] = {
	{ "headers", "GET /version HTTP/1.1\r\nHost: a\r\n", "X-A: b\r\n" },
	{ "request line", "GET /", "a" },
	{ "body", "POST /check HTTP/1.1\r\nHost: a\r\nContent-Length: 10000\r\n\r\n", "a" },
	{ "chunks", "POST /check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\na\r\n" },
	{ "second request", "GET /version HTTP/1.1\r\nHost: a\r\n\r\nGET /version HTTP/1.1\r\n", "X-A: b\r\n" },
};

START_TEST(test_a_slow_client_is_cut_off_and_others_are_served)
{
	int fd = service_connect(&server);
	struct reply r;

	ck_assert_int_gt(send(fd, drips[_i].begin, strlen(drips[_i].begin), MSG_NOSIGNAL), 0);
	r = service_get(&server, "/livez");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	ck_assert_msg(is_closed_while_dripping(fd, drips[_i].piece, 8000), "slow %s", drips[_i].name);
	close(fd);
}
END_TEST

/* What may be kept says so; nothing else may. */
START_TEST(test_every_answer_says_whether_it_may_be_kept)
{
	static const struct {
		const char *path, *cache_control;
	} cases[] = {
		{ "/version", "no-store" },           { "/schedules", "no-store" },
		{ "/nothing", "no-store" },           { "/jobs/job_0/audio", "no-store" },
		{ "/nodes", "public, max-age=3600" }, { "/openapi.json", "public, max-age=3600" },
	};
	char line[128];
	struct reply r;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *found;
		r = service_get(&server, cases[i].path);
		found = reply_header(&r, "Cache-Control");
		ck_assert_msg(found && strcmp(found, cases[i].cache_control) == 0, "%s: %s", cases[i].path, found);
		reply_free(&r);
	}
	r = service_get(&server, "/openapi.yaml");
	snprintf(line, sizeof line, "If-None-Match: %s", reply_header(&r, "ETag"));
	reply_free(&r);
	r = service_call(&server, "GET", "/openapi.yaml", NULL, HEADERS(line));
	ck_assert_int_eq(r.status, 304);
	reply_free(&r);
}
END_TEST

static Suite *http_suite(void)
{
	Suite *s = suite_create("http");
	TCase *t = tcase_create("protocol");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_methods_and_paths, 0, sizeof methods / sizeof methods[0]);
	tcase_add_loop_test(t, test_requests_in_doubt_are_refused_and_the_connection_closed, 0,
			    sizeof raw / sizeof raw[0]);
	tcase_add_test(t, test_every_answer_says_whether_it_may_be_kept);
	tcase_add_test(t, test_a_coding_other_than_chunked_gets_no_success);
	tcase_add_test(t, test_an_announced_body_over_the_limit_is_refused_before_it_is_read);
	tcase_add_test(t, test_a_chunked_body_is_cut_at_the_limit);
	tcase_add_test(t, test_a_chunked_body_within_the_limit_is_read);
	tcase_add_test(t, test_headers_and_targets_are_bounded);
	tcase_add_test(t, test_a_long_target_is_refused);
	tcase_add_loop_test(t, test_bodies_of_other_types_are_refused, 0, sizeof bodies / sizeof bodies[0]);
	tcase_add_test(t, test_a_submission_without_a_body_is_refused);
	tcase_add_test(t, test_a_sane_request_id_comes_back_and_others_do_not);
	tcase_add_test(t, test_requests_may_be_pipelined);
	tcase_add_test(t, test_the_contract_is_served_in_both_forms);
	suite_add_tcase(s, t);
	t = tcase_create("slow clients");
	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_a_slow_client_is_cut_off_and_others_are_served, 0, sizeof drips / sizeof drips[0]);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(http_suite());
}
