/* A main() for a fuzz target without libFuzzer: runs every line of the seed files given as arguments (or the whole file,
 * with -f before it, or so many inputs of random bytes after -r), and MUTANTS of each by a fixed generator. A finding ends the process, as under libFuzzer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tests/fuzz/fuzz.h"

enum { MUTANTS = 40, EDITS_MAX = 4, RANDOM_WORDS = 40 };

static unsigned long n_runs;

static void run(const char *data, size_t size)
{
	/* A copy of the exact size: reading past the end is seen by the sanitizer. */
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	n_runs++;
}

/* Replaces, drops or doubles bytes of text[*len]; room for EDITS_MAX more. */
static void mutate(char *text, size_t *len, uint64_t seed)
{
	static const char bytes[] = "~[]<>{}()*/!?@:,|.$#\"' \n0129abz-_%&\xc3\x80";

	for (unsigned e = 0; e <= seed % EDITS_MAX; e++) {
		uint64_t r = hash64_pair(seed, e);
		size_t at = *len ? (size_t)((r >> 8) % *len) : 0;

		if (*len == 0)
			return;
		if (r % 3 == 0) {
			text[at] = bytes[(r >> 40) % (sizeof bytes - 1)];
		} else if (r % 3 == 1) {
			memmove(text + at, text + at + 1, --*len - at);
		} else {
			memmove(text + at + 1, text + at, (*len)++ - at);
			text[at] = bytes[(r >> 40) % (sizeof bytes - 1)];
		}
	}
}

static void run_with_mutants(const char *data, size_t size)
{
	char *text = malloc(size + EDITS_MAX + 1);

	if (!text)
		abort();
	run(data, size);
	for (unsigned m = 0; m < MUTANTS; m++) {
		size_t len = size;

		memcpy(text, data, size);
		mutate(text, &len, hash64_pair(hash64_bytes(0, data, size), m));
		run(text, len);
	}
	free(text);
}

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	char *text;
	long size;

	if (!f || fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET) ||
	    !(text = malloc((size_t)size + 1)) || fread(text, 1, (size_t)size, f) != (size_t)size) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	fclose(f);
	*len = (size_t)size;
	return text;
}

static void run_lines(const char *text, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;

		run_with_mutants(text, n);
		n = nl ? n + 1 : n;
		text += n;
		len -= n;
	}
}

/* n inputs of a few hundred bytes, always the same ones. */
static void run_random(unsigned long n)
{
	for (unsigned long i = 0; i < n; i++) {
		uint64_t words[RANDOM_WORDS];

		for (unsigned w = 0; w < RANDOM_WORDS; w++)
			words[w] = hash64_pair(i, w);
		run((const char *)words, sizeof words);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "-r") == 0 && i + 1 < argc) {
			run_random(strtoul(argv[++i], NULL, 10));
			continue;
		}
		int is_whole = strcmp(argv[i], "-f") == 0 && i + 1 < argc;
		size_t len;
		char *text;

		i += is_whole;
		text = read_file(argv[i], &len);
		if (is_whole)
			run_with_mutants(text, len);
		else
			run_lines(text, len);
		free(text);
	}
	printf("%lu passed, 0 failed\n", n_runs);
	return n_runs ? EXIT_SUCCESS : EXIT_FAILURE;
}
