#include "server/url.h"

#include <string.h>

#include "tests/lib/test.h"

/* path NULL: refused. The query is checked for one parameter, if name is set. */
static const struct {
	const char *target, *path, *name, *value;
} cases[] = {
	{ "/", "/", NULL, NULL },
	{ "/jobs?limit=2", "/jobs", "limit", "2" },
	{ "/jobs?a=1&b=2&&c", "/jobs", "c", "" },
	{ "/jobs?a=1+2%2B3", "/jobs", "a", "1 2+3" },
	{ "/jobs?a=%C3%A4", "/jobs", "a", "\xc3\xa4" },
	{ "/jobs?a==", "/jobs", "a", "=" },
	{ "/jobs?%61=x", "/jobs", "a", "x" },
	{ "/a+b", "/a+b", NULL, NULL },
	{ "/a%20b", "/a b", NULL, NULL },
	{ "/a%2e%2e/b", "/a../b", NULL, NULL },
	{ "/a#b", "/a", NULL, NULL },
	{ "/a?b#c", "/a", "b", "" },
	{ "http://host:80/a?b=c", "/a", "b", "c" },
	{ "*", "*", NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "a", NULL, NULL, NULL },
	{ "http://host", NULL, NULL, NULL },
	{ "/a%2fb", NULL, NULL, NULL },
	{ "/a%2Fb", NULL, NULL, NULL },
	{ "/a%00b", NULL, NULL, NULL },
	{ "/a?b=%00", NULL, NULL, NULL },
	{ "/a%0a", NULL, NULL, NULL },
	{ "/a%7f", NULL, NULL, NULL },
	{ "/a%", NULL, NULL, NULL },
	{ "/a%4", NULL, NULL, NULL },
	{ "/a%4g", NULL, NULL, NULL },
	{ "/a b", NULL, NULL, NULL },
	{ "/a\xc3\xa4", NULL, NULL, NULL },
	{ "/a%c0%ae", NULL, NULL, NULL },
	{ "/a%ed%a0%80", NULL, NULL, NULL },
	{ "/a?b=%ff", NULL, NULL, NULL },
};

START_TEST(test_a_target_is_decoded_or_refused)
{
	struct http_request r = { .target = cases[_i].target };
	struct error err = ERROR_INIT;
	int result;

	arena_init(&r.arena, 1 << 20);
	result = url_parse_target(&r, &err);
	ck_assert_msg((result == 0) == (cases[_i].path != NULL), "%s: %s", cases[_i].target, err.message);
	if (result == 0)
		ck_assert_str_eq(r.path, cases[_i].path);
	else
		ck_assert_int_eq(err.code, ERR_INVALID);
	if (cases[_i].name) {
		ck_assert_uint_ge(r.n_query, 1);
		ck_assert_str_eq(r.query[r.n_query - 1].name, cases[_i].name);
		ck_assert_str_eq(r.query[r.n_query - 1].value, cases[_i].value);
	}
	arena_fini(&r.arena);
}
END_TEST

static const struct {
	const char *text;
	bool is_utf8;
} texts[] = {
	{ "", true },
	{ "plain", true },
	{ "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", true },
	{ "\x80", false },
	{ "\xc2", false },
	{ "\xc1\xbf", false },
	{ "\xe0\x9f\xbf", false },
	{ "\xed\xa0\x80", false },
	{ "\xf0\x8f\xbf\xbf", false },
	{ "\xf4\x90\x80\x80", false },
	{ "\xf5\x80\x80\x80", false },
	{ "\xe2\x82", false },
};

START_TEST(test_utf8_is_told_from_other_bytes)
{
	ck_assert_msg(text_is_utf8(texts[_i].text, strlen(texts[_i].text)) == texts[_i].is_utf8, "case %d", _i);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *url_suite(void)
{
	Suite *s = suite_create("url");
	TCase *t = tcase_create("targets");

	tcase_add_loop_test(t, test_a_target_is_decoded_or_refused, 0, COUNT(cases));
	tcase_add_loop_test(t, test_utf8_is_told_from_other_bytes, 0, COUNT(texts));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(url_suite());
}
