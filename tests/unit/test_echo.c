/* Echoes: when each comes and how loud; and of all effects of time, that nothing clicks or grows. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/effect.h"
#include "tests/lib/figure.h"
#include "tests/lib/test.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { RATE_HZ = 44100 };

/* --- Echoes --------------------------------------------------------------------------------------------------- */

struct echo {
	double time_s, left, right;
};

static const struct {
	const char *name;
	double rate_hz, in;
	struct setting settings[SETTINGS_MAX];
	struct echo echoes[8];
} echoes[] = {
	{ "delay",
	  44100,
	  0.01,
	  { { "time", 0.25 }, { "feedback", 0.5 }, { "mix", 1 } },
	  { { 0.25, 1, 0 }, { 0.5, 0.5, 0 }, { 0.75, 0.25, 0 } } },
	{ "delay", 192000, 0.01, { { "time", 2 }, { "feedback", 0.9 }, { "mix", 1 } }, { { 2, 1, 0 } } },
	{ "multitap",
	  44100,
	  0.01,
	  { { "time", 0.1 }, { "taps", 4 }, { "feedback", 0 }, { "mix", 1 } },
	  { { 0.1, 0.25, 0 }, { 0.2, 0.125, 0 }, { 0.3, 1.0 / 12, 0 }, { 0.4, 0.0625, 0 } } },
	{ "multitap",
	  48000,
	  0.01,
	  { { "time", 1 }, { "taps", 2 }, { "feedback", 0.5 }, { "mix", 1 } },
	  { { 1, 0.5, 0 }, { 2, 0.25 + 0.125, 0 } } },
	{ "pingpong",
	  48000,
	  0.01,
	  { { "time", 0.125 }, { "feedback", 0.5 }, { "width", 1 }, { "mix", 1 } },
	  { { 0.125, 1, 0 }, { 0.25, 0, 0.5 }, { 0.375, 0.25, 0 }, { 0.5, 0, 0.125 } } },
	{ "pingpong",
	  48000,
	  0.01,
	  { { "time", 0.125 }, { "feedback", 0.5 }, { "width", 0.5 }, { "mix", 1 } },
	  { { 0.125, 0.75, 0.25 }, { 0.25, 0.125, 0.375 } } },
	{ "pingpong",
	  96000,
	  0.01,
	  { { "time", 0.125 }, { "feedback", 0.5 }, { "width", 1 }, { "channel", 1 }, { "mix", 1 } },
	  { { 0.125, 0, 1 }, { 0.25, 0.5, 0 } } },
	{ "pingpong",
	  44100,
	  0.01,
	  { { "time", 0 }, { "feedback", 0 }, { "width", 1 }, { "mix", 1 } },
	  { { 2.0 / 44100, 1, 0 } } },
};

/* Small enough that what saturates does not. */
START_TEST(each_echo_comes_at_its_frame_and_level)
{
	const struct echo *last = echoes[_i].echoes;
	double worst = 0, rate_hz = echoes[_i].rate_hz, rest = 0;
	struct answer a;
	char what[120];

	while (last[1].time_s > 0)
		last++;
	a = answer_new(last->time_s + 0.01, rate_hz);
	a.in[0][0] = a.in[1][0] = (sample)echoes[_i].in;
	answer_run(&a, echoes[_i].name, echoes[_i].settings);
	for (const struct echo *e = echoes[_i].echoes; e <= last; e++)
		for (unsigned ch = 0; ch < 2; ch++) {
			sample *at = &a.out[ch][lround(e->time_s * rate_hz)];

			worst = fmax(worst, fabs((double)*at / echoes[_i].in - (ch ? e->right : e->left)));
			*at = 0;
		}
	rest = fmax(signal_peak(a.out[0], a.n), signal_peak(a.out[1], a.n)) / echoes[_i].in;
	snprintf(what, sizeof what, "echoes at %s %g, %g Hz: worst level error", echoes[_i].settings[0].param,
		 echoes[_i].settings[0].value, rate_hz);
	figure_at_most(echoes[_i].name, what, "", 1e-3, worst);
	figure_at_most(echoes[_i].name, "anything between the echoes", "", 1e-3, rest);
	answer_free(&a);
}
END_TEST

