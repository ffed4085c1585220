/* Forms (multipart/form-data) on the wire: a service with the handlers of submissions as forms, over a socket, gets the input as a
 * body, whole and in chunks of a length that its first byte says; the answers must be the same. Samples are taken to disk and
 * then refused, since decoding them is the matter of another process and of fuzz_sample. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "server/api.h"
#include "server/background.h"
#include "server/problem.h"
#include "tests/fuzz/fuzz.h"

enum { SAMPLE_BYTES_MAX = 2048, BODY_BYTES_MAX = 1 << 16, ANSWER_BYTES = 1 << 16, TIMEOUT_MS = 20000 };

static struct app app;
static struct http_server *server;
static struct sockaddr_un address;
static socklen_t address_len = sizeof address;
static char folder[] = "/tmp/fuzz-form-XXXXXX";

/* --- The service ------------------------------------------------------------------------------------------- */

/* Answers with everything that was read. */
static void tell_fields(void *ctx, struct http_request *r)
{
	struct form_fields fields;
	struct buf told = BUF_INIT;
	int failed;

	(void)ctx;
	if (api_form_fields(r, &fields) < 0)
		return;
	failed = buf_printf(&told, "%zu:", fields.source_len);
	failed |= buf_append(&told, fields.source, fields.source_len);
	for (size_t i = 0; i < fields.n_options; i++)
		failed |= buf_printf(&told, "\n%s=%s", fields.options[i].name, fields.options[i].value);
	if (failed)
		abort();
	http_reply(r, 200, "text/plain", told.data, told.len);
}

static void begin(void *ctx, struct http_request *r)
{
	r->max_body_bytes = BODY_BYTES_MAX;
	r->body_timeout_ms = TIMEOUT_MS;
	api_form_begin(ctx, r);
}

static void handle(void *ctx, struct http_request *r)
{
	if (api_is_form(r))
		api_form_end(ctx, r, tell_fields);
	else
		problem_reply(r, PROBLEM_UNSUPPORTED_MEDIA_TYPE, "no form");
}

static void ended(void *ctx, struct http_request *r, const struct http_end *end)
{
	(void)ctx, (void)r, (void)end;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void stop(void)
{
	http_stop(server, TIMEOUT_MS);
	background_free(app.background);
	storage_close(app.storage);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int listen_locally(void)
{
	struct sockaddr_un any = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* An address without a name gets one that no file has. */
	if (fd < 0 || bind(fd, (struct sockaddr *)&any, sizeof any.sun_family) || listen(fd, 16) ||
	    getsockname(fd, (struct sockaddr *)&address, &address_len))
		abort();
	return fd;
}

static void start(void)
{
	struct storage_config storage = { .data_dir = mkdtemp(folder), .io = IO_PWRITE };
	struct http_config http = { .listen_fd = listen_locally(),
				    .n_threads = 1,
				    .max_connections = 16,
				    .max_suspended = 16,
				    .header_timeout_ms = TIMEOUT_MS,
				    .body_timeout_ms = TIMEOUT_MS,
				    .idle_timeout_ms = TIMEOUT_MS,
				    .app = { &app, begin, handle, ended } };
	struct error err = ERROR_INIT;

	app.config.max_sample_bytes = SAMPLE_BYTES_MAX;
	app.storage = storage_open(&storage, &err);
	app.background = background_start(1, &err);
	if (!app.storage || !app.background)
		abort();
	background_stop(app.background); /* takes no samples to decode */
	server = http_start(&http, &err);
	if (!server)
		abort();
	atexit(stop);
}

/* --- The client -------------------------------------------------------------------------------------------- */

static void send_all(int fd, const struct buf *b)
{
	for (size_t at = 0; at < b->len;) {
		ssize_t n = send(fd, b->data + at, b->len - at, MSG_NOSIGNAL);
		if (n <= 0)
			return; /* the service has heard enough */
		at += (size_t)n;
	}
}

/* Everything up to the end of the connection; answer ends with a NUL. */
static void receive(int fd, char answer[ANSWER_BYTES])
{
	size_t len = 0;
	ssize_t n;

	while (len < ANSWER_BYTES - 1 && (n = recv(fd, answer + len, ANSWER_BYTES - 1 - len, 0)) > 0)
		len += (size_t)n;
	answer[len] = '\0';
}

/* chunk 0: whole. */
static int print_request(struct buf *b, const uint8_t *body, size_t n, size_t chunk)
{
	int failed = buf_printf(b, "POST /render HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: fuzz\r\n"
				   "Content-Type: multipart/form-data; boundary=x\r\n");

	if (chunk == 0)
		return failed | buf_printf(b, "Content-Length: %zu\r\n\r\n", n) | buf_append(b, body, n);
	failed |= buf_printf(b, "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0; at < n; at += chunk) {
		size_t piece = n - at < chunk ? n - at : chunk;
		failed |= buf_printf(b, "%zx\r\n", piece) | buf_append(b, body + at, piece) | buf_printf(b, "\r\n");
	}
	return failed | buf_printf(b, "0\r\n\r\n");
}

static void call(const uint8_t *body, size_t n, size_t chunk, char answer[ANSWER_BYTES])
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct buf request = BUF_INIT;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, address_len) || print_request(&request, body, n, chunk))
		abort();
	send_all(fd, &request);
	receive(fd, answer);
	buf_fini(&request);
	close(fd);
}

static const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

static unsigned status_of(const char *answer)
{
	unsigned status = 0;

	return sscanf(answer, "HTTP/1.1 %u", &status) == 1 ? status : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char whole[ANSWER_BYTES], pieces[ANSWER_BYTES];

	if (size < 1 || size > BODY_BYTES_MAX / 2)
		return 0;
	if (!server)
		start();
	call(data + 1, size - 1, 0, whole);
	call(data + 1, size - 1, 1 + data[0], pieces);
	if (status_of(whole) < 200 || status_of(whole) != status_of(pieces) || status_of(whole) == 500 ||
	    strcmp(body_of(whole), body_of(pieces)) != 0) {
		fprintf(stderr, "whole:\n%s\nin pieces of %d:\n%s\n", whole, 1 + data[0], pieces);
		abort();
	}
	return 0;
}
