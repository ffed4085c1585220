/* Every program in examples/ renders without a warning, has the same bytes for any number of threads, any block and
 * every SIMD level, and measures what tests/golden/examples.tsv says: length, loudness, true peak and the spread of its energy. The table is
 * what its makers heard and found good; it is written anew by `make example-figures` when a program is meant to sound
 * otherwise. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu_level.h"
#include "render/render.h"
#include "tests/lib/bands.h"
#include "tests/lib/render.h"
#include "tests/lib/rendering.h"
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

	render_program(engine, path, source, test_is_sanitized() ? 2 : CYCLES, block, result);
	free(source);
}

/* --- Bytes ------------------------------------------------------------------------------------------------ */

/* The i-th of the levels that this machine has, or its highest. */
static enum cpu_level level_at(unsigned i)
{
	enum cpu_level highest = cpu_level_highest();
	return i < (unsigned)highest ? (enum cpu_level)i : highest;
}

/* Each number of threads, each block and each level once, the blocks paired otherwise with them from program to program, so
 * that every pair is tried. `make determinism` tries all of them with each other. */
START_TEST(test_example_has_the_same_bytes_for_any_threads_blocks_and_levels)
{
	static const unsigned threads[] = { 1, 2, 7 }, blocks[] = { 64, 512, 4096 };
	struct render_result first, again;
	for (unsigned t = 0; t < 3; t++) {
		struct error err = ERROR_INIT;
		struct render_config config = { .n_threads = threads[t] };
		unsigned block = blocks[(t + (unsigned)_i) % 3];
		struct render_engine *engine = render_engine_new(&config, &err);
		ck_assert_msg(engine != NULL, "%s", err.message);
		cpu_level = level_at(t);
		render_file(paths[_i], engine, block, &again);
		render_engine_free(engine);
		if (t == 0)
			first = again;
		ck_assert_msg(again.peak > 0.01, "%s is silent", paths[_i]);
		ck_assert_msg(memcmp(first.sha256, again.sha256, SHA256_BYTES) == 0,
			      "%s: %u threads, block %u, level %s: other bytes", paths[_i], threads[t], block,
			      cpu_level_name(cpu_level));
	}
}
END_TEST

/* --- Figures ---------------------------------------------------------------------------------------------- */

enum { N_BANDS = 3, NAME_SIZE = 64, TABLE_CYCLES = 8 };

/* A row of the table. */
struct figures {
	char name[NAME_SIZE];
	double cycles, duration_s, loudness_lufs, true_peak_db;
	double bands_db[N_BANDS]; /* shares of the energy below 200 Hz, up to 2 kHz, above */
};

static const char *const table_path = "tests/golden/examples.tsv";

/* "/a/b/house.ph": "house". */
static void name_of(const char *path, char out[NAME_SIZE])
{
	const char *base = strrchr(path, '/') + 1;
	snprintf(out, NAME_SIZE, "%.*s", (int)strlen(base) - 3, base);
}

/* Fills the rest of a row whose name and cycles are there. */
static void figures_measure(struct figures *f, const char *path)
{
	static const double edges_hz[N_BANDS - 1] = { 200, 2000 };
	size_t len, n_frames;
	char *source = test_read_file(path, &len);
	struct render_spec spec = rendering_spec(source, 0);
	spec.cycles = f->cycles;
	struct rendering *r = rendering_new(&spec);
	float *x = rendering_decode_stereo(&r->mix, &n_frames);

	ck_assert_uint_eq(n_frames, r->result.frames);
	f->duration_s = (double)n_frames / RATE;
	f->loudness_lufs = r->result.loudness_lufs;
	f->true_peak_db = 20 * log10(r->result.true_peak);
	bands_share_db(x, n_frames, RATE, edges_hz, N_BANDS, f->bands_db);
	free(x);
	rendering_free(r);
	free(source);
}

static bool figures_parse(const char *line, struct figures *f)
{
	return sscanf(line, "%63s %lf %lf %lf %lf %lf %lf %lf", f->name, &f->cycles, &f->duration_s, &f->loudness_lufs,
		      &f->true_peak_db, &f->bands_db[0], &f->bands_db[1], &f->bands_db[2]) == 8;
}

