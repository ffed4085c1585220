/* Writing a file over io_uring: the only file that knows liburing.
 *
 * One ring and N_SLOTS buffers per open file. write() copies into the slot being filled; a full slot is submitted
 * and the next free one is taken, so up to N_SLOTS writes are in flight while the renderer goes on.
 *
 *   FREE -> FILLING -> IN_FLIGHT -> FREE
 *                         ^  |
 *                         +--+   short write, EINTR, EAGAIN: the rest is submitted again
 *
 * A completion is never trusted: its count is compared with what was asked. A full disk answers with a short
 * count first and with ENOSPC only when asked for the rest, and a linked fsync would be canceled silently; so
 * sync() first reaps every write and only then submits the fsync. The first failure is kept and ends the file.
 *
 * The ring is used by one thread at a time but not always the same one, so no IORING_SETUP_SINGLE_ISSUER. When
 * the thread that submitted a write ends before the kernel has done it, the write may come back canceled; it has a
 * fixed offset, so it is submitted again. Registered buffers count against RLIMIT_MEMLOCK; where registering
 * fails, plain writes do the same at slightly more cost. */
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "storage/outfile.h"

enum {
	N_SLOTS = 4,
	SLOT_BYTES = 256 * 1024,
	SLOT_ALIGN = 4096,
	RING_ENTRIES = 8,   /* all slots and the fsync fit, so the completion queue cannot overflow */
	RETRIES_MAX = 1000, /* of one write without progress; a stuck device must not hang a job for ever */
};

/* user_data of the fsync; writes carry their slot. */
#define SYNC_TAG N_SLOTS

enum slot_state { SLOT_FREE, SLOT_FILLING, SLOT_IN_FLIGHT };

struct slot {
	enum slot_state state;
	char *bytes;        /* [SLOT_BYTES] */
	size_t len;         /* bytes filled */
	size_t done;        /* bytes that the kernel has confirmed */
	uint64_t offset;    /* of bytes[0] in the file */
	unsigned n_retries; /* since the last progress */
};

struct uring_file {
	struct outfile base;
	struct io_uring ring;
	int fd;
	bool has_fixed; /* the slots are registered buffers */
	bool is_broken; /* a write failed: why says how */
	struct error why;
	struct slot slots[N_SLOTS];
	struct slot *filling; /* NULL: none */
	unsigned n_in_flight; /* writes and fsync */
	uint64_t offset;      /* of the next byte that write() takes */
	bool is_synced;       /* the last fsync succeeded */
};

/* Keeps the first failure. */
static int break_file(struct uring_file *u, int errnum, const char *doing)
{
	if (!u->is_broken)
		error_set_errno(&u->why, errnum, "%s", doing);
	u->is_broken = true;
	return -1;
}

static int report(const struct uring_file *u, struct error *err)
{
	if (err)
		*err = u->why;
	return -1;
}

static bool is_transient(int errnum)
{
	return errnum == EINTR || errnum == EAGAIN || errnum == EBUSY;
}

/* Hands the one queued entry to the kernel. An entry that the kernel does not take stays behind in a ring that is
 * never submitted again. */
static int submit(struct uring_file *u)
{
	for (unsigned tries = 0; tries < RETRIES_MAX; tries++) {
		int rc = io_uring_submit(&u->ring);
		if (rc == 1) {
			u->n_in_flight++;
			return 0;
		}
		if (rc < 0 && !is_transient(-rc))
			return break_file(u, -rc, "submitting to io_uring");
	}
	return break_file(u, EAGAIN, "submitting to io_uring");
}

static int submit_slot(struct uring_file *u, struct slot *s)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
	unsigned idx = (unsigned)(s - u->slots);
	unsigned len = (unsigned)(s->len - s->done);

	if (!sqe)
		return break_file(u, EBUSY, "queueing a write");
	if (u->has_fixed)
		io_uring_prep_write_fixed(sqe, u->fd, s->bytes + s->done, len, s->offset + s->done, (int)idx);
	else
		io_uring_prep_write(sqe, u->fd, s->bytes + s->done, len, s->offset + s->done);
	io_uring_sqe_set_data64(sqe, idx);
	if (submit(u)) {
		s->state = SLOT_FREE;
		return -1;
	}
	s->state = SLOT_IN_FLIGHT;
	return 0;
}

