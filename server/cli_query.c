/* phonond query: the events of a pattern, as JSON Lines in the form of tests/vectors. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "server/cli.h"

static void print_help(void)
{
	puts("Usage: phonond query [--cycles=A:B] EXPR\n"
	     "Prints the events of a pattern, one JSON object a line:\n"
	     "  phonond query --cycles 0:1 '\"bd(3,8)\" $ fast 2'\n"
	     "\n"
	     "  -c, --cycles=A:B   from cycle A up to cycle B (default 0:1); numbers or fractions such as 1/8\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0, 65 EXPR has errors, 64 wrong usage.");
}

static int print_haps(const char *expr, const char *from, const char *to)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	int failed = render_query(expr, strlen(expr), from, to, &out, &diags, &err);

	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	cli_print_diags("EXPR", expr, strlen(expr), &diags);
	if (failed && err.code != ERR_SOURCE)
		return cli_fail(&err);
	return failed ? EX_DATAERR : EX_OK;
}

int cli_query(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	char from[CLI_CYCLE_SIZE] = "0", to[CLI_CYCLE_SIZE] = "1";
	int c;

	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		switch (c) {
		case 'c':
			if (cli_parse_cycles("query", optarg, from, to) < 0)
				return EX_USAGE;
			break;
		case 'h':
			print_help();
			return EX_OK;
		default:
			return EX_USAGE;
		}
	if (optind != argc - 1)
		return cli_usage_error("query", "expected one EXPR (in single quotes), found %d", argc - optind);
	return print_haps(argv[optind], from, to);
}
