#include "tests/lib/store.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/lib/test.h"

struct storage *store_open(const char *data_dir, enum io_backend io)
{
	struct storage_config config = { .data_dir = data_dir ? data_dir : test_temp_dir(), .io = io };
	struct error err = ERROR_INIT;
	struct storage *s = storage_open(&config, &err);

	if (!s)
		fprintf(stderr, "storage_open: %s\n", err.message);
	ck_assert_ptr_nonnull(s);
	return s;
}

void store_content(unsigned n, uint8_t content_hash[SHA256_BYTES])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, &n, sizeof n);
	sha256_final(&h, content_hash);
}

struct job store_job(unsigned content)
{
	static char options[] = "{\"cycles\":1}", source[] = "out $ sine 440\n";
	struct job j = { .state = JOB_QUEUED, .max_attempts = 3, .created_at_ms = 1000, .frames_total = 100 };

	j.options = options;
	j.source = source;
	j.source_len = sizeof source - 1;
	store_content(content, j.content_hash);
	return j;
}

void store_insert(struct storage *s, unsigned content, int priority, char id[JOB_ID_SIZE])
{
	static _Atomic unsigned n_made;
	struct job j = store_job(content);
	struct error err = ERROR_INIT;

	j.priority = priority;
	snprintf(j.id, sizeof j.id, "job_%022u", atomic_fetch_add(&n_made, 1));
	ck_assert_msg(storage_job_insert(s, &j, &err) == 0, "%s", err.message);
	memcpy(id, j.id, JOB_ID_SIZE);
}

void store_fill(const uint8_t content_hash[SHA256_BYTES], uint64_t offset, char *out, size_t n)
{
	uint64_t seed;

	memcpy(&seed, content_hash, sizeof seed);
	for (size_t i = 0; i < n; i++)
		out[i] = (char)(hash64_pair(seed, (offset + i) / 8) >> (offset + i) % 8 * 8);
}

int store_write(struct sink *sink, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes, struct error *err)
{
	static const size_t pieces[] = { 44, 1, 4096, 70001, 262144, 300000 };
	char *piece = malloc(300000);
	uint64_t at = 0;
	int rc = 0;

	for (size_t i = 0; rc == 0 && at < n_bytes; i++) {
		size_t n = pieces[i % (sizeof pieces / sizeof pieces[0])];
		n = n_bytes - at < n ? (size_t)(n_bytes - at) : n;
		store_fill(content_hash, at, piece, n);
		rc = sink_write_at(sink, at, piece, n, err);
		at += n;
	}
	free(piece);
	return rc;
}

int store_publish(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes, struct error *err)
{
	struct artifact *a = artifact_create(s, content_hash, n_bytes, err);
	int rc;

	if (!a)
		return -1;
	rc = store_write(artifact_sink(a), content_hash, n_bytes, err);
	if (rc == 0)
		rc = sink_finish(artifact_sink(a), err);
	if (rc)
		sink_abort(artifact_sink(a));
	artifact_free(a);
	return rc;
}

bool store_has_whole_file(struct storage *s, const uint8_t content_hash[SHA256_BYTES], uint64_t n_bytes)
{
	char found[8192], wanted[8192];
	struct error err = ERROR_INIT;
	uint64_t bytes, at = 0;
	bool is_equal;
	int fd;

	if (artifact_open(s, content_hash, &fd, &bytes, &err))
		return false;
	is_equal = bytes == n_bytes;
	while (is_equal && at < bytes) {
		ssize_t n = pread(fd, found, sizeof found, (off_t)at);
		ck_assert_int_gt(n, 0);
		store_fill(content_hash, at, wanted, (size_t)n);
		is_equal = memcmp(found, wanted, (size_t)n) == 0;
		at += (uint64_t)n;
	}
	close(fd);
	return is_equal;
}

enum job_state store_state(struct storage *s, const char *id)
{
	struct error err = ERROR_INIT;
	enum job_state state;
	struct job j;

	ck_assert_msg(storage_job_get(s, id, false, &j, &err) == 0, "%s", err.message);
	state = j.state;
	job_fini(&j);
	return state;
}

static size_t count_files(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	size_t n = 0;

	ck_assert_ptr_nonnull(dir);
	while ((entry = readdir(dir)))
		n += entry->d_type == DT_REG;
	closedir(dir);
	return n;
}

size_t store_count_parts(const char *data_dir)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/tmp", data_dir);
	return count_files(path);
}

size_t store_count_artifacts(const char *data_dir)
{
	char path[4096];
	size_t n = 0;

	for (unsigned i = 0; i < 256; i++) {
		snprintf(path, sizeof path, "%s/artifacts/%02x", data_dir, i);
		n += count_files(path);
	}
	return n;
}

void store_forbid_uring(int errnum)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = sizeof code / sizeof code[0], .filter = code };

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}
