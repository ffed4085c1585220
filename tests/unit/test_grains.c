/* Pitch shifter, granulator, widener and the halves of a panner. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, FRAMES = 1 << 17, SETTLED = FRAMES / 2, SHIFT_DELAY = 4 };

struct stereo {
	sample *ch[2];
};

static struct stereo stereo_new(void)
{
	return (struct stereo){ { signal_new(FRAMES), signal_new(FRAMES) } };
}

static void stereo_free(struct stereo *s)
{
	free(s->ch[0]);
	free(s->ch[1]);
}

/* --- pitch_shift ------------------------------------------------------------------------------------------------ */

static void shift(const sample *left, const sample *right, double semitones, struct stereo *out)
{
	struct kernel_fixture k;

	kernel_init(&k, "pitch_shift", RATE_HZ);
	kernel_connect(&k, "in", left, right);
	kernel_set(&k, "semitones", semitones);
	kernel_run(&k, out->ch[0], out->ch[1], FRAMES);
	kernel_fini(&k);
}

/* Frequency of the strongest partial: the highest bin, between bins by a parabola through the decibels. */
static double strongest_hz(const sample *x, size_t n)
{
	struct spectrum s;
	size_t top = 1;

	spectrum_init(&s, x, n, RATE_HZ);
	for (size_t b = 2; b + 1 < s.n_bins; b++)
		top = s.db[b] > s.db[top] ? b : top;
	double before = (double)s.db[top - 1], at = (double)s.db[top], after = (double)s.db[top + 1];
	double hz = ((double)top + 0.5 * (before - after) / (before - 2 * at + after)) * s.bin_hz;
	spectrum_fini(&s);
	return hz;
}

static const struct {
	double freq_hz, semitones;
} shifts[] = {
	{ 440, 7 },    { 440, -7 },    { 440, 12 },  { 440, -12 },  { 97.3, 5 },    { 97.3, -12 },
	{ 1234.5, 3 }, { 1234.5, 24 }, { 330, -24 }, { 440, 0.37 }, { 261.63, -1 }, { 220, 19 },
};

START_TEST(test_a_shifted_tone_has_the_shifted_pitch)
{
	sample *in = signal_new(FRAMES);
	struct stereo out = stereo_new();
	double wanted = shifts[_i].freq_hz * exp2(shifts[_i].semitones / 12);
	char what[96];

	signal_sine(in, FRAMES, shifts[_i].freq_hz, RATE_HZ, 0.5);
	shift(in, NULL, shifts[_i].semitones, &out);
	double cents = 1200 * log2(strongest_hz(out.ch[0] + SETTLED, SETTLED) / wanted);
	snprintf(what, sizeof what, "pitch error, %g Hz by %g semitones", shifts[_i].freq_hz, shifts[_i].semitones);
	figure_at_most("pitch_shift", what, "cents", 1, fabs(cents));
	snprintf(what, sizeof what, "level, %g Hz by %g semitones", shifts[_i].freq_hz, shifts[_i].semitones);
	figure_within("pitch_shift", what, "dB", 0, 0.5,
		      20 * log10(signal_rms(out.ch[0] + SETTLED, SETTLED) / (0.5 * sqrt(0.5))));
	free(in);
	stereo_free(&out);
}
END_TEST

START_TEST(test_no_shift_is_a_short_delay)
{
	sample *in = signal_new(FRAMES);
	struct stereo out = stereo_new();

	signal_sine(in, FRAMES, 333, RATE_HZ, 0.7);
	shift(in, NULL, 0, &out);
	ck_assert_int_eq(memcmp(out.ch[0] + SHIFT_DELAY, in, (FRAMES - SHIFT_DELAY) * sizeof(sample)), 0);
	free(in);
	stereo_free(&out);
}
END_TEST

START_TEST(test_shifting_leaves_each_channel_to_itself)
{
	sample *in = signal_new(FRAMES), *silence = signal_new(FRAMES);
	struct stereo out = stereo_new();

	signal_noise(in, FRAMES, 3, 0.7);
	shift(in, silence, 5, &out);
	figure_at_most("pitch_shift", "peak of the silent channel", "", 0, signal_peak(out.ch[1], FRAMES));
	ck_assert_double_gt(signal_rms(out.ch[0] + SETTLED, SETTLED), 0.2);
	free(in);
	free(silence);
	stereo_free(&out);
}
END_TEST

/* --- granular --------------------------------------------------------------------------------------------------- */

