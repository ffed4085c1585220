/* What renders become in each format, and what names their content. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

/* --- Formats --- */

#define BEAT "o1 $ s \"bd*4, ~ sn\"\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\n"

static const struct format {
	enum audio_format format;
	enum audio_subtype subtype;
	uint32_t rate_hz;
	double least_snr_db; /* INFINITY: the very samples of the WAV file */
} formats[] = {
	{ AUDIO_FORMAT_WAV, AUDIO_PCM_16, 44100, INFINITY },   { AUDIO_FORMAT_FLAC, AUDIO_PCM_16, 44100, INFINITY },
	{ AUDIO_FORMAT_FLAC, AUDIO_PCM_24, 192000, INFINITY }, { AUDIO_FORMAT_FLAC, AUDIO_PCM_16, 8000, INFINITY },
	{ AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 44100, 15 },      { AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 8000, 8 },
	{ AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 192000, 15 },     { AUDIO_FORMAT_OPUS, AUDIO_PCM_16, 48000, 15 },
	{ AUDIO_FORMAT_OPUS, AUDIO_PCM_16, 8000, 12 },
};

static struct render_spec spec_in(const struct format *f)
{
	struct render_spec spec = rendering_spec(BEAT, 2);
	spec.format = f->format;
	spec.subtype = f->subtype;
	spec.sample_rate_hz = f->rate_hz;
	return spec;
}

static double snr_db(const float *x, const float *reference, size_t n)
{
	double signal = 0, noise = 0;
	for (size_t i = 0; i < n; i++) {
		double d = (double)x[i] - (double)reference[i];
		signal += (double)reference[i] * (double)reference[i];
		noise += d * d;
	}
	return noise > 0 ? 10 * log10(signal / noise) : INFINITY;
}

START_TEST(test_every_format_decodes_to_what_the_wav_holds)
{
	struct render_spec spec = spec_in(&formats[_i]);
	struct rendering *coded = rendering_new(&spec), *plain;
	size_t n_coded, n_plain;
	float *x = rendering_decode_stereo(&coded->mix, &n_coded), *y;
	double snr;

	spec.format = AUDIO_FORMAT_WAV;
	if (audio_format_is_lossy(formats[_i].format))
		spec.subtype = AUDIO_FLOAT_32;
	plain = rendering_new(&spec);
	y = rendering_decode_stereo(&plain->mix, &n_plain);
	ck_assert_uint_eq(n_plain, 2 * formats[_i].rate_hz);
	ck_assert_uint_eq(n_coded, n_plain);
	ck_assert_uint_eq(coded->result.bytes, coded->mix.bytes.len);
	snr = snr_db(x, y, 2 * n_plain);
	ck_assert_msg(snr >= formats[_i].least_snr_db, "%s at %u Hz: %.1f dB", audio_format_name(formats[_i].format),
		      formats[_i].rate_hz, snr);
	free(x);
	free(y);
	rendering_free(coded);
	rendering_free(plain);
}
END_TEST

START_TEST(test_every_format_has_the_same_bytes_for_all_threads_and_blocks)
{
	static const struct {
		unsigned threads, block;
	} ways[] = { { 1, 64 }, { 2, 4096 }, { 0, 512 } };
	struct render_spec spec = spec_in(&formats[_i]);
	struct rendering *first = rendering_new(&spec);

	usleep(1100000); /* the clock must not matter either */
	for (unsigned i = 0; i < 3; i++) {
		struct rendering *f;
		spec.threads = ways[i].threads;
		spec.block_frames = ways[i].block;
		f = rendering_new(&spec);
		ck_assert_uint_eq(f->mix.bytes.len, first->mix.bytes.len);
		ck_assert_mem_eq(f->mix.bytes.data, first->mix.bytes.data, f->mix.bytes.len);
		rendering_free(f);
	}
	rendering_free(first);
}
END_TEST

START_TEST(test_quality_and_bit_rate_decide_the_size)
{
	struct render_spec spec = spec_in(&formats[4]);
	size_t bytes[2];

	for (int i = 0; i < 2; i++) {
		spec.quality = i ? 9 : 1;
		struct rendering *f = rendering_new(&spec);
		bytes[i] = f->mix.bytes.len;
		rendering_free(f);
	}
	ck_assert_uint_gt(bytes[1], 2 * bytes[0]);
	spec = spec_in(&formats[7]);
	for (int i = 0; i < 2; i++) {
		spec.bitrate_kbps = i ? 256 : 48;
		struct rendering *f = rendering_new(&spec);
		bytes[i] = f->mix.bytes.len;
		rendering_free(f);
	}
	/* Variable rates: within a quarter of what was asked for. */
	ck_assert_double_le(fabs((double)bytes[0] * 8 / 2 / 48e3 - 1), 0.25);
	ck_assert_double_le(fabs((double)bytes[1] * 8 / 2 / 256e3 - 1), 0.25);
}
END_TEST

