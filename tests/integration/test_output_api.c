/* Formats, mastering, levels and stems over HTTP. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/integration/service.h"
#include "tests/lib/test.h"

#define BEAT "o1 $ s \"bd*4\"\no2 $ saw \"55 82.5\" # lpf 800 # gain 0.3\n"

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "2"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

static double number_of(const json_t *j, const char *name)
{
	ck_assert_msg(json_is_number(json_object_get(j, name)), "no number '%s'", name);
	return json_number_value(json_object_get(j, name));
}

/* Submits, waits, and checks that it succeeded. */
static json_t *render(const char *source, const char *options)
{
	json_t *job = service_wait_job(&server, service_submit(&server, source, options));

	ck_assert_msg(strcmp(text_of(job, "state"), "succeeded") == 0, "%s: %s", options,
		      text_of(json_object_get(job, "error"), "message"));
	return job;
}

static struct reply audio_of(const json_t *job)
{
	char path[128];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/audio", text_of(job, "id"));
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	return r;
}

/* Half a cycle a second at 8 kHz: a third of a cycle is 5333 frames. */
START_TEST(test_a_window_has_the_bytes_of_the_whole)
{
	json_t *whole = render(BEAT, "cycles=2&sample_rate=8000&fade_out=2");
	json_t *window = render(BEAT, "cycles=2&sample_rate=8000&fade_out=2&from_cycle=1/3&to_cycle=1.75");
	struct reply a = audio_of(whole), b = audio_of(window), estimate;
	json_t *options = json_object_get(window, "options"), *j;

	ck_assert_double_eq_tol(number_of(options, "from_cycle"), 1.0 / 3, 1e-15);
	ck_assert_double_eq(number_of(options, "to_cycle"), 1.75);
	ck_assert_double_eq(number_of(json_object_get(window, "result"), "frames"), 28000 - 5333);
	ck_assert_uint_eq(b.body_len, 44 + 4 * (28000 - 5333));
	ck_assert_mem_eq(b.body + 44, a.body + 44 + 4 * 5333, b.body_len - 44);
	ck_assert_str_ne(text_of(window, "content_hash"), text_of(whole, "content_hash"));
	estimate = service_post(&server, "/estimate?sample_rate=8000&from_cycle=1&to_cycle=3/2", BEAT);
	j = reply_json(&estimate);
	ck_assert_double_eq(number_of(j, "frames"), 8000);
	ck_assert_double_eq(number_of(j, "frames_rendered"), 24000);
	json_decref(j);
	json_decref(whole);
	json_decref(window);
	reply_free(&a);
	reply_free(&b);
	reply_free(&estimate);
}
END_TEST

START_TEST(test_a_window_that_is_not_in_the_render_is_refused)
{
	static const char *const bodies[] = {
		"{\"source\":\"out $ sine 1\",\"cycles\":4,\"from_cycle\":4}",
		"{\"source\":\"out $ sine 1\",\"cycles\":4,\"to_cycle\":5}",
		"{\"source\":\"out $ sine 1\",\"from_cycle\":2,\"to_cycle\":\"3/2\"}",
		"{\"source\":\"out $ sine 1\",\"to_cycle\":\"3/0\"}",
		"{\"source\":\"out $ sine 1\",\"to_cycle\":\"soon\"}",
		"{\"source\":\"out $ sine 1\",\"to_cycle\":0}",
	};

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		struct reply r =
			service_call(&server, "POST", "/render", bodies[i], HEADERS("Content-Type: application/json"));
		ck_assert_msg(r.status == 422, "%s: %ld", bodies[i], r.status);
		reply_free(&r);
	}
}
END_TEST

static const struct {
	const char *options, *type, *extension, *magic;
} formats[] = {
	{ "format=wav", "audio/wav", ".wav", "RIFF" },
	{ "format=flac", "audio/flac", ".flac", "fLaC" },
	{ "format=flac&subtype=pcm_24&sample_rate=96000", "audio/flac", ".flac", "fLaC" },
	{ "format=vorbis&quality=2", "audio/ogg; codecs=vorbis", ".ogg", "OggS" },
	{ "format=opus&bitrate=64", "audio/ogg; codecs=opus", ".opus", "OggS" },
};

