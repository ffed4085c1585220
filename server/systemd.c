#include "server/systemd.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST_FD = 3 };

void systemd_notify(const char *lines)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = path ? strlen(path) : 0;
	int fd;

	if (n < 2 || n >= sizeof to.sun_path)
		return;
	memcpy(to.sun_path, path, n);
	if (*path == '@')
		to.sun_path[0] = '\0'; /* the abstract namespace */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	/* Nobody can be told that nobody listens. */
	(void)!sendto(fd, lines, strlen(lines), MSG_NOSIGNAL, (struct sockaddr *)&to,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (*path != '@')));
	close(fd);
}

static int64_t number_of(const char *variable)
{
	const char *text = getenv(variable);

	return text ? strtoll(text, NULL, 10) : 0;
}

int64_t systemd_watchdog_ms(void)
{
	int64_t usec = number_of("WATCHDOG_USEC");

	if (usec <= 0 || (getenv("WATCHDOG_PID") && number_of("WATCHDOG_PID") != getpid()))
		return 0;
	return usec / 2000 > 0 ? usec / 2000 : 1;
}

int systemd_take_socket(struct error *err)
{
	int64_t n = number_of("LISTEN_FDS");

	if (n <= 0 || number_of("LISTEN_PID") != getpid())
		return -1;
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	if (n > 1) {
		error_set(err, ERR_INVALID, "one listening socket is expected, systemd handed over %d", (int)n);
		return -2;
	}
	fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC);
	fcntl(FIRST_FD, F_SETFL, fcntl(FIRST_FD, F_GETFL) | O_NONBLOCK);
	return FIRST_FD;
}
