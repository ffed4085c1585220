/* Banks: that they are what the terms of a sum were, whatever the cut of time and the SIMD level; and which sums of a
 * program become banks and mixes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu_level.h"
#include "base/hash.h"
#include "render/dsp/node.h"
#include "render/graph/gather.h"
#include "render/graph/plan.h"
#include "tests/lib/graph.h"
#include "tests/lib/test.h"

enum { FRAMES = 8192, LANES = NODE_BANK_LANES, PARAMS = NODE_BANK_PARAMS_MAX, STATE_BYTES_MAX = 4096 };

static const struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };

/* --- Kernels ---------------------------------------------------------------------------------------------- */

static sample inputs[LANES][PARAMS][FRAMES] __attribute__((aligned(64)));
static sample one[FRAMES] __attribute__((aligned(64)));
static sample bank[FRAMES] __attribute__((aligned(64)));
static sample again[FRAMES] __attribute__((aligned(64)));
static double sum[FRAMES];

static const struct node_def *function(const char *name)
{
	const struct node_def *def = node_find(name, strlen(name));

	ck_assert_ptr_nonnull(def);
	ck_assert_ptr_nonnull(def->bank);
	return def;
}

/* How the parameters of the lanes move. */
enum motion { STILL, SLOW, FAST, STEPS, WILD, MOTIONS };

/* -1 .. 1 */
static double motion_at(enum motion motion, unsigned lane, size_t frame)
{
	switch (motion) {
	case STILL:
		return 0.3 * lane - 1;
	case SLOW:
		return sin(6.283185307179586 * (0.5 + 0.2 * lane) * (double)frame / 44100);
	case FAST:
		return sin(6.283185307179586 * (300 + 20 * lane) * (double)frame / 44100);
	case STEPS:
		return (double)(frame / 1000 % 3) - 1;
	default:
		return 2 * (double)(hash64_pair(lane, frame) >> 11) * 0x1p-53 - 1;
	}
}

/* Saw-like inputs, cutoffs around 1.5 kHz, q around 3; a sine's parameters stand still. */
static void fill(const struct node_def *def, enum motion motion)
{
	bool is_filter = def->params[0].flags & PARAM_INPUT;

	for (unsigned k = 0; k < LANES; k++)
		for (size_t i = 0; i < FRAMES; i++) {
			double m = motion_at(motion, k, i);
			inputs[k][0][i] = is_filter ? (sample)(fmod((double)i * (100 + 37 * k) / 44100, 1) * 2 - 1)
						    : (sample)(55.5 * (k + 1));
			inputs[k][1][i] = is_filter ? (sample)(1500 + 1000 * m) : 0;
			inputs[k][2][i] = is_filter ? (sample)(3 + 2 * m) : 0;
		}
}

/* Inputs at a frame; parameters that stand still as constants when is_folded. */
static void bind(const struct node_def *def, unsigned first, unsigned n_lanes, bool is_folded, size_t at,
		 struct node_input *in)
{
	for (unsigned k = 0; k < n_lanes; k++)
		for (unsigned p = 0; p < def->n_params; p++) {
			bool is_const = is_folded && !(def->params[p].flags & PARAM_INPUT);
			*in++ = (struct node_input){ .data = is_const ? NULL : inputs[first + k][p] + at,
						     .value = inputs[first + k][p][0] };
		}
}

static void run(const struct node_def *def, unsigned first, bool is_folded, size_t step, sample *out)
{
	static char state[STATE_BYTES_MAX] __attribute__((aligned(64)));
	unsigned n_lanes = def->n_lanes ? def->n_lanes : 1;
	struct node_input in[LANES * PARAMS];

	memset(state, 0, sizeof state);
	bind(def, first, n_lanes, is_folded, 0, in);
	if (def->reset)
		def->reset(state, &env, in);
	for (size_t at = 0; at < FRAMES; at += step) {
		struct node_io io = { .in = in, .out = { out + at }, .frame = at, .env = &env };
		bind(def, first, n_lanes, is_folded, at, in);
		ck_assert_uint_le(def->state_bytes ? def->state_bytes(&env, in) : 0, sizeof state);
		def->process(state, &io, step);
	}
}

