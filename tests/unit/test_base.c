/* base/: error, arena, buf, diag, hash, clock. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/diag.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/name_index.h"
#include "tests/lib/test.h"

START_TEST(test_error_set_returns_minus_one_and_keeps_the_message)
{
	struct error e = ERROR_INIT;
	ck_assert_int_eq(error_set(&e, ERR_IO, "reading '%s'", "x"), -1);
	ck_assert_int_eq(e.code, ERR_IO);
	ck_assert_str_eq(e.message, "reading 'x'");
	error_wrap(&e, "job %d", 7);
	ck_assert_str_eq(e.message, "job 7: reading 'x'");
	ck_assert_int_eq(error_set(NULL, ERR_IO, "nobody listens"), -1);
}
END_TEST

START_TEST(test_error_messages_are_cut_not_overrun)
{
	struct error e = ERROR_INIT;
	char big[1000];
	memset(big, 'x', sizeof big);
	big[sizeof big - 1] = '\0';
	error_set(&e, ERR_IO, "%s", big);
	ck_assert_uint_eq(strlen(e.message), sizeof e.message - 1);
	error_wrap(&e, "%s", big);
	ck_assert_uint_eq(strlen(e.message), sizeof e.message - 1);
}
END_TEST

START_TEST(test_errno_becomes_a_code)
{
	struct error e = ERROR_INIT;
	error_set_errno(&e, ENOSPC, "writing");
	ck_assert_int_eq(e.code, ERR_NO_SPACE);
	ck_assert_str_eq(e.message, "writing: No space left on device");
	error_set_errno(&e, EACCES, "opening");
	ck_assert_int_eq(e.code, ERR_IO);
}
END_TEST

START_TEST(test_every_error_code_has_its_own_name)
{
	for (int i = 0; i <= ERR_INTERNAL; i++)
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(error_code_name((enum error_code)i), error_code_name((enum error_code)j));
	ck_assert_str_eq(error_code_name((enum error_code)999), "internal");
}
END_TEST

START_TEST(test_arena_gives_zeroed_aligned_memory_and_keeps_its_cap)
{
	struct arena a;
	size_t n = 0;
	arena_init(&a, 100 * 1024);
	for (;; n++) {
		unsigned char *p = arena_alloc(&a, 1000);
		if (!p)
			break;
		ck_assert_uint_eq((uintptr_t)p % 16, 0);
		for (int i = 0; i < 1000; i++)
			ck_assert_uint_eq(p[i], 0);
		memset(p, 0xff, 1000);
	}
	ck_assert_uint_ge(n, 80);
	ck_assert_uint_le(a.used_bytes, a.cap_bytes);
	arena_reset(&a);
	ck_assert_ptr_nonnull(arena_alloc(&a, 1000));
	ck_assert_uint_eq(*(unsigned char *)arena_alloc(&a, 1), 0);
	ck_assert_uint_eq((uintptr_t)arena_alloc_aligned(&a, 8, 4096) % 4096, 0);
	ck_assert_ptr_null(arena_alloc_array(&a, SIZE_MAX / 2, 4));
	ck_assert_ptr_null(arena_alloc(&a, SIZE_MAX));
	arena_fini(&a);
	ck_assert_uint_eq(a.used_bytes, 0);
}
END_TEST

START_TEST(test_arena_strings_and_growing_arrays)
{
	struct arena a;
	int first[3] = { 1, 2, 3 };
	int *grown;
	arena_init(&a, 1 << 20);
	ck_assert_str_eq(arena_strndup(&a, "hello", 4), "hell");
	ck_assert_str_eq(arena_printf(&a, "%d-%s", 5, "x"), "5-x");
	grown = arena_grow_array(&a, first, 3, 100, sizeof *grown);
	ck_assert_int_eq(grown[2], 3);
	ck_assert_int_eq(grown[99], 0);
	arena_fini(&a);
}
END_TEST

START_TEST(test_buf_grows_up_to_its_limit)
{
	struct buf b = { .max_len = 10 };
	ck_assert_int_eq(buf_append(&b, "12345", 5), 0);
	ck_assert_int_eq(buf_printf(&b, "%s", "678"), 0);
	ck_assert_int_eq(buf_append(&b, "abc", 3), -1);
	ck_assert_str_eq(b.data, "12345678");
	ck_assert_int_eq(buf_write_at(&b, 9, "z", 1), 0);
	ck_assert_uint_eq(b.len, 10);
	ck_assert_mem_eq(b.data, "12345678\0z", 10);
	ck_assert_int_eq(buf_write_at(&b, SIZE_MAX, "z", 1), -1);
	free(buf_take(&b));
	ck_assert_ptr_null(b.data);
	buf_fini(&b);
}
END_TEST

START_TEST(test_sha256_of_abc_is_the_published_one)
{
	/* FIPS 180-4, example "abc" */
	static const char expected[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	struct sha256 h;
	uint8_t d[SHA256_BYTES], back[SHA256_BYTES];
	char hex[SHA256_HEX_SIZE];
	sha256_init(&h);
	sha256_update(&h, "a", 1);
	sha256_update(&h, "bc", 2);
	sha256_final(&h, d);
	ck_assert_str_eq(sha256_hex(d, hex), expected);
	ck_assert_int_eq(sha256_parse_hex(hex, back), 0);
	ck_assert_mem_eq(d, back, SHA256_BYTES);
	ck_assert_int_eq(sha256_parse_hex("BA78", back), -1);
	hex[5] = 'g';
	ck_assert_int_eq(sha256_parse_hex(hex, back), -1);
}
END_TEST

