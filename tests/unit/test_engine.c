/* The engine on graphs that are built by hand: the same bytes whatever the threads and the blocks, and clean ends
 * when something stops it. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "render/engine/pool.h"
#include "render/engine/song.h"
#include "render/graph/plan.h"
#include "render/io/samples.h"
#include "tests/lib/graph.h"
#include "tests/lib/test.h"

/* --- A sink in memory, which can fail --------------------------------------------------------------------- */

struct memory_sink {
	struct sink sink;
	struct buf bytes;
	size_t fail_at; /* fails when a write reaches this many bytes; 0: never */
	bool is_finished, is_aborted;
	struct job_control *cancel_at_write; /* set its flag at the first write past the header */
};

static int memory_write_at(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct memory_sink *m = (struct memory_sink *)s;
	if (m->fail_at && offset + n >= m->fail_at)
		return error_set(err, ERR_NO_SPACE, "the disk is full");
	if (m->cancel_at_write && offset > 0)
		atomic_store(&m->cancel_at_write->cancel, true);
	return buf_write_at(&m->bytes, (size_t)offset, data, n);
}

static int memory_finish(struct sink *s, struct error *err)
{
	(void)err;
	((struct memory_sink *)s)->is_finished = true;
	return 0;
}

static void memory_abort(struct sink *s)
{
	((struct memory_sink *)s)->is_aborted = true;
}

static const struct sink_ops memory_ops = { memory_write_at, memory_finish, memory_abort };

/* --- Graphs ----------------------------------------------------------------------------------------------- */

static void graph_filtered_sine(struct graph_fixture *f)
{
	uint32_t sine = GRAPH_CALL(f, "sine", graph_fixture_const(f, 440));
	graph_fixture_output(f, GRAPH_CALL(f, "lpf", sine, graph_fixture_const(f, 1000)));
}

static void graph_modulated_pitch(struct graph_fixture *f)
{
	uint32_t wobble = GRAPH_CALL(f, "sine", graph_fixture_const(f, 5.5));
	uint32_t lfo = GRAPH_CALL(f, "mul", wobble, graph_fixture_const(f, 100));
	graph_fixture_output(f, GRAPH_CALL(f, "saw", GRAPH_CALL(f, "add", lfo, graph_fixture_const(f, 330))));
}

static void graph_control(struct graph_fixture *f)
{
	uint32_t sine = GRAPH_CALL(f, "sine", graph_fixture_control(f, "200 <400 300> ~ [800 100 ~]"));
	graph_fixture_output(f, GRAPH_CALL(f, "mul", sine, graph_fixture_control(f, "0.5 0.25 ~")));
}

/* y = 0.01 * noise + 0.99 * y, one sample late, and a second loop of two nodes around a filter. */
static void graph_feedback(struct graph_fixture *f)
{
	uint32_t in = GRAPH_CALL(f, "mul", graph_fixture_call(f, "noise", NULL, 0), graph_fixture_const(f, 0.01));
	uint32_t back = GRAPH_CALL(f, "mul", in, graph_fixture_const(f, 0.99));
	uint32_t sum = GRAPH_CALL(f, "add", in, back);
	graph_fixture_node(f, back)->inputs[0] = sum;
	graph_fixture_node(f, sum)->bus = "y";
	uint32_t filter = GRAPH_CALL(f, "lpf", sum, graph_fixture_const(f, 500));
	uint32_t ring = GRAPH_CALL(f, "add", sum, GRAPH_CALL(f, "mul", filter, graph_fixture_const(f, -0.5)));
	graph_fixture_node(f, filter)->inputs[0] = ring;
	graph_fixture_output(f, ring);
}

static void graph_samples(struct graph_fixture *f)
{
	const struct pattern *names = graph_fixture_mini(f, "bd*4 [sn,hh] <cp*3 hh(5,8)>");
	graph_fixture_output(f, graph_fixture_events(f, pattern_control(&f->arena, CONTROL_S, names)));
}

/* Chopped, panned apart, transposed, cut and dense: over 32 voices at a time. */
static void graph_dense_samples(struct graph_fixture *f)
{
	struct arena *a = &f->arena;
	const struct pattern *p = pattern_control(a, CONTROL_S, graph_fixture_mini(f, "[cr*16, 808bd*32, oh*24]"));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_NOTE, graph_fixture_mini(f, "<0 -12 7> -24 12")));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_PAN, graph_fixture_mini(f, "-1 0.5 0 1")));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_SPEED, graph_fixture_mini(f, "1 -1 0.5 1.01")));
	graph_fixture_output(f, graph_fixture_events(f, p));
}

static void graph_cut(struct graph_fixture *f)
{
	struct arena *a = &f->arena;
	const struct pattern *p = pattern_control(a, CONTROL_S, graph_fixture_mini(f, "oh*8 cr*3"));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_CUT, graph_fixture_mini(f, "1")));
	graph_fixture_output(f, graph_fixture_events(f, p));
}

