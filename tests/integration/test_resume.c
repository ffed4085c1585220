/* Promise 1 through a crash: a long render whose server is killed goes on from its last checkpoint in the next one, and its
 * file has the bytes that the command line makes of the program. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "tests/integration/service.h"
#include "tests/lib/test.h"

enum { POLL_MS = 5, POLLS_MAX = 60000 / POLL_MS };

static struct service server;
static char data_dir[512];
static char options[128]; /* of the render */
static char oracle[SHA256_HEX_SIZE];

/* A second or two of work. */
static const char *duration(void)
{
	return test_is_sanitized() ? "15" : "50";
}

static void start_server(void)
{
	service_start(&server, data_dir[0] ? data_dir : NULL,
		      HEADERS("--threads", "2", "--jobs", "1", "--checkpoint-interval-ms", "50", "--checkpoint-cost",
			      "100", "--drain-timeout-ms", "0"));
	snprintf(data_dir, sizeof data_dir, "%s", server.data_dir);
}

static void render_oracle(void)
{
	const char *dir = test_temp_dir();
	char source[600], file[600], *bytes;
	const char *argv[] = { getenv("PHONOND") ? getenv("PHONOND") : "./phonond",
			       "render",
			       source,
			       file,
			       "--duration",
			       duration(),
			       "--limiter=-1",
			       "--seed",
			       "7",
			       "--quiet",
			       NULL };
	size_t len;
	FILE *f;

	snprintf(source, sizeof source, "%s/oracle.ph", dir);
	snprintf(file, sizeof file, "%s/oracle.flac", dir);
	f = fopen(source, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(slow_program, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(run_command(argv), 0);
	bytes = test_read_file(file, &len);
	snprintf(oracle, sizeof oracle, "%s", hex_digest(bytes, len));
	free(bytes);
}

static void start(void)
{
	data_dir[0] = '\0';
	snprintf(options, sizeof options, "duration=%s&format=flac&limiter=-1&seed=7", duration());
	start_server();
}

static void stop(void)
{
	service_stop(&server, SIGKILL);
}

static json_t *get_job(const char *id)
{
	char path[128];
	struct reply r;
	json_t *job;

	snprintf(path, sizeof path, "/jobs/%s", id);
	r = service_get(&server, path);
	ck_assert_int_eq(r.status, 200);
	job = reply_json(&r);
	reply_free(&r);
	return job;
}

/* Files in data/checkpoints with that ending; the name of the last one. */
static unsigned count_checkpoints(const char *ending, char *name, size_t size)
{
	char path[600];
	unsigned n = 0;
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof path, "%s/checkpoints", data_dir);
	d = opendir(path);
	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' && strstr(e->d_name, ending)) {
			n++;
			snprintf(name, size, "%s/%s", path, e->d_name);
		}
	closedir(d);
	return n;
}

/* Until there is a checkpoint and half of the job is done; the job must still be running then. */
static void wait_for_the_middle(const char *id)
{
	char name[1024];

	for (int i = 0; i < POLLS_MAX; i++) {
		json_t *job = get_job(id), *progress = json_object_get(job, "progress");
		const char *state = json_string_value(json_object_get(job, "state"));
		double percent = json_number_value(json_object_get(progress, "percent"));
		ck_assert_msg(strcmp(state, "queued") == 0 || strcmp(state, "running") == 0, "the job is %s", state);
		json_decref(job);
		if (percent > 50 && count_checkpoints(".state", name, sizeof name) == 1)
			return;
		usleep(POLL_MS * 1000);
	}
	ck_abort_msg("no checkpoint was kept");
}

/* Waits for the end. Returns the frame that the job was resumed from. */
static json_int_t check_end(const char *id)
{
	char name[1024];
	json_t *job = service_wait_job(&server, id);
	json_int_t from = json_integer_value(json_object_get(job, "resumed_from_frame"));

	ck_assert_str_eq(json_string_value(json_object_get(job, "state")), "succeeded");
	ck_assert_str_eq(json_string_value(json_object_get(json_object_get(job, "result"), "sha256")), oracle);
	ck_assert_uint_eq(count_checkpoints("", name, sizeof name), 0);
	json_decref(job);
	return from;
}

START_TEST(test_a_killed_render_goes_on_from_its_checkpoint)
{
	char id[64];

	snprintf(id, sizeof id, "%s", service_submit(&server, slow_program, options));
	wait_for_the_middle(id);
	ck_assert_int_eq(service_stop(&server, SIGKILL), 128 + SIGKILL);
	start_server();
	ck_assert_int_gt(check_end(id), 0);
}
END_TEST

/* The drain's checkpoint is one of its own: the render stops where the signal meets it. */
START_TEST(test_a_drained_render_goes_on_from_its_checkpoint)
{
	json_int_t from;
	double rendered_before;
	char id[64];
	json_t *job;

	snprintf(id, sizeof id, "%s", service_submit(&server, slow_program, options));
	wait_for_the_middle(id);
	job = get_job(id);
	rendered_before = json_number_value(json_object_get(json_object_get(job, "progress"), "frames_done"));
	json_decref(job);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	start_server();
	from = check_end(id);
	ck_assert_msg((double)from >= rendered_before, "stopped behind frame %.0f, goes on from %lld", rendered_before,
		      (long long)from);
}
END_TEST

START_TEST(test_a_damaged_checkpoint_costs_only_time)
{
	char id[64], name[1024], byte;
	int fd;

	snprintf(id, sizeof id, "%s", service_submit(&server, slow_program, options));
	wait_for_the_middle(id);
	ck_assert_int_eq(service_stop(&server, SIGKILL), 128 + SIGKILL);
	ck_assert_uint_eq(count_checkpoints(".state", name, sizeof name), 1);
	fd = open(name, O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pread(fd, &byte, 1, 1000), 1);
	byte ^= 64;
	ck_assert_int_eq(pwrite(fd, &byte, 1, 1000), 1);
	close(fd);
	start_server();
	ck_assert_int_eq(check_end(id), 0);
}
END_TEST

static Suite *resume_suite(void)
{
	Suite *s = suite_create("resume");
	TCase *t = tcase_create("resume");

	tcase_set_timeout(t, 300);
	tcase_add_unchecked_fixture(t, render_oracle, NULL);
	tcase_add_checked_fixture(t, start, stop);
	tcase_add_test(t, test_a_killed_render_goes_on_from_its_checkpoint);
	tcase_add_test(t, test_a_drained_render_goes_on_from_its_checkpoint);
	tcase_add_test(t, test_a_damaged_checkpoint_costs_only_time);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(resume_suite());
}
