/* The oscillators as the engine calls them: pitch, level, phase, aliasing, and that every way to have a span of
 * frames gives the same bits. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/dsp/osc.h"
#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, N_PARAMS = 3, ONE_SECOND = RATE_HZ / QUANTUM_FRAMES * QUANTUM_FRAMES + QUANTUM_FRAMES };

static const char *const shapes[] = { "sine", "saw", "square", "tri" };

enum { N_SHAPES = sizeof(shapes) / sizeof(shapes[0]) };

struct osc {
	const struct node_def *def;
	struct node_env env;
	struct node_input in[N_PARAMS];
	uint64_t acc, frame;
};

static struct osc osc_of(const char *name, double freq_hz)
{
	struct osc o = { .def = node_find(name, strlen(name)), .env = { .sample_rate_hz = RATE_HZ, .cps = 0.5 } };

	ck_assert_ptr_nonnull(o.def);
	o.in[OSC_FREQ].value = (sample)freq_hz;
	return o;
}

static struct node_io osc_io(struct osc *o, sample *out)
{
	return (struct node_io){ .in = o->in, .out = { out, NULL }, .frame = o->frame, .env = &o->env };
}

/* The next n frames; 1 or a multiple of QUANTUM_FRAMES. freq_hz NULL: the constant. */
static void osc_run(struct osc *o, const sample *freq_hz, sample *out, size_t n)
{
	struct node_io io = osc_io(o, out);

	o->in[OSC_FREQ].data = freq_hz;
	o->def->process(&o->acc, &io, n);
	o->frame += n;
}

static void osc_skip(struct osc *o, const sample *freq_hz, size_t n)
{
	struct node_io io = osc_io(o, NULL);

	o->in[OSC_FREQ].data = freq_hz;
	o->def->advance(&o->acc, &io, n);
	o->frame += n;
}

static sample *frames_alloc(size_t n)
{
	sample *frames = aligned_alloc(64, n * sizeof(sample));

	ck_assert_ptr_nonnull(frames);
	memset(frames, 0, n * sizeof(sample));
	return frames;
}

/* The phase increment of one frame, read off the state. */
static uint64_t osc_step(const char *name, double freq_hz, double offset, double rate_hz)
{
	struct osc o = osc_of(name, freq_hz);
	sample out;

	o.env.sample_rate_hz = rate_hz;
	o.in[OSC_OFFSET].value = (sample)offset;
	osc_run(&o, NULL, &out, 1);
	return o.acc;
}

static double step_hz(uint64_t step, double rate_hz)
{
	return (double)(int64_t)step * 0x1p-64 * rate_hz;
}

static double cents_between(double a_hz, double b_hz)
{
	return 1200.0 * fabs(log2(a_hz / b_hz));
}

static const struct {
	double freq_hz, rate_hz;
} pitches[] = {
	{ 0.01, 44100 }, { 1, 44100 },    { 27.5, 48000 },  { 440, 44100 },   { 440, 192000 },
	{ -440, 44100 }, { 4186, 44100 }, { 15000, 44100 }, { 21000, 48000 }, { 0.001, 192000 },
};

START_TEST(the_increment_is_the_frequency)
{
	for (unsigned s = 0; s < N_SHAPES; s++) {
		double wanted_hz = (double)(sample)pitches[_i].freq_hz, rate_hz = pitches[_i].rate_hz;
		uint64_t step = osc_step(shapes[s], wanted_hz, 0, rate_hz);

		ck_assert_uint_eq(step, (uint64_t)llrint(wanted_hz / rate_hz * 0x1p52) << 12);
		ck_assert_double_lt(cents_between(step_hz(step, rate_hz), wanted_hz), 1e-4);
	}
}
END_TEST

