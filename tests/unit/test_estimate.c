/* Estimates: what they share with the render, how they grow, that they end. How far off they are is bench/estimate.py's
 * business: a test of that would test the machine. */
#include <string.h>

#include "render/render.h"
#include "tests/lib/test.h"

static struct render_engine *engine;

static void set_up(void)
{
	struct render_config config = { .n_threads = 1 };

	engine = render_engine_new(&config, NULL);
	ck_assert_ptr_nonnull(engine);
}

static void tear_down(void)
{
	render_engine_free(engine);
}

static struct render_spec spec_of(const char *source, double seconds)
{
	struct render_spec spec;

	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.duration_s = seconds;
	return spec;
}

static struct render_estimate estimate(const struct render_spec *spec)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_estimate e;

	ck_assert_msg(render_estimate(engine, spec, &e, &diags, &err) == 0, "%s", err.message);
	return e;
}

START_TEST(test_frames_and_hash_are_those_of_the_render)
{
	struct render_spec spec = spec_of("tempo: 2\nout $ s \"bd*4\" # lpf 800", 0);
	struct diag_list diags = { .n = 0 };
	uint8_t hash[SHA256_BYTES];
	struct render_estimate e;
	uint64_t n_frames;

	spec.cycles = 3;
	spec.tail_s = 0.5;
	e = estimate(&spec);
	ck_assert_int_eq(render_length(engine, &spec, &n_frames, &diags, NULL), 0);
	ck_assert_uint_eq(e.frames, n_frames);
	ck_assert_int_eq(render_content_hash(engine, &spec, hash, &diags, NULL), 0);
	ck_assert_mem_eq(e.content_hash, hash, sizeof hash);
}
END_TEST

static const struct {
	enum audio_subtype subtype;
	unsigned channels, bytes_per_frame;
} files[] = { { AUDIO_PCM_16, 2, 4 }, { AUDIO_PCM_24, 1, 3 }, { AUDIO_FLOAT_32, 2, 8 } };

START_TEST(test_bytes_of_a_wav_are_its_samples_and_a_header)
{
	struct render_spec spec = spec_of("out $ sine 440", 2);
	uint64_t samples = (uint64_t)88200 * files[_i].bytes_per_frame, bytes;

	spec.subtype = files[_i].subtype;
	spec.channels = files[_i].channels;
	bytes = estimate(&spec).bytes;
	ck_assert_uint_ge(bytes, samples);
	ck_assert_uint_le(bytes, samples + 200);
}
END_TEST

/* Each costs clearly more than the one before it. */
static const char *const dearer[] = {
	"out $ sine 440",
	"out $ sine 440 # reverb 0.5 0.5 0.3",
	"out $ (sine 440 # reverb 0.5 0.5 0.3) + (saw 220 # reverb 0.5 0.5 0.3) + (saw 110 # reverb 0.5 0.5 0.3)",
	"out $ s \"bd*512\"",
};

START_TEST(test_more_work_costs_more)
{
	double last_s = 0;

	for (size_t i = 0; i < sizeof dearer / sizeof dearer[0]; i++) {
		struct render_spec spec = spec_of(dearer[i], 10);
		double cpu_s = estimate(&spec).cpu_s;
		ck_assert_msg(cpu_s > 1.1 * last_s, "%s: %g after %g", dearer[i], cpu_s, last_s);
		last_s = cpu_s;
	}
}
END_TEST

START_TEST(test_cost_grows_with_length_and_memory_does_not)
{
	const char *source =
		"~x $ saw # gain 0.3\no1 $ s \"~x(3,8)\" # note \"<c e g>\"\no2 $ s \"bd*4\" # delay 0.25 0.4 0.5";
	struct render_spec brief = spec_of(source, 10), lengthy = spec_of(source, 1000);
	struct render_estimate a = estimate(&brief), b = estimate(&lengthy);

	ck_assert_double_ge(b.cpu_s, 50 * a.cpu_s);
	ck_assert_double_le(b.cpu_s, 110 * a.cpu_s);
	ck_assert_uint_le(b.memory_bytes, 2 * a.memory_bytes);
	ck_assert_uint_gt(a.memory_bytes, 10000);
}
END_TEST

/* Too much to look at: the estimate is made from what was seen, or the program is refused. Both soon. */
static const char *const hostile[] = {
	"out $ s \"bd*90000\"",
	"out $ fast 1000000 $ s \"bd*100 sn*100\"",
	"out $ stut 64 0.1 0.1 $ stut 64 0.1 0.1 $ s \"bd*64\"",
	"out $ every 2 (every 3 (every 5 (fast 7))) $ s \"[[bd sn]*99]*99\"",
};

START_TEST(test_hostile_programs_are_estimated_in_bounded_time)
{
	struct render_spec spec = spec_of(hostile[_i], 3000);
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_estimate e;

	if (render_estimate(engine, &spec, &e, &diags, &err) == 0)
		ck_assert_double_gt(e.cpu_s, 1);
	else
		ck_assert(err.code == ERR_SOURCE || err.code == ERR_TOO_LARGE);
}
END_TEST

START_TEST(test_a_wrong_program_is_refused_with_its_errors)
{
	struct render_spec spec = spec_of("out $ sinne 440", 1);
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct render_estimate e;

	ck_assert_int_eq(render_estimate(engine, &spec, &e, &diags, &err), -1);
	ck_assert_int_eq(err.code, ERR_SOURCE);
	ck_assert_uint_eq(diags.n_errors, 1);
}
END_TEST

static Suite *estimate_suite(void)
{
	Suite *s = suite_create("estimate");
	TCase *t = tcase_create("estimate");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_set_timeout(t, 10);
	tcase_add_test(t, test_frames_and_hash_are_those_of_the_render);
	tcase_add_loop_test(t, test_bytes_of_a_wav_are_its_samples_and_a_header, 0, sizeof files / sizeof files[0]);
	tcase_add_test(t, test_more_work_costs_more);
	tcase_add_test(t, test_cost_grows_with_length_and_memory_does_not);
	tcase_add_loop_test(t, test_hostile_programs_are_estimated_in_bounded_time, 0,
			    sizeof hostile / sizeof hostile[0]);
	tcase_add_test(t, test_a_wrong_program_is_refused_with_its_errors);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(estimate_suite());
}
