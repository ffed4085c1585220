#include "render/io/sample_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* A growing list of owned strings. */
struct string_list {
	char **items;
	size_t n, cap;
};

static void string_list_fini(struct string_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->items[i]);
	free(l->items);
}

/* Takes s, also on failure. */
static int string_list_add(struct string_list *l, char *s)
{
	if (s && l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		char **items = realloc(l->items, cap * sizeof(*items));

		if (items) {
			l->items = items;
			l->cap = cap;
		}
	}
	if (!s || l->n == l->cap) {
		free(s);
		return -1;
	}
	l->items[l->n++] = s;
	return 0;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_audio_name(const char *name)
{
	static const char *const extensions[] = { ".wav", ".flac", ".aif", ".aiff" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcasecmp(dot, extensions[i]) == 0)
			return true;
	return false;
}

static bool is_of_type(const char *path, mode_t type)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

static bool is_wanted(const char *path, const char *name, mode_t type)
{
	return name[0] != '.' && (type == S_IFDIR || is_audio_name(name)) && is_of_type(path, type);
}

/* Adds the paths of dir's entries of a type, at most max, sorted. -1 with errno set. */
static int list_entries(struct string_list *l, const char *dir, mode_t type, size_t max)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;
	int rc = 0;

	if (!d)
		return -1;
	while (rc == 0 && l->n < max && (entry = readdir(d))) {
		char *path = NULL;

		if (asprintf(&path, "%s/%s", dir, entry->d_name) < 0) {
			errno = ENOMEM;
			rc = -1;
		} else if (is_wanted(path, entry->d_name, type)) {
			rc = string_list_add(l, path);
		} else {
			free(path);
		}
	}
	closedir(d);
	if (l->n)
		qsort(l->items, l->n, sizeof(*l->items), compare_strings);
	return rc;
}

static void folder_fini(struct sample_folder *f)
{
	for (size_t i = 0; i < f->n_paths; i++)
		free(f->paths[i]);
	free(f->paths);
	free(f->name);
}

/* Appends the folder at path unless it holds no audio or cannot be read; -1 when memory is out. */
static int folders_add(struct sample_folders *f, const char *path)
{
	struct string_list files = { 0 };
	struct sample_folder *folder = &f->items[f->n];

	if (list_entries(&files, path, S_IFREG, SAMPLE_FILES_MAX) || files.n == 0) {
		string_list_fini(&files);
		return errno == ENOMEM && files.n ? -1 : 0;
	}
	*folder = (struct sample_folder){ .name = strdup(strrchr(path, '/') + 1),
					  .paths = files.items,
					  .n_paths = files.n };
	if (!folder->name) {
		folder_fini(folder);
		return -1;
	}
	f->n++;
	return 0;
}

int sample_folders_list(struct sample_folders *f, const char *dir, struct error *err)
{
	struct string_list paths = { 0 };
	int rc = 0;

	*f = (struct sample_folders){ 0 };
	if (list_entries(&paths, dir, S_IFDIR, SAMPLE_FOLDERS_MAX)) {
		int errnum = errno;

		error_set_errno(err, errnum, "reading the sample folder '%s'", dir);
		if (err && (errnum == ENOENT || errnum == ENOTDIR))
			err->code = ERR_NOT_FOUND;
		string_list_fini(&paths);
		return -1;
	}
	f->items = calloc(paths.n + 1, sizeof(*f->items));
	for (size_t i = 0; f->items && rc == 0 && i < paths.n; i++)
		rc = folders_add(f, paths.items[i]);
	string_list_fini(&paths);
	if (f->items && rc == 0)
		return 0;
	sample_folders_fini(f);
	return error_set(err, ERR_NO_MEMORY, "no memory for the list of samples in '%s'", dir);
}

void sample_folders_fini(struct sample_folders *f)
{
	for (size_t i = 0; i < f->n; i++)
		folder_fini(&f->items[i]);
	free(f->items);
	*f = (struct sample_folders){ 0 };
}

const struct sample_folder *sample_folders_find(const struct sample_folders *f, const char *name, size_t len)
{
	size_t lo = 0, hi = f->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const char *found = f->items[mid].name;
		int order = strncmp(found, name, len);

		if (order == 0 && found[len] == '\0')
			return &f->items[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid; /* also when found is longer */
	}
	return NULL;
}
