#include "server/settings.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "render/render.h"

enum kind {
	KIND_ADDRESS, /* text, with a port of its own perhaps */
	KIND_TEXT,
	KIND_UNSIGNED,
	KIND_SIZE,
	KIND_MS, /* int64_t */
	KIND_SECONDS,
	KIND_FLAG,
	KIND_IO,
	KIND_LOG_LEVEL,
	KIND_LOG_FORMAT,
};

enum { NAME_SIZE = 48, OPT_FIRST = 256, OPT_CONFIG = 1000, OPT_PRINT, OPT_HELP_ALL };

static const struct definition {
	enum kind kind;
	const char *name; /* in capitals with '_' */
	int short_form;
	size_t offset;
	uint64_t max;
	const char *argument, *help;
} definitions[SETTING_COUNT] = {
#define SETTING(kind, name, short_form, member, max, argument, help)                                                   \
	[SETTING_##name] = {                                                                                           \
		KIND_##kind, #name, short_form, offsetof(struct server_config, member), max, argument, help            \
	},
#include "server/settings.def"
#undef SETTING
};

static const char *const io_names[] = { [IO_AUTO] = "auto", [IO_URING] = "uring", [IO_PWRITE] = "pwrite", NULL };
static const char *const level_names[] = {
	[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error", NULL
};
static const char *const format_names[] = {
	[LOG_FORMAT_AUTO] = "auto", [LOG_FORMAT_TEXT] = "text", [LOG_FORMAT_JSON] = "json", NULL
};
static const char *const flag_names[] = { "false", "true", NULL };

/* The words that a kind takes, by value; NULL for those that take anything else. */
static const char *const *words_of(enum kind kind)
{
	switch (kind) {
	case KIND_IO:
		return io_names;
	case KIND_LOG_LEVEL:
		return level_names;
	case KIND_LOG_FORMAT:
		return format_names;
	case KIND_FLAG:
		return flag_names;
	default:
		return NULL;
	}
}

/* The name with '-' or '_' in lower case; returns out. */
static char *print_name(const struct definition *d, char separator, char out[NAME_SIZE])
{
	size_t i;

	for (i = 0; d->name[i] && i < NAME_SIZE - 1; i++)
		out[i] = d->name[i] == '_' ? separator : (char)tolower((unsigned char)d->name[i]);
	out[i] = '\0';
	return out;
}

/* --- Setting one ------------------------------------------------------------------------------------------- */

static int parse_word(const char *const *words, const char *text, const char *where, int *out, struct error *err)
{
	char list[128] = "";
	size_t n = 0;

	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], text) == 0) {
			*out = i;
			return 0;
		}
		n += (size_t)snprintf(list + n, sizeof list - n, "%s%s",
				      n == 0         ? ""
				      : words[i + 1] ? ", "
						     : " or ",
				      words[i]);
	}
	return error_set(err, ERR_INVALID, "%s takes %s, found '%s'", where, list, text);
}

static int parse_whole(const char *text, uint64_t max, const char *where, uint64_t *out, struct error *err)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno && *out <= max)
		return 0;
	return error_set(err, ERR_INVALID, "%s takes a whole number from 0 to %llu, found '%s'", where,
			 (unsigned long long)max, text);
}

static int keep_text(struct settings *s, enum setting i, const char *text, size_t n, struct error *err)
{
	char *copy = strndup(text, n);

	if (!copy)
		return error_set(err, ERR_NO_MEMORY, "out of memory");
	free(s->texts[i]);
	s->texts[i] = copy;
	*(const char **)(void *)((char *)&s->config + definitions[i].offset) = *copy ? copy : NULL;
	return 0;
}

static bool has_colons(const char *text, const char *end)
{
	const char *colon = memchr(text, ':', (size_t)(end - text));

	return colon && memchr(colon + 1, ':', (size_t)(end - colon - 1));
}

