#include "server/sample_decoder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "render/render.h"

enum { TIME_MAX_MS = 15000, LOOK_MS = 50, REPORT_SIZE = 400 };

/* A decoder at work. */
struct child {
	pid_t pid;
	int report_fd; /* what it says on its standard error, until its end */
	char report[REPORT_SIZE];
	size_t n_report;
	bool is_late, is_stopped;
};

static int add_actions(posix_spawn_file_actions_t *actions, int in_fd, int out_fd, int report_fd)
{
	return posix_spawn_file_actions_adddup2(actions, in_fd, STDIN_FILENO) ||
	       posix_spawn_file_actions_adddup2(actions, out_fd, STDOUT_FILENO) ||
	       posix_spawn_file_actions_adddup2(actions, report_fd, STDERR_FILENO);
}

/* Signals as at login: this process blocks and ignores some. */
static int set_signals(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawnattr_setsigmask(attributes, &none) || posix_spawnattr_setsigdefault(attributes, &all) ||
	       posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* The running program again, whatever stands at its path by now, without our environment. */
static int spawn(pid_t *pid, int in_fd, int out_fd, int report_fd)
{
	static char name[] = "phonond", command[] = "decode-sample";
	char *argv[] = { name, command, NULL }, *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int errnum;

	errnum = posix_spawn_file_actions_init(&actions);
	if (errnum)
		return errnum;
	errnum = posix_spawnattr_init(&attributes);
	if (errnum == 0) {
		errnum = add_actions(&actions, in_fd, out_fd, report_fd) || set_signals(&attributes) ? ENOMEM : 0;
		if (errnum == 0)
			errnum = posix_spawn(pid, "/proc/self/exe", &actions, &attributes, argv, environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	return errnum;
}

static int start(struct child *c, const struct sample_upload *u, struct error *err)
{
	int ends[2], errnum;

	*c = (struct child){ .pid = -1 };
	if (pipe2(ends, O_CLOEXEC))
		return error_set_errno(err, errno, "making a pipe");
	errnum = spawn(&c->pid, sample_upload_fd(u), sample_upload_decoded_fd(u), ends[1]);
	close(ends[1]);
	c->report_fd = ends[0];
	if (errnum == 0)
		return 0;
	close(ends[0]);
	return error_set_errno(err, errnum, "starting a decoder");
}

/* False at the end of the report, which is that of the process. */
static bool read_report(struct child *c)
{
	char dropped[REPORT_SIZE];
	bool is_full = c->n_report == sizeof c->report - 1;
	ssize_t n = read(c->report_fd, is_full ? dropped : c->report + c->n_report,
			 is_full ? sizeof dropped : sizeof c->report - 1 - c->n_report);

	if (n > 0 && !is_full)
		c->n_report += (size_t)n;
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Returns the status of the process. */
static int wait_for(struct child *c, const _Atomic bool *stop)
{
	uint64_t until_ns = clock_monotonic_ns() + (uint64_t)TIME_MAX_MS * 1000000;
	struct pollfd p = { .fd = c->report_fd, .events = POLLIN };
	int status;

	do {
		c->is_late = clock_monotonic_ns() > until_ns;
		c->is_stopped = atomic_load_explicit(stop, memory_order_relaxed);
		if (c->is_late || c->is_stopped) {
			kill(c->pid, SIGKILL);
			break;
		}
	} while (poll(&p, 1, LOOK_MS) <= 0 || read_report(c));
	while (waitpid(c->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	close(c->report_fd);
	return status;
}

/* "CODE SENTENCE" of a process that may have been taken over: one of the codes that make sense, and a printable sentence. */
static int take_report(struct child *c, struct error *err)
{
	static const enum error_code codes[] = { ERR_CORRUPT, ERR_TOO_LARGE, ERR_UNSUPPORTED, ERR_NO_MEMORY,
						 ERR_NO_SPACE };
	char *sentence;

	c->report[c->n_report] = '\0';
	for (char *s = c->report; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			*s = '?';
	sentence = strchr(c->report, ' ');
	for (size_t i = 0; sentence && i < sizeof codes / sizeof codes[0]; i++) {
		const char *name = error_code_name(codes[i]);
		if (strncmp(c->report, name, strlen(name)) == 0 && c->report[strlen(name)] == ' ')
			return error_set(err, codes[i], "%.200s", sentence + 1);
	}
	return error_set(err, ERR_CORRUPT, "the file cannot be decoded");
}

static int judge(struct child *c, int status, struct error *err)
{
	if (c->is_stopped)
		return error_set(err, ERR_CANCELED, "the server is shutting down");
	if (c->is_late || (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)))
		return error_set(err, ERR_CORRUPT, "decoding the file takes too long");
	if (WIFSIGNALED(status))
		return error_set(err, ERR_CORRUPT, "the decoder was ended by signal %d on this file", WTERMSIG(status));
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : take_report(c, err);
}

/* What the process wrote is believed as far as it is one whole decoded sample. */
static int fill_facts(struct sample_upload *u, struct error *err)
{
	struct sample_facts *f = sample_upload_facts(u);
	struct render_sample_info info;
	const char *type;
	char head[12];

	if (render_sample_info(sample_upload_decoded_fd(u), &info, err))
		return -1;
	type = pread(sample_upload_fd(u), head, sizeof head, 0) == (ssize_t)sizeof head
		       ? render_sample_media_type(head, sizeof head)
		       : NULL;
	if (!type)
		return error_set(err, ERR_CORRUPT, "expected a WAV, AIFF or FLAC file");
	snprintf(f->type, sizeof f->type, "%s", type);
	f->stored_bytes = f->bytes + info.bytes;
	f->frames = info.frames;
	f->sample_rate_hz = info.sample_rate_hz;
	f->channels = info.channels;
	return 0;
}

int sample_decoder_run(struct sample_upload *u, const _Atomic bool *stop, struct error *err)
{
	struct child c;

	if (start(&c, u, err) || judge(&c, wait_for(&c, stop), err))
		return -1;
	return fill_facts(u, err);
}
