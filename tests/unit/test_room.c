/* Rooms: how long they ring, how wide they are, what frozen sound keeps, and that nothing builds up. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/effect.h"
#include "tests/lib/figure.h"
#include "tests/lib/test.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum { RATE_HZ = 44100 };

/* --- Decay ---------------------------------------------------------------------------------------------------- */

/* Seconds in which a response falls by 60 dB: backward integration of its energy (M. R. Schroeder, J. Acoust. Soc.
 * Am. 37, 1965) and the slope from -5 to -35 dB, as ISO 3382 has it. */
static double reverberation_s(const sample *response, size_t n, double rate_hz)
{
	double total = signal_energy(response, 0, n), left = total;
	size_t from = 0, to = 0;

	for (size_t i = 0; i < n; i++) {
		if (10 * log10(left / total) > -5)
			from = i;
		if (10 * log10(left / total) > -35)
			to = i;
		left = fmax(left - (double)response[i] * (double)response[i], 1e-30 * total);
	}
	ck_assert_uint_lt(to + 1, n);
	return 2 * (double)(to - from) / rate_hz;
}

/* Combs into all-passes, which ring for 0.186 s by themselves; the combs' time outgrows that from a room of 0.35 on. */
static double reverb_s(double room)
{
	double combs_s = 0.1 / -log10(0.84 * room), allpasses_s = 0.186;

	return cbrt(pow(combs_s, 3) + pow(allpasses_s, 3));
}

static double plate_s(double decay)
{
	return 0.544 / -log10(0.4 + 0.55 * (decay - 0.1) / 9.9);
}

static double lush_s(double decay)
{
	return 0.1 + 59.9 * decay * decay;
}

static double stereo_s(double time)
{
	return time;
}

