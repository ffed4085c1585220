/* Event streams: order, replay, ends, and what many clients cost. */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "tests/integration/keys.h"
#include "tests/lib/test.h"

#define SHORT "cycles=1&sample_rate=8000"

enum { WAIT_MS = 20000 };

static struct service server;

static void start(void)
{
	service_start(&server, NULL,
		      HEADERS("--threads", "1", "--jobs", "1", "--drain-timeout-ms", "200", "--heartbeat-ms", "500",
			      "--max-connections-per-ip", "0"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* --- A client that reads as things come --- */

struct client {
	int fd;
	struct buf text;
	bool has_ended; /* the server closed, or the chunked body is complete */
};

static void client_open(struct client *c, const char *path, const char *header)
{
	char request[512];
	int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n%s%s\r\n",
			 path, header ? header : "", header ? "\r\n" : "");

	*c = (struct client){ .fd = service_connect(&server) };
	ck_assert_int_eq(send(c->fd, request, (size_t)n, MSG_NOSIGNAL), n);
}

static void client_close(struct client *c)
{
	close(c->fd);
	buf_fini(&c->text);
}

static void client_read(struct client *c, int timeout_ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char piece[4096];
	ssize_t n;

	if (poll(&p, 1, timeout_ms) != 1)
		return;
	n = recv(c->fd, piece, sizeof piece, 0);
	if (n > 0)
		ck_assert_int_eq(buf_append(&c->text, piece, (size_t)n), 0);
	c->has_ended = n <= 0 || (c->text.len >= 7 && strcmp(c->text.data + c->text.len - 7, "\r\n0\r\n\r\n") == 0);
}

/* Reads until the text has come; false when the stream ends or the time is over before. */
static bool client_wait(struct client *c, const char *wanted)
{
	uint64_t end = clock_monotonic_ns() + WAIT_MS * UINT64_C(1000000);

	while (!(c->text.data && strstr(c->text.data, wanted)) && !c->has_ended && clock_monotonic_ns() < end)
		client_read(c, 100);
	return c->text.data && strstr(c->text.data, wanted);
}

static bool client_wait_end(struct client *c)
{
	uint64_t end = clock_monotonic_ns() + WAIT_MS * UINT64_C(1000000);

	while (!c->has_ended && clock_monotonic_ns() < end)
		client_read(c, 100);
	return c->has_ended;
}

static size_t count(const char *text, const char *wanted)
{
	size_t n = 0;

	for (; (text = strstr(text, wanted)); text += strlen(wanted))
		n++;
	return n;
}

static size_t count_files(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n;
}

/* --- One job --- */

static const char *events_path(const char *id)
{
	static char path[96];

	snprintf(path, sizeof path, "/jobs/%s/events", id);
	return path;
}

START_TEST(test_a_stream_tells_every_state_in_order_once_and_ends)
{
	static const char *const states[] = { "queued", "running", "finalizing", "succeeded" };
	const char *id = service_submit(&server, "out $ sine 1\n", SHORT), *at;
	struct client c;

	client_open(&c, events_path(id), NULL);
	ck_assert(client_wait_end(&c));
	ck_assert_ptr_nonnull(strstr(c.text.data, "Content-Type: text/event-stream"));
	ck_assert_ptr_nonnull(strstr(c.text.data, "retry: 2000\n"));
	at = c.text.data;
	for (size_t i = 0; i < 4; i++) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "\"state\":\"%s\"", states[i]);
		ck_assert_uint_eq(count(c.text.data, wanted), 1);
		at = strstr(at, wanted);
		ck_assert_msg(at != NULL, "%s is not in order", states[i]);
	}
	client_close(&c);
}
END_TEST

START_TEST(test_a_client_that_comes_back_gets_what_it_missed_and_then_204)
{
	const char *id = service_submit(&server, "out $ sine 2\n", SHORT);
	long long first, last;
	char header[64], *at;
	struct client c;

	json_decref(service_wait_job(&server, id));
	client_open(&c, events_path(id), NULL);
	ck_assert(client_wait_end(&c));
	ck_assert_int_eq(sscanf(strstr(c.text.data, "id: "), "id: %lld", &first), 1);
	at = c.text.data;
	for (char *next = at; (next = strstr(next, "id: ")); next += 4)
		at = next;
	ck_assert_int_eq(sscanf(at, "id: %lld", &last), 1);
	client_close(&c);
	snprintf(header, sizeof header, "Last-Event-ID: %lld", first);
	client_open(&c, events_path(id), header);
	ck_assert(client_wait_end(&c));
	ck_assert_ptr_null(strstr(c.text.data, "queued"));
	ck_assert_uint_eq(count(c.text.data, "event: state"), 3);
	client_close(&c);
	snprintf(header, sizeof header, "Last-Event-ID: %lld", last);
	ck_assert_int_eq(call_status(&server, "GET", events_path(id), NULL, HEADERS(header)), 204);
	ck_assert_int_eq(call_status(&server, "GET", events_path(id), NULL, HEADERS("Last-Event-ID: x")), 422);
	ck_assert_int_eq(call_status(&server, "GET", "/jobs/job_1/events", NULL, NULL), 404);
}
END_TEST

