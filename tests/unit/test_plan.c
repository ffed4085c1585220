/* From graphs to plans: order, loops, channels, time classes, stages. */
#include <stdio.h>
#include <string.h>

#include "render/graph/plan.h"
#include "tests/lib/graph.h"
#include "tests/lib/test.h"

static struct graph_fixture f;
static struct diag_list diags;

static void setup(void)
{
	graph_fixture_init(&f);
	diags = (struct diag_list){ .n = 0 };
}

static void teardown(void)
{
	graph_fixture_fini(&f);
}

static const struct plan *plan_or_null(struct error *err)
{
	struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };
	return plan_build(&f.arena, &f.graph, &env, &diags, err);
}

/* A plan that keeps all invariants. */
static const struct plan *plan_of_graph(void)
{
	struct error err = ERROR_INIT;
	const struct plan *p = plan_or_null(&err);
	ck_assert_msg(p != NULL, "%s", err.message);
	ck_assert_msg(plan_check(p, &err) == 0, "%s", err.message);
	return p;
}

/* The plan node of a graph node. */
static const struct plan_node *planned(const struct plan *p, uint32_t graph_idx)
{
	for (uint32_t i = 0; i < p->n_nodes; i++)
		if (p->nodes[i].graph_idx == graph_idx)
			return &p->nodes[i];
	ck_abort_msg("graph node %u is not in the plan", graph_idx);
	return NULL;
}

static uint32_t number(double value)
{
	return graph_fixture_const(&f, value);
}

static uint32_t drums(void)
{
	return graph_fixture_events(&f, pattern_control(&f.arena, CONTROL_S, graph_fixture_mini(&f, "bd sn")));
}

START_TEST(test_what_no_output_needs_is_not_planned)
{
	uint32_t kept = GRAPH_CALL(&f, "sine", number(440));
	GRAPH_CALL(&f, "sine", number(220));
	graph_fixture_output(&f, kept);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->n_nodes, 1);
	ck_assert_uint_eq(p->nodes[0].graph_idx, kept);
}
END_TEST

START_TEST(test_constant_output_needs_no_node)
{
	graph_fixture_output(&f, number(0.5));
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->n_nodes, 0);
	ck_assert_uint_eq(p->n_stages, 1);
	ck_assert(p->outputs[0].source.node == PLAN_NONE && p->outputs[0].source.value == 0.5f);
}
END_TEST

START_TEST(test_pattern_of_one_number_is_a_constant)
{
	uint32_t saw = GRAPH_CALL(&f, "saw", graph_fixture_control(&f, "440"));
	graph_fixture_output(&f, saw);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->n_controls, 0);
	ck_assert(planned(p, saw)->is_phase_closed && planned(p, saw)->inputs[0].value == 440.0f);
}
END_TEST

START_TEST(test_input_defined_later_comes_first)
{
	uint32_t gain = GRAPH_CALL(&f, "mul", number(0), number(0.5));
	uint32_t sine = GRAPH_CALL(&f, "sine", number(440));
	graph_fixture_node(&f, gain)->inputs[0] = sine;
	graph_fixture_output(&f, gain);
	const struct plan *p = plan_of_graph();
	ck_assert_ptr_eq(planned(p, sine), &p->nodes[0]);
	ck_assert(!planned(p, gain)->inputs[0].is_delayed);
}
END_TEST

START_TEST(test_oscillator_at_fixed_pitch_is_pure)
{
	uint32_t saw = GRAPH_CALL(&f, "saw", number(440));
	graph_fixture_output(&f, saw);
	const struct plan *p = plan_of_graph();
	ck_assert_int_eq(planned(p, saw)->time_class, TIME_PURE);
	ck_assert(planned(p, saw)->is_phase_closed);
	ck_assert(!p->stages[planned(p, saw)->stage].is_carry);
}
END_TEST

START_TEST(test_sine_at_fixed_pitch_has_a_kernel_of_its_own)
{
	uint32_t sine = GRAPH_CALL(&f, "sine", number(440)), moved = GRAPH_CALL(&f, "sine", sine);
	graph_fixture_output(&f, moved);
	const struct plan *p = plan_of_graph();
	ck_assert_str_eq(planned(p, sine)->def->name, "sine_steady");
	ck_assert_int_eq(planned(p, sine)->time_class, TIME_PURE);
	ck_assert(!planned(p, sine)->is_phase_closed && !p->stages[planned(p, sine)->stage].is_carry);
	ck_assert_str_eq(planned(p, moved)->def->name, "sine");
}
END_TEST

