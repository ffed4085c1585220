/* Cleaning up behind a process that was killed: at open, before anything is written. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/log.h"
#include "storage/internal.h"

/* Decides about one entry of a folder; -1 with *err ends the walk. */
typedef int (*visit_fn)(void *ctx, int folder_fd, const char *name, struct error *err);

static int for_each_entry(int parent_fd, const char *folder, visit_fn visit, void *ctx, struct error *err)
{
	int fd = openat(parent_fd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (!dir) {
		error_set_errno(err, errno, "reading the folder %s", folder);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (rc == 0 && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			rc = visit(ctx, fd, entry->d_name, err);
	closedir(dir);
	return rc;
}

static int remove_entry(int folder_fd, const char *name, struct error *err)
{
	if (unlinkat(folder_fd, name, 0) && errno != ENOENT)
		return error_set_errno(err, errno, "removing the left-over file %s", name);
	CRASH_POINT(left_over_removed);
	return 0;
}

struct sweep {
	const struct storage *storage;
	struct db *db;
	size_t n_removed;
	uint64_t n_bytes; /* of the artifacts that stay */
};

static int visit_part(void *ctx, int folder_fd, const char *name, struct error *err)
{
	struct sweep *w = ctx;

	w->n_removed++;
	return remove_entry(folder_fd, name, err);
}

/* ".wav", or ".s" and a number. */
static bool is_ending(const char *s)
{
	if (strcmp(s, ".wav") == 0)
		return true;
	return strncmp(s, ".s", 2) == 0 && s[2] != '\0' && s[2 + strspn(s + 2, "0123456789")] == '\0';
}

/* Files that are not named like ours are not ours to remove. */
static bool parse_name(const char *name, uint8_t content_hash[SHA256_BYTES])
{
	char hex[SHA256_HEX_SIZE];

	if (strlen(name) < 64 + 3 || !is_ending(name + 64))
		return false;
	memcpy(hex, name, 64);
	hex[64] = '\0';
	return sha256_parse_hex(hex, content_hash) == 0;
}

static int visit_artifact(void *ctx, int folder_fd, const char *name, struct error *err)
{
	static const char is_result[] = "SELECT EXISTS (SELECT 1 FROM job WHERE content_hash = ?"
					" AND state = 'succeeded' AND is_expired = 0)";
	struct sweep *w = ctx;
	uint8_t content_hash[SHA256_BYTES];
	struct stat st;
	int is_named;

	if (!parse_name(name, content_hash))
		return 0;
	is_named = db_test(w->db, is_result, VALUES(v_blob(content_hash, SHA256_BYTES)), err);
	if (is_named == 1 && fstatat(folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		w->n_bytes += (uint64_t)st.st_size;
	if (is_named != 0)
		return is_named < 0 ? -1 : 0;
	w->n_removed++;
	return remove_entry(folder_fd, name, err);
}

static int visit_sample(void *ctx, int folder_fd, const char *name, struct error *err)
{
	static const char is_sample[] = "SELECT EXISTS (SELECT 1 FROM sample_file WHERE digest = ?)";
	struct sweep *w = ctx;
	uint8_t digest[SHA256_BYTES];
	int is_named;

	if (!sample_file_parse_name(name, digest))
		return 0;
	is_named = db_test(w->db, is_sample, VALUES(v_blob(digest, SHA256_BYTES)), err);
	if (is_named != 0)
		return is_named < 0 ? -1 : 0;
	w->n_removed++;
	return remove_entry(folder_fd, name, err);
}

static int for_each_artifact(const struct storage *s, visit_fn visit, void *ctx, struct error *err)
{
	for (unsigned i = 0; i < 256; i++) {
		char folder[3];
		snprintf(folder, sizeof folder, "%02x", i);
		if (for_each_entry(s->artifacts_fd, folder, visit, ctx, err))
			return -1;
	}
	return 0;
}

static int refuse_artifact(void *ctx, int folder_fd, const char *name, struct error *err)
{
	uint8_t content_hash[SHA256_BYTES];

	(void)ctx;
	(void)folder_fd;
	if (!parse_name(name, content_hash))
		return 0;
	return error_set(err, ERR_CORRUPT,
			 "the folder artifacts holds files but the database is empty or missing: restore it, or remove "
			 "that folder to start anew");
}

static int refuse_sample(void *ctx, int folder_fd, const char *name, struct error *err)
{
	uint8_t digest[SHA256_BYTES];

	(void)ctx;
	(void)folder_fd;
	if (!sample_file_parse_name(name, digest))
		return 0;
	return error_set(
		err, ERR_CORRUPT,
		"the folder samples holds files but the database is empty or missing: restore it, or remove that "
		"folder to start anew");
}

int sweep_check_empty(const struct storage *s, struct error *err)
{
	if (for_each_artifact(s, refuse_artifact, NULL, err))
		return -1;
	return for_each_entry(s->samples_fd, ".", refuse_sample, NULL, err);
}

/* Frames without a state are of no use, nor is a checkpoint of a job that has ended. */
static int visit_checkpoint(void *ctx, int folder_fd, const char *name, struct error *err)
{
	static const char will_run[] = "SELECT EXISTS (SELECT 1 FROM job WHERE content_hash = ? AND state IN"
				       " ('scheduled','queued','running','finalizing'))";
	struct sweep *w = ctx;
	uint8_t content_hash[SHA256_BYTES];
	bool is_state;
	int wanted = 0;

	if (checkpoint_parse_name(name, content_hash, &is_state) &&
	    (is_state || checkpoint_exists(w->storage, content_hash)))
		wanted = db_test(w->db, will_run, VALUES(v_blob(content_hash, SHA256_BYTES)), err);
	if (wanted != 0)
		return wanted < 0 ? -1 : 0;
	w->n_removed++;
	return remove_entry(folder_fd, name, err);
}

int sweep_folders(struct storage *s, struct db *db, struct error *err)
{
	struct sweep w = { .storage = s, .db = db };
	char count[24];

	if (for_each_artifact(s, visit_artifact, &w, err) || for_each_entry(s->tmp_fd, ".", visit_part, &w, err) ||
	    for_each_entry(s->checkpoints_fd, ".", visit_checkpoint, &w, err) ||
	    for_each_entry(s->samples_fd, ".", visit_sample, &w, err))
		return -1;
	atomic_store_explicit(&s->n_stored_bytes, w.n_bytes, memory_order_relaxed);
	if (w.n_removed == 0)
		return 0;
	snprintf(count, sizeof count, "%zu", w.n_removed);
	log_event(LOG_INFO, "removed files that an earlier process left", "files", count, NULL);
	return 0;
}
