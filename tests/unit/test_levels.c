/* True peak, loudness and limiter against the signals and figures of EBU Tech 3341 (2016) and ITU-R BS.1770-4. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "render/engine/k_weighting.h"
#include "render/engine/limiter.h"
#include "render/engine/loudness.h"
#include "render/engine/true_peak.h"
#include "tests/lib/test.h"

#define PI 3.14159265358979323846

static double db(double x)
{
	return 20 * log10(x);
}

static double uniform(uint64_t i)
{
	return (double)(hash64(i) >> 11) * 0x1p-53 * 2 - 1;
}

/* --- True peak --- */

static double measure_peak(const sample *x, size_t n, size_t cut)
{
	struct true_peak t = { { 0 } };
	sample *out = calloc(n + TRUE_PEAK_TAPS, sizeof *out), *in = calloc(n + TRUE_PEAK_TAPS, sizeof *in), most = 0;

	memcpy(in, x, n * sizeof *x);
	for (size_t at = 0; at < n + TRUE_PEAK_TAPS; at += cut)
		true_peak_process(&t, in + at, cut < n + TRUE_PEAK_TAPS - at ? cut : n + TRUE_PEAK_TAPS - at, out + at);
	for (size_t i = 0; i < n + TRUE_PEAK_TAPS; i++)
		most = out[i] > most ? out[i] : most;
	free(out);
	free(in);
	return (double)most;
}

/* Cases 15 to 19 of Tech 3341: sines of fs/divisor at these phases, faded in and out so that only the steady part peaks. */
static const struct {
	double divisor, phase_deg, amplitude, expected_db;
} sines[] = {
	{ 4, 0, 0.5, -6.02 },    { 4, 45, 0.5, -6.02 }, { 6, 60, 0.5, -6.02 },
	{ 8, 67.5, 0.5, -6.02 }, { 4, 45, 1.41, 2.98 },
};

static void fill_sine(sample *x, size_t n, int i)
{
	for (size_t k = 0; k < n; k++) {
		double fade = fmin(1, fmin((double)k, (double)(n - 1 - k)) / 200);
		x[k] = (sample)(fade * sines[i].amplitude *
				sin(2 * PI * (double)k / sines[i].divisor + sines[i].phase_deg * PI / 180));
	}
}

START_TEST(test_the_true_peak_of_a_sine_lies_between_its_samples)
{
	static sample x[4800];
	double found;

	fill_sine(x, 4800, _i);
	found = db(measure_peak(x, 4800, 4800)) - sines[_i].expected_db;
	ck_assert_msg(found <= 0.2 && found >= -0.4, "off by %+.3f dB", found);
}
END_TEST

START_TEST(test_the_true_peak_does_not_depend_on_cuts_and_is_no_less_than_the_sample_peak)
{
	static sample x[3001];
	double whole;

	for (size_t i = 0; i < 3001; i++)
		x[i] = (sample)uniform(i);
	x[1234] = -3;
	whole = measure_peak(x, 3001, 3001);
	ck_assert_double_ge(whole, 3);
	for (size_t cut = 1; cut < 600; cut += 37)
		ck_assert(measure_peak(x, 3001, cut) == whole);
	x[0] = 5; /* at the very edges too */
	ck_assert_double_ge(measure_peak(x, 3001, 64), 5);
	x[0] = 0;
	x[3000] = 5;
	ck_assert_double_ge(measure_peak(x, 3001, 64), 5);
}
END_TEST

/* What is skipped must be what could not count: sounds that grow, fade and burst, in calls of every length. */
START_TEST(test_the_peak_of_all_is_the_largest_of_each)
{
	enum { N = 20000 };
	static sample x[N], each[N];
	static const size_t cuts[] = { 1, 7, 64, 100, 512, 4096 };

	for (size_t i = 0; i < N; i++)
		x[i] = (sample)(uniform(i) * exp(-(double)(i % 3000) / 500) * (1 + (double)i / N));
	for (unsigned c = 0; c < sizeof cuts / sizeof *cuts; c++) {
		struct true_peak t = { { 0 } }, u = { { 0 } };
		sample peak = 0, expected = 0;
		for (size_t at = 0, n; at < N; at += n) {
			n = N - at < cuts[c] ? N - at : cuts[c];
			true_peak_process(&t, x + at, n, each);
			for (size_t i = 0; i < n; i++)
				expected = each[i] > expected ? each[i] : expected;
			true_peak_raise(&u, x + at, n, &peak);
			ck_assert_msg(peak == expected, "cut %zu, frame %zu: %.9g instead of %.9g", cuts[c], at,
				      (double)peak, (double)expected);
		}
	}
}
END_TEST

