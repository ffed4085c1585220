/* render_run_files(): from programs to files in memory, read back by libsndfile. What follows the mix, in numbers. */
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/spool.h"
#include "render/render.h"
#include "tests/lib/test.h"

/* --- Files in memory --- */

enum { STEMS_MAX = 4, RATE = 44100 };

struct memory_sink {
	struct sink sink;
	struct buf bytes;
	size_t fail_after; /* bytes; 0: never */
	bool is_finished, is_aborted;
};

struct memory_spool {
	struct spool spool;
	struct buf bytes;
	bool is_failing;
};

struct files {
	struct memory_sink mix, stems[STEMS_MAX];
	char names[STEMS_MAX][RENDER_STEM_NAME_SIZE];
	unsigned n_stems;
	struct memory_spool spool;
	bool has_spool_failed, is_spool_freed;
	bool fails_second_stem;
	struct job_control *cancel_when_read;
	struct render_result result;
	struct diag_list diags;
	struct error err;
	int rc;
};

static int sink_write(struct sink *s, uint64_t offset, const void *data, size_t n, struct error *err)
{
	struct memory_sink *m = (struct memory_sink *)s;
	ck_assert_uint_eq(offset, m->bytes.len);
	if (m->fail_after && m->bytes.len + n > m->fail_after)
		return error_set(err, ERR_NO_SPACE, "the sink is full");
	return buf_append(&m->bytes, data, n);
}

static int sink_end(struct sink *s, struct error *err)
{
	(void)err;
	((struct memory_sink *)s)->is_finished = true;
	return 0;
}

static void sink_give_up(struct sink *s)
{
	struct memory_sink *m = (struct memory_sink *)s;
	ck_assert(!m->is_finished && !m->is_aborted);
	m->is_aborted = true;
}

static const struct sink_ops sink_ops = { sink_write, sink_end, sink_give_up };

static struct sink *open_stem(void *ctx, unsigned i, const char *name, struct error *err)
{
	struct files *f = ctx;
	ck_assert_uint_eq(i, f->n_stems);
	ck_assert_uint_lt(i, STEMS_MAX);
	if (f->fails_second_stem && i == 1) {
		error_set(err, ERR_NO_SPACE, "no room for a stem");
		return NULL;
	}
	strcpy(f->names[f->n_stems], name);
	f->stems[f->n_stems].sink.ops = &sink_ops;
	return &f->stems[f->n_stems++].sink;
}

static struct files *of_spool(struct spool *s)
{
	return (struct files *)(void *)((char *)s - offsetof(struct files, spool));
}

static int spool_add(struct spool *s, const void *data, size_t n, struct error *err)
{
	struct files *f = of_spool(s);
	if (f->spool.is_failing && f->spool.bytes.len > 100000)
		return error_set(err, ERR_NO_SPACE, "the spool is full");
	return buf_append(&f->spool.bytes, data, n);
}

static int spool_get(struct spool *s, uint64_t offset, void *data, size_t n, struct error *err)
{
	struct files *f = of_spool(s);
	(void)err;
	ck_assert_uint_le(offset + n, f->spool.bytes.len);
	memcpy(data, f->spool.bytes.data + offset, n);
	if (f->cancel_when_read)
		atomic_store(&f->cancel_when_read->cancel, true);
	return 0;
}

static void spool_end(struct spool *s)
{
	of_spool(s)->is_spool_freed = true;
}

static const struct spool_ops spool_ops = { spool_add, spool_get, spool_end };

static struct spool *open_spool(void *ctx, struct error *err)
{
	struct files *f = ctx;
	(void)err;
	f->spool.spool.ops = &spool_ops;
	return &f->spool.spool;
}

/* --- Rendering --- */

static struct render_engine *engine;

static void start(void)
{
	struct render_config config = { .n_threads = 2 };
	struct error err = ERROR_INIT;
	engine = render_engine_new(&config, &err);
	ck_assert_msg(engine != NULL, "%s", err.message);
}

static void stop(void)
{
	render_engine_free(engine);
}

static struct render_spec spec_of(const char *source, double duration_s)
{
	struct render_spec spec;
	render_spec_init(&spec);
	spec.source = source;
	spec.source_len = strlen(source);
	spec.duration_s = duration_s;
	spec.subtype = AUDIO_FLOAT_32;
	return spec;
}

