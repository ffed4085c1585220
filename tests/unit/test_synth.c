/* Notes of instruments, heard: triggered synths, buses and oscillators that a pattern plays. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/figure.h"
#include "tests/lib/listen.h"
#include "tests/lib/test.h"

enum { RATE = 44100 };

static struct render_engine *engine;

static void set_up(void)
{
	struct render_config config = { .n_threads = 2 };
	struct error err = ERROR_INIT;
	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void tear_down(void)
{
	render_engine_free(engine);
}

/* Amplitude of a frequency in a tenth of a second from a time on, under a Hann window. */
static double amplitude(const sample *x, double from_s, double freq_hz)
{
	enum { N = RATE / 10 };
	size_t from = (size_t)(from_s * RATE);
	double re = 0, im = 0, weight = 0;
	for (size_t i = 0; i < N; i++) {
		double w = 0.5 - 0.5 * cos(2 * M_PI * (double)i / N), p = 2 * M_PI * freq_hz * (double)i / RATE;
		re += w * (double)x[from + i] * cos(p);
		im += w * (double)x[from + i] * sin(p);
		weight += w;
	}
	return 2 * hypot(re, im) / weight;
}

struct tone {
	double from_s, freq_hz, level;
};

static const struct {
	const char *what, *source; /* at one cycle a second, hard left */
	struct tone tones[3];
} cases[] = {
	{ "a note sounds at its pitch while its event lasts",
	  "sine \"a4 ~\" 0.01 0.1 0.5 0.05",
	  { { 0.3, 440, 0.5 }, { 0.6, 440, 0 } } },
	{ "without an envelope it is a pluck", "sine \"a4\"", { { 0.2, 440, 0 } } },
	{ "a bus that holds notes", "sine ~p 0.01 0.1 0.5", { { 0.3, 880, 0.5 } } },
	{ "numbers are Hz", "sine_trig \"330 ~\" 0.01 0.01 1", { { 0.2, 330, 1 } } },
	{ "synth names its wave", "synth \"a4 ~\" \"sine\" 0.01 0.01 1", { { 0.2, 440, 1 } } },
	{ "the notes of a chord share the power of one",
	  "sine \"a4'maj ~\" 0.01 0.01 1",
	  { { 0.2, 440, 0.57735 }, { 0.2, 554.36526, 0.57735 }, { 0.2, 659.25511, 0.57735 } } },
	{ "n transposes", "sine \"a4\" 0.01 0.01 1 # n 12", { { 0.3, 880, 1 } } },
	{ "note transposes", "sine \"a4\" 0.01 0.01 1 # note -12", { { 0.3, 220, 1 } } },
	{ "gain is a factor", "sine \"a4\" 0.01 0.01 1 # gain 0.25", { { 0.3, 440, 0.25 } } },
	{ "modifiers replace the envelope", "sine \"a4\" # sustain 0.3", { { 0.5, 440, 0.3 } } },
	{ "transforms reach the notes", "sine \"a4 a5\" 0.01 0.01 1 $ rev", { { 0.2, 880, 1 }, { 0.7, 440, 1 } } },
	{ "an oscillator played by names", "sine 110 # note \"a4\" # adsr 0.01 0.01 1", { { 0.3, 440, 1 } } },
	{ "an oscillator played by numbers", "sine 110 # note \"12\" # adsr 0.01 0.01 1", { { 0.3, 220, 1 } } },
	{ "a bus played by names", "s \"~x\" # note \"a4\" # adsr 0.01 0.01 1", { { 0.3, 440, 0.5 } } },
	{ "a bus played as it is", "s \"~x\" # adsr 0.01 0.01 1", { { 0.3, 110, 0.5 } } },
	{ "all frequencies of a bus follow",
	  "s \"~two\" # note \"a4\" # adsr 0.01 0.01 1",
	  { { 0.3, 440, 0.5 }, { 0.3, 1320, 0.25 } } },
	{ "legato is the gate", "sine \"a4\" 0.01 0.01 1 0.05 # legato 0.5", { { 0.3, 440, 1 }, { 0.56, 440, 0 } } },
};

