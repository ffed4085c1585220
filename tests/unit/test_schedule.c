/* Which tiles the schedule lets run side by side, without a clock: workers that all take what there is, then all finish it,
 * a round at a time. The ways of using cores are each a plan and what may run at once in it: blocks, outputs,
 * subgraphs, a pipeline of stages that carry, groups of voices. (SIMD, the fourth strategy beside blocks, outputs and
 * subgraphs, is test_every_simd_level_makes_the_same_bits in test_nodes.) And real workers: what they did, in a trace. */
#include <stdlib.h>
#include <string.h>

#include "render/engine/pool.h"
#include "render/engine/schedule.h"
#include "render/engine/song.h"
#include "render/io/samples.h"
#include "tests/lib/graph.h"
#include "tests/lib/null_sink.h"
#include "tests/lib/test.h"

enum { WORKERS_MAX = 64, BLOCKS = 200 };

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

static const struct plan *plan_of_graph(void)
{
	struct node_env env = { .sample_rate_hz = 44100, .cps = 0.5, .cycles_per_frame = 0.5 / 44100 };
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	const struct plan *p = plan_build(&f.arena, &f.graph, &env, &diags, &err);
	ck_assert_msg(p != NULL, "%s", err.message);
	return p;
}

static const struct plan *pipelined_plan_of_graph(void)
{
	struct plan_delivery delivery = { .has_files = true };
	const struct plan *p = plan_pipeline(&f.arena, plan_of_graph(), &delivery);
	ck_assert_ptr_nonnull(p);
	return p;
}

/* --- Workers in step -------------------------------------------------------------------------------------- */

/* Parts of each voices tile, of those that measure and of the output (0: one); all others have one. */
struct parts {
	const struct plan *plan;
	unsigned n_voice_parts, n_output_parts;
	bool has_no_notes; /* tiles of notes have no parts */
};

static unsigned parts_of(const void *ctx, uint32_t stage, uint64_t block)
{
	const struct parts *p = ctx;
	(void)block;
	switch (p->plan->stages[stage].kind) {
	case STAGE_VOICES:
		return p->n_voice_parts;
	case STAGE_NOTES:
		return !p->has_no_notes;
	case STAGE_NODES:
		return p->plan->stages[stage].is_split ? PLAN_CHANNELS_MAX : 1;
	case STAGE_MEASURE:
	case STAGE_OUTPUT:
		return p->n_output_parts ? p->n_output_parts : 1;
	default:
		return 1;
	}
}

struct rounds {
	struct schedule *schedule;
	struct tile_ref taken[WORKERS_MAX]; /* in this round */
	unsigned n_taken;
	bool has_next[WORKERS_MAX];
	struct tile_ref next[WORKERS_MAX]; /* kept from the round before */
	unsigned n_rounds;
	uint64_t n_run;
};

static void rounds_start(struct rounds *r, const struct parts *parts, unsigned n_slots)
{
	struct error err = ERROR_INIT;
	struct schedule_spec spec = {
		.plan = parts->plan, .n_blocks = BLOCKS, .n_slots = n_slots, .n_parts = parts_of, .ctx = parts
	};
	*r = (struct rounds){ .schedule = schedule_new(&spec, &err) };
	ck_assert_ptr_nonnull(r->schedule);
}

static void round_take(struct rounds *r, unsigned n_workers)
{
	unsigned n = 0;
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		if (r->has_next[w])
			r->taken[n++] = r->next[w];
	memset(r->has_next, 0, sizeof r->has_next);
	while (n < n_workers && schedule_take(r->schedule, &r->taken[n]))
		n++;
	r->n_taken = n;
}

static void round_finish(struct rounds *r)
{
	unsigned n_ready;
	for (unsigned i = 0; i < r->n_taken; i++)
		if (r->taken[i].is_whole || schedule_part_done(r->schedule, &r->taken[i]))
			r->has_next[i] = schedule_tile_done(r->schedule, &r->taken[i], &r->next[i], &n_ready);
	r->n_run += r->n_taken;
	r->n_rounds++;
}

/* Until everything is done: parts per round, what n_workers are used. */
static double workers_used(const struct plan *plan, unsigned n_voice_parts, unsigned n_workers, unsigned n_slots)
{
	struct parts parts = { plan, n_voice_parts, plan->stages[plan->n_stages - 2].kind == STAGE_ENCODE ? 2 : 1,
			       false };
	struct rounds r;
	rounds_start(&r, &parts, n_slots);
	while (!schedule_is_done(r.schedule)) {
		round_take(&r, n_workers);
		ck_assert_uint_gt(r.n_taken, 0);
		round_finish(&r);
	}
	schedule_free(r.schedule);
	return (double)r.n_run / r.n_rounds;
}