static void run(struct files *f, const struct render_spec *spec, struct job_control *control)
{
	struct render_files files = { .ctx = f, .mix = &f->mix.sink, .open_stem = open_stem, .open_spool = open_spool };
	f->mix.sink.ops = &sink_ops;
	f->rc = render_run_files(engine, spec, control, &files, &f->diags, &f->result, &f->err);
	ck_assert(f->mix.is_finished != f->mix.is_aborted);
	ck_assert(f->mix.is_finished == (f->rc == 0));
	ck_assert(f->is_spool_freed == (f->spool.spool.ops != NULL));
	for (unsigned i = 0; i < f->n_stems; i++)
		ck_assert(f->stems[i].is_finished != f->stems[i].is_aborted || f->rc != 0);
}

static struct files *render(const struct render_spec *spec)
{
	struct files *f = calloc(1, sizeof *f);
	run(f, spec, NULL);
	ck_assert_msg(f->rc == 0, "%s", f->err.message);
	return f;
}

static void files_free(struct files *f)
{
	buf_fini(&f->mix.bytes);
	buf_fini(&f->spool.bytes);
	for (unsigned i = 0; i < STEMS_MAX; i++)
		buf_fini(&f->stems[i].bytes);
	free(f);
}

/* Interleaved floats of a file; malloc'd. */
static float *decode(const struct memory_sink *m, size_t *n_frames, unsigned *channels)
{
	char path[] = "/tmp/phonond-master-XXXXXX";
	int fd = mkstemp(path);
	SF_INFO info = { 0 };
	SNDFILE *file;
	float *x;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, m->bytes.data, m->bytes.len), (ssize_t)m->bytes.len);
	close(fd);
	file = sf_open(path, SFM_READ, &info);
	unlink(path);
	ck_assert_msg(file != NULL, "%s", sf_strerror(NULL));
	x = calloc((size_t)(info.frames * info.channels), sizeof *x);
	ck_assert_int_eq(sf_readf_float(file, x, info.frames), info.frames);
	sf_close(file);
	*n_frames = (size_t)info.frames;
	*channels = (unsigned)info.channels;
	return x;
}

static float *decode_stereo(const struct memory_sink *m, size_t *n_frames)
{
	unsigned channels;
	float *x = decode(m, n_frames, &channels);
	ck_assert_uint_eq(channels, 2);
	return x;
}

/* --- Formats --- */

#define BEAT "o1 $ s \"bd*4, ~ sn\"\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\n"

static const struct format {
	enum audio_format format;
	enum audio_subtype subtype;
	uint32_t rate_hz;
	double least_snr_db; /* INFINITY: the very samples of the WAV file */
} formats[] = {
	{ AUDIO_FORMAT_WAV, AUDIO_PCM_16, 44100, INFINITY },   { AUDIO_FORMAT_FLAC, AUDIO_PCM_16, 44100, INFINITY },
	{ AUDIO_FORMAT_FLAC, AUDIO_PCM_24, 192000, INFINITY }, { AUDIO_FORMAT_FLAC, AUDIO_PCM_16, 8000, INFINITY },
	{ AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 44100, 15 },      { AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 8000, 8 },
	{ AUDIO_FORMAT_VORBIS, AUDIO_PCM_16, 192000, 15 },     { AUDIO_FORMAT_OPUS, AUDIO_PCM_16, 48000, 15 },
	{ AUDIO_FORMAT_OPUS, AUDIO_PCM_16, 8000, 12 },
};

static struct render_spec spec_in(const struct format *f)
{
	struct render_spec spec = spec_of(BEAT, 2);
	spec.format = f->format;
	spec.subtype = f->subtype;
	spec.sample_rate_hz = f->rate_hz;
	return spec;
}

static double snr_db(const float *x, const float *reference, size_t n)
{
	double signal = 0, noise = 0;
	for (size_t i = 0; i < n; i++) {
		double d = (double)x[i] - (double)reference[i];
		signal += (double)reference[i] * (double)reference[i];
		noise += d * d;
	}
	return noise > 0 ? 10 * log10(signal / noise) : INFINITY;
}

