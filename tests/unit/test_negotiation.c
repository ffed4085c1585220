#include "server/negotiation.h"

#include "tests/lib/test.h"

static const struct {
	const char *accept, *type;
	int quality;
} accepts[] = {
	{ NULL, "audio/wav", 1000 },
	{ "*/*", "audio/wav", 1000 },
	{ "audio/wav", "audio/wav", 1000 },
	{ "AUDIO/WAV", "audio/wav", 1000 },
	{ "audio/*", "audio/wav", 1000 },
	{ "audio/*", "application/json", 0 },
	{ "audio/wav;q=0.5", "audio/wav", 500 },
	{ "audio/wav ; q=0.25 ;x=y", "audio/wav", 250 },
	{ "audio/wav;level=1;q=0.125", "audio/wav", 125 },
	{ "audio/wav;q=0", "audio/wav", 0 },
	{ "audio/wav;q=1.000", "audio/wav", 1000 },
	{ "audio/wav;q=0.123456", "audio/wav", 123 },
	{ "*/*;q=0.1, audio/*;q=0.2, audio/wav;q=0.3", "audio/wav", 300 },
	{ "audio/wav;q=0.3, */*;q=0.9", "audio/wav", 300 },
	{ "audio/flac, application/json", "audio/wav", 0 },
	{ "audio/wave", "audio/wav", 0 },
	{ "audio/wa", "audio/wav", 0 },
	{ "text/html;x=\"a,audio/wav\"", "audio/wav", 0 },
	{ "", "audio/wav", 0 },
	{ ",,, ,", "audio/wav", 0 },
	{ "audio/wav;", "audio/wav", 1000 },
	{ "audio/wav;q", "audio/wav", 1000 },
};

START_TEST(test_the_most_specific_range_gives_the_quality)
{
	int q = negotiation_quality(accepts[_i].accept, accepts[_i].type);

	ck_assert_msg(q == accepts[_i].quality, "%s: %d", accepts[_i].accept ? accepts[_i].accept : "none", q);
}
END_TEST

static const struct {
	const char *value;
	bool has_wait, respond_async;
	unsigned wait_s;
} prefers[] = {
	{ NULL, false, false, 0 },
	{ "wait=10", true, false, 10 },
	{ "Wait = 10", true, false, 10 },
	{ "wait=\"10\"", true, false, 10 },
	{ "respond-async, wait=5; foo=bar", true, true, 5 },
	{ "return=minimal, wait=0", true, false, 0 },
	{ "wait=5, wait=9", true, false, 5 },
	{ "wait=99999999999999999999", true, false, 86400 },
	{ "wait=-5", false, false, 0 },
	{ "wait", false, false, 0 },
	{ "wait=", false, false, 0 },
	{ "waiting=3", false, false, 0 },
	{ "x=\"wait=3, wait=4\"", false, false, 0 },
};

START_TEST(test_preferences_are_read)
{
	struct prefer p = negotiation_prefer(prefers[_i].value);

	ck_assert_msg(p.has_wait == prefers[_i].has_wait && p.respond_async == prefers[_i].respond_async &&
			      p.wait_s == prefers[_i].wait_s,
		      "%s: %d %u", prefers[_i].value ? prefers[_i].value : "none", p.has_wait, p.wait_s);
}
END_TEST

START_TEST(test_a_content_type_is_compared_without_parameters)
{
	ck_assert(negotiation_is_type("application/json", "application/json"));
	ck_assert(negotiation_is_type("Application/JSON; charset=utf-8", "application/json"));
	ck_assert(!negotiation_is_type("application/jsonl", "application/json"));
	ck_assert(!negotiation_is_type("", "application/json"));
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *negotiation_suite(void)
{
	Suite *s = suite_create("negotiation");
	TCase *t = tcase_create("negotiation");

	tcase_add_loop_test(t, test_the_most_specific_range_gives_the_quality, 0, COUNT(accepts));
	tcase_add_loop_test(t, test_preferences_are_read, 0, COUNT(prefers));
	tcase_add_test(t, test_a_content_type_is_compared_without_parameters);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(negotiation_suite());
}
