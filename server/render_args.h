/* The options that `phonond render` and `phonond watch` share: what to render, where, and where the files go. */
#ifndef SERVER_RENDER_ARGS_H
#define SERVER_RENDER_ARGS_H

#include "server/cli.h"

struct render_args {
	const char *command; /* for messages */
	char *const *operands;
	int n_operands;
	struct render_spec spec; /* without a program */
	struct render_config config;
	enum io_backend io;
	const char *out_dir;          /* NULL: the output is an operand */
	const char *stems_dir;        /* NULL: no stems */
	const char *server_url, *key; /* NULL: render here; ask without a key */
	unsigned n_jobs;              /* at once; 0: one per worker */
	bool is_durable;              /* files are on disk before the command ends */
	bool is_quiet, is_json;
	bool has_length, has_format, has_sample_rate, has_target, has_subtype;
	double quality, bitrate_kbps; /* < 0: not given */
};

/* EX_OK and everything in *a, of which operands point into argv; another status after a message, or -1 after --help. */
int render_args_parse(struct render_args *a, int argc, char **argv, void (*print_help)(void)) WARN_UNUSED;

/* Fills what follows from the other options and from the name of the output (NULL: it has none yet), and looks at all of them
 * together. EX_OK, or EX_USAGE after a message. */
int render_args_settle(struct render_args *a, const char *out) WARN_UNUSED;

#endif
