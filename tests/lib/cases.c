#include "tests/lib/cases.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

struct record cases[CASES_MAX];
size_t n_cases;

static bool line_begins(const char *line, const char *prefix)
{
	return strncmp(line, prefix, strlen(prefix)) == 0;
}

/* Appends a line, without its prefix, to a growing text. */
static void append_line(char **text, const char *line, size_t len)
{
	size_t old = *text ? strlen(*text) : 0;

	*text = realloc(*text, old + len + 2);
	ck_assert_ptr_nonnull(*text);
	memcpy(*text + old, line, len);
	memcpy(*text + old + len, "\n", 2);
}

char *text_copy(const char *text, size_t len)
{
	char *copy = NULL;
	append_line(&copy, text, len);
	copy[len] = '\0';
	return copy;
}

static void read_line(struct record *r, bool *is_below, const char *line, size_t len)
{
	if (line_begins(line, "=> "))
		append_line(&r->diags, line + 3, len - 3);
	else if (len == 3 && line_begins(line, "---"))
		*is_below = true;
	else
		append_line(*is_below ? &r->below : &r->program, line, len);
}

static void read_cases(const char *path, bool is_valid)
{
	size_t len;
	char *text = test_read_file(path, &len);
	struct record *r = NULL;
	bool is_below = false;

	for (char *line = text, *end; line < text + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text + len - line));
		if (!end)
			end = text + len;
		if (line_begins(line, "## ")) {
			ck_assert_uint_lt(n_cases, CASES_MAX);
			r = &cases[n_cases++];
			*r = (struct record){ .title = text_copy(line + 3, (size_t)(end - line) - 3),
					      .is_valid = is_valid };
			is_below = false;
		} else if (r) {
			read_line(r, &is_below, line, (size_t)(end - line));
		}
	}
	free(text);
}

static void read_folder(const char *folder, bool is_valid)
{
	DIR *dir = opendir(folder);
	char path[1024];

	ck_assert_ptr_nonnull(dir);
	for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
		if (!strstr(e->d_name, ".cases"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		read_cases(path, is_valid);
	}
	closedir(dir);
}

void cases_setup(void)
{
	n_cases = 0;
	read_folder(test_source_path("tests/cases/valid"), true);
	read_folder(test_source_path("tests/cases/invalid"), false);
}

void cases_setup_format(void)
{
	n_cases = 0;
	read_folder(test_source_path("tests/cases/format"), true);
}

void cases_teardown(void)
{
	for (size_t i = 0; i < n_cases; i++) {
		free(cases[i].title);
		free(cases[i].program);
		free(cases[i].diags);
		free(cases[i].below);
	}
}