static const struct {
	const char *name;
	enum motion motion;
	double off; /* from the sum of lone ones: of its peak */
} subjects[] = {
	{ "sine", STILL, 5e-7 }, { "lpf", STILL, 2e-6 }, { "lpf", SLOW, 1e-3 },
	{ "lpf", FAST, 1e-5 },   { "lpf", STEPS, 1e-5 }, { "rlpf", STILL, 2e-6 },
	{ "rlpf", SLOW, 1e-3 },  { "rlpf", WILD, 1e-5 }, { "svf_lp", SLOW, 1e-3 },
};

START_TEST(test_a_bank_is_the_sum_of_its_lanes)
{
	const struct node_def *def = function(subjects[_i].name);
	bool is_folded = subjects[_i].motion == STILL;
	double peak = 0, worst = 0;

	fill(def, subjects[_i].motion);
	memset(sum, 0, sizeof sum);
	for (unsigned k = 0; k < def->bank->n_lanes; k++) {
		run(def, k, is_folded, 512, one);
		for (size_t i = 0; i < FRAMES; i++)
			sum[i] += (double)one[i];
	}
	run(def->bank, 0, is_folded, 512, bank);
	for (size_t i = 0; i < FRAMES; i++) {
		peak = fmax(peak, fabs(sum[i]));
		worst = fmax(worst, fabs(sum[i] - (double)bank[i]));
	}
	ck_assert_msg(peak > 0.5, "%s: silence", def->bank->name);
	ck_assert_msg(worst <= subjects[_i].off * peak, "%s, motion %d: off by %g of the peak", def->bank->name,
		      subjects[_i].motion, worst / peak);
}
END_TEST

START_TEST(test_a_bank_has_the_same_bits_for_any_cut_and_level)
{
	const struct node_def *def = function(subjects[_i].name);
	bool is_folded = subjects[_i].motion == STILL;
	enum cpu_level before = cpu_level;

	fill(def, subjects[_i].motion);
	run(def->bank, 0, is_folded, FRAMES / 2, bank);
	run(def->bank, 0, is_folded, QUANTUM_FRAMES, again);
	ck_assert_mem_eq(bank, again, sizeof bank);
	for (enum cpu_level level = CPU_LEVEL_DEFAULT; level <= cpu_level_highest(); level++) {
		cpu_level = level;
		run(def->bank, 0, is_folded, 512, again);
		cpu_level = before;
		ck_assert_msg(memcmp(bank, again, sizeof bank) == 0, "%s at %s", def->bank->name,
			      cpu_level_name(level));
	}
}
END_TEST

START_TEST(test_a_bank_stays_finite)
{
	static const sample extremes[] = { 0, -1e9f, 1e9f, 1e-30f, -1, NAN };
	const struct node_def *def = function(subjects[_i].name);

	for (size_t e = 0; e < sizeof extremes / sizeof extremes[0]; e++) {
		fill(def, WILD);
		for (unsigned k = 0; k < LANES; k++)
			for (size_t i = 0; i < FRAMES; i++)
				inputs[k][1][i] = inputs[k][2][i] = i / 100 % 2 ? extremes[e] : inputs[k][1][i];
		run(def->bank, 0, !(def->params[0].flags & PARAM_INPUT), 512, bank);
		for (size_t i = 0; i < FRAMES; i++)
			if (!isfinite(bank[i]))
				ck_abort_msg("%s: frame %zu at %g", def->bank->name, i, (double)extremes[e]);
	}
}
END_TEST

START_TEST(test_lanes_that_are_not_used_add_nothing)
{
	const struct node_def *def = function(subjects[_i].name);
	bool is_folded = subjects[_i].motion == STILL;

	fill(def, subjects[_i].motion);
	memset(inputs[1], 0, sizeof inputs[1] * (LANES - 1));
	run(def->bank, 0, is_folded, 512, bank);
	run(def, 0, is_folded, 512, one);
	for (size_t i = 0; i < FRAMES; i++)
		if (fabs((double)bank[i] - (double)one[i]) > subjects[_i].off * LANES)
			ck_abort_msg("%s: frame %zu is %g, not %g", def->bank->name, i, (double)bank[i],
				     (double)one[i]);
}
END_TEST

