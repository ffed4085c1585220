/* Keys, scopes, limits: who gets in, and what of others they see. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/keys.h"
#include "tests/lib/test.h"

#define BEAT "out $ s \"bd\"\n"
#define SHORT "/render?cycles=1&sample_rate=8000"

static struct service server;
static char admin[128], alice[128], bob[128], reader[128];

static void copy(char out[128], const char *line)
{
	snprintf(out, 128, "%s", line);
}

static void start(void)
{
	service_start(&server, NULL,
		      HEADERS("--threads", "1", "--jobs", "1", "--short-jobs", "0", "--drain-timeout-ms", "100"));
	copy(admin, keys_create(server.data_dir, HEADERS("--scopes=admin", "--name=root")));
	copy(alice, keys_create(server.data_dir, HEADERS("--name=alice")));
	copy(bob, keys_create(server.data_dir, HEADERS("--name=bob")));
	copy(reader, keys_create(server.data_dir, HEADERS("--scopes=read")));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* Submits as the key and returns the job's id. */
static const char *submit(const char *key, const char *source, const char *path)
{
	static char id[64];
	struct reply r = service_call(&server, "POST", path, source, HEADERS(key));
	json_t *job = reply_json(&r);

	ck_assert_msg(r.status == 201 || r.status == 202, "%ld: %s", r.status, r.body);
	snprintf(id, sizeof id, "%s", json_string_value(json_object_get(job, "id")));
	json_decref(job);
	reply_free(&r);
	return id;
}

START_TEST(test_without_a_key_only_public_resources_answer)
{
	static const struct {
		const char *method, *path;
		long status;
	} calls[] = {
		{ "GET", "/livez", 200 },         { "GET", "/readyz", 200 },  { "GET", "/version", 200 },
		{ "GET", "/openapi.json", 200 },  { "GET", "/nodes", 200 },   { "GET", "/problems/unauthorized", 200 },
		{ "GET", "/jobs", 401 },          { "GET", "/usage", 401 },   { "GET", "/jobs/job_1", 401 },
		{ "DELETE", "/jobs/job_1", 401 }, { "POST", "/render", 401 }, { "POST", "/check", 401 },
	};

	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		const char *body = strcmp(calls[i].method, "POST") == 0 ? BEAT : NULL;
		struct reply r = service_call(&server, calls[i].method, calls[i].path, body, NULL);
		ck_assert_msg(r.status == calls[i].status, "%s %s: %ld", calls[i].method, calls[i].path, r.status);
		if (r.status == 401)
			ck_assert_ptr_nonnull(strstr(reply_header(&r, "WWW-Authenticate"), "Bearer"));
		reply_free(&r);
	}
}
END_TEST

START_TEST(test_wrong_keys_get_the_same_answer_whatever_is_wrong)
{
	char mistyped[128], wrong_secret[128], unknown_id[128];
	const char *bad[] = { mistyped, wrong_secret, unknown_id, "Authorization: Bearer x", "Authorization: Bearer " };
	char *first = NULL;

	copy(mistyped, alice);
	mistyped[50] = mistyped[50] == 'x' ? 'y' : 'x';
	/* The secret of one key under the id of another; its checksum is wrong too, which nobody may tell. */
	copy(wrong_secret, alice);
	memcpy(strstr(wrong_secret, "phk_") + 4, keys_id(bob), 12);
	copy(unknown_id, "Authorization: Bearer phk_000000000000_0000000000000000000000000000000000000000000000000");
	for (size_t i = 0; i < 3; i++) {
		struct reply r = service_call(&server, "GET", "/jobs", NULL, HEADERS(bad[i]));
		json_t *problem = reply_json(&r);
		ck_assert_int_eq(r.status, 401);
		json_object_del(problem, "request_id");
		char *text = json_dumps(problem, JSON_SORT_KEYS);
		if (first)
			ck_assert_str_eq(text, first);
		else
			first = strdup(text);
		free(text);
		json_decref(problem);
		reply_free(&r);
	}
	free(first);
	ck_assert_int_eq(call_status(&server, "GET", "/jobs", NULL, HEADERS(bad[3])), 401);
}
END_TEST

