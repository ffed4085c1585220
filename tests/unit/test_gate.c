/* Gates and gated envelopes in whole renders: programs that must sound alike, to the bit, over odd tempos, for any threads
 * and blocks. */
#include <stdio.h>
#include <string.h>

#include "tests/lib/render.h"
#include "tests/lib/test.h"

enum { CYCLES = 9 };

/* Half a cycle a second, one with frames that fall between two, and one of endless fractions. */
static const char *const tempos[] = { "cps: 0.5", "bpm: 174", "cps: 1.2345", "cps: 8" };

static const struct {
	const char *is, *like;
} programs[] = {
	{ "struct \"t(3,8)\" $ saw 55", "saw 55 # env_trig \"t(3,8)\" 0.001 0.1 0 0.05" },
	{ "saw 55 $ struct \"t f x 1\"", "saw 55 # env_trig \"t ~ t t\" 0.001 0.1 0 0.05" },
	{ "struct \"t*2\" (saw 55)", "saw 55 # env_trig \"1 1\" :release 0.05" },
	{ "saw 55 $ struct \"t f\" $ fast 2", "saw 55 $ struct \"t f t f\"" },
	{ "saw 55 * gate \"t f t*2\"", "saw 55 * \"1 0 1\"" }, /* a gate stays open where events touch */
	{ "trig \"t ~ t ~\" # gain 0.5", "trig (gate \"1 0 1 0\") # gain 0.5" },
	{ "saw 55 * tar \"t*4\" 0.01 0.05", "saw 55 * tar (trig \"t t t t\") 0.01 0.05" },
	{ "saw 55 * tadsr \"t ~ t*2\" 0.01 0.1 0.5 0.1", "saw 55 # env_trig \"t ~ t*2\" 0.01 0.1 0.5 0.1" },
	{ "saw 55 * asr \"t ~\" 0.01 0.1", "saw 55 * asr (gate \"t ~\") 0.01 0.1" },
	{ "saw (segments \"55 110\" \"1000\")", "saw (segments \"55 110\" \"1000 1\")" },
};

static void render_expression(struct render_engine *engine, const char *tempo, const char *expression, unsigned block,
			      struct render_result *result)
{
	char source[256];

	snprintf(source, sizeof source, "%s\nout $ %s\n", tempo, expression);
	render_program(engine, expression, source, CYCLES, block, result);
}

static void check_alike(const char *tempo, const char *is, const char *like, unsigned threads)
{
	struct render_config config = { .n_threads = threads };
	struct error err = ERROR_INIT;
	struct render_engine *engine = render_engine_new(&config, &err);
	struct render_result a, b, c;

	ck_assert_msg(engine != NULL, "%s", err.message);
	render_expression(engine, tempo, is, 64, &a);
	render_expression(engine, tempo, is, 4096, &b);
	render_expression(engine, tempo, like, 512, &c);
	ck_assert_msg(a.peak > 0.05, "%s, %s is silent", tempo, is);
	ck_assert_msg(memcmp(a.sha256, b.sha256, SHA256_BYTES) == 0, "%s, %s depends on the block", tempo, is);
	ck_assert_msg(memcmp(a.sha256, c.sha256, SHA256_BYTES) == 0, "%s, %s does not sound like %s", tempo, is, like);
	render_engine_free(engine);
}

START_TEST(test_programs_that_mean_the_same_sound_the_same)
{
	for (size_t t = 0; t < sizeof tempos / sizeof tempos[0]; t++)
		for (unsigned threads = 1; threads <= 3; threads += 2)
			check_alike(tempos[t], programs[_i].is, programs[_i].like, threads);
}
END_TEST

/* Events that touch start the envelope anew: four hits are not one. */
START_TEST(test_touching_events_are_heard_one_by_one)
{
	struct render_config config = { .n_threads = 1 };
	struct error err = ERROR_INIT;
	struct render_engine *engine = render_engine_new(&config, &err);
	struct render_result four, one;

	ck_assert_msg(engine != NULL, "%s", err.message);
	render_expression(engine, "cps: 0.5", "saw 55 # env_trig \"t t t t\"", 512, &four);
	render_expression(engine, "cps: 0.5", "saw 55 # env_trig \"t\"", 512, &one);
	ck_assert_int_ne(memcmp(four.sha256, one.sha256, SHA256_BYTES), 0);
	render_engine_free(engine);
}
END_TEST

static Suite *gate_suite(void)
{
	Suite *s = suite_create("gate");
	TCase *t = tcase_create("programs");

	suite_add_tcase(s, t);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_programs_that_mean_the_same_sound_the_same, 0,
			    sizeof programs / sizeof programs[0]);
	tcase_add_test(t, test_touching_events_are_heard_one_by_one);
	return s;
}

int main(void)
{
	return test_run(gate_suite());
}
