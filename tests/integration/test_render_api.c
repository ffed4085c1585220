/* From a program to a file, over HTTP: what issue 2 says a user can type. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define BEAT "out $ s \"bd*4, ~ sn\"\n"

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "2"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

START_TEST(test_a_submission_is_accepted_and_ends_with_its_file)
{
	struct reply r = service_post(&server, "/render?cycles=1&seed=1", BEAT), audio;
	json_t *job = reply_json(&r), *end, *result;
	char path[128];

	ck_assert_int_eq(r.status, 202);
	snprintf(path, sizeof path, "/jobs/%s", text_of(job, "id"));
	ck_assert_str_eq(reply_header(&r, "Location"), path);
	ck_assert_ptr_nonnull(reply_header(&r, "Retry-After"));
	end = service_wait_job(&server, text_of(job, "id"));
	ck_assert_str_eq(text_of(end, "state"), "succeeded");
	result = json_object_get(end, "result");
	ck_assert_int_eq(json_integer_value(json_object_get(result, "frames")), 88200);
	ck_assert_double_eq(json_number_value(json_object_get(json_object_get(end, "progress"), "percent")), 100);
	strcat(path, "/audio");
	audio = service_get(&server, path);
	ck_assert_int_eq(audio.status, 200);
	ck_assert_int_eq(audio.body_len, json_integer_value(json_object_get(result, "bytes")));
	ck_assert_str_eq(hex_digest(audio.body, audio.body_len), text_of(result, "sha256"));
	ck_assert_mem_eq(audio.body, "RIFF", 4);
	json_decref(job);
	json_decref(end);
	reply_free(&r);
	reply_free(&audio);
}
END_TEST

static const struct {
	const char *type, *path, *body;
} forms[] = {
	{ "Content-Type: application/x-www-form-urlencoded", "/render?cycles=1&gain=0.5", BEAT },
	{ "Content-Type: text/plain; charset=utf-8", "/render?gain=0.5&cycles=1.0", BEAT },
	{ "Content-Type: text/x-phonon", "/render?cycles=1e0&gain=5e-1", BEAT },
	{ "Content-Type: application/octet-stream", "/render?cycles=1&gain=0.5&threads=1", BEAT },
	{ "Content-Type: application/json", "/render",
	  "{\"source\":\"out $ s \\\"bd*4, ~ sn\\\"\\n\",\"gain\":0.5,\"cycles\":1}" },
};

START_TEST(test_every_form_of_submission_gives_the_same_content)
{
	struct reply first = service_call(&server, "POST", forms[0].path, forms[0].body, HEADERS(forms[0].type));
	struct reply other = service_call(&server, "POST", forms[_i].path, forms[_i].body, HEADERS(forms[_i].type));
	json_t *a = reply_json(&first), *b = reply_json(&other);

	ck_assert_msg(other.status == 202 || other.status == 201, "%s: %ld", forms[_i].type, other.status);
	ck_assert_str_eq(text_of(a, "content_hash"), text_of(b, "content_hash"));
	json_decref(a);
	json_decref(b);
	reply_free(&first);
	reply_free(&other);
}
END_TEST

START_TEST(test_waiting_for_audio_returns_the_file_that_the_command_line_makes)
{
	char source[512], file[512];
	const char *dir = test_temp_dir();
	const char *argv[] = { getenv("PHONOND") ? getenv("PHONOND") : "./phonond",
			       "render",
			       source,
			       file,
			       "--cycles",
			       "4",
			       "--quiet",
			       NULL };
	size_t program_len, len;
	char *program, *expected;
	struct reply r;

	snprintf(source, sizeof source, "%s", test_source_path("examples/m.ph"));
	snprintf(file, sizeof file, "%s/m.wav", dir);
	program = test_read_file(source, &program_len);
	r = service_call(&server, "POST", "/render?cycles=4", program, HEADERS("Accept: audio/wav", "Prefer: wait=30"));
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/wav");
	ck_assert_str_eq(reply_header(&r, "Preference-Applied"), "wait=30");
	ck_assert_int_eq(run_command(argv), 0);
	expected = test_read_file(file, &len);
	ck_assert_uint_eq(len, r.body_len);
	ck_assert_mem_eq(expected, r.body, len);
	free(program);
	free(expected);
	reply_free(&r);
}
END_TEST

START_TEST(test_waiting_for_json_returns_the_ended_job)
{
	struct reply r = service_call(&server, "POST", "/render?cycles=1&seed=7", BEAT, HEADERS("Prefer: wait=30"));
	json_t *job = reply_json(&r);

	ck_assert_int_eq(r.status, 201);
	ck_assert_str_eq(text_of(job, "state"), "succeeded");
	ck_assert(!json_is_true(json_object_get(job, "cached")));
	json_decref(job);
	reply_free(&r);
}
END_TEST

START_TEST(test_an_equal_submission_is_answered_from_the_store)
{
	struct reply first = service_call(&server, "POST", "/render?cycles=1", BEAT, HEADERS("Prefer: wait=30"));
	struct reply again = service_post(&server, "/render?cycles=1", "-- the same, with a comment\n" BEAT);
	json_t *a = reply_json(&first), *b = reply_json(&again);

	ck_assert_int_eq(again.status, 201);
	ck_assert(json_is_true(json_object_get(b, "cached")));
	ck_assert_str_ne(text_of(a, "id"), text_of(b, "id"));
	ck_assert_str_eq(text_of(json_object_get(a, "result"), "sha256"),
			 text_of(json_object_get(b, "result"), "sha256"));
	json_decref(a);
	json_decref(b);
	reply_free(&first);
	reply_free(&again);
}
END_TEST

START_TEST(test_a_wait_that_is_too_short_ends_with_202)
{
	struct reply r = service_call(&server, "POST", "/render?" SLOW_OPTIONS, slow_program,
				      HEADERS("Prefer: wait=1", "Accept: audio/wav"));
	json_t *job = reply_json(&r);
	char path[128];

	ck_assert_int_eq(r.status, 202);
	reply_free(&r);
	snprintf(path, sizeof path, "/jobs/%s/cancel", text_of(job, "id"));
	r = service_post(&server, path, "");
	ck_assert_int_eq(r.status, 200);
	json_decref(job);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_typo_is_answered_with_its_place_and_a_suggestion)
{
	struct reply r = service_post(&server, "/render?cycles=1", "out $ sinne 440");
	json_t *problem = reply_json(&r), *error = json_array_get(json_object_get(problem, "errors"), 0);
	json_t *place = json_object_get(error, "source");

	ck_assert_int_eq(r.status, 422);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/problem+json");
	ck_assert_int_eq(json_integer_value(json_object_get(place, "line")), 1);
	ck_assert_int_eq(json_integer_value(json_object_get(place, "column")), 7);
	ck_assert_int_eq(json_integer_value(json_object_get(place, "length")), 5);
	ck_assert_str_eq(text_of(place, "excerpt"), "out $ sinne 440");
	ck_assert_str_eq(text_of(error, "suggestion"), "did you mean 'sine'?");
	json_decref(problem);
	reply_free(&r);
	r = service_get(&server, "/jobs");
	ck_assert_ptr_nonnull(strstr(r.body, "\"jobs\":[]"));
	reply_free(&r);
}
END_TEST

START_TEST(test_a_terminal_gets_the_typo_as_a_drawing)
{
	struct reply r = service_call(&server, "POST", "/check", "out $ sinne 440", HEADERS("Accept: text/plain"));

	ck_assert_int_eq(r.status, 200);
	ck_assert_ptr_nonnull(strstr(r.body, "1:7: error:"));
	ck_assert_ptr_nonnull(strstr(r.body, "^~~~~"));
	reply_free(&r);
}
END_TEST

START_TEST(test_a_program_beyond_a_limit_is_refused_with_its_place)
{
	struct reply r = service_post(&server, "/render?cycles=1", "tempo: 0.5\nout $ s \"sn bd*999999999\"");
	json_t *problem = reply_json(&r), *error = json_array_get(json_object_get(problem, "errors"), 0);
	json_t *place = json_object_get(error, "source");

	ck_assert_int_eq(r.status, 422);
	ck_assert_str_eq(text_of(error, "code"), "too-many-events");
	ck_assert_int_eq(json_integer_value(json_object_get(place, "line")), 2);
	ck_assert_int_eq(json_integer_value(json_object_get(place, "column")), 13);
	json_decref(problem);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_limit_met_while_rendering_points_into_the_program)
{
	struct reply r = service_post(&server, "/render?cycles=2", "tempo: 0.5\nout $ s \"bd*<2 999999999>\"");
	json_t *job = reply_json(&r), *end = service_wait_job(&server, text_of(job, "id"));

	ck_assert_str_eq(text_of(end, "state"), "failed");
	ck_assert_ptr_nonnull(strstr(text_of(json_object_get(end, "error"), "message"), "line 2, column 16: "));
	json_decref(job);
	json_decref(end);
	reply_free(&r);
}
END_TEST

START_TEST(test_events_say_what_will_play_and_from_where)
{
	struct reply r = service_post(&server, "/events?cycles=2&from_cycle=1000", BEAT), bad, late;
	unsigned n_lines = 0;

	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/jsonl");
	for (const char *at = r.body; (at = strchr(at, '\n')); at++)
		n_lines++;
	ck_assert_uint_eq(n_lines, 10); /* four kicks and a snare in each cycle */
	ck_assert_ptr_eq(strstr(r.body, "{\"time_s\":2000,\"duration_s\":0.5,\"source\":{\"line\":1,\"column\":10,"),
			 r.body);
	bad = service_post(&server, "/events", "out $ sinne 440");
	ck_assert_int_eq(bad.status, 422);
	late = service_post(&server, "/render?from_cycle=5", BEAT);
	ck_assert_int_eq(late.status, 422);
	reply_free(&r);
	reply_free(&bad);
	reply_free(&late);
}
END_TEST

