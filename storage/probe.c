/* Which backend works here, found by trying: containers, seccomp profiles, sysctls and old kernels each refuse
 * io_uring in their own place and with their own errno, so nothing but a real write, sync and read back in the
 * data folder tells. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "storage/internal.h"
#include "storage/outfile.h"

enum { PROBE_BYTES = 64 * 1024 };

static int write_and_sync(int fd, enum io_backend io, const char *data, struct error *err)
{
	struct outfile *out = io == IO_URING ? uring_open(fd, err) : pwrite_open(fd, err);
	int rc;

	if (!out)
		return -1;
	rc = outfile_write(out, data, PROBE_BYTES, err);
	if (rc == 0)
		rc = outfile_sync(out, err);
	outfile_free(out);
	return rc;
}

static int read_back(int fd, const char *data, struct error *err)
{
	static const char mismatch[] = "a probe file does not hold what was written";
	char piece[4096];

	for (size_t at = 0; at < PROBE_BYTES; at += sizeof piece) {
		ssize_t n = pread(fd, piece, sizeof piece, (off_t)at);
		if (n != (ssize_t)sizeof piece || memcmp(piece, data + at, sizeof piece) != 0)
			return error_set(err, ERR_IO, "%s", mismatch);
	}
	return 0;
}

static int try_backend(struct storage *s, enum io_backend io, struct error *err)
{
	char name[PART_NAME_SIZE];
	char *data = malloc(PROBE_BYTES);
	int fd, rc;

	if (!data)
		return error_set(err, ERR_NO_MEMORY, "probing the data folder: out of memory");
	for (size_t i = 0; i < PROBE_BYTES; i++)
		data[i] = (char)(i * 31 + i / 4096);
	fd = part_create(s, name, err);
	rc = fd < 0 ? -1 : write_and_sync(fd, io, data, err);
	if (rc == 0)
		rc = read_back(fd, data, err);
	if (fd >= 0) {
		close(fd);
		unlinkat(s->tmp_fd, name, 0);
	}
	free(data);
	return rc;
}

int probe_write(struct storage *s, struct error *err)
{
	return try_backend(s, s->io, err);
}

/* The line of a small file in /proc that starts with prefix, without prefix and newline; "unknown". */
static void read_proc(const char *path, const char *prefix, char *out, size_t size)
{
	FILE *f = fopen(path, "re");
	char line[256];

	snprintf(out, size, "unknown");
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, prefix, strlen(prefix)) == 0) {
			const char *value = line + strlen(prefix) + strspn(line + strlen(prefix), " \t");
			snprintf(out, size, "%.*s", (int)strcspn(value, "\n"), value);
			break;
		}
	}
	if (f)
		fclose(f);
}

static void log_fallback(const struct error *why)
{
	char disabled[32], seccomp[32];

	read_proc("/proc/sys/kernel/io_uring_disabled", "", disabled, sizeof disabled);
	read_proc("/proc/self/status", "Seccomp:", seccomp, sizeof seccomp);
	log_event(LOG_WARN,
		  "io_uring does not work here, writing with pwrite; allow io_uring_setup, io_uring_enter and "
		  "io_uring_register (docker/seccomp-io_uring.json) or choose --io=pwrite",
		  "error", why->message, "kernel.io_uring_disabled", disabled, "seccomp", seccomp, NULL);
}

static int try_uring(struct storage *s, struct error *err)
{
	int errnum = uring_check();

	if (errnum)
		return error_set_errno(err, errnum, "setting up io_uring (%s)", strerrorname_np(errnum));
	return try_backend(s, IO_URING, err);
}

int probe_backend(struct storage *s, enum io_backend asked, struct error *err)
{
	struct error why = ERROR_INIT;

	s->io = IO_PWRITE;
	s->is_io_required = asked == IO_URING;
	if (asked == IO_PWRITE)
		return 0;
	if (try_uring(s, &why) == 0) {
		s->io = IO_URING;
		return 0;
	}
	if (asked == IO_URING)
		return error_set(err, ERR_UNSUPPORTED, "io_uring was asked for but does not work: %s", why.message);
	log_fallback(&why);
	return 0;
}
