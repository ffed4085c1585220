/* render/io/encode.c and dither.c: what libsndfile reads back from what was written, the header, the digest, the statistics of
 * the dither, and a sink that fails. */
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "render/io/dither.h"
#include "render/io/encode.h"
#include "render/io/ogg_page.h"
#include "render/io/outgoing.h"
#include "tests/lib/test.h"

struct memory_sink {
	struct sink sink;
	struct buf bytes;
	uint64_t expected_offset;
	size_t fail_after; /* bytes; 0: never */
	size_t keep;       /* bytes kept; the rest is counted only */
	bool is_finished, is_aborted;
};

static int memory_write(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct memory_sink *m = (struct memory_sink *)s;
	ck_assert_uint_eq(offset, m->expected_offset);
	m->expected_offset += n;
	if (m->fail_after && m->expected_offset > m->fail_after)
		return error_set(err, ERR_NO_SPACE, "the sink is full");
	if (m->bytes.len < m->keep)
		ck_assert_int_eq(buf_append(&m->bytes, data, n), 0);
	return 0;
}

static int memory_finish(struct sink *s, struct error *err)
{
	(void)err;
	((struct memory_sink *)s)->is_finished = true;
	return 0;
}

static void memory_abort(struct sink *s)
{
	((struct memory_sink *)s)->is_aborted = true;
}

static const struct sink_ops memory_ops = { memory_write, memory_finish, memory_abort };

static struct memory_sink memory_sink(void)
{
	return (struct memory_sink){ .sink = { &memory_ops }, .keep = SIZE_MAX };
}

enum { BLOCK = 512 };

/* A quiet sine left, its negative right. */
static void fill(sample *left, sample *right, uint64_t frame, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		left[i] = 0.5f * sinf((float)(frame + i) * 0.05f);
		right[i] = -left[i];
	}
}

static struct encode_result encode(const struct encode_spec *spec, struct memory_sink *m)
{
	static sample left[BLOCK], right[BLOCK];
	const sample *ch[2] = { left, right };
	struct error err = ERROR_INIT;
	struct encode_result r = { .bytes = 0 };
	struct encoder *e = encoder_open(spec, &m->sink, &err);

	ck_assert_msg(e != NULL, "%s", err.message);
	for (uint64_t at = 0; at < spec->frames_total;) {
		size_t n = spec->frames_total - at < BLOCK ? (size_t)(spec->frames_total - at) : BLOCK;
		fill(left, right, at, n);
		ck_assert_msg(encoder_write(e, ch, n, &err) == 0, "%s", err.message);
		at += n;
	}
	ck_assert_msg(encoder_close(e, &r, &err) == 0, "%s", err.message);
	return r;
}

static const struct {
	enum audio_subtype subtype;
	unsigned channels;
	uint64_t frames;
	int sf_subtype;
	double full_scale; /* 0: read back exactly */
} formats[] = {
	{ AUDIO_PCM_16, 2, 44100, SF_FORMAT_PCM_16, 32767 },
	{ AUDIO_PCM_16, 1, 1001, SF_FORMAT_PCM_16, 32767 },
	{ AUDIO_PCM_24, 2, 777, SF_FORMAT_PCM_24, 8388607 },
	{ AUDIO_PCM_24, 1, 333, SF_FORMAT_PCM_24, 8388607 }, /* an odd number of bytes: a pad byte */
	{ AUDIO_FLOAT_32, 2, 5000, SF_FORMAT_FLOAT, 0 },
	{ AUDIO_FLOAT_32, 1, 1, SF_FORMAT_FLOAT, 0 },
};

static struct encode_spec spec_of(int i)
{
	return (struct encode_spec){ .subtype = formats[i].subtype,
				     .sample_rate_hz = 44100,
				     .channels = formats[i].channels,
				     .frames_total = formats[i].frames };
}

