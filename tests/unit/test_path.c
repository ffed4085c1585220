/* Paths: places in closed form, lengths, and how clean a sound is that is heard at another rate. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/path.h"
#include "tests/lib/figure.h"
#include "tests/lib/test.h"

enum { SOUND_FRAMES = 100000, HEARD_FRAMES = 16384 };

static sample padded[SOUND_FRAMES + 2 * SAMPLE_PAD_FRAMES];
static sample *const frames = padded + SAMPLE_PAD_FRAMES;
static const struct sample_data sound = {
	.ch = { padded + SAMPLE_PAD_FRAMES, padded + SAMPLE_PAD_FRAMES },
	.n_ch = 1,
	.n_frames = SOUND_FRAMES,
	.sample_rate_hz = 44100,
};

static int64_t fixed(double x)
{
	return (int64_t)(x * (double)PATH_UNIT);
}

static void read_all(const struct path *p, sample *out, size_t n)
{
	for (size_t at = 0; at < n; at += PATH_CHUNK_FRAMES)
		path_read(p, 0, at, out + at, n - at < PATH_CHUNK_FRAMES ? n - at : PATH_CHUNK_FRAMES);
}

/* --- Places ------------------------------------------------------------------------------------------------ */

START_TEST(test_a_bent_path_is_where_its_rate_has_led)
{
	struct path p = { .data = &sound, .start = fixed(1000), .rate = fixed(1.5) };
	path_bend_to(&p, fixed(-0.5), 30000);
	for (uint64_t age = 0; age < 60000; age += 777) {
		double t = age < 30000 ? (double)age : 30000;
		double place = 1000 + 1.5 * t - 2.0 * t * t / 60000 - 0.5 * ((double)age - t);
		double found = (double)path_position(&p, age) / (double)PATH_UNIT;
		ck_assert_msg(fabs(found - place) < 0.001, "at %llu: %.6f, expected %.6f", (unsigned long long)age,
			      found, place);
	}
}
END_TEST

static const struct {
	const char *what;
	double start, rate, end_rate, begin, end;
	uint64_t bend_frames, expected; /* bend_frames 0: straight */
} lengths[] = {
	{ "as many frames as there are", 0, 1, 0, 0, 500, 0, 500 },
	{ "half at twice the rate, rounded up", 0, 2, 0, 0, 501, 0, 251 },
	{ "backwards to the first frame", 499, -1, 0, 0, 500, 0, 500 },
	{ "to the end of a bend to rate 0", 100, 0.1, 0, 0, 500, 1000, 1000 },
	{ "over the end within a bend", 0, 1, 3, 0, 1500, 1000, 823 }, /* t + t^2 / 1000 = 1500 */
	{ "back over the begin behind a bend", 100, 1, -1, 0, 500, 400, 501 },
	{ "back over the begin within a bend", 10, 1, -3, 0, 500, 400, 210 }, /* 10 + t - t^2 / 200 = 0 */
	{ "over the end before it turns", 400, 2, -2, 0, 500, 400, 60 },      /* 400 + 2 t - t^2 / 200 = 500 */
};

START_TEST(test_length_of_a_path)
{
	struct path p = { .data = &sound, .start = fixed(lengths[_i].start), .rate = fixed(lengths[_i].rate) };
	if (lengths[_i].bend_frames)
		path_bend_to(&p, fixed(lengths[_i].end_rate), lengths[_i].bend_frames);
	uint64_t n = path_frames_inside(&p, fixed(lengths[_i].begin), fixed(lengths[_i].end));
	bool is_near = n + 1 >= lengths[_i].expected && n <= lengths[_i].expected + 1;
	ck_assert_msg(n == lengths[_i].expected || (lengths[_i].bend_frames && is_near), "%s: %llu", lengths[_i].what,
		      (unsigned long long)n);
	int64_t last = path_position(&p, n - 1), out = path_position(&p, n);
	ck_assert(last >= fixed(lengths[_i].begin) && last < fixed(lengths[_i].end));
	if (lengths[_i].bend_frames && lengths[_i].end_rate == 0)
		return;
	ck_assert(out < fixed(lengths[_i].begin) || out >= fixed(lengths[_i].end));
}
END_TEST