START_TEST(test_hash64_is_splitmix64)
{
	/* First outputs of SplitMix64 seeded with 0, as published with the generator. */
	ck_assert_uint_eq(hash64(0), 0xe220a8397b1dcdafu);
	ck_assert_uint_eq(hash64(0x9e3779b97f4a7c15u), 0x6e789e6aa1b965f4u);
	ck_assert_uint_ne(hash64_bytes(1, "a", 1), hash64_bytes(2, "a", 1));
}
END_TEST

START_TEST(test_times_are_written_as_the_standards_say)
{
	char text[CLOCK_RFC3339_SIZE];
	ck_assert_str_eq(clock_format_rfc3339(0, text), "1970-01-01T00:00:00.000Z");
	ck_assert_str_eq(clock_format_rfc3339(1767225599999, text), "2025-12-31T23:59:59.999Z");
	ck_assert_str_eq(clock_format_rfc3339(-1, text), "1969-12-31T23:59:59.999Z");
	/* RFC 9110, section 5.6.7 */
	ck_assert_str_eq(clock_format_http(784111777000, text), "Sun, 06 Nov 1994 08:49:37 GMT");
	ck_assert_uint_ge(cpu_allowed_count(), 1);
	ck_assert_uint_le(clock_monotonic_ns(), clock_monotonic_ns());
}
END_TEST

/* --- diagnostics --- */

static const struct {
	const char *source;
	size_t offset;
	unsigned line, column;
} places[] = {
	{ "abc", 0, 1, 1 },     { "abc", 2, 1, 3 },   { "abc", 99, 1, 4 }, { "a\nbc", 2, 2, 1 },
	{ "a\r\nbc", 4, 2, 2 }, { "äöü x", 7, 1, 5 }, { "", 0, 1, 1 },     { "\n\n", 2, 3, 1 },
};

START_TEST(test_places_count_lines_and_code_points)
{
	struct diag_position p = diag_locate(places[_i].source, strlen(places[_i].source), places[_i].offset);
	ck_assert_uint_eq(p.line, places[_i].line);
	ck_assert_uint_eq(p.column, places[_i].column);
}
END_TEST

