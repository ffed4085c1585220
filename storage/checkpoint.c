/* Checkpoints: two files per content in data/checkpoints.
 *
 *   <hash>.frames   what was appended to the spool
 *   <hash>.state    a head, and the renderer's state behind it
 *
 * A save is: frames to the disk (fdatasync), the state into <hash>.new, fsync, rename to <hash>.state, fsync of the folder.
 * It is done by a thread of its own that lives as long as one save, since an fsync takes long enough to be heard as a gap
 * in a render; meanwhile the spool grows on. The frames are never cut while a state names them, so at every moment
 * the newest state that is on the disk has the frames it needs: the file may be longer, never shorter.
 *
 * What is read back is believed only when its SHA-256 and the sum over the frames are right; everything else is
 * no checkpoint, and the render starts afresh. A lock on the frames keeps a second run of the same content off: one
 * whose lease was lost may still be at work. */
#include "base/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "storage/internal.h"

#define STATE_BYTES_MAX ((uint64_t)1 << 30) /* more than any renderer says, less than what could hurt */
enum { VERIFY_BYTES = 256 * 1024 };

/* The head of a .state file, in the machine's byte order: it is read where it was written. */
struct head {
	char magic[8];
	uint8_t content_hash[SHA256_BYTES];
	uint64_t n_frames_bytes, frames_sum; /* of .frames: how much of it, and spool_sum() */
	uint64_t n_state;
	uint8_t sha256[SHA256_BYTES]; /* of the head up to here, and of the state */
};

static const char magic[8] = "PHCKPT2\n", file_name[] = "a checkpoint";

struct file_checkpoint {
	struct checkpoint checkpoint; /* first: a struct checkpoint * is a struct file_checkpoint * */
	const struct storage *storage;
	uint8_t content_hash[SHA256_BYTES];
	int frames_fd; /* owned by the spool */
	char *found;   /* what checkpoint.state points into */
	pthread_t thread;
	bool has_thread;
	_Atomic bool is_saving; /* release by the thread at its end, acquire before the next save */
	/* Of the save in progress: */
	struct head head;
	void *state;
};

/* --- Names --- */

static char *name_of(const uint8_t content_hash[SHA256_BYTES], const char *ending, char out[CHECKPOINT_NAME_SIZE])
{
	char hex[SHA256_HEX_SIZE];

	snprintf(out, CHECKPOINT_NAME_SIZE, "%s%s", sha256_hex(content_hash, hex), ending);
	return out;
}

bool checkpoint_parse_name(const char *name, uint8_t content_hash[SHA256_BYTES], bool *is_state)
{
	char hex[SHA256_HEX_SIZE];

	if (strlen(name) < SHA256_HEX_SIZE)
		return false;
	memcpy(hex, name, SHA256_HEX_SIZE - 1);
	hex[SHA256_HEX_SIZE - 1] = '\0';
	*is_state = strcmp(name + SHA256_HEX_SIZE - 1, ".state") == 0;
	return sha256_parse_hex(hex, content_hash) == 0 &&
	       (*is_state || strcmp(name + SHA256_HEX_SIZE - 1, ".frames") == 0);
}

bool checkpoint_exists(const struct storage *s, const uint8_t content_hash[SHA256_BYTES])
{
	char name[CHECKPOINT_NAME_SIZE];

	return faccessat(s->checkpoints_fd, name_of(content_hash, ".state", name), R_OK, 0) == 0;
}

static void remove_file(const struct storage *s, const uint8_t content_hash[SHA256_BYTES], const char *ending)
{
	char name[CHECKPOINT_NAME_SIZE];

	unlinkat(s->checkpoints_fd, name_of(content_hash, ending, name), 0);
}

void checkpoint_remove(const struct storage *s, const uint8_t content_hash[SHA256_BYTES])
{
	remove_file(s, content_hash, ".state");
	remove_file(s, content_hash, ".new");
	remove_file(s, content_hash, ".frames");
}

/* --- Saving --- */

static void sum_head(const struct head *h, const void *state, uint8_t sha256[SHA256_BYTES])
{
	struct sha256 sum;

	sha256_init(&sum);
	sha256_update(&sum, h, offsetof(struct head, sha256));
	sha256_update(&sum, state, h->n_state);
	sha256_final(&sum, sha256);
}

