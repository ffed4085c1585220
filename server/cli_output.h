/* The files of `phonond render`: the mix, and with --stems one per output in a folder. A regular file is written beside
 * its place and renamed when all are whole, so that a failed render leaves what was there before. */
#ifndef SERVER_CLI_OUTPUT_H
#define SERVER_CLI_OUTPUT_H

#include "render/render.h"
#include "storage/storage.h"

/* A file being made. */
struct cli_output {
	char *path;
	char *part_path; /* NULL: written in place (a pipe, a device, standard output) */
	struct sink *sink;
};

struct cli_outputs {
	struct cli_output mix, stems[RENDER_STEMS_MAX];
	unsigned n_stems;
	const char *stems_dir;          /* NULL: none */
	const struct render_spec *wide; /* the stems become one WAV named stems_dir; of this spec. NULL: a file each */
	const char *extension;          /* of the stems' files */
	enum io_backend io;
	bool is_durable; /* on disk, under their names, before the command ends */
	bool is_blocked; /* a stem's file could not be made */
};

/* Opens the mix; "-" is standard output. EX_OK, or another status with err. */
int cli_outputs_open(struct cli_outputs *o, const char *path, struct error *err);

/* Do the stems go into one file? Names of files end in .wav, those of folders do not. */
bool cli_outputs_is_wide(const char *stems);
/* After a render that succeeded, of so many frames, before the files get their names: makes one of the stems where that was asked
 * for. EX_OK, or another status with err. */
int cli_outputs_widen(struct cli_outputs *o, uint64_t n_frames, struct error *err);

/* What render_run_files() needs. */
struct render_files cli_outputs_files(struct cli_outputs *o);

/* After a render that succeeded: gives the files their names. EX_OK, or another status with err. */
int cli_outputs_publish(struct cli_outputs *o, struct error *err);
/* Makes a folder, unless it is there: EX_OK, or EX_CANTCREAT with err. */
int cli_make_folder(const char *path, struct error *err);
/* After one that failed: what is there of the stems goes. */
void cli_outputs_discard(struct cli_outputs *o);

#endif