START_TEST(test_a_diagnostic_prints_like_gcc_with_carets_under_the_span)
{
	const char *source = "tempo: 0.5\nout $ sinne 440\n";
	struct diag_list l = { .n = 0 };
	struct buf out = BUF_INIT;
	struct span s = { 17, 22 };
	diag_suggest(diag_add(&l, DIAG_ERROR, "unknown-function", s, "unknown function '%s'", "sinne"), s, "sine");
	ck_assert_int_eq(diag_print(&out, "m.ph", source, strlen(source), &l.items[0]), 0);
	ck_assert_str_eq(out.data, "m.ph:2:7: error: unknown function 'sinne'; did you mean 'sine'?\n"
				   "  out $ sinne 440\n"
				   "        ^~~~~\n");
	ck_assert(l.items[0].has_fix);
	ck_assert_str_eq(l.items[0].fix_text, "sine");
	buf_fini(&out);
}
END_TEST

START_TEST(test_a_long_line_is_shown_around_the_span)
{
	char source[2000];
	struct buf out = BUF_INIT;
	memset(source, 'x', sizeof source);
	source[1000] = '!';
	ck_assert_int_eq(diag_print_excerpt(&out, source, sizeof source, (struct span){ 1000, 1001 }), 0);
	ck_assert_uint_lt(out.len, 400);
	char *caret = strchr(out.data, '^'), *second = strchr(out.data, '\n') + 1, *bang = strchr(out.data, '!');
	/* The ellipsis is three bytes but one column. */
	ck_assert_int_eq(caret - second, bang - out.data - 2);
	buf_fini(&out);
}
END_TEST

START_TEST(test_errors_displace_warnings_and_repeats_are_dropped)
{
	struct diag_list l = { .n = 0 };
	for (uint32_t i = 0; i < DIAGS_MAX + 5; i++)
		diag_add(&l, DIAG_WARNING, "w", (struct span){ i, i + 1 }, "warning");
	ck_assert_uint_eq(l.n, DIAGS_MAX);
	diag_add(&l, DIAG_ERROR, "e", (struct span){ 0, 1 }, "error");
	diag_add(&l, DIAG_ERROR, "e", (struct span){ 0, 1 }, "error again");
	ck_assert_uint_eq(l.n_errors, 1);
	ck_assert_int_eq(l.items[DIAGS_MAX - 1].severity, DIAG_ERROR);
	diag_sort(&l);
	ck_assert_str_eq(l.items[0].code, "e");
}
END_TEST

static const struct {
	const char *word, *nearest;
} words[] = {
	{ "sinne", "sine" }, { "snie", "sine" }, { "lpff", "lpf" }, { "reverv", "reverb" },
	{ "xyz", NULL },     { "", NULL },       { "q", NULL },
};

START_TEST(test_the_nearest_word_is_found)
{
	static const char *const names[] = { "sine", "saw", "lpf", "hpf", "reverb", "b" };
	const char *got = diag_nearest(words[_i].word, strlen(words[_i].word), names, sizeof names / sizeof names[0]);
	if (words[_i].nearest)
		ck_assert_pstr_eq(got, words[_i].nearest);
	else
		ck_assert_ptr_null(got);
}
END_TEST

/* A limit cuts a write in two: the first half is written, then comes the reason. */
START_TEST(test_a_file_is_written_and_read_whole_or_says_why_not)
{
	enum { N = 8000, LIMIT = 5000 };
	struct rlimit old, limit = { .rlim_cur = LIMIT };
	struct error err = ERROR_INIT;
	char path[600], data[N], back[N];
	int fd;

	snprintf(path, sizeof path, "%s/file", test_temp_dir());
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	for (size_t i = 0; i < N; i++)
		data[i] = (char)(i * 7 + i / 256);
	ck_assert_int_eq(file_write(fd, data, 1000, "a file", &err), 0);
	ck_assert_int_eq(file_write_at(fd, 1000, data + 1000, 3000, "a file", &err), 0);
	ck_assert_int_eq(file_read_at(fd, 0, back, 4000, "a file", &err), 0);
	ck_assert_mem_eq(back, data, 4000);
	ck_assert_int_eq(file_read_at(fd, 3000, back, 1001, "a file", &err), -1);
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	int rc = file_write_at(fd, 0, data, N, "a file", &err);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_assert_int_eq(rc, -1);
	ck_assert_ptr_nonnull(strstr(err.message, "writing a file"));
	ck_assert_int_eq(file_read_at(fd, 0, back, LIMIT, "a file", &err), 0);
	ck_assert_mem_eq(back, data, LIMIT);
	close(fd);
}
END_TEST

