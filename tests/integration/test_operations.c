/* What an operator touches: metrics, systemd's protocols, doctor, backup, the log. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/integration/keys.h"
#include "tests/lib/test.h"

#define SHORT "cycles=1&sample_rate=8000"

START_TEST(test_metrics_have_the_promised_names)
{
	static const char *const lines[] = {
		"phonon_build_info{version=\"",
		"phonon_io_backend_info{backend=\"",
		"phonon_jobs{state=\"succeeded\"} 1\n",
		"phonon_queue_oldest_age_seconds 0",
		"phonon_render_realtime_ratio_count 1\n",
		"phonon_fsync_seconds_bucket{le=\"+Inf\"}",
		"phonon_event_streams 0\n",
		"phonon_webhook_attempts_total{outcome=\"delivered\"} 0\n",
		"phonon_http_request_duration_seconds_count{route=\"/jobs/{id}\",method=\"GET\",code=\"404\"} 1\n",
		"phonon_http_request_duration_seconds_bucket{route=\"/render\",method=\"POST\",code=\"202\",le=\"60\"} "
		"1\n",
	};
	struct service s;
	struct reply r;
	const char *id;

	service_start(&s, NULL, HEADERS("--threads", "1"));
	id = service_submit(&s, "out $ sine 440\n", SHORT);
	json_decref(service_wait_job(&s, id));
	ck_assert_int_eq(call_status(&s, "GET", "/jobs/job_0", NULL, NULL), 404);
	r = service_get(&s, "/metrics");
	ck_assert_int_eq(r.status, 200);
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		ck_assert_msg(strstr(r.body, lines[i]) != NULL, "%s is not in:\n%s", lines[i], r.body);
	ck_assert_ptr_null(strstr(r.body, "job_0"));
	reply_free(&r);
	r = service_call(&s, "GET", "/metrics", NULL, HEADERS("Accept: application/openmetrics-text"));
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Type"), "openmetrics"));
	ck_assert_str_eq(r.body + r.body_len - 6, "# EOF\n");
	reply_free(&r);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
}
END_TEST

/* --- systemd --- */

static void expect_message(int fd, const char *wanted)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[256];
	ssize_t n;

	ck_assert_msg(poll(&p, 1, 30000) == 1, "nothing came, expected %s", wanted);
	n = recv(fd, text, sizeof text - 1, 0);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_msg(strstr(text, wanted) != NULL, "%s", text);
}

START_TEST(test_systemd_hears_of_start_life_and_end)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct service s;

	snprintf(at.sun_path, sizeof at.sun_path, "%s/n", test_temp_dir());
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof at), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	service_start(&s, NULL, HEADERS("--threads", "1"));
	expect_message(fd, "READY=1");
	expect_message(fd, "WATCHDOG=1");
	kill(s.pid, SIGTERM);
	for (int i = 0; i < 100; i++) {
		char text[64] = "";
		ck_assert_int_gt(recv(fd, text, sizeof text - 1, 0), 0);
		if (strstr(text, "STOPPING=1"))
			break;
		ck_assert_int_lt(i, 99);
	}
	ck_assert_int_eq(service_stop(&s, 0), 0);
	close(fd);
}
END_TEST

/* The process that becomes the server must be the one that LISTEN_PID names. */
static pid_t exec_activated(int socket_fd, const char *dir)
{
	pid_t pid = fork();
	char number[24];

	if (pid != 0)
		return pid;
	snprintf(number, sizeof number, "%d", (int)getpid());
	setenv("LISTEN_PID", number, 1);
	setenv("LISTEN_FDS", "1", 1);
	dup2(socket_fd, 3);
	int null = open("/dev/null", O_WRONLY);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execl(getenv("PHONOND") ? getenv("PHONOND") : "./phonond", "phonond", "serve", "--threads", "1", "--data", dir,
	      NULL);
	_exit(127);
}

START_TEST(test_a_socket_that_was_handed_over_is_served)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct service s = { .out_fd = -1 };
	int status;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, len), 0);
	ck_assert_int_eq(listen(fd, 16), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
	s.port = ntohs(at.sin_port);
	s.pid = exec_activated(fd, test_temp_dir());
	/* The request waits in the socket until the server takes it: that is what activation is for. */
	ck_assert_int_eq(call_status(&s, "GET", "/livez", NULL, NULL), 200);
	kill(s.pid, SIGTERM);
	ck_assert_int_eq(waitpid(s.pid, &status, 0), s.pid);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	close(fd);
}
END_TEST

