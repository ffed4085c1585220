/* Renders that were made before: GET /r/{deflated program}.wav, and POST /jobs/{id}/verify. */
#include <signal.h>
#include <sodium/utils.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const char beat[] = "out $ s \"bd*4, ~ sn\"";

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "2"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* The path of n bytes, in zlib's form or as plain deflate; ending has the options too. malloc'd. */
static char *path_of(const void *text, size_t n, bool is_plain, const char *ending)
{
	size_t max = n + 1000, cap = 2 * max + strlen(ending) + 8;
	uint8_t *deflated = malloc(max);
	z_stream z = {
		.next_in = (Bytef *)(uintptr_t)text, .avail_in = (uInt)n, .next_out = deflated, .avail_out = (uInt)max
	};
	char *path = malloc(cap);

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, is_plain ? -MAX_WBITS : MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
			 Z_OK);
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	strcpy(path, "/r/");
	sodium_bin2base64(path + 3, cap - 3, deflated, max - z.avail_out, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	strcat(path, ending);
	deflateEnd(&z);
	free(deflated);
	return path;
}

static struct reply get(const char *source, const char *ending, const char *const *headers)
{
	char *path = path_of(source, strlen(source), false, ending);
	struct reply r = service_call(&server, "GET", path, NULL, headers);

	free(path);
	return r;
}

static size_t count_jobs(void)
{
	struct reply r = service_get(&server, "/jobs?limit=200");
	json_t *j = reply_json(&r);
	size_t n = json_array_size(json_object_get(j, "jobs"));

	json_decref(j);
	reply_free(&r);
	return n;
}

START_TEST(test_a_url_is_a_render)
{
	struct reply posted =
		service_call(&server, "POST", "/render?cycles=1&sample_rate=8000", beat, HEADERS("Accept: audio/wav"));
	struct reply r = get(beat, ".wav?cycles=1&sample_rate=8000", NULL);

	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/wav");
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Disposition"), "inline"));
	ck_assert(r.body_len == posted.body_len && memcmp(r.body, posted.body, r.body_len) == 0);
	reply_free(&r);
	reply_free(&posted);
}
END_TEST

START_TEST(test_it_is_rendered_once_and_sent_by_ranges_and_conditions)
{
	static const char ending[] = ".wav?cycles=2&sample_rate=8000&seed=7";
	struct reply whole = get(beat, ending, NULL), r;
	size_t n_jobs = count_jobs();
	char match[120];

	ck_assert_int_eq(whole.status, 200);
	r = get(beat, ending, HEADERS("Range: bytes=100-199"));
	ck_assert_int_eq(r.status, 206);
	ck_assert(r.body_len == 100 && memcmp(r.body, whole.body + 100, 100) == 0);
	reply_free(&r);
	snprintf(match, sizeof match, "If-None-Match: %s", reply_header(&whole, "ETag"));
	r = get(beat, ending, HEADERS(match));
	ck_assert_int_eq(r.status, 304);
	reply_free(&r);
	ck_assert_uint_eq(count_jobs(), n_jobs);
	reply_free(&whole);
}
END_TEST

START_TEST(test_the_ending_is_the_format)
{
	struct reply r = get(beat, ".flac?cycles=1", NULL);

	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/flac");
	ck_assert_mem_eq(r.body, "fLaC", 4);
	reply_free(&r);
	r = get(beat, ".flac?cycles=1&format=wav", NULL);
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
}
END_TEST

START_TEST(test_plain_deflate_is_read_too)
{
	char *path = path_of(beat, strlen(beat), true, ".wav?cycles=1&sample_rate=8000");
	struct reply r = service_get(&server, path);

	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	free(path);
}
END_TEST

START_TEST(test_a_program_of_the_largest_size_is_read_and_no_larger_one)
{
	enum { MOST = 256 * 1024 };
	char *text = malloc(40 * MOST), *path;
	struct reply r;

	memset(text, ' ', 40 * MOST);
	memcpy(text, beat, strlen(beat));
	path = path_of(text, MOST, false, ".wav?cycles=1&sample_rate=8000");
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	free(path);
	path = path_of(text, MOST + 1, false, ".wav?cycles=1&sample_rate=8000");
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 422);
	ck_assert_ptr_nonnull(strstr(r.body, "too_large"));
	reply_free(&r);
	free(path);
	path = path_of(text, 40 * MOST, false, ".wav"); /* a bomb: 10 MiB in 10 KiB */
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 422);
	ck_assert_ptr_nonnull(strstr(r.body, "too_large"));
	reply_free(&r);
	free(path);
	free(text);
}
END_TEST

static const struct {
	const char *path, *code;
} wrong[] = {
	{ "/r/abc", "invalid" },
	{ "/r/abc.mp3", "invalid" },
	{ "/r/.wav", "invalid" },
	{ "/r/a.wav", "invalid" },
	{ "/r/eJwDAAAAAAE.flac.wav", "invalid" },
	{ "/r/AAAA.wav", "invalid" },
	{ "/r/eJxLTA.wav", "invalid" }, /* cut */
};

