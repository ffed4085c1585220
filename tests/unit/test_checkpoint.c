/* Promise 1 across a stop: a render that is laid aside and goes on from its checkpoint, with blocks of another size and
 * another number of workers, gives the bytes of one that was never stopped. Every program in examples/, the example of
 * every function, and every way from the mix to the file; and checkpoints that must not be believed. Renderer and store
 * are the real ones. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "render/engine/saver.h"
#include "storage/storage.h"
#include "tests/lib/rendering.h"
#include "tests/lib/test.h"

static struct storage *storage;
static const char *data_dir;

/* --- A checkpoint that stops the render ------------------------------------------------------------------- */

/* Passes everything on to the store's, and suspends the job when the spool has so many bytes, or is read behind them. */
struct stopping {
	struct checkpoint checkpoint;
	struct spool spool;
	struct checkpoint *real;
	struct job_control control;
	uint64_t n_bytes;       /* appended */
	uint64_t stop_at_frame; /* 0: never */
	size_t frame_bytes;
	bool stops_reading;
	size_t change_at; /* flips a bit of that byte of each state before it is saved; 0: none */
};

static struct stopping *of_spool(struct spool *s)
{
	return (struct stopping *)(void *)((char *)s - offsetof(struct stopping, spool));
}

static void note_bytes(struct stopping *t)
{
	uint64_t frame = atomic_load(&t->control.resumed_from_frame) + t->n_bytes / t->frame_bytes;

	if (t->stop_at_frame > 0 && frame >= t->stop_at_frame)
		atomic_store(&t->control.suspend, true);
}

static int stopping_append(struct spool *s, const void *data, size_t n, struct error *err)
{
	struct stopping *t = of_spool(s);

	t->n_bytes += n;
	note_bytes(t);
	return spool_append(t->real->spool, data, n, err);
}

static int stopping_read_at(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err)
{
	struct stopping *t = of_spool(s);

	if (t->stops_reading)
		atomic_store(&t->control.suspend, true);
	return spool_read_at(t->real->spool, offset, data, n, err);
}

static const struct spool_ops stopping_spool_ops = { stopping_append, stopping_read_at, NULL };

static void show_found(struct stopping *t)
{
	t->checkpoint.state = t->real->state;
	t->checkpoint.n_state = t->real->n_state;
}

static int stopping_restart(struct checkpoint *c, struct error *err)
{
	struct stopping *t = (struct stopping *)c;
	int rc = checkpoint_restart(t->real, err);

	show_found(t);
	return rc;
}

static bool stopping_is_saving(struct checkpoint *c)
{
	return checkpoint_is_saving(((struct stopping *)c)->real);
}

static int stopping_save(struct checkpoint *c, void *state, size_t n, struct error *err)
{
	struct stopping *t = (struct stopping *)c;
	int rc;

	if (t->change_at > 0)
		((unsigned char *)state)[t->change_at] ^= 1;
	rc = checkpoint_save(t->real, state, n, err);
	show_found(t);
	return rc;
}

static void stopping_end(struct checkpoint *c, bool is_kept)
{
	checkpoint_end(((struct stopping *)c)->real, is_kept);
}

static const struct checkpoint_ops stopping_ops = { stopping_restart, stopping_is_saving, stopping_save, stopping_end };

/* --- Renders ---------------------------------------------------------------------------------------------- */

struct attempt {
	struct rendering *f;
	struct stopping stopping;
	uint8_t content_hash[SHA256_BYTES];
};

static int open_checkpoint(void *ctx, struct checkpoint **found, struct error *err)
{
	struct attempt *a = ctx;
	struct stopping *t = &a->stopping;
	int rc = storage_checkpoint_open(storage, a->content_hash, 1000000, &t->real, err);

	ck_assert_int_eq(rc, 0);
	ck_assert_ptr_nonnull(t->real);
	t->checkpoint.ops = &stopping_ops;
	t->checkpoint.spool = &t->spool;
	t->spool.ops = &stopping_spool_ops;
	show_found(t);
	*found = &t->checkpoint;
	return 0;
}

static struct sink *open_stem(void *ctx, unsigned i, const char *name, struct error *err)
{
	struct attempt *a = ctx;

	(void)name;
	(void)err;
	a->f->stems[i].sink.ops = &rendering_sink_ops;
	return &a->f->stems[i].sink;
}