/* libsndfile reads from a file here, so that the test shares no callback with the encoder. */
static void check_read_back(const struct memory_sink *m, int i)
{
	char path[] = "/tmp/phonond-encode-XXXXXX";
	int fd = mkstemp(path);
	SF_INFO info = { 0 };
	float frame[2], left, right;
	SNDFILE *f;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, m->bytes.data, m->bytes.len), (ssize_t)m->bytes.len);
	f = sf_open(path, SFM_READ, &info);
	unlink(path);
	ck_assert_msg(f != NULL, "%s", sf_strerror(NULL));
	ck_assert_int_eq(info.frames, (sf_count_t)formats[i].frames);
	ck_assert_int_eq(info.channels, (int)formats[i].channels);
	ck_assert_int_eq(info.samplerate, 44100);
	ck_assert_int_eq(info.format & SF_FORMAT_SUBMASK, formats[i].sf_subtype);
	for (uint64_t n = 0; n < formats[i].frames; n++) {
		ck_assert_int_eq(sf_readf_float(f, frame, 1), 1);
		fill(&left, &right, n, 1);
		/* libsndfile divides by full_scale + 1; dither is one step at most, rounding half of one. */
		if (formats[i].full_scale > 0)
			ck_assert_double_le(fabs((double)frame[0] * (formats[i].full_scale + 1) -
						 (double)left * formats[i].full_scale),
					    1.5001);
		else
			ck_assert(frame[0] == left);
	}
	sf_close(f);
	close(fd);
}

START_TEST(test_what_was_written_reads_back)
{
	struct memory_sink m = memory_sink();
	struct encode_spec spec = spec_of(_i);
	struct encode_result r = encode(&spec, &m);
	struct sha256 h;
	uint8_t digest[SHA256_BYTES];

	ck_assert(m.is_finished);
	ck_assert_uint_eq(r.bytes, m.bytes.len);
	ck_assert_uint_eq(m.bytes.len % 2, 0);
	sha256_init(&h);
	sha256_update(&h, m.bytes.data, m.bytes.len);
	sha256_final(&h, digest);
	ck_assert_mem_eq(digest, r.sha256, SHA256_BYTES);
	ck_assert_uint_eq(r.clipped_frames, 0);
	check_read_back(&m, _i);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_two_runs_give_the_same_bytes_and_another_seed_others)
{
	struct memory_sink a = memory_sink(), b = memory_sink(), c = memory_sink();
	struct encode_spec spec = spec_of(0);
	encode(&spec, &a);
	encode(&spec, &b);
	spec.seed = 1;
	encode(&spec, &c);
	ck_assert_uint_eq(a.bytes.len, b.bytes.len);
	ck_assert_mem_eq(a.bytes.data, b.bytes.data, a.bytes.len);
	ck_assert_mem_ne(a.bytes.data, c.bytes.data, a.bytes.len);
	buf_fini(&a.bytes);
	buf_fini(&b.bytes);
	buf_fini(&c.bytes);
}
END_TEST

