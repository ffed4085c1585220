/* phonond health: GET /readyz, so that a container's health check needs no further program. */
#include <curl/curl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli.h"

enum { TIMEOUT_S = 2, URL_SIZE = 512 };

static void print_help(void)
{
	puts("Usage: phonond health [OPTION]...\n"
	     "Asks a running server for /readyz.\n"
	     "\n"
	     "      --host=ADDRESS   default 127.0.0.1\n"
	     "  -p, --port=N         default 8080\n"
	     "      --tls            by HTTPS, whatever the certificate says; also when\n"
	     "                       PHONON_TLS_CERT is set\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 ready, 69 not ready or no answer within 2 s, 64 wrong usage.");
}

static size_t drop(char *data, size_t size, size_t n, void *ctx)
{
	(void)data, (void)ctx;
	return size * n;
}

/* The status code of the answer; 0 when there is none. Nothing secret is sent, so any certificate will do: it is hardly made
 * out to 127.0.0.1. */
static long ask(const char *host, const char *port, bool is_tls)
{
	CURL *c = curl_easy_init();
	char url[URL_SIZE];
	long status = 0;

	if (!c)
		return 0;
	snprintf(url, sizeof url, strchr(host, ':') ? "http%s://[%s]:%s/readyz" : "http%s://%s:%s/readyz",
		 is_tls ? "s" : "", host, port);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)TIMEOUT_S);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
	if (curl_easy_perform(c) == CURLE_OK)
		curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	return status;
}

static int report(const char *host, const char *port, long status)
{
	if (status == 200) {
		puts("ready");
		return EX_OK;
	}
	if (status == 0)
		fprintf(stderr, "phonond: no answer from %s port %s\n", host, port);
	else
		fprintf(stderr, "phonond: not ready, /readyz answered %ld\n", status);
	return EX_UNAVAILABLE;
}

int cli_health(int argc, char **argv)
{
	static const struct option options[] = {
		{ "host", required_argument, NULL, 'H' },
		{ "port", required_argument, NULL, 'p' },
		{ "tls", no_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *host = "127.0.0.1", *port = "8080", *certificate = getenv("PHONON_TLS_CERT");
	bool is_tls = certificate && *certificate;
	uint64_t n;
	int c;

	while ((c = getopt_long(argc, argv, "p:h", options, NULL)) != -1)
		switch (c) {
		case 'H':
			host = optarg;
			break;
		case 'p':
			if (cli_parse_whole("health", "--port", optarg, 65535, &n) < 0)
				return EX_USAGE;
			port = optarg;
			break;
		case 't':
			is_tls = true;
			break;
		case 'h':
			print_help();
			return EX_OK;
		default:
			return EX_USAGE;
		}
	if (optind != argc)
		return cli_usage_error("health", "no argument expected, found '%s'", argv[optind]);
	return report(host, port, ask(host, port, is_tls));
}