/* "ADDRESS", "ADDRESS:PORT", "[V6]" or "[V6]:PORT"; a bare V6 address has several colons and no port. */
static int set_address(struct settings *s, enum setting i, const char *text, enum setting_origin from,
		       const char *where, struct error *err)
{
	const char *address = *text == '[' ? text + 1 : text, *end = text + strlen(text), *port = NULL;
	const char *colon = strchr(text, ':');
	uint64_t n;

	if (*text == '[') {
		end = strchr(text, ']');
		/* Only an address with several colons needs the brackets, and is told from one with a port without them. */
		if (!end || (end[1] && end[1] != ':') || !has_colons(address, end))
			return error_set(err, ERR_INVALID, "%s takes ADDRESS or ADDRESS:PORT, found '%s'", where, text);
		port = end[1] ? end + 2 : NULL;
	} else if (colon && !strchr(colon + 1, ':')) {
		end = colon;
		port = colon + 1;
	}
	if (end == address)
		return error_set(err, ERR_INVALID, "%s takes ADDRESS or ADDRESS:PORT, found '%s'", where, text);
	if (port) {
		if (parse_whole(port, 65535, where, &n, err) < 0)
			return error_wrap(err, "the port after ':'");
		s->config.port = (unsigned)n;
		s->origins[SETTING_PORT] = from;
	}
	return keep_text(s, i, address, (size_t)(end - address), err);
}

static int set_number(struct settings *s, const struct definition *d, const char *text, const char *where,
		      struct error *err)
{
	void *member = (char *)&s->config + d->offset;
	uint64_t n;

	if (parse_whole(text, d->max, where, &n, err) < 0)
		return -1;
	if (d->kind == KIND_UNSIGNED)
		*(unsigned *)member = (unsigned)n;
	else if (d->kind == KIND_SIZE)
		*(size_t *)member = (size_t)n;
	else if (d->kind == KIND_MS)
		*(int64_t *)member = (int64_t)n;
	else
		*(double *)member = (double)n;
	return 0;
}

static int set_word(struct settings *s, const struct definition *d, const char *text, const char *where,
		    struct error *err)
{
	void *member = (char *)&s->config + d->offset;
	int value = 0;

	if (d->kind == KIND_FLAG && (strcmp(text, "0") == 0 || strcmp(text, "1") == 0))
		value = *text - '0';
	else if (parse_word(words_of(d->kind), text, where, &value, err) < 0)
		return -1;
	if (d->kind == KIND_FLAG)
		*(bool *)member = value;
	else if (d->kind == KIND_IO)
		*(enum io_backend *)member = (enum io_backend)value;
	else if (d->kind == KIND_LOG_LEVEL)
		*(enum log_level *)member = (enum log_level)value;
	else
		*(enum log_format *)member = (enum log_format)value;
	return 0;
}

/* where names the place for messages. */
static int set(struct settings *s, enum setting i, const char *text, enum setting_origin from, const char *where,
	       struct error *err)
{
	const struct definition *d = &definitions[i];

	s->origins[i] = from;
	if (i == SETTING_DATA && !*text)
		return error_set(err, ERR_INVALID, "%s takes a folder", where);
	if (d->kind == KIND_ADDRESS)
		return set_address(s, i, text, from, where, err);
	if (d->kind == KIND_TEXT)
		return keep_text(s, i, text, strlen(text), err);
	if (words_of(d->kind))
		return set_word(s, d, text, where, err);
	return set_number(s, d, text, where, err);
}

/* --- The file ---------------------------------------------------------------------------------------------- */

static char *trim(char *text)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	for (n = strlen(text); n > 0 && strchr(" \t\r\n", text[n - 1]); n--)
		;
	text[n] = '\0';
	return text;
}

static int find_key(const char *key)
{
	char name[NAME_SIZE];

	for (int i = 0; i < SETTING_COUNT; i++)
		if (strcmp(print_name(&definitions[i], '_', name), key) == 0)
			return i;
	return -1;
}

/* A comment starts at the begin of a line or after a space, so that values may contain '#'. */
static int read_line(struct settings *s, char *line, const char *path, unsigned n, struct error *err)
{
	char where[NAME_SIZE + 256], *equals, *key, *comment;
	int i;

	for (comment = line; (comment = strchr(comment, '#')); comment++)
		if (comment == line || comment[-1] == ' ' || comment[-1] == '\t') {
			*comment = '\0';
			break;
		}
	key = trim(line);
	if (!*key)
		return 0;
	equals = strchr(key, '=');
	if (!equals)
		return error_set(err, ERR_INVALID, "%.100s:%u: expected 'key = value', found '%.60s'", path, n, key);
	*equals = '\0';
	key = trim(key);
	i = find_key(key);
	if (i < 0)
		return error_set(err, ERR_INVALID, "%.100s:%u: there is no setting '%.60s'", path, n, key);
	snprintf(where, sizeof where, "%.100s:%u: %s", path, n, key);
	return set(s, (enum setting)i, trim(equals + 1), FROM_FILE, where, err);
}

