/* render/io/samples.c: the kit and a folder of real files written with libsndfile, their rates, names and indices, files that
 * are not what they say, and many threads at once. */
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "render/io/sample_digest.h"
#include "render/io/sample_mix.h"
#include "render/io/samples.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100 };

static const char *dir;
static struct sample_bank *bank;
static struct error err;

/* A tone of one second: frequency left, its double right. */
static void write_tone(const char *name, int format, int rate_hz, int n_ch, double freq_hz)
{
	char path[512];
	SF_INFO info = { .samplerate = rate_hz, .channels = n_ch, .format = format };
	SNDFILE *f;

	snprintf(path, sizeof path, "%s/bd", dir);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/bd/%s", dir, name);
	f = sf_open(path, SFM_WRITE, &info);
	ck_assert_msg(f != NULL, "%s: %s", path, sf_strerror(NULL));
	for (int i = 0; i < rate_hz; i++) {
		float frame[2];
		for (int c = 0; c < n_ch; c++)
			frame[c] = 0.5f * (float)sin(2 * M_PI * freq_hz * (c + 1) * i / rate_hz);
		ck_assert_int_eq(sf_writef_float(f, frame, 1), 1);
	}
	sf_close(f);
}

static void write_bytes(const char *name, const void *data, size_t n)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof path, "%s/odd", dir);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/odd/%s", dir, name);
	f = fopen(path, "wb");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(data, 1, n, f), n);
	fclose(f);
}

