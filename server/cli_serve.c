/* phonond serve: configuration, signals, and the life of the service from start to drain. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/cli.h"
#include "server/server.h"
#include "server/settings.h"
#include "server/systemd.h"

static void print_help(bool is_all)
{
	puts("Usage: phonond serve [OPTION]...\n"
	     "Runs the HTTP render service. SIGTERM drains it, a second one stops it at once;\n"
	     "SIGHUP reads again what is marked *. Every option --max-body is also the\n"
	     "variable PHONON_MAX_BODY and the key max_body of the file.\n");
	settings_print_help(stdout, is_all);
	puts("\n"
	     "Exit status: 0 after a drain, 64 wrong usage, 65, 74 or 75 the data folder\n"
	     "cannot be used, 78 wrong file or variable, or a database of a newer version.");
}

/* Blocks the signals that main waits for, so that no thread started later receives them. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is a write error */
}

/* A configuration that cannot be read changes nothing. */
static void reload(struct server *server, int argc, char **argv)
{
	struct settings_request request;
	struct error err = ERROR_INIT;
	struct settings s;
	bool is_usage;

	if (settings_read(&s, argc, argv, &request, &is_usage, &err) < 0) {
		log_event(LOG_ERROR, "the configuration was not reloaded", "error", err.message, NULL);
		return;
	}
	server_reload(server, &s.config);
	settings_fini(&s);
	log_event(LOG_INFO, "the configuration was reloaded", NULL);
}

/* Until SIGTERM or SIGINT, which it returns. */
static int wait_for_end(struct server *server, const sigset_t *set, int argc, char **argv)
{
	int64_t watchdog_ms = systemd_watchdog_ms();
	struct timespec pause = { .tv_sec = watchdog_ms / 1000, .tv_nsec = watchdog_ms % 1000 * 1000000 };
	int signo;

	for (;;) {
		signo = watchdog_ms ? sigtimedwait(set, NULL, &pause) : sigwaitinfo(set, NULL);
		if (signo == SIGHUP) {
			reload(server, argc, argv);
		} else if (signo > 0) {
			return signo;
		} else if (watchdog_ms) {
			server_probe(server);
			systemd_notify("WATCHDOG=1");
		}
	}
}

static int serve(struct settings *s, int argc, char **argv)
{
	const char *listen = s->config.listen;
	struct error err = ERROR_INIT;
	struct server *server;
	sigset_t set;
	int signo;

	block_signals(&set);
	s->config.listen_fd = systemd_take_socket(&err);
	if (s->config.listen_fd < -1)
		return cli_fail(&err);
	server = server_start(&s->config, &err);
	if (!server)
		return cli_fail(&err);
	printf("phonond: listening on http%s://%s%s%s:%u\n", s->config.tls_cert ? "s" : "",
	       strchr(listen, ':') ? "[" : "", listen, strchr(listen, ':') ? "]" : "", server_port(server));
	fflush(stdout);
	systemd_notify("READY=1\nSTATUS=Serving");
	signo = wait_for_end(server, &set, argc, argv);
	systemd_notify("STOPPING=1\nSTATUS=Draining");
	log_event(LOG_INFO, "draining", "signal", signo == SIGTERM ? "SIGTERM" : "SIGINT", NULL);
	/* From here a second signal ends the process: what is on disk is whole at every moment. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGHUP, SIG_IGN);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	server_drain_and_stop(server);
	log_event(LOG_INFO, "stopped", NULL);
	return EX_OK;
}

/* The message of settings_read(), unless getopt has printed one. */
static int fail_config(bool is_usage, const struct error *err)
{
	if (!is_usage) {
		fprintf(stderr, "phonond: %s\n", err->message);
		return EX_CONFIG;
	}
	return err->message[0] ? cli_usage_error("serve", "%s", err->message) : EX_USAGE;
}

int cli_serve(int argc, char **argv)
{
	struct settings_request request;
	struct error err = ERROR_INIT;
	struct settings s;
	bool is_usage;
	int status = EX_OK;

	if (settings_read(&s, argc, argv, &request, &is_usage, &err) < 0)
		return fail_config(is_usage, &err);
	if (request.is_help)
		print_help(request.is_help_all);
	else if (request.is_print)
		settings_print(&s, stdout);
	else
		status = serve(&s, argc, argv);
	settings_fini(&s);
	return status;
}
