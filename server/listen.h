/* The listening socket. */
#ifndef SERVER_LISTEN_H
#define SERVER_LISTEN_H

#include <stdbool.h>

#include "base/error.h"

/* A TCP socket that listens on address (IPv4, IPv6 or "localhost") and port (0: any); *bound_port receives the one in
 * use. -1 with ERR_INVALID for an address that is none, ERR_BUSY when somebody else listens there, else ERR_IO. */
int listen_open(const char *address, unsigned port, unsigned *bound_port, struct error *err) WARN_UNUSED;

/* The port of a listening socket; 0: it has none. */
unsigned listen_port(int fd);
/* Is it bound to loopback, or no network socket at all? */
bool listen_fd_is_loopback(int fd);
/* Only this machine can reach it. */
bool listen_is_loopback(const char *address);

#endif
