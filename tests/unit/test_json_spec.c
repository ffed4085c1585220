#include "server/json_spec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

static struct arena arena;

static void set_up(void)
{
	arena_init(&arena, 1 << 20);
}

static void tear_down(void)
{
	arena_fini(&arena);
}

static int parse(const char *text, struct spec *spec, struct spec_problems *problems)
{
	struct json_place place;

	return spec_parse_json(&arena, text, strlen(text), spec, problems, &place, NULL);
}

START_TEST(test_what_is_left_out_has_its_default)
{
	struct spec spec;
	struct spec_problems problems;

	ck_assert_int_eq(parse("{\"source\":\"a\\u00e4\"}", &spec, &problems), 0);
	ck_assert_uint_eq(spec.render.source_len, 3);
	ck_assert_mem_eq(spec.render.source, "a\xc3\xa4", 3);
	ck_assert_uint_eq(spec.render.sample_rate_hz, 44100);
	ck_assert_uint_eq(spec.render.channels, 2);
	ck_assert_double_eq(spec.render.duration_s, 10);
	ck_assert_int_eq(spec.priority, PRIORITY_DEFAULT);
}
END_TEST

START_TEST(test_all_problems_are_listed_at_once)
{
	struct spec spec;
	struct spec_problems problems;

	ck_assert_int_eq(
		parse("{\"sample_rte\":1,\"gain\":101,\"channels\":\"2\",\"block\":100,\"seed\":-1}", &spec, &problems),
		-1);
	ck_assert_uint_eq(problems.n, 6);
	ck_assert_str_eq(problems.items[0].pointer, "/sample_rte");
	ck_assert_str_eq(problems.items[0].suggestion, "did you mean 'sample_rate'?");
	ck_assert_str_eq(problems.items[1].code, "out-of-range");
	ck_assert_str_eq(problems.items[2].code, "wrong-type");
	ck_assert_str_eq(problems.items[3].message, "'block' must be a power of two, found 100");
	ck_assert_str_eq(problems.items[5].code, "missing");
}
END_TEST

START_TEST(test_more_problems_than_fit_do_no_harm)
{
	char text[8192] = "{";
	struct spec spec;
	struct spec_problems problems;

	for (int i = 0; i < 300; i++)
		sprintf(text + strlen(text), "%s\"unknown%d\":%d", i ? "," : "", i, i);
	strcat(text, "}");
	ck_assert_int_eq(parse(text, &spec, &problems), -1);
	ck_assert_uint_eq(problems.n, SPEC_PROBLEMS_MAX);
}
END_TEST

START_TEST(test_broken_json_has_its_place)
{
	static const char text[] = "{\n  \"source\": \"a\",\n  \"gain\": oops\n}";
	struct spec spec;
	struct spec_problems problems;
	struct json_place place;
	struct error err = ERROR_INIT;

	ck_assert_int_eq(spec_parse_json(&arena, text, strlen(text), &spec, &problems, &place, &err), -1);
	ck_assert_int_eq(err.code, ERR_INVALID);
	ck_assert_uint_eq(place.line, 3);
	ck_assert_uint_ge(place.column, 11);
}
END_TEST

START_TEST(test_deep_nesting_is_refused)
{
	size_t n = 100000;
	char *text = malloc(n);
	struct spec spec;
	struct spec_problems problems;
	struct json_place place;

	memset(text, '[', n);
	ck_assert_int_eq(spec_parse_json(&arena, text, n, &spec, &problems, &place, NULL), -1);
	free(text);
}
END_TEST

START_TEST(test_query_and_body_give_the_same_options)
{
	static const struct http_pair query[] = { { "cycles", "4" },
						  { "gain", "1e-1" },
						  { "seed", "9007199254740991" },
						  { "subtype", "pcm_24" },
						  { "channels", "1" } };
	struct spec a, b;
	struct spec_problems problems;
	char *from_query, *from_body;

	ck_assert_int_eq(spec_parse_query(query, 5, NULL, &a, &problems, NULL), 0);
	ck_assert_int_eq(parse("{\"source\":\"\",\"channels\":1,\"subtype\":\"pcm_24\",\"seed\":9007199254740991,"
			       "\"gain\":0.1,\"cycles\":4.0}",
			       &b, &problems),
			 0);
	from_query = spec_print_options(&a);
	from_body = spec_print_options(&b);
	ck_assert_str_eq(from_query, from_body);
	ck_assert_str_eq(from_body,
			 "{\"channels\":1,\"cycles\":4,\"format\":\"wav\",\"gain\":0.1,\"sample_rate\":44100,"
			 "\"seed\":9007199254740991,\"subtype\":\"pcm_24\"}");
	free(from_query);
	free(from_body);
}
END_TEST

static const char *const gains[] = { "0", "0.1", "0.30000000000000004", "1e-300", "100", "33.333333333333336" };

START_TEST(test_printed_options_read_back_exactly)
{
	struct http_pair query[] = {
		{ "gain", gains[_i] }, { "threads", "3" }, { "block", "256" }, { "duration", "0.3" }
	};
	struct spec a, b;
	struct spec_problems problems;
	char *text;

	ck_assert_int_eq(spec_parse_query(query, 4, NULL, &a, &problems, NULL), 0);
	text = spec_print_options(&a);
	ck_assert_int_eq(spec_parse_options(text, &b, NULL), 0);
	ck_assert(a.render.gain == b.render.gain && a.render.duration_s == b.render.duration_s);
	ck_assert_uint_eq(b.render.threads, 3);
	ck_assert_uint_eq(b.render.block_frames, 256);
	free(text);
}
END_TEST

START_TEST(test_damaged_stored_options_are_told)
{
	static const char *const texts[] = { "", "[]", "{", "{\"gain\":\"x\"}", "{\"nothing\":1}" };
	struct spec spec;
	struct error err;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		err = ERROR_INIT;
		ck_assert_int_eq(spec_parse_options(texts[i], &spec, &err), -1);
		ck_assert_int_eq(err.code, ERR_CORRUPT);
	}
}
END_TEST

static Suite *json_spec_suite(void)
{
	Suite *s = suite_create("json_spec");
	TCase *t = tcase_create("options");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, test_what_is_left_out_has_its_default);
	tcase_add_test(t, test_all_problems_are_listed_at_once);
	tcase_add_test(t, test_more_problems_than_fit_do_no_harm);
	tcase_add_test(t, test_broken_json_has_its_place);
	tcase_add_test(t, test_deep_nesting_is_refused);
	tcase_add_test(t, test_query_and_body_give_the_same_options);
	tcase_add_loop_test(t, test_printed_options_read_back_exactly, 0, sizeof gains / sizeof gains[0]);
	tcase_add_test(t, test_damaged_stored_options_are_told);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(json_spec_suite());
}