START_TEST(test_format_gives_the_canonical_layout)
{
	struct reply r = service_post(&server, "/format", "tempo 2.0\nout = sine(440)   *0.3 -- loud\n"), text;
	json_t *j = reply_json(&r);

	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(text_of(j, "source"), "tempo: 2.0\nout $ sine (440) * 0.3 -- loud\n");
	ck_assert(json_is_true(json_object_get(j, "changed")));
	ck_assert_uint_ge(json_array_size(json_object_get(j, "warnings")), 1);
	text = service_call(&server, "POST", "/format", text_of(j, "source"), HEADERS("Accept: text/plain"));
	ck_assert_str_eq(text.body, text_of(j, "source"));
	json_decref(j);
	reply_free(&r);
	reply_free(&text);
}
END_TEST

START_TEST(test_check_says_whether_a_program_is_right)
{
	struct reply good = service_post(&server, "/check", BEAT),
		     bad = service_post(&server, "/check", "out $ sinne 440");
	json_t *a = reply_json(&good), *b = reply_json(&bad);

	ck_assert_int_eq(good.status, 200);
	ck_assert(json_is_true(json_object_get(a, "ok")));
	ck_assert_int_eq(bad.status, 200);
	ck_assert(json_is_false(json_object_get(b, "ok")));
	ck_assert_uint_eq(json_array_size(json_object_get(b, "errors")), 1);
	json_decref(a);
	json_decref(b);
	reply_free(&good);
	reply_free(&bad);
}
END_TEST