/* --- The name of the content --- */

static void hash_of(const struct render_spec *spec, uint8_t out[SHA256_BYTES])
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	ck_assert_msg(render_content_hash(rendering_engine, spec, out, &diags, &err) == 0, "%s", err.message);
}

/* Changes one thing; false after the last. */
static bool vary(struct render_spec *s, int i)
{
	switch (i) {
	case 0:
		return true;
	case 1:
		s->tail_s = 1;
		return true;
	case 2:
		s->is_tail_automatic = true;
		return true;
	case 3:
		s->tail_s = RENDER_TAIL_AUTO_S; /* as long as an automatic one may get */
		return true;
	case 4:
		s->fade_in_s = 0.1;
		return true;
	case 5:
		s->fade_out_s = 0.1;
		return true;
	case 6:
	case 7:
		s->normalize = i == 6 ? NORMALIZE_PEAK : NORMALIZE_LOUDNESS;
		s->normalize_to = -14;
		return true;
	case 8:
		s->normalize = NORMALIZE_LOUDNESS;
		s->normalize_to = -15;
		return true;
	case 9:
	case 10:
		s->has_limiter = true;
		s->ceiling_db = i - 10;
		return true;
	case 11:
		s->has_stems = true;
		return true;
	case 12:
	case 13:
		s->format = AUDIO_FORMAT_VORBIS;
		s->quality = i - 10;
		return true;
	case 14:
	case 15:
		s->format = AUDIO_FORMAT_OPUS;
		s->sample_rate_hz = 48000;
		s->bitrate_kbps = 10 * i;
		return true;
	case 16:
		s->format = AUDIO_FORMAT_FLAC;
		s->subtype = AUDIO_PCM_24;
		return true;
	default:
		return false;
	}
}

START_TEST(test_everything_that_decides_bytes_decides_the_content_hash)
{
	static uint8_t hashes[32][SHA256_BYTES];
	int n = 0;

	for (;; n++) {
		struct render_spec spec = rendering_spec(BEAT, 1);
		if (!vary(&spec, n))
			break;
		hash_of(&spec, hashes[n]);
		for (int k = 0; k < n; k++)
			ck_assert_msg(memcmp(hashes[n], hashes[k], SHA256_BYTES) != 0, "%d equals %d", n, k);
	}
	ck_assert_int_eq(n, 17);
}
END_TEST

START_TEST(test_what_a_format_does_not_read_decides_nothing)
{
	struct render_spec a = rendering_spec(BEAT, 1), b = a;
	uint8_t hash_a[SHA256_BYTES], hash_b[SHA256_BYTES];

	b.quality = 9;
	b.bitrate_kbps = 99;
	b.normalize_to = -3;
	b.ceiling_db = -9;
	hash_of(&a, hash_a);
	hash_of(&b, hash_b);
	ck_assert_mem_eq(hash_a, hash_b, SHA256_BYTES);
	a.format = b.format = AUDIO_FORMAT_OPUS;
	a.sample_rate_hz = b.sample_rate_hz = 48000;
	b.subtype = AUDIO_PCM_16;
	b.bitrate_kbps = 128; /* the default, said */
	hash_of(&a, hash_a);
	hash_of(&b, hash_b);
	ck_assert_mem_eq(hash_a, hash_b, SHA256_BYTES);
}
END_TEST

static Suite *formats_suite(void)
{
	enum { N_FORMATS = sizeof formats / sizeof formats[0] };
	Suite *s = suite_create("formats");
	TCase *t;

	t = tcase_create("formats");
	tcase_add_checked_fixture(t, rendering_start, rendering_stop);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_every_format_decodes_to_what_the_wav_holds, 0, N_FORMATS);
	tcase_add_loop_test(t, test_every_format_has_the_same_bytes_for_all_threads_and_blocks, 0, N_FORMATS);
	tcase_add_test(t, test_quality_and_bit_rate_decide_the_size);
	suite_add_tcase(s, t);
	t = tcase_create("content");
	tcase_add_checked_fixture(t, rendering_start, rendering_stop);
	tcase_add_test(t, test_everything_that_decides_bytes_decides_the_content_hash);
	tcase_add_test(t, test_what_a_format_does_not_read_decides_nothing);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(formats_suite());
}
