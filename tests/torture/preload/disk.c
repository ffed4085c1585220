/* A layer between a process and its files, preloaded (LD_PRELOAD): it writes down every call that changes a file below a
 * folder, so that power failures can be replayed (../rig/power.py), and lets calls fail, write less, or be the last.
 *
 *   TORTURE_DISK_ROOT    the folder, absolute; nothing else is touched or counted
 *   TORTURE_DISK_TRACE   a file that is appended to: entries as below
 *   TORTURE_DISK_FAIL    N:ERRNO[:CALL]  the N-th call fails with that number; only calls of that name count
 *   TORTURE_DISK_FROM    N:ERRNO[:CALL]  it and all that follow
 *   TORTURE_DISK_KILL    N               the process is killed instead of the N-th call
 *   TORTURE_DISK_SHORT   1               a write takes half of what it is given
 *   TORTURE_DISK_COUNT   a file that has the number of calls so far, 8 bytes
 *
 * An entry is a line, "CALL FD PATH OFFSET LENGTH RESULT\n", and behind it LENGTH bytes: those written, or the new name. One call
 * is made at a time, so the order of the entries is the order in which the calls were made. What goes through io_uring does not
 * come by here, nor do stores to mapped memory; SQLite maps nothing but its index of the log, which it makes anew. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

enum { PATH_SIZE = 4096, N_FDS = 65536 };

struct fault {
	uint64_t n; /* 0: none */
	int errnum;
	char call[16]; /* "": any */
	uint64_t n_seen;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* held over each call that is counted */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char root[PATH_SIZE];
static int trace_fd = -1;
static struct fault once_fault, lasting_fault, kill_fault;
static bool is_short;
static uint64_t *count, own_count;
/* Paths of open descriptors below the root; "": another file's. */
static char *paths[N_FDS];

static void read_fault(const char *name, struct fault *f)
{
	const char *text = getenv(name);
	char *end = NULL;

	if (!text)
		return;
	f->n = strtoull(text, &end, 10);
	f->errnum = *end == ':' ? (int)strtol(end + 1, &end, 10) : EIO;
	if (*end == ':')
		snprintf(f->call, sizeof f->call, "%s", end + 1);
}

/* By the system call itself: open() is ours. */
static int open_raw(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0644);
}

static void open_count(const char *path)
{
	int fd = path ? open_raw(path, O_RDWR | O_CREAT) : -1;
	void *at = MAP_FAILED;

	if (fd >= 0 && syscall(SYS_ftruncate, fd, (off_t)sizeof *count) == 0)
		at = mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	count = at == MAP_FAILED ? &own_count : at;
}

static void set_up(void)
{
	const char *folder = getenv("TORTURE_DISK_ROOT"), *trace = getenv("TORTURE_DISK_TRACE");

	snprintf(root, sizeof root, "%s", folder ? folder : "//none");
	if (trace)
		trace_fd = open_raw(trace, O_WRONLY | O_CREAT | O_APPEND);
	read_fault("TORTURE_DISK_FAIL", &once_fault);
	read_fault("TORTURE_DISK_FROM", &lasting_fault);
	read_fault("TORTURE_DISK_KILL", &kill_fault);
	is_short = getenv("TORTURE_DISK_SHORT") != NULL;
	open_count(getenv("TORTURE_DISK_COUNT"));
}

/* The path of what is open, without "..": the kernel's. */
static void read_link(int fd, char out[PATH_SIZE])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, out, PATH_SIZE - 1);
	out[n > 0 ? n : 0] = '\0';
}

/* The absolute path of a name, as far as it stands in folders that are open. */
static void resolve(int dir_fd, const char *name, char out[PATH_SIZE])
{
	char folder[PATH_SIZE] = "";

	if (name[0] == '/') {
		snprintf(out, PATH_SIZE, "%s", name);
		return;
	}
	if (dir_fd == AT_FDCWD) {
		if (!getcwd(folder, sizeof folder))
			folder[0] = '\0';
	} else {
		read_link(dir_fd, folder);
	}
	if (strlen(folder) + strlen(name) + 2 <= PATH_SIZE)
		strcat(strcat(strcpy(out, folder), "/"), name);
	else
		out[0] = '\0';
}

