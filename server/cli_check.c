/* phonond check SRC, and --dump=STAGE for whoever works on the compiler. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/cli.h"

struct check_args {
	const char *path;
	const char *samples_dir;
	int dump; /* enum render_dump, or -1 */
};

static void print_help(void)
{
	puts("Usage: phonond check [OPTION]... SRC\n"
	     "Reports what is wrong with a program, as FILE:LINE:COLUMN: error: MESSAGE. SRC\n"
	     "may be - for standard input.\n"
	     "\n"
	     "      --samples=DIR   folder of samples, DIR/NAME/*.wav, to know their names too\n"
	     "      --dump=STAGE    print the program after a stage of the compiler instead:\n"
	     "                      tokens, ast, graph or plan\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 no errors (there may be warnings), 65 errors, 66 SRC cannot be\n"
	     "read, 64 wrong usage.");
}

static int parse_dump(const char *text)
{
	static const char *const names[] = { [RENDER_DUMP_TOKENS] = "tokens",
					     [RENDER_DUMP_AST] = "ast",
					     [RENDER_DUMP_GRAPH] = "graph",
					     [RENDER_DUMP_PLAN] = "plan" };
	for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++)
		if (strcmp(text, names[i]) == 0)
			return i;
	cli_usage_error("check", "--dump takes tokens, ast, graph or plan, found '%s'", text);
	return -1;
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct check_args *a)
{
	static const struct option options[] = {
		{ "samples", required_argument, NULL, 's' },
		{ "dump", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*a = (struct check_args){ .dump = -1 };
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 's':
			a->samples_dir = optarg;
			break;
		case 'd':
			if ((a->dump = parse_dump(optarg)) < 0)
				return EX_USAGE;
			break;
		case 'h':
			print_help();
			return -1;
		default:
			return EX_USAGE;
		}
	if (optind != argc - 1)
		return cli_usage_error("check", "expected one SRC, found %d", argc - optind);
	a->path = argv[optind];
	return EX_OK;
}

static int check_or_dump(const struct check_args *a, const struct render_engine *engine, const char *source, size_t len)
{
	struct diag_list diags = { .n = 0 };
	struct error err = ERROR_INIT;
	struct buf out = BUF_INIT;
	int failed = a->dump < 0 ? render_check(engine, NULL, source, len, &diags, &err)
				 : render_dump(engine, source, len, (enum render_dump)a->dump, &out, &diags, &err);

	if (out.len)
		fwrite(out.data, 1, out.len, stdout);
	buf_fini(&out);
	cli_print_diags(cli_source_name(a->path), source, len, &diags);
	if (failed && err.code != ERR_SOURCE)
		return cli_fail(&err);
	return failed ? EX_DATAERR : EX_OK;
}

int cli_check(int argc, char **argv)
{
	struct check_args a;
	struct error err = ERROR_INIT;
	struct render_engine *engine;
	size_t len;
	char *source;
	int status = parse_args(argc, argv, &a);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	if (!(source = cli_read_source(a.path, &len, &err)))
		return cli_fail(&err);
	engine = render_engine_new(&(struct render_config){ .n_threads = 1, .samples_dir = a.samples_dir }, &err);
	if (!engine) {
		free(source);
		return cli_fail(&err);
	}
	status = check_or_dump(&a, engine, source, len);
	render_engine_free(engine);
	free(source);
	return status;
}
