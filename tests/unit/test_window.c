/* A window of a render has the samples that the whole has there: of every program in examples/, and behind everything that
 * looks at more than the window. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

enum { EXAMPLES_MAX = 256, RATE_HZ = 22050 };

static char *paths[EXAMPLES_MAX];
static int n_paths;

static void paths_list(void)
{
	const char *folder = getenv("PHONOND_EXAMPLES");
	DIR *d = opendir(folder ? folder : test_source_path("examples"));
	struct dirent *e;

	while (d && (e = readdir(d)) && n_paths < EXAMPLES_MAX) {
		size_t len = strlen(e->d_name);
		if (len > 3 && strcmp(e->d_name + len - 3, ".ph") == 0 &&
		    asprintf(&paths[n_paths], "%s/%s", folder ? folder : test_source_path("examples"), e->d_name) >= 0)
			n_paths++;
	}
	if (d)
		closedir(d);
}

/* --- Bytes ------------------------------------------------------------------------------------------------ */

struct bytes {
	const char *at;
	size_t n;
};

/* What follows the head of the data chunk, the last of the file. */
static struct bytes data_of(const struct memory_sink *m)
{
	const char *data = memmem(m->bytes.data, 256, "data", 4);

	ck_assert_ptr_nonnull(data);
	return (struct bytes){ data + 8, m->bytes.len - (size_t)(data + 8 - m->bytes.data) };
}

/* The window of `whole`, both WAV, from that frame on. */
static void assert_is_part(const char *name, const struct memory_sink *window, const struct memory_sink *whole,
			   size_t first_frame, size_t frame_bytes)
{
	struct bytes part = data_of(window), all = data_of(whole);
	size_t at = first_frame * frame_bytes;

	ck_assert_uint_gt(part.n, 0);
	ck_assert_msg(at + part.n <= all.n, "%s: %zu bytes at %zu of %zu", name, part.n, at, all.n);
	for (size_t i = 0; i < part.n; i++)
		if (part.at[i] != all.at[at + i])
			ck_abort_msg("%s: the window from frame %zu differs in its frame %zu", name, first_frame,
				     i / frame_bytes);
}

static size_t frame_of(double cycle, double cps, uint32_t rate_hz)
{
	return (size_t)(cycle / cps * rate_hz + 0.5);
}

/* --- Examples --------------------------------------------------------------------------------------------- */

/* The length of a program's first cycle says its tempo. */
static void check_example(const char *path)
{
	static const struct {
		double from, to;
		unsigned block, threads;
	} windows[] = { { 1.0 / 3, 0.5, 64, 2 }, { 0.75, 0, 4096, 1 } };
	size_t len, frame_bytes = 4;
	char *source = test_read_file(path, &len);
	struct render_spec spec = rendering_spec(source, 0);

	spec.cycles = test_is_sanitized() ? 0.8 : 1;
	spec.subtype = AUDIO_PCM_16;
	spec.sample_rate_hz = RATE_HZ;
	struct rendering *whole = rendering_new(&spec);
	double cps = spec.cycles * RATE_HZ / (double)whole->result.frames;
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++) {
		spec.from_cycle = windows[i].from;
		spec.to_cycle = windows[i].to;
		spec.block_frames = windows[i].block;
		spec.threads = windows[i].threads;
		struct rendering *window = rendering_new(&spec);
		size_t first = frame_of(spec.from_cycle, cps, RATE_HZ);
		/* cps is measured: the first frame may be one off. */
		for (size_t at = first - 1; at <= first + 1; at++)
			if (memcmp(data_of(&window->mix).at, data_of(&whole->mix).at + at * frame_bytes, 256) == 0)
				first = at;
		assert_is_part(path, &window->mix, &whole->mix, first, frame_bytes);
		ck_assert_uint_eq(data_of(&window->mix).n, window->result.frames * frame_bytes);
		rendering_free(window);
	}
	rendering_free(whole);
	free(source);
}

START_TEST(test_window_of_an_example_has_the_bytes_of_the_whole)
{
	for (int i = 0; i < n_paths; i += test_is_sanitized() ? 4 : 1)
		check_example(paths[i]);
}
END_TEST

/* --- Everything behind the mix ----------------------------------------------------------------------------- */

/* Two cycles a second; events that sound into the next cycle, an echo, an instrument with a pattern inside. */
static const char song[] = "cps: 2\n"
			   "~lead $ saw \"110 220 330\" # lpf 900 2\n"
			   "o1 $ s \"bd*4, ~ sn\" # gain 0.9\n"
			   "o2 $ s \"~lead(3,8)\" # note \"0 7 12\" # release 0.8\n"
			   "o3 $ sine 440 # gain 0.2 # delay 0.11 0.6 0.5\n";