START_TEST(test_entries_are_found_by_name_and_equal_names_in_order)
{
	static struct name_index index;
	static char made[1000][16];
	const char *const aliases[] = { "twin", NULL };

	name_index_add_all(&index, "first", aliases, 0);
	name_index_add_all(&index, "second", aliases, 1);
	for (size_t i = 0; i < 1000; i++) {
		snprintf(made[i], sizeof(made[i]), "name%zu", i);
		name_index_add(&index, made[i], 2 + i);
	}
	for (size_t i = 0; i < 1000; i++)
		ck_assert_uint_eq(name_index_find(&index, made[i], strlen(made[i]), 0), 2 + i);
	ck_assert_uint_eq(name_index_find(&index, "second", 6, 0), 1);
	ck_assert_uint_eq(name_index_find(&index, "twin", 4, 0), 0);
	ck_assert_uint_eq(name_index_find(&index, "twin", 4, 1), 1);
	ck_assert_uint_eq(name_index_find(&index, "twin", 4, 2), NAME_INDEX_NONE);
	ck_assert_uint_eq(name_index_find(&index, "twins", 5, 0), NAME_INDEX_NONE);
	ck_assert_uint_eq(name_index_find(&index, "name1000", 8, 0), NAME_INDEX_NONE);
	ck_assert_uint_eq(name_index_find(&index, "name1000", 5, 0), 3);
	ck_assert_uint_eq(name_index_find(&index, "", 0, 0), NAME_INDEX_NONE);
}
END_TEST

/* --- Quotas ------------------------------------------------------------------------------------------------ */

struct quota_file {
	const char *path, *text;
};

static const struct {
	const char *name, *membership;
	struct quota_file files[5]; /* below the root, ended by NULL */
	unsigned cores;
} quotas[] = {
	{ "no cgroups", "", { { 0 } }, 0 },
	{ "a container", "0::/\n", { { "cpu.max", "150000 100000\n" } }, 2 },
	{ "no limit", "0::/\n", { { "cpu.max", "max 100000\n" } }, 0 },
	{ "less than a core", "0::/\n", { { "cpu.max", "1000 100000\n" } }, 1 },
	{ "the own group", "0::/a/b\n", { { "a/b/cpu.max", "400000 100000\n" }, { "a/cpu.max", "max 100000\n" } }, 4 },
	{ "a group above",
	  "0::/a/b\n",
	  { { "a/b/cpu.max", "400000 100000\n" }, { "a/cpu.max", "300000 100000\n" } },
	  3 },
	{ "another group", "0::/a\n", { { "b/cpu.max", "100000 100000\n" } }, 0 },
	{ "a path of the host", "0::/host/of/it\n", { { "cpu.max", "200000 100000\n" } }, 2 },
	{ "version 1",
	  "3:cpuset:/\n1:cpu:/x\n",
	  { { "cpu/x/cpu.cfs_quota_us", "250000\n" }, { "cpu/x/cpu.cfs_period_us", "100000\n" } },
	  3 },
	{ "version 1, two controllers",
	  "1:cpu,cpuacct:/x\n0::/\n",
	  { { "cpu,cpuacct/x/cpu.cfs_quota_us", "100000\n" }, { "cpu,cpuacct/x/cpu.cfs_period_us", "100000\n" } },
	  1 },
	{ "version 1 without a limit",
	  "1:cpu:/\n",
	  { { "cpu/cpu.cfs_quota_us", "-1\n" }, { "cpu/cpu.cfs_period_us", "100000\n" } },
	  0 },
	{ "another controller of version 1",
	  "2:cpuacct:/\n",
	  { { "cpuacct/cpu.cfs_quota_us", "100000\n" }, { "cpuacct/cpu.cfs_period_us", "100000\n" } },
	  0 },
	{ "nonsense", "cpu\n::\n0:\n0::/\n", { { "cpu.max", "a lot\n" } }, 0 },
	{ "overflow", "0::/\n", { { "cpu.max", "9223372036854775807 1\n" } }, 0 },
	{ "a period of nothing", "0::/\n", { { "cpu.max", "100000 0\n" } }, 0 },
};

