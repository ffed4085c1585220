/* phonond serve: options, signals, and the life of the service from start to drain. */
#include <arpa/inet.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "server/cli.h"
#include "server/server.h"

struct serve_args {
	struct server_config config;
	bool is_auth_waived;
};

static void print_help(void)
{
	puts("Usage: phonond serve [OPTION]...\n"
	     "Runs the HTTP render service. SIGTERM drains it, a second one stops it at once.\n"
	     "\n"
	     "      --listen=ADDRESS          default 127.0.0.1; others than loopback need --no-auth\n"
	     "  -p, --port=N                  default 8080; 0 takes a free one and prints it\n"
	     "      --data=DIR                database and audio files (default ./data)\n"
	     "      --samples=DIR             folder of samples, DIR/NAME/*.wav\n"
	     "      --io=M                    auto (default), uring or pwrite\n"
	     "  -t, --threads=N               render workers (default: one per core allowed)\n"
	     "  -j, --jobs=N                  jobs in progress at once (default: as threads)\n"
	     "      --max-queued=N            jobs waiting before 503 (default 10000)\n"
	     "      --max-body=BYTES          largest request body (default 1048576)\n"
	     "      --max-duration=S          longest render (default 3600)\n"
	     "      --checkpoint-interval-ms=N  of renders that take longer (default 5000; 0: no checkpoints)\n"
	     "      --max-connections=N       (default 4096)\n"
	     "      --max-connections-per-ip=N  (default 64; 0: no limit, behind a proxy)\n"
	     "      --header-timeout-ms=N     wall-clock limit for a request's header (default 10000)\n"
	     "      --body-timeout-ms=N       and for its body (default 60000)\n"
	     "      --idle-timeout-ms=N       between requests (default 75000)\n"
	     "      --drain-timeout-ms=N      for running jobs at SIGTERM (default 25000)\n"
	     "      --log-format=F            auto (default), json or text\n"
	     "      --no-auth                 listen on other addresses than loopback although there are no keys\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 after a drain, 64 wrong usage, 74 or 75 the data folder cannot be used.");
}

static int parse_log_format(const char *text)
{
	static const char *const names[] = {
		[LOG_FORMAT_AUTO] = "auto", [LOG_FORMAT_TEXT] = "text", [LOG_FORMAT_JSON] = "json"
	};
	for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			log_configure(LOG_INFO, (enum log_format)i);
			return 0;
		}
	cli_usage_error("serve", "--log-format takes auto, json or text, found '%s'", text);
	return -1;
}

/* The options that take a whole number: where it goes and its bound. */
enum { OPT_FIRST_NUMBER = 256 };
static const struct number_option {
	const char *name;
	uint64_t max;
	enum { TO_UNSIGNED, TO_SIZE, TO_MS, TO_SECONDS } kind;
	size_t offset;
} number_options[] = {
	{ "port", 65535, TO_UNSIGNED, offsetof(struct server_config, port) },
	{ "threads", RENDER_THREADS_MAX, TO_UNSIGNED, offsetof(struct server_config, n_threads) },
	{ "jobs", 1024, TO_UNSIGNED, offsetof(struct server_config, n_runners) },
	{ "max-queued", 10000000, TO_UNSIGNED, offsetof(struct server_config, max_queued) },
	{ "max-body", 1u << 30, TO_SIZE, offsetof(struct server_config, max_body_bytes) },
	{ "max-duration", 1000000, TO_SECONDS, offsetof(struct server_config, max_duration_s) },
	{ "checkpoint-interval-ms", 86400000, TO_MS, offsetof(struct server_config, checkpoint_interval_ms) },
	{ "max-connections", 1000000, TO_UNSIGNED, offsetof(struct server_config, max_connections) },
	{ "max-connections-per-ip", 1000000, TO_UNSIGNED, offsetof(struct server_config, max_connections_per_ip) },
	{ "header-timeout-ms", 86400000, TO_MS, offsetof(struct server_config, header_timeout_ms) },
	{ "body-timeout-ms", 86400000, TO_MS, offsetof(struct server_config, body_timeout_ms) },
	{ "idle-timeout-ms", 86400000, TO_MS, offsetof(struct server_config, idle_timeout_ms) },
	{ "drain-timeout-ms", 86400000, TO_MS, offsetof(struct server_config, drain_timeout_ms) },
};
enum { N_NUMBER_OPTIONS = sizeof number_options / sizeof number_options[0] };

