/* Moves the wall clock of a process, preloaded (LD_PRELOAD): TORTURE_CLOCK names a file of 8 bytes, a signed number of seconds
 * that is added; it may change at any time. The monotonic clock goes on as it does. */
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const volatile int64_t *moved_by_s;

static void set_up(void)
{
	static const int64_t not_moved = 0;
	const char *path = getenv("TORTURE_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at = fd >= 0 ? mmap(NULL, sizeof *moved_by_s, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	moved_by_s = at == MAP_FAILED ? &not_moved : at;
}

static int64_t moved(void)
{
	pthread_once(&once, set_up);
	return *moved_by_s;
}

EXPORT int clock_gettime(clockid_t id, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, id, now);

	if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		now->tv_sec += moved();
	return rc;
}

EXPORT int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	int rc = (int)syscall(SYS_gettimeofday, now, zone);

	if (rc == 0)
		now->tv_sec += moved();
	return rc;
}

EXPORT time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out)
		*out = now.tv_sec;
	return now.tv_sec;
}