START_TEST(test_what_is_no_program_is_refused)
{
	struct reply r = service_get(&server, wrong[_i].path);
	json_t *j = reply_json(&r);

	ck_assert_msg(r.status == 422, "%s: %ld", wrong[_i].path, r.status);
	ck_assert_str_eq(json_string_value(json_object_get(j, "code")), wrong[_i].code);
	json_decref(j);
	reply_free(&r);
}
END_TEST

START_TEST(test_errors_and_long_renders_say_so)
{
	struct reply r = get("out $ sinne 440", ".wav", NULL);

	ck_assert_int_eq(r.status, 422);
	ck_assert_ptr_nonnull(strstr(r.body, "sinne"));
	reply_free(&r);
	r = get(slow_program, ".wav?" SLOW_OPTIONS, NULL);
	ck_assert_int_eq(r.status, 422);
	ck_assert_ptr_nonnull(strstr(r.body, "POST /render"));
	reply_free(&r);
	r = get(beat, ".wav?cycles=1&run_at=2999-01-01T00:00:00Z", NULL);
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
	r = get(beat, ".wav?cycels=1", NULL);
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
}
END_TEST

/* --- POST /jobs/{id}/verify: the other way to ask for a render that was made --- */

START_TEST(test_a_job_is_verified_by_another_render)
{
	const char *id = service_submit(&server, beat, "cycles=1&sample_rate=8000&seed=99&stems=true");
	json_t *first = service_wait_job(&server, id), *second;
	char path[128];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/verify", id);
	r = service_call(&server, "POST", path, "", HEADERS("Prefer: wait=20"));
	ck_assert_msg(r.status == 201, "%ld %s", r.status, r.body);
	second = reply_json(&r);
	ck_assert_str_eq(json_string_value(json_object_get(second, "state")), "succeeded");
	ck_assert(json_is_false(json_object_get(second, "cached")));
	ck_assert_str_ne(json_string_value(json_object_get(second, "id")), id);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(second, "options"), "verify_sha256")),
			 json_string_value(json_object_get(json_object_get(first, "result"), "sha256")));
	json_decref(first);
	json_decref(second);
	reply_free(&r);
	r = service_post(&server, "/render?verify_sha256=00", beat);
	ck_assert_int_eq(r.status, 422); /* not for clients */
	reply_free(&r);
}
END_TEST

START_TEST(test_only_a_job_that_succeeded_is_verified)
{
	const char *id = service_submit(&server, beat, "cycles=1&run_at=2999-01-01T00:00:00Z");
	char path[128];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/verify", id);
	r = service_post(&server, path, "");
	ck_assert_int_eq(r.status, 409);
	reply_free(&r);
	r = service_post(&server, "/jobs/job_0000000000000000000000/verify", "");
	ck_assert_int_eq(r.status, 404);
	reply_free(&r);
}
END_TEST

/* The row says what the file was not, as a disk or a program that went wrong would have it. */
START_TEST(test_a_render_that_differs_fails_and_says_both_digests)
{
	const char *id = service_submit(&server, beat, "cycles=1&sample_rate=8000&seed=98");
	struct service s = server;
	char path[600];
	struct reply r;
	json_t *job;
	sqlite3 *db;

	json_decref(service_wait_job(&server, id));
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	snprintf(path, sizeof path, "%s/phonond.db", s.data_dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, "UPDATE job SET sha256 = zeroblob(32)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	service_start(&server, s.data_dir, HEADERS("--threads", "2"));
	snprintf(path, sizeof path, "/jobs/%s/verify", id);
	r = service_call(&server, "POST", path, "", HEADERS("Prefer: wait=20"));
	job = reply_json(&r);
	ck_assert_str_eq(json_string_value(json_object_get(job, "state")), "failed");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(job, "error"), "code")), "corrupt");
	ck_assert_ptr_nonnull(strstr(r.body, "has 0000000000000000"));
	json_decref(job);
	reply_free(&r);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("embed_api");
	TCase *t = tcase_create("embed"), *last = tcase_create("last");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_a_url_is_a_render);
	tcase_add_test(t, test_it_is_rendered_once_and_sent_by_ranges_and_conditions);
	tcase_add_test(t, test_the_ending_is_the_format);
	tcase_add_test(t, test_plain_deflate_is_read_too);
	tcase_add_test(t, test_a_program_of_the_largest_size_is_read_and_no_larger_one);
	tcase_add_loop_test(t, test_what_is_no_program_is_refused, 0, sizeof wrong / sizeof wrong[0]);
	tcase_add_test(t, test_errors_and_long_renders_say_so);
	tcase_add_test(t, test_a_job_is_verified_by_another_render);
	tcase_add_test(t, test_only_a_job_that_succeeded_is_verified);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(last, start, stop);
	tcase_set_timeout(last, 60);
	tcase_add_test(last, test_a_render_that_differs_fails_and_says_both_digests);
	suite_add_tcase(s, last);
	return test_run(s);
}
