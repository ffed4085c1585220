/* Downloads: ranges, conditions, HEAD. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

static struct service server;
static struct reply whole; /* the file, to compare with */
static char path[128], etag[80];

static void start(void)
{
	const char *id;
	json_t *job;

	service_start(&server, NULL, HEADERS("--threads", "2"));
	id = service_submit(&server, "out $ s \"bd*4, ~ sn\"", "cycles=1&sample_rate=8000");
	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	job = service_wait_job(&server, id);
	json_decref(job);
	whole = service_get(&server, path);
	ck_assert_int_eq(whole.status, 200);
	snprintf(etag, sizeof etag, "%s", reply_header(&whole, "ETag"));
}

static void stop(void)
{
	reply_free(&whole);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

START_TEST(test_a_file_is_described_by_its_headers)
{
	ck_assert_str_eq(reply_header(&whole, "Content-Type"), "audio/wav");
	ck_assert_str_eq(reply_header(&whole, "Accept-Ranges"), "bytes");
	ck_assert_str_eq(reply_header(&whole, "X-Content-Type-Options"), "nosniff");
	ck_assert_ptr_nonnull(strstr(reply_header(&whole, "Repr-Digest"), "sha-256=:"));
	ck_assert_ptr_nonnull(strstr(reply_header(&whole, "Cache-Control"), "immutable"));
	ck_assert_ptr_nonnull(reply_header(&whole, "Last-Modified"));
	ck_assert_ptr_nonnull(strstr(reply_header(&whole, "Content-Disposition"), ".wav"));
	ck_assert(strncmp(etag + 1, hex_digest(whole.body, whole.body_len), 64) == 0);
}
END_TEST

START_TEST(test_head_gives_the_headers_of_get_without_a_body)
{
	struct reply r = service_call(&server, "HEAD", path, NULL, NULL);

	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(r.body_len, 0);
	ck_assert_str_eq(reply_header(&r, "ETag"), etag);
	ck_assert_uint_eq(strtoul(reply_header(&r, "Content-Length"), NULL, 10), whole.body_len);
	reply_free(&r);
}
END_TEST

/* The length of the file is 64044: 16,000 frames of 4 bytes and 44 of header, or whatever the header has. In the table
 * -1 stands for the last byte. */
static const struct {
	const char *range;
	long status, first, last;
} ranges[] = {
	{ "bytes=0-0", 206, 0, 0 },
	{ "bytes=0-43", 206, 0, 43 },
	{ "bytes=100-", 206, 100, -1 },
	{ "bytes=-10", 206, -10, -1 },
	{ "bytes=-99999999", 206, 0, -1 },
	{ "bytes=10-99999999", 206, 10, -1 },
	{ "bytes=10-99999999999999999999999999", 206, 10, -1 },
	{ "bytes=5-2", 200, 0, -1 },
	{ "bytes=", 200, 0, -1 },
	{ "bytes=a-b", 200, 0, -1 },
	{ "bytes=1", 200, 0, -1 },
	{ "items=0-1", 200, 0, -1 },
	{ "bytes=0-,0-,0-", 200, 0, -1 },
	{ "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16,18-18,20-20,22-22,24-24,26-26,28-28,30-30,32-32", 200, 0,
	  -1 },
	{ "bytes=99999999-", 416, 0, 0 },
	{ "bytes=-0", 416, 0, 0 },
};

START_TEST(test_a_range_gives_its_bytes)
{
	char line[256], expected[96];
	struct reply r;
	size_t size = whole.body_len;
	size_t first = (size_t)(ranges[_i].first < 0 ? (long)size + ranges[_i].first : ranges[_i].first);
	size_t last = (size_t)(ranges[_i].last < 0 ? (long)size + ranges[_i].last : ranges[_i].last);

	snprintf(line, sizeof line, "Range: %s", ranges[_i].range);
	r = service_call(&server, "GET", path, NULL, HEADERS(line));
	ck_assert_msg(r.status == ranges[_i].status, "%s: %ld", line, r.status);
	if (r.status == 416) {
		snprintf(expected, sizeof expected, "bytes */%zu", size);
		ck_assert_str_eq(reply_header(&r, "Content-Range"), expected);
	} else {
		ck_assert_msg(r.body_len == last - first + 1, "%s: %zu bytes", line, r.body_len);
		ck_assert_mem_eq(r.body, whole.body + first, r.body_len);
	}
	if (r.status == 206) {
		snprintf(expected, sizeof expected, "bytes %zu-%zu/%zu", first, last, size);
		ck_assert_str_eq(reply_header(&r, "Content-Range"), expected);
	}
	reply_free(&r);
}
END_TEST

START_TEST(test_several_ranges_come_as_parts)
{
	struct reply r = service_call(&server, "GET", path, NULL, HEADERS("Range: bytes=0-3, 8-11, -2"));
	const char *boundary = strstr(reply_header(&r, "Content-Type"), "boundary=");
	char expected[1024];
	int n;

	ck_assert_int_eq(r.status, 206);
	ck_assert_ptr_nonnull(boundary);
	boundary += strlen("boundary=");
	n = snprintf(expected, sizeof expected,
		     "\r\n--%s\r\nContent-Type: audio/wav\r\nContent-Range: bytes 0-3/%zu\r\n\r\nRIFF"
		     "\r\n--%s\r\nContent-Type: audio/wav\r\nContent-Range: bytes 8-11/%zu\r\n\r\nWAVE"
		     "\r\n--%s\r\nContent-Type: audio/wav\r\nContent-Range: bytes %zu-%zu/%zu\r\n\r\n",
		     boundary, whole.body_len, boundary, whole.body_len, boundary, whole.body_len - 2,
		     whole.body_len - 1, whole.body_len);
	ck_assert_uint_gt(r.body_len, (size_t)n);
	ck_assert_mem_eq(r.body, expected, (size_t)n);
	ck_assert_mem_eq(r.body + n, whole.body + whole.body_len - 2, 2);
	ck_assert_ptr_nonnull(strstr(r.body + n + 2, "--\r\n"));
	reply_free(&r);
}
END_TEST

/* %s stands for the file's tag. */
static const struct {
	const char *header, *range;
	long status;
} conditions[] = {
	{ "If-None-Match: %s", NULL, 304 },
	{ "If-None-Match: W/%s", NULL, 304 },
	{ "If-None-Match: \"other\", %s", NULL, 304 },
	{ "If-None-Match: *", NULL, 304 },
	{ "If-None-Match: \"other\"", NULL, 200 },
	{ "If-Match: %s", NULL, 200 },
	{ "If-Match: *", NULL, 200 },
	{ "If-Match: \"other\"", NULL, 412 },
	{ "If-Match: W/%s", NULL, 412 },
	{ "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", NULL, 304 },
	{ "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT", NULL, 200 },
	{ "If-Modified-Since: yesterday", NULL, 200 },
	{ "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT", NULL, 412 },
	{ "If-Range: %s", "Range: bytes=0-3", 206 },
	{ "If-Range: W/%s", "Range: bytes=0-3", 200 },
	{ "If-Range: \"other\"", "Range: bytes=0-3", 200 },
	{ "If-Range: Sat, 01 Jan 2000 00:00:00 GMT", "Range: bytes=0-3", 200 },
	{ "If-None-Match: %s", "Range: bytes=0-3", 304 },
};

START_TEST(test_conditions_are_followed)
{
	const char *tag = strstr(conditions[_i].header, "%s");
	char line[256];
	struct reply r;

	snprintf(line, sizeof line, "%.*s%s", tag ? (int)(tag - conditions[_i].header) : 255, conditions[_i].header,
		 tag ? etag : "");
	r = service_call(&server, "GET", path, NULL, (const char *const[]){ line, conditions[_i].range, NULL });
	ck_assert_msg(r.status == conditions[_i].status, "%s, %s: %ld", line,
		      conditions[_i].range ? conditions[_i].range : "no range", r.status);
	if (r.status == 304)
		ck_assert_str_eq(reply_header(&r, "ETag"), etag);
	reply_free(&r);
}
END_TEST

START_TEST(test_audio_is_not_given_before_the_job_has_ended)
{
	char other[128], cancel[128];
	const char *id = service_submit(&server, slow_program, SLOW_OPTIONS);
	struct reply r;
	json_t *job;

	snprintf(other, sizeof other, "/jobs/%s/audio", id);
	snprintf(cancel, sizeof cancel, "/jobs/%s/cancel", id);
	r = service_get(&server, other);
	ck_assert_int_eq(r.status, 409);
	ck_assert_ptr_nonnull(strstr(r.body, "not_finished"));
	reply_free(&r);
	r = service_post(&server, cancel, "");
	reply_free(&r);
	job = service_wait_job(&server, id);
	json_decref(job);
	r = service_get(&server, other);
	ck_assert_int_eq(r.status, 404);
	ck_assert_ptr_nonnull(strstr(r.body, "no_audio"));
	reply_free(&r);
}
END_TEST

START_TEST(test_an_unacceptable_type_is_refused)
{
	struct reply r = service_call(&server, "GET", path, NULL, HEADERS("Accept: image/png"));

	ck_assert_int_eq(r.status, 406);
	reply_free(&r);
}
END_TEST

static Suite *audio_api_suite(void)
{
	Suite *s = suite_create("audio_api");
	TCase *t = tcase_create("audio");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_test(t, test_a_file_is_described_by_its_headers);
	tcase_add_test(t, test_head_gives_the_headers_of_get_without_a_body);
	tcase_add_loop_test(t, test_a_range_gives_its_bytes, 0, sizeof ranges / sizeof ranges[0]);
	tcase_add_test(t, test_several_ranges_come_as_parts);
	tcase_add_loop_test(t, test_conditions_are_followed, 0, sizeof conditions / sizeof conditions[0]);
	tcase_add_test(t, test_audio_is_not_given_before_the_job_has_ended);
	tcase_add_test(t, test_an_unacceptable_type_is_refused);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(audio_api_suite());
}