START_TEST(test_guessing_keys_is_slowed_down_for_the_address)
{
	char key[128];
	struct reply r;
	long status = 401;

	start();
	copy(key, keys_create(server.data_dir, NULL));
	for (int i = 0; i < 25 && status == 401; i++)
		status = call_status(&server, "GET", "/jobs", NULL, HEADERS("Authorization: Bearer phk_x"));
	ck_assert_int_eq(status, 429);
	r = service_call(&server, "GET", "/jobs", NULL, HEADERS("Authorization: Bearer phk_x"));
	ck_assert_int_eq(r.status, 429);
	ck_assert_int_gt(atoi(reply_header(&r, "Retry-After")), 0);
	reply_free(&r);
	/* Others may come from the same address. */
	ck_assert_int_eq(call_status(&server, "GET", "/jobs", NULL, HEADERS(key)), 200);
	ck_assert_int_eq(call_status(&server, "GET", "/livez", NULL, NULL), 200);
	stop();
}
END_TEST

START_TEST(test_a_scope_that_is_missing_is_named)
{
	struct reply r = service_call(&server, "POST", SHORT, BEAT, HEADERS(reader));
	json_t *problem = reply_json(&r);

	ck_assert_int_eq(r.status, 403);
	ck_assert_str_eq(json_string_value(json_object_get(problem, "code")), "forbidden");
	ck_assert_ptr_nonnull(strstr(json_string_value(json_object_get(problem, "detail")), "render"));
	json_decref(problem);
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "POST", "/check", BEAT, HEADERS(reader)), 200);
	ck_assert_int_eq(call_status(&server, "GET", "/jobs", NULL, HEADERS(reader)), 200);
}
END_TEST

static size_t count_jobs(const char *key)
{
	struct reply r = service_call(&server, "GET", "/jobs", NULL, HEADERS(key));
	json_t *list = reply_json(&r);
	size_t n = json_array_size(json_object_get(list, "jobs"));

	json_decref(list);
	reply_free(&r);
	return n;
}

START_TEST(test_a_key_sees_only_its_own_jobs_and_admin_sees_all)
{
	char path[128], cancel[160], audio[160];
	const char *paths[] = { path, audio };
	size_t n_all = count_jobs(admin), n_alice = count_jobs(alice), n_bob = count_jobs(bob);

	snprintf(path, sizeof path, "/jobs/%s", submit(alice, BEAT, SHORT));
	snprintf(cancel, sizeof cancel, "%s/cancel", path);
	snprintf(audio, sizeof audio, "%s/audio", path);
	ck_assert_int_eq(call_status(&server, "GET", path, NULL, HEADERS(alice)), 200);
	ck_assert_int_eq(call_status(&server, "GET", path, NULL, HEADERS(admin)), 200);
	for (size_t i = 0; i < 2; i++)
		ck_assert_int_eq(call_status(&server, "GET", paths[i], NULL, HEADERS(bob)), 404);
	ck_assert_int_eq(call_status(&server, "DELETE", path, NULL, HEADERS(bob)), 404);
	ck_assert_int_eq(call_status(&server, "POST", cancel, "", HEADERS(bob)), 404);
	ck_assert_uint_eq(count_jobs(alice), n_alice + 1);
	ck_assert_uint_eq(count_jobs(bob), n_bob);
	ck_assert_uint_eq(count_jobs(admin), n_all + 1);
}
END_TEST

START_TEST(test_keys_change_while_the_server_runs)
{
	char carol[128], dave[128], old[128];
	const char *dir = server.data_dir;
	int status;

	copy(carol, keys_create(dir, NULL));
	copy(dave, keys_create(dir, NULL));
	ck_assert_int_eq(call_status(&server, "GET", "/usage", NULL, HEADERS(carol)), 200);
	copy(old, carol);
	char *text = phonond_run(HEADERS("keys", "rotate", "--data", dir, "--grace", "1000", keys_id(carol)), &status);
	ck_assert_int_eq(status, 0);
	snprintf(carol, sizeof carol, "Authorization: Bearer %.*s", (int)strcspn(text, "\n"), text);
	free(text);
	ck_assert_str_ne(old, carol);
	ck_assert_int_eq(call_status(&server, "GET", "/usage", NULL, HEADERS(carol)), 200);
	ck_assert_int_eq(call_status(&server, "GET", "/usage", NULL, HEADERS(old)), 200);
	free(phonond_run(HEADERS("keys", "rotate", "--data", dir, keys_id(carol)), &status));
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(call_status(&server, "GET", "/usage", NULL, HEADERS(carol)), 401);
	free(phonond_run(HEADERS("keys", "revoke", "--data", dir, keys_id(dave)), &status));
	ck_assert_int_eq(status, 0);
	ck_assert_int_eq(call_status(&server, "GET", "/usage", NULL, HEADERS(dave)), 401);
	text = phonond_run(HEADERS("keys", "list", "--data", dir), &status);
	ck_assert_ptr_nonnull(strstr(text, "revoked"));
	ck_assert_ptr_null(strstr(text, "phk_"));
	free(text);
}
END_TEST

