/* What filters do to each frequency, against the formulas of their analog prototypes: |H| over s = i f / cutoff from an
 * impulse response, no frequency warped. */
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

/* --- Prototypes ------------------------------------------------------------------------------------------------- */

typedef double complex prototype(double complex s, double q, double gain_db);

static double complex poles_of(double complex s, double q)
{
	return s * s + s / q + 1;
}

static double complex low(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return 1 / poles_of(s, q);
}

static double complex high(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return s * s / poles_of(s, q);
}

static double complex band(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return s / poles_of(s, q);
}

static double complex band_unit(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return s / q / poles_of(s, q);
}

static double complex notch(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return (s * s + 1) / poles_of(s, q);
}

static double complex bell(double complex s, double q, double gain_db)
{
	double a = pow(10, gain_db / 40);

	return (s * s + s * a / q + 1) / (s * s + s / (a * q) + 1);
}

/* q is the feedback k. */
static double complex ladder(double complex s, double q, double gain_db)
{
	(void)gain_db;
	return 1 / (cpow(1 + s, 4) + q);
}

/* --- Measuring -------------------------------------------------------------------------------------------------- */

static const double cutoffs_hz[] = { 20, 100, 300, 1000, 2500, 5000, 7000, 9000, 10000, 12000, 15000, 18000, 20000 };
static const double qs[] = { 0.1, 0.25, 0.5, 0.70710678, 1, 3, 10, 20, 100 };

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

struct filter {
	const char *name, *cutoff, *q;
	prototype *h;
	double q_min, q_max, promised_db;
};

static const struct filter filters[] = {
	{ "lpf", "cutoff", "q", low, 0.5, 20, 0.1 },         { "hpf", "cutoff", "q", high, 0.5, 20, 0.5 },
	{ "bpf", "center", "q", band, 0.5, 20, 0.1 },        { "notch", "center", "q", notch, 0.5, 20, 0.5 },
	{ "rlpf", "cutoff", "q", low, 0.1, 20, 0.1 },        { "rhpf", "cutoff", "q", high, 0.1, 20, 0.5 },
	{ "bq_lp", "freq", "q", low, 0.1, 20, 0.1 },         { "bq_hp", "freq", "q", high, 0.1, 20, 0.5 },
	{ "bq_bp", "freq", "q", band_unit, 0.1, 20, 0.1 },   { "bq_notch", "freq", "q", notch, 0.1, 20, 0.5 },
	{ "svf_lp", "freq", "res", low, 0.1, 20, 0.1 },      { "svf_hp", "freq", "res", high, 0.1, 20, 0.5 },
	{ "svf_bp", "freq", "res", band, 0.1, 20, 0.1 },     { "svf_notch", "freq", "res", notch, 0.1, 20, 0.5 },
	{ "resonz", "freq", "q", band_unit, 0.5, 100, 0.1 },
};

/* The filters of the table's first four rows; the others' kernels are these. */
enum { FIRST_FAMILY = 4 };

/* Frames until a resonance is 140 dB down. */
static size_t ring_frames(double cutoff_hz, double q, double rate_hz)
{
	double slow = q < 0.5 ? 0.5 / q : q > 0.5 ? q : 0.5;

	return ((size_t)(5.2 * slow / cutoff_hz * rate_hz) / 4096 + 2) * 4096;
}

enum { FREQUENCIES = 80 };

/* From 20 Hz to 10 kHz. */
static double frequency_hz(int i)
{
	return 20 * pow(500, (double)i / (FREQUENCIES - 1));
}

/* |H| in dB at all frequencies: the transform of an impulse response, with phasors that turn from frame to frame. */
static void response_of(const sample *x, size_t n, double rate_hz, double db[FREQUENCIES])
{
	double re[FREQUENCIES] = { 0 }, im[FREQUENCIES] = { 0 }, at_re[FREQUENCIES], at_im[FREQUENCIES];
	double turn_re[FREQUENCIES], turn_im[FREQUENCIES];

	for (int f = 0; f < FREQUENCIES; f++) {
		at_re[f] = 1;
		at_im[f] = 0;
		turn_re[f] = cos(2 * M_PI * frequency_hz(f) / rate_hz);
		turn_im[f] = -sin(2 * M_PI * frequency_hz(f) / rate_hz);
	}
	for (size_t i = 0; i < n; i++)
		for (int f = 0; f < FREQUENCIES; f++) {
			double next_re = at_re[f] * turn_re[f] - at_im[f] * turn_im[f];

			re[f] += (double)x[i] * at_re[f];
			im[f] += (double)x[i] * at_im[f];
			at_im[f] = at_re[f] * turn_im[f] + at_im[f] * turn_re[f];
			at_re[f] = next_re;
		}
	for (int f = 0; f < FREQUENCIES; f++)
		db[f] = 20 * log10(fmax(hypot(re[f], im[f]), 1e-30));
}