static const struct {
	const char *name, *path, *type, *body, *expected;
	long status;
} bad_options[] = {
	{ "unknown parameter", "/render?cycels=1", "text/plain", BEAT, "did you mean 'cycles'?", 422 },
	{ "no number", "/render?cycles=abc", "text/plain", BEAT, "\"parameter\":\"cycles\"", 422 },
	{ "not a number", "/render?cycles=nan", "text/plain", BEAT, "wrong-type", 422 },
	{ "negative", "/render?cycles=-1", "text/plain", BEAT, "out-of-range", 422 },
	{ "huge", "/render?cycles=1e12", "text/plain", BEAT, "out-of-range", 422 },
	{ "longer than the limit", "/render?duration=3601", "text/plain", BEAT, "too_large", 422 },
	{ "two lengths", "/render?cycles=1&duration=1", "text/plain", BEAT, "conflict", 422 },
	{ "twice", "/render?cycles=1&cycles=2", "text/plain", BEAT, "duplicate", 422 },
	{ "fraction", "/render?channels=1.5", "text/plain", BEAT, "whole number", 422 },
	{ "unknown subtype", "/render?subtype=pcm_17", "text/plain", BEAT, "pcm_16, pcm_24", 422 },
	{ "json: unknown member", "/render", "application/json", "{\"source\":\"\",\"gian\":1}",
	  "\"pointer\":\"/gian\"", 422 },
	{ "json: wrong type", "/render", "application/json", "{\"source\":\"\",\"gain\":\"1\"}",
	  "\"pointer\":\"/gain\"", 422 },
	{ "json: escaped pointer", "/render", "application/json", "{\"source\":\"\",\"a/b~\":1}", "/a~1b~0", 422 },
	{ "json: no source", "/render", "application/json", "{\"gain\":1}", "'source' is missing", 422 },
	{ "json: source no text", "/render", "application/json", "{\"source\":7}", "'source' must be a string", 422 },
	{ "json: array", "/render", "application/json", "[]", "must be an object", 422 },
	{ "json: broken", "/render", "application/json", "{\"source\":\n  }", "\"line\":2", 400 },
	{ "json: duplicate member", "/render", "application/json", "{\"gain\":1,\"gain\":2}", "invalid_json", 400 },
	{ "json: lone surrogate", "/render", "application/json", "{\"source\":\"\\ud800\"}", "invalid_json", 400 },
	{ "json: options in the query", "/render?cycles=1", "application/json", "{\"source\":\"\"}", "into the body",
	  422 },
	{ "source not UTF-8", "/render?cycles=1", "text/plain", "out $ \xff", "UTF-8", 422 },
};