/* --- limits --- */

static void assert_refused(const char *key, const char *source, const char *path, const char *code)
{
	struct reply r = service_call(&server, "POST", path, source, HEADERS(key));
	json_t *problem = reply_json(&r);

	ck_assert_msg(r.status == 429, "%ld: %s", r.status, r.body);
	ck_assert_str_eq(json_string_value(json_object_get(problem, "code")), code);
	ck_assert_ptr_nonnull(reply_header(&r, "Retry-After"));
	json_decref(problem);
	reply_free(&r);
}

START_TEST(test_submissions_per_minute_are_limited_and_announced)
{
	char key[128];
	struct reply r;

	copy(key, keys_create(server.data_dir, HEADERS("--jobs-per-minute=2")));
	r = service_call(&server, "POST", SHORT, BEAT, HEADERS(key));
	ck_assert_str_eq(reply_header(&r, "RateLimit-Policy"), "\"jobs\";q=2;w=60");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "RateLimit"), "\"jobs\";r=1;t="));
	reply_free(&r);
	submit(key, BEAT, SHORT);
	assert_refused(key, BEAT, SHORT, "rate_limited");
	/* Nobody else is. */
	submit(alice, BEAT, SHORT);
}
END_TEST

START_TEST(test_waiting_jobs_are_limited_per_key)
{
	char key[128], cancel[128];

	snprintf(cancel, sizeof cancel, "/jobs/%s/cancel", submit(admin, slow_program, "/render?" SLOW_OPTIONS));
	copy(key, keys_create(server.data_dir, HEADERS("--max-queued=2")));
	submit(key, "out $ sine 1\n", SHORT);
	submit(key, "out $ sine 2\n", SHORT);
	assert_refused(key, "out $ sine 3\n", SHORT, "quota_exceeded");
	submit(alice, "out $ sine 4\n", SHORT);
	ck_assert_int_eq(call_status(&server, "POST", cancel, "", HEADERS(admin)), 200);
}
END_TEST

START_TEST(test_seconds_of_audio_per_day_are_limited)
{
	char key[128];
	struct reply r;
	json_t *usage;

	copy(key, keys_create(server.data_dir, HEADERS("--audio-per-day=10")));
	submit(key, "out $ sine 1\n", "/render?duration=8&sample_rate=8000");
	assert_refused(key, "out $ sine 2\n", "/render?duration=3&sample_rate=8000", "quota_exceeded");
	submit(key, "out $ sine 3\n", "/render?duration=1&sample_rate=8000");
	r = service_call(&server, "GET", "/usage", NULL, HEADERS(key));
	usage = reply_json(&r);
	ck_assert_double_eq(json_number_value(json_object_get(json_object_get(usage, "usage"), "audio_seconds_today")),
			    9);
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(usage, "limits"), "audio_seconds_per_day")),
			 10);
	json_decref(usage);
	reply_free(&r);
}
END_TEST

START_TEST(test_bytes_of_files_are_limited_and_given_back)
{
	char key[128], path[96];
	struct reply r;

	copy(key, keys_create(server.data_dir, HEADERS("--max-bytes=1000")));
	r = service_call(&server, "POST", SHORT, "out $ sine 5\n", HEADERS(key, "Prefer: wait=30"));
	ck_assert_int_eq(r.status, 201);
	json_t *job = reply_json(&r);
	snprintf(path, sizeof path, "/jobs/%s", json_string_value(json_object_get(job, "id")));
	json_decref(job);
	reply_free(&r);
	assert_refused(key, "out $ sine 6\n", SHORT, "quota_exceeded");
	ck_assert_int_eq(call_status(&server, "DELETE", path, NULL, HEADERS(key)), 204);
	submit(key, "out $ sine 7\n", SHORT);
}
END_TEST

