/* The plain backends: pwrite(2) where io_uring is not to be had, write(2) for what has no offsets. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "storage/outfile.h"

struct plain {
	struct outfile base;
	int fd;
	bool is_stream;
	uint64_t offset; /* bytes written */
};

static ssize_t write_some(const struct plain *p, const void *data, size_t n)
{
	return p->is_stream ? write(p->fd, data, n) : pwrite(p->fd, data, n, (off_t)p->offset);
}

/* A pipe that somebody made non-blocking. */
static void wait_until_writable(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLOUT };

	poll(&pfd, 1, -1);
}

static int plain_write(struct outfile *f, const void *data, size_t n, struct error *err)
{
	struct plain *p = (struct plain *)f;
	const char *at = data;

	while (n > 0) {
		ssize_t n_written = write_some(p, at, n);
		if (n_written > 0) {
			at += n_written;
			n -= (size_t)n_written;
			p->offset += (uint64_t)n_written;
		} else if (n_written == 0) {
			return error_set(err, ERR_IO, "writing %zu bytes: the file takes no more", n);
		} else if (errno == EAGAIN) {
			wait_until_writable(p->fd);
		} else if (errno != EINTR) {
			return error_set_errno(err, errno, "writing %zu bytes at %llu", n,
					       (unsigned long long)p->offset);
		}
	}
	return 0;
}

/* Each write was waited for. */
static int plain_drain(struct outfile *f, struct error *err)
{
	(void)f;
	(void)err;
	return 0;
}

static int plain_sync(struct outfile *f, struct error *err)
{
	struct plain *p = (struct plain *)f;

	if (p->is_stream)
		return 0;
	/* Never retried: after a failure the kernel may call the lost pages clean. */
	if (fsync(p->fd))
		return error_set_errno(err, errno, "syncing the file");
	return 0;
}

static uint64_t plain_settle(struct outfile *f)
{
	return ((struct plain *)f)->offset;
}

static void plain_free(struct outfile *f)
{
	free(f);
}

static const struct outfile_ops plain_ops = { plain_write, plain_drain, plain_sync, plain_settle, plain_free };

static struct outfile *plain_open(int fd, bool is_stream, struct error *err)
{
	struct plain *p = malloc(sizeof *p);

	if (!p) {
		error_set(err, ERR_NO_MEMORY, "opening a file for writing: out of memory");
		return NULL;
	}
	*p = (struct plain){ .base.ops = &plain_ops, .fd = fd, .is_stream = is_stream };
	return &p->base;
}

struct outfile *pwrite_open(int fd, struct error *err)
{
	return plain_open(fd, false, err);
}

struct outfile *stream_open(int fd, struct error *err)
{
	return plain_open(fd, true, err);
}
