/* Spools over files: those without a name, of which nothing is left when the process is killed, and those of a
 * checkpoint (checkpoint.c), which are there to stay. */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/internal.h"

enum { SPOOL_BYTES = 256 * 1024 }; /* written at a time */

static const char file_name[] = "a temporary file";

struct file_spool {
	struct spool spool; /* first: a struct spool * is a struct file_spool * */
	int fd;
	uint64_t n_written; /* bytes that the file has */
	bool is_summed;
	uint64_t sum; /* spool_sum() of them, of a checkpoint */
	size_t n_pending;
	char pending[SPOOL_BYTES];
};

/* A polynomial over the words, which can be had four at a time and for pieces of any number of words. */
uint64_t spool_sum(uint64_t sum, const void *data, size_t n)
{
	const uint64_t k = 0x9e3779b97f4a7c15u;
	const char *bytes = data;
	uint64_t w[4];
	size_t i = 0;

	for (; i + sizeof w <= n; i += sizeof w) {
		memcpy(w, bytes + i, sizeof w);
		sum = sum * (k * k * k * k) + ((w[0] * (k * k * k) + w[1] * (k * k)) + (w[2] * k + w[3]));
	}
	for (; i + sizeof *w <= n; i += sizeof *w) {
		memcpy(w, bytes + i, sizeof *w);
		sum = sum * k + w[0];
	}
	return sum;
}

static int flush(struct file_spool *f, struct error *err)
{
	size_t n = f->n_pending;

	f->n_pending = 0;
	if (f->is_summed)
		f->sum = spool_sum(f->sum, f->pending, n);
	if (file_write_at(f->fd, f->n_written, f->pending, n, file_name, err))
		return -1;
	f->n_written += n;
	return 0;
}

/* Through the buffer whatever the size, so that the file is written and summed in pieces of whole words. */
static int spool_file_append(struct spool *s, const void *data, size_t n, struct error *err)
{
	struct file_spool *f = (struct file_spool *)s;
	const char *from = data;

	while (n > 0) {
		size_t room = SPOOL_BYTES - f->n_pending, part = n < room ? n : room;
		memcpy(f->pending + f->n_pending, from, part);
		f->n_pending += part;
		from += part;
		n -= part;
		if (f->n_pending == SPOOL_BYTES && flush(f, err))
			return -1;
	}
	return 0;
}

static int spool_file_read_at(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err)
{
	struct file_spool *f = (struct file_spool *)s;

	if (f->n_pending > 0 && flush(f, err))
		return -1;
	return file_read_at(f->fd, offset, data, n, file_name, err);
}

static void spool_file_free(struct spool *s)
{
	struct file_spool *f = (struct file_spool *)s;

	close(f->fd);
	free(f);
}

static const struct spool_ops file_spool_ops = { spool_file_append, spool_file_read_at, spool_file_free };

/* Takes fd; -1 is an error that err has already. */
static struct spool *spool_over(int fd, struct error *err)
{
	struct file_spool *f = fd < 0 ? NULL : calloc(1, sizeof *f);

	if (fd < 0)
		return NULL;
	if (!f) {
		close(fd);
		error_set(err, ERR_NO_MEMORY, "no memory for a temporary file");
		return NULL;
	}
	f->spool.ops = &file_spool_ops;
	f->fd = fd;
	return &f->spool;
}

/* For file systems without O_TMPFILE. */
static int make_unlinked(const char *folder, struct error *err)
{
	char *path = NULL;
	int fd = -1;

	if (asprintf(&path, "%s/phonond-XXXXXX", folder) < 0)
		return error_set(err, ERR_NO_MEMORY, "no memory for a temporary file");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		error_set_errno(err, errno, "making a temporary file in '%s'", folder);
	else
		unlink(path);
	free(path);
	return fd;
}

struct spool *file_spool_new(const char *folder, struct error *err)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return spool_over(fd < 0 ? make_unlinked(folder, err) : fd, err);
}

struct spool *storage_spool_new(struct storage *s, struct error *err)
{
	char name[PART_NAME_SIZE];
	int fd = part_create(s, name, err);

	if (fd >= 0)
		unlinkat(s->tmp_fd, name, 0);
	return spool_over(fd, err);
}

/* --- Of a checkpoint --- */

struct spool *spool_resume(int fd, uint64_t n_bytes, uint64_t sum, struct error *err)
{
	struct spool *s = spool_over(fd, err);
	struct file_spool *f = (struct file_spool *)s;

	if (!s)
		return NULL;
	f->is_summed = true;
	f->n_written = n_bytes;
	f->sum = sum;
	return s;
}

int spool_flush(struct spool *s, uint64_t *n_bytes, uint64_t *sum, struct error *err)
{
	struct file_spool *f = (struct file_spool *)s;

	if (f->n_pending > 0 && flush(f, err))
		return -1;
	*n_bytes = f->n_written;
	*sum = f->sum;
	return 0;
}

int spool_clear(struct spool *s, struct error *err)
{
	struct file_spool *f = (struct file_spool *)s;

	f->n_pending = 0;
	f->n_written = 0;
	f->sum = 0;
	return ftruncate(f->fd, 0) ? error_set_errno(err, errno, "emptying the frames of a checkpoint") : 0;
}