START_TEST(a_tape_echo_comes_in_time_and_loses_treble)
{
	struct answer a = answer_new(1, RATE_HZ);
	double first, second, centre = 0;

	a.in[0][0] = 0.01f;
	answer_run(&a, "tapedelay",
		   (const struct setting[]){ { "time", 0.25 },
					     { "feedback", 0.5 },
					     { "wow", 0 },
					     { "flutter", 0 },
					     { "saturation", 0 },
					     { "mix", 1 },
					     { NULL, 0 } });
	ck_assert_double_lt(signal_peak(a.out[0], 11025), 1e-6);
	for (size_t i = 11025; i < 12000; i++)
		centre += ((double)i - 11025) * (double)a.out[0][i] / 0.01;
	figure_within("tapedelay", "lag of the low-pass behind 0.25 s", "frames", 0.7 / 0.3, 0.02, centre);
	first = sine_level_db(a.out[0] + 11000, 8192, RATE_HZ, 8000);
	second = sine_level_db(a.out[0] + 22025, 8192, RATE_HZ, 8000);
	ck_assert_double_lt(second, first - 12); /* 6 dB of the feedback and more of the low-pass */
	answer_free(&a);
}
END_TEST

/* --- Bounds, steps and width ---------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	double bound;
	struct setting settings[SETTINGS_MAX];
} bounds[] = {
	{ "delay", 1, { { "time", 0.01 }, { "feedback", 0.99 }, { "mix", 1 } } },
	{ "delay", 1, { { "time", 0.00012 }, { "feedback", 0.99 }, { "mix", 1 } } },
	{ "multitap", 1, { { "time", 0.01 }, { "taps", 2 }, { "feedback", 0.95 }, { "mix", 1 } } },
	{ "pingpong", 1, { { "time", 0.01 }, { "feedback", 0.99 }, { "width", 1 }, { "mix", 1 } } },
	{ "tapedelay", 1, { { "time", 0.01 }, { "feedback", 0.95 }, { "wow", 1 }, { "flutter", 1 }, { "mix", 1 } } },
	{ "flanger", 4, { { "depth", 1 }, { "rate", 3 }, { "feedback", 0.95 } } },
	{ "phaser", 16, { { "rate", 5 }, { "depth", 1 }, { "feedback", 0.95 }, { "stages", 12 } } },
};

/* Noise of peak 1, its interpolations a quarter more; then silence, in which what rings must fall. */
START_TEST(the_highest_feedback_is_bounded_and_dies_away)
{
	enum { NOISE_S = 5, SECONDS = 12 };
	struct answer a = answer_new(SECONDS, RATE_HZ);
	char what[80];
	double after, later;

	signal_noise(a.in[0], NOISE_S * RATE_HZ, 5, 1);
	memcpy(a.in[1], a.in[0], a.n * sizeof(sample));
	answer_run(&a, bounds[_i].name, bounds[_i].settings);
	after = signal_energy(a.out[0], NOISE_S * RATE_HZ, (NOISE_S + 1) * RATE_HZ);
	later = signal_energy(a.out[0], (SECONDS - 1) * RATE_HZ, SECONDS * RATE_HZ);
	snprintf(what, sizeof what, "peak on noise of peak 1 at the highest feedback, %s %g",
		 bounds[_i].settings[0].param, bounds[_i].settings[0].value);
	figure_at_most(bounds[_i].name, what, "", 1.25 * bounds[_i].bound, signal_peak(a.out[0], a.n));
	ck_assert_msg(later < after / 100, "%s: %g after %g", bounds[_i].name, later, after);
	answer_free(&a);
}
END_TEST