/* Ten minutes, block by block, with the last block against libm at the exact time. */
START_TEST(ten_minutes_later_phase_is_frames_times_increment)
{
	enum { BLOCKS = 600 * RATE_HZ / BLOCK_FRAMES_MAX };
	struct osc o = osc_of(shapes[_i], 441.3);
	uint64_t step = osc_step(shapes[_i], 441.3, 0, RATE_HZ), total = (uint64_t)BLOCKS * BLOCK_FRAMES_MAX;
	sample *out = frames_alloc(BLOCK_FRAMES_MAX);
	double cycles_per_frame = (double)441.3f / RATE_HZ;

	for (unsigned i = 0; i < BLOCKS; i++)
		osc_run(&o, NULL, out, BLOCK_FRAMES_MAX);
	ck_assert_uint_eq(o.acc, total * step);
	ck_assert_double_lt(cents_between(step_hz(step, RATE_HZ), (double)441.3f), 0.01);
	for (unsigned i = 0; i < BLOCK_FRAMES_MAX && o.def == node_find("sine", 4); i++) {
		double at = fmod((double)(total - BLOCK_FRAMES_MAX + i) * cycles_per_frame, 1.0);

		ck_assert_double_eq_tol((double)out[i], sin(2 * M_PI * at), 1e-6);
	}
	free(out);
}
END_TEST

struct line {
	double re, im; /* of the component level * e^(i 2 pi f t): a sine has im -1, a cosine re 1 */
};

/* One spectral line of the first second. Whole numbers of Hz are orthogonal over it. */
static struct line line_of(const sample *x, double freq_hz)
{
	struct line c = { 0, 0 };

	for (unsigned i = 0; i < RATE_HZ; i++) {
		double at = 2 * M_PI * fmod(freq_hz * i / RATE_HZ, 1.0);

		c.re += (double)x[i] * cos(at);
		c.im -= (double)x[i] * sin(at);
	}
	c.re *= 2.0 / RATE_HZ;
	c.im *= 2.0 / RATE_HZ;
	return c;
}

static double line_level(const sample *x, double freq_hz)
{
	struct line c = line_of(x, freq_hz);

	return hypot(c.re, c.im);
}

/* A second and a bit of an oscillator from frame 0; free it. */
static sample *second_of(const char *name, double freq_hz, bool naive)
{
	struct osc o = osc_of(name, freq_hz);
	sample *out = frames_alloc(ONE_SECOND);

	o.in[OSC_NAIVE].value = naive;
	osc_run(&o, NULL, out, ONE_SECOND);
	return out;
}

/* Fourier series of the shapes that the language defines. */
static const struct {
	const char *name;
	double re, im, third; /* first harmonic; size of the third */
} series[] = {
	{ "sine", 0, -1, 0 },
	{ "saw", 0, 2 / M_PI, 2 / M_PI / 3 },
	{ "square", 0, -4 / M_PI, 4 / M_PI / 3 },
	{ "tri", -8 / (M_PI * M_PI), 0, 8 / (M_PI * M_PI) / 9 },
};

START_TEST(harmonics_have_the_level_and_phase_of_the_shape)
{
	sample *x = second_of(series[_i].name, 100, false);
	struct line first = line_of(x, 100);

	printf("%-6s at 100 Hz: first %.6f%+.6fi, third %.6f\n", series[_i].name, first.re, first.im,
	       line_level(x, 300));
	ck_assert_double_eq_tol(first.re, series[_i].re, 0.001);
	ck_assert_double_eq_tol(first.im, series[_i].im, 0.001);
	ck_assert_double_eq_tol(line_level(x, 300), series[_i].third, 0.001);
	free(x);
}
END_TEST

/* A jump that is cut off at a frequency overshoots by up to 8.95 % of its height on both sides: 1.179 where it is 2. */
START_TEST(peaks_are_one_and_no_more_than_band_limiting_adds)
{
	sample *x = second_of(shapes[_i], 50, false);
	double jump = strcmp(shapes[_i], "saw") == 0 || strcmp(shapes[_i], "square") == 0 ? 0.179 : 0.01;
	float highest = 0, lowest = 0;

	for (unsigned i = 0; i < RATE_HZ; i++) {
		highest = fmaxf(highest, x[i]);
		lowest = fminf(lowest, x[i]);
	}
	ck_assert(highest > 0.99f && (double)highest < 1 + jump);
	ck_assert(lowest < -0.99f && (double)lowest > -1 - jump);
	free(x);
}
END_TEST

static const double dc_freqs_hz[] = { 1, 100, 441, 1000, 5000, 10000 };

enum { N_DC_FREQS = sizeof(dc_freqs_hz) / sizeof(dc_freqs_hz[0]) };

