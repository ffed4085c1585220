/* Promises 2 and 3 under kill -9: nothing accepted is lost, and what succeeded has its whole file.
 *
 * A few clients submit programs all the time. The server is killed at a random moment and started again, many times. A
 * client notes the id of every submission that was answered with 2xx; one whose answer did not come proves nothing. At
 * the end every noted job must be there and end; a file must have the bytes that the command line makes of the program;
 * nothing half-written may be left, and the database must be whole. A job that was being rendered at every one of
 * its attempts when the server was killed ends as failed, "crashed", as documented; nearly all must succeed.
 *
 * The seed is the number of the round, so that every round has something to render.
 *
 * PHONOND_KILL_ROUNDS sets the number of rounds. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hash.h"
#include "tests/integration/service.h"
#include "tests/lib/test.h"

enum {
	N_CLIENTS = 3,
	N_PROGRAMS = 12,
	IDS_MAX = 100000,
	ROUNDS_DEFAULT = 20,
	ROUNDS_MAX = 1000,
	RUN_MS_MIN = 200,
	RUN_MS_MAX = 1000
};

static struct service server;
static atomic_bool is_over;
static _Atomic unsigned port; /* of the server that runs now */

static _Atomic unsigned current_round;

/* Accepted jobs, and what each was asked to render. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards accepted, n_accepted */
static struct {
	char id[64];
	unsigned program, round;
} accepted[IDS_MAX];
static size_t n_accepted;

/* What `phonond render` makes of a program in a round; made when first needed. */
static char oracle[ROUNDS_MAX + 1][N_PROGRAMS][SHA256_HEX_SIZE];
static const char *oracle_dir;

static void print_program(unsigned i, char *out, size_t size)
{
	snprintf(out, size, "o1 $ s \"bd(3,8), hh*%u\" # gain 0.8\no2 $ saw \"%u %u\" # lpf %u # delay 0.2 0.4 0.3\n",
		 2 + i % 4, 55 + 10 * i, 82 + 5 * i, 400 + 100 * i);
}