START_TEST(test_each_format_has_its_type_and_ending)
{
	char options[128], path[64];
	json_t *job;
	struct reply r;

	snprintf(options, sizeof options, "cycles=1&%s", formats[_i].options);
	job = render(BEAT, options);
	snprintf(path, sizeof path, "/jobs/%s/audio", text_of(job, "id"));
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), formats[_i].type);
	ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Disposition"), formats[_i].extension));
	ck_assert_mem_eq(r.body, formats[_i].magic, 4);
	ck_assert_str_eq(hex_digest(r.body, r.body_len), text_of(json_object_get(job, "result"), "sha256"));
	reply_free(&r);
	json_decref(job);
}
END_TEST

static const struct {
	const char *accept, *options, *type; /* NULL: JSON */
	long status;
} wishes[] = {
	{ "Accept: audio/flac", "cycles=1", "audio/flac", 200 },
	{ "Accept: audio/ogg", "cycles=1", "audio/ogg; codecs=vorbis", 200 },
	{ "Accept: audio/ogg; codecs=opus", "cycles=1", "audio/ogg; codecs=opus", 200 },
	{ "Accept: audio/flac, application/json;q=0.1", "cycles=1&format=flac", "audio/flac", 200 },
	{ "Accept: audio/wav", "cycles=1", "audio/wav", 200 },
	{ "Accept: audio/*", "cycles=1&format=opus", "audio/ogg; codecs=opus", 200 },
	{ "Accept: audio/flac, application/json;q=0.1", "cycles=1&format=wav", NULL, 201 },
	{ "Accept: audio/flac", "cycles=1&format=wav", NULL, 406 },
	{ "Accept: audio/flac", "cycles=1&subtype=float_32", NULL, 406 },
};

START_TEST(test_the_format_follows_accept_where_no_option_says_it)
{
	char path[96];
	struct reply r;

	snprintf(path, sizeof path, "/render?%s", wishes[_i].options);
	r = service_call(&server, "POST", path, BEAT, HEADERS(wishes[_i].accept, "Prefer: wait=30"));
	ck_assert_msg(r.status == wishes[_i].status, "%s, %s: %ld %.200s", wishes[_i].accept, wishes[_i].options,
		      r.status, r.body);
	if (wishes[_i].type)
		ck_assert_str_eq(reply_header(&r, "Content-Type"), wishes[_i].type);
	reply_free(&r);
}
END_TEST

START_TEST(test_a_file_of_another_type_is_not_acceptable)
{
	json_t *job = render(BEAT, "cycles=1&format=flac");
	char path[64];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/audio", text_of(job, "id"));
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav"));
	ck_assert_int_eq(r.status, 406);
	ck_assert_ptr_nonnull(strstr(r.body, "this file is audio/flac"));
	reply_free(&r);
	json_decref(job);
}
END_TEST

static const struct {
	const char *options, *parameter, *message;
} refusals[] = {
	{ "format=mp3", "format", "'format' must be wav, flac, vorbis or opus" },
	{ "format=opus&sample_rate=44100", "sample_rate",
	  "'sample_rate' must be 8000, 12000, 16000, 24000 or 48000 for opus, found 44100" },
	{ "format=flac&subtype=float_32", "subtype", "'subtype' must be pcm_16 or pcm_24 for flac, found float_32" },
	{ "format=vorbis&quality=11", "quality", "'quality' must be 0..10, found 11" },
	{ "format=vorbis&bitrate=96", "bitrate", "'bitrate' goes with the format opus" },
	{ "normalize=lufs", "normalize", "'normalize' must be none, peak or loudness" },
	{ "normalize=loudness&normalize_to=3", "normalize_to", "'normalize_to' must be -70..0, found 3" },
	{ "normalize_to=-14", "normalize_to", "'normalize_to' goes with 'normalize', which must be peak or loudness" },
	{ "limiter=1", "limiter", "'limiter' must be -40..0 or off, found 1" },
	{ "limiter=yes", "limiter", "'limiter' must be a number or \"off\", found \"yes\"" },
	{ "tail=601", "tail", "'tail' must be 0..600 or auto, found 601" },
	{ "tail=automatic", "tail", "'tail' must be a number or \"auto\", found \"automatic\"" },
	{ "fade_in=-1", "fade_in", "'fade_in' must be 0..3600, found -1" },
	{ "fade_out=x", "fade_out", "'fade_out' must be a number, found \"x\"" },
	{ "stems=maybe", "stems", "'stems' must be true or false, found \"maybe\"" },
	{ "sample_rate=192001", "sample_rate", "'sample_rate' must be 8000..192000, found 192001" },
};