START_TEST(there_is_no_direct_current)
{
	for (unsigned i = 0; i < N_DC_FREQS; i++) {
		sample *x = second_of(shapes[_i], dc_freqs_hz[i], false);
		double sum = 0;

		for (unsigned j = 0; j < RATE_HZ; j++)
			sum += (double)x[j];
		ck_assert_msg(fabs(sum / RATE_HZ) < 1e-5, "%s at %g Hz: %g", shapes[_i], dc_freqs_hz[i], sum / RATE_HZ);
		free(x);
	}
}
END_TEST

static const struct {
	const char *name;
	bool naive;
	sample first; /* the middle of the jump where there is one */
	bool rises;
} starts[] = {
	{ "sine", false, 0, true }, { "saw", false, 0, false }, { "square", false, 0, true },
	{ "tri", false, -1, true }, { "saw", true, -1, true },  { "square", true, 1, false },
	{ "tri", true, -1, true },
};

START_TEST(the_first_frame_is_phase_zero)
{
	sample *x = second_of(starts[_i].name, 20, starts[_i].naive);

	ck_assert_float_eq_tol(x[0], starts[_i].first, 0.002f);
	if (starts[_i].rises)
		ck_assert_float_gt(x[1], x[0]);
	else
		ck_assert_float_le(x[1], x[0]);
	free(x);
}
END_TEST

static const struct {
	double freq_hz, offset;
} tones[] = {
	{ 440, 0 },   { 0, 0 },     { -1234.5, 0 }, { 0.1, 0 },    { 5000, 7 },
	{ 22050, 0 }, { 90000, 0 }, { 60, -13.37 }, { 1e-6, 120 },
};

enum { N_TONES = sizeof(tones) / sizeof(tones[0]), SHORT = 16 * QUANTUM_FRAMES };

static struct osc osc_of_tone(const char *name, unsigned tone)
{
	struct osc o = osc_of(name, tones[tone].freq_hz);

	o.in[OSC_OFFSET].value = (sample)tones[tone].offset;
	return o;
}

START_TEST(a_constant_has_the_bits_of_a_buffer_that_holds_it)
{
	sample *freq = frames_alloc(SHORT), *steady = frames_alloc(SHORT), *modulated = frames_alloc(SHORT);

	for (unsigned tone = 0; tone < N_TONES; tone++) {
		struct osc a = osc_of_tone(shapes[_i], tone), b = a;

		for (unsigned i = 0; i < SHORT; i++)
			freq[i] = a.in[OSC_FREQ].value;
		osc_run(&a, NULL, steady, SHORT);
		osc_run(&b, freq, modulated, SHORT);
		ck_assert_mem_eq(steady, modulated, SHORT * sizeof(sample));
		ck_assert_uint_eq(a.acc, b.acc);
	}
	free(freq);
	free(steady);
	free(modulated);
}
END_TEST

/* Wild frequencies, some far out of range; a fixed sequence. */
static void fill_wild(sample *freq, unsigned n)
{
	uint32_t x = 12345;

	for (unsigned i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		freq[i] = (sample)((int32_t)x * (i % 7 == 0 ? 1e-3 : 1e-5));
	}
}

/* The same frames in one call, frame by frame, and in blocks that grow. */
START_TEST(the_cut_into_calls_changes_no_bit)
{
	sample *freq = frames_alloc(SHORT), *whole = frames_alloc(SHORT), *cut = frames_alloc(SHORT);

	fill_wild(freq, SHORT);
	for (unsigned modulated = 0; modulated < 2; modulated++) {
		struct osc a = osc_of(shapes[_i], 997), b = a, c = a;

		osc_run(&a, modulated ? freq : NULL, whole, SHORT);
		for (unsigned i = 0; i < SHORT; i++)
			osc_run(&b, modulated ? freq + i : NULL, cut + i, 1);
		ck_assert_mem_eq(whole, cut, SHORT * sizeof(sample));
		ck_assert_uint_eq(a.acc, b.acc);
		for (unsigned i = 0, n = QUANTUM_FRAMES; i < SHORT; i += n, n = i + 2 * n <= SHORT ? 2 * n : SHORT - i)
			osc_run(&c, modulated ? freq + i : NULL, cut + i, n);
		ck_assert_mem_eq(whole, cut, SHORT * sizeof(sample));
	}
	free(freq);
	free(whole);
	free(cut);
}
END_TEST