/* --- Filters behind saws --- */

/* Of a lane: mended jump by jump, laid along time (from 1378 Hz on), summed from harmonics (from 6.3 kHz on); backwards,
 * standing still, and a period of a whole number of frames, where a jump falls on a frame. */
static const double saw_hz[LANES] = { 0.01, 1,    55,   68.7, 100,  441, 493.4, 882,
				      1378, 1379, 3000, 6500, -110, 0,   22050, 261.6 };

static void bind_fed(unsigned n_lanes, double cutoff_hz, struct node_input *in)
{
	for (unsigned k = 0; k < LANES; k++) {
		bool is_used = k < n_lanes;

		*in++ = (struct node_input){ .value = is_used ? (sample)saw_hz[k] : 0 };
		*in++ = (struct node_input){ .value = is_used ? (sample)cutoff_hz : 0 };
		*in++ = (struct node_input){ .value = is_used ? 2 : 0 };
	}
}

static void run_fed(const struct node_def *def, unsigned n_lanes, double cutoff_hz, size_t step, sample *out)
{
	static char state[STATE_BYTES_MAX] __attribute__((aligned(64)));
	struct node_input in[LANES * PARAMS];

	bind_fed(n_lanes, cutoff_hz, in);
	ck_assert_uint_le(def->state_bytes(&env, in), sizeof state);
	def->reset(state, &env, in);
	for (size_t at = 0; at < FRAMES; at += step)
		def->process(state, &(struct node_io){ .in = in, .out = { out + at }, .frame = at, .env = &env }, step);
}

/* A saw and a filter by themselves; adds to the sum. */
static void add_lone(const struct node_def *def, unsigned k, double cutoff_hz)
{
	static char state[STATE_BYTES_MAX] __attribute__((aligned(64)));
	struct node_input freq[3] = { { .value = (sample)saw_hz[k] } };
	struct node_input in[3] = { { .data = one }, { .value = (sample)cutoff_hz }, { .value = 2 } };
	uint64_t acc = 0;

	node_find("saw", 3)->process(&acc, &(struct node_io){ .in = freq, .out = { one }, .env = &env }, FRAMES);
	memset(state, 0, sizeof state);
	def->process(state, &(struct node_io){ .in = in, .out = { again }, .env = &env }, FRAMES);
	for (size_t i = 0; i < FRAMES; i++)
		sum[i] += (double)again[i];
}

static const struct {
	const char *name;
	double cutoff_hz;
	unsigned n_lanes;
} fed[] = { { "lpf", 1000, LANES }, { "lpf", 20000, LANES }, { "rlpf", 20000, 5 }, { "svf_lp", 300, 9 } };

START_TEST(test_a_fed_bank_is_the_sum_of_its_saws_through_its_filters)
{
	const struct node_def *def = function(fed[_i].name);

	memset(sum, 0, sizeof sum);
	for (unsigned k = 0; k < fed[_i].n_lanes; k++)
		add_lone(def, k, fed[_i].cutoff_hz);
	run_fed(def->fed_bank, fed[_i].n_lanes, fed[_i].cutoff_hz, 512, bank);
	for (size_t i = 0; i < FRAMES; i++)
		if (fabs(sum[i] - (double)bank[i]) > 1e-6 * fed[_i].n_lanes)
			ck_abort_msg("%s: frame %zu is %g, not %g", def->fed_bank->name, i, (double)bank[i], sum[i]);
}
END_TEST