static void spec_plain(struct render_spec *s)
{
	s->gain = 0.9;
}
static void spec_faded(struct render_spec *s)
{
	s->fade_in_s = 1.2;
	s->fade_out_s = 1.3;
}
static void spec_limited(struct render_spec *s)
{
	s->gain = 4;
	s->has_limiter = true;
	s->ceiling_db = -3;
}
static void spec_loud(struct render_spec *s)
{
	spec_limited(s);
	s->normalize = NORMALIZE_LOUDNESS;
	s->normalize_to = -12;
}
static void spec_peak(struct render_spec *s)
{
	s->normalize = NORMALIZE_PEAK;
	s->normalize_to = -6;
	s->subtype = AUDIO_PCM_24;
}
static void spec_tail(struct render_spec *s)
{
	s->tail_s = 0.7;
	s->fade_out_s = 2;
}
static void spec_endless(struct render_spec *s)
{
	s->is_tail_automatic = true;
	s->channels = 1;
}
static void spec_stems(struct render_spec *s)
{
	s->has_stems = true;
	s->has_limiter = true;
	s->ceiling_db = -6;
}

static const struct {
	const char *name;
	void (*set)(struct render_spec *s);
} treatments[] = {
	{ "plain", spec_plain }, { "fades", spec_faded }, { "limiter", spec_limited },        { "loudness", spec_loud },
	{ "peak", spec_peak },   { "tail", spec_tail },   { "automatic tail", spec_endless }, { "stems", spec_stems },
};

enum { N_TREATMENTS = sizeof treatments / sizeof treatments[0] };

static size_t frame_bytes_of(const struct render_spec *s)
{
	static const size_t bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };

	return bytes[s->subtype] * s->channels;
}

static void check_treatment(size_t treatment)
{
	static const double windows[][2] = { { 0, 2 }, { 0.25, 0.5 }, { 2.5, 3 }, { 3.9, 0 } };
	struct render_spec spec = rendering_spec(song, 0);
	struct rendering *whole;

	spec.cycles = 4;
	spec.subtype = AUDIO_PCM_16;
	treatments[treatment].set(&spec);
	whole = rendering_new(&spec);
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i += 1 + 2 * (size_t)test_is_sanitized()) {
		size_t first = frame_of(windows[i][0], 2, RATE);
		struct rendering *window;
		spec.from_cycle = windows[i][0];
		spec.to_cycle = windows[i][1];
		spec.block_frames = i % 2 ? 64 : 1024;
		window = rendering_new(&spec);
		assert_is_part(treatments[treatment].name, &window->mix, &whole->mix, first, frame_bytes_of(&spec));
		if (spec.to_cycle > 0)
			ck_assert_uint_eq(window->result.frames, frame_of(spec.to_cycle, 2, RATE) - first);
		else
			ck_assert_uint_eq(window->result.frames, whole->result.frames - first);
		ck_assert_uint_eq(window->n_stems, whole->n_stems);
		for (unsigned k = 0; k < window->n_stems; k++)
			assert_is_part("stem", &window->stems[k], &whole->stems[k], first, frame_bytes_of(&spec));
		rendering_free(window);
	}
	rendering_free(whole);
}

START_TEST(test_window_is_cut_from_the_treated_whole)
{
	for (size_t i = 0; i < N_TREATMENTS; i++)
		check_treatment(i);
}
END_TEST

START_TEST(test_window_in_flac_has_the_samples_of_the_whole)
{
	struct render_spec spec = rendering_spec(song, 0);
	struct rendering *whole, *window;
	size_t n_whole, n, first = frame_of(1.5, 2, RATE);
	float *a, *b;

	spec.cycles = 2;
	spec.format = AUDIO_FORMAT_FLAC;
	spec.subtype = AUDIO_PCM_16;
	whole = rendering_new(&spec);
	spec.from_cycle = 1.5;
	window = rendering_new(&spec);
	a = rendering_decode_stereo(&whole->mix, &n_whole);
	b = rendering_decode_stereo(&window->mix, &n);
	ck_assert_uint_eq(first + n, n_whole);
	ck_assert_mem_eq(a + 2 * first, b, 2 * n * sizeof *b);
	free(a);
	free(b);
	rendering_free(whole);
	rendering_free(window);
}
END_TEST

/* --- What it costs, its name, what is refused -------------------------------------------------------------- */

