/* Fades, tails, levels in numbers, and what happens when something fails on the way. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

#define BEAT "o1 $ s \"bd*4, ~ sn\"\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\n"
#define THREE                                                                                                          \
	"o1 $ s \"bd*4\" # pan 0.3\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\nout $ s \"~ sn\" # reverb 0.5 0.5 "     \
	"0.4\n"

/* --- Fades --- */

#define CONSTANT "out $ \"0.5\"\n"

START_TEST(test_fades_are_straight_and_exact_to_the_sample)
{
	struct render_spec spec = rendering_spec(CONSTANT, 1);
	struct rendering *f;
	size_t n;
	float *x;

	spec.fade_in_s = 0.25;
	spec.fade_out_s = 0.5;
	f = rendering_new(&spec);
	x = rendering_decode_stereo(&f->mix, &n);
	ck_assert_uint_eq(n, RATE);
	for (size_t i = 0; i < n; i++) {
		double in = i < 11025 ? (double)i / 11025 : 1, left = (double)(n - 1 - i);
		double expected = 0.5 * in * (left < 22050 ? left / 22050 : 1);
		if (fabs((double)x[2 * i] - expected) > 1e-7)
			ck_abort_msg("frame %zu: %.9g instead of %.9g", i, (double)x[2 * i], expected);
	}
	ck_assert(x[0] == 0 && x[2 * 11025] == 0.5f && x[2 * (n - 1)] == 0);
	free(x);
	rendering_free(f);
}
END_TEST

/* --- Tails --- */

#define ECHO "out $ s \"bd sn\" # delay 0.3 0.5 0.5\n"
#define DRONE "out $ sine 200 * 0.2\n"

START_TEST(test_no_event_begins_in_a_tail)
{
	struct render_spec spec = rendering_spec("out $ s \"bd*8\"\n", 1);
	struct rendering *with, *longer;
	size_t n_with, n_longer;
	float *x, *y;

	spec.tail_s = 1;
	with = rendering_new(&spec);
	spec.tail_s = 0;
	spec.duration_s = 2;
	longer = rendering_new(&spec);
	x = rendering_decode_stereo(&with->mix, &n_with);
	y = rendering_decode_stereo(&longer->mix, &n_longer);
	ck_assert_uint_eq(n_with, n_longer);
	ck_assert_mem_eq(x, y, sizeof *x * 2 * RATE); /* the same up to the end, */
	ck_assert_mem_ne(x + 2 * RATE, y + 2 * RATE, sizeof *x * 2 * RATE);
	for (size_t i = 0; i < 2 * 100; i++) /* what sounds goes on, */
		ck_assert(x[2 * RATE - 200 + i] == y[2 * RATE - 200 + i]);
	for (size_t i = 2 * (n_with - 4000); i < 2 * n_with; i++) /* and ends */
		ck_assert(x[i] == 0);
	free(x);
	free(y);
	rendering_free(with);
	rendering_free(longer);
}
END_TEST

START_TEST(test_an_automatic_tail_ends_below_90_db)
{
	struct render_spec spec = rendering_spec(ECHO, 2);
	double floor = pow(10, -90.0 / 20);
	struct rendering *automatic, *longer;
	size_t n, n_longer;
	float *x, *y;

	spec.tail_s = 20;
	longer = rendering_new(&spec);
	spec.tail_s = 0;
	spec.is_tail_automatic = true;
	automatic = rendering_new(&spec);
	x = rendering_decode_stereo(&automatic->mix, &n);
	y = rendering_decode_stereo(&longer->mix, &n_longer);
	ck_assert_uint_eq(automatic->result.frames, n);
	ck_assert_uint_gt(n, 3 * RATE);
	ck_assert_uint_lt(n, 12 * RATE);
	ck_assert_mem_eq(x, y, sizeof *x * 2 * n);
	ck_assert(fabsf(x[2 * n - 1]) >= (float)floor || fabsf(x[2 * n - 2]) >= (float)floor);
	for (size_t i = 2 * n; i < 2 * n_longer; i++)
		if ((double)fabsf(y[i]) >= floor)
			ck_abort_msg("still %.1f dB at %.3f s", 20 * log10((double)fabsf(y[i])), (double)i / 2 / RATE);
	ck_assert_uint_eq(automatic->diags.n, 0);
	free(x);
	free(y);
	rendering_free(automatic);
	rendering_free(longer);
}
END_TEST

