/* Envelopes: of cycles at exact frames over odd tempos, from the start on, and played by gates. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/engine/tempo.h"
#include "tests/lib/figure.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, FRAMES = 1 << 16 };

/* --- Cycles ----------------------------------------------------------------------------------------------------- */

struct tempo_case {
	uint32_t rate_hz;
	int64_t num, den; /* cycles per second */
};

/* Cycles of whole frames, of halves (8 cycles a second: 5512.5 frames), of endless fractions, and very short ones. */
static const struct tempo_case tempos[] = {
	{ 44100, 1, 2 },
	{ 44100, 8, 1 },
	{ 44100, 7, 3 },
	{ 44100, 32, 15 },
	{ 48000, 13, 11 },
	{ 44100, 174, 60 },
	{ 192000, 5833333, 10000000 },
	{ 44100, 4000, 3 },
	{ 44100, 1, 97 },
	{ 96000, 17, 7 },
};

static void set_tempo(struct kernel_fixture *k, const struct tempo_case *c)
{
	k->env.cps = rational_to_double(rational_make(c->num, c->den));
	k->env.cycles_per_frame = k->env.cps / c->rate_hz;
}

static int64_t start_of(const struct tempo_case *c, int64_t cycle)
{
	struct tempo t = { .sample_rate_hz = c->rate_hz, .cps = rational_make(c->num, c->den) };
	struct error err;
	int64_t frame = 0;

	ck_assert_int_eq(tempo_frame(&t, rational_int(cycle), &frame, &err), 0);
	return frame;
}

/* The cycle that a frame is in. */
static int64_t cycle_of(const struct tempo_case *c, int64_t frame)
{
	int64_t cycle = (int64_t)((double)frame * (double)c->num / (double)c->den / c->rate_hz);

	while (start_of(c, cycle) > frame)
		cycle--;
	while (start_of(c, cycle + 1) <= frame)
		cycle++;
	return cycle;
}

/* Compares a line over the cycle with where the cycle's frames are, from a frame on. */
static void check_line(const struct tempo_case *c, uint64_t first)
{
	struct kernel_fixture k;
	sample *out = signal_new(FRAMES);
	int64_t cycle = cycle_of(c, (int64_t)first), begin = start_of(c, cycle), end = start_of(c, cycle + 1);

	kernel_init(&k, "line", c->rate_hz);
	set_tempo(&k, c);
	kernel_set(&k, "start", 0);
	kernel_set(&k, "end", 1);
	k.frame = first;
	kernel_run(&k, out, NULL, FRAMES);
	for (size_t i = 0; i < FRAMES; i++) {
		int64_t frame = (int64_t)(first + i);
		if (frame == end) {
			begin = end;
			end = start_of(c, ++cycle + 1);
		}
		float wanted = (float)(frame - begin) / (float)(end - begin);
		if (out[i] != wanted)
			ck_abort_msg("%lld/%lld at %u Hz: frame %lld of the cycle from %lld to %lld is %.9g, not %.9g",
				     (long long)c->num, (long long)c->den, c->rate_hz, (long long)frame,
				     (long long)begin, (long long)end, (double)out[i], (double)wanted);
	}
	kernel_fini(&k);
	free(out);
}

START_TEST(test_cycles_begin_where_their_events_do)
{
	check_line(&tempos[_i], 0);
	check_line(&tempos[_i], 1000000000 / 64 * 64);  /* six hours on */
	check_line(&tempos[_i], 20000000000 / 64 * 64); /* five days on */
}
END_TEST

struct level_case {
	const char *node;
	const char *params[4];
	double values[4];
	struct {
		int64_t frame; /* below 0: before the next cycle begins */
		double level;
	} at[6];
};

