/* Artifact files and file sinks, with both backends. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/store.h"
#include "tests/lib/test.h"

static const enum io_backend backends[] = { IO_PWRITE, IO_AUTO };

static struct error err;

START_TEST(test_a_published_file_holds_every_byte)
{
	static const uint64_t sizes[] = { 0, 1, 4096, 262144, 262145, 1048576, 5000001 };
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, backends[_i]);
	uint8_t content_hash[SHA256_BYTES];

	for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		store_content(i, content_hash);
		ck_assert(!store_has_whole_file(s, content_hash, sizes[i]));
		ck_ok(store_publish(s, content_hash, sizes[i], &err));
		ck_assert_msg(store_has_whole_file(s, content_hash, sizes[i]), "%llu bytes with %s",
			      (unsigned long long)sizes[i], storage_io_name(s));
	}
	ck_assert_uint_eq(store_count_parts(dir), 0);
	storage_close(s);
}
END_TEST

START_TEST(test_an_aborted_file_leaves_nothing)
{
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, backends[_i]);
	uint8_t content_hash[SHA256_BYTES];
	struct artifact *a;

	store_content(1, content_hash);
	a = artifact_create(s, content_hash, 0, &err);
	ck_assert_ptr_nonnull(a);
	ck_assert_uint_eq(store_count_parts(dir), 1);
	ck_ok(store_write(artifact_sink(a), content_hash, 3000000, &err));
	sink_abort(artifact_sink(a));
	artifact_free(a);
	ck_assert_uint_eq(store_count_parts(dir), 0);
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
	storage_close(s);
}
END_TEST

START_TEST(test_reserving_too_much_keeps_the_length)
{
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, backends[_i]);
	uint8_t content_hash[SHA256_BYTES], byte = 0;
	struct artifact *a;
	struct stat st;
	uint64_t bytes;
	int fd;

	store_content(1, content_hash);
	a = artifact_create(s, content_hash, 8 << 20, &err);
	ck_assert_ptr_nonnull(a);
	ck_ok(sink_write_at(artifact_sink(a), 0, &byte, 1, &err));
	ck_ok(sink_finish(artifact_sink(a), &err));
	artifact_free(a);
	ck_ok(artifact_open(s, content_hash, &fd, &bytes, &err));
	ck_assert_uint_eq(bytes, 1);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_int_lt(st.st_blocks * 512, 1 << 20);
	close(fd);
	storage_close(s);
}
END_TEST

START_TEST(test_two_writers_of_equal_content_do_not_disturb_each_other)
{
	struct storage *s = store_open(NULL, backends[_i]);
	uint8_t content_hash[SHA256_BYTES];
	struct artifact *a, *b;

	store_content(1, content_hash);
	a = artifact_create(s, content_hash, 0, &err);
	b = artifact_create(s, content_hash, 0, &err);
	ck_ok(store_write(artifact_sink(a), content_hash, 600000, &err));
	ck_ok(store_write(artifact_sink(b), content_hash, 600000, &err));
	ck_ok(sink_finish(artifact_sink(a), &err));
	ck_ok(sink_finish(artifact_sink(b), &err));
	artifact_free(a);
	artifact_free(b);
	ck_assert(store_has_whole_file(s, content_hash, 600000));
	storage_close(s);
}
END_TEST

/* A write that the system cuts short in the middle (RLIMIT_FSIZE) must fail the file, not shorten it. */
START_TEST(test_a_short_write_fails_the_file)
{
	struct rlimit old, limit = { .rlim_cur = 1000000, .rlim_max = RLIM_INFINITY };
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, backends[_i]);
	uint8_t content_hash[SHA256_BYTES];
	struct artifact *a;

	signal(SIGXFSZ, SIG_IGN);
	store_content(1, content_hash);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	a = artifact_create(s, content_hash, 0, &err);
	ck_assert_ptr_nonnull(a);
	ck_assert(store_write(artifact_sink(a), content_hash, 3000000, &err) || sink_finish(artifact_sink(a), &err));
	ck_assert_int_eq(err.code, ERR_IO);
	artifact_free(a); /* also without an abort */
	ck_assert_uint_eq(store_count_parts(dir), 0);
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_ok(storage_health(s, &err)); /* writing works again, and health finds out */
	storage_close(s);
}
END_TEST

/* A tmpfs of 8 MiB as data folder; false when this user may not mount. */
static bool mount_small(const char *dir)
{
	if (mount("tmpfs", dir, "tmpfs", 0, "size=8m") == 0)
		return true;
	printf("skipped: mounting a tmpfs: %s\n", strerror(errno));
	return false;
}

