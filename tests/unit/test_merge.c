/* What graph_merge() leaves to compute, and the promises of the registry that it counts on. */
#include <string.h>

#include "render/graph/merge.h"
#include "render/graph/plan.h"
#include "render/graph/plan_order.h"
#include "tests/lib/graph.h"
#include "tests/lib/kernel.h"
#include "tests/lib/test.h"

static struct graph_fixture f;

static void setup(void)
{
	graph_fixture_init(&f);
}

static void teardown(void)
{
	graph_fixture_fini(&f);
}

static uint32_t number(double value)
{
	return graph_fixture_const(&f, value);
}

static const struct graph *merged;

/* Nodes that outputs need and that are no constants. */
static uint32_t reachable(const struct graph *g)
{
	struct plan_order order;
	uint32_t n = 0;
	ck_assert_int_eq(plan_order_build(&f.arena, g, &order), 0);
	for (uint32_t i = 0; i < order.n_nodes; i++)
		n += g->nodes[order.nodes[i]].kind != GRAPH_CONST;
	return n;
}

/* The nodes that are left to plan when they are merged. */
static uint32_t nodes_left(bool is_instrument)
{
	struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	merged = graph_merge(&f.arena, &f.graph, is_instrument);
	ck_assert_ptr_nonnull(merged);
	if (is_instrument)
		return reachable(merged);
	const struct plan *p = plan_build(&f.arena, &f.graph, &env, &diags, &err);
	ck_assert_msg(p && plan_check(p, &err) == 0, "%s", err.message);
	return p->n_nodes;
}

static double constant_output(void)
{
	const struct graph_node *n = &merged->nodes[merged->outputs[0].node];
	ck_assert_int_eq(n->kind, GRAPH_CONST);
	return n->value;
}

/* --- Merging --- */

static uint32_t filtered_saw(double cutoff_hz)
{
	uint32_t saw = GRAPH_CALL(&f, "saw", number(110));
	return GRAPH_CALL(&f, "lpf", saw, number(cutoff_hz));
}

START_TEST(test_equal_subgraphs_are_computed_once)
{
	uint32_t a = filtered_saw(400), b = filtered_saw(400);
	graph_fixture_output(&f, GRAPH_CALL(&f, "sub", a, b));
	ck_assert_uint_eq(nodes_left(false), 3);
	const struct graph_node *difference = &merged->nodes[merged->outputs[0].node];
	ck_assert_uint_eq(difference->inputs[0], difference->inputs[1]);
}
END_TEST

START_TEST(test_what_differs_in_one_number_shares_only_the_rest)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "add", filtered_saw(400), filtered_saw(500)));
	ck_assert_uint_eq(nodes_left(false), 4);
}
END_TEST

START_TEST(test_two_noises_stay_two)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "sub", graph_fixture_call(&f, "noise", NULL, 0),
					    graph_fixture_call(&f, "noise", NULL, 0)));
	ck_assert_uint_eq(nodes_left(false), 3);
}
END_TEST

static const struct {
	const char *a, *b;
	bool are_equal;
} patterns[] = {
	{ "400 800", "400 800", true },
	{ "400 800", "400 800 ", true },
	{ "400 800", "400 900", false },
	{ "400 800", "<400 800>", false },
	{ "400 <800 [900 1000]>*2", "400 <800 [900 1000]>*2", true },
	{ "400@3 800", "400@3 800", true },
	{ "400@3 800", "400@2 800", false },
	{ "400(3,8) 1", "400(5,8) 1", false },
	{ "400*2", "400*3", false },
};

START_TEST(test_equal_patterns_are_one_signal)
{
	uint32_t a = graph_fixture_control(&f, patterns[_i].a), b = graph_fixture_control(&f, patterns[_i].b);
	graph_fixture_output(&f, GRAPH_CALL(&f, "add", a, b));
	ck_assert_msg(nodes_left(false) == (patterns[_i].are_equal ? 2 : 3), "\"%s\", \"%s\"", patterns[_i].a,
		      patterns[_i].b);
}
END_TEST

static uint32_t drums(const char *text)
{
	return graph_fixture_events(&f, pattern_control(&f.arena, CONTROL_S, graph_fixture_mini(&f, text)));
}

START_TEST(test_equal_sources_of_events_are_one)
{
	graph_fixture_output(&f, drums("bd*4 sn"));
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", drums("bd*4 sn"), number(300)));
	graph_fixture_output(&f, drums("bd*4 cp"));
	ck_assert_uint_eq(nodes_left(false), 3);
}
END_TEST

