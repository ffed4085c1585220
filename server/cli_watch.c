/* phonond watch: renders a program, and again whenever it is saved. The main thread waits, for the folder and for the render;
 * the render runs in a thread of its own. A save while it runs cancels it, and the new text is rendered.
 *
 * The folder is watched, not the file: many editors write a new file and rename it over the old one, whose watch would stay
 * with what nobody sees any more. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/progress.h"
#include "server/remote.h"
#include "server/render_report.h"

enum { SETTLE_MS = 30 }; /* an editor may write more than once */

struct watch {
	const struct render_args *args;
	struct render_engine *engine; /* NULL: at a server */
	struct render_item item;
	const char *name; /* of the program in its folder */
	int folder_fd;    /* inotify */
	int done_fd;      /* eventfd: the thread has ended */
	int signal_fd;    /* SIGINT, SIGTERM */
	pthread_t thread;
	bool is_running;
};

static void print_help(void)
{
	puts("Usage: phonond watch [OPTION]... SRC [OUT]\n"
	     "Renders the program SRC to OUT (default: SRC with the ending of the format), and\n"
	     "again each time SRC is saved, until Ctrl-C. A save during a render begins it\n"
	     "anew. OUT is replaced only by a whole file, so a player may keep looping it.\n"
	     "\n"
	     "      --server=URL  --key=KEY   render at a server\n"
	     "      --json                    a JSON line for each render\n"
	     "  -q, --quiet                   only errors\n"
	     "  -h, --help\n"
	     "\n"
	     "All other options are those of 'phonond render', but for --out-dir and --jobs.\n"
	     "\n"
	     "Exit status: 0 after Ctrl-C, 64 wrong usage, 66 there is no SRC.");
}

/* --- One render --- */

static const struct job_control *control_of(const void *ctx, size_t i)
{
	const struct render_item *item = ctx;

	(void)i;
	return &item->control;
}

static void report(const struct watch *w)
{
	if (w->item.err.code == ERR_CANCELED)
		return; /* by a save, of which the next one tells */
	if (!w->args->is_json)
		render_report_text(&w->item, w->args);
	else
		(void)!render_report_json(&w->item, w->args);
}

static void *render(void *arg)
{
	struct watch *w = arg;
	struct progress_files files = { 1, control_of, &w->item, w->args->spec.sample_rate_hz };
	struct progress *progress = w->args->is_quiet ? NULL : progress_start(&files);
	const uint64_t one = 1;

	render_item_run(&w->item, w->args, w->engine);
	progress_stop(progress);
	report(w);
	(void)!write(w->done_fd, &one, sizeof one);
	return NULL;
}

static void begin_render(struct watch *w)
{
	atomic_store_explicit(&w->item.control.cancel, false, memory_order_relaxed);
	w->is_running = pthread_create(&w->thread, NULL, render, w) == 0;
	if (!w->is_running)
		fputs("phonond: there is no thread to be had\n", stderr);
}

static void end_render(struct watch *w)
{
	uint64_t n;

	if (!w->is_running)
		return;
	pthread_join(w->thread, NULL);
	(void)!read(w->done_fd, &n, sizeof n);
	w->is_running = false;
}

static void cancel_render(struct watch *w)
{
	atomic_store_explicit(&w->item.control.cancel, true, memory_order_relaxed);
	end_render(w);
}

/* --- What happens --- */

/* Takes what inotify has to tell: was it about the program? After an overflow it may have been. */
static bool was_saved(const struct watch *w)
{
	char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	bool is_ours = false;
	ssize_t n;

	while ((n = read(w->folder_fd, buffer, sizeof buffer)) > 0)
		for (const char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;
			is_ours |= event->mask & IN_Q_OVERFLOW || (event->len && strcmp(event->name, w->name) == 0);
			at += sizeof *event + event->len;
		}
	return is_ours;
}

/* The program as it is when its folder has been quiet for a moment. */
static void settle(const struct watch *w)
{
	struct pollfd folder = { .fd = w->folder_fd, .events = POLLIN };

	while (poll(&folder, 1, SETTLE_MS) > 0)
		(void)was_saved(w);
}

static void watch_until_signal(struct watch *w)
{
	enum { FOLDER, DONE, SIGNAL, N };

	begin_render(w);
	for (;;) {
		struct pollfd fds[N] = { { .fd = w->folder_fd, .events = POLLIN },
					 { .fd = w->done_fd, .events = POLLIN },
					 { .fd = w->signal_fd, .events = POLLIN } };
		if (poll(fds, N, -1) < 0 && errno != EINTR)
			break;
		if (fds[SIGNAL].revents)
			break;
		if (fds[DONE].revents)
			end_render(w);
		if (fds[FOLDER].revents && was_saved(w)) {
			cancel_render(w);
			settle(w);
			begin_render(w);
		}
	}
	cancel_render(w);
}