START_TEST(test_bad_options_are_refused_with_their_place)
{
	char type[64];
	struct reply r;

	snprintf(type, sizeof type, "Content-Type: %s", bad_options[_i].type);
	r = service_call(&server, "POST", bad_options[_i].path, bad_options[_i].body, HEADERS(type));
	ck_assert_msg(r.status == bad_options[_i].status, "%s: %ld %s", bad_options[_i].name, r.status, r.body);
	ck_assert_msg(strstr(r.body, bad_options[_i].expected) != NULL, "%s: %s", bad_options[_i].name, r.body);
	reply_free(&r);
}
END_TEST

static Suite *render_api_suite(void)
{
	Suite *s = suite_create("render_api");
	TCase *t = tcase_create("submission");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_test(t, test_a_submission_is_accepted_and_ends_with_its_file);
	tcase_add_loop_test(t, test_every_form_of_submission_gives_the_same_content, 0, sizeof forms / sizeof forms[0]);
	tcase_add_test(t, test_waiting_for_audio_returns_the_file_that_the_command_line_makes);
	tcase_add_test(t, test_waiting_for_json_returns_the_ended_job);
	tcase_add_test(t, test_an_equal_submission_is_answered_from_the_store);
	tcase_add_test(t, test_a_wait_that_is_too_short_ends_with_202);
	suite_add_tcase(s, t);
	t = tcase_create("errors");
	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_test(t, test_a_typo_is_answered_with_its_place_and_a_suggestion);
	tcase_add_test(t, test_a_terminal_gets_the_typo_as_a_drawing);
	tcase_add_test(t, test_a_program_beyond_a_limit_is_refused_with_its_place);
	tcase_add_test(t, test_a_limit_met_while_rendering_points_into_the_program);
	tcase_add_test(t, test_events_say_what_will_play_and_from_where);
	tcase_add_test(t, test_format_gives_the_canonical_layout);
	tcase_add_test(t, test_check_says_whether_a_program_is_right);
	tcase_add_loop_test(t, test_bad_options_are_refused_with_their_place, 0,
			    sizeof bad_options / sizeof bad_options[0]);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(render_api_suite());
}
