/* Echoes, room, pan, gain and quotient as the engine calls them: what they do to a signal, and that no way
 * of calling them changes a bit of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/dsp/node.h"
#include "tests/lib/test.h"

enum { RATE_HZ = 44100, ARGS_MAX = 3 };

/* A node over buffers of a whole run: inputs, state and outputs from frame 0. */
struct unit {
	const struct node_def *def;
	struct node_env env;
	struct node_input in[2 * NODE_PARAMS_MAX]; /* data: of the whole run */
	sample *out[2];
	void *state;
	size_t n_frames;
};

static sample *frames_alloc(size_t n)
{
	sample *frames = aligned_alloc(64, n * sizeof(sample));

	ck_assert_ptr_nonnull(frames);
	memset(frames, 0, n * sizeof(sample));
	return frames;
}

static unsigned unit_channels(const struct unit *u)
{
	return u->def->is_stereo ? 2 : 1;
}

/* Gives parameter p a value, or data over the run, in all channels. */
static void unit_set(struct unit *u, unsigned p, const sample *data, double value)
{
	for (unsigned ch = 0; ch < unit_channels(u); ch++)
		u->in[p * unit_channels(u) + ch] = (struct node_input){ .data = data, .value = (sample)value };
}

/* A node whose input is `in` and whose parameters after it are constants; call unit_start() next. */
static struct unit unit_of(const char *name, const sample *in, const double args[ARGS_MAX], size_t n_frames)
{
	struct unit u = { .def = node_find(name, strlen(name)), .n_frames = n_frames };

	ck_assert_ptr_nonnull(u.def);
	ck_assert_uint_eq(n_frames % QUANTUM_FRAMES, 0);
	u.env = (struct node_env){ .sample_rate_hz = RATE_HZ, .cps = 0.5 };
	unit_set(&u, 0, in, 0);
	for (unsigned p = 1; p < u.def->n_params; p++)
		unit_set(&u, p, NULL, args[p - 1]);
	return u;
}

/* Brings the node to frame 0; the parameters must be in place. */
static void unit_start(struct unit *u)
{
	size_t bytes = u->def->state_bytes ? u->def->state_bytes(&u->env, u->in) : 0;

	bytes = (bytes + 64) / 64 * 64;
	u->state = aligned_alloc(64, bytes);
	ck_assert_ptr_nonnull(u->state);
	memset(u->state, 0, bytes);
	if (u->def->reset)
		u->def->reset(u->state, &u->env, u->in);
	for (unsigned ch = 0; ch < unit_channels(u); ch++)
		u->out[ch] = frames_alloc(u->n_frames);
}

static void unit_stop(struct unit *u)
{
	free(u->state);
	free(u->out[0]);
	free(u->out[1]);
}

/* Frames at..at+n-1, the next ones. */
static void unit_run(struct unit *u, size_t at, size_t n)
{
	struct node_input in[2 * NODE_PARAMS_MAX];
	struct node_io io = { .in = in, .frame = at, .env = &u->env };

	memcpy(in, u->in, sizeof(in));
	for (unsigned i = 0; i < 2 * NODE_PARAMS_MAX; i++)
		in[i].data = in[i].data ? in[i].data + at : NULL;
	for (unsigned ch = 0; ch < unit_channels(u); ch++)
		io.out[ch] = u->out[ch] + at;
	u->def->process(u->state, &io, n);
}

/* One that has run in one call. */
static struct unit unit_ran(const char *name, const sample *in, const double args[ARGS_MAX], size_t n_frames)
{
	struct unit u = unit_of(name, in, args, n_frames);

	unit_start(&u);
	unit_run(&u, 0, n_frames);
	return u;
}

static sample *impulse_alloc(size_t n, float level)
{
	sample *x = frames_alloc(n);

	x[0] = level;
	return x;
}

/* White noise in [-1, 1), a fixed sequence for each seed. */
static sample *noise_alloc(size_t n, uint32_t seed)
{
	sample *x = frames_alloc(n);

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		x[i] = (sample)(int32_t)(seed & 0xffffff00u) * 0x1p-31f;
	}
	return x;
}