START_TEST(advance_adds_what_process_would)
{
	sample *freq = frames_alloc(SHORT), *out = frames_alloc(SHORT);

	fill_wild(freq, SHORT);
	for (unsigned tone = 0; tone < N_TONES; tone++) {
		struct osc a = osc_of_tone(shapes[_i], tone), b = a;

		osc_run(&a, NULL, out, SHORT);
		osc_skip(&b, NULL, SHORT);
		ck_assert_uint_eq(a.acc, b.acc);
		osc_run(&a, freq, out, SHORT);
		osc_skip(&b, freq, SHORT);
		ck_assert_uint_eq(a.acc, b.acc);
		osc_run(&a, freq + 3, out, 1);
		osc_skip(&b, freq + 3, 1);
		ck_assert_uint_eq(a.acc, b.acc);
	}
	free(freq);
	free(out);
}
END_TEST

START_TEST(any_modulation_stays_finite_and_near_one)
{
	sample *freq = frames_alloc(SHORT), *out = frames_alloc(SHORT);
	struct osc o = osc_of(shapes[_i], 0);
	float highest = 0;

	fill_wild(freq, SHORT);
	freq[7] = NAN;
	freq[8] = INFINITY;
	freq[9] = -INFINITY;
	osc_run(&o, freq, out, SHORT);
	for (unsigned i = 0; i < SHORT; i++) {
		ck_assert_float_finite(out[i]);
		highest = fmaxf(highest, fabsf(out[i]));
	}
	ck_assert_float_le(highest, 1.5f);
	free(freq);
	free(out);
}
END_TEST

static const struct {
	double offset, ratio;
} offsets[] = {
	{ 0, 1 },
	{ 12, 2 },
	{ -12, 0.5 },
	{ 24, 4 },
	{ 7, 1.4983070768766815 },
	{ -1, 0.9438743126816935 },
	{ 0.5, 1.029302236643492 },
	{ -120, 1.0 / 1024 },
	{ -500, 1.0 / 1024 },
};

START_TEST(offset_transposes_by_semitones)
{
	for (unsigned s = 0; s < N_SHAPES; s++) {
		double hz = step_hz(osc_step(shapes[s], 440, offsets[_i].offset, RATE_HZ), RATE_HZ);

		ck_assert_double_lt(cents_between(hz, 440 * offsets[_i].ratio), 1e-4);
	}
	ck_assert_uint_eq(osc_step("saw", 440, 12, RATE_HZ), osc_step("saw", 880, 0, RATE_HZ));
}
END_TEST

/* --- Quality ---------------------------------------------------------------------------------------------------- */

enum { SPECTRUM_FRAMES = 1 << 16 };

#define BAND_HZ 15000.0 /* what is promised up to, at 44.1 kHz */

/* Spectrum of a shape at a constant frequency; spectrum_fini() it. */
static struct spectrum spectrum_of(const char *name, double freq_hz)
{
	struct kernel_fixture k;
	struct spectrum s;
	sample *x = signal_new(SPECTRUM_FRAMES);

	kernel_init(&k, name, RATE_HZ);
	kernel_set(&k, "freq", freq_hz);
	kernel_run(&k, x, NULL, SPECTRUM_FRAMES);
	spectrum_init(&s, x, SPECTRUM_FRAMES, RATE_HZ);
	kernel_fini(&k);
	free(x);
	return s;
}

/* No alias of these meets a harmonic. From 3150 Hz (6300 Hz where there are even harmonics) harmonics are summed. */
static const double alias_freqs_hz[] = { 109.3, 440.7, 1009, 2503, 3137, 3163, 5000, 6290, 6311, 8009, 10007, 14009 };

enum { N_ALIAS_FREQS = sizeof(alias_freqs_hz) / sizeof(alias_freqs_hz[0]) };

static const char *const limited[] = { "saw", "square", "tri", "soft_saw", "pulse" };

START_TEST(aliases_below_15_khz_are_60_db_below_the_fundamental)
{
	const char *name = limited[_i];

	for (unsigned i = 0; i < N_ALIAS_FREQS; i++) {
		double hz = alias_freqs_hz[i], worst_db;
		struct spectrum s = spectrum_of(name, hz);
		char what[160];

		worst_db = spectrum_worst_alias_db(&s, hz, BAND_HZ) - spectrum_level_db(&s, hz);
		snprintf(what, sizeof(what), "worst alias below 15 kHz at %g Hz, against the fundamental", hz);
		figure_at_most(name, what, "dB", -60, worst_db);
		spectrum_fini(&s);
	}
}
END_TEST

