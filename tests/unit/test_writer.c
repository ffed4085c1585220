/* The writer thread: groups, isolation of requests, durability. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/writer.h"
#include "tests/lib/test.h"

enum { N_THREADS = 16, N_EACH = 100 };

static char path[4096];
static struct health health = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct writer *open_writer(void)
{
	struct error err = ERROR_INIT;
	struct writer *w;
	struct db db;

	ck_assert_int_eq(db_open(&db, path, DB_READ_WRITE, &err), 0);
	ck_assert_int_eq(db_configure(&db, DB_READ_WRITE, &err), 0);
	ck_assert_int_eq(db_exec(&db, "CREATE TABLE IF NOT EXISTS n (value INTEGER PRIMARY KEY) STRICT", &err), 0);
	w = writer_new(&db, &health, &err);
	ck_assert_ptr_nonnull(w);
	return w;
}

static void set_up(void)
{
	snprintf(path, sizeof path, "%s/test.db", test_temp_dir());
}

static int64_t count_rows(void)
{
	struct error err = ERROR_INIT;
	struct db db;
	int64_t n = -1;

	ck_assert_int_eq(db_open(&db, path, DB_READ_ONLY, &err), 0);
	ck_assert_int_eq(db_read_int(&db, "SELECT count(*) FROM n", NO_VALUES, &n, &err), 0);
	db_close(&db);
	return n;
}

static int insert(struct db *db, void *ctx, struct error *err)
{
	return db_change(db, "INSERT INTO n (value) VALUES (?)", VALUES(v_int(*(const int *)ctx)), err);
}

/* Inserts and then fails: nothing of it may stay. */
static int insert_and_fail(struct db *db, void *ctx, struct error *err)
{
	if (insert(db, ctx, err) < 0)
		return -1;
	return error_set(err, ERR_INVALID, "changed its mind");
}

struct client {
	struct writer *writer;
	int first;
	int n_failed;
	pthread_t thread;
};

static void *client_main(void *arg)
{
	struct client *c = arg;

	for (int i = 0; i < N_EACH; i++) {
		struct error err = ERROR_INIT;
		int value = c->first + i;
		int rc = writer_do(c->writer, i % 4 == 3 ? insert_and_fail : insert, NULL, &value, &err);
		c->n_failed += rc < 0 && err.code == ERR_INVALID;
	}
	return NULL;
}

START_TEST(test_many_threads_share_commits_and_nothing_is_lost)
{
	struct client clients[N_THREADS];
	struct writer *w = open_writer();
	struct writer_stats stats;

	for (int i = 0; i < N_THREADS; i++) {
		clients[i] = (struct client){ .writer = w, .first = i * N_EACH };
		ck_assert_int_eq(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]), 0);
	}
	for (int i = 0; i < N_THREADS; i++) {
		pthread_join(clients[i].thread, NULL);
		ck_assert_int_eq(clients[i].n_failed, N_EACH / 4);
	}
	stats = writer_stats(w);
	ck_assert_int_eq(count_rows(), N_THREADS * N_EACH * 3 / 4);
	ck_assert_uint_eq(stats.n_requests, N_THREADS * N_EACH);
	ck_assert_uint_gt(stats.largest_group, 1);
	ck_assert_uint_le(stats.largest_group, WRITER_GROUP_MAX);
	ck_assert_uint_lt(stats.n_groups, stats.n_requests);
	writer_free(w);
}
END_TEST

/* What an I/O error or a full disk does: the whole transaction is gone. */
static int lose_transaction(struct db *db, void *ctx, struct error *err)
{
	(void)ctx;
	if (db_exec(db, "ROLLBACK", err))
		return -1;
	return error_set(err, ERR_NO_SPACE, "database or disk is full");
}

START_TEST(test_a_lost_transaction_fails_and_is_remembered_and_the_writer_goes_on)
{
	struct writer *w = open_writer();
	struct error err = ERROR_INIT;
	int value = 1;

	ck_assert_int_eq(writer_do(w, lose_transaction, NULL, NULL, &err), -1);
	ck_assert_int_eq(err.code, ERR_NO_SPACE);
	err = ERROR_INIT;
	ck_assert_int_eq(health_read(&health, &err), -1);
	ck_assert_int_eq(err.code, ERR_NO_SPACE);
	ck_assert_int_ge(writer_do(w, insert, NULL, &value, &err), 0);
	ck_assert_int_eq(count_rows(), 1);
	health_clear(&health);
	writer_free(w);
}
END_TEST

struct order {
	int value;
	int64_t n_rows_after;
};

static int insert_ordered(struct db *db, void *ctx, struct error *err)
{
	struct order *o = ctx;
	return insert(db, &o->value, err);
}

/* Another connection sees the row: the commit has happened. */
static int look_after(struct db *db, void *ctx, struct error *err)
{
	struct order *o = ctx;

	(void)db;
	(void)err;
	o->n_rows_after = count_rows();
	return 0;
}

START_TEST(test_after_runs_when_the_commit_is_done)
{
	struct writer *w = open_writer();
	struct order o = { .value = 1 };
	struct error err = ERROR_INIT;

	ck_assert_int_ge(writer_do(w, insert_ordered, look_after, &o, &err), 0);
	ck_assert_int_eq(o.n_rows_after, 1);
	writer_free(w);
}
END_TEST

static Suite *writer_suite(void)
{
	Suite *s = suite_create("writer");
	TCase *t = tcase_create("groups");

	tcase_add_checked_fixture(t, set_up, NULL);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_many_threads_share_commits_and_nothing_is_lost);
	tcase_add_test(t, test_a_lost_transaction_fails_and_is_remembered_and_the_writer_goes_on);
	tcase_add_test(t, test_after_runs_when_the_commit_is_done);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(writer_suite());
}