static void fill_disk(struct storage *s, const char *dir)
{
	uint8_t content_hash[SHA256_BYTES];

	store_content(1, content_hash);
	err = ERROR_INIT;
	ck_assert_int_eq(store_publish(s, content_hash, 20 << 20, &err), -1);
	ck_assert_str_eq(error_code_name(err.code), "insufficient_storage");
	ck_assert_uint_eq(store_count_parts(dir), 0);
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}

/* The same without fallocate: the write itself meets the full disk. */
static void fill_disk_unreserved(struct storage *s, const char *dir)
{
	uint8_t content_hash[SHA256_BYTES];
	struct artifact *a;

	store_content(2, content_hash);
	err = ERROR_INIT;
	a = artifact_create(s, content_hash, 0, &err);
	ck_assert_ptr_nonnull(a);
	ck_assert(store_write(artifact_sink(a), content_hash, 20 << 20, &err) || sink_finish(artifact_sink(a), &err));
	ck_assert_str_eq(error_code_name(err.code), "insufficient_storage");
	ck_assert_int_eq(storage_health(s, &err), -1); /* still full: the part is there */
	sink_abort(artifact_sink(a));
	artifact_free(a);
	ck_ok(storage_health(s, &err));
	ck_assert_uint_eq(store_count_artifacts(dir), 0);
}

START_TEST(test_a_full_disk_fails_the_file_and_heals)
{
	const char *dir = test_temp_dir();
	struct storage *s;
	char id[JOB_ID_SIZE];

	if (!mount_small(dir))
		return;
	s = store_open(dir, backends[_i]);
	fill_disk(s, dir);
	fill_disk_unreserved(s, dir);
	store_insert(s, 1, 0, id);
	storage_close(s);
	ck_assert_int_eq(umount(dir), 0);
}
END_TEST

START_TEST(test_a_file_sink_writes_files_pipes_and_appends)
{
	char path[4096];
	uint8_t content_hash[SHA256_BYTES];
	struct sink *sink;
	size_t len;
	char *found, *wanted = malloc(700000);

	store_content(1, content_hash);
	store_fill(content_hash, 0, wanted, 700000);
	snprintf(path, sizeof path, "%s/out.wav", test_temp_dir());
	sink = file_sink_new(open(path, O_RDWR | O_CREAT, 0600), path, backends[_i], true, &err);
	ck_assert_ptr_nonnull(sink);
	ck_ok(store_write(sink, content_hash, 700000, &err));
	ck_ok(sink_finish(sink, &err));
	found = test_read_file(path, &len);
	ck_assert_uint_eq(len, 700000);
	ck_assert_mem_eq(found, wanted, len);
	free(found);
	sink = file_sink_new(open(path, O_WRONLY | O_APPEND), NULL, backends[_i], false, &err);
	ck_ok(store_write(sink, content_hash, 1000, &err));
	ck_ok(sink_finish(sink, &err));
	found = test_read_file(path, &len);
	ck_assert_uint_eq(len, 701000);
	ck_assert_mem_eq(found + 700000, wanted, 1000);
	free(found);
	sink = file_sink_new(open(path, O_WRONLY), path, backends[_i], false, &err);
	sink_abort(sink);
	ck_assert_int_eq(access(path, F_OK), -1);
	free(wanted);
}
END_TEST

START_TEST(test_a_file_sink_feeds_a_pipe_and_reports_its_end)
{
	uint8_t content_hash[SHA256_BYTES];
	struct sink *sink;
	char wanted[5000], found[5000];
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	store_content(1, content_hash);
	store_fill(content_hash, 0, wanted, sizeof wanted);
	ck_assert_int_eq(pipe(fds), 0);
	sink = file_sink_new(fds[1], NULL, backends[_i], false, &err);
	ck_assert_ptr_nonnull(sink);
	ck_ok(store_write(sink, content_hash, sizeof wanted, &err));
	ck_assert_int_eq(read(fds[0], found, sizeof found), sizeof found);
	ck_assert_mem_eq(found, wanted, sizeof wanted);
	close(fds[0]);
	ck_assert_int_eq(sink_write_at(sink, sizeof wanted, wanted, 1, &err), -1);
	ck_assert_int_eq(err.code, ERR_IO);
	sink_abort(sink);
}
END_TEST

