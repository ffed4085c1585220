/* Uploaded samples: as resources, in programs, and what hostile ones do. */
#include <dirent.h>
#include <endian.h>
#include <math.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/integration/keys.h"
#include "tests/lib/test.h"

static struct service server;

static void start(void)
{
	service_start(&server, NULL, HEADERS("--threads", "2", "--max-sample", "1000000"));
}

static void stop(void)
{
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
}

/* --- Files ------------------------------------------------------------------------------------------------ */

struct file {
	uint8_t bytes[65536];
	size_t n;
};

static void put_le(struct file *f, uint64_t x, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		f->bytes[f->n++] = (uint8_t)(x >> (8 * i));
}

static void put_text(struct file *f, const char *text)
{
	memcpy(f->bytes + f->n, text, strlen(text));
	f->n += strlen(text);
}

/* The head of a WAV; what it says need not be so. */
static struct file wav_head(unsigned format, unsigned n_ch, uint32_t rate, unsigned bits, uint32_t data_bytes)
{
	struct file f = { .n = 0 };

	put_text(&f, "RIFF");
	put_le(&f, 36u + data_bytes, 4);
	put_text(&f, "WAVEfmt ");
	put_le(&f, 16, 4);
	put_le(&f, format, 2);
	put_le(&f, n_ch, 2);
	put_le(&f, rate, 4);
	put_le(&f, (uint64_t)rate * n_ch * bits / 8, 4);
	put_le(&f, n_ch * bits / 8, 2);
	put_le(&f, bits, 2);
	put_text(&f, "data");
	put_le(&f, data_bytes, 4);
	return f;
}

/* A sine of 0.1 s at 8 kHz. */
static struct file sine(double hz)
{
	struct file f = wav_head(1, 1, 8000, 16, 1600);

	for (int i = 0; i < 800; i++)
		put_le(&f, (uint16_t)(int16_t)(20000 * sin(2 * M_PI * hz * i / 8000)), 2);
	return f;
}

static struct reply put(const char *path, const struct file *f, const char *const *headers)
{
	return service_send(&server, "PUT", path, f->bytes, f->n, headers);
}

static long put_status(const char *path, const struct file *f, const char *const *headers)
{
	struct reply r = put(path, f, headers);
	long status = r.status;

	reply_free(&r);
	return status;
}

/* A member of an answer in JSON. Static storage of the last call. */
static const char *member(const struct reply *r, const char *name)
{
	static char text[256];
	json_t *j = reply_json(r);
	const json_t *found = json_object_get(j, name);

	if (json_is_integer(found))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(found));
	else
		snprintf(text, sizeof text, "%s", json_string_value(found) ? json_string_value(found) : "");
	json_decref(j);
	return text;
}

