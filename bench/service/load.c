/* A load generator for bench/service/service.py: one thread, epoll, so many connections with one request each under way. The
 * same loop drives every peer, so that what it costs falls on all of them alike; of large answers it reads no byte (MSG_TRUNC
 * drops them in the kernel).
 *
 *   load PORT CONNECTIONS SECONDS render PROGRAM   POST /render; a '@' in the program is replaced by a number, another each time
 *                                 wav PROGRAM      the same, and the answer is to be the WAV
 *                                 put PROGRAM      the same bytes to beanstalkd
 *                                 set PROGRAM      the same bytes to Redis
 *                                 get PATH [RANGE] GET, of nginx or phonond
 *
 * SECONDS may be "n=COUNT": so many requests. Prints: requests per second, p50 and p99 in microseconds, bytes per second, errors. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 4096, TEXT_BYTES = 4096, DISCARD_BYTES = 1 << 20, LATENCIES_MAX = 1 << 22 };

enum protocol { RENDER, WAV, PUT, SET, GET };

struct connection {
	int fd;
	uint64_t started_ns;
	char out[2 * TEXT_BYTES];
	size_t n_out, n_sent;
	char in[TEXT_BYTES];
	size_t n_in;
	uint64_t n_body; /* still to come */
	bool is_body;
};

struct load {
	enum protocol protocol;
	unsigned port;
	const char *subject, *range;
	uint64_t until_ns, n_wanted; /* 0: no such bound */
	uint64_t n_begun, n_done, n_errors, n_bytes, seed;
	int epoll;
	uint32_t *latencies_us;
	char first_error[160];
};

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- Requests --------------------------------------------------------------------------------------------- */

static size_t make_program(struct load *l, char out[TEXT_BYTES])
{
	const char *at = strchr(l->subject, '@');

	if (!at)
		return (size_t)snprintf(out, TEXT_BYTES, "%s", l->subject);
	return (size_t)snprintf(out, TEXT_BYTES, "%.*s%llu%s", (int)(at - l->subject), l->subject,
				(unsigned long long)(l->seed++ % 1000000000u), at + 1);
}

static void make_post(struct connection *c, const char *program, size_t n, bool wants_wav)
{
	c->n_out = (size_t)snprintf(c->out, sizeof c->out,
				    "POST /render?cycles=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
				    "%sContent-Length: %zu\r\n\r\n%s",
				    wants_wav ? "Accept: audio/wav\r\nPrefer: wait=30\r\n" : "", n, program);
}

static void make_request(struct load *l, struct connection *c)
{
	char program[TEXT_BYTES];
	size_t n = l->protocol == GET ? 0 : make_program(l, program);

	switch (l->protocol) {
	case RENDER:
	case WAV:
		make_post(c, program, n, l->protocol == WAV);
		break;
	case PUT:
		c->n_out = (size_t)snprintf(c->out, sizeof c->out, "put 0 0 60 %zu\r\n%s\r\n", n, program);
		break;
	case SET:
		c->n_out = (size_t)snprintf(c->out, sizeof c->out, "*3\r\n$5\r\nLPUSH\r\n$4\r\njobs\r\n$%zu\r\n%s\r\n",
					    n, program);
		break;
	case GET:
		c->n_out = (size_t)snprintf(c->out, sizeof c->out, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s%s\r\n",
					    l->subject, l->range ? "Range: bytes=" : "", l->range ? l->range : "",
					    l->range ? "\r\n" : "");
		break;
	}
}

static bool is_over(const struct load *l)
{
	return l->n_wanted ? l->n_begun >= l->n_wanted : now_ns() >= l->until_ns;
}

static void flush(struct connection *c)
{
	while (c->n_sent < c->n_out) {
		ssize_t n = send(c->fd, c->out + c->n_sent, c->n_out - c->n_sent, MSG_NOSIGNAL);
		if (n < 0)
			die("send");
		c->n_sent += (size_t)n;
	}
}

static void begin(struct load *l, struct connection *c)
{
	make_request(l, c);
	c->n_sent = c->n_in = 0;
	c->is_body = false;
	l->n_begun++;
	c->started_ns = now_ns();
	flush(c);
}

/* --- Answers ---------------------------------------------------------------------------------------------- */

static void note_error(struct load *l, const char *text)
{
	if (l->n_errors++ == 0)
		snprintf(l->first_error, sizeof l->first_error, "%.*s", (int)strcspn(text, "\r\n"), text);
}

static void end(struct load *l, struct connection *c)
{
	if (l->n_done < LATENCIES_MAX)
		l->latencies_us[l->n_done] = (uint32_t)((now_ns() - c->started_ns) / 1000);
	l->n_done++;
	if (is_over(l)) {
		close(c->fd);
		c->fd = -1;
		c->is_body = false;
	} else {
		begin(l, c);
	}
}

static uint64_t content_length(const char *head)
{
	const char *line = strcasestr(head, "\r\nContent-Length:");

	return line ? strtoull(line + 17, NULL, 10) : 0;
}