START_TEST(test_what_cannot_be_is_refused_with_what_was_expected)
{
	char path[128];
	json_t *problem, *error;
	struct reply r;

	snprintf(path, sizeof path, "/render?%s", refusals[_i].options);
	r = service_post(&server, path, BEAT);
	ck_assert_msg(r.status == 422, "%s: %ld", refusals[_i].options, r.status);
	problem = reply_json(&r);
	error = json_array_get(json_object_get(problem, "errors"), 0);
	ck_assert_str_eq(text_of(error, "parameter"), refusals[_i].parameter);
	ck_assert_str_eq(text_of(error, "message"), refusals[_i].message);
	json_decref(problem);
	reply_free(&r);
}
END_TEST

START_TEST(test_levels_are_told_and_brought_to_their_target)
{
	json_t *job = render(BEAT, "cycles=4&normalize=loudness&normalize_to=-16&limiter=-2&fade_in=0.1&fade_out=0.5");
	json_t *result = json_object_get(job, "result");

	ck_assert_double_le(fabs(number_of(result, "loudness_lufs") + 16), 0.1);
	ck_assert_double_le(number_of(result, "true_peak_db"), -2);
	ck_assert_double_le(number_of(result, "peak_db"), number_of(result, "true_peak_db") + 0.01);
	ck_assert_double_eq(number_of(result, "clipped_frames"), 0);
	ck_assert_double_eq(number_of(result, "duration_s"), 8);
	json_decref(job);
	job = render("out $ sine 440 * 0\n", "cycles=1");
	result = json_object_get(job, "result");
	ck_assert(json_is_null(json_object_get(result, "loudness_lufs")));
	ck_assert(json_is_null(json_object_get(result, "true_peak_db")));
	ck_assert_uint_eq(json_array_size(json_object_get(result, "stems")), 0);
	json_decref(job);
}
END_TEST

START_TEST(test_a_tail_lengthens_the_file)
{
	json_t *job = render("out $ s \"bd\" # delay 0.25 0.5 0.5\n", "cycles=1&tail=1.5");

	ck_assert_double_eq(number_of(json_object_get(job, "result"), "duration_s"), 3.5);
	json_decref(job);
	job = render("out $ s \"bd\" # delay 0.25 0.5 0.5\n", "cycles=1&tail=auto");
	ck_assert_double_gt(number_of(json_object_get(job, "result"), "duration_s"), 2.5);
	ck_assert_double_lt(number_of(json_object_get(job, "result"), "duration_s"), 8);
	ck_assert_double_eq(number_of(json_object_get(job, "progress"), "percent"), 100);
	json_decref(job);
}
END_TEST

/* The answer, whose length is what its header said. */
static struct reply get_peaks(const json_t *job, const char *query)
{
	char path[160];

	snprintf(path, sizeof path, "/jobs/%s/peaks?%s", text_of(job, "id"), query);
	struct reply r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	ck_assert_uint_eq(r.body_len, strtoull(reply_header(&r, "Content-Length"), NULL, 10));
	return r;
}

START_TEST(test_peaks_outline_every_format)
{
	static const char *const options[] = { "cycles=1&format=wav", "cycles=1&format=flac", "cycles=1&channels=1",
					       "cycles=1&format=vorbis", "cycles=1&format=opus" };

	json_t *job = render("out $ sine 441 # gain 0.5\n", options[_i]);
	struct reply r = get_peaks(job, "samples_per_pixel=1000&bits=16");
	json_t *peaks = reply_json(&r), *data = json_object_get(peaks, "data");
	double length = number_of(peaks, "length"), channels = number_of(peaks, "channels");
	double frames = number_of(json_object_get(job, "result"), "frames");

	ck_assert_double_eq(length, ceil(frames / 1000));
	ck_assert_uint_eq(json_array_size(data), (size_t)(length * channels * 2));
	/* A lossy format is allowed 2 % of full scale, and its edges. */
	for (size_t i = 8; i + 8 < json_array_size(data); i++)
		ck_assert_double_eq_tol(json_number_value(json_array_get(data, i)), i % 2 ? 16384 : -16384, 655);
	reply_free(&r);
	json_decref(peaks);
	json_decref(job);
}
END_TEST

