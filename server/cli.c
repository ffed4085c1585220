#include "server/cli.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cli_status_of(enum error_code code)
{
	switch (code) {
	case ERR_NONE:
		return EX_OK;
	case ERR_INVALID:
	case ERR_MISMATCH:
		return EX_USAGE;
	case ERR_UNSUPPORTED: /* by this machine, or this version: a newer database, io_uring by name */
		return EX_CONFIG;
	case ERR_SOURCE:
	case ERR_TOO_LARGE:
	case ERR_BUDGET:
	case ERR_CORRUPT:
		return EX_DATAERR;
	case ERR_NOT_FOUND:
		return EX_NOINPUT;
	case ERR_CONFLICT:
	case ERR_BUSY:
	case ERR_QUOTA:
	case ERR_DEADLINE:
	case ERR_CANCELED:
	case ERR_NO_MEMORY:
		return EX_TEMPFAIL;
	case ERR_NO_SPACE:
	case ERR_IO:
		return EX_IOERR;
	case ERR_INTERNAL:
		break;
	}
	return EX_SOFTWARE;
}

int cli_fail(const struct error *err)
{
	fprintf(stderr, "phonond: %s\n", err->message);
	return cli_status_of(err->code);
}

int cli_usage_error(const char *command, const char *fmt, ...)
{
	va_list ap;
	fprintf(stderr, "phonond %s: ", command);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry 'phonond %s --help'.\n", command);
	return EX_USAGE;
}

void cli_ignore_write_signals(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

void cli_print_diags(const char *name, const char *source, size_t len, const struct diag_list *diags)
{
	struct buf text = BUF_INIT;
	for (size_t i = 0; i < diags->n; i++)
		if (diag_print(&text, name, source, len, &diags->items[i]) < 0)
			break;
	if (text.len)
		fwrite(text.data, 1, text.len, stderr);
	if (diags->n_dropped)
		fprintf(stderr, "%s: and %zu more\n", name, diags->n_dropped);
	buf_fini(&text);
}

const char *cli_source_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

char *cli_read_source(const char *path, size_t *len, struct error *err)
{
	struct buf text = { .max_len = RENDER_SOURCE_BYTES_MAX };
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "rbe");
	char chunk[16384];
	size_t n;

	if (!f) {
		error_set_errno(err, errno, "cannot read '%s'", path);
		err->code = ERR_NOT_FOUND;
		return NULL;
	}
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		if (buf_append(&text, chunk, n) < 0) {
			error_set(err, ERR_TOO_LARGE, "'%s' is longer than %u bytes, the most a program may have", path,
				  RENDER_SOURCE_BYTES_MAX);
			goto err_after_open;
		}
	if (ferror(f)) {
		error_set_errno(err, errno, "reading '%s'", path);
		goto err_after_open;
	}
	if (f != stdin)
		fclose(f);
	*len = text.len;
	if (buf_append(&text, "", 0) < 0) { /* an empty file is an empty string */
		error_set(err, ERR_NO_MEMORY, "out of memory");
		return NULL;
	}
	return buf_take(&text);

err_after_open:
	if (f != stdin)
		fclose(f);
	buf_fini(&text);
	return NULL;
}

int cli_parse_number(const char *command, const char *option, const char *text, double min, double max, double *out)
{
	char *end;
	double x = strtod(text, &end);

	if (end == text || *end || !isfinite(x) || x < min || x > max) {
		cli_usage_error(command, "%s takes a number from %g to %g, found '%s'", option, min, max, text);
		return -1;
	}
	*out = x;
	return 0;
}

int cli_parse_whole(const char *command, const char *option, const char *text, uint64_t max, uint64_t *out)
{
	char *end;
	unsigned long long x;

	errno = 0;
	x = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || x > max) {
		cli_usage_error(command, "%s takes a whole number from 0 to %llu, found '%s'", option,
				(unsigned long long)max, text);
		return -1;
	}
	*out = x;
	return 0;
}

int cli_parse_io(const char *command, const char *text, enum io_backend *out)
{
	static const char *const names[] = { [IO_AUTO] = "auto", [IO_URING] = "uring", [IO_PWRITE] = "pwrite" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(text, names[i]) == 0) {
			*out = (enum io_backend)i;
			return 0;
		}
	cli_usage_error(command, "--io takes auto, uring or pwrite, found '%s'", text);
	return -1;
}

/* "A:B", or "B" for 0:B. */
static int parse_cycles(const char *command, const char *text, char from[CLI_CYCLE_SIZE], char to[CLI_CYCLE_SIZE])
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : 0;
	const char *rest = colon ? colon + 1 : text;

	if (n >= CLI_CYCLE_SIZE || strlen(rest) >= CLI_CYCLE_SIZE || !*rest || (colon && n == 0)) {
		cli_usage_error(command, "--cycles takes A:B, found '%s'", text);
		return -1;
	}
	snprintf(from, CLI_CYCLE_SIZE, "%.*s", (int)n, text);
	if (!colon)
		strcpy(from, "0");
	snprintf(to, CLI_CYCLE_SIZE, "%s", rest);
	return 0;
}

int cli_parse_cycles_args(int argc, char **argv, void (*print_help)(void), const char *operand_name,
			  char from[CLI_CYCLE_SIZE], char to[CLI_CYCLE_SIZE], const char **operand)
{
	static const struct option options[] = {
		{ "cycles", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	strcpy(from, "0");
	strcpy(to, "1");
	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
		switch (c) {
		case 'c':
			if (parse_cycles(argv[0], optarg, from, to) < 0)
				return EX_USAGE;
			break;
		case 'h':
			print_help();
			return -1;
		default:
			return EX_USAGE;
		}
	if (optind != argc - 1)
		return cli_usage_error(argv[0], "expected one %s, found %d", operand_name, argc - optind);
	*operand = argv[optind];
	return EX_OK;
}

struct storage *cli_open_storage(const char *data_dir, struct error *err)
{
	struct storage_config config = { .data_dir = data_dir, .io = IO_PWRITE };
	struct storage *s = storage_open(&config, err);

	if (s || err->code != ERR_BUSY)
		return s;
	config.is_guest = true;
	return storage_open(&config, err);
}