static void granulate(const sample *in, double grain_ms, double density, double pitch, uint64_t id, sample *out)
{
	struct kernel_fixture k;

	kernel_init(&k, "granular", RATE_HZ);
	k.id = id;
	kernel_connect(&k, "in", in, NULL);
	kernel_set(&k, "grain", grain_ms);
	kernel_set(&k, "density", density);
	kernel_set(&k, "pitch", pitch);
	kernel_run(&k, out, NULL, FRAMES);
	kernel_fini(&k);
}

/* Grains of a constant that do not overlap show their windows. */
START_TEST(test_grains_begin_at_the_density)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	size_t n = 0, last = 0;
	double worst = 0;

	for (size_t i = 0; i < FRAMES; i++)
		in[i] = 1;
	granulate(in, 20, 1 / 2048.0, 1, 1, out);
	for (size_t i = RATE_HZ; i + 1 < FRAMES; i++) {
		if (!(out[i] > out[i - 1] && out[i] >= out[i + 1]))
			continue;
		if (last)
			ck_assert_uint_eq(i - last, 2048);
		last = i;
		n++;
		worst = fmax(worst, fabs((double)out[i] - 1));
	}
	figure_at_most("granular", "error of the middle of a lone grain", "", 1e-3, worst);
	figure_within("granular", "grains a second, density 1/2048", "1/s", 44100 / 2048.0, 0.6,
		      (double)n / ((FRAMES - RATE_HZ) / (double)RATE_HZ));
	free(in);
	free(out);
}
END_TEST

START_TEST(test_many_grains_are_as_loud_as_one)
{
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t i = 0; i < FRAMES; i++)
		in[i] = 0.8f;
	granulate(in, 50, 1, 1.3, 1, out);
	for (size_t i = RATE_HZ; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)out[i] - 0.8));
	figure_at_most("granular", "ripple of a constant at density 1", "", 1e-5, worst);
	free(in);
	free(out);
}
END_TEST

START_TEST(test_grains_play_at_their_pitch)
{
	static const double pitches[] = { 0.5, 1, 1.5, 4 };
	sample *in = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	signal_sine(in, FRAMES, 800, RATE_HZ, 0.5);
	/* One grain at a time: its spectrum lies around the shifted pitch, lines at multiples of the grains' rate. */
	for (size_t p = 0; p < 4; p++) {
		granulate(in, 500, 1 / 22050.0, pitches[p], 1, out);
		worst = fmax(worst, fabs(strongest_hz(out + SETTLED, SETTLED) / (800 * pitches[p]) - 1));
	}
	figure_at_most("granular", "relative error of the pitch of half-second grains, pitch 0.5 to 4", "", 0.004,
		       worst);
	free(in);
	free(out);
}
END_TEST

START_TEST(test_grains_are_chosen_by_the_call_site_alone)
{
	sample *in = signal_new(FRAMES), *out[3] = { signal_new(FRAMES), signal_new(FRAMES), signal_new(FRAMES) };

	signal_noise(in, FRAMES, 1, 0.5);
	for (int i = 0; i < 3; i++)
		granulate(in, 40, 0.002, 0.7, i == 2 ? 8 : 7, out[i]);
	ck_assert_int_eq(memcmp(out[0], out[1], FRAMES * sizeof(sample)), 0);
	ck_assert_int_ne(memcmp(out[0], out[2], FRAMES * sizeof(sample)), 0);
	for (int i = 0; i < 3; i++)
		free(out[i]);
	free(in);
}
END_TEST

/* --- Width and place -------------------------------------------------------------------------------------------- */

static void widen(const struct stereo *in, double width, struct stereo *out)
{
	struct kernel_fixture k;

	kernel_init(&k, "widener", RATE_HZ);
	kernel_connect(&k, "in", in->ch[0], in->ch[1]);
	kernel_set(&k, "width", width);
	kernel_run(&k, out->ch[0], out->ch[1], FRAMES);
	kernel_fini(&k);
}

/* RMS of half the sum (sign 1) or difference (-1) of the channels, less that of `less`. */
static double half_rms(const struct stereo *s, sample sign, const struct stereo *less)
{
	sample *x = signal_new(FRAMES);

	for (size_t i = 0; i < FRAMES; i++) {
		x[i] = 0.5f * (s->ch[0][i] + sign * s->ch[1][i]);
		if (less)
			x[i] -= 0.5f * (less->ch[0][i] + sign * less->ch[1][i]);
	}
	double rms = signal_rms(x, FRAMES);
	free(x);
	return rms;
}