/* Whatever the system says of the file, it is the one who named it that can help. */
static int refuse_file(const char *path, int errnum, struct error *err)
{
	error_set_errno(err, errnum, "cannot read '%.150s'", path);
	err->code = ERR_INVALID;
	return -1;
}

static int read_file(struct settings *s, const char *path, struct error *err)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	int rc = 0;

	if (!f)
		return refuse_file(path, errno, err);
	for (unsigned n = 1; rc == 0 && (len = getline(&line, &cap, f)) >= 0; n++)
		rc = strlen(line) == (size_t)len
			     ? read_line(s, line, path, n, err)
			     : error_set(err, ERR_INVALID, "%.100s:%u: the line has a NUL byte", path, n);
	if (rc == 0 && !feof(f))
		rc = refuse_file(path, errno, err);
	free(line);
	fclose(f);
	return rc;
}

/* --- The environment --------------------------------------------------------------------------------------- */

extern char **environ;

static int read_variable(struct settings *s, const char *entry, struct error *err)
{
	const char *equals = strchr(entry, '='), *name = entry + strlen("PHONON_");
	char where[NAME_SIZE + 16];
	size_t n = equals ? (size_t)(equals - name) : 0;

	if (!equals || (n == 6 && memcmp(name, "CONFIG", n) == 0))
		return 0;
	for (int i = 0; i < SETTING_COUNT; i++)
		if (strlen(definitions[i].name) == n && memcmp(definitions[i].name, name, n) == 0) {
			snprintf(where, sizeof where, "PHONON_%s", definitions[i].name);
			return set(s, (enum setting)i, equals + 1, FROM_ENVIRONMENT, where, err);
		}
	return error_set(err, ERR_INVALID, "there is no setting for the variable %.*s", (int)(equals - entry), entry);
}

static int read_environment(struct settings *s, struct error *err)
{
	for (char **entry = environ; entry && *entry; entry++)
		if (strncmp(*entry, "PHONON_", 7) == 0 && read_variable(s, *entry, err) < 0)
			return -1;
	return 0;
}

/* --- The command line --------------------------------------------------------------------------------------- */

struct flags {
	struct option options[SETTING_COUNT + 5];
	char names[SETTING_COUNT][NAME_SIZE];
	char short_forms[2 * SETTING_COUNT + 4];
};

static void list_flags(struct flags *f)
{
	static const struct option fixed[] = {
		{ "config", required_argument, NULL, OPT_CONFIG },
		{ "print-config", no_argument, NULL, OPT_PRINT },
		{ "help", no_argument, NULL, 'h' },
		{ "help-all", no_argument, NULL, OPT_HELP_ALL },
		{ 0 },
	};
	size_t n_short = 0;

	memset(f, 0, sizeof *f);
	f->short_forms[n_short++] = 'h';
	for (int i = 0; i < SETTING_COUNT; i++) {
		const struct definition *d = &definitions[i];
		int has_argument = d->argument ? required_argument : no_argument;
		f->options[i] = (struct option){ print_name(d, '-', f->names[i]), has_argument, NULL, OPT_FIRST + i };
		if (d->short_form) {
			f->short_forms[n_short++] = (char)d->short_form;
			f->short_forms[n_short++] = ':';
		}
	}
	memcpy(f->options + SETTING_COUNT, fixed, sizeof fixed);
}

static int setting_of_option(int c)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		if (c == OPT_FIRST + i || (definitions[i].short_form && c == definitions[i].short_form))
			return i;
	return -1;
}

/* Calls set() for each option, or with `config` set only looks for --config. */
static int read_flags(struct settings *s, int argc, char **argv, const char **config, struct settings_request *request,
		      struct error *err)
{
	struct flags f;
	char where[NAME_SIZE + 2];
	int c, i;

	list_flags(&f);
	optind = 0; /* starts anew: the arguments are read more than once */
	opterr = config == NULL;
	while ((c = getopt_long(argc, argv, f.short_forms, f.options, NULL)) != -1) {
		if (c == OPT_CONFIG && config)
			*config = optarg;
		request->is_help |= c == 'h' || c == OPT_HELP_ALL;
		request->is_help_all |= c == OPT_HELP_ALL;
		request->is_print |= c == OPT_PRINT;
		i = setting_of_option(c);
		if (config || (i < 0 && c != '?'))
			continue;
		if (i < 0)
			return -1;
		snprintf(where, sizeof where, "--%s", f.names[i]);
		if (set(s, (enum setting)i, optarg ? optarg : "true", FROM_FLAG, where, err) < 0)
			return -1;
	}
	if (!config && !request->is_help && optind != argc)
		return error_set(err, ERR_INVALID, "no argument expected, found '%.150s'", argv[optind]);
	return 0;
}