START_TEST(test_a_fed_bank_has_the_same_bits_for_any_cut_and_level)
{
	const struct node_def *def = function(fed[_i].name)->fed_bank;
	enum cpu_level before = cpu_level;

	run_fed(def, fed[_i].n_lanes, fed[_i].cutoff_hz, FRAMES / 2, bank);
	run_fed(def, fed[_i].n_lanes, fed[_i].cutoff_hz, QUANTUM_FRAMES, again);
	ck_assert_mem_eq(bank, again, sizeof bank);
	for (enum cpu_level level = CPU_LEVEL_DEFAULT; level <= cpu_level_highest(); level++) {
		cpu_level = level;
		run_fed(def, fed[_i].n_lanes, fed[_i].cutoff_hz, 512, again);
		cpu_level = before;
		ck_assert_msg(memcmp(bank, again, sizeof bank) == 0, "%s at %s", def->name, cpu_level_name(level));
	}
}
END_TEST

/* --- Precision --- */

static const struct {
	double cutoff_hz, q;
} resonances[] = { { 20, 20 },   { 20, 0.7 },  { 50, 20 },    { 200, 5 },
		   { 1000, 20 }, { 5000, 20 }, { 19000, 20 }, { 19000, 0.5 } };

/* A lone filter's state is double. */
START_TEST(test_what_a_bank_rounds_is_110_db_below_the_signal)
{
	const struct node_def *def = function("lpf");
	double peak = 0, error = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		inputs[0][0][i] = (sample)(fmod((double)i * 110 / 44100, 1) * 2 - 1);
		inputs[0][1][i] = (sample)resonances[_i].cutoff_hz;
		inputs[0][2][i] = (sample)resonances[_i].q;
	}
	memset(inputs[1], 0, sizeof inputs[1] * (LANES - 1));
	run(def->bank, 0, true, 512, bank);
	run(def, 0, true, 512, one);
	for (size_t i = 0; i < FRAMES; i++) {
		peak = fmax(peak, fabs((double)one[i]));
		error += ((double)bank[i] - (double)one[i]) * ((double)bank[i] - (double)one[i]) / FRAMES;
	}
	ck_assert_msg(20 * log10(sqrt(error) / peak) < -110, "%g Hz, q %g: %g dB", resonances[_i].cutoff_hz,
		      resonances[_i].q, 20 * log10(sqrt(error) / peak));
}
END_TEST

/* --- Lines --- */

static sample line_ends[FRAMES / QUANTUM_FRAMES];

START_TEST(test_a_line_does_what_its_frames_do)
{
	const struct node_def *def = function("lpf")->bank;
	static char state[STATE_BYTES_MAX] __attribute__((aligned(64)));
	struct node_input in[LANES * PARAMS];
	double worst = 0;

	fill(function("lpf"), SLOW);
	for (unsigned k = 0; k < LANES; k++)
		for (size_t i = 0; i < FRAMES; i++) {
			inputs[k][1][i] = inputs[0][1][i];
			inputs[k][2][i] = 3;
		}
	run(def, 0, false, 512, bank);
	for (size_t i = 0; i < FRAMES / QUANTUM_FRAMES; i++)
		line_ends[i] = inputs[0][1][i * QUANTUM_FRAMES + QUANTUM_FRAMES - 1];
	memset(state, 0, sizeof state);
	bind(function("lpf"), 0, LANES, false, 0, in);
	for (unsigned k = 0; k < LANES; k++)
		in[k * PARAMS + 1] = (struct node_input){ .data = line_ends, .is_line = true };
	def->process(state, &(struct node_io){ .in = in, .out = { again }, .env = &env }, FRAMES);
	/* The first quantum of a line begins where it ends. */
	for (size_t i = 0; i < FRAMES; i++)
		worst = fmax(worst, fabs((double)bank[i] - (double)again[i]) * (i < FRAMES / 4 ? 0.01 : 1));
	ck_assert_msg(worst < 1e-3, "off by %g", worst);
}
END_TEST

START_TEST(test_ends_of_a_steady_sine_are_its_last_frames)
{
	const struct node_def *def = function("sine")->steady;
	static char state[STATE_BYTES_MAX] __attribute__((aligned(64)));
	struct node_input in[2] = { { .value = 1.7f } };
	struct node_io io = { .in = in, .out = { one }, .frame = 4096, .env = &env };

	ck_assert_uint_le(def->state_bytes(&env, in), sizeof state);
	def->reset(state, &env, in);
	def->process(state, &io, QUANTUM_FRAMES * QUANTUM_FRAMES);
	io.out[0] = bank;
	def->ends(state, &io);
	for (size_t i = 0; i < QUANTUM_FRAMES; i++)
		if (fabs((double)bank[i] - (double)one[i * QUANTUM_FRAMES + QUANTUM_FRAMES - 1]) > 5e-7)
			ck_abort_msg("end %zu is %g", i, (double)bank[i]);
}
END_TEST

