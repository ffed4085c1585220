/* phonond query: the events of a pattern, as JSON Lines in the form of tests/vectors. */
#include <stdio.h>
#include <string.h>

#include "server/cli.h"

static void print_help(void)
{
	puts("Usage: phonond query [--cycles=A:B] EXPR\n"
	     "Prints the events of a pattern, one JSON object a line:\n"
	     "  phonond query --cycles 0:1 '\"bd(3,8)\" $ fast 2'\n"
	     "\n"
	     "  -c, --cycles=A:B   from cycle A up to cycle B (default 0:1); numbers or\n"
	     "                     fractions such as 1/8\n"
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
	char from[CLI_CYCLE_SIZE], to[CLI_CYCLE_SIZE];
	const char *operand;
	int status = cli_parse_cycles_args(argc, argv, print_help, "EXPR (in single quotes)", from, to, &operand);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	return print_haps(operand, from, to);
}