/* At 44.1 kHz and a cycle of 88200 frames. */
static const struct level_case level_cases[] = {
	{ "adsr",
	  { "attack", "decay", "sustain", "release" },
	  { 0.01, 0.1, 0.5, 0.2 },
	  { { 0, 0 }, { 441, 1 }, { 441 + 2205, 0.75 }, { 441 + 4410, 0.5 }, { -8820, 0.5 }, { -882, 0.05 } } },
	{ "adsr", { "attack", "decay", NULL }, { 0, 0 }, { { 22, 22 / 44.1 }, { 89, 0.7 }, { -4410, 0.35 } } },
	{ "ad",
	  { "attack", "decay", NULL },
	  { 0.02, 0.5 },
	  { { 441, 0.5 }, { 882, 1 }, { 882 + 11025, 0.5 }, { -1, 0 } } },
	{ "ar",
	  { "attack", "release", NULL },
	  { 0.1, 0.3 },
	  { { 2205, 0.5 }, { 4410, 1 }, { -6615, 0.5 }, { -1, 1 / 13230.0 } } },
	{ "attack", { "attack", NULL }, { 0.5 }, { { 11025, 0.5 }, { 22050, 1 }, { -44, 44 / 44.1 } } },
	{ "release", { "release", NULL }, { 0.5 }, { { 0, 0 }, { 45, 1 }, { -11025, 0.5 } } },
};

static double level_error(const struct level_case *c, const sample *out, size_t begin, size_t length)
{
	double worst = 0;

	for (size_t i = 0; i < 6; i++) {
		int64_t frame = c->at[i].frame < 0 ? (int64_t)length + c->at[i].frame : c->at[i].frame;
		worst = fmax(worst, fabs((double)out[begin + (size_t)frame] - c->at[i].level));
	}
	return worst;
}

START_TEST(test_levels_at_exact_frames_of_each_cycle)
{
	enum { LENGTH = 88200, N = 3 * 88256 / 64 * 64 };
	const struct level_case *c = &level_cases[_i];
	struct kernel_fixture k;
	sample *out = signal_new(N);
	char what[96];

	kernel_init(&k, c->node, RATE_HZ);
	kernel_set(&k, "in", 1);
	for (int p = 0; p < 4 && c->params[p]; p++)
		kernel_set(&k, c->params[p], c->values[p]);
	kernel_run(&k, out, NULL, N);
	snprintf(what, sizeof what, "error of levels at exact frames of cycles, %s %g s", c->params[0], c->values[0]);
	figure_at_most(c->node, what, "", 1e-6,
		       fmax(level_error(c, out, 0, LENGTH), level_error(c, out, LENGTH, LENGTH)));
	kernel_fini(&k);
	free(out);
}
END_TEST

/* --- From the start on ------------------------------------------------------------------------------------------ */

/* Runs a node of three or four constants. */
static void run_constants(const char *node, const char *const *names, const double *values, sample *out)
{
	struct kernel_fixture k;

	kernel_init(&k, node, RATE_HZ);
	for (int p = 0; names[p]; p++)
		kernel_set(&k, names[p], values[p]);
	kernel_run(&k, out, NULL, FRAMES);
	kernel_fini(&k);
}

START_TEST(test_xline_is_exponential_and_holds)
{
	static const char *const names[] = { "start", "end", "dur", NULL };
	static const double values[][3] = {
		{ 20, 20000, 1 }, { 5000, 200, 0.7 }, { -1, -0.001, 1.2 }, { 100, 100, 1 }, { -1, 1, 1 }, { 0, 5, 0.5 },
	};
	sample *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
		const double *v = values[k];
		bool is_curved = v[0] * v[1] > 0;
		run_constants("xline", names, v, out);
		for (size_t i = 0; i < FRAMES; i++) {
			double x = fmin((double)i / RATE_HZ / v[2], 1);
			double wanted = is_curved ? v[0] * pow(v[1] / v[0], x) : v[0] + (v[1] - v[0]) * x;
			worst = fmax(worst, fabs((double)out[i] - wanted) / (is_curved ? fabs(wanted) : 1));
		}
		ck_assert_float_eq(out[FRAMES - 1], (float)v[1]);
	}
	figure_at_most("xline", "relative error", "", 1e-5, worst);
	free(out);
}
END_TEST