START_TEST(test_modulated_oscillator_has_its_phase_advanced_in_front)
{
	uint32_t lfo = GRAPH_CALL(&f, "sine", number(5));
	uint32_t saw = GRAPH_CALL(&f, "saw", GRAPH_CALL(&f, "add", lfo, number(300)));
	graph_fixture_output(&f, saw);
	const struct plan *p = plan_of_graph();
	const struct plan_node *n = planned(p, saw);
	ck_assert_int_eq(n->time_class, TIME_SCAN);
	ck_assert(n->advance_stage != PLAN_NONE && n->advance_stage < n->stage);
	ck_assert(p->stages[n->advance_stage].is_carry && !p->stages[n->stage].is_carry);
}
END_TEST

START_TEST(test_pure_chain_is_one_stage)
{
	uint32_t sine = GRAPH_CALL(&f, "sine", number(440));
	uint32_t gain = GRAPH_CALL(&f, "mul", sine, number(0.5));
	graph_fixture_output(&f, gain);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(planned(p, sine)->stage, planned(p, gain)->stage);
	ck_assert_uint_eq(p->n_stages, 2);
}
END_TEST

START_TEST(test_filter_does_not_serialise_its_oscillator)
{
	uint32_t saw = GRAPH_CALL(&f, "saw", number(110));
	uint32_t lpf = GRAPH_CALL(&f, "lpf", saw, number(800));
	uint32_t gain = GRAPH_CALL(&f, "mul", lpf, number(0.5));
	graph_fixture_output(&f, gain);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_ne(planned(p, saw)->stage, planned(p, lpf)->stage);
	ck_assert_uint_eq(planned(p, lpf)->stage, planned(p, gain)->stage);
	ck_assert(!p->stages[planned(p, saw)->stage].is_carry);
}
END_TEST

/* With enough chains to go round, each is one tile: shorter ones would cost more to hand out. */
START_TEST(test_each_of_many_filters_takes_its_oscillator_along)
{
	uint32_t saw = 0, lpf = 0, sum = number(0);
	for (int i = 0; i < 64; i++) {
		saw = GRAPH_CALL(&f, "saw", number(110 + i));
		lpf = GRAPH_CALL(&f, "lpf", saw, number(800));
		sum = GRAPH_CALL(&f, "add", sum, lpf);
	}
	graph_fixture_output(&f, sum);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(planned(p, saw)->stage, planned(p, lpf)->stage);
	ck_assert_uint_ge(p->n_stages, 32);
}
END_TEST

/* A tile each would cost more to hand out than to run; run by the one that carries, they would be done in its order. */
START_TEST(test_what_feeds_one_that_carries_shares_a_stage)
{
	uint32_t left = GRAPH_CALL(&f, "saw", number(110)), right = GRAPH_CALL(&f, "sine", number(2));
	uint32_t lpf = GRAPH_CALL(&f, "lpf", left, right);
	graph_fixture_output(&f, lpf);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(planned(p, left)->stage, planned(p, right)->stage);
	ck_assert_uint_ne(planned(p, left)->stage, planned(p, lpf)->stage);
	ck_assert(!p->stages[planned(p, left)->stage].is_carry);
}
END_TEST

START_TEST(test_signal_with_two_readers_keeps_its_stage)
{
	uint32_t sine = GRAPH_CALL(&f, "sine", number(440));
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", sine, number(300)));
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", sine, number(900)));
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->stages[planned(p, sine)->stage].n_nodes, 1);
	ck_assert_uint_eq(p->stages[planned(p, sine)->stage].n_consumers, 2);
}
END_TEST

START_TEST(test_mono_functions_follow_a_stereo_input)
{
	uint32_t s = drums();
	uint32_t lpf = GRAPH_CALL(&f, "lpf", s, number(800));
	uint32_t sine = GRAPH_CALL(&f, "sine", number(440));
	uint32_t sum = GRAPH_CALL(&f, "add", lpf, sine);
	graph_fixture_output(&f, sum);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(planned(p, s)->n_ch, 2);
	ck_assert_uint_eq(planned(p, lpf)->n_ch, 2);
	ck_assert_uint_eq(planned(p, lpf)->n_kernels, 2);
	ck_assert_uint_eq(planned(p, sine)->n_ch, 1);
	ck_assert_uint_eq(planned(p, sum)->n_ch, 2);
}
END_TEST

