/* What must hold for every function of the registry that has a kernel: finite output whatever goes in, the same bits however
 * the frames are cut, at every SIMD level, and whether a constant comes as a constant or as a buffer, a reset state that
 * equals a new one, no allocation while it runs, and every audio input is heard. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu_level.h"
#include "base/hash.h"
#include "render/dsp/node.h"
#include "tests/lib/allocations.h"
#include "tests/lib/test.h"

enum { FRAMES = 8192, CHANNELS = 2, STATE_BYTES_MAX = 64 << 20, LIST_VALUES = 16 };

/* How the parameters that are no audio input are driven. */
enum drive { DRIVE_DEFAULT, DRIVE_MIN, DRIVE_MAX, DRIVE_BEYOND, DRIVE_MODULATED, DRIVE_COUNT };
/* What the audio inputs get. */
enum feed { FEED_SILENCE, FEED_IMPULSE, FEED_NOISE, FEED_LOUD, FEED_COUNT };

static const struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100, .seed = 7 };

static sample inputs[NODE_PARAMS_MAX][CHANNELS][FRAMES] __attribute__((aligned(64)));
static sample whole[CHANNELS][FRAMES] __attribute__((aligned(64)));
static sample cut[CHANNELS][FRAMES] __attribute__((aligned(64)));

static double middle(const struct param_def *p)
{
	if (p->flags & PARAM_OPTIONAL)
		return p->def;
	if (p->min > 0 && p->max / p->min > 100)
		return sqrt(p->min * p->max);
	return (p->min + p->max) / 2;
}

static double random_01(uint64_t a, uint64_t b)
{
	return (double)(hash64_pair(a, b) >> 11) * 0x1p-53;
}

static double drive_value(const struct param_def *p, enum drive drive, unsigned idx, size_t frame)
{
	double span = fmin(p->max, 1e6) - fmax(p->min, -1e6);

	switch (drive) {
	case DRIVE_MIN:
		return p->min;
	case DRIVE_MAX:
		return p->max;
	case DRIVE_BEYOND:
		return frame / 64 % 2 ? p->max * 2 + 1 : p->min - fabs(p->max) - 1;
	case DRIVE_MODULATED:
		return fmax(p->min, -1e6) + span * random_01(idx, frame);
	default:
		return middle(p);
	}
}

static double feed_value(enum feed feed, unsigned idx, size_t ch, size_t frame)
{
	switch (feed) {
	case FEED_IMPULSE:
		return frame == 100;
	case FEED_NOISE:
		return 2 * random_01(idx * 2 + ch + 1000, frame) - 1;
	case FEED_LOUD:
		return frame / 50 % 2 ? 1000 : -1000;
	default:
		return 0;
	}
}

static void fill_inputs(const struct node_def *def, enum drive drive, enum feed feed)
{
	for (unsigned p = 0; p < def->n_params; p++)
		for (size_t ch = 0; ch < CHANNELS; ch++)
			for (size_t i = 0; i < FRAMES; i++) {
				const struct param_def *param = &def->params[p];
				inputs[p][ch][i] =
					(sample)(param->flags & PARAM_INPUT ? feed_value(feed, p, ch, i)
									    : drive_value(param, drive, p, i));
			}
}

/* Parameters whose value never changes are handed over as constants when is_folded, as buffers otherwise. */
static void bind(const struct node_def *def, enum drive drive, bool is_folded, size_t at, struct node_input *in)
{
	unsigned n_ch = def->is_stereo ? 2 : 1;

	for (unsigned p = 0; p < def->n_params; p++)
		for (unsigned ch = 0; ch < n_ch; ch++) {
			bool varies =
				def->params[p].flags & PARAM_INPUT || drive == DRIVE_BEYOND || drive == DRIVE_MODULATED;
			bool is_const = def->params[p].flags & PARAM_CONST || (is_folded && !varies);
			in[p * n_ch + ch] = (struct node_input){ .data = is_const ? NULL : inputs[p][ch] + at,
								 .value = inputs[p][ch][0] };
			if (def->params[p].flags & PARAM_LIST)
				in[p * n_ch + ch] = (struct node_input){ .value = inputs[p][ch][0],
									 .list = inputs[p][ch],
									 .n_list = LIST_VALUES };
		}
}