START_TEST(test_every_format_decodes_to_what_the_wav_holds)
{
	struct render_spec spec = spec_in(&formats[_i]);
	struct files *coded = render(&spec), *plain;
	size_t n_coded, n_plain;
	float *x = decode_stereo(&coded->mix, &n_coded), *y;
	double snr;

	spec.format = AUDIO_FORMAT_WAV;
	if (audio_format_is_lossy(formats[_i].format))
		spec.subtype = AUDIO_FLOAT_32;
	plain = render(&spec);
	y = decode_stereo(&plain->mix, &n_plain);
	ck_assert_uint_eq(n_plain, 2 * formats[_i].rate_hz);
	ck_assert_uint_eq(n_coded, n_plain);
	ck_assert_uint_eq(coded->result.bytes, coded->mix.bytes.len);
	snr = snr_db(x, y, 2 * n_plain);
	ck_assert_msg(snr >= formats[_i].least_snr_db, "%s at %u Hz: %.1f dB", audio_format_name(formats[_i].format),
		      formats[_i].rate_hz, snr);
	free(x);
	free(y);
	files_free(coded);
	files_free(plain);
}
END_TEST

START_TEST(test_every_format_has_the_same_bytes_for_all_threads_and_blocks)
{
	static const struct {
		unsigned threads, block;
	} ways[] = { { 1, 64 }, { 2, 4096 }, { 0, 512 } };
	struct render_spec spec = spec_in(&formats[_i]);
	struct files *first = render(&spec);

	usleep(1100000); /* the clock must not matter either */
	for (unsigned i = 0; i < 3; i++) {
		struct files *f;
		spec.threads = ways[i].threads;
		spec.block_frames = ways[i].block;
		f = render(&spec);
		ck_assert_uint_eq(f->mix.bytes.len, first->mix.bytes.len);
		ck_assert_mem_eq(f->mix.bytes.data, first->mix.bytes.data, f->mix.bytes.len);
		files_free(f);
	}
	files_free(first);
}
END_TEST

START_TEST(test_quality_and_bit_rate_decide_the_size)
{
	struct render_spec spec = spec_in(&formats[4]);
	size_t bytes[2];

	for (int i = 0; i < 2; i++) {
		spec.quality = i ? 9 : 1;
		struct files *f = render(&spec);
		bytes[i] = f->mix.bytes.len;
		files_free(f);
	}
	ck_assert_uint_gt(bytes[1], 2 * bytes[0]);
	spec = spec_in(&formats[7]);
	for (int i = 0; i < 2; i++) {
		spec.bitrate_kbps = i ? 256 : 48;
		struct files *f = render(&spec);
		bytes[i] = f->mix.bytes.len;
		files_free(f);
	}
	/* Variable rates: within a quarter of what was asked for. */
	ck_assert_double_le(fabs((double)bytes[0] * 8 / 2 / 48e3 - 1), 0.25);
	ck_assert_double_le(fabs((double)bytes[1] * 8 / 2 / 256e3 - 1), 0.25);
}
END_TEST

/* --- Fades --- */

#define CONSTANT "out $ \"0.5\"\n"

START_TEST(test_fades_are_straight_and_exact_to_the_sample)
{
	struct render_spec spec = spec_of(CONSTANT, 1);
	struct files *f;
	size_t n;
	float *x;

	spec.fade_in_s = 0.25;
	spec.fade_out_s = 0.5;
	f = render(&spec);
	x = decode_stereo(&f->mix, &n);
	ck_assert_uint_eq(n, RATE);
	for (size_t i = 0; i < n; i++) {
		double in = i < 11025 ? (double)i / 11025 : 1, left = (double)(n - 1 - i);
		double expected = 0.5 * in * (left < 22050 ? left / 22050 : 1);
		if (fabs((double)x[2 * i] - expected) > 1e-7)
			ck_abort_msg("frame %zu: %.9g instead of %.9g", i, (double)x[2 * i], expected);
	}
	ck_assert(x[0] == 0 && x[2 * 11025] == 0.5f && x[2 * (n - 1)] == 0);
	free(x);
	files_free(f);
}
END_TEST

/* --- Tails --- */

#define ECHO "out $ s \"bd sn\" # delay 0.3 0.5 0.5\n"
#define DRONE "out $ sine 200 * 0.2\n"

