/* Every program in examples/ renders, is heard, and has the same bytes for any number of threads and any block. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render/render.h"
#include "tests/lib/render.h"
#include "tests/lib/test.h"

enum { EXAMPLES_MAX = 256, CYCLES = 4 };

static char *paths[EXAMPLES_MAX];
static int n_paths;

/* --- Files ------------------------------------------------------------------------------------------------ */

static bool is_program(const char *name)
{
	size_t len = strlen(name);
	return len > 3 && strcmp(name + len - 3, ".ph") == 0;
}

static int path_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void paths_list(void)
{
	const char *dir = getenv("PHONOND_EXAMPLES");
	const char *folder = dir ? dir : test_source_path("examples");
	DIR *d = opendir(folder);
	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d)) != NULL && n_paths < EXAMPLES_MAX;)
		if (is_program(e->d_name) && asprintf(&paths[n_paths], "%s/%s", folder, e->d_name) >= 0)
			n_paths++;
	closedir(d);
	qsort(paths, (size_t)n_paths, sizeof *paths, path_cmp);
}

static void render_file(const char *path, struct render_engine *engine, unsigned block, struct render_result *result)
{
	size_t len;
	char *source = test_read_file(path, &len);

	render_program(engine, path, source, CYCLES, block, result);
	free(source);
}

START_TEST(test_example_has_the_same_bytes_for_any_threads_and_blocks)
{
	static const unsigned threads[] = { 1, 2, 7 }, blocks[] = { 64, 512, 4096 };
	struct render_result first, again;
	for (unsigned t = 0; t < 3; t++) {
		struct error err = ERROR_INIT;
		struct render_config config = { .n_threads = threads[t] };
		struct render_engine *engine = render_engine_new(&config, &err);
		ck_assert_msg(engine != NULL, "%s", err.message);
		for (unsigned b = 0; b < 3; b++) {
			render_file(paths[_i], engine, blocks[b], &again);
			if (t == 0 && b == 0)
				first = again;
			ck_assert_msg(again.peak > 0.01, "%s is silent", paths[_i]);
			ck_assert_msg(memcmp(first.sha256, again.sha256, SHA256_BYTES) == 0,
				      "%s: %u threads, block %u: other bytes", paths[_i], threads[t], blocks[b]);
		}
		render_engine_free(engine);
	}
}
END_TEST

START_TEST(test_there_are_examples)
{
	ck_assert_int_gt(n_paths, 10);
}
END_TEST

Suite *examples_suite(void);

Suite *examples_suite(void)
{
	Suite *s = suite_create("examples");
	TCase *t = tcase_create("examples");
	paths_list();
	tcase_set_timeout(t, 300);
	tcase_add_test(t, test_there_are_examples);
	tcase_add_loop_test(t, test_example_has_the_same_bytes_for_any_threads_and_blocks, 0, n_paths);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	int rc = test_run(examples_suite());
	for (int i = 0; i < n_paths; i++)
		free(paths[i]);
	return rc;
}
