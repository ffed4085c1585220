/* Statements: what goes in comes out, rows are handed on until somebody has enough, arrays grow. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/db.h"
#include "tests/lib/test.h"

static struct db db;
static struct error err;

static void set_up(void)
{
	char path[4096];

	err = ERROR_INIT;
	snprintf(path, sizeof path, "%s/test.db", test_temp_dir());
	ck_assert_int_eq(db_open(&db, path, DB_READ_WRITE, &err), 0);
	ck_assert_int_eq(db_configure(&db, DB_READ_WRITE, &err), 0);
	ck_assert_int_eq(db_exec(&db, "CREATE TABLE n (value INTEGER PRIMARY KEY) STRICT", &err), 0);
}

static void tear_down(void)
{
	db_close(&db);
}

static void insert_numbers(int64_t n)
{
	static const char sql[] = "WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < ?)"
				  " INSERT INTO n SELECT i FROM up";

	ck_assert_int_eq(db_change(&db, sql, VALUES(v_int(n)), &err), n);
}

static int check_values(struct row *row, void *ctx)
{
	char text[4], blob[3] = "--", *copy;
	size_t n;

	ck_assert_ptr_eq(ctx, &db);
	ck_assert_int_eq(row_int(row), INT64_MIN);
	ck_assert_double_eq(row_real(row), 0.1);
	row_copy_text(row, text, sizeof text);
	ck_assert_str_eq(text, "abc"); /* of "abcd" */
	ck_assert(!row_copy_blob(row, blob, 2));
	ck_assert_str_eq(blob, "--"); /* it has three bytes */
	copy = row_dup_blob(row, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_mem_eq(copy, "x\0y", 4);
	free(copy);
	return 0;
}

START_TEST(test_values_come_back_as_they_went_in)
{
	struct values values = VALUES(v_int(INT64_MIN), v_real(0.1), v_text("abcd"), v_blob("x\0y", 3));

	ck_assert_int_eq(db_each_row(&db, "SELECT ?1, ?2, ?3, ?4, ?4", values, check_values, &db, &err), 1);
}
END_TEST

static int check_nulls(struct row *row, void *ctx)
{
	char text[4] = "?", *copy;
	size_t n = 1;

	(void)ctx;
	ck_assert_int_eq(row_int(row), 0);
	ck_assert_int_eq(row_int_or(row, 7), 7);
	ck_assert_double_eq(row_real_or(row, 0.5), 0.5);
	ck_assert_ptr_null(row_text(row));
	ck_assert_ptr_null(row_dup_text(row));
	row_copy_text(row, text, sizeof text);
	ck_assert_str_eq(text, "");
	ck_assert(!row_copy_blob(row, text, 1));
	copy = row_dup_blob(row, &n);
	ck_assert_str_eq(copy, "");
	ck_assert_uint_eq(n, 0);
	free(copy);
	return 0;
}

START_TEST(test_no_text_no_bytes_no_number_and_the_empty_name_are_null)
{
	struct values values = VALUES(v_text(NULL), v_blob(NULL, 3), v_real(NAN), v_text_or_null(""));

	ck_assert_int_eq(db_each_row(&db, "SELECT ?1, ?2, ?3, ?4, ?1, ?2, ?3, ?4", values, check_nulls, NULL, &err), 1);
}
END_TEST

static int stop_at_3(struct row *row, void *ctx)
{
	ck_assert_ptr_null(ctx);
	return row_int(row) == 3;
}

static int fail_at_3(struct row *row, void *ctx)
{
	return stop_at_3(row, ctx) ? error_set(row->err, ERR_CORRUPT, "three") : 0;
}

START_TEST(test_rows_are_handed_on_until_the_function_has_enough)
{
	static const char sql[] = "SELECT value FROM n ORDER BY value";

	insert_numbers(5);
	ck_assert_int_eq(db_each_row(&db, sql, NO_VALUES, stop_at_3, NULL, &err), 3);
	ck_assert_int_eq(db_each_row(&db, sql, NO_VALUES, fail_at_3, NULL, &err), -1);
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	ck_assert_int_eq(db_each_row(&db, "SELECT value FROM n WHERE value > 5", NO_VALUES, stop_at_3, NULL, &err), 0);
}
END_TEST

START_TEST(test_a_list_grows_with_its_rows)
{
	struct row_list list = { .read = row_store_int, .item_size = sizeof(int64_t) };
	const int64_t *found;

	insert_numbers(1000);
	ck_assert_int_eq(db_each_row(&db, "SELECT value FROM n ORDER BY value", NO_VALUES, row_list_add, &list, &err),
			 1000);
	ck_assert_uint_eq(list.n, 1000);
	found = list.items;
	for (int64_t i = 0; i < 1000; i++)
		ck_assert_int_eq(found[i], i + 1);
	free(list.items);
}
END_TEST

START_TEST(test_a_fixed_list_takes_what_it_has_room_for)
{
	int64_t found[4] = { 0 };
	struct row_list list = {
		.read = row_store_int, .item_size = sizeof found[0], .is_fixed = true, .items = found, .n_max = 3
	};

	insert_numbers(5);
	ck_assert_int_eq(db_each_row(&db, "SELECT value FROM n ORDER BY value", NO_VALUES, row_list_add, &list, &err),
			 3);
	ck_assert_uint_eq(list.n, 3);
	ck_assert_int_eq(found[2], 3);
	ck_assert_int_eq(found[3], 0);
}
END_TEST

START_TEST(test_a_statement_says_how_many_rows_it_changed_and_what_it_did_not_find)
{
	static const char sql[] = "DELETE FROM n WHERE value <= ?";
	int64_t n;

	insert_numbers(5);
	ck_assert_int_eq(db_change(&db, sql, VALUES(v_int(2)), &err), 2);
	ck_assert_int_eq(db_change(&db, sql, VALUES(v_int(2)), &err), 0);
	ck_assert_int_eq(db_run(&db, sql, VALUES(v_int(2)), &err), 0);
	ck_assert_int_eq(db_read_int(&db, "SELECT count(*) FROM n", NO_VALUES, &n, &err), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(db_test(&db, "SELECT EXISTS (SELECT 1 FROM n WHERE value = ?)", VALUES(v_int(3)), &err), 1);
	ck_assert_int_eq(db_test(&db, "SELECT EXISTS (SELECT 1 FROM n WHERE value = ?)", VALUES(v_int(1)), &err), 0);
	ck_assert_int_eq(db_read_int(&db, "SELECT value FROM n WHERE value = 1", NO_VALUES, &n, &err), -1);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert_int_eq(db_expect_row(0, ERR_NOT_FOUND, "none", &err), -1);
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
	ck_assert_int_eq(db_run(&db, "INSERT INTO n (value) VALUES (?)", VALUES(v_int(3)), &err), -1);
	ck_assert_int_eq(err.code, ERR_CONFLICT);
	ck_assert_int_eq(db_run(&db, "no SQL", NO_VALUES, &err), -1);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("db");
	TCase *t = tcase_create("statements");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_values_come_back_as_they_went_in);
	tcase_add_test(t, test_no_text_no_bytes_no_number_and_the_empty_name_are_null);
	tcase_add_test(t, test_rows_are_handed_on_until_the_function_has_enough);
	tcase_add_test(t, test_a_list_grows_with_its_rows);
	tcase_add_test(t, test_a_fixed_list_takes_what_it_has_room_for);
	tcase_add_test(t, test_a_statement_says_how_many_rows_it_changed_and_what_it_did_not_find);
	suite_add_tcase(s, t);
	return test_run(s);
}
