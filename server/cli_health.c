/* phonond health: GET /readyz by hand, so that a container's health check needs no curl. */
#include <getopt.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "server/cli.h"

enum { TIMEOUT_S = 2 };

static void print_help(void)
{
	puts("Usage: phonond health [OPTION]...\n"
	     "Asks a running server for /readyz.\n"
	     "\n"
	     "      --host=ADDRESS   default 127.0.0.1\n"
	     "  -p, --port=N         default 8080\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 ready, 69 not ready or no answer within 2 s, 64 wrong usage.");
}

/* A connected socket or -1. */
static int connect_to(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *found = NULL;
	struct timeval timeout = { .tv_sec = TIMEOUT_S };
	int fd = -1;

	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
		if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* The status code of the answer; -1 when there is none. */
static int ask(int fd)
{
	static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
	char answer[64] = "";
	size_t n = 0;
	int status;

	if (send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)sizeof request - 1)
		return -1;
	while (n < sizeof answer - 1) {
		ssize_t got = recv(fd, answer + n, sizeof answer - 1 - n, 0);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	return sscanf(answer, "HTTP/1.%*1d %3d", &status) == 1 ? status : -1;
}

int cli_health(int argc, char **argv)
{
	static const struct option options[] = {
		{ "host", required_argument, NULL, 'H' },
		{ "port", required_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *host = "127.0.0.1", *port = "8080";
	uint64_t n;
	int c, fd, status = -1;

	while ((c = getopt_long(argc, argv, "p:h", options, NULL)) != -1)
		switch (c) {
		case 'H':
			host = optarg;
			break;
		case 'p':
			if (cli_parse_whole("health", "--port", optarg, 65535, &n) < 0)
				return EX_USAGE;
			port = optarg;
			break;
		case 'h':
			print_help();
			return EX_OK;
		default:
			return EX_USAGE;
		}
	if (optind != argc)
		return cli_usage_error("health", "no argument expected, found '%s'", argv[optind]);
	if ((fd = connect_to(host, port)) >= 0) {
		status = ask(fd);
		close(fd);
	}
	if (status == 200) {
		puts("ready");
		return EX_OK;
	}
	if (status < 0)
		fprintf(stderr, "phonond: no answer from %s port %s\n", host, port);
	else
		fprintf(stderr, "phonond: not ready, /readyz answered %d\n", status);
	return EX_UNAVAILABLE;
}
