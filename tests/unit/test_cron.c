/* Zones against the C library's, cron lines against times worked out by hand and against a look at every minute. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/cron.h"
#include "base/hash.h"
#include "tests/lib/test.h"

/* --- zones --- */

static const char *const zones[] = {
	"UTC",           "Europe/Berlin",       "America/New_York",
	"Asia/Kolkata",  "Australia/Lord_Howe", "Africa/Casablanca",
	"Europe/Dublin", "America/Sao_Paulo",   "Pacific/Apia",
	"Asia/Tehran",   "America/St_Johns",    "Antarctica/Troll",
	"Asia/Gaza",     "America/Nuuk",        "Etc/GMT+12",
};

START_TEST(test_offsets_are_those_of_the_c_library)
{
	struct error err = ERROR_INIT;
	struct zone *z = zone_open(zones[_i], &err);

	ck_assert_msg(z != NULL, "%s: %s", zones[_i], err.message);
	setenv("TZ", zones[_i], 1); /* the test is a process of its own */
	tzset();
	for (uint64_t i = 0; i < 6000; i++) {
		/* 1900 to 2100, and near each change of hour of recent years. */
		time_t t = i % 2 ? (time_t)(hash64(i) % 6311433600u) - 2208988800 : (time_t)(1700000000 + i * 3600);
		struct tm tm;
		ck_assert_ptr_nonnull(localtime_r(&t, &tm));
		ck_assert_msg(zone_offset(z, t) == tm.tm_gmtoff, "%s at %lld: %d, not %ld", zones[_i], (long long)t,
			      zone_offset(z, t), tm.tm_gmtoff);
	}
	zone_free(z);
}
END_TEST

START_TEST(test_local_times_come_back)
{
	struct zone *z = zone_open(zones[_i], NULL);

	for (uint64_t i = 0; i < 6000; i++) {
		int64_t local_s = (int64_t)(1500000000 + i * 36000 + hash64(i) % 3600), utc_s = zone_to_utc(z, local_s);
		int64_t shown_s = utc_s + zone_offset(z, utc_s);
		/* Clocks show it, or had been put forward over it by at most a day (Apia, 2011, left out one). */
		ck_assert_msg(shown_s == local_s || (shown_s > local_s && shown_s - local_s <= 86400),
			      "%s: %lld shows %lld", zones[_i], (long long)local_s, (long long)shown_s);
	}
	zone_free(z);
}
END_TEST

static const char *const no_zones[] = {
	"",         "Europe/Nowhere", "../../../etc/passwd", "/etc/passwd", "Europe//Berlin", "Europe", "Europe/",
	"zone.tab", "a\nb",           "Europe/Berlin\\"
};

START_TEST(test_names_that_are_no_zones_are_refused)
{
	struct error err = ERROR_INIT;

	ck_assert_ptr_null(zone_open(no_zones[_i], &err));
	ck_assert(err.code == ERR_NOT_FOUND || err.code == ERR_CORRUPT);
}
END_TEST

START_TEST(test_cut_and_changed_files_are_refused_or_read_without_harm)
{
	size_t n;
	char *bytes = test_read_file("/usr/share/zoneinfo/Europe/Berlin", &n);

	for (size_t len = 0; len < n; len += 1 + len / 50)
		zone_free(zone_parse((const uint8_t *)bytes, len, NULL));
	for (uint64_t i = 0; i < 3000; i++) {
		char *copy = malloc(n);
		struct zone *z;
		memcpy(copy, bytes, n);
		for (uint64_t k = 0; k < 1 + i % 4; k++)
			copy[hash64_pair(i, k) % (i % 2 ? n : 100)] = (char)hash64_pair(k, i);
		z = zone_parse((const uint8_t *)copy, n, NULL);
		for (int64_t t = -4000000000; z && t < 8000000000; t += 777777777)
			ck_assert_int_lt(abs(zone_offset(z, t)), 27 * 3600);
		zone_free(z);
		free(copy);
	}
	free(bytes);
}
END_TEST

/* --- cron --- */