static size_t count_files_in(const char *folder)
{
	char path[1024];
	const struct dirent *entry;
	size_t n = 0;
	DIR *d;

	snprintf(path, sizeof path, "%s/%s", server.data_dir, folder);
	d = opendir(path);
	ck_assert_ptr_nonnull(d);
	while ((entry = readdir(d)))
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

/* How many files are in the folder of samples. */
static size_t count_files(void)
{
	return count_files_in("samples");
}

/* --- The resource ----------------------------------------------------------------------------------------- */

START_TEST(test_a_sample_is_given_back_as_it_was_put)
{
	struct file f = sine(440), other = sine(880);
	struct reply r = put("/samples/res/a.wav", &f, HEADERS("Content-Type: audio/wav"));
	char etag[80], none[120];

	ck_assert_int_eq(r.status, 201);
	ck_assert_str_eq(reply_header(&r, "Location"), "/samples/res/a.wav");
	snprintf(etag, sizeof etag, "\"%s\"", hex_digest(f.bytes, f.n));
	ck_assert_str_eq(reply_header(&r, "ETag"), etag);
	ck_assert_str_eq(member(&r, "frames"), "800");
	ck_assert_str_eq(member(&r, "channels"), "1");
	ck_assert_str_eq(member(&r, "sample_rate"), "8000");
	ck_assert_str_eq(member(&r, "bytes"), "1644");
	ck_assert_str_eq(member(&r, "pattern"), "res:0");
	reply_free(&r);

	r = service_get(&server, "/samples/res/a.wav");
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Type"), "audio/wav");
	ck_assert(r.body_len == f.n && memcmp(r.body, f.bytes, f.n) == 0);
	reply_free(&r);

	r = service_call(&server, "GET", "/samples/res/a.wav", NULL, HEADERS("Range: bytes=4-7"));
	ck_assert_int_eq(r.status, 206);
	ck_assert(r.body_len == 4 && memcmp(r.body, f.bytes + 4, 4) == 0);
	reply_free(&r);
	snprintf(none, sizeof none, "If-None-Match: %s", etag);
	ck_assert_int_eq(call_status(&server, "GET", "/samples/res/a.wav", NULL, HEADERS(none)), 304);
	r = service_call(&server, "HEAD", "/samples/res/a.wav", NULL, NULL);
	ck_assert_int_eq(r.status, 200);
	ck_assert_str_eq(reply_header(&r, "Content-Length"), "1644");
	reply_free(&r);

	ck_assert_int_eq(put_status("/samples/res/a.wav", &f, NULL), 204);
	ck_assert_int_eq(put_status("/samples/res/a.wav", &other, NULL), 200);
	ck_assert_int_eq(call_status(&server, "DELETE", "/samples/res/a.wav", NULL, NULL), 204);
	ck_assert_int_eq(call_status(&server, "DELETE", "/samples/res/a.wav", NULL, NULL), 404);
	ck_assert_int_eq(call_status(&server, "GET", "/samples/res/a.wav", NULL, NULL), 404);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(test_other_formats_are_taken_and_say_what_they_are)
{
	struct reply flac = service_call(&server, "POST", "/render?cycles=1&sample_rate=16000&subtype=pcm_24",
					 "out $ s \"hh*2\"", HEADERS("Accept: audio/flac"));
	/* AIFF of 8 kHz, whose rate is an 80-bit float, with two frames of one channel. */
	static const uint8_t aiff[] = { 'F',  'O', 'R', 'M', 0,  0, 0, 50, 'A', 'I',  'F', 'F',  'C', 'O',  'M',
					'M',  0,   0,   0,   18, 0, 1, 0,  0,   0,    2,   0,    16,  0x40, 0x0b,
					0xfa, 0,   0,   0,   0,  0, 0, 0,  'S', 'S',  'N', 'D',  0,   0,    0,
					12,   0,   0,   0,   0,  0, 0, 0,  0,   0x10, 0,   0x20, 0 };
	struct reply r = service_send(&server, "PUT", "/samples/fmt/a", flac.body, flac.body_len, NULL);

	ck_assert_msg(r.status == 201, "%s", r.body);
	ck_assert_str_eq(member(&r, "type"), "audio/flac");
	ck_assert_str_eq(member(&r, "channels"), "2");
	ck_assert_str_eq(member(&r, "sample_rate"), "16000");
	reply_free(&r);
	r = service_send(&server, "PUT", "/samples/fmt/b", aiff, sizeof aiff, NULL);
	ck_assert_msg(r.status == 201, "%s", r.body);
	ck_assert_str_eq(member(&r, "type"), "audio/aiff");
	ck_assert_str_eq(member(&r, "frames"), "2");
	reply_free(&r);
	r = service_call(&server, "GET", "/samples/fmt/a", NULL, HEADERS("Accept: audio/wav"));
	ck_assert_int_eq(r.status, 406);
	reply_free(&r);
	call_status(&server, "DELETE", "/samples/fmt/a", NULL, NULL);
	call_status(&server, "DELETE", "/samples/fmt/b", NULL, NULL);
	reply_free(&flac);
}
END_TEST

START_TEST(test_samples_are_listed_in_pages_with_what_is_installed)
{
	struct file f = sine(300);
	struct reply r;
	json_t *j;

	ck_assert_int_eq(put_status("/samples/lb/2", &f, NULL), 201);
	ck_assert_int_eq(put_status("/samples/lb/1", &f, NULL), 201);
	ck_assert_int_eq(put_status("/samples/la/z.wav", &f, NULL), 201);
	r = service_get(&server, "/samples?limit=2");
	j = reply_json(&r);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "samples")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(json_array_get(json_object_get(j, "samples"), 1), "name")),
			 "1");
	ck_assert_str_eq(json_string_value(json_object_get(j, "next")), "/samples?after=lb/1&limit=2");
	ck_assert_uint_gt(json_array_size(json_object_get(j, "library")), 20);
	json_decref(j);
	reply_free(&r);
	r = service_get(&server, "/samples?after=lb/1&limit=2&bank=lb");
	j = reply_json(&r);
	ck_assert_uint_eq(json_array_size(json_object_get(j, "samples")), 1);
	ck_assert_str_eq(
		json_string_value(json_object_get(json_array_get(json_object_get(j, "samples"), 0), "pattern")),
		"lb:1");
	json_decref(j);
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "GET", "/samples?limit=0", NULL, NULL), 422);
	/* One content, three names: one file and its decoded form. */
	ck_assert_uint_eq(count_files(), 2);
	call_status(&server, "DELETE", "/samples/lb/1", NULL, NULL);
	call_status(&server, "DELETE", "/samples/lb/2", NULL, NULL);
	ck_assert_uint_eq(count_files(), 2);
	call_status(&server, "DELETE", "/samples/la/z.wav", NULL, NULL);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(test_conditions_guard_a_sample)
{
	struct file f = sine(500), other = sine(600);
	char match[120];

	snprintf(match, sizeof match, "If-Match: \"%s\"", hex_digest(f.bytes, f.n));
	ck_assert_int_eq(put_status("/samples/cond/a", &f, HEADERS("If-Match: *")), 412);
	ck_assert_int_eq(put_status("/samples/cond/a", &f, HEADERS("If-None-Match: *")), 201);
	ck_assert_int_eq(put_status("/samples/cond/a", &other, HEADERS("If-None-Match: *")), 412);
	ck_assert_int_eq(put_status("/samples/cond/a", &other, HEADERS(match)), 200);
	ck_assert_int_eq(put_status("/samples/cond/a", &f, HEADERS(match)), 412);
	ck_assert_int_eq(call_status(&server, "DELETE", "/samples/cond/a", NULL, HEADERS(match)), 412);
	ck_assert_int_eq(call_status(&server, "DELETE", "/samples/cond/a", NULL, HEADERS("If-Match: *")), 204);
}
END_TEST