static void instrument_attach(struct graph_fixture *f, uint32_t events_node, const struct graph *sound)
{
	struct instrument *i = ARENA_NEW(&f->arena, struct instrument);
	*i = (struct instrument){ .name = "~x", .graph = sound };
	graph_fixture_node(f, events_node)->instruments = i;
	graph_fixture_node(f, events_node)->n_instruments = 1;
}

/* saw # lpf 900, its pitch free; with a pattern for the cutoff when it is to follow the song. */
static const struct graph *sound_saw(struct graph_fixture *f, bool follows_song)
{
	struct graph_fixture inner = { .arena = f->arena, .graph = { .cps = { 1, 2 } } };
	uint32_t pitch = graph_fixture_const(&inner, 1);
	graph_fixture_node(&inner, pitch)->is_free_pitch = true;
	uint32_t saw = GRAPH_CALL(&inner, "saw", pitch);
	uint32_t cutoff =
		follows_song ? graph_fixture_control(&inner, "300 2000 900") : graph_fixture_const(&inner, 900);
	graph_fixture_output(&inner, GRAPH_CALL(&inner, "lpf", saw, cutoff));
	struct graph *g = ARENA_NEW(&inner.arena, struct graph);
	*g = inner.graph;
	f->arena = inner.arena;
	return g;
}

static void graph_instrument_of(struct graph_fixture *f, bool follows_song)
{
	struct arena *a = &f->arena;
	const struct pattern *p = pattern_control(a, CONTROL_S, graph_fixture_mini(f, "~x(3,8,1)"));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_NOTE, graph_fixture_mini(f, "<c3'min7 c4'min7>")));
	p = pattern_modify(a, p, pattern_control(a, CONTROL_RELEASE, graph_fixture_mini(f, "1")));
	const struct graph *sound = sound_saw(f, follows_song);
	uint32_t e = graph_fixture_events(f, p);
	instrument_attach(f, e, sound);
	graph_fixture_output(f, GRAPH_CALL(f, "lpf", e, graph_fixture_const(f, 700)));
}

static void graph_instrument(struct graph_fixture *f)
{
	graph_instrument_of(f, false);
}

static void graph_instrument_with_pattern(struct graph_fixture *f)
{
	graph_instrument_of(f, true);
}

/* Gain of each event from an LFO at its onset. */
static void graph_latched(struct graph_fixture *f)
{
	struct arena *a = &f->arena;
	struct value signal = { .kind = VALUE_SIGNAL, .signal = 0 };
	const struct pattern *p = pattern_control(a, CONTROL_S, graph_fixture_mini(f, "hh*16"));
	const struct pattern *gain = pattern_control(a, CONTROL_GAIN, pattern_pure(a, signal, (struct span){ 0, 0 }));
	uint32_t lfo = GRAPH_CALL(f, "sine", graph_fixture_const(f, 0.7));
	uint32_t e = graph_fixture_events(f, pattern_modify(a, p, gain));
	uint32_t *inputs = ARENA_NEW(a, uint32_t);
	*inputs = lfo;
	graph_fixture_node(f, e)->inputs = inputs;
	graph_fixture_node(f, e)->n_inputs = 1;
	graph_fixture_output(f, e);
}

static void graph_constant(struct graph_fixture *f)
{
	graph_fixture_output(f, graph_fixture_const(f, 0.25));
}

/* y = in + 1.5 * y grows past every float and is reset, again and again. */
static void graph_explosion(struct graph_fixture *f)
{
	uint32_t in = GRAPH_CALL(f, "sine", graph_fixture_const(f, 440));
	uint32_t back = GRAPH_CALL(f, "mul", in, graph_fixture_const(f, 1.5));
	uint32_t sum = GRAPH_CALL(f, "add", in, back);
	graph_fixture_node(f, back)->inputs[0] = sum;
	graph_fixture_node(f, sum)->bus = "y";
	graph_fixture_output(f, GRAPH_CALL(f, "min", sum, graph_fixture_const(f, 1)));
}

static const struct {
	const char *name;
	void (*build)(struct graph_fixture *f);
	unsigned n_warnings;
} graphs[] = {
	{ "filtered sine", graph_filtered_sine, 0 },
	{ "modulated pitch", graph_modulated_pitch, 0 },
	{ "control", graph_control, 0 },
	{ "feedback", graph_feedback, 0 },
	{ "explosion", graph_explosion, 1 },
	{ "samples", graph_samples, 0 },
	{ "dense samples", graph_dense_samples, 0 },
	{ "cut groups", graph_cut, 0 },
	{ "instrument", graph_instrument, 0 },
	{ "instrument with pattern", graph_instrument_with_pattern, 0 },
	{ "latched control", graph_latched, 0 },
	{ "constant", graph_constant, 0 },
};

