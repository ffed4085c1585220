/* Which addresses the server may call for a client. A webhook makes the server connect to a place that a stranger chose;
 * nothing inside (loopback, private networks, link-local with its metadata services) may be such a place. The check
 * is on the literal address at the moment of the connection, so names that resolve to something else the second time,
 * decimal or octal spellings, and redirects change nothing. No state; any thread. */
#ifndef SERVER_WEBHOOK_GUARD_H
#define SERVER_WEBHOOK_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/error.h"

/* Public unicast addresses, and what a list "10.1.0.0/16, ::1/128" (NULL: empty) allows besides. */
bool webhook_guard_allows(const struct sockaddr *address, const char *allowed);
/* Is the list well-formed? */
int webhook_guard_check_list(const char *allowed, struct error *err) WARN_UNUSED;
/* http or https, a host, no user, a port that is no other service's: 80, 443 or from 1024 on. */
int webhook_guard_check_url(const char *url, struct error *err) WARN_UNUSED;

#endif