START_TEST(test_a_digest_that_the_client_sends_is_checked)
{
	/* Of the empty text. */
	static const char wrong[] = "Repr-Digest: sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
	struct file f = sine(700);
	struct reply r = put("/samples/dig/a", &f, HEADERS(wrong));

	ck_assert_int_eq(r.status, 422);
	ck_assert_str_eq(member(&r, "code"), "digest_mismatch");
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "GET", "/samples/dig/a", NULL, NULL), 404);
	ck_assert_int_eq(put_status("/samples/dig/a", &f, HEADERS("Content-Digest: sha-256=:abc:")), 400);
	ck_assert_int_eq(put_status("/samples/dig/a", &f, HEADERS("Content-Digest: md5=:abc:")), 201);
	r = service_get(&server, "/samples/dig/a");
	char right[160];
	snprintf(right, sizeof right, "Content-Digest: md5=:x:, %s", reply_header(&r, "Repr-Digest"));
	reply_free(&r);
	ck_assert_int_eq(put_status("/samples/dig/a", &f, HEADERS(right)), 204);
	call_status(&server, "DELETE", "/samples/dig/a", NULL, NULL);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

static const struct {
	const char *path;
	long status;
} names[] = {
	{ "/samples/1bank/a", 422 },       { "/samples/bank/.hidden", 422 }, { "/samples/bank/..", 422 },
	{ "/samples/bank/a%2fb", 400 },    { "/samples/bank/%2e%2e", 422 },  { "/samples/b-nk/a", 404 },
	{ "/samples/bank/a%20b", 404 },    { "/samples/bank/-a", 422 },      { "/samples/bank", 404 },
	{ "/samples/bank/\xc3\xa9", 404 },
};

START_TEST(test_names_are_held_to_what_a_program_can_write)
{
	struct file f = sine(100);

	ck_assert_int_eq(put_status(names[_i].path, &f, NULL), names[_i].status);
}
END_TEST

START_TEST(test_what_is_not_wanted_is_refused_before_it_is_read)
{
	static const char head[] = "PUT /samples/big/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n";
	struct file f = sine(100);
	char *answer = service_raw(&server, head, strlen(head), 2000);

	ck_assert_ptr_nonnull(strstr(answer, "413"));
	free(answer);
	ck_assert_int_eq(put_status("/samples/a/b", &f, HEADERS("Content-Type: video/mp4")), 415);
	ck_assert_int_eq(put_status("/samples/a/b", &f, HEADERS("Content-Encoding: gzip")), 415);
	ck_assert_int_eq(put_status("/samples/a/b", &f, HEADERS("Content-Range: bytes 0-1/2")), 400);
	ck_assert_int_eq(call_status(&server, "POST", "/samples/a/b", "x", NULL), 405);
}
END_TEST

/* --- Hostile files ---------------------------------------------------------------------------------------- */

static struct file nothing(void)
{
	return (struct file){ .n = 0 };
}

static struct file text(void)
{
	struct file f = nothing();

	put_text(&f, "this is no audio, whatever the client says it is");
	return f;
}

static struct file truncated(void)
{
	struct file f = sine(440);

	f.n -= 700;
	return f;
}

static struct file huge_size(void)
{
	struct file f = sine(440);

	memset(f.bytes + 40, 0xf0, 4);
	memset(f.bytes + 4, 0xf0, 4);
	return f;
}

static struct file no_frames(void)
{
	return wav_head(1, 1, 8000, 16, 0);
}

static struct file no_channels(void)
{
	struct file f = wav_head(1, 0, 8000, 16, 1600);