enum { N_GRAPHS = sizeof graphs / sizeof *graphs };

/* --- Rendering -------------------------------------------------------------------------------------------- */

struct rendering {
	struct memory_sink sink;
	struct render_result result;
	struct diag_list diags;
	struct error err;
	int rc;
};

static void render_graph(struct rendering *r, const struct graph *g, struct pool *pool, unsigned block,
			 uint64_t n_frames, struct job_control *control)
{
	struct error err = ERROR_INIT;
	struct sample_bank *bank = sample_bank_open(NULL, &err);
	struct render_spec spec;
	render_spec_init(&spec);
	spec.block_frames = block;
	spec.subtype = AUDIO_FLOAT_32;
	struct song song = { .graph = g,
			     .spec = &spec,
			     .n_frames = n_frames,
			     .bank = bank,
			     .memory_bytes = (size_t)512 << 20,
			     .control = control };
	r->sink.sink.ops = &memory_ops;
	r->rc = song_render(&song, pool, &r->sink.sink, &r->diags, &r->result, &r->err);
	sample_bank_free(bank);
}

static struct pool *pool_start(unsigned n)
{
	struct error err = ERROR_INIT;
	struct pool *p = pool_new(n, &err);
	ck_assert_msg(p != NULL, "%s", err.message);
	return p;
}

enum { FRAMES = 3 * 44100 + 1234 };

START_TEST(test_threads_and_blocks_do_not_change_a_byte)
{
	static const unsigned threads[] = { 1, 2, 7 }, blocks[] = { 64, 512, 4096 };
	char first[SHA256_HEX_SIZE] = "", hex[SHA256_HEX_SIZE];
	struct graph_fixture f;
	graph_fixture_init(&f);
	graphs[_i].build(&f);
	for (unsigned t = 0; t < 3; t++) {
		struct pool *pool = pool_start(threads[t]);
		for (unsigned b = 0; b < 3; b++) {
			struct rendering r = { .rc = 0 };
			render_graph(&r, &f.graph, pool, blocks[b], FRAMES, NULL);
			ck_assert_msg(r.rc == 0, "%s: %s", graphs[_i].name, r.err.message);
			ck_assert_msg(r.result.peak > 0.001, "%s is silent", graphs[_i].name);
			ck_assert_uint_eq(r.diags.n, graphs[_i].n_warnings);
			sha256_hex(r.result.sha256, hex);
			if (!first[0])
				memcpy(first, hex, sizeof first);
			ck_assert_msg(strcmp(first, hex) == 0, "%s: %u threads, block %u differ", graphs[_i].name,
				      threads[t], blocks[b]);
			buf_fini(&r.sink.bytes);
		}
		pool_free(pool);
	}
	graph_fixture_fini(&f);
}
END_TEST

START_TEST(test_canceled_render_aborts_the_sink)
{
	struct graph_fixture f;
	struct job_control control = { .frames_done = 0 };
	struct rendering r = { .sink = { .cancel_at_write = &control } };
	struct pool *pool = pool_start(2);
	graph_fixture_init(&f);
	graph_filtered_sine(&f);
	render_graph(&r, &f.graph, pool, 512, (uint64_t)3600 * 44100, &control);
	ck_assert_int_eq(r.rc, -1);
	ck_assert_int_eq(r.err.code, ERR_CANCELED);
	ck_assert(r.sink.is_aborted && !r.sink.is_finished);
	ck_assert_uint_lt(atomic_load(&control.frames_done), 3600 * 44100);
	buf_fini(&r.sink.bytes);
	pool_free(pool);
	graph_fixture_fini(&f);
}
END_TEST

START_TEST(test_failing_sink_fails_the_render)
{
	struct graph_fixture f;
	struct rendering r = { .sink = { .fail_at = 300000 } };
	struct pool *pool = pool_start(2);
	graph_fixture_init(&f);
	graph_samples(&f);
	render_graph(&r, &f.graph, pool, 512, FRAMES, NULL);
	ck_assert_int_eq(r.rc, -1);
	ck_assert_int_eq(r.err.code, ERR_NO_SPACE);
	ck_assert(r.sink.is_aborted && !r.sink.is_finished);
	buf_fini(&r.sink.bytes);
	pool_free(pool);
	graph_fixture_fini(&f);
}
END_TEST

Suite *engine_suite(void);

Suite *engine_suite(void)
{
	Suite *s = suite_create("engine");
	TCase *t = tcase_create("bytes");
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_threads_and_blocks_do_not_change_a_byte, 0, N_GRAPHS);
	suite_add_tcase(s, t);
	t = tcase_create("ends");
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_canceled_render_aborts_the_sink);
	tcase_add_test(t, test_failing_sink_fails_the_render);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(engine_suite());
}
