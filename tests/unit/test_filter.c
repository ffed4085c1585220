/* How filters behave in time: stable under any modulation, ringing as long as they should, without clicks; and the
 * filters that are no second-order prototypes: comb, all-pass, formants, vocoder, the DJ's filter. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

enum { RATE_HZ = 44100, ONE_SECOND = 44032 };

struct setting {
	const char *param;
	double value;
};

/* x through a node with constant settings, the last of which has no name. */
static sample *filtered(const char *name, const char *input, const sample *x, const struct setting *settings, size_t n)
{
	sample *y = signal_new(n);
	struct kernel_fixture k;

	kernel_init(&k, name, RATE_HZ);
	kernel_connect(&k, input, x, NULL);
	for (; settings->param; settings++)
		kernel_set(&k, settings->param, settings->value);
	kernel_run(&k, y, NULL, n);
	kernel_fini(&k);
	return y;
}

/* --- Modulation ------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *cutoff, *q;
	double q_min, q_max;
} modulated[] = {
	{ "lpf", "cutoff", "q", 0.5, 20 },           { "hpf", "cutoff", "q", 0.5, 20 },
	{ "bpf", "center", "q", 0.5, 20 },           { "notch", "center", "q", 0.5, 20 },
	{ "rlpf", "cutoff", "q", 0.1, 20 },          { "rhpf", "cutoff", "q", 0.1, 20 },
	{ "bq_bp", "freq", "q", 0.1, 20 },           { "svf_notch", "freq", "res", 0.1, 20 },
	{ "resonz", "freq", "q", 0.5, 100 },         { "moog_ladder", "cutoff", "res", 0, 1 },
	{ "moog_hz", "cutoff", "res", 0, 1 },        { "comb", "freq", "feedback", 0, 0.9 },
	{ "parametric_eq", "freq1", "q1", 0.1, 10 },
};

static void fill_random_cutoffs(sample *hz, size_t n, uint64_t seed)
{
	signal_noise(hz, n, seed, 1);
	for (size_t i = 0; i < n; i++)
		hz[i] = 20 * powf(1000, 0.5f * hz[i] + 0.5f);
}

/* Another cutoff between 20 Hz and 20 kHz and another q in every frame. */
START_TEST(a_filter_stays_finite_and_bounded_under_random_modulation_at_audio_rate)
{
	size_t n = 5 * ONE_SECOND;
	sample *x = signal_new(n), *hz = signal_new(n), *q = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	signal_noise(x, n, 1, 1);
	fill_random_cutoffs(hz, n, 2);
	signal_noise(q, n, 3, 0.5);
	for (size_t i = 0; i < n; i++)
		q[i] = (sample)(modulated[_i].q_min +
				(modulated[_i].q_max - modulated[_i].q_min) * ((double)q[i] + 0.5));
	kernel_init(&k, modulated[_i].name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_connect(&k, modulated[_i].cutoff, hz, NULL);
	kernel_connect(&k, modulated[_i].q, q, NULL);
	kernel_run(&k, y, NULL, n);
	figure_at_most(modulated[_i].name, "peak for noise of peak 1 with random cutoff and q in every frame", "", 60,
		       signal_peak(y, n));
	kernel_fini(&k);
	free(x);
	free(hz);
	free(q);
	free(y);
}
END_TEST

/* Nothing goes in any more while the cutoff is thrown about: what is inside only dies away. */
START_TEST(modulation_alone_gives_a_filter_no_energy)
{
	size_t n = 2 * ONE_SECOND;
	sample *x = signal_new(n), *hz = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	x[0] = 1;
	fill_random_cutoffs(hz, n, 4);
	kernel_init(&k, modulated[_i].name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	kernel_connect(&k, modulated[_i].cutoff, hz, NULL);
	kernel_set(&k, modulated[_i].q, modulated[_i].q_min + 0.7 * (modulated[_i].q_max - modulated[_i].q_min));
	kernel_run(&k, y, NULL, n);
	double early = signal_peak(y, ONE_SECOND / 8), late = signal_peak(y + n - ONE_SECOND / 8, ONE_SECOND / 8);
	figure_at_most(modulated[_i].name, "rest of an impulse after 2 s of random cutoffs", "dB", -60,
		       20 * log10(late / early + 1e-12));
	kernel_fini(&k);
	free(x);
	free(hz);
	free(y);
}
END_TEST

/* --- Ringing ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name, *cutoff, *q;
	double hz, value;
} ringing[] = {
	{ "lpf", "cutoff", "q", 1000, 20 },    { "hpf", "cutoff", "q", 1000, 20 },  { "bpf", "center", "q", 100, 20 },
	{ "bpf", "center", "q", 8000, 20 },    { "bq_bp", "freq", "q", 440, 20 },   { "resonz", "freq", "q", 440, 100 },
	{ "resonz", "freq", "q", 12000, 100 }, { "svf_bp", "freq", "res", 60, 20 },
};

/* Level of the last period or so before frame `at`. */
static double level_before(const sample *y, size_t at, double hz)
{
	size_t n = (size_t)(4 * RATE_HZ / hz) + 1;

	return 20 * log10(signal_rms(y + at - n, n));
}

START_TEST(a_resonance_falls_by_60_db_in_the_time_that_its_q_says)
{
	double hz = ringing[_i].hz, q = ringing[_i].value, fall_s = log(1000) * q / (M_PI * hz);
	const struct setting settings[] = { { ringing[_i].cutoff, hz }, { ringing[_i].q, q }, { NULL, 0 } };
	size_t n = 4 * ONE_SECOND, from = (size_t)(8 * RATE_HZ / hz), to = from + (size_t)(fall_s / 2 * RATE_HZ);
	sample *x = signal_new(n), *y;
	char what[128];

	x[0] = 1;
	y = filtered(ringing[_i].name, "in", x, settings, n);
	double fell_db = level_before(y, from, hz) - level_before(y, to, hz);
	double per_s = fell_db / ((double)(to - from) / RATE_HZ);
	snprintf(what, sizeof(what), "time of a fall by 60 dB at %g Hz, q %g", hz, q);
	figure_within(ringing[_i].name, what, "s", fall_s, 0.02 * fall_s, 60 / per_s);
	free(x);
	free(y);
}
END_TEST

static const struct {
	const char *name;
	struct setting settings[11];
} tails[] = {
	{ "lpf", { { "cutoff", 300 }, { "q", 20 } } },
	{ "lpf", { { "cutoff", 2000 }, { "q", 0.5 } } },
	{ "hpf", { { "cutoff", 300 }, { "q", 20 } } },
	{ "bpf", { { "center", 100 }, { "q", 5 } } },
	{ "notch", { { "center", 300 }, { "q", 10 } } },
	{ "rlpf", { { "cutoff", 300 }, { "q", 0.1 } } },
	{ "bq_bp", { { "freq", 100 }, { "q", 10 } } },
	{ "resonz", { { "freq", 300 }, { "q", 100 } } },
	{ "djf", { { "value", 0.3 } } },
	{ "djf", { { "value", 0.9 } } },
	{ "comb", { { "freq", 441 }, { "feedback", 0.9 } } },
	{ "allpass", { { "g", -0.9 } } },
	{ "vowel", { { "vowel", 2 } } },
	{ "formant", { { "f1", 730 }, { "f2", 1090 }, { "f3", 2440 }, { "bw1", 60 }, { "bw2", 80 }, { "bw3", 100 } } },
	{ "parametric_eq",
	  { { "freq1", 100 },
	    { "gain1", 12 },
	    { "q1", 2 },
	    { "freq2", 800 },
	    { "gain2", -12 },
	    { "q2", 2 },
	    { "freq3", 5000 },
	    { "gain3", 6 },
	    { "q3", 1 } } },
	{ "moog_ladder", { { "cutoff", 200 }, { "res", 0.8 } } },
	{ "moog_hz", { { "cutoff", 1000 }, { "res", 0.5 } } },
};

START_TEST(after_the_tail_an_impulse_is_60_db_down)
{
	size_t n = 4 * ONE_SECOND;
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;

	x[0] = 1;
	kernel_init(&k, tails[_i].name, RATE_HZ);
	kernel_connect(&k, "in", x, NULL);
	for (const struct setting *s = tails[_i].settings; s->param; s++)
		kernel_set(&k, s->param, s->value);
	kernel_run(&k, y, NULL, n);
	size_t end = (size_t)(k.def->tail_s(&k.env, k.in) * RATE_HZ) + 1;
	ck_assert_uint_lt(end, n);
	double rest = signal_peak(y + end, n - end), peak = signal_peak(y, n);
	ck_assert_msg(rest < 0.001 * peak, "%s: %g of %g after %zu frames", tails[_i].name, rest, peak, end);
	kernel_fini(&k);
	free(x);
	free(y);
}
END_TEST

/* --- Steps ------------------------------------------------------------------------------------------------------ */

static const struct {
	const char *name, *param;
	double from, to;
} steps[] = {
	{ "lpf", "cutoff", 400, 4000 },     { "lpf", "cutoff", 4000, 400 },   { "rlpf", "cutoff", 300, 1200 },
	{ "bpf", "center", 400, 1600 },     { "notch", "center", 400, 1600 }, { "moog_ladder", "cutoff", 400, 4000 },
	{ "moog_hz", "cutoff", 4000, 400 }, { "djf", "value", 0.49, 0.51 },   { "parametric_eq", "gain2", 0, 12 },
	{ "vowel", "vowel", 0, 2 },         { "hpf", "cutoff", 400, 4000 },   { "lpf", "q", 0.5, 20 },
	{ "moog_ladder", "res", 0, 0.9 },
};

/* A sine at 200 Hz while a parameter steps back and forth 16 times a second; where a click would be heard, above
 * 8 kHz, next to the sine. Had the output jumped from one filter's to the other's, that would be -65 dB. The
 * integrators cannot jump: had the cutoff, so that only the slope did, it would be -74 dB. */
START_TEST(a_step_of_a_parameter_does_not_click)
{
	enum { N = 65536, HALF = RATE_HZ / 32 };
	sample *x = signal_new(N), *moving = signal_new(N), *y = signal_new(N);
	struct kernel_fixture k;
	struct spectrum s;
	double worst = -300, sine;
	char what[160];

	signal_sine(x, N, 200, RATE_HZ, 0.5);
	for (size_t i = 0; i < N; i++)
		moving[i] = (sample)(i / HALF % 2 ? steps[_i].to : steps[_i].from);
	kernel_init(&k, steps[_i].name, RATE_HZ);
	for (unsigned p = 1; p < k.def->n_params; p++)
		if (!(k.def->params[p].flags & PARAM_OPTIONAL))
			kernel_set(&k, k.def->params[p].name, k.def->params[p].max > 1000 ? 600 : 0.7);
	kernel_connect(&k, "in", x, NULL);
	kernel_connect(&k, steps[_i].param, moving, NULL);
	kernel_run(&k, y, NULL, N);
	spectrum_init(&s, y, N, RATE_HZ);
	sine = spectrum_level_db(&s, 200);
	for (double hz = 8000; hz < 20000; hz += 5)
		worst = fmax(worst, spectrum_level_db(&s, hz));
	snprintf(what, sizeof(what), "highest line above 8 kHz of a 200 Hz sine while %s steps %g/%g at 16 Hz",
		 steps[_i].param, steps[_i].from, steps[_i].to);
	figure_at_most(steps[_i].name, what, "dB", -80, worst - sine);
	spectrum_fini(&s);
	kernel_fini(&k);
	free(x);
	free(moving);
	free(y);
}
END_TEST

/* --- Comb and all-pass ------------------------------------------------------------------------------------------ */

static const double comb_hz[] = { 55, 110.5, 441, 1234.5, 3000 };

/* The strongest frequency near one, by ternary search over the transform at exact frequencies. */
static double strongest_near(const sample *x, size_t n, double hz, double span_hz)
{
	double lo = hz - span_hz, hi = hz + span_hz;

	while (hi - lo > hz * 1e-6) {
		double a = lo + (hi - lo) / 3, b = hi - (hi - lo) / 3;

		if (sine_level_db(x, n, RATE_HZ, a) < sine_level_db(x, n, RATE_HZ, b))
			lo = a;
		else
			hi = b;
	}
	return (lo + hi) / 2;
}

START_TEST(a_comb_rings_in_tune_and_falls_by_its_feedback_each_period)
{
	enum { N = 16384 };
	double hz = comb_hz[_i];
	const struct setting settings[] = { { "freq", hz }, { "feedback", 0.98 }, { NULL, 0 } };
	sample *x = signal_new(N), *y;
	char what[128];

	/* A raised cosine of two periods, so that there is little above the first teeth. */
	for (size_t i = 0; i < 2 * RATE_HZ / hz; i++)
		x[i] = (sample)(0.5 - 0.5 * cos(2 * M_PI * hz * (double)i / RATE_HZ));
	y = filtered("comb", "in", x, settings, N);
	snprintf(what, sizeof(what), "deviation of the first tooth at %g Hz", hz);
	size_t from = (size_t)(4 * RATE_HZ / hz), half = (N - from) / 2;
	double found = strongest_near(y + from, N - from, hz, 0.02 * hz);
	figure_at_most("comb", what, "cent", 1, fabs(1200 * log2(found / hz)));
	double fell_db = sine_level_db(y + from, half, RATE_HZ, hz) - sine_level_db(y + from + half, half, RATE_HZ, hz);
	double wanted_db = -20 * log10(0.98) * (double)half * hz / RATE_HZ;
	snprintf(what, sizeof(what), "fall per period at %g Hz, feedback 0.98", hz);
	double periods = (double)half * hz / RATE_HZ;
	figure_within("comb", what, "dB", wanted_db / periods, 0.02, fell_db / periods);
	free(x);
	free(y);
}
END_TEST

START_TEST(an_allpass_leaves_all_levels)
{
	enum { N = 32768 };
	static const double gs[] = { -0.9, -0.3, 0.5, 0.95 };
	double worst = 0;

	for (int i = 0; i < LEN(gs); i++) {
		const struct setting settings[] = { { "g", gs[i] }, { NULL, 0 } };
		sample *x = signal_new(N), *y;

		x[0] = 1;
		y = filtered("allpass", "in", x, settings, N);
		for (double hz = 20; hz < 20000; hz *= 1.7)
			worst = fmax(worst, fabs(response_db(y, N, RATE_HZ, hz)));
		free(x);
		free(y);
	}
	figure_at_most("allpass", "deviation from 0 dB, 20 Hz to 20 kHz", "dB", 0.001, worst);
}
END_TEST

/* --- Formants, vocoder, knob ------------------------------------------------------------------------------------ */

START_TEST(a_vowel_peaks_at_its_formants)
{
	static const double formants[5][3] = {
		{ 730, 1090, 2440 }, { 530, 1840, 2480 }, { 270, 2290, 3010 }, { 570, 840, 2410 }, { 300, 870, 2240 },
	};
	static const double widths[3] = { 60, 80, 100 };
	const struct setting settings[] = { { "vowel", _i }, { NULL, 0 } };
	sample *x = signal_new(ONE_SECOND), *y;

	x[0] = 1;
	y = filtered("vowel", "in", x, settings, ONE_SECOND);
	for (int f = 0; f < 3; f++) {
		double hz = formants[_i][f], wanted_db = 20 * log10(0.5 * hz / widths[f]);
		double db = response_db(y, ONE_SECOND, RATE_HZ, hz);

		/* The neighbours' skirts add or take a little. */
		figure_within("vowel", "gain at a formant: half of its q", "dB", wanted_db, 3, db);
		ck_assert_double_gt(db, response_db(y, ONE_SECOND, RATE_HZ, hz - 2 * widths[f]));
		ck_assert_double_gt(db, response_db(y, ONE_SECOND, RATE_HZ, hz + 2 * widths[f]));
	}
	free(x);
	free(y);
}
END_TEST

/* The band that is driven in the modulator lets the carrier through; the others do not. */
START_TEST(a_vocoder_gives_the_carrier_the_bands_of_the_modulator)
{
	size_t n = ONE_SECOND;
	sample *modulator = signal_new(n), *carrier = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	struct spectrum s;

	signal_sine(modulator, n, 1000, RATE_HZ, 1);
	signal_noise(carrier, n, 5, 1);
	kernel_init(&k, "vocoder", RATE_HZ);
	kernel_connect(&k, "modulator", modulator, NULL);
	kernel_connect(&k, "carrier", carrier, NULL);
	kernel_set(&k, "bands", 16);
	kernel_run(&k, y, NULL, n);
	spectrum_init(&s, y + n - 32768, 32768, RATE_HZ);
	double near = 0, far = 0;
	for (int i = 0; i < 50; i++) {
		near += pow(10, spectrum_level_db(&s, 900 + 4 * i) / 10);
		far += pow(10, spectrum_level_db(&s, 8000 + 4 * i) / 10);
	}
	figure_at_least("vocoder", "carrier at 1 kHz over carrier at 8 kHz, modulator a sine of 1 kHz, 16 bands", "dB",
			20, 10 * log10(near / far));
	spectrum_fini(&s);
	kernel_fini(&k);
	free(modulator);
	free(carrier);
	free(y);
}
END_TEST

static const struct {
	double value, hz, wanted_db;
} knobs[] = {
	/* At the cutoff a q of 1 is 0 dB; two octaves beyond, 23.5 dB down. */
	{ 0.0, 80, 0 },        { 0.25, 440, 0 }, { 0.25, 1760, -23.5 }, { 0.75, 4400, 0 },
	{ 0.75, 1100, -23.5 }, { 1.0, 8000, 0 }, { 0.5, 800, 0 },       { 0.5, 200, -23.5 },
};

START_TEST(the_knob_of_djf_is_a_low_pass_on_the_left_and_a_high_pass_on_the_right)
{
	const struct setting settings[] = { { "value", knobs[_i].value }, { NULL, 0 } };
	sample *x = signal_new(ONE_SECOND), *y;

	x[0] = 1;
	y = filtered("djf", "in", x, settings, ONE_SECOND);
	ck_assert_double_eq_tol(response_db(y, ONE_SECOND, RATE_HZ, knobs[_i].hz), knobs[_i].wanted_db, 0.5);
	free(x);
	free(y);
}
END_TEST

static Suite *filter_suite(void)
{
	Suite *s = suite_create("filter");
	TCase *t = tcase_create("time");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_filter_stays_finite_and_bounded_under_random_modulation_at_audio_rate, 0,
			    LEN(modulated));
	tcase_add_loop_test(t, modulation_alone_gives_a_filter_no_energy, 0, LEN(modulated));
	tcase_add_loop_test(t, a_resonance_falls_by_60_db_in_the_time_that_its_q_says, 0, LEN(ringing));
	tcase_add_loop_test(t, after_the_tail_an_impulse_is_60_db_down, 0, LEN(tails));
	tcase_add_loop_test(t, a_step_of_a_parameter_does_not_click, 0, LEN(steps));
	tcase_add_loop_test(t, a_comb_rings_in_tune_and_falls_by_its_feedback_each_period, 0, LEN(comb_hz));
	tcase_add_test(t, an_allpass_leaves_all_levels);
	tcase_add_loop_test(t, a_vowel_peaks_at_its_formants, 0, 5);
	tcase_add_test(t, a_vocoder_gives_the_carrier_the_bands_of_the_modulator);
	tcase_add_loop_test(t, the_knob_of_djf_is_a_low_pass_on_the_left_and_a_high_pass_on_the_right, 0, LEN(knobs));
	return s;
}

int main(void)
{
	return test_run(filter_suite());
}