/* Infinite where a frame is not finite. */
static float peak_of(const sample *x, size_t from, size_t to)
{
	float peak = 0;

	for (size_t i = from; i < to; i++)
		peak = fmaxf(peak, isfinite(x[i]) ? fabsf(x[i]) : INFINITY);
	return peak;
}

static double energy_of(const sample *x, size_t from, size_t to)
{
	double sum = 0;

	for (size_t i = from; i < to; i++)
		sum += (double)x[i] * (double)x[i];
	return sum;
}

/* --- Delay ---------------------------------------------------------------------------------------------------- */

static const struct {
	double time_s, rate_hz;
	size_t frames;
} delays[] = {
	{ 0.01, 44100, 441 },  { 0.01, 48000, 480 },  { 0.1, 44100, 4410 },    { 0.25, 44100, 11025 },
	{ 0.3, 44100, 13230 }, { 0.3, 48000, 14400 }, { 2, 44100, 88200 },     { 5, 44100, 88200 },
	{ 0, 44100, 2 },       { 0.0001, 50000, 5 },  { 0.125, 96000, 12000 },
};

/* A time of decimal seconds is a float near it, up to a thousandth of a frame off; its interpolation may spill a few
 * ten-thousandths into the neighbouring frames. */
#define SPILL 2e-4

START_TEST(an_impulse_comes_back_at_its_frame_and_level)
{
	size_t d = delays[_i].frames, n = (2 * d / QUANTUM_FRAMES + 2) * QUANTUM_FRAMES;
	sample *x = impulse_alloc(n, 0.5f);
	struct unit u = unit_of("delay", x, (const double[ARGS_MAX]){ delays[_i].time_s, 0.5, 0.25 }, n);
	double first = tanh(0.5), second = tanh(0.5 * first);

	u.env.sample_rate_hz = delays[_i].rate_hz;
	unit_start(&u);
	unit_run(&u, 0, n);
	ck_assert_float_eq(u.out[0][0], 0.375f);
	ck_assert_float_eq(peak_of(u.out[0], 1, d - 1), 0.0f);
	ck_assert_float_le(peak_of(u.out[0], d - 1, d), (float)SPILL);
	ck_assert_double_eq_tol((double)u.out[0][d], 0.25 * first, 2e-6);
	ck_assert_float_le(peak_of(u.out[0], d + 1, 2 * d), (float)SPILL);
	ck_assert_double_eq_tol((double)u.out[0][2 * d], 0.25 * second, 2e-6);
	unit_stop(&u);
	free(x);
}
END_TEST

/* At any feedback that is let through, each echo is softer than the one before. */
START_TEST(echoes_decay)
{
	enum { D = 441, ECHOES = 40, N = (D * ECHOES / QUANTUM_FRAMES + 2) * QUANTUM_FRAMES };
	static const double feedback[] = { 0.5, 0.99, 7 };
	sample *x = impulse_alloc(N, 1);

	for (unsigned f = 0; f < sizeof(feedback) / sizeof(feedback[0]); f++) {
		struct unit u = unit_ran("delay", x, (const double[ARGS_MAX]){ 0.01, feedback[f], 1 }, N);

		for (unsigned i = 1; i < ECHOES; i++) {
			ck_assert_float_gt(u.out[0][i * D], 0.0f);
			ck_assert_float_lt(u.out[0][(i + 1) * D], u.out[0][i * D]);
		}
		unit_stop(&u);
	}
	free(x);
}
END_TEST