static size_t state_bytes(const struct node_def *def, const struct node_input *in)
{
	return def->state_bytes ? def->state_bytes(&env, in) : def->n_acc * sizeof(uint64_t);
}

static void reset(const struct node_def *def, void *state, const struct node_input *in)
{
	if (def->reset)
		def->reset(state, &env, in);
	else
		memset(state, 0, state_bytes(def, in));
}

static void run(const struct node_def *def, void *state, enum drive drive, bool is_folded, size_t step,
		sample out[CHANNELS][FRAMES])
{
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];

	for (size_t at = 0; at < FRAMES; at += step) {
		struct node_io io = {
			.in = in, .out = { out[0] + at, out[1] + at }, .frame = at, .env = &env, .id = 42
		};
		bind(def, drive, is_folded, at, in);
		uint64_t before = allocations_counted();
		def->process(state, &io, step);
		if (allocations_counted() != before)
			ck_abort_msg("%s allocates", def->name);
	}
}

/* Check talks to its parent at every assertion, so samples are compared first and only the first bad one is asserted on. */
static void check_finite(const struct node_def *def, enum drive drive, enum feed feed)
{
	for (unsigned ch = 0; ch < (def->is_stereo ? 2u : 1u); ch++)
		for (size_t i = 0; i < FRAMES; i++)
			if (!isfinite(whole[ch][i]))
				ck_abort_msg("%s: drive %d, feed %d: frame %zu is %g", def->name, drive, feed, i,
					     (double)whole[ch][i]);
}

static void check_equal(const struct node_def *def, enum drive drive, enum feed feed, const char *what)
{
	for (unsigned ch = 0; ch < (def->is_stereo ? 2u : 1u); ch++)
		for (size_t i = 0; i < FRAMES; i++)
			if (memcmp(&whole[ch][i], &cut[ch][i], sizeof(sample)) != 0)
				ck_abort_msg("%s: drive %d, feed %d, %s: frame %zu is %.9g instead of %.9g", def->name,
					     drive, feed, what, i, (double)cut[ch][i], (double)whole[ch][i]);
}

static const struct node_def *kernel(int i)
{
	const struct node_def *def = node_registry[i];
	return def->process ? def : NULL;
}

static void check_node(const struct node_def *def, enum drive drive, enum feed feed)
{
	static const size_t steps[] = { 512, 64, 1 };
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];
	size_t bytes;
	void *state;

	fill_inputs(def, drive, feed);
	bind(def, drive, false, 0, in);
	bytes = state_bytes(def, in);
	ck_assert_uint_le(bytes, STATE_BYTES_MAX);
	state = aligned_alloc(64, (bytes + 127) / 64 * 64);
	ck_assert_ptr_nonnull(state);
	memset(state, 0, bytes);
	reset(def, state, in);
	run(def, state, drive, false, BLOCK_FRAMES_MAX, whole);
	check_finite(def, drive, feed);
	for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
		reset(def, state, in); /* used before: must be as new */
		run(def, state, drive, false, steps[s], cut);
		check_equal(def, drive, feed, "cut");
	}
	free(state);
}

/* Every level that the machine has, against the lowest. */
static void check_levels(const struct node_def *def, enum drive drive, enum feed feed)
{
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];
	enum cpu_level level_before = cpu_level;
	void *state = aligned_alloc(64, STATE_BYTES_MAX);

	ck_assert_ptr_nonnull(state);
	fill_inputs(def, drive, feed);
	bind(def, drive, false, 0, in);
	memset(state, 0, state_bytes(def, in));
	for (enum cpu_level level = CPU_LEVEL_DEFAULT; level <= cpu_level_highest(); level++) {
		cpu_level = level;
		reset(def, state, in);
		run(def, state, drive, false, 512, level == CPU_LEVEL_DEFAULT ? whole : cut);
		if (level > CPU_LEVEL_DEFAULT)
			check_equal(def, drive, feed, cpu_level_name(level));
	}
	cpu_level = level_before;
	free(state);
}