/* --- All --------------------------------------------------------------------------------------------------- */

int settings_read(struct settings *s, int argc, char **argv, struct settings_request *request, bool *is_usage,
		  struct error *err)
{
	const char *config = getenv("PHONON_CONFIG");

	*s = (struct settings){ .texts = { NULL } };
	*request = (struct settings_request){ .is_help = false };
	*is_usage = false;
	server_config_init(&s->config);
	if (read_flags(s, argc, argv, &config, request, err) < 0)
		goto failed;
	if (request->is_help)
		return 0;
	if (config && *config && read_file(s, config, err) < 0)
		goto failed;
	if (read_environment(s, err) < 0)
		goto failed;
	*is_usage = true;
	if (read_flags(s, argc, argv, NULL, request, err) == 0)
		return 0;
failed:
	settings_fini(s);
	return -1;
}

void settings_fini(struct settings *s)
{
	for (int i = 0; i < SETTING_COUNT; i++)
		free(s->texts[i]);
	memset(s->texts, 0, sizeof s->texts);
}

static void print_value(const struct settings *s, const struct definition *d, FILE *out)
{
	const void *member = (const char *)&s->config + d->offset;
	const char *const *words = words_of(d->kind);
	const char *text;

	switch (d->kind) {
	case KIND_ADDRESS:
	case KIND_TEXT:
		text = *(const char *const *)member;
		fputs(text ? text : "", out);
		break;
	case KIND_UNSIGNED:
		fprintf(out, "%u", *(const unsigned *)member);
		break;
	case KIND_SIZE:
		fprintf(out, "%zu", *(const size_t *)member);
		break;
	case KIND_MS:
		fprintf(out, "%lld", (long long)*(const int64_t *)member);
		break;
	case KIND_SECONDS:
		fprintf(out, "%.0f", *(const double *)member);
		break;
	case KIND_FLAG:
		fputs(words[*(const bool *)member], out);
		break;
	case KIND_IO:
		fputs(words[*(const enum io_backend *)member], out);
		break;
	case KIND_LOG_LEVEL:
		fputs(words[*(const enum log_level *)member], out);
		break;
	case KIND_LOG_FORMAT:
		fputs(words[*(const enum log_format *)member], out);
		break;
	}
}

void settings_print(const struct settings *s, FILE *out)
{
	static const char *const origins[] = { "default", "file", "environment", "flag" };
	char name[NAME_SIZE];

	for (int i = 0; i < SETTING_COUNT; i++) {
		fprintf(out, "%s = ", print_name(&definitions[i], '_', name));
		print_value(s, &definitions[i], out);
		fprintf(out, "    # %s\n", origins[s->origins[i]]);
	}
}

static void print_option(int i, FILE *out)
{
	const struct definition *d = &definitions[i];
	const char short_form[] = { '-', (char)d->short_form, ',', '\0' };
	char name[NAME_SIZE], left[NAME_SIZE * 2];

	snprintf(left, sizeof left, "%s --%s%s%s", d->short_form ? short_form : "   ", print_name(d, '-', name),
		 d->argument ? "=" : "", d->argument ? d->argument : "");
	fprintf(out, "  %-26s %s\n", left, d->help);
}

void settings_print_help(FILE *out, bool is_all)
{
	static const enum setting usual[] = {
		SETTING_LISTEN, SETTING_PORT,     SETTING_DATA,       SETTING_SAMPLES,   SETTING_THREADS, SETTING_JOBS,
		SETTING_IO,     SETTING_MAX_BODY, SETTING_MAX_QUEUED, SETTING_LOG_LEVEL, SETTING_NO_AUTH,
	};

	for (int i = 0; is_all && i < SETTING_COUNT; i++)
		print_option(i, out);
	for (size_t i = 0; !is_all && i < sizeof usual / sizeof usual[0]; i++)
		print_option((int)usual[i], out);
	fputs("      --config=FILE          lines 'key = value', as options with '_' for '-'\n"
	      "      --print-config         show every value and where it comes from, and end\n"
	      "  -h, --help                 this; all options: --help-all\n",
	      out);
}
