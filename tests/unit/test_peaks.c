#include "server/peaks_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/test.h"

static const float extremes[] = { 0, -0.0f, 1, -1, 0.99999f, -3e9f, 3e9f, INFINITY, -INFINITY, NAN, 1e-30f };
enum { N_EXTREMES = sizeof extremes / sizeof extremes[0] };

START_TEST(test_every_value_takes_the_same_room)
{
	for (int format = 0; format < PEAKS_FORMAT_COUNT; format++)
		for (unsigned bits = 8; bits <= 16; bits += 8) {
			struct peaks_layout l = { .format = (enum peaks_format)format,
						  .bits = bits,
						  .info = { 44100, 2, 512, 1 } };
			char head[PEAKS_HEAD_SIZE], cell[PEAKS_CELL_SIZE];
			uint64_t without = peaks_length(&l);
			l.info.n_pixels = 2;
			/* A digit of "length" stays one digit. */
			uint64_t pixel = peaks_length(&l) - without;
			ck_assert_uint_le(peaks_write_head(&l, head), PEAKS_HEAD_SIZE);
			for (int i = 0; i < N_EXTREMES * N_EXTREMES; i++) {
				struct render_peak p = { extremes[i / N_EXTREMES], extremes[i % N_EXTREMES] };
				size_t n = peaks_write_cell(&l, p, i % 2, cell);
				ck_assert_msg(n * 2 == pixel, "%g %g in format %d", (double)p.low, (double)p.high,
					      format);
			}
		}
}
END_TEST

START_TEST(test_the_binary_header_is_that_of_audiowaveform)
{
	struct peaks_layout l = { .format = PEAKS_DAT, .bits = 8, .info = { 48000, 1, 256, 0x01020304 } };
	static const unsigned char expected[] = { 2, 0, 0, 0, 1, 0, 0, 0, 0x80, 0xbb, 0, 0,
						  0, 1, 0, 0, 4, 3, 2, 1, 1,    0,    0, 0 };
	char head[PEAKS_HEAD_SIZE], cell[PEAKS_CELL_SIZE];

	ck_assert_uint_eq(peaks_write_head(&l, head), sizeof expected);
	ck_assert_mem_eq(head, expected, sizeof expected);
	ck_assert_uint_eq(peaks_write_cell(&l, (struct render_peak){ -1, 0.5f }, false, cell), 2);
	ck_assert_mem_eq(cell, "\x80\x40", 2);
	l.bits = 16;
	ck_assert_uint_eq(peaks_write_cell(&l, (struct render_peak){ -1, 0.5f }, false, cell), 4);
	ck_assert_mem_eq(cell, "\x00\x80\x00\x40", 4);
}
END_TEST

