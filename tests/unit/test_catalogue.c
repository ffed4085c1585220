/* The catalogue: its examples render without a warning and are heard, and programs can be made of it by chance. */
#include "base/hash.h"
#include "render/render.h"
#include "tests/lib/random_program.h"
#include "tests/lib/render.h"
#include "tests/lib/test.h"

enum { CYCLES = 2 };

static struct render_engine *engine;

static void setup(void)
{
	struct render_config config = { .n_threads = 2 };
	struct error err = ERROR_INIT;

	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void teardown(void)
{
	render_engine_free(engine);
}

/* Louder than -60 dB, and not so loud that a file of integers would cut it off. */
START_TEST(test_the_example_is_heard)
{
	struct render_result result;
	struct render_entry e;

	render_catalogue_entry((size_t)_i, &e);
	render_program(engine, e.name, e.example, CYCLES, 0, &result);
	ck_assert_msg(result.peak > 1e-3 && result.peak <= 1.0, "%s: %s: peak %g", e.name, e.example, result.peak);
}
END_TEST

/* Otherwise the fuzz target of graphs would test the checker alone. */
START_TEST(test_most_random_programs_compile)
{
	enum { PROGRAMS = 200, WORDS = 40 };
	unsigned n_good = 0;

	for (uint64_t i = 0; i < PROGRAMS; i++) {
		struct buf program = BUF_INIT;
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		uint64_t words[WORDS];

		for (unsigned w = 0; w < WORDS; w++)
			words[w] = hash64_pair(i, w);
		ck_assert_int_eq(random_program((const uint8_t *)words, sizeof words, &program), 0);
		n_good += render_check(NULL, NULL, program.data, program.len, &diags, &err) == 0;
		buf_fini(&program);
	}
	ck_assert_uint_gt(n_good, PROGRAMS / 2);
}
END_TEST

static Suite *catalogue_suite(void)
{
	Suite *s = suite_create("catalogue");
	TCase *t = tcase_create("examples");

	suite_add_tcase(s, t);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_the_example_is_heard, 0, (int)render_catalogue_len());
	tcase_add_test(t, test_most_random_programs_compile);
	return s;
}

int main(void)
{
	return test_run(catalogue_suite());
}
