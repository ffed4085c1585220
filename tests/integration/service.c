#include "tests/integration/service.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "tests/lib/test.h"

enum { ARGS_MAX = 40, START_TIMEOUT_MS = 60000, JOB_TIMEOUT_MS = 120000, N_TEXTS = 8 };

const char slow_program[] = "~a $ saw 55 # lpf 800 # delay 0.25 0.5 0.4 # reverb 0.8 0.5 0.5\n"
			    "~b $ saw 82.5 # lpf 900 # delay 0.2 0.5 0.4 # reverb 0.8 0.5 0.5\n"
			    "~c $ saw 110 # lpf 1000 # delay 0.3 0.5 0.4 # reverb 0.8 0.5 0.5\n"
			    "~d $ saw 165 # lpf 1100 # delay 0.15 0.5 0.4 # reverb 0.8 0.5 0.5\n"
			    "~e $ ~a # reverb 0.9 0.5 0.5 # reverb 0.9 0.5 0.5 # reverb 0.9 0.5 0.5\n"
			    "~f $ ~b # reverb 0.9 0.5 0.5 # reverb 0.9 0.5 0.5 # reverb 0.9 0.5 0.5\n"
			    "out $ ~e + ~f + ~c + ~d\n";

static void die(const char *what)
{
	perror(what);
	abort();
}

static char *next_text(void)
{
	static char texts[N_TEXTS][1024];
	static unsigned n;

	return texts[n++ % N_TEXTS];
}

static const char *binary_path(void)
{
	const char *path = getenv("PHONOND");

	return path ? path : "./phonond";
}

/* --- The process ------------------------------------------------------------------------------------------ */

static void exec_service(const struct service *s, const char *const *args, int out)
{
	const char *argv[ARGS_MAX] = { binary_path(), "serve", "--listen", "127.0.0.1",
				       "--port",      "0",     "--data",   s->data_dir };
	size_t n = 8;

	for (; args && *args && n + 1 < ARGS_MAX; args++)
		argv[n++] = *args;
	/* A test that dies takes its server along. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(out, STDOUT_FILENO);
	if (!getenv("PHONOND_TEST_VERBOSE")) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
	}
	execv(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* Reads "… http://127.0.0.1:PORT\n". */
static void read_port(struct service *s)
{
	char line[256];
	size_t n = 0;
	struct pollfd p = { .fd = s->out_fd, .events = POLLIN };
	char *colon;

	while (n < sizeof line - 1 && !memchr(line, '\n', n)) {
		ssize_t got = poll(&p, 1, START_TIMEOUT_MS) == 1 ? read(s->out_fd, line + n, sizeof line - 1 - n) : -1;
		if (got <= 0) {
			fprintf(stderr, "the server did not say that it listens\n");
			abort();
		}
		n += (size_t)got;
	}
	line[n] = '\0';
	colon = strrchr(line, ':');
	s->port = colon ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

void service_start(struct service *s, const char *data_dir, const char *const *args)
{
	int out[2];

	snprintf(s->data_dir, sizeof s->data_dir, "%s", data_dir ? data_dir : test_temp_dir());
	if (pipe2(out, O_CLOEXEC) < 0)
		die("pipe");
	s->pid = fork();
	if (s->pid < 0)
		die("fork");
	if (s->pid == 0)
		exec_service(s, args, out[1]);
	close(out[1]);
	s->out_fd = out[0];
	read_port(s);
}

int service_stop(struct service *s, int signo)
{
	int status;

	kill(s->pid, signo);
	while (waitpid(s->pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	close(s->out_fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int run_command(const char *const *argv)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			die("waitpid");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* --- libcurl ---------------------------------------------------------------------------------------------- */

static size_t take(char *data, size_t size, size_t n, void *ctx)
{
	return buf_append(ctx, data, size * n) < 0 ? 0 : size * n;
}

static void set_request(CURL *c, const char *method, const void *body, size_t n)
{
	if (strcmp(method, "HEAD") == 0)
		curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, method);
	if (body) {
		curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)n);
	}
}

/* The port to ask: the server's, or that of a proxy, which is told by a header which server is meant. */
static unsigned port_to_ask(const struct service *s, struct curl_slist **lines)
{
	const char *proxy = getenv("PHONOND_PROXY_PORT");
	char line[40];

	if (!proxy)
		return s->port;
	snprintf(line, sizeof line, "X-Server-Port: %u", s->port);
	*lines = curl_slist_append(*lines, line);
	return (unsigned)strtoul(proxy, NULL, 10);
}

struct reply service_send(const struct service *s, const char *method, const char *path, const void *body, size_t n,
			  const char *const *headers)
{
	CURL *c = curl_easy_init();
	struct curl_slist *lines = NULL;
	struct buf head = BUF_INIT, content = BUF_INIT;
	struct reply r = { .status = 0 };
	char url[20000];

	snprintf(url, sizeof url, "http://127.0.0.1:%u%s", port_to_ask(s, &lines), path);
	for (; headers && *headers; headers++)
		lines = curl_slist_append(lines, *headers);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)JOB_TIMEOUT_MS);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, lines);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, &head);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &content);
	set_request(c, method, body, n);
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &r.status);
	curl_slist_free_all(lines);
	curl_easy_cleanup(c);
	r.headers = buf_take(&head);
	r.body_len = content.len;
	r.body = buf_take(&content);
	return r;
}