static const struct step steps[] = {
	{ "delay", "time", 0.1, 0.3, { { "mix", 1 } } },
	{ "delay", "time", 0.1, 0.1005, { { "mix", 1 } } },
	{ "delay", "time", 0.3, 0, { { "mix", 1 } } },
	{ "delay", "feedback", 0, 0.99, { { "time", 0.1 }, { "mix", 1 } } },
	{ "delay", "mix", 0, 1, { { "time", 0.1 } } },
	{ "multitap", "time", 0.1, 0.3, { { "taps", 4 }, { "mix", 1 } } },
	{ "multitap", "mix", 0, 1, { { "taps", 4 }, { "time", 0.1 } } },
	{ "pingpong", "time", 0.1, 0.3, { { "feedback", 0.5 }, { "mix", 1 } } },
	{ "pingpong", "width", 0, 1, { { "feedback", 0.5 }, { "time", 0.1 }, { "mix", 1 } } },
	{ "pingpong", "mix", 0, 1, { { "feedback", 0.5 }, { "time", 0.1 } } },
	{ "tapedelay", "time", 0.1, 0.12, { { "feedback", 0.5 }, { "mix", 1 } } },
	{ "tapedelay", "wow", 0, 1, { { "time", 0.1 }, { "feedback", 0.5 }, { "mix", 1 } } },
	{ "tapedelay", "saturation", 0, 1, { { "time", 0.1 }, { "feedback", 0.5 }, { "mix", 1 } } },
	{ "chorus", "depth", 0, 1, { { "rate", 1 }, { "mix", 1 } } },
	{ "chorus", "mix", 0, 1, { { "rate", 1 }, { "depth", 1 } } },
	{ "flanger", "depth", 0, 1, { { "rate", 1 }, { "feedback", 0.5 } } },
	{ "flanger", "feedback", 0, 0.95, { { "rate", 1 }, { "depth", 1 } } },
	{ "phaser", "depth", 0, 1, { { "rate", 1 }, { "feedback", 0.5 }, { "stages", 6 } } },
	{ "phaser", "feedback", 0, 0.95, { { "rate", 1 }, { "depth", 1 }, { "stages", 6 } } },
	{ "fchorus", "separation", 0.005, 0.03, { { "variation", 0.002 }, { "rate", 0.5 } } },
	{ "vibrato", "depth", 0, 2, { { "rate", 1 } } },
	{ "tremolo", "depth", 0, 1, { { "rate", 1 } } },
};

START_TEST(a_step_of_a_parameter_does_not_click)
{
	step_check(&steps[_i]);
}
END_TEST

/* A delay that an LFO moves is followed without steps: against the sine at the time read. */
START_TEST(a_modulated_delay_has_no_zipper_noise)
{
	struct answer a = answer_new(2, RATE_HZ);
	sample *time_s = signal_new(a.n);
	double worst = 0;

	signal_sine(a.in[0], a.n, 1000, RATE_HZ, 0.01);
	for (size_t i = 0; i < a.n; i++)
		time_s[i] = (sample)(0.02 + 0.01 * sin(2 * M_PI * 3 * (double)i / RATE_HZ));
	answer_run_moving(&a, "delay", (const struct setting[]){ { "feedback", 0 }, { "mix", 1 }, { NULL, 0 } }, "time",
			  time_s);
	for (size_t i = RATE_HZ / 2; i < a.n; i++) {
		double read_s = (double)i / RATE_HZ - (double)time_s[i];

		worst = fmax(worst, fabs((double)a.out[0][i] / 0.01 - sin(2 * M_PI * 1000 * read_s)));
	}
	figure_at_most("delay", "error of 1 kHz under a sway of 10 ms at 3 Hz", "dB", -60, 20 * log10(worst));
	free(time_s);
	answer_free(&a);
}
END_TEST

static Suite *echo_suite(void)
{
	Suite *s = suite_create("echo");
	TCase *echo = tcase_create("echoes"), *bound = tcase_create("bounds");

	suite_add_tcase(s, echo);
	suite_add_tcase(s, bound);
	tcase_set_timeout(bound, 60);
	tcase_add_loop_test(echo, each_echo_comes_at_its_frame_and_level, 0, LEN(echoes));
	tcase_add_test(echo, a_tape_echo_comes_in_time_and_loses_treble);
	tcase_add_loop_test(bound, the_highest_feedback_is_bounded_and_dies_away, 0, LEN(bounds));
	tcase_add_loop_test(bound, a_step_of_a_parameter_does_not_click, 0, LEN(steps));
	tcase_add_test(bound, a_modulated_delay_has_no_zipper_noise);
	return s;
}

int main(void)
{
	return test_run(echo_suite());
}
