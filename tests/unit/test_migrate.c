/* Which data folders are opened, and which are refused without a change. */
#include <fcntl.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "storage/schema.h"
#include "tests/lib/store.h"
#include "tests/lib/test.h"

/* Runs SQL on data_dir/phonond.db, making it when needed. */
static void run_sql(const char *dir, const char *sql)
{
	char path[4096];
	sqlite3 *db;

	snprintf(path, sizeof path, "%s/phonond.db", dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void remove_database(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/phonond.db", dir);
	ck_assert_int_eq(unlink(path), 0);
}

static void write_at(const char *dir, const char *name, long offset, size_t n)
{
	char path[4096], junk[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "r+");
	f = f ? f : fopen(path, "w");
	memset(junk, 'x', sizeof junk);
	ck_assert_int_eq(fseek(f, offset, SEEK_SET), 0);
	ck_assert_uint_eq(fwrite(junk, 1, n, f), n);
	ck_assert_int_eq(fclose(f), 0);
}

static void assert_refused(const char *dir, enum error_code code)
{
	struct storage_config config = { .data_dir = dir, .io = IO_PWRITE };
	struct error err = ERROR_INIT;
	char path[4096], *before, *after;
	size_t n_before, n_after;

	snprintf(path, sizeof path, "%s/phonond.db", dir);
	before = test_read_file(path, &n_before);
	ck_assert_ptr_null(storage_open(&config, &err));
	ck_assert_str_eq(error_code_name(err.code), error_code_name(code));
	after = test_read_file(path, &n_after);
	ck_assert_uint_eq(n_before, n_after);
	ck_assert_mem_eq(before, after, n_before);
	free(before);
	free(after);
}

START_TEST(test_a_folder_opens_again_with_what_it_held)
{
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, IO_AUTO);
	char id[JOB_ID_SIZE];

	store_insert(s, 1, 0, id);
	storage_close(s);
	s = store_open(dir, IO_AUTO);
	ck_assert_int_eq(store_state(s, id), JOB_QUEUED);
	storage_close(s);
}
END_TEST

/* A folder as the program of an earlier format left it, with one job queued. */
static void make_older(const char *dir, int version)
{
	char pragmas[96];

	storage_close(store_open(dir, IO_PWRITE)); /* for the folders */
	remove_database(dir);
	for (int v = 0; v < version; v++)
		run_sql(dir, schema_migrations[v]);
	snprintf(pragmas, sizeof pragmas, "PRAGMA application_id=%d; PRAGMA user_version=%d", SCHEMA_APPLICATION_ID,
		 version);
	run_sql(dir, pragmas);
	run_sql(dir, "INSERT INTO job (id, state, priority, max_attempts, created_at_ms, content_hash, options)"
		     " VALUES ('job_old', 'queued', 7, 3, 1000000, zeroblob(32), '{}');"
		     "INSERT INTO job_source (job_id, source) VALUES ('job_old', CAST('out $ sine 440' AS BLOB))");
}

START_TEST(test_older_formats_are_brought_up_to_date)
{
	const char *dir = test_temp_dir();
	struct job_claim claim = { .now_ms = 2, .lease_ms = 3 };
	struct storage *s;
	struct job j;

	make_older(dir, _i);
	s = store_open(dir, IO_PWRITE);
	ck_assert_int_eq(storage_job_claim(s, &claim, &j, NULL), 1);
	ck_assert_str_eq(j.id, "job_old");
	ck_assert_int_eq(j.priority, 7);
	ck_assert_str_eq(j.source, "out $ sine 440");
	ck_assert(isnan(j.true_peak) && j.loudness_lufs == -INFINITY && !j.stems);
	ck_assert(!j.key_id[0] && !j.tags && !j.run_at_ms && !j.deadline_at_ms && !j.keep_s && !j.is_expired);
	job_fini(&j);
	storage_close(s);
	storage_close(store_open(dir, IO_PWRITE));
}
END_TEST

START_TEST(test_a_second_owner_is_refused)
{
	const char *dir = test_temp_dir();
	struct storage_config config = { .data_dir = dir };
	struct error err = ERROR_INIT;
	struct storage *s = store_open(dir, IO_PWRITE);

	ck_assert_ptr_null(storage_open(&config, &err));
	ck_assert_int_eq(err.code, ERR_BUSY);
	storage_close(s);
	s = store_open(dir, IO_PWRITE);
	storage_close(s);
}
END_TEST

START_TEST(test_a_newer_format_is_refused)
{
	const char *dir = test_temp_dir();

	storage_close(store_open(dir, IO_PWRITE));
	run_sql(dir, "PRAGMA user_version=999");
	assert_refused(dir, ERR_UNSUPPORTED);
}
END_TEST

START_TEST(test_a_foreign_database_is_refused)
{
	const char *dir = test_temp_dir();

	run_sql(dir, "CREATE TABLE recipe (name TEXT)");
	assert_refused(dir, ERR_CORRUPT);
	dir = test_temp_dir();
	run_sql(dir, "PRAGMA application_id=77; PRAGMA user_version=1");
	assert_refused(dir, ERR_CORRUPT);
}
END_TEST

START_TEST(test_a_file_that_is_no_database_is_refused)
{
	const char *dir = test_temp_dir();

	write_at(dir, "phonond.db", 0, 3000);
	assert_refused(dir, ERR_CORRUPT);
}
END_TEST

START_TEST(test_a_damaged_page_is_refused)
{
	const char *dir = test_temp_dir();
	struct storage *s = store_open(dir, IO_PWRITE);
	char id[JOB_ID_SIZE];

	for (unsigned i = 0; i < 100; i++)
		store_insert(s, i, 0, id);
	storage_close(s);
	write_at(dir, "phonond.db", 4096, 4096);
	assert_refused(dir, ERR_CORRUPT);
}
END_TEST

START_TEST(test_a_lost_database_does_not_take_the_files_with_it)
{
	const char *dir = test_temp_dir();
	struct storage_config config = { .data_dir = dir, .io = IO_PWRITE };
	struct storage *s = store_open(dir, IO_PWRITE);
	struct error err = ERROR_INIT;
	uint8_t content_hash[SHA256_BYTES];
	char path[4096];

	store_content(1, content_hash);
	ck_assert_int_eq(store_publish(s, content_hash, 100, &err), 0);
	storage_close(s);
	snprintf(path, sizeof path, "%s/phonond.db", dir);
	ck_assert_int_eq(unlink(path), 0);
	for (int i = 0; i < 2; i++) { /* also when tried again */
		ck_assert_ptr_null(storage_open(&config, &err));
		ck_assert_int_eq(err.code, ERR_CORRUPT);
		ck_assert_uint_eq(store_count_artifacts(dir), 1);
	}
}
END_TEST

static Suite *migrate_suite(void)
{
	Suite *s = suite_create("migrate");
	TCase *t = tcase_create("opening");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, test_a_folder_opens_again_with_what_it_held);
	tcase_add_loop_test(t, test_older_formats_are_brought_up_to_date, 1, schema_version);
	tcase_add_test(t, test_a_second_owner_is_refused);
	tcase_add_test(t, test_a_newer_format_is_refused);
	tcase_add_test(t, test_a_foreign_database_is_refused);
	tcase_add_test(t, test_a_file_that_is_no_database_is_refused);
	tcase_add_test(t, test_a_damaged_page_is_refused);
	tcase_add_test(t, test_a_lost_database_does_not_take_the_files_with_it);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(migrate_suite());
}