static int write_state(const struct file_checkpoint *c, struct error *err)
{
	char name[CHECKPOINT_NAME_SIZE];
	int fd = openat(c->storage->checkpoints_fd, name_of(c->content_hash, ".new", name),
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	int rc;

	if (fd < 0)
		return error_set_errno(err, errno, "creating a checkpoint");
	rc = file_write(fd, &c->head, sizeof c->head, file_name, err) ||
	     file_write(fd, c->state, c->head.n_state, file_name, err);
	if (rc == 0 && fsync(fd))
		rc = error_set_errno(err, errno, "syncing a checkpoint");
	close(fd);
	return rc ? -1 : 0;
}

static int publish(const struct file_checkpoint *c, struct error *err)
{
	char from[CHECKPOINT_NAME_SIZE], to[CHECKPOINT_NAME_SIZE];
	int folder_fd = c->storage->checkpoints_fd;

	name_of(c->content_hash, ".new", from);
	name_of(c->content_hash, ".state", to);
	if (renameat(folder_fd, from, folder_fd, to) || fsync(folder_fd))
		return error_set_errno(err, errno, "publishing a checkpoint");
	return 0;
}

static int save_now(struct file_checkpoint *c, struct error *err)
{
	if (fdatasync(c->frames_fd))
		return error_set_errno(err, errno, "syncing the frames of a checkpoint");
	sum_head(&c->head, c->state, c->head.sha256);
	return write_state(c, err) || publish(c, err) ? -1 : 0;
}

static void *save_main(void *arg)
{
	struct file_checkpoint *c = arg;
	struct error err = ERROR_INIT;

	pthread_setname_np(pthread_self(), "checkpoint");
	if (save_now(c, &err))
		log_event(LOG_WARN, "a checkpoint could not be saved", "error", err.message, NULL);
	free(c->state);
	c->state = NULL;
	atomic_store_explicit(&c->is_saving, false, memory_order_release);
	return NULL;
}

static void wait_for_save(struct file_checkpoint *c)
{
	if (c->has_thread)
		pthread_join(c->thread, NULL);
	c->has_thread = false;
}

static bool checkpoint_file_is_saving(struct checkpoint *checkpoint)
{
	struct file_checkpoint *c = (struct file_checkpoint *)checkpoint;

	return atomic_load_explicit(&c->is_saving, memory_order_acquire);
}

static void forget_found(struct file_checkpoint *c)
{
	free(c->found);
	c->found = NULL;
	c->checkpoint.state = NULL;
	c->checkpoint.n_state = 0;
}

static int checkpoint_file_save(struct checkpoint *checkpoint, void *state, size_t n, struct error *err)
{
	struct file_checkpoint *c = (struct file_checkpoint *)checkpoint;
	int errnum;

	wait_for_save(c);
	forget_found(c);
	c->head = (struct head){ .n_state = n };
	memcpy(c->head.magic, magic, sizeof magic);
	memcpy(c->head.content_hash, c->content_hash, SHA256_BYTES);
	if (spool_flush(checkpoint->spool, &c->head.n_frames_bytes, &c->head.frames_sum, err)) {
		free(state);
		return -1;
	}
	c->state = state;
	atomic_store_explicit(&c->is_saving, true, memory_order_relaxed);
	errnum = pthread_create(&c->thread, NULL, save_main, c);
	c->has_thread = errnum == 0;
	if (errnum)
		save_main(c);
	return 0;
}

/* --- Ending --- */

static int checkpoint_file_restart(struct checkpoint *checkpoint, struct error *err)
{
	struct file_checkpoint *c = (struct file_checkpoint *)checkpoint;

	wait_for_save(c);
	forget_found(c);
	remove_file(c->storage, c->content_hash, ".state");
	return spool_clear(checkpoint->spool, err);
}

static void checkpoint_file_end(struct checkpoint *checkpoint, bool is_kept)
{
	struct file_checkpoint *c = (struct file_checkpoint *)checkpoint;

	wait_for_save(c);
	if (!is_kept)
		checkpoint_remove(c->storage, c->content_hash);
	spool_free(checkpoint->spool); /* and with it the lock */
	free(c->found);
	free(c);
}

static const struct checkpoint_ops file_checkpoint_ops = { checkpoint_file_restart, checkpoint_file_is_saving,
							   checkpoint_file_save, checkpoint_file_end };

/* --- Opening --- */

static bool are_frames_whole(int fd, const struct head *h)
{
	char *piece = malloc(VERIFY_BYTES);
	uint64_t at = 0, sum = 0;

	while (piece && at < h->n_frames_bytes) {
		uint64_t left = h->n_frames_bytes - at;
		size_t n = left < VERIFY_BYTES ? (size_t)left : VERIFY_BYTES;
		if (file_read_at(fd, at, piece, n, file_name, NULL))
			break;
		sum = spool_sum(sum, piece, n);
		at += n;
	}
	free(piece);
	return at == h->n_frames_bytes && sum == h->frames_sum;
}

/* The state behind a head that is in order; NULL when it is not. */
static char *read_state(const struct file_checkpoint *c, int fd, struct head *h)
{
	uint8_t sha256[SHA256_BYTES];
	struct stat st;
	char *state;

	if (file_read_at(fd, 0, h, sizeof *h, file_name, NULL) || memcmp(h->magic, magic, sizeof magic) != 0 ||
	    memcmp(h->content_hash, c->content_hash, SHA256_BYTES) != 0 || h->n_state > STATE_BYTES_MAX ||
	    fstat(fd, &st) || (uint64_t)st.st_size != sizeof *h + h->n_state)
		return NULL;
	state = malloc(h->n_state + 1);
	if (state && file_read_at(fd, sizeof *h, state, h->n_state, file_name, NULL) == 0) {
		sum_head(h, state, sha256);
		if (memcmp(sha256, h->sha256, SHA256_BYTES) == 0)
			return state;
	}
	free(state);
	return NULL;
}

/* Fills what was found, if it is whole. */
static void find_state(struct file_checkpoint *c, struct head *h)
{
	char name[CHECKPOINT_NAME_SIZE];
	int fd = openat(c->storage->checkpoints_fd, name_of(c->content_hash, ".state", name),
			O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return;
	c->found = read_state(c, fd, h);
	close(fd);
	if (c->found && !are_frames_whole(c->frames_fd, h)) {
		free(c->found);
		c->found = NULL;
	}
	if (!c->found)
		log_event(LOG_WARN, "a checkpoint is damaged; the render starts afresh", "file", name, NULL);
}

/* Takes the lock; 1, 0: somebody else has it, -1. */
static int open_frames(struct file_checkpoint *c, struct error *err)
{
	char name[CHECKPOINT_NAME_SIZE];
	int errnum;

	c->frames_fd = openat(c->storage->checkpoints_fd, name_of(c->content_hash, ".frames", name),
			      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (c->frames_fd < 0)
		return error_set_errno(err, errno, "creating checkpoints/%s", name);
	if (flock(c->frames_fd, LOCK_EX | LOCK_NB) == 0)
		return 1;
	errnum = errno;
	close(c->frames_fd);
	return errnum == EWOULDBLOCK ? 0 : error_set_errno(err, errnum, "locking checkpoints/%s", name);
}

static int open_checkpoint(struct file_checkpoint *c, struct error *err)
{
	struct head h = { .n_state = 0 };
	int rc = open_frames(c, err);

	if (rc != 1)
		return rc;
	find_state(c, &h);
	if (!c->found)
		h = (struct head){ .n_state = 0 };
	/* What was appended after the save is rendered again. */
	if (ftruncate(c->frames_fd, (off_t)h.n_frames_bytes)) {
		error_set_errno(err, errno, "cutting the frames of a checkpoint");
		close(c->frames_fd);
		return -1;
	}
	c->checkpoint.spool = spool_resume(c->frames_fd, h.n_frames_bytes, h.frames_sum, err);
	if (!c->checkpoint.spool)
		return -1;
	c->checkpoint.state = c->found;
	c->checkpoint.n_state = c->found ? h.n_state : 0;
	return 1;
}

static bool has_room(const struct storage *s, uint64_t expected_bytes)
{
	struct statvfs fs;

	return fstatvfs(s->checkpoints_fd, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize / 2 > expected_bytes;
}

int storage_checkpoint_open(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t expected_bytes,
			    struct checkpoint **found, struct error *err)
{
	struct file_checkpoint *c;
	int rc;

	*found = NULL;
	if (!has_room(s, expected_bytes))
		return 0;
	c = calloc(1, sizeof *c);
	if (!c)
		return error_set(err, ERR_NO_MEMORY, "no memory for a checkpoint");
	c->checkpoint.ops = &file_checkpoint_ops;
	c->storage = s;
	memcpy(c->content_hash, content_hash, SHA256_BYTES);
	rc = open_checkpoint(c, err);
	if (rc == 1) {
		*found = &c->checkpoint;
		return 0;
	}
	free(c->found);
	free(c);
	return rc;
}