START_TEST(test_no_event_begins_in_a_tail)
{
	struct render_spec spec = spec_of("out $ s \"bd*8\"\n", 1);
	struct files *with, *longer;
	size_t n_with, n_longer;
	float *x, *y;

	spec.tail_s = 1;
	with = render(&spec);
	spec.tail_s = 0;
	spec.duration_s = 2;
	longer = render(&spec);
	x = decode_stereo(&with->mix, &n_with);
	y = decode_stereo(&longer->mix, &n_longer);
	ck_assert_uint_eq(n_with, n_longer);
	ck_assert_mem_eq(x, y, sizeof *x * 2 * RATE); /* the same up to the end, */
	ck_assert_mem_ne(x + 2 * RATE, y + 2 * RATE, sizeof *x * 2 * RATE);
	for (size_t i = 0; i < 2 * 100; i++) /* what sounds goes on, */
		ck_assert(x[2 * RATE - 200 + i] == y[2 * RATE - 200 + i]);
	for (size_t i = 2 * (n_with - 4000); i < 2 * n_with; i++) /* and ends */
		ck_assert(x[i] == 0);
	free(x);
	free(y);
	files_free(with);
	files_free(longer);
}
END_TEST

START_TEST(test_an_automatic_tail_ends_below_90_db)
{
	struct render_spec spec = spec_of(ECHO, 2);
	double floor = pow(10, -90.0 / 20);
	struct files *automatic, *longer;
	size_t n, n_longer;
	float *x, *y;

	spec.tail_s = 20;
	longer = render(&spec);
	spec.tail_s = 0;
	spec.is_tail_automatic = true;
	automatic = render(&spec);
	x = decode_stereo(&automatic->mix, &n);
	y = decode_stereo(&longer->mix, &n_longer);
	ck_assert_uint_eq(automatic->result.frames, n);
	ck_assert_uint_gt(n, 3 * RATE);
	ck_assert_uint_lt(n, 12 * RATE);
	ck_assert_mem_eq(x, y, sizeof *x * 2 * n);
	ck_assert(fabsf(x[2 * n - 1]) >= (float)floor || fabsf(x[2 * n - 2]) >= (float)floor);
	for (size_t i = 2 * n; i < 2 * n_longer; i++)
		if ((double)fabsf(y[i]) >= floor)
			ck_abort_msg("still %.1f dB at %.3f s", 20 * log10((double)fabsf(y[i])), (double)i / 2 / RATE);
	ck_assert_uint_eq(automatic->diags.n, 0);
	free(x);
	free(y);
	files_free(automatic);
	files_free(longer);
}
END_TEST

START_TEST(test_what_does_not_die_away_is_cut_with_a_warning)
{
	struct render_spec spec = spec_of(DRONE, 1);
	struct files *f;

	spec.sample_rate_hz = 8000;
	spec.is_tail_automatic = true;
	f = render(&spec);
	ck_assert_uint_eq(f->result.frames, 8000 * 61);
	ck_assert_uint_eq(f->diags.n, 1);
	ck_assert_str_eq(f->diags.items[0].code, "tail-cut");
	files_free(f);
}
END_TEST

START_TEST(test_silence_has_no_tail)
{
	struct render_spec spec = spec_of("out $ sine 200 * 0\n", 1);
	struct files *f;

	spec.is_tail_automatic = true;
	f = render(&spec);
	ck_assert_uint_eq(f->result.frames, RATE);
	files_free(f);
}
END_TEST

/* --- Levels --- */

static const double targets_lufs[] = { -23, -14, -9, -7 };

START_TEST(test_loudness_comes_to_its_target)
{
	struct render_spec spec = spec_of(BEAT, 6);
	struct files *f;

	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = targets_lufs[_i];
	f = render(&spec);
	ck_assert_double_le(fabs(f->result.loudness_lufs - targets_lufs[_i]), 0.05);
	files_free(f);
	/* Behind a limiter as well: what it takes away is made up for. */
	spec.has_limiter = true;
	spec.ceiling_db = -1;
	f = render(&spec);
	ck_assert_double_le(fabs(f->result.loudness_lufs - targets_lufs[_i]), 0.1);
	ck_assert_double_le(20 * log10(f->result.true_peak), -1);
	ck_assert_uint_eq(f->result.clipped_frames, 0);
	files_free(f);
}
END_TEST

START_TEST(test_the_peak_comes_to_its_target)
{
	struct render_spec spec = spec_of(BEAT, 3);
	struct files *f;

	spec.normalize = NORMALIZE_PEAK;
	spec.normalize_to = -3;
	spec.fade_in_s = 1;
	f = render(&spec);
	ck_assert_double_le(fabs(20 * log10(f->result.true_peak) + 3), 0.001);
	ck_assert_double_le(f->result.peak, f->result.true_peak);
	files_free(f);
}
END_TEST

