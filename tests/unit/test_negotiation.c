#include "server/negotiation.h"

#include <stdio.h>

#include "server/audio_type.h"
#include "server/tar.h"

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

static const struct {
	const char *accept;
	enum audio_format preferred;
} audio_accepts[] = {
	{ NULL, AUDIO_FORMAT_WAV },
	{ "*/*", AUDIO_FORMAT_WAV },
	{ "audio/*", AUDIO_FORMAT_WAV },
	{ "application/json", AUDIO_FORMAT_WAV },
	{ "audio/x-wav", AUDIO_FORMAT_WAV },
	{ "audio/flac", AUDIO_FORMAT_FLAC },
	{ "audio/x-flac, application/json;q=0.5", AUDIO_FORMAT_FLAC },
	{ "audio/wav;q=0.4, audio/flac;q=0.5", AUDIO_FORMAT_FLAC },
	{ "audio/wav;q=0.6, audio/flac;q=0.5", AUDIO_FORMAT_WAV },
	{ "audio/ogg", AUDIO_FORMAT_VORBIS },
	{ "audio/ogg; codecs=vorbis", AUDIO_FORMAT_VORBIS },
	{ "audio/ogg; codecs=opus", AUDIO_FORMAT_OPUS },
	{ "audio/opus", AUDIO_FORMAT_OPUS },
};

START_TEST(test_the_audio_format_that_a_client_prefers_is_found)
{
	enum audio_format found = audio_type_preferred(audio_accepts[_i].accept);

	ck_assert_msg(found == audio_accepts[_i].preferred, "%s: %s", audio_accepts[_i].accept,
		      audio_format_name(found));
}
END_TEST

START_TEST(test_a_tar_head_has_what_tar_reads)
{
	uint8_t head[TAR_BLOCK_BYTES];
	unsigned sum = 8 * ' ', found;

	tar_head(head, "job_1/o1.wav", 1234, 1700000000);
	ck_assert_str_eq((char *)head, "job_1/o1.wav");
	ck_assert_str_eq((char *)head + 124, "00000002322");
	ck_assert_str_eq((char *)head + 257, "ustar");
	for (unsigned i = 0; i < TAR_BLOCK_BYTES; i++)
		sum += i >= 148 && i < 156 ? 0 : head[i];
	ck_assert_int_eq(sscanf((char *)head + 148, "%o", &found), 1);
	ck_assert_uint_eq(found, sum);
	/* 8 GiB and more in base 256. */
	tar_head(head, "x", (uint64_t)1 << 33, 0);
	ck_assert_uint_eq(head[124], 0x80);
	ck_assert_uint_eq(head[131], 2);
	ck_assert_uint_eq(tar_padding(0), 0);
	ck_assert_uint_eq(tar_padding(1), 511);
	ck_assert_uint_eq(tar_padding(512), 0);
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
	tcase_add_loop_test(t, test_the_audio_format_that_a_client_prefers_is_found, 0, COUNT(audio_accepts));
	tcase_add_test(t, test_a_tar_head_has_what_tar_reads);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(negotiation_suite());
}