/* --- Loudness --- */

/* Bit for bit, with the channels at different places in between. */
START_TEST(test_channels_measured_apart_have_the_loudness_of_both)
{
	enum { N = 60000 };
	static sample x[2][N];
	const sample *const both[] = { x[0], x[1] };
	static const size_t cuts[] = { 64, 100, 1024, BLOCK_FRAMES_MAX };
	struct error err = ERROR_INIT;

	for (size_t i = 0; i < N; i++) {
		x[0][i] = (sample)(uniform(i) * (i % 20000) / 20000);
		x[1][i] = (sample)(uniform(i + N) * 0.3);
	}
	for (unsigned k = 0; k < sizeof cuts / sizeof *cuts; k++)
		for (unsigned channels = 1; channels <= 2; channels++) {
			struct loudness *whole = loudness_new(8000, channels, LOUDNESS_REPORTED, &err);
			struct loudness *apart = loudness_new(8000, channels, LOUDNESS_REPORTED, &err);
			ck_assert(whole && apart);
			loudness_add(whole, both, N);
			for (size_t at = 0, n; at < N; at += n) {
				struct loudness_hops hops[2];
				n = N - at < cuts[k] ? N - at : cuts[k];
				for (unsigned c = channels; c-- > 0;)
					loudness_filter(apart, c, x[c] + at, n, &hops[c]);
				loudness_count(apart, hops);
			}
			ck_assert_double_eq(loudness_integrated(apart), loudness_integrated(whole));
			loudness_free(whole);
			loudness_free(apart);
		}
}
END_TEST

START_TEST(test_the_weighting_is_that_of_the_recommendation)
{
	/* BS.1770-4, Annex 1, tables 1 and 2. */
	static const struct k_section expected[] = {
		{ 1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585 },
		{ 1, -2, 1, -1.99004745483398, 0.99007225036621 },
	};
	struct k_weighting k;

	k_weighting_init(&k, 48000);
	for (unsigned i = 0; i < 2; i++) {
		const struct k_section *a = &k.sections[i], *b = &expected[i];
		double off = fmax(fmax(fabs(a->b0 - b->b0), fabs(a->b1 - b->b1)), fabs(a->b2 - b->b2));
		off = fmax(off, fmax(fabs(a->a1 - b->a1), fabs(a->a2 - b->a2)));
		ck_assert_msg(off < 1e-8, "section %u: off by %g", i, off);
	}
}
END_TEST

/* Frame by frame the sections are as the recommendation draws them; four at a time, and two channels side by side, must come
 * to the same. */
START_TEST(test_weighting_in_steps_is_weighting_by_frame)
{
	static const double rates[] = { 8000, 44100, 192000 };
	static sample x[2][4411];
	const sample *const both[] = { x[0], x[1] };

	for (size_t i = 0; i < 4411; i++) {
		x[0][i] = (sample)(uniform(i) + 0.5);
		x[1][i] = (sample)(uniform(i + 5000) * 0.3);
	}
	for (unsigned n_channels = 1; n_channels <= 2; n_channels++)
		for (unsigned r = 0; r < 3; r++) {
			double whole_states[2][K_WEIGHTING_STATES] = { { 0 } }, sum = 0, whole, energies[2] = { 0 };
			struct k_weighting k;
			k_weighting_init(&k, rates[r]);
			k_weighting_energies(&k, n_channels, whole_states, both, 4411, energies);
			whole = energies[0] + energies[1];
			for (unsigned c = 0; c < n_channels; c++) {
				double state[1][K_WEIGHTING_STATES] = { { 0 } };
				for (size_t i = 0; i < 4411; i++) {
					const sample *const one[] = { x[c] + i };
					k_weighting_energies(&k, 1, state, one, 1, energies);
					sum += energies[0];
				}
			}
			ck_assert_msg(fabs(whole / sum - 1) < 1e-10, "%u channels, %g Hz: %.12g instead of %.12g",
				      n_channels, rates[r], whole, sum);
		}
}
END_TEST