/* A write came back with res: bytes written or a negative errno. */
static void complete_write(struct uring_file *u, struct slot *s, int res)
{
	s->state = SLOT_FREE;
	if (res > 0) {
		s->done += (size_t)res;
		s->n_retries = 0;
	} else if (res == 0 || ++s->n_retries > RETRIES_MAX || !(is_transient(-res) || res == -ECANCELED)) {
		break_file(u, res < 0 ? -res : EIO, "writing the file");
	}
	if (s->done < s->len && !u->is_broken)
		(void)!submit_slot(u, s);
}

static void complete(struct uring_file *u, uint64_t tag, int res)
{
	u->n_in_flight--;
	if (tag < N_SLOTS)
		complete_write(u, &u->slots[tag], res);
	else if (res < 0)
		break_file(u, -res, "syncing the file");
	else
		u->is_synced = true;
}

static void take_completion(struct uring_file *u, struct io_uring_cqe *cqe)
{
	uint64_t tag = io_uring_cqe_get_data64(cqe);
	int res = cqe->res;

	io_uring_cqe_seen(&u->ring, cqe);
	complete(u, tag, res);
}

/* Waits for one completion and handles it. -1 when waiting itself fails; then nothing in flight can be known. */
static int reap_one(struct uring_file *u)
{
	struct io_uring_cqe *cqe;
	int rc;

	do
		rc = io_uring_wait_cqe(&u->ring, &cqe);
	while (rc < 0 && is_transient(-rc));
	if (rc < 0)
		return break_file(u, -rc, "waiting for io_uring");
	take_completion(u, cqe);
	return 0;
}

static struct slot *find_free(struct uring_file *u)
{
	for (size_t i = 0; i < N_SLOTS; i++)
		if (u->slots[i].state == SLOT_FREE)
			return &u->slots[i];
	return NULL;
}

/* The slot that takes the next byte, waiting for one when all are in flight. NULL: the file is broken. */
static struct slot *slot_to_fill(struct uring_file *u)
{
	struct slot *s = u->filling;

	if (s)
		return s;
	while (!(s = find_free(u)))
		if (reap_one(u))
			return NULL;
	if (u->is_broken)
		return NULL;
	s->state = SLOT_FILLING;
	s->len = s->done = 0;
	s->n_retries = 0;
	s->offset = u->offset;
	u->filling = s;
	return s;
}

static int flush_filling(struct uring_file *u)
{
	struct slot *s = u->filling;

	u->filling = NULL;
	return s ? submit_slot(u, s) : 0;
}

static int uring_write(struct outfile *f, const void *data, size_t n, struct error *err)
{
	struct uring_file *u = (struct uring_file *)f;
	const char *at = data;

	while (n > 0) {
		struct slot *s = slot_to_fill(u);
		size_t room;
		if (!s)
			return report(u, err);
		room = SLOT_BYTES - s->len;
		if (room > n)
			room = n;
		memcpy(s->bytes + s->len, at, room);
		s->len += room;
		u->offset += room;
		at += room;
		n -= room;
		if (s->len == SLOT_BYTES && flush_filling(u))
			return report(u, err);
	}
	return 0;
}

static int reap_all(struct uring_file *u)
{
	while (u->n_in_flight > 0)
		if (reap_one(u))
			return -1;
	return u->is_broken ? -1 : 0;
}

static int submit_sync(struct uring_file *u)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);

	if (!sqe)
		return break_file(u, EBUSY, "queueing a sync");
	io_uring_prep_fsync(sqe, u->fd, 0);
	io_uring_sqe_set_data64(sqe, SYNC_TAG);
	u->is_synced = false;
	return submit(u);
}

static int uring_drain(struct outfile *f, struct error *err)
{
	struct uring_file *u = (struct uring_file *)f;

	return flush_filling(u) || reap_all(u) ? report(u, err) : 0;
}