START_TEST(test_output_is_finite_and_independent_of_the_cut)
{
	const struct node_def *def = kernel(_i);

	for (int drive = 0; def && drive < DRIVE_COUNT; drive++)
		for (int feed = 0; feed < FEED_COUNT; feed++)
			check_node(def, (enum drive)drive, (enum feed)feed);
}
END_TEST

START_TEST(test_every_simd_level_makes_the_same_bits)
{
	const struct node_def *def = kernel(_i);

	for (int drive = 0; def && drive < DRIVE_COUNT; drive++)
		check_levels(def, (enum drive)drive, FEED_NOISE);
}
END_TEST

START_TEST(test_a_constant_is_the_same_as_a_buffer_that_holds_it)
{
	static const enum drive still[] = { DRIVE_DEFAULT, DRIVE_MIN, DRIVE_MAX };
	const struct node_def *def = kernel(_i);

	for (size_t d = 0; def && d < 3; d++) {
		struct node_input in[NODE_PARAMS_MAX * CHANNELS];
		void *state = aligned_alloc(64, STATE_BYTES_MAX);

		ck_assert_ptr_nonnull(state);
		fill_inputs(def, still[d], FEED_NOISE);
		bind(def, still[d], false, 0, in);
		memset(state, 0, state_bytes(def, in));
		reset(def, state, in);
		run(def, state, still[d], false, 512, whole);
		bind(def, still[d], true, 0, in);
		memset(state, 0, state_bytes(def, in));
		reset(def, state, in);
		run(def, state, still[d], true, 512, cut);
		check_equal(def, still[d], FEED_NOISE, "folded");
		free(state);
	}
}
END_TEST

START_TEST(test_advance_adds_what_process_would)
{
	const struct node_def *def = kernel(_i);
	uint64_t by_process[NODE_PARAMS_MAX] = { 0 }, by_advance[NODE_PARAMS_MAX] = { 0 };

	if (!def || def->time_class != TIME_SCAN)
		return;
	ck_assert_ptr_nonnull(def->advance);
	ck_assert_uint_le(def->n_acc, NODE_PARAMS_MAX);
	fill_inputs(def, DRIVE_MODULATED, FEED_NOISE);
	for (size_t at = 0; at < FRAMES; at += 512) {
		struct node_input in[NODE_PARAMS_MAX * CHANNELS];
		struct node_io io = { .in = in, .out = { whole[0], whole[1] }, .frame = at, .env = &env };
		bind(def, DRIVE_MODULATED, false, at, in);
		def->process(by_process, &io, 512);
		def->advance(by_advance, &io, 512);
		ck_assert_mem_eq(by_process, by_advance, sizeof by_process);
	}
	ck_assert_uint_ne(by_process[0], 0);
}
END_TEST

START_TEST(test_an_allocation_would_be_counted)
{
	uint64_t before = allocations_counted();
	void *volatile p = malloc(1);

	free(p);
	ck_assert_uint_eq(allocations_counted(), before + 2);
}
END_TEST

static bool is_effect(const struct node_def *def)
{
	return def && def->n_params > 0 && def->params[0].flags & PARAM_INPUT &&
	       !(def->params[0].flags & PARAM_OPTIONAL);
}

START_TEST(test_silence_stays_silence_in_an_effect)
{
	const struct node_def *def = kernel(_i);

	if (!is_effect(def))
		return;
	check_node(def, DRIVE_DEFAULT, FEED_SILENCE);
	for (size_t i = 0; i < FRAMES; i++)
		if (whole[0][i] != 0)
			ck_abort_msg("%s makes %g from nothing", def->name, (double)whole[0][i]);
}
END_TEST