/* --- A sine alone --- */

static const double steady_hz[] = { 0, 0.05, 1, 440, -440, 12345.6, 22050 };

START_TEST(test_a_steady_sine_is_the_sine)
{
	const struct node_def *def = function("sine");

	for (size_t i = 0; i < FRAMES; i++)
		inputs[0][0][i] = (sample)steady_hz[_i];
	inputs[0][1][0] = 0;
	run(def, 0, true, 512, one);
	run(def->steady, 0, true, FRAMES / 2, bank);
	run(def->steady, 0, true, QUANTUM_FRAMES, again);
	ck_assert_mem_eq(bank, again, sizeof bank);
	for (size_t i = 0; i < FRAMES; i++)
		if (fabs((double)one[i] - (double)bank[i]) > 5e-7)
			ck_abort_msg("%g Hz: frame %zu is %g, not %g", steady_hz[_i], i, (double)bank[i],
				     (double)one[i]);
}
END_TEST

/* --- Graphs ----------------------------------------------------------------------------------------------- */

static struct graph_fixture f;

static void setup(void)
{
	graph_fixture_init(&f);
}

static void teardown(void)
{
	graph_fixture_fini(&f);
}

static uint32_t sine_at(double hz)
{
	return GRAPH_CALL(&f, "sine", graph_fixture_const(&f, hz));
}

static uint32_t saw_at(double hz)
{
	return GRAPH_CALL(&f, "saw", graph_fixture_const(&f, hz));
}

/* ((x + x) + x) ... of n calls. */
static uint32_t sum_of(uint32_t make(double), unsigned n)
{
	uint32_t all = make(100);

	for (unsigned i = 1; i < n; i++)
		all = GRAPH_CALL(&f, "add", all, make(100 + i));
	return all;
}

static const char *name_of(uint32_t node)
{
	return graph_fixture_node(&f, node)->def->name;
}

static uint32_t input_of(uint32_t node, unsigned p)
{
	return graph_fixture_node(&f, node)->inputs[p];
}

static void gather(uint32_t output)
{
	graph_fixture_output(&f, output);
	ck_assert_int_eq(graph_gather(&f.arena, &f.graph), 0);
}

START_TEST(test_a_sum_of_two_stays_an_addition)
{
	uint32_t all = sum_of(saw_at, 2);
	gather(all);
	ck_assert_str_eq(name_of(all), "add");
}
END_TEST

START_TEST(test_a_sum_of_eighteen_is_a_mix_of_a_mix)
{
	uint32_t all = sum_of(saw_at, 18);
	gather(all);
	ck_assert_str_eq(name_of(all), "mix");
	ck_assert_str_eq(name_of(input_of(all, 0)), "mix");
	ck_assert_str_eq(name_of(input_of(all, 2)), "saw");
	ck_assert_int_eq(graph_fixture_node(&f, input_of(all, 3))->kind, GRAPH_CONST);
	ck_assert_double_eq(graph_fixture_node(&f, input_of(input_of(input_of(all, 0), 15), 0))->value, 115);
}
END_TEST

START_TEST(test_eight_sines_are_a_bank)
{
	uint32_t all = sum_of(sine_at, 8);
	gather(all);
	ck_assert_str_eq(name_of(all), "sine_bank");
	for (unsigned k = 0; k < 8; k++)
		ck_assert_double_eq(graph_fixture_node(&f, input_of(all, 2 * k))->value, 100 + k);
}
END_TEST