START_TEST(test_a_running_job_shows_progress_and_a_quiet_stream_lives)
{
	char id[64];
	struct client running, waiting;

	snprintf(id, sizeof id, "%s", service_submit(&server, slow_program, SLOW_OPTIONS));
	client_open(&running, events_path(id), NULL);
	client_open(&waiting, "/events", NULL);
	ck_assert(client_wait(&running, "event: progress"));
	ck_assert_ptr_nonnull(strstr(running.text.data, "\"percent\":"));
	ck_assert(client_wait(&waiting, ": still here"));
	/* Cancel ends the one and is told to the other. */
	char path[96];
	snprintf(path, sizeof path, "/jobs/%s/cancel", id);
	ck_assert_int_eq(call_status(&server, "POST", path, "", NULL), 200);
	ck_assert(client_wait(&waiting, "\"state\":\"canceled\""));
	ck_assert(client_wait_end(&running));
	ck_assert_uint_eq(count(running.text.data, "\"state\":\"canceled\""), 1);
	client_close(&running);
	client_close(&waiting);
}
END_TEST

START_TEST(test_many_streams_hear_of_one_job_and_those_that_vanish_are_let_go)
{
	/* OWN: what the server may open for itself meanwhile, above all its 16 read connections with 2 files each. */
	enum { N = 200, OWN = 16 * 2 + 8 };
	static struct client clients[N];
	char folder[64];
	size_t n_before, n_now = 0;

	snprintf(folder, sizeof folder, "/proc/%d/fd", (int)server.pid);
	n_before = count_files(folder);
	for (int i = 0; i < N; i++)
		client_open(&clients[i], "/events", NULL);
	for (int i = 0; i < N; i++)
		ck_assert(client_wait(&clients[i], "retry:"));
	service_submit(&server, "out $ sine 3\n", SHORT);
	for (int i = 0; i < N; i++) {
		ck_assert(client_wait(&clients[i], "\"state\":\"succeeded\""));
		ck_assert_uint_eq(count(clients[i].text.data, "\"state\":\"succeeded\""), 1);
		client_close(&clients[i]);
	}
	/* Nobody is told of a hang-up while a connection is suspended: heartbeats find out. */
	for (int i = 0; i < 200; i++, usleep(50000))
		if ((n_now = count_files(folder)) <= n_before + OWN)
			break;
	ck_assert_uint_le(n_now, n_before + OWN);
}
END_TEST

START_TEST(test_a_drain_ends_streams_with_a_hint)
{
	struct client c;

	start();
	service_submit(&server, slow_program, SLOW_OPTIONS);
	client_open(&c, "/events", NULL);
	ck_assert(client_wait(&c, "retry:"));
	kill(server.pid, SIGTERM);
	ck_assert(client_wait(&c, "the server is stopping"));
	ck_assert(client_wait_end(&c));
	ck_assert_uint_eq(count(c.text.data, "retry:"), 2);
	client_close(&c);
	ck_assert_int_eq(service_stop(&server, 0), 0);
}
END_TEST

START_TEST(test_a_key_hears_of_its_own_jobs_and_has_a_limit_of_streams)
{
	enum { MAX = 32 };
	char alice[160], bob[160];
	struct client clients[MAX];

	start();
	snprintf(alice, sizeof alice, "%s", keys_create(server.data_dir, NULL));
	snprintf(bob, sizeof bob, "%s", keys_create(server.data_dir, NULL));
	for (int i = 0; i < MAX; i++) {
		client_open(&clients[i], "/events", i == 0 ? bob : alice);
		ck_assert(client_wait(&clients[i], "retry:"));
	}
	ck_assert_int_eq(call_status(&server, "POST", "/render?" SHORT, "out $ sine 1\n", HEADERS(alice)), 202);
	ck_assert(client_wait(&clients[1], "\"state\":\"succeeded\""));
	ck_assert_int_eq(call_status(&server, "POST", "/render?" SHORT, "out $ sine 2\n", HEADERS(bob)), 202);
	ck_assert(client_wait(&clients[0], "\"state\":\"succeeded\""));
	ck_assert_uint_eq(count(clients[0].text.data, "\"state\":\"queued\""), 1);
	client_close(&clients[0]);
	client_open(&clients[0], "/events", alice);
	ck_assert(client_wait(&clients[0], "retry:"));
	ck_assert_int_eq(call_status(&server, "GET", "/events", NULL, HEADERS(alice)), 429);
	for (int i = 0; i < MAX; i++)
		client_close(&clients[i]);
	stop();
}
END_TEST

static Suite *events_suite(void)
{
	Suite *s = suite_create("events");
	TCase *t = tcase_create("streams");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_stream_tells_every_state_in_order_once_and_ends);
	tcase_add_test(t, test_a_client_that_comes_back_gets_what_it_missed_and_then_204);
	tcase_add_test(t, test_a_running_job_shows_progress_and_a_quiet_stream_lives);
	tcase_add_test(t, test_many_streams_hear_of_one_job_and_those_that_vanish_are_let_go);
	suite_add_tcase(s, t);
	t = tcase_create("ends");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_drain_ends_streams_with_a_hint);
	tcase_add_test(t, test_a_key_hears_of_its_own_jobs_and_has_a_limit_of_streams);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(events_suite());
}