/* Stereo sines of 1 kHz, one after the other. */
struct tone {
	double level_db, seconds;
};

static const struct {
	struct tone tones[5];
	double expected_lufs;
} programmes[] = {
	/* Cases 1 to 5 of Tech 3341, each with its tolerance of 0.1 LU. */
	{ { { -23, 20 } }, -23 },
	{ { { -33, 20 } }, -33 },
	{ { { -36, 10 }, { -23, 60 }, { -36, 10 } }, -23 },
	{ { { -72, 10 }, { -36, 10 }, { -23, 60 }, { -36, 10 }, { -72, 10 } }, -23 },
	{ { { -26, 20 }, { -20, 20.1 }, { -26, 20 } }, -23 },
	/* BS.1770: full scale in one channel is -3.01, in both 0. */
	{ { { 0, 5 } }, 0 },
};

static double measure_loudness(enum loudness_meter meter, uint32_t rate_hz, int which, size_t cut)
{
	struct error err = ERROR_INIT;
	struct loudness *l = loudness_new(rate_hz, 2, meter, &err);
	static sample x[1 << 16];
	const sample *ch[] = { x, x };
	uint64_t at = 0;
	double result;

	ck_assert_ptr_nonnull(l);
	for (int t = 0; t < 5 && programmes[which].tones[t].seconds > 0; t++) {
		const struct tone *tone = &programmes[which].tones[t];
		uint64_t left = (uint64_t)(tone->seconds * rate_hz);
		double amplitude = pow(10, tone->level_db / 20);
		while (left > 0) {
			size_t n = left < cut ? (size_t)left : cut;
			for (size_t i = 0; i < n; i++)
				x[i] = (sample)(amplitude * sin(2 * PI * 1000 * (double)(at + i) / rate_hz));
			loudness_add(l, ch, n);
			at += n;
			left -= n;
		}
	}
	result = loudness_integrated(l);
	loudness_free(l);
	return result;
}

START_TEST(test_programmes_have_their_loudness)
{
	static const uint32_t rates[] = { 48000, 44100, 11025, 192000 };

	for (unsigned r = 0; r < (_i == 0 ? 4 : 2); r++) {
		double found = measure_loudness(LOUDNESS_REPORTED, rates[r], _i, 4096);
		double library = measure_loudness(LOUDNESS_DECIDING, rates[r], _i, 4096);
		ck_assert_msg(fabs(found - programmes[_i].expected_lufs) <= 0.1, "%u Hz: %.3f instead of %.3f LUFS",
			      rates[r], found, programmes[_i].expected_lufs);
		ck_assert_msg(fabs(found - library) <= 0.01, "%u Hz: %.3f, but libebur128 says %.3f LUFS", rates[r],
			      found, library);
	}
}
END_TEST

START_TEST(test_loudness_does_not_depend_on_cuts)
{
	ck_assert(measure_loudness(LOUDNESS_REPORTED, 48000, 4, 64) ==
		  measure_loudness(LOUDNESS_REPORTED, 48000, 4, 50001));
}
END_TEST

START_TEST(test_silence_and_short_sounds_have_no_loudness)
{
	struct error err = ERROR_INIT;
	struct loudness *l = loudness_new(48000, 1, LOUDNESS_REPORTED, &err);
	static sample x[48000];
	const sample *ch[] = { x };

	loudness_add(l, ch, 48000);
	ck_assert(loudness_integrated(l) == -INFINITY);
	loudness_free(l);
	l = loudness_new(48000, 1, LOUDNESS_REPORTED, &err);
	for (size_t i = 0; i < 48000; i++)
		x[i] = 0.5f;
	loudness_add(l, ch, 19199); /* a frame less than 400 ms */
	ck_assert(loudness_integrated(l) == -INFINITY);
	loudness_free(l);
}
END_TEST

