/* The secret that links are signed with: 32 random bytes in data/link.key, readable by the owner only. Whoever removes the
 * file makes all links invalid. */
#include <errno.h>
#include <fcntl.h>
#include <sodium/randombytes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "storage/internal.h"
#include "storage/outfile.h"

#define SECRET_NAME "link.key"
#define PART_NAME "link.key.part"

/* 1: read, 0: there is none, -1. */
static int read_secret(int data_fd, uint8_t out[LINK_SECRET_BYTES], struct error *err)
{
	int fd = openat(data_fd, SECRET_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "opening " SECRET_NAME);
	n = read(fd, out, LINK_SECRET_BYTES);
	close(fd);
	if (n == LINK_SECRET_BYTES)
		return 1;
	return error_set(err, ERR_CORRUPT, SECRET_NAME " does not hold %d bytes", LINK_SECRET_BYTES);
}

/* And on disk. */
static int write_whole(int fd, const uint8_t secret[LINK_SECRET_BYTES], struct error *err)
{
	struct outfile *out = pwrite_open(fd, err);
	int rc;

	if (!out)
		return -1;
	rc = outfile_write(out, secret, LINK_SECRET_BYTES, err) || outfile_sync(out, err) ? -1 : 0;
	outfile_free(out);
	return rc;
}

static int write_secret(int data_fd, const uint8_t secret[LINK_SECRET_BYTES], struct error *err)
{
	int fd = openat(data_fd, PART_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), rc = 0;

	if (fd < 0)
		return error_set_errno(err, errno, "making " SECRET_NAME);
	if (fchmod(fd, 0600))
		rc = error_set_errno(err, errno, "making " SECRET_NAME);
	if (rc == 0)
		rc = write_whole(fd, secret, err);
	close(fd);
	CRASH_POINT(secret_written);
	if (rc == 0 && renameat(data_fd, PART_NAME, data_fd, SECRET_NAME))
		rc = error_set_errno(err, errno, "renaming " SECRET_NAME);
	CRASH_POINT(secret_renamed);
	return rc;
}

int secret_load(int data_fd, uint8_t out[LINK_SECRET_BYTES], struct error *err)
{
	int rc = read_secret(data_fd, out, err);

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	randombytes_buf(out, LINK_SECRET_BYTES);
	return write_secret(data_fd, out, err);
}

const uint8_t *storage_link_secret(const struct storage *s)
{
	return s->link_secret;
}