START_TEST(test_what_does_not_die_away_is_cut_with_a_warning)
{
	struct render_spec spec = rendering_spec(DRONE, 1);
	struct rendering *f;

	spec.sample_rate_hz = 8000;
	spec.is_tail_automatic = true;
	f = rendering_new(&spec);
	ck_assert_uint_eq(f->result.frames, 8000 * 61);
	ck_assert_uint_eq(f->diags.n, 1);
	ck_assert_str_eq(f->diags.items[0].code, "tail-cut");
	rendering_free(f);
}
END_TEST

START_TEST(test_silence_has_no_tail)
{
	struct render_spec spec = rendering_spec("out $ sine 200 * 0\n", 1);
	struct rendering *f;

	spec.is_tail_automatic = true;
	f = rendering_new(&spec);
	ck_assert_uint_eq(f->result.frames, RATE);
	rendering_free(f);
}
END_TEST

/* --- Levels --- */

static const double targets_lufs[] = { -23, -14, -9, -7 };

START_TEST(test_loudness_comes_to_its_target)
{
	struct render_spec spec = rendering_spec(BEAT, 6);
	struct rendering *f;

	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = targets_lufs[_i];
	f = rendering_new(&spec);
	ck_assert_double_le(fabs(f->result.loudness_lufs - targets_lufs[_i]), 0.05);
	rendering_free(f);
	/* Behind a limiter as well: what it takes away is made up for. */
	spec.has_limiter = true;
	spec.ceiling_db = -1;
	f = rendering_new(&spec);
	ck_assert_double_le(fabs(f->result.loudness_lufs - targets_lufs[_i]), 0.1);
	ck_assert_double_le(20 * log10(f->result.true_peak), -1);
	ck_assert_uint_eq(f->result.clipped_frames, 0);
	rendering_free(f);
}
END_TEST

START_TEST(test_the_peak_comes_to_its_target)
{
	struct render_spec spec = rendering_spec(BEAT, 3);
	struct rendering *f;

	spec.normalize = NORMALIZE_PEAK;
	spec.normalize_to = -3;
	spec.fade_in_s = 1;
	f = rendering_new(&spec);
	ck_assert_double_le(fabs(20 * log10(f->result.true_peak) + 3), 0.001);
	ck_assert_double_le(f->result.peak, f->result.true_peak);
	rendering_free(f);
}
END_TEST

START_TEST(test_silence_is_not_normalized)
{
	struct render_spec spec = rendering_spec("out $ sine 200 * 0\n", 1);
	struct rendering *f;

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_LOUDNESS;
	spec.normalize_to = -14;
	f = rendering_new(&spec);
	ck_assert_uint_eq(f->diags.n, 1);
	ck_assert_str_eq(f->diags.items[0].code, "not-normalized");
	ck_assert(f->result.loudness_lufs == -INFINITY);
	ck_assert_double_eq(f->result.true_peak, 0);
	rendering_free(f);
}
END_TEST

START_TEST(test_a_limiter_adds_no_delay)
{
	struct render_spec spec = rendering_spec("out $ s \"bd ~ sn ~\" # gain 2\n", 2);
	struct rendering *plain = rendering_new(&spec), *limited;
	size_t n, first = 0;
	float *x = rendering_decode_stereo(&plain->mix, &n), *y;

	spec.has_limiter = true;
	spec.ceiling_db = -6;
	limited = rendering_new(&spec);
	y = rendering_decode_stereo(&limited->mix, &n);
	ck_assert_double_le(20 * log10(limited->result.true_peak), -6);
	ck_assert_double_gt(20 * log10(plain->result.true_peak), -3);
	for (size_t i = 0; i < 2 * n; i++) { /* a gain per frame: zeros, signs and order stay where they are */
		ck_assert((x[i] == 0) == (y[i] == 0));
		ck_assert(fabsf(y[i]) <= fabsf(x[i]) && x[i] * y[i] >= 0);
		first += x[i] == y[i];
	}
	ck_assert_uint_gt(first, n / 4); /* and where nothing is to be done, nothing is */
	free(x);
	free(y);
	rendering_free(plain);
	rendering_free(limited);
}
END_TEST

START_TEST(test_mastering_is_the_same_for_all_threads_and_blocks)
{
	static const unsigned blocks[] = { 64, 1024, 4096 };
	struct render_spec spec = rendering_spec(THREE, 1);
	char first[SHA256_HEX_SIZE] = "", hex[SHA256_HEX_SIZE];

	spec.has_stems = true;
	spec.is_tail_automatic = true;
	spec.source = ECHO;
	spec.source_len = strlen(ECHO);
	spec.fade_out_s = 0.3;
	spec.has_limiter = true;
	spec.ceiling_db = -3;
	if (_i) {
		spec.normalize = NORMALIZE_LOUDNESS;
		spec.normalize_to = -14;
	}
	for (unsigned i = 0; i < 3; i++) {
		struct rendering *f;
		spec.block_frames = blocks[i];
		spec.threads = i;
		f = rendering_new(&spec);
		sha256_hex(f->result.sha256, hex);
		if (!first[0])
			memcpy(first, hex, sizeof first);
		ck_assert_str_eq(first, hex);
		rendering_free(f);
	}
}
END_TEST