/* Worst difference in dB between an impulse response and a prototype over 20 Hz to 10 kHz; *at_hz: where. Frequencies
 * that the prototype takes 80 dB away from are left out: what floats cannot hold. So is the bottom of a notch, 30 dB
 * down and below, where a millionth of the frequency makes decibels. */
static double worst_db(const sample *x, size_t n, double rate_hz, const struct filter *f, double cutoff_hz, double q,
		       double gain_db, double *at_hz)
{
	double worst = 0, least_db = f->h == notch ? -30 : -80, db[FREQUENCIES];

	response_of(x, n, rate_hz, db);
	for (int i = 0; i < FREQUENCIES; i++) {
		double wanted = 20 * log10(cabs(f->h(I * frequency_hz(i) / cutoff_hz, q, gain_db)));
		double error = fabs(db[i] - wanted);

		if (wanted > least_db && !(error <= worst)) {
			worst = error;
			*at_hz = frequency_hz(i);
		}
	}
	return worst;
}

static double filter_error_db(const struct filter *f, double rate_hz, double cutoff_hz, double q, double *at_hz)
{
	size_t n = ring_frames(cutoff_hz, q, rate_hz);
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	double worst;

	x[0] = 1;
	kernel_init(&k, f->name, rate_hz);
	kernel_connect(&k, "in", x, NULL);
	kernel_set(&k, f->cutoff, cutoff_hz);
	kernel_set(&k, f->q, q);
	kernel_run(&k, y, NULL, n);
	worst = worst_db(y, n, rate_hz, f, cutoff_hz, q, 0, at_hz);
	kernel_fini(&k);
	free(x);
	free(y);
	return worst;
}

static void report(const char *name, double rate_hz, double promised_db, double worst_error_db, const char *where)
{
	char what[224];

	snprintf(what, sizeof(what), "deviation from the analog prototype, 20 Hz to 10 kHz, at %g Hz; worst %s",
		 rate_hz, where);
	figure_at_most(name, what, "dB", promised_db, worst_error_db);
}

static void check_filter(const struct filter *f, double rate_hz)
{
	double worst = 0;
	char where[96] = "";

	for (int c = 0; c < LEN(cutoffs_hz); c++)
		for (int i = 0; i < LEN(qs); i++) {
			double at_hz = 0, error = 0;

			if (qs[i] >= f->q_min && qs[i] <= f->q_max)
				error = filter_error_db(f, rate_hz, cutoffs_hz[c], qs[i], &at_hz);
			if (!(error <= worst)) {
				worst = error;
				snprintf(where, sizeof(where), "for cutoff %g Hz, q %.3g, at %.0f Hz", cutoffs_hz[c],
					 qs[i], at_hz);
			}
		}
	report(f->name, rate_hz, f->promised_db, worst, where);
}

START_TEST(a_filter_answers_as_its_analog_prototype_at_44100_hz)
{
	check_filter(&filters[_i], 44100);
}
END_TEST

START_TEST(a_filter_answers_as_its_analog_prototype_at_96000_hz)
{
	check_filter(&filters[_i], 96000);
}
END_TEST

/* --- Equaliser -------------------------------------------------------------------------------------------------- */

static const double gains_db[] = { -20, -6, -0.5, 0, 0.5, 6, 20 };

/* One band, the other two flat. */
static double bell_error_db(double rate_hz, double freq_hz, double q, double gain_db, double *at_hz)
{
	static const struct filter shape = { .name = "parametric_eq", .h = bell };
	size_t n = ring_frames(freq_hz, q * pow(10, fabs(gain_db) / 40), rate_hz);
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture k;
	double worst;

	x[0] = 1;
	kernel_init(&k, "parametric_eq", rate_hz);
	kernel_connect(&k, "in", x, NULL);
	for (int b = 1; b <= 3; b++) {
		char name[3][8];

		snprintf(name[0], sizeof(name[0]), "freq%d", b);
		snprintf(name[1], sizeof(name[1]), "gain%d", b);
		snprintf(name[2], sizeof(name[2]), "q%d", b);
		kernel_set(&k, name[0], b == 2 ? freq_hz : 700 * b);
		kernel_set(&k, name[1], b == 2 ? gain_db : 0);
		kernel_set(&k, name[2], b == 2 ? q : 1);
	}
	kernel_run(&k, y, NULL, n);
	worst = worst_db(y, n, rate_hz, &shape, freq_hz, q, gain_db, at_hz);
	kernel_fini(&k);
	free(x);
	free(y);
	return worst;
}