START_TEST(test_curve_bends_as_its_formula)
{
	static const char *const names[] = { "start", "end", "dur", "curve", NULL };
	static const double bends[] = { -20, -4, -0.01, 0, 1e-5, 0.5, 3, 20 };
	sample *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t k = 0; k < sizeof bends / sizeof bends[0]; k++) {
		double c = bends[k], values[4] = { 1, 3, 1, c };
		run_constants("curve", names, values, out);
		for (size_t i = 0; i < FRAMES; i++) {
			double x = fmin((double)i / RATE_HZ, 1), share = c == 0 ? x : expm1(c * x) / expm1(c);
			worst = fmax(worst, fabs((double)out[i] - (1 + 2 * share)));
		}
		ck_assert_float_eq(out[0], 1);
		ck_assert_float_eq(out[FRAMES - 1], 3);
	}
	figure_at_most("curve", "error, curves -20 to 20", "", 1e-5, worst);
	free(out);
}
END_TEST

START_TEST(test_segments_go_through_their_levels)
{
	static const sample levels[] = { 0, 1, 0.25, 0.25, 3 }, times[] = { 0.01, 0.1, 0, 0.5 };
	static const struct {
		size_t frame;
		double level;
	} at[] = { { 0, 0 },
		   { 220, 220 / 441.0 },
		   { 441, 1 },
		   { 441 + 2205, 0.625 },
		   { 441 + 4410 + 22050 / 2, 1.625 },
		   { 441 + 4410 + 22050, 3 },
		   { FRAMES - 1, 3 } };
	struct kernel_fixture k;
	sample *out = signal_new(FRAMES);
	double worst = 0;

	kernel_init(&k, "segments", RATE_HZ);
	kernel_set_list(&k, "levels", levels, 5);
	kernel_set_list(&k, "times", times, 4);
	kernel_run(&k, out, NULL, FRAMES);
	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		worst = fmax(worst, fabs((double)out[at[i].frame] - at[i].level));
	figure_at_most("segments", "error of levels at exact frames", "", 1e-6, worst);
	kernel_fini(&k);
	free(out);
}
END_TEST