static const struct {
	const char *what;
	double start, rate, loop_begin, loop_length;
	double end_rate; /* 0: straight */
} cuts[] = {
	{ "slow", 10.3, 0.37, 0, 0, 0 },
	{ "fast", 0, 9.7, 0, 0, 0 },
	{ "very fast", 0, 700, 0, 0, 0 },
	{ "backwards from the end", SOUND_FRAMES - 1, -1.3, 0, 0, 0 },
	{ "a loop", 50, 0.7, 40, 90, 0 },
	{ "a loop shorter than the filter", 50, 3.1, 50, 3, 0 },
	{ "a loop of one frame", 50, 0.9, 50, 1, 0 },
	{ "a loop at rate 1", 50, 1, 50, 77, 0 },
	{ "bent", 5000, 1.7, 0, 0, -0.9 },
	{ "bent round a loop", 5000, 1.7, 4900, 700, -0.9 },
};

START_TEST(test_reading_is_the_same_however_it_is_cut)
{
	enum { N = 3000 };
	static sample whole[N], piece[N];
	struct path p = { .data = &sound,
			  .start = fixed(cuts[_i].start),
			  .rate = fixed(cuts[_i].rate),
			  .loop_begin = fixed(cuts[_i].loop_begin),
			  .loop_length = fixed(cuts[_i].loop_length) };
	for (int i = 0; i < SOUND_FRAMES; i++)
		frames[i] = (sample)sin(0.01 * i) + (sample)(i % 7);
	if (cuts[_i].end_rate != 0)
		path_bend_to(&p, fixed(cuts[_i].end_rate), 2000);
	read_all(&p, whole, N);
	for (size_t at = 0, len = 1; at < N; at += len, len = len % 61 + 1) {
		size_t room = PATH_CHUNK_FRAMES - at % PATH_CHUNK_FRAMES;
		len = len < N - at ? len : N - at;
		len = len < room ? len : room;
		path_read(&p, 0, at, piece + at, len);
	}
	ck_assert_msg(memcmp(whole, piece, sizeof whole) == 0, "%s", cuts[_i].what);
	for (size_t i = 0; i < N; i++)
		ck_assert_msg(fabsf(whole[i]) < 20, "%s: frame %zu is %g", cuts[_i].what, i, (double)whole[i]);
}
END_TEST

/* --- Quality ----------------------------------------------------------------------------------------------- */

static void tone_fill(double cycles_per_frame)
{
	for (int i = 0; i < SOUND_FRAMES; i++)
		frames[i] = (sample)sin(2 * M_PI * cycles_per_frame * i);
}

/* The tone at the path's rate taken out of what is heard by least squares: what is left, and the tone's level, both in dB of
 * the tone. */
static void tone_measure(double cycles_per_frame, double rate, double *level_db, double *rest_db)
{
	static sample out[HEARD_FRAMES];
	struct path p = { .data = &sound, .start = fixed(2000), .rate = fixed(rate) };
	double ss = 0, cc = 0, sc = 0, xs = 0, xc = 0, xx = 0;

	tone_fill(cycles_per_frame);
	size_t n = (size_t)((SOUND_FRAMES - 4000) / rate);
	n = n < HEARD_FRAMES ? n : HEARD_FRAMES;
	read_all(&p, out, n);
	for (size_t i = 0; i < n; i++) {
		double phase = 2 * M_PI * cycles_per_frame * (double)path_position(&p, i) / (double)PATH_UNIT;
		double s = sin(phase), c = cos(phase), x = (double)out[i];
		ss += s * s, cc += c * c, sc += s * c, xs += x * s, xc += x * c, xx += x * x;
	}
	double det = ss * cc - sc * sc, a = (xs * cc - xc * sc) / det, b = (xc * ss - xs * sc) / det;
	*level_db = 10 * log10(a * a + b * b);
	*rest_db = 10 * log10(fmax(xx - a * xs - b * xc, 1e-30) / (double)n * 2);
}

