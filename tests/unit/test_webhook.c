/* The parts of webhooks that need no network: which addresses are called, signatures, breakers, traces. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sodium/core.h>
#include <string.h>

#include "server/breaker.h"
#include "server/trace.h"
#include "server/webhook_guard.h"
#include "server/webhook_sign.h"
#include "tests/lib/test.h"

/* --- guard --- */

static bool allows(const char *text, const char *list)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return webhook_guard_allows((struct sockaddr *)&v4, list);
	ck_assert_int_eq(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return webhook_guard_allows((struct sockaddr *)&v6, list);
}

static const char *const inside[] = {
	"0.0.0.0",
	"0.1.2.3",
	"10.0.0.1",
	"10.255.255.255",
	"100.64.0.1",
	"100.127.255.255",
	"127.0.0.1",
	"127.255.0.1",
	"169.254.169.254",
	"172.16.0.1",
	"172.31.255.255",
	"192.0.0.8",
	"192.0.2.1",
	"192.168.1.1",
	"198.18.0.1",
	"198.19.255.255",
	"224.0.0.1",
	"255.255.255.255",
	"::",
	"::1",
	"::127.0.0.1",
	"::ffff:127.0.0.1",
	"::ffff:10.1.2.3",
	"::ffff:169.254.169.254",
	"64:ff9b::7f00:1",
	"64:ff9b:1::1",
	"100::1",
	"2001::1",
	"2001:db8::1",
	"2002:7f00:1::1",
	"fc00::1",
	"fd00:ec2::254",
	"fe80::1",
	"fec0::1",
	"ff02::1",
};

static const char *const outside[] = { "1.1.1.1",        "9.255.255.255",    "11.0.0.1",        "100.63.255.255",
				       "100.128.0.1",    "172.15.255.255",   "172.32.0.1",      "192.169.0.1",
				       "198.17.255.255", "198.20.0.1",       "223.255.255.255", "2606:4700::1111",
				       "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00::1" };

START_TEST(test_addresses_inside_are_not_called_and_public_ones_are)
{
	for (size_t i = 0; i < sizeof inside / sizeof inside[0]; i++)
		ck_assert_msg(!allows(inside[i], NULL), "%s", inside[i]);
	for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++)
		ck_assert_msg(allows(outside[i], NULL), "%s", outside[i]);
}
END_TEST

START_TEST(test_a_list_allows_just_its_networks)
{
	static const char list[] = "10.1.0.0/16, ::1/128 192.168.7.9";

	ck_assert(allows("10.1.255.1", list));
	ck_assert(!allows("10.2.0.1", list));
	ck_assert(allows("::1", list));
	ck_assert(allows("192.168.7.9", list));
	ck_assert(!allows("192.168.7.8", list));
	ck_assert(allows("::ffff:10.1.0.1", list)); /* the same host */
	ck_assert(!allows("127.0.0.1", list));
	ck_assert(allows("127.0.0.1", "0.0.0.0/0"));
	ck_assert_int_eq(webhook_guard_check_list(list, NULL), 0);
	ck_assert_int_eq(webhook_guard_check_list("10.0.0.0/33", NULL), -1);
	ck_assert_int_eq(webhook_guard_check_list("10.0.0.0/", NULL), -1);
	ck_assert_int_eq(webhook_guard_check_list("inside", NULL), -1);
}
END_TEST

static const struct {
	const char *url;
	int result;
} urls[] = {
	{ "https://example.org/hook?x=1#y", 0 },
	{ "http://example.org", 0 },
	{ "HTTP://EXAMPLE.ORG:8080/", 0 },
	{ "https://[2606:4700::1]/", 0 },
	{ "https://[2606:4700::1]:444/", -1 },
	{ "http://example.org:80", 0 },
	{ "http://example.org:22/", -1 },
	{ "http://example.org:0/", -1 },
	{ "http://example.org:65536/", -1 },
	{ "http://example.org:x/", -1 },
	{ "http://u:p@example.org/", -1 },
	{ "http://u@example.org", -1 },
	{ "http:///x", -1 },
	{ "https://", -1 },
	{ "ftp://example.org/", -1 },
	{ "file:///etc/passwd", -1 },
	{ "//example.org/", -1 },
	{ "http://a b/", -1 },
	{ "http://a\\@b/", -1 },
	{ "http://a\r\nX: y/", -1 },
	{ "", -1 },
	{ "http://b\xc3\xbc"
	  "cher.example/",
	  -1 },
};