/* --- Limiter --- */

enum { FRAMES = 60000 };

static sample source[2][FRAMES], limited[2][FRAMES], gains[FRAMES];

/* Everything through a limiter in pieces of cut; latency taken away. */
static void limit(uint32_t rate_hz, double ceiling, size_t cut)
{
	struct error err = ERROR_INIT;
	struct limiter *l = limiter_new(rate_hz, 2, ceiling, &err);
	size_t latency = limiter_latency(rate_hz);
	static const sample silence[BLOCK_FRAMES_MAX];
	sample gain[BLOCK_FRAMES_MAX];

	for (size_t at = 0; at < FRAMES + latency; at += cut) {
		size_t end = at < FRAMES ? FRAMES : FRAMES + latency, n = cut < end - at ? cut : end - at;
		const sample *ch[] = { at < FRAMES ? source[0] + at : silence, at < FRAMES ? source[1] + at : silence };
		limiter_gains(l, ch, n, gain);
		for (size_t i = 0; i < n; i++)
			if (at + i >= latency)
				gains[at + i - latency] = gain[i];
		at -= cut - n; /* the next piece begins where this one ended */
	}
	limiter_free(l);
	for (unsigned c = 0; c < 2; c++)
		for (size_t i = 0; i < FRAMES; i++)
			limited[c][i] = source[c][i] * gains[i];
}

/* Hard cases: what each frame is. */
static double noise(size_t i)
{
	return 12 * uniform(i);
}

static double clicks(size_t i)
{
	return i % 7001 == 100 ? 20 : 0.3 * sin((double)i * 0.05);
}

static double bursts(size_t i)
{
	return (i / 3000) % 2 ? 8 * (sin((double)i * 0.01) > 0 ? 1 : -1) : 0.1 * uniform(i);
}

/* Between the samples 3 dB more than on them. */
static double quarter(size_t i)
{
	return 1.8 * sin(PI / 2 * (double)i + PI / 4);
}

static double sweep(size_t i)
{
	return 4 * sin(1e-5 * (double)i * (double)i * 0.25);
}

static double loud_then_quiet(size_t i)
{
	return i < 20000 ? 50 * sin((double)i * 0.3) : 0.2 * sin((double)i * 0.3);
}

static double first_and_last(size_t i)
{
	return i == 0 || i == FRAMES - 1 ? 9 : 0;
}

static double (*const hard_cases[])(size_t) = {
	noise, clicks, bursts, quarter, sweep, loud_then_quiet, first_and_last
};

static void fill_source(double (*signal)(size_t))
{
	for (size_t i = 0; i < FRAMES; i++) {
		source[0][i] = (sample)signal(i);
		source[1][i] = (sample)(0.7 * signal(FRAMES - 1 - i));
	}
}

START_TEST(test_nothing_passes_the_ceiling_not_even_between_samples)
{
	static const uint32_t rates[] = { 44100, 8000, 192000 };
	static const double ceilings[] = { 1, 0.5, 0.8913 };

	fill_source(hard_cases[_i]);
	for (unsigned r = 0; r < 3; r++) {
		limit(rates[r], ceilings[r], 1024);
		for (unsigned c = 0; c < 2; c++) {
			double peak = measure_peak(limited[c], FRAMES, 4096);
			ck_assert_msg(peak <= ceilings[r], "%u Hz: %.4f dB over", rates[r], db(peak / ceilings[r]));
		}
	}
}
END_TEST

START_TEST(test_limiting_does_not_depend_on_cuts)
{
	static sample first[FRAMES];

	fill_source(clicks);
	limit(44100, 0.9, 64);
	memcpy(first, gains, sizeof first);
	for (size_t cut = 1; cut <= BLOCK_FRAMES_MAX; cut = cut * 3 + 1) {
		limit(44100, 0.9, cut);
		ck_assert_mem_eq(first, gains, sizeof first);
	}
}
END_TEST