START_TEST(test_peak_and_clipping_are_counted)
{
	struct memory_sink m = memory_sink();
	struct encode_spec spec = { .subtype = AUDIO_PCM_16, .sample_rate_hz = 8000, .channels = 2, .frames_total = 4 };
	const sample left[] = { 0.5f, 1.0f, -1.25f, 0 }, right[] = { 0, -1.0f, 2.5f, 0 };
	const sample *ch[] = { left, right };
	struct error err = ERROR_INIT;
	struct encode_result r;
	struct encoder *e = encoder_open(&spec, &m.sink, &err);
	const short *pcm;

	ck_assert_ptr_nonnull(e);
	ck_assert_int_eq(encoder_write(e, ch, 4, &err), 0);
	ck_assert_int_eq(encoder_close(e, &r, &err), 0);
	ck_assert_double_eq(r.peak, 2.5);
	ck_assert_uint_eq(r.clipped_frames, 1);
	pcm = (const short *)(const void *)(m.bytes.data + 44);
	ck_assert_int_eq(pcm[4], -32768); /* saturated, not wrapped */
	ck_assert_int_eq(pcm[5], 32767);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_beyond_4_gib_the_header_is_rf64)
{
	struct memory_sink m = memory_sink();
	struct encode_spec spec = {
		.subtype = AUDIO_FLOAT_32, .sample_rate_hz = 48000, .channels = 2, .frames_total = 600000000
	};
	struct error err = ERROR_INIT;
	struct encode_result r;
	static sample zero[BLOCK];
	const sample *ch[] = { zero, zero };
	struct encoder *e = encoder_open(&spec, &m.sink, &err);

	ck_assert_msg(e != NULL, "%s", err.message);
	for (int i = 0; i < 100; i++) /* enough for the header to reach the sink */
		ck_assert_int_eq(encoder_write(e, ch, BLOCK, &err), 0);
	ck_assert_mem_eq(m.bytes.data, "RF64\xff\xff\xff\xffWAVEds64", 16);
	uint64_t data_bytes, n_frames;
	memcpy(&data_bytes, m.bytes.data + 28, 8);
	memcpy(&n_frames, m.bytes.data + 36, 8);
	ck_assert_uint_eq(data_bytes, 4800000000u);
	ck_assert_uint_eq(n_frames, 600000000);
	/* Closing too early is an error, not a short file. */
	ck_assert_int_eq(encoder_close(e, &r, &err), -1);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	ck_assert(m.is_aborted && !m.is_finished);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_a_failing_sink_is_reported_and_aborted)
{
	struct memory_sink m = memory_sink();
	struct encode_spec spec = {
		.subtype = AUDIO_FLOAT_32, .sample_rate_hz = 48000, .channels = 2, .frames_total = 1000000
	};
	static sample zero[BLOCK];
	const sample *ch[] = { zero, zero };
	struct error err = ERROR_INIT;
	struct encoder *e;
	int failed = 0;

	m.fail_after = 1000000;
	e = encoder_open(&spec, &m.sink, &err);
	ck_assert_ptr_nonnull(e);
	for (int i = 0; i < 1000 && !failed; i++)
		failed = encoder_write(e, ch, BLOCK, &err);
	ck_assert_int_eq(failed, -1);
	ck_assert_int_eq(err.code, ERR_NO_SPACE);
	encoder_abort(e);
	ck_assert(m.is_aborted);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_the_dither_is_triangular_and_decorrelated_from_the_signal)
{
	enum { N = 200000 };
	static sample in[N];
	static int32_t out[N];
	double sum = 0, squares = 0, correlation = 0, previous = 0, serial = 0;

	for (size_t i = 0; i < N; i++)
		in[i] = (float)((double)(i % 1000) / 1000 / 32767); /* a slow ramp below one step */
	dither_interleave(in, N, 32767, 0, 42, 0, out, 1);
	for (size_t i = 0; i < N; i++) {
		double x = (double)in[i] * 32767, e = (double)out[i] - x;
		sum += e;
		squares += e * e;
		correlation += e * (x - 0.5);
		serial += e * previous;
		previous = e;
	}
	/* Mean 0; variance of rounding (1/12) plus dither (2/12). */
	ck_assert_double_le(fabs(sum / N), 0.005);
	ck_assert_double_le(fabs(squares / N - 0.25), 0.005);
	ck_assert_double_le(fabs(correlation / N), 0.002);
	ck_assert_double_le(fabs(serial / N), 0.005);
}
END_TEST

START_TEST(test_dither_does_not_depend_on_how_frames_are_cut)
{
	sample in[100];
	int32_t whole[100], parts[100];
	for (size_t i = 0; i < 100; i++)
		in[i] = 0.01f * (float)i;
	dither_interleave(in, 100, 8388607, 8, 7, 1000, whole, 1);
	dither_interleave(in, 33, 8388607, 8, 7, 1000, parts, 1);
	dither_interleave(in + 33, 67, 8388607, 8, 7, 1033, parts + 33, 1);
	ck_assert_mem_eq(whole, parts, sizeof whole);
}
END_TEST

/* Pages as libsndfile writes them: numbered from the clock. */
static void make_page(uint8_t *page, size_t *n, uint32_t serial, unsigned n_body)
{
	memset(page, 0, 27);
	memcpy(page, "OggS", 4);
	memcpy(page + 14, &serial, 4);
	page[26] = (uint8_t)(n_body / 255 + 1);
	for (unsigned i = 0; i < page[26]; i++)
		page[27 + i] = (uint8_t)(i + 1u < page[26] ? 255 : n_body % 255);
	for (unsigned i = 0; i < n_body; i++)
		page[27 + page[26] + i] = (uint8_t)(i * 31);
	*n = 27u + page[26] + n_body;
}

START_TEST(test_ogg_pages_get_another_number_whatever_their_pieces)
{
	static uint8_t stream[3 * OGG_PAGE_BYTES_MAX], expected[3 * OGG_PAGE_BYTES_MAX];
	static const unsigned bodies[] = { 0, 1000, 254 * 255 };
	static struct ogg_renumber r;
	size_t n = 0, n_expected = 0, len;
	struct error err = ERROR_INIT;

	for (int i = 0; i < 3; i++) {
		make_page(stream + n, &len, 0x12345678u + (unsigned)i, bodies[i]);
		n += len;
		make_page(expected + n_expected, &len, 77, bodies[i]);
		uint32_t sum = ogg_page_checksum(expected + n_expected, len);
		memcpy(expected + n_expected + 22, &sum, 4);
		n_expected += len;
	}
	for (size_t cut = 1; cut < n; cut = cut * 7 + 3) {
		struct memory_sink m = memory_sink();
		struct outgoing out;
		ck_assert_int_eq(outgoing_init(&out, &m.sink, true, &err), 0);
		memset(&r, 0, sizeof r);
		r.serial = 77;
		for (size_t at = 0; at < n; at += cut)
			ck_assert_int_eq(ogg_renumber_put(&r, stream + at, cut < n - at ? cut : n - at, &out, &err), 0);
		ck_assert_int_eq(outgoing_flush(&out, &err), 0);
		ck_assert_uint_eq(m.bytes.len, n_expected);
		ck_assert_mem_eq(m.bytes.data, expected, n_expected);
		outgoing_fini(&out);
		buf_fini(&m.bytes);
	}
}
END_TEST