START_TEST(test_urls_are_http_without_user_and_with_a_port_of_their_own)
{
	ck_assert_msg(webhook_guard_check_url(urls[_i].url, NULL) == urls[_i].result, "%s", urls[_i].url);
}
END_TEST

/* --- signatures --- */

START_TEST(test_there_is_a_signature_per_valid_secret)
{
	struct webhook_secrets s = { .now = { 1 }, .old = { 2 }, .has_old = true, .old_until_ms = 5000 };
	char both[WEBHOOK_SIGNATURES_SIZE], one[WEBHOOK_SIGNATURES_SIZE], other[WEBHOOK_SIGNATURES_SIZE];

	webhook_sign(&s, "msg_1", 4000, "{}", 2, both);
	ck_assert_uint_eq(strlen(both), 2 * 47 + 1);
	s.has_old = false;
	webhook_sign(&s, "msg_1", 4000, "{}", 2, one);
	ck_assert_uint_eq(strlen(one), 47);
	ck_assert_int_eq(strncmp(both, one, 47), 0);
	ck_assert_int_ne(strncmp(both + 48, one, 47), 0);
	s.has_old = true;
	ck_assert_uint_eq(strlen(webhook_sign(&s, "msg_1", 5000, "{}", 2, other)), 47);
	/* Everything that is signed counts. */
	s.has_old = false;
	ck_assert_str_ne(webhook_sign(&s, "msg_2", 4000, "{}", 2, other), one);
	ck_assert_str_ne(webhook_sign(&s, "msg_1", 5000, "{}", 2, other), one);
	ck_assert_str_ne(webhook_sign(&s, "msg_1", 4000, "[]", 2, other), one);
}
END_TEST

/* --- breakers --- */

START_TEST(test_a_breaker_opens_after_failures_in_a_row_and_longer_each_time)
{
	static struct breaker_table t = { .pause_ms = 100 };

	for (int i = 1; i < BREAKER_FAILURES; i++)
		breaker_note(&t, "a", 0, 1);
	ck_assert_int_eq(breaker_open_until(&t, "a", 0), 0);
	breaker_note(&t, "a", 0, 1);
	ck_assert_int_eq(breaker_open_until(&t, "a", 0), 100);
	ck_assert_int_eq(breaker_open_until(&t, "b", 0), 0);
	ck_assert_int_eq(breaker_open_until(&t, "a", 100), 0);
	breaker_note(&t, "a", 100, 1);
	ck_assert_int_eq(breaker_open_until(&t, "a", 100), 300);
	for (int i = 0; i < 100; i++)
		breaker_note(&t, "a", 1000, 1);
	ck_assert_int_eq(breaker_open_until(&t, "a", 1000), 1000 + 32 * 100);
	breaker_note(&t, "a", 5000, 0);
	breaker_note(&t, "a", 5000, 1);
	ck_assert_int_eq(breaker_open_until(&t, "a", 5000), 0);
}
END_TEST

/* --- traces --- */

#define TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

START_TEST(test_a_trace_goes_on_with_a_new_parent)
{
	static const char *const bad[] = {
		"",
		"x",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
		"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
		TRACE "x",
	};
	char child[TRACEPARENT_SIZE], id[33];

	ck_assert(trace_is_valid(TRACE));
	ck_assert(trace_is_valid(trace_child(TRACE, child)));
	ck_assert_int_eq(strncmp(child, TRACE, 36), 0);
	ck_assert_str_ne(child, TRACE);
	ck_assert_str_eq(trace_id(TRACE, id), "4bf92f3577b34da6a3ce929d0e0e4736");
	ck_assert(!trace_is_valid(NULL));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!trace_is_valid(bad[i]), "%s", bad[i]);
}
END_TEST

static Suite *webhook_suite(void)
{
	Suite *s = suite_create("webhook");
	TCase *t = tcase_create("parts");

	tcase_add_test(t, test_addresses_inside_are_not_called_and_public_ones_are);
	tcase_add_test(t, test_a_list_allows_just_its_networks);
	tcase_add_loop_test(t, test_urls_are_http_without_user_and_with_a_port_of_their_own, 0,
			    sizeof urls / sizeof urls[0]);
	tcase_add_test(t, test_there_is_a_signature_per_valid_secret);
	tcase_add_test(t, test_a_breaker_opens_after_failures_in_a_row_and_longer_each_time);
	tcase_add_test(t, test_a_trace_goes_on_with_a_new_parent);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	if (sodium_init() < 0)
		return 1;
	return test_run(webhook_suite());
}
