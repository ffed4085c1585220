/* The front end, text to graph. Cases live in tests/cases: adding one needs no C.
 *
 * A file in tests/cases/valid or invalid holds records:
 *     ## title
 *     the program, any number of lines
 *     => LINE:COLUMN code            one for every diagnostic that is expected, in order of place
 *     ---                            valid only: the graph as --dump=graph prints it follows
 * In tests/cases/format the canonical layout follows the `---`.
 * Every program of both folders also feeds the tests of the printer and of broken input. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/compile.h"
#include "render/lang/lang.h"
#include "render/lang/parse.h"
#include "tests/lib/test.h"

enum { RECORDS_MAX = 400, ARENA_BYTES = 256 * 1024 * 1024, MUTANTS_PER_PROGRAM = 60 };

struct record {
	char *title, *program, *diags, *graph; /* NUL-terminated; point into the file's text */
	bool is_valid;
};

static struct record records[RECORDS_MAX];
static size_t n_records;

/* --- Reading cases ---------------------------------------------------------------------------------------------- */

static bool line_begins(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

/* Appends a line, without its prefix, to a growing text. */
static void append_line(char **text, const char *line, size_t len)
{
	size_t old = *text ? strlen(*text) : 0;

	*text = realloc(*text, old + len + 2);
	ck_assert_ptr_nonnull(*text);
	memcpy(*text + old, line, len);
	memcpy(*text + old + len, "\n", 2);
}

static char *copy_text(const char *text, size_t len)
{
	char *copy = NULL;
	append_line(&copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void read_line(struct record *r, bool *in_graph, const char *line, size_t len)
{
	if (line_begins(line, "=> "))
		append_line(&r->diags, line + 3, len - 3);
	else if (len == 3 && line_begins(line, "---"))
		*in_graph = true;
	else
		append_line(*in_graph ? &r->graph : &r->program, line, len);
}

static void read_cases(const char *path, bool is_valid)
{
	size_t len;
	char *text = test_read_file(path, &len);
	struct record *r = NULL;
	bool in_graph = false;

	for (char *line = text, *end; line < text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (!end)
			end = text + len;
		if (line_begins(line, "## ")) {
			ck_assert_uint_lt(n_records, RECORDS_MAX);
			r = &records[n_records++];
			*r = (struct record){ .title = copy_text(line + 3, (size_t)(end - line) - 3),
					      .is_valid = is_valid };
			in_graph = false;
		} else if (r) {
			read_line(r, &in_graph, line, (size_t)(end - line));
		}
	}
	free(text);
}

static void read_folder(const char *folder, bool is_valid)
{
	DIR *dir = opendir(folder);
	char path[1024];

	ck_assert_ptr_nonnull(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		if (!strstr(e->d_name, ".cases"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		read_cases(path, is_valid);
	}
	closedir(dir);
}

static void setup(void)
{
	n_records = 0;
	read_folder(test_source_path("tests/cases/valid"), true);
	read_folder(test_source_path("tests/cases/invalid"), false);
}

static void teardown(void)
{
	for (size_t i = 0; i < n_records; i++) {
		free(records[i].title);
		free(records[i].program);
		free(records[i].diags);
		free(records[i].graph);
	}
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* --- Cases ------------------------------------------------------------------------------------------------------ */

static char *describe_diags(const char *source, struct diag_list *diags)
{
	struct buf out = BUF_INIT;

	diag_sort(diags);
	for (size_t i = 0; i < diags->n; i++) {
		struct diag_position at = diag_locate(source, strlen(source), diags->items[i].span.start);
		ck_assert_int_eq(buf_printf(&out, "%u:%u %s%s%s\n", at.line, at.column, diags->items[i].code,
					    diags->items[i].suggestion[0] ? " " : "", diags->items[i].suggestion),
				 0);
	}
	return buf_take(&out);
}

/* Expected lines may leave out the suggestion. */
static bool diags_match(const char *expected, const char *actual)
{
	while (*expected && *actual) {
		size_t n = strcspn(expected, "\n"), m = strcspn(actual, "\n");
		if (n > m || memcmp(expected, actual, n) != 0 || (n < m && actual[n] != ' '))
			return false;
		expected += n + (expected[n] == '\n');
		actual += m + (actual[m] == '\n');
	}
	return *expected == '\0' && *actual == '\0';
}

static bool graph_matches(const struct record *r, const struct program *p)
{
	struct buf graph = BUF_INIT;
	bool ok = graph_print(p->graph, &graph) == 0 && (!r->graph || strcmp(r->graph, or_empty(graph.data)) == 0);

	if (!ok)
		fprintf(stderr, "%s: expected\n%sfound\n%s", r->title, or_empty(r->graph), or_empty(graph.data));
	buf_fini(&graph);
	return ok;
}

/* False, with the difference on standard output, when the compiler says something else than the record. */
static bool record_holds(const struct record *r)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const char *source = or_empty(r->program);
	bool ok;

	arena_init(&a, ARENA_BYTES);
	const struct program *p = compile(&a, source, strlen(source), NULL, &diags, &err);
	char *said = describe_diags(source, &diags);
	ok = !p == !r->is_valid && diags_match(or_empty(r->diags), or_empty(said));
	if (!ok)
		fprintf(stderr, "%s: expected\n%ssaid\n%s", r->title, or_empty(r->diags), or_empty(said));
	if (ok && p)
		ok = graph_matches(r, p);
	free(said);
	arena_fini(&a);
	return ok;
}

/* All records of one kind are tried, so that one run shows every difference. */
static void check_records(bool are_valid, size_t least)
{
	size_t n = 0, n_failed = 0;

	for (size_t i = 0; i < n_records; i++)
		if (records[i].is_valid == are_valid && ++n)
			n_failed += !record_holds(&records[i]);
	ck_assert_uint_eq(n_failed, 0);
	ck_assert_uint_ge(n, least);
}

START_TEST(test_valid_programs_give_their_graph)
{
	check_records(true, 80);
}
END_TEST

START_TEST(test_invalid_programs_are_complained_about_at_the_right_place)
{
	check_records(false, 150);
}
END_TEST

/* --- The printer
 * ------------------------------------------------------------------------------------------------------ */

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
	for (size_t i = 0; i < n_records; i++)
		if (records[i].is_valid)
			check_print(records[i].title, or_empty(records[i].program));
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

static void setup_format(void)
{
	n_records = 0;
	read_folder(test_source_path("tests/cases/format"), true);
}

START_TEST(test_formatting_gives_the_canonical_layout)
{
	for (size_t i = 0; i < n_records; i++) {
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		struct buf out = BUF_INIT;
		const char *source = or_empty(records[i].program);
		ck_assert_msg(lang_format(source, strlen(source), &out, &diags, &err) == 0, "%s: %s", records[i].title,
			      err.message);
		ck_assert_msg(strcmp(or_empty(out.data), or_empty(records[i].graph)) == 0, "%s: formatted as\n%s",
			      records[i].title, or_empty(out.data));
		buf_fini(&out);
	}
	ck_assert_uint_ge(n_records, 10);
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

	for (size_t i = 0; i < n_records; i++)
		n_read += check_format(records[i].title, or_empty(records[i].program));
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

/* --- Broken and hostile input
 * --------------------------------------------------------------------------------------------- */

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
	for (size_t i = 0; i < n_records; i++) {
		size_t len = strlen(or_empty(records[i].program));
		for (size_t cut = 0; cut<len; cut += len> 100 ? 7 : 1)
			feed(records[i].program, cut);
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
	for (size_t i = 0; i < n_records; i++) {
		size_t len = strlen(or_empty(records[i].program));
		for (uint64_t m = 0; len && m < MUTANTS_PER_PROGRAM; m++) {
			char *text = copy_text(records[i].program, len);
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
	} cases[] = {
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
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = repeated(cases[i].before, cases[i].part, cases[i].n, cases[i].after);
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

/* --- Single facts
 * ------------------------------------------------------------------------------------------------------------ */

START_TEST(test_a_misspelt_function_names_the_nearest_one_with_a_fix)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const char *source = "out $ sinne 440";

	arena_init(&a, ARENA_BYTES);
	ck_assert_ptr_null(compile(&a, source, strlen(source), NULL, &diags, &err));
	ck_assert_int_eq(err.code, ERR_SOURCE);
	ck_assert_uint_eq(diags.n, 1);
	ck_assert_str_eq(diags.items[0].code, "unknown-function");
	ck_assert_str_eq(diags.items[0].suggestion, "did you mean 'sine'?");
	ck_assert(diags.items[0].has_fix);
	ck_assert_str_eq(diags.items[0].fix_text, "sine");
	ck_assert_uint_eq(diags.items[0].fix_span.start, 6);
	ck_assert_uint_eq(diags.items[0].fix_span.end, 11);
	arena_fini(&a);
}
END_TEST

/* source with the first fix of an old form made; NULL when there is none. */
static char *fix_one(const char *source)
{
	struct arena a;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;

	arena_init(&a, ARENA_BYTES);
	ck_assert_msg(compile(&a, source, strlen(source), NULL, &diags, &err) != NULL, "%s: %s", source, err.message);
	arena_fini(&a);
	for (size_t i = 0; i < diags.n && !out.data; i++) {
		const struct diag *d = &diags.items[i];
		if (strncmp(d->code, "old-", 4) != 0)
			continue;
		ck_assert_msg(d->has_fix, "%s has no fix in: %s", d->code, source);
		ck_assert_int_eq(buf_append(&out, source, d->fix_span.start), 0);
		ck_assert_int_eq(buf_printf(&out, "%s%s", d->fix_text, source + d->fix_span.end), 0);
	}
	return buf_take(&out);
}

START_TEST(test_the_fixes_of_old_forms_lead_to_current_ones)
{
	static const struct {
		const char *old, *now;
	} cases[] = {
		{ "tempo 2.0\nout $ saw 55", "tempo: 2.0\nout $ saw 55" },
		{ "cps = 2\nout $ saw 55", "cps: 2\nout $ saw 55" },
		{ "bpm 120\nout $ saw 55", "bpm: 120\nout $ saw 55" },
		{ "out = saw 55", "out $ saw 55" },
		{ "out saw 55", "out $ saw 55" },
		{ "o2 # saw 55", "o2 $ saw 55" },
		{ "bass = saw 55\nout $ ~bass", "~bass $ saw 55\nout $ ~bass" },
		{ "~bass = saw 55\nout $ ~bass", "~bass $ saw 55\nout $ ~bass" },
		{ "out $ lpf(saw 55,300, 2)", "out $ lpf (saw 55) 300 2" },
		{ "out $ lpf(saw(55, 0), 300)", "out $ lpf (saw 55 0) 300" },
		{ "out $ noise() # gain sine(2)", "out $ noise # gain (sine 2)" },
		{ "out = add((saw 55), -saw 56)", "out $ add (saw 55) (-saw 56)" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = copy_text(cases[i].old, strlen(cases[i].old)), *next;
		while ((next = fix_one(text))) {
			free(text);
			text = next;
		}
		ck_assert_str_eq(text, cases[i].now);
		free(text);
	}
}
END_TEST

START_TEST(test_an_exhausted_arena_is_an_error_at_any_size)
{
	const char *source = "~x $ saw # gain 0.3\no1 $ s \"bd(3,8)\"\no2 $ jux rev $ s \"~x(3,8)\" # note "
			     "\"<c3'min7>\" # lpf 200\n";

	for (size_t cap = 0; cap < 120000; cap += 997) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		arena_init(&a, cap);
		const struct program *p = compile(&a, source, strlen(source), NULL, &diags, &err);
		ck_assert(p || err.code == ERR_TOO_LARGE || (err.code == ERR_SOURCE && diags.n_errors > 0));
		arena_fini(&a);
	}
}
END_TEST

static const char alloc_source[] =
	"fn wob f = saw 110 # lpf (sine f * 400 + 600)\n~x $ saw # gain 0.3\n"
	"@deep: lpf 300 # gain 0.5\nfor i in 1..2:\n  ~v[i] $ sine (110 * i)\n"
	"o1 $ every 2 (fast \"<2 3>\") $ s \"bd(3,8)? [sn | cp]*2 {a b}%4\" # n \"0 .. 2\"\n"
	"o2 $ jux rev $ s \"~x(3,8)\" # note \"<c3'min7>\" + \"0 3\" # lpf 200 # @deep\n"
	"o3 $ wob 2 + sum(~v[1..2]) $ every 4 (# lpf 300)\n"
	"~lfo $ sine 0.25 + 2\n"
	"o4 $ sew \"t f\" (s \"~x\" # gain rand) (s (choose [\"bd\", \"sn\"]) # pan ~lfo) $ fast ~lfo\n"
	"o5 $ saw (range 1 9 $ perlin) # lpf (timeCat [[1, run 3], [2, wedge 0.5 \"1\" \"2\"]])\n"
	"o6 $ (s \"bd\" # n (scan 3) # scale \"minor\" # chord \"maj\") $ ghost $ inside 0 1 (stutter 2 0.1)\n";

/* Queries one cycle of every pattern of the graph with the n-th allocation failing; true when none was left to fail. */
static bool query_failing_at(const struct graph *g, size_t n)
{
	bool is_done = true;

	for (uint32_t i = 0; i < g->n_nodes; i++) {
		struct arena a;
		struct query q = { .arena = &a };
		struct hap_list haps = { .n = 0 };
		struct error err = ERROR_INIT;

		if (!g->nodes[i].pattern)
			continue;
		arena_init(&a, ARENA_BYTES);
		a.fail_at = n;
		if (pattern_query(g->nodes[i].pattern, (struct timespan){ RATIONAL_ZERO, RATIONAL_ONE }, &q, &haps,
				  &err)) {
			ck_assert_int_eq(err.code, ERR_NO_MEMORY);
			is_done = false;
		}
		is_done &= a.n_allocs < n;
		arena_fini(&a);
	}
	return is_done;
}

START_TEST(test_every_allocation_that_fails_is_an_error)
{
	bool is_compiled = false, is_queried = false;

	for (size_t n = 1; !is_compiled; n++) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		const struct program *p;

		ck_assert_uint_lt(n, 100000);
		arena_init(&a, ARENA_BYTES);
		a.fail_at = n;
		p = compile(&a, alloc_source, strlen(alloc_source), NULL, &diags, &err);
		is_compiled = a.n_allocs < n;
		ck_assert_msg(is_compiled ? p != NULL : p || err.code != ERR_NONE, "allocation %zu", n);
		for (size_t k = 1; is_compiled && !is_queried; k++)
			is_queried = query_failing_at(p->graph, k);
		arena_fini(&a);
	}
}
END_TEST

START_TEST(test_an_expression_alone_compiles_to_its_pattern)
{
	static const struct {
		const char *expr;
		bool is_pattern;
	} cases[] = {
		{ "\"bd(3,8)\" $ fast 2", true },
		{ "s \"bd sn\" # gain 0.5", true },
		{ "fast 2 $ rev $ \"a b\"", true },
		{ "\"1 2\" + \"10 20\"", true },
		{ "saw 110", false },
		{ "\"bd\" $", false },
		{ "\"a b\" $ fasst 2", false },
		{ "~x", false },
		{ "", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena a;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		arena_init(&a, ARENA_BYTES);
		const struct pattern *p = lang_compile_pattern(&a, cases[i].expr, strlen(cases[i].expr), &diags, &err);
		ck_assert_msg(!p == !cases[i].is_pattern, "%s", cases[i].expr);
		ck_assert_msg(p || diags.n_errors > 0, "%s", cases[i].expr);
		arena_fini(&a);
	}
}
END_TEST

static Suite *lang_suite(void)
{
	Suite *s = suite_create("lang");
	TCase *cases = tcase_create("cases"), *printer = tcase_create("printer"), *hostile = tcase_create("hostile"),
	      *facts = tcase_create("facts"), *layout = tcase_create("layout");

	tcase_add_checked_fixture(cases, setup, teardown);
	tcase_add_test(cases, test_valid_programs_give_their_graph);
	tcase_add_test(cases, test_invalid_programs_are_complained_about_at_the_right_place);
	suite_add_tcase(s, cases);
	tcase_add_checked_fixture(printer, setup, teardown);
	tcase_add_test(printer, test_printing_and_parsing_gives_the_same_tree);
	tcase_add_test(printer, test_printing_and_parsing_random_expressions_gives_the_same_tree);
	tcase_add_test(printer, test_layout_comments_and_old_forms_do_not_change_the_canonical_text);
	tcase_add_test(printer, test_formatting_keeps_the_meaning_and_the_words_and_changes_nothing_twice);
	tcase_add_test(printer, test_formatting_random_expressions_keeps_their_meaning);
	tcase_add_test(printer, test_formatting_examples_keeps_their_meaning);
	suite_add_tcase(s, printer);
	tcase_add_checked_fixture(layout, setup_format, teardown);
	tcase_add_test(layout, test_formatting_gives_the_canonical_layout);
	suite_add_tcase(s, layout);
	tcase_add_checked_fixture(hostile, setup, teardown);
	tcase_set_timeout(hostile, 300);
	tcase_add_test(hostile, test_truncated_programs_are_answered);
	tcase_add_test(hostile, test_mutated_programs_are_answered);
	tcase_add_test(hostile, test_hostile_repetition_is_answered);
	tcase_add_test(hostile, test_buses_that_multiply_are_answered);
	suite_add_tcase(s, hostile);
	tcase_add_test(facts, test_a_misspelt_function_names_the_nearest_one_with_a_fix);
	tcase_add_test(facts, test_the_fixes_of_old_forms_lead_to_current_ones);
	tcase_add_test(facts, test_an_exhausted_arena_is_an_error_at_any_size);
	tcase_add_test(facts, test_every_allocation_that_fails_is_an_error);
	tcase_add_test(facts, test_an_expression_alone_compiles_to_its_pattern);
	suite_add_tcase(s, facts);
	return s;
}

int main(void)
{
	return test_run(lang_suite());
}