	f.n += 1600;
	return f;
}

static struct file many_channels(void)
{
	struct file f = wav_head(1, 65535, 8000, 16, 1600);

	f.n += 1600;
	return f;
}

static struct file gigahertz(void)
{
	struct file f = wav_head(1, 1, 2000000000, 16, 1600);

	f.n += 1600;
	return f;
}

static struct file not_a_number(void)
{
	struct file f = wav_head(3, 1, 8000, 32, 400);

	for (int i = 0; i < 100; i++)
		put_le(&f, i == 50 ? 0x7fc00000 : 0, 4);
	return f;
}

static struct file compressed(void)
{
	struct file f = wav_head(0x11, 1, 8000, 4, 1600); /* IMA ADPCM */

	f.n += 1600;
	return f;
}

static struct file flac_of_a_day(void)
{
	/* STREAMINFO: 44.1 kHz, 2 channels, 16 bits, 2^36 - 1 frames; and then nothing. */
	static const uint8_t head[] = { 'f', 'L', 'a', 'C', 0x80, 0,    0,    34,   0x10, 0,    0x10, 0,    0,
					0,   0,   0,   0,   0,    0x0a, 0xc4, 0x42, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct file f = nothing();

	memcpy(f.bytes, head, sizeof head);
	f.n = 42;
	return f;
}

static struct file noise_behind_a_head(void)
{
	struct file f = wav_head(1, 2, 44100, 16, 60000);
	uint32_t x = 12345;

	for (f.n = 12; f.n < 60044; f.n++) {
		x = x * 1664525 + 1013904223;
		f.bytes[f.n] = (uint8_t)(x >> 24);
	}
	return f;
}

static const struct {
	const char *name;
	struct file (*make)(void);
	const char *found; /* stands in the answer */
} hostile[] = {
	{ "nothing", nothing, "WAV, AIFF or FLAC" },
	{ "text", text, "WAV, AIFF or FLAC" },
	{ "truncated", truncated, "ends before it says it does" },
	{ "huge size", huge_size, "" },
	{ "no frames", no_frames, "" },
	{ "no channels", no_channels, "" },
	{ "many channels", many_channels, "" },
	{ "gigahertz", gigahertz, "expected a rate" },
	{ "not a number", not_a_number, "finite" },
	{ "compressed", compressed, "" },
	{ "flac of a day", flac_of_a_day, "" },
	{ "noise", noise_behind_a_head, "" },
};

START_TEST(test_a_hostile_file_is_refused_with_what_was_found)
{
	struct file f = hostile[_i].make();
	struct reply r = put("/samples/bad/a", &f, NULL);
	const char *code;

	ck_assert_msg(r.status == 422, "%s: %ld %s", hostile[_i].name, r.status, r.body);
	code = member(&r, "code");
	ck_assert_msg(strcmp(code, "sample_error") == 0 || strcmp(code, "too_large") == 0, "%s: %s", hostile[_i].name,
		      r.body);
	ck_assert_msg(strstr(r.body, hostile[_i].found) != NULL, "%s: %s", hostile[_i].name, r.body);
	ck_assert_msg(strstr(r.body, "signal") == NULL, "%s: %s", hostile[_i].name, r.body);
	reply_free(&r);
	ck_assert_int_eq(call_status(&server, "GET", "/samples/bad/a", NULL, NULL), 404);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

/* --- In programs ------------------------------------------------------------------------------------------ */

#define OPTIONS "cycles=1&sample_rate=8000&channels=1"

/* SHA-256 of what the program renders to. Static storage of the last call. */
static const char *render(const char *source)
{
	static char sha256[80];
	const char *id = service_submit(&server, source, OPTIONS);
	json_t *job = service_wait_job(&server, id);
	const char *found = json_string_value(json_object_get(json_object_get(job, "result"), "sha256"));
	char path[80];

	snprintf(sha256, sizeof sha256, "%s", found ? found : "");
	ck_assert_msg(*sha256 != '\0', "%s", json_dumps(job, 0));
	json_decref(job);
	snprintf(path, sizeof path, "/jobs/%s", id);
	ck_assert_int_eq(call_status(&server, "DELETE", path, NULL, NULL), 204);
	return sha256;
}

static void content_hash(const char *source, char out[80])
{
	struct reply r = service_post(&server, "/estimate?" OPTIONS, source);

	snprintf(out, 80, "%s", member(&r, "content_hash"));
	reply_free(&r);
}

START_TEST(test_a_program_plays_what_was_uploaded)
{
	struct file low = sine(200), high = sine(1000);
	char first[80], second[80], hash[80], other_hash[80];
	struct reply r = service_post(&server, "/check", "out $ s \"mine\"");

	ck_assert_ptr_nonnull(strstr(r.body, "unknown-sample"));
	reply_free(&r);
	ck_assert_int_eq(put_status("/samples/mine/b.wav", &high, NULL), 201);
	ck_assert_int_eq(put_status("/samples/mine/a.wav", &low, NULL), 201);
	r = service_post(&server, "/check", "out $ s \"mine:1\"");
	ck_assert_ptr_null(strstr(r.body, "unknown-sample"));
	reply_free(&r);
	strcpy(first, render("out $ s \"mine\""));
	strcpy(second, render("out $ s \"mine:1\""));
	ck_assert_str_ne(first, second);
	ck_assert_str_eq(render("out $ s \"mine:2\""), first);

	/* The kit's drum is hidden, and comes back. */
	content_hash("out $ s \"bd\"", hash);
	ck_assert_int_eq(put_status("/samples/bd/mine.wav", &low, NULL), 201);
	content_hash("out $ s \"bd\"", other_hash);
	ck_assert_str_ne(hash, other_hash);
	ck_assert_str_eq(render("out $ s \"bd\""), first);
	call_status(&server, "DELETE", "/samples/bd/mine.wav", NULL, NULL);
	content_hash("out $ s \"bd\"", other_hash);
	ck_assert_str_eq(hash, other_hash);
	call_status(&server, "DELETE", "/samples/mine/a.wav", NULL, NULL);
	call_status(&server, "DELETE", "/samples/mine/b.wav", NULL, NULL);
}
END_TEST

START_TEST(test_a_job_that_waits_keeps_the_sample_that_it_was_submitted_with)
{
	struct file before = sine(300), after = sine(900);
	char first[80], second[80];
	const char *id;
	json_t *job;

	ck_assert_int_eq(put_status("/samples/kept/a", &before, NULL), 201);
	strcpy(first, render("out $ s \"kept\""));
	ck_assert_int_eq(call_status(&server, "POST", "/queue/pause", "", NULL), 200);
	id = service_submit(&server, "out $ s \"kept\"", OPTIONS);
	ck_assert_int_eq(put_status("/samples/kept/a", &after, NULL), 200);
	ck_assert_uint_eq(count_files(), 4);
	ck_assert_int_eq(call_status(&server, "POST", "/queue/resume", "", NULL), 200);
	job = service_wait_job(&server, id);
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(job, "result"), "sha256")), first);
	json_decref(job);
	strcpy(second, render("out $ s \"kept\""));
	ck_assert_str_ne(first, second);
	/* Nobody wants the first any more: the next upload finds that out. */
	ck_assert_int_eq(put_status("/samples/kept/b", &before, NULL), 201);
	ck_assert_uint_eq(count_files(), 4);
	call_status(&server, "DELETE", "/samples/kept/a", NULL, NULL);
	call_status(&server, "DELETE", "/samples/kept/b", NULL, NULL);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