/* --- links --- */

START_TEST(test_a_link_lets_in_without_a_key_until_it_expires)
{
	char path[160], url[256], other[256], *mark;
	struct reply r;
	json_t *link;

	r = service_call(&server, "POST", SHORT, "out $ sine 8\n", HEADERS(alice, "Prefer: wait=30"));
	link = reply_json(&r);
	snprintf(path, sizeof path, "/jobs/%s/link", json_string_value(json_object_get(link, "id")));
	json_decref(link);
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "POST", path, "{}", HEADERS(bob)), 404);
	ck_assert_int_eq(call_status(&server, "POST", path, "{\"ttl\": 0}", HEADERS(alice)), 422);
	r = service_call(&server, "POST", path, "{\"ttl\": 1}", HEADERS(alice));
	ck_assert_int_eq(r.status, 201);
	link = reply_json(&r);
	snprintf(url, sizeof url, "%s", json_string_value(json_object_get(link, "url")));
	json_decref(link);
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "GET", url, NULL, NULL), 200);
	ck_assert_int_eq(call_status(&server, "GET", url, NULL, HEADERS("Range: bytes=0-9")), 206);
	/* It is good for this and nothing else. */
	mark = strstr(url, "/audio?");
	snprintf(other, sizeof other, "%.*s%s", (int)(mark - url), url, mark + strlen("/audio"));
	ck_assert_int_eq(call_status(&server, "GET", other, NULL, NULL), 401);
	snprintf(other, sizeof other, "%s", url);
	mark = strstr(other, "expires=") + strlen("expires=");
	*mark = *mark == '9' ? '8' : '9';
	ck_assert_int_eq(call_status(&server, "GET", other, NULL, NULL), 403);
	snprintf(other, sizeof other, "%s", url);
	other[strlen(other) - 2] ^= 1;
	ck_assert_int_eq(call_status(&server, "GET", other, NULL, NULL), 403);
	usleep(2100000);
	ck_assert_int_eq(call_status(&server, "GET", url, NULL, NULL), 403);
}
END_TEST