/* --- Start and end --- */

/* The folder of a path: malloc'd. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return strdup(".");
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

static int watch_folder(struct watch *w, const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = folder_of(path);
	int rc;

	w->name = slash ? slash + 1 : path;
	if (!folder)
		return error_set(err, ERR_NO_MEMORY, "no memory for a path");
	w->folder_fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	rc = w->folder_fd < 0 ? -1 : inotify_add_watch(w->folder_fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR);
	if (rc < 0) {
		error_set_errno(err, errno, "cannot watch '%s'", folder);
		err->code = errno == ENOENT || errno == ENOTDIR ? ERR_NOT_FOUND : err->code;
	}
	free(folder);
	return rc < 0 ? -1 : 0;
}

/* Signals are taken by poll(); threads started later do not see them. */
static int open_wakers(struct watch *w, struct error *err)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	w->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
	w->done_fd = eventfd(0, EFD_CLOEXEC);
	return w->signal_fd < 0 || w->done_fd < 0 ? error_set_errno(err, errno, "cannot wait for signals") : 0;
}

static void close_all(struct watch *w)
{
	int fds[] = { w->folder_fd, w->done_fd, w->signal_fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	if (w->engine)
		render_engine_free(w->engine);
	if (w->args->server_url)
		remote_fini();
	render_item_fini(&w->item);
}

static int start(struct watch *w, struct error *err)
{
	const char *path = w->item.in;

	if (access(path, R_OK) < 0) {
		error_set_errno(err, errno, "cannot read '%s'", path);
		err->code = ERR_NOT_FOUND;
		return -1;
	}
	if (watch_folder(w, path, err) < 0 || open_wakers(w, err) < 0)
		return -1;
	cli_ignore_write_signals();
	if (w->args->server_url)
		return 0;
	w->engine = render_engine_new(&w->args->config, err);
	return w->engine ? 0 : -1;
}

/* "songs/a.ph" gives "songs/a.wav": malloc'd. */
static char *default_output(const char *in, const struct render_args *a)
{
	const char *slash = strrchr(in, '/'), *dot = strrchr(slash ? slash : in, '.');
	size_t n = dot && dot > (slash ? slash + 1 : in) ? (size_t)(dot - in) : strlen(in);
	char *out;

	return asprintf(&out, "%.*s.%s", (int)n, in, audio_format_extension(a->spec.format)) < 0 ? NULL : out;
}

static int watch(const struct render_args *a)
{
	struct watch w = { .args = a, .folder_fd = -1, .done_fd = -1, .signal_fd = -1 };
	const char *in = a->operands[0];
	char *out = a->n_operands == 2 ? strdup(a->operands[1]) : default_output(in, a);
	struct error err = ERROR_INIT;
	int status = EX_OK;

	if (a->server_url && remote_init(&err)) {
		free(out);
		return cli_fail(&err);
	}
	if (!out || render_item_init(&w.item, in, out, a->stems_dir) < 0)
		error_set(&err, ERR_NO_MEMORY, "no memory for a path");
	else if (start(&w, &err) == 0)
		watch_until_signal(&w);
	if (err.code != ERR_NONE)
		status = cli_fail(&err);
	free(out);
	close_all(&w);
	return status;
}

int cli_watch(int argc, char **argv)
{
	struct render_args a;
	int status = render_args_parse(&a, argc, argv, print_help);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	if (a.out_dir || a.n_jobs)
		return cli_usage_error("watch", "--out-dir and --jobs are not for one program");
	if (a.n_operands < 1 || a.n_operands > 2)
		return cli_usage_error("watch", "expected SRC and perhaps OUT, found %d of them", a.n_operands);
	for (int i = 0; i < a.n_operands; i++)
		if (strcmp(a.operands[i], "-") == 0)
			return cli_usage_error("watch", "standard input and output cannot be watched");
	if (a.n_operands == 2 && strcmp(a.operands[0], a.operands[1]) == 0)
		return cli_usage_error("watch", "SRC and OUT are the same file");
	status = render_args_settle(&a, a.n_operands == 2 ? a.operands[1] : NULL);
	return status == EX_OK ? watch(&a) : status;
}