/* --- Forms ------------------------------------------------------------------------------------------------ */

#define BOUNDARY "----x7MA4YWxkTrZu0gW"

/* One part; filename NULL: a field. */
static void put_part(struct file *f, const char *name, const char *filename, const void *data, size_t n)
{
	char head[256];

	snprintf(head, sizeof head, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"%s%s%s\r\n%s\r\n",
		 name, filename ? "; filename=\"" : "", filename ? filename : "", filename ? "\"" : "",
		 filename ? "Content-Type: application/octet-stream\r\n" : "");
	put_text(f, head);
	memcpy(f->bytes + f->n, data, n);
	f->n += n;
	put_text(f, "\r\n");
}

static void put_field(struct file *f, const char *name, const char *value)
{
	put_part(f, name, NULL, value, strlen(value));
}

static struct reply send_form(struct file *f, const char *const *more)
{
	const char *headers[4] = { "Content-Type: multipart/form-data; boundary=" BOUNDARY };

	for (size_t i = 0; more && more[i]; i++)
		headers[i + 1] = more[i];
	return service_send(&server, "POST", "/render", f->bytes, f->n, headers);
}

/* The whole form; its answer's content hash, or what was wrong. Static storage of the last call. */
static const char *submit_form(struct file *f)
{
	struct reply r;
	const char *found;

	put_text(f, "--" BOUNDARY "--\r\n");
	r = send_form(f, NULL);
	found = member(&r, r.status == 202 || r.status == 201 ? "content_hash" : "detail");
	reply_free(&r);
	return found;
}

