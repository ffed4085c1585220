/* The printer of canonical text, and the formatter: both keep the meaning. Programs come from tests/cases, from examples/
 * and from a generator of expressions. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/lang/lang.h"
#include "render/lang/parse.h"
#include "tests/lib/cases.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

/* --- The printer ------------------------------------------------------------------------------------------------ */

static void parse_text_into(struct arena *a, const char *source, struct ast_program *out)
{
	struct diag_list diags = { .n = 0 };
	struct token_list tokens;

	ck_assert_int_eq(lex(a, source, strlen(source), &tokens, &diags), 0);
	ck_assert_int_eq(parse_program(a, source, &tokens, out, &diags), 0);
}

static void check_print(const char *title, const char *source)
{
	struct arena a;
	struct ast_program first, second;
	struct buf printed = BUF_INIT, again = BUF_INIT;

	arena_init(&a, ARENA_BYTES);
	parse_text_into(&a, source, &first);
	ck_assert_int_eq(ast_print_canonical(&first, &printed), 0);
	parse_text_into(&a, or_empty(printed.data), &second);
	ck_assert_msg(ast_program_equal(&first, &second), "%s: printed as\n%s", title, or_empty(printed.data));
	ck_assert_int_eq(ast_print_canonical(&second, &again), 0);
	ck_assert_str_eq(or_empty(printed.data), or_empty(again.data));
	buf_fini(&printed);
	buf_fini(&again);
	arena_fini(&a);
}

START_TEST(test_printing_and_parsing_gives_the_same_tree)
{
	for (size_t i = 0; i < n_cases; i++)
		if (cases[i].is_valid)
			check_print(cases[i].title, or_empty(cases[i].program));
}
END_TEST

/* Random expressions, so that every pair of operators meets. */
struct generator {
	uint64_t seed, n;
	struct buf out;
};

static unsigned choose(struct generator *g, unsigned n)
{
	return (unsigned)(hash64_pair(g->seed, g->n++) % n);
}

static void generate(struct generator *g, unsigned depth)
{
	static const char *const leaves[] = { "440", "-1", "\"1 2\"", "~a", "saw", "0.5" };
	static const char *const ops[] = { " + ", " - ", " * ", " / ", " # ", " $ ", " |+ ", " +| ", " ~* ", " |> " };
	static const char *const forms[] = { "(", "[", "lpf (", "sine :freq (", "-(", "fast 2 $ (" };
	unsigned form = choose(g, depth ? 8 : 1);

	if (form == 0) {
		ck_assert_int_eq(buf_printf(&g->out, "%s", leaves[choose(g, 6)]), 0);
	} else if (form < 4) {
		const char *open = forms[choose(g, 6)];
		ck_assert_int_eq(buf_printf(&g->out, "%s", open), 0);
		generate(g, depth - 1);
		ck_assert_int_eq(buf_printf(&g->out, open[0] == '[' ? "]" : ")"), 0);
	} else {
		generate(g, depth - 1);
		ck_assert_int_eq(buf_printf(&g->out, "%s", ops[choose(g, 10)]), 0);
		generate(g, depth - 1);
	}
}

START_TEST(test_printing_and_parsing_random_expressions_gives_the_same_tree)
{
	for (unsigned i = 0; i < 2000; i++) {
		struct generator g = { .seed = i, .out = BUF_INIT };
		ck_assert_int_eq(buf_printf(&g.out, "out $ "), 0);
		generate(&g, 5);
		check_print(g.out.data, g.out.data);
		buf_fini(&g.out);
	}
}
END_TEST

START_TEST(test_layout_comments_and_old_forms_do_not_change_the_canonical_text)
{
	static const char *const same[] = {
		"~x $ saw 110 # lpf 300\nout $ ~x * 0.5\n",
		"-- a song\n~x: saw 110 -- the voice\n  # lpf 300\n\n# and out\nout $ ~x /* loud */ * 0.5\n",
		"x = saw 110 # lpf 300\nout = (~x) * 0.5",
	};
	struct buf texts[3];

	for (size_t i = 0; i < 3; i++) {
		struct arena a;
		struct ast_program program;
		texts[i] = BUF_INIT;
		arena_init(&a, ARENA_BYTES);
		parse_text_into(&a, same[i], &program);
		ck_assert_int_eq(ast_print_canonical(&program, &texts[i]), 0);
		arena_fini(&a);
	}
	for (size_t i = 1; i < 3; i++)
		ck_assert_str_eq(texts[0].data, texts[i].data);
	for (size_t i = 0; i < 3; i++)
		buf_fini(&texts[i]);
}
END_TEST

/* --- The formatter ---------------------------------------------------------------------------------------------- */