/* 10.5 to 20.5 ms, so between frames nearly always; a sine of small slope shows each step. */
START_TEST(a_moving_time_does_not_step)
{
	enum { N = RATE_HZ / QUANTUM_FRAMES * QUANTUM_FRAMES, SETTLED = RATE_HZ / 10 };
	sample *in = frames_alloc(N), *time_s = frames_alloc(N);
	struct unit u = unit_of("delay", in, (const double[ARGS_MAX]){ 0, 0, 1 }, N);
	double worst = 0;

	for (unsigned i = 0; i < N; i++) {
		in[i] = (sample)(0.1 * sin(2 * M_PI * 200 * i / RATE_HZ));
		time_s[i] = 0.0105f + 0.01f * (float)i / N;
	}
	unit_set(&u, 1, time_s, 0);
	unit_start(&u);
	unit_run(&u, 0, N);
	for (unsigned i = SETTLED; i < N; i++) {
		double read_s = (double)i / RATE_HZ - (double)time_s[i];

		worst = fmax(worst, fabs((double)u.out[0][i] - tanh(0.1 * sin(2 * M_PI * 200 * read_s))));
	}
	printf("delay: moving read within %.2g\n", worst);
	ck_assert_double_lt(worst, 1e-5);
	unit_stop(&u);
	free(in);
	free(time_s);
}
END_TEST

/* --- Reverb --------------------------------------------------------------------------------------------------- */

START_TEST(an_impulse_rings_in_a_room_and_dies_away)
{
	enum { WINDOW = RATE_HZ / 10, WINDOWS = 12, N = (WINDOW * WINDOWS / QUANTUM_FRAMES + 1) * QUANTUM_FRAMES };
	sample *x = impulse_alloc(N, 0.5f);
	struct unit u = unit_ran("reverb", x, (const double[ARGS_MAX]){ 0.9, 0.3, 0.4 }, N);

	for (unsigned ch = 0; ch < 2; ch++) {
		double before = energy_of(u.out[ch], 1, WINDOW), first = before;

		ck_assert_float_eq(u.out[ch][0], 0.5f);
		ck_assert_float_eq(peak_of(u.out[ch], 1, ch ? 1139 : 1116), 0.0f);
		ck_assert_float_ne(u.out[ch][ch ? 1139 : 1116], 0.0f);
		for (unsigned w = 1; w < WINDOWS; w++) {
			double now = energy_of(u.out[ch], w * WINDOW, (w + 1) * WINDOW);

			ck_assert_msg(now > 0 && (w < 2 || now < before), "channel %u, window %u: %g", ch, w, now);
			before = now;
		}
		printf("reverb: channel %u fell by %.1f dB in 1.2 s\n", ch, 10 * log10(first / before));
		ck_assert_double_lt(before, first * 1e-3);
	}
	unit_stop(&u);
	free(x);
}
END_TEST

START_TEST(the_room_has_width)
{
	enum { N = 100 * QUANTUM_FRAMES };
	sample *x = impulse_alloc(N, 1);
	struct unit u = unit_ran("reverb", x, (const double[ARGS_MAX]){ 0.8, 0.3, 1 }, N);
	double both = 0, left = energy_of(u.out[0], 1, N), right = energy_of(u.out[1], 1, N);

	for (unsigned i = 1; i < N; i++)
		both += (double)u.out[0][i] * (double)u.out[1][i];
	printf("reverb: correlation of left and right %.3f\n", both / sqrt(left * right));
	ck_assert_double_lt(fabs(both / sqrt(left * right)), 0.2);
	ck_assert_double_eq_tol(left / right, 1, 0.2);
	unit_stop(&u);
	free(x);
}
END_TEST

START_TEST(without_mix_the_dry_signal_passes_untouched)
{
	enum { N = 100 * QUANTUM_FRAMES };
	sample *x = noise_alloc(N, 5);
	struct unit u = unit_ran("reverb", x, (const double[ARGS_MAX]){ 0.8, 0.3, 0 }, N);

	for (unsigned ch = 0; ch < 2; ch++)
		for (unsigned i = 0; i < N; i++)
			ck_assert_float_eq(u.out[ch][i], x[i]);
	unit_stop(&u);
	free(x);
}
END_TEST

/* Energy of the response to an impulse after a fifth of a second, whole or of its differences (treble). */
static double room_energy(double room, double damping, bool treble)
{
	enum { FROM = RATE_HZ / 5, N = (RATE_HZ / 2 / QUANTUM_FRAMES + 1) * QUANTUM_FRAMES };
	sample *x = impulse_alloc(N, 1);
	struct unit u = unit_ran("reverb", x, (const double[ARGS_MAX]){ room, damping, 1 }, N);
	double energy;

	for (unsigned i = N - 1; i > 0 && treble; i--)
		u.out[0][i] -= u.out[0][i - 1];
	energy = energy_of(u.out[0], FROM, N);
	unit_stop(&u);
	free(x);
	return energy;
}

