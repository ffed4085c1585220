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

/* Options of the way from the mix to the file, as JSON members; what they become in the canonical text (NULL: refused, with
 * this code and message). */
static const struct {
	const char *members, *canonical, *code, *message;
} masterings[] = {
	{ "\"format\":\"opus\"", "\"format\":\"opus\",\"gain\":1,\"sample_rate\":48000,\"seed\":0}", NULL, NULL },
	{ "\"format\":\"opus\",\"bitrate\":96,\"sample_rate\":24000",
	  "\"format\":\"opus\",\"gain\":1,\"sample_rate\":24000,\"seed\":0}", NULL, NULL },
	{ "\"format\":\"vorbis\",\"quality\":7.5",
	  "\"format\":\"vorbis\",\"gain\":1,\"quality\":7.5,\"sample_rate\":44100,\"seed\":0}", NULL, NULL },
	{ "\"tail\":\"auto\",\"stems\":true,\"fade_in\":0.5,\"fade_out\":2",
	  "\"fade_in\":0.5,\"fade_out\":2,\"format\":\"wav\",\"gain\":1,\"sample_rate\":44100,\"seed\":0,\"stems\":"
	  "true,"
	  "\"subtype\":\"pcm_16\",\"tail\":\"auto\"}",
	  NULL, NULL },
	{ "\"tail\":0,\"stems\":false,\"limiter\":\"off\",\"normalize\":\"none\"",
	  "\"format\":\"wav\",\"gain\":1,\"sample_rate\":44100,\"seed\":0,\"subtype\":\"pcm_16\"}", NULL, NULL },
	{ "\"normalize\":\"loudness\",\"limiter\":-1.5",
	  "\"limiter\":-1.5,\"normalize\":\"loudness\",\"normalize_to\":-14,\"sample_rate\":44100,", NULL, NULL },
	{ "\"normalize_to\":-3,\"normalize\":\"peak\"", "\"normalize\":\"peak\",\"normalize_to\":-3,", NULL, NULL },
	{ "\"normalize\":\"peak\"", "\"normalize\":\"peak\",\"normalize_to\":-1,", NULL, NULL },
	{ "\"format\":\"mp3\"", NULL, "out-of-range", "'format' must be wav, flac, vorbis or opus" },
	{ "\"format\":\"opus\",\"sample_rate\":44100", NULL, "out-of-range",
	  "'sample_rate' must be 8000, 12000, 16000, 24000 or 48000 for opus, found 44100" },
	{ "\"format\":\"opus\",\"bitrate\":300,\"channels\":1", NULL, "out-of-range",
	  "'bitrate' must be 6..256 kbit/s for 1 channel, found 300" },
	{ "\"format\":\"flac\",\"subtype\":\"float_32\"", NULL, "out-of-range",
	  "'subtype' must be pcm_16 or pcm_24 for flac, found float_32" },
	{ "\"format\":\"flac\",\"sample_rate\":100001", NULL, "out-of-range",
	  "'sample_rate' above 65535 must be a multiple of 10 for flac, found 100001" },
	{ "\"format\":\"vorbis\",\"subtype\":\"pcm_16\"", NULL, "conflict",
	  "'subtype' goes with the formats wav and flac" },
	{ "\"quality\":5", NULL, "conflict", "'quality' goes with the format vorbis" },
	{ "\"bitrate\":96", NULL, "conflict", "'bitrate' goes with the format opus" },
	{ "\"normalize_to\":-14", NULL, "conflict",
	  "'normalize_to' goes with 'normalize', which must be peak or loudness" },
	{ "\"normalize\":\"rms\"", NULL, "out-of-range", "'normalize' must be none, peak or loudness" },
	{ "\"normalize\":\"peak\",\"normalize_to\":1", NULL, "out-of-range", "'normalize_to' must be -70..0, found 1" },
	{ "\"limiter\":3", NULL, "out-of-range", "'limiter' must be -40..0 or off, found 3" },
	{ "\"limiter\":\"on\"", NULL, "wrong-type", "'limiter' must be a number or \"off\", found \"on\"" },
	{ "\"limiter\":true", NULL, "wrong-type", "'limiter' must be a number or \"off\", found true" },
	{ "\"tail\":-1", NULL, "out-of-range", "'tail' must be 0..600 or auto, found -1" },
	{ "\"tail\":\"long\"", NULL, "wrong-type", "'tail' must be a number or \"auto\", found \"long\"" },
	{ "\"stems\":1", NULL, "wrong-type", "'stems' must be true or false, found 1" },
	{ "\"stems\":\"yes\"", NULL, "wrong-type", "'stems' must be true or false, found \"yes\"" },
	{ "\"fade_in\":-0.1", NULL, "out-of-range", "'fade_in' must be 0..3600, found -0.1" },
	{ "\"fade_out\":\"2s\"", NULL, "wrong-type", "'fade_out' must be a number, found \"2s\"" },
};

START_TEST(test_mastering_options_are_read_printed_and_refused)
{
	char body[512], *text;
	struct spec spec, again;
	struct spec_problems problems;

	snprintf(body, sizeof body, "{\"source\":\"\",%s}", masterings[_i].members);
	if (masterings[_i].canonical) {
		ck_assert_msg(parse(body, &spec, &problems) == 0, "%s: %s", body, problems.items[0].message);
		text = spec_print_options(&spec);
		ck_assert_msg(strstr(text, masterings[_i].canonical) != NULL, "%s", text);
		ck_assert_int_eq(spec_parse_options(text, &again, NULL), 0);
		spec.render.source = again.render.source = NULL;
		ck_assert_int_eq(spec.render.is_tail_automatic, again.render.is_tail_automatic);
		ck_assert_int_eq(spec.render.has_stems, again.render.has_stems);
		ck_assert(spec.render.normalize_to == again.render.normalize_to);
		ck_assert(spec.render.bitrate_kbps == again.render.bitrate_kbps);
		free(text);
		return;
	}
	ck_assert_int_eq(parse(body, &spec, &problems), -1);
	ck_assert_uint_eq(problems.n, 1);
	ck_assert_str_eq(problems.items[0].code, masterings[_i].code);
	ck_assert_str_eq(problems.items[0].message, masterings[_i].message);
	ck_assert_msg(problems.items[0].pointer[0] == '/' && problems.items[0].pointer[1] != '\0', "no pointer");
}
END_TEST

START_TEST(test_a_query_writes_truth_as_it_likes)
{
	static const struct {
		const char *text;
		int expected; /* -1: refused */
	} cases[] = { { "true", 1 }, { "1", 1 }, { "false", 0 }, { "0", 0 }, { "2", -1 }, { "on", -1 }, { "", -1 } };

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct http_pair query[] = { { "stems", cases[i].text } };
		struct spec spec;
		struct spec_problems problems;
		int rc = spec_parse_query(query, 1, NULL, &spec, &problems, NULL);
		ck_assert_msg(rc == (cases[i].expected < 0 ? -1 : 0), "stems=%s", cases[i].text);
		if (rc == 0)
			ck_assert_int_eq(spec.render.has_stems, cases[i].expected);
		else
			ck_assert_str_eq(problems.items[0].parameter, "stems");
	}
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
	tcase_add_loop_test(t, test_mastering_options_are_read_printed_and_refused, 0,
			    sizeof masterings / sizeof masterings[0]);
	tcase_add_test(t, test_a_query_writes_truth_as_it_likes);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(json_spec_suite());
}