static bool is_ours(const char *path)
{
	size_t n = strlen(root);

	pthread_once(&once, set_up);
	return strncmp(path, root, strlen(root)) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* The path behind a descriptor; NULL when it is none of ours. */
static const char *path_of(int fd)
{
	return fd >= 0 && fd < N_FDS && paths[fd] && paths[fd][0] ? paths[fd] : NULL;
}

static void set_path(int fd, const char *path)
{
	if (fd < 0 || fd >= N_FDS)
		return;
	free(paths[fd]);
	paths[fd] = path ? strdup(path) : NULL;
}

static bool is_due(struct fault *f, const char *call, bool is_lasting)
{
	if (f->n == 0 || (f->call[0] && strcmp(f->call, call) != 0))
		return false;
	f->n_seen++;
	return f->n_seen == f->n || (is_lasting && f->n_seen > f->n);
}

/* Counts a call and takes the lock; false, without it, when the call is to fail: errno says how. */
static bool begin(const char *call)
{
	int errnum = 0;

	pthread_mutex_lock(&lock);
	++*count;
	if (is_due(&kill_fault, call, false)) {
		kill(getpid(), SIGKILL);
		for (;;)
			pause();
	}
	if (is_due(&once_fault, call, false))
		errnum = once_fault.errnum;
	if (is_due(&lasting_fault, call, true))
		errnum = lasting_fault.errnum;
	if (errnum == 0)
		return true;
	pthread_mutex_unlock(&lock);
	errno = errnum;
	return false;
}

static void write_all(const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t done = syscall(SYS_write, trace_fd, at, n);
		if (done <= 0)
			abort();
		at += done;
		n -= (size_t)done;
	}
}

/* Writes the entry of a call that was made and drops the lock; leaves errno alone. */
static void end(const char *call, int fd, const char *path, uint64_t offset, const void *data, size_t n, int64_t result)
{
	int errnum = errno;
	char line[PATH_SIZE + 128];
	int len;

	if (trace_fd >= 0 && result >= 0) {
		len = snprintf(line, sizeof line, "%s %d %s %llu %zu %lld\n", call, fd, path,
			       (unsigned long long)offset, n, (long long)result);
		write_all(line, (size_t)len);
		write_all(data, n);
	}
	pthread_mutex_unlock(&lock);
	errno = errnum;
}

/* --- Names -------------------------------------------------------------------------------------------------- */

static int open_path(int dir_fd, const char *name, int flags, mode_t mode)
{
	char path[PATH_SIZE];
	int fd;

	resolve(dir_fd, name, path);
	if (!is_ours(path)) {
		fd = (int)syscall(SYS_openat, dir_fd, name, flags, mode);
		if (fd >= 0)
			set_path(fd, NULL);
		return fd;
	}
	if (flags & (O_CREAT | O_TRUNC)) {
		if (!begin("open"))
			return -1;
	} else {
		pthread_mutex_lock(&lock);
	}
	fd = (int)syscall(SYS_openat, dir_fd, name, flags, mode);
	if (fd >= 0) {
		read_link(fd, path);
		set_path(fd, path);
	}
	end("open", fd, path, (uint64_t)flags, NULL, 0, fd);
	return fd;
}

#define DEFINE_OPEN(function)                                                                                          \
	EXPORT int function(const char *name, int flags, ...)                                                          \
	{                                                                                                              \
		va_list args;                                                                                          \
		mode_t mode;                                                                                           \
                                                                                                                       \
		va_start(args, flags);                                                                                 \
		mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                                     \
		va_end(args);                                                                                          \
		return open_path(AT_FDCWD, name, flags, mode);                                                         \
	}

#define DEFINE_OPENAT(function)                                                                                        \
	EXPORT int function(int dir_fd, const char *name, int flags, ...)                                              \
	{                                                                                                              \
		va_list args;                                                                                          \
		mode_t mode;                                                                                           \
                                                                                                                       \
		va_start(args, flags);                                                                                 \
		mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;                                                     \
		va_end(args);                                                                                          \
		return open_path(dir_fd, name, flags, mode);                                                           \
	}

#undef open
#undef openat
DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)

EXPORT int close(int fd)
{
	const char *path = path_of(fd);
	int rc;

	if (!path)
		return (int)syscall(SYS_close, fd);
	pthread_mutex_lock(&lock);
	path = paths[fd]; /* taken before another thread is given the number */
	paths[fd] = NULL;
	rc = (int)syscall(SYS_close, fd);
	end("close", fd, path, 0, NULL, 0, 0);
	free((char *)(uintptr_t)path);
	return rc;
}

EXPORT int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	char old[PATH_SIZE], new[PATH_SIZE];
	int rc;

	resolve(from_fd, from, old);
	resolve(to_fd, to, new);
	if (!is_ours(old) || !is_ours(new))
		return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
	if (!begin("rename"))
		return -1;
	rc = (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, 0);
	end("rename", -1, old, 0, new, strlen(new), rc);
	return rc;
}

