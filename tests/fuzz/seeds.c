/* Between a corpus as a fuzzer wants it, a file for each input, and as the tree has it, a line for each (seed_text.h):
 *   seeds unpack FILE FOLDER   writes FOLDER/seed0001 and so on
 *   seeds pack FILE...         prints them */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/seed_text.h"

static void write_file(const char *folder, unsigned number, const char *data, size_t n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/seed%04u", folder, number);
	f = fopen(path, "wb");
	if (!f || fwrite(data, 1, n, f) != n || fclose(f)) {
		perror(path);
		exit(EXIT_FAILURE);
	}
}

static void unpack(const char *path, const char *folder)
{
	size_t len, n;
	char *text = seed_read_file(path, &len), *line = text;

	for (unsigned number = 1; line < text + len; number++, line += n + 1) {
		char *newline = memchr(line, '\n', (size_t)(text + len - line));
		n = newline ? (size_t)(newline - line) : (size_t)(text + len - line);
		write_file(folder, number, line, seed_unescape(line, n));
	}
	free(text);
}

static void pack(const char *path)
{
	size_t len;
	char *data = seed_read_file(path, &len);

	seed_print(data, len);
	free(data);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "unpack") == 0) {
		unpack(argv[2], argv[3]);
		return EXIT_SUCCESS;
	}
	if (argc < 3 || strcmp(argv[1], "pack") != 0) {
		fprintf(stderr, "usage: seeds unpack FILE FOLDER | seeds pack FILE...\n");
		return EXIT_FAILURE;
	}
	for (int i = 2; i < argc; i++)
		pack(argv[i]);
	return EXIT_SUCCESS;
}
