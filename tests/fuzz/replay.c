/* A main() for a fuzz target without a fuzzer: runs every line of the seed files given as arguments (seed_text.h), or the whole
 * file with -f before it, or so many inputs of random bytes after -r, and MUTANTS of each by a fixed generator; after -m so many
 * instead. A finding ends the process, as under libFuzzer. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/seed_text.h"

enum { MUTANTS = 40, EDITS_MAX = 4, RANDOM_WORDS = 40 };

static unsigned long n_runs, n_mutants = MUTANTS;

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
	for (unsigned long m = 0; m < n_mutants; m++) {
		size_t len = size;

		memcpy(text, data, size);
		mutate(text, &len, hash64_pair(hash64_bytes(0, data, size), m));
		run(text, len);
	}
	free(text);
}

static void run_lines(char *text, size_t len)
{
	while (len > 0) {
		char *newline = memchr(text, '\n', len);
		size_t n = newline ? (size_t)(newline - text) : len;

		run_with_mutants(text, seed_unescape(text, n));
		n = newline ? n + 1 : n;
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

static void run_file(const char *path, bool is_whole)
{
	size_t len;
	char *text = seed_read_file(path, &len);

	if (is_whole)
		run_with_mutants(text, len);
	else
		run_lines(text, len);
	free(text);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *option = argv[i][0] == '-' && i + 1 < argc ? argv[i++] : "";
		if (strcmp(option, "-r") == 0)
			run_random(strtoul(argv[i], NULL, 10));
		else if (strcmp(option, "-m") == 0)
			n_mutants = strtoul(argv[i], NULL, 10);
		else
			run_file(argv[i], strcmp(option, "-f") == 0);
	}
	printf("%lu passed, 0 failed\n", n_runs);
	return n_runs ? EXIT_SUCCESS : EXIT_FAILURE;
}