static double peak_of(const struct node_def *def)
{
	double peak = 0;

	for (unsigned ch = 0; ch < (def->is_stereo ? 2u : 1u); ch++)
		for (size_t i = 0; i < FRAMES; i++)
			peak = fmax(peak, fabs((double)whole[ch][i]));
	return peak;
}

static void *state_new(const struct node_def *def, const struct node_input *in)
{
	void *state = aligned_alloc(64, (state_bytes(def, in) + 127) / 64 * 64);

	ck_assert_ptr_nonnull(state);
	memset(state, 0, state_bytes(def, in));
	reset(def, state, in);
	return state;
}

/* Runs the inputs' buffers as frames [at, at + FRAMES). */
static void run_piece(const struct node_def *def, void *state, struct node_input *in, uint64_t at,
		      sample out[CHANNELS][FRAMES])
{
	for (size_t i = 0; i < FRAMES; i += BLOCK_FRAMES_MAX) {
		struct node_io io = {
			.in = in, .out = { out[0] + i, out[1] + i }, .frame = at + i, .env = &env, .id = 42
		};
		bind(def, DRIVE_DEFAULT, false, i, in);
		def->process(state, &io, BLOCK_FRAMES_MAX);
	}
}

/* When the time of the tail has passed, an impulse has died away by 60 dB. */
START_TEST(test_an_impulse_dies_away_within_the_tail)
{
	const struct node_def *def = kernel(_i);
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];
	double loudest = 0;
	void *state;

	if (!is_effect(def) || !def->tail_s)
		return;
	fill_inputs(def, DRIVE_DEFAULT, FEED_IMPULSE);
	bind(def, DRIVE_DEFAULT, false, 0, in);
	state = state_new(def, in);
	double tail_frames = (def->tail_s ? def->tail_s(&env, in) : 0) * env.sample_rate_hz + FRAMES;
	for (uint64_t at = 0; at < tail_frames + FRAMES; at += FRAMES) {
		run_piece(def, state, in, at, whole);
		loudest = fmax(loudest, peak_of(def));
		fill_inputs(def, DRIVE_DEFAULT, FEED_SILENCE);
	}
	ck_assert_msg(peak_of(def) <= loudest * 1e-3, "%s: %g after its tail of %g s", def->name, peak_of(def),
		      tail_frames / env.sample_rate_hz);
	free(state);
}
END_TEST

/* --- Hearing ---------------------------------------------------------------------------------------------------- */

enum { BURST_FRAMES = 1024, HEARING_PIECES = 12 };

#define HEARD 1e-6 /* -120 dB: a lag of seconds lets no more through */

/* Where a parameter lets its node hear: gates open and close, numbers without a limit (operands, ends of a range) are
 * neither 0 nor equal, and a factor is not 0. */
static double hearing_value(const struct param_def *p, unsigned idx, size_t frame)
{
	if (p->flags & PARAM_GATE)
		return frame / 64 % 2 == 1;
	if (p->max >= 1e6)
		return 0.5 + 0.3 * idx;
	return middle(p) == 0 && !(p->flags & PARAM_OPTIONAL) ? p->max / 2 : middle(p);
}

static void fill_for_hearing(const struct node_def *def)
{
	for (unsigned p = 0; p < def->n_params; p++)
		for (size_t ch = 0; ch < CHANNELS; ch++)
			for (size_t i = 0; i < FRAMES; i++)
				inputs[p][ch][i] = (sample)(def->params[p].flags & PARAM_INPUT
								    ? feed_value(FEED_NOISE, p, ch, i)
								    : hearing_value(&def->params[p], p, i));
}

static void fill_burst(unsigned input, size_t n_frames)
{
	memset(inputs[input], 0, sizeof(inputs[input]));
	for (size_t ch = 0; ch < CHANNELS; ch++)
		for (size_t i = 0; i < n_frames; i++)
			inputs[input][ch][i] = (sample)feed_value(FEED_NOISE, input, ch, i);
}

