#include "base/file.h"

#include <errno.h>
#include <unistd.h>

/* Adds to *at what a write transferred, unless it was interrupted. A write of nothing says, on some systems, that the disk is
 * full. */
static int note_written(ssize_t done, size_t *at, const char *what, struct error *err)
{
	if (done <= 0 && !(done < 0 && errno == EINTR))
		return error_set_errno(err, done < 0 ? errno : ENOSPC, "writing %s", what);
	*at += done > 0 ? (size_t)done : 0;
	return 0;
}

int file_write(int fd, const void *data, size_t n, const char *what, struct error *err)
{
	const char *from = data;

	for (size_t at = 0; at < n;)
		if (note_written(write(fd, from + at, n - at), &at, what, err))
			return -1;
	return 0;
}

int file_write_at(int fd, uint64_t offset, const void *data, size_t n, const char *what, struct error *err)
{
	const char *from = data;

	for (size_t at = 0; at < n;)
		if (note_written(pwrite(fd, from + at, n - at, (off_t)(offset + at)), &at, what, err))
			return -1;
	return 0;
}

int file_read_at(int fd, uint64_t offset, void *out, size_t n, const char *what, struct error *err)
{
	char *to = out;

	for (size_t at = 0; at < n;) {
		ssize_t done = pread(fd, to + at, n - at, (off_t)(offset + at));
		if (done == 0)
			return error_set(err, ERR_CORRUPT, "%s ends early", what);
		if (done < 0 && errno != EINTR)
			return error_set_errno(err, errno, "reading %s", what);
		at += done > 0 ? (size_t)done : 0;
	}
	return 0;
}