/* A WAV file in 32-bit float samples. */
static int open_wav(const float *samples, uint32_t n_frames, uint16_t n_channels)
{
	uint32_t bytes = n_frames * n_channels * 4, rate = 8000, word;
	uint16_t half;
	char path[] = "/tmp/phonond-peaks-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(dup(fd), "wb");

	unlink(path);
#define PUT(type, value) (type = (value), fwrite(&type, sizeof type, 1, f))
	fputs("RIFF", f), PUT(word, 36 + bytes), fputs("WAVEfmt ", f), PUT(word, 16);
	PUT(half, 3), PUT(half, n_channels), PUT(word, rate), PUT(word, rate * n_channels * 4);
	PUT(half, (uint16_t)(n_channels * 4)), PUT(half, 32), fputs("data", f), PUT(word, bytes);
	fwrite(samples, 4, (size_t)n_frames * n_channels, f);
	ck_assert_int_eq(fclose(f), 0);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

START_TEST(test_each_pixel_has_the_extremes_of_its_frames)
{
	float samples[2 * 40], low, high;
	struct render_peak out[4 * 2];
	struct error err = ERROR_INIT;

	for (int i = 0; i < 40; i++) {
		samples[2 * i] = (float)i / 40; /* rises: no pixel but the first reaches 0 */
		samples[2 * i + 1] = (float)-i / 40;
	}
	struct render_peaks *p = render_peaks_open(open_wav(samples, 40, 2), 16, &err);
	ck_assert_msg(p != NULL, "%s", err.message);
	ck_assert_uint_eq(render_peaks_info(p)->n_pixels, 3);
	ck_assert_uint_eq(render_peaks_info(p)->n_channels, 2);
	for (int again = 0; again < 2; again++) {
		ck_assert_uint_eq(render_peaks_read(p, out, 2), 2);
		ck_assert_uint_eq(render_peaks_read(p, out + 4, 2), 1);
		ck_assert_uint_eq(render_peaks_read(p, out + 6, 1), 0);
		for (int pixel = 0; pixel < 3; pixel++) {
			low = (float)(16 * pixel) / 40;
			high = (float)(pixel == 2 ? 39 : 16 * pixel + 15) / 40;
			ck_assert(out[pixel * 2].low == low && out[pixel * 2].high == high);
			ck_assert(out[pixel * 2 + 1].low == -high && out[pixel * 2 + 1].high == -low);
		}
		ck_assert_int_eq(render_peaks_rewind(p, &err), 0);
	}
	render_peaks_close(p);
}
END_TEST

START_TEST(test_a_pixel_may_be_longer_than_what_one_call_decodes)
{
	uint32_t n = (1 << 20) + (1 << 19);
	float *samples = calloc(n, sizeof *samples);
	struct render_peak out = { 0, 0 };
	struct error err = ERROR_INIT;

	samples[n - 1] = 0.75f;
	samples[3] = -0.25f;
	struct render_peaks *p = render_peaks_open(open_wav(samples, n, 1), n, &err);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_eq(render_peaks_read(p, &out, 1), 0);
	ck_assert_uint_eq(render_peaks_read(p, &out, 1), 1);
	ck_assert(out.low == -0.25f && out.high == 0.75f);
	render_peaks_close(p);
	free(samples);
}
END_TEST

START_TEST(test_what_is_no_sound_is_refused)
{
	char path[] = "/tmp/phonond-peaks-XXXXXX";
	struct error err = ERROR_INIT;
	int fd = mkstemp(path);

	unlink(path);
	ck_assert_ptr_null(render_peaks_open(fd, 512, &err));
	ck_assert_int_eq(err.code, ERR_CORRUPT);
}
END_TEST

START_TEST(test_a_spectrum_has_the_level_of_a_tone_at_its_time_and_frequency)
{
	enum { N = 32000, COLUMNS = 4, ROWS = 8, ROW_OF_500_HZ = 3 };
	struct render_spectrum s = { COLUMNS, ROWS, 50, 0 };
	float *samples = calloc(2 * N, sizeof *samples), levels[ROWS][COLUMNS];
	struct error err = ERROR_INIT;

	for (int i = 0; i < N / 2; i++) /* on the left only: half of it in the mean */
		samples[2 * i] = (float)sin(2 * M_PI * 500 / 8000 * i);
	ck_assert_int_eq(render_spectrum_measure(open_wav(samples, N, 2), &s, &levels[0][0], &err), 0);
	for (int row = 0; row < ROWS; row++) {
		ck_assert_float_eq(levels[row][3], -200);
		if (row != ROW_OF_500_HZ)
			ck_assert_float_lt(levels[row][0], -60);
	}
	ck_assert_float_eq_tol(levels[ROW_OF_500_HZ][0], -6.02f, 0.05f);
	ck_assert_float_eq_tol(levels[ROW_OF_500_HZ][1], -6.02f, 0.05f);
	free(samples);
}
END_TEST

static Suite *peaks_suite(void)
{
	Suite *s = suite_create("peaks");
	TCase *c = tcase_create("outline");

	tcase_add_test(c, test_every_value_takes_the_same_room);
	tcase_add_test(c, test_the_binary_header_is_that_of_audiowaveform);
	tcase_add_test(c, test_each_pixel_has_the_extremes_of_its_frames);
	tcase_add_test(c, test_a_pixel_may_be_longer_than_what_one_call_decodes);
	tcase_add_test(c, test_what_is_no_sound_is_refused);
	tcase_add_test(c, test_a_spectrum_has_the_level_of_a_tone_at_its_time_and_frequency);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return test_run(peaks_suite());
}