/* One attempt; stop_at_s of sound: 0: to the end. Returns the result code of the render. */
static int attempt(struct attempt *a, const struct render_spec *spec, const char *content, double stop_at_s)
{
	struct render_files files = { .ctx = a, .open_checkpoint = open_checkpoint, .open_stem = open_stem };
	struct sha256 sum;

	a->f = calloc(1, sizeof *a->f);
	ck_assert_ptr_nonnull(a->f);
	sha256_init(&sum);
	sha256_update(&sum, content, strlen(content));
	sha256_final(&sum, a->content_hash);
	a->stopping.frame_bytes = spec->channels * sizeof(float);
	a->stopping.stop_at_frame = (uint64_t)(stop_at_s * spec->sample_rate_hz);
	a->f->mix.sink.ops = &rendering_sink_ops;
	files.mix = &a->f->mix.sink;
	a->f->rc = render_run_files(rendering_engine, spec, &a->stopping.control, &files, &a->f->diags, &a->f->result,
				    &a->f->err);
	return a->f->rc;
}

static void attempt_fini(struct attempt *a)
{
	rendering_free(a->f);
}

static bool has_checkpoint(void)
{
	char path[600];
	unsigned n = 0;
	DIR *d;
	struct dirent *e;

	snprintf(path, sizeof path, "%s/checkpoints", data_dir);
	d = opendir(path);
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		n += strstr(e->d_name, ".state") != NULL;
	closedir(d);
	return n > 0;
}

/* Stops at one place or two and goes on, each time with another block and number of workers. Fills the result. */
static void render_in_parts(struct render_spec spec, const char *name, int n_parts, struct render_result *result)
{
	static const unsigned blocks[] = { 256, 2048, 64 };
	double stops[] = { 0.3 * spec.duration_s, 0.7 * spec.duration_s, 0 };

	stops[n_parts - 1] = 0;
	for (int i = 0; i < n_parts; i++) {
		struct attempt a = { .f = NULL };
		spec.block_frames = blocks[i];
		spec.threads = i == 1 ? 1 : 2;
		int rc = attempt(&a, &spec, name, stops[i]);
		uint64_t from = atomic_load(&a.stopping.control.resumed_from_frame);
		if (i + 1 < n_parts)
			ck_assert_msg(rc == -1 && a.f->err.code == ERR_CANCELED && has_checkpoint(),
				      "%s: was not laid aside: %s", name, a.f->err.message);
		else
			ck_assert_msg(rc == 0, "%s: %s", name, a.f->err.message);
		ck_assert_msg(i == 0 ? from == 0 : (double)from >= stops[i - 1] * spec.sample_rate_hz,
			      "%s: attempt %d goes on from frame %llu", name, i, (unsigned long long)from);
		*result = a.f->result;
		attempt_fini(&a);
	}
	ck_assert(!has_checkpoint());
}

static void check_program(const char *name, const char *source, double duration_s, int n_parts)
{
	struct render_spec spec = rendering_spec(source, duration_s);
	struct rendering *whole = rendering_new(&spec);
	struct render_result result;

	render_in_parts(spec, name, n_parts, &result);
	ck_assert_msg(memcmp(whole->result.sha256, result.sha256, SHA256_BYTES) == 0, "%s: other bytes", name);
	ck_assert_msg(whole->result.frames == result.frames && whole->result.peak == result.peak &&
			      whole->result.true_peak == result.true_peak &&
			      whole->result.loudness_lufs == result.loudness_lufs,
		      "%s: measured otherwise", name);
	rendering_free(whole);
}