/* Size of the k-th Fourier coefficient; 0 where there is none. */
static double series_level(const char *name, unsigned k)
{
	if (strcmp(name, "saw") == 0)
		return 2 / M_PI / k;
	if (strcmp(name, "soft_saw") == 0)
		return 6 / (M_PI * M_PI) / k / k;
	if (k % 2 == 0)
		return 0;
	return strcmp(name, "tri") == 0 ? 8 / (M_PI * M_PI) / k / k : 4 / M_PI / k;
}

static double worst_harmonic_db(const char *name, double hz)
{
	struct spectrum s = spectrum_of(name, hz);
	double worst = 0;

	for (unsigned k = 1; k * hz <= BAND_HZ; k++)
		if (series_level(name, k) > 0)
			worst = fmax(worst, fabs(spectrum_level_db(&s, k * hz) - 20 * log10(series_level(name, k))));
	spectrum_fini(&s);
	return worst;
}

START_TEST(harmonics_up_to_15_khz_have_their_level)
{
	static const double freqs_hz[] = { 441.4327, 1009.39, 2503.9, 3133.36, 3167, 5000, 7000.3, 14999 };
	const char *name = limited[_i];

	for (unsigned i = 0; i < sizeof(freqs_hz) / sizeof(freqs_hz[0]); i++) {
		/* on a bin, so that the window costs no level */
		double hz = floor(freqs_hz[i] * SPECTRUM_FRAMES / RATE_HZ) * RATE_HZ / SPECTRUM_FRAMES;
		char what[160];

		snprintf(what, sizeof(what), "error of harmonics up to 15 kHz at %.0f Hz", hz);
		figure_at_most(name, what, "dB", 0.5, worst_harmonic_db(name, hz));
	}
}
END_TEST

/* Ten minutes of a phase, skipped in blocks; against the frames times the increment that was asked for. */
START_TEST(pitch_is_right_after_ten_minutes)
{
	enum { BLOCKS = 600 * RATE_HZ / BLOCK_FRAMES_MAX };
	static const double freqs_hz[] = { 27.5, 440, 4186.009, 15000 };

	for (unsigned i = 0; i < sizeof(freqs_hz) / sizeof(freqs_hz[0]); i++) {
		struct osc o = osc_of(shapes[_i], freqs_hz[i]);
		unsigned __int128 phase = 0;
		uint64_t before = 0;
		char what[160];

		for (unsigned b = 0; b < BLOCKS; b++) {
			/* half a cycle per frame cannot be told from a lap, so laps are counted frame by frame */
			osc_skip(&o, NULL, BLOCK_FRAMES_MAX);
			double due = freqs_hz[i] / RATE_HZ * BLOCK_FRAMES_MAX;
			uint64_t moved = o.acc - before;
			double laps = round(due - (double)moved * 0x1p-64);

			phase += ((unsigned __int128)laps << 64) + moved;
			before = o.acc;
		}
		double hz = (double)phase * 0x1p-64 / ((double)BLOCKS * BLOCK_FRAMES_MAX) * RATE_HZ;
		snprintf(what, sizeof(what), "pitch error over ten minutes at %g Hz", freqs_hz[i]);
		figure_at_most(shapes[_i], what, "cent", 0.01, cents_between(hz, freqs_hz[i]));
	}
}
END_TEST

/* Deviations in Hz, modulated at 200 Hz. At 44.1 kHz all that is meant lies at multiples of 200 Hz, all that has
 * folded at odd multiples of 100 Hz. */
static const struct {
	double carrier_hz, deviation_hz, promised_db;
} vibratos[] = {
	{ 1000, 300, -60 }, { 1000, 1000, -60 }, { 1000, 3000, -60 }, { 4000, 4000, -60 }, { 8000, 12000, -55 },
};

