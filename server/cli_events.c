/* phonond events: what a program will play, as JSON Lines. */
#include <stdio.h>
#include <stdlib.h>

#include "server/cli.h"

static void print_help(void)
{
	puts("Usage: phonond events [--cycles=A:B] SRC\n"
	     "Prints what a program will play, one JSON object a line in the order of time:\n"
	     "when, how long, with which values, and from which place in the program. SRC may\n"
	     "be - for standard input.\n"
	     "\n"
	     "  -c, --cycles=A:B   from cycle A up to cycle B (default 0:1); numbers or\n"
	     "                     fractions such as 1/8\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0, 65 SRC has errors, 66 SRC cannot be read, 64 wrong usage.");
}

static int print_events(const char *path, const char *from, const char *to)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	size_t len;
	char *source = cli_read_source(path, &len, &err);
	int failed;

	if (!source)
		return cli_fail(&err);
	failed = render_events(NULL, source, len, from, to, &out, &diags, &err);
	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	cli_print_diags(cli_source_name(path), source, len, &diags);
	free(source);
	if (failed && err.code != ERR_SOURCE)
		return cli_fail(&err);
	return failed ? EX_DATAERR : EX_OK;
}

int cli_events(int argc, char **argv)
{
	char from[CLI_CYCLE_SIZE], to[CLI_CYCLE_SIZE];
	const char *operand;
	int status = cli_parse_cycles_args(argc, argv, print_help, "SRC", from, to, &operand);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	return print_events(operand, from, to);
}