START_TEST(test_self_reference_waits_for_one_sample_at_the_bus)
{
	uint32_t in = GRAPH_CALL(&f, "sine", number(440));
	uint32_t scaled = GRAPH_CALL(&f, "mul", in, number(0.9));
	uint32_t sum = GRAPH_CALL(&f, "add", in, scaled);
	graph_fixture_node(&f, scaled)->inputs[0] = sum;
	graph_fixture_node(&f, sum)->bus = "acc";
	graph_fixture_output(&f, sum);
	const struct plan *p = plan_of_graph();
	ck_assert(planned(p, scaled)->inputs[0].is_delayed);
	ck_assert(!planned(p, sum)->inputs[1].is_delayed);
	ck_assert_int_eq(p->stages[planned(p, sum)->stage].kind, STAGE_LOOP);
	ck_assert_uint_eq(planned(p, sum)->stage, planned(p, scaled)->stage);
	ck_assert_uint_ne(planned(p, sum)->stage, planned(p, in)->stage);
}
END_TEST

START_TEST(test_stereo_enters_a_loop_and_widens_it)
{
	uint32_t scaled = GRAPH_CALL(&f, "mul", number(0), number(0.5));
	uint32_t sum = GRAPH_CALL(&f, "add", drums(), scaled);
	graph_fixture_node(&f, scaled)->inputs[0] = sum;
	graph_fixture_output(&f, sum);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(planned(p, scaled)->n_ch, 2);
}
END_TEST

START_TEST(test_events_controlled_by_their_own_sound_are_an_error)
{
	uint32_t s = drums();
	uint32_t *modulator = ARENA_NEW(&f.arena, uint32_t);
	struct error err = ERROR_INIT;
	*modulator = GRAPH_CALL(&f, "lpf", s, number(800));
	graph_fixture_node(&f, s)->inputs = modulator;
	graph_fixture_node(&f, s)->n_inputs = 1;
	graph_fixture_output(&f, *modulator);
	ck_assert_ptr_null(plan_or_null(&err));
	ck_assert_int_eq(err.code, ERR_SOURCE);
	ck_assert_uint_eq(diags.n_errors, 1);
	ck_assert_str_eq(diags.items[0].code, "event-feedback");
}
END_TEST

/* n instruments, each playing the next. */
static void nest_instruments(unsigned n)
{
	uint32_t s = drums();
	graph_fixture_output(&f, s);
	for (unsigned i = 0; i < n; i++) {
		struct graph *inner = ARENA_NEW(&f.arena, struct graph);
		struct instrument *instrument = ARENA_NEW(&f.arena, struct instrument);
		*inner = f.graph;
		*instrument = (struct instrument){ .name = "~x", .graph = inner };
		f.graph = (struct graph){ .cps = inner->cps };
		s = drums();
		graph_fixture_node(&f, s)->instruments = instrument;
		graph_fixture_node(&f, s)->n_instruments = 1;
		graph_fixture_output(&f, s);
	}
}

START_TEST(test_instruments_nest_seven_deep)
{
	nest_instruments(PLAN_DEPTH_MAX - 1);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->events[0].n_instruments, 1);
	ck_assert(p->events[0].follows_song[0]);
}
END_TEST

START_TEST(test_instruments_nested_deeper_are_an_error)
{
	struct error err = ERROR_INIT;
	nest_instruments(PLAN_DEPTH_MAX);
	ck_assert_ptr_null(plan_or_null(&err));
	ck_assert_str_eq(diags.items[0].code, "instrument-depth");
}
END_TEST

START_TEST(test_long_chain_is_planned_without_recursion)
{
	uint32_t n = GRAPH_CALL(&f, "sine", number(440));
	for (unsigned i = 0; i < 20000; i++)
		n = GRAPH_CALL(&f, "mul", n, number(0.9999));
	graph_fixture_output(&f, n);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_eq(p->n_nodes, 20001);
	ck_assert_uint_eq(p->n_stages, 2);
}
END_TEST

START_TEST(test_exhausted_arena_is_an_error)
{
	struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };
	graph_fixture_output(&f, GRAPH_CALL(&f, "sine", number(440)));
	for (size_t cap = 0;; cap += 512) {
		struct error err = ERROR_INIT;
		struct arena small;
		arena_init(&small, cap);
		bool is_built = plan_build(&small, &f.graph, &env, &diags, &err) != NULL;
		arena_fini(&small);
		if (is_built)
			break;
		ck_assert_int_eq(err.code, ERR_TOO_LARGE);
	}
}
END_TEST