START_TEST(test_formatting_gives_the_canonical_layout)
{
	for (size_t i = 0; i < n_cases; i++) {
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		struct buf out = BUF_INIT;
		const char *source = or_empty(cases[i].program);
		ck_assert_msg(lang_format(source, strlen(source), &out, &diags, &err) == 0, "%s: %s", cases[i].title,
			      err.message);
		ck_assert_msg(strcmp(or_empty(out.data), or_empty(cases[i].below)) == 0, "%s: formatted as\n%s",
			      cases[i].title, or_empty(out.data));
		buf_fini(&out);
	}
	ck_assert_uint_ge(n_cases, 10);
}
END_TEST

/* Letters and digits outside of what the formatter may change. */
static size_t count_words(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text >= 'a' && *text <= 'z') || (*text >= '0' && *text <= '9');
	return n;
}

/* False when the program cannot be read. */
static bool check_format(const char *title, const char *source)
{
	struct arena a;
	struct ast_program first, second;
	struct diag_list diags = { .n = 0 }, again_diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	bool is_read = lang_format(source, strlen(source), &once, &diags, &err) == 0;

	ck_assert_msg(is_read || err.code == ERR_SOURCE, "%s: %s", title, err.message);
	if (is_read) {
		arena_init(&a, ARENA_BYTES);
		parse_text_into(&a, source, &first);
		parse_text_into(&a, or_empty(once.data), &second);
		ck_assert_msg(ast_program_equal(&first, &second), "%s: formatted as\n%s", title, or_empty(once.data));
		ck_assert_uint_eq(count_words(source), count_words(or_empty(once.data)));
		ck_assert_int_eq(lang_format(once.data ? once.data : "", once.len, &twice, &again_diags, &err), 0);
		ck_assert_msg(strcmp(or_empty(once.data), or_empty(twice.data)) == 0,
			      "%s: formatted as\n%sand then as\n%s", title, or_empty(once.data), or_empty(twice.data));
		for (size_t i = 0; i < again_diags.n; i++)
			ck_assert_msg(strncmp(again_diags.items[i].code, "old-", 4) != 0, "%s: an old form is left",
				      title);
		arena_fini(&a);
	}
	buf_fini(&once);
	buf_fini(&twice);
	return is_read;
}

START_TEST(test_formatting_keeps_the_meaning_and_the_words_and_changes_nothing_twice)
{
	size_t n_read = 0;

	for (size_t i = 0; i < n_cases; i++)
		n_read += check_format(cases[i].title, or_empty(cases[i].program));
	ck_assert_uint_ge(n_read, 100);
}
END_TEST

START_TEST(test_formatting_random_expressions_keeps_their_meaning)
{
	for (unsigned i = 0; i < 1000; i++) {
		struct generator g = { .seed = i, .out = BUF_INIT };
		ck_assert_int_eq(buf_printf(&g.out, "out $ "), 0);
		generate(&g, 5);
		check_format(g.out.data, g.out.data);
		buf_fini(&g.out);
	}
}
END_TEST

START_TEST(test_formatting_examples_keeps_their_meaning)
{
	DIR *dir = opendir(test_source_path("examples"));
	size_t n = 0, len;

	ck_assert_ptr_nonnull(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		char path[512];
		if (!strstr(e->d_name, ".ph"))
			continue;
		snprintf(path, sizeof(path), "examples/%.200s", e->d_name);
		char *text = test_read_file(test_source_path(path), &len);
		ck_assert_msg(check_format(path, text), "%s cannot be read", path);
		free(text);
		n++;
	}
	closedir(dir);
	ck_assert_uint_gt(n, 0);
}
END_TEST

static Suite *format_suite(void)
{
	Suite *s = suite_create("format");
	TCase *printer = tcase_create("printer");
	TCase *layout = tcase_create("layout");

	tcase_add_checked_fixture(printer, cases_setup, cases_teardown);
	tcase_add_test(printer, test_printing_and_parsing_gives_the_same_tree);
	tcase_add_test(printer, test_printing_and_parsing_random_expressions_gives_the_same_tree);
	tcase_add_test(printer, test_layout_comments_and_old_forms_do_not_change_the_canonical_text);
	tcase_add_test(printer, test_formatting_keeps_the_meaning_and_the_words_and_changes_nothing_twice);
	tcase_add_test(printer, test_formatting_random_expressions_keeps_their_meaning);
	tcase_add_test(printer, test_formatting_examples_keeps_their_meaning);
	suite_add_tcase(s, printer);

	tcase_add_checked_fixture(layout, cases_setup_format, cases_teardown);
	tcase_add_test(layout, test_formatting_gives_the_canonical_layout);
	suite_add_tcase(s, layout);
	return s;
}

int main(void)
{
	return test_run(format_suite());
}
