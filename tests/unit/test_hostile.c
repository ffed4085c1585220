/* Broken and hostile input: whatever the bytes are, the front end answers, with a graph or with complaints. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/compile.h"
#include "render/lang/lang.h"
#include "tests/lib/cases.h"
#include "tests/lib/test.h"

enum { MUTANTS_PER_PROGRAM = 60 };

static void feed_formatter(const char *source, size_t len)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	int failed = lang_format(source, len, &out, &diags, &err);
	ck_assert_msg(!failed || err.code == ERR_SOURCE || err.code == ERR_TOO_LARGE, "%s for: %.*s", err.message,
		      (int)len, source);
	buf_fini(&out);
}

/* Whatever the bytes are: an answer, and a complaint when there is no graph. */
static void feed(const char *source, size_t len)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	char *exact = malloc(len ? len : 1); /* so that AddressSanitizer sees a read past the end */

	ck_assert_ptr_nonnull(exact);
	memcpy(exact, source, len);
	arena_init(&a, 32 * 1024 * 1024);
	const struct program *p = compile(&a, exact, len, NULL, &diags, &err);
	ck_assert_msg(p || diags.n_errors > 0 || err.code == ERR_TOO_LARGE, "no graph and no complaint for: %.*s",
		      (int)len, source);
	ck_assert_msg(!p || diags.n_errors == 0, "a graph in spite of errors for: %.*s", (int)len, source);
	arena_fini(&a);
	feed_formatter(exact, len);
	free(exact);
}

START_TEST(test_truncated_programs_are_answered)
{
	for (size_t i = 0; i < n_cases; i++) {
		size_t len = strlen(or_empty(cases[i].program));
		for (size_t cut = 0; cut<len; cut += len> 100 ? 7 : 1)
			feed(cases[i].program, cut);
	}
}
END_TEST

static void mutate(char *text, size_t len, uint64_t seed)
{
	static const char bytes[] = "~$#:()[]\"+-*/|<>,.=@%!?{} \n\t09aZ\xff\xc3\0";
	unsigned n = 1 + (unsigned)(hash64(seed) % 4);

	for (unsigned k = 0; k < n; k++) {
		uint64_t r = hash64_pair(seed, k);
		text[(r >> 8) % len] = r & 1 ? bytes[(r >> 40) % sizeof(bytes)] : text[(r >> 40) % len];
	}
}

START_TEST(test_mutated_programs_are_answered)
{
	for (size_t i = 0; i < n_cases; i++) {
		size_t len = strlen(or_empty(cases[i].program));
		for (uint64_t m = 0; len && m < MUTANTS_PER_PROGRAM; m++) {
			char *text = text_copy(cases[i].program, len);
			mutate(text, len, hash64_pair(i, m));
			feed(text, len);
			free(text);
		}
	}
}
END_TEST

static char *repeated(const char *before, const char *part, size_t n, const char *after)
{
	size_t a = strlen(before), b = strlen(part), c = strlen(after);
	char *text = malloc(a + n * b + c + 1);

	ck_assert_ptr_nonnull(text);
	memcpy(text, before, a);
	for (size_t i = 0; i < n; i++)
		memcpy(text + a + i * b, part, b);
	memcpy(text + a + n * b, after, c + 1);
	return text;
}