START_TEST(test_silence_is_not_normalized)
{
	struct render_spec spec = spec_of("out $ sine 200 * 0\n", 1);
	struct files *f;

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_LOUDNESS;
	spec.normalize_to = -14;
	f = render(&spec);
	ck_assert_uint_eq(f->diags.n, 1);
	ck_assert_str_eq(f->diags.items[0].code, "not-normalized");
	ck_assert(f->result.loudness_lufs == -INFINITY);
	ck_assert_double_eq(f->result.true_peak, 0);
	files_free(f);
}
END_TEST

START_TEST(test_a_limiter_adds_no_delay)
{
	struct render_spec spec = spec_of("out $ s \"bd ~ sn ~\" # gain 2\n", 2);
	struct files *plain = render(&spec), *limited;
	size_t n, first = 0;
	float *x = decode_stereo(&plain->mix, &n), *y;

	spec.has_limiter = true;
	spec.ceiling_db = -6;
	limited = render(&spec);
	y = decode_stereo(&limited->mix, &n);
	ck_assert_double_le(20 * log10(limited->result.true_peak), -6);
	ck_assert_double_gt(20 * log10(plain->result.true_peak), -3);
	for (size_t i = 0; i < 2 * n; i++) { /* a gain per frame: zeros, signs and order stay where they are */
		ck_assert((x[i] == 0) == (y[i] == 0));
		ck_assert(fabsf(y[i]) <= fabsf(x[i]) && x[i] * y[i] >= 0);
		first += x[i] == y[i];
	}
	ck_assert_uint_gt(first, n / 4); /* and where nothing is to be done, nothing is */
	free(x);
	free(y);
	files_free(plain);
	files_free(limited);
}
END_TEST

/* --- The mix and its stems --- */

static const struct {
	const char *mode;
	double expected; /* of 0.5 + 0.7 */
} modes[] = {
	{ "none", 1.2 }, { "gain", 0.6 }, { "sqrt", 1.2 * M_SQRT1_2 }, { "tanh", 0.83365460701215527 }, { "hard", 1 },
};

START_TEST(test_mix_modes_do_what_they_say)
{
	char source[128];
	struct render_spec spec;
	struct files *f;
	size_t n;
	float *x;

	snprintf(source, sizeof source, "outmix: %s\no1 $ \"0.5\"\no2 $ \"0.7\"\n", modes[_i].mode);
	spec = spec_of(source, 0.1);
	f = render(&spec);
	x = decode_stereo(&f->mix, &n);
	for (size_t i = 0; i < 2 * n; i++)
		if (fabs((double)x[i] - modes[_i].expected) > 1e-6)
			ck_abort_msg("%s: %.9g", modes[_i].mode, (double)x[i]);
	free(x);
	files_free(f);
}
END_TEST

#define THREE                                                                                                          \
	"o1 $ s \"bd*4\" # pan 0.3\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\nout $ s \"~ sn\" # reverb 0.5 0.5 "     \
	"0.4\n"

/* The largest distance of the sum of stems from the mix, in parts of the mix's largest sample. */
static double stems_error(const struct files *f)
{
	size_t n, n_stem;
	float *mix = decode_stereo(&f->mix, &n), *sum = calloc(2 * n, sizeof *sum);
	double worst = 0, most = 0;

	for (unsigned s = 0; s < f->n_stems; s++) {
		float *x = decode_stereo(&f->stems[s], &n_stem);
		ck_assert_uint_eq(n_stem, n);
		for (size_t i = 0; i < 2 * n; i++)
			sum[i] += x[i];
		free(x);
	}
	for (size_t i = 0; i < 2 * n; i++) {
		worst = fmax(worst, fabs((double)sum[i] - (double)mix[i]));
		most = fmax(most, fabs((double)mix[i]));
	}
	free(mix);
	free(sum);
	return worst / most;
}