START_TEST(test_the_secret_of_links_is_for_the_owner_only)
{
	char path[600];
	struct stat st;

	snprintf(path, sizeof path, "%s/link.key", server.data_dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_eq(st.st_size, 32);
}
END_TEST

/* --- pages of other origins --- */

#define PAGE "Origin: https://page.example"

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static bool is_origin_allowed(const struct service *s, const char *origin)
{
	struct reply r = service_call(s, "GET", "/version", NULL, HEADERS(origin));
	bool is_allowed = reply_header(&r, "Access-Control-Allow-Origin") != NULL;

	reply_free(&r);
	return is_allowed;
}

START_TEST(test_listed_origins_get_the_headers_and_others_none)
{
	struct service s;
	struct reply r;

	service_start(&s, NULL, HEADERS("--threads", "1", "--cors-origins", "https://a.example,https://page.example"));
	r = service_call(
		&s, "OPTIONS", "/render", NULL,
		HEADERS(PAGE, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: authorization"));
	ck_assert_int_eq(r.status, 204);
	ck_assert_str_eq(reply_header(&r, "Access-Control-Allow-Origin"), "https://page.example");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Access-Control-Allow-Methods"), "POST"));
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Access-Control-Allow-Headers"), "Authorization"));
	ck_assert_str_eq(reply_header(&r, "Access-Control-Max-Age"), "86400");
	reply_free(&r);
	/* Failures need them too, or the page cannot read what went wrong. */
	r = service_call(&s, "GET", "/jobs/job_1", NULL, HEADERS(PAGE));
	ck_assert_int_eq(r.status, 404);
	ck_assert_str_eq(reply_header(&r, "Access-Control-Allow-Origin"), "https://page.example");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Access-Control-Expose-Headers"), "Repr-Digest"));
	reply_free(&r);
	r = service_call(&s, "GET", "/version", NULL, HEADERS("Origin: https://page.example.evil"));
	ck_assert_ptr_null(reply_header(&r, "Access-Control-Allow-Origin"));
	ck_assert_str_eq(reply_header(&r, "Vary"), "Origin");
	reply_free(&r);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
}
END_TEST

START_TEST(test_without_a_list_there_are_no_cors_headers)
{
	struct reply r = service_call(&server, "GET", "/version", NULL, HEADERS(PAGE));

	ck_assert_ptr_null(strstr(r.headers, "Access-Control"));
	ck_assert_ptr_null(reply_header(&r, "Vary"));
	reply_free(&r);
}
END_TEST

START_TEST(test_sighup_takes_over_what_may_change_and_nothing_when_there_is_a_mistake)
{
	const char *dir = test_temp_dir();
	char path[600];
	struct service s;
	struct reply r;

	snprintf(path, sizeof path, "%s/phonond.conf", dir);
	write_file(path, "cors_origins = https://old.example\n");
	service_start(&s, NULL, HEADERS("--threads", "1", "--config", path));
	ck_assert(is_origin_allowed(&s, "Origin: https://old.example"));
	write_file(path, "cors_origins = https://page.example\n");
	kill(s.pid, SIGHUP);
	for (int i = 0; i < 500 && !is_origin_allowed(&s, PAGE); i++)
		usleep(10000);
	ck_assert(is_origin_allowed(&s, PAGE));
	ck_assert(!is_origin_allowed(&s, "Origin: https://old.example"));
	write_file(path, "cors_origins = https://old.example\nnonsense = 1\n");
	kill(s.pid, SIGHUP);
	usleep(100000);
	ck_assert(is_origin_allowed(&s, PAGE));
	r = service_get(&s, "/livez");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
}
END_TEST

/* --- starting --- */

START_TEST(test_a_server_for_others_wants_keys)
{
	const char *dir = test_temp_dir();
	int status;

	free(phonond_run(HEADERS("serve", "--listen", "0.0.0.0", "--port", "0", "--data", dir), &status));
	ck_assert_int_eq(status, 64);
	free(phonond_run(HEADERS("serve", "--listen=0.0.0.0:99999"), &status));
	ck_assert_int_eq(status, 64);
}
END_TEST

START_TEST(test_without_any_key_loopback_is_open_until_the_first_is_made)
{
	struct service open;
	long status = 200;

	service_start(&open, NULL, HEADERS("--threads", "1"));
	ck_assert_int_eq(call_status(&open, "GET", "/jobs", NULL, NULL), 200);
	keys_create(open.data_dir, NULL);
	for (int i = 0; status == 200 && i < 300; i++) {
		usleep(10000);
		status = call_status(&open, "GET", "/jobs", NULL, NULL);
	}
	ck_assert_int_eq(status, 401);
	ck_assert_int_eq(service_stop(&open, SIGTERM), 0);
}
END_TEST

static Suite *access_suite(void)
{
	Suite *s = suite_create("access");
	TCase *t = tcase_create("keys");

	tcase_add_unchecked_fixture(t, start, stop); /* one server for all: no test takes away what another needs */
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_without_a_key_only_public_resources_answer);
	tcase_add_test(t, test_wrong_keys_get_the_same_answer_whatever_is_wrong);
	tcase_add_test(t, test_a_scope_that_is_missing_is_named);
	tcase_add_test(t, test_a_key_sees_only_its_own_jobs_and_admin_sees_all);
	tcase_add_test(t, test_keys_change_while_the_server_runs);
	tcase_add_test(t, test_submissions_per_minute_are_limited_and_announced);
	tcase_add_test(t, test_waiting_jobs_are_limited_per_key);
	tcase_add_test(t, test_seconds_of_audio_per_day_are_limited);
	tcase_add_test(t, test_bytes_of_files_are_limited_and_given_back);
	tcase_add_test(t, test_a_link_lets_in_without_a_key_until_it_expires);
	tcase_add_test(t, test_the_secret_of_links_is_for_the_owner_only);
	tcase_add_test(t, test_without_a_list_there_are_no_cors_headers);
	suite_add_tcase(s, t);
	t = tcase_create("starting");
	tcase_add_test(t, test_listed_origins_get_the_headers_and_others_none);
	tcase_add_test(t, test_sighup_takes_over_what_may_change_and_nothing_when_there_is_a_mistake);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_guessing_keys_is_slowed_down_for_the_address);
	tcase_add_test(t, test_a_server_for_others_wants_keys);
	tcase_add_test(t, test_without_any_key_loopback_is_open_until_the_first_is_made);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(access_suite());
}