START_TEST(test_a_form_is_the_same_submission_as_json_and_raw_source)
{
	static const char source[] = "out $ s \"bd*2, hh*4\" -- layout\n";
	struct file f = nothing();
	struct reply r = service_post(&server, "/render?cycles=2&sample_rate=16000&stems=true&tags=a", source);
	char hash[80];

	snprintf(hash, sizeof hash, "%s", member(&r, "content_hash"));
	ck_assert_uint_eq(strlen(hash), 64);
	reply_free(&r);
	r = service_call(
		&server, "POST", "/render",
		"{\"source\":\"out $ s \\\"bd*2, hh*4\\\"\",\"cycles\":2,\"sample_rate\":16000,\"stems\":true}",
		HEADERS("Content-Type: application/json"));
	ck_assert_str_eq(member(&r, "content_hash"), hash);
	reply_free(&r);
	put_field(&f, "cycles", "2");
	put_part(&f, "source", "song.ph", source, strlen(source));
	put_field(&f, "stems", "true");
	put_field(&f, "sample_rate", "16000");
	ck_assert_str_eq(submit_form(&f), hash);
}
END_TEST

START_TEST(test_samples_of_a_form_are_played_by_its_job_and_kept_no_longer)
{
	static const char source[] = "out $ s \"own own:1 solo\"";
	struct file low = sine(200), high = sine(1000), f = nothing();
	char hash[80], in_library[80];
	struct reply r;
	json_t *job;

	put_field(&f, "source", source);
	put_part(&f, "sample[]", "own/b.wav", high.bytes, high.n);
	put_part(&f, "sample[]", "own/a.wav", low.bytes, low.n);
	put_part(&f, "sample[]", "solo.wav", high.bytes, high.n);
	put_field(&f, "sample_rate", "8000");
	put_field(&f, "channels", "1");
	put_field(&f, "cycles", "1");
	put_text(&f, "--" BOUNDARY "--\r\n");
	r = send_form(&f, HEADERS("Prefer: wait=20"));
	ck_assert_msg(r.status == 201, "%s", r.body);
	job = reply_json(&r);
	snprintf(hash, sizeof hash, "%s", member(&r, "content_hash"));
	ck_assert_str_eq(json_string_value(json_object_get(job, "state")), "succeeded");
	ck_assert_uint_eq(json_array_size(json_object_get(job, "warnings")), 0);
	json_decref(job);
	reply_free(&r);

	/* The same files by name give the same content. */
	ck_assert_int_eq(put_status("/samples/own/x1", &low, NULL), 201);
	ck_assert_int_eq(put_status("/samples/own/x2", &high, NULL), 201);
	ck_assert_int_eq(put_status("/samples/solo/y", &high, NULL), 201);
	content_hash(source, in_library);
	ck_assert_str_eq(in_library, hash);
	call_status(&server, "DELETE", "/samples/own/x1", NULL, NULL);
	call_status(&server, "DELETE", "/samples/own/x2", NULL, NULL);
	call_status(&server, "DELETE", "/samples/solo/y", NULL, NULL);
	ck_assert_uint_eq(count_files(), 0);
	content_hash(source, in_library);
	ck_assert_str_ne(in_library, hash);
}
END_TEST

