/* Sequential writing to an open regular file over io_uring (uring.c) or pwrite (pwrite.c), with one interface.
 *
 * The descriptor stays the caller's. Calls may come from different threads, one at a time. After a failure
 * only free() may follow. */
#ifndef STORAGE_OUTFILE_H
#define STORAGE_OUTFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct outfile;

struct outfile_ops {
	/* Appends n bytes; takes a copy or writes before it returns. */
	int (*write)(struct outfile *f, const void *data, size_t n, struct error *err);
	/* Everything written so far is with the kernel, complete and checked, when this returns 0. */
	int (*drain)(struct outfile *f, struct error *err);
	/* As drain, and on disk. */
	int (*sync)(struct outfile *f, struct error *err);
	/* How many bytes from the start another descriptor of the file finds there, as far as is known without waiting. What is
	 * gathered for a larger write goes out now, for a reader in a hurry. A failure shows at the next write. */
	uint64_t (*settle)(struct outfile *f);
	/* Waits for what the kernel still reads from our memory, then frees. */
	void (*free)(struct outfile *f);
};

struct outfile {
	const struct outfile_ops *ops;
};

struct outfile *uring_open(int fd, struct error *err) WARN_UNUSED;
struct outfile *pwrite_open(int fd, struct error *err) WARN_UNUSED;
/* For pipes, terminals and sockets: write(2) in order; drain and sync have nothing to do. */
struct outfile *stream_open(int fd, struct error *err) WARN_UNUSED;

/* 0 when this kernel offers io_uring with the operations that we use, else a positive errno. */
int uring_check(void);

static inline int outfile_write(struct outfile *f, const void *data, size_t n, struct error *err)
{
	return f->ops->write(f, data, n, err);
}

static inline int outfile_drain(struct outfile *f, struct error *err)
{
	return f->ops->drain(f, err);
}

static inline int outfile_sync(struct outfile *f, struct error *err)
{
	return f->ops->sync(f, err);
}

static inline uint64_t outfile_settle(struct outfile *f)
{
	return f->ops->settle(f);
}

static inline void outfile_free(struct outfile *f)
{
	f->ops->free(f);
}

#endif