/* How many different stages, blocks, and parts of one tile are in a round at most. */
struct widths {
	unsigned stages, blocks, parts;
};

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static void round_measure(const struct rounds *r, struct widths *most)
{
	uint64_t stages = 0, blocks = 0;
	for (unsigned i = 0; i < r->n_taken; i++) {
		unsigned n = 0;
		for (unsigned k = 0; k < r->n_taken; k++)
			n += r->taken[k].stage == r->taken[i].stage && r->taken[k].block == r->taken[i].block;
		most->parts = larger(most->parts, n);
		stages |= (uint64_t)1 << r->taken[i].stage;
		blocks |= (uint64_t)1 << (r->taken[i].block % 64);
	}
	most->stages = larger(most->stages, (unsigned)__builtin_popcountll(stages));
	most->blocks = larger(most->blocks, (unsigned)__builtin_popcountll(blocks));
}

static struct widths widths_of(const struct plan *plan, unsigned n_voice_parts, unsigned n_workers, unsigned n_slots)
{
	struct parts parts = { plan, n_voice_parts, 1, false };
	struct widths most = { 0 };
	struct rounds r;
	ck_assert_uint_le(plan->n_stages, 64);
	rounds_start(&r, &parts, n_slots);
	while (!schedule_is_done(r.schedule)) {
		round_take(&r, n_workers);
		round_measure(&r, &most);
		round_finish(&r);
	}
	schedule_free(r.schedule);
	return most;
}

/* --- Strategies ------------------------------------------------------------------------------------------- */

START_TEST(test_blocks_of_a_pure_chain_run_side_by_side)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "mul", GRAPH_CALL(&f, "sine", number(440)), number(0.5)));
	ck_assert_uint_ge(widths_of(plan_of_graph(), 1, 8, 16).blocks, 8);
}
END_TEST

/* Each output: noise through a filter. The filters carry, so that no two blocks of one can run at once. */
START_TEST(test_outputs_run_side_by_side)
{
	for (int i = 0; i < 4; i++)
		graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", GRAPH_CALL(&f, "saw", number(100 + i)), number(800)));
	/* 4 saws, 4 filters, 1 mix per block, of which the mix and each filter take a round per block. */
	ck_assert_double_ge(workers_used(plan_of_graph(), 1, 8, 16), 7.5);
}
END_TEST

START_TEST(test_independent_subgraphs_run_side_by_side)
{
	uint32_t a = GRAPH_CALL(&f, "delay", GRAPH_CALL(&f, "saw", number(100)), number(0.1));
	uint32_t b = GRAPH_CALL(&f, "delay", GRAPH_CALL(&f, "saw", number(150)), number(0.2));
	graph_fixture_output(&f, GRAPH_CALL(&f, "reverb", GRAPH_CALL(&f, "add", a, b), number(0.8)));
	const struct plan *p = plan_of_graph();
	ck_assert_uint_ge(p->n_stages, 6);
	ck_assert_uint_eq(widths_of(p, 1, 16, 16).stages, p->n_stages);
}
END_TEST

/* saw -> delay -> delay ...: one after the other within a block, a pipeline over the blocks. */
START_TEST(test_a_chain_that_carries_is_a_pipeline_over_blocks)
{
	enum { LINKS = 6 };
	uint32_t signal = GRAPH_CALL(&f, "saw", number(100));
	for (int i = 0; i < LINKS; i++)
		signal = GRAPH_CALL(&f, "delay", signal, number(0.1));
	graph_fixture_output(&f, signal);
	const struct plan *p = plan_of_graph();
	ck_assert_uint_ge(p->n_stages, LINKS + 2);
	ck_assert_double_ge(workers_used(p, 1, 2, 4), 1.95);
	ck_assert_double_ge(workers_used(p, 1, 4, 16), 3.8);
	ck_assert_double_ge(workers_used(p, 1, LINKS, 16), LINKS * 0.95);
}
END_TEST

START_TEST(test_one_dense_event_source_is_spread_by_its_groups_of_voices)
{
	const struct pattern *names = graph_fixture_mini(&f, "bd*64");
	graph_fixture_output(&f, graph_fixture_events(&f, pattern_control(&f.arena, CONTROL_S, names)));
	ck_assert_uint_ge(widths_of(plan_of_graph(), 16, 16, 34).parts, 15);
	ck_assert_double_ge(workers_used(plan_of_graph(), 16, 16, 34), 14);
}
END_TEST

