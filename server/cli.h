/* The subcommands of phonond(1). Each gets its own arguments (argv[0] is the subcommand) and returns the exit
 * status, by sysexits.h; messages go to standard error, results to standard output. Only main.c calls them. */
#ifndef SERVER_CLI_H
#define SERVER_CLI_H

#include <stddef.h>
#include <stdint.h>
#include <sysexits.h>

#include "base/diag.h"
#include "base/error.h"
#include "render/render.h"
#include "storage/storage.h"

int cli_serve(int argc, char **argv);
int cli_render(int argc, char **argv);
int cli_watch(int argc, char **argv);
int cli_plot(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_fmt(int argc, char **argv);
int cli_query(int argc, char **argv);
int cli_events(int argc, char **argv);
int cli_keys(int argc, char **argv);
int cli_backup(int argc, char **argv);
int cli_doctor(int argc, char **argv);
int cli_health(int argc, char **argv);
/* Of the server itself, not for people. */
int cli_decode_sample(int argc, char **argv);

/* The exit status that fits an error. */
int cli_status_of(enum error_code code);
/* "phonond: <text>" on standard error; returns the sysexits status that fits the error. */
int cli_fail(const struct error *err);

/* "phonond COMMAND: <text>", then where the help is; returns EX_USAGE. */
int cli_usage_error(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A closed pipe and a file size limit become errors of write(). */
void cli_ignore_write_signals(void);

/* Prints all diagnostics in gcc style to standard error. name is what the user called the source. */
void cli_print_diags(const char *name, const char *source, size_t len, const struct diag_list *diags);

/* What messages call the source at path: "<stdin>" for "-". */
const char *cli_source_name(const char *path);

/* The whole of a file, or of standard input for "-": malloc'd, NUL-terminated, at most RENDER_SOURCE_BYTES_MAX bytes.
 * NULL with err. */
char *cli_read_source(const char *path, size_t *len, struct error *err) WARN_UNUSED;

/* The text as a number within [min, max] (cli_parse_whole: 0..max); -1 otherwise, with a message about `option`. */
int cli_parse_number(const char *command, const char *option, const char *text, double min, double max,
		     double *out) WARN_UNUSED;
int cli_parse_whole(const char *command, const char *option, const char *text, uint64_t max, uint64_t *out) WARN_UNUSED;
enum { CLI_CYCLE_SIZE = 48 };

/* The arguments of a command that takes --cycles=A:B (or B, for 0:B) and one operand, named so in messages. EX_OK with
 * from and to (texts, judged by who uses them) and *operand filled; another status, or -1 after --help. */
int cli_parse_cycles_args(int argc, char **argv, void (*print_help)(void), const char *operand_name,
			  char from[CLI_CYCLE_SIZE], char to[CLI_CYCLE_SIZE], const char **operand) WARN_UNUSED;
/* The data folder as its owner, or as a guest while a server runs on it. */
struct storage *cli_open_storage(const char *data_dir, struct error *err) WARN_UNUSED;

/* "auto", "uring", "pwrite". */
int cli_parse_io(const char *command, const char *text, enum io_backend *out) WARN_UNUSED;

#endif