static int uring_sync(struct outfile *f, struct error *err)
{
	struct uring_file *u = (struct uring_file *)f;

	if (uring_drain(f, err))
		return -1;
	if (submit_sync(u) || reap_all(u))
		return report(u, err);
	if (!u->is_synced) {
		break_file(u, EIO, "syncing the file");
		return report(u, err);
	}
	return 0;
}

/* Where nothing is in flight before. A broken file has slots that were given up, so it settles nothing. */
static uint64_t uring_settle(struct outfile *f)
{
	struct uring_file *u = (struct uring_file *)f;
	struct io_uring_cqe *cqe;
	uint64_t settled;

	(void)!flush_filling(u);
	while (u->n_in_flight > 0 && io_uring_peek_cqe(&u->ring, &cqe) == 0)
		take_completion(u, cqe);
	settled = u->is_broken ? 0 : u->offset;
	for (size_t i = 0; i < N_SLOTS; i++) {
		const struct slot *s = &u->slots[i];
		if (s->state != SLOT_FREE && s->offset + s->done < settled)
			settled = s->offset + s->done;
	}
	return settled;
}

static void uring_free(struct outfile *f)
{
	struct uring_file *u = (struct uring_file *)f;

	/* The kernel reads our buffers until the completion; a broken file submits nothing new. */
	u->is_broken = true;
	while (u->n_in_flight > 0)
		if (reap_one(u))
			break;
	io_uring_queue_exit(&u->ring);
	/* When even waiting failed, a leak is better than memory that changes under a write. */
	if (u->n_in_flight == 0)
		free(u->slots[0].bytes);
	free(u);
}

static const struct outfile_ops uring_ops = { uring_write, uring_drain, uring_sync, uring_settle, uring_free };

/* One allocation, cut into slots; registered when the system lets us. */
static int make_slots(struct uring_file *u)
{
	char *bytes = aligned_alloc(SLOT_ALIGN, (size_t)N_SLOTS * SLOT_BYTES);
	struct iovec iov[N_SLOTS];

	if (!bytes)
		return -1;
	for (size_t i = 0; i < N_SLOTS; i++) {
		u->slots[i].bytes = bytes + i * SLOT_BYTES;
		iov[i] = (struct iovec){ .iov_base = u->slots[i].bytes, .iov_len = SLOT_BYTES };
	}
	u->has_fixed = io_uring_register_buffers(&u->ring, iov, N_SLOTS) == 0;
	return 0;
}

struct outfile *uring_open(int fd, struct error *err)
{
	struct uring_file *u = calloc(1, sizeof *u);
	int rc;

	if (!u) {
		error_set(err, ERR_NO_MEMORY, "opening a file for writing: out of memory");
		return NULL;
	}
	u->base.ops = &uring_ops;
	u->fd = fd;
	/* Returns -errno and leaves errno alone. */
	rc = io_uring_queue_init(RING_ENTRIES, &u->ring, 0);
	if (rc < 0) {
		error_set_errno(err, -rc, "setting up io_uring");
		goto err_after_alloc;
	}
	if (make_slots(u)) {
		error_set(err, ERR_NO_MEMORY, "allocating write buffers: out of memory");
		goto err_after_ring;
	}
	return &u->base;

err_after_ring:
	io_uring_queue_exit(&u->ring);
err_after_alloc:
	free(u);
	return NULL;
}

int uring_check(void)
{
	static const int needed[] = { IORING_OP_WRITE, IORING_OP_WRITE_FIXED, IORING_OP_FSYNC };
	struct io_uring ring;
	struct io_uring_probe *probe;
	int rc = io_uring_queue_init(RING_ENTRIES, &ring, 0);

	if (rc < 0)
		return -rc;
	probe = io_uring_get_probe_ring(&ring);
	rc = probe ? 0 : EOPNOTSUPP;
	for (size_t i = 0; probe && i < sizeof needed / sizeof needed[0]; i++)
		if (!io_uring_opcode_supported(probe, needed[i]))
			rc = EOPNOTSUPP;
	if (probe)
		io_uring_free_probe(probe);
	io_uring_queue_exit(&ring);
	return rc;
}
