/* What is kept and what is rendered again: Cache-Control, pins, the limit on bytes. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

static struct service server;

/* A file of a second at 44.1 kHz has 176,444 bytes: there is room for two. */
static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "1", "--store-max-bytes", "400000"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* A file of a second; the job's id. */
static const char *render(int seed)
{
	char options[64];
	const char *id;

	snprintf(options, sizeof options, "duration=1&seed=%d", seed);
	id = service_submit(&server, "out $ sine 440", options);
	json_decref(service_wait_job(&server, id));
	return id;
}

static json_t *post(const char *id, const char *what, long status)
{
	char path[128];

	snprintf(path, sizeof path, "/jobs/%s/%s", id, what);
	return service_json(&server, "POST", path, "", NULL, status);
}

static long audio_status(const char *id)
{
	char path[128];
	struct reply r;
	long status;

	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	r = service_get(&server, path);
	status = r.status;
	reply_free(&r);
	return status;
}

/* Of the job's file. */
static void find_file(const char *id, char path[1024])
{
	char url[128];
	json_t *job;

	snprintf(url, sizeof url, "/jobs/%s", id);
	job = service_json(&server, "GET", url, NULL, NULL, 200);
	snprintf(path, 1024, "%s/artifacts/%.2s/%s.wav", server.data_dir, text_of(job, "content_hash"),
		 text_of(job, "content_hash"));
	json_decref(job);
}

/* Looks at the folder: asking for the audio would be a use of it. */
static void await_gone(const char *id)
{
	char path[1024];

	find_file(id, path);
	for (int i = 0; i < 3000 && access(path, F_OK) == 0; i++)
		usleep(10000);
	ck_assert_int_eq(audio_status(id), 410);
}

/* As if the file had been used at another time. */
static void set_used(const char *id, time_t used_s)
{
	const struct timespec times[] = { { .tv_sec = used_s }, { .tv_nsec = UTIME_OMIT } };
	char path[1024];

	find_file(id, path);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

START_TEST(test_no_cache_renders_again)
{
	static const char path[] = "/render?duration=0.5&sample_rate=8000", source[] = "out $ sine 330";
	json_t *first = service_json(&server, "POST", path, source, HEADERS("Prefer: wait=30"), 201);
	json_t *cached = service_json(&server, "POST", path, source, HEADERS("Prefer: wait=30"), 201);
	json_t *fresh = service_json(&server, "POST", path, source,
				     HEADERS("Prefer: wait=30", "Cache-Control: max-age=0, No-Cache"), 201);

	ck_assert(json_is_false(json_object_get(first, "cached")));
	ck_assert(json_is_true(json_object_get(cached, "cached")));
	ck_assert(json_is_false(json_object_get(fresh, "cached")));
	ck_assert_int_eq(json_integer_value(json_object_get(fresh, "attempt")), 1);
	ck_assert_str_eq(text_of(json_object_get(fresh, "result"), "sha256"),
			 text_of(json_object_get(first, "result"), "sha256"));
	json_decref(first);
	json_decref(cached);
	json_decref(fresh);
}
END_TEST

START_TEST(test_the_least_recently_used_goes_when_there_is_no_room)
{
	char a[64], b[64], c[64];

	snprintf(a, sizeof a, "%s", render(1));
	snprintf(b, sizeof b, "%s", render(2));
	set_used(a, 2000);
	set_used(b, 1000);
	snprintf(c, sizeof c, "%s", render(3));
	await_gone(b);
	ck_assert_int_eq(audio_status(a), 200);
	ck_assert_int_eq(audio_status(c), 200);
	/* It is made again when somebody asks for it. */
	ck_assert_str_ne(render(2), b);
}
END_TEST

START_TEST(test_what_is_pinned_stays)
{
	char a[64], b[64], c[64];
	json_t *job;

	snprintf(a, sizeof a, "%s", render(11));
	job = post(a, "pin", 200);
	ck_assert(json_is_true(json_object_get(job, "pinned")));
	json_decref(job);
	snprintf(b, sizeof b, "%s", render(12));
	set_used(a, 1000);
	set_used(b, 2000);
	snprintf(c, sizeof c, "%s", render(13));
	await_gone(b);
	ck_assert_int_eq(audio_status(a), 200);
	ck_assert_int_eq(audio_status(c), 200);
	job = post(a, "unpin", 200);
	ck_assert(json_is_false(json_object_get(job, "pinned")));
	json_decref(job);
	json_decref(post("job_nothing", "pin", 404));
}
END_TEST

START_TEST(test_a_pin_outlives_the_time_of_a_result)
{
	const char *options = "duration=0.1&expires_after=1&seed=";
	char pinned[64], other[64], text[96];

	snprintf(text, sizeof text, "%s21", options);
	snprintf(pinned, sizeof pinned, "%s", service_submit(&server, "out $ sine 440", text));
	json_decref(post(pinned, "pin", 200));
	snprintf(text, sizeof text, "%s22", options);
	snprintf(other, sizeof other, "%s", service_submit(&server, "out $ sine 440", text));
	json_decref(service_wait_job(&server, other));
	await_gone(other);
	ck_assert_int_eq(audio_status(pinned), 200);
	json_decref(post(pinned, "unpin", 200));
	await_gone(pinned);
}
END_TEST

static Suite *keep_suite(void)
{
	Suite *s = suite_create("keep");
	TCase *t = tcase_create("keep");

	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_no_cache_renders_again);
	tcase_add_test(t, test_the_least_recently_used_goes_when_there_is_no_room);
	tcase_add_test(t, test_what_is_pinned_stays);
	tcase_add_test(t, test_a_pin_outlives_the_time_of_a_result);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(keep_suite());
}
