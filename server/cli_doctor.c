/* phonond doctor: looks at what a server would meet here, and says what to do about it. */
#include "config.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cpu.h"
#include "server/cli.h"
#include "server/sandbox.h"

enum { FILES_WANTED = 8704, GIB = 1 << 30 };

static void print_help(void)
{
	puts("Usage: phonond doctor [OPTION]...\n"
	     "Looks at this machine and the data folder, also while a server runs.\n"
	     "\n"
	     "      --data=DIR      default ./data; made when missing\n"
	     "      --samples=DIR   folder of samples\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 when a server can run here, 69 when it cannot.");
}

enum verdict { GOOD, WARNING, BAD };

static enum verdict say(enum verdict v, const char *what, const char *fmt, ...) PRINTF_LIKE(3, 4);

static enum verdict say(enum verdict v, const char *what, const char *fmt, ...)
{
	static const char *const marks[] = { "ok  ", "warn", "FAIL" };
	va_list ap;

	printf("%s  %-10s ", marks[v], what);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	return v;
}

/* A number from a small file; -1 when there is none. */
static long read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

static enum verdict check_machine(void)
{
	struct rlimit files;

	say(GOOD, "version", "%s, engine %d", PACKAGE_VERSION, RENDER_ENGINE_VERSION);
	say(GOOD, "cores", "%u may be used", cpu_allowed_count());
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max < FILES_WANTED)
		return say(WARNING, "files",
			   "at most %llu may be open; 4096 connections want %d (LimitNOFILE= or --ulimit nofile)",
			   (unsigned long long)files.rlim_max, FILES_WANTED);
	return say(GOOD, "files", "enough may be open");
}

static enum verdict check_space(const char *dir)
{
	struct statvfs fs;
	double free_gib;

	if (statvfs(dir, &fs) < 0)
		return say(BAD, "space", "%s cannot be looked at", dir);
	free_gib = (double)fs.f_bavail * (double)fs.f_frsize / GIB;
	return say(free_gib < 1 ? WARNING : GOOD, "space", "%.1f GiB are free", free_gib);
}

static enum verdict check_io(const struct storage *s)
{
	long disabled = read_number("/proc/sys/kernel/io_uring_disabled");

	if (strcmp(storage_io_name(s), "io_uring") == 0)
		return say(GOOD, "io", "audio files are written with io_uring");
	return say(WARNING, "io",
		   "io_uring does not work here (kernel.io_uring_disabled is %ld; containers forbid it too); files are "
		   "written with pwrite, to the same bytes",
		   disabled);
}

static void count_rows(struct storage *s)
{
	uint64_t n_keys = 0, counts[JOB_STATE_COUNT] = { 0 }, n_jobs = 0;

	if (storage_key_count(s, &n_keys, NULL) < 0 || storage_job_counts(s, counts, NULL) < 0)
		return;
	for (int i = 0; i < JOB_STATE_COUNT; i++)
		n_jobs += counts[i];
	say(GOOD, "database", "sound; %llu jobs, %llu keys", (unsigned long long)n_jobs, (unsigned long long)n_keys);
	if (n_keys == 0)
		say(GOOD, "access", "no keys: only this machine can use the service ('phonond keys create')");
}

static enum verdict check_data(const char *dir)
{
	struct storage_config config = { .data_dir = dir, .io = IO_AUTO };
	struct error err = ERROR_INIT;
	struct storage *s = storage_open(&config, &err);
	struct stat st;
	enum verdict v;

	if (s) {
		say(GOOD, "data", "%s can be used", dir);
		v = check_io(s);
	} else if (err.code == ERR_BUSY) {
		config.is_guest = true;
		v = say(GOOD, "data", "a server runs on %s", dir);
		s = storage_open(&config, &err);
	}
	if (!s) {
		bool is_there = stat(dir, &st) == 0;
		say(BAD, "data", "%s", err.message);
		if (is_there && access(dir, W_OK) < 0)
			say(BAD, "data", "%s belongs to user %u, this is user %u: chown -R %u %s", dir, st.st_uid,
			    geteuid(), geteuid(), dir);
		return BAD;
	}
	count_rows(s);
	storage_close(s);
	return check_space(dir) > v ? WARNING : v;
}

/* In a process of its own, which it leaves nothing to. */
static enum verdict check_sandbox(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(sandbox_enter(NULL) == 0 ? EX_OK : EX_UNAVAILABLE);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == EX_OK)
		return say(GOOD, "uploads", "uploaded samples are decoded in a sandbox");
	return say(WARNING, "uploads", "the kernel takes no seccomp filter, so uploaded samples will be refused");
}

static enum verdict check_samples(const char *dir)
{
	if (!dir)
		return say(GOOD, "samples", "the built-in kit only");
	return access(dir, R_OK | X_OK) == 0 ? say(GOOD, "samples", "%s can be read", dir)
					     : say(BAD, "samples", "%s cannot be read", dir);
}

int cli_doctor(int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'D' },
		{ "samples", required_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *data_dir = "data", *samples_dir = NULL;
	enum verdict worst;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'D':
			data_dir = optarg;
			break;
		case 'S':
			samples_dir = optarg;
			break;
		case 'h':
			print_help();
			return EX_OK;
		default:
			return EX_USAGE;
		}
	if (optind != argc)
		return cli_usage_error("doctor", "no argument expected, found '%s'", argv[optind]);
	check_machine();
	check_sandbox();
	worst = check_data(data_dir);
	if (check_samples(samples_dir) == BAD)
		worst = BAD;
	return worst == BAD ? EX_UNAVAILABLE : EX_OK;
}