START_TEST(a_larger_room_rings_longer_and_damping_takes_treble)
{
	double bright = room_energy(0.9, 0.1, true) / room_energy(0.9, 0.1, false);
	double dull = room_energy(0.9, 0.8, true) / room_energy(0.9, 0.8, false);

	ck_assert_double_gt(room_energy(1, 0.3, false), 4 * room_energy(0.8, 0.3, false));
	ck_assert_double_gt(bright, 4 * dull);
}
END_TEST

/* --- Tails ---------------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	double args[ARGS_MAX];
} tails[] = {
	{ "delay", { 0.1, 0.5, 1 } },
	{ "delay", { 0.02, 0.9, 1 } },
	{ "reverb", { 1, 0, 1 } },
	{ "reverb", { 0.5, 0.5, 1 } },
};

START_TEST(after_the_tail_the_response_is_sixty_decibels_down)
{
	enum { N = 5 * RATE_HZ / QUANTUM_FRAMES * QUANTUM_FRAMES };
	sample *x = impulse_alloc(N, 1);
	struct unit u = unit_ran(tails[_i].name, x, tails[_i].args, N);
	double tail_s = u.def->tail_s(&u.env, u.in);
	size_t end = (size_t)(tail_s * RATE_HZ) + 1;
	float peak = peak_of(u.out[0], 1, N), rest;

	ck_assert_uint_lt(end, N);
	rest = peak_of(u.out[0], end, N);
	printf("%s %g %g: tail %.3f s, then %.1f dB\n", tails[_i].name, tails[_i].args[0], tails[_i].args[1], tail_s,
	       20 * log10((double)(rest / peak)));
	ck_assert_float_lt(rest, 0.001f * peak);
	unit_stop(&u);
	free(x);
}
END_TEST

/* --- Pan, gain, quotient -------------------------------------------------------------------------------------- */

START_TEST(a_mono_signal_is_panned_with_equal_power)
{
	enum { N = 16 * QUANTUM_FRAMES };
	sample *in = frames_alloc(N), *pos = frames_alloc(N);
	struct unit u = unit_of("pan", in, (const double[ARGS_MAX]){ 0 }, N);

	for (unsigned i = 0; i < N; i++) {
		in[i] = 0.5f;
		pos[i] = 2.4f * (float)i / (N - 1) - 1.2f;
	}
	unit_set(&u, 1, pos, 0);
	unit_start(&u);
	unit_run(&u, 0, N);
	for (unsigned i = 0; i < N; i++) {
		double angle = (fmin(fmax((double)pos[i], -1), 1) + 1) * M_PI / 4;

		ck_assert_double_eq_tol((double)u.out[0][i], 0.5 * cos(angle), 2e-7);
		ck_assert_double_eq_tol((double)u.out[1][i], 0.5 * sin(angle), 2e-7);
	}
	unit_stop(&u);
	free(in);
	free(pos);
}
END_TEST

static const struct {
	double pos, left, right;
} balances[] = {
	{ 0, 1, 1 }, { -1, 1, 0 },  { 1, 0, 1 }, { 0.5, M_SQRT1_2, 1 }, { -0.5, 1, M_SQRT1_2 },
	{ 3, 0, 1 }, { NAN, 1, 0 },
};

START_TEST(a_stereo_signal_is_balanced)
{
	enum { N = QUANTUM_FRAMES };
	sample *left = noise_alloc(N, 1), *right = noise_alloc(N, 2);
	struct unit u = unit_of("pan", left, (const double[ARGS_MAX]){ balances[_i].pos }, N);

	u.in[1].data = right;
	unit_start(&u);
	unit_run(&u, 0, N);
	for (unsigned i = 0; i < N; i++) {
		ck_assert_double_eq_tol((double)u.out[0][i], (double)left[i] * balances[_i].left, 2e-7);
		ck_assert_double_eq_tol((double)u.out[1][i], (double)right[i] * balances[_i].right, 2e-7);
	}
	unit_stop(&u);
	free(left);
	free(right);
}
END_TEST

