/* A sink over any descriptor, for `phonond render`. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/outfile.h"
#include "storage/storage.h"

struct file_sink {
	struct sink sink; /* first: a struct sink * is a struct file_sink * */
	struct outfile *out;
	int fd;
	char *path;      /* to unlink at abort, or NULL */
	bool is_durable; /* on disk before it is finished */
	uint64_t n_written;
};

/* Frees the sink; keeps the file unless is_failed. Returns what close() said. */
static int file_sink_end(struct file_sink *f, bool is_failed)
{
	int rc;

	outfile_free(f->out);
	rc = close(f->fd);
	if (is_failed && f->path)
		unlink(f->path);
	free(f->path);
	free(f);
	return rc;
}

static int file_sink_write_at(struct sink *sink, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct file_sink *f = (struct file_sink *)sink;

	assert(offset == f->n_written);
	if (outfile_write(f->out, data, n, err))
		return -1;
	f->n_written += n;
	return 0;
}

static int file_sink_finish(struct sink *sink, struct error *err)
{
	struct file_sink *f = (struct file_sink *)sink;

	if (f->is_durable ? outfile_sync(f->out, err) : outfile_drain(f->out, err)) {
		file_sink_end(f, true);
		return -1;
	}
	if (file_sink_end(f, false))
		return error_set_errno(err, errno, "closing the file");
	return 0;
}

static void file_sink_abort(struct sink *sink)
{
	file_sink_end((struct file_sink *)sink, true);
}

static const struct sink_ops file_sink_ops = { file_sink_write_at, file_sink_finish, file_sink_abort };

/* Offsets from zero only mean something in a regular file that is not appended to, as `>>` or
 * `(header; phonond render …) > file` would. */
static bool has_offsets(int fd)
{
	struct stat st;
	int flags = fcntl(fd, F_GETFL);

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && flags >= 0 && !(flags & O_APPEND) &&
	       lseek(fd, 0, SEEK_CUR) == 0;
}

static struct outfile *open_any(int fd, enum io_backend io, struct error *err)
{
	struct outfile *out;

	if (!has_offsets(fd))
		return stream_open(fd, err);
	if (io == IO_PWRITE)
		return pwrite_open(fd, err);
	out = uring_open(fd, err);
	return out || io == IO_URING ? out : pwrite_open(fd, err);
}

struct sink *file_sink_new(int fd, const char *path, enum io_backend io, bool is_durable, struct error *err)
{
	struct file_sink *f = calloc(1, sizeof *f);

	if (!f) {
		error_set(err, ERR_NO_MEMORY, "opening a file for writing: out of memory");
		return NULL;
	}
	f->sink.ops = &file_sink_ops;
	f->fd = fd;
	f->is_durable = is_durable;
	f->path = path ? strdup(path) : NULL;
	f->out = open_any(fd, io, err);
	if (f->out && (f->path || !path))
		return &f->sink;
	if (f->out) {
		error_set(err, ERR_NO_MEMORY, "opening a file for writing: out of memory");
		outfile_free(f->out);
	}
	free(f->path);
	free(f);
	return NULL;
}