/* With many workers: each channel of the filter is a worker's. */
START_TEST(test_channels_of_a_chain_that_carries_run_side_by_side)
{
	const struct pattern *names = graph_fixture_mini(&f, "bd*4");
	uint32_t wide = graph_fixture_events(&f, pattern_control(&f.arena, CONTROL_S, names));
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", wide, number(800)));
	ck_assert_uint_eq(widths_of(plan_of_graph(), 1, 1, 16).parts, 1);
	ck_assert_uint_eq(widths_of(pipelined_plan_of_graph(), 1, 16, 16).parts, PLAN_CHANNELS_MAX);
}
END_TEST

START_TEST(test_a_tile_without_parts_is_no_workers)
{
	const struct pattern *names = graph_fixture_mini(&f, "bd*64");
	graph_fixture_output(&f, graph_fixture_events(&f, pattern_control(&f.arena, CONTROL_S, names)));
	struct parts parts = { .plan = plan_of_graph(), .n_voice_parts = 3, .has_no_notes = true };
	struct rounds r;
	rounds_start(&r, &parts, 8);
	while (!schedule_is_done(r.schedule)) {
		round_take(&r, 4);
		ck_assert_uint_gt(r.n_taken, 0);
		round_finish(&r);
	}
	schedule_free(r.schedule);
	/* Score, three parts of voices, output. */
	ck_assert_uint_eq(r.n_run, BLOCKS * 5);
}
END_TEST

/* A cheap program: its output is most of the work. Each stage and part of it is a worker's, a block at a time. */
START_TEST(test_the_output_is_a_pipeline_over_blocks)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "sine", number(440)));
	ck_assert_double_le(workers_used(plan_of_graph(), 1, 8, 34), 2.1);
	ck_assert_double_ge(workers_used(pipelined_plan_of_graph(), 1, 8, 34), 6.5);
}
END_TEST

START_TEST(test_no_more_blocks_are_in_flight_than_slots)
{
	graph_fixture_output(&f, GRAPH_CALL(&f, "sine", number(440)));
	ck_assert_uint_le(widths_of(plan_of_graph(), 1, 64, 16).blocks, 16);
	ck_assert_uint_eq(widths_of(plan_of_graph(), 1, 64, 1).blocks, 1);
}
END_TEST

/* What it is for: with a job for each worker, a job's one block stays in the cache of its worker. */
START_TEST(test_fewer_blocks_are_in_flight_while_the_window_is_small)
{
	struct parts parts = { NULL, 1, 1, false };
	unsigned widest[2] = { 0 };
	struct rounds r;
	graph_fixture_output(&f, GRAPH_CALL(&f, "sine", number(440)));
	parts.plan = plan_of_graph();
	rounds_start(&r, &parts, 16);
	schedule_set_window(r.schedule, 1);
	while (!schedule_is_done(r.schedule)) {
		struct widths now = { 0 };
		round_take(&r, 64);
		round_measure(&r, &now);
		if (schedule_blocks_done(r.schedule) >= BLOCKS / 2)
			widest[1] = larger(widest[1], now.blocks);
		else if (schedule_blocks_done(r.schedule) >= 16)
			widest[0] = larger(widest[0], now.blocks);
		if (schedule_blocks_done(r.schedule) == BLOCKS / 2)
			schedule_set_window(r.schedule, 16);
		round_finish(&r);
	}
	schedule_free(r.schedule);
	ck_assert_uint_eq(widest[0], 1);
	ck_assert_uint_ge(widest[1], 15);
}
END_TEST

START_TEST(test_a_worker_goes_on_with_a_consumer_of_what_it_made)
{
	uint32_t saw = GRAPH_CALL(&f, "saw", number(100));
	graph_fixture_output(&f, GRAPH_CALL(&f, "delay", saw, number(0.1)));
	struct parts parts = { plan_of_graph(), 1, 1, false };
	struct rounds r;
	rounds_start(&r, &parts, 4);
	round_take(&r, 1);
	round_finish(&r);
	ck_assert(r.has_next[0]);
	ck_assert_uint_eq(r.next[0].block, r.taken[0].block);
	ck_assert_uint_gt(r.next[0].stage, r.taken[0].stage);
	schedule_free(r.schedule);
}
END_TEST

/* --- Real workers ----------------------------------------------------------------------------------------- */