START_TEST(test_what_is_left_of_banks_stays_behind_them)
{
	uint32_t all = GRAPH_CALL(&f, "add", saw_at(50), sum_of(sine_at, 11));
	gather(all);
	ck_assert_str_eq(name_of(all), "mix");
	ck_assert_str_eq(name_of(input_of(all, 0)), "saw");
	ck_assert_str_eq(name_of(input_of(all, 1)), "sine_bank");
	ck_assert_str_eq(name_of(input_of(all, 2)), "sine");
	ck_assert_str_eq(name_of(input_of(all, 4)), "sine");
}
END_TEST

START_TEST(test_a_term_that_others_read_is_no_lane)
{
	uint32_t shared = sine_at(440), all = GRAPH_CALL(&f, "add", shared, sum_of(sine_at, 4));
	uint32_t out = GRAPH_CALL(&f, "mul", all, shared);
	gather(out);
	ck_assert_str_eq(name_of(all), "add");
	ck_assert_uint_eq(input_of(all, 0), shared);
	ck_assert_str_eq(name_of(input_of(all, 1)), "sine_bank");
}
END_TEST

START_TEST(test_a_sine_that_is_modulated_is_no_lane)
{
	uint32_t all = sum_of(sine_at, 4);
	graph_fixture_node(&f, input_of(all, 1))->inputs[0] = saw_at(3);
	gather(all);
	ck_assert_str_eq(name_of(all), "mix");
}
END_TEST

START_TEST(test_a_sum_in_a_loop_stays)
{
	uint32_t all = sum_of(saw_at, 4), back = GRAPH_CALL(&f, "mul", all, graph_fixture_const(&f, 0.5));
	graph_fixture_node(&f, all)->inputs[1] = back;
	gather(all);
	ck_assert_str_eq(name_of(all), "add");
	ck_assert_uint_eq(input_of(all, 1), back);
	ck_assert_str_eq(name_of(input_of(all, 0)), "mix");
}
END_TEST

static uint32_t voice_at(double hz)
{
	return GRAPH_CALL(&f, "lpf", saw_at(hz), graph_fixture_const(&f, 800), graph_fixture_const(&f, 2));
}

START_TEST(test_filters_behind_saws_are_a_fed_bank)
{
	uint32_t all = sum_of(voice_at, 18);
	gather(all);
	ck_assert_str_eq(name_of(all), "mix");
	ck_assert_str_eq(name_of(input_of(all, 0)), "lpf_saw_bank");
	ck_assert_double_eq(graph_fixture_node(&f, input_of(input_of(all, 0), 3))->value, 101);
	ck_assert_double_eq(graph_fixture_node(&f, input_of(input_of(all, 0), 4))->value, 800);
	ck_assert_str_eq(name_of(input_of(all, 1)), "lpf");
}
END_TEST

START_TEST(test_filters_behind_one_saw_hear_it_from_outside)
{
	uint32_t saw = saw_at(50), all = voice_at(1);
	graph_fixture_node(&f, all)->inputs[0] = saw;
	for (unsigned i = 1; i < 4; i++) {
		uint32_t voice = voice_at(1);
		graph_fixture_node(&f, voice)->inputs[0] = saw;
		all = GRAPH_CALL(&f, "add", all, voice);
	}
	gather(all);
	ck_assert_str_eq(name_of(all), "lpf_bank");
	ck_assert_uint_eq(input_of(all, 0), saw);
}
END_TEST

/* Hz and depth of an LFO on the cutoffs, around 1 kHz. */
static const struct {
	double lfo_hz, depth;
	bool is_line;
} lfos[] = { { 0.5, 300, true }, { 3, 900, false }, { 1.5, 600, true }, { 20, 100, false }, { 0.1, 1000, false } };

static const struct plan *plan_of_lfos(double lfo_hz, double depth, bool is_heard)
{
	static const struct node_env at = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };
	uint32_t lfo = GRAPH_CALL(&f, "mul", sine_at(lfo_hz), graph_fixture_const(&f, depth));
	uint32_t hz = GRAPH_CALL(&f, "add", lfo, graph_fixture_const(&f, 1000)), all = sum_of(voice_at, 1);
	static struct diag_list diags;
	struct error err = { 0 };
	const struct plan *plan;

	graph_fixture_node(&f, all)->inputs[1] = hz;
	for (unsigned i = 1; i < 4; i++) {
		uint32_t voice = voice_at(100 + i);
		graph_fixture_node(&f, voice)->inputs[1] = hz;
		all = GRAPH_CALL(&f, "add", all, voice);
	}
	if (is_heard)
		graph_fixture_output(&f, lfo);
	gather(all);
	plan = plan_build(&f.arena, &f.graph, &at, &diags, &err);
	ck_assert_msg(plan != NULL, "%s", err.message);
	return plan;
}