/* Fills in the row with that name; false when there is none. */
static bool figures_find(const char *name, struct figures *f)
{
	size_t len;
	char *table = test_read_file(test_source_path(table_path), &len), *rest = NULL;
	bool is_found = false;
	for (char *line = strtok_r(table, "\n", &rest); line && !is_found; line = strtok_r(NULL, "\n", &rest)) {
		struct figures row;
		is_found = figures_parse(line, &row) && strcmp(row.name, name) == 0;
		if (is_found)
			*f = row;
	}
	free(table);
	return is_found;
}

static void check_near(const char *name, const char *what, double measured, double expected, double tolerance)
{
	ck_assert_msg(fabs(measured - expected) <= tolerance, "%s: %s is %.6f, the table says %.6f", name, what,
		      measured, expected);
}

/* Adds a row to a table in the making. */
static void figures_append(const struct figures *f, const char *path)
{
	FILE *table = fopen(path, "a");
	ck_assert_msg(table != NULL, "cannot write %s", path);
	fprintf(table, "%s\t%g\t%.6f\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\n", f->name, f->cycles, f->duration_s,
		f->loudness_lufs, f->true_peak_db, f->bands_db[0], f->bands_db[1], f->bands_db[2]);
	fclose(table);
}

static void figures_compare(const struct figures *measured, const struct figures *expected)
{
	static const char *const band_names[N_BANDS] = { "share below 200 Hz", "share from 200 Hz to 2 kHz",
							 "share above 2 kHz" };
	const char *name = expected->name;

	check_near(name, "duration in s", measured->duration_s, expected->duration_s, 0.5 / RATE);
	check_near(name, "loudness in LUFS", measured->loudness_lufs, expected->loudness_lufs, 0.5);
	check_near(name, "true peak in dBTP", measured->true_peak_db, expected->true_peak_db, 0.5);
	for (size_t i = 0; i < N_BANDS; i++)
		check_near(name, band_names[i], measured->bands_db[i], expected->bands_db[i], 1);
}

/* When $PHONOND_EXAMPLE_FIGURES names a file, the row goes there instead. */
START_TEST(test_example_measures_what_the_table_says)
{
	const char *new_table = getenv("PHONOND_EXAMPLE_FIGURES");
	struct figures expected = { .cycles = TABLE_CYCLES }, measured;

	name_of(paths[_i], expected.name);
	ck_assert_msg(new_table || figures_find(expected.name, &expected), "%s has no row in %s", expected.name,
		      table_path);
	measured = expected;
	figures_measure(&measured, paths[_i]);
	if (new_table)
		figures_append(&measured, new_table);
	else
		figures_compare(&measured, &expected);
}
END_TEST

/* The table itself keeps what a listener may expect of all of them. */
START_TEST(test_example_is_about_as_loud_as_the_others_and_does_not_clip)
{
	struct figures f;
	char name[NAME_SIZE];
	name_of(paths[_i], name);
	ck_assert_msg(figures_find(name, &f), "%s has no row in %s", name, table_path);
	ck_assert_msg(f.loudness_lufs > -20 && f.loudness_lufs < -11, "%s: %.1f LUFS", name, f.loudness_lufs);
	ck_assert_msg(f.true_peak_db < 0, "%s: %.1f dBTP", name, f.true_peak_db);
}
END_TEST

START_TEST(test_there_are_thirty_examples)
{
	ck_assert_int_ge(n_paths, 30);
}
END_TEST

Suite *examples_suite(void);

Suite *examples_suite(void)
{
	Suite *s = suite_create("examples");
	TCase *t = tcase_create("examples"), *figures = tcase_create("figures"), *levels = tcase_create("levels");
	tcase_set_timeout(t, 300);
	tcase_add_test(t, test_there_are_thirty_examples);
	tcase_add_loop_test(t, test_example_has_the_same_bytes_for_any_threads_blocks_and_levels, 0, n_paths);
	suite_add_tcase(s, t);
	tcase_set_timeout(figures, 300);
	tcase_add_checked_fixture(figures, rendering_start, rendering_stop);
	tcase_add_loop_test(figures, test_example_measures_what_the_table_says, 0, n_paths);
	suite_add_tcase(s, figures);
	tcase_add_loop_test(levels, test_example_is_about_as_loud_as_the_others_and_does_not_clip, 0, n_paths);
	suite_add_tcase(s, levels);
	return s;
}

int main(void)
{
	paths_list();
	int rc = test_run(examples_suite());
	for (int i = 0; i < n_paths; i++)
		free(paths[i]);
	return rc;
}