START_TEST(a_bell_answers_as_its_analog_prototype)
{
	static const double bell_qs[] = { 0.1, 0.5, 1, 3, 10 };
	double gain_db = gains_db[_i], worst = 0;
	char where[96] = "";

	for (int c = 0; c < LEN(cutoffs_hz); c++)
		for (int i = 0; i < LEN(bell_qs); i++) {
			double at_hz = 0, error = bell_error_db(44100, cutoffs_hz[c], bell_qs[i], gain_db, &at_hz);

			if (!(error <= worst)) {
				worst = error;
				snprintf(where, sizeof(where), "for %+g dB at %g Hz, q %.3g, at %.0f Hz", gain_db,
					 cutoffs_hz[c], bell_qs[i], at_hz);
			}
		}
	report("parametric_eq", 44100, fabs(gain_db) <= 6 ? 0.25 : 0.5, worst, where);
}
END_TEST

/* --- Ladders ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	double feedback; /* at res 1 */
	double rate_hz;
} ladders[] = {
	{ "moog_ladder", 4, 44100 },
	{ "moog_ladder", 4, 96000 },
	{ "moog_hz", 4.4, 44100 },
	{ "moog_hz", 4.4, 96000 },
};

/* So quiet that nothing saturates. */
#define LADDER_IMPULSE 0.001f

static double ladder_error_db(const char *name, double rate_hz, double cutoff_hz, double res, double feedback,
			      double *at_hz)
{
	static const struct filter shape = { .h = ladder };
	double k = res * feedback, fall = 2 * M_PI * cutoff_hz * (1 - pow(k / 4, 0.25));
	size_t n = ((size_t)(16.1 / fall * rate_hz) / 4096 + 2) * 4096; /* until it is 140 dB down */
	sample *x = signal_new(n), *y = signal_new(n);
	struct kernel_fixture fixture;
	double worst;

	x[0] = LADDER_IMPULSE;
	kernel_init(&fixture, name, rate_hz);
	kernel_connect(&fixture, "in", x, NULL);
	kernel_set(&fixture, "cutoff", cutoff_hz);
	kernel_set(&fixture, "res", res);
	kernel_run(&fixture, y, NULL, n);
	for (size_t i = 0; i < n; i++)
		y[i] /= LADDER_IMPULSE;
	worst = worst_db(y, n, rate_hz, &shape, cutoff_hz, k, 0, at_hz);
	kernel_fini(&fixture);
	free(x);
	free(y);
	return worst;
}

START_TEST(a_quiet_ladder_answers_as_its_analog_prototype)
{
	static const double resonances[] = { 0, 0.01, 0.1, 0.3, 0.6, 0.8, 0.9 };
	const char *name = ladders[_i].name;
	double rate_hz = ladders[_i].rate_hz, worst = 0;
	char where[96] = "";

	for (int c = 0; c < LEN(cutoffs_hz); c++)
		for (int i = 0; i < LEN(resonances); i++) {
			double at_hz = 0, error = ladder_error_db(name, rate_hz, cutoffs_hz[c], resonances[i],
								  ladders[_i].feedback, &at_hz);

			if (!(error <= worst)) {
				worst = error;
				snprintf(where, sizeof(where), "for cutoff %g Hz, res %.3g, at %.0f Hz", cutoffs_hz[c],
					 resonances[i], at_hz);
			}
		}
	report(name, rate_hz, 0.5, worst, where);
}
END_TEST

static Suite *response_suite(void)
{
	Suite *s = suite_create("response");
	TCase *t = tcase_create("prototypes");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, a_filter_answers_as_its_analog_prototype_at_44100_hz, 0, LEN(filters));
	tcase_add_loop_test(t, a_filter_answers_as_its_analog_prototype_at_96000_hz, 0, FIRST_FAMILY);
	tcase_add_loop_test(t, a_bell_answers_as_its_analog_prototype, 0, LEN(gains_db));
	tcase_add_loop_test(t, a_quiet_ladder_answers_as_its_analog_prototype, 0, LEN(ladders));
	return s;
}

int main(void)
{
	return test_run(response_suite());
}