static const struct {
	const char *line, *zone, *from, *next[3];
} cases[] = {
	{ "30 6 * * *", "UTC", "2026-01-31T06:30:00Z", { "2026-02-01T06:30:00Z", "2026-02-02T06:30:00Z" } },
	{ "*/15 9-10 * * mon-fri", "UTC", "2026-02-27T10:44:59Z", { "2026-02-27T10:45:00Z", "2026-03-02T09:00:00Z" } },
	{ "0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", { "2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z" } },
	/* Day or weekday, when both are limited. */
	{ "0 12 13 * fri",
	  "UTC",
	  "2026-03-01T00:00:00Z",
	  { "2026-03-06T12:00:00Z", "2026-03-13T12:00:00Z", "2026-03-20T12:00:00Z" } },
	{ "0 12 */2 * mon", "UTC", "2026-03-01T13:00:00Z", { "2026-03-09T12:00:00Z", "2026-03-23T12:00:00Z" } },
	{ "5/20 0 1 jan,JUL 7", "UTC", "2026-01-01T00:00:00Z", { "2026-01-01T00:05:00Z", "2026-01-01T00:25:00Z" } },
	{ "@weekly", "UTC", "2026-01-31T00:00:00Z", { "2026-02-01T00:00:00Z", "2026-02-08T00:00:00Z" } },
	{ "@hourly", "Asia/Kolkata", "2026-01-31T00:00:00Z", { "2026-01-31T00:30:00Z", "2026-01-31T01:30:00Z" } },
	/* Clocks go from 2 to 3 on 29 March: half past two is half past three then, once. */
	{ "30 2 * * *",
	  "Europe/Berlin",
	  "2026-03-28T00:00:00Z",
	  { "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z" } },
	/* And from 3 to 2 on 25 October: half past two comes twice and counts once. */
	{ "30 2 * * *",
	  "Europe/Berlin",
	  "2026-10-24T12:00:00Z",
	  { "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z" } },
	{ "30 * * * *",
	  "Europe/Berlin",
	  "2026-10-25T00:00:00Z",
	  { "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z" } },
	{ "30 * * * *",
	  "Europe/Berlin",
	  "2026-03-29T00:00:00Z",
	  { "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z" } },
	{ "0 0 * * *", "Pacific/Apia", "2011-12-29T00:00:00Z", { "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z" } },
	{ "0 0 31 12 *", "America/New_York", "2099-01-01T00:00:00Z", { "2099-12-31T05:00:00Z" } },
};

static int64_t seconds_of(const char *text)
{
	int64_t ms;

	ck_assert_msg(clock_parse_rfc3339(text, &ms) == 0, "%s", text);
	return ms / 1000;
}

START_TEST(test_next_times)
{
	struct zone *z = zone_open(cases[_i].zone, NULL);
	int64_t at_s = seconds_of(cases[_i].from);
	struct error err = ERROR_INIT;
	struct cron c;

	ck_assert_msg(cron_parse(cases[_i].line, &c, &err) == 0, "%s", err.message);
	for (int i = 0; i < 3 && cases[_i].next[i]; i++) {
		char found[CLOCK_RFC3339_SIZE], wanted[CLOCK_RFC3339_SIZE];
		at_s = cron_next(&c, z, at_s);
		clock_format_rfc3339(at_s * 1000, found);
		clock_format_rfc3339(seconds_of(cases[_i].next[i]) * 1000, wanted);
		ck_assert_msg(strcmp(found, wanted) == 0, "%s in %s, %d: %s, not %s", cases[_i].line, cases[_i].zone, i,
			      found, wanted);
	}
	zone_free(z);
}
END_TEST

static const char *const wrong[] = {
	"",
	"* * * *",
	"* * * * * *",
	"60 * * * *",
	"* 24 * * *",
	"* * 0 * *",
	"* * 32 * *",
	"* * * 13 *",
	"* * * * 8",
	"*/0 * * * *",
	"5-1 * * * *",
	"1,,2 * * * *",
	"a * * * *",
	"* * * foo *",
	"-1 * * * *",
	"1- * * * *",
	"1/ * * * *",
	"* * * * *;rm",
	"99999999999999999999 * * * *",
	"@reboot",
	"*5 * * * *",
};

START_TEST(test_lines_that_are_wrong_are_refused)
{
	struct error err = ERROR_INIT;
	struct cron c;

	ck_assert_msg(cron_parse(wrong[_i], &c, &err) == -1, "'%s'", wrong[_i]);
	ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(test_what_never_comes_is_said_so)
{
	struct zone *z = zone_open("UTC", NULL);
	struct cron c;

	ck_assert_int_eq(cron_parse("0 0 30 2 *", &c, NULL), 0);
	ck_assert(cron_next(&c, z, 1700000000) == INT64_MAX);
	zone_free(z);
}
END_TEST

static Suite *cron_suite(void)
{
	Suite *s = suite_create("cron");
	TCase *t = tcase_create("cron");

	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, test_offsets_are_those_of_the_c_library, 0, sizeof zones / sizeof zones[0]);
	tcase_add_loop_test(t, test_local_times_come_back, 0, sizeof zones / sizeof zones[0]);
	tcase_add_loop_test(t, test_names_that_are_no_zones_are_refused, 0, sizeof no_zones / sizeof no_zones[0]);
	tcase_add_test(t, test_cut_and_changed_files_are_refused_or_read_without_harm);
	tcase_add_loop_test(t, test_next_times, 0, sizeof cases / sizeof cases[0]);
	tcase_add_loop_test(t, test_lines_that_are_wrong_are_refused, 0, sizeof wrong / sizeof wrong[0]);
	tcase_add_test(t, test_what_never_comes_is_said_so);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(cron_suite());
}