static void render_traced(unsigned n_workers, unsigned max_workers, uint64_t n_frames, struct pool_trace *trace)
{
	struct sink sink = { &null_sink_ops };
	struct error err = ERROR_INIT;
	struct diag_list diags = { .n = 0 };
	struct render_result result;
	struct render_spec spec;
	struct pool *pool = pool_new(n_workers, &err);
	struct sample_bank *bank = sample_bank_open(NULL, &err);

	ck_assert_msg(pool && bank, "%s", err.message);
	render_spec_init(&spec);
	spec.block_frames = 64;
	spec.threads = max_workers;
	struct song song = { .graph = &f.graph,
			     .spec = &spec,
			     .n_frames = n_frames,
			     .bank = bank,
			     .memory_bytes = (size_t)512 << 20,
			     .trace = trace };
	ck_assert_msg(song_render(&song, pool, &sink, &diags, &result, &err) == 0, "%s", err.message);
	sample_bank_free(bank);
	pool_free(pool);
}

/* The parts of a tile with its times, or NULL. */
struct ran {
	uint64_t begin_ns, end_ns; /* of the first part, of the last; end 0: not run */
};

static void build_mixed(void)
{
	uint32_t a = GRAPH_CALL(&f, "delay", GRAPH_CALL(&f, "saw", GRAPH_CALL(&f, "sine", number(5))), number(0.1));
	uint32_t s = graph_fixture_events(
		&f, pattern_control(&f.arena, CONTROL_S, graph_fixture_mini(&f, "[cr*64, hh*64, bd*32]")));
	graph_fixture_output(&f, GRAPH_CALL(&f, "reverb", GRAPH_CALL(&f, "add", a, s), number(0.8)));
	graph_fixture_output(&f, GRAPH_CALL(&f, "lpf", a, number(500)));
}

/* Without notes to render there is no such tile: it ends with the score's, in front of it, and that of the block before. */
static void ran_nothing(struct ran *r, const struct ran *before)
{
	r->begin_ns = UINT64_MAX;
	r->end_ns = before && before->end_ns > r[-1].end_ns ? before->end_ns : r[-1].end_ns;
}

/* Every tile once, after the tiles that it reads and, when it carries, after the one of the block before; and a slot is
 * taken again only when its block is complete. */
START_TEST(test_workers_keep_the_order_of_the_plan)
{
	struct pool_trace trace = { .n_parts = 0 };
	build_mixed();
	render_traced(4, 0, 64 * BLOCKS, &trace);
	const struct plan *p = pipelined_plan_of_graph();
	struct ran *ran = calloc(BLOCKS * p->n_stages, sizeof *ran);
	ck_assert(ran && !trace.is_cut);
	for (size_t i = 0; i < trace.n_parts; i++) {
		const struct traced_part *t = &trace.parts[i];
		struct ran *r = &ran[t->ref.block * p->n_stages + t->ref.stage];
		if (t->ref.is_whole && r->end_ns)
			ck_abort_msg("stage %u of block %d ran twice", t->ref.stage, (int)t->ref.block);
		r->begin_ns = r->end_ns && r->begin_ns < t->begin_ns ? r->begin_ns : t->begin_ns;
		r->end_ns = t->end_ns > r->end_ns ? t->end_ns : r->end_ns;
	}
	for (uint64_t b = 0; b < BLOCKS; b++)
		for (uint32_t s = 0; s < p->n_stages; s++) {
			const struct plan_stage *st = &p->stages[s];
			struct ran *r = &ran[b * p->n_stages + s];
			if (st->kind == STAGE_NOTES && r->end_ns == 0)
				ran_nothing(r, b > 0 ? r - p->n_stages : NULL);
			bool is_ordered = r->end_ns > 0;
			for (uint32_t i = 0; i < st->n_inputs; i++)
				is_ordered &= ran[b * p->n_stages + st->inputs[i]].end_ns <= r->begin_ns;
			if (st->is_carry && b > 0)
				is_ordered &= ran[(b - 1) * p->n_stages + s].end_ns <= r->begin_ns;
			if (!is_ordered)
				ck_abort_msg("stage %u of block %d ran too early, or not at all", s, (int)b);
		}
	free(ran);
	free(trace.parts);
}
END_TEST

START_TEST(test_a_job_gets_no_more_workers_than_it_asked_for)
{
	struct pool_trace trace = { .n_parts = 0 };
	build_mixed();
	render_traced(4, 1, 64 * BLOCKS, &trace);
	for (size_t i = 1; i < trace.n_parts; i++)
		if (trace.parts[i].begin_ns < trace.parts[i - 1].end_ns)
			ck_abort_msg("part %zu overlaps the one before", i);
	ck_assert_uint_gt(trace.n_parts, BLOCKS);
	free(trace.parts);
}
END_TEST

