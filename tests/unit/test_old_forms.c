/* Programs in the styles of older Phonon versions sound as their current forms do: each renders, with a warning that names
 * the new form, and the formatter's text renders to the same bytes without a warning. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "render/render.h"
#include "tests/lib/null_sink.h"
#include "tests/lib/test.h"

static struct render_engine *engine;

static void setup(void)
{
	struct render_config config = { .n_threads = 1 };
	struct error err = ERROR_INIT;

	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void teardown(void)
{
	render_engine_free(engine);
}

/* --- Programs --------------------------------------------------------------------------------------------- */

static const struct {
	const char *old, *now;
	const char *says; /* the warning or its suggestion has this */
} programs[] = {
	{ "tempo 2.0\nout $ s \"bd sn\"\n", "tempo: 2.0\nout $ s \"bd sn\"\n", "tempo: 2.0" },
	{ "tempo = 2\nout $ s \"bd sn\"\n", "tempo: 2\nout $ s \"bd sn\"\n", "tempo: 2" },
	{ "cps 1\nout $ s \"bd sn\"\n", "cps: 1\nout $ s \"bd sn\"\n", "cps: 1" },
	{ "bpm 120\nout $ s \"bd sn\"\n", "bpm: 120\nout $ s \"bd sn\"\n", "bpm: 120" },
	{ "out = saw 110 # gain 0.3\n", "out $ saw 110 # gain 0.3\n", "out $" },
	{ "out saw 110 # gain 0.3\n", "out $ saw 110 # gain 0.3\n", "out $" },
	{ "o1 = s \"bd*2\"\n", "o1 $ s \"bd*2\"\n", "o1 $" },
	{ "bass = saw 55 # gain 0.3\nout $ ~bass\n", "~bass $ saw 55 # gain 0.3\nout $ ~bass\n", "~bass $" },
	{ "~bass = saw 55 # gain 0.3\nout $ ~bass\n", "~bass $ saw 55 # gain 0.3\nout $ ~bass\n", "~bass $" },
	{ "out $ lpf(saw 110, 800, 2) # gain 0.3\n", "out $ lpf (saw 110) 800 2 # gain 0.3\n", "separated by spaces" },
};

static struct render_result render(const char *source, struct diag_list *diags)
{
	struct sink sink = { &null_sink_ops };
	struct error err = ERROR_INIT;
	struct render_result result;
	struct render_spec spec;

	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.cycles = 1;
	ck_assert_msg(render_run(engine, &spec, NULL, &sink, diags, &result, &err) == 0, "%s: %s", source, err.message);
	return result;
}

static bool has_warning(const struct diag_list *diags, const char *says)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct diag *d = &diags->items[i];
		if (d->severity == DIAG_WARNING && (strstr(d->message, says) || strstr(d->suggestion, says)))
			return true;
	}
	return false;
}

START_TEST(an_old_form_sounds_and_its_warning_names_the_new_one)
{
	struct diag_list diags = { .n = 0 };
	struct render_result result = render(programs[_i].old, &diags);

	ck_assert_uint_gt(result.frames, 0);
	ck_assert_double_gt(result.peak, 0.01);
	ck_assert_msg(has_warning(&diags, programs[_i].says), "%s: %s %s", programs[_i].old,
		      diags.n ? diags.items[0].message : "no warning", diags.items[0].suggestion);
}
END_TEST

START_TEST(what_the_formatter_makes_of_an_old_form_is_the_new_one_and_sounds_the_same)
{
	struct diag_list diags = { .n = 0 }, old_diags = { .n = 0 }, now_diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf text = BUF_INIT;

	ck_assert_int_eq(render_format(programs[_i].old, strlen(programs[_i].old), &text, &diags, &err), 0);
	ck_assert_str_eq(text.data, programs[_i].now);
	struct render_result old = render(programs[_i].old, &old_diags), now = render(text.data, &now_diags);
	ck_assert_mem_eq(old.sha256, now.sha256, sizeof old.sha256);
	ck_assert_uint_eq(now_diags.n, 0);
	buf_fini(&text);
}
END_TEST

static Suite *old_forms_suite(void)
{
	Suite *s = suite_create("old_forms");
	TCase *t = tcase_create("programs");
	int n = (int)(sizeof programs / sizeof *programs);

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, an_old_form_sounds_and_its_warning_names_the_new_one, 0, n);
	tcase_add_loop_test(t, what_the_formatter_makes_of_an_old_form_is_the_new_one_and_sounds_the_same, 0, n);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(old_forms_suite());
}