START_TEST(test_width_scales_the_side_and_keeps_the_sum)
{
	struct stereo in = stereo_new(), out = stereo_new();
	double worst = 0;

	signal_noise(in.ch[0], FRAMES, 1, 0.5);
	signal_noise(in.ch[1], FRAMES, 2, 0.5);
	for (double width = 0; width <= 1; width += 0.25) {
		widen(&in, width, &out);
		worst = fmax(worst, fabs(half_rms(&out, -1, NULL) / half_rms(&in, -1, NULL) - width));
	}
	figure_at_most("widener", "error of the side over the input's, widths 0 to 1", "", 1e-5, worst);
	widen(&in, 2, &out);
	figure_at_most("widener", "change of the mono sum at width 2", "", 1e-6, half_rms(&out, 1, &in));
	stereo_free(&in);
	stereo_free(&out);
}
END_TEST

START_TEST(test_a_mono_signal_widens_and_keeps_its_sum)
{
	struct stereo in = stereo_new(), out = stereo_new();

	signal_noise(in.ch[0], FRAMES, 1, 0.5);
	memcpy(in.ch[1], in.ch[0], FRAMES * sizeof(sample));
	widen(&in, 1, &out);
	figure_at_most("widener", "side of a mono signal at width 1", "", 0, half_rms(&out, -1, NULL));
	widen(&in, 2, &out);
	figure_within("widener", "side over middle of mono noise at width 2", "", 0.3, 0.01,
		      half_rms(&out, -1, NULL) / half_rms(&out, 1, NULL));
	figure_at_most("widener", "change of the mono sum of a mono signal", "", 1e-6, half_rms(&out, 1, &in));
	stereo_free(&in);
	stereo_free(&out);
}
END_TEST

START_TEST(test_the_halves_of_a_pan_have_equal_power)
{
	static const char *const names[] = { "pan2_l", "pan2_r" };
	struct stereo out = stereo_new();
	sample *one = signal_new(FRAMES), *pos = signal_new(FRAMES);
	double worst_power = 0, worst_place = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		one[i] = 1;
		pos[i] = (sample)(2.0 * (double)i / (FRAMES - 1) - 1);
	}
	for (int side = 0; side < 2; side++) {
		struct kernel_fixture k;
		kernel_init(&k, names[side], RATE_HZ);
		kernel_connect(&k, "in", one, NULL);
		kernel_connect(&k, "pos", pos, NULL);
		kernel_run(&k, out.ch[side], NULL, FRAMES);
		kernel_fini(&k);
	}
	for (size_t i = 0; i < FRAMES; i++) {
		double l = (double)out.ch[0][i], r = (double)out.ch[1][i];
		worst_power = fmax(worst_power, fabs(l * l + r * r - 1));
		worst_place = fmax(worst_place, fabs(l - cos(((double)pos[i] + 1) * M_PI / 4)));
	}
	figure_at_most("pan2_l", "change of power over the positions", "", 1e-5, worst_power);
	figure_at_most("pan2_l", "error of the gain", "", 1e-5, worst_place);
	free(one);
	free(pos);
	stereo_free(&out);
}
END_TEST

static Suite *grains_suite(void)
{
	Suite *s = suite_create("grains");
	TCase *p = tcase_create("pitch_shift"), *g = tcase_create("granular"), *w = tcase_create("width");

	suite_add_tcase(s, p);
	tcase_add_loop_test(p, test_a_shifted_tone_has_the_shifted_pitch, 0, sizeof shifts / sizeof shifts[0]);
	tcase_add_test(p, test_no_shift_is_a_short_delay);
	tcase_add_test(p, test_shifting_leaves_each_channel_to_itself);
	suite_add_tcase(s, g);
	tcase_add_test(g, test_grains_begin_at_the_density);
	tcase_add_test(g, test_many_grains_are_as_loud_as_one);
	tcase_add_test(g, test_grains_play_at_their_pitch);
	tcase_add_test(g, test_grains_are_chosen_by_the_call_site_alone);
	suite_add_tcase(s, w);
	tcase_add_test(w, test_width_scales_the_side_and_keeps_the_sum);
	tcase_add_test(w, test_a_mono_signal_widens_and_keeps_its_sum);
	tcase_add_test(w, test_the_halves_of_a_pan_have_equal_power);
	return s;
}

int main(void)
{
	return test_run(grains_suite());
}
