/* The two protocols of systemd that a service can speak without its library: sd_notify(3), one datagram with lines, and
 * socket activation, sd_listen_fds(3). Nothing of it does anything outside of systemd. Main thread. */
#ifndef SERVER_SYSTEMD_H
#define SERVER_SYSTEMD_H

#include <stdint.h>

#include "base/error.h"

/* Sends lines like "READY=1\nSTATUS=…" to $NOTIFY_SOCKET, if there is one. */
void systemd_notify(const char *lines);
/* How often WATCHDOG=1 is to be sent, at half of what systemd waits for; 0: never. */
int64_t systemd_watchdog_ms(void);
/* The listening socket that was handed over, -1 when none was; -2 with ERR_INVALID when it is more than one. */
int systemd_take_socket(struct error *err) WARN_UNUSED;

#endif
