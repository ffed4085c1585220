#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static struct addrinfo *resolve(const char *address, unsigned port, struct error *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV }, *found;
	char service[16];

	if (port > 65535) {
		error_set(err, ERR_INVALID, "port must be 0..65535, found %u", port);
		return NULL;
	}
	if (strcmp(address, "localhost") == 0)
		hints.ai_family = AF_INET;
	else
		hints.ai_flags |= AI_NUMERICHOST;
	snprintf(service, sizeof service, "%u", port);
	if (getaddrinfo(address, service, &hints, &found) != 0) {
		error_set(err, ERR_INVALID, "'%s' is not an address to listen on", address);
		return NULL;
	}
	return found;
}

bool listen_is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(address, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool socket_name(int fd, struct sockaddr_storage *addr)
{
	socklen_t len = sizeof *addr;

	return getsockname(fd, (struct sockaddr *)addr, &len) == 0;
}

unsigned listen_port(int fd)
{
	struct sockaddr_storage addr;

	if (!socket_name(fd, &addr))
		return 0;
	if (addr.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
	return addr.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&addr)->sin_port) : 0;
}

bool listen_fd_is_loopback(int fd)
{
	struct sockaddr_storage addr;

	if (!socket_name(fd, &addr))
		return false;
	if (addr.ss_family == AF_INET)
		return ntohl(((struct sockaddr_in *)&addr)->sin_addr.s_addr) >> 24 == 127;
	if (addr.ss_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&((struct sockaddr_in6 *)&addr)->sin6_addr);
	return addr.ss_family == AF_UNIX;
}

static int open_socket(const struct addrinfo *where, const char *address, unsigned port, struct error *err)
{
	int fd = socket(where->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = 1;

	if (fd < 0)
		return error_set_errno(err, errno, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, where->ai_addr, where->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	if (errno == EADDRINUSE)
		error_set(err, ERR_BUSY, "port %u of %s is in use by another process", port, address);
	else
		error_set_errno(err, errno, "listening on port %u of %s", port, address);
	close(fd);
	return -1;
}

int listen_open(const char *address, unsigned port, unsigned *bound_port, struct error *err)
{
	struct addrinfo *where = resolve(address, port, err);
	int fd;

	if (!where)
		return -1;
	fd = open_socket(where, address, port, err);
	freeaddrinfo(where);
	if (fd >= 0)
		*bound_port = listen_port(fd);
	return fd;
}