static void write_below(const char *root, const char *relative, const char *text)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", root, relative);
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdir(path, 0700);
	}
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(test_the_least_quota_on_the_way_up_counts)
{
	const char *root = test_temp_dir();
	char membership[600];

	write_below(root, "membership", quotas[_i].membership);
	for (const struct quota_file *f = quotas[_i].files; f->path; f++)
		write_below(root, f->path, f->text);
	snprintf(membership, sizeof membership, "%s/membership", root);
	ck_assert_msg(cpu_quota_count(root, membership) == quotas[_i].cores, "%s: %u", quotas[_i].name,
		      cpu_quota_count(root, membership));
}
END_TEST

START_TEST(test_the_affinity_mask_bounds_the_cores)
{
	cpu_set_t one, all;
	int first = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
	while (!CPU_ISSET(first, &all))
		first++;
	CPU_ZERO(&one);
	CPU_SET(first, &one);
	ck_assert_uint_le(cpu_allowed_count(), (unsigned)CPU_COUNT(&all));
	ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
	ck_assert_uint_eq(cpu_allowed_count(), 1);
	ck_assert_int_eq(sched_setaffinity(0, sizeof all, &all), 0);
}
END_TEST

static Suite *base_suite(void)
{
	Suite *s = suite_create("base");
	TCase *t = tcase_create("base");
	suite_add_tcase(s, t);
	tcase_add_test(t, test_error_set_returns_minus_one_and_keeps_the_message);
	tcase_add_test(t, test_error_messages_are_cut_not_overrun);
	tcase_add_test(t, test_errno_becomes_a_code);
	tcase_add_test(t, test_every_error_code_has_its_own_name);
	tcase_add_test(t, test_arena_gives_zeroed_aligned_memory_and_keeps_its_cap);
	tcase_add_test(t, test_arena_strings_and_growing_arrays);
	tcase_add_test(t, test_buf_grows_up_to_its_limit);
	tcase_add_test(t, test_sha256_of_abc_is_the_published_one);
	tcase_add_test(t, test_hash64_is_splitmix64);
	tcase_add_test(t, test_times_are_written_as_the_standards_say);
	tcase_add_loop_test(t, test_places_count_lines_and_code_points, 0, sizeof places / sizeof places[0]);
	tcase_add_test(t, test_a_diagnostic_prints_like_gcc_with_carets_under_the_span);
	tcase_add_test(t, test_a_long_line_is_shown_around_the_span);
	tcase_add_test(t, test_errors_displace_warnings_and_repeats_are_dropped);
	tcase_add_loop_test(t, test_the_nearest_word_is_found, 0, sizeof words / sizeof words[0]);
	tcase_add_loop_test(t, test_the_least_quota_on_the_way_up_counts, 0, sizeof quotas / sizeof quotas[0]);
	tcase_add_test(t, test_the_affinity_mask_bounds_the_cores);
	tcase_add_test(t, test_a_file_is_written_and_read_whole_or_says_why_not);
	tcase_add_test(t, test_entries_are_found_by_name_and_equal_names_in_order);
	return s;
}

int main(void)
{
	return test_run(base_suite());
}