static int parse_number_option(const struct number_option *o, const char *text, struct server_config *config)
{
	char name[40];
	char *member = (char *)config + o->offset;
	uint64_t n;

	snprintf(name, sizeof name, "--%s", o->name);
	if (cli_parse_whole("serve", name, text, o->max, &n) < 0)
		return -1;
	switch (o->kind) {
	case TO_UNSIGNED:
		*(unsigned *)(void *)member = (unsigned)n;
		break;
	case TO_SIZE:
		*(size_t *)(void *)member = (size_t)n;
		break;
	case TO_MS:
		*(int64_t *)(void *)member = (int64_t)n;
		break;
	case TO_SECONDS:
		*(double *)(void *)member = (double)n;
		break;
	}
	return 0;
}

static int parse_option(int c, const char *text, struct serve_args *a)
{
	switch (c) {
	case 'L':
		a->config.listen = text;
		return 0;
	case 'D':
		a->config.data_dir = text;
		return 0;
	case 'S':
		a->config.samples_dir = text;
		return 0;
	case 'i':
		return cli_parse_io("serve", text, &a->config.io);
	case 'f':
		return parse_log_format(text);
	case 'N':
		a->is_auth_waived = true;
		return 0;
	default:
		return parse_number_option(&number_options[c - OPT_FIRST_NUMBER], text, &a->config);
	}
}

static bool is_loopback(const char *address)
{
	struct in_addr v4;
	struct in6_addr v6;

	if (strcmp(address, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, address, &v4) == 1)
		return (ntohl(v4.s_addr) >> 24) == 127;
	return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* The long options: fixed ones, the numbers of the table, the end. */
static void list_options(struct option *options)
{
	static const struct option fixed[] = {
		{ "listen", required_argument, NULL, 'L' },
		{ "data", required_argument, NULL, 'D' },
		{ "samples", required_argument, NULL, 'S' },
		{ "io", required_argument, NULL, 'i' },
		{ "log-format", required_argument, NULL, 'f' },
		{ "no-auth", no_argument, NULL, 'N' },
		{ "help", no_argument, NULL, 'h' },
	};
	size_t n = sizeof fixed / sizeof fixed[0];

	memcpy(options, fixed, sizeof fixed);
	for (int i = 0; i < N_NUMBER_OPTIONS; i++)
		options[n++] = (struct option){ number_options[i].name, required_argument, NULL, OPT_FIRST_NUMBER + i };
	options[n] = (struct option){ 0 };
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct serve_args *a)
{
	struct option options[8 + N_NUMBER_OPTIONS];
	int c;

	*a = (struct serve_args){ .is_auth_waived = false };
	server_config_init(&a->config);
	a->config.data_dir = "data";
	list_options(options);
	while ((c = getopt_long(argc, argv, "p:t:j:h", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return -1;
		}
		/* The short forms are the first entries of the table. */
		if (c == 'p' || c == 't' || c == 'j')
			c = OPT_FIRST_NUMBER + (c == 't') + 2 * (c == 'j');
		if (c == '?' || parse_option(c, optarg, a) < 0)
			return EX_USAGE;
	}
	if (optind != argc)
		return cli_usage_error("serve", "no argument expected, found '%s'", argv[optind]);
	if (!is_loopback(a->config.listen) && !a->is_auth_waived)
		return cli_usage_error("serve",
				       "--listen %s lets others than this machine in and there are no keys; "
				       "say --no-auth if that is meant",
				       a->config.listen);
	return EX_OK;
}

/* Blocks the signals that end the service, so that no thread started later receives them. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a file size limit is a write error */
}

int cli_serve(int argc, char **argv)
{
	struct serve_args a;
	struct error err = ERROR_INIT;
	struct server *server;
	sigset_t set;
	int signo, status = parse_args(argc, argv, &a);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	block_signals(&set);
	server = server_start(&a.config, &err);
	if (!server)
		return cli_fail(&err);
	printf("phonond: listening on http://%s%s%s:%u\n", strchr(a.config.listen, ':') ? "[" : "", a.config.listen,
	       strchr(a.config.listen, ':') ? "]" : "", server_port(server));
	fflush(stdout);
	sigwait(&set, &signo);
	log_event(LOG_INFO, "draining", "signal", signo == SIGTERM ? "SIGTERM" : "SIGINT", NULL);
	/* From here a second signal ends the process: what is on disk is whole at every moment. */
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	server_drain_and_stop(server);
	log_event(LOG_INFO, "stopped", NULL);
	return EX_OK;
}