START_TEST(test_the_formats_of_peaks_agree)
{
	json_t *job = render("out $ sine 440 # gain 0.5 # pan 0.5\n", "cycles=1"), *item;
	struct reply json = get_peaks(job, "samples_per_pixel=999"),
		     dat = get_peaks(job, "samples_per_pixel=999&format=dat");
	struct reply surfer = get_peaks(job, "samples_per_pixel=999&format=wavesurfer");
	json_t *peaks = reply_json(&json), *lanes = reply_json(&surfer);
	size_t n = (size_t)number_of(peaks, "length"), i;

	ck_assert_uint_eq(dat.body_len, 24 + n * 4);
	ck_assert_uint_eq(json_array_size(lanes), 2);
	json_array_foreach(json_object_get(peaks, "data"), i, item)
	{
		size_t pixel = i / 4, channel = i / 2 % 2, side = i % 2;
		double value = json_number_value(json_array_get(json_array_get(lanes, channel), pixel * 2 + side));
		ck_assert_int_eq((signed char)dat.body[24 + i], json_integer_value(item));
		ck_assert_double_eq_tol(value * 128, json_number_value(item), 1);
	}
	reply_free(&json);
	reply_free(&dat);
	reply_free(&surfer);
	json_decref(peaks);
	json_decref(lanes);
	json_decref(job);
}
END_TEST

START_TEST(test_peaks_are_refused_with_what_was_expected)
{
	static const char *const wrong[] = { "samples_per_pixel=15",
					     "samples_per_pixel=1e3",
					     "samples_per_pixel=-512",
					     "samples_per_pixel=99999999999999999999",
					     "bits=12",
					     "format=png" };
	json_t *job = render("out $ sine 440\n", "cycles=1");
	char path[160];

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(path, sizeof path, "/jobs/%s/peaks?%s", text_of(job, "id"), wrong[i]);
		struct reply r = service_get(&server, path);
		ck_assert_msg(r.status == 422, "%s: %ld", wrong[i], r.status);
		reply_free(&r);
	}
	json_decref(job);
}
END_TEST

START_TEST(test_stems_are_listed_and_downloaded_each_alone)
{
	json_t *job = render(BEAT, "cycles=1&stems=true&format=flac"), *list, *stem;
	const char *id = text_of(job, "id");
	char path[128], name[128];
	struct reply r;
	size_t i;

	snprintf(path, sizeof path, "/jobs/%s/stems", id);
	ck_assert_str_eq(text_of(json_object_get(job, "links"), "stems"), path);
	r = service_get(&server, path);
	list = reply_json(&r);
	reply_free(&r);
	ck_assert(json_equal(json_object_get(list, "stems"), json_object_get(json_object_get(job, "result"), "stems")));
	ck_assert_uint_eq(json_array_size(json_object_get(list, "stems")), 2);
	json_array_foreach(json_object_get(list, "stems"), i, stem)
	{
		snprintf(name, sizeof name, "filename=\"%s-o%zu.flac\"", id, i + 1);
		r = service_get(&server, text_of(stem, "audio"));
		ck_assert_int_eq(r.status, 200);
		ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/flac");
		ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Disposition"), name));
		ck_assert_uint_eq(r.body_len, (size_t)number_of(stem, "bytes"));
		ck_assert_str_eq(hex_digest(r.body, r.body_len), text_of(stem, "sha256"));
		reply_free(&r);
		r = service_call(&server, "GET", text_of(stem, "audio"), NULL, HEADERS("Range: bytes=0-3"));
		ck_assert_int_eq(r.status, 206);
		ck_assert_mem_eq(r.body, "fLaC", 4);
		reply_free(&r);
	}
	snprintf(path, sizeof path, "/jobs/%s/stems/o3", id);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 404);
	reply_free(&r);
	json_decref(list);
	json_decref(job);
}
END_TEST

START_TEST(test_stems_come_as_one_archive_that_tar_reads)
{
	json_t *job = render(BEAT, "cycles=1&stems=true&sample_rate=8000"), *stem;
	const char *dir = test_temp_dir(), *id = text_of(job, "id");
	char path[128], file[512], member[1024];
	const char *argv[] = { "/usr/bin/env", "tar", "-xf", file, "-C", dir, NULL };
	struct reply r;
	FILE *f;
	size_t i;

	snprintf(path, sizeof path, "/jobs/%s/stems", id);
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: application/x-tar"));
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/x-tar");
	ck_assert_uint_eq(r.body_len % 512, 0);
	snprintf(file, sizeof file, "%s/stems.tar", dir);
	f = fopen(file, "w");
	ck_assert_uint_eq(fwrite(r.body, 1, r.body_len, f), r.body_len);
	fclose(f);
	ck_assert_int_eq(run_command(argv), 0);
	json_array_foreach(json_object_get(json_object_get(job, "result"), "stems"), i, stem)
	{
		char *bytes;
		size_t n;
		snprintf(member, sizeof member, "%s/%s/%s.wav", dir, id, text_of(stem, "name"));
		bytes = test_read_file(member, &n);
		ck_assert_str_eq(hex_digest(bytes, n), text_of(stem, "sha256"));
		free(bytes);
	}
	ck_assert_uint_eq(i, 2);
	reply_free(&r);
	json_decref(job);
}
END_TEST

