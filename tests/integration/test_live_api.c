/* Listening while a job renders: over sockets, since what matters is when bytes come and how a stream ends. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

enum { PATIENCE_MS = 60000 };

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "1", "--jobs", "1", "--short-jobs", "0"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* Some seconds of work for one thread; every call is another content, also those of other tests. */
static const char *submit_slow(double seconds)
{
	unsigned long long now = clock_monotonic_ns() / 1000;
	char options[96];

	snprintf(options, sizeof options, "duration=%g&channels=1&seed=%llu",
		 test_is_sanitized() ? seconds / 10 : seconds, now);
	return service_submit(&server, slow_program, options);
}

static const char *state_of(const char *id)
{
	static char state[32];
	char path[128];
	struct reply r;
	json_t *j;

	snprintf(path, sizeof path, "/jobs/%s", id);
	r = service_get(&server, path);
	j = reply_json(&r);
	snprintf(state, sizeof state, "%s", json_string_value(json_object_get(j, "state")));
	json_decref(j);
	reply_free(&r);
	return state;
}

static void cancel(const char *id)
{
	char path[128];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/cancel", id);
	r = service_post(&server, path, "");
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
}

static double metric(const char *name)
{
	struct reply r = service_get(&server, "/metrics");
	const char *line = strstr(r.body, name);
	double value;

	while (line && strncmp(line - 1, "\n", 1) != 0)
		line = strstr(line + 1, name);
	ck_assert_ptr_nonnull(line);
	value = strtod(line + strlen(name), NULL);
	reply_free(&r);
	return value;
}

/* --- A listener ------------------------------------------------------------------------------------------- */

enum ending { OPEN, CLEAN, CUT };

struct listener {
	int fd;
	struct buf raw;  /* as it came */
	size_t at;       /* of raw: what is decoded */
	struct buf body; /* without the framing */
	bool has_head;
	enum ending ending;
};