static const char *find_oracle(unsigned i, unsigned round)
{
	char source[600], file[600], program[512], seed[16], *bytes;
	const char *argv[] = { getenv("PHONOND") ? getenv("PHONOND") : "./phonond",
			       "render",
			       source,
			       file,
			       "--cycles",
			       "4",
			       "--seed",
			       seed,
			       "--quiet",
			       NULL };
	FILE *f;
	size_t len;

	if (oracle[round][i][0])
		return oracle[round][i];
	snprintf(seed, sizeof seed, "%u", round);
	snprintf(source, sizeof source, "%s/oracle.ph", oracle_dir);
	snprintf(file, sizeof file, "%s/oracle.wav", oracle_dir);
	print_program(i, program, sizeof program);
	f = fopen(source, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(program, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(run_command(argv), 0);
	bytes = test_read_file(file, &len);
	strcpy(oracle[round][i], hex_digest(bytes, len));
	free(bytes);
	return oracle[round][i];
}

static void note(const struct reply *r, unsigned program, unsigned round)
{
	json_t *job = r->body ? json_loadb(r->body, r->body_len, 0, NULL) : NULL;
	const char *id = json_string_value(json_object_get(job, "id"));

	pthread_mutex_lock(&lock);
	if (id && n_accepted < IDS_MAX) {
		snprintf(accepted[n_accepted].id, sizeof accepted[0].id, "%s", id);
		accepted[n_accepted].round = round;
		accepted[n_accepted++].program = program;
	}
	pthread_mutex_unlock(&lock);
	json_decref(job);
}

/* Submits until the end; a port that nobody answers on, or an answer cut off, is part of the test. */
static void *client(void *ctx)
{
	unsigned i = (unsigned)(uintptr_t)ctx;
	char program[512], path[256];

	while (!atomic_load(&is_over)) {
		struct service to = { .port = atomic_load(&port) };
		unsigned round = atomic_load(&current_round);
		struct reply r;
		print_program(i % N_PROGRAMS, program, sizeof program);
		snprintf(path, sizeof path, "/render?cycles=4&seed=%u", round);
		r = service_post(&to, path, program);
		if (r.status >= 200 && r.status < 300)
			note(&r, i % N_PROGRAMS, round);
		reply_free(&r);
		i += N_CLIENTS;
		usleep(50000);
	}
	return NULL;
}

static void rounds(unsigned n)
{
	char data_dir[512];
	uint64_t random = (uint64_t)time(NULL);

	snprintf(data_dir, sizeof data_dir, "%s", server.data_dir);
	for (unsigned i = 0; i < n; i++) {
		random = hash64(random);
		usleep((useconds_t)(RUN_MS_MIN + random % (RUN_MS_MAX - RUN_MS_MIN)) * 1000);
		ck_assert_int_eq(service_stop(&server, SIGKILL), 128 + SIGKILL);
		service_start(&server, data_dir, HEADERS("--threads", "2"));
		atomic_store(&port, server.port);
		atomic_store(&current_round, i + 1);
	}
}

/* True when the job succeeded, with the right file. */
static bool check_job(size_t i)
{
	json_t *job = service_wait_job(&server, accepted[i].id);
	const char *state = json_string_value(json_object_get(job, "state"));
	const char *sha = json_string_value(json_object_get(json_object_get(job, "result"), "sha256"));
	const char *error = json_string_value(json_object_get(json_object_get(job, "error"), "code"));
	bool is_whole = state && strcmp(state, "succeeded") == 0;
	char path[128];
	struct reply audio;

	ck_assert_msg(is_whole || (error && strcmp(error, "crashed") == 0), "job %s is %s, %s", accepted[i].id,
		      state ? state : "missing", error ? error : "no error");
	if (is_whole) {
		ck_assert_str_eq(sha, find_oracle(accepted[i].program, accepted[i].round));
		snprintf(path, sizeof path, "/jobs/%.63s/audio", accepted[i].id);
		audio = service_get(&server, path);
		ck_assert_int_eq(audio.status, 200);
		ck_assert_str_eq(hex_digest(audio.body, audio.body_len), sha);
		reply_free(&audio);
	}
	json_decref(job);
	return is_whole;
}

/* Recursive count of files that end in ".part". */
static unsigned count_parts(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	unsigned n = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		char path[1024];
		size_t len = strlen(e->d_name);
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		if (e->d_type == DT_DIR && e->d_name[0] != '.')
			n += count_parts(path);
		else if (len > 5 && strcmp(e->d_name + len - 5, ".part") == 0)
			n++;
	}
	closedir(d);
	return n;
}

static void check_database(const char *dir)
{
	char path[600];
	sqlite3 *db;
	sqlite3_stmt *stmt;

	snprintf(path, sizeof path, "%s/phonond.db", dir);
	ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(stmt), SQLITE_ROW);
	ck_assert_str_eq((const char *)sqlite3_column_text(stmt, 0), "ok");
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

START_TEST(test_no_accepted_job_is_lost_when_the_server_is_killed)
{
	const char *text = getenv("PHONOND_KILL_ROUNDS");
	unsigned long n_rounds = text ? strtoul(text, NULL, 10) : ROUNDS_DEFAULT;
	pthread_t clients[N_CLIENTS];
	size_t n_whole = 0;

	oracle_dir = test_temp_dir();
	service_start(&server, NULL, HEADERS("--threads", "2"));
	atomic_store(&port, server.port);
	for (uintptr_t i = 0; i < N_CLIENTS; i++)
		ck_assert_int_eq(pthread_create(&clients[i], NULL, client, (void *)i), 0);
	rounds(n_rounds > ROUNDS_MAX ? ROUNDS_MAX : (unsigned)n_rounds);
	atomic_store(&is_over, true);
	for (int i = 0; i < N_CLIENTS; i++)
		pthread_join(clients[i], NULL);
	ck_assert_uint_gt(n_accepted, n_rounds);
	for (size_t i = 0; i < n_accepted; i++)
		n_whole += check_job(i);
	ck_assert_uint_ge(n_whole * 10, n_accepted * 9);
	ck_assert_int_eq(service_stop(&server, SIGTERM), 0);
	ck_assert_uint_eq(count_parts(server.data_dir), 0);
	check_database(server.data_dir);
	printf("%zu jobs were accepted, all are there, %zu succeeded\n", n_accepted, n_whole);
}
END_TEST

static Suite *kill_suite(void)
{
	Suite *s = suite_create("kill");
	TCase *t = tcase_create("kill -9");

	tcase_set_timeout(t, 3600);
	tcase_add_test(t, test_no_accepted_job_is_lost_when_the_server_is_killed);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return test_run(kill_suite());
}