static const struct {
	const char *name;
	float in, by, out;
} products[] = {
	{ "gain", 0.5f, 0.25f, 0.125f },  { "gain", -1.0f, 3.0f, -3.0f },  { "gain", 1.0f, 1000.0f, 100.0f },
	{ "gain", 1.0f, -1e9f, -100.0f }, { "gain", 0.7f, 0.0f, 0.0f },    { "div", 1.0f, 4.0f, 0.25f },
	{ "div", -3.0f, 2.0f, -1.5f },    { "div", 1.0f, 0.0f, 0.0f },     { "div", -1.0f, 0.0f, 0.0f },
	{ "div", 1.0f, -0.0f, 0.0f },     { "div", 0.0f, 0.0f, 0.0f },     { "div", 0.0f, 5.0f, 0.0f },
	{ "div", 1.0f, 1e-30f, 1e9f },    { "div", -1.0f, 1e-30f, -1e9f },
};

START_TEST(gain_multiplies_and_div_divides_with_zero_by_zero_being_zero)
{
	enum { N = QUANTUM_FRAMES };
	sample *in = frames_alloc(N);
	struct unit u;

	for (unsigned i = 0; i < N; i++)
		in[i] = products[_i].in;
	u = unit_ran(products[_i].name, in, (const double[ARGS_MAX]){ (double)products[_i].by }, N);
	for (unsigned i = 0; i < N; i++)
		ck_assert_float_eq(u.out[0][i], products[_i].out);
	unit_stop(&u);
	free(in);
}
END_TEST

/* --- Ways to call --------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	double args[ARGS_MAX], depths[ARGS_MAX]; /* of modulation */
} callables[] = {
	{ "delay", { 0.0131, 0.6, 0.5 }, { 0.0131, 0.3, 0.5 } },
	{ "delay", { 0.0001, 0.6, 0.5 }, { 0.0003, 0.3, 0.5 } }, /* shorter than a vector */
	{ "reverb", { 0.8, 0.3, 0.4 }, { 0.3, 0.3, 0.3 } },
	{ "pan", { 0.3 }, { 1 } },
	{ "gain", { 0.7 }, { 2 } },
	{ "div", { 0.7 }, { 2 } },
};

enum { CALL_FRAMES = 64 * QUANTUM_FRAMES };

static void assert_same_bits(const struct unit *a, const struct unit *b)
{
	for (unsigned ch = 0; ch < unit_channels(a); ch++)
		ck_assert_msg(memcmp(a->out[ch], b->out[ch], CALL_FRAMES * sizeof(sample)) == 0, "%s, channel %u",
			      a->def->name, ch);
}

START_TEST(constants_have_the_bits_of_buffers_that_hold_them)
{
	sample *in = noise_alloc(CALL_FRAMES, 9), *held[ARGS_MAX];
	struct unit a = unit_ran(callables[_i].name, in, callables[_i].args, CALL_FRAMES);
	struct unit b = unit_of(callables[_i].name, in, callables[_i].args, CALL_FRAMES);

	for (unsigned p = 0; p < ARGS_MAX; p++) {
		held[p] = frames_alloc(CALL_FRAMES);
		for (unsigned i = 0; i < CALL_FRAMES; i++)
			held[p][i] = (sample)callables[_i].args[p];
	}
	for (unsigned p = 1; p < b.def->n_params; p++)
		unit_set(&b, p, held[p - 1], 0);
	unit_start(&b);
	unit_run(&b, 0, CALL_FRAMES);
	assert_same_bits(&a, &b);
	unit_stop(&a);
	unit_stop(&b);
	for (unsigned p = 0; p < ARGS_MAX; p++)
		free(held[p]);
	free(in);
}
END_TEST