/* All that is heard of a tone that does not fit below half the sample rate. */
static double fold_measure(double cycles_per_frame, double rate)
{
	static sample out[HEARD_FRAMES];
	struct path p = { .data = &sound, .start = fixed(2000), .rate = fixed(rate) };
	double xx = 0;

	tone_fill(cycles_per_frame);
	size_t n = (size_t)((SOUND_FRAMES - 4000) / rate);
	n = n < HEARD_FRAMES ? n : HEARD_FRAMES;
	read_all(&p, out, n);
	for (size_t i = 0; i < n; i++)
		xx += (double)out[i] * (double)out[i];
	return 10 * log10(fmax(xx, 1e-30) / (double)n * 2);
}

static const double rates[] = { 0.1, 0.5, 0.94387, 1.05946, 1.33484, 1.99, 2, 3.0073, 4, 7.9, 16.2 };

enum { N_RATES = sizeof rates / sizeof *rates };

START_TEST(test_tones_keep_their_level_and_gain_nothing)
{
	char what[80];
	double rate = rates[_i], level, rest, worst_level = 0, worst_rest = -200;
	/* Up to 19 kHz of the file at 44.1 kHz when it is slower, to 16 kHz of what is heard when faster. */
	double top = rate <= 1 ? 19000.0 / 44100 : 16000.0 / 44100 / rate;
	for (int i = 1; i <= 24; i++) {
		tone_measure(top * i / 24 + 1e-5, rate, &level, &rest);
		worst_level = fmax(worst_level, fabs(level));
		worst_rest = fmax(worst_rest, rest);
	}
	snprintf(what, sizeof what, "level of tones to %s at rate %g", rate <= 1 ? "19 kHz" : "16 kHz", rate);
	figure_at_most("sample playback", what, "dB", 0.05, worst_level);
	snprintf(what, sizeof what, "images and noise below the tone at rate %g", rate);
	figure_at_most("sample playback", what, "dB", -65, worst_rest);
}
END_TEST

START_TEST(test_tones_that_do_not_fit_do_not_fold)
{
	char what[80];
	double rate = rates[_i], worst = -200;
	if (rate <= 1)
		return;
	for (double f = 0.5 / rate + 1e-4; f < 0.5; f += 0.0137)
		worst = fmax(worst, fold_measure(f, rate));
	snprintf(what, sizeof what, "aliases of tones beyond the band at rate %g", rate);
	figure_at_most("sample playback", what, "dB", -68, worst);
}
END_TEST

START_TEST(test_rate_one_is_the_sound_itself)
{
	static sample out[1000];
	struct path p = { .data = &sound, .start = fixed(17), .rate = PATH_UNIT };
	tone_fill(0.01);
	ck_assert_ptr_eq(path_straight(&p, 0), frames + 17);
	read_all(&p, out, 1000);
	ck_assert_mem_eq(out, frames + 17, sizeof out);
}
END_TEST

Suite *path_suite(void);

Suite *path_suite(void)
{
	Suite *s = suite_create("path");
	TCase *t = tcase_create("path");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_a_bent_path_is_where_its_rate_has_led);
	tcase_add_loop_test(t, test_length_of_a_path, 0, sizeof lengths / sizeof *lengths);
	tcase_add_loop_test(t, test_reading_is_the_same_however_it_is_cut, 0, sizeof cuts / sizeof *cuts);
	tcase_add_loop_test(t, test_tones_keep_their_level_and_gain_nothing, 0, N_RATES);
	tcase_add_loop_test(t, test_tones_that_do_not_fit_do_not_fold, 0, N_RATES);
	tcase_add_test(t, test_rate_one_is_the_sound_itself);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(path_suite());
}