START_TEST(test_segments_use_the_last_time_for_those_that_are_missing)
{
	static const sample levels[] = { 0, 1, 2, 3 }, times[] = { 0.25 };
	struct kernel_fixture k;
	sample *out = signal_new(FRAMES);

	kernel_init(&k, "segments", RATE_HZ);
	kernel_set_list(&k, "levels", levels, 4);
	kernel_set_list(&k, "times", times, 1);
	kernel_run(&k, out, NULL, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		if (fabs((double)out[i] - fmin((double)i / 11025, 3)) > 1e-6)
			ck_abort_msg("frame %zu is %g", i, (double)out[i]);
	kernel_fini(&k);
	free(out);
}
END_TEST

START_TEST(test_env_settles_at_its_sustain_level)
{
	static const char *const names[] = { "in", "attack", "decay", "sustain", "release", NULL };
	static const double values[] = { 0.5, 0.01, 0.1, 0.4, 0.3 };
	sample *out = signal_new(FRAMES);

	run_constants("env", names, values, out);
	double worst = fabs((double)out[0]);
	worst = fmax(worst, fabs((double)out[441] - 0.5));
	worst = fmax(worst, fabs((double)out[441 + 2205] - 0.35));
	worst = fmax(worst, fabs((double)out[441 + 4410] - 0.2));
	worst = fmax(worst, fabs((double)out[FRAMES - 1] - 0.2));
	figure_at_most("env", "error of levels at exact frames", "", 1e-6, worst);
	free(out);
}
END_TEST

/* --- Gates ------------------------------------------------------------------------------------------------------ */

/* A gate as the engine makes it of events. */
static sample *gate_new(const size_t (*events)[2], size_t n)
{
	sample *gate = signal_new(FRAMES);

	for (size_t e = 0; e < n; e++)
		for (size_t i = events[e][0]; i < events[e][1]; i++)
			gate[i] = i == events[e][0] ? 2 : 1;
	return gate;
}

/* Runs a node on a gate; times in seconds, NaN ends them. */
static void run_gate(const char *node, const sample *gate, const char *const *names, const double *values, size_t block,
		     sample *out)
{
	struct kernel_fixture k;

	kernel_init(&k, node, RATE_HZ);
	k.block_frames = block;
	kernel_connect(&k, "gate", gate, NULL);
	for (int p = 0; names && names[p]; p++)
		kernel_set(&k, names[p], values[p]);
	kernel_run(&k, out, NULL, FRAMES);
	kernel_fini(&k);
}

struct gated_case {
	const char *node;
	const char *names[6];
	double values[6];
	struct {
		size_t frame;
		double level;
	} at[10];
};

/* Events at 1000..5000 and 5000..9000, which touch, and a short one at 20000..20100. */
static const size_t touching[][2] = { { 1000, 5000 }, { 5000, 9000 }, { 20000, 20100 } };

static const struct gated_case gated_cases[] = {
	{ "tadsr",
	  { "attack", "decay", "sustain", "release" },
	  { 441 / 44100.0, 882 / 44100.0, 0.5, 1000 / 44100.0 },
	  { { 999, 0 },
	    { 1000, 0 },
	    { 1441, 1 },
	    { 1441 + 441, 0.75 },
	    { 5000, 0.5 }, /* the second begins where the first is */
	    { 5441, 1 },
	    { 9000, 0.5 },
	    { 9500, 0.25 },
	    { 10000, 0 },
	    { 20600, 50 / 441.0 } } }, /* half the release of what 100 frames of attack reached */
	{ "tar",
	  { "attack", "release" },
	  { 441 / 44100.0, 8820 / 44100.0 },
	  { { 1000, 0 },
	    { 1441, 1 },
	    { 1441 + 2205, 0.75 },
	    { 5000, 1 - 3559 / 8820.0 },
	    { 5441, 1 },
	    { 5441 + 4410, 0.5 },
	    { 5441 + 8820, 0 },
	    { 20441, 1 },
	    { 20441 + 8820, 0 },
	    { 40000, 0 } } },
	{ "asr",
	  { "attack", "release" },
	  { 4410 / 44100.0, 2000 / 44100.0 },
	  { { 1000, 0 },
	    { 3205, 0.5 },
	    { 5000, 4000 / 4410.0 },
	    { 9000, 1 - (1 - 4000 / 4410.0) * (410 / 4410.0) },
	    { 10000, 0.5 * (1 - (1 - 4000 / 4410.0) * (410 / 4410.0)) },
	    { 11000, 0 },
	    { 20100, 100 / 4410.0 },
	    { 21100, 50 / 4410.0 },
	    { 22100, 0 },
	    { 40000, 0 } } },
	{ "env_trig",
	  { "in", "attack", "decay", "sustain", "release" },
	  { 2, 441 / 44100.0, 441 / 44100.0, 0.25, 441 / 44100.0 },
	  { { 1000, 0 },
	    { 1441, 2 },
	    { 1882, 0.5 },
	    { 5000, 0.5 },
	    { 5441, 2 },
	    { 9000, 0.5 },
	    { 9441, 0 },
	    { 20100, 200 / 441.0 },
	    { 20541, 0 },
	    { 40000, 0 } } },
	{ "gate",
	  { NULL },
	  { 0 },
	  { { 999, 0 }, { 1000, 1 }, { 5000, 1 }, { 8999, 1 }, { 9000, 0 }, { 20099, 1 }, { 20100, 0 } } },
	{ "trig",
	  { NULL },
	  { 0 },
	  { { 999, 0 }, { 1000, 1 }, { 1001, 0 }, { 5000, 1 }, { 5001, 0 }, { 9000, 0 }, { 20000, 1 } } },
};

START_TEST(test_gated_envelopes_are_exact_to_the_frame)
{
	const struct gated_case *c = &gated_cases[_i];
	sample *gate = gate_new(touching, 3), *out = signal_new(FRAMES), *single = signal_new(FRAMES);
	double worst = 0;

	run_gate(c->node, gate, c->names, c->values, 1024, out);
	for (size_t i = 0; i < 10; i++)
		worst = fmax(worst, fabs((double)out[c->at[i].frame] - c->at[i].level));
	figure_at_most(c->node, "error of levels at exact frames, events that touch included", "", 1e-6, worst);
	run_gate(c->node, gate, c->names, c->values, 1, single);
	ck_assert_int_eq(memcmp(out, single, FRAMES * sizeof(sample)), 0);
	free(gate);
	free(out);
	free(single);
}
END_TEST

START_TEST(test_onsets_are_pulses_of_one_frame)
{
	sample *gate = gate_new(touching, 3), *out = signal_new(FRAMES);
	size_t n = 0;

	run_gate("trig", gate, NULL, NULL, 1024, out);
	for (size_t i = 0; i < FRAMES; i++)
		n += out[i] != 0;
	ck_assert_uint_eq(n, 3);
	free(gate);
	free(out);
}
END_TEST

/* Segments of 10.5 frames: the halves of frames are not lost from one to the next. */
START_TEST(test_fractions_of_frames_are_carried_over)
{
	static const size_t event[][2] = { { 100, 60000 } };
	static const char *const names[] = { "attack", "decay", "sustain", "release", NULL };
	static const double values[] = { 100.5 / 44100, 99.5 / 44100, 0, 0.01 };
	sample *gate = gate_new(event, 1), *out = signal_new(FRAMES);

	run_gate("tadsr", gate, names, values, 1024, out);
	figure_at_most("tadsr", "error of levels after a segment of 100.5 frames", "", 1e-6,
		       fmax(fabs((double)out[200] - 100 / 100.5), fabs((double)out[201] - (1 - 0.5 / 99.5))));
	ck_assert_double_gt((double)out[299], 0.5 / 99.5);
	ck_assert_double_lt((double)out[300], 1e-6);
	free(gate);
	free(out);
}
END_TEST

/* No jump is higher than the steepest segment is in a frame, however the events fall. */
START_TEST(test_retriggering_never_clicks)
{
	static const char *const names[] = { "attack", "decay", "sustain", "release", NULL };
	static const double values[] = { 0.002, 0.004, 0.6, 0.003 };
	sample *gate = signal_new(FRAMES), *out = signal_new(FRAMES);
	double worst = 0;

	for (size_t i = 0, next = 10; i < FRAMES; i++) {
		bool is_onset = i == next;
		if (is_onset)
			next += 1 + (i * 7919) % 211;
		gate[i] = is_onset ? 2 : i % 97 < 50;
	}
	run_gate("tadsr", gate, names, values, 1024, out);
	for (size_t i = 1; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)out[i] - (double)out[i - 1]));
	figure_at_most("tadsr", "largest step between frames over that of the attack", "", 1.0001,
		       worst * 0.002 * RATE_HZ);
	free(gate);
	free(out);
}
END_TEST