/* Voices and oscillators before the window are not computed: an hour of them takes no minutes. */
START_TEST(test_what_leaves_no_trace_is_not_rendered_before_the_window)
{
	static const char far[] = "cps: 1\no1 $ sine 220\no2 $ s \"bd*8\" # speed 0.7\n";
	struct render_spec spec = rendering_spec(far, 0);
	struct render_estimate part, whole;
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;

	spec.cycles = 3600;
	ck_assert_int_eq(render_estimate(rendering_engine, &spec, &whole, &diags, &err), 0);
	spec.from_cycle = 3599;
	ck_assert_int_eq(render_estimate(rendering_engine, &spec, &part, &diags, &err), 0);
	ck_assert_uint_eq(part.frames, RATE);
	ck_assert_uint_eq(part.frames_rendered, 3600 * RATE);
	ck_assert_double_lt(part.cpu_s, whole.cpu_s / 5);
}
END_TEST

static void hash_of(double from, double to, double cycles, uint8_t out[SHA256_BYTES])
{
	struct render_spec spec = rendering_spec(song, 0);
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;

	spec.cycles = cycles;
	spec.from_cycle = from;
	spec.to_cycle = to;
	ck_assert_msg(render_content_hash(rendering_engine, &spec, out, &diags, &err) == 0, "%s", err.message);
}

START_TEST(test_window_is_part_of_the_content_unless_it_is_the_whole)
{
	uint8_t whole[SHA256_BYTES], same[SHA256_BYTES], first[SHA256_BYTES], second[SHA256_BYTES];

	hash_of(0, 0, 4, whole);
	hash_of(0, 4, 4, same);
	hash_of(0, 2, 4, first);
	hash_of(2, 0, 4, second);
	ck_assert_mem_eq(whole, same, SHA256_BYTES);
	ck_assert_mem_ne(whole, first, SHA256_BYTES);
	ck_assert_mem_ne(first, second, SHA256_BYTES);
}
END_TEST

START_TEST(test_window_outside_the_render_is_refused)
{
	static const struct {
		double from, to;
		const char *message;
	} cases[] = {
		{ 4, 0, "'from_cycle' must be before the end of the render, cycle 4, found 4" },
		{ 1, 5, "'to_cycle' must be at most 4, the end of the render, found 5" },
		{ 2, 2, "'to_cycle' must be more than 2, where the window begins, found 2" },
		{ -1, 0, "'from_cycle' must be 0 or more, found -1" },
		{ 1, 1.0000001, "the window would be shorter than one frame" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct render_spec spec = rendering_spec(song, 0);
		struct diag_list diags = { .n = 0 };
		struct error err = ERROR_INIT;
		uint64_t n;
		spec.cycles = 4;
		spec.from_cycle = cases[i].from;
		spec.to_cycle = cases[i].to;
		ck_assert_int_eq(render_length(rendering_engine, &spec, &n, &diags, &err), -1);
		ck_assert_int_eq(err.code, ERR_INVALID);
		ck_assert_str_eq(err.message, cases[i].message);
	}
}
END_TEST

/* So many workers that everything behind the mix is pipelined. */
static void start_wide(void)
{
	struct render_config config = { .n_threads = 8 };
	struct error err = ERROR_INIT;

	rendering_engine = render_engine_new(&config, &err);
	ck_assert_msg(rendering_engine != NULL, "%s", err.message);
}

Suite *window_suite(void);

Suite *window_suite(void)
{
	Suite *s = suite_create("window");
	TCase *examples = tcase_create("examples"), *rest = tcase_create("rest"), *wide = tcase_create("wide");

	tcase_add_checked_fixture(examples, rendering_start, rendering_stop);
	tcase_add_checked_fixture(rest, rendering_start, rendering_stop);
	tcase_set_timeout(examples, 60);
	tcase_set_timeout(rest, 60);
	tcase_add_test(examples, test_window_of_an_example_has_the_bytes_of_the_whole);
	tcase_add_test(rest, test_window_is_cut_from_the_treated_whole);
	tcase_add_test(rest, test_window_in_flac_has_the_samples_of_the_whole);
	tcase_add_test(rest, test_what_leaves_no_trace_is_not_rendered_before_the_window);
	tcase_add_test(rest, test_window_is_part_of_the_content_unless_it_is_the_whole);
	tcase_add_test(rest, test_window_outside_the_render_is_refused);
	suite_add_tcase(s, examples);
	suite_add_tcase(s, rest);
	tcase_add_checked_fixture(wide, start_wide, rendering_stop);
	tcase_set_timeout(wide, 60);
	tcase_add_test(wide, test_window_is_cut_from_the_treated_whole);
	suite_add_tcase(s, wide);
	return s;
}

int main(void)
{
	paths_list();
	int rc = test_run(window_suite());
	for (int i = 0; i < n_paths; i++)
		free(paths[i]);
	return rc;
}