/* In one call, frame by frame, and in blocks that grow; parameters modulated by noise. */
START_TEST(the_cut_into_calls_changes_no_bit)
{
	sample *in = noise_alloc(CALL_FRAMES, 9), *moving[ARGS_MAX];
	struct unit whole = unit_of(callables[_i].name, in, callables[_i].args, CALL_FRAMES), single, growing;

	for (unsigned p = 0; p < ARGS_MAX; p++) {
		moving[p] = noise_alloc(CALL_FRAMES, 20 + p);
		for (unsigned i = 0; i < CALL_FRAMES; i++)
			moving[p][i] = (sample)(callables[_i].args[p] + callables[_i].depths[p] * (double)moving[p][i]);
	}
	for (unsigned p = 1; p < whole.def->n_params; p++)
		unit_set(&whole, p, moving[p - 1], 0);
	single = growing = whole;
	unit_start(&whole);
	unit_start(&single);
	unit_start(&growing);
	unit_run(&whole, 0, CALL_FRAMES);
	for (unsigned i = 0; i < CALL_FRAMES; i++)
		unit_run(&single, i, 1);
	for (unsigned i = 0, n = QUANTUM_FRAMES; i < CALL_FRAMES; i += n, n += QUANTUM_FRAMES) {
		n = i + n <= CALL_FRAMES ? n : CALL_FRAMES - i;
		unit_run(&growing, i, n);
	}
	assert_same_bits(&whole, &single);
	assert_same_bits(&whole, &growing);
	unit_stop(&whole);
	unit_stop(&single);
	unit_stop(&growing);
	for (unsigned p = 0; p < ARGS_MAX; p++)
		free(moving[p]);
	free(in);
}
END_TEST

START_TEST(reset_forgets_what_was_heard)
{
	sample *in = noise_alloc(CALL_FRAMES, 9);
	struct unit a = unit_ran(callables[_i].name, in, callables[_i].args, CALL_FRAMES), b = a;

	if (a.def->reset) {
		b.out[0] = frames_alloc(CALL_FRAMES);
		b.out[1] = frames_alloc(CALL_FRAMES);
		b.def->reset(b.state, &b.env, b.in);
		unit_run(&b, 0, CALL_FRAMES);
		assert_same_bits(&a, &b);
		free(b.out[0]);
		free(b.out[1]);
	}
	unit_stop(&a);
	free(in);
}
END_TEST

#define LEN(table) ((int)(sizeof(table) / sizeof((table)[0])))

static TCase *space_cases(void)
{
	TCase *t = tcase_create("delay and reverb");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, an_impulse_comes_back_at_its_frame_and_level, 0, LEN(delays));
	tcase_add_test(t, echoes_decay);
	tcase_add_test(t, a_moving_time_does_not_step);
	tcase_add_test(t, an_impulse_rings_in_a_room_and_dies_away);
	tcase_add_test(t, the_room_has_width);
	tcase_add_test(t, without_mix_the_dry_signal_passes_untouched);
	tcase_add_test(t, a_larger_room_rings_longer_and_damping_takes_treble);
	tcase_add_loop_test(t, after_the_tail_the_response_is_sixty_decibels_down, 0, LEN(tails));
	return t;
}

static TCase *level_cases(void)
{
	TCase *t = tcase_create("pan, gain, div");

	tcase_add_test(t, a_mono_signal_is_panned_with_equal_power);
	tcase_add_loop_test(t, a_stereo_signal_is_balanced, 0, LEN(balances));
	tcase_add_loop_test(t, gain_multiplies_and_div_divides_with_zero_by_zero_being_zero, 0, LEN(products));
	return t;
}

static TCase *call_cases(void)
{
	TCase *t = tcase_create("calls");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, constants_have_the_bits_of_buffers_that_hold_them, 0, LEN(callables));
	tcase_add_loop_test(t, the_cut_into_calls_changes_no_bit, 0, LEN(callables));
	tcase_add_loop_test(t, reset_forgets_what_was_heard, 0, LEN(callables));
	return t;
}

static Suite *effect_suite(void)
{
	Suite *s = suite_create("effect");

	suite_add_tcase(s, space_cases());
	suite_add_tcase(s, level_cases());
	suite_add_tcase(s, call_cases());
	return s;
}

int main(void)
{
	return test_run(effect_suite());
}