static void listener_open(struct listener *l, const char *id)
{
	char request[256];

	*l = (struct listener){ .fd = service_connect(&server) };
	snprintf(request, sizeof request, "GET /jobs/%s/audio?live=1 HTTP/1.1\r\nHost: a\r\n\r\n", id);
	ck_assert_int_eq(send(l->fd, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
}

static void listener_close(struct listener *l)
{
	close(l->fd);
	buf_fini(&l->raw);
	buf_fini(&l->body);
}

static bool take_head(struct listener *l)
{
	char *end;

	if (l->has_head)
		return true;
	ck_assert_int_eq(buf_append(&l->raw, "", 1), 0);
	l->raw.len--;
	end = strstr(l->raw.data, "\r\n\r\n");
	if (!end)
		return false;
	ck_assert_int_eq(strncmp(l->raw.data, "HTTP/1.1 200 ", 13), 0);
	ck_assert_ptr_nonnull(strcasestr(l->raw.data, "transfer-encoding: chunked"));
	ck_assert_ptr_nonnull(strcasestr(l->raw.data, "content-type: audio/wav"));
	l->at = (size_t)(end + 4 - l->raw.data);
	l->has_head = true;
	return true;
}

/* One chunk that is there as a whole; false: there is none. */
static bool take_chunk(struct listener *l)
{
	const char *line = l->raw.data + l->at, *end = memmem(line, l->raw.len - l->at, "\r\n", 2);
	size_t n = end ? strtoul(line, NULL, 16) : 0;

	if (!end || (size_t)(end + 2 - l->raw.data) + n + 2 > l->raw.len)
		return false;
	if (n == 0)
		l->ending = CLEAN;
	ck_assert_int_eq(buf_append(&l->body, end + 2, n), 0);
	l->at = (size_t)(end + 2 - l->raw.data) + n + 2;
	return n > 0;
}

/* Reads until the body has so many bytes, the stream ends, or the time is over. */
static enum ending listener_read(struct listener *l, size_t n_bytes, int timeout_ms)
{
	uint64_t end_ns = clock_monotonic_ns() + (uint64_t)timeout_ms * 1000000u;
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	char block[65536];

	while (l->ending == OPEN && (l->body.len < n_bytes || !l->has_head)) {
		uint64_t now_ns = clock_monotonic_ns();
		ssize_t got;
		if (now_ns >= end_ns || poll(&p, 1, (int)((end_ns - now_ns) / 1000000) + 1) != 1)
			break;
		got = recv(l->fd, block, sizeof block, 0);
		if (got > 0)
			ck_assert_int_eq(buf_append(&l->raw, block, (size_t)got), 0);
		while (take_head(l) && take_chunk(l))
			;
		if (got <= 0 && l->ending == OPEN)
			l->ending = CUT;
	}
	return l->ending;
}

static enum ending listener_read_all(struct listener *l)
{
	return listener_read(l, SIZE_MAX, PATIENCE_MS);
}

static void assert_is_file(const struct listener *l, const char *id)
{
	char path[128];
	struct reply r;
	json_t *job = service_wait_job(&server, id);

	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(l->body.len, r.body_len);
	ck_assert_mem_eq(l->body.data, r.body, r.body_len);
	json_decref(job);
	reply_free(&r);
}

/* --- Tests ------------------------------------------------------------------------------------------------ */

START_TEST(test_listeners_hear_the_file_while_it_is_rendered)
{
	const char *id = submit_slow(30), *state;
	struct listener early, late;

	listener_open(&early, id);
	ck_assert_int_eq(listener_read(&early, 1, PATIENCE_MS), OPEN);
	state = state_of(id);
	ck_assert_msg(strcmp(state, "running") == 0, "%s", state);
	ck_assert_mem_eq(early.body.data, "RIFF", 4);
	listener_open(&late, id);
	ck_assert_int_eq(listener_read_all(&late), CLEAN);
	ck_assert_int_eq(listener_read_all(&early), CLEAN);
	assert_is_file(&early, id);
	assert_is_file(&late, id);
	listener_close(&early);
	listener_close(&late);
}
END_TEST

START_TEST(test_a_cancel_in_the_middle_cuts_the_stream)
{
	const char *id = service_submit(&server, slow_program, SLOW_OPTIONS);
	struct listener l;

	listener_open(&l, id);
	ck_assert_int_eq(listener_read(&l, 10000, PATIENCE_MS), OPEN);
	cancel(id);
	ck_assert_int_eq(listener_read_all(&l), CUT);
	ck_assert_uint_ge(l.body.len, 10000);
	listener_close(&l);
}
END_TEST

/* One job runs at a time here. */
START_TEST(test_a_listener_waits_for_its_job_and_leaves_unnoticed_by_nobody)
{
	const char *first = service_submit(&server, slow_program, SLOW_OPTIONS "&seed=100"), *second = submit_slow(1);
	struct listener stays, leaves;
	int waited_ms = 0;

	listener_open(&stays, second);
	listener_open(&leaves, second);
	ck_assert_int_eq(listener_read(&stays, 1, 300), OPEN);
	ck_assert_int_eq(listener_read(&leaves, 1, 100), OPEN);
	ck_assert_uint_eq(stays.body.len, 0);
	ck_assert_double_eq(metric("phonon_live_listeners "), 2);
	listener_close(&leaves);
	for (; metric("phonon_live_listeners ") > 1 && waited_ms < PATIENCE_MS; waited_ms += 50)
		usleep(50000);
	ck_assert_int_lt(waited_ms, PATIENCE_MS);
	cancel(first);
	ck_assert_int_eq(listener_read_all(&stays), CLEAN);
	assert_is_file(&stays, second);
	listener_close(&stays);
}
END_TEST

START_TEST(test_a_job_that_is_canceled_while_it_waits_cuts_the_stream)
{
	const char *first = service_submit(&server, slow_program, SLOW_OPTIONS "&seed=101"), *second = submit_slow(1);
	struct listener l;

	listener_open(&l, second);
	ck_assert_int_eq(listener_read(&l, 1, 100), OPEN);
	cancel(second);
	ck_assert_int_eq(listener_read_all(&l), CUT);
	ck_assert_uint_eq(l.body.len, 0);
	listener_close(&l);
	cancel(first);
}
END_TEST

/* Its socket takes little, so most of the file waits on the disk; nobody else waits. */
START_TEST(test_a_slow_reader_gets_everything_and_holds_nobody_up)
{
	const char *id = submit_slow(30);
	struct listener slow, fast;
	int few = 32768;

	listener_open(&slow, id);
	ck_assert_int_eq(setsockopt(slow.fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof few), 0);
	listener_open(&fast, id);
	ck_assert_int_eq(listener_read_all(&fast), CLEAN);
	assert_is_file(&fast, id);
	ck_assert_int_eq(listener_read_all(&slow), CLEAN);
	assert_is_file(&slow, id);
	listener_close(&slow);
	listener_close(&fast);
}
END_TEST

static unsigned count_threads(void)
{
	char path[64], line[256];
	unsigned n = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", (int)server.pid);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof line, f) && sscanf(line, "Threads: %u", &n) != 1)
		;
	fclose(f);
	return n;
}

START_TEST(test_many_listeners_take_no_threads)
{
	const char *id = submit_slow(3);
	unsigned n_before = count_threads();
	static struct listener many[50];
	size_t n_bytes = 0;

	for (size_t i = 0; i < 50; i++)
		listener_open(&many[i], id);
	for (size_t i = 0; i < 50; i++)
		listener_read(&many[i], 1, PATIENCE_MS);
	/* The kernel may have some for io_uring, a checkpoint one. */
	ck_assert_uint_le(count_threads(), n_before + 10);
	for (size_t i = 0; i < 50; i++) {
		ck_assert_int_eq(listener_read_all(&many[i]), CLEAN);
		ck_assert(many[i].body.len == n_bytes || i == 0);
		n_bytes = many[i].body.len;
		listener_close(&many[i]);
	}
}
END_TEST

START_TEST(test_live_of_a_finished_job_is_its_file)
{
	const char *id = service_submit(&server, "out $ s \"bd\"", "cycles=1");
	char path[128];
	struct reply r;

	json_decref(service_wait_job(&server, id));
	snprintf(path, sizeof path, "/jobs/%s/audio?live=1", id);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(reply_header(&r, "ETag"));
	ck_assert_ptr_nonnull(reply_header(&r, "Content-Length"));
	reply_free(&r);
	snprintf(path, sizeof path, "/jobs/%s/audio?live=yes", id);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_server_that_stops_cuts_its_streams)
{
	struct service s;
	struct listener l;
	const char *id;

	service_start(&s, NULL, HEADERS("--threads", "1", "--drain-timeout-ms", "1000"));
	server = s;
	id = service_submit(&s, slow_program, SLOW_OPTIONS);
	listener_open(&l, id);
	ck_assert_int_eq(listener_read(&l, 1, PATIENCE_MS), OPEN);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
	ck_assert_int_eq(listener_read_all(&l), CUT);
	listener_close(&l);
}
END_TEST

Suite *live_suite(void);

Suite *live_suite(void)
{
	Suite *s = suite_create("live");
	TCase *t = tcase_create("live"), *own = tcase_create("own server");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_listeners_hear_the_file_while_it_is_rendered);
	tcase_add_test(t, test_a_cancel_in_the_middle_cuts_the_stream);
	tcase_add_test(t, test_a_listener_waits_for_its_job_and_leaves_unnoticed_by_nobody);
	tcase_add_test(t, test_a_job_that_is_canceled_while_it_waits_cuts_the_stream);
	tcase_add_test(t, test_a_slow_reader_gets_everything_and_holds_nobody_up);
	tcase_add_test(t, test_many_listeners_take_no_threads);
	tcase_add_test(t, test_live_of_a_finished_job_is_its_file);
	suite_add_tcase(s, t);
	tcase_set_timeout(own, 120);
	tcase_add_test(own, test_a_server_that_stops_cuts_its_streams);
	suite_add_tcase(s, own);
	return s;
}

int main(void)
{
	return test_run(live_suite());
}