START_TEST(test_a_form_that_is_wrong_says_what)
{
	struct file f = nothing(), bad = truncated();
	struct reply r;

	put_field(&f, "cycles", "1");
	ck_assert_str_eq(submit_form(&f), "'source' is missing");
	f = nothing();
	put_field(&f, "source", "out $ s \"bd\"");
	put_field(&f, "cycels", "1");
	put_text(&f, "--" BOUNDARY "--\r\n");
	r = send_form(&f, NULL);
	ck_assert_int_eq(r.status, 422);
	ck_assert_ptr_nonnull(strstr(r.body, "\"parameter\":\"cycels\""));
	reply_free(&r);
	f = nothing();
	put_part(&f, "sample[]", "../../etc/passwd", "x", 1);
	put_field(&f, "source", "out $ s \"bd\"");
	ck_assert_ptr_nonnull(strstr(submit_form(&f), "BANK/NAME"));
	f = nothing();
	put_part(&f, "sample[]", "a.wav", bad.bytes, bad.n);
	put_field(&f, "source", "out $ s \"a\"");
	ck_assert_ptr_nonnull(strstr(submit_form(&f), "'a/a.wav': the file ends before"));
	f = nothing();
	put_field(&f, "source", "out $ s \"bd\"");
	r = send_form(&f, NULL); /* without its end */
	ck_assert_int_eq(r.status, 400);
	reply_free(&r);
	r = service_call(&server, "POST", "/render", "x", HEADERS("Content-Type: multipart/form-data"));
	ck_assert_int_eq(r.status, 415);
	reply_free(&r);
	r = service_call(&server, "POST", "/render?cycles=1", "x",
			 HEADERS("Content-Type: multipart/form-data; boundary=y"));
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
	r = service_call(&server, "POST", "/check", "x", HEADERS("Content-Type: multipart/form-data; boundary=y"));
	ck_assert_int_eq(r.status, 415);
	reply_free(&r);
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(test_a_form_may_come_in_any_pieces)
{
	static const char source[] = "out $ s \"piece\"";
	struct file low = sine(200), form = nothing(), whole = nothing();
	char hash[80], answer[4096];
	int fd = service_connect(&server), one = 1;
	size_t n = 0;
	ssize_t got;

	put_field(&form, "cycles", "1");
	put_field(&form, "source", source);
	put_part(&form, "sample[]", "piece.wav", low.bytes, low.n);
	whole = form;
	snprintf(hash, sizeof hash, "%s", submit_form(&whole));
	put_text(&form, "--" BOUNDARY "--\r\n");
	n = (size_t)snprintf(answer, sizeof answer,
			     "POST /render HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: %zu\r\n"
			     "Content-Type: multipart/form-data; boundary=" BOUNDARY "\r\n\r\n",
			     form.n);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	ck_assert_int_eq(send(fd, answer, n, 0), (ssize_t)n);
	for (size_t at = 0, piece; at < form.n; at += piece) {
		/* The heads byte by byte, the sound in larger pieces. */
		piece = at < 400 || at + 200 > form.n ? 1 : 97;
		ck_assert_int_eq(send(fd, form.bytes + at, piece, 0), (ssize_t)piece);
		usleep(at < 400 ? 200 : 0);
	}
	for (n = 0; (got = recv(fd, answer + n, sizeof answer - 1 - n, 0)) > 0;)
		n += (size_t)got;
	answer[n] = '\0';
	close(fd);
	ck_assert_msg(strstr(answer, hash) != NULL, "%s", answer);
}
END_TEST

START_TEST(test_a_token_holds_a_form_to_its_samples)
{
	struct file one = sine(200), two = sine(300), f = nothing();
	char first[80];
	struct reply r;

	put_field(&f, "source", "out $ s \"tok\"");
	put_part(&f, "sample[]", "tok.wav", one.bytes, one.n);
	put_text(&f, "--" BOUNDARY "--\r\n");
	r = send_form(&f, HEADERS("Idempotency-Key: form-1"));
	ck_assert_int_eq(r.status, 202);
	snprintf(first, sizeof first, "%s", member(&r, "id"));
	reply_free(&r);
	r = send_form(&f, HEADERS("Idempotency-Key: form-1"));
	ck_assert_str_eq(member(&r, "id"), first);
	reply_free(&r);
	f = nothing();
	put_field(&f, "source", "out $ s \"tok\"");
	put_part(&f, "sample[]", "tok.wav", two.bytes, two.n);
	put_text(&f, "--" BOUNDARY "--\r\n");
	r = send_form(&f, HEADERS("Idempotency-Key: form-1"));
	ck_assert_int_eq(r.status, 422);
	reply_free(&r);
	json_decref(service_wait_job(&server, first));
}
END_TEST

/* --- What stays ------------------------------------------------------------------------------------------- */

START_TEST(test_samples_outlive_a_restart)
{
	struct file f = sine(440);
	struct service s = server;
	char path[1100];
	FILE *stray;

	ck_assert_int_eq(put_status("/samples/stay/a", &f, NULL), 201);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	snprintf(path, sizeof path, "%s/samples/%s.audio", s.data_dir, hex_digest("x", 1));
	stray = fopen(path, "w");
	ck_assert_ptr_nonnull(stray);
	fclose(stray);
	service_start(&server, s.data_dir, HEADERS("--threads", "2", "--max-sample", "1000000"));
	ck_assert_int_eq(call_status(&server, "GET", "/samples/stay/a", NULL, NULL), 200);
	ck_assert_uint_eq(count_files(), 2);
	render("out $ s \"stay\"");
}
END_TEST

START_TEST(test_a_kill_keeps_what_was_accepted_and_nothing_else)
{
	static const char head[] = "PUT /samples/half/a HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nRIFF";
	struct file f = nothing(), low = sine(200);
	struct service s = server;
	char id[80];
	struct reply r;
	json_t *job;
	int fd;

	ck_assert_int_eq(call_status(&server, "POST", "/queue/pause", "", NULL), 200);
	put_field(&f, "source", "out $ s \"mine\"");
	put_field(&f, "cycles", "1");
	put_part(&f, "sample[]", "mine.wav", low.bytes, low.n);
	put_text(&f, "--" BOUNDARY "--\r\n");
	r = send_form(&f, NULL);
	ck_assert_int_eq(r.status, 202);
	snprintf(id, sizeof id, "%s", member(&r, "id"));
	reply_free(&r);
	fd = service_connect(&server);
	ck_assert_int_eq(send(fd, head, strlen(head), 0), (ssize_t)strlen(head));
	for (int i = 0; i < 500 && count_files_in("tmp") == 0; i++)
		usleep(10000);
	ck_assert_uint_eq(count_files_in("tmp"), 1);
	ck_assert_int_eq(service_stop(&server, SIGKILL), 128 + SIGKILL);
	close(fd);
	service_start(&server, s.data_dir, HEADERS("--threads", "2"));
	ck_assert_uint_eq(count_files_in("tmp"), 0);
	ck_assert_uint_eq(count_files(), 2);
	ck_assert_int_eq(call_status(&server, "POST", "/queue/resume", "", NULL), 200);
	job = service_wait_job(&server, id);
	ck_assert_str_eq(json_string_value(json_object_get(job, "state")), "succeeded");
	ck_assert_uint_eq(json_array_size(json_object_get(job, "warnings")), 0);
	json_decref(job);
	/* Its sample goes at the next start. */
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	service_start(&server, s.data_dir, HEADERS("--threads", "2"));
	ck_assert_uint_eq(count_files(), 0);
}
END_TEST

START_TEST(test_samples_belong_to_a_key_and_count_for_it)
{
	struct file f = sine(440), other = sine(441);
	const char *one = keys_create(server.data_dir, HEADERS("--max-bytes", "8000"));
	const char *two = keys_create(server.data_dir, NULL);
	struct reply r;
	json_t *j;

	ck_assert_int_eq(put_status("/samples/key/a", &f, NULL), 401);
	ck_assert_int_eq(put_status("/samples/key/a", &f, HEADERS(one)), 201);
	ck_assert_int_eq(call_status(&server, "GET", "/samples/key/a", NULL, HEADERS(two)), 404);
	r = service_call(&server, "GET", "/usage", NULL, HEADERS(one));
	j = reply_json(&r);
	/* The file, and 800 floats behind a head of 32 bytes. */
	ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(j, "usage"), "bytes")), 1644 + 3232);
	json_decref(j);
	reply_free(&r);
	r = put("/samples/key/b", &other, HEADERS(one));
	ck_assert_int_eq(r.status, 429);
	ck_assert_str_eq(member(&r, "code"), "quota_exceeded");
	reply_free(&r);
	ck_assert_int_eq(put_status("/samples/key/b", &other, HEADERS(two)), 201);
	ck_assert_int_eq(call_status(&server, "DELETE", "/samples/key/a", NULL, HEADERS(one)), 204);
	r = service_call(&server, "GET", "/usage", NULL, HEADERS(one));
	ck_assert_ptr_nonnull(strstr(r.body, "\"bytes\":0"));
	reply_free(&r);
}
END_TEST