struct reply service_call(const struct service *s, const char *method, const char *path, const char *body,
			  const char *const *headers)
{
	return service_send(s, method, path, body, body ? strlen(body) : 0, headers);
}

json_t *service_json(const struct service *s, const char *method, const char *path, const char *body,
		     const char *const *headers, long status)
{
	struct reply r = service_call(s, method, path, body, headers);
	json_t *j;

	ck_assert_msg(r.status == status, "%s %s: %ld %s", method, path, r.status, r.body);
	j = r.body_len ? reply_json(&r) : NULL;
	reply_free(&r);
	return j;
}

const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

struct reply service_get(const struct service *s, const char *path)
{
	return service_call(s, "GET", path, NULL, NULL);
}

struct reply service_post(const struct service *s, const char *path, const char *body)
{
	return service_call(s, "POST", path, body, NULL);
}

void reply_free(struct reply *r)
{
	free(r->headers);
	free(r->body);
	*r = (struct reply){ .status = 0 };
}

const char *reply_header(const struct reply *r, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = r->headers; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncasecmp(line, name, n) == 0 && line[n] == ':') {
			char *value = next_text();
			line += n + 1;
			line += strspn(line, " ");
			snprintf(value, 1024, "%.*s", (int)strcspn(line, "\r\n"), line);
			return value;
		}
	return NULL;
}

json_t *reply_json(const struct reply *r)
{
	json_t *j = r->body ? json_loadb(r->body, r->body_len, 0, NULL) : NULL;

	if (!j) {
		fprintf(stderr, "no JSON (status %ld): %s\n", r->status, r->body ? r->body : "");
		abort();
	}
	return j;
}

/* --- Raw sockets ------------------------------------------------------------------------------------------ */

int service_connect(const struct service *s)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((unsigned short)s->port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	return fd;
}

char *service_raw(const struct service *s, const char *bytes, size_t n, int timeout_ms)
{
	struct buf answer = BUF_INIT;
	struct pollfd p = { .fd = service_connect(s), .events = POLLIN };
	char block[4096];
	ssize_t got;

	if (send(p.fd, bytes, n, MSG_NOSIGNAL) < 0)
		perror("send");
	while (poll(&p, 1, timeout_ms) == 1 && (got = recv(p.fd, block, sizeof block, 0)) > 0)
		if (buf_append(&answer, block, (size_t)got) < 0)
			break;
	close(p.fd);
	return answer.data ? buf_take(&answer) : calloc(1, 1);
}

/* --- Jobs ------------------------------------------------------------------------------------------------- */

const char *service_submit(const struct service *s, const char *source, const char *options)
{
	char path[512], *id = next_text();
	struct reply r;
	json_t *j;

	snprintf(path, sizeof path, "/render?%s", options);
	r = service_post(s, path, source);
	j = reply_json(&r);
	snprintf(id, 1024, "%s",
		 json_string_value(json_object_get(j, "id")) ? json_string_value(json_object_get(j, "id")) : "");
	if (!*id)
		fprintf(stderr, "not accepted: %s\n", r.body);
	json_decref(j);
	reply_free(&r);
	return id;
}

static bool has_ended(const json_t *job)
{
	const char *state = json_string_value(json_object_get(job, "state"));

	return state && (strcmp(state, "succeeded") == 0 || strcmp(state, "failed") == 0 ||
			 strcmp(state, "canceled") == 0 || strcmp(state, "expired") == 0);
}

json_t *service_wait_job(const struct service *s, const char *id)
{
	uint64_t end = clock_monotonic_ns() + (uint64_t)JOB_TIMEOUT_MS * 1000000u;
	char path[128];
	json_t *job;

	snprintf(path, sizeof path, "/jobs/%s", id);
	for (;;) {
		struct reply r = service_get(s, path);
		job = reply_json(&r);
		reply_free(&r);
		if (has_ended(job) || clock_monotonic_ns() > end)
			return job;
		json_decref(job);
		usleep(10000);
	}
}

const char *hex_digest(const void *data, size_t n)
{
	struct sha256 h;
	uint8_t digest[SHA256_BYTES];

	sha256_init(&h);
	sha256_update(&h, data, n);
	sha256_final(&h, digest);
	return sha256_hex(digest, next_text());
}
