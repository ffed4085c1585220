/* Webhooks from submission to delivery, against a receiver in this process; what arrives is checked in more detail by
 * tests/openapi/run_webhooks.mjs. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/keys.h"
#include "tests/lib/test.h"

/* Answers every call, by its path: /fail 500 twice and then 204, /slow never, others 204. */
struct receiver {
	int fd;
	unsigned port;
	pthread_t thread;
	_Atomic unsigned n_ok, n_fail, n_slow, n_batches;
};

static struct service server;
static struct receiver receiver;

/* How much of a request there must be: its head, and the body that this one announces. 0: more of the head. */
static size_t request_length(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n"), *length = strcasestr(request, "\r\ncontent-length:");

	if (!end)
		return 0;
	return (size_t)(end + 4 - request) + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

/* All of it: a client that is answered while it still sends may take that for a failure, and call again. */
static void read_request(int fd, char *request, size_t size)
{
	size_t n = 0, wanted = 0;
	ssize_t got;

	request[0] = '\0';
	while ((wanted == 0 || n < wanted) && n + 1 < size && (got = recv(fd, request + n, size - 1 - n, 0)) > 0) {
		n += (size_t)got;
		request[n] = '\0';
		wanted = request_length(request);
	}
}

static void answer(int fd)
{
	static const char ok[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
	static const char bad[] = "HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	char request[16384];
	const char *text = ok;

	read_request(fd, request, sizeof request);
	if (strncmp(request, "POST /slow", 10) == 0) {
		atomic_fetch_add(&receiver.n_slow, 1);
		return; /* the socket stays open */
	}
	if (strncmp(request, "POST /fail", 10) == 0)
		text = atomic_fetch_add(&receiver.n_fail, 1) < 2 ? bad : ok;
	else if (strstr(request, "webhook-signature: v1,"))
		atomic_fetch_add(&receiver.n_ok, 1);
	if (strstr(request, "{\"type\":\"batch.completed\""))
		atomic_fetch_add(&receiver.n_batches, 1);
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	while (recv(fd, request, sizeof request, 0) > 0)
		;
	close(fd);
}

static void *receive(void *ctx)
{
	int fd;

	(void)ctx;
	while ((fd = accept(receiver.fd, NULL, NULL)) >= 0)
		answer(fd);
	return NULL;
}

static void start_receiver(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;

	/* All tests run in one process where they are not forked. */
	atomic_store(&receiver.n_ok, 0);
	atomic_store(&receiver.n_fail, 0);
	atomic_store(&receiver.n_slow, 0);
	atomic_store(&receiver.n_batches, 0);
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	receiver.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(receiver.fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(receiver.fd, 64), 0);
	ck_assert_int_eq(getsockname(receiver.fd, (struct sockaddr *)&at, &len), 0);
	receiver.port = ntohs(at.sin_port);
	ck_assert_int_eq(pthread_create(&receiver.thread, NULL, receive, NULL), 0);
}

static void start(void)
{
	service_start(&server, NULL,
		      HEADERS("--threads", "1", "--webhook-allow", "127.0.0.0/8", "--webhook-retry-ms", "10"));
	start_receiver();
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	shutdown(receiver.fd, SHUT_RDWR);
	pthread_join(receiver.thread, NULL);
	close(receiver.fd);
}

static const char *submit(const char *path, int seed)
{
	char options[256];

	snprintf(options, sizeof options, "cycles=1&sample_rate=8000&seed=%d&webhook=http://127.0.0.1:%u%s", seed,
		 receiver.port, path);
	return service_submit(&server, "out $ sine 440\n", options);
}

/* The status of the first delivery of a job or batch becomes this. */
static bool becomes(const char *id, const char *wanted)
{
	char path[96];

	snprintf(path, sizeof path, "/%s/%s/deliveries", strncmp(id, "bat_", 4) == 0 ? "batches" : "jobs", id);
	for (int i = 0; i < 1000; i++, usleep(10000)) {
		struct reply r = service_get(&server, path);
		json_t *j = reply_json(&r), *first = json_array_get(json_object_get(j, "deliveries"), 0);
		const char *status = json_string_value(json_object_get(first, "status"));
		bool is_it = status && strcmp(status, wanted) == 0;
		json_decref(j);
		reply_free(&r);
		if (is_it)
			return true;
	}
	return false;
}

START_TEST(test_webhooks_are_told_again_until_they_hear)
{
	char first[64], second[64];

	start();
	snprintf(first, sizeof first, "%s", submit("/ok", 1));
	snprintf(second, sizeof second, "%s", submit("/fail", 2));
	ck_assert(becomes(first, "delivered"));
	ck_assert(becomes(second, "delivered"));
	ck_assert_uint_eq(atomic_load(&receiver.n_ok), 1);
	ck_assert_uint_eq(atomic_load(&receiver.n_fail), 3);
	stop();
}
END_TEST

START_TEST(test_a_stop_does_not_wait_for_a_receiver_that_is_slow)
{
	start();
	submit("/slow", 3);
	for (int i = 0; i < 1000 && atomic_load(&receiver.n_slow) == 0; i++)
		usleep(10000);
	ck_assert_uint_eq(atomic_load(&receiver.n_slow), 1);
	stop();
}
END_TEST

/* What is known of the job's deliveries when there was more than one attempt at them; else NULL. */
static char *more_than_one_attempt(const char *id)
{
	char path[96], *text = NULL;
	struct reply r;
	json_t *j, *list;

	snprintf(path, sizeof path, "/jobs/%.63s/deliveries", id);
	r = service_get(&server, path);
	j = reply_json(&r);
	list = json_object_get(j, "deliveries");
	if (json_array_size(list) != 1 || json_array_size(json_object_get(json_array_get(list, 0), "attempts")) != 1)
		text = json_dumps(j, JSON_COMPACT);
	json_decref(j);
	reply_free(&r);
	return text;
}

START_TEST(test_a_hundred_webhooks_arrive_once_each)
{
	enum { N = 100 };
	char ids[N][64], *why;

	start();
	for (int i = 0; i < N; i++)
		snprintf(ids[i], sizeof ids[i], "%s", submit("/ok", 7));
	for (int i = 0; i < N; i++)
		ck_assert(becomes(ids[i], "delivered"));
	for (int i = 0; i < N; i++) {
		why = more_than_one_attempt(ids[i]);
		ck_assert_msg(!why, "%s", why);
	}
	ck_assert_uint_eq(atomic_load(&receiver.n_ok), N);
	stop();
}
END_TEST

/* However its jobs end, from the cache too, and with lines that made none. */
START_TEST(test_a_batch_tells_once_that_it_is_over)
{
	static const char lines[] = "{\"source\":\"out $ sine 1\",\"duration\":0.1}\n"
				    "{\"source\":\"out $ sine 2\",\"duration\":0.1}\n"
				    "{\"source\":\"out $ sinne 3\"}\n"
				    "{\"source\":\"out $ sine 1\",\"duration\":0.1,\"priority\":7}\n";
	char path[128];

	start();
	snprintf(path, sizeof path, "/batches?webhook=http://127.0.0.1:%u/batch", receiver.port);
	for (unsigned n = 1; n <= 2; n++) {
		json_decref(
			service_json(&server, "POST", path, lines, HEADERS("Content-Type: application/jsonl"), 202));
		for (int i = 0; i < 1000 && atomic_load(&receiver.n_batches) < n; i++)
			usleep(10000);
		ck_assert_uint_eq(atomic_load(&receiver.n_batches), n);
	}
	usleep(200000);
	ck_assert_uint_eq(atomic_load(&receiver.n_batches), 2);
	ck_assert_uint_eq(atomic_load(&receiver.n_ok), 2);
	json_decref(service_json(&server, "POST", "/batches?webhook=file:///etc/passwd", lines,
				 HEADERS("Content-Type: application/jsonl"), 422));
	json_decref(service_json(&server, "POST", "/batches?webhok=1", lines,
				 HEADERS("Content-Type: application/jsonl"), 422));
	stop();
}
END_TEST

START_TEST(test_a_batch_shows_what_was_told_and_tells_it_again)
{
	static const char line[] = "{\"source\":\"out $ sine 1\",\"duration\":0.1}\n";
	char path[128], id[64];
	json_t *batch, *log;

	start();
	snprintf(path, sizeof path, "/batches?webhook=http://127.0.0.1:%u/batch", receiver.port);
	batch = service_json(&server, "POST", path, line, HEADERS("Content-Type: application/jsonl"), 202);
	snprintf(id, sizeof id, "%s", text_of(batch, "id"));
	json_decref(batch);
	ck_assert(becomes(id, "delivered"));
	snprintf(path, sizeof path, "/batches/%s/redeliver", id);
	log = service_json(&server, "POST", path, NULL, NULL, 202);
	ck_assert_uint_eq(json_array_size(json_object_get(log, "deliveries")), 1);
	ck_assert_str_eq(text_of(json_array_get(json_object_get(log, "deliveries"), 0), "event"), "batch.completed");
	json_decref(log);
	for (int i = 0; i < 1000 && atomic_load(&receiver.n_batches) < 2; i++)
		usleep(10000);
	ck_assert_uint_eq(atomic_load(&receiver.n_batches), 2);
	/* A batch is no job, and one without a webhook was told of nothing. */
	snprintf(path, sizeof path, "/jobs/%s/deliveries", id);
	json_decref(service_json(&server, "GET", path, NULL, NULL, 404));
	batch = service_json(&server, "POST", "/batches", line, HEADERS("Content-Type: application/jsonl"), 202);
	snprintf(path, sizeof path, "/batches/%s/redeliver", text_of(batch, "id"));
	json_decref(batch);
	json_decref(service_json(&server, "POST", path, NULL, NULL, 404));
	stop();
}
END_TEST

static Suite *webhooks_suite(void)
{
	Suite *s = suite_create("webhooks");
	TCase *t = tcase_create("delivery");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_batch_tells_once_that_it_is_over);
	tcase_add_test(t, test_a_batch_shows_what_was_told_and_tells_it_again);
	tcase_add_test(t, test_webhooks_are_told_again_until_they_hear);
	tcase_add_test(t, test_a_stop_does_not_wait_for_a_receiver_that_is_slow);
	tcase_add_test(t, test_a_hundred_webhooks_arrive_once_each);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(webhooks_suite());
}
