/* phonond fmt SRC: the program in canonical layout. */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "server/cli.h"

/* Of --check, as other formatters have it. */
enum { EX_WOULD_CHANGE = 1 };

struct fmt_args {
	const char *path;
	bool in_place, check;
};

static void print_help(void)
{
	puts("Usage: phonond fmt [OPTION]... SRC\n"
	     "Prints a program in canonical layout. SRC may be - for standard input.\n"
	     "\n"
	     "  -i, --in-place   replace SRC, if anything changes\n"
	     "      --check      print nothing; exit status 1 when the layout is not canonical\n"
	     "  -h, --help\n"
	     "\n"
	     "Exit status: 0 done, 1 --check found a difference, 65 the program has errors,\n"
	     "66 SRC cannot be read, 73 it cannot be replaced, 64 wrong usage.");
}

/* EX_OK and everything in *a; another status, or -1 after --help. */
static int parse_args(int argc, char **argv, struct fmt_args *a)
{
	static const struct option options[] = {
		{ "in-place", no_argument, NULL, 'i' },
		{ "check", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	*a = (struct fmt_args){ 0 };
	while ((c = getopt_long(argc, argv, "ih", options, NULL)) != -1)
		switch (c) {
		case 'i':
			a->in_place = true;
			break;
		case 'c':
			a->check = true;
			break;
		case 'h':
			print_help();
			return -1;
		default:
			return EX_USAGE;
		}
	if (optind != argc - 1)
		return cli_usage_error("fmt", "expected one SRC, found %d", argc - optind);
	a->path = argv[optind];
	if (a->in_place && (a->check || strcmp(a->path, "-") == 0))
		return cli_usage_error("fmt", "-i goes with a file, and not with --check");
	return EX_OK;
}

static int cannot_replace(const char *path)
{
	fprintf(stderr, "phonond: cannot replace '%s': %s\n", path, strerror(errno));
	return EX_CANTCREAT;
}

/* A file beside it takes its place, so that no failure leaves half a program. */
static int replace_file(const char *path, const struct buf *text)
{
	struct buf name = BUF_INIT;
	struct stat old;
	int status = EX_OK, fd = -1;

	if (stat(path, &old) || buf_printf(&name, "%s.XXXXXX", path) || (fd = mkstemp(name.data)) < 0) {
		status = cannot_replace(path);
		buf_fini(&name);
		return status;
	}
	bool is_whole = file_write(fd, text->data, text->len, path, NULL) == 0 &&
			fchmod(fd, old.st_mode & 07777) == 0 && fsync(fd) == 0;
	if (close(fd) || !is_whole || rename(name.data, path)) {
		status = cannot_replace(path);
		unlink(name.data);
	}
	buf_fini(&name);
	return status;
}

static int deliver(const struct fmt_args *a, const struct buf *text, bool is_same)
{
	if (a->check)
		return is_same ? EX_OK : EX_WOULD_CHANGE;
	if (a->in_place)
		return is_same ? EX_OK : replace_file(a->path, text);
	fwrite(text->data, 1, text->len, stdout);
	return fflush(stdout) ? EX_IOERR : EX_OK;
}

int cli_fmt(int argc, char **argv)
{
	struct fmt_args a;
	struct error err = ERROR_INIT;
	struct diag_list diags = { .n = 0 };
	struct buf out = BUF_INIT;
	size_t len;
	char *source;
	int status = parse_args(argc, argv, &a);

	if (status != EX_OK)
		return status < 0 ? EX_OK : status;
	if (!(source = cli_read_source(a.path, &len, &err)))
		return cli_fail(&err);
	if (render_format(source, len, &out, &diags, &err) == 0) {
		status = deliver(&a, &out, out.len == len && memcmp(source, out.data ? out.data : "", len) == 0);
	} else {
		cli_print_diags(strcmp(a.path, "-") == 0 ? "<stdin>" : a.path, source, len, &diags);
		status = err.code == ERR_SOURCE ? EX_DATAERR : cli_fail(&err);
	}
	buf_fini(&out);
	free(source);
	return status;
}