static Suite *envelope_suite(void)
{
	Suite *s = suite_create("envelope");
	TCase *c = tcase_create("cycles"), *f = tcase_create("from the start"), *g = tcase_create("gates");

	suite_add_tcase(s, c);
	tcase_add_loop_test(c, test_cycles_begin_where_their_events_do, 0, sizeof tempos / sizeof tempos[0]);
	tcase_add_loop_test(c, test_levels_at_exact_frames_of_each_cycle, 0,
			    sizeof level_cases / sizeof level_cases[0]);
	suite_add_tcase(s, f);
	tcase_add_test(f, test_xline_is_exponential_and_holds);
	tcase_add_test(f, test_curve_bends_as_its_formula);
	tcase_add_test(f, test_segments_go_through_their_levels);
	tcase_add_test(f, test_segments_use_the_last_time_for_those_that_are_missing);
	tcase_add_test(f, test_env_settles_at_its_sustain_level);
	suite_add_tcase(s, g);
	tcase_add_loop_test(g, test_gated_envelopes_are_exact_to_the_frame, 0,
			    sizeof gated_cases / sizeof gated_cases[0]);
	tcase_add_test(g, test_onsets_are_pulses_of_one_frame);
	tcase_add_test(g, test_fractions_of_frames_are_carried_over);
	tcase_add_test(g, test_retriggering_never_clicks);
	return s;
}

int main(void)
{
	return test_run(envelope_suite());
}