START_TEST(test_stems_are_the_outputs_and_add_up_to_the_mix_bit_for_bit)
{
	struct render_spec spec = spec_of(THREE, 3);
	struct files *f, *alone;

	spec.has_stems = true;
	f = render(&spec);
	ck_assert_uint_eq(f->n_stems, 3);
	ck_assert_uint_eq(f->result.n_stems, 3);
	ck_assert_str_eq(f->names[0], "out");
	ck_assert_str_eq(f->names[1], "o1");
	ck_assert_str_eq(f->result.stems[2].name, "o2");
	ck_assert(stems_error(f) == 0);
	for (unsigned i = 0; i < 3; i++) {
		uint8_t digest[SHA256_BYTES];
		struct sha256 h;
		sha256_init(&h);
		sha256_update(&h, f->stems[i].bytes.data, f->stems[i].bytes.len);
		sha256_final(&h, digest);
		ck_assert_mem_eq(digest, f->result.stems[i].sha256, SHA256_BYTES);
		ck_assert_uint_eq(f->result.stems[i].bytes, f->stems[i].bytes.len);
	}
	spec = spec_of("o1 $ s \"bd*4\" # pan 0.3\n", 3); /* each as if it were alone */
	alone = render(&spec);
	ck_assert_uint_eq(alone->mix.bytes.len, f->stems[1].bytes.len);
	ck_assert_mem_eq(alone->mix.bytes.data, f->stems[1].bytes.data, alone->mix.bytes.len);
	files_free(f);
	files_free(alone);
}
END_TEST

START_TEST(test_stems_add_up_whatever_happens_to_the_mix)
{
	char source[512];
	struct render_spec spec;
	struct files *f;

	snprintf(source, sizeof source, "outmix: %s\n" THREE, modes[_i].mode);
	spec = spec_of(source, 3);
	spec.has_stems = true;
	spec.gain = 1.7;
	spec.fade_in_s = 0.5;
	spec.fade_out_s = 0.5;
	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = -9;
	spec.has_limiter = true;
	spec.ceiling_db = -2;
	f = render(&spec);
	/* A rounding or two per stem and sample. */
	ck_assert_msg(stems_error(f) <= 3 * 0x1p-23, "%g", stems_error(f));
	ck_assert_double_le(20 * log10(f->result.true_peak), -2);
	files_free(f);
}
END_TEST

START_TEST(test_mono_stems_add_up_too)
{
	struct render_spec spec = spec_of(THREE, 1);
	struct files *f;
	size_t n;
	unsigned channels;

	spec.has_stems = true;
	spec.channels = 1;
	f = render(&spec);
	float *mix = decode(&f->mix, &n, &channels), *sum = calloc(n, sizeof *sum);
	ck_assert_uint_eq(channels, 1);
	for (unsigned s = 0; s < 3; s++) {
		float *x = decode(&f->stems[s], &n, &channels);
		for (size_t i = 0; i < n; i++)
			sum[i] += x[i];
		free(x);
	}
	for (size_t i = 0; i < n; i++)
		ck_assert(fabsf(sum[i] - mix[i]) <= 3 * 0x1p-23f);
	free(mix);
	free(sum);
	files_free(f);
}
END_TEST

START_TEST(test_mastering_is_the_same_for_all_threads_and_blocks)
{
	static const unsigned blocks[] = { 64, 1024, 4096 };
	struct render_spec spec = spec_of(THREE, 1);
	char first[SHA256_HEX_SIZE] = "", hex[SHA256_HEX_SIZE];

	spec.has_stems = true;
	spec.is_tail_automatic = true;
	spec.source = ECHO;
	spec.source_len = strlen(ECHO);
	spec.fade_out_s = 0.3;
	spec.has_limiter = true;
	spec.ceiling_db = -3;
	if (_i) {
		spec.normalize = NORMALIZE_LOUDNESS;
		spec.normalize_to = -14;
	}
	for (unsigned i = 0; i < 3; i++) {
		struct files *f;
		spec.block_frames = blocks[i];
		spec.threads = i;
		f = render(&spec);
		sha256_hex(f->result.sha256, hex);
		if (!first[0])
			memcpy(first, hex, sizeof first);
		ck_assert_str_eq(first, hex);
		files_free(f);
	}
}
END_TEST

/* --- The name of the content --- */

static void hash_of(const struct render_spec *spec, uint8_t out[SHA256_BYTES])
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	ck_assert_msg(render_content_hash(engine, spec, out, &diags, &err) == 0, "%s", err.message);
}

