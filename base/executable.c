#include "base/executable.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Constant after once. */
static uint8_t digest[SHA256_BYTES];
static int read_errnum;

static int read_digest(int fd)
{
	static char piece[64 * 1024];
	struct sha256 sum;
	ssize_t n;

	sha256_init(&sum);
	while ((n = read(fd, piece, sizeof piece)) != 0) {
		if (n < 0 && errno != EINTR)
			return errno;
		if (n > 0)
			sha256_update(&sum, piece, (size_t)n);
	}
	sha256_final(&sum, digest);
	return 0;
}

static void find_digest(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	read_errnum = fd < 0 ? errno : read_digest(fd);
	if (fd >= 0)
		close(fd);
}

int executable_digest(uint8_t out[SHA256_BYTES], struct error *err)
{
	pthread_once(&once, find_digest);
	if (read_errnum)
		return error_set_errno(err, read_errnum, "reading the running program");
	memcpy(out, digest, SHA256_BYTES);
	return 0;
}