static void set_up(void)
{
	dir = test_temp_dir();
	err = ERROR_INIT;
	write_tone("1.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, 440);
	write_tone("2.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24, 48000, 2, 1000);
	write_tone("3.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, RATE_HZ, 1, 300);
	write_bytes("0.wav", "this is no sound", 16);
	bank = sample_bank_open(dir, &err);
	ck_assert_msg(bank != NULL, "%s", err.message);
}

static void tear_down(void)
{
	sample_bank_free(bank);
}

static const struct sample_data *acquire(const char *name, long index, uint32_t rate_hz)
{
	return sample_bank_acquire(bank, name, strlen(name), index, rate_hz, &err);
}

/* Amplitude of a frequency in the middle half of a channel. */
static double amplitude(const sample *x, size_t n, double freq_hz, double rate_hz)
{
	double re = 0, im = 0;
	size_t from = n / 4, to = n - n / 4;

	for (size_t i = from; i < to; i++) {
		re += (double)x[i] * cos(2 * M_PI * freq_hz * (double)i / rate_hz);
		im += (double)x[i] * sin(2 * M_PI * freq_hz * (double)i / rate_hz);
	}
	return 2 * hypot(re, im) / (double)(to - from);
}

static const struct {
	long index;
	uint32_t rate_hz;
	unsigned n_ch;
	double freq_hz;
} tones[] = {
	{ 0, RATE_HZ, 1, 440 },  { 1, RATE_HZ, 2, 1000 }, { 2, RATE_HZ, 1, 300 }, { 3, RATE_HZ, 1, 440 },
	{ -1, RATE_HZ, 1, 300 }, { 0, 192000, 1, 440 },   { 1, 8000, 2, 1000 },
};

START_TEST(test_a_file_is_converted_to_the_rate_and_keeps_its_pitch)
{
	const struct sample_data *d = acquire("bd", tones[_i].index, tones[_i].rate_hz);

	ck_assert_msg(d != NULL, "%s", err.message);
	ck_assert_uint_eq(d->n_ch, tones[_i].n_ch);
	ck_assert_uint_eq(d->n_frames, tones[_i].rate_hz);
	for (unsigned c = 0; c < d->n_ch; c++) {
		double hz = tones[_i].freq_hz * (c + 1);
		ck_assert_double_eq_tol(amplitude(d->ch[c], d->n_frames, hz, tones[_i].rate_hz), 0.5, 0.001);
		ck_assert_double_le(amplitude(d->ch[c], d->n_frames, hz * 1.5, tones[_i].rate_hz), 0.001);
	}
	for (int i = 1; i <= SAMPLE_PAD_FRAMES; i++) {
		ck_assert(d->ch[0][-i] == 0);
		ck_assert(d->ch[0][d->n_frames + (size_t)i - 1] == 0);
	}
	sample_bank_release(bank, d);
}
END_TEST

START_TEST(test_a_folder_hides_the_drum_of_the_same_name_and_only_that)
{
	size_t n;
	const char *const *names = sample_bank_names(bank, &n);
	unsigned n_bd = 0;

	ck_assert_uint_eq(sample_bank_count(bank, "bd", 2), 3);
	ck_assert_uint_ge(sample_bank_count(bank, "sn", 2), 3);
	ck_assert_uint_eq(sample_bank_count(bank, "nosuch", 6), 0);
	ck_assert_uint_eq(sample_bank_count(bank, "bdx", 2), 3); /* names need no NUL */
	for (size_t i = 0; i < n; i++) {
		n_bd += strcmp(names[i], "bd") == 0;
		if (i)
			ck_assert_int_lt(strcmp(names[i - 1], names[i]), 0);
	}
	ck_assert_uint_eq(n_bd, 1);
	ck_assert_ptr_null(acquire("nosuch", 0, RATE_HZ));
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(test_the_same_sample_is_decoded_once)
{
	const struct sample_data *a = acquire("bd", 0, RATE_HZ), *b = acquire("bd", 3, RATE_HZ),
				 *c = acquire("bd", 0, 48000);

	ck_assert_ptr_nonnull(a);
	ck_assert_ptr_eq(a, b);
	ck_assert_ptr_ne(a, c);
	sample_bank_release(bank, a);
	sample_bank_release(bank, b);
	sample_bank_release(bank, c);
}
END_TEST

START_TEST(test_a_digest_changes_with_the_bytes_of_the_files)
{
	uint8_t before[SHA256_BYTES], after[SHA256_BYTES];
	struct sha256 h;

	sha256_init(&h);
	ck_assert_int_eq(sample_bank_digest(bank, "bd", 2, &h, &err), 0);
	sha256_final(&h, before);
	write_tone("1.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, 441);
	sample_bank_free(bank);
	bank = sample_bank_open(dir, &err);
	sha256_init(&h);
	ck_assert_int_eq(sample_bank_digest(bank, "bd", 2, &h, &err), 0);
	sha256_final(&h, after);
	ck_assert_mem_ne(before, after, SHA256_BYTES);
}
END_TEST

/* The same bank, while it is open. A digest that was remembered must not outlive a change, not even one that keeps the
 * size and sets the time back. */
START_TEST(test_a_change_on_disk_is_heard_and_digested)
{
	uint8_t before[SHA256_BYTES], after[SHA256_BYTES];
	const struct sample_data *old = acquire("bd", 0, RATE_HZ), *new;
	struct timespec then[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1000000000 } };
	char path[512];
	struct sha256 h;

	snprintf(path, sizeof path, "%s/bd/1.wav", dir);
	sha256_init(&h);
	ck_assert_int_eq(sample_bank_digest(bank, "bd", 2, &h, &err), 0);
	sha256_final(&h, before);
	write_tone("1.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 22050, 1, 880);
	ck_assert_int_eq(utimensat(AT_FDCWD, path, then, 0), 0);
	sha256_init(&h);
	ck_assert_int_eq(sample_bank_digest(bank, "bd", 2, &h, &err), 0);
	sha256_final(&h, after);
	ck_assert_mem_ne(before, after, SHA256_BYTES);
	new = acquire("bd", 0, RATE_HZ);
	ck_assert_ptr_ne(old, new);
	ck_assert_double_eq_tol(amplitude(old->ch[0], old->n_frames, 440, RATE_HZ), 0.5, 0.001);
	ck_assert_double_eq_tol(amplitude(new->ch[0], new->n_frames, 880, RATE_HZ), 0.5, 0.001);
	sample_bank_release(bank, old);
	sample_bank_release(bank, new);
}
END_TEST

/* Files that have lain still are read once. The kernel keeps the time of change, so the file has to be older. */
START_TEST(test_a_file_that_lies_still_is_digested_once)
{
	struct digest_cache *c = digest_cache_new();
	uint8_t first[SHA256_BYTES], again[SHA256_BYTES];
	const char *path = test_source_path("README.md");
	bool was_read;

	ck_assert_int_eq(digest_cache_file(c, path, first, &was_read, &err), 0);
	ck_assert(was_read);
	ck_assert_int_eq(digest_cache_file(c, path, again, &was_read, &err), 0);
	ck_assert(!was_read);
	ck_assert_mem_eq(first, again, SHA256_BYTES);
	digest_cache_free(c);
}
END_TEST

static const struct {
	unsigned n_ch;
	double left, right; /* of channels 1, 10, 100 ... */
} mixes[] = {
	{ 2, 1, 10 },
	{ 3, 1 + 70.710678, 10 + 70.710678 },
	{ 4, 1 + 70.710678, 10 + 707.10678 },
	{ 6, 1 + 70.710678 + 7071.0678, 10 + 70.710678 + 70710.678 },
	{ 10, (1 + 1e2 + 1e4 + 1e6 + 1e8) / 2.2360680, (1e1 + 1e3 + 1e5 + 1e7 + 1e9) / 2.2360680 },
};

START_TEST(test_more_channels_are_mixed_to_two)
{
	float frame[16], left, right;
	for (unsigned c = 0; c < mixes[_i].n_ch; c++)
		frame[c] = (float)pow(10, c);
	sample_mix_down(frame, mixes[_i].n_ch, &left, &right, 1);
	ck_assert_double_eq_tol((double)left / mixes[_i].left, 1, 1e-5);
	ck_assert_double_eq_tol((double)right / mixes[_i].right, 1, 1e-5);
}
END_TEST

START_TEST(test_a_file_that_ends_early_says_so)
{
	size_t len;
	char *bytes = test_read_file(strcat(strcpy((char[600]){ 0 }, dir), "/bd/1.wav"), &len);
	const struct sample_data *d = acquire("bd", 0, 22050);

	ck_assert(!d->is_truncated);
	sample_bank_release(bank, d);
	write_bytes("0.wav", bytes, len / 2);
	d = acquire("odd", 0, 22050);
	ck_assert_msg(d != NULL, "%s", err.message);
	ck_assert(d->is_truncated);
	ck_assert_uint_gt(d->n_frames, 10000);
	ck_assert_uint_lt(d->n_frames, 11026);
	sample_bank_release(bank, d);
	free(bytes);
}
END_TEST

/* 44 bytes of a WAV header whose fields are lies. */
static void lie(uint8_t h[44], uint16_t format, uint16_t n_ch, uint32_t rate_hz, uint16_t bits, uint32_t data_bytes)
{
	uint32_t riff_bytes = data_bytes + 36, fmt_bytes = 16, rate = rate_hz * n_ch * bits / 8;
	uint16_t align = (uint16_t)(n_ch * bits / 8);

	memcpy(h, "RIFF", 4);
	memcpy(h + 4, &riff_bytes, 4);
	memcpy(h + 8, "WAVEfmt ", 8);
	memcpy(h + 16, &fmt_bytes, 4);
	memcpy(h + 20, &format, 2);
	memcpy(h + 22, &n_ch, 2);
	memcpy(h + 24, &rate_hz, 4);
	memcpy(h + 28, &rate, 4);
	memcpy(h + 32, &align, 2);
	memcpy(h + 34, &bits, 2);
	memcpy(h + 36, "data", 4);
	memcpy(h + 40, &data_bytes, 4);
}

static const struct {
	const char *what;
	uint16_t format, n_ch;
	uint32_t rate_hz;
	uint16_t bits;
	uint32_t data_bytes;
} lies[] = {
	{ "no channels", 1, 0, 44100, 16, 100 },
	{ "65535 channels", 1, 65535, 44100, 16, 100 },
	{ "a rate of 1 GHz", 1, 1, 1000000000, 16, 100 },
	{ "no rate", 1, 1, 0, 16, 100 },
	{ "4 GiB in 100 bytes", 1, 2, 44100, 16, 0xfffffff0 },
	{ "ADPCM", 0x11, 1, 44100, 4, 100 },
	{ "0 bits", 1, 1, 44100, 0, 100 },
	{ "no data", 1, 1, 44100, 16, 0 },
};

START_TEST(test_a_file_that_lies_is_refused_or_read_as_far_as_it_goes)
{
	uint8_t file[144] = { 0 };
	const struct sample_data *d;

	lie(file, lies[_i].format, lies[_i].n_ch, lies[_i].rate_hz, lies[_i].bits, lies[_i].data_bytes);
	write_bytes("0.wav", file, sizeof file);
	d = acquire("odd", 0, RATE_HZ);
	if (d) {
		ck_assert_msg(d->n_frames <= sizeof file, "%s: %zu frames", lies[_i].what, d->n_frames);
		sample_bank_release(bank, d);
	} else {
		ck_assert_msg(err.code == ERR_CORRUPT || err.code == ERR_TOO_LARGE, "%s: %s", lies[_i].what,
			      err.message);
	}
}
END_TEST

START_TEST(test_text_is_no_sound)
{
	ck_assert_ptr_null(acquire("odd", 0, RATE_HZ));
	ck_assert_int_eq(err.code, ERR_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err.message, "WAV, AIFF or FLAC"));
}
END_TEST

START_TEST(test_every_cut_of_a_good_file_is_survived)
{
	size_t len;
	char *bytes = test_read_file(strcat(strcpy((char[600]){ 0 }, dir), "/bd/2.flac"), &len);

	for (size_t cut = 0; cut < len; cut += len / 97 + 1) {
		const struct sample_data *d;
		write_bytes("0.wav", bytes, cut);
		d = acquire("odd", 0, 8000);
		if (d)
			sample_bank_release(bank, d);
		sample_bank_free(bank);
		bank = sample_bank_open(dir, &err);
		ck_assert_ptr_nonnull(bank);
	}
	free(bytes);
}
END_TEST

START_TEST(test_no_such_folder)
{
	ck_assert_ptr_null(sample_bank_open("/nonexistent/folder", &err));
	ck_assert_int_eq(err.code, ERR_NOT_FOUND);
}
END_TEST

static void *take_and_give(void *seed)
{
	static const char *const names[] = { "bd", "sn", "hh", "808bd" };

	for (unsigned i = 0; i < 200; i++) {
		const char *name = names[(i + (unsigned)(uintptr_t)seed) % 4];
		struct error e = ERROR_INIT;
		const struct sample_data *d = sample_bank_acquire(bank, name, strlen(name), (long)i, 16000, &e);
		if (!d || d->n_frames == 0)
			return (void *)name;
		sample_bank_release(bank, d);
	}
	return NULL;
}

START_TEST(test_many_threads_take_and_give)
{
	pthread_t threads[8];
	void *failed;

	for (uintptr_t i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, take_and_give, (void *)i), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &failed);
		ck_assert_ptr_null(failed);
	}
}
END_TEST

static Suite *samples_suite(void)
{
	Suite *s = suite_create("samples");
	TCase *t = tcase_create("samples");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_a_file_is_converted_to_the_rate_and_keeps_its_pitch, 0,
			    sizeof tones / sizeof tones[0]);
	tcase_add_test(t, test_a_folder_hides_the_drum_of_the_same_name_and_only_that);
	tcase_add_test(t, test_the_same_sample_is_decoded_once);
	tcase_add_test(t, test_a_digest_changes_with_the_bytes_of_the_files);
	tcase_add_test(t, test_a_change_on_disk_is_heard_and_digested);
	tcase_add_test(t, test_a_file_that_lies_still_is_digested_once);
	tcase_add_loop_test(t, test_more_channels_are_mixed_to_two, 0, sizeof mixes / sizeof mixes[0]);
	tcase_add_test(t, test_a_file_that_ends_early_says_so);
	tcase_add_loop_test(t, test_a_file_that_lies_is_refused_or_read_as_far_as_it_goes, 0,
			    sizeof lies / sizeof lies[0]);
	tcase_add_test(t, test_text_is_no_sound);
	tcase_add_test(t, test_every_cut_of_a_good_file_is_survived);
	tcase_add_test(t, test_no_such_folder);
	tcase_add_test(t, test_many_threads_take_and_give);
	return s;
}

int main(void)
{
	return test_run(samples_suite());
}