START_TEST(test_hostile_repetition_is_answered)
{
	static const struct {
		const char *before, *part, *after;
		size_t n;
	} rows[] = {
		{ "out $ ", "(", "", 200000 },
		{ "out $ ", "[", "", 200000 },
		{ "out $ ", "f(", "", 100000 },
		{ "", "out f(\n", "", 30000 },
		{ "out $ sine 1", " + 1", "", 50000 },
		{ "out $ saw 1", " # gain 1", "", 20000 },
		{ "out $ \"1\"", " $ rev", "", 20000 },
		{ "out $ sine", " :freq 1", "", 20000 },
		{ "out $ \"", "[", "\"", 200000 },
		{ "out $ ", "-", "1", 200000 },
		{ "out $ ", "- ", "1", 100000 },
		{ "", "~a $ ~a\n", "out $ ~a", 20000 },
		{ "", "out $ sine 1\n", "", 15000 },
		{ "", "~", "", 200000 },
		{ "/*", "/*", "", 100000 },
		{ "out $ saw 1", " $ (# lpf 300)", "", 15000 },
		{ "out $ s \"bd\"", " $ every 2 (# lpf 300)", "", 10000 },
		{ "fn f x = x\nout $ ", "f $ ", "saw 1", 40000 },
		{ "fn f x = x\nout $ saw 1", " # f", "", 40000 },
		{ "fn f x = x * x\nout $ ", "f (", "saw 1", 200 },
		{ "", "for i in 0..999: ", "~x[i] $ saw 1", 20 },
		{ "", "for i in 1..2:\n", "", 15000 },
		{ "out $ ", "if 1 == 1 then ", "1", 15000 },
		{ "out $ if 1 == 2 then 1", " else if 1 == 2 then 1", " else 1", 10000 },
		{ "out $ s \"bd\" # n 1", " + n \"1\"", "", 20000 },
		{ "out $ s \"bd\"", " |+ n 1", "", 20000 },
		{ "out $ ", "~x[", "1", 50000 },
		{ "", "out(saw(1, 2), 3)\n", "", 10000 },
		{ "@a: ", "@a ", "", 50000 },
		/* A name misspelt in every turn of a loop costs one search for what was meant. */
		{ "for i in 1..300:\n", " for k in 1..300:\n  ~x[i] $ mixolydian$ \n", "ou a$s ~x[i] $ mixolydian$ ",
		  1 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = repeated(rows[i].before, rows[i].part, rows[i].n, rows[i].after);
		feed(text, strlen(text));
		free(text);
	}
}
END_TEST

/* n buses, each made from the next by form, in which %1$u is the bus and %2$u the next one. */
static void feed_buses(unsigned n, const char *form, const char *end)
{
	struct buf out = BUF_INIT;

	for (unsigned i = 0; i < n; i++) {
		ck_assert_int_eq(buf_printf(&out, "~b%u ", i), 0);
		for (const char *c = form; *c; c++)
			ck_assert_int_eq(*c == '?' ? buf_printf(&out, "%u", i + 1) : buf_append(&out, c, 1), 0);
		ck_assert_int_eq(buf_printf(&out, "\n"), 0);
	}
	ck_assert_int_eq(buf_printf(&out, "~b%u %s\nout $ saw 1 # ~b0\no1 $ ~b0\no2 $ s \"~b0\"\n", n, end), 0);
	feed(out.data, out.len);
	buf_fini(&out);
}

START_TEST(test_buses_that_multiply_are_answered)
{
	feed_buses(40, "$ ~b? + ~b? $ fast 2", "$ \"1 2\"");
	feed_buses(40, "$ (saw 1 + ~b? * ~b?) $ fast 2", "$ sine \"1 2\"");
	feed_buses(40, "# ~b? # ~b?", "# lpf 300");
	feed_buses(40, "$ ~b? $ ~b?", "$ fast 2");
	feed_buses(40, "$ s \"~b? ~b?\"", "$ saw");
	feed_buses(9000, "$ ~b? * 2", "$ saw 1");
	feed_buses(9000, "$ every 2 ~b?", "$ rev");
	feed_buses(9000, "# ~b?", "# lpf 300");
	feed_buses(9000, "$ s \"~b?\"", "$ saw");
	feed_buses(40, "$ every 2 (# ~b? # ~b?)", "# lpf 300");
	feed_buses(40, "$ every 2 ~b? $ every 2 ~b?", "$ every 2 (# lpf 300)");
	feed_buses(9000, "$ saw 1 $ every 2 (# gain ~b?)", "$ saw 1");
	feed_buses(40, "x $ ~b? x + ~b? x", "x $ x");
	feed_buses(9000, "x $ ~b? x", "x $ x");
	feed_buses(9000, "x $ x # ~b? x", "x $ lpf x");
}
END_TEST

static Suite *hostile_suite(void)
{
	Suite *s = suite_create("hostile");
	TCase *input = tcase_create("input");

	tcase_add_checked_fixture(input, cases_setup, cases_teardown);
	tcase_set_timeout(input, 300);
	tcase_add_test(input, test_truncated_programs_are_answered);
	tcase_add_test(input, test_mutated_programs_are_answered);
	tcase_add_test(input, test_hostile_repetition_is_answered);
	tcase_add_test(input, test_buses_that_multiply_are_answered);
	suite_add_tcase(s, input);
	return s;
}

int main(void)
{
	return test_run(hostile_suite());
}