START_TEST(test_a_note_sounds_as_written)
{
	char source[512];
	struct recording r;
	snprintf(source, sizeof source,
		 "cps: 1\n~p $ \"a5 ~\"\n~x $ sine 110 * 0.5\n~two $ sine 110 * 0.5 + sine 330 * 0.25\nout $ %s # pan "
		 "-1",
		 cases[_i].source);
	listen(&r, engine, source, 1, 1, 0);
	for (int k = 0; k < 3 && cases[_i].tones[k].freq_hz > 0; k++) {
		const struct tone *t = &cases[_i].tones[k];
		double level = amplitude(r.ch[0], t->from_s, t->freq_hz);
		ck_assert_msg(fabs(level - t->level) < 0.003, "%s: %g Hz at %g s: expected %g, found %g",
			      cases[_i].what, t->freq_hz, t->from_s, t->level, level);
	}
	ck_assert_msg(r.diags.n == 0, "%s: %s", cases[_i].what, r.diags.items[0].message);
	recording_fini(&r);
}
END_TEST

/* Every event starts the sound anew: state of filters, phases and noise is that of its own frame 0. */
START_TEST(test_a_note_starts_anew_on_its_frame)
{
	struct recording r;
	listen(&r, engine,
	       "cps: 1\n~x $ (noise * 0.3 + saw 110) # lpf 500 4\nout $ s \"~ ~x ~x ~x\" # ar 0.001 0.2 # pan -1", 1, 1,
	       0);
	ck_assert_msg(r.ch[0][11025] == 0 && r.ch[0][11026] != 0, "the onset is on frame 11025");
	for (size_t i = 11025; i < 2 * 11025; i++)
		ck_assert_msg(r.ch[0][i] == r.ch[0][i + 11025], "frame %zu", i);
	recording_fini(&r);
}
END_TEST

/* A voice of one synth is no voice of another: two together are the sum of each alone. */
START_TEST(test_synths_have_pools_of_their_own)
{
	static const char a[] = "saw \"c3 e3 g3\" 0.01 0.1 0.4 0.2 # gain 0.3",
			  b[] = "square \"c4*5\" 0.01 0.05 0 0.1 # gain 0.2";
	char source[256];
	struct recording both, one, other;
	double worst = 0;

	snprintf(source, sizeof source, "o1 $ %s\no2 $ %s", a, b);
	listen(&both, engine, source, 2, 1, 0);
	snprintf(source, sizeof source, "o1 $ %s", a);
	listen(&one, engine, source, 2, 1, 0);
	snprintf(source, sizeof source, "o2 $ %s", b);
	listen(&other, engine, source, 2, 1, 0);
	for (size_t i = 0; i < both.n_frames; i++)
		worst = fmax(worst, fabs((double)both.ch[0][i] - (double)one.ch[0][i] - (double)other.ch[0][i]));
	figure_at_most("triggered synths", "difference of two together from the sum of each alone", "of full scale",
		       1e-6, worst);
	recording_fini(&both);
	recording_fini(&one);
	recording_fini(&other);
}
END_TEST

START_TEST(test_pitch_of_notes_is_exact)
{
	static const char *const names[] = { "a1", "c3", "ef4", "f#5", "a6" };
	static const double midi[] = { 33, 48, 63, 78, 93 };
	double worst_cents = 0;
	for (int i = 0; i < 5; i++) {
		char source[128];
		struct recording r;
		double expected = 440 * exp2((midi[i] - 69) / 12), re[2] = { 0 }, im[2] = { 0 };
		snprintf(source, sizeof source, "cps: 0.1\nout $ sine \"%s\" 0.01 0.01 1", names[i]);
		listen(&r, engine, source, 9, 1, 0);
		/* The phase against the expected tone in two windows, seven seconds apart. */
		for (int w = 0; w < 2; w++)
			for (size_t k = 0; k < RATE; k++) {
				double t = ((double)k + (1 + 7 * w) * RATE) / RATE;
				double x = (double)r.ch[0][k + (size_t)((1 + 7 * w) * RATE)];
				re[w] += x * cos(2 * M_PI * expected * t);
				im[w] += x * sin(2 * M_PI * expected * t);
			}
		double turn = remainder(atan2(im[1], re[1]) - atan2(im[0], re[0]), 2 * M_PI) / (2 * M_PI);
		worst_cents = fmax(worst_cents, fabs(1200 * log2(1 + turn / 7 / expected)));
		recording_fini(&r);
	}
	figure_at_most("triggered synths", "pitch error of notes", "cents", 0.01, worst_cents);
}
END_TEST

Suite *synth_suite(void);

Suite *synth_suite(void)
{
	Suite *s = suite_create("synth");
	TCase *t = tcase_create("synth");
	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_a_note_sounds_as_written, 0, sizeof cases / sizeof *cases);
	tcase_add_test(t, test_a_note_starts_anew_on_its_frame);
	tcase_add_test(t, test_synths_have_pools_of_their_own);
	tcase_add_test(t, test_pitch_of_notes_is_exact);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(synth_suite());
}