/* Changes one thing; false after the last. */
static bool vary(struct render_spec *s, int i)
{
	switch (i) {
	case 0:
		return true;
	case 1:
		s->tail_s = 1;
		return true;
	case 2:
		s->is_tail_automatic = true;
		return true;
	case 3:
		s->tail_s = RENDER_TAIL_AUTO_S; /* as long as an automatic one may get */
		return true;
	case 4:
		s->fade_in_s = 0.1;
		return true;
	case 5:
		s->fade_out_s = 0.1;
		return true;
	case 6:
	case 7:
		s->normalize = i == 6 ? NORMALIZE_PEAK : NORMALIZE_LOUDNESS;
		s->normalize_to = -14;
		return true;
	case 8:
		s->normalize = NORMALIZE_LOUDNESS;
		s->normalize_to = -15;
		return true;
	case 9:
	case 10:
		s->has_limiter = true;
		s->ceiling_db = i - 10;
		return true;
	case 11:
		s->has_stems = true;
		return true;
	case 12:
	case 13:
		s->format = AUDIO_FORMAT_VORBIS;
		s->quality = i - 10;
		return true;
	case 14:
	case 15:
		s->format = AUDIO_FORMAT_OPUS;
		s->sample_rate_hz = 48000;
		s->bitrate_kbps = 10 * i;
		return true;
	case 16:
		s->format = AUDIO_FORMAT_FLAC;
		s->subtype = AUDIO_PCM_24;
		return true;
	default:
		return false;
	}
}

START_TEST(test_everything_that_decides_bytes_decides_the_content_hash)
{
	static uint8_t hashes[32][SHA256_BYTES];
	int n = 0;

	for (;; n++) {
		struct render_spec spec = spec_of(BEAT, 1);
		if (!vary(&spec, n))
			break;
		hash_of(&spec, hashes[n]);
		for (int k = 0; k < n; k++)
			ck_assert_msg(memcmp(hashes[n], hashes[k], SHA256_BYTES) != 0, "%d equals %d", n, k);
	}
	ck_assert_int_eq(n, 17);
}
END_TEST

START_TEST(test_what_a_format_does_not_read_decides_nothing)
{
	struct render_spec a = spec_of(BEAT, 1), b = a;
	uint8_t hash_a[SHA256_BYTES], hash_b[SHA256_BYTES];

	b.quality = 9;
	b.bitrate_kbps = 99;
	b.normalize_to = -3;
	b.ceiling_db = -9;
	hash_of(&a, hash_a);
	hash_of(&b, hash_b);
	ck_assert_mem_eq(hash_a, hash_b, SHA256_BYTES);
	a.format = b.format = AUDIO_FORMAT_OPUS;
	a.sample_rate_hz = b.sample_rate_hz = 48000;
	b.subtype = AUDIO_PCM_16;
	b.bitrate_kbps = 128; /* the default, said */
	hash_of(&a, hash_a);
	hash_of(&b, hash_b);
	ck_assert_mem_eq(hash_a, hash_b, SHA256_BYTES);
}
END_TEST

/* --- Failures --- */

static struct render_spec demanding(void)
{
	struct render_spec spec = spec_of(THREE, 5);
	spec.has_stems = true;
	spec.normalize = NORMALIZE_LOUDNESS;
	spec.normalize_to = -14;
	return spec;
}

START_TEST(test_a_full_spool_fails_the_render)
{
	struct render_spec spec = demanding();
	struct files *f = calloc(1, sizeof *f);

	f->spool.is_failing = true;
	run(f, &spec, NULL);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert_uint_eq(f->n_stems, 0);
	files_free(f);
}
END_TEST

START_TEST(test_a_stem_without_room_aborts_all_files)
{
	struct render_spec spec = demanding();
	struct files *f = calloc(1, sizeof *f);

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_NONE;
	f->fails_second_stem = true;
	run(f, &spec, NULL);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert(f->stems[0].is_aborted && f->mix.is_aborted);
	files_free(f);
	f = calloc(1, sizeof *f);
	f->stems[2].fail_after = 300000;
	run(f, &spec, NULL);
	ck_assert_int_eq(f->err.code, ERR_NO_SPACE);
	ck_assert(f->stems[0].is_aborted && f->stems[1].is_aborted && f->stems[2].is_aborted && f->mix.is_aborted);
	files_free(f);
}
END_TEST

START_TEST(test_a_cancel_is_seen_while_the_spool_is_read)
{
	struct render_spec spec = demanding();
	struct files *f = calloc(1, sizeof *f);
	struct job_control control = { .frames_done = 0 };

	f->cancel_when_read = &control;
	run(f, &spec, &control);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_CANCELED);
	files_free(f);
}
END_TEST