START_TEST(test_loops_stay_as_they_are)
{
	uint32_t input = GRAPH_CALL(&f, "saw", number(110));
	uint32_t loops[2];
	for (unsigned i = 0; i < 2; i++) {
		loops[i] = GRAPH_CALL(&f, "add", input, input);
		graph_fixture_node(&f, loops[i])->inputs[1] = loops[i];
	}
	graph_fixture_output(&f, GRAPH_CALL(&f, "sub", loops[0], loops[1]));
	ck_assert_uint_eq(nodes_left(false), 4);
}
END_TEST

/* --- Fusing --- */

START_TEST(test_a_product_and_a_sum_are_one_node)
{
	uint32_t lfo = GRAPH_CALL(&f, "saw", number(2)), scaled = GRAPH_CALL(&f, "mul", lfo, number(300));
	graph_fixture_output(&f, GRAPH_CALL(&f, "add", scaled, number(1000)));
	ck_assert_uint_eq(nodes_left(false), 2);
	const struct graph_node *n = &merged->nodes[merged->outputs[0].node];
	ck_assert_str_eq(n->def->name, "muladd");
	ck_assert_uint_eq(n->inputs[0], lfo);
	ck_assert(merged->nodes[n->inputs[1]].value == 300.0 && merged->nodes[n->inputs[2]].value == 1000.0);
}
END_TEST

/* The first pitch of an instrument is the one that its notes are relative to. */
START_TEST(test_what_is_fused_keeps_the_order_of_its_inputs)
{
	uint32_t tri = GRAPH_CALL(&f, "tri", number(880)), saw = GRAPH_CALL(&f, "saw", number(3));
	graph_fixture_output(&f, GRAPH_CALL(&f, "add", tri, GRAPH_CALL(&f, "mul", saw, number(0.4))));
	ck_assert_uint_eq(nodes_left(false), 3);
	const struct graph_node *n = &merged->nodes[merged->outputs[0].node];
	ck_assert_str_eq(n->def->name, "addmul");
	ck_assert(n->inputs[0] == tri && n->inputs[1] == saw);
}
END_TEST

START_TEST(test_a_product_with_other_readers_stays)
{
	uint32_t product = GRAPH_CALL(&f, "mul", GRAPH_CALL(&f, "saw", number(2)), number(300));
	uint32_t sum = GRAPH_CALL(&f, "add", product, number(1000));
	graph_fixture_output(&f, GRAPH_CALL(&f, "sub", sum, product));
	ck_assert_uint_eq(nodes_left(false), 4);
}
END_TEST

START_TEST(test_a_sum_in_a_loop_is_not_fused)
{
	uint32_t product = GRAPH_CALL(&f, "mul", number(0), number(0.5));
	uint32_t sum = GRAPH_CALL(&f, "add", product, number(1));
	graph_fixture_node(&f, product)->inputs[0] = sum;
	graph_fixture_output(&f, sum);
	ck_assert_uint_eq(nodes_left(false), 2);
	ck_assert_str_eq(merged->nodes[merged->outputs[0].node].def->name, "add");
}
END_TEST

extern const struct node_def node_mul, node_add, node_muladd, node_addmul;

START_TEST(test_muladd_has_the_bits_of_mul_and_add)
{
	enum { N = 128 };
	static sample x[N] __attribute__((aligned(64))), y[N] __attribute__((aligned(64)));
	static sample two[N] __attribute__((aligned(64))), one[N] __attribute__((aligned(64)));
	struct node_input in[3] = { { .data = x }, { .value = 1.7f }, { .data = y } };
	struct node_io io = { .in = in, .out = { one } };

	for (int i = 0; i < N; i++) {
		x[i] = (sample)(i - 50) / 7;
		y[i] = 1e3f / (sample)(i + 3);
	}
	node_muladd.process(NULL, &io, N);
	io.out[0] = two;
	node_mul.process(NULL, &io, N);
	in[0].data = two;
	in[1] = in[2];
	node_add.process(NULL, &io, N);
	ck_assert_mem_eq(one, two, sizeof one);
	in[0] = (struct node_input){ .data = y };
	in[1] = (struct node_input){ .data = x };
	in[2] = (struct node_input){ .value = 1.7f };
	io.out[0] = one;
	node_addmul.process(NULL, &io, N);
	ck_assert_mem_eq(one, two, sizeof one);
}
END_TEST

/* --- Folding --- */

START_TEST(test_arithmetic_over_constants_is_a_constant)
{
	uint32_t product = GRAPH_CALL(&f, "mul", number(3), number(4));
	uint32_t sum = GRAPH_CALL(&f, "add", product, GRAPH_CALL(&f, "neg", graph_fixture_control(&f, "2")));
	graph_fixture_output(&f, sum);
	ck_assert_uint_eq(nodes_left(false), 0);
	ck_assert_double_eq(constant_output(), 10);
}
END_TEST