/* Ranges and conditions, of a file that is put together on its way. */
static void check_parts_of_wide(const char *path, const struct reply *whole)
{
	static const struct {
		const char *range;
		size_t first, n;
	} parts[] = { { "Range: bytes=0-9", 0, 10 },
		      { "Range: bytes=60-80", 60, 21 },
		      { "Range: bytes=100001-150000", 100001, 50000 },
		      { "Range: bytes=-5", 192063, 5 } };
	char tag[200];
	struct reply r;

	snprintf(tag, sizeof tag, "If-None-Match: %s", reply_header(whole, "ETag"));
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav", parts[i].range));
		ck_assert_int_eq(r.status, 206);
		ck_assert_uint_eq(r.body_len, parts[i].n);
		ck_assert_mem_eq(r.body, whole->body + parts[i].first, parts[i].n);
		reply_free(&r);
	}
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav", "Range: bytes=192068-"));
	ck_assert_int_eq(r.status, 416);
	ck_assert_str_eq(reply_header(&r, "Content-Range"), "bytes */192068");
	reply_free(&r);
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav", tag));
	ck_assert_int_eq(r.status, 304);
	reply_free(&r);
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav", "If-Match: \"x\""));
	ck_assert_int_eq(r.status, 412);
	reply_free(&r);
}

/* Two stems of two channels. */
START_TEST(test_stems_come_as_one_file_with_all_channels)
{
	json_t *job = render(BEAT, "cycles=1&stems=true&sample_rate=8000&subtype=pcm_24"), *stem, *flac;
	const char *id = text_of(job, "id");
	struct reply r, one;
	char path[160];
	size_t i;

	snprintf(path, sizeof path, "/jobs/%.64s/stems", id);
	r = service_call(&server, "GET", path, NULL, HEADERS("Accept: audio/wav"));
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/wav");
	ck_assert_uint_eq(r.body_len, 68 + 16000 * 12);
	ck_assert_mem_eq(r.body, "RIFF", 4);
	ck_assert_int_eq(r.body[22], 4);
	json_array_foreach(json_object_get(json_object_get(job, "result"), "stems"), i, stem)
	{
		snprintf(path, sizeof path, "/jobs/%.64s/stems/%.16s", id, text_of(stem, "name"));
		one = service_get(&server, path);
		ck_assert_uint_eq(one.body_len, 44 + 16000 * 6);
		for (size_t f = 0; f < 16000; f++)
			if (memcmp(one.body + 44 + 6 * f, r.body + 68 + 12 * f + 6 * i, 6) != 0)
				ck_abort_msg("stem %zu differs in frame %zu", i, f);
		reply_free(&one);
	}
	ck_assert_uint_eq(i, 2);
	snprintf(path, sizeof path, "/jobs/%.64s/stems", id);
	check_parts_of_wide(path, &r);
	reply_free(&r);
	flac = render(BEAT, "cycles=1&stems=true&sample_rate=8000&format=flac");
	snprintf(path, sizeof path, "/jobs/%.64s/stems", text_of(flac, "id"));
	json_decref(service_json(&server, "GET", path, NULL, HEADERS("Accept: audio/wav"), 406));
	json_decref(flac);
	json_decref(job);
}
END_TEST

START_TEST(test_a_job_without_stems_says_so)
{
	json_t *job = render(BEAT, "cycles=1");
	char path[128];
	struct reply r;

	snprintf(path, sizeof path, "/jobs/%s/stems", text_of(job, "id"));
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 404);
	ck_assert_ptr_nonnull(strstr(r.body, "submitted without 'stems'"));
	reply_free(&r);
	strcat(path, "/o1");
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 404);
	reply_free(&r);
	r = service_call(&server, "POST", path, "", NULL);
	ck_assert_int_eq(r.status, 405);
	reply_free(&r);
	json_decref(job);
}
END_TEST