EXPORT int rename(const char *from, const char *to)
{
	return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

EXPORT int unlinkat(int dir_fd, const char *name, int flags)
{
	char path[PATH_SIZE];
	int rc;

	resolve(dir_fd, name, path);
	if (!is_ours(path))
		return (int)syscall(SYS_unlinkat, dir_fd, name, flags);
	if (!begin("unlink"))
		return -1;
	rc = (int)syscall(SYS_unlinkat, dir_fd, name, flags);
	end("unlink", -1, path, 0, NULL, 0, rc);
	return rc;
}

EXPORT int unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

EXPORT int mkdirat(int dir_fd, const char *name, mode_t mode)
{
	char path[PATH_SIZE];
	int rc;

	resolve(dir_fd, name, path);
	if (!is_ours(path))
		return (int)syscall(SYS_mkdirat, dir_fd, name, mode);
	if (!begin("mkdir"))
		return -1;
	rc = (int)syscall(SYS_mkdirat, dir_fd, name, mode);
	end("mkdir", -1, path, 0, NULL, 0, rc);
	return rc;
}

EXPORT int mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}

/* --- Contents ----------------------------------------------------------------------------------------------- */

static size_t shorten(size_t n)
{
	return is_short && n > 1 ? n / 2 : n;
}

static ssize_t write_at(int fd, const void *data, size_t n, off_t offset)
{
	const char *path = path_of(fd);
	ssize_t done;

	if (!path)
		return syscall(SYS_pwrite64, fd, data, n, offset);
	if (!begin("write"))
		return -1;
	done = syscall(SYS_pwrite64, fd, data, shorten(n), offset);
	end("write", fd, path, (uint64_t)offset, data, done > 0 ? (size_t)done : 0, done);
	return done;
}

EXPORT ssize_t pwrite(int fd, const void *data, size_t n, off_t offset)
{
	return write_at(fd, data, n, offset);
}

EXPORT ssize_t pwrite64(int fd, const void *data, size_t n, off_t offset)
{
	return write_at(fd, data, n, offset);
}

EXPORT ssize_t write(int fd, const void *data, size_t n)
{
	const char *path = path_of(fd);
	off_t offset;
	ssize_t done;

	if (!path)
		return syscall(SYS_write, fd, data, n);
	if (!begin("write"))
		return -1;
	offset = lseek(fd, 0, SEEK_CUR);
	done = syscall(SYS_write, fd, data, shorten(n));
	end("write", fd, path, (uint64_t)offset, data, done > 0 ? (size_t)done : 0, done);
	return done;
}

static int truncate_to(int fd, off_t length)
{
	const char *path = path_of(fd);
	int rc;

	if (!path)
		return (int)syscall(SYS_ftruncate, fd, length);
	if (!begin("truncate"))
		return -1;
	rc = (int)syscall(SYS_ftruncate, fd, length);
	end("truncate", fd, path, (uint64_t)length, NULL, 0, rc);
	return rc;
}

EXPORT int ftruncate(int fd, off_t length)
{
	return truncate_to(fd, length);
}

EXPORT int ftruncate64(int fd, off_t length)
{
	return truncate_to(fd, length);
}

static int allocate(int fd, int mode, off_t offset, off_t length)
{
	const char *path = path_of(fd);
	int rc;

	if (!path)
		return (int)syscall(SYS_fallocate, fd, mode, offset, length);
	if (!begin("allocate"))
		return -1;
	rc = (int)syscall(SYS_fallocate, fd, mode, offset, length);
	end("allocate", fd, path, (uint64_t)offset, NULL, 0, rc);
	return rc;
}

EXPORT int fallocate(int fd, int mode, off_t offset, off_t length)
{
	return allocate(fd, mode, offset, length);
}

EXPORT int fallocate64(int fd, int mode, off_t offset, off_t length)
{
	return allocate(fd, mode, offset, length);
}

static int sync_file(int fd, long number)
{
	const char *path = path_of(fd);
	int rc;

	if (!path)
		return (int)syscall(number, fd);
	if (!begin("sync"))
		return -1;
	rc = (int)syscall(number, fd);
	end("sync", fd, path, 0, NULL, 0, rc);
	return rc;
}

EXPORT int fsync(int fd)
{
	return sync_file(fd, SYS_fsync);
}

EXPORT int fdatasync(int fd)
{
	return sync_file(fd, SYS_fdatasync);
}