static void start(void)
{
	struct render_config engine_config = { .n_threads = 4, .checkpoint_interval_s = 0.02 };
	struct storage_config config = { .io = IO_PWRITE };
	struct error err = ERROR_INIT;

	/* What is synced here is not what is tested. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	data_dir = test_temp_dir();
	config.data_dir = data_dir;
	storage = storage_open(&config, &err);
	ck_assert_msg(storage != NULL, "%s", err.message);
	rendering_engine = render_engine_new(&engine_config, &err);
	ck_assert_msg(rendering_engine != NULL, "%s", err.message);
}

static void stop(void)
{
	rendering_stop();
	storage_close(storage);
}

START_TEST(test_every_example_goes_on_with_the_same_bytes)
{
	const char *dir = getenv("PHONOND_EXAMPLES");
	const char *folder = dir ? dir : test_source_path("examples");
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		char path[600];
		size_t len;
		if (!strstr(e->d_name, ".ph") || (n++ % 4 != 0 && test_is_sanitized()))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
		char *source = test_read_file(path, &len);
		check_program(e->d_name, source, 1.5, 2);
		free(source);
	}
	closedir(d);
	ck_assert_uint_gt(n, 10);
}
END_TEST

START_TEST(test_every_function_goes_on_with_the_same_bytes)
{
	unsigned step = test_is_sanitized() ? 5 : 1;

	for (size_t i = 0; i < render_catalogue_len(); i += step) {
		struct render_entry entry;
		render_catalogue_entry(i, &entry);
		if (entry.kind == RENDER_ENTRY_FUNCTION)
			check_program(entry.name, entry.example, 0.5, 2);
	}
}
END_TEST

static const struct {
	const char *name, *source;
} hard[] = {
	{ "a chord that sounds through, and cuts",
	  "out $ s \"[superpiano,bd]*2 hh*8\" # cut \"<1 2>\" # n \"0 .. 3\"\n" },
	{ "notes that last for cycles, of a bus",
	  "~a $ saw 110 # lpf 800\nout $ s \"~a\" # note \"[0,4,7] 12\" # legato 3\n" },
	{ "a loop", "~a $ sine 220 + ~b * 0.5\n~b $ ~a # delay 0.1 0.3 0.5\nout $ ~b * 0.3\n" },
	{ "events with a signal for a control", "~l $ sine 0.7\nout $ s \"hh*16\" # gain ~l # speed \"1 1.5\"\n" },
	{ "a sound that is not there", "out $ s \"bd nothing-of-that-name\" # gain 0.5\n" },
	{ "slow patterns", "out $ saw \"<55 82.5>/3\" # lpf \"400 800 ~ ~\" 0.5\n" },
};
enum { N_HARD = sizeof hard / sizeof hard[0] };

START_TEST(test_hard_programs_go_on_with_the_same_bytes)
{
	check_program(hard[_i].name, hard[_i].source, 3.5, 3);
}
END_TEST

START_TEST(test_formats_and_mastering_go_on_with_the_same_bytes)
{
	static const enum audio_format formats[] = { AUDIO_FORMAT_WAV, AUDIO_FORMAT_FLAC, AUDIO_FORMAT_VORBIS,
						     AUDIO_FORMAT_OPUS };
	struct render_spec spec = rendering_spec("o1 $ s \"bd(3,8)\"\no2 $ saw \"55 82\" # lpf 900\n", 2);
	struct render_result result;

	spec.format = formats[_i];
	spec.sample_rate_hz = audio_format_default_rate(spec.format);
	spec.subtype = AUDIO_PCM_16;
	spec.fade_in_s = 0.1;
	spec.fade_out_s = 0.5;
	spec.gain = 3;
	spec.has_limiter = true;
	spec.ceiling_db = -1;
	spec.channels = 1 + _i % 2;
	struct rendering *whole = rendering_new(&spec);
	render_in_parts(spec, "mastering", 3, &result);
	ck_assert_mem_eq(whole->result.sha256, result.sha256, SHA256_BYTES);
	rendering_free(whole);
}
END_TEST

/* Frames that wait for a level or an end, and a stop while they are brought to it. */
START_TEST(test_normalized_renders_go_on_with_the_same_bytes)
{
	struct render_spec spec = rendering_spec("out $ s \"bd sn\" # gain 0.3 # delay 0.3 0.5\n", 1.5);
	struct attempt a = { .stopping = { .stops_reading = true } };
	struct render_result result;

	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = -16;
	spec.is_tail_automatic = true;
	struct rendering *whole = rendering_new(&spec);
	render_in_parts(spec, "normalized", 3, &result);
	ck_assert_mem_eq(whole->result.sha256, result.sha256, SHA256_BYTES);
	ck_assert_int_eq(attempt(&a, &spec, "finishing", 0), -1);
	ck_assert_int_eq(a.f->err.code, ERR_CANCELED);
	ck_assert(has_checkpoint());
	attempt_fini(&a);
	a = (struct attempt){ .f = NULL };
	ck_assert_int_eq(attempt(&a, &spec, "finishing", 0), 0);
	/* The tail had died away, so there is nothing left to render. */
	ck_assert_uint_gt(atomic_load(&a.stopping.control.resumed_from_frame), 66150);
	ck_assert_mem_eq(whole->result.sha256, a.f->result.sha256, SHA256_BYTES);
	ck_assert(!has_checkpoint());
	attempt_fini(&a);
	rendering_free(whole);
}
END_TEST

/* Frames before the window are in no spool; the limiter of the second one has to hear them. */
START_TEST(test_windows_go_on_with_the_same_bytes)
{
	struct render_spec spec = rendering_spec("tempo: 1\nout $ s \"bd sn\" # delay 0.3 0.5\n", 4);
	struct render_result result;

	spec.from_cycle = 0.75;
	spec.to_cycle = 3.9;
	spec.fade_in_s = 1.5;
	spec.has_limiter = _i > 0;
	spec.ceiling_db = -12;
	struct rendering *window = rendering_new(&spec);
	render_in_parts(spec, "window", 3, &result);
	ck_assert_mem_eq(window->result.sha256, result.sha256, SHA256_BYTES);
	rendering_free(window);
}
END_TEST

/* --- Checkpoints that must not be believed ---------------------------------------------------------------- */

/* The only file in data/checkpoints with that ending. */
static int open_only(const char *ending)
{
	char path[600];
	struct dirent *e;
	int fd = -1;
	DIR *d;

	snprintf(path, sizeof path, "%s/checkpoints", data_dir);
	d = opendir(path);
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		if (strstr(e->d_name, ending))
			fd = openat(dirfd(d), e->d_name, O_RDWR);
	closedir(d);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static void flip(const char *ending, off_t at)
{
	int fd = open_only(ending);
	char byte;

	ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
	byte ^= 1;
	ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

static void cut(const char *ending, off_t by)
{
	int fd = open_only(ending);
	off_t size = lseek(fd, 0, SEEK_END);

	ck_assert_int_eq(ftruncate(fd, size - by), 0);
	close(fd);
}

static void damage(int kind)
{
	switch (kind) {
	case 0:
		return flip(".state", 100);
	case 1:
		return flip(".state", 5000);
	case 2:
		return flip(".frames", 70000);
	case 3:
		return cut(".state", 1);
	case 4:
		return cut(".frames", 200000);
	}
}
enum { N_DAMAGES = 5 };

START_TEST(test_a_damaged_checkpoint_is_ignored)
{
	struct render_spec spec = rendering_spec("out $ s \"bd sn\" # delay 0.3 0.5\n", 2);
	struct rendering *whole = rendering_new(&spec);
	struct attempt a = { .f = NULL };

	ck_assert_int_eq(attempt(&a, &spec, "damaged", 1), -1);
	attempt_fini(&a);
	damage(_i);
	a = (struct attempt){ .f = NULL };
	ck_assert_int_eq(attempt(&a, &spec, "damaged", 0), 0);
	ck_assert_uint_eq(atomic_load(&a.stopping.control.resumed_from_frame), 0);
	ck_assert_mem_eq(whole->result.sha256, a.f->result.sha256, SHA256_BYTES);
	attempt_fini(&a);
	rendering_free(whole);
}
END_TEST

/* The renderer's head is the first of the state: its format, the engine's version, the executable. The store's sums are
 * right, since they are made after the change. */
static const size_t change_at[] = { 1, 4, 20 };
enum { N_CHANGES = sizeof change_at / sizeof change_at[0] };

START_TEST(test_a_checkpoint_of_another_engine_is_ignored)
{
	struct render_spec spec = rendering_spec("out $ s \"bd sn\" # delay 0.3 0.5\n", 2);
	struct rendering *whole = rendering_new(&spec);
	struct attempt a = { .stopping = { .change_at = change_at[_i] } };

	ck_assert_int_eq(attempt(&a, &spec, "changed", 1), -1);
	attempt_fini(&a);
	ck_assert(has_checkpoint());
	a = (struct attempt){ .f = NULL };
	ck_assert_int_eq(attempt(&a, &spec, "changed", 0), 0);
	ck_assert_uint_eq(atomic_load(&a.stopping.control.resumed_from_frame), 0);
	ck_assert_mem_eq(whole->result.sha256, a.f->result.sha256, SHA256_BYTES);
	attempt_fini(&a);
	rendering_free(whole);
}
END_TEST

START_TEST(test_a_second_run_of_the_same_content_keeps_off)
{
	uint8_t content_hash[SHA256_BYTES] = { 1 };
	struct checkpoint *first, *second;

	ck_assert_int_eq(storage_checkpoint_open(storage, content_hash, 1000, &first, NULL), 0);
	ck_assert_ptr_nonnull(first);
	ck_assert_int_eq(storage_checkpoint_open(storage, content_hash, 1000, &second, NULL), 0);
	ck_assert_ptr_null(second);
	checkpoint_end(first, false);
	ck_assert_int_eq(storage_checkpoint_open(storage, content_hash, UINT64_MAX / 4, &second, NULL), 0);
	ck_assert_ptr_null(second);
}
END_TEST

/* Nobody will render what it is for. */
START_TEST(test_a_checkpoint_without_a_job_is_swept_at_the_start)
{
	struct render_spec spec = rendering_spec("out $ s \"bd sn\"\n", 2);
	struct storage_config config = { .data_dir = data_dir, .io = IO_PWRITE };
	struct attempt a = { .f = NULL };

	ck_assert_int_eq(attempt(&a, &spec, "left alone", 1), -1);
	attempt_fini(&a);
	ck_assert(has_checkpoint());
	storage_close(storage);
	storage = storage_open(&config, NULL);
	ck_assert_ptr_nonnull(storage);
	ck_assert(!has_checkpoint());
}
END_TEST

/* --- What they may cost ------------------------------------------------------------------------------------- */

/* A render of which a quarter of a million frames took two seconds, one of CPU time. */
static const struct {
	const char *what;
	double cost_max, kept_s, rest_s;
	uint64_t n_total;
	bool is_due, is_off;
} costs[] = {
	{ "keeping frames costs half a percent", 0.01, 0.005, 0, 1 << 24, true, false },
	{ "it costs two", 0.01, 0.02, 0, 1 << 24, false, true },
	{ "it costs two, and may", 0, 0.02, 0, 1 << 24, true, false },
	{ "it costs two of more than ten minutes", 0.01, 0.02, 0, 1 << 27, true, false },
	{ "the last rest cost less than a hundredth of the time since", 0.01, 0, 0.015, 1 << 24, true, false },
	{ "it cost more", 0.01, 0, 0.03, 1 << 24, false, false },
	{ "the render is over before the first", 0.01, 0, 0, 1 << 18, false, true },
};
enum { N_COSTS = sizeof costs / sizeof *costs };

static bool is_never_saving(struct checkpoint *c)
{
	(void)c;
	return false;
}

START_TEST(test_checkpoints_cost_no_more_than_they_may)
{
	static const struct checkpoint_ops ops = { .is_saving = is_never_saving };
	struct checkpoint c = { .ops = &ops };
	struct saver_progress p = {
		.n_spooled = 1 << 18, .frame_bytes = 8, .n_total = costs[_i].n_total, .cpu_ns = 1000000000
	};
	struct saver s;

	saver_init(&s, &c, costs[_i].n_total == p.n_spooled ? 5 : 1, costs[_i].cost_max, NULL);
	s.start_ns -= 2000000000;
	s.last_ns = s.start_ns;
	s.kept_ns = (uint64_t)(costs[_i].kept_s * 1e9);
	s.rest_ns = (uint64_t)(costs[_i].rest_s * 1e9);
	ck_assert_msg(saver_is_due(&s, &p) == costs[_i].is_due && s.is_off == costs[_i].is_off, "%s", costs[_i].what);
}
END_TEST

static Suite *checkpoint_suite(void)
{
	Suite *s = suite_create("checkpoint");
	TCase *same = tcase_create("same bytes"), *doubt = tcase_create("doubt");
	TCase *cost = tcase_create("cost");

	tcase_set_timeout(same, 300);
	tcase_add_checked_fixture(same, start, stop);
	tcase_add_test(same, test_every_example_goes_on_with_the_same_bytes);
	tcase_add_test(same, test_every_function_goes_on_with_the_same_bytes);
	tcase_add_loop_test(same, test_hard_programs_go_on_with_the_same_bytes, 0, N_HARD);
	tcase_add_loop_test(same, test_formats_and_mastering_go_on_with_the_same_bytes, 0, AUDIO_FORMAT_COUNT);
	tcase_add_test(same, test_normalized_renders_go_on_with_the_same_bytes);
	tcase_add_loop_test(same, test_windows_go_on_with_the_same_bytes, 0, 2);
	suite_add_tcase(s, same);
	tcase_set_timeout(doubt, 60);
	tcase_add_checked_fixture(doubt, start, stop);
	tcase_add_loop_test(doubt, test_a_damaged_checkpoint_is_ignored, 0, N_DAMAGES);
	tcase_add_loop_test(doubt, test_a_checkpoint_of_another_engine_is_ignored, 0, N_CHANGES);
	tcase_add_test(doubt, test_a_second_run_of_the_same_content_keeps_off);
	tcase_add_test(doubt, test_a_checkpoint_without_a_job_is_swept_at_the_start);
	suite_add_tcase(s, doubt);
	tcase_add_loop_test(cost, test_checkpoints_cost_no_more_than_they_may, 0, N_COSTS);
	suite_add_tcase(s, cost);
	return s;
}

int main(void)
{
	return test_run(checkpoint_suite());
}
