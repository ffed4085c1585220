#include "server/cli_output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/cli.h"
#include "server/wide_wav.h"

/* Disk, where a temporary file may be long. $TMPDIR goes before it. */
#define SPOOL_DIR_DEFAULT "/var/tmp"

static int open_descriptor(struct cli_output *o)
{
	struct stat st;

	if (strcmp(o->path, "-") == 0)
		return dup(STDOUT_FILENO);
	if (stat(o->path, &st) == 0 && !S_ISREG(st.st_mode))
		return open(o->path, O_WRONLY | O_CLOEXEC);
	if (asprintf(&o->part_path, "%s.part-%d", o->path, (int)getpid()) < 0) {
		o->part_path = NULL;
		errno = ENOMEM;
		return -1;
	}
	return open(o->part_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static void output_free(struct cli_output *o)
{
	free(o->part_path);
	free(o->path);
	*o = (struct cli_output){ .path = NULL };
}

/* Takes path, which is malloc'd or NULL when memory was out. */
static int output_open(struct cli_output *o, char *path, const struct cli_outputs *all, struct error *err)
{
	int fd;

	*o = (struct cli_output){ .path = path };
	if (!path)
		return error_set(err, ERR_NO_MEMORY, "no memory for a file name");
	fd = open_descriptor(o);
	if (fd < 0) {
		error_set_errno(err, errno, "cannot write '%s'", path);
		output_free(o);
		return -1;
	}
	o->sink = file_sink_new(fd, o->part_path, all->io, all->is_durable, err);
	if (o->sink)
		return 0;
	close(fd);
	if (o->part_path)
		unlink(o->part_path);
	output_free(o);
	return -1;
}

int cli_make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return EX_OK;
	error_set_errno(err, errno, "cannot make the folder '%s'", path);
	return EX_CANTCREAT;
}

int cli_outputs_open(struct cli_outputs *o, const char *path, struct error *err)
{
	int status = o->stems_dir && !o->wide ? cli_make_folder(o->stems_dir, err) : EX_OK;

	if (status != EX_OK)
		return status;
	return output_open(&o->mix, strdup(path), o, err) ? EX_CANTCREAT : EX_OK;
}

/* --- What the render calls --- */

static struct sink *open_stem(void *ctx, unsigned i, const char *name, struct error *err)
{
	struct cli_outputs *o = ctx;
	char *path = NULL;

	if (asprintf(&path, "%s%c%s.%s", o->stems_dir, o->wide ? '-' : '/', name, o->extension) < 0)
		path = NULL;
	if (output_open(&o->stems[i], path, o, err)) {
		o->is_blocked = true;
		return NULL;
	}
	o->n_stems = i + 1;
	return o->stems[i].sink;
}

static struct spool *open_spool(void *ctx, struct error *err)
{
	const char *tmpdir = getenv("TMPDIR");

	(void)ctx;
	return file_spool_new(tmpdir && *tmpdir ? tmpdir : SPOOL_DIR_DEFAULT, err);
}

struct render_files cli_outputs_files(struct cli_outputs *o)
{
	return (struct render_files){ .ctx = o, .mix = o->mix.sink, .open_stem = open_stem, .open_spool = open_spool };
}

/* --- Stems in one file --- */

bool cli_outputs_is_wide(const char *stems)
{
	size_t n = stems ? strlen(stems) : 0;

	return n > 4 && strcmp(stems + n - 4, ".wav") == 0;
}

static int open_part(void *ctx, unsigned file)
{
	const struct cli_outputs *o = ctx;

	return o->stems[file].part_path ? open(o->stems[file].part_path, O_RDONLY | O_CLOEXEC) : -1;
}

static int copy_wide(struct wide_wav *w, struct sink *sink, struct error *err)
{
	char block[65536];

	for (uint64_t at = 0; at < wide_wav_bytes(w);) {
		ssize_t n = wide_wav_read(w, at, block, sizeof block);
		if (n < 0)
			return error_set(err, ERR_IO, "a stem cannot be read");
		if (sink_write_at(sink, at, block, (size_t)n, err))
			return -1;
		at += (uint64_t)n;
	}
	return 0;
}

static int write_wide(struct cli_outputs *o, uint64_t n_frames, struct sink *sink, struct error *err)
{
	static const unsigned sample_bytes[] = { [AUDIO_PCM_16] = 2, [AUDIO_PCM_24] = 3, [AUDIO_FLOAT_32] = 4 };
	struct wide_wav_spec spec = {
		.sample_rate_hz = o->wide->sample_rate_hz,
		.n_files = o->n_stems,
		.channels = o->wide->channels,
		.sample_bytes = sample_bytes[o->wide->subtype],
		.is_float = o->wide->subtype == AUDIO_FLOAT_32,
		.n_frames = n_frames,
		.open = open_part,
		.ctx = o,
	};
	struct wide_wav *w = wide_wav_new(&spec, err);
	int rc = w ? copy_wide(w, sink, err) : -1;

	wide_wav_free(w);
	if (rc == 0)
		return sink_finish(sink, err);
	sink_abort(sink);
	return -1;
}

static void discard_stems(struct cli_outputs *o);

int cli_outputs_widen(struct cli_outputs *o, uint64_t n_frames, struct error *err)
{
	struct cli_output all;
	int rc;

	if (!o->wide || o->n_stems == 0)
		return EX_OK;
	if (output_open(&all, strdup(o->stems_dir), o, err))
		return EX_CANTCREAT;
	rc = write_wide(o, n_frames, all.sink, err);
	discard_stems(o);
	o->stems[0] = all;
	o->n_stems = 1;
	return rc ? EX_IOERR : EX_OK;
}

/* --- The end --- */

/* The folder, so that the name is on disk as well. */
static int sync_folder_of(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	free(copy);
	return rc;
}

static int output_publish(struct cli_output *o, bool is_durable, struct error *err)
{
	int status = EX_OK;

	if (o->part_path && (rename(o->part_path, o->path) < 0 || (is_durable && sync_folder_of(o->path)))) {
		error_set_errno(err, errno, "cannot write '%s'", o->path);
		status = EX_CANTCREAT;
		unlink(o->part_path);
	}
	output_free(o);
	return status;
}

int cli_outputs_publish(struct cli_outputs *o, struct error *err)
{
	int status = output_publish(&o->mix, o->is_durable, err);

	for (unsigned i = 0; i < o->n_stems; i++) {
		int stem_status = output_publish(&o->stems[i], o->is_durable, err);
		status = status == EX_OK ? stem_status : status;
	}
	return status;
}

static void discard_stems(struct cli_outputs *o)
{
	for (unsigned i = 0; i < o->n_stems; i++) {
		if (o->stems[i].part_path)
			unlink(o->stems[i].part_path);
		output_free(&o->stems[i]);
	}
	o->n_stems = 0;
}

void cli_outputs_discard(struct cli_outputs *o)
{
	/* The sinks are aborted, but files may have been finished before another failed. */
	discard_stems(o);
	if (o->mix.part_path)
		unlink(o->mix.part_path);
	output_free(&o->mix);
}
