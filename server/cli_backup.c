/* phonond backup: a consistent copy of the database, also while a server runs. */
#include <getopt.h>
#include <stdio.h>

#include "server/cli.h"

static void print_help(void)
{
	puts("Usage: phonond backup [--data=DIR] FILE\n"
	     "Copies the database to FILE, which must not exist, also while a server runs. To\n"
	     "restore, stop the server, put FILE in the place of DIR/phonond.db and remove\n"
	     "phonond.db-wal and phonond.db-shm. The audio files in DIR/artifacts never change\n"
	     "once they have their name: copy them with any tool, before the database.\n"
	     "\n"
	     "      --data=DIR   the server's data folder (default ./data)\n"
	     "  -h, --help");
}

int cli_backup(int argc, char **argv)
{
	static const struct option options[] = {
		{ "data", required_argument, NULL, 'D' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	const char *data_dir = "data";
	struct error err = ERROR_INIT;
	struct storage *s;
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			print_help();
			return EX_OK;
		}
		if (c == '?')
			return EX_USAGE;
		data_dir = optarg;
	}
	if (optind != argc - 1)
		return cli_usage_error("backup", "expected one file, found %d", argc - optind);
	s = cli_open_storage(data_dir, &err);
	if (!s)
		return cli_fail(&err);
	rc = storage_backup(s, argv[optind], &err);
	storage_close(s);
	return rc < 0 ? cli_fail(&err) : EX_OK;
}