START_TEST(test_a_pitch_is_folded_in_a_song_and_stays_in_an_instrument)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "saw", GRAPH_CALL(&f, "mtof", number(69))));
	ck_assert_uint_eq(nodes_left(true), 2);
	ck_assert_uint_eq(nodes_left(false), 1);
	const struct graph_node *saw = &merged->nodes[merged->outputs[0].node];
	ck_assert_double_eq(merged->nodes[saw->inputs[0]].value, 440);
}
END_TEST

START_TEST(test_what_moves_is_not_folded)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "mul", GRAPH_CALL(&f, "line", number(0), number(1), number(2)),
					    graph_fixture_control(&f, "1 2")));
	ck_assert_uint_eq(nodes_left(false), 3);
}
END_TEST

/* --- The registry --- */

enum { FRAMES = 256 };

/* What an audio input is given is noise, and so is a list. */
static void run_as(const struct node_def *def, uint64_t id, sample *left, sample *right)
{
	static sample noise[FRAMES];
	struct kernel_fixture k;
	signal_noise(noise, FRAMES, 1, 0.5);
	kernel_init(&k, def->name, 44100);
	k.id = id;
	for (unsigned p = 0; p < def->n_params; p++)
		if (def->params[p].flags & PARAM_LIST)
			kernel_set_list(&k, def->params[p].name, noise, 4);
		else if (def->params[p].flags & PARAM_INPUT)
			kernel_connect(&k, def->params[p].name, noise, NULL);
	kernel_run(&k, left, def->is_stereo ? right : NULL, FRAMES);
	kernel_fini(&k);
}

START_TEST(test_what_is_not_individual_does_not_read_its_id)
{
	const struct node_def *def = node_registry[_i];
	_Alignas(64) static sample out[2][2][FRAMES];
	if (!def->process || def->is_variadic)
		return;
	memset(out, 0, sizeof out);
	for (unsigned i = 0; i < 2; i++)
		run_as(def, 17 + 12345 * i, out[i][0], out[i][1]);
	if (!def->is_individual)
		ck_assert_msg(memcmp(out[0], out[1], sizeof out[0]) == 0, "%s", def->name);
}
END_TEST

START_TEST(test_what_is_pointwise_is_constant_over_constants)
{
	const struct node_def *def = node_registry[_i];
	_Alignas(64) static sample out[2][FRAMES];
	if (!def->is_pointwise)
		return;
	ck_assert_msg(def->time_class == TIME_PURE && !def->is_stereo && !def->state_bytes && !def->is_individual, "%s",
		      def->name);
	for (unsigned i = 0; i < 2; i++) {
		struct kernel_fixture k;
		kernel_init(&k, def->name, i ? 96000 : 44100);
		k.id = i;
		for (unsigned p = 0; p < def->n_params; p++)
			k.in[p].value = (sample)p + 0.25f;
		k.frame = i * 1000 * QUANTUM_FRAMES;
		kernel_run(&k, out[i], NULL, FRAMES);
		kernel_fini(&k);
	}
	for (unsigned i = 0; i < 2 * FRAMES; i++)
		ck_assert_msg(out[i / FRAMES][i % FRAMES] == out[0][0], "%s", def->name);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("merge");
	TCase *t = tcase_create("merging");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_equal_subgraphs_are_computed_once);
	tcase_add_test(t, test_what_differs_in_one_number_shares_only_the_rest);
	tcase_add_test(t, test_two_noises_stay_two);
	tcase_add_loop_test(t, test_equal_patterns_are_one_signal, 0, sizeof patterns / sizeof *patterns);
	tcase_add_test(t, test_equal_sources_of_events_are_one);
	tcase_add_test(t, test_loops_stay_as_they_are);
	tcase_add_test(t, test_a_product_and_a_sum_are_one_node);
	tcase_add_test(t, test_what_is_fused_keeps_the_order_of_its_inputs);
	tcase_add_test(t, test_a_product_with_other_readers_stays);
	tcase_add_test(t, test_a_sum_in_a_loop_is_not_fused);
	tcase_add_test(t, test_muladd_has_the_bits_of_mul_and_add);
	tcase_add_test(t, test_arithmetic_over_constants_is_a_constant);
	tcase_add_test(t, test_a_pitch_is_folded_in_a_song_and_stays_in_an_instrument);
	tcase_add_test(t, test_what_moves_is_not_folded);
	suite_add_tcase(s, t);
	t = tcase_create("registry");
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_what_is_not_individual_does_not_read_its_id, 0, (int)node_registry_len);
	tcase_add_loop_test(t, test_what_is_pointwise_is_constant_over_constants, 0, (int)node_registry_len);
	suite_add_tcase(s, t);
	return test_run(s);
}