START_TEST(test_equal_requests_share_stems_and_deleting_the_last_removes_them)
{
	json_t *first = render(BEAT, "cycles=1&stems=true&seed=5"),
	       *second = render(BEAT, "cycles=1&stems=true&seed=5");
	const char *const ids[] = { text_of(first, "id"), text_of(second, "id") };
	char path[128];
	struct reply r;

	ck_assert(json_is_true(json_object_get(second, "cached")));
	ck_assert_uint_eq(json_array_size(json_object_get(json_object_get(second, "result"), "stems")), 2);
	snprintf(path, sizeof path, "/jobs/%s", ids[0]);
	r = service_call(&server, "DELETE", path, NULL, NULL);
	ck_assert_int_eq(r.status, 204);
	reply_free(&r);
	snprintf(path, sizeof path, "/jobs/%s/stems/o2", ids[1]);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	reply_free(&r);
	json_decref(first);
	json_decref(second);
}
END_TEST

/* The service and the command line give the same bytes, for everything that goes through the spool too. */
START_TEST(test_the_command_line_gives_the_same_files)
{
	const char *dir = test_temp_dir();
	char source[512], file[512], stems[512], stem[600];
	const char *argv[] = { getenv("PHONOND") ? getenv("PHONOND") : "./phonond",
			       "render",
			       source,
			       file,
			       "--cycles",
			       "1",
			       "--quiet",
			       "--normalize",
			       "loudness",
			       "--limiter",
			       "-1",
			       "--tail",
			       "auto",
			       "--stems",
			       stems,
			       NULL };
	json_t *job = render("out $ s \"bd*4\" # reverb 0.3 0.5 0.2\n",
			     "cycles=1&format=flac&normalize=loudness&limiter=-1&tail=auto&stems=true");
	json_t *result = json_object_get(job, "result");
	char *bytes;
	FILE *f;
	size_t n;

	snprintf(source, sizeof source, "%s/a.ph", dir);
	snprintf(file, sizeof file, "%s/a.flac", dir);
	snprintf(stems, sizeof stems, "%s/stems", dir);
	snprintf(stem, sizeof stem, "%s/out.flac", stems);
	f = fopen(source, "w");
	fputs("out $ s \"bd*4\" # reverb 0.3 0.5 0.2\n", f);
	fclose(f);
	ck_assert_int_eq(run_command(argv), 0);
	bytes = test_read_file(file, &n);
	ck_assert_str_eq(hex_digest(bytes, n), text_of(result, "sha256"));
	free(bytes);
	bytes = test_read_file(stem, &n);
	ck_assert_str_eq(hex_digest(bytes, n), text_of(json_array_get(json_object_get(result, "stems"), 0), "sha256"));
	free(bytes);
	json_decref(job);
}
END_TEST

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static Suite *output_api_suite(void)
{
	Suite *s = suite_create("output_api");
	TCase *t = tcase_create("output");

	tcase_add_unchecked_fixture(t, start, stop);
	tcase_set_timeout(t, 180);
	tcase_add_loop_test(t, test_each_format_has_its_type_and_ending, 0, COUNT(formats));
	tcase_add_loop_test(t, test_the_format_follows_accept_where_no_option_says_it, 0, COUNT(wishes));
	tcase_add_test(t, test_a_file_of_another_type_is_not_acceptable);
	tcase_add_loop_test(t, test_what_cannot_be_is_refused_with_what_was_expected, 0, COUNT(refusals));
	tcase_add_test(t, test_levels_are_told_and_brought_to_their_target);
	tcase_add_test(t, test_a_tail_lengthens_the_file);
	tcase_add_test(t, test_a_window_has_the_bytes_of_the_whole);
	tcase_add_test(t, test_a_window_that_is_not_in_the_render_is_refused);
	tcase_add_loop_test(t, test_peaks_outline_every_format, 0, 5);
	tcase_add_test(t, test_the_formats_of_peaks_agree);
	tcase_add_test(t, test_peaks_are_refused_with_what_was_expected);
	tcase_add_test(t, test_stems_are_listed_and_downloaded_each_alone);
	tcase_add_test(t, test_stems_come_as_one_archive_that_tar_reads);
	tcase_add_test(t, test_stems_come_as_one_file_with_all_channels);
	tcase_add_test(t, test_a_job_without_stems_says_so);
	tcase_add_test(t, test_equal_requests_share_stems_and_deleting_the_last_removes_them);
	tcase_add_test(t, test_the_command_line_gives_the_same_files);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(output_api_suite());
}
