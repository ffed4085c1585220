/* A folder of sample folders on disk: names and files, nothing decoded. Immutable once listed. Private to
 * samples.c. */
#ifndef RENDER_IO_SAMPLE_FOLDER_H
#define RENDER_IO_SAMPLE_FOLDER_H

#include <stddef.h>

#include "base/error.h"

/* Against folders that nobody meant as a library. */
enum { SAMPLE_FOLDERS_MAX = 10000, SAMPLE_FILES_MAX = 10000 };

struct sample_folder {
	char *name;     /* of the folder: what a program writes */
	char **paths;   /* of its audio files, sorted by file name */
	size_t n_paths; /* at least 1 */
};

struct sample_folders {
	struct sample_folder *items; /* sorted by name */
	size_t n;
};

/* Lists dir/NAME/FILE.{wav,flac,aif,aiff}; case of the extension does not matter. Hidden entries and folders without
 * audio are left out. -1 with nothing kept when dir cannot be read or memory is out. */
int sample_folders_list(struct sample_folders *f, const char *dir, struct error *err) WARN_UNUSED;
void sample_folders_fini(struct sample_folders *f);

/* NULL when there is none. name need not be NUL-terminated. */
const struct sample_folder *sample_folders_find(const struct sample_folders *f, const char *name, size_t len);

#endif