/* The catalogued check value of CRC-32/CKSUM is this checksum inverted at the end: without that, 0x89a1897f. */
START_TEST(test_the_checksum_of_a_page_is_the_catalogued_one)
{
	ck_assert_uint_eq(ogg_page_checksum((const uint8_t *)"123456789", 9), 0x89a1897fu);
}
END_TEST

START_TEST(test_what_is_no_ogg_page_is_refused)
{
	static struct ogg_renumber r;
	struct memory_sink m = memory_sink();
	struct error err = ERROR_INIT;
	struct outgoing out;
	uint8_t junk[64] = "RIFF";

	ck_assert_int_eq(outgoing_init(&out, &m.sink, true, &err), 0);
	ck_assert_int_eq(ogg_renumber_put(&r, junk, sizeof junk, &out, &err), -1);
	ck_assert_int_eq(err.code, ERR_INTERNAL);
	outgoing_fini(&out);
}
END_TEST

START_TEST(test_the_head_of_a_flac_file_knows_its_length)
{
	struct memory_sink m = memory_sink();
	struct encode_spec spec = {
		.format = AUDIO_FORMAT_FLAC, .sample_rate_hz = 44100, .channels = 2, .frames_total = 100000
	};
	encode(&spec, &m);
	ck_assert_mem_eq(m.bytes.data, "fLaC", 4);
	ck_assert_uint_eq((uint8_t)m.bytes.data[21] & 15, 0);
	ck_assert_mem_eq(m.bytes.data + 22, "\x00\x01\x86\xa0", 4);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_fingerprints_tell_codecs_apart_and_stay)
{
	uint8_t prints[AUDIO_FORMAT_COUNT][SHA256_BYTES], again[SHA256_BYTES];
	static const uint8_t zero[SHA256_BYTES];
	struct error err = ERROR_INIT;

	for (int f = 0; f < AUDIO_FORMAT_COUNT; f++) {
		ck_assert_int_eq(encoder_fingerprint((enum audio_format)f, prints[f], &err), 0);
		ck_assert_int_eq(encoder_fingerprint((enum audio_format)f, again, &err), 0);
		ck_assert_mem_eq(prints[f], again, SHA256_BYTES);
		ck_assert((memcmp(prints[f], zero, SHA256_BYTES) == 0) == (f == AUDIO_FORMAT_WAV));
		for (int g = 0; g < f; g++)
			ck_assert_mem_ne(prints[f], prints[g], SHA256_BYTES);
	}
}
END_TEST

static Suite *encode_suite(void)
{
	Suite *s = suite_create("encode");
	TCase *t = tcase_create("encode");
	suite_add_tcase(s, t);
	tcase_add_loop_test(t, test_what_was_written_reads_back, 0, sizeof formats / sizeof formats[0]);
	tcase_add_test(t, test_two_runs_give_the_same_bytes_and_another_seed_others);
	tcase_add_test(t, test_peak_and_clipping_are_counted);
	tcase_add_test(t, test_beyond_4_gib_the_header_is_rf64);
	tcase_add_test(t, test_a_failing_sink_is_reported_and_aborted);
	tcase_add_test(t, test_the_dither_is_triangular_and_decorrelated_from_the_signal);
	tcase_add_test(t, test_dither_does_not_depend_on_how_frames_are_cut);
	tcase_add_test(t, test_ogg_pages_get_another_number_whatever_their_pieces);
	tcase_add_test(t, test_the_checksum_of_a_page_is_the_catalogued_one);
	tcase_add_test(t, test_what_is_no_ogg_page_is_refused);
	tcase_add_test(t, test_the_head_of_a_flac_file_knows_its_length);
	tcase_add_test(t, test_fingerprints_tell_codecs_apart_and_stay);
	return s;
}

int main(void)
{
	return test_run(encode_suite());
}
