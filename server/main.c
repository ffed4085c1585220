/* phonond(1): one binary that is server, renderer and checker. This file only finds the subcommand. */
#include <stdio.h>
#include <string.h>

#include <sodium/core.h>

#include "base/crash_point.h"
#include "config.h"
#include "server/cli.h"

#ifdef PHONOND_CRASH_POINTS
/* Of a build for tests. */
static int cli_crash_points(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (int i = 0; i < CRASH_POINT_COUNT; i++)
		puts(crash_point_name((enum crash_point)i));
	return EX_OK;
}
#endif

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary; /* NULL: not shown */
} commands[] = {
	{ "serve", cli_serve, "run the HTTP service" },
	{ "render", cli_render, "render programs to audio files, here or at a server" },
	{ "watch", cli_watch, "render a program again whenever it is saved" },
	{ "plot", cli_plot, "draw waveform, spectrogram and events as SVG or PNG" },
	{ "check", cli_check, "report what is wrong with a program" },
	{ "fmt", cli_fmt, "bring a program into canonical layout" },
	{ "query", cli_query, "print the events of a pattern as JSON Lines" },
	{ "events", cli_events, "print what a program will play as JSON Lines" },
	{ "keys", cli_keys, "make, list, revoke and rotate API keys" },
	{ "backup", cli_backup, "copy the database, also while a server runs" },
	{ "doctor", cli_doctor, "look at what a server would meet here" },
	{ "health", cli_health, "ask a running server whether it is ready" },
	{ "decode-sample", cli_decode_sample, NULL },
#ifdef PHONOND_CRASH_POINTS
	{ "crash-points", cli_crash_points, NULL },
#endif
};

static void print_help(void)
{
	puts("Usage: phonond COMMAND [OPTION]...\n"
	     "Renders patterns in the Phonon language to audio files, as a service or from the command line.\n"
	     "\n"
	     "Commands:");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (commands[i].summary)
			printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	puts("\n"
	     "  phonond --dump=tokens|ast|graph|plan SRC   show a program after a stage of the compiler\n"
	     "  phonond COMMAND --help                     the options of a command\n"
	     "  phonond --version\n"
	     "\n"
	     "The first sound:\n"
	     "  echo 'out $ s \"bd*4, ~ sn\"' | phonond render - beat.wav --cycles 2");
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0) {
		fputs("phonond: libsodium cannot be initialised\n", stderr);
		return EX_OSERR;
	}
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help();
		return argc < 2 ? EX_USAGE : EX_OK;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		printf("phonond %s (engine %d)\n", PACKAGE_VERSION, RENDER_ENGINE_VERSION);
		return EX_OK;
	}
	if (strncmp(argv[1], "--dump", 6) == 0)
		return cli_check(argc, argv);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "phonond: unknown command '%s'\nTry 'phonond --help'.\n", argv[1]);
	return EX_USAGE;
}