START_TEST(frequency_modulation_stays_clean)
{
	sample *freq = signal_new(SPECTRUM_FRAMES), *x = signal_new(SPECTRUM_FRAMES);

	for (unsigned v = 0; v < sizeof(vibratos) / sizeof(vibratos[0]); v++) {
		struct kernel_fixture k;
		struct spectrum s;
		char what[160];

		for (unsigned i = 0; i < SPECTRUM_FRAMES; i++)
			freq[i] = (sample)(vibratos[v].carrier_hz +
					   vibratos[v].deviation_hz * sin(2 * M_PI * fmod(200.0 * i / RATE_HZ, 1)));
		kernel_init(&k, limited[_i], RATE_HZ);
		kernel_connect(&k, "freq", freq, NULL);
		kernel_run(&k, x, NULL, SPECTRUM_FRAMES);
		spectrum_init(&s, x, SPECTRUM_FRAMES, RATE_HZ);
		snprintf(what, sizeof(what), "worst alias below 15 kHz at %g Hz, %g Hz up and down 200 times a second",
			 vibratos[v].carrier_hz, vibratos[v].deviation_hz);
		figure_at_most(limited[_i], what, "dBFS", vibratos[v].promised_db,
			       spectrum_worst_alias_db(&s, 200, BAND_HZ));
		spectrum_fini(&s);
		kernel_fini(&k);
	}
	free(freq);
	free(x);
}
END_TEST

/* A sweep through the frequency from which harmonics are summed makes no step: the two ways differ by their aliases. */
START_TEST(both_ways_to_a_spectrum_agree_where_they_meet)
{
	float limit = _i == 0 || _i == 3 ? 1 / 7.0f : 1 / 14.0f;
	static const enum osc_shape kinds[] = { OSC_SAW, OSC_SQUARE, OSC_TRI, OSC_SOFT_SAW };
	double worst = 0;

	for (unsigned i = 0; i < 1000; i++) {
		f32x8 q = f32x8_splat((float)i / 1000 - 0.5f), dt = f32x8_splat(limit);
		struct osc_gains gains;

		osc_gains_compute(kinds[_i], dt, &gains);
		worst = fmax(worst, fabs((double)osc_rounded(kinds[_i], q, dt, osc_half_widths(dt), 0)[0] -
					 (double)osc_summed(kinds[_i], q, &gains)[0]));
	}
	figure_at_most(limited[_i], "difference between rounded jumps and summed harmonics where they meet", "", 0.001,
		       worst);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static Suite *osc_suite(void)
{
	Suite *s = suite_create("osc");
	TCase *sound = tcase_create("sound");
	TCase *calls = tcase_create("calls");

	tcase_set_timeout(sound, 120);
	tcase_add_loop_test(sound, the_increment_is_the_frequency, 0, LEN(pitches));
	tcase_add_loop_test(sound, ten_minutes_later_phase_is_frames_times_increment, 0, N_SHAPES);
	tcase_add_loop_test(sound, harmonics_have_the_level_and_phase_of_the_shape, 0, LEN(series));
	tcase_add_loop_test(sound, peaks_are_one_and_no_more_than_band_limiting_adds, 0, N_SHAPES);
	tcase_add_loop_test(sound, there_is_no_direct_current, 0, N_SHAPES);
	tcase_add_loop_test(sound, the_first_frame_is_phase_zero, 0, LEN(starts));
	tcase_add_loop_test(sound, offset_transposes_by_semitones, 0, LEN(offsets));
	tcase_add_loop_test(sound, aliases_below_15_khz_are_60_db_below_the_fundamental, 0, LEN(limited));
	tcase_add_loop_test(sound, harmonics_up_to_15_khz_have_their_level, 0, LEN(limited));
	tcase_add_loop_test(sound, pitch_is_right_after_ten_minutes, 0, N_SHAPES);
	tcase_add_loop_test(sound, frequency_modulation_stays_clean, 0, LEN(limited));
	tcase_add_loop_test(sound, both_ways_to_a_spectrum_agree_where_they_meet, 0, 4);
	suite_add_tcase(s, sound);
	tcase_set_timeout(calls, 60);
	tcase_add_loop_test(calls, a_constant_has_the_bits_of_a_buffer_that_holds_it, 0, N_SHAPES);
	tcase_add_loop_test(calls, the_cut_into_calls_changes_no_bit, 0, N_SHAPES);
	tcase_add_loop_test(calls, advance_adds_what_process_would, 0, N_SHAPES);
	tcase_add_loop_test(calls, any_modulation_stays_finite_and_near_one, 0, N_SHAPES);
	suite_add_tcase(s, calls);
	return s;
}

int main(void)
{
	return test_run(osc_suite());
}