static const struct {
	const char *name;
	double (*promised_s)(double value);
	double rate_hz;
	struct setting settings[SETTINGS_MAX]; /* [0] is the one that sets the time */
} decays[] = {
	{ "reverb", reverb_s, 44100, { { "room_size", 0 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.2 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 96000, { { "room_size", 0.2 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.3 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.4 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.5 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.6 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 0.8 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 44100, { { "room_size", 1 }, { "mix", 1 } } },
	{ "reverb", reverb_s, 96000, { { "room_size", 1 }, { "mix", 1 } } },
	{ "plate", plate_s, 44100, { { "decay", 0.1 }, { "damping", 0 } } },
	{ "plate", plate_s, 44100, { { "decay", 3 }, { "damping", 0 } } },
	{ "plate", plate_s, 44100, { { "decay", 6 }, { "damping", 0 } } },
	{ "plate", plate_s, 22050, { { "decay", 6 }, { "damping", 0 } } },
	{ "plate", plate_s, 96000, { { "decay", 6 }, { "damping", 0 } } },
	{ "plate", plate_s, 44100, { { "decay", 10 }, { "damping", 0 } } },
	{ "plate", plate_s, 44100, { { "decay", 6 } } },
	{ "lush", lush_s, 44100, { { "decay", 0.1 }, { "damping", 0 } } },
	{ "lush", lush_s, 44100, { { "decay", 0.2 }, { "damping", 0 } } },
	{ "lush", lush_s, 8000, { { "decay", 0.2 }, { "damping", 0 } } },
	{ "lush", lush_s, 96000, { { "decay", 0.2 }, { "damping", 0 } } },
	{ "lush", lush_s, 44100, { { "decay", 0.4 }, { "damping", 0 } } },
	{ "lush", lush_s, 44100, { { "decay", 0.4 }, { "damping", 0 }, { "spin", 1 }, { "wander", 1 } } },
	{ "lush", lush_s, 44100, { { "decay", 0.2 } } },
	{ "reverb_stereo", stereo_s, 44100, { { "time", 0.5 }, { "wet", 1 } } },
	{ "reverb_stereo", stereo_s, 44100, { { "time", 2 }, { "wet", 1 } } },
	{ "reverb_stereo", stereo_s, 192000, { { "time", 2 }, { "wet", 1 } } },
	{ "reverb_stereo", stereo_s, 44100, { { "time", 8 }, { "wet", 1 } } },
};

static void low_pass(sample *x, size_t n, double rate_hz, double hz)
{
	double pole = exp(-2 * M_PI * hz / rate_hz), y = 0;

	for (size_t i = 0; i < n; i++)
		x[i] = (sample)(y = y * pole + (double)x[i] * (1 - pole));
}

static void settings_print(char *text, size_t size, const struct setting *settings)
{
	text[0] = '\0';
	for (const struct setting *s = settings; s->param; s++) {
		size_t at = strlen(text);

		snprintf(text + at, size - at, "%s%s %g", at ? ", " : "", s->param, s->value);
	}
}

/* With damping the treble dies sooner, by intent: the bass keeps the time. */
START_TEST(a_room_is_60_db_down_after_the_time_that_its_parameter_says)
{
	double rate_hz = decays[_i].rate_hz, promised_s = decays[_i].promised_s(decays[_i].settings[0].value);
	bool is_damped = decays[_i].settings[1].param == NULL;
	struct answer a = answer_new(1.2 * promised_s + 0.5, rate_hz);
	char settings[120], what[240];

	a.in[0][0] = a.in[1][0] = 1;
	answer_run(&a, decays[_i].name, decays[_i].settings);
	settings_print(settings, sizeof settings, decays[_i].settings);
	a.out[0][0] = a.out[1][0] = 0; /* the dry signal */
	for (unsigned ch = 0; ch < 2; ch++) {
		low_pass(a.out[ch], a.n, rate_hz, is_damped ? 100 : 1000);
		snprintf(what, sizeof what, "RT60 at %s, %g Hz, %s", settings, rate_hz, ch ? "right" : "left");
		figure_within(decays[_i].name, what, "s", promised_s, 0.1 * promised_s,
			      reverberation_s(a.out[ch], a.n, rate_hz));
	}
	answer_free(&a);
}
END_TEST

static const struct {
	const char *name, *shorter; /* a parameter that takes treble, at 0.8 */
	struct setting settings[SETTINGS_MAX];
} dampings[] = {
	{ "reverb", "damping", { { "room_size", 1 }, { "damping", 0 }, { "mix", 1 } } },
	{ "plate", "damping", { { "decay", 6 }, { "damping", 0 } } },
	{ "lush", "damping", { { "decay", 0.2 }, { "damping", 0 } } },
};

/* Energy of the response's differences, which weighs treble, to its own, half a second after an impulse. */
static double treble_share(unsigned i, double damping)
{
	struct setting settings[SETTINGS_MAX];
	struct answer a = answer_new(1, RATE_HZ);
	double whole;

	memcpy(settings, dampings[i].settings, sizeof settings);
	settings[1].value = damping;
	a.in[0][0] = a.in[1][0] = 1;
	answer_run(&a, dampings[i].name, settings);
	whole = signal_energy(a.out[0], RATE_HZ / 2, a.n);
	for (size_t f = a.n - 1; f > 0; f--)
		a.out[0][f] -= a.out[0][f - 1];
	whole = signal_energy(a.out[0], RATE_HZ / 2, a.n) / whole;
	answer_free(&a);
	return whole;
}

START_TEST(damping_takes_treble)
{
	ck_assert_double_gt(treble_share((unsigned)_i, 0), 4 * treble_share((unsigned)_i, 0.8));
}
END_TEST

/* --- Space ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct setting wet[SETTINGS_MAX], longest[SETTINGS_MAX];
} rooms[] = {
	{ "reverb", { { "room_size", 0.8 }, { "mix", 1 } }, { { "room_size", 1 }, { "mix", 1 } } },
	{ "plate",
	  { { "decay", 5 }, { "mix", 1 } },
	  { { "decay", 10 }, { "mix", 1 }, { "damping", 0 }, { "diffusion", 1 }, { "mod_depth", 1 } } },
	{ "lush",
	  { { "decay", 0.2 }, { "mix", 1 } },
	  { { "decay", 0.9999 }, { "mix", 1 }, { "damping", 0 }, { "diffusion", 1 }, { "spin", 1 }, { "wander", 1 } } },
	{ "reverb_stereo", { { "time", 2 }, { "wet", 1 } }, { { "time", 30 }, { "wet", 1 } } },
};

/* What the room adds to noise that is the same on both sides. reverb_stereo makes no dry signal when all wet. */
static struct answer room_noise(unsigned i, const struct setting *settings, double noise_s, double seconds)
{
	struct answer a = answer_new(seconds, RATE_HZ);

	signal_noise(a.in[0], (size_t)(noise_s * RATE_HZ), 3, 0.5);
	memcpy(a.in[1], a.in[0], a.n * sizeof(sample));
	answer_run(&a, rooms[i].name, settings);
	for (unsigned ch = 0; ch < 2 && strcmp(rooms[i].name, "reverb_stereo") != 0; ch++)
		for (size_t f = 0; f < a.n; f++)
			a.out[ch][f] -= a.in[ch][f];
	return a;
}

START_TEST(a_mono_sound_makes_a_room_on_both_sides)
{
	struct answer a = room_noise((unsigned)_i, rooms[_i].wet, 5, 5);
	double left = signal_energy(a.out[0], RATE_HZ, a.n), right = signal_energy(a.out[1], RATE_HZ, a.n);

	figure_at_most(rooms[_i].name, "correlation of left and right, both hearing one noise", "", 0.2,
		       fabs(signal_correlation(a.out[0], a.out[1], RATE_HZ, a.n)));
	figure_within(rooms[_i].name, "level of the right to the left side", "dB", 0, 1.5, 10 * log10(right / left));
	answer_free(&a);
}
END_TEST

/* At the longest setting; a ring that grew would show in the seconds after the noise. */
START_TEST(the_longest_room_is_bounded)
{
	enum { NOISE_S = 5, SECONDS = 15 };
	struct answer a = room_noise((unsigned)_i, rooms[_i].longest, NOISE_S, SECONDS);
	double before = signal_energy(a.out[0], NOISE_S * RATE_HZ, (NOISE_S + 2) * RATE_HZ);

	for (size_t s = NOISE_S + 2; s + 2 <= SECONDS; s += 2) {
		double now = signal_energy(a.out[0], s * RATE_HZ, (s + 2) * RATE_HZ);

		ck_assert_msg(now < before, "%s grows by %.2f dB", rooms[_i].name, 10 * log10(now / before));
		before = now;
	}
	figure_at_most(rooms[_i].name, "peak of the longest room on 5 s of noise of peak 0.5", "", 10,
		       signal_peak(a.out[0], a.n));
	answer_free(&a);
}
END_TEST

START_TEST(a_room_does_not_keep_dc)
{
	struct answer a = answer_new(8, RATE_HZ);
	double mean = 0;

	for (size_t i = 0; i < a.n; i++)
		a.in[0][i] = a.in[1][i] = 0.5f;
	answer_run(&a, rooms[_i].name, rooms[_i].wet);
	for (size_t i = 7 * RATE_HZ; i < a.n; i++)
		mean += (double)a.out[0][i] - (strcmp(rooms[_i].name, "reverb_stereo") != 0 ? 0.5 : 0);
	figure_at_most(rooms[_i].name, "DC added to a constant of 0.5 after 7 s", "", 1e-3,
		       fabs(mean / (double)(a.n - 7 * RATE_HZ)));
	answer_free(&a);
}
END_TEST

/* --- Steps ---------------------------------------------------------------------------------------------------- */

static const struct step steps[] = {
	{ "reverb", "mix", 0, 1, { { "room_size", 0.8 } } },
	{ "reverb", "room_size", 0, 1, { { "mix", 1 } } },
	{ "reverb", "damping", 0, 1, { { "room_size", 0.8 }, { "mix", 1 } } },
	{ "plate", "mix", 0, 1, { { "decay", 5 } } },
	{ "plate", "predelay", 0, 120, { { "decay", 5 }, { "mix", 1 } } },
	{ "plate", "decay", 0.1, 10, { { "mix", 1 } } },
	{ "plate", "diffusion", 0, 1, { { "decay", 5 }, { "mix", 1 } } },
	{ "plate", "mod_depth", 0, 1, { { "decay", 5 }, { "mix", 1 } } },
	{ "lush", "mix", 0, 1, { { "decay", 0.2 } } },
	{ "lush", "predelay", 0, 0.5, { { "decay", 0.2 }, { "mix", 1 } } },
	{ "lush", "decay", 0, 0.5, { { "mix", 1 } } },
	{ "lush", "freeze", 0, 1, { { "decay", 0.2 }, { "mix", 1 } } },
	{ "lush", "spin", 0, 1, { { "decay", 0.2 }, { "mix", 1 } } },
	{ "reverb_stereo", "wet", 0, 1, { { "time", 2 } } },
	{ "reverb_stereo", "time", 0.5, 8, { { "wet", 1 } } },
};

START_TEST(a_step_of_a_parameter_does_not_click)
{
	step_check(&steps[_i]);
}
END_TEST

/* --- Plate ---------------------------------------------------------------------------------------------------- */

static size_t first_sound(const struct answer *a)
{
	for (size_t i = 1; i < a->n; i++)
		if (fabsf(a->out[0][i]) > 1e-9f)
			return i;
	return a->n;
}

START_TEST(a_predelay_is_exact)
{
	static const char *const names[] = { "plate", "lush" }, *const sways[] = { "mod_depth", "spin" };
	struct setting settings[SETTINGS_MAX] = { { "predelay", 0 }, { "decay", 0.5 }, { NULL, 0 } };
	struct answer at_once = answer_new(1, 48000), late = answer_new(1, 48000);

	for (unsigned i = 0; i < LEN(names); i++) {
		at_once.in[0][0] = at_once.in[1][0] = late.in[0][0] = late.in[1][0] = 1;
		settings[0].value = 0;
		settings[2].param = sways[i];
		settings[3] = (struct setting){ i == 0 ? NULL : "wander", 0 };
		answer_run(&at_once, names[i], settings);
		settings[0].value = i == 0 ? 250 : 0.25; /* ms; s */
		answer_run(&late, names[i], settings);
		figure_within(names[i], "predelay of 0.25 s at 48 kHz", "frames", 12000, 0.5,
			      (double)first_sound(&late) - (double)first_sound(&at_once));
	}
	answer_free(&at_once);
	answer_free(&late);
}
END_TEST

/* --- Convolution ---------------------------------------------------------------------------------------------- */

static double convolve_response(size_t frame, double rate_hz)
{
	static const double echo_ms[] = { 21, 43, 67, 89, 121, 156 }, level[] = { 0.6, 0.4, 0.3, 0.2, 0.15, 0.1 };
	double h = frame == 0 ? 1 : 0, t = (double)frame / rate_hz;

	for (unsigned k = 0; k < LEN(level); k++)
		if (frame == (size_t)lround(echo_ms[k] * 1e-3 * rate_hz))
			h += level[k];
	return h + (frame < (size_t)(0.5 * rate_hz) ? 0.05 * (44100 / rate_hz) * exp(-3 * t) : 0);
}

START_TEST(convolve_has_the_response_of_its_formula)
{
	static const double rates_hz[] = { 8000, 44100, 96000 };
	double rate_hz = rates_hz[_i], worst = 0;
	struct answer a = answer_new(3, rate_hz);
	char what[80];

	a.in[0][0] = 1;
	answer_run(&a, "convolve", (const struct setting[]){ { NULL, 0 } });
	for (size_t i = 0; i < a.n; i++)
		worst = fmax(worst, fabs((double)a.out[0][i] - convolve_response(i, rate_hz)));
	snprintf(what, sizeof what, "worst difference from its impulse response over 3 s, %g Hz", rate_hz);
	figure_at_most("convolve", what, "", 1e-6, worst);
	answer_free(&a);
}
END_TEST

/* --- Freezing ------------------------------------------------------------------------------------------------- */

/* Sound for a second, then silence; the trigger comes 100 ms before it ends. */
static struct answer frozen(void (*sound)(sample *out, size_t n), double seconds)
{
	struct answer a = answer_new(seconds, RATE_HZ);
	sample *trigger = signal_new(a.n);

	sound(a.in[0], RATE_HZ);
	trigger[RATE_HZ - RATE_HZ / 10] = 1;
	answer_run_moving(&a, "freeze", (const struct setting[]){ { NULL, 0 } }, "trigger", trigger);
	free(trigger);
	return a;
}

static void two_sines(sample *out, size_t n)
{
	signal_sine(out, n, 443.21, RATE_HZ, 0.5);
	for (size_t i = 0; i < n; i++)
		out[i] += (sample)(0.1 * sin(2 * M_PI * 3217.9 * (double)i / RATE_HZ));
}

START_TEST(freeze_holds_partials_at_their_frequency_and_level)
{
	struct answer a = frozen(two_sines, 20);
	double lowest = 1e9, highest = 0;

	figure_within("freeze", "level of a held sine of 443.21 Hz after 18 s", "dB", 20 * log10(0.5), 0.1,
		      sine_level_db(a.out[0] + 18 * RATE_HZ, RATE_HZ, RATE_HZ, 443.21));
	figure_within("freeze", "level of a held sine of 3217.9 Hz after 18 s", "dB", -20, 0.1,
		      sine_level_db(a.out[0] + 18 * RATE_HZ, RATE_HZ, RATE_HZ, 3217.9));
	for (size_t at = 0; at + RATE_HZ / 10 <= a.n; at += RATE_HZ / 10) {
		double rms = signal_rms(a.out[0] + at, RATE_HZ / 10);

		lowest = fmin(lowest, rms);
		highest = fmax(highest, rms);
	}
	figure_at_most("freeze", "change of level over 20 s, per 0.1 s, the onset among them", "dB", 0.5,
		       20 * log10(highest / lowest));
	figure_at_most("freeze", "click when a sine is taken", "dB of a full-scale step", -40,
		       signal_click_db(a.out[0], RATE_HZ / 2, RATE_HZ * 3 / 2));
	answer_free(&a);
}
END_TEST

static uint64_t noise_seed;

static void noise(sample *out, size_t n)
{
	signal_noise(out, n, noise_seed, 0.5);
}

/* Adds the energies of x in octaves from 500 Hz on. */
static void octaves_add(double sums[5], const sample *x)
{
	struct spectrum s;

	spectrum_init(&s, x, 32768, RATE_HZ);
	for (unsigned o = 0; o < 5; o++)
		for (double hz = 500 << o; hz < 1000 << o; hz += s.bin_hz)
			sums[o] += pow(10, (double)s.db[(size_t)(hz / s.bin_hz)] / 10);
	spectrum_fini(&s);
}

/* One moment of noise has any spectrum; the mean of many has that of the noise, but for what is lost because every
 * peak becomes a steady partial. */
START_TEST(freeze_holds_the_spectrum_of_noise)
{
	double heard[5] = { 0 }, held[5] = { 0 };

	for (noise_seed = 0; noise_seed < 30; noise_seed++) {
		struct answer a = frozen(noise, 3);

		octaves_add(heard, a.out[0]);
		octaves_add(held, a.out[0] + 2 * RATE_HZ);
		answer_free(&a);
	}
	for (unsigned o = 0; o < 5; o++) {
		char what[80];

		snprintf(what, sizeof what, "level of held noise in the octave from %d Hz, mean of 30", 500 << o);
		figure_within("freeze", what, "dB of the noise", 0, 3, 10 * log10(held[o] / heard[o]));
	}
}
END_TEST

START_TEST(freeze_passes_the_signal_until_the_first_onset)
{
	struct answer a = answer_new(1, RATE_HZ);

	signal_noise(a.in[0], a.n, 1, 0.5);
	answer_run(&a, "freeze", (const struct setting[]){ { NULL, 0 } });
	ck_assert_mem_eq(a.in[0], a.out[0], a.n * sizeof(sample));
	answer_free(&a);
}
END_TEST

START_TEST(freeze_takes_another_sound_at_the_next_onset)
{
	struct answer a = answer_new(3, RATE_HZ);
	sample *trigger = signal_new(a.n);

	signal_sine(a.in[0], a.n, 400, RATE_HZ, 0.5);
	signal_sine(a.in[0] + RATE_HZ, a.n - RATE_HZ, 1500, RATE_HZ, 0.5);
	trigger[RATE_HZ / 2] = trigger[RATE_HZ * 3 / 2] = 1;
	answer_run_moving(&a, "freeze", (const struct setting[]){ { NULL, 0 } }, "trigger", trigger);
	ck_assert_double_gt(sine_level_db(a.out[0] + RATE_HZ, RATE_HZ / 2, RATE_HZ, 400), -7);
	ck_assert_double_lt(sine_level_db(a.out[0] + RATE_HZ, RATE_HZ / 2, RATE_HZ, 1500), -60);
	ck_assert_double_gt(sine_level_db(a.out[0] + 2 * RATE_HZ, RATE_HZ / 2, RATE_HZ, 1500), -7);
	ck_assert_double_lt(sine_level_db(a.out[0] + 2 * RATE_HZ, RATE_HZ / 2, RATE_HZ, 400), -60);
	free(trigger);
	answer_free(&a);
}
END_TEST

START_TEST(a_frozen_lush_goes_on_for_ever)
{
	enum { SECONDS = 32 };
	struct answer a = answer_new(SECONDS, RATE_HZ);
	sample *freeze = signal_new(a.n);
	double first, last;

	signal_noise(a.in[0], RATE_HZ, 3, 0.5);
	for (size_t i = RATE_HZ; i < a.n; i++)
		freeze[i] = 1;
	answer_run_moving(&a, "lush", (const struct setting[]){ { "decay", 0.2 }, { "mix", 1 }, { NULL, 0 } }, "freeze",
			  freeze);
	first = signal_energy(a.out[0], 2 * RATE_HZ, 4 * RATE_HZ);
	last = signal_energy(a.out[0], (SECONDS - 2) * RATE_HZ, SECONDS * RATE_HZ);
	figure_within("lush", "level of frozen sound after 30 s", "dB of the first seconds", 0, 0.5,
		      10 * log10(last / first));
	free(freeze);
	answer_free(&a);
}
END_TEST

static Suite *room_suite(void)
{
	Suite *s = suite_create("room");
	TCase *t = tcase_create("decay"), *space = tcase_create("space"), *hold = tcase_create("hold");

	suite_add_tcase(s, t);
	suite_add_tcase(s, space);
	suite_add_tcase(s, hold);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, a_room_is_60_db_down_after_the_time_that_its_parameter_says, 0, LEN(decays));
	tcase_add_loop_test(t, damping_takes_treble, 0, LEN(dampings));
	tcase_set_timeout(space, 60);
	tcase_add_loop_test(space, a_mono_sound_makes_a_room_on_both_sides, 0, LEN(rooms));
	tcase_add_loop_test(space, the_longest_room_is_bounded, 0, LEN(rooms));
	tcase_add_loop_test(space, a_room_does_not_keep_dc, 0, LEN(rooms));
	tcase_add_loop_test(space, a_step_of_a_parameter_does_not_click, 0, LEN(steps));
	tcase_add_test(space, a_predelay_is_exact);
	tcase_add_loop_test(space, convolve_has_the_response_of_its_formula, 0, 3);
	tcase_set_timeout(hold, 60);
	tcase_add_test(hold, freeze_holds_partials_at_their_frequency_and_level);
	tcase_add_test(hold, freeze_holds_the_spectrum_of_noise);
	tcase_add_test(hold, freeze_passes_the_signal_until_the_first_onset);
	tcase_add_test(hold, freeze_takes_another_sound_at_the_next_onset);
	tcase_add_test(hold, a_frozen_lush_goes_on_for_ever);
	return s;
}

int main(void)
{
	return test_run(room_suite());
}