START_TEST(test_left_overs_are_swept_and_strangers_kept)
{
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, IO_PWRITE);
	uint8_t content_hash[SHA256_BYTES];
	char path[4096], id[JOB_ID_SIZE];

	store_insert(s, 2, 0, id);
	store_content(1, content_hash);
	ck_ok(store_publish(s, content_hash, 10, &err)); /* a file without a row */
	storage_close(s);
	snprintf(path, sizeof path, "%s/tmp/77.part", dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	snprintf(path, sizeof path, "%s/artifacts/00/README", dir);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	s = store_open(dir, IO_PWRITE);
	ck_assert_uint_eq(store_count_parts(dir), 0);
	ck_assert_uint_eq(store_count_artifacts(dir), 1);
	storage_close(s);
}
END_TEST

static const struct {
	int errnum;
	enum io_backend asked;
} refusals[] = { { EPERM, IO_AUTO }, { ENOSYS, IO_AUTO }, { EOPNOTSUPP, IO_AUTO }, { EPERM, IO_URING } };

/* In a child: seccomp filters cannot be taken off again. */
static void write_without_uring(const char *dir, size_t i)
{
	struct storage_config config = { .data_dir = dir, .io = refusals[i].asked };
	uint8_t content_hash[SHA256_BYTES];
	struct storage *s;

	store_forbid_uring(refusals[i].errnum);
	s = storage_open(&config, &err);
	if (refusals[i].asked == IO_URING)
		_exit(s == NULL && err.code == ERR_UNSUPPORTED ? 0 : 1);
	store_content(1, content_hash);
	if (!s || strcmp(storage_io_name(s), "pwrite") != 0 || store_publish(s, content_hash, 700000, &err))
		_exit(2);
	_exit(store_has_whole_file(s, content_hash, 700000) ? 0 : 3);
}

START_TEST(test_where_uring_is_forbidden_pwrite_takes_over)
{
	const char *dir = test_temp_dir();
	int status;
	pid_t child = fork();

	if (child == 0)
		write_without_uring(dir, (size_t)_i);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* Rings may come up although no memory may be locked; then plain writes do. */
START_TEST(test_uring_writes_without_registered_buffers)
{
	struct rlimit old, none = { .rlim_cur = 0 };
	struct storage *s = store_open(NULL, IO_AUTO);
	uint8_t content_hash[SHA256_BYTES];

	ck_assert_int_eq(getrlimit(RLIMIT_MEMLOCK, &old), 0);
	none.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &none), 0);
	store_content(1, content_hash);
	ck_ok(store_publish(s, content_hash, 3000000, &err));
	ck_assert(store_has_whole_file(s, content_hash, 3000000));
	ck_assert_int_eq(setrlimit(RLIMIT_MEMLOCK, &old), 0);
	storage_close(s);
}
END_TEST

static Suite *artifact_suite(void)
{
	Suite *s = suite_create("artifact");
	TCase *both = tcase_create("both backends"), *uring = tcase_create("io_uring"), *sweep = tcase_create("sweep");
	const int n = sizeof backends / sizeof backends[0];

	tcase_set_timeout(both, 60);
	tcase_add_loop_test(both, test_a_published_file_holds_every_byte, 0, n);
	tcase_add_loop_test(both, test_an_aborted_file_leaves_nothing, 0, n);
	tcase_add_loop_test(both, test_reserving_too_much_keeps_the_length, 0, n);
	tcase_add_loop_test(both, test_two_writers_of_equal_content_do_not_disturb_each_other, 0, n);
	tcase_add_loop_test(both, test_a_short_write_fails_the_file, 0, n);
	tcase_add_loop_test(both, test_a_full_disk_fails_the_file_and_heals, 0, n);
	tcase_add_loop_test(both, test_a_file_sink_writes_files_pipes_and_appends, 0, n);
	tcase_add_loop_test(both, test_a_file_sink_feeds_a_pipe_and_reports_its_end, 0, n);
	tcase_add_test(sweep, test_left_overs_are_swept_and_strangers_kept);
	tcase_add_loop_test(uring, test_where_uring_is_forbidden_pwrite_takes_over, 0,
			    sizeof refusals / sizeof refusals[0]);
	tcase_add_test(uring, test_uring_writes_without_registered_buffers);
	suite_add_tcase(s, both);
	suite_add_tcase(s, sweep);
	suite_add_tcase(s, uring);
	return s;
}

int main(void)
{
	return test_run(artifact_suite());
}