/* Signals that are lines. */
static unsigned lines_of(const struct plan *plan)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < plan->n_nodes; i++)
		n += plan->nodes[i].is_line;
	return n;
}

START_TEST(test_an_lfo_that_is_slow_enough_is_a_line)
{
	const struct plan *plan = plan_of_lfos(lfos[_i].lfo_hz, lfos[_i].depth, false);

	ck_assert_uint_eq(lines_of(plan), lfos[_i].is_line ? 2 : 0);
}
END_TEST

START_TEST(test_an_lfo_that_is_heard_is_no_line)
{
	const struct plan *plan = plan_of_lfos(0.5, 300, true);

	for (uint32_t i = 0; i < plan->n_nodes; i++)
		ck_assert(!plan->nodes[i].is_line || strcmp(plan->nodes[i].def->name, "sine_steady") != 0);
}
END_TEST

static Suite *bank_suite(void)
{
	enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };
	Suite *s = suite_create("bank");
	TCase *kernels = tcase_create("kernels"), *graphs = tcase_create("graphs");

	tcase_add_loop_test(kernels, test_a_bank_is_the_sum_of_its_lanes, 0, SUBJECTS);
	tcase_add_loop_test(kernels, test_a_bank_has_the_same_bits_for_any_cut_and_level, 0, SUBJECTS);
	tcase_add_loop_test(kernels, test_a_bank_stays_finite, 0, SUBJECTS);
	tcase_add_loop_test(kernels, test_lanes_that_are_not_used_add_nothing, 0, SUBJECTS);
	tcase_add_loop_test(kernels, test_a_steady_sine_is_the_sine, 0, sizeof steady_hz / sizeof steady_hz[0]);
	tcase_add_loop_test(kernels, test_a_fed_bank_is_the_sum_of_its_saws_through_its_filters, 0,
			    sizeof fed / sizeof fed[0]);
	tcase_add_loop_test(kernels, test_a_fed_bank_has_the_same_bits_for_any_cut_and_level, 0,
			    sizeof fed / sizeof fed[0]);
	tcase_add_loop_test(kernels, test_what_a_bank_rounds_is_110_db_below_the_signal, 0,
			    sizeof resonances / sizeof resonances[0]);
	tcase_add_test(kernels, test_a_line_does_what_its_frames_do);
	tcase_add_test(kernels, test_ends_of_a_steady_sine_are_its_last_frames);
	suite_add_tcase(s, kernels);
	tcase_add_checked_fixture(graphs, setup, teardown);
	tcase_add_test(graphs, test_a_sum_of_two_stays_an_addition);
	tcase_add_test(graphs, test_a_sum_of_eighteen_is_a_mix_of_a_mix);
	tcase_add_test(graphs, test_eight_sines_are_a_bank);
	tcase_add_test(graphs, test_what_is_left_of_banks_stays_behind_them);
	tcase_add_test(graphs, test_a_term_that_others_read_is_no_lane);
	tcase_add_test(graphs, test_a_sine_that_is_modulated_is_no_lane);
	tcase_add_test(graphs, test_a_sum_in_a_loop_stays);
	tcase_add_test(graphs, test_filters_behind_saws_are_a_fed_bank);
	tcase_add_test(graphs, test_filters_behind_one_saw_hear_it_from_outside);
	tcase_add_loop_test(graphs, test_an_lfo_that_is_slow_enough_is_a_line, 0, sizeof lfos / sizeof lfos[0]);
	tcase_add_test(graphs, test_an_lfo_that_is_heard_is_no_line);
	suite_add_tcase(s, graphs);
	return s;
}

int main(void)
{
	return test_run(bank_suite());
}
