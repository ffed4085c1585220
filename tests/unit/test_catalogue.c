/* The examples that the registries carry: each compiles without an error. */
#include <string.h>

#include "render/compile.h"
#include "render/pattern/transform.h"
#include "tests/lib/test.h"

enum { ARENA_BYTES = 64 << 20 };

static void check_example(const char *name, const char *program)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct arena a;

	arena_init(&a, ARENA_BYTES);
	ck_assert_msg(compile(&a, program, strlen(program), NULL, &diags, &err) != NULL, "%s: %s: %u: %s", name,
		      program, diags.n ? diags.items[0].span.start : 0, diags.n ? diags.items[0].message : err.message);
	arena_fini(&a);
}

START_TEST(test_the_example_of_a_function_compiles)
{
	check_example(node_registry[_i]->name, node_registry[_i]->example);
}
END_TEST

START_TEST(test_the_example_of_a_transform_compiles)
{
	check_example(transform_registry[_i]->name, transform_registry[_i]->example);
}
END_TEST

static Suite *catalogue_suite(void)
{
	Suite *s = suite_create("catalogue");
	TCase *t = tcase_create("examples");

	suite_add_tcase(s, t);
	tcase_add_loop_test(t, test_the_example_of_a_function_compiles, 0, (int)node_registry_len);
	tcase_add_loop_test(t, test_the_example_of_a_transform_compiles, 0, (int)transform_registry_len);
	return s;
}

int main(void)
{
	return test_run(catalogue_suite());
}