START_TEST(test_what_is_below_the_ceiling_passes_bit_for_bit)
{
	for (size_t i = 0; i < FRAMES; i++)
		source[0][i] = source[1][i] = (sample)(0.4 * uniform(i));
	limit(48000, 1, 512);
	for (size_t i = 0; i < FRAMES; i++)
		if (gains[i] != 1)
			ck_abort_msg("gain %.9g at frame %zu", (double)gains[i], i);
}
END_TEST

/* A click at frame 100 + 7001 k: the gain has come down at its very frame, and is 1 again later. */
START_TEST(test_the_gain_comes_down_before_the_peak_and_goes_back)
{
	double steepest = 0;

	fill_source(clicks);
	memset(source[1], 0, sizeof source[1]);
	limit(44100, 1, 1000);
	for (size_t at = 100; at < FRAMES; at += 7001) {
		ck_assert_double_le((double)gains[at], 0.05);
		ck_assert_double_ge((double)gains[at], 0.04); /* and not further than it has to: 1 / 20 */
	}
	ck_assert(gains[0] < 1); /* 100 frames before the click the fall has begun */
	ck_assert(gains[7101 - 500] > gains[7101]);
	for (size_t i = 1; i < FRAMES; i++)
		steepest = fmax(steepest, fabs((double)gains[i] - (double)gains[i - 1]));
	ck_assert_double_le(steepest, 2.0 / (0.005 * 44100)); /* a ramp over the look-ahead, in two stages */
}
END_TEST

START_TEST(test_the_release_takes_its_time)
{
	size_t back = 20000;

	fill_source(loud_then_quiet);
	memcpy(source[1], source[0], sizeof source[1]);
	limit(44100, 1, 777);
	while (back < FRAMES && gains[back] < 1 - 1 / 2.718281828)
		back++;
	/* The time constant, the look-ahead of two stages, and what the first 2 % are. */
	ck_assert_double_le(fabs((double)(back - 20000) / 44100 - 0.080), 0.012);
	ck_assert(gains[FRAMES - 1] > 0.99f);
}
END_TEST

START_TEST(test_infinities_do_no_harm)
{
	fill_source(noise);
	source[0][5000] = 3e38f;
	source[0][5001] = -3e38f;
	limit(44100, 1, 512);
	for (size_t i = 0; i < FRAMES; i++)
		if (!(gains[i] >= 0 && gains[i] <= 1))
			ck_abort_msg("gain %.9g at frame %zu", (double)gains[i], i);
}
END_TEST

static Suite *levels_suite(void)
{
	Suite *s = suite_create("levels");
	TCase *t = tcase_create("true peak");
	tcase_add_test(t, test_the_peak_of_all_is_the_largest_of_each);
	tcase_add_loop_test(t, test_the_true_peak_of_a_sine_lies_between_its_samples, 0,
			    sizeof sines / sizeof sines[0]);
	tcase_add_test(t, test_the_true_peak_does_not_depend_on_cuts_and_is_no_less_than_the_sample_peak);
	suite_add_tcase(s, t);
	t = tcase_create("loudness");
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_the_weighting_is_that_of_the_recommendation);
	tcase_add_test(t, test_weighting_in_steps_is_weighting_by_frame);
	tcase_add_test(t, test_channels_measured_apart_have_the_loudness_of_both);
	tcase_add_loop_test(t, test_programmes_have_their_loudness, 0, sizeof programmes / sizeof programmes[0]);
	tcase_add_test(t, test_loudness_does_not_depend_on_cuts);
	tcase_add_test(t, test_silence_and_short_sounds_have_no_loudness);
	suite_add_tcase(s, t);
	t = tcase_create("limiter");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_nothing_passes_the_ceiling_not_even_between_samples, 0,
			    sizeof hard_cases / sizeof hard_cases[0]);
	tcase_add_test(t, test_limiting_does_not_depend_on_cuts);
	tcase_add_test(t, test_what_is_below_the_ceiling_passes_bit_for_bit);
	tcase_add_test(t, test_the_gain_comes_down_before_the_peak_and_goes_back);
	tcase_add_test(t, test_the_release_takes_its_time);
	tcase_add_test(t, test_infinities_do_no_harm);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(levels_suite());
}