START_TEST(test_what_needs_more_than_a_sink_says_so)
{
	struct render_spec spec = demanding();
	struct memory_sink m = { .sink = { &sink_ops } };
	struct diag_list diags = { .n = 0 };
	static struct render_result result;
	struct error err = ERROR_INIT;

	spec.normalize = _i ? NORMALIZE_PEAK : NORMALIZE_NONE;
	ck_assert_int_eq(render_run(engine, &spec, NULL, &m.sink, &diags, &result, &err), -1);
	ck_assert_int_eq(err.code, ERR_UNSUPPORTED);
	ck_assert(m.is_aborted);
	buf_fini(&m.bytes);
}
END_TEST

START_TEST(test_a_spool_has_its_limits)
{
	struct render_spec spec = demanding();
	struct files *f = calloc(1, sizeof *f);

	spec.duration_s = 3500;
	spec.sample_rate_hz = 192000;
	spec.source = "o1 $ sine 1\no2 $ sine 2\no3 $ sine 3\no4 $ sine 4\no5 $ sine 5\no6 $ sine 6\n";
	spec.source_len = strlen(spec.source);
	run(f, &spec, NULL);
	ck_assert_int_eq(f->rc, -1);
	ck_assert_int_eq(f->err.code, ERR_TOO_LARGE);
	ck_assert_msg(strstr(f->err.message, "35 GiB") != NULL, "%s", f->err.message);
	files_free(f);
}
END_TEST

static Suite *master_suite(void)
{
	enum { N_FORMATS = sizeof formats / sizeof formats[0], N_MODES = sizeof modes / sizeof modes[0] };
	Suite *s = suite_create("master");
	TCase *t = tcase_create("formats");
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_every_format_decodes_to_what_the_wav_holds, 0, N_FORMATS);
	tcase_add_loop_test(t, test_every_format_has_the_same_bytes_for_all_threads_and_blocks, 0, N_FORMATS);
	tcase_add_test(t, test_quality_and_bit_rate_decide_the_size);
	suite_add_tcase(s, t);
	t = tcase_create("mastering");
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_test(t, test_fades_are_straight_and_exact_to_the_sample);
	tcase_add_test(t, test_no_event_begins_in_a_tail);
	tcase_add_test(t, test_an_automatic_tail_ends_below_90_db);
	tcase_add_test(t, test_what_does_not_die_away_is_cut_with_a_warning);
	tcase_add_test(t, test_silence_has_no_tail);
	tcase_add_loop_test(t, test_loudness_comes_to_its_target, 0, sizeof targets_lufs / sizeof targets_lufs[0]);
	tcase_add_test(t, test_the_peak_comes_to_its_target);
	tcase_add_loop_test(t, test_silence_is_not_normalized, 0, 2);
	tcase_add_test(t, test_a_limiter_adds_no_delay);
	tcase_add_loop_test(t, test_mastering_is_the_same_for_all_threads_and_blocks, 0, 2);
	suite_add_tcase(s, t);
	t = tcase_create("stems");
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 120);
	tcase_add_loop_test(t, test_mix_modes_do_what_they_say, 0, N_MODES);
	tcase_add_test(t, test_stems_are_the_outputs_and_add_up_to_the_mix_bit_for_bit);
	tcase_add_loop_test(t, test_stems_add_up_whatever_happens_to_the_mix, 0, N_MODES);
	tcase_add_test(t, test_mono_stems_add_up_too);
	suite_add_tcase(s, t);
	t = tcase_create("content");
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, test_everything_that_decides_bytes_decides_the_content_hash);
	tcase_add_test(t, test_what_a_format_does_not_read_decides_nothing);
	suite_add_tcase(s, t);
	t = tcase_create("failures");
	tcase_add_checked_fixture(t, start, stop);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, test_a_full_spool_fails_the_render);
	tcase_add_loop_test(t, test_a_stem_without_room_aborts_all_files, 0, 2);
	tcase_add_test(t, test_a_spool_has_its_limits);
	tcase_add_test(t, test_a_cancel_is_seen_while_the_spool_is_read);
	tcase_add_loop_test(t, test_what_needs_more_than_a_sink_says_so, 0, 2);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(master_suite());
}