/* --- doctor and backup --- */

START_TEST(test_the_doctor_looks_at_a_folder_in_use_and_at_one_that_is_none)
{
	struct service s;
	char *text, file[600];
	int status;
	FILE *f;

	service_start(&s, NULL, HEADERS("--threads", "1"));
	text = phonond_run(HEADERS("doctor", "--data", s.data_dir), &status);
	ck_assert_msg(status == 0, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, "a server runs on"));
	free(text);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
	snprintf(file, sizeof file, "%s/file", test_temp_dir());
	f = fopen(file, "w");
	fclose(f);
	text = phonond_run(HEADERS("doctor", "--data", file), &status);
	ck_assert_int_eq(status, 69);
	ck_assert_ptr_nonnull(strstr(text, "FAIL"));
	free(text);
}
END_TEST

START_TEST(test_a_backup_of_a_running_server_is_a_database_that_serves)
{
	struct service s, restored;
	char file[600], other[600], id[64], path[96];
	const char *dir = test_temp_dir();
	int status;

	service_start(&s, NULL, HEADERS("--threads", "1"));
	snprintf(id, sizeof id, "%s", service_submit(&s, "out $ sine 440\n", SHORT));
	json_decref(service_wait_job(&s, id));
	snprintf(file, sizeof file, "%s/copy.db", test_temp_dir());
	free(phonond_run(HEADERS("backup", "--data", s.data_dir, file), &status));
	ck_assert_int_eq(status, 0);
	free(phonond_run(HEADERS("backup", "--data", s.data_dir, file), &status));
	ck_assert_int_eq(status, 64);
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
	snprintf(other, sizeof other, "%s/phonond.db", dir);
	ck_assert_int_eq(rename(file, other), 0);
	service_start(&restored, dir, HEADERS("--threads", "1"));
	snprintf(path, sizeof path, "/jobs/%s", id);
	ck_assert_int_eq(call_status(&restored, "GET", path, NULL, NULL), 200);
	/* Its file was not copied. */
	snprintf(path, sizeof path, "/jobs/%s/audio", id);
	ck_assert_int_eq(call_status(&restored, "GET", path, NULL, NULL), 410);
	ck_assert_int_eq(service_stop(&restored, SIGTERM), 0);
}
END_TEST

/* --- the log --- */

START_TEST(test_the_log_names_request_key_job_and_trace_and_no_secret)
{
	const char *dir = test_temp_dir();
	char log[600], key[160], *text;
	struct service s;
	size_t n;
	int saved = dup(STDERR_FILENO), fd;

	snprintf(log, sizeof log, "%s/log", test_temp_dir());
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	setenv("PHONOND_TEST_VERBOSE", "1", 1);
	dup2(fd, STDERR_FILENO);
	service_start(&s, dir, HEADERS("--threads", "1", "--log-format", "json"));
	dup2(saved, STDERR_FILENO);
	unsetenv("PHONOND_TEST_VERBOSE");
	snprintf(key, sizeof key, "%s", keys_create(dir, NULL));
	call_status(&s, "GET", "/jobs/job_1", NULL,
		    HEADERS(key, "X-Request-Id: mine-1",
			    "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
	ck_assert_int_eq(service_stop(&s, SIGTERM), 0);
	text = test_read_file(log, &n);
	ck_assert_ptr_nonnull(strstr(text, "\"request_id\":\"mine-1\""));
	ck_assert_ptr_nonnull(strstr(text, keys_id(key)));
	ck_assert_ptr_nonnull(strstr(text, "\"job_id\":\"job_1\""));
	ck_assert_ptr_nonnull(strstr(text, "\"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\""));
	ck_assert_ptr_null(strstr(text, strstr(key, "phk_") + 17));
	free(text);
	close(fd);
	close(saved);
}
END_TEST

static Suite *operations_suite(void)
{
	Suite *s = suite_create("operations");
	TCase *t = tcase_create("operations");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_metrics_have_the_promised_names);
	tcase_add_test(t, test_systemd_hears_of_start_life_and_end);
	tcase_add_test(t, test_a_socket_that_was_handed_over_is_served);
	tcase_add_test(t, test_the_doctor_looks_at_a_folder_in_use_and_at_one_that_is_none);
	tcase_add_test(t, test_a_backup_of_a_running_server_is_a_database_that_serves);
	tcase_add_test(t, test_the_log_names_request_key_job_and_trace_and_no_secret);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(operations_suite());
}
