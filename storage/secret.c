/* The secret that links are signed with: 32 random bytes in data/link.key, readable by the owner only. Whoever removes the
 * file makes all links invalid. */
#include <errno.h>
#include <fcntl.h>
#include <sodium/randombytes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "storage/internal.h"

#define SECRET_NAME "link.key"
#define PART_NAME "link.key.part"

/* 1: read, 0: there is none, -1. */
static int read_secret(int data_fd, uint8_t out[LINK_SECRET_BYTES], struct error *err)
{
	int fd = openat(data_fd, SECRET_NAME, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int rc;

	if (fd < 0)
		return errno == ENOENT ? 0 : error_set_errno(err, errno, "opening " SECRET_NAME);
	rc = file_read_at(fd, 0, out, LINK_SECRET_BYTES, SECRET_NAME, err);
	close(fd);
	return rc ? -1 : 1;
}

static int write_secret(int data_fd, const uint8_t secret[LINK_SECRET_BYTES], struct error *err)
{
	int fd = openat(data_fd, PART_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600), rc = 0;

	if (fd < 0)
		return error_set_errno(err, errno, "making " SECRET_NAME);
	rc = fchmod(fd, 0600) ? error_set_errno(err, errno, "keeping " SECRET_NAME)
			      : file_write(fd, secret, LINK_SECRET_BYTES, SECRET_NAME, err);
	if (rc == 0 && (fsync(fd) || renameat(data_fd, PART_NAME, data_fd, SECRET_NAME)))
		rc = error_set_errno(err, errno, "keeping " SECRET_NAME);
	close(fd);
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