/* The head of an HTTP answer is there. */
static void take_head(struct load *l, struct connection *c, const char *body)
{
	uint64_t n = content_length(c->in), here = (uint64_t)(c->in + c->n_in - body);

	if (strncmp(c->in, "HTTP/1.1 2", 10) != 0)
		note_error(l, c->in);
	l->n_bytes += n;
	c->n_body = n - here;
	c->is_body = true;
	if (c->n_body == 0)
		end(l, c);
}

static void take_text(struct load *l, struct connection *c, size_t n)
{
	char *found;

	c->n_in += n;
	c->in[c->n_in] = '\0';
	if (l->protocol == PUT || l->protocol == SET) {
		if (!strstr(c->in, "\r\n"))
			return;
		if (strncmp(c->in, "INSERTED", 8) != 0 && *c->in != '+' && *c->in != ':')
			note_error(l, c->in);
		end(l, c);
		return;
	}
	found = strstr(c->in, "\r\n\r\n");
	if (found)
		take_head(l, c, found + 4);
}

/* False when nothing more is there. */
static bool receive(struct load *l, struct connection *c)
{
	ssize_t n;

	if (c->is_body) {
		n = recv(c->fd, NULL, c->n_body < DISCARD_BYTES ? c->n_body : DISCARD_BYTES, MSG_TRUNC | MSG_DONTWAIT);
		if (n > 0)
			c->n_body -= (uint64_t)n;
		if (n > 0 && c->n_body == 0)
			end(l, c);
	} else {
		n = recv(c->fd, c->in + c->n_in, sizeof c->in - 1 - c->n_in, MSG_DONTWAIT);
		if (n > 0)
			take_text(l, c, (size_t)n);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		fprintf(stderr, "load: a connection ended\n");
		exit(1);
	}
	return n > 0 && c->is_body;
}

/* --- The run ---------------------------------------------------------------------------------------------- */

static void open_connection(struct load *l, struct connection *c)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)l->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	int on = 1;

	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)&to, sizeof to) < 0)
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0)
		die("epoll_ctl");
}

static void run(struct load *l, struct connection *connections, unsigned n)
{
	struct epoll_event events[64];
	uint64_t deadline = now_ns() + 120 * UINT64_C(1000000000);

	for (unsigned i = 0; i < n; i++)
		open_connection(l, &connections[i]);
	for (unsigned i = 0; i < n && (!l->n_wanted || i < l->n_wanted); i++)
		begin(l, &connections[i]);
	while (l->n_done < l->n_begun && now_ns() < deadline) {
		int n_events = epoll_wait(l->epoll, events, 64, 1000);
		for (int i = 0; i < n_events; i++)
			while (receive(l, events[i].data.ptr))
				;
	}
}

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(const struct load *l, double seconds)
{
	size_t n = l->n_done < LATENCIES_MAX ? l->n_done : LATENCIES_MAX;

	qsort(l->latencies_us, n, sizeof *l->latencies_us, compare);
	printf("%.1f %u %u %.0f %llu\n", (double)l->n_done / seconds, n ? l->latencies_us[n / 2] : 0,
	       n ? l->latencies_us[n * 99 / 100] : 0, (double)l->n_bytes / seconds, (unsigned long long)l->n_errors);
	if (l->n_errors)
		fprintf(stderr, "load: %s\n", l->first_error);
}

static enum protocol protocol_of(const char *name)
{
	static const char *const names[] = { "render", "wav", "put", "set", "get" };

	for (int i = 0; i <= GET; i++)
		if (strcmp(names[i], name) == 0)
			return (enum protocol)i;
	fprintf(stderr, "load: what is '%s'?\n", name);
	exit(64);
}

int main(int argc, char **argv)
{
	static struct load l;
	struct connection *connections;
	unsigned n;
	uint64_t start = now_ns();

	if (argc < 6) {
		fprintf(stderr,
			"usage: load PORT CONNECTIONS SECONDS|n=COUNT render|wav|put|set|get SUBJECT [RANGE]\n");
		return 64;
	}
	l.port = (unsigned)atoi(argv[1]);
	n = (unsigned)atoi(argv[2]);
	if (strncmp(argv[3], "n=", 2) == 0)
		l.n_wanted = strtoull(argv[3] + 2, NULL, 10);
	else
		l.until_ns = start + (uint64_t)(atof(argv[3]) * 1e9);
	l.protocol = protocol_of(argv[4]);
	l.subject = argv[5];
	l.range = argc > 6 ? argv[6] : NULL;
	l.seed = start / 1000 % 1000000000u;
	l.epoll = epoll_create1(EPOLL_CLOEXEC);
	l.latencies_us = malloc(LATENCIES_MAX * sizeof *l.latencies_us);
	connections = n > 0 && n <= CONNECTIONS_MAX ? calloc(n, sizeof *connections) : NULL;
	if (l.epoll < 0 || !l.latencies_us || !connections)
		die("load");
	run(&l, connections, n);
	report(&l, (double)(now_ns() - start) / 1e9);
	return l.n_done < l.n_begun;
}