START_TEST(test_plan_prints_its_stages)
{
	struct buf out = BUF_INIT;
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", GRAPH_CALL(&f, "saw", number(110)), number(800)));
	ck_assert_int_eq(plan_print(plan_of_graph(), &out), 0);
	ck_assert_str_eq(out.data, "stage 0 nodes\n"
				   "    n0 = saw 110 0 0  pure, 1 ch\n"
				   "stage 1 nodes carry after 0\n"
				   "    n1 = lpf n0 800 1  carry, 1 ch\n"
				   "stage 2 output carry after 1\n"
				   "out 0 = n1 * 1\n");
	buf_fini(&out);
}
END_TEST

static const struct {
	struct plan_delivery delivery;
	const char *printed;
} pipelines[] = {
	{ { .has_files = true },
	  "stage 1 mix after 0\n"
	  "stage 2 measure carry after 1\n"
	  "stage 3 encode after 1\n"
	  "stage 4 output carry after 2, 3\n" },
	{ { .has_files = true, .is_level_carried = true, .is_encoding_carried = true },
	  "stage 1 mix after 0\n"
	  "stage 2 level carry after 1\n"
	  "stage 3 measure carry after 2\n"
	  "stage 4 encode carry after 2\n"
	  "stage 5 output carry after 3, 4\n" },
	{ { .has_files = false },
	  "stage 1 mix after 0\n"
	  "stage 2 output carry after 1\n" },
};
enum { N_PIPELINES = sizeof pipelines / sizeof *pipelines };

START_TEST(test_an_output_becomes_a_pipeline)
{
	struct buf out = BUF_INIT;
	struct error err = ERROR_INIT;
	char expected[400];
	graph_fixture_output(&f, GRAPH_CALL(&f, "saw", number(110)));
	const struct plan *plain = plan_of_graph();
	const struct plan *p = plan_pipeline(&f.arena, plain, &pipelines[_i].delivery);
	ck_assert_ptr_nonnull(p);
	ck_assert_msg(plan_check(p, &err) == 0 && plan_check(plain, &err) == 0, "%s", err.message);
	ck_assert_int_eq(plan_print(p, &out), 0);
	snprintf(expected, sizeof expected, "stage 0 nodes\n    n0 = saw 110 0 0  pure, 1 ch\n%sout 0 = n0 * 1\n",
		 pipelines[_i].printed);
	ck_assert_str_eq(out.data, expected);
	buf_fini(&out);
}
END_TEST

Suite *plan_suite(void);

Suite *plan_suite(void)
{
	Suite *s = suite_create("plan");
	TCase *t = tcase_create("plan");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, test_what_no_output_needs_is_not_planned);
	tcase_add_test(t, test_constant_output_needs_no_node);
	tcase_add_test(t, test_pattern_of_one_number_is_a_constant);
	tcase_add_test(t, test_input_defined_later_comes_first);
	tcase_add_test(t, test_oscillator_at_fixed_pitch_is_pure);
	tcase_add_test(t, test_sine_at_fixed_pitch_has_a_kernel_of_its_own);
	tcase_add_test(t, test_modulated_oscillator_has_its_phase_advanced_in_front);
	tcase_add_test(t, test_pure_chain_is_one_stage);
	tcase_add_test(t, test_filter_does_not_serialise_its_oscillator);
	tcase_add_test(t, test_each_of_many_filters_takes_its_oscillator_along);
	tcase_add_test(t, test_what_feeds_one_that_carries_shares_a_stage);
	tcase_add_test(t, test_signal_with_two_readers_keeps_its_stage);
	tcase_add_test(t, test_mono_functions_follow_a_stereo_input);
	tcase_add_test(t, test_self_reference_waits_for_one_sample_at_the_bus);
	tcase_add_test(t, test_stereo_enters_a_loop_and_widens_it);
	tcase_add_test(t, test_events_controlled_by_their_own_sound_are_an_error);
	tcase_add_test(t, test_instruments_nest_seven_deep);
	tcase_add_test(t, test_instruments_nested_deeper_are_an_error);
	tcase_add_test(t, test_long_chain_is_planned_without_recursion);
	tcase_add_test(t, test_exhausted_arena_is_an_error);
	tcase_add_test(t, test_plan_prints_its_stages);
	tcase_add_loop_test(t, test_an_output_becomes_a_pipeline, 0, N_PIPELINES);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(plan_suite());
}