/* --- Failures --- */

static struct render_spec demanding(void)
{
	struct render_spec spec = rendering_spec(THREE, 5);
	spec.has_stems = true;
	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = -14;
	return spec;
}

START_TEST(test_a_full_spool_fails_the_render)
{
	struct render_spec spec = demanding();
	struct rendering *f = calloc(1, sizeof *f);

	f->spool.is_failing = true;
	rendering_run(f, &spec, NULL);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert_uint_eq(f->n_stems, 0);
	rendering_free(f);
}
END_TEST

START_TEST(test_a_stem_without_room_aborts_all_files)
{
	struct render_spec spec = demanding();
	struct rendering *f = calloc(1, sizeof *f);

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_NONE;
	f->fails_second_stem = true;
	rendering_run(f, &spec, NULL);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert(f->stems[0].is_aborted && f->mix.is_aborted);
	rendering_free(f);
	f = calloc(1, sizeof *f);
	f->stems[2].fail_after = 300000;
	rendering_run(f, &spec, NULL);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert(f->stems[0].is_aborted && f->stems[1].is_aborted && f->stems[2].is_aborted && f->mix.is_aborted);
	rendering_free(f);
}
END_TEST

START_TEST(test_a_cancel_is_seen_while_the_spool_is_read)
{
	struct render_spec spec = demanding();
	struct rendering *f = calloc(1, sizeof *f);
	struct job_control control = { .frames_done = 0 };

	f->cancel_when_read = &control;
	rendering_run(f, &spec, &control);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_CANCELED);
	rendering_free(f);
}
END_TEST

START_TEST(test_what_needs_more_than_a_sink_says_so)
{
	struct render_spec spec = demanding();
	struct memory_sink m = { .sink = { &rendering_sink_ops } };
	struct diag_list diags = { .n = 0 };
	static struct render_result result;
	struct error err = ERROR_INIT;

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_NONE;
	ck_assert_int_eq(render_run(rendering_engine, &spec, NULL, &m.sink, &diags, &result, &err), -1);
	ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
	ck_assert(m.is_aborted);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_a_spool_has_its_limits)
{
	struct render_spec spec = demanding();
	struct rendering *f = calloc(1, sizeof *f);

	spec.duration_s = 3500;
	spec.sample_rate_hz = 192000;
	spec.source = "o1 $ sine 1\no2 $ sine 2\no3 $ sine 3\no4 $ sine 4\no5 $ sine 5\no6 $ sine 6\n";
	spec.source_len = strlen(spec.source);
	rendering_run(f, &spec, NULL);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_TOO_LARGE);
	ck_assert_msg(strstr(f->err.message, "35 GiB") != NULL, "%s", f->err.message);
	rendering_free(f);
}
END_TEST

static Suite *master_suite(void)
{
	Suite *s = suite_create("master");
	TCase *t;

	t = tcase_create("mastering");
	tcase_add_checked_fixture(t, rendering_start, rendering_stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_fades_are_straight_and_exact_to_the_sample);
	tcase_add_test(t, test_no_event_begins_in_a_tail);
	tcase_add_test(t, test_an_automatic_tail_ends_below_90_db);
	tcase_add_test(t, test_what_does_not_die_away_is_cut_with_a_warning);
	tcase_add_test(t, test_silence_has_no_tail);
	tcase_add_loop_test(t, test_loudness_comes_to_its_target, 0, sizeof targets_lufs / sizeof targets_lufs[0]);
	tcase_add_test(t, test_the_peak_comes_to_its_target);
	tcase_add_loop_test(t, test_silence_is_not_normalized, 0, 2);
	tcase_add_test(t, test_a_limiter_adds_no_delay);
	tcase_add_loop_test(t, test_mastering_is_the_same_for_all_threads_and_blocks, 0, 2);
	suite_add_tcase(s, t);
	t = tcase_create("failures");
	tcase_add_checked_fixture(t, rendering_start, rendering_stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_a_full_spool_fails_the_render);
	tcase_add_loop_test(t, test_a_stem_without_room_aborts_all_files, 0, 2);
	tcase_add_test(t, test_a_spool_has_its_limits);
	tcase_add_test(t, test_a_cancel_is_seen_while_the_spool_is_read);
	tcase_add_loop_test(t, test_what_needs_more_than_a_sink_says_so, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(master_suite());
}