static double peak_of_difference(const struct node_def *def)
{
	double peak = 0;

	for (unsigned ch = 0; ch < (def->is_stereo ? 2u : 1u); ch++)
		for (size_t i = 0; i < FRAMES; i++)
			peak = fmax(peak, fabs((double)whole[ch][i] - (double)cut[ch][i]));
	return peak;
}

/* The highest difference within two seconds that a burst of 23 ms makes in one input, the others hearing noise. */
static double loudness_of_burst(const struct node_def *def, unsigned input)
{
	struct node_input in[NODE_PARAMS_MAX * CHANNELS];
	void *hearing, *silent;
	double peak = 0;

	fill_for_hearing(def);
	bind(def, DRIVE_DEFAULT, false, 0, in);
	hearing = state_new(def, in);
	silent = state_new(def, in);
	for (uint64_t piece = 0; piece < HEARING_PIECES && peak < HEARD; piece++) {
		fill_burst(input, piece == 0 ? BURST_FRAMES : 0);
		run_piece(def, hearing, in, piece * FRAMES, whole);
		fill_burst(input, 0);
		run_piece(def, silent, in, piece * FRAMES, cut);
		peak = fmax(peak, peak_of_difference(def));
	}
	free(hearing);
	free(silent);
	return peak;
}

START_TEST(test_a_burst_in_any_audio_input_is_heard)
{
	const struct node_def *def = kernel(_i);

	for (unsigned p = 0; def && p < def->n_params; p++)
		if (def->params[p].flags & PARAM_INPUT) {
			double peak = loudness_of_burst(def, p);

			ck_assert_msg(peak >= HEARD, "%s answers a burst in '%s' with %g", def->name,
				      def->params[p].name, peak);
		}
}
END_TEST

START_TEST(test_every_row_of_the_registry_is_complete)
{
	const struct node_def *def = node_registry[_i];

	if (_i > 0)
		ck_assert_int_lt(strcmp(node_registry[_i - 1]->name, def->name), 0);
	ck_assert_ptr_eq(node_find(def->name, strlen(def->name)), def);
	for (size_t a = 0; def->aliases[a]; a++)
		ck_assert_ptr_eq(node_find(def->aliases[a], strlen(def->aliases[a])), def);
	ck_assert_msg(def->doc && def->doc[0], "%s has no doc", def->name);
	ck_assert_msg(def->reference && def->reference[0], "%s has no reference", def->name);
	ck_assert_msg(def->example && def->example[0], "%s has no example", def->name);
	for (unsigned p = 0; p < def->n_params; p++) {
		const struct param_def *param = &def->params[p];
		ck_assert(param->name && param->unit && param->doc);
		if (def->process || def->is_modifier) /* the rest take names and lists */
			ck_assert_msg(param->min < param->max, "%s: %s has no range", def->name, param->name);
		if (param->flags & PARAM_OPTIONAL)
			ck_assert_msg(param->def >= param->min && param->def <= param->max, "%s: default of %s",
				      def->name, param->name);
	}
}
END_TEST

static Suite *nodes_suite(void)
{
	Suite *s = suite_create("nodes");
	TCase *t = tcase_create("registry");
	int n = (int)node_registry_len;

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_every_row_of_the_registry_is_complete, 0, n);
	tcase_add_loop_test(t, test_output_is_finite_and_independent_of_the_cut, 0, n);
	tcase_add_loop_test(t, test_every_simd_level_makes_the_same_bits, 0, n);
	tcase_add_loop_test(t, test_a_constant_is_the_same_as_a_buffer_that_holds_it, 0, n);
	tcase_add_loop_test(t, test_advance_adds_what_process_would, 0, n);
	tcase_add_test(t, test_an_allocation_would_be_counted);
	tcase_add_loop_test(t, test_an_impulse_dies_away_within_the_tail, 0, n);
	tcase_add_loop_test(t, test_silence_stays_silence_in_an_effect, 0, n);
	tcase_add_loop_test(t, test_a_burst_in_any_audio_input_is_heard, 0, n);
	return s;
}

int main(void)
{
	return test_run(nodes_suite());
}
