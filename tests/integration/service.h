/* The real server as a process of its own, and clients for it: libcurl, and raw sockets for what libcurl refuses to
 * send. Every function aborts the test when the machinery itself fails. */
#ifndef TESTS_INTEGRATION_SERVICE_H
#define TESTS_INTEGRATION_SERVICE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct service {
	pid_t pid;
	unsigned port;
	char data_dir[512];
	int out_fd; /* its standard output */
};

/* Starts `phonond serve` on a free port with a data folder (NULL: a new one) and more arguments (NULL-terminated, may
 * be NULL); returns when it listens. */
void service_start(struct service *s, const char *data_dir, const char *const *args);
/* Sends the signal and returns the exit status, or 128 + the signal that ended it. */
int service_stop(struct service *s, int signo);

struct reply {
	long status;   /* 0: no answer */
	char *headers; /* all of them, as received */
	char *body;
	size_t body_len;
};

void reply_free(struct reply *r);
/* Value of a header, or NULL. Static storage of the last eight calls. */
const char *reply_header(const struct reply *r, const char *name);
/* The body as JSON; aborts when it is none. */
json_t *reply_json(const struct reply *r);

/* One request; through a proxy when PHONOND_PROXY_PORT names one (tests/openapi/run_prism.mjs). body NULL: none. headers: NULL-terminated "Name: value" lines, may be NULL. */
struct reply service_call(const struct service *s, const char *method, const char *path, const char *body,
			  const char *const *headers);
/* The same with n bytes of any kind as the body. */
struct reply service_send(const struct service *s, const char *method, const char *path, const void *body, size_t n,
			  const char *const *headers);
struct reply service_get(const struct service *s, const char *path);
struct reply service_post(const struct service *s, const char *path, const char *body);
/* The lines of headers, as an array. */
#define HEADERS(...) ((const char *const[]){ __VA_ARGS__, NULL })

/* A request that must be answered with that status: the body of the answer as JSON, NULL when there is none. */
json_t *service_json(const struct service *s, const char *method, const char *path, const char *body,
		     const char *const *headers, long status);
/* The text that an object has under that name, "" when it has none. */
const char *text_of(const json_t *object, const char *name);

/* Sends bytes as they are and returns what comes until the server closes or timeout_ms pass. malloc'd. */
char *service_raw(const struct service *s, const char *bytes, size_t n, int timeout_ms);
/* A connected socket. */
int service_connect(const struct service *s);

/* Submits a raw program with options ("cycles=1&…") and returns the job's id. Static storage of the last
 * eight calls. */
const char *service_submit(const struct service *s, const char *source, const char *options);
/* Waits until the job has ended and returns its JSON. */
json_t *service_wait_job(const struct service *s, const char *id);

/* A program that renders for minutes when asked for an hour. */
extern const char slow_program[];
#define SLOW_OPTIONS "duration=3600&channels=1"

/* Runs a command and returns its exit status. */
int run_command(const char *const *argv);
/* SHA-256 of bytes in hexadecimal. Static storage of the last eight calls. */
const char *hex_digest(const void *data, size_t n);

#endif
