/* The configuration of `phonond serve` from four places, of which the later wins: built-in values, a file, the
 * environment, the command line. The table is settings.def. Used by the command line before threads start, and again at
 * SIGHUP. */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include <stdbool.h>
#include <stdio.h>

#include "server/server.h"

enum setting {
#define SETTING(kind, name, short_form, member, max, argument, help) SETTING_##name,
#include "server/settings.def"
#undef SETTING
	SETTING_COUNT
};

enum setting_origin { FROM_DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

struct settings {
	struct server_config config;
	enum setting_origin origins[SETTING_COUNT];
	char *texts[SETTING_COUNT]; /* what text members of config point to */
};

struct settings_request {
	bool is_help, is_help_all, is_print; /* --help, --help-all (which is help too) or --print-config was given */
};

/* Reads all four. Unknown options, keys of the file and variables PHONON_... are errors: ERR_INVALID, the message naming
 * option, variable or line. *is_usage: it was the command line's fault, and getopt has said so already when err has no
 * message. The file is --config=FILE or PHONON_CONFIG. On failure there is nothing to free. */
int settings_read(struct settings *s, int argc, char **argv, struct settings_request *request, bool *is_usage,
		  struct error *err) WARN_UNUSED;
void settings_fini(struct settings *s);

/* "key = value    # origin", a line per setting; without the origins it is a file for --config. */
void settings_print(const struct settings *s, FILE *out);
/* The options, a line each: the usual ones, or all. */
void settings_print_help(FILE *out, bool is_all);

#endif