/* --- How a run is cut ------------------------------------------------------------------------------------- */

#define MINUTE (60 * 44100)

static const struct {
	const char *what;
	struct tune_machine machine;
	struct tune_job job;
	struct tuning tuning;
} tunings[] = {
	{ "a common core", { 32 << 10, 32 << 20 }, { 8, MINUTE, 100, 256 << 20, 0 }, { 1024, 34, true } },
	{ "unknown caches", { 0, 0 }, { 8, MINUTE, 100, 256 << 20, 0 }, { 1024, 34, true } },
	{ "a large first cache", { 128 << 10, 0 }, { 8, MINUTE, 100, 256 << 20, 0 }, { 4096, 34, true } },
	{ "one worker", { 32 << 10, 0 }, { 1, MINUTE, 100, 256 << 20, 0 }, { 1024, 1, false } },
	{ "two workers", { 32 << 10, 0 }, { 2, MINUTE, 100, 256 << 20, 0 }, { 1024, 6, false } },
	{ "sixteen workers", { 32 << 10, 0 }, { 16, MINUTE, 100, 256 << 20, 0 }, { 2048, 66, true } },
	{ "many workers", { 32 << 10, 0 }, { 64, MINUTE, 100, 256 << 20, 0 }, { 4096, 258, true } },
	{ "a short run", { 32 << 10, 0 }, { 16, 22050, 100, 256 << 20, 0 }, { 512, 66, true } },
	{ "a wish", { 32 << 10, 0 }, { 8, MINUTE, 100, 256 << 20, 64 }, { 64, 34, true } },
	{ "a small last cache", { 32 << 10, 1 << 20 }, { 8, MINUTE, 100, 256 << 20, 0 }, { 1024, 10, true } },
	{ "a smaller last cache", { 32 << 10, 256 << 10 }, { 8, MINUTE, 100, 256 << 20, 0 }, { 1024, 8, true } },
	{ "little memory", { 32 << 10, 0 }, { 8, MINUTE, 10000, 32 << 20, 0 }, { 1024, 3, true } },
	{ "too little memory", { 32 << 10, 0 }, { 8, MINUTE, 10000, 1 << 20, 0 }, { 1024, 1, true } },
};

enum { N_TUNINGS = sizeof tunings / sizeof *tunings };

START_TEST(test_the_cut_follows_the_machine_and_the_job)
{
	struct tuning t = tune(&tunings[_i].machine, &tunings[_i].job);
	ck_assert_msg(t.block_frames == tunings[_i].tuning.block_frames && t.n_slots == tunings[_i].tuning.n_slots &&
			      t.is_pipelined == tunings[_i].tuning.is_pipelined,
		      "%s: %u blocks of %u", tunings[_i].what, t.n_slots, t.block_frames);
}
END_TEST

static Suite *schedule_suite(void)
{
	Suite *s = suite_create("schedule");
	TCase *t = tcase_create("strategies");
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_blocks_of_a_pure_chain_run_side_by_side);
	tcase_add_test(t, test_outputs_run_side_by_side);
	tcase_add_test(t, test_independent_subgraphs_run_side_by_side);
	tcase_add_test(t, test_a_chain_that_carries_is_a_pipeline_over_blocks);
	tcase_add_test(t, test_one_dense_event_source_is_spread_by_its_groups_of_voices);
	tcase_add_test(t, test_channels_of_a_chain_that_carries_run_side_by_side);
	tcase_add_test(t, test_a_tile_without_parts_is_no_workers);
	tcase_add_test(t, test_the_output_is_a_pipeline_over_blocks);
	tcase_add_test(t, test_no_more_blocks_are_in_flight_than_slots);
	tcase_add_test(t, test_fewer_blocks_are_in_flight_while_the_window_is_small);
	tcase_add_test(t, test_a_worker_goes_on_with_a_consumer_of_what_it_made);
	suite_add_tcase(s, t);
	t = tcase_create("workers");
	tcase_set_timeout(t, 60);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, test_workers_keep_the_order_of_the_plan);
	tcase_add_test(t, test_a_job_gets_no_more_workers_than_it_asked_for);
	suite_add_tcase(s, t);
	t = tcase_create("tuning");
	tcase_add_loop_test(t, test_the_cut_follows_the_machine_and_the_job, 0, N_TUNINGS);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(schedule_suite());
}