/* The last two leave the server as others would not like it. */
int main(void)
{
	Suite *s = suite_create("samples api");
	TCase *resource = tcase_create("resource"), *last = tcase_create("last");

	tcase_set_timeout(resource, 60);
	tcase_add_unchecked_fixture(resource, start, stop);
	tcase_add_test(resource, test_a_sample_is_given_back_as_it_was_put);
	tcase_add_test(resource, test_other_formats_are_taken_and_say_what_they_are);
	tcase_add_test(resource, test_samples_are_listed_in_pages_with_what_is_installed);
	tcase_add_test(resource, test_conditions_guard_a_sample);
	tcase_add_test(resource, test_a_digest_that_the_client_sends_is_checked);
	tcase_add_loop_test(resource, test_names_are_held_to_what_a_program_can_write, 0,
			    sizeof names / sizeof names[0]);
	tcase_add_test(resource, test_what_is_not_wanted_is_refused_before_it_is_read);
	tcase_add_loop_test(resource, test_a_hostile_file_is_refused_with_what_was_found, 0,
			    sizeof hostile / sizeof hostile[0]);
	tcase_add_test(resource, test_a_program_plays_what_was_uploaded);
	tcase_add_test(resource, test_a_job_that_waits_keeps_the_sample_that_it_was_submitted_with);
	tcase_add_test(resource, test_a_form_is_the_same_submission_as_json_and_raw_source);
	tcase_add_test(resource, test_samples_of_a_form_are_played_by_its_job_and_kept_no_longer);
	tcase_add_test(resource, test_a_form_that_is_wrong_says_what);
	tcase_add_test(resource, test_a_form_may_come_in_any_pieces);
	tcase_add_test(resource, test_a_token_holds_a_form_to_its_samples);
	suite_add_tcase(s, resource);
	tcase_set_timeout(last, 60);
	tcase_add_checked_fixture(last, start, stop);
	tcase_add_test(last, test_samples_outlive_a_restart);
	tcase_add_test(last, test_a_kill_keeps_what_was_accepted_and_nothing_else);
	tcase_add_test(last, test_samples_belong_to_a_key_and_count_for_it);
	suite_add_tcase(s, last);
	return test_run(s);
}
